/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blocks become a workflow of their own, and a block that calls it stands in their place. Links that cross the boundary become inputs and
 * outputs with the types of their ports. */
#include "weir-extract.h"
#include "weir-workflow-private.h"

#include <string.h>

/* A link that crosses the boundary; ids, since it is done on a copy first. */
typedef struct
{
  char *outer;      /* block outside; NULL: it is only the designated result */
  char *outer_port;
  char *inner;
  char *inner_port;
  char *when;
  char *name;       /* of the input or output; NULL: a port that every block has */
  char *type;
} Crossing;

typedef struct
{
  WeirWorkflow           *workflow;
  WeirGraph              *graph;
  GHashTable             *chosen;  /* ids */
  const WeirExtractKinds *kinds;
  GPtrArray              *in;      /* of Crossing */
  GPtrArray              *out;
  GPtrArray              *given;   /* names of inputs of the workflow that are handed on */
  gboolean                inherit;
  double                  x, y;
} Extract;

static void
crossing_free (gpointer data)
{
  Crossing *self = data;

  g_free (self->outer);
  g_free (self->outer_port);
  g_free (self->inner);
  g_free (self->inner_port);
  g_free (self->when);
  g_free (self->name);
  g_free (self->type);
  g_free (self);
}

static void
extract_clear (Extract *self)
{
  g_clear_pointer (&self->chosen, g_hash_table_unref);
  g_clear_pointer (&self->in, g_ptr_array_unref);
  g_clear_pointer (&self->out, g_ptr_array_unref);
  g_clear_pointer (&self->given, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Extract, extract_clear)

/* Names */

static gboolean
is_taken (Extract *self, GPtrArray *crossings, const char *name)
{
  const WeirBlockKind *kind = weir_registry_find_kind (self->kinds->call);

  if (kind == NULL || weir_kind_find_field (kind, name) != NULL || g_str_equal (name, "result") || g_str_equal (name, "run")
      || g_str_equal (name, "done") || g_str_equal (name, "error"))
    return TRUE;
  for (guint i = 0; i < self->given->len; i++)
    if (g_str_equal (self->given->pdata[i], name))
      return TRUE;
  for (guint i = 0; i < crossings->len; i++)
    if (g_strcmp0 (((Crossing *) crossings->pdata[i])->name, name) == 0)
      return TRUE;
  return FALSE;
}

static char *
make_name (Extract *self, GPtrArray *crossings, const char *block, const char *port)
{
  char *name = weir_is_id (port) && !is_taken (self, crossings, port) ? g_strdup (port) : g_strconcat (block, "_", port, NULL);

  for (guint i = 2; is_taken (self, crossings, name) || !weir_is_id (name); i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s_%u", block, i);
    }
  return name;
}

/* That of the port where it comes from, else that of the one where it goes to. */
static char *
find_type (WeirLink *link)
{
  gboolean known;
  const WeirPort *source = weir_block_find_output (link->source, link->source_port, &known);
  const WeirPort *target = weir_block_find_input (link->target, link->target_port, &known);

  if (source != NULL && source->type != NULL && !g_str_equal (source->type, "any") && !g_str_equal (source->type, "null"))
    return g_strdup (source->type);
  return g_strdup (target != NULL && target->type != NULL ? target->type : "any");
}

/* Boundary */

static Crossing *
crossing_new (WeirLink *link, gboolean inward)
{
  Crossing *self = g_new0 (Crossing, 1);
  WeirBlock *outer = inward ? link->source : link->target;
  WeirBlock *inner = inward ? link->target : link->source;

  self->outer = g_strdup (outer->id);
  self->outer_port = g_strdup (inward ? link->source_port : link->target_port);
  self->inner = g_strdup (inner->id);
  self->inner_port = g_strdup (inward ? link->target_port : link->source_port);
  self->when = g_strdup (link->when);
  self->type = find_type (link);
  return self;
}

static const char *
find_name (GPtrArray *crossings, const char *block, const char *port, gboolean inward)
{
  for (guint i = 0; i < crossings->len; i++)
    {
      const Crossing *other = crossings->pdata[i];

      if (g_str_equal (inward ? other->outer : other->inner, block) && g_str_equal (inward ? other->outer_port : other->inner_port, port))
        return other->name;
    }
  return NULL;
}

static void
add_inward (Extract *self, WeirLink *link)
{
  Crossing *crossing = crossing_new (link, TRUE);
  const char *name = find_name (self->in, crossing->outer, crossing->outer_port, TRUE);

  if (!g_str_equal (crossing->inner_port, "run"))
    crossing->name = name != NULL ? g_strdup (name) : make_name (self, self->in, crossing->outer, crossing->outer_port);
  g_ptr_array_add (self->in, crossing);
}

static gboolean
add_outward (Extract *self, WeirLink *link, GError **error)
{
  Crossing *crossing = crossing_new (link, FALSE);
  const char *name = find_name (self->out, crossing->inner, crossing->inner_port, FALSE);
  gboolean known;
  const WeirPort *port = weir_block_find_output (link->source, link->source_port, &known);
  gboolean common = g_str_equal (crossing->inner_port, "done") || g_str_equal (crossing->inner_port, "error");

  if (port != NULL && port->side)
    {
      crossing_free (crossing);
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID,
                   "\"%s\" gives many values at \"%s\" while it runs; what takes them must be part of the selection",
                   weir_block_get_title (link->source), link->source_port);
      return FALSE;
    }
  if (!common)
    crossing->name = name != NULL ? g_strdup (name) : make_name (self, self->out, crossing->inner, crossing->inner_port);
  g_ptr_array_add (self->out, crossing);
  return TRUE;
}

/* A designated result that is one of the blocks is given as well. */
static void
add_output (Extract *self)
{
  const char *output = weir_graph_get_output (self->graph);
  g_auto(GStrv) parts = output != NULL ? g_strsplit (output, ".", 2) : NULL;
  Crossing *crossing;
  const char *name;
  gboolean known;
  const WeirPort *port;

  if (parts == NULL || g_strv_length (parts) != 2 || !g_hash_table_contains (self->chosen, parts[0]))
    return;
  port = weir_block_find_output (weir_graph_find_block (self->graph, parts[0]), parts[1], &known);
  name = find_name (self->out, parts[0], parts[1], FALSE);
  crossing = g_new0 (Crossing, 1);
  crossing->inner = g_strdup (parts[0]);
  crossing->inner_port = g_strdup (parts[1]);
  crossing->type = g_strdup (port != NULL && port->type != NULL ? port->type : "any");
  crossing->name = name != NULL ? g_strdup (name) : make_name (self, self->out, parts[0], parts[1]);
  g_ptr_array_add (self->out, crossing);
}

static gboolean
find_boundary (Extract *self, GError **error)
{
  for (guint i = 0; i < self->graph->links->len; i++)
    {
      WeirLink *link = self->graph->links->pdata[i];
      gboolean from = g_hash_table_contains (self->chosen, link->source->id);
      gboolean to = g_hash_table_contains (self->chosen, link->target->id);

      if (!from && to)
        add_inward (self, link);
      else if (from && !to && !add_outward (self, link, error))
        return FALSE;
    }
  add_output (self);
  return TRUE;
}

/* Inputs of the workflow that the blocks name in an expression. */
static gboolean
mentions (const char *text, const char *word, const char *name)
{
  gsize length = strlen (word);

  for (const char *at = strstr (text, word); at != NULL; at = strstr (at + length, word))
    {
      gsize n = strlen (name);

      if ((at == text || !(g_ascii_isalnum (at[-1]) || at[-1] == '_' || at[-1] == '.')) && strncmp (at + length, name, n) == 0
          && !(g_ascii_isalnum (at[length + n]) || at[length + n] == '_'))
        return TRUE;
    }
  return FALSE;
}

static void
find_given (Extract *self, const char *text)
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
add_pass (WeirWorkflow *called, Extract *self, const char *id, WeirValue *value, double x, double y, GError **error)
{
  const char *keys[] = { "value" };
  g_autoptr(WeirValue) config = weir_value_new_record (keys, &value, 1);
  g_autofree char *free_id = make_id (called->graph, id);
  WeirBlock *block = weir_workflow_add_block (called, called->graph, free_id, self->kinds->pass, config, x, y, error);

  return block;
}

static WeirBlock *
add_entry (WeirWorkflow *called, Extract *self, const Crossing *crossing, guint place, GError **error)
{
  g_autofree char *expression = g_strconcat ("=inputs.", crossing->name, NULL);
  g_autoptr(WeirValue) value = weir_value_new_text (expression);
  WeirInput input = { .name = crossing->name, .type = crossing->type };
  WeirBlock *block;

  weir_workflow_set_input (called, &input);
  block = add_pass (called, self, crossing->name, value, self->x - 280, self->y + 120.0 * place, error);
  if (block != NULL)
    weir_workflow_set_label (called, block, crossing->name);
  return block;
}

static gboolean
add_entries (WeirWorkflow *called, Extract *self, GError **error)
{
  g_autoptr(GHashTable) entries = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->in->len; i++)
    {
      const Crossing *crossing = self->in->pdata[i];
      WeirBlock *entry = crossing->name != NULL ? g_hash_table_lookup (entries, crossing->name) : NULL;

      if (crossing->name == NULL)
        continue;
      if (entry == NULL)
        entry = add_entry (called, self, crossing, g_hash_table_size (entries), error);
      if (entry == NULL)
        return FALSE;
      g_hash_table_insert (entries, crossing->name, entry);
      if (weir_workflow_add_link (called, entry, "value", weir_graph_find_block (called->graph, crossing->inner), crossing->inner_port,
                                  crossing->when, error)
          == NULL)
        return FALSE;
    }
  return TRUE;
}

/* Of several links from one port only the first. */
static GPtrArray *
list_outputs (Extract *self)
{
  GPtrArray *outputs = g_ptr_array_new ();

  for (guint i = 0; i < self->out->len; i++)
    {
      Crossing *crossing = self->out->pdata[i];
      gboolean found = crossing->name == NULL;

      for (guint j = 0; j < outputs->len && !found; j++)
        found = g_str_equal (((Crossing *) outputs->pdata[j])->name, crossing->name);
      if (!found)
        g_ptr_array_add (outputs, crossing);
    }
  return outputs;
}

/* One output is the result; several are members of it. */
static gboolean
add_result (WeirWorkflow *called, Extract *self, GPtrArray *outputs, GError **error)
{
  const Crossing *first = outputs->len > 0 ? outputs->pdata[0] : NULL;
  g_autofree char *output = first != NULL ? g_strdup_printf ("%s.%s", first->inner, first->inner_port) : NULL;
  WeirBuilder *members;
  g_autoptr(WeirValue) value = NULL;
  WeirBlock *block;

  if (outputs->len > 1)
    {
      members = weir_record_builder_new (outputs->len);
      for (guint i = 0; i < outputs->len; i++)
        {
          const Crossing *crossing = outputs->pdata[i];
          g_autofree char *expression = g_strdup_printf ("=blocks.%s.%s", crossing->inner, crossing->inner_port);

          add_text (members, crossing->name, expression);
        }
      value = weir_builder_end (members);
      block = add_pass (called, self, "result", value, self->x + 840, self->y, error);
      if (block == NULL)
        return FALSE;
      for (guint i = 0; i < outputs->len; i++)
        {
          const Crossing *crossing = outputs->pdata[i];

          if (weir_workflow_add_link (called, weir_graph_find_block (called->graph, crossing->inner), crossing->inner_port, block, "run",
                                      NULL, error)
              == NULL)
            return FALSE;
        }
      g_free (output);
      output = g_strconcat (block->id, ".value", NULL);
    }
  if (output != NULL)
    weir_workflow_set_output (called, called->graph, output);
  return TRUE;
}

static void
copy_given (WeirWorkflow *called, Extract *self)
{
  for (guint i = 0; i < self->workflow->inputs->len; i++)
    {
      const WeirInput *input = &g_array_index (self->workflow->inputs, WeirInput, i);

      if (g_ptr_array_find_with_equal_func (self->given, input->name, g_str_equal, NULL))
        weir_workflow_set_input (called, input);
    }
}

static WeirWorkflow *
make_called (Extract *self, const char *text, const char *name, GError **error)
{
  g_autoptr(WeirWorkflow) called = weir_workflow_new (name);
  g_autoptr(GPtrArray) pasted = weir_workflow_paste_blocks (called, called->graph, text, 0, 0, error);
  g_autoptr(GPtrArray) outputs = list_outputs (self);

  if (pasted == NULL)
    return NULL;
  weir_workflow_set_folder (called, weir_workflow_get_folder (self->workflow));
  copy_given (called, self);
  if (!add_entries (called, self, error) || !add_result (called, self, outputs, error))
    return NULL;
  return g_steal_pointer (&called);
}

/* The call */

/* What it takes and gives, and the members of its result. */
static WeirValue *
make_interface (Extract *self, WeirWorkflow *called)
{
  g_autoptr(WeirValue) interface = weir_workflow_make_interface (called);
  g_autoptr(GPtrArray) outputs = list_outputs (self);
  WeirValue *present = weir_value_find_member (interface, "outputs");
  WeirBuilder *members;
  g_autoptr(WeirValue) all = NULL;

  if (outputs->len < 2)
    return g_steal_pointer (&interface);
  members = weir_record_builder_new (outputs->len + 1);
  for (guint i = 0; i < outputs->len; i++)
    add_text (members, ((Crossing *) outputs->pdata[i])->name, ((Crossing *) outputs->pdata[i])->type);
  for (gsize i = 0; i < weir_value_get_length (present); i++)
    weir_builder_set (members, weir_value_get_key (present, i), weir_value_get_item (present, i));
  all = weir_builder_end (members);
  return weir_value_with_member (interface, "outputs", all);
}

static WeirValue *
make_config (Extract *self, WeirWorkflow *called, const char *id)
{
  WeirBuilder *config = weir_record_builder_new (4);
  WeirBuilder *inputs = weir_record_builder_new (self->given->len);

  add_text (config, "workflow", id);
  for (guint i = 0; i < self->given->len; i++)
    {
      g_autofree char *expression = g_strconcat ("=inputs.", self->given->pdata[i], NULL);

      add_text (inputs, self->given->pdata[i], expression);
    }
  if (self->given->len > 0)
    weir_builder_set_take (config, "inputs", weir_builder_end (inputs));
  else
    weir_builder_free (inputs);
  weir_builder_set_take (config, "interface", make_interface (self, called));
  if (self->inherit)
    weir_builder_set_take (config, "inherit", weir_value_new_bool (TRUE));
  return weir_builder_end (config);
}

static const char *
get_output_port (Extract *self, const Crossing *crossing, guint n_outputs)
{
  return crossing->name == NULL ? crossing->inner_port : n_outputs > 1 ? crossing->name : "result";
}

static gboolean
link_call (WeirWorkflow *workflow, WeirGraph *graph, WeirBlock *call, Extract *self, GError **error)
{
  g_autoptr(GPtrArray) outputs = list_outputs (self);
  g_autoptr(GHashTable) linked = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->in->len; i++)
    {
      const Crossing *crossing = self->in->pdata[i];
      const char *port = crossing->name != NULL ? crossing->name : "run";

      /* what goes to several blocks comes once */
      if (crossing->name != NULL && !g_hash_table_add (linked, crossing->name))
        continue;
      if (weir_workflow_add_link (workflow, weir_graph_find_block (graph, crossing->outer), crossing->outer_port, call, port,
                                  crossing->name == NULL ? crossing->when : NULL, error)
          == NULL && crossing->name != NULL)
        return FALSE;
      g_clear_error (error);
    }
  for (guint i = 0; i < self->out->len; i++)
    {
      const Crossing *crossing = self->out->pdata[i];

      if (crossing->outer == NULL)
        continue;
      if (weir_workflow_add_link (workflow, call, get_output_port (self, crossing, outputs->len),
                                  weir_graph_find_block (graph, crossing->outer), crossing->outer_port, crossing->when, error)
          == NULL && crossing->name != NULL)
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
follow_output (WeirWorkflow *workflow, WeirGraph *graph, Extract *self, WeirBlock *call, const char *output)
{
  g_auto(GStrv) parts = output != NULL ? g_strsplit (output, ".", 2) : NULL;
  g_autoptr(GPtrArray) outputs = NULL;
  g_autofree char *changed = NULL;

  if (parts == NULL || g_strv_length (parts) != 2 || !g_hash_table_contains (self->chosen, parts[0]))
    return;
  outputs = list_outputs (self);
  changed = g_strconcat (call->id, ".", outputs->len > 1 ? find_name (self->out, parts[0], parts[1], FALSE) : "result", NULL);
  weir_workflow_set_output (workflow, graph, changed);
}

/* In @workflow, which is the one or a copy of it. (transfer none) (nullable) */
static WeirBlock *
put_call (WeirWorkflow *workflow, WeirGraph *graph, Extract *self, WeirValue *config, const char *name, GError **error)
{
  GHashTableIter iter;
  gpointer id;
  g_autofree char *output = g_strdup (weir_graph_get_output (graph));
  g_autofree char *call_id = NULL;
  WeirBlock *call;
  gboolean linked = FALSE;

  weir_workflow_begin_edit (workflow, "Make Block from Selection");
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

      if (weir_problem_get_severity (problem) != WEIR_SEVERITY_ERROR || !g_str_has_prefix (weir_problem_get_code (problem), "name."))
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
try_on_copy (Extract *self, WeirWorkflow *called, WeirValue *config, const char *name, GError **error)
{
  g_autoptr(WeirWorkflow) copy = weir_workflow_copy (self->workflow);
  WeirBlock *container = self->graph->container != NULL ? weir_workflow_find_block (copy, weir_block_get_path (self->graph->container)) : NULL;

  return put_call (copy, container != NULL ? container->body : copy->graph, self, config, name, error) != NULL
         && check_names (self->workflow, copy, called, error);
}

static gboolean
choose (Extract *self, WeirBlock **blocks, gsize n_blocks, GError **error)
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
 * workflow that they name in expressions are handed on. The block waits for all that crosses the boundary. One edit.
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
  g_auto(Extract) extract = { .workflow = self, .kinds = kinds };
  g_autoptr(WeirWorkflow) called = NULL;
  g_autoptr(WeirValue) config = NULL;
  g_autofree char *text = NULL;
  WeirBlock *put;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  g_return_val_if_fail (n_blocks > 0 && kinds != NULL && name != NULL && id != NULL, NULL);

  extract.graph = blocks[0]->graph;
  extract.chosen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  extract.in = g_ptr_array_new_with_free_func (crossing_free);
  extract.out = g_ptr_array_new_with_free_func (crossing_free);
  extract.given = g_ptr_array_new_with_free_func (g_free);
  if (!choose (&extract, blocks, n_blocks, error))
    return NULL;
  text = weir_workflow_copy_blocks (self, blocks, n_blocks);
  find_given (&extract, text);
  if (!find_boundary (&extract, error))
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
