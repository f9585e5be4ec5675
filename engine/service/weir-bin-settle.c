/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What became of a step of a run that has ended, whose outcome was not known. */

#include "weir-bin-private.h"
#include "weir-engine-private.h"

static gboolean
settle_ended (WeirPartCall *call, const char *decision, WeirValue *outputs, GError **error)
{
  g_autoptr(GPtrArray) events = weir_part_call_load_ended (call, error);
  g_auto(WeirPartJournal) journal = weir_part_journal_read (events);
  WeirEvent *last = events != NULL ? g_hash_table_lookup (journal.last, call->path) : NULL;
  WeirBuilder *data;
  WeirEvent *event;

  if (events == NULL)
    return FALSE;
  if (last == NULL || GPOINTER_TO_INT (g_hash_table_lookup (journal.statuses, call->path)) != WEIR_STEP_UNKNOWN)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE,
                   "Run %" G_GINT64_FORMAT " has no step %s whose outcome is unknown", call->run, call->path);
      return FALSE;
    }
  data = weir_record_builder_new (3);
  weir_builder_set_take (data, "decision", weir_value_new_text (decision));
  weir_builder_set_take (data, "by", weir_value_new_text (call->actor));
  if (outputs != NULL && g_str_equal (decision, "done"))
    weir_builder_set (data, "outputs", outputs);
  event = weir_event_new (WEIR_EVENT_PART_SETTLED, call->run);
  event->seq = (guint64) call->seq + 1;
  event->scope = last->scope;
  event->firing = last->firing;
  event->block = g_ref_string_acquire (last->block);
  event->at = weir_clock_get_time (call->engine->clock);
  event->mono = weir_clock_get_mono (call->engine->clock);
  event->data = weir_builder_end (data);
  weir_engine_journal (call->engine, event, NULL, NULL);
  return dex_await (weir_engine_durable (call->engine), error);
}

/* In a fiber: says what became of a step of a run that has ended. Nothing follows from it. */
gboolean
weir_engine_settle_ended (WeirEngine *self, gint64 run, const char *path, const char *decision, WeirValue *outputs, const char *by,
                          GError **error)
{
  WeirPartCall *call;
  gboolean done;

  if (!g_str_equal (decision, "done") && !g_str_equal (decision, "failed"))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_WRONG_STATE,
                   "Run %" G_GINT64_FORMAT
                   " has ended: expected done or failed, got %s; to run it again run the run again from there",
                   run, decision);
      return FALSE;
    }
  if (outputs != NULL && weir_value_get_kind (outputs) != WEIR_VALUE_RECORD)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_INVALID, "Expected a record of what %s gave, by output, got %s", path,
                   weir_value_get_kind_name (outputs));
      return FALSE;
    }
  if (!weir_engine_begin_amending (self, run, error))
    return FALSE;
  call = weir_part_call_new (self, run, path, by, NULL);
  done = settle_ended (call, decision, outputs, error);
  weir_engine_end_amending (self, run);
  weir_part_call_free (call);
  return done;
}
