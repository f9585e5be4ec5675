/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-store-jobs.h"

#include <string.h>

#include "weir-json.h"
#include "weir-step.h"

/* The numbers in the database are those of the enumerations. */
G_STATIC_ASSERT (WEIR_EFFECT_INTENDED == 0 && WEIR_EFFECT_COMPLETED == 1);
G_STATIC_ASSERT (WEIR_EFFECT_UNDONE == 2 && WEIR_EFFECT_KEPT == 3 && WEIR_EFFECT_DROPPED == 4);
G_STATIC_ASSERT (WEIR_UNDO_NONE == 0 && WEIR_UNDO_EXACT == 1);
G_STATIC_ASSERT (WEIR_UNDO_COMPENSATE == 2 && WEIR_UNDO_IRREVERSIBLE == 3);
G_STATIC_ASSERT (WEIR_LOG_DEBUG == 0 && WEIR_LOG_INFO == 1 && WEIR_LOG_WARNING == 2 && WEIR_LOG_ERROR == 3);

static gboolean
run_control (WeirSql *sql, const char *static_sql, GError **error)
{
  g_autoptr(WeirStatement) control = weir_sql_prepare (sql, static_sql, error);
  int code;

  if (control == NULL)
    return FALSE;
  code = sqlite3_step (control);
  return code == SQLITE_DONE || weir_sql_fail (sql, code, "write to", error);
}

gboolean
weir_store_begin (WeirSql *sql, GError **error)
{
  return run_control (sql, "BEGIN IMMEDIATE", error);
}

gboolean
weir_store_end (WeirSql *sql, GError **error)
{
  return run_control (sql, "COMMIT", error);
}

/* Some errors have rolled back already. */
void
weir_store_roll_back (WeirSql *sql)
{
  if (!sqlite3_get_autocommit (sql->db))
    sqlite3_exec (sql->db, "ROLLBACK", NULL, NULL, NULL);
}

/* A row that breaks a rule of the schema is a mistake of the program. It must not keep all that comes after it from
 * the disk, which trying again for ever would do. */
gboolean
weir_store_write_row (WeirSql *sql, WeirStatement *statement, GError **error)
{
  int code = sqlite3_step (statement);

  if (code == SQLITE_DONE)
    return TRUE;
  if ((code & 0xff) == SQLITE_CONSTRAINT)
    {
      g_critical ("Row refused: %s in %s", sqlite3_errmsg (sql->db), sqlite3_sql (statement));
      return TRUE;
    }
  return weir_sql_fail (sql, code, "write to", error);
}

gboolean
weir_store_add_references (WeirStore *self, gint64 holder, GPtrArray *hashes, GError **error)
{
  for (guint i = 0; i < hashes->len; i++)
    {
      g_autoptr(WeirStatement) add = weir_sql_prepare (self->writing, "INSERT OR IGNORE INTO blob_ref VALUES (?1, ?2)",
                                                        error);
      guint8 bytes[32];

      if (add == NULL)
        return FALSE;
      weir_store_hash_to_bytes (g_ptr_array_index (hashes, i), bytes);
      sqlite3_bind_blob (add, 1, bytes, sizeof bytes, SQLITE_STATIC);
      sqlite3_bind_int64 (add, 2, holder);
      if (!weir_store_write_row (self->writing, add, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_log (WeirStore *self, WeirBatchOp *op, GPtrArray *hashes, GError **error)
{
  WeirEvent *event = op->event.event;
  g_autoptr(WeirStatement) add = weir_sql_prepare (
    self->writing, "INSERT INTO log VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)", error);
  g_autofree char *fields = NULL;
  WeirValue *value = event->data != NULL ? weir_value_find_member (event->data, "fields") : NULL;
  guint n_before = hashes->len;
  gsize length = 0;

  if (add == NULL)
    return FALSE;
  if (value != NULL && !weir_value_is_null (value))
    {
      fields = weir_keeper_encode (self->keeper, value, 0, &length, hashes, error);
      if (fields == NULL)
        return FALSE;
    }
  sqlite3_bind_int64 (add, 1, WEIR_STORE_KEY (event->run, event->seq));
  sqlite3_bind_int64 (add, 2, event->at);
  sqlite3_bind_int64 (add, 3, event->mono);
  sqlite3_bind_int64 (add, 4, event->scope);
  sqlite3_bind_int64 (add, 5, event->firing);
  sqlite3_bind_int64 (add, 6, event->attempt);
  weir_sql_bind_text (add, 7, event->block, -1);
  sqlite3_bind_int64 (
    add, 8, event->data != NULL ? weir_value_get_member_int (event->data, "level", WEIR_LOG_INFO) : WEIR_LOG_INFO);
  weir_sql_bind_text (add, 9, op->event.path, -1);
  weir_sql_bind_text (add, 10, op->event.block_path, -1);
  weir_sql_bind_text (add, 11, event->data != NULL ? weir_value_get_member_text (event->data, "message", "") : "", -1);
  weir_sql_bind_text (add, 12, fields, (gssize) length);
  sqlite3_bind_int (add, 13, (int) (hashes->len - n_before));
  g_hash_table_add (self->unindexed, GINT_TO_POINTER ((int) event->run));
  return weir_store_write_row (self->writing, add, error);
}

static gboolean
write_event (WeirStore *self, WeirEvent *event, GPtrArray *hashes, GError **error)
{
  g_autoptr(WeirStatement) add = weir_sql_prepare (
    self->writing, "INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", error);
  g_autofree char *data = NULL;
  guint n_before = hashes->len;
  gsize length = 0;

  if (add == NULL)
    return FALSE;
  if (event->data != NULL)
    {
      data = weir_keeper_encode (self->keeper, event->data, 2, &length, hashes, error);
      if (data == NULL)
        return FALSE;
    }
  sqlite3_bind_int64 (add, 1, WEIR_STORE_KEY (event->run, event->seq));
  sqlite3_bind_int (add, 2, self->kind_ids[event->kind]);
  sqlite3_bind_int64 (add, 3, event->at);
  sqlite3_bind_int64 (add, 4, event->mono);
  sqlite3_bind_int64 (add, 5, event->scope);
  sqlite3_bind_int64 (add, 6, event->firing);
  sqlite3_bind_int64 (add, 7, event->attempt);
  weir_sql_bind_text (add, 8, event->block, -1);
  weir_sql_bind_text (add, 9, data, (gssize) length);
  sqlite3_bind_int (add, 10, (int) (hashes->len - n_before));
  return weir_store_write_row (self->writing, add, error);
}

static gboolean
write_run (WeirStore *self, WeirBatchRun *run, GError **error)
{
  g_autoptr(WeirStatement) put = weir_sql_prepare (
    self->writing,
    "INSERT INTO run (id, workflow, workflow_name, version, status, created_at, ended_at, n_steps, error)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
    " ON CONFLICT (id) DO UPDATE SET status = ?5, ended_at = ?7, n_steps = ?8, error = ?9",
    error);

  if (put == NULL)
    return FALSE;
  sqlite3_bind_int64 (put, 1, run->id);
  weir_sql_bind_text (put, 2, run->workflow_id, -1);
  weir_sql_bind_text (put, 3, run->workflow_name, -1);
  sqlite3_bind_int64 (put, 4, run->version);
  weir_sql_bind_text (put, 5, weir_run_status_get_name (run->status), -1);
  sqlite3_bind_int64 (put, 6, run->created_at);
  sqlite3_bind_int64 (put, 7, run->ended_at);
  sqlite3_bind_int64 (put, 8, run->n_steps);
  weir_sql_bind_text (put, 9, run->error, -1);
  return weir_store_write_row (self->writing, put, error);
}

gboolean
weir_store_bind_value (
  WeirStore *self, WeirStatement *statement, int index, WeirValue *value, GPtrArray *hashes, GError **error)
{
  gsize length = 0;
  char *text;

  if (value == NULL)
    return TRUE;
  text = weir_keeper_encode (self->keeper, value, 0, &length, hashes, error);
  if (text == NULL)
    return FALSE;
  sqlite3_bind_text64 (statement, index, text, length, g_free, SQLITE_UTF8);
  return TRUE;
}

static void
bind_effect_key (WeirStatement *put, const WeirEffect *effect)
{
  sqlite3_bind_int64 (put, 2, effect->run);
  sqlite3_bind_int64 (put, 3, effect->scope);
  sqlite3_bind_int64 (put, 4, effect->firing);
  weir_sql_bind_text (put, 5, effect->block, -1);
  weir_sql_bind_text (put, 6, effect->kind, -1);
  weir_sql_bind_text (put, 7, effect->type, -1);
  weir_sql_bind_text (put, 8, effect->target, -1);
  sqlite3_bind_int (put, 9, effect->undo);
  sqlite3_bind_int64 (put, 11, effect->at);
}

static gboolean
write_effect (WeirStore *self, const WeirEffect *effect, GPtrArray *hashes, GError **error)
{
  /* without a type it is news of an effect that is known: what it does not say stays */
  g_autoptr(WeirStatement) put = weir_sql_prepare (
    self->writing,
    effect->type == NULL
      ? "UPDATE effect SET state = ?10, before = COALESCE (?12, before), after = COALESCE (?13, after),"
        " blobs = blobs + ?14 WHERE id = ?1"
      : "INSERT INTO effect VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
        " ON CONFLICT (id) DO UPDATE SET state = ?10, before = ?12, after = ?13, blobs = ?14",
    error);
  guint n_before = hashes->len;

  if (put == NULL || !weir_store_bind_value (self, put, 12, effect->before, hashes, error)
      || !weir_store_bind_value (self, put, 13, effect->after, hashes, error))
    return FALSE;
  sqlite3_bind_int64 (put, 1, effect->id);
  sqlite3_bind_int (put, 10, effect->state);
  sqlite3_bind_int (put, 14, (int) (hashes->len - n_before));
  if (effect->type != NULL)
    bind_effect_key (put, effect);
  /* What the step kept with put_blob() and put_file() it names by hash in its record. */
  if (effect->before != NULL)
    weir_store_find_hashes (effect->before, hashes);
  if (effect->after != NULL)
    weir_store_find_hashes (effect->after, hashes);
  return weir_store_write_row (self->writing, put, error);
}

static gboolean
write_variable (WeirStore *self, WeirBatchOp *op, GPtrArray *hashes, GError **error)
{
  const char *workflow = op->variable.workflow_id != NULL ? op->variable.workflow_id : "";
  g_autoptr(WeirStatement) put = NULL;

  if (op->variable.value == NULL)
    put = weir_sql_prepare (self->writing, "DELETE FROM variable WHERE workflow = ?1 AND name = ?2", error);
  else
    put = weir_sql_prepare (self->writing,
                            "INSERT INTO variable VALUES (?1, ?2, ?3, ?4)"
                            " ON CONFLICT (workflow, name) DO UPDATE SET value = ?3, blobs = ?4",
                            error);
  if (put == NULL)
    return FALSE;
  weir_sql_bind_text (put, 1, workflow, -1);
  weir_sql_bind_text (put, 2, op->variable.name, -1);
  if (op->variable.value != NULL)
    {
      if (!weir_store_bind_value (self, put, 3, op->variable.value, hashes, error))
        return FALSE;
      sqlite3_bind_int (put, 4, (int) hashes->len);
    }
  return weir_store_write_row (self->writing, put, error);
}

static gboolean
write_op (WeirStore *self, WeirBatchOp *op, GPtrArray *hashes, GError **error)
{
  gint64 holder = 0;
  gboolean ok;

  switch (op->kind)
    {
    case WEIR_BATCH_EVENT:
      holder = op->event.event->run;
      if (op->event.event->kind == WEIR_EVENT_LOG)
        ok = write_log (self, op, hashes, error);
      else
        ok = write_event (self, op->event.event, hashes, error);
      break;
    case WEIR_BATCH_RUN:
      ok = write_run (self, op->run, error);
      break;
    case WEIR_BATCH_EFFECT:
      holder = op->effect->run;
      ok = write_effect (self, op->effect, hashes, error);
      break;
    case WEIR_BATCH_VARIABLE:
      ok = write_variable (self, op, hashes, error);
      break;
    case WEIR_BATCH_STATE:
      ok = weir_store_write_state (self, op->state, hashes, &holder, error);
      break;
    case WEIR_BATCH_CACHED:
      ok = weir_store_write_cached (self, op->cached, hashes, &holder, error);
      break;
    case WEIR_BATCH_RUN_FIELDS:
      ok = weir_store_write_run_fields (self, op->run_fields, error);
      break;
    case WEIR_BATCH_REPORT:
      ok = weir_store_write_report (self, op->report, hashes, &holder, error);
      break;
    case WEIR_BATCH_AUDIT:
      ok = weir_store_add_audit (self->writing, op->audit->actor, op->audit->action, op->audit->subject,
                                 op->audit->reason, error);
      break;
    case WEIR_BATCH_PART:
      ok = weir_store_write_part (self, op->part, error);
      break;
    case WEIR_BATCH_BIN:
      ok = weir_store_write_bin (self, op->bin, error);
      break;
    default:
      g_assert_not_reached ();
    }
  return ok && (hashes->len == 0 || weir_store_add_references (self, holder, hashes, error));
}

static gboolean
write_rows (WeirStore *self, WeirBatch *batch, GError **error)
{
  g_autoptr(GPtrArray) hashes = g_ptr_array_new_with_free_func (g_free); /* that one row refers to; most to none */

  for (guint i = 0; i < batch->ops->len; i++)
    {
      if (!write_op (self, &g_array_index (batch->ops, WeirBatchOp, i), hashes, error))
        return FALSE;
      while (hashes->len > 0)
        g_ptr_array_add (self->referenced, g_ptr_array_steal_index_fast (hashes, hashes->len - 1));
    }
  return TRUE;
}

static void
end_transaction (WeirStore *self)
{
  self->open = FALSE;
  self->n_written = 0;
  g_clear_pointer (&self->referenced, g_ptr_array_unref);
}

/* Writes what is pending and not yet in the transaction, which is begun if there is none. When this returns FALSE there is none any more,
 * and all is still to be written. */
gboolean
weir_store_write_pending_rows (WeirStore *self, GError **error)
{
  gboolean ok = self->open || (weir_store_sync_new (self, error) && weir_store_begin (self->writing, error));

  if (ok && !self->open)
    {
      self->open = TRUE;
      self->referenced = g_ptr_array_new_with_free_func (g_free);
    }
  for (GList *link = g_queue_peek_nth_link (&self->pending, self->n_written); ok && link != NULL; link = link->next)
    {
      ok = write_rows (self, ((WeirJob *) link->data)->batch, error);
      self->n_written++;
    }
  if (ok)
    return TRUE;
  weir_store_roll_back (self->writing);
  end_transaction (self);
  return FALSE;
}

/* Writes all that is pending in one transaction. When this returns TRUE it is on disk; when FALSE, nothing of it is. */
gboolean
weir_store_write_pending (WeirStore *self, GError **error)
{
  if (!weir_store_write_pending_rows (self, error))
    return FALSE;
  if (!weir_store_end (self->writing, error))
    {
      weir_store_roll_back (self->writing);
      end_transaction (self);
      return FALSE;
    }
  self->n_commits++;
  for (guint i = 0; i < self->referenced->len; i++)
    weir_store_blob_is_referenced (self, g_ptr_array_index (self->referenced, i));
  end_transaction (self);
  return TRUE;
}
