/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to engine/workflow: the insides of the model. */

#include "weir-workflow.h"
#include "weir-yaml-private.h"

G_BEGIN_DECLS

/* All that the file says about a block, but for its body and its place in the layout. Immutable and shared: an edit puts
 * another one in its place, an undo puts the old one back. @record is the truth; the rest is read from it. */
typedef struct
{
  int              ref_count;
  WeirValue       *record;     /* a member "body" is null and only keeps its place */
  const char      *kind_id;    /* interned */
  const char      *label;      /* of the record, as the others */
  const char      *note;
  WeirValue       *config;
  WeirValue       *join;       /* a record, or NULL */
  WeirReliability  reliability;
  gboolean         enabled;
  guint            concurrency;
  int              priority;
  WeirBlockLimits *limits;      /* NULL: says nothing of them */
  gint64           cache_ms;    /* 0: off, WEIR_CACHE_AUTO */
} WeirBlockData;

WeirBlockData *weir_block_data_new   (WeirValue     *record);
WeirBlockData *weir_block_data_ref   (WeirBlockData *self);
void           weir_block_data_unref (WeirBlockData *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirBlockData, weir_block_data_unref)
/* FALSE if @value names no join. */
gboolean       weir_join_from_value  (WeirValue     *value,
                                      WeirJoin      *join,
                                      guint         *n);
WeirValue     *weir_join_to_value    (WeirJoin       join,
                                      guint          n);
gboolean       weir_duration_from_value (WeirValue  *value,
                                      gint64        *ms);
WeirValue     *weir_duration_to_value (gint64        ms);
/* A word or a number, -100 to 100; 0 if it is neither. */
int            weir_priority_from_record (WeirValue *record);
/* weir-block-cache.c; FALSE if @value is none of off, auto and a length of time. */
gboolean       weir_cache_from_value (WeirValue     *value,
                                      gint64        *ms);
/* weir-block-limits.c */
WeirBlockLimits *weir_block_limits_new  (WeirValue       *record);
void             weir_block_limits_free (WeirBlockLimits *self);

struct _WeirBlock
{
  GObject        parent_instance;
  char          *id;
  char          *path;      /* made when asked for */
  WeirGraph     *graph;     /* that it is in; NULL once removed */
  gint64         order;     /* among the blocks of the graph */
  guint          place;     /* where it was in the array when last looked for */
  WeirBlockData *data;
  WeirValue     *position;  /* [x, y] or [x, y, pinned], or NULL */
  WeirGraph     *body;
  WeirPortList  *ports;
  GPtrArray     *from;      /* links at its outputs, borrowed, in file order */
  GPtrArray     *to;
  WeirYamlNode  *node;      /* in the source of the workflow */
  guint          line;
  guint          column;
};

struct _WeirLink
{
  GObject       parent_instance;
  WeirBlock    *source;
  WeirBlock    *target;
  const char   *source_port; /* interned */
  const char   *target_port;
  char         *when;
  WeirValue    *written;     /* as the file has it; NULL: as we write it */
  WeirGraph    *graph;
  gint64        order;
  guint         place;
  gboolean      feedback;    /* while the graph's analysis is valid */
  guint         line;
  guint         column;
};

/* A link of the file that leads nowhere: kept for the file, told by validation. */
typedef struct
{
  gint64     order;
  WeirValue *written;
  char      *source;
  char      *target;
  char      *missing; /* the id that no block has */
  guint      line;
  guint      column;
} WeirLooseLink;

struct _WeirGraph
{
  GObject    parent_instance;
  WeirBlock *container;    /* borrowed */
  GPtrArray *blocks;
  GHashTable *by_id;
  GPtrArray *links;
  GArray    *loose;        /* of WeirLooseLink */
  WeirValue *record;       /* all other keys of the file; "blocks", "links", "layout" are null and keep their place */
  gint64     next_order;
  gboolean   analysed;
  GArray    *regions;      /* of WeirRegion */
  int       *block_regions;
};

WeirBlock *weir_block_new               (const char    *id,
                                         WeirBlockData *data);
/* These emit `changed`; edits reach them through the history only. */
void       weir_block_set_data          (WeirBlock     *self,
                                         WeirBlockData *data);
void       weir_block_set_id            (WeirBlock     *self,
                                         const char    *id);
void       weir_block_set_position      (WeirBlock     *self,
                                         WeirValue     *position);
gboolean   weir_position_is_pinned      (WeirValue     *position);
WeirGraph *weir_block_ensure_body       (WeirBlock     *self);

WeirLink  *weir_link_new                (WeirBlock     *source,
                                         const char    *source_port,
                                         WeirBlock     *target,
                                         const char    *target_port,
                                         const char    *when);
void       weir_link_set_when           (WeirLink      *self,
                                         const char    *when,
                                         WeirValue     *written);
void       weir_link_set_ports          (WeirLink      *self,
                                         const char    *source_port,
                                         const char    *target_port,
                                         WeirValue     *written);
/* As in the file. (transfer full) */
WeirValue *weir_link_to_value           (WeirLink      *self);
/* "a.b -> c.d when: x" taken apart (out, transfer full); FALSE and what was expected. */
gboolean   weir_link_parse              (WeirValue     *written,
                                         char         **source,
                                         char         **source_port,
                                         char         **target,
                                         char         **target_port,
                                         char         **when,
                                         char         **problem);

WeirGraph *weir_graph_new               (WeirBlock     *container);
/* New ones go to the end, ones that were removed to where they were. */
void       weir_graph_insert_block      (WeirGraph     *self,
                                         WeirBlock     *block);
void       weir_graph_remove_block      (WeirGraph     *self,
                                         WeirBlock     *block);
void       weir_graph_rename_block      (WeirGraph     *self,
                                         WeirBlock     *block,
                                         const char    *id);
void       weir_graph_insert_link       (WeirGraph     *self,
                                         WeirLink      *link);
void       weir_graph_remove_link       (WeirGraph     *self,
                                         WeirLink      *link);
void       weir_graph_emit_link_changed (WeirGraph     *self,
                                         WeirLink      *link);
void       weir_graph_add_loose_link    (WeirGraph     *self,
                                         WeirValue     *written,
                                         const char    *source,
                                         const char    *target,
                                         const char    *missing,
                                         guint          line,
                                         guint          column);
void       weir_graph_set_record        (WeirGraph     *self,
                                         WeirValue     *record);
void       weir_graph_invalidate        (WeirGraph     *self);
void       weir_graph_ensure_analysis   (WeirGraph     *self);
void       weir_graph_analyse           (WeirGraph     *self);
guint      weir_graph_get_place_of_block (WeirGraph    *self,
                                         WeirBlock     *block);
guint      weir_graph_get_place_of_link (WeirGraph     *self,
                                         WeirLink      *link);
gboolean   weir_graph_check_new_id      (WeirGraph     *self,
                                         const char    *id,
                                         GError       **error);
/* The id with a number that no block has yet. (transfer full) */
char      *weir_graph_make_free_id      (WeirGraph     *self,
                                         const char    *base);
/* Ports with the implicit ones; @known is FALSE for a block of a kind that nobody knows. */
const WeirPort *weir_block_find_input   (WeirBlock     *self,
                                         const char    *port,
                                         gboolean      *known);
const WeirPort *weir_block_find_output  (WeirBlock     *self,
                                         const char    *port,
                                         gboolean      *known);
WeirType  *weir_port_dup_type           (const WeirPort *port);
/* Whether a word may be the id of a block or port. */
gboolean   weir_is_id                   (const char    *text);

/* @ids: old id → new id: expressions in the graph and the bodies in it follow. */
/* weir-block-names.c: a block that an expression names. Answers what is to stand there instead, up to @end or, set by it, to
 * @port_end; NULL: it stays. */
typedef struct
{
  const char *start;    /* "blocks" */
  const char *id_start;
  const char *id_end;
  const char *end;      /* behind the id, and its bracket */
  const char *port_end; /* behind the port */
  char       *id;
  char       *port;     /* what follows it as a member; NULL: nothing does */
  gboolean    optional; /* with ?. */
} WeirBlockName;
typedef char *(*WeirBlockNameFunc)      (WeirBlockName *name,
                                         gpointer       data);
void       weir_workflow_rewrite_names  (WeirWorkflow  *self,
                                         WeirGraph     *graph,
                                         WeirBlockNameFunc func,
                                         gpointer       data);
void       weir_workflow_rewrite_block  (WeirWorkflow  *self,
                                         WeirBlock     *block,
                                         WeirBlockNameFunc func,
                                         gpointer       data);
char      *weir_rewrite_names           (const char    *source,
                                         WeirBlockNameFunc func,
                                         gpointer       data);
void       weir_workflow_follow_ids     (WeirWorkflow  *self,
                                         WeirGraph     *graph,
                                         GHashTable    *ids);

/* weir-workflow-paste.c: a block that was read from a text of its own */
void       weir_paste_place_body        (WeirBlock     *block,
                                         WeirYamlNode  *layout);
void       weir_paste_forget_origin     (WeirBlock     *block);

/* Which number each block and link of a graph has, and the links that lead nowhere. */
typedef struct
{
  GPtrArray *objects; /* blocks and links */
  GArray    *orders;  /* of gint64 */
  GArray    *loose;   /* of WeirLooseLink */
} WeirArrangement;

WeirArrangement *weir_arrangement_new   (void);
void       weir_arrangement_free        (WeirArrangement *self);
void       weir_arrangement_apply       (WeirArrangement *self,
                                         WeirGraph     *graph);
/* An empty array of WeirLooseLink. (transfer full) */
GArray    *weir_graph_new_loose         (void);
void       weir_workflow_locate         (WeirWorkflow  *self);

typedef struct _WeirHistory WeirHistory;

struct _WeirWorkflow
{
  GObject           parent_instance;
  char             *id;
  guint             version;
  char             *folder;
  WeirGraph        *graph;
  WeirYamlDocument *source;       /* of a file; NULL for new and JSON ones */
  WeirValue        *loose_layout; /* record: places of blocks that are not there */
  /* read from graph->record when it changes */
  WeirValue        *header;
  GArray           *inputs;
  GArray           *notes;
  WeirHistory      *history;
};

/* Everything that the file says. (transfer full) */
WeirValue *weir_workflow_make_document  (WeirWorkflow  *self);
/* The record of one block with its body. (transfer full) */
WeirValue *weir_block_make_record       (WeirBlock     *self);
WeirValue *weir_graph_make_links        (WeirGraph     *self);
/* A record with one member set, a new one at the place that the canonical order gives it. */
WeirValue *weir_record_set_ordered      (WeirValue     *record,
                                         const char    *key,
                                         WeirValue     *value,
                                         const char *const *order);
/* What `recovery` may say. */
extern const char *const weir_recovery_choices[];
extern const char *const weir_document_keys[];
extern const char *const weir_block_keys[];
extern const char *const weir_body_keys[];

/* Fills a graph from a node that has `blocks` and `links`; appends to @problems. */
void       weir_graph_read              (WeirGraph     *self,
                                         WeirYamlNode  *node,
                                         GPtrArray     *problems);
/* Checks keys and shapes of a whole document. */
void       weir_file_check_document     (WeirYamlNode  *root,
                                         GPtrArray     *problems);
void       weir_file_check_body         (WeirYamlNode  *body,
                                         GPtrArray     *problems);

/* History: every change goes through one of these. */
WeirHistory *weir_history_new           (WeirWorkflow  *workflow);
void       weir_history_free            (WeirHistory   *self);
void       weir_history_add_block       (WeirHistory   *self,
                                         WeirGraph     *graph,
                                         WeirBlock     *block);
void       weir_history_remove_block    (WeirHistory   *self,
                                         WeirBlock     *block);
void       weir_history_add_link        (WeirHistory   *self,
                                         WeirGraph     *graph,
                                         WeirLink      *link);
void       weir_history_remove_link     (WeirHistory   *self,
                                         WeirLink      *link);
void       weir_history_set_data        (WeirHistory   *self,
                                         WeirBlock     *block,
                                         WeirValue     *record);
void       weir_history_set_id          (WeirHistory   *self,
                                         WeirBlock     *block,
                                         const char    *id);
void       weir_history_set_position    (WeirHistory   *self,
                                         WeirBlock     *block,
                                         WeirValue     *position);
void       weir_history_set_when        (WeirHistory   *self,
                                         WeirLink      *link,
                                         const char    *when);
void       weir_history_set_ports       (WeirHistory   *self,
                                         WeirLink      *link,
                                         const char    *source_port,
                                         const char    *target_port);
void       weir_history_set_record      (WeirHistory   *self,
                                         WeirGraph     *graph,
                                         WeirValue     *record);
void       weir_history_arrange         (WeirHistory   *self,
                                         WeirGraph     *graph,
                                         WeirArrangement *before,
                                         WeirArrangement *after);
void       weir_history_set_source      (WeirHistory   *self,
                                         WeirYamlDocument *source,
                                         WeirValue     *loose_layout);
guint      weir_history_get_serial      (WeirHistory   *self);
/* Takes back what the open edit has done so far; it may go on, or end as one that changed nothing. */
void       weir_history_abort           (WeirHistory   *self);
/* The workflow reads its settings anew after the record of the root graph changed. */
void       weir_workflow_read_header    (WeirWorkflow  *self);
void       weir_workflow_emit_changed   (WeirWorkflow  *self);

/* A setting whose rows have a port each; @set puts it in place. */
void       weir_workflow_set_rows       (WeirWorkflow  *self,
                                         WeirBlock     *block,
                                         const WeirField *field,
                                         WeirValue     *value,
                                         void         (*set) (WeirWorkflow *, WeirBlock *, const char *, WeirValue *));

G_END_DECLS
