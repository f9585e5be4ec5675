/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The edits of workflows, so that they can be undone after a restart. */

#include "weir-store-private.h"

typedef struct
{
  char *workflow;
  char *text;
  char *name;
  char *changes;
  gint64 number;
  gint64 at;
} EditQuestion;

static EditQuestion *
edit_question_new (const char *workflow, gint64 number)
{
  EditQuestion *self = g_new0 (EditQuestion, 1);

  self->workflow = g_strdup (workflow);
  self->number = number;
  return self;
}

static void
edit_question_free (gpointer data)
{
  EditQuestion *self = data;

  g_free (self->workflow);
  g_free (self->text);
  g_free (self->name);
  g_free (self->changes);
  g_free (self);
}

static void
stored_edit_free (gpointer data)
{
  WeirStoredEdit *self = data;

  g_free (self->name);
  g_free (self->changes);
  g_free (self);
}

/* ── snapshots ───────────────────────────────────────────────────────────────────────────── */

static WeirStoredEdits *
weir_stored_edits_copy (WeirStoredEdits *self)
{
  WeirStoredEdits *copy = g_new (WeirStoredEdits, 1);

  *copy = *self;
  copy->workflow = g_boxed_copy (WEIR_TYPE_STORED_WORKFLOW, self->workflow);
  copy->text = g_strdup (self->text);
  copy->edits = g_ptr_array_ref (self->edits);
  return copy;
}

/**
 * weir_stored_edits_free:
 * @self: (transfer full): a workflow with its edits
 */
void
weir_stored_edits_free (WeirStoredEdits *self)
{
  weir_stored_workflow_free (self->workflow);
  g_free (self->text);
  g_ptr_array_unref (self->edits);
  g_free (self);
}
G_DEFINE_BOXED_TYPE (WeirStoredEdits, weir_stored_edits, weir_stored_edits_copy, weir_stored_edits_free)

/* ── writing ─────────────────────────────────────────────────────────────────────────────── */

typedef gboolean (*EditFunc) (WeirSql *sql, EditQuestion *question, GError **error);

static gboolean
do_in_transaction (WeirSql *sql, EditFunc func, EditQuestion *question, GValue *answer, GError **error)
{
  if (!weir_store_begin (sql, error) || !func (sql, question, error) || !weir_store_end (sql, error))
    {
      weir_store_roll_back (sql);
      return FALSE;
    }
  g_value_init (answer, G_TYPE_BOOLEAN);
  g_value_set_boolean (answer, TRUE);
  return TRUE;
}

/* @text: binds workflow and number, and needs no more. */
static gboolean
execute (WeirSql *sql, const char *text, EditQuestion *question, GError **error)
{
  g_autoptr(WeirStatement) statement = weir_sql_prepare (sql, text, error);

  if (statement == NULL)
    return FALSE;
  weir_sql_bind_text (statement, 1, question->workflow, -1);
  if (sqlite3_bind_parameter_count (statement) > 1)
    sqlite3_bind_int64 (statement, 2, question->number);
  return weir_sql_step (sql, statement, error) == SQLITE_DONE;
}

static gboolean
begin_edits (WeirSql *sql, EditQuestion *question, GError **error)
{
  g_autoptr(WeirStatement) put = NULL;

  if (!execute (sql, "DELETE FROM edit WHERE workflow = ?1", question, error))
    return FALSE;
  put = weir_sql_prepare (sql,
                          "INSERT OR REPLACE INTO edit_base"
                          " SELECT ?1, ?2, 0, 0, coalesce (max (version), 0), -1 FROM version WHERE workflow = ?1",
                          error);
  if (put == NULL)
    return FALSE;
  weir_sql_bind_text (put, 1, question->workflow, -1);
  weir_sql_bind_text (put, 2, question->text, -1);
  return weir_sql_step (sql, put, error) == SQLITE_DONE;
}

static gboolean
put_edit (WeirSql *sql, EditQuestion *question, GError **error)
{
  g_autoptr(WeirStatement) put = NULL;

  if (!execute (sql, "UPDATE edit_base SET done = ?2 + 1 WHERE workflow = ?1", question, error)
      || !execute (sql, "DELETE FROM edit WHERE workflow = ?1 AND number >= ?2", question, error))
    return FALSE;
  put = weir_sql_prepare (sql, "INSERT INTO edit VALUES (?1, ?2, ?3, ?4, ?5)", error);
  if (put == NULL)
    return FALSE;
  weir_sql_bind_text (put, 1, question->workflow, -1);
  sqlite3_bind_int64 (put, 2, question->number);
  weir_sql_bind_text (put, 3, question->name, -1);
  sqlite3_bind_int64 (put, 4, question->at);
  weir_sql_bind_text (put, 5, question->changes, -1);
  return weir_sql_step (sql, put, error) == SQLITE_DONE;
}

static gboolean
go_to_edit (WeirSql *sql, EditQuestion *question, GError **error)
{
  return execute (sql, "UPDATE edit_base SET done = ?2 WHERE workflow = ?1", question, error);
}

static gboolean
rewrite_edit (WeirSql *sql, EditQuestion *question, GError **error)
{
  g_autoptr(WeirStatement) put = weir_sql_prepare (
    sql, "UPDATE edit SET changes = ?3 WHERE workflow = ?1 AND number = ?2", error);

  if (put == NULL)
    return FALSE;
  weir_sql_bind_text (put, 1, question->workflow, -1);
  sqlite3_bind_int64 (put, 2, question->at);
  weir_sql_bind_text (put, 3, question->changes, -1);
  return weir_sql_step (sql, put, error) == SQLITE_DONE;
}

static gboolean
drop_edits (WeirSql *sql, EditQuestion *question, GError **error)
{
  g_autoptr(WeirStatement) put = NULL;

  if (!execute (sql, "DELETE FROM edit WHERE workflow = ?1 AND number < ?2", question, error)
      || (question->changes != NULL && !rewrite_edit (sql, question, error)))
    return FALSE;
  put = weir_sql_prepare (sql, "UPDATE edit_base SET text = ?3, first = ?2 WHERE workflow = ?1", error);
  if (put == NULL)
    return FALSE;
  weir_sql_bind_text (put, 1, question->workflow, -1);
  sqlite3_bind_int64 (put, 2, question->number);
  weir_sql_bind_text (put, 3, question->text, -1);
  return weir_sql_step (sql, put, error) == SQLITE_DONE;
}

static gboolean
begin_edits_job (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  return do_in_transaction (sql, begin_edits, data, answer, error);
}

static gboolean
put_edit_job (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  return do_in_transaction (sql, put_edit, data, answer, error);
}

static gboolean
go_to_edit_job (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  return do_in_transaction (sql, go_to_edit, data, answer, error);
}

static gboolean
drop_edits_job (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  return do_in_transaction (sql, drop_edits, data, answer, error);
}

gboolean
weir_store_mark_saved_edits (WeirSql *sql, const char *workflow, gint64 version, gint64 done, GError **error)
{
  g_autoptr(WeirStatement) mark = weir_sql_prepare (
    sql, "UPDATE edit_base SET version = ?2, saved = ?3 WHERE workflow = ?1", error);

  if (mark == NULL)
    return FALSE;
  weir_sql_bind_text (mark, 1, workflow, -1);
  sqlite3_bind_int64 (mark, 2, version);
  sqlite3_bind_int64 (mark, 3, done);
  return weir_sql_step (sql, mark, error) == SQLITE_DONE;
}

/**
 * weir_store_begin_edits:
 * @self: a store
 * @workflow: id of a workflow
 * @text: what it says now
 *
 * From here on its edits are kept, from number 0; those of before are forgotten.
 *
 * Returns: (transfer full): a future of TRUE, resolved once it is on disk; rejects with %WEIR_ERROR_STORE
 */
DexFuture *
weir_store_begin_edits (WeirStore *self, const char *workflow, const char *text)
{
  EditQuestion *question = edit_question_new (workflow, 0);

  question->text = g_strdup (text);
  return weir_store_ask (self, TRUE, begin_edits_job, question, edit_question_free);
}

/**
 * weir_store_put_edit:
 * @self: a store
 * @workflow: id of a workflow whose edits are kept
 * @number: of the edit; one that has it, and all behind it, are replaced
 * @name: what it did
 * @at: when, in µs UTC
 * @changes: (transfer full): what it changed, as JSON
 *
 * Returns: (transfer full): a future of TRUE, resolved once it is on disk; rejects with %WEIR_ERROR_STORE
 */
DexFuture *
weir_store_put_edit (WeirStore *self, const char *workflow, gint64 number, const char *name, gint64 at, char *changes)
{
  EditQuestion *question = edit_question_new (workflow, number);

  question->name = g_strdup (name != NULL ? name : "");
  question->at = at;
  question->changes = changes;
  return weir_store_ask (self, TRUE, put_edit_job, question, edit_question_free);
}

/**
 * weir_store_go_to_edit:
 * @self: a store
 * @workflow: id of a workflow whose edits are kept
 * @done: edits below this number are done now, the others were taken back
 *
 * Returns: (transfer full): a future of TRUE, resolved once it is on disk; rejects with %WEIR_ERROR_STORE
 */
DexFuture *
weir_store_go_to_edit (WeirStore *self, const char *workflow, gint64 done)
{
  return weir_store_ask (self, TRUE, go_to_edit_job, edit_question_new (workflow, done), edit_question_free);
}

/**
 * weir_store_drop_edits:
 * @self: a store
 * @workflow: id of a workflow whose edits are kept
 * @first: number of the oldest edit to keep
 * @text: what the workflow said before that one
 * @rewritten: number of an edit that is written anew
 * @changes: (transfer full) (nullable): what it changed, as JSON; %NULL: none is written anew
 *
 * Forgets the oldest edits.
 *
 * Returns: (transfer full): a future of TRUE, resolved once it is on disk; rejects with %WEIR_ERROR_STORE
 */
DexFuture *
weir_store_drop_edits (WeirStore *self, const char *workflow, gint64 first, const char *text, gint64 rewritten, char *changes)
{
  EditQuestion *question = edit_question_new (workflow, first);

  question->text = g_strdup (text);
  question->at = rewritten;
  question->changes = changes;
  return weir_store_ask (self, TRUE, drop_edits_job, question, edit_question_free);
}

/* ── loading ─────────────────────────────────────────────────────────────────────────────── */

static gboolean
read_edits (WeirSql *sql, WeirStoredEdits *stored, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql, "SELECT number, name, at, changes FROM edit WHERE workflow = ?1 AND number >= ?2 ORDER BY number", error);
  int code;

  if (find == NULL)
    return FALSE;
  weir_sql_bind_text (find, 1, stored->workflow->id, -1);
  sqlite3_bind_int64 (find, 2, stored->first);
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      WeirStoredEdit *edit = g_new0 (WeirStoredEdit, 1);

      edit->number = sqlite3_column_int64 (find, 0);
      edit->name = weir_sql_dup_text (find, 1);
      edit->at = sqlite3_column_int64 (find, 2);
      edit->changes = weir_sql_dup_text (find, 3);
      g_ptr_array_add (stored->edits, edit);
    }
  return code == SQLITE_DONE;
}

static gboolean
read_base (WeirSql *sql, WeirStoredEdits *stored, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql, "SELECT text, first, done, version, saved FROM edit_base WHERE workflow = ?1", error);
  int code;

  if (find == NULL)
    return FALSE;
  weir_sql_bind_text (find, 1, stored->workflow->id, -1);
  code = weir_sql_step (sql, find, error);
  if (code != SQLITE_ROW)
    return code == SQLITE_DONE;
  stored->text = weir_sql_dup_text (find, 0);
  stored->first = sqlite3_column_int64 (find, 1);
  stored->done = sqlite3_column_int64 (find, 2);
  stored->version = (guint) sqlite3_column_int64 (find, 3);
  stored->saved = sqlite3_column_int64 (find, 4);
  return TRUE;
}

static gboolean
load_edits (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  EditQuestion *question = data;
  WeirStoredEdits *stored;
  WeirStoredWorkflow *workflow = weir_store_find_workflow (sql, question->workflow, error);

  if (workflow == NULL)
    return FALSE;
  stored = g_new0 (WeirStoredEdits, 1);
  stored->workflow = workflow;
  stored->edits = g_ptr_array_new_with_free_func (stored_edit_free);
  if (!read_base (sql, stored, error) || (stored->text != NULL && !read_edits (sql, stored, error)))
    {
      weir_stored_edits_free (stored);
      return FALSE;
    }
  g_value_init (answer, WEIR_TYPE_STORED_EDITS);
  g_value_take_boxed (answer, stored);
  return TRUE;
}

/**
 * weir_store_load_edits:
 * @self: a store
 * @workflow: id of a workflow
 *
 * The newest version and the edits that are kept, as they are together once all that was asked before is on disk.
 *
 * Returns: (transfer full): a future of a WeirStoredEdits (boxed); rejects with %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_store_load_edits (WeirStore *self, const char *workflow)
{
  return weir_store_ask (self, TRUE, load_edits, edit_question_new (workflow, 0), edit_question_free);
}
