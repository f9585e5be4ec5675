/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From the configuration of a block to the settings of a step: expressions are compiled once for a plan, evaluated once
 * for a step. A configuration without any gives the same settings each time. */

#include "weir-run-private.h"

#include <string.h>

typedef struct _ConfigNode ConfigNode;

struct _ConfigNode
{
  WeirValue      *literal;    /* one of the three is set */
  WeirExpression *expression;
  GPtrArray      *children;   /* of ConfigNode, of a list or a record */
  GPtrArray      *keys;       /* of char *, of a record */
};

typedef struct
{
  const char *name;     /* interned */
  WeirType   *type;     /* NULL: any */
  gboolean    required; /* and no field of the same name stands in */
  gboolean    field;    /* overrides a field */
} ConfigPort;

struct _WeirBlockConfig
{
  GPtrArray  *keys;
  GPtrArray  *nodes;    /* of ConfigNode, one a key */
  char       *error;    /* an expression that does not compile: found by validation, but a run may not trust that */
  GPtrArray  *names;    /* interned names that the expressions read, NULL-terminated */
  gboolean    dynamic;  /* has expressions, or a linked port overrides a field */
  GArray     *ports;    /* of ConfigPort: inputs */
  WeirValue  *raw;
  gpointer    settings; /* when not dynamic */
  const WeirBlockKind *kind;
};

static void
config_node_free (ConfigNode *node)
{
  g_clear_pointer (&node->literal, weir_value_unref);
  g_clear_pointer (&node->expression, weir_expression_unref);
  g_clear_pointer (&node->children, g_ptr_array_unref);
  g_clear_pointer (&node->keys, g_ptr_array_unref);
  g_free (node);
}

static void
config_add_names (WeirBlockConfig *self, WeirExpression *expression)
{
  const char *const *names = weir_expression_get_names (expression);

  for (guint i = 0; names[i] != NULL; i++)
    if (!g_ptr_array_find (self->names, g_intern_string (names[i]), NULL))
      g_ptr_array_add (self->names, (char *) g_intern_string (names[i]));
}

static WeirExpression *
compile_text (const char *text, GError **error)
{
  if (text[0] == '=')
    return weir_expression_compile (text + 1, error);
  return weir_template_compile (text, error);
}

static ConfigNode *
config_node_new (WeirBlockConfig *self, WeirValue *value)
{
  ConfigNode *node = g_new0 (ConfigNode, 1);
  WeirValueKind kind = weir_value_get_kind (value);
  gboolean dynamic = FALSE;

  if (kind == WEIR_VALUE_TEXT)
    {
      const char *text = weir_value_get_text (value, NULL);
      g_autoptr(GError) error = NULL;

      if (text[0] == '=' || weir_template_is_template (text))
        {
          node->expression = compile_text (text, &error);
          if (node->expression != NULL)
            config_add_names (self, node->expression);
          else if (self->error == NULL)
            self->error = g_strdup (error->message);
          self->dynamic = TRUE;
          return node;
        }
    }
  if (kind == WEIR_VALUE_LIST || kind == WEIR_VALUE_RECORD)
    {
      node->children = g_ptr_array_new_with_free_func ((GDestroyNotify) config_node_free);
      if (kind == WEIR_VALUE_RECORD)
        node->keys = g_ptr_array_new_with_free_func (g_free);
      for (gsize i = 0; i < weir_value_get_length (value); i++)
        {
          ConfigNode *child = config_node_new (self, weir_value_get_item (value, i));

          dynamic |= child->literal == NULL;
          g_ptr_array_add (node->children, child);
          if (node->keys != NULL)
            g_ptr_array_add (node->keys, g_strdup (weir_value_get_key (value, i)));
        }
      if (dynamic)
        return node;
      g_clear_pointer (&node->children, g_ptr_array_unref);
      g_clear_pointer (&node->keys, g_ptr_array_unref);
    }
  node->literal = weir_value_ref (value);
  return node;
}

static WeirValue *
config_node_evaluate (ConfigNode *node, WeirValue *scope, GError **error)
{
  WeirBuilder *builder;

  if (node->literal != NULL)
    return weir_value_ref (node->literal);
  if (node->expression != NULL)
    return weir_expression_evaluate (node->expression, scope, error);

  builder = node->keys != NULL ? weir_record_builder_new (node->children->len)
                               : weir_list_builder_new (node->children->len);
  for (guint i = 0; i < node->children->len; i++)
    {
      WeirValue *child = config_node_evaluate (g_ptr_array_index (node->children, i), scope, error);

      if (child == NULL)
        {
          weir_builder_free (builder);
          return NULL;
        }
      if (node->keys != NULL)
        weir_builder_set_take (builder, g_ptr_array_index (node->keys, i), child);
      else
        weir_builder_take (builder, child);
    }
  return weir_builder_end (builder);
}

static void
block_config_free (gpointer data)
{
  WeirBlockConfig *self = data;

  g_clear_pointer (&self->keys, g_ptr_array_unref);
  g_clear_pointer (&self->nodes, g_ptr_array_unref);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  for (guint i = 0; i < self->ports->len; i++)
    g_clear_pointer (&g_array_index (self->ports, ConfigPort, i).type, weir_type_unref);
  g_array_unref (self->ports);
  if (self->settings != NULL)
    weir_kind_free_settings (self->kind, self->settings);
  g_clear_pointer (&self->raw, weir_value_unref);
  g_free (self->error);
  g_free (self);
}

static gboolean
is_linked (WeirPlanBlock *block, const char *port)
{
  for (guint i = 0; i < block->n_inputs; i++)
    if (block->inputs[i].name == port)
      return TRUE;
  return FALSE;
}

static void
config_add_port (WeirBlockConfig *self, WeirPlanBlock *block, const WeirPort *port)
{
  const WeirField *field = weir_kind_find_field (block->kind, port->name);
  ConfigPort added = { .name = g_intern_string (port->name) };

  if (port->type != NULL && !g_str_equal (port->type, "any"))
    added.type = weir_type_parse (port->type, NULL);
  added.field = field != NULL && is_linked (block, added.name);
  added.required = port->required && field == NULL;
  if (added.field)
    self->dynamic = TRUE;
  g_array_append_val (self->ports, added);
}

WeirBlockConfig *
weir_block_config_get (WeirPlan *plan, WeirPlanBlock *block)
{
  WeirBlockConfig *self = block->config;
  WeirPortList *ports;

  if (self != NULL)
    return self;

  self = g_new0 (WeirBlockConfig, 1);
  self->kind = block->kind;
  self->raw = weir_value_ref (weir_block_get_config (block->block));
  self->keys = g_ptr_array_new_with_free_func (g_free);
  self->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) config_node_free);
  self->names = g_ptr_array_new ();
  self->ports = g_array_new (FALSE, TRUE, sizeof (ConfigPort));
  for (gsize i = 0; i < weir_value_get_length (self->raw); i++)
    {
      const char *key = weir_value_get_key (self->raw, i);
      const WeirField *field = weir_kind_find_field (block->kind, key);
      WeirValue *value = weir_value_get_item (self->raw, i);
      gboolean literal = field != NULL && (field->raw || field->kind == WEIR_FIELD_KIND_EXPRESSION);
      ConfigNode *node;

      if (literal)
        {
          node = g_new0 (ConfigNode, 1);
          node->literal = weir_value_ref (value);
        }
      else
        node = config_node_new (self, value);
      g_ptr_array_add (self->keys, g_strdup (key));
      g_ptr_array_add (self->nodes, node);
    }
  g_ptr_array_add (self->names, NULL);

  ports = weir_block_get_ports (block->block);
  for (guint i = 0; i < ports->inputs->len; i++)
    config_add_port (self, block, &g_array_index (ports->inputs, WeirPort, i));
  block->config = self;
  plan->free_config = block_config_free;
  return self;
}

/* ── inputs ─────────────────────────────────────────────────────────────────────────────── */

/* The inputs as the ports want them; @inputs itself where nothing had to change. */
static WeirValue *
convert_inputs (WeirStep *step, GError **error)
{
  WeirValue *inputs = weir_value_ref (step->state->info.inputs);

  for (guint i = 0; i < step->config->ports->len; i++)
    {
      ConfigPort *port = &g_array_index (step->config->ports, ConfigPort, i);
      WeirValue *value = weir_value_find_member (inputs, port->name);
      g_autoptr(WeirValue) converted = NULL;
      WeirValue *changed;

      if (value == NULL)
        {
          if (!port->required)
            continue;
          weir_set_failure (error, "input.missing", "Input %s got nothing; it needs a link that delivers", port->name);
          weir_value_unref (inputs);
          return NULL;
        }
      if (port->type == NULL || port->field)
        continue; /* a field converts by itself */
      converted = weir_type_convert (port->type, value, error);
      if (converted == NULL)
        {
          g_prefix_error (error, "Input %s: ", port->name);
          weir_value_unref (inputs);
          return NULL;
        }
      if (converted == value)
        continue;
      changed = weir_value_with_member (inputs, port->name, converted);
      weir_value_unref (inputs);
      inputs = changed;
    }
  return inputs;
}

static gpointer
make_dynamic_settings (WeirStep *step, GError **error)
{
  WeirBlockConfig *self = step->config;
  WeirBuilder *builder = weir_record_builder_new (self->keys->len + 1);
  g_autoptr(WeirValue) scope = NULL;
  g_autoptr(WeirValue) config = NULL;

  scope = weir_step_build_scope (step, (const char *const *) self->names->pdata, NULL);
  for (guint i = 0; i < self->keys->len; i++)
    {
      WeirValue *value = config_node_evaluate (g_ptr_array_index (self->nodes, i), scope, error);

      if (value == NULL)
        {
          g_prefix_error (error, "Setting %s: ", (char *) g_ptr_array_index (self->keys, i));
          weir_builder_free (builder);
          return NULL;
        }
      weir_builder_set_take (builder, g_ptr_array_index (self->keys, i), value);
    }
  for (guint i = 0; i < self->ports->len; i++)
    {
      ConfigPort *port = &g_array_index (self->ports, ConfigPort, i);
      WeirValue *value = port->field ? weir_value_find_member (step->inputs, port->name) : NULL;

      if (value != NULL)
        weir_builder_set (builder, port->name, value);
    }
  config = weir_builder_end (builder);
  if (weir_block_get_cache (step->block->block) != 0)
    {
      g_clear_pointer (&step->resolved, weir_value_unref);
      step->resolved = weir_value_ref (config);
    }
  return weir_kind_make_settings (step->kind, config, error);
}

/* Converts the inputs and makes the settings. */
gboolean
weir_step_prepare (WeirStep *step, GError **error)
{
  WeirBlockConfig *self = step->config;

  if (self->error != NULL)
    {
      weir_set_failure (error, "config.invalid", "%s", self->error);
      return FALSE;
    }
  step->inputs = convert_inputs (step, error);
  if (step->inputs == NULL)
    return FALSE;

  if (self->dynamic)
    {
      step->settings = make_dynamic_settings (step, error);
      step->owns_settings = TRUE;
    }
  else
    {
      if (self->settings == NULL)
        self->settings = weir_kind_make_settings (step->kind, self->raw, error);
      step->settings = self->settings;
    }
  return step->settings != NULL || (step->kind->settings_size == 0 && (error == NULL || *error == NULL));
}

/* ── the scope of expressions ───────────────────────────────────────────────────────────── */

static gboolean
wants (const char *const *names, const char *name)
{
  if (names == NULL)
    return TRUE;
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (names[i], name))
      return TRUE;
  return FALSE;
}

WeirValue *
weir_scope_get_inputs (WeirRun *run, WeirScopeState *scope)
{
  for (; scope != NULL; scope = scope->parent)
    if (scope->pub.inputs != NULL)
      return scope->pub.inputs;
  return run->state->inputs;
}

/* Outputs of finished blocks that are asked for as "blocks.id" or "blocks.id.port": of the nearest scope that has the block. */
static WeirValue *
build_blocks (WeirScopeState *from, const char *const *names)
{
  WeirBuilder *record = weir_record_builder_new (4);

  for (WeirScopeState *scope = from; scope != NULL; scope = scope->parent)
    for (guint i = 0; scope->shared != NULL && i < scope->shared->plan->n_blocks; i++)
      {
        const char *id = scope->shared->plan->blocks[i].id;
        gsize length = strlen (id);
        gboolean wanted = names == NULL || wants (names, "blocks");

        for (guint j = 0; !wanted && names[j] != NULL; j++)
          wanted = g_str_has_prefix (names[j], "blocks.") && strncmp (names[j] + 7, id, length) == 0
                   && (names[j][7 + length] == '\0' || names[j][7 + length] == '.');
        if (!wanted)
          continue;
        for (WeirStepState *step = scope->blocks[i].last; step != NULL; step = step->previous)
          if (step->info.outputs != NULL)
            {
              weir_builder_set (record, id, step->info.outputs);
              break;
            }
      }
  return weir_builder_end (record);
}

static WeirValue *
build_run (WeirRun *run)
{
  WeirBuilder *record = weir_record_builder_new (3);

  weir_builder_set_take (record, "id", weir_value_new_int (run->id));
  weir_builder_set_take (record, "workflow", weir_value_new_text (weir_workflow_get_name (run->workflow)));
  weir_builder_set_take (record, "started", weir_value_new_time (run->state->started_at));
  return weir_builder_end (record);
}

static void
add_locals (WeirBuilder *record, WeirScopeState *scope)
{
  if (scope == NULL)
    return;
  if (scope->pub.inputs == NULL) /* a sub-workflow sees nothing of its caller */
    add_locals (record, scope->parent);
  if (scope->pub.locals != NULL)
    for (gsize i = 0; i < weir_value_get_length (scope->pub.locals); i++)
      weir_builder_set (record, weir_value_get_key (scope->pub.locals, i), weir_value_get_item (scope->pub.locals, i));
}

static gboolean
wants_blocks (const char *const *names)
{
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    if (g_str_has_prefix (names[i], "blocks"))
      return TRUE;
  return names == NULL;
}

/* Conditions of links, and expressions over an item, seldom read anything else. */
static gboolean
has_all (WeirValue *locals, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (weir_value_find_member (locals, names[i]) == NULL)
      return FALSE;
  return TRUE;
}

/* @names: what the expression reads, NULL for everything. Only that is gathered. */
WeirValue *
weir_step_build_scope (WeirStep *step, const char *const *names, WeirValue *locals)
{
  WeirBuilder *record;
  WeirScopeState *scope = step->state->scope;
  WeirValue *inputs = step->inputs != NULL ? step->inputs : step->state->info.inputs;

  if (locals != NULL && names != NULL && has_all (locals, names))
    return weir_value_ref (locals);
  record = weir_record_builder_new (8);
  if (wants (names, "inputs"))
    weir_builder_set (record, "inputs", weir_scope_get_inputs (step->run, scope));
  if (wants (names, "input") && inputs != NULL)
    weir_builder_set (record, "input", inputs);
  if (wants (names, "value"))
    weir_builder_set_take (record, "value",
                           inputs != NULL && weir_value_get_length (inputs) > 0
                             ? weir_value_ref (weir_value_get_item (inputs, 0))
                             : weir_value_new_null ());
  if (wants (names, "vars"))
    weir_builder_set_take (record, "vars", weir_run_dup_variables (step->run, scope));
  if (wants (names, "run"))
    weir_builder_set_take (record, "run", build_run (step->run));
  if (wants (names, "now"))
    weir_builder_set_take (record, "now", weir_value_new_time (step->time));
  if (wants (names, "attempt"))
    weir_builder_set_take (record, "attempt", weir_value_new_int (step->attempt));
  if (wants_blocks (names))
    weir_builder_set_take (record, "blocks", build_blocks (scope, names));
  add_locals (record, scope);
  for (gsize i = 0; locals != NULL && i < weir_value_get_length (locals); i++)
    weir_builder_set (record, weir_value_get_key (locals, i), weir_value_get_item (locals, i));
  return weir_builder_end (record);
}

/**
 * weir_step_evaluate_setting:
 * @self: a step
 * @text: what stands in a raw setting: `=` and an expression, a template, or plain text
 * @locals: (nullable): a record of more names
 * @error: where to put %WEIR_ERROR_EXPRESSION
 *
 * For settings that are evaluated later than the others, once the step knows more.
 *
 * Returns: (transfer full) (nullable): its value in the scope of the step
 */
WeirValue *
weir_step_evaluate_setting (WeirStep *self, const char *text, WeirValue *locals, GError **error)
{
  g_autoptr(WeirExpression) expression = NULL;
  g_autoptr(WeirValue) scope = NULL;

  if (text[0] != '=' && !weir_template_is_template (text))
    return weir_value_new_text (text);
  expression = compile_text (text, error);
  if (expression == NULL)
    return NULL;
  scope = weir_step_build_scope (self, weir_expression_get_names (expression), locals);
  return weir_expression_evaluate (expression, scope, error);
}

/* Whether a link takes @value; @error when its condition fails. */
gboolean
weir_run_link_holds (WeirRun *run, WeirStep *step, WeirPlanLink *link, WeirValue *value, GError **error)
{
  g_autoptr(WeirValue) locals = NULL;
  g_autoptr(WeirValue) scope = NULL;
  g_autoptr(WeirValue) answer = NULL;
  const char *key = "value";

  if (link->when_error != NULL)
    {
      weir_set_failure (error, "config.invalid", "Condition of a link: %s", link->when_error);
      return FALSE;
    }
  if (link->when == NULL)
    return TRUE;
  locals = weir_value_new_record (&key, &value, 1);
  scope = weir_step_build_scope (step, weir_expression_get_names (link->when), locals);
  answer = weir_expression_evaluate (link->when, scope, error);
  return answer != NULL && weir_value_is_truthy (answer);
}
