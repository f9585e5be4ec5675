/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-store-private.h"

#include <string.h>

#include "weir-json.h"

#define LINES_AT_ONCE 2000

typedef struct
{
  gint64  run;
  int     level;
  char   *block_path;
  char   *match;     /* as FTS5 wants it */
  guint64 after_seq;
  guint   limit;
} LogQuestion;

static void
log_question_free (gpointer data)
{
  LogQuestion *self = data;

  g_free (self->block_path);
  g_free (self->match);
  g_free (self);
}

/* ── the text index ──────────────────────────────────────────────────────────────────────── */

static gint64
find_indexed (WeirSql *sql, gint64 run, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql, "SELECT indexed FROM run WHERE id = ?1", error);
  int code;

  if (find == NULL)
    return -1;
  sqlite3_bind_int64 (find, 1, run);
  code = weir_sql_step (sql, find, error);
  return code == SQLITE_ROW ? sqlite3_column_int64 (find, 0) : code == SQLITE_DONE ? (gint64) G_MAXUINT32 : -1;
}

/* The key after which @limit more lines end, or the last one. */
static gint64
find_last (WeirSql *sql, gint64 first, gint64 end, guint limit, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql, "SELECT max(key) FROM (SELECT key FROM log WHERE key > ?1 AND key <= ?2 ORDER BY key LIMIT ?3)", error);

  if (find == NULL)
    return -1;
  sqlite3_bind_int64 (find, 1, first);
  sqlite3_bind_int64 (find, 2, end);
  sqlite3_bind_int64 (find, 3, limit);
  return weir_sql_step (sql, find, error) == SQLITE_ROW ? sqlite3_column_int64 (find, 0) : -1;
}

static gboolean
index_lines (WeirSql *sql, gint64 run, gint64 first, gint64 last, GError **error)
{
  g_autoptr(WeirStatement) add = weir_sql_prepare (
    sql, "INSERT INTO log_text (rowid, message) SELECT key, message FROM log WHERE key > ?1 AND key <= ?2", error);
  g_autoptr(WeirStatement) note = weir_sql_prepare (sql, "UPDATE run SET indexed = ?2 WHERE id = ?1", error);

  if (add == NULL || note == NULL)
    return FALSE;
  sqlite3_bind_int64 (add, 1, first);
  sqlite3_bind_int64 (add, 2, last);
  sqlite3_bind_int64 (note, 1, run);
  sqlite3_bind_int64 (note, 2, (gint64) WEIR_STORE_KEY_SEQ (last));
  return weir_sql_step (sql, add, error) == SQLITE_DONE && weir_sql_step (sql, note, error) == SQLITE_DONE;
}

/* Adds up to @limit lines of @run to log_text. @more is set if there are others. Writing thread. */
gboolean
weir_store_index_logs (WeirSql *sql, gint64 run, guint limit, gboolean *more, GError **error)
{
  gint64 indexed = find_indexed (sql, run, error);
  gint64 first = WEIR_STORE_KEY (run, indexed);
  gint64 end = WEIR_STORE_KEY (run, G_MAXUINT32);
  gint64 last;

  *more = FALSE;
  if (indexed < 0)
    return FALSE;
  last = find_last (sql, first, end, limit, error);
  if (last <= 0)
    return last == 0;
  if (!weir_store_begin (sql, error) || !index_lines (sql, run, first, last, error) || !weir_store_end (sql, error))
    {
      weir_store_roll_back (sql);
      return FALSE;
    }
  *more = find_last (sql, last, end, 1, error) > 0;
  return TRUE;
}

/* A few thousand lines at a time, so that a batch never waits long; TRUE if there is more to do. */
gboolean
weir_store_index_when_idle (WeirStore *self)
{
  GHashTableIter iter;
  gpointer run;
  gboolean more;
  g_autoptr(GError) error = NULL;

  g_hash_table_iter_init (&iter, self->unindexed);
  if (!g_hash_table_iter_next (&iter, &run, NULL))
    return FALSE;
  /* A failure is that of a full disk, of which writing will tell; searching comes back to it. */
  if (!weir_store_index_logs (self->writing, GPOINTER_TO_INT (run), LINES_AT_ONCE, &more, &error))
    g_debug ("Log of run %d not indexed: %s", GPOINTER_TO_INT (run), error->message);
  if (error != NULL || !more)
    g_hash_table_remove (self->unindexed, run);
  return g_hash_table_size (self->unindexed) > 0;
}

/* ── asking ──────────────────────────────────────────────────────────────────────────────── */

/* Every word as a quoted prefix, so that nothing in the text is taken for an operator. NULL if there is no word in
 * it. */
static char *
make_match (const char *text)
{
  g_auto(GStrv) words = text != NULL ? g_strsplit_set (text, " \t\n\r", -1) : NULL;
  GString *match = g_string_new (NULL);

  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    {
      g_auto(GStrv) parts = g_strsplit (words[i], "\"", -1);
      g_autofree char *quoted = g_strjoinv ("\"\"", parts);

      if (*quoted == '\0')
        continue;
      if (match->len > 0)
        g_string_append_c (match, ' ');
      g_string_append_printf (match, "\"%s\"*", quoted);
    }
  return match->len > 0 ? g_string_free (match, FALSE) : g_string_free (match, TRUE);
}

static gboolean
index_before_search (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  LogQuestion *question = data;
  gboolean more = TRUE;

  while (more)
    if (!weir_store_index_logs (sql, question->run, G_MAXINT, &more, error))
      return FALSE;
  return TRUE;
}

#define LOG_COLUMNS "log.key, log.at, log.level, log.path, log.block_path, log.message, log.fields, log.blobs"
#define LOG_CONDITIONS \
  " log.key > ?1 AND log.key <= ?2 AND log.level >= ?3" \
  " AND (?4 IS NULL OR log.block_path = ?4 OR (log.block_path >= ?4 || '/' AND log.block_path < ?4 || '0'))" \
  " ORDER BY log.key LIMIT ?5"

static WeirLogLine *
line_from_row (WeirStore *self, WeirStatement *row, GError **error)
{
  WeirLogLine *line = g_new0 (WeirLogLine, 1);
  const char *fields = (const char *) sqlite3_column_text (row, 6);

  line->run = WEIR_STORE_KEY_RUN (sqlite3_column_int64 (row, 0));
  line->seq = WEIR_STORE_KEY_SEQ (sqlite3_column_int64 (row, 0));
  line->at = sqlite3_column_int64 (row, 1);
  line->level = sqlite3_column_int (row, 2);
  line->path = weir_sql_dup_text (row, 3);
  line->block = weir_sql_dup_text (row, 4);
  line->message = weir_sql_dup_text (row, 5);
  if (fields == NULL)
    return line;
  line->fields = weir_value_decode (fields, sqlite3_column_bytes (row, 6), error);
  if (line->fields == NULL)
    g_clear_pointer (&line, weir_log_line_free);
  return line;
}

static gboolean
query_logs (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  LogQuestion *question = data;
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_log_line_free);
  g_autoptr(WeirStatement) find = NULL;
  int code;

  if (question->match != NULL)
    find = weir_sql_prepare (
      sql,
      "SELECT " LOG_COLUMNS " FROM log_text JOIN log ON log.key = log_text.rowid"
      " WHERE log_text MATCH ?6 AND log_text.rowid > ?1 AND log_text.rowid <= ?2 AND" LOG_CONDITIONS,
      error);
  else
    find = weir_sql_prepare (sql, "SELECT " LOG_COLUMNS " FROM log WHERE" LOG_CONDITIONS, error);
  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, WEIR_STORE_KEY (question->run, question->after_seq));
  sqlite3_bind_int64 (find, 2, WEIR_STORE_KEY (question->run, G_MAXUINT32));
  sqlite3_bind_int (find, 3, question->level);
  weir_sql_bind_text (find, 4, question->block_path, -1);
  sqlite3_bind_int64 (find, 5, question->limit);
  weir_sql_bind_text (find, 6, question->match, -1);
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      WeirLogLine *line = line_from_row (self, find, error);

      if (line == NULL)
        return FALSE;
      g_ptr_array_add (lines, line);
    }
  if (code != SQLITE_DONE)
    return FALSE;
  g_value_init (answer, G_TYPE_PTR_ARRAY);
  g_value_take_boxed (answer, g_steal_pointer (&lines));
  return TRUE;
}

/**
 * weir_store_query_logs:
 * @self: a store
 * @run: number of the run
 * @level: the least level, a WeirLogLevel
 * @block_path: (nullable): of a block; lines of what is inside it count too
 * @text: (nullable): words, or beginnings of words, that a line must all hold
 * @after_seq: only lines after this one
 * @limit: at most so many; 0: all
 *
 * Returns: (transfer full): a future of a GPtrArray (boxed) of WeirLogLine, oldest first
 */
DexFuture *
weir_store_query_logs (WeirStore *self, gint64 run, int level, const char *block_path, const char *text,
                       guint64 after_seq, guint limit)
{
  LogQuestion *question = g_new0 (LogQuestion, 1);

  question->run = run;
  question->level = level;
  question->block_path = g_strdup (block_path);
  question->match = make_match (text);
  question->after_seq = MIN (after_seq, G_MAXUINT32);
  question->limit = limit > 0 ? limit : G_MAXUINT;
  if (question->match != NULL)
    return weir_store_ask_after (self, index_before_search, query_logs, question, log_question_free);
  return weir_store_ask (self, FALSE, query_logs, question, log_question_free);
}
