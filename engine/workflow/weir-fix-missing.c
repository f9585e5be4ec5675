/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ways to put right what is not there: a setting, a link, what is inside of a container. */
#include <string.h>

#include "weir-fix-private.h"

#include "weir-json.h"

#define MAX_SOURCES 2

/* Links that could be */

static gboolean
leads_to (WeirBlock *from, WeirBlock *to, GHashTable *seen)
{
  if (from == to)
    return TRUE;
  if (!g_hash_table_add (seen, from))
    return FALSE;
  for (guint i = 0; i < from->from->len; i++)
    if (leads_to (((WeirLink *) from->from->pdata[i])->target, to, seen))
      return TRUE;
  return FALSE;
}

/* Whether a link from @source would make no cycle. */
static gboolean
may_come_before (WeirBlock *source, WeirBlock *block)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (NULL, NULL);

  return source->data->enabled && !leads_to (block, source, seen);
}

/* What says what it gives comes before what might give anything. (transfer none) (nullable) */
static const WeirPort *
find_output (WeirBlock *source, WeirType *taken, gboolean *sure)
{
  GArray *outputs = weir_block_get_ports (source)->outputs;

  for (guint i = 0; i < outputs->len; i++)
    {
      const WeirPort *port = &g_array_index (outputs, WeirPort, i);
      g_autoptr(WeirType) given = weir_port_dup_type (port);

      if (port->side || !weir_type_accepts (taken, given, NULL))
        continue;
      *sure = port->type != NULL && !g_str_equal (port->type, "any");
      return port;
    }
  return NULL;
}

typedef struct
{
  WeirBlock *block;
  const char *port;
  double distance;
} Source;

static int
compare_sources (gconstpointer a, gconstpointer b)
{
  double difference = ((const Source *) a)->distance - ((const Source *) b)->distance;

  return difference < 0 ? -1 : difference > 0 ? 1 : 0;
}

/* In pixels of the layout; further off where it gives anything, or others have it already. */
static double
measure (WeirBlock *source, WeirBlock *block, gboolean sure)
{
  double x1, y1, x2, y2;

  weir_block_get_position (source, &x1, &y1);
  weir_block_get_position (block, &x2, &y2);
  return ABS (x2 - x1) + ABS (y2 - y1) + (sure ? 0 : 10000) + 1000 * source->from->len;
}

static void
fix_input (WeirFixing *self, const char *name)
{
  gboolean known;
  const WeirPort *input = weir_block_find_input (self->block, name, &known);
  g_autoptr(WeirType) taken = input != NULL ? weir_port_dup_type (input) : NULL;
  g_autoptr(GArray) sources = g_array_new (FALSE, FALSE, sizeof (Source));

  for (guint i = 0; taken != NULL && i < self->graph->blocks->len; i++)
    {
      WeirBlock *source = self->graph->blocks->pdata[i];
      gboolean sure = FALSE;
      const WeirPort *output = source != self->block ? find_output (source, taken, &sure) : NULL;
      Source found = { source, output != NULL ? output->name : NULL, measure (source, self->block, sure) };

      if (output != NULL && may_come_before (source, self->block))
        g_array_append_val (sources, found);
    }
  g_array_sort (sources, compare_sources);
  for (guint i = 0; i < MIN (sources->len, MAX_SOURCES); i++)
    {
      const Source *source = &g_array_index (sources, Source, i);
      g_autofree char *end = g_strconcat (source->block->id, ".", source->port, NULL);

      weir_fixing_add (self, WEIR_FIX_ADD_LINK, name, end);
    }
}

/* A block that an expression names runs first. */
static void
fix_order (WeirFixing *self)
{
  const char *start = strchr (weir_problem_get_message (self->problem), '"');
  const char *end = start != NULL ? strchr (start + 1, '"') : NULL;
  g_autofree char *id = end != NULL ? g_strndup (start + 1, end - start - 1) : NULL;
  WeirBlock *named = id != NULL ? weir_graph_find_block (self->graph, id) : NULL;
  g_autofree char *done = g_strconcat (id != NULL ? id : "", ".done", NULL);

  if (named != NULL && named != self->block && may_come_before (named, self->block))
    weir_fixing_add (self, WEIR_FIX_ADD_LINK, "run", done);
}

/* Settings */

/* Of an example of the kind; not what only its test can have. */
static void
add_example (WeirFixing *self, const WeirBlockKind *kind, const WeirField *field)
{
  for (const WeirExample *example = kind->examples; example != NULL && example->title != NULL; example++)
    {
      g_autoptr(WeirValue) config = example->error == NULL && example->config != NULL
                                       ? weir_json_parse (example->config, -1, NULL)
                                       : NULL;
      WeirValue *value = config != NULL && weir_value_get_kind (config) == WEIR_VALUE_RECORD
                           ? weir_value_find_member (config, field->name)
                           : NULL;
      g_autofree char *text = NULL;

      if (value == NULL || weir_value_get_kind (value) == WEIR_VALUE_RECORD
          || weir_value_get_kind (value) == WEIR_VALUE_LIST || !weir_field_check_value (kind, field, value, NULL))
        continue;
      text = weir_value_to_display (value, 0);
      if (*text == '\0' || strchr (text, '$') != NULL || strchr (text, '\n') != NULL || strlen (text) > 80)
        continue;
      weir_fixing_add (self, WEIR_FIX_SET_FIELD, field->name, text);
      return;
    }
}

static void
fix_field (WeirFixing *self)
{
  const WeirBlockKind *kind = weir_block_get_kind (self->block);
  const char *name = weir_problem_get_field (self->problem);
  const WeirField *field = kind != NULL && name != NULL ? weir_kind_find_field (kind, name) : NULL;

  if (field == NULL)
    return;
  /* what has a port of that name may come over a link */
  fix_input (self, name);
  for (guint i = 0;
       field->kind == WEIR_FIELD_KIND_CHOICE && field->choices != NULL && field->choices[i] != NULL && i < MAX_SOURCES;
       i++)
    weir_fixing_add (self, WEIR_FIX_SET_FIELD, name, field->choices[i]);
  if (field->kind != WEIR_FIELD_KIND_CHOICE)
    add_example (self, kind, field);
}

/* Bodies */

const WeirBlockKind *
weir_fix_find_passing (void)
{
  g_autoptr(GPtrArray) kinds = weir_registry_list_kinds ();

  for (guint i = 0; i < kinds->len; i++)
    {
      const WeirBlockKind *kind = kinds->pdata[i];
      g_autoptr(WeirValue) config = weir_value_new_record (NULL, NULL, 0);
      g_autoptr(WeirPortList) ports = NULL;
      const WeirPort *in;
      const WeirPort *out;

      if (kind->is_trigger || kind->has_body || kind->at_end || kind->run != NULL || kind->effect != WEIR_EFFECT_PURE
          || kind->undo != WEIR_UNDO_NONE)
        continue;
      ports = weir_kind_list_ports (kind, config);
      if (ports->inputs->len != 1 || ports->outputs->len != 1)
        continue;
      in = &g_array_index (ports->inputs, WeirPort, 0);
      out = &g_array_index (ports->outputs, WeirPort, 0);
      if (!in->required && g_str_equal (in->name, out->name) && (in->type == NULL || g_str_equal (in->type, "any"))
          && (out->type == NULL || g_str_equal (out->type, "any")))
        return kind;
    }
  return NULL;
}

static void
fix_body (WeirFixing *self)
{
  const WeirBlockKind *kind = weir_fix_find_passing ();

  if (kind != NULL)
    weir_fixing_add (self, WEIR_FIX_ADD_INSIDE, NULL, kind->id);
}

gboolean
weir_fixing_find_missing (WeirFixing *self, const char *code)
{
  if (g_str_equal (code, "input.default"))
    weir_fixing_add (self, WEIR_FIX_REMOVE_DEFAULT, weir_problem_get_field (self->problem), NULL);
  else if (self->block == NULL)
    return FALSE;
  else if (g_str_equal (code, "field.missing"))
    fix_field (self);
  else if (g_str_equal (code, "input.missing") || g_str_equal (code, "cycle.start"))
    fix_input (self, weir_problem_get_port (self->problem));
  else if (g_str_equal (code, "name.not_upstream"))
    fix_order (self);
  else if (g_str_equal (code, "body.empty"))
    fix_body (self);
  else if (g_str_equal (code, "body.unused"))
    weir_fixing_add (self, WEIR_FIX_REMOVE_BODY, NULL, NULL);
  else if (g_str_equal (code, "timeout.invalid"))
    weir_fixing_add (self, WEIR_FIX_REMOVE_FIELD, "timeout", NULL);
  else
    return FALSE;
  return TRUE;
}
