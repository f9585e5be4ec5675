/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blocks become a workflow of their own, and a block that calls it stands in their place. Links that cross the boundary become inputs and
 * outputs with the types of their ports. */
#include "weir-extract-private.h"

#include <string.h>

static void
extract_clear (WeirExtract *self)
{
  g_clear_pointer (&self->chosen, g_hash_table_unref);
  g_clear_pointer (&self->in, g_ptr_array_unref);
  g_clear_pointer (&self->out, g_ptr_array_unref);
  g_clear_pointer (&self->references, g_ptr_array_unref);
  g_clear_pointer (&self->given, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WeirExtract, extract_clear)

/* Inputs of the workflow that the blocks name in an expression. */
static gboolean
mentions (const char *text, const char *word, const char *name)
{
  gsize length = strlen (word);

  for (const char *at = strstr (text, word); at != NULL; at = strstr (at + length, word))
    {
      gsize n = strlen (name);

      if ((at == text || !(g_ascii_isalnum (at[-1]) || at[-1] == '_' || at[-1] == '.'))
          && strncmp (at + length, name, n) == 0 && !(g_ascii_isalnum (at[length + n]) || at[length + n] == '_'))
        return TRUE;
    }
  return FALSE;
}

static void
find_given (WeirExtract *self, const char *text)
{
  for (guint i = 0; i < self->workflow->inputs->len; i++)
    {
      const char *name = g_array_index (self->workflow->inputs, WeirInput, i).name;

      if (mentions (text, "inputs.", name))
        g_ptr_array_add (self->given, g_strdup (name));
    }
  self->inherit = strstr (text, "vars.") != NULL;
}

/* The new workflow */

static char *
make_id (WeirGraph *graph, const char *wanted)
{
  return weir_graph_find_block (graph, wanted) == NULL ? g_strdup (wanted) : weir_graph_make_free_id (graph, wanted);
}

static void
add_text (WeirBuilder *builder, const char *key, const char *text)
{
  weir_builder_set_take (builder, key, weir_value_new_text (text));
}

static WeirBlock *
add_pass (WeirWorkflow *called, WeirExtract *self, const char *id, WeirValue *value, double x, double y, GError **error)
{
  const char *keys[] = { "value" };
  g_autoptr(WeirValue) config = weir_value_new_record (keys, &value, 1);
  g_autofree char *free_id = make_id (called->graph, id);
  WeirBlock *block = weir_workflow_add_block (called, called->graph, free_id, self->kinds->pass, config, x, y, error);

  return block;
}

static WeirBlock *
add_entry (WeirWorkflow *called, WeirExtract *self, const WeirCrossing *crossing, guint place, GError **error)
{
  g_autofree char *expression = g_strconcat ("=inputs.", crossing->name, NULL);
  g_autoptr(WeirValue) value = weir_value_new_text (expression);
  g_autofree char *optional = g_strconcat (crossing->type, " | null", NULL);
  gboolean may_lack = crossing->uncertain && !crossing->word;
  g_autoptr(WeirValue) nothing = may_lack ? weir_value_new_null () : NULL;
  WeirInput input = {
    .name = crossing->name,
    .type = may_lack && !g_str_equal (crossing->type, "any") ? optional : crossing->type,
    .initial = nothing,
  };
  WeirBlock *block;

  weir_workflow_set_input (called, &input);
  block = add_pass (called, self, crossing->name, value, self->x - 280, self->y + 120.0 * place, error);
  if (block != NULL)
    weir_workflow_set_label (called, block, crossing->name);
  return block;
}

/* What did not come leads nowhere. (transfer full) (nullable) */
static char *
make_when (const WeirCrossing *crossing)
{
  if (crossing->word)
    return g_strdup (WEIR_WORD);
  if (!crossing->uncertain)
    return g_strdup (crossing->when);
  return crossing->when != NULL ? g_strdup_printf (WEIR_CAME " && (%s)", crossing->when) : g_strdup (WEIR_CAME);
}

static gboolean
add_entries (WeirWorkflow *called, WeirExtract *self, GError **error)
{
  g_autoptr(GHashTable) entries = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->in->len; i++)
    {
      const WeirCrossing *crossing = self->in->pdata[i];
      WeirBlock *entry = crossing->name != NULL ? g_hash_table_lookup (entries, crossing->name) : NULL;
      g_autofree char *when = make_when (crossing);

      if (crossing->name == NULL)
        continue;
      if (entry == NULL)
        entry = add_entry (called, self, crossing, g_hash_table_size (entries), error);
      if (entry == NULL)
        return FALSE;
      g_hash_table_insert (entries, crossing->name, entry);
      if (weir_workflow_add_link (called, entry, "value", weir_graph_find_block (called->graph, crossing->inner),
                                  crossing->inner_port, when, error)
          == NULL)
        return FALSE;
    }
  return TRUE;
}

/* =blocks.x.port, or text that leaves out what is missing. */
static WeirValue *
make_members (WeirExtract *self, GPtrArray *outputs)
{
  g_autoptr(GString) text = g_string_new (WEIR_GATHER_BEGIN);
  WeirBuilder *members = weir_record_builder_new (outputs->len);

  for (guint i = 0; i < outputs->len; i++)
    {
      const WeirCrossing *crossing = outputs->pdata[i];
      const char *dot = crossing->inner_port == NULL ? "" : self->may_lack ? "?." : ".";
      g_autofree char *expression = g_strdup_printf ("=blocks.%s%s%s", crossing->inner, dot,
                                                     crossing->inner_port != NULL ? crossing->inner_port : "");

      g_string_append_printf (text, "%s%s: %s", i > 0 ? ", " : "", crossing->name, expression + 1);
      add_text (members, crossing->name, expression);
    }
  if (!self->may_lack)
    return weir_builder_end (members);
  weir_builder_free (members);
  g_string_append (text, WEIR_GATHER_END);
  return weir_value_new_text (text->str);
}

/* (transfer none) (nullable) */
static WeirBlock *
add_gatherer (WeirWorkflow *called, WeirExtract *self, GPtrArray *outputs, GError **error)
{
  g_autoptr(WeirValue) value = make_members (self, outputs);
  WeirBlock *block = add_pass (called, self, "result", value, self->x + 840, self->y, error);

  for (guint i = 0; block != NULL && i < outputs->len; i++)
    {
      const WeirCrossing *crossing = outputs->pdata[i];
      const char *port = crossing->inner_port != NULL ? crossing->inner_port : "done";

      if (weir_workflow_add_link (called, weir_graph_find_block (called->graph, crossing->inner), port, block, "run",
                                  NULL, error)
          == NULL)
        return NULL;
    }
  return block;
}

/* One output is the result; several are members of it. */
static gboolean
add_result (WeirWorkflow *called, WeirExtract *self, GPtrArray *outputs, GError **error)
{
  const WeirCrossing *first = outputs->len > 0 ? outputs->pdata[0] : NULL;
  g_autofree char *output = NULL;
  WeirBlock *block;

  if (first == NULL)
    return TRUE;
  if (self->gathers)
    {
      block = add_gatherer (called, self, outputs, error);
      if (block == NULL)
        return FALSE;
      output = g_strconcat (block->id, ".value", NULL);
    }
  else
    output = g_strdup_printf ("%s.%s", first->inner, first->inner_port);
  weir_workflow_set_output (called, called->graph, output);
  return TRUE;
}

static void
copy_given (WeirWorkflow *called, WeirExtract *self)
{
  for (guint i = 0; i < self->workflow->inputs->len; i++)
    {
      const WeirInput *input = &g_array_index (self->workflow->inputs, WeirInput, i);

      if (g_ptr_array_find_with_equal_func (self->given, input->name, g_str_equal, NULL))
        weir_workflow_set_input (called, input);
    }
}

static WeirWorkflow *
make_called (WeirExtract *self, const char *text, const char *name, GError **error)
{
  g_autoptr(WeirWorkflow) called = weir_workflow_new (name);
  g_autoptr(GPtrArray) pasted = weir_workflow_paste_blocks (called, called->graph, text, 0, 0, error);
  g_autoptr(GPtrArray) outputs = weir_extract_list_outputs (self);

  if (pasted == NULL)
    return NULL;
  weir_workflow_set_folder (called, weir_workflow_get_folder (self->workflow));
  copy_given (called, self);
  weir_extract_take_inward_names (self, called);
  if (!add_entries (called, self, error) || !add_result (called, self, outputs, error))
    return NULL;
  return g_steal_pointer (&called);
}

/* The call */

/* What it takes and gives, and the members of its result. */
static WeirValue *
make_interface (WeirExtract *self, WeirWorkflow *called)
{
  g_autoptr(WeirValue) interface = weir_workflow_make_interface (called);
  g_autoptr(GPtrArray) outputs = weir_extract_list_outputs (self);
  WeirValue *present = weir_value_find_member (interface, "outputs");
  WeirBuilder *members;
  g_autoptr(WeirValue) all = NULL;

  if (!self->gathers)
    return g_steal_pointer (&interface);
  members = weir_record_builder_new (outputs->len + 1);
  for (guint i = 0; i < outputs->len; i++)
    add_text (members, ((WeirCrossing *) outputs->pdata[i])->name, ((WeirCrossing *) outputs->pdata[i])->type);
  for (gsize i = 0; i < weir_value_get_length (present); i++)
    weir_builder_set (members, weir_value_get_key (present, i), weir_value_get_item (present, i));
  all = weir_builder_end (members);
  return weir_value_with_member (interface, "outputs", all);
}

static WeirValue *
make_config (WeirExtract *self, WeirWorkflow *called, const char *id)
{
  WeirBuilder *config = weir_record_builder_new (4);
  WeirBuilder *inputs = weir_record_builder_new (self->given->len + self->references->len);
  guint n_words = 0;

  add_text (config, "workflow", id);
  for (guint i = 0; i < self->given->len; i++)
    {
      g_autofree char *expression = g_strconcat ("=inputs.", self->given->pdata[i], NULL);

      add_text (inputs, self->given->pdata[i], expression);
    }
  for (guint i = 0; i < self->in->len; i++)
    {
      const WeirCrossing *crossing = self->in->pdata[i];
      g_autofree char *expression = g_strdup_printf ("=blocks.%s" WEIR_IS_DONE, crossing->outer);

      if (crossing->word
          && weir_extract_find_name (self->in, crossing->outer, crossing->outer_port, TRUE) == crossing->name)
        add_text (inputs, crossing->name, expression);
      n_words += crossing->word;
    }
  for (guint i = 0; i < self->references->len; i++)
    {
      const WeirReference *reference = self->references->pdata[i];
      g_autofree char *expression = g_strconcat ("=blocks.", reference->block, reference->port != NULL ? "?." : "",
                                                 reference->port != NULL ? reference->port : "",
                                                 reference->optional ? " ?? null" : "", NULL);

      add_text (inputs, reference->name, expression);
    }
  if (self->given->len + self->references->len + n_words > 0)
    weir_builder_set_take (config, "inputs", weir_builder_end (inputs));
  else
    weir_builder_free (inputs);
  weir_builder_set_take (config, "interface", make_interface (self, called));
  if (self->inherit)
    weir_builder_set_take (config, "inherit", weir_value_new_bool (TRUE));
  return weir_builder_end (config);
}

static const char *
get_output_port (WeirExtract *self, const WeirCrossing *crossing)
{
  return crossing->name == NULL ? crossing->inner_port : self->gathers ? crossing->name : "result";
}

static gboolean
link_call (WeirWorkflow *workflow, WeirGraph *graph, WeirBlock *call, WeirExtract *self, GError **error)
{
  g_autoptr(GHashTable) linked = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->in->len; i++)
    {
      const WeirCrossing *crossing = self->in->pdata[i];
      const char *port = crossing->name != NULL && !crossing->word ? crossing->name : "run";

      /* what goes to several blocks comes once */
      if (crossing->name != NULL && !g_hash_table_add (linked, crossing->name))
        continue;
      if (weir_workflow_add_link (workflow, weir_graph_find_block (graph, crossing->outer), crossing->outer_port, call,
                                  port, crossing->name == NULL || crossing->word ? crossing->when : NULL, error)
            == NULL
          && crossing->name != NULL)
        return FALSE;
      g_clear_error (error);
    }
  for (guint i = 0; i < self->out->len; i++)
    {
      const WeirCrossing *crossing = self->out->pdata[i];

      if (crossing->outer == NULL)
        continue;
      if (weir_workflow_add_link (workflow, call, get_output_port (self, crossing),
                                  weir_graph_find_block (graph, crossing->outer), crossing->outer_port, crossing->when,
                                  error)
            == NULL
          && crossing->name != NULL)
        return FALSE;
      g_clear_error (error);
    }
  return TRUE;
}

static char *
make_call_id (WeirGraph *graph, const char *name)
{
  GString *id = g_string_new (NULL);
  char *free_id;

  for (const char *c = name; *c != '\0' && id->len < 40; c++)
    if (g_ascii_isalnum (*c) && (id->len > 0 || g_ascii_isalpha (*c)))
      g_string_append_c (id, g_ascii_tolower (*c));
    else if (id->len > 0 && id->str[id->len - 1] != '_')
      g_string_append_c (id, '_');
  while (id->len > 0 && id->str[id->len - 1] == '_')
    g_string_truncate (id, id->len - 1);
  free_id = make_id (graph, id->len > 0 ? id->str : "part");
  g_string_free (id, TRUE);
  return free_id;
}

/* A designated result that is one of the blocks becomes that of the call. */
static void
follow_output (WeirWorkflow *workflow, WeirGraph *graph, WeirExtract *self, WeirBlock *call, const char *output)
{
  g_auto(GStrv) parts = output != NULL ? g_strsplit (output, ".", 2) : NULL;
  g_autofree char *changed = NULL;

  if (parts == NULL || g_strv_length (parts) != 2 || !g_hash_table_contains (self->chosen, parts[0]))
    return;
  changed = g_strconcat (
    call->id, ".", self->gathers ? weir_extract_find_name (self->out, parts[0], parts[1], FALSE) : "result", NULL);
  weir_workflow_set_output (workflow, graph, changed);
}

/* In @workflow, which is the one or a copy of it. (transfer none) (nullable) */
static WeirBlock *
put_call (WeirWorkflow *workflow, WeirGraph *graph, WeirExtract *self, WeirValue *config, const char *name, GError **error)
{
  GHashTableIter iter;
  gpointer id;
  g_autofree char *output = g_strdup (weir_graph_get_output (graph));
  g_autofree char *call_id = NULL;
  WeirBlock *call;
  gboolean linked = FALSE;

  weir_workflow_begin_edit (workflow, N_("Make Block from Selection"));
  g_hash_table_iter_init (&iter, self->chosen);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    weir_workflow_remove_block (workflow, weir_graph_find_block (graph, id));
  call_id = make_call_id (graph, name);
  call = weir_workflow_add_block (workflow, graph, call_id, self->kinds->call, config, self->x, self->y, error);
  if (call != NULL)
    {
      weir_workflow_set_label (workflow, call, name);
      linked = link_call (workflow, graph, call, self, error);
      follow_output (workflow, graph, self, call, output);
      weir_extract_follow_outward_names (self, workflow, graph, call);
    }
  weir_workflow_end_edit (workflow);
  return linked ? call : NULL;
}

/* Checking */

/* Names that nothing defines: what is taken apart may no longer see each other. */
static guint
count_lost_names (WeirWorkflow *workflow, char **first)
{
  g_autoptr(GListModel) problems = weir_workflow_validate (workflow);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr(WeirProblem) problem = g_list_model_get_item (problems, i);

      if (weir_problem_get_severity (problem) != WEIR_SEVERITY_ERROR
          || !g_str_has_prefix (weir_problem_get_code (problem), "name."))
        continue;
      if (n++ == 0)
        *first = g_strdup (weir_problem_get_message (problem));
    }
  return n;
}

static gboolean
check_names (WeirWorkflow *before, WeirWorkflow *after, WeirWorkflow *called, GError **error)
{
  g_autofree char *old = NULL;
  g_autofree char *inside = NULL;
  g_autofree char *outside = NULL;
  guint n_before = count_lost_names (before, &old);
  guint n_inside = count_lost_names (called, &inside);
  guint n_outside = count_lost_names (after, &outside);

  if (n_inside + n_outside <= n_before)
    return TRUE;
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "The selection and the rest name each other in expressions: %s",
               n_inside > 0 ? inside : outside);
  return FALSE;
}

static gboolean
try_on_copy (WeirExtract *self, WeirWorkflow *called, WeirValue *config, const char *name, GError **error)
{
  g_autoptr(WeirWorkflow) copy = weir_workflow_copy (self->workflow);
  WeirBlock *container = self->graph->container != NULL
                           ? weir_workflow_find_block (copy, weir_block_get_path (self->graph->container))
                           : NULL;

  return put_call (copy, container != NULL ? container->body : copy->graph, self, config, name, error) != NULL
         && check_names (self->workflow, copy, called, error);
}

static gboolean
choose (WeirExtract *self, WeirBlock **blocks, gsize n_blocks, GError **error)
{
  for (gsize i = 0; i < n_blocks; i++)
    {
      double x;
      double y;

      if (blocks[i]->graph != self->graph)
        {
          g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected blocks of one graph, but \"%s\" is in another",
                       weir_block_get_title (blocks[i]));
          return FALSE;
        }
      g_hash_table_add (self->chosen, g_strdup (blocks[i]->id));
      weir_block_get_position (blocks[i], &x, &y);
      self->x = i == 0 ? x : MIN (self->x, x);
      self->y = i == 0 ? y : MIN (self->y, y);
    }
  return TRUE;
}

/**
 * weir_workflow_extract:
 * @self: a workflow
 * @blocks: (array length=n_blocks): blocks of one graph of it
 * @n_blocks: at least 1
 * @kinds: the kinds of the blocks that are put in
 * @name: of the new workflow, and label of the block
 * @id: what the new workflow will have in the store
 * @call: (out) (optional) (transfer none): the block that calls it
 * @error: %WEIR_ERROR_INVALID: what stands against it; then nothing has changed
 *
 * What the blocks get over links becomes inputs, what they give becomes the result, or members of it where there are several; inputs of the
 * workflow that they name in expressions are handed on, and blocks that the two sides name of each other become inputs and outputs. What need
 * not come, a branch that was not taken, comes to nothing on the other side either. The block waits for all that crosses the boundary. One
 * edit.
 *
 * Returns: (transfer full) (nullable): the new workflow, to be saved
 */
WeirWorkflow *
weir_workflow_extract (WeirWorkflow           *self,
                       WeirBlock             **blocks,
                       gsize                   n_blocks,
                       const WeirExtractKinds *kinds,
                       const char             *name,
                       const char             *id,
                       WeirBlock             **call,
                       GError                **error)
{
  g_auto(WeirExtract) extract = { .workflow = self, .kinds = kinds };
  g_autoptr(WeirWorkflow) called = NULL;
  g_autoptr(WeirValue) config = NULL;
  g_autofree char *text = NULL;
  WeirBlock *put;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  g_return_val_if_fail (n_blocks > 0 && kinds != NULL && name != NULL && id != NULL, NULL);

  extract.graph = blocks[0]->graph;
  extract.chosen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  extract.in = g_ptr_array_new_with_free_func (weir_crossing_free);
  extract.out = g_ptr_array_new_with_free_func (weir_crossing_free);
  extract.given = g_ptr_array_new_with_free_func (g_free);
  extract.references = g_ptr_array_new_with_free_func (weir_reference_free);
  if (!choose (&extract, blocks, n_blocks, error) || !weir_extract_check_paths (&extract, error))
    return NULL;
  text = weir_workflow_copy_blocks (self, blocks, n_blocks);
  find_given (&extract, text);
  if (!weir_extract_find_boundary (&extract, error))
    return NULL;
  called = make_called (&extract, text, name, error);
  if (called == NULL)
    return NULL;
  weir_workflow_set_id (called, id);
  config = make_config (&extract, called, id);
  if (!try_on_copy (&extract, called, config, name, error))
    return NULL;
  put = put_call (self, extract.graph, &extract, config, name, error);
  if (call != NULL)
    *call = put;
  return g_steal_pointer (&called);
}
