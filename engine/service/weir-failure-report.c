/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-failure-report.h"

#include <string.h>

#include "weir-json.h"
#include "weir-redact.h"
#include "weir-run-view.h"

#define N_LINES 20
#define VALUE_BYTES 400

typedef struct
{
  WeirEngine *engine;
  gint64 id;
  WeirRunInfo *info;
  WeirRunView *view;
  WeirRunState *state; /* borrowed from the view */
  GPtrArray *effects;
  GPtrArray *lines;
  const WeirStepInfo *step; /* that failed first; NULL: none did */
  GString *text;
} Report;

static void
report_free (gpointer data)
{
  Report *self = data;

  g_object_unref (self->engine);
  g_clear_object (&self->info);
  g_clear_object (&self->view);
  g_clear_pointer (&self->effects, g_ptr_array_unref);
  g_clear_pointer (&self->lines, g_ptr_array_unref);
  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  g_free (self);
}

static char *
format_time (gint64 at)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc_usec (at);

  return time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M:%S UTC") : g_strdup ("?");
}

/* ── what happened ───────────────────────────────────────────────────────────────────────── */

/* The first failure that nothing took care of: those of the containers around it come after it. */
static const WeirStepInfo *
find_culprit (Report *self)
{
  GPtrArray *events = weir_run_view_get_events (self->view);

  for (guint i = 0; i < events->len; i++)
    {
      WeirEvent *event = g_ptr_array_index (events, i);

      if (event->kind == WEIR_EVENT_BLOCK_FAILED && event->data != NULL
          && g_str_equal (weir_value_get_member_text (event->data, "handled", ""), "stop"))
        return weir_run_state_find_firing (self->state, event->scope, event->block, event->firing);
    }
  return NULL;
}

static WeirBlock *
find_block (Report *self)
{
  const WeirScope *scope = weir_run_state_get_scope (self->state, self->step->scope);

  return scope != NULL && scope->graph != NULL ? weir_graph_find_block (scope->graph, self->step->block) : NULL;
}

static void
write_head (Report *self)
{
  gint64 began = weir_run_info_get_created_at (self->info);
  gint64 ended = weir_run_info_get_ended_at (self->info);
  g_autofree char *time = format_time (began);
  g_autofree char *took = ended != 0 ? weir_display_duration (MAX (ended - began, 0)) : NULL;
  const char *name = weir_run_info_get_workflow_name (self->info);

  g_string_append_printf (self->text, "# Run %" G_GINT64_FORMAT " of “%s”: %s\n\n", self->id, name != NULL ? name : "",
                          weir_run_status_get_name (weir_run_info_get_status (self->info)));
  g_string_append_printf (self->text, "- Version %u of the workflow, Weir %s\n", weir_run_info_get_version (self->info),
                          WEIR_VERSION);
  g_string_append_printf (self->text, "- Started %s%s%s\n", time, took != NULL ? ", took " : "",
                          took != NULL ? took : "");
  g_string_append_printf (self->text, "- %u steps\n", weir_run_state_get_n_steps (self->state));
}

static WeirValue *
get_error (Report *self)
{
  WeirValue *error = self->step != NULL ? self->step->error : NULL;

  return error != NULL ? error : weir_run_state_get_error (self->state);
}

static void
write_failure (Report *self)
{
  WeirValue *error = get_error (self);
  g_autofree char *path = NULL;
  WeirBlock *block;

  if (self->step != NULL)
    {
      path = weir_run_state_dup_step_path (self->state, self->step);
      block = find_block (self);
      g_string_append (self->text, "\n## What failed\n\n");
      g_string_append_printf (self->text, "- Block `%s`%s%s%s\n", path, block != NULL ? " (`" : "",
                              block != NULL ? weir_block_get_kind_id (block) : "", block != NULL ? "`)" : "");
      if (self->step->attempt > 1)
        g_string_append_printf (self->text, "- Attempt %u, the last\n", self->step->attempt);
    }
  else if (error != NULL)
    g_string_append (self->text, "\n## What failed\n\n");
  if (error != NULL)
    {
      g_autofree char *message = weir_redact_text (weir_value_get_member_text (error, "message", ""));

      g_string_append_printf (self->text, "- Class `%s`\n- %s\n", weir_value_get_member_text (error, "class", "error"),
                              message);
    }
}

static void
write_inputs (Report *self)
{
  WeirValue *inputs = self->step != NULL ? self->step->inputs : weir_run_state_get_inputs (self->state);
  gsize length = inputs != NULL && weir_value_get_kind (inputs) == WEIR_VALUE_RECORD ? weir_value_get_length (inputs)
                                                                                     : 0;

  if (length == 0)
    return;
  g_string_append (self->text, self->step != NULL ? "\n## What it was given\n\n" : "\n## What the run was given\n\n");
  for (gsize i = 0; i < length; i++)
    {
      WeirBuilder *one = weir_record_builder_new (1);
      g_autoptr(WeirValue) record = NULL;
      g_autofree char *text = NULL;

      /* as a record, so that the name of the port counts */
      weir_builder_set (one, weir_value_get_key (inputs, i), weir_value_get_item (inputs, i));
      record = weir_builder_end (one);
      text = weir_redact_value (record, VALUE_BYTES);
      g_string_append_printf (self->text, "- `%s`\n", g_strdelimit (text, "`\n", ' '));
    }
}

static void
write_log (Report *self)
{
  guint first = self->lines->len > N_LINES ? self->lines->len - N_LINES : 0;

  if (self->lines->len == 0)
    return;
  g_string_append (self->text, "\n## The last lines of the log\n\n```\n");
  for (guint i = first; i < self->lines->len; i++)
    {
      static const char *const levels[] = { "debug", "info", "warning", "error" };
      WeirLogLine *line = g_ptr_array_index (self->lines, i);
      g_autofree char *message = weir_redact_text (line->message);

      g_string_append_printf (self->text, "%-7s %s: %s\n", levels[CLAMP (line->level, 0, 3)],
                              line->path != NULL ? line->path : "run", message);
    }
  g_string_append (self->text, "```\n");
}

/* How many of them an undo takes back. */
static guint
write_effects (Report *self)
{
  guint n_undoable = 0;
  guint n_there = 0;

  for (guint i = 0; i < self->effects->len; i++)
    {
      WeirEffect *effect = g_ptr_array_index (self->effects, i);
      g_autofree char *target = weir_redact_text (effect->target != NULL ? effect->target : "");
      gboolean undoable = effect->undo == WEIR_UNDO_EXACT || effect->undo == WEIR_UNDO_COMPENSATE;

      if (effect->state != WEIR_EFFECT_COMPLETED && effect->state != WEIR_EFFECT_INTENDED)
        continue;
      if (n_there++ == 0)
        g_string_append (self->text, "\n## What took effect already\n\n");
      n_undoable += undoable && effect->state == WEIR_EFFECT_COMPLETED;
      g_string_append_printf (self->text, "- `%s` %s%s%s\n", effect->type != NULL ? effect->type : "", target,
                              effect->state == WEIR_EFFECT_INTENDED ? " (begun; whether it was done is not known)" : "",
                              undoable ? "" : ", cannot be undone");
    }
  if (n_there == 0)
    g_string_append (self->text, "\nNothing outside took effect.\n");
  return n_undoable;
}

/* ── what can be done ────────────────────────────────────────────────────────────────────── */

static const struct
{
  const char *pattern;
  const char *advice;
} advices[] = {
  { "io.not_found", "Look whether the file or folder is there, and whether the path is right" },
  { "io.access", "Give the block access to that path, or choose another" },
  { "io.no_space", "Make room on the disk, then run it again" },
  { "io", "Look whether the path can be read and written, and whether something changed it meanwhile" },
  { "http.429", "The other side asks for fewer requests: let the block wait longer between them" },
  { "http.4xx", "The other side refused the request: look at the address, the headers and the credential" },
  { "http.5xx", "The other side failed: try again later, or let the block retry" },
  { "net", "Look whether the network and the other side can be reached" },
  { "auth", "Look whether the credential is there and still valid" },
  { "perm", "Grant the workflow what the block needs, or take the block out" },
  { "proc", "Run the program by hand with the same arguments and look at what it prints" },
  { "limit.timeout", "Give the block more time, or look why it is slow" },
  { "limit", "A limit was reached: raise it, or let less come at once" },
  { "expr", "Open the block and try the expression on the values of this run" },
  { "input,config,data", "A value is not as the block needs it: look at what it was given, above" },
};

static void
write_advice (Report *self, guint n_undoable)
{
  WeirValue *error = get_error (self);
  const char *class_name = error != NULL ? weir_value_get_member_text (error, "class", "") : "";

  g_string_append (self->text, "\n## What you can do\n\n");
  for (guint i = 0; i < G_N_ELEMENTS (advices); i++)
    if (weir_error_class_matches (class_name, advices[i].pattern))
      {
        g_string_append_printf (self->text, "- %s\n", advices[i].advice);
        break;
      }
  if (weir_error_is_transient (class_name))
    g_string_append (self->text, "- Such failures often go by themselves: let the block retry\n");
  if (n_undoable > 0)
    g_string_append_printf (self->text, "- Undo what it did (%u): `weir undo %" G_GINT64_FORMAT "`\n", n_undoable,
                            self->id);
  g_string_append_printf (self->text, "- See every step: `weir show %" G_GINT64_FORMAT "`\n", self->id);
}

/* ── gathering ───────────────────────────────────────────────────────────────────────────── */

static gboolean
gather (Report *self, GError **error)
{
  self->info = dex_await_object (weir_engine_load_run (self->engine, self->id), error);
  if (self->info == NULL)
    return FALSE;
  self->view = dex_await_object (weir_run_view_open (self->engine, self->id), error);
  if (self->view == NULL)
    return FALSE;
  self->effects = dex_await_boxed (weir_engine_list_effects (self->engine, self->id), error);
  if (self->effects == NULL)
    return FALSE;
  self->lines = dex_await_boxed (weir_engine_query_logs (self->engine, self->id, 0, NULL, NULL, 0, 0), error);
  if (self->lines == NULL)
    return FALSE;
  self->state = weir_run_view_get_state (self->view);
  self->step = find_culprit (self);
  return TRUE;
}

static DexFuture *
report_fiber (gpointer user_data)
{
  Report *self = user_data;
  GError *error = NULL;

  if (!gather (self, &error))
    return dex_future_new_for_error (error);
  self->text = g_string_new (NULL);
  write_head (self);
  write_failure (self);
  write_inputs (self);
  write_log (self);
  write_advice (self, write_effects (self));
  return dex_future_new_take_string (g_string_free (g_steal_pointer (&self->text), FALSE));
}

/**
 * weir_engine_report_run:
 * @self: an engine
 * @run: number of a run
 *
 * What a run did and why it failed, as Markdown. Secrets and the home folder are left out.
 *
 * Returns: (transfer full): a future of text; rejects with %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_engine_report_run (WeirEngine *self, gint64 run)
{
  Report *report;

  g_return_val_if_fail (WEIR_IS_ENGINE (self), NULL);
  report = g_new0 (Report, 1);
  report->engine = g_object_ref (self);
  report->id = run;
  return dex_scheduler_spawn (NULL, 0, report_fiber, report, report_free);
}
