/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-value.h"

G_BEGIN_DECLS

/*
 * How a value lies in memory: 24 bytes, then what the kind needs.
 *
 * A value stands alone on the heap, or it is a cell: one of the values of a parsed document, which lie side by
 * side in one block (the arena). Items of a parsed list are cells one after the other, items of a built list are
 * pointers. A reference on a cell is a reference on its arena, so any part of a document keeps all of it.
 *
 *   null            -
 *   bool, int, time, duration   a.integer
 *   number          a.number
 *   text, secret    a.length, b.text (NUL-terminated, may hold NULs)
 *   bytes           a.bytes
 *   list            a.length, b.items or b.cells
 *   record, error   a.shape (the keys), b.items or b.cells, as many as the shape has keys
 *   table           a.shape (the columns), b.items or b.cells: one, the list of rows
 *   file            a.file
 *   stream          b.items or b.cells: one, the recipe (see weir-stream-private.h)
 */
typedef enum
{
  WEIR_VALUE_FLAG_STATIC = 1 << 0, /* never freed */
  WEIR_VALUE_FLAG_CELL = 1 << 1,   /* lies in an arena; ref_or_offset is the distance from it, in 8 bytes */
  WEIR_VALUE_FLAG_CELLS = 1 << 2,  /* children are cells, not pointers */
} WeirValueFlags;

typedef struct
{
  const char *text; /* NUL-terminated */
  guint32     length;
  guint32     hash;
} WeirKey;

/* The keys of records that look alike. Lookup is linear up to WEIR_SHAPE_LINEAR keys, by hash above. */
#define WEIR_SHAPE_LINEAR 12

typedef struct
{
  int      ref_count; /* -1: belongs to an arena or is static */
  guint32  n_keys;
  guint32  index_mask; /* 0: no index */
  gboolean is_tagged;  /* has the key "$weir" */
  guint32 *index;      /* key number + 1, 0 is free */
  WeirKey *keys;
} WeirShape;

typedef struct
{
  char      *path; /* as the file system has it, perhaps not UTF-8 */
  guint64    device;
  guint64    inode;
  guint64    size;
  gint64     modified_at;
  WeirValue *members; /* a record, made when first asked for */
} WeirFileIdentity;

struct _WeirValue
{
  guint32 ref_or_offset;
  guint8  kind;
  guint8  flags;
  guint16 reserved;
  union
  {
    gint64            integer;
    double            number;
    gsize             length;
    GBytes           *bytes;
    WeirShape        *shape;
    WeirFileIdentity *file;
  } a;
  union
  {
    const char *text;
    WeirValue **items;
    WeirValue  *cells;
  } b;
};

G_STATIC_ASSERT (sizeof (struct _WeirValue) == 24);

typedef struct _WeirArenaChunk WeirArenaChunk;

/* The block of one parsed document. Cells follow this header. */
typedef struct
{
  int             ref_count;
  gboolean        is_plain;  /* holds nothing that JSON does not know */
  char           *text;      /* the document, which texts and keys point into */
  WeirArenaChunk *chunks;    /* shapes and other small things */
  GPtrArray      *owned;     /* of WeirValue: what cells refer to outside of the arena */
  WeirValue       cells[];
} WeirArena;

WeirArena        *weir_arena_new            (gsize              n_cells);
gpointer          weir_arena_alloc          (WeirArena         *self,
                                             gsize              size);
void              weir_arena_own            (WeirArena         *self,
                                             WeirValue         *value);
void              weir_arena_unref          (WeirArena         *self);

static inline WeirArena *
weir_value_get_arena (const WeirValue *self)
{
  return (WeirArena *) ((char *) self - (gsize) self->ref_or_offset * 8);
}

static inline WeirValue *
weir_value_peek_child (const WeirValue *self, gsize index)
{
  return (self->flags & WEIR_VALUE_FLAG_CELLS) != 0 ? &self->b.cells[index] : self->b.items[index];
}

guint32           weir_key_hash             (const char        *text,
                                             gsize              length);
WeirShape        *weir_shape_new            (const WeirKey     *keys,
                                             guint32            n_keys);
/* Fills the index of a shape whose keys are there, into memory of weir_shape_index_size () entries. */
guint32           weir_shape_index_size     (guint32            n_keys);
void              weir_shape_fill_index     (WeirShape         *self,
                                             guint32           *index,
                                             guint32            size);
WeirShape        *weir_shape_ref            (WeirShape         *self);
void              weir_shape_unref          (WeirShape         *self);
/* -1 if there is none */
gssize            weir_shape_find           (const WeirShape   *self,
                                             const char        *key,
                                             gsize              length);

WeirValue        *weir_value_alloc          (WeirValueKind      kind,
                                             gsize              extra);
WeirValue        *weir_value_new_file_with_identity (const char *path,
                                             guint64            device,
                                             guint64            inode,
                                             guint64            size,
                                             gint64             modified_at);
/* Takes the items. */
WeirValue        *weir_value_new_error_take (WeirValue         *class_name,
                                             WeirValue         *message,
                                             WeirValue         *data);
void              weir_builder_set_len_take (WeirBuilder       *self,
                                             const char        *key,
                                             gsize              length,
                                             WeirValue         *value);
WeirValue        *weir_value_find_member_len (WeirValue        *self,
                                             const char        *key,
                                             gsize              length);
const char       *weir_value_get_key_len    (WeirValue         *self,
                                             gsize              index,
                                             gsize             *length);
WeirShape        *weir_error_get_shape      (void);
/* A row of a table as a record (transfer full). */
WeirValue        *weir_table_dup_row        (WeirValue         *table,
                                             gsize              index);
WeirValue        *weir_table_to_records     (WeirValue         *table);
/* Takes the recipe, a record. */
WeirValue        *weir_value_new_stream_take (WeirValue        *recipe);

G_END_DECLS
