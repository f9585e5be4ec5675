/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-event.h"
#include "weir-type.h"

#include "weir-json.h"

static const char *const event_names[WEIR_EVENT_LAST] = {
  [WEIR_EVENT_RUN_CREATED] = "run.created",
  [WEIR_EVENT_RUN_STARTED] = "run.started",
  [WEIR_EVENT_RUN_PAUSING] = "run.pausing",
  [WEIR_EVENT_RUN_PAUSED] = "run.paused",
  [WEIR_EVENT_RUN_RESUMED] = "run.resumed",
  [WEIR_EVENT_RUN_STOPPING] = "run.stopping",
  [WEIR_EVENT_RUN_ENDING] = "run.ending",
  [WEIR_EVENT_RUN_SUCCEEDED] = "run.succeeded",
  [WEIR_EVENT_RUN_FAILED] = "run.failed",
  [WEIR_EVENT_RUN_CANCELLED] = "run.cancelled",
  [WEIR_EVENT_RUN_INTERRUPTED] = "run.interrupted",
  [WEIR_EVENT_SCOPE_OPENED] = "scope.opened",
  [WEIR_EVENT_SCOPE_CLOSED] = "scope.closed",
  [WEIR_EVENT_PART_PAUSED] = "part.paused",
  [WEIR_EVENT_PART_RESUMED] = "part.resumed",
  [WEIR_EVENT_PART_STOPPED] = "part.stopped",
  [WEIR_EVENT_PART_EXPIRED] = "part.expired",
  [WEIR_EVENT_PART_SETTLED] = "part.settled",
  [WEIR_EVENT_PART_DELETED] = "part.deleted",
  [WEIR_EVENT_PART_BINNED] = "part.binned",
  [WEIR_EVENT_PART_RESTORED] = "part.restored",
  [WEIR_EVENT_BLOCK_STARTED] = "block.started",
  [WEIR_EVENT_BLOCK_EMITTED] = "block.output",
  [WEIR_EVENT_BLOCK_RETRY] = "block.retry_scheduled",
  [WEIR_EVENT_BLOCK_SUCCEEDED] = "block.succeeded",
  [WEIR_EVENT_BLOCK_FAILED] = "block.failed",
  [WEIR_EVENT_BLOCK_CACHED] = "block.cached",
  [WEIR_EVENT_BLOCK_OVERRIDDEN] = "block.overridden",
  [WEIR_EVENT_BLOCK_SKIPPED] = "block.skipped",
  [WEIR_EVENT_BLOCK_CANCELLED] = "block.cancelled",
  [WEIR_EVENT_BLOCK_INTERRUPTED] = "block.interrupted",
  [WEIR_EVENT_BLOCK_WAITING] = "block.waiting",
  [WEIR_EVENT_BLOCK_ANSWERED] = "block.answered",
  [WEIR_EVENT_BLOCK_RESUMED] = "block.resumed",
  [WEIR_EVENT_BLOCK_UNKNOWN] = "block.unknown",
  [WEIR_EVENT_SWARM_OPENED] = "swarm.opened",
  [WEIR_EVENT_SWARM_ADDED] = "swarm.added",
  [WEIR_EVENT_SWARM_CLOSED] = "swarm.closed",
  [WEIR_EVENT_SWARM_ITEM] = "swarm.item",
  [WEIR_EVENT_BLOCK_PROGRESS] = "block.progress",
  [WEIR_EVENT_LOG] = "block.log",
  [WEIR_EVENT_EFFECT_INTENDED] = "effect.intended",
  [WEIR_EVENT_EFFECT_COMPLETED] = "effect.completed",
  [WEIR_EVENT_ACCESS] = "block.access",
  [WEIR_EVENT_VARIABLE] = "run.variable",
  [WEIR_EVENT_RUN_PRIORITY] = "run.priority",
  [WEIR_EVENT_RUN_SIGNAL] = "run.signal",
  [WEIR_EVENT_EFFECT_DROPPED] = "effect.dropped",
  [WEIR_EVENT_EFFECT_REDONE] = "undo.effect_redone",
  [WEIR_EVENT_UNDO_STARTED] = "undo.started",
  [WEIR_EVENT_EFFECT_UNDONE] = "undo.effect_undone",
  [WEIR_EVENT_EFFECT_KEPT] = "undo.effect_kept",
  [WEIR_EVENT_UNDO_FINISHED] = "undo.finished",
};

static const char *const run_status_names[] = {
  "created",  "queued",    "running", "waiting",   "pausing",     "paused",
  "stopping", "succeeded", "failed",  "cancelled", "interrupted",
};

static const char *const step_status_names[] = {
  "pending", "ready",   "queued", "running", "retry_wait", "waiting",     "suspended", "succeeded",
  "failed",  "skipped", "cached", "pinned",  "cancelled",  "interrupted", "unknown",   "undone",
};

G_DEFINE_BOXED_TYPE (WeirEvent, weir_event, weir_event_ref, weir_event_unref)

/**
 * weir_run_status_get_name:
 * @status: a status
 *
 * Returns: (transfer none): its stable word, "running"; not translated
 */
const char *
weir_run_status_get_name (WeirRunStatus status)
{
  g_return_val_if_fail ((guint) status < G_N_ELEMENTS (run_status_names), "unknown");
  return run_status_names[status];
}

/**
 * weir_run_status_is_final:
 * @status: a status
 *
 * Returns: whether a run in it has ended for good
 */
gboolean
weir_run_status_is_final (WeirRunStatus status)
{
  return status >= WEIR_RUN_SUCCEEDED;
}

/**
 * weir_step_status_get_name:
 * @status: a status
 *
 * Returns: (transfer none): its stable word, "retry_wait"; not translated
 */
const char *
weir_step_status_get_name (WeirStepStatus status)
{
  g_return_val_if_fail ((guint) status < G_N_ELEMENTS (step_status_names), "unknown");
  return step_status_names[status];
}

/**
 * weir_event_kind_get_name:
 * @kind: a kind of event
 *
 * Returns: (transfer none): its name in the database, in logs and in JSON: "block.started"
 */
const char *
weir_event_kind_get_name (WeirEventKind kind)
{
  g_return_val_if_fail (kind < WEIR_EVENT_LAST, "unknown");
  return event_names[kind];
}

/**
 * weir_event_kind_from_name:
 * @name: "block.started"
 *
 * Returns: the kind, or %WEIR_EVENT_LAST if there is none of that name
 */
WeirEventKind
weir_event_kind_from_name (const char *name)
{
  for (guint i = 0; i < WEIR_EVENT_LAST; i++)
    if (g_str_equal (event_names[i], name))
      return i;
  return WEIR_EVENT_LAST;
}

/**
 * weir_event_new: (constructor)
 * @kind: what it says
 * @run: number of the run
 *
 * Returns: (transfer full): an event with all other fields 0
 */
WeirEvent *
weir_event_new (WeirEventKind kind, gint64 run)
{
  WeirEvent *self = g_new0 (WeirEvent, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->kind = kind;
  self->run = run;
  return self;
}

/**
 * weir_event_ref:
 * @self: an event
 *
 * Returns: (transfer full): the event
 */
WeirEvent *
weir_event_ref (WeirEvent *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * weir_event_unref:
 * @self: (transfer full): an event
 */
void
weir_event_unref (WeirEvent *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->block, g_ref_string_release);
  g_clear_pointer (&self->correlation, g_ref_string_release);
  g_clear_pointer (&self->data, weir_value_unref);
  g_free (self);
}

/**
 * weir_event_to_json:
 * @self: an event
 *
 * Returns: (transfer full): one line of JSON without line end: run, seq, event, at (ISO 8601 text), and where
 *   they apply scope, block, firing, attempt, data
 */
char *
weir_event_to_json (WeirEvent *self)
{
  GString *line = g_string_sized_new (192);

  weir_event_append_json (self, self->data, line);
  return g_string_free (line, FALSE);
}

static void
append_value (GString *line, const char *name, WeirValue *value)
{
  gsize length;
  g_autofree char *json = weir_json_write (value, 0, &length);

  g_string_append (line, name);
  g_string_append_len (line, json, (gssize) length);
}

static void
append_number (GString *line, const char *name, guint64 number)
{
  char digits[20];
  guint n = sizeof digits;

  do
    digits[--n] = (char) ('0' + number % 10);
  while ((number /= 10) > 0);
  g_string_append (line, name);
  g_string_append_len (line, digits + n, sizeof digits - n);
}

/* Ids are plain words, or nearly always: those need nothing that JSON would need. */
static void
append_id (GString *line, const char *name, const char *id)
{
  const char *c = id;

  while (g_ascii_isalnum (*c) || *c == '_' || *c == '-')
    c++;
  if (*c == '\0')
    {
      g_string_append (line, name);
      g_string_append_c (line, '"');
      g_string_append_len (line, id, c - id);
      g_string_append_c (line, '"');
    }
  else
    {
      g_autoptr(WeirValue) text = weir_value_new_text (id);

      append_value (line, name, text);
    }
}

/* The same with other data, NULL for none: the log file, which has a line for every event, leaves values out. */
void
weir_event_append_json (WeirEvent *self, WeirValue *data, GString *line)
{
  g_autofree char *at = weir_format_time (self->at);

  append_number (line, "{\"run\":", (guint64) self->run);
  append_number (line, ",\"seq\":", self->seq);
  g_string_append (line, ",\"event\":\"");
  g_string_append (line, weir_event_kind_get_name (self->kind));
  g_string_append (line, "\",\"at\":\"");
  g_string_append (line, at);
  g_string_append_c (line, '"');
  if (self->scope != 0)
    append_number (line, ",\"scope\":", self->scope);
  if (self->block != NULL)
    {
      append_id (line, ",\"block\":", self->block);
      append_number (line, ",\"firing\":", self->firing);
      append_number (line, ",\"attempt\":", self->attempt);
    }
  if (self->correlation != NULL)
    append_id (line, ",\"correlation\":", self->correlation);
  if (data != NULL)
    append_value (line, ",\"data\":", data);
  g_string_append_c (line, '}');
}
