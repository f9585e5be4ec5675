/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is left of an event once the part of the run that it is about was deleted. The fold still needs to know which ports gave something
 * and how steps ended; what they gave it only hands on. */

#include "weir-event.h"

typedef enum
{
  TAKE_AWAY,
  MAKE_NULL,
  EMPTY_TEXT,
  EMPTY_MEMBERS, /* of a record: each is null */
  EMPTY_ITEMS,
  CLASS_ONLY,    /* of an error */
} How;

static const struct
{
  WeirEventKind kind;
  const char   *member;
  How           how;
  gboolean      given; /* to what is around the part */
} rules[] = {
  { WEIR_EVENT_SCOPE_OPENED, "locals", TAKE_AWAY, FALSE },
  { WEIR_EVENT_SCOPE_OPENED, "inputs", TAKE_AWAY, FALSE },
  { WEIR_EVENT_SCOPE_CLOSED, "result", MAKE_NULL, TRUE },
  { WEIR_EVENT_SCOPE_CLOSED, "error", CLASS_ONLY, TRUE },
  { WEIR_EVENT_PART_STOPPED, "result", MAKE_NULL, TRUE },
  { WEIR_EVENT_PART_STOPPED, "error", CLASS_ONLY, TRUE },
  { WEIR_EVENT_BLOCK_EMITTED, "value", MAKE_NULL, TRUE },
  { WEIR_EVENT_PART_SETTLED, "outputs", EMPTY_MEMBERS, TRUE },
  { WEIR_EVENT_BLOCK_RETRY, "error", CLASS_ONLY, FALSE },
  { WEIR_EVENT_BLOCK_SUCCEEDED, "outputs", EMPTY_MEMBERS, TRUE },
  { WEIR_EVENT_BLOCK_CACHED, "outputs", EMPTY_MEMBERS, TRUE },
  { WEIR_EVENT_BLOCK_FAILED, "error", CLASS_ONLY, TRUE },
  { WEIR_EVENT_BLOCK_CANCELLED, "error", CLASS_ONLY, TRUE },
  { WEIR_EVENT_BLOCK_INTERRUPTED, "error", CLASS_ONLY, TRUE },
  { WEIR_EVENT_BLOCK_OVERRIDDEN, "value", MAKE_NULL, FALSE },
  { WEIR_EVENT_BLOCK_WAITING, "request", TAKE_AWAY, FALSE },
  { WEIR_EVENT_BLOCK_WAITING, "reason", TAKE_AWAY, FALSE },
  { WEIR_EVENT_BLOCK_ANSWERED, "value", MAKE_NULL, FALSE },
  { WEIR_EVENT_BLOCK_ANSWERED, "comment", TAKE_AWAY, FALSE },
  { WEIR_EVENT_SWARM_ADDED, "items", EMPTY_ITEMS, FALSE },
  { WEIR_EVENT_SWARM_ITEM, "error", CLASS_ONLY, FALSE },
  { WEIR_EVENT_SWARM_ITEM, "result", MAKE_NULL, FALSE },
  { WEIR_EVENT_EFFECT_INTENDED, "target", EMPTY_TEXT, FALSE },
  { WEIR_EVENT_EFFECT_UNDONE, "note", TAKE_AWAY, FALSE },
  { WEIR_EVENT_EFFECT_REDONE, "note", TAKE_AWAY, FALSE },
  { WEIR_EVENT_EFFECT_KEPT, "reason", TAKE_AWAY, FALSE },
  { WEIR_EVENT_ACCESS, "target", EMPTY_TEXT, FALSE },
};

WeirValue *
weir_event_strip_error (WeirValue *error)
{
  if (error == NULL)
    return NULL;
  return weir_value_new_error (weir_value_get_member_text (error, "class", "flow.cancelled"), "It was deleted", NULL);
}

WeirValue *
weir_event_strip_items (WeirValue *items)
{
  gsize n = weir_value_get_length (items);
  WeirBuilder *builder = weir_list_builder_new (n);

  for (gsize i = 0; i < n; i++)
    weir_builder_take (builder, weir_value_new_null ());
  return weir_builder_end (builder);
}

static WeirValue *
empty_members (WeirValue *record)
{
  gsize n = weir_value_get_kind (record) == WEIR_VALUE_RECORD ? weir_value_get_length (record) : 0;
  WeirBuilder *builder = weir_record_builder_new (n);

  for (gsize i = 0; i < n; i++)
    weir_builder_set_take (builder, weir_value_get_key (record, i), weir_value_new_null ());
  return weir_builder_end (builder);
}

static WeirValue *
strip_member (WeirValue *value, How how)
{
  switch (how)
    {
    case EMPTY_TEXT:
      return weir_value_new_text ("");
    case EMPTY_MEMBERS:
      return empty_members (value);
    case EMPTY_ITEMS:
      return weir_event_strip_items (value);
    case CLASS_ONLY:
      return weir_event_strip_error (value);
    case MAKE_NULL:
    case TAKE_AWAY:
    default:
      return weir_value_new_null ();
    }
}

WeirValue *
weir_event_strip (WeirEventKind kind, WeirValue *data, gboolean given)
{
  WeirBuilder *builder;

  if (data == NULL)
    return NULL;
  builder = weir_record_builder_new (weir_value_get_length (data));
  for (gsize i = 0; i < weir_value_get_length (data); i++)
    {
      const char *key = weir_value_get_key (data, i);
      guint rule = 0;

      while (rule < G_N_ELEMENTS (rules)
             && (rules[rule].kind != kind || !g_str_equal (rules[rule].member, key) || (rules[rule].given && !given)))
        rule++;
      if (rule == G_N_ELEMENTS (rules))
        weir_builder_set (builder, key, weir_value_get_item (data, i));
      else if (rules[rule].how != TAKE_AWAY)
        weir_builder_set_take (builder, key, strip_member (weir_value_get_item (data, i), rules[rule].how));
    }
  return weir_builder_end (builder);
}
