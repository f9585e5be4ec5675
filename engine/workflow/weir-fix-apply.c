/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Putting a problem right: each of these is part of one edit. */
#include <string.h>

#include "weir-fix-private.h"

static void
set_record (WeirWorkflow *self, WeirBlock *block, WeirValue *record)
{
  weir_history_set_data (self->history, block, record);
}

static void
set_member (WeirWorkflow *self, WeirBlock *block, const char *key, const char *text)
{
  g_autoptr(WeirValue) value = weir_value_new_text (text);
  g_autoptr(WeirValue) record = weir_value_with_member (block->data->record, key, value);

  set_record (self, block, record);
}

/* The same members, one of them under another name. */
static WeirValue *
rename_member (WeirValue *record, const char *from, const char *to)
{
  WeirBuilder *builder = weir_record_builder_new (weir_value_get_length (record));

  for (gsize i = 0; i < weir_value_get_length (record); i++)
    {
      const char *key = weir_value_get_key (record, i);

      weir_builder_set (builder, g_str_equal (key, from) ? to : key, weir_value_get_item (record, i));
    }
  return weir_builder_end (builder);
}

/* A setting where the block has one of that name, else a key of the block or of the workflow. */
static void
change_field (WeirWorkflow *self, WeirBlock *block, const char *from, const char *to)
{
  WeirValue *config = block != NULL ? block->data->config : NULL;
  WeirValue *record = block != NULL ? block->data->record : self->graph->record;
  gboolean setting = config != NULL && weir_value_find_member (config, from) != NULL;
  WeirValue *old = setting ? config : record;
  g_autoptr(WeirValue) changed = NULL;
  g_autoptr(WeirValue) whole = NULL;

  changed = to != NULL ? rename_member (old, from, to) : weir_value_with_member (old, from, NULL);
  if (setting)
    whole = weir_value_with_member (record, "config", weir_value_get_length (changed) > 0 ? changed : NULL);
  if (block != NULL)
    set_record (self, block, setting ? whole : changed);
  else
    weir_history_set_record (self->history, self->graph, changed);
}

static WeirValue *
parse_field (WeirBlock *block, const char *name, const char *text)
{
  const WeirBlockKind *kind = weir_block_get_kind (block);
  const WeirField *field = kind != NULL ? weir_kind_find_field (kind, name) : NULL;
  g_autoptr(WeirValue) number = NULL;

  if (field == NULL || field->kind == WEIR_FIELD_KIND_CHOICE || field->kind == WEIR_FIELD_KIND_TEXT)
    return weir_value_new_text (text);
  number = weir_yaml_resolve_plain (text, strlen (text));
  return number != NULL ? g_steal_pointer (&number) : weir_value_new_text (text);
}

static void
set_field (WeirWorkflow *self, WeirBlock *block, const char *name, const char *text)
{
  g_autoptr(WeirValue) value = parse_field (block, name, text);

  weir_workflow_set_field (self, block, name, value);
}

/* Links */

static GPtrArray *
list_links (WeirBlock *block, const char *port, gboolean input)
{
  GPtrArray *there = input ? block->to : block->from;
  GPtrArray *links = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < there->len; i++)
    {
      WeirLink *link = there->pdata[i];

      if (port == NULL || g_str_equal (input ? link->target_port : link->source_port, port))
        g_ptr_array_add (links, g_object_ref (link));
    }
  return links;
}

static void
set_port (WeirWorkflow *self, WeirBlock *block, WeirFix *fix)
{
  g_autoptr(GPtrArray) links = list_links (block, fix->from, fix->input);
  gboolean known;
  gboolean mistyped = fix->input && weir_block_find_input (block, fix->from, &known) != NULL;

  for (guint i = 0; i < links->len; i++)
    {
      WeirLink *link = links->pdata[i];

      /* of a port that is there only what does not fit goes elsewhere */
      if (mistyped && !weir_link_is_mismatch (link))
        continue;
      weir_history_set_ports (self->history, link, fix->input ? link->source_port : fix->to,
                              fix->input ? fix->to : link->target_port);
    }
}

static gboolean
is_repeated (WeirLink *link)
{
  for (guint i = 0; i < link->source->from->len; i++)
    {
      WeirLink *other = link->source->from->pdata[i];

      if (other == link)
        return FALSE;
      if (other->target == link->target && other->source_port == link->source_port
          && other->target_port == link->target_port)
        return TRUE;
    }
  return FALSE;
}

static void
remove_links (WeirWorkflow *self, WeirBlock *block, WeirFix *fix)
{
  g_autoptr(GPtrArray) links = list_links (block, fix->port, fix->input);
  gboolean known;
  gboolean port_known = fix->from != NULL && fix->input && weir_block_find_input (block, fix->from, &known) != NULL;

  for (guint i = links->len; i > 0; i--)
    {
      WeirLink *link = links->pdata[i - 1];

      if (port_known && !weir_link_is_mismatch (link))
        continue;
      if (fix->from == NULL && fix->port != NULL && !is_repeated (link))
        continue;
      weir_history_remove_link (self->history, link);
    }
}

static void
remove_all_links (WeirWorkflow *self, WeirBlock *block)
{
  while (block->to->len > 0)
    weir_history_remove_link (self->history, block->to->pdata[block->to->len - 1]);
  while (block->from->len > 0)
    weir_history_remove_link (self->history, block->from->pdata[block->from->len - 1]);
}

static void
put_between (WeirWorkflow *self, WeirLink *link, const WeirBlockKind *kind)
{
  gboolean known;
  const WeirPort *given = weir_block_find_output (link->source, link->source_port, &known);
  const WeirPort *taken = weir_block_find_input (link->target, link->target_port, &known);
  g_autofree char *in = NULL;
  g_autofree char *out = NULL;
  double x1, y1, x2, y2;
  WeirBlock *block;

  if (!weir_kind_converts (kind, given, taken, &in, &out))
    return;
  weir_block_get_position (link->source, &x1, &y1);
  weir_block_get_position (link->target, &x2, &y2);
  block = weir_workflow_add_block (self, link->graph, NULL, kind->id, NULL, (x1 + x2) / 2, MAX (y1, y2) + 120, NULL);
  weir_workflow_add_link (self, link->source, link->source_port, block, in, link->when, NULL);
  weir_workflow_add_link (self, block, out, link->target, link->target_port, NULL, NULL);
  weir_history_remove_link (self->history, link);
}

static void
add_between (WeirWorkflow *self, WeirBlock *block, WeirFix *fix)
{
  g_autoptr(GPtrArray) links = list_links (block, fix->port, TRUE);
  const WeirBlockKind *kind = weir_registry_find_kind (fix->to);

  for (guint i = 0; kind != NULL && i < links->len; i++)
    if (weir_link_is_mismatch (links->pdata[i]))
      put_between (self, links->pdata[i], kind);
}

static void
settle_loose (WeirWorkflow *self, WeirGraph *graph, WeirFix *fix)
{
  for (guint i = 0; i < graph->loose->len; i++)
    {
      const WeirLooseLink *loose = &g_array_index (graph->loose, WeirLooseLink, i);
      g_autofree char *source_id = NULL, *source_port = NULL, *target_id = NULL, *target_port = NULL, *when = NULL,
                      *problem = NULL;
      WeirBlock *source, *target;
      g_autoptr(WeirLink) link = NULL;

      if (!g_str_equal (loose->missing, fix->from))
        continue;
      if (fix->to != NULL
          && weir_link_parse (loose->written, &source_id, &source_port, &target_id, &target_port, &when, &problem))
        {
          source = weir_graph_find_block (graph, g_str_equal (source_id, fix->from) ? fix->to : source_id);
          target = weir_graph_find_block (graph, g_str_equal (target_id, fix->from) ? fix->to : target_id);
          if (source != NULL && target != NULL)
            {
              link = weir_link_new (source, source_port, target, target_port, when);
              link->order = loose->order;
            }
        }
      weir_workflow_drop_loose (self, graph, i--);
      if (link != NULL)
        weir_history_add_link (self->history, graph, link);
    }
}

/* Names in expressions */

static char *
replace_name (const char *text, WeirFix *fix)
{
  g_autofree char *word = g_regex_escape_string (fix->from, -1);
  g_autofree char *pattern = g_strdup_printf ("(?<![\\w$])((?:blocks|inputs)\\.)?%s(?![\\w$])", word);
  g_autofree char *with = g_strdup_printf ("\\1%s", fix->to);
  g_autoptr(GRegex) regex = g_regex_new (pattern, G_REGEX_DEFAULT, 0, NULL);

  return g_regex_replace (regex, text, -1, 0, with, 0, NULL);
}

static WeirValue *
replace_in_value (WeirValue *value, WeirFix *fix)
{
  WeirBuilder *builder;

  if (weir_value_get_kind (value) == WEIR_VALUE_TEXT)
    {
      g_autofree char *changed = replace_name (weir_value_get_text (value, NULL), fix);

      return weir_value_new_text (changed);
    }
  if (weir_value_get_kind (value) == WEIR_VALUE_RECORD)
    {
      builder = weir_record_builder_new (weir_value_get_length (value));
      for (gsize i = 0; i < weir_value_get_length (value); i++)
        weir_builder_set_take (builder, weir_value_get_key (value, i),
                               replace_in_value (weir_value_get_item (value, i), fix));
      return weir_builder_end (builder);
    }
  if (weir_value_get_kind (value) == WEIR_VALUE_LIST)
    {
      builder = weir_list_builder_new (weir_value_get_length (value));
      for (gsize i = 0; i < weir_value_get_length (value); i++)
        weir_builder_take (builder, replace_in_value (weir_value_get_item (value, i), fix));
      return weir_builder_end (builder);
    }
  return weir_value_ref (value);
}

static void
set_name (WeirWorkflow *self, WeirBlock *block, WeirFix *fix)
{
  WeirValue *value = fix->field != NULL ? weir_value_find_member (block->data->config, fix->field) : NULL;
  g_autoptr(GPtrArray) links = NULL;

  if (value != NULL)
    {
      g_autoptr(WeirValue) changed = replace_in_value (value, fix);

      weir_workflow_set_field (self, block, fix->field, changed);
      return;
    }
  links = list_links (block, fix->port, TRUE);
  for (guint i = 0; i < links->len; i++)
    {
      WeirLink *link = links->pdata[i];
      g_autofree char *when = link->when != NULL ? replace_name (link->when, fix) : NULL;

      if (when != NULL)
        weir_workflow_set_when (self, link, when);
    }
}

static void
remove_join (WeirWorkflow *self, WeirBlock *block, const char *port)
{
  g_autoptr(WeirValue) join = weir_value_with_member (block->data->join, port, NULL);
  g_autoptr(WeirValue) record = weir_value_with_member (block->data->record, "join",
                                                         weir_value_get_length (join) > 0 ? join : NULL);

  set_record (self, block, record);
}

static void
set_output (WeirWorkflow *self, WeirBlock *block, WeirFix *fix)
{
  WeirGraph *graph = block == NULL ? self->graph : fix->port != NULL ? block->graph : block->body;

  if (graph != NULL)
    weir_workflow_set_output (self, graph, fix->to);
}

/* What was missing */

static void
add_link (WeirWorkflow *self, WeirBlock *block, WeirFix *fix)
{
  g_auto(GStrv) ends = g_strsplit (fix->to, ".", 2);
  WeirBlock *source = ends[0] != NULL && ends[1] != NULL ? weir_graph_find_block (block->graph, ends[0]) : NULL;

  if (source != NULL)
    weir_workflow_add_link (self, source, ends[1], block, fix->from, NULL, NULL);
}

static void
add_inside (WeirWorkflow *self, WeirBlock *block, const char *kind)
{
  if (block->body != NULL)
    weir_workflow_add_block (self, block->body, NULL, kind, NULL, 80, 80, NULL);
}

static void
remove_body (WeirWorkflow *self, WeirBlock *block)
{
  while (block->body != NULL && block->body->blocks->len > 0)
    weir_workflow_remove_block (self, block->body->blocks->pdata[block->body->blocks->len - 1]);
}

static void
remove_default (WeirWorkflow *self, WeirFix *fix)
{
  for (guint i = 0; i < self->inputs->len; i++)
    {
      WeirInput input = g_array_index (self->inputs, WeirInput, i);

      if (g_strcmp0 (input.name, fix->from) != 0)
        continue;
      input.initial = NULL;
      weir_workflow_set_input (self, &input);
      return;
    }
}

static void
apply (WeirWorkflow *self, WeirBlock *block, WeirFix *fix)
{
  gboolean loose = fix->action == WEIR_FIX_SET_BLOCK
                   || (fix->action == WEIR_FIX_REMOVE_LINK && fix->port == NULL && fix->from != NULL);

  if (fix->action == WEIR_FIX_SET_OUTPUT || fix->action == WEIR_FIX_REMOVE_OUTPUT)
    set_output (self, block, fix);
  else if (fix->action == WEIR_FIX_RENAME_FIELD || fix->action == WEIR_FIX_REMOVE_FIELD)
    change_field (self, block, fix->from, fix->to);
  else if (fix->action == WEIR_FIX_REMOVE_DEFAULT)
    remove_default (self, fix);
  else if (loose)
    settle_loose (self, block != NULL ? block->body : self->graph, fix);
  else if (block == NULL)
    return;
  else if (fix->action == WEIR_FIX_ADD_LINK)
    add_link (self, block, fix);
  else if (fix->action == WEIR_FIX_ADD_INSIDE)
    add_inside (self, block, fix->to);
  else if (fix->action == WEIR_FIX_REMOVE_BODY)
    remove_body (self, block);
  else if (fix->action == WEIR_FIX_SET_KIND)
    set_member (self, block, "kind", fix->to);
  else if (fix->action == WEIR_FIX_SET_PORT)
    set_port (self, block, fix);
  else if (fix->action == WEIR_FIX_REMOVE_LINK && fix->port == NULL)
    remove_all_links (self, block);
  else if (fix->action == WEIR_FIX_REMOVE_LINK)
    remove_links (self, block, fix);
  else if (fix->action == WEIR_FIX_ADD_BETWEEN)
    add_between (self, block, fix);
  else if (fix->action == WEIR_FIX_SET_FIELD)
    set_field (self, block, fix->from, fix->to);
  else if (fix->action == WEIR_FIX_SET_NAME)
    set_name (self, block, fix);
  else if (fix->action == WEIR_FIX_REMOVE_JOIN)
    remove_join (self, block, fix->from);
}

/**
 * weir_workflow_apply_fix:
 * @self: a workflow
 * @fix: a fix of one of its problems
 * @name: what the undo menu says
 *
 * Puts a problem right, as one edit.
 *
 * Returns: whether anything changed; %FALSE if the fix does not fit any more
 */
gboolean
weir_workflow_apply_fix (WeirWorkflow *self, WeirFix *fix, const char *name)
{
  WeirBlock *block;
  guint before;

  g_return_val_if_fail (WEIR_IS_WORKFLOW (self), FALSE);
  g_return_val_if_fail (WEIR_IS_FIX (fix), FALSE);

  block = weir_workflow_find_block (self, fix->path);
  if (block == NULL && fix->path != NULL)
    return FALSE;
  before = weir_history_get_serial (self->history);
  weir_workflow_begin_edit (self, name);
  apply (self, block, fix);
  weir_workflow_end_edit (self);
  return weir_history_get_serial (self->history) != before;
}

/* Texts */

static gsize
find_place (const char *text, guint line, guint column)
{
  const char *p = text;

  for (; line > 1 && *p != '\0'; p++)
    if (*p == '\n')
      line--;
  for (; column > 1 && *p != '\0' && *p != '\n'; column--)
    p = g_utf8_next_char (p);
  return p - text;
}

static char *
make_id (const char *word)
{
  g_autoptr(GString) id = g_string_new (NULL);

  for (const char *p = word; *p != '\0'; p++)
    if (g_ascii_isalnum (*p))
      g_string_append_c (id, g_ascii_tolower (*p));
    else if (id->len > 0 && id->str[id->len - 1] != '_')
      g_string_append_c (id, '_');
  if (!g_ascii_isalpha (id->str[0]))
    g_string_prepend (id, "block_");
  return g_strdup (id->str);
}

static char *
make_other_key (const char *text, const char *key)
{
  for (guint number = 2;; number++)
    {
      g_autofree char *other = g_strdup_printf ("%s%u", key, number);
      g_autofree char *pattern = g_strdup_printf ("\\b%s\\s*:", other);

      if (!g_regex_match_simple (pattern, text, 0, 0))
        return g_steal_pointer (&other);
    }
}

/**
 * weir_text_list_fixes:
 * @text: text of a workflow that cannot be read
 * @problem: one of its problems
 *
 * Returns: (transfer full): of [class@Weir.Fix], best first, for weir_text_apply_fix()
 */
GListModel *
weir_text_list_fixes (const char *text, WeirProblem *problem)
{
  GListStore *fixes = g_list_store_new (WEIR_TYPE_FIX);
  const char *code;
  g_autofree char *word = NULL;
  g_autofree char *other = NULL;
  g_autoptr(WeirFix) fix = NULL;
  gsize start;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (WEIR_IS_PROBLEM (problem), NULL);

  code = weir_problem_get_code (problem);
  start = find_place (text, weir_problem_get_line (problem), weir_problem_get_column (problem));
  word = g_strndup (text + start, strcspn (text + start, ":\n{}[],"));
  g_strchomp (word);
  if (*word == '\0' || *word == '"' || *word == '\'')
    return G_LIST_MODEL (fixes);
  if (g_str_equal (code, "yaml.duplicate"))
    other = make_other_key (text, word);
  else if (g_str_equal (code, "block.id"))
    other = make_id (word);
  else
    return G_LIST_MODEL (fixes);

  fix = g_object_new (WEIR_TYPE_FIX, NULL);
  fix->action = WEIR_FIX_SET_TEXT;
  fix->from = g_strdup (word);
  fix->to = g_steal_pointer (&other);
  fix->start = start;
  fix->end = start + strlen (word);
  g_list_store_append (fixes, fix);
  return G_LIST_MODEL (fixes);
}

/**
 * weir_text_apply_fix:
 * @text: the text that the fix was found in
 * @fix: one of weir_text_list_fixes()
 *
 * Returns: (transfer full): the text with the problem put right
 */
char *
weir_text_apply_fix (const char *text, WeirFix *fix)
{
  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (WEIR_IS_FIX (fix), NULL);

  if (fix->action != WEIR_FIX_SET_TEXT || fix->end > strlen (text))
    return g_strdup (text);
  return g_strdup_printf ("%.*s%s%s", (int) fix->start, text, fix->to, text + fix->end);
}
