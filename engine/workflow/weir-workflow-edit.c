/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The edits of blocks and links. Each goes through the history. */
#include "weir-workflow-file.h"
#include "weir-workflow-private.h"

#include <string.h>

/* Ids */

gboolean
weir_graph_check_new_id (WeirGraph *graph, const char *id, GError **error)
{
  if (!weir_is_id (id))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID,
                   "Expected an id of lower case letters, digits and _ that begins with a letter, but got \"%s\"", id);
      return FALSE;
    }
  if (weir_graph_find_block (graph, id) != NULL)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "There is already a block \"%s\" here", id);
      return FALSE;
    }
  return TRUE;
}

/* "file.read" → "read", "read2", ... */
static char *
make_id (WeirGraph *graph, const char *kind)
{
  const char *dot = strrchr (kind, '.');
  g_autoptr(GString) base = g_string_new (NULL);

  for (const char *p = dot != NULL ? dot + 1 : kind; *p != '\0'; p++)
    g_string_append_c (base, g_ascii_isalnum (*p) ? g_ascii_tolower (*p) : '_');
  if (!g_ascii_islower (base->str[0]))
    g_string_prepend (base, "block");
  if (weir_graph_find_block (graph, base->str) == NULL)
    return g_strdup (base->str);
  return weir_graph_make_free_id (graph, base->str);
}

/* Adds a number; the search starts at the number of blocks so that the thousandth "read" does not try them all. */
char *
weir_graph_make_free_id (WeirGraph *graph, const char *base)
{
  g_autofree char *stem = g_strdup (base);
  gsize length = strlen (stem);
  guint low = 2;
  guint high = 2;

  while (length > 1 && g_ascii_isdigit (stem[length - 1]))
    stem[--length] = '\0';
  /* doubling, then halving: any number that is free will do, a small one is nicer */
  for (;; high *= 2)
    {
      g_autofree char *id = g_strdup_printf ("%s%u", stem, high);

      if (weir_graph_find_block (graph, id) == NULL)
        break;
      low = high + 1;
    }
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      g_autofree char *id = g_strdup_printf ("%s%u", stem, middle);

      if (weir_graph_find_block (graph, id) == NULL)
        high = middle;
      else
        low = middle + 1;
    }
  return g_strdup_printf ("%s%u", stem, high);
}

/* Blocks */

static WeirValue *
make_position (double x, double y, gboolean pinned)
{
  double coordinates[] = { x, y };
  WeirBuilder *builder = weir_list_builder_new (3);

  for (guint i = 0; i < 2; i++)
    {
      double rounded = (double) (gint64) (coordinates[i] * 10 + (coordinates[i] < 0 ? -0.5 : 0.5)) / 10;

      if (rounded == (double) (gint64) rounded)
        weir_builder_take (builder, weir_value_new_int ((gint64) rounded));
      else
        weir_builder_take (builder, weir_value_new_number (rounded));
    }
  if (pinned)
    weir_builder_take (builder, weir_value_new_text ("pinned"));
  return weir_builder_end (builder);
}

static WeirBlock *
make_block (const char *id, const char *kind, WeirValue *config)
{
  WeirBuilder *builder = weir_record_builder_new (2);
  g_autoptr(WeirValue) record = NULL;
  g_autoptr(WeirBlockData) data = NULL;

  weir_builder_set_take (builder, "kind", weir_value_new_text (kind));
  if (config != NULL && weir_value_get_length (config) > 0)
    weir_builder_set (builder, "config", config);
  record = weir_builder_end (builder);
  data = weir_block_data_new (record);
  return weir_block_new (id, data);
}

static WeirBlock *
add_block (WeirWorkflow *self, WeirGraph *graph, const char *id, const char *kind, WeirValue *config, WeirValue *position,
           GError **error)
{
  g_autofree char *made = NULL;
  g_autoptr(WeirBlock) block = NULL;

  if (kind == NULL || kind[0] == '\0')
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected the id of a block kind, but got none");
      return NULL;
    }
  if (config != NULL && weir_value_get_kind (config) != WEIR_VALUE_RECORD)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected a record of settings, but got %s",
                   weir_value_get_kind_name (config));
      return NULL;
    }
  if (id == NULL)
    id = made = make_id (graph, kind);
  if (!weir_graph_check_new_id (graph, id, error))
    return NULL;

  block = make_block (id, kind, config);
  block->position = position != NULL ? weir_value_ref (position) : NULL;
  weir_history_add_block (self->history, graph, block);
  return block; /* the graph holds it */
}

/**
 * weir_workflow_add_block:
 * @self: a workflow
 * @graph: its graph, or the body of a container in it
 * @id: (nullable): unique in @graph; %NULL makes one from the kind, "read", "read2"
 * @kind: the id of a block kind, which need not be known
 * @config: (nullable): a record of raw settings
 * @x: place on the canvas
 * @y: place on the canvas
 * @error: %WEIR_ERROR_INVALID for an id that is taken or none
 *
 * Returns: (transfer none) (nullable): the new block
 */
WeirBlock *
weir_workflow_add_block (WeirWorkflow *self, WeirGraph *graph, const char *id, const char *kind, WeirValue *config,
                         double x, double y, GError **error)
{
  g_autoptr(WeirValue) position = NULL;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  g_return_val_if_fail (WEIR_IS_GRAPH (graph), NULL);

  position = make_position (x, y, FALSE);
  return add_block (self, graph, id, kind, config, position, error);
}

/**
 * weir_workflow_add:
 * @self: a workflow
 * @id: (nullable): unique among its blocks; %NULL makes one from the kind
 * @kind: the id of a block kind known to this program
 * @config: (nullable): settings as a JSON or YAML flow record, "{ path: ~/Downloads }"
 * @error: %WEIR_ERROR_NOT_FOUND for an unknown kind, %WEIR_ERROR_INVALID for everything else
 *
 * Adds a block to the root graph; it has no place on the canvas yet.
 *
 * Returns: (transfer none) (nullable): the new block
 */
WeirBlock *
weir_workflow_add (WeirWorkflow *self, const char *id, const char *kind, const char *config, GError **error)
{
  g_autoptr(WeirValue) value = NULL;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  g_return_val_if_fail (kind != NULL, NULL);

  if (weir_registry_find_kind (kind) == NULL)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no block kind \"%s\"", kind);
      return NULL;
    }
  if (config != NULL)
    {
      value = weir_yaml_parse_value (config, -1, error);
      if (value == NULL)
        return NULL;
    }
  return add_block (self, self->graph, id, kind, value, NULL, error);
}

static void
remove_links (WeirWorkflow *self, GPtrArray *links)
{
  /* from the end, where taking out is cheap */
  while (links->len > 0)
    weir_history_remove_link (self->history, links->pdata[links->len - 1]);
}

/**
 * weir_workflow_remove_block:
 * @self: a workflow
 * @block: one of its blocks
 *
 * Removes a block, and the links at it.
 */
void
weir_workflow_remove_block (WeirWorkflow *self, WeirBlock *block)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (WEIR_IS_BLOCK (block) && block->graph != NULL);

  weir_workflow_begin_edit (self, N_("Delete Block"));
  remove_links (self, block->from);
  remove_links (self, block->to);
  weir_history_remove_block (self->history, block);
  weir_workflow_end_edit (self);
}

/* Links */

static const WeirPort implicit_run = { .name = "run", .type = "any" };
static const WeirPort implicit_done = { .name = "done", .type = "null" };
static const WeirPort implicit_error = { .name = "error", .type = "error" };

/* NULL where there is none; FALSE in @known for a block whose ports nobody knows. */
const WeirPort *
weir_block_find_output (WeirBlock *self, const char *port, gboolean *known)
{
  const WeirPort *found = weir_port_list_find_output (weir_block_get_ports (self), port);

  *known = weir_block_get_kind (self) != NULL;
  if (found == NULL && g_str_equal (port, "done"))
    return &implicit_done;
  if (found == NULL && g_str_equal (port, "error"))
    return &implicit_error;
  return found;
}

const WeirPort *
weir_block_find_input (WeirBlock *self, const char *port, gboolean *known)
{
  const WeirPort *found = weir_port_list_find_input (weir_block_get_ports (self), port);

  *known = weir_block_get_kind (self) != NULL;
  return found == NULL && g_str_equal (port, "run") ? &implicit_run : found;
}

/* What a port takes or gives; types that do not parse were told elsewhere. */
WeirType *
weir_port_dup_type (const WeirPort *port)
{
  WeirType *type = port->type != NULL ? weir_type_parse (port->type, NULL) : NULL;

  return type != NULL ? type : weir_type_parse ("any", NULL);
}

static gboolean
ports_fit (const WeirPort *output, const WeirPort *input, GError **error)
{
  g_autoptr(WeirType) given = weir_port_dup_type (output);
  g_autoptr(WeirType) taken = weir_port_dup_type (input);
  g_autofree char *reason = NULL;

  /* only the arrival counts at `run` */
  if (input == &implicit_run || weir_type_accepts (taken, given, &reason))
    return TRUE;
  g_set_error (error, WEIR_ERROR, WEIR_ERROR_PORT_MISMATCH, "%s",
               reason != NULL ? reason : "The types of the two ports do not fit");
  return FALSE;
}

static gboolean
is_duplicate (WeirBlock *source, const char *source_port, WeirBlock *target, const char *target_port)
{
  GPtrArray *links = source->from->len < target->to->len ? source->from : target->to;

  for (guint i = 0; i < links->len; i++)
    {
      WeirLink *link = links->pdata[i];

      if (link->source == source && link->target == target && g_str_equal (link->source_port, source_port)
          && g_str_equal (link->target_port, target_port))
        return TRUE;
    }
  return FALSE;
}

/**
 * weir_workflow_can_link:
 * @self: a workflow
 * @source: a block
 * @source_port: an output of it
 * @target: a block in the same graph
 * @target_port: an input of it
 * @error: why not, as a sentence for a person
 *
 * Cheap enough to be asked while a link is dragged. Cycles are legal.
 *
 * Returns: whether the link may be made
 */
gboolean
weir_workflow_can_link (WeirWorkflow *self, WeirBlock *source, const char *source_port, WeirBlock *target,
                        const char *target_port, GError **error)
{
  const WeirPort *output;
  const WeirPort *input;
  gboolean source_known;
  gboolean target_known;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), FALSE);
  g_return_val_if_fail (WEIR_IS_BLOCK (source) && WEIR_IS_BLOCK (target), FALSE);
  g_return_val_if_fail (source_port != NULL && target_port != NULL, FALSE);

  if (source->graph == NULL || source->graph != target->graph)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "A link cannot lead into or out of a container");
      return FALSE;
    }
  output = weir_block_find_output (source, source_port, &source_known);
  input = weir_block_find_input (target, target_port, &target_known);
  if (output == NULL && source_known)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "The block \"%s\" has no output \"%s\"", source->id,
                   source_port);
      return FALSE;
    }
  if (input == NULL && target_known)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "The block \"%s\" has no input \"%s\"", target->id,
                   target_port);
      return FALSE;
    }
  if (is_duplicate (source, source_port, target, target_port))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "There is already a link between these two ports");
      return FALSE;
    }
  return output == NULL || input == NULL || ports_fit (output, input, error);
}

/**
 * weir_workflow_add_link:
 * @self: a workflow
 * @source: a block
 * @source_port: an output of it
 * @target: a block in the same graph
 * @target_port: an input of it
 * @when: (nullable): a condition, an expression over `value`
 * @error: why not, as of weir_workflow_can_link()
 *
 * Returns: (transfer none) (nullable): the new link
 */
WeirLink *
weir_workflow_add_link (WeirWorkflow *self, WeirBlock *source, const char *source_port, WeirBlock *target,
                        const char *target_port, const char *when, GError **error)
{
  g_autoptr(WeirLink) link = NULL;

  if (!weir_workflow_can_link (self, source, source_port, target, target_port, error))
    return NULL;
  link = weir_link_new (source, source_port, target, target_port, when != NULL && when[0] != '\0' ? when : NULL);
  weir_history_add_link (self->history, source->graph, link);
  return link; /* the graph holds it */
}

static WeirBlock *
find_end (WeirWorkflow *self, const char *end, const char **port, GError **error)
{
  const char *dot = strchr (end, '.');
  g_autofree char *id = dot != NULL ? g_strndup (end, dot - end) : NULL;
  WeirBlock *block;

  if (id == NULL || dot[1] == '\0')
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected \"block.port\", but got \"%s\"", end);
      return NULL;
    }
  block = weir_graph_find_block (self->graph, id);
  if (block == NULL)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no block \"%s\"", id);
  *port = dot + 1;
  return block;
}

/**
 * weir_workflow_link:
 * @self: a workflow
 * @source: "block.port" of an output in the root graph
 * @target: "block.port" of an input
 * @when: (nullable): a condition, an expression over `value`
 * @error: why not
 *
 * Returns: (transfer none) (nullable): the new link
 */
WeirLink *
weir_workflow_link (WeirWorkflow *self, const char *source, const char *target, const char *when, GError **error)
{
  const char *source_port;
  const char *target_port;
  WeirBlock *source_block;
  WeirBlock *target_block;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), NULL);
  g_return_val_if_fail (source != NULL && target != NULL, NULL);

  source_block = find_end (self, source, &source_port, error);
  if (source_block == NULL)
    return NULL;
  target_block = find_end (self, target, &target_port, error);
  if (target_block == NULL)
    return NULL;
  return weir_workflow_add_link (self, source_block, source_port, target_block, target_port, when, error);
}

/**
 * weir_workflow_remove_link:
 * @self: a workflow
 * @link: one of its links
 *
 * Takes a link away, as an edit.
 */
void
weir_workflow_remove_link (WeirWorkflow *self, WeirLink *link)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (WEIR_IS_LINK (link) && link->graph != NULL);
  weir_history_remove_link (self->history, link);
}

/**
 * weir_workflow_set_when:
 * @self: a workflow
 * @link: one of its links
 * @when: (nullable): a condition, an expression over `value`; %NULL or empty for none
 */
void
weir_workflow_set_when (WeirWorkflow *self, WeirLink *link, const char *when)
{
  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (WEIR_IS_LINK (link));

  if (when != NULL && when[0] == '\0')
    when = NULL;
  if (g_strcmp0 (when, link->when) != 0)
    weir_history_set_when (self->history, link, when);
}

/* Places */

/**
 * weir_workflow_set_position:
 * @self: a workflow
 * @block: one of its blocks
 * @x: of its upper left corner on the canvas; kept to a tenth
 * @y: likewise
 */
void
weir_workflow_set_position (WeirWorkflow *self, WeirBlock *block, double x, double y)
{
  g_autoptr(WeirValue) position = NULL;

  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (WEIR_IS_BLOCK (block));

  position = make_position (CLAMP (x, -1e9, 1e9), CLAMP (y, -1e9, 1e9), weir_position_is_pinned (block->position));
  if (block->position == NULL || !weir_value_equal (block->position, position))
    weir_history_set_position (self->history, block, position);
}

/**
 * weir_workflow_set_pinned:
 * @self: a workflow
 * @block: one of its blocks
 * @pinned: whether it keeps its place when blocks are arranged
 *
 * Belongs to the layout, not to what the workflow means. A block without a place gets the one that it shows at.
 */
void
weir_workflow_set_pinned (WeirWorkflow *self, WeirBlock *block, gboolean pinned)
{
  g_autoptr(WeirValue) position = NULL;
  double x, y;

  g_return_if_fail (WEIR_IS_WORKFLOW (self));
  g_return_if_fail (WEIR_IS_BLOCK (block));

  if (weir_position_is_pinned (block->position) == !!pinned)
    return;
  weir_block_get_position (block, &x, &y);
  position = make_position (x, y, pinned);
  weir_history_set_position (self->history, block, position);
}
