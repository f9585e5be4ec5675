/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a run forgets. A container that has gone over many items keeps the last of them in full, and of the others only what they gave: so a
 * swarm of a hundred thousand needs no more memory than one of a thousand. The journal has the rest. */

#include "weir-run-state-private.h"

/* As many closed scopes of one container are kept. */
#define KEEP 256

/* A failure among the results is marked by its lowest bit; values are aligned. */
#define FAILED ((gsize) 1)

static void
result_free (gpointer tagged)
{
  if (tagged != NULL)
    weir_value_unref ((WeirValue *) ((gsize) tagged & ~FAILED));
}

void
weir_step_state_remember_scope (WeirStepState *container, WeirScopeState *scope)
{
  if (container->scopes == NULL)
    container->scopes = g_hash_table_new (g_str_hash, g_str_equal);
  /* the key is the scope's: one opened anew under the same key replaces both */
  g_hash_table_replace (container->scopes, scope->pub.key, scope);
}

/* The last scope that was opened under a key; NULL if none was, or if it was dropped. */
WeirScopeState *
weir_step_state_find_scope (WeirStepState *container, const char *key)
{
  return container->scopes != NULL ? g_hash_table_lookup (container->scopes, key) : NULL;
}

/* What a dropped scope gave. FALSE: there is no such. */
gboolean
weir_step_state_find_dropped (WeirStepState *container, const char *key, WeirValue **result, WeirValue **error)
{
  guint64 index;
  gpointer tagged;

  if (container->dropped == NULL || !g_ascii_string_to_unsigned (key, 10, 0, G_MAXUINT32, &index, NULL)
      || index >= container->dropped->len || (tagged = g_ptr_array_index (container->dropped, index)) == NULL)
    return FALSE;
  *result = *error = NULL;
  if ((gsize) tagged & FAILED)
    *error = (WeirValue *) ((gsize) tagged & ~FAILED);
  else
    *result = tagged;
  return TRUE;
}

void
weir_step_state_forget_failures (WeirStepState *container)
{
  container->n_tries++;
  if (container->swarm != NULL)
    return; /* it knows by itself */
  for (guint i = 0; container->dropped != NULL && i < container->dropped->len; i++)
    if ((gsize) g_ptr_array_index (container->dropped, i) & FAILED)
      g_clear_pointer (&container->dropped->pdata[i], result_free);
}

static void
forget_result (gpointer *tagged)
{
  WeirValue *value = (WeirValue *) ((gsize) *tagged & ~FAILED);
  gboolean failed = ((gsize) *tagged & FAILED) != 0;

  if (value == NULL)
    return;
  *tagged = failed ? (gpointer) ((gsize) weir_event_strip_error (value) | FAILED) : weir_value_new_null ();
  weir_value_unref (value);
}

/* What dropped scopes gave was deleted. @key NULL: all of them. */
void
weir_step_state_forget_results (WeirStepState *container, const char *key)
{
  guint64 index = 0;
  guint n = container->dropped != NULL ? container->dropped->len : 0;

  if (key != NULL && (!g_ascii_string_to_unsigned (key, 10, 0, G_MAXUINT32, &index, NULL) || index >= n))
    return;
  for (guint i = (guint) index; i < (key != NULL ? (guint) index + 1 : n); i++)
    forget_result (&container->dropped->pdata[i]);
}

void
weir_step_state_forget_scopes (WeirStepState *container)
{
  g_clear_pointer (&container->scopes, g_hash_table_unref);
  g_clear_pointer (&container->dropped, g_ptr_array_unref);
  g_queue_clear (&container->closed);
}

static gpointer
copy_result (gconstpointer tagged, gpointer user_data)
{
  if (tagged != NULL)
    weir_value_ref ((WeirValue *) ((gsize) tagged & ~FAILED));
  return (gpointer) tagged;
}

/* (transfer full) (nullable): what the dropped scopes of a container gave. */
GPtrArray *
weir_step_state_copy_dropped (WeirStepState *container)
{
  GPtrArray *copy = container->dropped != NULL ? g_ptr_array_copy (container->dropped, copy_result, NULL) : NULL;

  if (copy != NULL)
    g_ptr_array_set_free_func (copy, result_free);
  return copy;
}

/* An executor that still holds one of its steps needs it. */
static gboolean
is_held (WeirRunState *self, WeirScopeState *scope)
{
  if (scope->runtime != NULL)
    return TRUE;
  for (guint i = 0; i < scope->shared->plan->n_blocks; i++)
    for (WeirStepState *step = scope->blocks[i].last; step != NULL; step = step->previous)
      {
        if (step->n_holders > 0)
          return TRUE;
        for (GList *l = step->closed.head; l != NULL; l = l->next)
          if (is_held (self, l->data))
            return TRUE;
      }
  return FALSE;
}

static void
drop_scope (WeirRunState *self, WeirScopeState *scope)
{
  WeirPlanState *shared = scope->shared;

  for (guint i = 0; i < shared->plan->n_blocks; i++)
    for (WeirStepState *step = scope->blocks[i].last, *previous; step != NULL; step = previous)
      {
        WeirScopeState *inner;

        previous = step->previous;
        while ((inner = g_queue_pop_head (&step->closed)) != NULL)
          drop_scope (self, inner);
        if (shared->blocks[i].last == step)
          shared->blocks[i].last = NULL;
        self->steps->pdata[step->info.index] = NULL;
        weir_step_state_unref (step);
      }
  self->scopes->pdata[scope->pub.id] = NULL;
  weir_scope_state_free (scope);
}

void
weir_step_state_keep_result (WeirStepState *container, guint index, WeirValue *result, WeirValue *error)
{
  if (container->dropped == NULL)
    container->dropped = g_ptr_array_new_with_free_func (result_free);
  if (index >= container->dropped->len)
    g_ptr_array_set_size (container->dropped, (gint) index + 1);
  result_free (container->dropped->pdata[index]);
  if (error != NULL)
    container->dropped->pdata[index] = (gpointer) ((gsize) weir_value_ref (error) | FAILED);
  else
    container->dropped->pdata[index] = result != NULL ? weir_value_ref (result) : weir_value_new_null ();
}

static gboolean
keep_result (WeirStepState *container, WeirScopeState *scope)
{
  guint64 index;

  /* keys that are no numbers belong to containers with few scopes */
  if (!g_ascii_string_to_unsigned (scope->pub.key, 10, 0, 100000000, &index, NULL))
    return FALSE;
  weir_step_state_keep_result (container, (guint) index, scope->pub.result, scope->pub.error);
  return TRUE;
}

/* A scope has closed: the oldest closed one of its container may go. */
void
weir_run_state_scope_closed (WeirRunState *self, WeirStepState *container, WeirScopeState *scope)
{
  WeirScopeState *oldest;

  if (scope->shared == NULL)
    return;
  g_queue_push_tail (&container->closed, scope);
  if (container->closed.length <= KEEP)
    return;
  oldest = g_queue_peek_head (&container->closed);
  if (is_held (self, oldest))
    return;
  /* one that was opened anew under its key has its place there */
  if (weir_step_state_find_scope (container, oldest->pub.key) == oldest)
    {
      if (!keep_result (container, oldest))
        return;
      g_hash_table_remove (container->scopes, oldest->pub.key);
    }
  g_queue_pop_head (&container->closed);
  drop_scope (self, oldest);
}
