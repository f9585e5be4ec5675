/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which ways there are to put a problem right. */
#include <string.h>

#include "weir-fix-private.h"

#define MAX_NEAREST 2
#define MAX_CONVERTERS 3

G_DEFINE_FINAL_TYPE (WeirFix, weir_fix, G_TYPE_OBJECT)

static void
weir_fix_finalize (GObject *object)
{
  WeirFix *self = WEIR_FIX (object);

  g_free (self->path);
  g_free (self->port);
  g_free (self->field);
  g_free (self->from);
  g_free (self->to);
  G_OBJECT_CLASS (weir_fix_parent_class)->finalize (object);
}

static void
weir_fix_class_init (WeirFixClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_fix_finalize;
}

static void
weir_fix_init (WeirFix *self)
{
}

/**
 * weir_fix_get_action:
 * @self: a fix
 *
 * Returns: what it does
 */
WeirFixAction
weir_fix_get_action (WeirFix *self)
{
  g_return_val_if_fail (WEIR_IS_FIX (self), WEIR_FIX_SET_TEXT);
  return self->action;
}

/**
 * weir_fix_get_from:
 * @self: a fix
 *
 * Returns: (transfer none) (nullable): what is there
 */
const char *
weir_fix_get_from (WeirFix *self)
{
  g_return_val_if_fail (WEIR_IS_FIX (self), NULL);
  return self->from;
}

/**
 * weir_fix_get_to:
 * @self: a fix
 *
 * Returns: (transfer none) (nullable): what comes in its place
 */
const char *
weir_fix_get_to (WeirFix *self)
{
  g_return_val_if_fail (WEIR_IS_FIX (self), NULL);
  return self->to;
}

WeirFix *
weir_fixing_add (WeirFixing *self, WeirFixAction action, const char *from, const char *to)
{
  g_autoptr(WeirFix) fix = g_object_new (WEIR_TYPE_FIX, NULL);

  fix->action = action;
  fix->path = g_strdup (weir_problem_get_block_path (self->problem));
  fix->port = g_strdup (weir_problem_get_port (self->problem));
  fix->field = g_strdup (weir_problem_get_field (self->problem));
  fix->from = g_strdup (from);
  fix->to = g_strdup (to);
  g_list_store_append (self->fixes, fix);
  return fix; /* the list holds it */
}

void
weir_fixing_add_nearest (WeirFixing *self, WeirFixAction action, const char *from, GPtrArray *words)
{
  g_autoptr(GPtrArray) nearest = weir_find_nearest (from, words, MAX_NEAREST);

  for (guint i = 0; i < nearest->len; i++)
    weir_fixing_add (self, action, from, nearest->pdata[i]);
}

/* Kinds */

static void
fix_kind (WeirFixing *self)
{
  g_autoptr(GPtrArray) kinds = weir_registry_list_kinds ();
  g_autoptr(GPtrArray) ids = g_ptr_array_new ();

  for (guint i = 0; i < kinds->len; i++)
    g_ptr_array_add (ids, (gpointer) ((const WeirBlockKind *) kinds->pdata[i])->id);
  weir_fixing_add_nearest (self, WEIR_FIX_SET_KIND, self->block->data->kind_id, ids);
}

/* Ports */

static GPtrArray *
list_ports (WeirBlock *block, gboolean inputs)
{
  GArray *ports = inputs ? weir_block_get_ports (block)->inputs : weir_block_get_ports (block)->outputs;
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < ports->len; i++)
    g_ptr_array_add (names, (gpointer) g_array_index (ports, WeirPort, i).name);
  return names;
}

static gboolean
has_link_at (WeirBlock *block, const char *port, gboolean input)
{
  GPtrArray *links = input ? block->to : block->from;

  for (guint i = 0; i < links->len; i++)
    if (g_str_equal (input ? ((WeirLink *) links->pdata[i])->target_port : ((WeirLink *) links->pdata[i])->source_port,
                     port))
      return TRUE;
  return FALSE;
}

static void
fix_port_side (WeirFixing *self, const char *port, gboolean input)
{
  g_autoptr(GPtrArray) names = list_ports (self->block, input);
  g_autoptr(GPtrArray) nearest = weir_find_nearest (port, names, MAX_NEAREST);

  /* the only one that there is needs no likeness */
  if (nearest->len == 0 && names->len == 1)
    g_ptr_array_add (nearest, names->pdata[0]);
  for (guint i = 0; i < nearest->len; i++)
    weir_fixing_add (self, WEIR_FIX_SET_PORT, port, nearest->pdata[i])->input = input;
  weir_fixing_add (self, WEIR_FIX_REMOVE_LINK, port, NULL)->input = input;
}

static void
fix_port (WeirFixing *self)
{
  const char *port = weir_problem_get_port (self->problem);
  gboolean known;

  if (has_link_at (self->block, port, FALSE) && weir_block_find_output (self->block, port, &known) == NULL)
    fix_port_side (self, port, FALSE);
  else if (has_link_at (self->block, port, TRUE) && weir_block_find_input (self->block, port, &known) == NULL)
    fix_port_side (self, port, TRUE);
  else if (self->block->data->join != NULL && weir_value_find_member (self->block->data->join, port) != NULL)
    weir_fixing_add (self, WEIR_FIX_REMOVE_JOIN, port, NULL);
}

gboolean
weir_link_is_mismatch (WeirLink *link)
{
  gboolean known;
  const WeirPort *output = weir_block_find_output (link->source, link->source_port, &known);
  const WeirPort *input = weir_block_find_input (link->target, link->target_port, &known);
  g_autoptr(WeirType) given = output != NULL ? weir_port_dup_type (output) : NULL;
  g_autoptr(WeirType) taken = input != NULL ? weir_port_dup_type (input) : NULL;

  return given != NULL && taken != NULL && !g_str_equal (link->target_port, "run")
         && !weir_type_accepts (taken, given, NULL);
}

static char *
find_fitting (GArray *ports, WeirType *type, gboolean inputs)
{
  for (guint i = 0; i < ports->len; i++)
    {
      const WeirPort *port = &g_array_index (ports, WeirPort, i);
      g_autoptr(WeirType) own = weir_port_dup_type (port);

      if (!port->side && (inputs ? weir_type_accepts (own, type, NULL) : weir_type_accepts (type, own, NULL)))
        return g_strdup (port->name);
    }
  return NULL;
}

/* As it comes it must be whole: whatever else it needs would be the next problem. */
static gboolean
is_ready (const WeirBlockKind *kind, WeirPortList *ports, const char *in)
{
  for (const WeirField *field = kind->fields; field != NULL && field->name != NULL; field++)
    if (field->required && field->initial_text == NULL && !g_str_equal (field->name, in))
      return FALSE;
  for (guint i = 0; i < ports->inputs->len; i++)
    if (g_array_index (ports->inputs, WeirPort, i).required
        && !g_str_equal (g_array_index (ports->inputs, WeirPort, i).name, in))
      return FALSE;
  return TRUE;
}

gboolean
weir_kind_converts (const WeirBlockKind *kind, const WeirPort *given, const WeirPort *taken, char **in, char **out)
{
  g_autoptr(WeirValue) config = weir_value_new_record (NULL, NULL, 0);
  g_autoptr(WeirType) from = weir_port_dup_type (given);
  g_autoptr(WeirType) to = weir_port_dup_type (taken);
  g_autoptr(WeirPortList) ports = NULL;
  g_autofree char *input = NULL;
  g_autofree char *output = NULL;

  if (kind->is_trigger || kind->has_body || kind->at_end || kind->effect != WEIR_EFFECT_PURE
      || kind->undo != WEIR_UNDO_NONE)
    return FALSE;
  ports = weir_kind_list_ports (kind, config);
  input = find_fitting (ports->inputs, from, TRUE);
  output = find_fitting (ports->outputs, to, FALSE);
  if (input == NULL || output == NULL || !is_ready (kind, ports, input))
    return FALSE;
  if (in != NULL)
    *in = g_steal_pointer (&input);
  if (out != NULL)
    *out = g_steal_pointer (&output);
  return TRUE;
}

/* One that only hands on what it gets would fit everywhere and convert nothing. */
static gboolean
hands_on (const WeirBlockKind *kind)
{
  g_autoptr(WeirValue) config = weir_value_new_record (NULL, NULL, 0);
  g_autoptr(WeirPortList) ports = weir_kind_list_ports (kind, config);

  for (guint i = 0; i < ports->outputs->len; i++)
    {
      const char *type = g_array_index (ports->outputs, WeirPort, i).type;

      if (type != NULL && !g_str_equal (type, "any"))
        return FALSE;
    }
  return TRUE;
}

static void
add_converters (WeirFixing *self, WeirLink *link)
{
  g_autoptr(GPtrArray) kinds = weir_registry_list_kinds ();
  gboolean known;
  const WeirPort *given = weir_block_find_output (link->source, link->source_port, &known);
  const WeirPort *taken = weir_block_find_input (link->target, link->target_port, &known);
  guint n_found = 0;

  for (guint i = 0; i < kinds->len && n_found < MAX_CONVERTERS; i++)
    {
      const WeirBlockKind *kind = kinds->pdata[i];

      if (hands_on (kind) || !weir_kind_converts (kind, given, taken, NULL, NULL))
        continue;
      weir_fixing_add (self, WEIR_FIX_ADD_BETWEEN, NULL, kind->id);
      n_found++;
    }
}

/* Another input of the block that nothing leads to yet. */
static void
add_other_input (WeirFixing *self, WeirLink *link)
{
  GArray *inputs = weir_block_get_ports (self->block)->inputs;
  gboolean known;
  const WeirPort *given = weir_block_find_output (link->source, link->source_port, &known);
  g_autoptr(WeirType) type = weir_port_dup_type (given);

  for (guint i = 0; i < inputs->len; i++)
    {
      const WeirPort *port = &g_array_index (inputs, WeirPort, i);
      g_autoptr(WeirType) taken = weir_port_dup_type (port);

      if (has_link_at (self->block, port->name, TRUE) || !weir_type_accepts (taken, type, NULL))
        continue;
      weir_fixing_add (self, WEIR_FIX_SET_PORT, link->target_port, port->name)->input = TRUE;
      return;
    }
}

static void
fix_types (WeirFixing *self)
{
  const char *port = weir_problem_get_port (self->problem);

  for (guint i = 0; i < self->block->to->len; i++)
    {
      WeirLink *link = self->block->to->pdata[i];

      if (!g_str_equal (link->target_port, port) || !weir_link_is_mismatch (link))
        continue;
      add_converters (self, link);
      add_other_input (self, link);
      weir_fixing_add (self, WEIR_FIX_REMOVE_LINK, port, NULL)->input = TRUE;
      return;
    }
}

/* Links that lead nowhere */

char *
weir_loose_link_describe (const WeirLooseLink *loose)
{
  return g_strdup_printf ("The link from \"%s\" to \"%s\" names the block \"%s\", but there is none here",
                          loose->source, loose->target, loose->missing);
}

static void
fix_loose (WeirFixing *self)
{
  WeirGraph *graph = self->block != NULL ? self->block->body : self->workflow->graph;
  g_autoptr(GPtrArray) ids = g_ptr_array_new ();

  for (guint i = 0; graph != NULL && i < graph->blocks->len; i++)
    g_ptr_array_add (ids, ((WeirBlock *) graph->blocks->pdata[i])->id);
  for (guint i = 0; graph != NULL && i < graph->loose->len; i++)
    {
      const WeirLooseLink *loose = &g_array_index (graph->loose, WeirLooseLink, i);
      g_autofree char *message = weir_loose_link_describe (loose);

      if (!g_str_equal (message, weir_problem_get_message (self->problem)))
        continue;
      weir_fixing_add_nearest (self, WEIR_FIX_SET_BLOCK, loose->missing, ids);
      weir_fixing_add (self, WEIR_FIX_REMOVE_LINK, loose->missing, NULL);
      return;
    }
}

/* Settings */

static void
fix_unknown_field (WeirFixing *self)
{
  const WeirBlockKind *kind = weir_block_get_kind (self->block);
  const char *name = weir_problem_get_field (self->problem);
  g_autoptr(GPtrArray) names = g_ptr_array_new ();

  for (const WeirField *field = kind != NULL ? kind->fields : NULL; field != NULL && field->name != NULL; field++)
    if (weir_value_find_member (self->block->data->config, field->name) == NULL)
      g_ptr_array_add (names, (gpointer) field->name);
  weir_fixing_add_nearest (self, WEIR_FIX_RENAME_FIELD, name, names);
  weir_fixing_add (self, WEIR_FIX_REMOVE_FIELD, name, NULL);
}

static void
add_value (WeirFixing *self, const WeirField *field, WeirValue *value)
{
  const WeirBlockKind *kind = weir_block_get_kind (self->block);
  g_autofree char *text = NULL;

  if (!weir_field_check_value (kind, field, value, NULL))
    return;
  text = weir_value_to_display (value, 0);
  weir_fixing_add (self, WEIR_FIX_SET_FIELD, field->name, text);
}

static void
add_limit (WeirFixing *self, const WeirField *field, WeirValue *value)
{
  double number = weir_value_get_number (value);
  double within = CLAMP (number, field->minimum, field->maximum);
  g_autoptr(WeirValue) changed = field->kind == WEIR_FIELD_KIND_NUMBER ? weir_value_new_number (within)
                                                                        : weir_value_new_int ((gint64) within);

  if (field->maximum > field->minimum)
    add_value (self, field, changed);
}

static void
fix_invalid_field (WeirFixing *self)
{
  const WeirBlockKind *kind = weir_block_get_kind (self->block);
  const WeirField *field = kind != NULL ? weir_kind_find_field (kind, weir_problem_get_field (self->problem)) : NULL;
  WeirValue *value = field != NULL ? weir_value_find_member (self->block->data->config, field->name) : NULL;

  if (value == NULL)
    return;
  if (field->kind == WEIR_FIELD_KIND_CHOICE && field->choices != NULL && weir_value_get_kind (value) == WEIR_VALUE_TEXT)
    {
      g_autoptr(GPtrArray) choices = g_ptr_array_new ();
      g_autoptr(GPtrArray) nearest = NULL;

      for (guint i = 0; field->choices[i] != NULL; i++)
        g_ptr_array_add (choices, (gpointer) field->choices[i]);
      nearest = weir_find_nearest (weir_value_get_text (value, NULL), choices, MAX_NEAREST);
      for (guint i = 0; i < nearest->len; i++)
        weir_fixing_add (self, WEIR_FIX_SET_FIELD, field->name, nearest->pdata[i]);
    }
  else if (weir_value_get_kind (value) == WEIR_VALUE_INT || weir_value_get_kind (value) == WEIR_VALUE_NUMBER)
    add_limit (self, field, value);
  if (!field->required || field->initial_text != NULL)
    weir_fixing_add (self, WEIR_FIX_REMOVE_FIELD, field->name, NULL);
}

static void
fix_key (WeirFixing *self)
{
  const char *key = weir_problem_get_field (self->problem);
  const char *const *known = self->block != NULL ? weir_block_keys : weir_document_keys;
  WeirValue *record = self->block != NULL ? self->block->data->record : self->workflow->graph->record;
  g_autoptr(GPtrArray) keys = g_ptr_array_new ();

  /* of a key inside of another one only that is known */
  if (key == NULL || g_strv_contains (known, key))
    return;
  for (guint i = 0; known[i] != NULL; i++)
    if (weir_value_find_member (record, known[i]) == NULL && !g_str_equal (known[i], "body")
        && !g_str_equal (known[i], "blocks") && !g_str_equal (known[i], "links") && !g_str_equal (known[i], "layout"))
      g_ptr_array_add (keys, (gpointer) known[i]);
  weir_fixing_add_nearest (self, WEIR_FIX_RENAME_FIELD, key, keys);
  weir_fixing_add (self, WEIR_FIX_REMOVE_FIELD, key, NULL);
}

/* Names in expressions */

static char *
dup_quoted (const char *message)
{
  const char *start = strchr (message, '"');
  const char *end = start != NULL ? strchr (start + 1, '"') : NULL;

  return end != NULL ? g_strndup (start + 1, end - start - 1) : NULL;
}

static void
fix_name (WeirFixing *self)
{
  static const char *const scope[] = { "inputs", "input", "value", "vars", "blocks", "run", "now", "secrets", "item", "index", NULL };
  const char *message = weir_problem_get_message (self->problem);
  g_autofree char *name = dup_quoted (message);
  g_autoptr(GPtrArray) names = g_ptr_array_new ();

  if (name == NULL || self->block == NULL)
    return;
  if (strstr (message, "names the block") != NULL)
    for (guint i = 0; i < self->graph->blocks->len; i++)
      g_ptr_array_add (names, ((WeirBlock *) self->graph->blocks->pdata[i])->id);
  else if (strstr (message, "names the input") != NULL)
    for (guint i = 0; i < self->workflow->inputs->len; i++)
      g_ptr_array_add (names, g_array_index (self->workflow->inputs, WeirInput, i).name);
  else
    for (guint i = 0; scope[i] != NULL; i++)
      g_ptr_array_add (names, (gpointer) scope[i]);
  weir_fixing_add_nearest (self, WEIR_FIX_SET_NAME, name, names);
}

/* The output */

static void
fix_output (WeirFixing *self)
{
  /* the block of the problem is the one that is named, or the container whose output it is */
  WeirGraph *graph = weir_problem_get_port (self->problem) != NULL ? self->graph
                     : self->block != NULL                         ? self->block->body
                                                                   : self->workflow->graph;
  const char *output = graph != NULL ? weir_graph_get_output (graph) : NULL;
  g_autoptr(GPtrArray) ends = g_ptr_array_new_with_free_func (g_free);

  if (output == NULL)
    return;
  for (guint i = 0; i < graph->blocks->len; i++)
    {
      WeirBlock *block = graph->blocks->pdata[i];
      g_autoptr(GPtrArray) ports = list_ports (block, FALSE);

      for (guint j = 0; j < ports->len; j++)
        g_ptr_array_add (ends, g_strconcat (block->id, ".", ports->pdata[j], NULL));
    }
  weir_fixing_add_nearest (self, WEIR_FIX_SET_OUTPUT, output, ends);
  weir_fixing_add (self, WEIR_FIX_REMOVE_OUTPUT, output, NULL);
}

/**
 * weir_workflow_list_fixes:
 * @self: a workflow
 * @problem: one of its problems
 *
 * Finds the clear ways to put a problem right: what is most like what is there, what has to go.
 *
 * Returns: (transfer full): of [class@Weir.Fix], best first; empty if it takes a person
 */
GListModel *
weir_workflow_list_fixes (WeirWorkflow *self, WeirProblem *problem)
{
  WeirFixing fixing = { .workflow = self, .problem = problem };
  const char *code;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  g_return_val_if_fail (WEIR_IS_PROBLEM (problem), NULL);

  code = weir_problem_get_code (problem);
  fixing.fixes = g_list_store_new (WEIR_TYPE_FIX);
  fixing.block = weir_workflow_find_block (self, weir_problem_get_block_path (problem));
  fixing.graph = fixing.block != NULL ? fixing.block->graph : self->graph;
  if (fixing.block == NULL && weir_problem_get_block_path (problem) != NULL)
    return G_LIST_MODEL (fixing.fixes);
  if (g_str_equal (code, "block.unknown"))
    fix_loose (&fixing);
  else if (g_str_equal (code, "output.unknown"))
    fix_output (&fixing);
  else if (g_str_equal (code, "key.unknown"))
    fix_key (&fixing);
  else if (weir_fixing_find_missing (&fixing, code) || fixing.block == NULL)
    return G_LIST_MODEL (fixing.fixes);
  else if (g_str_equal (code, "kind.unknown"))
    fix_kind (&fixing);
  else if (g_str_equal (code, "port.unknown"))
    fix_port (&fixing);
  else if (g_str_equal (code, "type.mismatch"))
    fix_types (&fixing);
  else if (g_str_equal (code, "field.unknown"))
    fix_unknown_field (&fixing);
  else if (g_str_equal (code, "field.invalid"))
    fix_invalid_field (&fixing);
  else if (g_str_equal (code, "name.unknown"))
    fix_name (&fixing);
  else if (g_str_equal (code, "link.duplicate"))
    weir_fixing_add (&fixing, WEIR_FIX_REMOVE_LINK, NULL, NULL)->input = TRUE;
  else if (g_str_equal (code, "join.impossible"))
    weir_fixing_add (&fixing, WEIR_FIX_REMOVE_JOIN, weir_problem_get_port (problem), NULL);
  else if (g_str_equal (code, "end.linked"))
    weir_fixing_add (&fixing, WEIR_FIX_REMOVE_LINK, NULL, NULL);
  return G_LIST_MODEL (fixing.fixes);
}
