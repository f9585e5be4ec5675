/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-store-private.h"

#include <string.h>

#include "weir-json.h"

/* What is asked: a run, and where to begin. */
typedef struct
{
  gint64 run;
  guint64 after_seq;
  gboolean whole;
  guint limit;
  char *text;
  GArray *runs; /* of gint64 */
} Question;

static Question *
question_new (gint64 run)
{
  Question *self = g_new0 (Question, 1);

  self->run = run;
  return self;
}

static void
question_free (gpointer data)
{
  Question *self = data;

  g_free (self->text);
  g_clear_pointer (&self->runs, g_array_unref);
  g_free (self);
}

/* ── runs ────────────────────────────────────────────────────────────────────────────────── */

#define RUN_COLUMNS                                                                     \
  "id, workflow, workflow_name, version, status, created_at, ended_at, n_steps, error," \
  " (SELECT count(*) FROM effect WHERE run = run.id AND state NOT IN (2, 4)),"          \
  " (SELECT count(*) FROM effect WHERE run = run.id AND state = 2)"

static WeirRunStatus
status_from_name (const char *name)
{
  for (guint status = 0; status <= WEIR_RUN_INTERRUPTED; status++)
    if (g_strcmp0 (weir_run_status_get_name (status), name) == 0)
      return status;
  return WEIR_RUN_INTERRUPTED;
}

WeirRunInfo *
weir_store_run_from_row (WeirStatement *row, int first)
{
  return weir_run_info_new (
    sqlite3_column_int64 (row, first), (const char *) sqlite3_column_text (row, first + 1),
    (const char *) sqlite3_column_text (row, first + 2), (guint) sqlite3_column_int64 (row, first + 3),
    status_from_name ((const char *) sqlite3_column_text (row, first + 4)), sqlite3_column_int64 (row, first + 5),
    sqlite3_column_int64 (row, first + 6), (guint) sqlite3_column_int64 (row, first + 7),
    (const char *) sqlite3_column_text (row, first + 8), (guint) sqlite3_column_int64 (row, first + 9),
    (guint) sqlite3_column_int64 (row, first + 10));
}

static GListStore *
read_runs (WeirSql *sql, WeirStatement *find, GError **error)
{
  g_autoptr(GListStore) runs = g_list_store_new (WEIR_TYPE_RUN_INFO);
  int code;

  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      g_autoptr(WeirRunInfo) info = weir_store_run_from_row (find, 0);

      g_list_store_append (runs, info);
    }
  return code == SQLITE_DONE ? g_steal_pointer (&runs) : NULL;
}

static gboolean
answer_object (GValue *answer, gpointer object, GType type)
{
  if (object == NULL)
    return FALSE;
  g_value_init (answer, type);
  g_value_take_object (answer, object);
  return TRUE;
}

gboolean
weir_store_answer_boxed (GValue *answer, gpointer boxed, GType type)
{
  if (boxed == NULL)
    return FALSE;
  g_value_init (answer, type);
  g_value_take_boxed (answer, boxed);
  return TRUE;
}

static gboolean
list_runs (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  Question *question = data;
  g_autoptr(WeirStatement) find = NULL;

  if (question->text != NULL)
    find = weir_sql_prepare (
      sql, "SELECT " RUN_COLUMNS " FROM run WHERE workflow = ?2 AND deleted_at = 0 ORDER BY id DESC LIMIT ?1", error);
  else
    find = weir_sql_prepare (sql, "SELECT " RUN_COLUMNS " FROM run WHERE deleted_at = 0 ORDER BY id DESC LIMIT ?1",
                             error);
  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, question->limit);
  weir_sql_bind_text (find, 2, question->text, -1);
  return answer_object (answer, read_runs (sql, find, error), G_TYPE_LIST_MODEL);
}

/**
 * weir_store_list_runs:
 * @self: a store
 * @workflow_id: (nullable): %NULL: of all workflows
 * @limit: at most so many; 0: all
 *
 * Returns: (transfer full): a future of a GListModel of WeirRunInfo, newest first
 */
DexFuture *
weir_store_list_runs (WeirStore *self, const char *workflow_id, guint limit)
{
  Question *question = question_new (0);

  question->text = g_strdup (workflow_id);
  question->limit = limit > 0 ? limit : G_MAXUINT;
  return weir_store_ask (self, FALSE, list_runs, question, question_free);
}

static gboolean
load_run (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  Question *question = data;
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql, "SELECT " RUN_COLUMNS " FROM run WHERE id = ?1", error);
  int code;

  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, question->run);
  code = weir_sql_step (sql, find, error);
  if (code == SQLITE_ROW)
    return answer_object (answer, weir_store_run_from_row (find, 0), WEIR_TYPE_RUN_INFO);
  if (code == SQLITE_DONE)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no run %" G_GINT64_FORMAT, question->run);
  return FALSE;
}

/**
 * weir_store_load_run:
 * @self: a store
 * @run: number of the run
 *
 * Returns: (transfer full): a future of a WeirRunInfo; rejects with %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_store_load_run (WeirStore *self, gint64 run)
{
  return weir_store_ask (self, FALSE, load_run, question_new (run), question_free);
}

/* When the store is opened. */
gboolean
weir_store_read_unfinished (WeirStore *self, WeirSql *sql, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql,
    "SELECT " RUN_COLUMNS " FROM run"
    " WHERE status NOT IN ('succeeded', 'failed', 'cancelled', 'interrupted') ORDER BY id",
    error);

  if (find == NULL)
    return FALSE;
  self->unfinished = (GListModel *) read_runs (sql, find, error);
  return self->unfinished != NULL;
}

/* When the store is opened. */
gboolean
weir_store_read_variables (WeirStore *self, WeirSql *sql, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql, "SELECT workflow, name, value, blobs FROM variable", error);
  int code;

  if (find == NULL)
    return FALSE;
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      const char *text = (const char *) sqlite3_column_text (find, 2);
      g_autoptr(GError) unreadable = NULL;
      g_autoptr(WeirValue) value = NULL;

      if (sqlite3_column_int (find, 3) > 0)
        value = weir_store_decode (self, text, sqlite3_column_bytes (find, 2), 0, NULL, &unreadable);
      else
        value = weir_value_decode (text, sqlite3_column_bytes (find, 2), &unreadable);
      /* One lost blob must not keep the database from being opened. */
      if (value == NULL)
        g_warning ("Variable %s cannot be read: %s", sqlite3_column_text (find, 1), unreadable->message);
      else
        weir_store_cache_variable (self, (const char *) sqlite3_column_text (find, 0),
                                   (const char *) sqlite3_column_text (find, 1), value);
    }
  return code == SQLITE_DONE;
}

/* ── the journal ─────────────────────────────────────────────────────────────────────────── */

gboolean
weir_store_read_value (WeirStore *self,
                       WeirStatement *row,
                       int column,
                       int blobs,
                       guint depth,
                       gboolean whole,
                       GHashTable *seen,
                       WeirValue **value,
                       GError **error)
{
  const char *text = (const char *) sqlite3_column_text (row, column);
  int length = sqlite3_column_bytes (row, column);

  *value = NULL;
  if (text == NULL)
    return TRUE;
  if (whole && sqlite3_column_int (row, blobs) > 0)
    *value = weir_store_decode (self, text, length, depth, seen, error);
  else
    *value = weir_value_decode (text, length, error);
  return *value != NULL;
}

/* {level, message, fields?}, as it was logged */
static WeirValue *
make_log_data (WeirStatement *row, WeirValue *fields)
{
  WeirBuilder *builder = weir_record_builder_new (3);

  weir_builder_set_take (builder, "level", weir_value_new_int (sqlite3_column_int64 (row, 10)));
  weir_builder_set_take (builder, "message", weir_value_new_text ((const char *) sqlite3_column_text (row, 11)));
  if (fields != NULL)
    weir_builder_set_take (builder, "fields", fields);
  return weir_builder_end (builder);
}

static WeirEvent *
event_from_row (WeirStore *self, WeirStatement *row, gboolean whole, GHashTable *seen, GError **error)
{
  const char *name = (const char *) sqlite3_column_text (row, 1);
  const char *block = (const char *) sqlite3_column_text (row, 7);
  gint64 key = sqlite3_column_int64 (row, 0);
  WeirEventKind kind = name != NULL ? weir_event_kind_from_name (name) : WEIR_EVENT_LOG;
  g_autoptr(WeirEvent) event = NULL;
  g_autoptr(GError) wrong = NULL;
  WeirValue *data;

  if (kind == WEIR_EVENT_LAST)
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_STORE,
                   "Expected a known event in the journal of run %" G_GINT64_FORMAT ", got \"%s\"",
                   WEIR_STORE_KEY_RUN (key), name);
      return NULL;
    }
  event = weir_event_new (kind, WEIR_STORE_KEY_RUN (key));
  event->seq = WEIR_STORE_KEY_SEQ (key);
  event->at = sqlite3_column_int64 (row, 2);
  event->mono = sqlite3_column_int64 (row, 3);
  event->scope = (guint32) sqlite3_column_int64 (row, 4);
  event->firing = (guint32) sqlite3_column_int64 (row, 5);
  event->attempt = (guint32) sqlite3_column_int64 (row, 6);
  event->block = block != NULL ? g_ref_string_new_intern (block) : NULL;
  if (!weir_store_read_value (self, row, 8, 9, kind == WEIR_EVENT_LOG ? 0 : 2, whole, seen, &data, &wrong))
    {
      /* a value that is not kept any longer is no damage */
      gboolean gone = g_error_matches (wrong, WEIR_ERROR, WEIR_ERROR_NOT_FOUND);

      g_set_error (error, WEIR_ERROR, gone ? WEIR_ERROR_NOT_FOUND : WEIR_ERROR_STORE,
                   "Event %" G_GUINT64_FORMAT " of run %" G_GINT64_FORMAT " in %s %s: %s", event->seq, event->run,
                   self->database_path != NULL ? self->database_path : self->dir,
                   gone ? "has lost a value" : "is damaged", wrong->message);
      return NULL;
    }
  event->data = kind == WEIR_EVENT_LOG ? make_log_data (row, data) : data;
  return g_steal_pointer (&event);
}

/* Lines of the log go with their age, or with a part that is deleted; the numbers stay gap-free. */
static void
fill_up (GPtrArray *events, guint64 *expected, const WeirEvent *next)
{
  for (; *expected < next->seq; (*expected)++)
    {
      WeirEvent *event = weir_event_new (WEIR_EVENT_LOG, next->run);
      WeirBuilder *data = weir_record_builder_new (3);

      weir_builder_set_take (data, "level", weir_value_new_int (0));
      weir_builder_set_take (data, "message", weir_value_new_text (""));
      weir_builder_set_take (data, "removed", weir_value_new_bool (TRUE));
      event->data = weir_builder_end (data);
      event->seq = *expected;
      event->at = next->at;
      event->mono = next->mono;
      g_ptr_array_add (events, event);
    }
  *expected = next->seq + 1;
}

static gboolean
is_unknown (WeirStatement *row)
{
  const char *name = (const char *) sqlite3_column_text (row, 1);

  return name != NULL && weir_event_kind_from_name (name) == WEIR_EVENT_LAST;
}

/* All events of a run have that of its creation. (transfer full): a GRefString, NULL if there is none */
static char *
read_correlation (WeirSql *sql, gint64 run)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql, "SELECT json_extract (data, '$.correlation') FROM event WHERE key = ?1", NULL);
  const char *text = NULL;

  if (find == NULL)
    return NULL;
  sqlite3_bind_int64 (find, 1, WEIR_STORE_KEY (run, 1));
  if (weir_sql_step (sql, find, NULL) == SQLITE_ROW)
    text = (const char *) sqlite3_column_text (find, 0);
  return text != NULL ? g_ref_string_new (text) : NULL;
}

static void
add_correlation (GPtrArray *events, guint first, WeirSql *sql, gint64 run)
{
  char *correlation = first < events->len ? read_correlation (sql, run) : NULL;

  if (correlation == NULL)
    return;
  for (guint i = first; i < events->len; i++)
    ((WeirEvent *) g_ptr_array_index (events, i))->correlation = g_ref_string_acquire (correlation);
  g_ref_string_release (correlation);
}

static gboolean
add_events (WeirStore *self, WeirSql *sql, gint64 run, Question *question, GPtrArray *events, GError **error)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                       (GDestroyNotify) weir_value_unref);
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql,
    "SELECT key, name, at, mono, scope, firing, attempt, block, data, blobs, NULL, NULL FROM event JOIN event_kind ON "
    "event_kind.id = kind"
    " WHERE key > ?1 AND key <= ?2"
    " UNION ALL"
    " SELECT key, NULL, at, mono, scope, firing, attempt, block, fields, blobs, level, message FROM log WHERE key > ?1 "
    "AND key <= ?2"
    " ORDER BY key",
    error);
  guint64 expected = question->after_seq + 1;
  guint n_before = events->len;
  int code;

  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, WEIR_STORE_KEY (run, question->after_seq));
  sqlite3_bind_int64 (find, 2, WEIR_STORE_KEY (run, G_MAXUINT32));
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      WeirEvent *event;

      /* Of what a newer Weir knows the rest still tells the story. */
      if (self->read_only != NULL && is_unknown (find))
        continue;
      event = event_from_row (self, find, question->whole, seen, error);
      if (event == NULL)
        return FALSE;
      /* of what a newer Weir knows some was left out */
      if (self->read_only == NULL)
        fill_up (events, &expected, event);
      g_ptr_array_add (events, event);
    }
  add_correlation (events, n_before, sql, run);
  return code == SQLITE_DONE;
}

static gboolean
load_events (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  Question *question = data;
  g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_event_unref);
  guint n = question->runs != NULL ? question->runs->len : 1;

  for (guint i = 0; i < n; i++)
    if (!add_events (self, sql, question->runs != NULL ? g_array_index (question->runs, gint64, i) : question->run,
                     question, events, error))
      return FALSE;
  return weir_store_answer_boxed (answer, g_steal_pointer (&events), G_TYPE_PTR_ARRAY);
}

/**
 * weir_store_load_events_of:
 * @self: a store
 * @runs: (transfer full): numbers of runs (gint64)
 *
 * Returns: (transfer full): a future of a GPtrArray (boxed) of WeirEvent: the journals of these runs one after the other, values whole
 */
DexFuture *
weir_store_load_events_of (WeirStore *self, GArray *runs)
{
  Question *question = question_new (0);

  question->runs = runs;
  question->whole = TRUE;
  return weir_store_ask (self, FALSE, load_events, question, question_free);
}

/**
 * weir_store_load_events:
 * @self: a store
 * @run: number of the run
 * @after_seq: only events after this one
 * @whole: whether values of 64 KiB and more are read back; else they come as {"$blob": hash, "size": bytes, "type":
 *   kind, "preview": text}
 *
 * Returns: (transfer full): a future of a GPtrArray (boxed) of WeirEvent, logs included, in order
 */
DexFuture *
weir_store_load_events (WeirStore *self, gint64 run, guint64 after_seq, gboolean whole)
{
  Question *question = question_new (run);

  question->after_seq = MIN (after_seq, G_MAXUINT32);
  question->whole = whole;
  return weir_store_ask (self, FALSE, load_events, question, question_free);
}

static gboolean
load_value (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  Question *question = data;
  g_autoptr(GBytes) bytes = weir_store_read_blob (self, question->text, error);

  if (bytes == NULL)
    return FALSE;
  return weir_store_answer_boxed (
    answer, weir_value_decode (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), error),
    WEIR_TYPE_VALUE);
}

/**
 * weir_store_load_value:
 * @self: a store
 * @hash: 64 hex digits, from "$blob"
 *
 * Returns: (transfer full): a future of a WeirValue (boxed); rejects with %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_store_load_value (WeirStore *self, const char *hash)
{
  Question *question = question_new (0);

  question->text = g_strdup (hash);
  return weir_store_ask (self, FALSE, load_value, question, question_free);
}

/* ── effects ─────────────────────────────────────────────────────────────────────────────── */

static WeirEffect *
effect_from_row (WeirStore *self, WeirStatement *row, GHashTable *seen, GError **error)
{
  g_autoptr(WeirEffect) effect = g_new0 (WeirEffect, 1);

  effect->id = sqlite3_column_int64 (row, 0);
  effect->run = sqlite3_column_int64 (row, 1);
  effect->scope = (guint32) sqlite3_column_int64 (row, 2);
  effect->firing = (guint32) sqlite3_column_int64 (row, 3);
  effect->block = weir_sql_dup_text (row, 4);
  effect->kind = weir_sql_dup_text (row, 5);
  effect->type = weir_sql_dup_text (row, 6);
  effect->target = weir_sql_dup_text (row, 7);
  effect->undo = sqlite3_column_int (row, 8);
  effect->state = sqlite3_column_int (row, 9);
  effect->at = sqlite3_column_int64 (row, 10);
  if (!weir_store_read_value (self, row, 11, 13, 0, TRUE, seen, &effect->before, error)
      || !weir_store_read_value (self, row, 12, 13, 0, TRUE, seen, &effect->after, error))
    return NULL;
  return g_steal_pointer (&effect);
}

#define EFFECT_COLUMNS "id, run, scope, firing, block, kind, type, target, undo, state, at, before, after, blobs"

static gboolean
answer_effects (WeirStore *self, WeirSql *sql, WeirStatement *find, GValue *answer, GError **error)
{
  g_autoptr(GPtrArray) effects = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_effect_free);
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                       (GDestroyNotify) weir_value_unref);
  int code;

  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      WeirEffect *effect = effect_from_row (self, find, seen, error);

      if (effect == NULL)
        return FALSE;
      g_ptr_array_add (effects, effect);
    }
  return code == SQLITE_DONE && weir_store_answer_boxed (answer, g_steal_pointer (&effects), G_TYPE_PTR_ARRAY);
}

static gboolean
list_effects (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  Question *question = data;
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql, "SELECT " EFFECT_COLUMNS " FROM effect WHERE run = ?1 ORDER BY id", error);

  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, question->run);
  return answer_effects (self, sql, find, answer, error);
}

/**
 * weir_store_list_effects:
 * @self: a store
 * @run: number of the run
 *
 * Returns: (transfer full): a future of a GPtrArray (boxed) of WeirEffect, in the order in which they were
 *   intended, with their values whole
 */
DexFuture *
weir_store_list_effects (WeirStore *self, gint64 run)
{
  return weir_store_ask (self, FALSE, list_effects, question_new (run), question_free);
}

typedef struct
{
  gint64 run;
  guint32 scope;
  guint32 firing;
  char *block;
} StepQuestion;

static void
step_question_free (gpointer data)
{
  StepQuestion *question = data;

  g_free (question->block);
  g_free (question);
}

static gboolean
list_step_effects (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  StepQuestion *question = data;
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql,
    "SELECT " EFFECT_COLUMNS " FROM effect WHERE run = ?1 AND scope = ?2 AND firing = ?3 AND block = ?4 ORDER BY id",
    error);

  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, question->run);
  sqlite3_bind_int64 (find, 2, question->scope);
  sqlite3_bind_int64 (find, 3, question->firing);
  weir_sql_bind_text (find, 4, question->block, -1);
  return answer_effects (self, sql, find, answer, error);
}

/**
 * weir_store_list_step_effects:
 * @self: a store
 * @run: number of the run
 * @scope: scope of the step
 * @firing: which firing of the block
 * @block: id of the block
 *
 * Returns: (transfer full): a future of a GPtrArray (boxed) of WeirEffect: what one step intended, in order
 */
DexFuture *
weir_store_list_step_effects (WeirStore *self, gint64 run, guint32 scope, guint32 firing, const char *block)
{
  StepQuestion *question = g_new (StepQuestion, 1);

  *question = (StepQuestion) { run, scope, firing, g_strdup (block) };
  return weir_store_ask (self, FALSE, list_step_effects, question, step_question_free);
}
