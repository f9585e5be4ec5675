/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Versions of a workflow: their list, their names, and which of them may still change. */

#include "weir-store-private.h"

typedef struct
{
  char *id;
  char *name;
  guint version;
} VersionQuestion;

static void
version_question_free (gpointer data)
{
  VersionQuestion *self = data;

  g_free (self->id);
  g_free (self->name);
  g_free (self);
}

static VersionQuestion *
version_question_new (const char *id, guint version, const char *name)
{
  VersionQuestion *self = g_new (VersionQuestion, 1);

  *self = (VersionQuestion) { g_strdup (id), g_strdup (name), version };
  return self;
}

/* ── settled ones ────────────────────────────────────────────────────────────────────────── */

static char *
version_key (const char *id, guint version)
{
  return g_strdup_printf ("%s@%u", id, version);
}

/**
 * weir_store_settle_version:
 * @self: a store
 * @id: of a workflow
 * @version: one of its versions
 *
 * From now on the version is not amended: somebody knows it by its number. A version that another process saved never is. Any thread.
 */
void
weir_store_settle_version (WeirStore *self, const char *id, guint version)
{
  g_mutex_lock (&self->settled_lock);
  g_hash_table_add (self->settled, version_key (id, version));
  g_mutex_unlock (&self->settled_lock);
}

/* With the lock held. */
gboolean
weir_store_is_settled (WeirStore *self, const char *id, guint version)
{
  g_autofree char *key = version_key (id, version);

  return g_hash_table_contains (self->settled, key);
}

/* ── names ───────────────────────────────────────────────────────────────────────────────── */

static gboolean
name_version (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  VersionQuestion *question = data;
  g_autoptr(WeirStatement) put = weir_sql_prepare (
    sql,
    "UPDATE version SET message = ?3 WHERE workflow = ?1 AND version ="
    " iif (?2 = 0, (SELECT version FROM workflow WHERE id = ?1), ?2) RETURNING version",
    error);
  int code;

  if (put == NULL)
    return FALSE;
  weir_sql_bind_text (put, 1, question->id, -1);
  sqlite3_bind_int64 (put, 2, question->version);
  weir_sql_bind_text (put, 3, question->name, -1);
  code = weir_sql_step (sql, put, error);
  if (code == SQLITE_DONE)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no version %u of a workflow %s", question->version,
                 question->id);
  if (code != SQLITE_ROW)
    return FALSE;
  g_value_init (answer, G_TYPE_UINT);
  g_value_set_uint (answer, (guint) sqlite3_column_int64 (put, 0));
  if (weir_sql_step (sql, put, error) != SQLITE_DONE)
    return FALSE;
  weir_store_settle_version (self, question->id, g_value_get_uint (answer));
  return TRUE;
}

/**
 * weir_store_name_version:
 * @self: a store
 * @id: of a workflow
 * @version: one of its versions; 0: the newest
 * @name: (nullable): what to call it; %NULL takes its name away
 *
 * Returns: (transfer full): a future of the version (guint), resolved once it is on disk; rejects with %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_store_name_version (WeirStore *self, const char *id, guint version, const char *name)
{
  return weir_store_ask (self, TRUE, name_version, version_question_new (id, version, name), version_question_free);
}

/* ── the list ────────────────────────────────────────────────────────────────────────────── */

static gboolean
list_versions (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  VersionQuestion *question = data;
  g_autoptr(GPtrArray) versions = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_version_info_free);
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql, "SELECT version, saved_at, message FROM version WHERE workflow = ?1 ORDER BY version DESC", error);
  int code;

  if (find == NULL)
    return FALSE;
  weir_sql_bind_text (find, 1, question->id, -1);
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      WeirVersionInfo *info = g_new0 (WeirVersionInfo, 1);

      info->version = (guint) sqlite3_column_int64 (find, 0);
      info->saved_at = sqlite3_column_int64 (find, 1);
      info->message = weir_sql_dup_text (find, 2);
      g_ptr_array_add (versions, info);
    }
  if (code != SQLITE_DONE)
    return FALSE;
  g_value_init (answer, G_TYPE_PTR_ARRAY);
  g_value_take_boxed (answer, g_steal_pointer (&versions));
  return TRUE;
}

/**
 * weir_store_list_versions:
 * @self: a store
 * @id: of a workflow
 *
 * Returns: (transfer full): a future of a GPtrArray (boxed) of WeirVersionInfo, newest first; empty if there is no
 *   such workflow
 */
DexFuture *
weir_store_list_versions (WeirStore *self, const char *id)
{
  return weir_store_ask (self, FALSE, list_versions, version_question_new (id, 0, NULL), version_question_free);
}
