/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-keyframes.h"

struct _WeirKeyframes
{
  GPtrArray *states; /* of WeirRunState, the earliest first; never changed */
  guint64    spacing;
  guint64    next;   /* number of the event after which one is due */
  gsize      size;   /* bytes of all */
  gsize      budget;
};

WeirKeyframes *
weir_keyframes_new (guint64 spacing, gsize budget)
{
  WeirKeyframes *self = g_new0 (WeirKeyframes, 1);

  self->states = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_run_state_unref);
  self->spacing = self->next = spacing;
  self->budget = budget;
  return self;
}

void
weir_keyframes_free (WeirKeyframes *self)
{
  g_ptr_array_unref (self->states);
  g_free (self);
}

/* Twice as far from each other: every other one goes, and the first of all is the first that does. */
static void
thin (WeirKeyframes *self)
{
  for (guint i = 0; i < self->states->len; i++)
    {
      self->size -= ((WeirRunState *) g_ptr_array_index (self->states, i))->size;
      g_ptr_array_remove_index (self->states, i);
    }
  self->spacing *= 2;
}

void
weir_keyframes_offer (WeirKeyframes *self, WeirRunState *state)
{
  WeirRunState *copy;

  if (state->seq < self->next)
    return;
  copy = weir_run_state_copy (state);
  g_ptr_array_add (self->states, copy);
  self->size += copy->size;
  while (self->size > self->budget && self->states->len > 0)
    thin (self);
  self->next = state->seq + self->spacing;
}

WeirRunState *
weir_keyframes_find (WeirKeyframes *self, guint64 seq)
{
  guint low = 0, high = self->states->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (((WeirRunState *) g_ptr_array_index (self->states, middle))->seq <= seq)
        low = middle + 1;
      else
        high = middle;
    }
  return low > 0 ? g_ptr_array_index (self->states, low - 1) : NULL;
}

guint
weir_keyframes_get_n (WeirKeyframes *self)
{
  return self->states->len;
}

gsize
weir_keyframes_get_size (WeirKeyframes *self)
{
  return self->size;
}

guint64
weir_keyframes_get_spacing (WeirKeyframes *self)
{
  return self->spacing;
}
