/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-yaml-help.h"
#include "weir-yaml-pane.h"
#include "weir-yaml-view.h"

G_BEGIN_DECLS

typedef enum
{
  STATE_IN_STEP,  /* the text is that of the workflow */
  STATE_TYPING,   /* within the rest */
  STATE_HELD,     /* what was typed is wrong */
  STATE_CONFLICT, /* the workflow was changed in the same lines */
} WeirYamlState;

struct _WeirYamlPane
{
  AdwBin parent_instance;

  WeirYamlView *view;
  GtkLabel     *status;
  GtkRevealer  *trouble;
  GtkImage     *trouble_icon;
  GtkLabel     *trouble_label;
  GtkWidget    *fixes_button;
  GtkWidget    *next_button;
  GtkWidget    *apply_button;
  GtkWidget    *take_button;
  GtkWidget    *keep_button;

  WeirYamlHelp *help;
  WeirWorkflow *workflow;
  WeirWorkflow *typed;      /* what the text says, if it can be read */
  GListModel   *problems;   /* of the text */
  GListModel   *fixes;      /* of the problem that is shown */
  char         *edit_name;  /* of the next edit, where it is a fix */
  char         *base;       /* what the workflow said when text and workflow were last the same */
  WeirYamlState state;
  gboolean      full;
  gboolean      writing;    /* the text is changed by us */
  gboolean      applying;   /* the workflow is */
  gboolean      moving;     /* the cursor is */
  guint         rest_id;
  guint         settle_ms;  /* how long the text took the last time */
  guint         follow_id;
  guint         place_id;
};

GtkTextBuffer *weir_yaml_pane_get_buffer       (WeirYamlPane *self);

/* weir-yaml-pane-status.c: what is said about the text */
void           weir_yaml_pane_update_status    (WeirYamlPane *self);
void           weir_yaml_pane_set_state        (WeirYamlPane *self,
                                                WeirYamlState state);
guint          weir_yaml_pane_get_cursor_line  (WeirYamlPane *self);

/* weir-yaml-pane-sync.c: from the text to the workflow and back */
void           weir_yaml_pane_read_text        (WeirYamlPane *self,
                                                const char   *text);
void           weir_yaml_pane_write_text       (WeirYamlPane *self,
                                                const char   *text,
                                                gboolean      undoable);
/* What was typed goes into the workflow, or is held back. */
void           weir_yaml_pane_settle           (WeirYamlPane *self);
void           weir_yaml_pane_apply            (WeirYamlPane *self);
/* What the workflow says goes into the text. */
void           weir_yaml_pane_follow           (WeirYamlPane *self);
void           weir_yaml_pane_begin            (WeirYamlPane *self);
void           weir_yaml_pane_drop_draft       (WeirYamlPane *self);
void           weir_yaml_pane_text_changed     (WeirYamlPane *self);
void           weir_yaml_pane_workflow_changed (WeirYamlPane *self);
/* The same for the same problem of two texts. (transfer full) */
char          *weir_problem_make_key           (WeirProblem  *problem);

G_END_DECLS
