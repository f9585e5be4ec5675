/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Places and rates. Who waits for them is in weir-run-queue.c. */

#include "weir-run-private.h"
#include "weir-run-queue.h"

#define NAMED_HOLDERS 3

WeirGate *
weir_gate_new (WeirRunQueue *queue, const char *name, const char *label)
{
  WeirGate *self = g_new0 (WeirGate, 1);

  self->queue = queue;
  self->name = g_strdup (name);
  self->label = g_strdup (label);
  self->slots = WEIR_NO_LIMIT;
  self->holders = g_ptr_array_new ();
  for (guint i = 0; i < G_N_ELEMENTS (self->parked); i++)
    self->parked[i].lanes = g_ptr_array_new ();
  return self;
}

void
weir_gate_free (WeirGate *self)
{
  dex_clear (&self->timer);
  if (self->listed)
    g_ptr_array_remove_fast (self->queue->open, self);
  g_ptr_array_unref (self->holders);
  for (guint i = 0; i < G_N_ELEMENTS (self->parked); i++)
    g_ptr_array_unref (self->parked[i].lanes);
  g_free (self->name);
  g_free (self->label);
  g_free (self);
}

void
weir_gate_set_slots (WeirGate *self, guint slots, guint reserved)
{
  if (self->slots == slots && self->reserved == reserved)
    return;
  self->slots = slots;
  self->reserved = MIN (reserved, slots);
  weir_run_queue_gate_changed (self->queue, self);
}

/* ── rates ──────────────────────────────────────────────────────────────────────────────── */

static gint64
token_cost (const WeirRate *rate)
{
  return rate->per_ms * 1000;
}

static void
give_credit (WeirGate *self)
{
  gint64 now = weir_clock_get_mono (self->queue->engine->clock);
  gint64 full = self->rate.burst * token_cost (&self->rate);
  gint64 missing = full - self->credit;

  /* a long time must not overflow: the bucket is full long before */
  if (now - self->credit_at > missing / self->rate.count)
    self->credit = full;
  else
    self->credit += (now - self->credit_at) * self->rate.count;
  self->credit_at = now;
}

/* A bucket begins full. When its rate changes it keeps as many tokens as it had, as far as it holds them. */
void
weir_gate_set_rate (WeirGate *self, const WeirRate *rate)
{
  gint64 full = rate->burst * token_cost (rate);
  double tokens;

  if (self->rate.count == rate->count && self->rate.per_ms == rate->per_ms && self->rate.burst == rate->burst)
    return;
  if (self->rate.count > 0 && rate->count > 0)
    {
      give_credit (self);
      tokens = (double) self->credit / (double) token_cost (&self->rate);
      self->credit = MIN ((gint64) (tokens * (double) token_cost (rate)), full);
    }
  else
    self->credit = full;
  self->rate = *rate;
  self->credit_at = weir_clock_get_mono (self->queue->engine->clock);
  dex_clear (&self->timer);
  weir_run_queue_gate_changed (self->queue, self);
}

gint64
weir_gate_get_delay (WeirGate *self)
{
  gint64 missing;

  if (self->rate.count == 0)
    return 0;
  give_credit (self);
  missing = token_cost (&self->rate) - self->credit;
  return missing > 0 ? (missing + self->rate.count - 1) / self->rate.count : 0;
}

/* ── places ─────────────────────────────────────────────────────────────────────────────── */

gboolean
weir_gate_has_place (WeirGate *self, gboolean high)
{
  guint kept = high ? 0 : self->reserved;

  if (self->run != NULL && !weir_run_goes_on (self->run))
    return FALSE;
  return self->slots == WEIR_NO_LIMIT || self->n_used + kept < self->slots;
}

void
weir_gate_enter (WeirGate *self, WeirStep *step)
{
  self->n_used++;
  if (step != NULL)
    g_ptr_array_add (self->holders, step);
  if (self->rate.count > 0)
    {
      give_credit (self);
      self->credit -= token_cost (&self->rate);
    }
}

void
weir_gate_leave (WeirGate *self, WeirStep *step)
{
  self->n_used--;
  if (step != NULL)
    g_ptr_array_remove_fast (self->holders, step);
  weir_run_queue_gate_changed (self->queue, self);
}

gboolean
weir_gate_is_idle (WeirGate *self)
{
  if (self->n_used > 0 || self->n_lanes > 0)
    return FALSE;
  if (self->rate.count == 0)
    return TRUE;
  give_credit (self);
  return self->credit == self->rate.burst * token_cost (&self->rate);
}

/* ── why ────────────────────────────────────────────────────────────────────────────────── */

static void
append_holders (GString *text, WeirGate *self, WeirRun *asking)
{
  guint n = MIN (self->holders->len, NAMED_HOLDERS);

  for (guint i = 0; i < n; i++)
    {
      WeirStep *holder = g_ptr_array_index (self->holders, i);

      g_string_append (text, i == 0 ? " by " : ", ");
      g_string_append (text, weir_block_get_title (holder->block->block));
      if (holder->run != asking)
        g_string_append_printf (text, " of run %" G_GINT64_FORMAT, holder->run->id);
    }
  if (self->holders->len > n)
    g_string_append_printf (text, " and %u more", self->holders->len - n);
}

static void
append_places (GString *text, WeirGate *self, WeirRun *asking, gboolean high)
{
  if (self->slots == 0)
    {
      g_string_append (text, " (it has none)");
      return;
    }
  g_string_append_printf (text, " (%u of %u in use", self->n_used, self->slots);
  append_holders (text, self, asking);
  if (!high && self->reserved > 0)
    g_string_append_printf (text, "; %u kept for high priority", self->reserved);
  g_string_append_c (text, ')');
}

char *
weir_gate_explain (WeirGate *self, WeirRun *asking, gboolean high)
{
  GString *text = g_string_new (NULL);

  if (weir_gate_has_place (self, high))
    {
      gint64 delay = weir_gate_get_delay (self);

      /* never "in 0.0 s" */
      g_string_append_printf (text, "rate of %s: next in %.1f s", self->label,
                              (double) ((delay + 99999) / 100000) / 10);
      return g_string_free_and_steal (text);
    }
  g_string_append_printf (text, "waits for %s%s", g_str_has_prefix (self->name, "pool ") ? "a place in " : "",
                          self->label);
  append_places (text, self, asking, high);
  return g_string_free_and_steal (text);
}
