/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-block-kind.h"
#include "weir-value.h"

G_BEGIN_DECLS

/* The type of the effect that says how others are taken back. */
#define WEIR_UNDO_POINT "undo_point"

typedef enum
{
  WEIR_EFFECT_INTENDED,
  WEIR_EFFECT_COMPLETED,
  WEIR_EFFECT_UNDONE,
  WEIR_EFFECT_KEPT,
  WEIR_EFFECT_DROPPED,   /* intended, but refused before anything was changed */
} WeirEffectState;

/**
 * WeirEffect:
 *
 * Something a step did to the world, and what is needed to take it back. Boxed, immutable.
 */
typedef struct
{
  gint64          id;
  gint64          run;
  guint32         scope;
  guint32         firing;
  char           *block;    /* id within its scope */
  char           *kind;     /* block kind id */
  char           *type;     /* "file.write", "file.move", "file.mkdir", "variable.set", a kind's own word */
  char           *target;   /* for people: a path, a name */
  WeirUndoKind    undo;
  WeirEffectState state;
  gint64          at;
  WeirValue      *before;
  WeirValue      *after;
} WeirEffect;

#define WEIR_TYPE_EFFECT (weir_effect_get_type ())
WEIR_API GType       weir_effect_get_type (void) G_GNUC_CONST;
WEIR_API WeirEffect *weir_effect_copy     (const WeirEffect *self);
WEIR_API void        weir_effect_free     (WeirEffect *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirEffect, weir_effect_free)

typedef enum
{
  WEIR_CONFLICT_KEEP,      /* leave the world as it is now */
  WEIR_CONFLICT_OVERWRITE, /* what was before comes back all the same */
  WEIR_CONFLICT_SAVE_COPY, /* what was before is put beside it under another name */
} WeirConflictChoice;

/**
 * WeirUndoItem:
 *
 * One line of an undo plan: what will be done about one effect.
 */
typedef struct
{
  WeirEffect *effect;
  char       *description;  /* "Move a.pdf back to ~/Downloads" */
  char       *conflict;     /* why it cannot just be undone ("changed since the run"); NULL if it can */
  gboolean    irreversible;
  guint64     size;         /* bytes that come back */
} WeirUndoItem;

/**
 * WeirUndoPlan:
 *
 * What undoing a run would do, in the order in which it would be done (latest effect first). Boxed, reference-counted.
 */
typedef struct
{
  /*< private >*/
  gatomicrefcount ref_count;
  /*< public >*/
  gint64     run;
  char      *to_block;     /* NULL: the whole run */
  gboolean   redo;         /* it does again what was undone */
  GPtrArray *items;        /* of WeirUndoItem */
  guint      n_conflicts;
  guint      n_irreversible;
  /*< private >*/
  GPtrArray  *never_done;  /* of WeirEffect: intended, but it never came to it */
  GPtrArray  *unsaid;      /* of WeirEffect: redone, or undone, by what was cut off before it could say so */
  GPtrArray  *touched;     /* of char *: what there may be debris beside */
  GHashTable *times;       /* set of gint64 *: those of folders */
  gint64      since;
} WeirUndoPlan;

#define WEIR_TYPE_UNDO_PLAN (weir_undo_plan_get_type ())
WEIR_API GType         weir_undo_plan_get_type (void) G_GNUC_CONST;
WEIR_API WeirUndoPlan *weir_undo_plan_ref      (WeirUndoPlan *self);
WEIR_API void          weir_undo_plan_unref    (WeirUndoPlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirUndoPlan, weir_undo_plan_unref)

G_END_DECLS
