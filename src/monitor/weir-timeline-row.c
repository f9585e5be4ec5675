/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "weir-timeline-row.h"

#include "weir-step-look.h"

struct _WeirTimelineRow
{
  GObject parent_instance;

  char *path;
  char *title;
  char *wait;
  char *duration;
  char *status_text;
  guint depth;
  gboolean container;

  GArray *segments;     /* of WeirSegment, by step, then by start once settled */
  GArray *max_ends;     /* of gint64: the latest end up to each segment; G_MAXINT64 from an open one on */
  GArray *steps;        /* of StepMark */
  gboolean sorted;
};

/* What a step adds to the sums of its row. */
typedef struct
{
  guint index;
  WeirStepStatus status;
  gint64 started_at;
  gint64 ended_at;
  double progress;
} StepMark;

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_DURATION,
  PROP_DEPTH,
  PROP_ICON_NAME,
  PROP_STATUS_TEXT,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (WeirTimelineRow, weir_timeline_row, G_TYPE_OBJECT)

static void
weir_timeline_row_get_property (GObject    *object,
                                guint       id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  WeirTimelineRow *self = WEIR_TIMELINE_ROW (object);

  switch (id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_DURATION:
      g_value_set_string (value, self->duration);
      break;
    case PROP_DEPTH:
      g_value_set_uint (value, self->depth);
      break;
    case PROP_ICON_NAME:
      g_value_set_string (value, weir_step_look_get_icon_name (weir_timeline_row_get_status (self)));
      break;
    case PROP_STATUS_TEXT:
      g_value_set_string (value, self->status_text);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
weir_timeline_row_finalize (GObject *object)
{
  WeirTimelineRow *self = WEIR_TIMELINE_ROW (object);

  g_free (self->path);
  g_free (self->title);
  g_free (self->wait);
  g_free (self->duration);
  g_free (self->status_text);
  g_array_unref (self->segments);
  g_array_unref (self->max_ends);
  g_array_unref (self->steps);
  G_OBJECT_CLASS (weir_timeline_row_parent_class)->finalize (object);
}

static void
weir_timeline_row_class_init (WeirTimelineRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = weir_timeline_row_get_property;
  object_class->finalize = weir_timeline_row_finalize;
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_DURATION] = g_param_spec_string ("duration", NULL, NULL, NULL,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_DEPTH] = g_param_spec_uint ("depth", NULL, NULL, 0, G_MAXUINT, 0,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_ICON_NAME] = g_param_spec_string ("icon-name", NULL, NULL, NULL,
                                                    G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_STATUS_TEXT] = g_param_spec_string ("status-text", NULL, NULL, NULL,
                                                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[CHANGED] = g_signal_new ("changed", WEIR_TYPE_TIMELINE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
weir_timeline_row_init (WeirTimelineRow *self)
{
  self->segments = g_array_new (FALSE, FALSE, sizeof (WeirSegment));
  self->max_ends = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->steps = g_array_new (FALSE, FALSE, sizeof (StepMark));
  self->sorted = TRUE;
}

WeirTimelineRow *
weir_timeline_row_new (const char *path,
                       const char *title,
                       guint       depth)
{
  WeirTimelineRow *self = g_object_new (WEIR_TYPE_TIMELINE_ROW, NULL);

  self->path = g_strdup (path);
  self->title = g_strdup (title);
  self->depth = depth;
  return self;
}

const char *
weir_timeline_row_get_path (WeirTimelineRow *self)
{
  return self->path;
}

const char *
weir_timeline_row_get_title (WeirTimelineRow *self)
{
  return self->title;
}

guint
weir_timeline_row_get_depth (WeirTimelineRow *self)
{
  return self->depth;
}

static int
compare_by_step (gconstpointer a,
                 gconstpointer b)
{
  const WeirSegment *first = a, *second = b;

  return (first->step > second->step) - (first->step < second->step);
}

static int
compare_by_start (gconstpointer a,
                  gconstpointer b)
{
  const WeirSegment *first = a, *second = b;

  if (first->start_at != second->start_at)
    return first->start_at < second->start_at ? -1 : 1;
  return compare_by_step (a, b);
}

void
weir_timeline_row_truncate (WeirTimelineRow *self,
                            guint            first)
{
  guint keep = self->steps->len;
  guint kept = 0;

  while (keep > 0 && g_array_index (self->steps, StepMark, keep - 1).index >= first)
    keep--;
  if (keep == self->steps->len)
    return;
  g_array_set_size (self->steps, keep);
  for (guint i = 0; i < self->segments->len; i++)
    if (g_array_index (self->segments, WeirSegment, i).step < first)
      g_array_index (self->segments, WeirSegment, kept++) = g_array_index (self->segments, WeirSegment, i);
  g_array_set_size (self->segments, kept);
  g_array_set_size (self->max_ends, 0);
}

static void
add_segment (WeirTimelineRow    *self,
             const WeirStepInfo *step,
             guint               attempt,
             gint64              start_at,
             gint64              end_at,
             WeirStepStatus      status)
{
  WeirSegment segment = { start_at, end_at, step->index, attempt, status };

  if (start_at == 0)
    return;
  if (self->segments->len > 0
      && compare_by_start (&g_array_index (self->segments, WeirSegment, self->segments->len - 1), &segment) > 0)
    self->sorted = FALSE;
  g_array_append_val (self->segments, segment);
}

static gboolean
is_over (WeirStepStatus status)
{
  return status >= WEIR_STEP_SUCCEEDED;
}

/* Attempts before the last, each with the wait that followed it. Answers the start of the last. */
static gint64
add_earlier_attempts (WeirTimelineRow    *self,
                      const WeirStepInfo *step)
{
  gint64 started_at = step->started_at;
  guint n = step->attempts != NULL ? step->attempts->len : 0;

  for (guint i = 0; i < n; i++)
    {
      const WeirAttempt *attempt = &g_array_index (step->attempts, WeirAttempt, i);
      gint64 next_at = i + 1 < n ? g_array_index (step->attempts, WeirAttempt, i + 1).started_at : 0;

      started_at = attempt->started_at;
      if (i + 1 == n && step->status != WEIR_STEP_RETRY_WAIT)
        break;
      add_segment (self, step, i + 1, attempt->started_at, attempt->ended_at, WEIR_STEP_FAILED);
      add_segment (self, step, i + 1, attempt->ended_at, next_at, WEIR_STEP_RETRY_WAIT);
    }
  return started_at;
}

void
weir_timeline_row_add_step (WeirTimelineRow    *self,
                            const WeirStepInfo *step)
{
  StepMark mark = { step->index, step->status, step->started_at, step->ended_at, step->progress };
  gint64 started_at;

  g_array_append_val (self->steps, mark);
  if (step->ready_at != 0 && (step->started_at == 0 ? !is_over (step->status) : step->started_at > step->ready_at))
    add_segment (self, step, 0, step->ready_at, step->started_at, WEIR_STEP_QUEUED);
  started_at = add_earlier_attempts (self, step);
  if (step->status == WEIR_STEP_RETRY_WAIT && step->attempts == NULL)
    {
      add_segment (self, step, step->attempt, step->started_at, step->ended_at, WEIR_STEP_FAILED);
      add_segment (self, step, step->attempt, step->ended_at, 0, WEIR_STEP_RETRY_WAIT);
    }
  else if (step->status == WEIR_STEP_SKIPPED)
    {
      gint64 at = step->ended_at != 0 ? step->ended_at : step->ready_at;

      add_segment (self, step, 0, at, at, WEIR_STEP_SKIPPED);
    }
  else if (step->status != WEIR_STEP_RETRY_WAIT && started_at != 0)
    add_segment (self, step, step->attempt, started_at, is_over (step->status) ? MAX (step->ended_at, started_at) : 0,
                 step->status);
}

static void
update_ends (WeirTimelineRow *self)
{
  gint64 latest = G_MININT64;

  g_array_set_size (self->max_ends, self->segments->len);
  for (guint i = 0; i < self->segments->len; i++)
    {
      gint64 end_at = g_array_index (self->segments, WeirSegment, i).end_at;

      latest = MAX (latest, end_at != 0 ? end_at : G_MAXINT64);
      g_array_index (self->max_ends, gint64, i) = latest;
    }
}

static void
describe (WeirTimelineRow *self,
          gint64           now)
{
  guint n_over = 0, n_steps = 0;
  gint64 total = 0;
  double progress = -1;
  WeirStepStatus status = weir_timeline_row_get_status (self);

  for (guint i = 0; i < self->steps->len; i++)
    {
      const StepMark *mark = &g_array_index (self->steps, StepMark, i);

      if (mark->status == WEIR_STEP_SKIPPED)
        continue;
      n_steps++;
      if (is_over (mark->status))
        n_over++;
      else if (mark->progress >= 0)
        progress = mark->progress;
      if (mark->started_at != 0)
        total += MAX ((is_over (mark->status) && mark->ended_at != 0 ? mark->ended_at : now) - mark->started_at, 0);
    }
  g_clear_pointer (&self->duration, g_free);
  g_clear_pointer (&self->status_text, g_free);
  if (n_steps == 0)
    {
      self->duration = g_strdup (status == WEIR_STEP_SKIPPED ? _("skipped") : self->wait != NULL ? _("waits") : "");
      self->status_text = g_strdup (self->wait != NULL ? self->wait : weir_step_look_get_word (status));
      return;
    }
  if (progress >= 0 && n_over < n_steps)
    self->duration = g_strdup_printf ("%.0f %%", progress * 100);
  else
    self->duration = weir_display_duration (total);
  if (n_steps > 1)
    self->status_text = g_strdup_printf (_("%s, %u of %u steps done"), weir_step_look_get_word (status), n_over,
                                         n_steps);
  else
    self->status_text = g_strdup (weir_step_look_get_word (status));
}

void
weir_timeline_row_settle (WeirTimelineRow *self,
                          gint64           now)
{
  if (!self->sorted)
    g_array_sort (self->segments, compare_by_start);
  self->sorted = TRUE;
  update_ends (self);
  describe (self, now);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DURATION]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ICON_NAME]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS_TEXT]);
  g_signal_emit (self, signals[CHANGED], 0);
}

/* The state that matters most among the last of what goes on: a live step, else the worst of all. */
WeirStepStatus
weir_timeline_row_get_status (WeirTimelineRow *self)
{
  WeirStepStatus worst = WEIR_STEP_PENDING;
  WeirStepStatus live = WEIR_STEP_PENDING;

  for (guint i = 0; i < self->steps->len; i++)
    {
      WeirStepStatus status = g_array_index (self->steps, StepMark, i).status;

      if (weir_step_look_get_rank (status) >= weir_step_look_get_rank (worst))
        worst = status;
      if (!is_over (status) && weir_step_look_get_rank (status) >= weir_step_look_get_rank (live))
        live = status;
    }
  return live != WEIR_STEP_PENDING ? live : worst;
}

gboolean
weir_timeline_row_is_live (WeirTimelineRow *self)
{
  for (guint i = self->steps->len; i > 0; i--)
    if (!is_over (g_array_index (self->steps, StepMark, i - 1).status))
      return TRUE;
  return FALSE;
}

guint
weir_timeline_row_get_first_step (WeirTimelineRow *self)
{
  return self->steps->len > 0 ? g_array_index (self->steps, StepMark, 0).index : G_MAXUINT;
}

guint
weir_timeline_row_get_last_step (WeirTimelineRow *self)
{
  return self->steps->len > 0 ? g_array_index (self->steps, StepMark, self->steps->len - 1).index : G_MAXUINT;
}

void
weir_timeline_row_set_wait (WeirTimelineRow *self,
                            const char      *text)
{
  g_set_str (&self->wait, text);
}

const char *
weir_timeline_row_get_wait (WeirTimelineRow *self)
{
  return self->wait;
}

void
weir_timeline_row_set_container (WeirTimelineRow *self,
                                 gboolean         container)
{
  self->container = container;
}

gboolean
weir_timeline_row_get_container (WeirTimelineRow *self)
{
  return self->container;
}

const WeirSegment *
weir_timeline_row_get_segments (WeirTimelineRow *self,
                                guint           *n_segments)
{
  *n_segments = self->max_ends->len;
  return (const WeirSegment *) (gpointer) self->segments->data;
}

guint
weir_timeline_row_search (WeirTimelineRow *self,
                          gint64           at)
{
  guint low = 0, high = self->max_ends->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->max_ends, gint64, middle) > at)
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

const WeirSegment *
weir_timeline_row_find (WeirTimelineRow *self,
                        gint64           from_at,
                        gint64           to_at)
{
  guint n;
  const WeirSegment *segments = weir_timeline_row_get_segments (self, &n);
  const WeirSegment *best = NULL;

  for (guint i = weir_timeline_row_search (self, from_at - 1); i < n && segments[i].start_at <= to_at; i++)
    if ((segments[i].end_at == 0 || segments[i].end_at >= from_at)
        && (best == NULL || weir_step_look_get_rank (segments[i].status) > weir_step_look_get_rank (best->status)))
      best = &segments[i];
  return best;
}
