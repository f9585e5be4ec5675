/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-cli.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_REPORT_LIVE,  /* a timeline redrawn in place */
  WEIR_REPORT_PLAIN, /* a line for each finished step */
  WEIR_REPORT_JSON,  /* events as JSON lines */
} WeirReportMode;

/**
 * WeirReportRow:
 *
 * A step as a line of the timeline. Times in µs UTC, 0: not yet.
 */
typedef struct
{
  char          *path;
  WeirStepStatus status;
  gint64         started_at;
  gint64         ended_at;
  gint64         due_at;
  guint          attempt;
  double         progress;   /* -1: unknown */
  char          *note;       /* progress text, or why it failed */
} WeirReportRow;

/**
 * WeirReport:
 *
 * What the terminal shows of one run, folded from its events. The same for a run of this process and of another.
 */
typedef struct
{
  WeirReportMode mode;
  gint64         run;
  GHashTable    *scopes;      /* id → path, "move[3]/" */
  GHashTable    *by_step;     /* "scope/block/firing" → WeirReportRow */
  GPtrArray     *rows;        /* in order of start */
  gint64         started_at;
  gint64         ended_at;
  WeirRunStatus  status;
  int            exit_code;   /* that a block gave the run; -1: none did */
  WeirValue     *result;
  WeirValue     *error;
  guint64        quiet_until; /* events up to this one were shown before */
  guint          n_done;
  guint          n_running;
  guint          n_effects;   /* that can be undone */
  guint          n_drawn;     /* lines of the live area on the screen */
  gboolean       colour;
  gboolean       dirty;
  guint          frame_id;
} WeirReport;

WeirReport *weir_report_new    (WeirReportMode  mode);
void        weir_report_free   (WeirReport     *self);
/* LIVE on a terminal that can, else PLAIN. */
WeirReportMode weir_report_choose_mode (gboolean json);
/* Draws what there is a last time; from then on each step is a line of its own. */
void        weir_report_give_up_screen (WeirReport *self);
void        weir_report_event  (WeirEvent      *event,
                                gpointer        self);
/* The last lines: result, error, hint. Answers the exit code. */
int         weir_report_finish (WeirReport     *self);

/* weir-report-draw.c */
void        weir_report_draw        (WeirReport    *self);
void        weir_report_draw_final  (WeirReport    *self);
void        weir_report_print_row   (WeirReport    *self,
                                     WeirReportRow *row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirReport, weir_report_free)

G_END_DECLS
