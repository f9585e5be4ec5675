/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-run-view.h"

#include "weir-engine-private.h"
#include "weir-keyframes.h"
#include "weir-run-state-private.h"

/* A slow main loop may fall behind by this many events before the view has to read the journal again. */
#define BUFFER 100000

/* Events from one keyframe to the next: about a millisecond of folding. An ordinary run has fewer, and needs none. */
#define KEYFRAME_SPACING 4096

/* What keyframes may take; beyond that they are farther from each other. */
#define KEYFRAME_BYTES (32 << 20)

struct _WeirRunView
{
  GObject           parent_instance;
  WeirEngine       *engine;
  gint64            run;
  WeirWorkflow     *workflow;
  WeirRunState     *state;
  WeirKeyframes    *keyframes;
  GPtrArray        *events;
  GPtrArray        *deletions; /* of these: parts whose values nobody sees any more, at no moment */
  WeirSubscription *subscription;
  guint64           seek; /* G_MAXUINT64: the newest */
  gboolean          loading;
};

G_DEFINE_FINAL_TYPE (WeirRunView, weir_run_view, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_SEQ,
  PROP_LIVE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint changed_signal;

static void
weir_run_view_dispose (GObject *object)
{
  WeirRunView *self = WEIR_RUN_VIEW (object);

  if (self->subscription != NULL)
    g_signal_handlers_disconnect_by_data (self->subscription, self);
  g_clear_object (&self->subscription);
  g_clear_pointer (&self->state, weir_run_state_unref);
  g_clear_pointer (&self->keyframes, weir_keyframes_free);
  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_clear_pointer (&self->deletions, g_ptr_array_unref);
  g_clear_object (&self->workflow);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (weir_run_view_parent_class)->dispose (object);
}

static void
weir_run_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  WeirRunView *self = WEIR_RUN_VIEW (object);

  switch (id)
    {
    case PROP_SEQ:
      g_value_set_uint64 (value, weir_run_state_get_seq (self->state));
      break;
    case PROP_LIVE:
      g_value_set_boolean (value, self->seek == G_MAXUINT64);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
weir_run_view_class_init (WeirRunViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = weir_run_view_dispose;
  object_class->get_property = weir_run_view_get_property;

  props[PROP_SEQ] = g_param_spec_uint64 ("seq", NULL, NULL, 0, G_MAXUINT64, 0,
                                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_LIVE] = g_param_spec_boolean ("live", NULL, NULL, TRUE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  /**
   * WeirRunView::changed:
   * @self: the view
   * @first_step: index of the first step that may look otherwise than before
   *
   * What is shown changed.
   */
  changed_signal = g_signal_new ("changed", WEIR_TYPE_RUN_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                 G_TYPE_UINT);
}

static void
weir_run_view_init (WeirRunView *self)
{
  self->seek = G_MAXUINT64;
  self->keyframes = weir_keyframes_new (KEYFRAME_SPACING, KEYFRAME_BYTES);
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_event_unref);
  self->deletions = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_event_unref);
}

static guint
step_of_event (WeirRunView *self, WeirEvent *event)
{
  const WeirStepInfo *step = event->block != NULL
                               ? weir_run_state_find_firing (self->state, event->scope, event->block, event->firing)
                               : NULL;

  return step != NULL ? step->index : weir_run_state_get_n_steps (self->state);
}

/* Folds one event in if the view stands at the newest. */
static void
take_event (WeirRunView *self, WeirEvent *event, guint *first)
{
  g_autoptr(GError) error = NULL;

  if (event->seq != 0)
    g_ptr_array_add (self->events, weir_event_ref (event));
  if (event->kind == WEIR_EVENT_PART_DELETED)
    g_ptr_array_add (self->deletions, weir_event_ref (event));
  if (self->seek != G_MAXUINT64)
    return;
  *first = MIN (*first, weir_run_state_get_n_steps (self->state));
  if (!weir_run_state_apply (self->state, event, &error))
    g_warning ("Run %" G_GINT64_FORMAT ": %s", self->run, error->message);
  weir_keyframes_offer (self->keyframes, self->state);
  *first = MIN (*first, step_of_event (self, event));
}

static guint64
last_seq (WeirRunView *self)
{
  return self->events->len > 0 ? ((WeirEvent *) g_ptr_array_index (self->events, self->events->len - 1))->seq : 0;
}

static void
tell_changed (WeirRunView *self, guint first)
{
  g_signal_emit (self, changed_signal, 0, first);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SEQ]);
}

static void
drain (WeirRunView *self, guint *first)
{
  for (;;)
    {
      guint64 gap_first = 0;
      g_autoptr(WeirEvent) event = weir_subscription_take (self->subscription, &gap_first, NULL);

      if (gap_first != 0)
        continue;
      if (event == NULL)
        return;
      if (event->seq == 0 || event->seq == last_seq (self) + 1)
        take_event (self, event, first);
    }
}

typedef struct
{
  WeirRunView *view;
  gint64       run;
} LoadCall;

static void
load_call_free (gpointer data)
{
  g_clear_object (&((LoadCall *) data)->view);
  g_free (data);
}

/* Reads what the view does not know yet. What the bus brings meanwhile overlaps and is dropped by its number. */
static gboolean
catch_up (WeirRunView *self, guint *first, GError **error)
{
  g_autoptr(GPtrArray) events = NULL;

  self->loading = TRUE;
  events = dex_await_boxed (weir_engine_load_events (self->engine, self->run, last_seq (self)), error);
  self->loading = FALSE;
  if (events == NULL)
    return FALSE;
  for (guint i = 0; i < events->len; i++)
    {
      WeirEvent *event = g_ptr_array_index (events, i);

      if (event->seq == last_seq (self) + 1)
        take_event (self, event, first);
    }
  return TRUE;
}

static DexFuture *
catch_up_fiber (gpointer user_data)
{
  LoadCall *call = user_data;
  guint first = G_MAXUINT;

  if (call->view->engine != NULL && catch_up (call->view, &first, NULL))
    tell_changed (call->view, first);
  return dex_future_new_true ();
}

static void
ready_cb (WeirRunView *self)
{
  guint first = G_MAXUINT;
  gboolean missed = FALSE;

  if (self->loading)
    return; /* looked at when the journal has been read */
  for (;;)
    {
      guint64 gap_first = 0;
      g_autoptr(WeirEvent) event = weir_subscription_take (self->subscription, &gap_first, NULL);

      missed |= gap_first != 0 || (event != NULL && event->seq > last_seq (self) + 1);
      if (event == NULL && gap_first == 0)
        break;
      if (event != NULL && !missed && (event->seq == 0 || event->seq == last_seq (self) + 1))
        take_event (self, event, &first);
    }
  if (missed)
    {
      LoadCall *call = g_new0 (LoadCall, 1);

      call->view = g_object_ref (self);
      dex_future_disown (dex_scheduler_spawn (NULL, 0, catch_up_fiber, call, load_call_free));
    }
  if (first != G_MAXUINT)
    tell_changed (self, first);
}

static DexFuture *
open_fiber (gpointer user_data)
{
  LoadCall *call = user_data;
  WeirRunView *self = call->view;
  g_autoptr(WeirRunInfo) info = NULL;
  guint first = 0;
  GError *error = NULL;

  info = dex_await_object (weir_engine_load_run (self->engine, self->run), &error);
  if (info == NULL)
    return dex_future_new_for_error (error);
  self->workflow = dex_await_object (
    weir_engine_load_workflow (self->engine, weir_run_info_get_workflow_id (info), weir_run_info_get_version (info)),
    &error);
  if (self->workflow == NULL)
    return dex_future_new_for_error (error);
  self->state = weir_run_state_new (self->workflow, weir_engine_resolve, self->engine);
  self->subscription = weir_engine_subscribe (self->engine, self->run, BUFFER);
  g_signal_connect_swapped (self->subscription, "ready", G_CALLBACK (ready_cb), self);
  if (!catch_up (self, &first, &error))
    return dex_future_new_for_error (error);
  drain (self, &first);
  return dex_future_new_take_object (g_steal_pointer (&call->view));
}

/**
 * weir_run_view_open:
 * @engine: an engine
 * @run: number of a run
 *
 * Returns: (transfer full): a future that resolves to a #WeirRunView; rejects with %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_run_view_open (WeirEngine *engine, gint64 run)
{
  LoadCall *call = g_new0 (LoadCall, 1);

  call->view = g_object_new (WEIR_TYPE_RUN_VIEW, NULL);
  call->view->engine = g_object_ref (engine);
  call->view->run = run;
  return dex_scheduler_spawn (NULL, 0, open_fiber, call, load_call_free);
}

/**
 * weir_run_view_get_run_id:
 * @self: a view
 *
 * Returns: number of the run
 */
gint64
weir_run_view_get_run_id (WeirRunView *self)
{
  g_return_val_if_fail (WEIR_IS_RUN_VIEW (self), 0);
  return self->run;
}

/**
 * weir_run_view_get_workflow:
 * @self: a view
 *
 * Returns: (transfer none): the version that the run executes
 */
WeirWorkflow *
weir_run_view_get_workflow (WeirRunView *self)
{
  g_return_val_if_fail (WEIR_IS_RUN_VIEW (self), NULL);
  return self->workflow;
}

/**
 * weir_run_view_get_state:
 * @self: a view
 *
 * Returns: (transfer none): the state where the view stands; another object after a seek
 */
WeirRunState *
weir_run_view_get_state (WeirRunView *self)
{
  g_return_val_if_fail (WEIR_IS_RUN_VIEW (self), NULL);
  return self->state;
}

/**
 * weir_run_view_get_events:
 * @self: a view
 *
 * Returns: (transfer none) (element-type WeirEvent): the journal as far as it is known, oldest first
 */
GPtrArray *
weir_run_view_get_events (WeirRunView *self)
{
  g_return_val_if_fail (WEIR_IS_RUN_VIEW (self), NULL);
  return self->events;
}

/**
 * weir_run_view_get_live:
 * @self: a view
 *
 * Returns: whether it follows the newest event
 */
gboolean
weir_run_view_get_live (WeirRunView *self)
{
  g_return_val_if_fail (WEIR_IS_RUN_VIEW (self), FALSE);
  return self->seek == G_MAXUINT64;
}

/* To where the events up to @seq are least far: where it is, a keyframe, or the beginning. */
static void
go_near (WeirRunView *self, guint64 seq)
{
  guint64 now = weir_run_state_get_seq (self->state);
  WeirRunState *keyframe = weir_keyframes_find (self->keyframes, seq);

  if (seq >= now && (keyframe == NULL || weir_run_state_get_seq (keyframe) <= now))
    return;
  weir_run_state_unref (self->state);
  self->state = keyframe != NULL ? weir_run_state_copy (keyframe)
                                 : weir_run_state_new (self->workflow, weir_engine_resolve, self->engine);
}

/**
 * weir_run_view_seek:
 * @self: a view
 * @seq: a sequence number, or %G_MAXUINT64 to follow the newest event again
 *
 * Makes the view show the run as it was after that event. Takes a few milliseconds, however long the run is: there are copies of the state at
 * moments all over it.
 */
void
weir_run_view_seek (WeirRunView *self, guint64 seq)
{
  gboolean was_live = self->seek == G_MAXUINT64;

  g_return_if_fail (WEIR_IS_RUN_VIEW (self));
  self->seek = seq;
  go_near (self, seq);
  /* numbers are gap-free from 1: the index of an event is its number less one */
  for (guint64 i = weir_run_state_get_seq (self->state); i < self->events->len && i < seq; i++)
    {
      weir_run_state_apply (self->state, g_ptr_array_index (self->events, i), NULL);
      weir_keyframes_offer (self->keyframes, self->state);
    }
  for (guint i = 0; i < self->deletions->len; i++)
    weir_run_state_apply_part_deleted (self->state, g_ptr_array_index (self->deletions, i));
  tell_changed (self, 0);
  if (was_live != (seq == G_MAXUINT64))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LIVE]);
}
