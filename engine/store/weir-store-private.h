/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to the store. */

#include "weir-queue.h"
#include "weir-sql.h"
#include "weir-store.h"

G_BEGIN_DECLS

/* Values from this size on (as JSON) leave the database for a file of blobs/. */
#define WEIR_STORE_BLOB_SIZE (64 * 1024)

/* Run and sequence number in one key, so that the events of a run lie side by side. */
#define WEIR_STORE_KEY(run, seq) ((gint64) (((guint64) (run) << 32) | (guint64) (seq)))
/* How what is said of a database begins that trying again does not mend. */
#define WEIR_STORE_DAMAGED "The database is damaged"
#define WEIR_STORE_KEY_RUN(key) ((gint64) ((guint64) (key) >> 32))
#define WEIR_STORE_KEY_SEQ(key) ((guint64) (key) & G_MAXUINT32)

typedef struct _WeirJob WeirJob;
typedef struct _WeirKeeper WeirKeeper;
typedef struct _WeirPartPurge WeirPartPurge;

/* How time stands on the machine. */
typedef struct
{
  gint64   utc;      /* µs */
  gint64   boottime; /* µs since the boot, sleep included */
  gboolean synced;   /* the kernel says that somebody keeps its clock right */
  char     boot[40];
} WeirStoreMoment;
typedef void (*WeirStoreMomentFunc) (WeirStoreMoment *moment, gpointer user_data);

/* The same as the store may rely on it; see weir-store-time.c. */
typedef struct
{
  gint64 utc;
  gint64 trusted; /* µs UTC */
  gint64 passed;  /* µs, never jumps */
} WeirStoreTime;

/* A question to the store: runs on the thread that owns @sql, fills in @answer (initialized by it) or sets @error. */
typedef gboolean (*WeirStoreFunc) (WeirStore *self, WeirSql *sql, gpointer question, GValue *answer, GError **error);

struct _WeirStore
{
  gatomicrefcount ref_count;
  char           *dir;
  char           *database_path;
  char           *blobs_dir;
  gboolean        in_memory;
  char           *read_only;      /* why nothing can be written; NULL: it can */
  WeirError       read_only_code;
  int             lock_fd;
  gint64          last_run_id;
  gint64          last_effect_id;
  GListModel     *unfinished;

  /* main context */
  GMainContext   *context;
  GSource        *returns;        /* brings jobs back from the threads */
  GQueue          returned;       /* of WeirJob, in order */
  WeirStoreTroubleFunc trouble_func;
  gpointer        trouble_data;
  gboolean        closed;

  /* between the threads */
  WeirQueue       to_write;
  WeirQueue       to_read;        /* unused in memory: there everything is done by the writing thread */
  WeirQueue       back;
  GMutex          variables_lock;
  GHashTable     *variables;      /* "workflow\nname" -> WeirValue */
  GMutex          settled_lock;
  GHashTable     *settled;        /* "id@version" of versions that somebody knows by number, and that do not change any more */
  GMutex          blobs_lock;
  GHashTable     *fresh_blobs;    /* put since the store was opened, no row refers to them yet */

  /* before the threads have work: a test's clock */
  WeirStoreMomentFunc moment_func;
  gpointer        moment_data;

  /* writing thread */
  GThread        *writer;
  WeirSql        *writing;
  gboolean        is_new;         /* the database file has never been synced */
  GQueue          pending;        /* of WeirJob: batches that are not on disk yet */
  gboolean        open;           /* there is a transaction */
  guint           n_written;      /* batches of @pending that are in it */
  GPtrArray      *referenced;     /* hashes of blobs that rows in it refer to */
  char           *trouble;        /* what went wrong last, while it does */
  gboolean        damaged;        /* it is not tried again */
  gboolean        trouble_is_full;
  gint64          retry_at;
  gint64          backoff_us;
  WeirKeeper     *keeper;
  int            *kind_ids;       /* WeirEventKind -> event_kind.id */
  gboolean        may_shrink;     /* something was removed */
  gboolean        may_empty_log;  /* and what was removed is still in the write-ahead log */
  WeirPartPurge  *part;           /* of a run, whose values are being removed; NULL: none */
  gboolean        purging;        /* somebody asks for one part after the other */
  gint64          check_at;       /* monotonic µs: when what is in the bin is looked at next */
  GHashTable     *unindexed;      /* runs with log lines that are not in log_text */
  gint64          wal_size;       /* bytes of the write-ahead log that are allocated and written */
  gint64          wal_used;
  gint64          wal_next;       /* length at which it is copied again */
  GThread        *copier;         /* copies it into the database file; NULL: none at work */
  int             log_copied;     /* atomic: it has ended */
  guint           n_commits;

  /* reading thread */
  GThread        *reader;
  WeirSql        *reading;
};

/* weir-store-versions.c */
gboolean    weir_store_is_settled     (WeirStore *self, const char *id, guint version);

/* weir-store.c */
DexFuture  *weir_store_ask            (WeirStore *self, gboolean write, WeirStoreFunc func, gpointer question,
                                       GDestroyNotify destroy);
/* The same, but @before runs on the writing thread first; its failure is only logged. */
DexFuture  *weir_store_ask_after      (WeirStore *self, WeirStoreFunc before, WeirStoreFunc func, gpointer question,
                                       GDestroyNotify destroy);
gboolean    weir_store_ask_now        (WeirStore *self, WeirStoreFunc func, gpointer question, GValue *answer,
                                       GError **error);

/* weir-store-workflows.c: on either thread */
WeirStoredWorkflow *weir_store_find_workflow (WeirSql *sql, const char *id_or_name, GError **error);
/* weir-store-edits.c: in a transaction */
gboolean    weir_store_mark_saved_edits (WeirSql *sql, const char *workflow, gint64 version, gint64 done, GError **error);

/* weir-store-schema.c */
WeirSql    *weir_store_open_database  (WeirStore *self, GError **error);
/* Whether a newer Weir wrote the database; @error says so. */
gboolean    weir_store_check_newer    (WeirStore *self, WeirSql *sql, GError **error);
WeirSql    *weir_store_open_reading   (WeirStore *self, GError **error);
/* Says what the disk of @path lacks. @need: bytes, 0: not known. Always FALSE. */
gboolean    weir_store_fail_full      (const char *path, guint64 need, GError **error);
/* weir-store-look.c: the connection and the reason of a database that is only looked at. */
gboolean    weir_store_open_to_look   (WeirStore *self, GError **error);
gboolean    weir_store_sync_new       (WeirStore *self, GError **error);

/* weir-store-checkpoint.c: on the writing thread */
/* FALSE if some of it is still in the log. */
gboolean    weir_store_checkpoint     (WeirStore *self, int mode);
void        weir_store_tend_log       (WeirStore *self);
void        weir_store_tend_idle_log  (WeirStore *self);
void        weir_store_end_copying    (WeirStore *self);

/* weir-store-disk.c */
/* @was_killed: whether the last owner ended without unlocking */
int         weir_store_lock           (const char *dir, gboolean *was_killed, GError **error);
void        weir_store_unlock         (int fd);
gboolean    weir_store_make_dir       (const char *path, GError **error);
gboolean    weir_store_sync_dir       (const char *path, GError **error);
void        weir_store_watch_wal      (WeirStore *self);
void        weir_store_grow_wal       (WeirStore *self);
/* A part of the free pages, then the log; TRUE if there is more to give back. */
gboolean    weir_store_shrink         (WeirStore *self);
void        weir_store_close_database (WeirStore *self);

/* weir-store-write.c */
gboolean    weir_store_write_pending_rows (WeirStore *self, GError **error);
gboolean    weir_store_write_pending  (WeirStore *self, GError **error);
gboolean    weir_store_begin          (WeirSql *sql, GError **error);
gboolean    weir_store_end            (WeirSql *sql, GError **error);
void        weir_store_roll_back      (WeirSql *sql);
gboolean    weir_store_write_row      (WeirSql *sql, WeirStatement *statement, GError **error);
gboolean    weir_store_bind_value     (WeirStore *self, WeirStatement *statement, int index, WeirValue *value,
                                       GPtrArray *hashes, GError **error);
gboolean    weir_store_add_references (WeirStore *self, gint64 holder, GPtrArray *hashes, GError **error);

/* weir-store-batch.c */
typedef enum
{
  WEIR_BATCH_EVENT,
  WEIR_BATCH_RUN,
  WEIR_BATCH_EFFECT,
  WEIR_BATCH_VARIABLE,
  WEIR_BATCH_STATE,
  WEIR_BATCH_CACHED,
  WEIR_BATCH_RUN_FIELDS,
  WEIR_BATCH_REPORT,
  WEIR_BATCH_AUDIT,
  WEIR_BATCH_PART,
  WEIR_BATCH_BIN,
} WeirBatchOpKind;

typedef struct
{
  gint64        id;
  char         *workflow_id;
  char         *workflow_name;
  guint         version;
  WeirRunStatus status;
  gint64        created_at;
  gint64        ended_at;
  guint         n_steps;
  char         *error;
} WeirBatchRun;

typedef struct
{
  char      *workflow_id;
  char      *block;
  char      *key;
  WeirValue *value;
  gint64     expires_at;
} WeirBatchState;

typedef struct
{
  char       key[65];
  WeirValue *outputs;
  gint64     run;
  char      *step;
  gint64     expires_at;
} WeirBatchCached;

typedef struct
{
  gint64 run;
  gint64 parent_run;
  char  *restart_point;
  int    priority;
} WeirBatchRunFields;

typedef struct
{
  char      *kind;
  gint64     run;
  gint64     at;
  WeirValue *data;
} WeirBatchReport;

typedef struct
{
  char *actor;
  char *action;
  char *subject;
  char *reason;
} WeirBatchAudit;

typedef struct
{
  gint64   run;
  guint32  scope;
  char    *block;
  char    *path;
  gboolean given;
} WeirBatchPart;

typedef struct
{
  WeirBatchPart part;
  guint64       seq;  /* of the event that says so */
  WeirValue    *data; /* of that event; NULL: out of the bin again */
} WeirBatchBin;

typedef struct
{
  WeirBatchOpKind kind;
  union
  {
    struct { WeirEvent *event; char *path, *block_path; } event;
    WeirBatchRun *run;
    WeirEffect   *effect;
    struct { char *workflow_id, *name; WeirValue *value; } variable;
    WeirBatchState *state;
    WeirBatchCached *cached;
    WeirBatchRunFields *run_fields;
    WeirBatchReport *report;
    WeirBatchAudit  *audit;
    WeirBatchPart   *part;
    WeirBatchBin    *bin;
  };
} WeirBatchOp;

struct _WeirBatch
{
  GArray *ops; /* of WeirBatchOp */
};

/* weir-store-state.c: @holder is who needs the blobs in @hashes (blob_ref.run) */
gboolean    weir_store_write_state    (WeirStore *self, const WeirBatchState *state, GPtrArray *hashes, gint64 *holder,
                                       GError **error);
gboolean    weir_store_write_cached   (WeirStore *self, const WeirBatchCached *cached, GPtrArray *hashes, gint64 *holder,
                                       GError **error);
gboolean    weir_store_write_run_fields (WeirStore *self, const WeirBatchRunFields *fields, GError **error);
gboolean    weir_store_write_report   (WeirStore *self, const WeirBatchReport *report, GPtrArray *hashes, gint64 *holder,
                                       GError **error);
#define WEIR_STORE_HOLDER_STATE(id)   (-(4 * (id)))
#define WEIR_STORE_HOLDER_CACHE(id)   (-(4 * (id) + 1))
#define WEIR_STORE_HOLDER_FIXTURE(id) (-(4 * (id) + 2))
#define WEIR_STORE_HOLDER_REPORT(id)  (-(4 * (id) + 3))

/* weir-store-values.c: big values out of journal rows and back in */
WeirKeeper *weir_keeper_new           (WeirStore *store);
void        weir_keeper_free          (WeirKeeper *self);
void        weir_keeper_forget        (WeirKeeper *self);
char       *weir_keeper_encode        (WeirKeeper *self, WeirValue *value, guint depth, gsize *length,
                                       GPtrArray *hashes, GError **error);
void        weir_store_find_hashes    (WeirValue *value, GPtrArray *hashes);
WeirValue  *weir_store_decode         (WeirStore *self, const char *text, gssize length, guint depth,
                                       GHashTable *seen, GError **error);

/* weir-store-blobs.c */
char       *weir_store_hash_to_path   (WeirStore *self, const char *hash);
void        weir_store_blob_is_referenced (WeirStore *self, const char *hash);
void        weir_store_remove_blob    (WeirStore *self, const char *hash);
gboolean    weir_store_is_hash        (const char *text);
void        weir_store_hash_to_bytes  (const char *hash, guint8 bytes[32]);
char       *weir_store_hash_of_bytes  (const guint8 bytes[32]);

/* weir-store-sweep.c */
void        weir_store_sweep_blobs    (WeirStore *self);
void        weir_store_drop_fresh_blobs (WeirStore *self);

int         weir_store_is_referenced  (WeirSql *sql, const char *hash);

/* weir-store-time.c */
void        weir_store_set_moment_func (WeirStore *self, WeirStoreMomentFunc func, gpointer user_data);
gboolean    weir_store_note_time      (WeirStore *self, WeirSql *sql, WeirStoreTime *time, GError **error);
/* The same, without noting it. */
gboolean    weir_store_look_at_time   (WeirStore *self, WeirSql *sql, WeirStoreTime *time, GError **error);

/* weir-store-audit.c */
gboolean    weir_store_add_audit      (WeirSql *sql, const char *actor, const char *action, const char *subject,
                                       const char *reason, GError **error);

/* weir-store-purge.c: writing thread */
gboolean    weir_store_check_ended    (WeirSql *sql, gint64 run, GError **error);
gboolean    weir_store_check_unused   (WeirSql *sql, const char *id, GError **error);
gboolean    weir_store_claim_run      (WeirStore *self, WeirSql *sql, gint64 run, GError **error);
gboolean    weir_store_remove_line    (WeirSql *sql, gint64 key, const char *message, gboolean indexed, GError **error);
int         weir_store_remove_lines   (WeirSql *sql, gint64 run, gint64 indexed, GError **error);
gboolean    weir_store_purge_when_idle (WeirStore *self);
gint64      weir_store_next_check     (WeirStore *self);

/* weir-store-part.c: writing thread */
gboolean    weir_store_write_part     (WeirStore *self, const WeirBatchPart *part, GError **error);
/* Some of the values of a part that was deleted; @more is set unless there is none. */
gboolean    weir_store_purge_part     (WeirStore *self, WeirSql *sql, gint64 until, gboolean *more, GError **error);
void        weir_part_purge_free      (WeirPartPurge *self);

/* weir-store-bin-part.c: writing thread, in the transaction that is open */
gboolean    weir_store_write_bin      (WeirStore *self, const WeirBatchBin *bin, GError **error);
gboolean    weir_store_forget_bin     (WeirSql *sql, gint64 run, const char *path, GError **error);
gboolean    weir_store_expire_part    (WeirStore *self, WeirSql *sql, const WeirStoreTime *now, gboolean *more, GError **error);

/* weir-store-retention.c: writing thread */
gboolean    weir_store_find_retention (WeirSql *sql, const char *workflow, const char *kind, WeirRetention *retention,
                                       GError **error);
gboolean    weir_store_has_retention  (WeirSql *sql);
gboolean    weir_store_retain         (WeirStore *self, WeirSql *sql, gboolean *more, GError **error);

/* weir-store-logs.c */
gboolean    weir_store_index_logs     (WeirSql *sql, gint64 run, guint limit, gboolean *more, GError **error);
gboolean    weir_store_index_when_idle (WeirStore *self);

/* weir-store-read.c */
WeirRunInfo *weir_store_run_from_row   (WeirStatement *row, int first);
gboolean    weir_store_read_unfinished (WeirStore *self, WeirSql *sql, GError **error);
gboolean    weir_store_read_variables  (WeirStore *self, WeirSql *sql, GError **error);
/* A value in @column, whose number of blobs is in @blobs, made whole if @whole. FALSE on error; NULL is no value. */
gboolean    weir_store_read_value      (WeirStore *self, WeirStatement *row, int column, int blobs, guint depth,
                                        gboolean whole, GHashTable *seen, WeirValue **value, GError **error);
gboolean    weir_store_answer_boxed    (GValue *answer, gpointer boxed, GType type);

G_END_DECLS
