/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fixtures: named sets of outputs that stand in for blocks. */

#include "weir-store-private.h"

typedef struct
{
  char *workflow;
  char *name;
  GPtrArray *fixtures;
} FixtureQuestion;

static FixtureQuestion *
fixture_question_new (const char *workflow_id, const char *name, GPtrArray *fixtures)
{
  FixtureQuestion *self = g_new (FixtureQuestion, 1);

  *self = (FixtureQuestion) { g_strdup (workflow_id != NULL ? workflow_id : ""), g_strdup (name), fixtures };
  return self;
}

static void
fixture_question_free (gpointer data)
{
  FixtureQuestion *self = data;

  g_free (self->workflow);
  g_free (self->name);
  g_clear_pointer (&self->fixtures, g_ptr_array_unref);
  g_free (self);
}

/**
 * weir_fixture_new:
 * @block: path of the block in the workflow
 * @outputs: a record by port
 * @run: that they are from; 0: typed in
 *
 * Returns: (transfer full): a fixture
 */
WeirFixture *
weir_fixture_new (const char *block, WeirValue *outputs, gint64 run)
{
  WeirFixture *self = g_new (WeirFixture, 1);

  *self = (WeirFixture) { g_strdup (block), weir_value_ref (outputs), run, g_get_real_time () };
  return self;
}

/**
 * weir_fixture_free:
 * @self: (transfer full): a fixture
 */
void
weir_fixture_free (WeirFixture *self)
{
  g_free (self->block);
  g_clear_pointer (&self->outputs, weir_value_unref);
  g_free (self);
}

/**
 * weir_fixture_set_free:
 * @self: (transfer full): a line of a list
 */
void
weir_fixture_set_free (WeirFixtureSet *self)
{
  g_free (self->name);
  g_free (self);
}

/* ── saving ──────────────────────────────────────────────────────────────────────────────── */

static gboolean
remove_set (WeirSql *sql, FixtureQuestion *question, GError **error)
{
  g_autoptr(WeirStatement) remove = weir_sql_prepare (sql, "DELETE FROM fixture WHERE workflow = ?1 AND name = ?2",
                                                       error);

  if (remove == NULL)
    return FALSE;
  weir_sql_bind_text (remove, 1, question->workflow, -1);
  weir_sql_bind_text (remove, 2, question->name, -1);
  return weir_sql_step (sql, remove, error) == SQLITE_DONE;
}

static gboolean
add_fixture (
  WeirStore *self, WeirSql *sql, FixtureQuestion *question, WeirFixture *fixture, GPtrArray *referenced, GError **error)
{
  g_autoptr(GPtrArray) hashes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(WeirStatement) add = weir_sql_prepare (
    sql,
    "INSERT INTO fixture (workflow, name, block, outputs, blobs, run, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    error);

  if (add == NULL || !weir_store_bind_value (self, add, 4, fixture->outputs, hashes, error))
    return FALSE;
  weir_sql_bind_text (add, 1, question->workflow, -1);
  weir_sql_bind_text (add, 2, question->name, -1);
  weir_sql_bind_text (add, 3, fixture->block, -1);
  sqlite3_bind_int (add, 5, (int) hashes->len);
  sqlite3_bind_int64 (add, 6, fixture->run);
  sqlite3_bind_int64 (add, 7, fixture->created_at);
  if (weir_sql_step (sql, add, error) != SQLITE_DONE
      || !weir_store_add_references (self, WEIR_STORE_HOLDER_FIXTURE (sqlite3_last_insert_rowid (sql->db)), hashes,
                                     error))
    return FALSE;
  g_ptr_array_extend_and_steal (referenced, g_steal_pointer (&hashes));
  return TRUE;
}

static gboolean
replace_set (WeirStore *self, WeirSql *sql, FixtureQuestion *question, GPtrArray *referenced, GError **error)
{
  if (!remove_set (sql, question, error))
    return FALSE;
  for (guint i = 0; i < question->fixtures->len; i++)
    if (!add_fixture (self, sql, question, g_ptr_array_index (question->fixtures, i), referenced, error))
      return FALSE;
  return TRUE;
}

static gboolean
save_fixtures (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  g_autoptr(GPtrArray) referenced = g_ptr_array_new_with_free_func (g_free);

  if (!weir_store_begin (sql, error) || !replace_set (self, sql, data, referenced, error)
      || !weir_store_end (sql, error))
    {
      weir_store_roll_back (sql);
      return FALSE;
    }
  for (guint i = 0; i < referenced->len; i++)
    weir_store_blob_is_referenced (self, g_ptr_array_index (referenced, i));
  g_value_init (answer, G_TYPE_BOOLEAN);
  g_value_set_boolean (answer, TRUE);
  return TRUE;
}

/**
 * weir_store_save_fixtures:
 * @self: a store
 * @workflow_id: whose blocks they stand in for
 * @name: of the set
 * @fixtures: (transfer full): of WeirFixture, each for another block; empty: the set is removed
 *
 * Replaces the whole set.
 *
 * Returns: (transfer full): a future of TRUE, resolved once it is on disk; rejects with %WEIR_ERROR_STORE
 */
DexFuture *
weir_store_save_fixtures (WeirStore *self, const char *workflow_id, const char *name, GPtrArray *fixtures)
{
  return weir_store_ask (self, TRUE, save_fixtures, fixture_question_new (workflow_id, name, fixtures),
                         fixture_question_free);
}

/* ── asking ──────────────────────────────────────────────────────────────────────────────── */

static WeirFixture *
fixture_from_row (WeirStore *self, WeirStatement *row, GHashTable *seen, GError **error)
{
  WeirFixture *fixture = g_new0 (WeirFixture, 1);

  fixture->block = weir_sql_dup_text (row, 0);
  fixture->run = sqlite3_column_int64 (row, 3);
  fixture->created_at = sqlite3_column_int64 (row, 4);
  if (!weir_store_read_value (self, row, 1, 2, 0, TRUE, seen, &fixture->outputs, error))
    g_clear_pointer (&fixture, weir_fixture_free);
  return fixture;
}

static gboolean
load_fixtures (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  FixtureQuestion *question = data;
  g_autoptr(GPtrArray) fixtures = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_fixture_free);
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                       (GDestroyNotify) weir_value_unref);
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql, "SELECT block, outputs, blobs, run, created_at FROM fixture WHERE workflow = ?1 AND name = ?2 ORDER BY block",
    error);
  int code;

  if (find == NULL)
    return FALSE;
  weir_sql_bind_text (find, 1, question->workflow, -1);
  weir_sql_bind_text (find, 2, question->name, -1);
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      WeirFixture *fixture = fixture_from_row (self, find, seen, error);

      if (fixture == NULL)
        return FALSE;
      g_ptr_array_add (fixtures, fixture);
    }
  if (code == SQLITE_DONE && fixtures->len == 0)
    g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There are no fixtures \"%s\"", question->name);
  return code == SQLITE_DONE && fixtures->len > 0
         && weir_store_answer_boxed (answer, g_steal_pointer (&fixtures), G_TYPE_PTR_ARRAY);
}

/**
 * weir_store_load_fixtures:
 * @self: a store
 * @workflow_id: whose blocks they stand in for
 * @name: of the set
 *
 * Returns: (transfer full): a future of a GPtrArray (boxed) of WeirFixture, by path of the block, outputs whole;
 *   rejects with %WEIR_ERROR_NOT_FOUND
 */
DexFuture *
weir_store_load_fixtures (WeirStore *self, const char *workflow_id, const char *name)
{
  return weir_store_ask (self, FALSE, load_fixtures, fixture_question_new (workflow_id, name, NULL),
                         fixture_question_free);
}

static gboolean
list_fixtures (WeirStore *self, WeirSql *sql, gpointer data, GValue *answer, GError **error)
{
  FixtureQuestion *question = data;
  g_autoptr(GPtrArray) sets = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_fixture_set_free);
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql,
    "SELECT name, count(*), max(run), max(created_at) FROM fixture WHERE workflow = ?1 GROUP BY name ORDER BY name",
    error);
  int code;

  if (find == NULL)
    return FALSE;
  weir_sql_bind_text (find, 1, question->workflow, -1);
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      WeirFixtureSet *set = g_new (WeirFixtureSet, 1);

      *set = (WeirFixtureSet) { weir_sql_dup_text (find, 0), (guint) sqlite3_column_int64 (find, 1),
                                sqlite3_column_int64 (find, 2), sqlite3_column_int64 (find, 3) };
      g_ptr_array_add (sets, set);
    }
  return code == SQLITE_DONE && weir_store_answer_boxed (answer, g_steal_pointer (&sets), G_TYPE_PTR_ARRAY);
}

/**
 * weir_store_list_fixtures:
 * @self: a store
 * @workflow_id: whose blocks they stand in for
 *
 * Returns: (transfer full): a future of a GPtrArray (boxed) of WeirFixtureSet, by name
 */
DexFuture *
weir_store_list_fixtures (WeirStore *self, const char *workflow_id)
{
  return weir_store_ask (self, FALSE, list_fixtures, fixture_question_new (workflow_id, NULL, NULL),
                         fixture_question_free);
}
