/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-workflow-private.h"

#include <string.h>

enum
{
  PROP_0,
  PROP_NAME,
  PROP_DESCRIPTION,
  PROP_CAN_UNDO,
  PROP_CAN_REDO,
  N_PROPS
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (WeirWorkflow, weir_workflow, G_TYPE_OBJECT)

static void
input_clear (gpointer data)
{
  WeirInput *self = data;

  g_free (self->name);
  g_free (self->type);
  g_free (self->title);
  g_clear_pointer (&self->initial, weir_value_unref);
}

static void
note_clear (gpointer data)
{
  WeirNote *self = data;

  g_free (self->id);
  g_free (self->text);
  g_free (self->colour);
}

static void
weir_workflow_finalize (GObject *object)
{
  WeirWorkflow *self = WEIR_WORKFLOW (object);

  g_clear_pointer (&self->history, weir_history_free);
  g_clear_object (&self->graph);
  g_clear_pointer (&self->source, weir_yaml_document_unref);
  g_clear_pointer (&self->loose_layout, weir_value_unref);
  g_clear_pointer (&self->header, weir_value_unref);
  g_array_unref (self->inputs);
  g_array_unref (self->notes);
  g_free (self->folder);
  g_free (self->id);
  G_OBJECT_CLASS (weir_workflow_parent_class)->finalize (object);
}

static void
weir_workflow_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  WeirWorkflow *self = WEIR_WORKFLOW (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, weir_workflow_get_name (self));
      break;
    case PROP_DESCRIPTION:
      g_value_set_string (value, weir_workflow_get_description (self));
      break;
    case PROP_CAN_UNDO:
      g_value_set_boolean (value, weir_workflow_can_undo (self));
      break;
    case PROP_CAN_REDO:
      g_value_set_boolean (value, weir_workflow_can_redo (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
weir_workflow_class_init (WeirWorkflowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = weir_workflow_finalize;
  object_class->get_property = weir_workflow_get_property;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_DESCRIPTION] = g_param_spec_string ("description", NULL, NULL, NULL, flags);
  properties[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * WeirWorkflow::changed:
   *
   * Once after each edit, undo and redo.
   */
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", WEIR_TYPE_WORKFLOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 0);
}

static void
weir_workflow_init (WeirWorkflow *self)
{
  self->graph = weir_graph_new (NULL);
  self->loose_layout = weir_value_new_record (NULL, NULL, 0);
  self->inputs = g_array_new (FALSE, FALSE, sizeof (WeirInput));
  g_array_set_clear_func (self->inputs, input_clear);
  self->notes = g_array_new (FALSE, FALSE, sizeof (WeirNote));
  g_array_set_clear_func (self->notes, note_clear);
  self->history = weir_history_new (self);
}

void
weir_workflow_emit_changed (WeirWorkflow *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/**
 * weir_workflow_new:
 * @name: what people call it
 *
 * Returns: (transfer full): a workflow without blocks
 */
WeirWorkflow *
weir_workflow_new (const char *name)
{
  WeirWorkflow *self = g_object_new (WEIR_TYPE_WORKFLOW, NULL);
  const char *keys[] = { "weir", "name" };
  g_autoptr(WeirValue) version = weir_value_new_int (1);
  g_autoptr(WeirValue) title = weir_value_new_text (name != NULL ? name : "");
  WeirValue *values[] = { version, title };
  g_autoptr(WeirValue) record = weir_value_new_record (keys, values, G_N_ELEMENTS (keys));

  weir_graph_set_record (self->graph, record);
  weir_workflow_read_header (self);
  return self;
}

/* The header */

static void
read_inputs (WeirWorkflow *self)
{
  WeirValue *inputs = weir_value_find_member (self->graph->record, "inputs");

  g_array_set_size (self->inputs, 0);
  if (inputs == NULL || weir_value_get_kind (inputs) != WEIR_VALUE_RECORD)
    return;
  for (gsize i = 0; i < weir_value_get_length (inputs); i++)
    {
      WeirValue *item = weir_value_get_item (inputs, i);
      WeirInput input = { .name = g_strdup (weir_value_get_key (inputs, i)) };

      /* `folder: dir` is short for `folder: { type: dir }` */
      if (weir_value_get_kind (item) == WEIR_VALUE_TEXT)
        input.type = g_strdup (weir_value_get_text (item, NULL));
      else
        {
          WeirValue *initial = weir_value_find_member (item, "default");

          input.type = g_strdup (weir_value_get_member_text (item, "type", "any"));
          input.title = g_strdup (weir_value_get_member_text (item, "title", NULL));
          input.initial = initial != NULL ? weir_value_ref (initial) : NULL;
        }
      g_array_append_val (self->inputs, input);
    }
}

static double
get_coordinate (WeirValue *at, gsize index, double fallback)
{
  WeirValue *value;

  if (at == NULL || weir_value_get_kind (at) != WEIR_VALUE_LIST || weir_value_get_length (at) <= index)
    return fallback;
  value = weir_value_get_item (at, index);
  return weir_value_get_kind (value) == WEIR_VALUE_INT || weir_value_get_kind (value) == WEIR_VALUE_NUMBER
           ? weir_value_get_number (value) : fallback;
}

static void
read_notes (WeirWorkflow *self)
{
  WeirValue *notes = weir_value_find_member (self->graph->record, "notes");

  g_array_set_size (self->notes, 0);
  if (notes == NULL || weir_value_get_kind (notes) != WEIR_VALUE_RECORD)
    return;
  for (gsize i = 0; i < weir_value_get_length (notes); i++)
    {
      WeirValue *item = weir_value_get_item (notes, i);
      WeirValue *at = weir_value_find_member (item, "at");
      WeirNote note = { .id = g_strdup (weir_value_get_key (notes, i)),
                        .text = g_strdup (weir_value_get_member_text (item, "text", "")) };

      note.x = get_coordinate (at, 0, 0);
      note.y = get_coordinate (at, 1, 0);
      note.width = get_coordinate (at, 2, 240);
      note.height = get_coordinate (at, 3, 120);
      note.colour = g_strdup (weir_value_get_member_text (item, "colour", NULL));
      note.frame = weir_value_get_member_bool (item, "frame", FALSE);
      note.collapsed = weir_value_get_member_bool (item, "collapsed", FALSE);
      g_array_append_val (self->notes, note);
    }
}

void
weir_workflow_read_header (WeirWorkflow *self)
{
  g_autoptr(WeirValue) before = g_steal_pointer (&self->header);
  WeirValue *record = self->graph->record;

  self->header = weir_value_ref (record);
  read_inputs (self);
  read_notes (self);
  if (before == NULL || g_strcmp0 (weir_value_get_member_text (before, "name", NULL),
                                   weir_value_get_member_text (record, "name", NULL)) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
  if (before == NULL || g_strcmp0 (weir_value_get_member_text (before, "description", NULL),
                                   weir_value_get_member_text (record, "description", NULL)) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DESCRIPTION]);
}

/* Copies share everything that cannot change. */

static void
copy_graph (WeirGraph *from, WeirGraph *to)
{
  weir_graph_set_record (to, from->record);
  to->next_order = from->next_order;
  for (guint i = 0; i < from->blocks->len; i++)
    {
      WeirBlock *block = from->blocks->pdata[i];
      g_autoptr(WeirBlock) copy = weir_block_new (block->id, block->data);

      copy->order = block->order;
      copy->position = block->position != NULL ? weir_value_ref (block->position) : NULL;
      copy->node = block->node;
      copy->line = block->line;
      copy->column = block->column;
      weir_graph_insert_block (to, copy);
      if (block->body != NULL)
        copy_graph (block->body, weir_block_ensure_body (copy));
    }
  for (guint i = 0; i < from->links->len; i++)
    {
      WeirLink *link = from->links->pdata[i];
      g_autoptr(WeirLink) copy = weir_link_new (to->blocks->pdata[weir_block_get_index (link->source)], link->source_port,
                                                to->blocks->pdata[weir_block_get_index (link->target)], link->target_port,
                                                link->when);

      copy->order = link->order;
      copy->written = link->written != NULL ? weir_value_ref (link->written) : NULL;
      copy->line = link->line;
      copy->column = link->column;
      weir_graph_insert_link (to, copy);
    }
  for (guint i = 0; i < from->loose->len; i++)
    {
      const WeirLooseLink *loose = &g_array_index (from->loose, WeirLooseLink, i);

      weir_graph_add_loose_link (to, loose->written, loose->source, loose->target, loose->missing, loose->line, loose->column);
      g_array_index (to->loose, WeirLooseLink, i).order = loose->order;
    }
}

/**
 * weir_workflow_copy:
 * @self: a workflow
 *
 * Returns: (transfer full): an independent copy without history, of the same id and version
 */
WeirWorkflow *
weir_workflow_copy (WeirWorkflow *self)
{
  WeirWorkflow *copy;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);

  copy = g_object_new (WEIR_TYPE_WORKFLOW, NULL);
  copy->id = g_strdup (self->id);
  copy->version = self->version;
  copy->folder = g_strdup (self->folder);
  copy->source = self->source != NULL ? weir_yaml_document_ref (self->source) : NULL;
  weir_value_unref (copy->loose_layout);
  copy->loose_layout = weir_value_ref (self->loose_layout);
  copy_graph (self->graph, copy->graph);
  weir_workflow_read_header (copy);
  return copy;
}

/* Reading */

/**
 * weir_workflow_get_id:
 * @self: a workflow
 *
 * Returns: (transfer none) (nullable): its id in the store; %NULL until it was saved
 */
const char *
weir_workflow_get_id (WeirWorkflow *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  return self->id;
}

/**
 * weir_workflow_set_id:
 * @self: a workflow
 * @id: (nullable): its id in the store
 *
 * For the engine, and for programs that keep workflows themselves. Not an edit.
 */
void
weir_workflow_set_id (WeirWorkflow *self, const char *id)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_set_str (&self->id, id);
}

/**
 * weir_workflow_get_version:
 * @self: a workflow
 *
 * Returns: the version that it was saved as or loaded from; 0 until it was saved
 */
guint
weir_workflow_get_version (WeirWorkflow *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), 0);
  return self->version;
}

/**
 * weir_workflow_set_version:
 * @self: a workflow
 * @version: a version
 *
 * For the engine. Not an edit.
 */
void
weir_workflow_set_version (WeirWorkflow *self, guint version)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  self->version = version;
}

/**
 * weir_workflow_get_folder:
 * @self: a workflow
 *
 * Returns: (transfer none) (nullable): the folder below which relative paths are; %NULL is the home folder
 */
const char *
weir_workflow_get_folder (WeirWorkflow *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  return self->folder;
}

/**
 * weir_workflow_set_folder:
 * @self: a workflow
 * @folder: (nullable): an absolute path
 *
 * Not an edit.
 */
void
weir_workflow_set_folder (WeirWorkflow *self, const char *folder)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_set_str (&self->folder, folder);
}

/**
 * weir_workflow_get_name:
 * @self: a workflow
 *
 * Returns: (transfer none): what people call it
 */
const char *
weir_workflow_get_name (WeirWorkflow *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  return weir_value_get_member_text (self->graph->record, "name", "");
}

/**
 * weir_workflow_get_description:
 * @self: a workflow
 *
 * Returns: (transfer none) (nullable): what it is for, in a sentence or two
 */
const char *
weir_workflow_get_description (WeirWorkflow *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  return weir_value_get_member_text (self->graph->record, "description", NULL);
}

/**
 * weir_workflow_get_graph:
 * @self: a workflow
 *
 * Returns: (transfer none): its root graph
 */
WeirGraph *
weir_workflow_get_graph (WeirWorkflow *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  return self->graph;
}

/**
 * weir_workflow_get_n_inputs:
 * @self: a workflow
 *
 * Returns: how many inputs a run asks for
 */
guint
weir_workflow_get_n_inputs (WeirWorkflow *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), 0);
  return self->inputs->len;
}

/**
 * weir_workflow_get_input:
 * @self: a workflow
 * @index: less than the number of inputs
 *
 * Returns: (transfer none): an input; valid until the workflow changes
 */
const WeirInput *
weir_workflow_get_input (WeirWorkflow *self, guint index)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  g_return_val_if_fail (index < self->inputs->len, NULL);
  return &g_array_index (self->inputs, WeirInput, index);
}

/**
 * weir_workflow_get_concurrency:
 * @self: a workflow
 *
 * Returns: steps at once in a run; 0: as many as the engine allows
 */
guint
weir_workflow_get_concurrency (WeirWorkflow *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), 0);
  return CLAMP (weir_value_get_member_int (self->graph->record, "concurrency", 0), 0, G_MAXINT);
}

/**
 * weir_workflow_get_max_runs:
 * @self: a workflow
 *
 * Returns: runs of it at once, others wait for one to end; 0: as many as the engine allows
 */
guint
weir_workflow_get_max_runs (WeirWorkflow *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), 0);
  return CLAMP (weir_value_get_member_int (self->graph->record, "max_runs", 0), 0, G_MAXINT);
}

/**
 * weir_workflow_get_run_priority:
 * @self: a workflow
 *
 * Returns: -100 to 100: what its runs begin with
 */
int
weir_workflow_get_run_priority (WeirWorkflow *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), 0);
  return weir_priority_from_record (self->graph->record);
}

/**
 * weir_workflow_get_recovery:
 * @self: a workflow
 *
 * Returns: (transfer none) (nullable): "off", "ask" or "automatic": whether its runs go on by themselves after the end of the program;
 *   %NULL to leave it to the engine
 */
const char *
weir_workflow_get_recovery (WeirWorkflow *self)
{
  const char *policy;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  policy = weir_value_get_member_text (self->graph->record, "recovery", NULL);
  return policy != NULL && g_strv_contains (weir_recovery_choices, policy) ? policy : NULL;
}

/**
 * weir_workflow_get_max_iterations:
 * @self: a workflow
 *
 * Returns: rounds that a cycle may go
 */
guint
weir_workflow_get_max_iterations (WeirWorkflow *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), 1000);
  return CLAMP (weir_value_get_member_int (self->graph->record, "max_iterations", 1000), 1, G_MAXINT);
}

/**
 * weir_workflow_get_finish_on_failure:
 * @self: a workflow
 *
 * Returns: whether branches that do not depend on a failed step go on to their end
 */
gboolean
weir_workflow_get_finish_on_failure (WeirWorkflow *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), FALSE);
  return g_str_equal (weir_value_get_member_text (self->graph->record, "on_failure", "stop"), "finish");
}

/**
 * weir_workflow_find_block:
 * @self: a workflow
 * @path: (nullable): ids from the root down, "move/to"
 *
 * Returns: (transfer none) (nullable): the block
 */
WeirBlock *
weir_workflow_find_block (WeirWorkflow *self, const char *path)
{
  g_auto(GStrv) ids = NULL;
  WeirGraph *graph;
  WeirBlock *block = NULL;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);

  if (path == NULL)
    return NULL;
  if (strchr (path, '/') == NULL)
    return weir_graph_find_block (self->graph, path);
  ids = g_strsplit (path, "/", -1);
  graph = self->graph;
  for (guint i = 0; ids[i] != NULL; i++)
    {
      block = graph != NULL ? weir_graph_find_block (graph, ids[i]) : NULL;
      if (block == NULL)
        return NULL;
      graph = block->body;
    }
  return block;
}

/**
 * weir_workflow_get_n_notes:
 * @self: a workflow
 *
 * Returns: how many notes there are on the canvas
 */
guint
weir_workflow_get_n_notes (WeirWorkflow *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), 0);
  return self->notes->len;
}

/**
 * weir_workflow_get_note:
 * @self: a workflow
 * @index: less than the number of notes
 *
 * Returns: (transfer none): a note; valid until the workflow changes
 */
const WeirNote *
weir_workflow_get_note (WeirWorkflow *self, guint index)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  g_return_val_if_fail (index < self->notes->len, NULL);
  return &g_array_index (self->notes, WeirNote, index);
}
