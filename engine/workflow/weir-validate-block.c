/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One block: its kind, settings, inputs, joins and body. */
#include "weir-file-shape.h"
#include "weir-validate-private.h"

#include <string.h>

static void
locate_field (WeirBlock *block, const char *field, guint *line, guint *column)
{
  WeirYamlNode *config = block->node != NULL ? weir_yaml_node_find (block->node, "config") : NULL;
  WeirYamlNode *node = config != NULL && field != NULL ? weir_yaml_node_find (config, field) : NULL;

  *line = node != NULL ? node->line : block->line;
  *column = node != NULL ? node->column : block->column;
}

static void G_GNUC_PRINTF (6, 7)
report_field (WeirValidation *self, WeirSeverity severity, const char *code, WeirBlock *block, const char *field,
              const char *format, ...)
{
  guint line;
  guint column;
  va_list args;
  g_autofree char *message = NULL;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  locate_field (block, field, &line, &column);
  weir_validation_add (self, severity, code, block, NULL, field, line, column, "%s", message);
}

static gboolean
is_linked (WeirBlock *block, const char *port)
{
  for (guint i = 0; i < block->to->len; i++)
    if (g_str_equal (((WeirLink *) block->to->pdata[i])->target_port, port))
      return TRUE;
  return FALSE;
}

static gboolean
is_empty (WeirValue *value)
{
  return value == NULL || weir_value_is_null (value)
         || (weir_value_get_kind (value) == WEIR_VALUE_TEXT && weir_value_get_text (value, NULL)[0] == '\0');
}

/* An expression that looks at what comes in at the port whose setting it is: once something comes, the setting is not looked at. */
static gboolean
looks_at_its_port (const char *name, WeirValue *value)
{
  const char *text = weir_value_get_kind (value) == WEIR_VALUE_TEXT ? weir_value_get_text (value, NULL) : "";
  const char *where = *text == '=' ? "^=.*" : "\\{\\{[^}]*";
  g_autofree char *pattern = g_strdup_printf ("%s(?<![.\\w])(?:input\\.)?%s\\b", where, name);

  return g_regex_match_simple (pattern, text, G_REGEX_DOTALL, 0);
}

static void
check_field (WeirValidation *self, WeirBlock *block, const WeirBlockKind *kind, const WeirField *field)
{
  WeirValue *value = weir_value_find_member (block->data->config, field->name);
  gboolean dynamic = value != NULL && !field->raw && field->kind != WEIR_FIELD_KIND_EXPRESSION
                     && weir_value_is_dynamic (value);
  g_autoptr(GError) error = NULL;
  guint line;
  guint column;

  if (is_empty (value))
    {
      if (field->required && field->initial_text == NULL && !is_linked (block, field->name))
        report_field (self, WEIR_SEVERITY_ERROR, "field.missing", block, field->name, "%s is required, but it is empty",
                      field->title != NULL ? field->title : field->name);
      return;
    }
  if (dynamic && is_linked (block, field->name) && looks_at_its_port (field->name, value))
    report_field (self, WEIR_SEVERITY_WARNING, "field.covered", block, field->name,
                  "What comes in at %s goes before this setting, which will not be computed from it: link to run instead, "
                  "and name the block that it comes from, or compute it in a block of its own",
                  field->name);
  locate_field (block, field->name, &line, &column);
  weir_validation_check_text (self, block, field, value, line, column);
  if (!dynamic && !weir_field_check_value (kind, field, value, &error))
    report_field (self, WEIR_SEVERITY_ERROR, "field.invalid", block, field->name, "%s", error->message);
}

static void
check_config (WeirValidation *self, WeirBlock *block, const WeirBlockKind *kind)
{
  WeirValue *config = block->data->config;
  g_autofree char *problem = NULL;

  for (const WeirField *field = kind->fields; field != NULL && field->name != NULL; field++)
    check_field (self, block, kind, field);
  for (gsize i = 0; i < weir_value_get_length (config); i++)
    {
      const char *name = weir_value_get_key (config, i);

      if (weir_kind_find_field (kind, name) == NULL)
        report_field (self, WEIR_SEVERITY_ERROR, "field.unknown", block, name, "%s has no setting \"%s\"", kind->title, name);
    }
  problem = kind->check != NULL ? kind->check (config) : NULL;
  if (problem != NULL)
    report_field (self, WEIR_SEVERITY_ERROR, "config.invalid", block, NULL, "%s", problem);
}

static void
check_inputs (WeirValidation *self, WeirBlock *block, const WeirBlockKind *kind)
{
  WeirPortList *ports = weir_block_get_ports (block);

  for (guint i = 0; i < ports->inputs->len; i++)
    {
      const WeirPort *port = &g_array_index (ports->inputs, WeirPort, i);
      const WeirField *field = weir_kind_find_field (kind, port->name);

      /* a field of that name that is required was told of already */
      if (!port->required || is_linked (block, port->name) || (field != NULL && field->required)
          || !is_empty (weir_value_find_member (block->data->config, port->name)))
        continue;
      weir_validation_add (self, WEIR_SEVERITY_ERROR, "input.missing", block, port->name, NULL, block->line, block->column,
                           "The input %s must be linked%s, but nothing leads to it", port->title != NULL ? port->title : port->name,
                           field != NULL ? " or set" : "");
    }
}

/* A head whose required input is fed by the cycle alone has nothing to begin with. */
static void
check_start (WeirValidation *self, WeirBlock *block)
{
  WeirPortList *ports = weir_block_get_ports (block);

  for (guint i = 0; i < ports->inputs->len; i++)
    {
      const WeirPort *port = &g_array_index (ports->inputs, WeirPort, i);
      guint n_links = 0;
      guint n_feedback = 0;

      for (guint j = 0; j < block->to->len; j++)
        {
          WeirLink *link = block->to->pdata[j];

          if (g_str_equal (link->target_port, port->name))
            {
              n_links++;
              n_feedback += weir_link_is_feedback (link) ? 1 : 0;
            }
        }
      if (port->required && n_links > 0 && n_links == n_feedback
          && is_empty (weir_value_find_member (block->data->config, port->name)))
        weir_validation_add (self, WEIR_SEVERITY_WARNING, "cycle.start", block, port->name, NULL, block->line, block->column,
                             "The cycle begins here, but the input %s gets its first value from the cycle itself", port->name);
    }
}

static guint
count_links_to (WeirBlock *block, const char *port)
{
  guint n = 0;

  for (guint i = 0; i < block->to->len; i++)
    n += g_str_equal (((WeirLink *) block->to->pdata[i])->target_port, port) ? 1 : 0;
  return n;
}

static void
check_joins (WeirValidation *self, WeirBlock *block)
{
  WeirValue *joins = block->data->join;

  for (gsize i = 0; joins != NULL && i < weir_value_get_length (joins); i++)
    {
      const char *port = weir_value_get_key (joins, i);
      gboolean known;
      guint n = 0;

      if (weir_block_find_input (block, port, &known) == NULL && known)
        weir_validation_add (self, WEIR_SEVERITY_WARNING, "port.unknown", block, port, NULL, block->line, block->column,
                             "A join is given for the input \"%s\", but there is no such input", port);
      else if (weir_block_get_join (block, port, &n) == WEIR_JOIN_N_OF_M && n > count_links_to (block, port))
        weir_validation_add (self, WEIR_SEVERITY_ERROR, "join.impossible", block, port, NULL, block->line, block->column,
                             "The join waits for %u deliveries, but %u links lead here: it can never fire", n,
                             count_links_to (block, port));
    }
}

/* Of a container: itself and those that it stands in. */
static guint
count_containers (WeirBlock *block)
{
  guint n = 0;

  for (; block != NULL; block = block->graph != NULL ? block->graph->container : NULL)
    n++;
  return n;
}

static void
check_body (WeirValidation *self, WeirBlock *block, const WeirBlockKind *kind)
{
  gboolean filled = block->body != NULL && block->body->blocks->len > 0;

  /* told of once, where it becomes too deep */
  if (kind->has_body && filled && count_containers (block) == WEIR_MAX_NESTING + 1)
    weir_validation_add (self, WEIR_SEVERITY_ERROR, "body.depth", block, NULL, NULL, block->line, block->column,
                         "Expected no more than %d containers in each other, but this one is inside of %d",
                         WEIR_MAX_NESTING, WEIR_MAX_NESTING);
  if (kind->has_body && !filled)
    weir_validation_add (self, WEIR_SEVERITY_ERROR, "body.empty", block, NULL, NULL, block->line, block->column,
                         "Expected blocks inside of %s, but its body is empty", kind->title);
  else if (!kind->has_body && filled)
    weir_validation_add (self, WEIR_SEVERITY_WARNING, "body.unused", block, NULL, NULL, block->line, block->column,
                         "%s takes no body: the blocks inside will not run", kind->title);
}

/* A kind that takes the name of a workflow has a setting of that name. */
static void
check_recursion (WeirValidation *self, WeirBlock *block)
{
  const char *named = weir_value_get_member_text (block->data->config, "workflow", NULL);

  if (named == NULL || named[0] == '\0')
    return;
  if (g_str_equal (named, weir_workflow_get_name (self->workflow)) || g_strcmp0 (named, self->workflow->id) == 0)
    {
      if (!weir_value_get_member_bool (block->data->config, "recursive", FALSE))
        report_field (self, WEIR_SEVERITY_ERROR, "workflow.recursion", block, "workflow",
                      "The workflow runs itself here: allow it to (recursive), or call another one");
    }
}

/* Those of other records are its kind's business. */
static void
check_retry_keys (WeirValidation *self, WeirBlock *block)
{
  WeirValue *retry = weir_value_find_member (block->data->record, "retry");
  const WeirFileShape *shape = weir_block_shape;

  while (!g_str_equal (shape->key, "retry"))
    shape++;
  for (gsize i = 0; retry != NULL && i < weir_value_get_length (retry); i++)
    {
      const char *key = weir_value_get_key (retry, i);
      const WeirFileShape *member = shape->members;

      while (member->key != NULL && !g_str_equal (member->key, key))
        member++;
      if (member->key == NULL)
        weir_validation_add (self, WEIR_SEVERITY_WARNING, "key.unknown", block, NULL, "retry", block->line,
                             block->column, "retry has no key \"%s\"; it is kept, but does nothing", key);
    }
}

static void
check_keys (WeirValidation *self, WeirBlock *block)
{
  WeirValue *record = block->data->record;

  for (gsize i = 0; i < weir_value_get_length (record); i++)
    {
      const char *key = weir_value_get_key (record, i);

      if (!g_strv_contains (weir_block_keys, key) && !g_str_has_prefix (key, "x-"))
        weir_validation_add (self, WEIR_SEVERITY_WARNING, "key.unknown", block, NULL, key, block->line, block->column,
                             "A block has no key \"%s\"; it is kept, but does nothing", key);
    }
  check_retry_keys (self, block);
}

static void
check_times (WeirValidation *self, WeirBlock *block)
{
  const WeirReliability *reliability = &block->data->reliability;

  if (reliability->timeout_ms < -1)
    weir_validation_add (self, WEIR_SEVERITY_ERROR, "timeout.invalid", block, NULL, "timeout", block->line, block->column,
                         "Expected a time-out of 0 or more, but got %" G_GINT64_FORMAT " ms", reliability->timeout_ms);
}

void
weir_validation_check_block (WeirValidation *self, WeirBlock *block)
{
  const WeirBlockKind *kind = weir_block_get_kind (block);

  check_keys (self, block);
  check_times (self, block);
  weir_validation_check_limits (self, block);
  if (kind == NULL)
    {
      WeirYamlNode *node = block->node != NULL ? weir_yaml_node_find (block->node, "kind") : NULL;

      weir_validation_add (self, WEIR_SEVERITY_ERROR, "kind.unknown", block, NULL, NULL, node != NULL ? node->line : block->line,
                           node != NULL ? node->column : block->column,
                           "The block kind \"%s\" is not known to this program; the block keeps its settings but cannot run",
                           block->data->kind_id);
      return;
    }
  check_joins (self, block);
  /* what is off may be unfinished */
  if (!block->data->enabled)
    return;
  check_config (self, block, kind);
  check_inputs (self, block, kind);
  check_start (self, block);
  check_body (self, block, kind);
  weir_validation_check_cache (self, block, kind);
  check_recursion (self, block);
}
