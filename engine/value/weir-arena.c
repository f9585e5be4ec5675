/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-value-private.h"

#include <sys/mman.h>

#define CHUNK_SIZE 4096
#define HUGE_PAGE (2 << 20)

struct _WeirArenaChunk
{
  WeirArenaChunk *next;
  gsize           size;
  gsize           used;
  char            data[] __attribute__ ((aligned (8)));
};

/* NULL where memory is short: the number of cells comes from the document. */
WeirArena *
weir_arena_new (gsize n_cells)
{
  gsize size = sizeof (WeirArena) + n_cells * sizeof (WeirValue);
  WeirArena *self = g_try_malloc (size);

  if (self == NULL)
    return NULL;

  /* Half of the time of reading a large document would go into page faults. */
  if (size >= 2 * HUGE_PAGE)
    {
      gsize start = ((gsize) self + HUGE_PAGE - 1) & ~(gsize) (HUGE_PAGE - 1);

      madvise ((void *) start, ((gsize) self + size - start) & ~(gsize) (HUGE_PAGE - 1), MADV_HUGEPAGE);
    }
  self->ref_count = 1;
  self->is_plain = TRUE;
  self->text = NULL;
  self->chunks = NULL;
  self->owned = NULL;
  return self;
}

gpointer
weir_arena_alloc (WeirArena *self, gsize size)
{
  WeirArenaChunk *chunk = self->chunks;

  size = (size + 7) & ~(gsize) 7;
  if (chunk == NULL || chunk->size - chunk->used < size)
    {
      gsize chunk_size = MAX (size, chunk == NULL ? 512 : CHUNK_SIZE);

      chunk = g_malloc (sizeof *chunk + chunk_size);
      chunk->next = self->chunks;
      chunk->size = chunk_size;
      chunk->used = 0;
      self->chunks = chunk;
    }
  chunk->used += size;
  return chunk->data + chunk->used - size;
}

void
weir_arena_own (WeirArena *self, WeirValue *value)
{
  if (self->owned == NULL)
    self->owned = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_value_unref);
  g_ptr_array_add (self->owned, value);
}

void
weir_arena_unref (WeirArena *self)
{
  WeirArenaChunk *next;

  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;

  for (WeirArenaChunk *chunk = self->chunks; chunk != NULL; chunk = next)
    {
      next = chunk->next;
      g_free (chunk);
    }
  g_clear_pointer (&self->owned, g_ptr_array_unref);
  g_free (self->text);
  g_free (self);
}
