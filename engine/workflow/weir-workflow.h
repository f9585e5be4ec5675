/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-graph.h"
#include "weir-problem.h"

G_BEGIN_DECLS

/**
 * WeirInput:
 *
 * One named input of a workflow, asked for when a run starts.
 */
typedef struct
{
  char      *name;
  char      *type;     /* as text: "dir", "list<int>" */
  char      *title;    /* NULL shows the name */
  WeirValue *initial;  /* "default" in the file; NULL: must be given */
} WeirInput;

/**
 * WeirWorkflow:
 *
 * A definition: blocks, links, settings. Every change is an edit that can be undone; edits made between begin and end are one.
 * Main thread. Signals: `changed` once after each edit, undo, redo; `notify::can-undo`, `notify::can-redo`, `notify::name`.
 */
#define WEIR_TYPE_WORKFLOW (weir_workflow_get_type ())
WEIR_API G_DECLARE_FINAL_TYPE (WeirWorkflow, weir_workflow, WEIR, WORKFLOW, GObject)

WEIR_API WeirWorkflow *weir_workflow_new           (const char    *name);
/* An independent copy without history. (transfer full) */
WEIR_API WeirWorkflow *weir_workflow_copy          (WeirWorkflow  *self);

/* (transfer none) */
WEIR_API const char   *weir_workflow_get_id        (WeirWorkflow  *self); /* in the store; NULL until saved */
WEIR_API void          weir_workflow_set_id        (WeirWorkflow  *self,
                                                    const char    *id);
WEIR_API guint         weir_workflow_get_version   (WeirWorkflow  *self); /* 0 until saved */
WEIR_API void          weir_workflow_set_version   (WeirWorkflow  *self,
                                                    guint          version);
/* The folder that relative paths are below; NULL: home. */
WEIR_API const char   *weir_workflow_get_folder    (WeirWorkflow  *self);
WEIR_API void          weir_workflow_set_folder    (WeirWorkflow  *self,
                                                    const char    *folder);
WEIR_API const char   *weir_workflow_get_name      (WeirWorkflow  *self);
WEIR_API const char   *weir_workflow_get_description (WeirWorkflow *self);
WEIR_API WeirGraph    *weir_workflow_get_graph     (WeirWorkflow  *self);
WEIR_API guint         weir_workflow_get_n_inputs  (WeirWorkflow  *self);
WEIR_API const WeirInput *weir_workflow_get_input  (WeirWorkflow  *self,
                                                    guint          index);
/* Limit on steps at once in a run; 0: the engine's default. */
WEIR_API guint         weir_workflow_get_concurrency (WeirWorkflow *self);
WEIR_API guint         weir_workflow_get_max_runs    (WeirWorkflow  *self);
WEIR_API int           weir_workflow_get_run_priority (WeirWorkflow *self);
/* "off", "ask" or "automatic"; NULL: as the engine does. */
WEIR_API const char   *weir_workflow_get_recovery    (WeirWorkflow *self);
/* Iterations of one cycle; 1,000 by default. */
WEIR_API guint         weir_workflow_get_max_iterations (WeirWorkflow *self);
/* Whether independent branches finish when a step has failed ("on_failure: finish"); else nothing new starts. */
WEIR_API gboolean      weir_workflow_get_finish_on_failure (WeirWorkflow *self);
/* By path, "move/to". */
WEIR_API WeirBlock    *weir_workflow_find_block    (WeirWorkflow  *self,
                                                    const char    *path);
/* Notes on the canvas. */
typedef struct
{
  char  *id;
  char  *text;   /* Markdown */
  double x, y, width, height;
  char  *colour;        /* "blue", "green" ...; NULL: as notes are */
  gboolean frame;       /* stands behind blocks, and what is on it moves with it */
  gboolean collapsed;   /* shows its first line only */
} WeirNote;
WEIR_API guint           weir_workflow_get_n_notes (WeirWorkflow  *self);
WEIR_API const WeirNote *weir_workflow_get_note    (WeirWorkflow  *self,
                                                    guint          index);

/* Makes it say what @with says, as one edit of that name; what is in both stays the same objects. FALSE if nothing changed. */
WEIR_API gboolean      weir_workflow_replace       (WeirWorkflow  *self,
                                                    WeirWorkflow  *with,
                                                    const char    *name);

/* The four verbs: new, add, link, run. @config is a JSON or YAML flow record, or NULL; @source and @target are
 * "block.port". Adding to the root graph. Returns: (transfer none) (nullable) */
WEIR_API WeirBlock    *weir_workflow_add           (WeirWorkflow  *self,
                                                    const char    *id,
                                                    const char    *kind,
                                                    const char    *config,
                                                    GError       **error);
WEIR_API WeirLink     *weir_workflow_link          (WeirWorkflow  *self,
                                                    const char    *source,
                                                    const char    *target,
                                                    const char    *when,
                                                    GError       **error);
/* weir_workflow_run () is in weir-engine.h. */

/* Edits. @name is what the undo menu says ("Move 3 blocks"). Pairs nest; the outermost name counts. An edit made outside a pair
 * is one by itself. Edits of the same @name and place in a row with a pair each (typing, dragging) are merged if
 * weir_workflow_merge_next_edit () was called before. */
WEIR_API void          weir_workflow_begin_edit    (WeirWorkflow  *self,
                                                    const char    *name);
WEIR_API void          weir_workflow_end_edit      (WeirWorkflow  *self);
WEIR_API void          weir_workflow_merge_next_edit (WeirWorkflow *self);
WEIR_API gboolean      weir_workflow_can_undo      (WeirWorkflow  *self);
WEIR_API gboolean      weir_workflow_can_redo      (WeirWorkflow  *self);
WEIR_API const char   *weir_workflow_get_undo_name (WeirWorkflow  *self);
WEIR_API const char   *weir_workflow_get_redo_name (WeirWorkflow  *self);
WEIR_API void          weir_workflow_undo          (WeirWorkflow  *self);
WEIR_API void          weir_workflow_redo          (WeirWorkflow  *self);

/* @id NULL makes one from the kind ("read", "read2"). (transfer none) */
WEIR_API WeirBlock    *weir_workflow_add_block     (WeirWorkflow  *self,
                                                    WeirGraph     *graph,
                                                    const char    *id,
                                                    const char    *kind,
                                                    WeirValue     *config,
                                                    double         x,
                                                    double         y,
                                                    GError       **error);
/* Its links go with it. */
WEIR_API void          weir_workflow_remove_block  (WeirWorkflow  *self,
                                                    WeirBlock     *block);
/* Links and expressions that name it follow. */
WEIR_API gboolean      weir_workflow_rename_block  (WeirWorkflow  *self,
                                                    WeirBlock     *block,
                                                    const char    *id,
                                                    GError       **error);
/* Whether the link may be made; @error says why not. Types, ports, duplicates; cycles are legal. */
WEIR_API gboolean      weir_workflow_can_link      (WeirWorkflow  *self,
                                                    WeirBlock     *source,
                                                    const char    *source_port,
                                                    WeirBlock     *target,
                                                    const char    *target_port,
                                                    GError       **error);
WEIR_API WeirLink     *weir_workflow_add_link      (WeirWorkflow  *self,
                                                    WeirBlock     *source,
                                                    const char    *source_port,
                                                    WeirBlock     *target,
                                                    const char    *target_port,
                                                    const char    *when,
                                                    GError       **error);
WEIR_API void          weir_workflow_remove_link   (WeirWorkflow  *self,
                                                    WeirLink      *link);
WEIR_API void          weir_workflow_set_when      (WeirWorkflow  *self,
                                                    WeirLink      *link,
                                                    const char    *when);
/* One field; @value NULL removes it. */
WEIR_API void          weir_workflow_set_field     (WeirWorkflow  *self,
                                                    WeirBlock     *block,
                                                    const char    *field,
                                                    WeirValue     *value);
WEIR_API void          weir_workflow_set_label     (WeirWorkflow  *self,
                                                    WeirBlock     *block,
                                                    const char    *label);
WEIR_API void          weir_workflow_set_block_note (WeirWorkflow *self,
                                                    WeirBlock     *block,
                                                    const char    *note);
WEIR_API void          weir_workflow_set_enabled   (WeirWorkflow  *self,
                                                    WeirBlock     *block,
                                                    gboolean       enabled);
WEIR_API void          weir_workflow_set_reliability (WeirWorkflow *self,
                                                    WeirBlock     *block,
                                                    const WeirReliability *reliability);
WEIR_API void          weir_workflow_set_join      (WeirWorkflow  *self,
                                                    WeirBlock     *block,
                                                    const char    *port,
                                                    WeirJoin       join,
                                                    guint          n);
WEIR_API void          weir_workflow_set_block_concurrency (WeirWorkflow *self,
                                                    WeirBlock     *block,
                                                    guint          concurrency);
WEIR_API void          weir_workflow_set_priority  (WeirWorkflow  *self,
                                                    WeirBlock     *block,
                                                    int            priority);
WEIR_API void          weir_workflow_set_position  (WeirWorkflow  *self,
                                                    WeirBlock     *block,
                                                    double         x,
                                                    double         y);
WEIR_API void          weir_workflow_set_pinned    (WeirWorkflow  *self,
                                                    WeirBlock     *block,
                                                    gboolean       pinned);
WEIR_API void          weir_workflow_set_name      (WeirWorkflow  *self,
                                                    const char    *name);
WEIR_API void          weir_workflow_set_description (WeirWorkflow *self,
                                                    const char    *description);
WEIR_API void          weir_workflow_set_concurrency (WeirWorkflow *self,
                                                    guint          concurrency);
WEIR_API void          weir_workflow_set_max_iterations (WeirWorkflow *self,
                                                    guint          max_iterations);
WEIR_API void          weir_workflow_set_finish_on_failure (WeirWorkflow *self,
                                                    gboolean       finish);
WEIR_API void          weir_workflow_set_input     (WeirWorkflow  *self,
                                                    const WeirInput *input);  /* added or replaced by name */
WEIR_API void          weir_workflow_remove_input  (WeirWorkflow  *self,
                                                    const char    *name);
WEIR_API void          weir_workflow_set_output    (WeirWorkflow  *self,
                                                    WeirGraph     *graph,
                                                    const char    *output);
WEIR_API void          weir_workflow_set_note      (WeirWorkflow  *self,
                                                    const WeirNote *note);   /* added or replaced by id */
WEIR_API void          weir_workflow_remove_note   (WeirWorkflow  *self,
                                                    const char    *id);

/* Blocks with the links among them as YAML text, and back: ids are made unique, positions moved by dx, dy. Pasting gives the
 * new blocks (transfer container). */
WEIR_API char         *weir_workflow_copy_blocks   (WeirWorkflow  *self,
                                                    WeirBlock    **blocks,
                                                    gsize          n_blocks);
WEIR_API GPtrArray    *weir_workflow_paste_blocks  (WeirWorkflow  *self,
                                                    WeirGraph     *graph,
                                                    const char    *text,
                                                    double         dx,
                                                    double         dy,
                                                    GError       **error);

/* Everything that is wrong, worst first: unknown kinds and ports, types, missing settings, expressions that do not compile, names
 * that nothing defines, joins that can never fire, cycles that can never start ... (transfer full): of WeirProblem */
WEIR_API GListModel   *weir_workflow_validate      (WeirWorkflow  *self);

/* What the workflow takes and gives: {inputs: {NAME: {type, required}}, outputs: {NAME: TYPE}}; a block that calls it keeps that as its
 * setting `interface` and has its ports from it. (transfer full) */
WEIR_API WeirValue    *weir_workflow_make_interface (WeirWorkflow *self);
/* What is different, as half a sentence; NULL when nothing is. (transfer full) */
WEIR_API char         *weir_interface_compare     (WeirValue     *saved,
                                                   WeirValue     *now);
/* What a block keeps of what is called from now on. (transfer full) */
WEIR_API WeirValue    *weir_interface_update      (WeirValue     *saved,
                                                   WeirValue     *now);
/* Gives a workflow by id, name or path, @version 0 for the latest (transfer full); NULL if there is none. */
typedef WeirWorkflow *(*WeirFindWorkflow) (const char *workflow, guint version, gpointer user_data);
/* Of WeirProblem: a warning for each call whose workflow takes or gives something else than the block keeps. (transfer full) */
WEIR_API GListModel   *weir_workflow_validate_calls (WeirWorkflow *self,
                                                   WeirFindWorkflow find,
                                                   gpointer       user_data);

G_END_DECLS
