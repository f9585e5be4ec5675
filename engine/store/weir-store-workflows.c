/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-store-private.h"

typedef struct
{
  char *id;
  char *name;
  char *text;
  char *folder;
  char *message;
  guint version;
  gint64 done; /* edits that the text is made of; -1 where they are not kept */
  WeirSaveFlags flags;
} WorkflowQuestion;

static void
workflow_question_free (gpointer data)
{
  WorkflowQuestion *self = data;

  g_free (self->id);
  g_free (self->name);
  g_free (self->text);
  g_free (self->folder);
  g_free (self->message);
  g_free (self);
}

/* ── snapshots ───────────────────────────────────────────────────────────────────────────── */

static WeirSavedVersion *
weir_saved_version_copy (WeirSavedVersion *self)
{
  WeirSavedVersion *copy = g_new (WeirSavedVersion, 1);

  *copy = (WeirSavedVersion) { g_strdup (self->id), self->version, self->changed };
  return copy;
}

/**
 * weir_saved_version_free:
 * @self: (transfer full): a saved version
 */
void
weir_saved_version_free (WeirSavedVersion *self)
{
  g_free (self->id);
  g_free (self);
}
G_DEFINE_BOXED_TYPE (WeirSavedVersion, weir_saved_version, weir_saved_version_copy, weir_saved_version_free)

static WeirStoredWorkflow *
weir_stored_workflow_copy (WeirStoredWorkflow *self)
{
  WeirStoredWorkflow *copy = g_new (WeirStoredWorkflow, 1);

  *copy = (WeirStoredWorkflow) {
    .id = g_strdup (self->id),
    .name = g_strdup (self->name),
    .text = g_strdup (self->text),
    .folder = g_strdup (self->folder),
    .version = self->version,
  };
  return copy;
}

/**
 * weir_stored_workflow_free:
 * @self: (transfer full): a stored workflow
 */
void
weir_stored_workflow_free (WeirStoredWorkflow *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self->text);
  g_free (self->folder);
  g_free (self);
}
G_DEFINE_BOXED_TYPE (WeirStoredWorkflow, weir_stored_workflow, weir_stored_workflow_copy, weir_stored_workflow_free)

/* ── saving: writing thread ──────────────────────────────────────────────────────────────── */

/* What is known of the newest version before another one is saved. */
typedef struct
{
  gint64 version; /* 0: there is none */
  gboolean same;  /* it has the text already */
  gboolean open;  /* saved by itself, from the edits that are kept, and by nobody since */
} Newest;

static gboolean
find_newest (WeirSql *sql, const char *id, const char *text, Newest *newest, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql,
    "SELECT v.version, v.text = ?2, v.message IS NULL AND e.version IS v.version AND e.saved >= 0 FROM version v"
    " LEFT JOIN edit_base e ON e.workflow = v.workflow WHERE v.workflow = ?1 ORDER BY v.version DESC LIMIT 1",
    error);
  int code;

  *newest = (Newest) { 0 };
  if (find == NULL)
    return FALSE;
  weir_sql_bind_text (find, 1, id, -1);
  weir_sql_bind_text (find, 2, text, -1);
  code = weir_sql_step (sql, find, error);
  if (code == SQLITE_ROW)
    *newest = (Newest) { sqlite3_column_int64 (find, 0), sqlite3_column_int (find, 1), sqlite3_column_int (find, 2) };
  return code == SQLITE_ROW || code == SQLITE_DONE;
}

static gboolean
put_workflow (WeirSql *sql, WorkflowQuestion *question, gint64 version, gboolean changed, gint64 now, GError **error)
{
  g_autoptr(WeirStatement) put = weir_sql_prepare (
    sql,
    "INSERT INTO workflow (id, name, folder, version, changed_at) VALUES (?1, ?2, ?3, ?4, ?5)"
    " ON CONFLICT (id) DO UPDATE SET name = ?2, folder = ?3, changed_at = iif (?6, ?5, changed_at), version = ?4"
    " WHERE ?6 OR name IS NOT ?2 OR folder IS NOT ?3 OR version IS NOT ?4",
    error);

  if (put == NULL)
    return FALSE;
  weir_sql_bind_text (put, 1, question->id, -1);
  weir_sql_bind_text (put, 2, question->name, -1);
  weir_sql_bind_text (put, 3, question->folder, -1);
  sqlite3_bind_int64 (put, 4, version);
  sqlite3_bind_int64 (put, 5, now);
  sqlite3_bind_int (put, 6, changed);
  return weir_sql_step (sql, put, error) == SQLITE_DONE;
}

static gboolean
put_version (WeirSql *sql, WorkflowQuestion *question, gint64 version, gint64 now, GError **error)
{
  g_autoptr(WeirStatement) put = weir_sql_prepare (sql, "INSERT OR REPLACE INTO version VALUES (?1, ?2, ?3, ?4, ?5)", error);

  if (put == NULL)
    return FALSE;
  weir_sql_bind_text (put, 1, question->id, -1);
  sqlite3_bind_int64 (put, 2, version);
  sqlite3_bind_int64 (put, 3, now);
  weir_sql_bind_text (put, 4, question->message, -1);
  weir_sql_bind_text (put, 5, question->text, -1);
  return weir_sql_step (sql, put, error) == SQLITE_DONE;
}

/* In the newest version if that may still change, else in a new one. */
static gboolean
save_in_transaction (WeirStore *self, WeirSql *sql, WorkflowQuestion *question, WeirSavedVersion *saved, GError **error)
{
  gint64 now = g_get_real_time ();
  Newest newest;
  gint64 version;

  if (!find_newest (sql, question->id, question->text, &newest, error))
    return FALSE;
  version = newest.version;
  if (!newest.same
      && !(newest.open && question->flags & WEIR_SAVE_AMEND && question->message == NULL
           && !weir_store_is_settled (self, question->id, (guint) version)))
    version++;
  *saved = (WeirSavedVersion) { question->id, (guint) version, !newest.same };
  return put_workflow (sql, question, version, !newest.same, now, error)
         && (newest.same || put_version (sql, question, version, now, error))
         && (question->done < 0 || weir_store_mark_saved_edits (sql, question->id, version, question->done, error));
}

static gboolean
save_workflow (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  WorkflowQuestion *question = data;
  WeirSavedVersion saved;
  gboolean written;

  if (question->id == NULL)
    question->id = g_uuid_string_random ();
  /* nobody is given a version between the look at it and the change of it */
  g_mutex_lock (&self->settled_lock);
  written = weir_store_begin (sql, error) && save_in_transaction (self, sql, question, &saved, error)
            && weir_store_end (sql, error);
  g_mutex_unlock (&self->settled_lock);
  if (!written)
    {
      weir_store_roll_back (sql);
      return FALSE;
    }
  if (question->flags & WEIR_SAVE_SETTLE)
    weir_store_settle_version (self, saved.id, saved.version);
  g_value_init (answer, WEIR_TYPE_SAVED_VERSION);
  g_value_set_boxed (answer, &saved);
  return TRUE;
}

/**
 * weir_store_save_workflow:
 * @self: a store
 * @id: (nullable): of the workflow; %NULL: a new one, which gets a UUID
 * @name: shown to people
 * @text: the workflow file
 * @folder: (nullable): where its relative paths start
 * @message: (nullable): what changed; %NULL when it is saved by itself
 *
 * Saves a new version, unless the newest has the same text.
 *
 * Returns: (transfer full): a future of a WeirSavedVersion (boxed), resolved once it is on disk; rejects with
 *   %WEIR_ERROR_STORE
 */
DexFuture *
weir_store_save_workflow (
  WeirStore *self, const char *id, const char *name, const char *text, const char *folder, const char *message)
{
  return weir_store_save_edited (self, id, name, text, folder, message, -1, 0);
}

/**
 * weir_store_save_edited:
 * @self: a store
 * @id: (nullable): of the workflow; %NULL: a new one, which gets a UUID
 * @name: shown to people
 * @text: the workflow file
 * @folder: (nullable): where its relative paths start
 * @message: (nullable): what changed; %NULL when it is saved by itself
 * @done: number of the edit that would come next; -1 where edits are not kept
 * @flags: how
 *
 * The same for a workflow whose edits are kept. With %WEIR_SAVE_AMEND the newest version takes the text over, if it was saved by itself from
 * these edits and nobody was given it since: not every word that is typed needs a version of its own, since the edits are kept. With
 * %WEIR_SAVE_SETTLE the version stays as it is from now on.
 *
 * Returns: (transfer full): a future of a WeirSavedVersion (boxed), resolved once it is on disk; rejects with
 *   %WEIR_ERROR_STORE
 */
DexFuture *
weir_store_save_edited (WeirStore *self,
                        const char *id,
                        const char *name,
                        const char *text,
                        const char *folder,
                        const char *message,
                        gint64 done,
                        WeirSaveFlags flags)
{
  WorkflowQuestion *question = g_new0 (WorkflowQuestion, 1);

  question->id = g_strdup (id);
  question->name = g_strdup (name != NULL ? name : "");
  question->text = g_strdup (text);
  question->folder = g_strdup (folder);
  question->message = g_strdup (message);
  question->done = done;
  question->flags = flags;
  return weir_store_ask (self, TRUE, save_workflow, question, workflow_question_free);
}

/* ── loading ─────────────────────────────────────────────────────────────────────────────── */

static WeirStoredWorkflow *
find_workflow (WeirSql *sql, const WorkflowQuestion *question, GError **error)
{
  /* The id wins over a name, the last changed over others of the same name. */
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql,
    "SELECT w.id, w.name, v.text, w.folder, v.version FROM workflow w"
    " JOIN version v ON v.workflow = w.id AND v.version = iif (?2 = 0, w.version, ?2)"
    " WHERE w.id = ?1 OR (w.name = ?1 AND NOT w.deleted) ORDER BY w.id = ?1 DESC, w.changed_at DESC LIMIT 1",
    error);
  WeirStoredWorkflow *workflow;
  int code;

  if (find == NULL)
    return NULL;
  weir_sql_bind_text (find, 1, question->id, -1);
  sqlite3_bind_int64 (find, 2, question->version);
  code = weir_sql_step (sql, find, error);
  if (code == SQLITE_DONE && question->version != 0)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no version %u of a workflow %s", question->version,
                 question->id);
  else if (code == SQLITE_DONE)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no workflow \"%s\"", question->id);
  if (code != SQLITE_ROW)
    return NULL;
  workflow = g_new (WeirStoredWorkflow, 1);
  *workflow = (WeirStoredWorkflow) {
    .id = weir_sql_dup_text (find, 0),
    .name = weir_sql_dup_text (find, 1),
    .text = weir_sql_dup_text (find, 2),
    .folder = weir_sql_dup_text (find, 3),
    .version = (guint) sqlite3_column_int64 (find, 4),
  };
  return workflow;
}

/* The newest version. */
WeirStoredWorkflow *
weir_store_find_workflow (WeirSql *sql, const char *id_or_name, GError **error)
{
  WorkflowQuestion question = { .id = (char *) id_or_name };

  return find_workflow (sql, &question, error);
}

static gboolean
load_workflow (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  WorkflowQuestion settled = { 0 };
  WeirStoredWorkflow *found = find_workflow (sql, data, error);
  WeirStoredWorkflow *workflow;

  if (found == NULL)
    return FALSE;
  /* whoever knows a version by its number relies on it: it is settled, and read as it is then */
  weir_store_settle_version (self, found->id, found->version);
  settled.id = found->id;
  settled.version = found->version;
  workflow = find_workflow (sql, &settled, error);
  weir_stored_workflow_free (found);
  if (workflow == NULL)
    return FALSE;
  g_value_init (answer, WEIR_TYPE_STORED_WORKFLOW);
  g_value_take_boxed (answer, workflow);
  return TRUE;
}

/**
 * weir_store_load_workflow:
 * @self: a store
 * @id_or_name: an id, or the name of a workflow that is not deleted
 * @version: 0: the newest
 *
 * Returns: (transfer full): a future of a WeirStoredWorkflow (boxed); rejects with %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_store_load_workflow (WeirStore *self, const char *id_or_name, guint version)
{
  WorkflowQuestion *question = g_new0 (WorkflowQuestion, 1);

  question->id = g_strdup (id_or_name);
  question->version = version;
  return weir_store_ask (self, FALSE, load_workflow, question, workflow_question_free);
}

/**
 * weir_store_load_workflow_now:
 * @self: a store
 * @id_or_name: an id, or the name of a workflow that is not deleted
 * @version: 0: the newest
 * @error: set to %WEIR_ERROR_NOT_FOUND or %WEIR_ERROR_STORE
 *
 * The same at once; blocks until the reading thread has answered.
 *
 * Returns: (transfer full) (nullable): the workflow
 */
WeirStoredWorkflow *
weir_store_load_workflow_now (WeirStore *self, const char *id_or_name, guint version, GError **error)
{
  WorkflowQuestion question = { .id = (char *) id_or_name, .version = version };
  g_auto(GValue) answer = G_VALUE_INIT;

  if (!weir_store_ask_now (self, load_workflow, &question, &answer, error))
    return NULL;
  return g_value_dup_boxed (&answer);
}

static gboolean
list_workflows (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  g_autoptr(GListStore) workflows = g_list_store_new (WEIR_TYPE_WORKFLOW_INFO);
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql,
    "SELECT w.id, w.name, w.version, w.changed_at,"
    " run.id, run.workflow, run.workflow_name, run.version, run.status, run.created_at, run.ended_at, run.n_steps, "
    "run.error,"
    " (SELECT count(*) FROM effect WHERE run = run.id AND state NOT IN (2, 4)),"
    " (SELECT count(*) FROM effect WHERE run = run.id AND state = 2)"
    " FROM workflow w LEFT JOIN run ON run.id = (SELECT max (id) FROM run r WHERE r.workflow = w.id AND deleted_at = 0)"
    " WHERE NOT w.deleted ORDER BY w.changed_at DESC, w.id",
    error);
  int code;

  if (find == NULL)
    return FALSE;
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      gboolean has_run = sqlite3_column_type (find, 4) != SQLITE_NULL;
      g_autoptr(WeirRunInfo) last_run = has_run ? weir_store_run_from_row (find, 4) : NULL;
      g_autoptr(WeirWorkflowInfo) info = weir_workflow_info_new (
        (const char *) sqlite3_column_text (find, 0), (const char *) sqlite3_column_text (find, 1),
        (guint) sqlite3_column_int64 (find, 2), sqlite3_column_int64 (find, 3), last_run);

      g_list_store_append (workflows, info);
    }
  if (code != SQLITE_DONE)
    return FALSE;
  g_value_init (answer, G_TYPE_LIST_MODEL);
  g_value_take_object (answer, g_steal_pointer (&workflows));
  return TRUE;
}

/**
 * weir_store_list_workflows:
 * @self: a store
 *
 * Returns: (transfer full): a future of a GListModel of WeirWorkflowInfo, last changed first, without deleted ones
 */
DexFuture *
weir_store_list_workflows (WeirStore *self)
{
  return weir_store_ask (self, FALSE, list_workflows, NULL, NULL);
}
