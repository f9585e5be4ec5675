/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-run.h"

G_BEGIN_DECLS

/**
 * WeirItemStatus:
 * @WEIR_ITEM_QUEUED: waits to be started, or to be tried again
 * @WEIR_ITEM_RUNNING: is under way
 * @WEIR_ITEM_OK: succeeded
 * @WEIR_ITEM_FAILED: failed for good, or was stopped
 * @WEIR_ITEM_SKIPPED: left out
 *
 * How far an item of a swarm is.
 */
typedef enum
{
  WEIR_ITEM_QUEUED,
  WEIR_ITEM_RUNNING,
  WEIR_ITEM_OK,
  WEIR_ITEM_FAILED,
  WEIR_ITEM_SKIPPED,
} WeirItemStatus;

/* "queued" */
WEIR_API const char    *weir_item_status_get_name (WeirItemStatus  status);
/* The other way round; -1 if there is no such. */
WEIR_API int            weir_item_status_from_name (const char    *name);

/**
 * WeirSwarmItem:
 * @index: its place among the items, from 0
 * @status: how far it is
 * @held: queued, but not started before somebody says so: it, its swarm or its run is paused, or was stopped
 * @priority: -100 to 100; 0 is normal
 * @attempts: how often it was begun
 * @scope: number of its scope, for verbs on it and its steps; 0 while there is none, or when it was dropped since
 * @binned: it, or its swarm, is in what was recently deleted: lists leave it out
 * @due_at: not tried again before then, µs UTC; 0: at once
 * @item: (nullable): the item, where it is known
 * @result: (nullable): what it gave
 * @error: (nullable): what it failed with
 *
 * One item of a swarm: a cell of the grid.
 */
typedef struct
{
  guint          index;
  WeirItemStatus status;
  gboolean       held;
  int            priority;
  guint          attempts;
  guint32        scope;
  gboolean       binned;
  gint64         due_at;
  WeirValue     *item;
  WeirValue     *result;
  WeirValue     *error;
} WeirSwarmItem;

/**
 * WeirSwarm:
 * @n_items: all that there are so far; the five counts add up to it
 * @n_held: of those that are queued
 * @n_binned: of all of them: how many are in what was recently deleted
 * @open: whether it takes more
 * @paused: whether nothing new starts in it
 * @items: (element-type WeirSwarmItem): those that were asked for
 *
 * A swarm at one moment. A boxed copy: it does not change.
 */
typedef struct _WeirSwarm
{
  /*< private >*/
  int        ref_count;
  /*< public >*/
  guint      n_items;
  guint      n_queued;
  guint      n_running;
  guint      n_ok;
  guint      n_failed;
  guint      n_skipped;
  guint      n_binned;
  gboolean   open;
  gboolean   paused;
  GPtrArray *items;
} WeirSwarm;

#define WEIR_TYPE_SWARM (weir_swarm_get_type ())
WEIR_API GType          weir_swarm_get_type       (void) G_GNUC_CONST;
WEIR_API WeirSwarm     *weir_swarm_ref            (WeirSwarm      *self);
WEIR_API void           weir_swarm_unref          (WeirSwarm      *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirSwarm, weir_swarm_unref)

/* The swarm of the last step of @block in @scope, with @n items from @first; NULL if that is or was no swarm. */
WEIR_API WeirSwarm     *weir_run_state_get_swarm  (WeirRunState   *self,
                                                   guint32         scope,
                                                   const char     *block,
                                                   guint           first,
                                                   guint           n);
/* The same of a live run; it also knows the priorities that were computed. */
WEIR_API WeirSwarm     *weir_run_get_swarm        (WeirRun        *self,
                                                   guint32         scope,
                                                   const char     *block,
                                                   guint           first,
                                                   guint           n);

/**
 * WeirSwarmAdded:
 * @first: index of the first that was added
 * @n_added: how many were
 * @n_rejected: how many were not
 * @rejected: a table {index, item, reason}: place in the list that was given, and what is wrong
 * @closed: whether the swarm takes no more now
 * @duration: µs that it took
 *
 * What became of items that were to be added.
 */
typedef struct
{
  guint      first;
  guint      n_added;
  guint      n_rejected;
  WeirValue *rejected;
  gboolean   closed;
  gint64     duration;
} WeirSwarmAdded;

WEIR_API void           weir_swarm_added_clear    (WeirSwarmAdded *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WeirSwarmAdded, weir_swarm_added_clear)

/* Adds the items of a list or a table to an open swarm: all or none, or, with @valid_only, those that fit. */
WEIR_API gboolean       weir_run_swarm_add        (WeirRun        *self,
                                                   guint32         scope,
                                                   const char     *block,
                                                   WeirValue      *items,
                                                   gboolean        valid_only,
                                                   WeirSwarmAdded *added,
                                                   GError        **error);
WEIR_API gboolean       weir_run_swarm_close      (WeirRun        *self,
                                                   guint32         scope,
                                                   const char     *block,
                                                   GError        **error);
/* Of an item that waits to be started. */
WEIR_API gboolean       weir_run_swarm_set_priority (WeirRun      *self,
                                                   guint32         scope,
                                                   const char     *block,
                                                   guint           index,
                                                   int             priority,
                                                   GError        **error);
/* Starts an item that is over once more, under the same index. */
WEIR_API gboolean       weir_run_swarm_rerun      (WeirRun        *self,
                                                   guint32         scope,
                                                   const char     *block,
                                                   guint           index,
                                                   GError        **error);
WEIR_API gboolean       weir_run_swarm_pause_item (WeirRun        *self,
                                                   guint32         scope,
                                                   const char     *block,
                                                   guint           index,
                                                   gboolean        pause,
                                                   GError        **error);
/* A queued one is left out, a running one fails. */
WEIR_API gboolean       weir_run_swarm_stop_item  (WeirRun        *self,
                                                   guint32         scope,
                                                   const char     *block,
                                                   guint           index,
                                                   gboolean        force,
                                                   GError        **error);
/* Stops what runs, and starts nothing more until weir_run_resume_part (): what is queued stays. */
WEIR_API gboolean       weir_run_swarm_stop       (WeirRun        *self,
                                                   guint32         scope,
                                                   const char     *block,
                                                   gboolean        force,
                                                   GError        **error);

G_END_DECLS
