/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the files of the run queue share. */

#include "weir-run-queue.h"

G_BEGIN_DECLS

/* weir-run-lanes.c */
guint           weir_lane_hash             (gconstpointer   lane);
gboolean        weir_lane_equal            (gconstpointer   a,
                                            gconstpointer   b);
/* Reads the head anew: its level, its age. */
void            weir_lane_update           (WeirRunQueue   *self,
                                            WeirLane       *lane);
/* Moves a lane to where it waits. */
void            weir_lane_place            (WeirRunQueue   *self,
                                            WeirLane       *lane,
                                            WeirLaneHeap   *heap);
/* Appends by age, and moves the lane if that makes a new head. */
void            weir_lane_add              (WeirRunQueue   *self,
                                            WeirLane       *lane,
                                            WeirQueueEntry *entry);
gboolean        weir_lane_leads_through    (WeirLane       *lane,
                                            WeirGate       *gate);
/* The first gate that does not let it pass now; NULL: none. */
WeirGate       *weir_lane_find_refusal     (WeirLane       *lane);
int             weir_queue_entry_get_level (WeirRunQueue   *self,
                                            WeirQueueEntry *entry);
/* Takes it out and frees it, and its lane when it was the last. */
void            weir_queue_entry_remove    (WeirRunQueue   *self,
                                            WeirQueueEntry *entry);
/* weir-run-queue.c */
void            weir_gate_arm              (WeirGate       *gate);
/* weir-run-turns.c */
void            weir_gate_serve_turns      (WeirGate       *gate);
/* The promise of a step that waits no longer. (transfer full) */
DexPromise     *weir_queue_entry_take      (WeirRunQueue   *self,
                                            WeirQueueEntry *entry);

G_END_DECLS
