/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to what steps do with files. */

#include "weir-file-effect.h"
#include "weir-run-private.h"

G_BEGIN_DECLS

/* One access of a step to a file. The fiber owns it; the thread that works for it fills in what it found. */
typedef struct
{
  WeirStep        *step;
  WeirStore       *store;
  const char      *type;      /* of the effect */
  char            *path;      /* what is changed; the target as it is recorded */
  char            *from;
  char            *info;      /* of the trash */
  GBytes          *content;
  gboolean         streams;   /* the content comes part by part and is gathered in: */
  WeirFileSpool   *spool;
  gsize            max_bytes;
  gint64           limit;     /* bytes that are kept for undo */
  WeirWriteMode    mode;
  gboolean         make_parents;
  gboolean         replace;
  gboolean         recursive;
  gboolean         preserve;
  gboolean         verify;
  WeirValue       *wanted;    /* attributes to set */
  DexFiberFunc     keep;
  GPtrArray       *earlier;   /* of WeirEffect: of earlier attempts of the step; NULL on the first */
  WeirFileProgress progress;
  /* found */
  WeirValue       *before;
  WeirValue       *source;
  WeirValue       *after;
  GPtrArray       *parents;   /* folders to be made first */
  const WeirEffect *done;     /* an earlier attempt did it already */
  gboolean         made;
  gboolean         untouched; /* it failed, and nothing was changed */
  gboolean         too_large; /* cannot be undone */
  char            *warning;
} WeirFileCall;

WeirFileCall *weir_file_call_new       (WeirStep *step, char *path);
void          weir_file_call_free      (gpointer data);
gboolean      weir_file_call_in_thread (WeirFileCall *call, DexFiberFunc func, GError **error);

/* An effect from beginning to end: @keep looks and fills in `before`; then it is intended; @act does it and fills in `after`. Both run in
 * a thread. In a fiber. */
gboolean      weir_file_call_run       (WeirFileCall *call, DexFiberFunc keep, DexFiberFunc act, GError **error);
/* `path` and `from` without links on the way; run () does so, too. Blocks. */
void          weir_file_call_place     (WeirFileCall *call);
/* Fills in `earlier`; run () does so, too. In a fiber. */
gboolean      weir_file_call_load_earlier (WeirFileCall *call, GError **error);
/* For @act: it did not work. */
DexFuture    *weir_file_call_fail      (WeirFileCall *call, GError *error);
/* The states that effects record: with the times of the folders of @paths (NULL-terminated). @state is taken. */
WeirValue    *weir_file_call_record    (WeirValue *state, const char *path, const char *other);
/* What is at @path, with content as far as that may be kept; else `too_large`. @paths: only of these (nullable). */
WeirValue    *weir_file_call_keep      (WeirFileCall *call, const char *path, WeirValue *paths, WeirStateDetail detail, GError **error);
/* An effect of an earlier attempt on the same things. (transfer none) */
const WeirEffect *weir_file_call_find_earlier (WeirFileCall *call);
gboolean      weir_step_make_parents   (WeirFileCall *call, GError **error);

/* Whether an earlier attempt wrote it, and why it cannot be written. Blocks. */
gboolean      weir_file_call_look     (WeirFileCall *call, GError **error);
/* Writes what is in `content` or `spool`. In a fiber. */
gboolean      weir_file_call_write    (WeirFileCall *call, GError **error);

G_END_DECLS
