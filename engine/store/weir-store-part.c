/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Deleting a part of a run: a block, a container with all that is in it, one item. The events stay, so that the journal still folds, without
 * what was in them; the lines of the log, the undo records and the kept results of the part go. It is claimed in the transaction that says
 * so and done in parts; what was begun before a crash is done again from the beginning, which changes nothing twice. */

#include "weir-store-private.h"

#include "weir-json.h"

#include <string.h>

#define ROWS_AT_ONCE 200

struct _WeirPartPurge
{
  gint64      id;
  WeirBatchPart part;
  gint64      next;    /* key of the last event that was looked at */
  gint64      indexed; /* key of the last line that the text index knows */
  GHashTable *around;  /* scope → its path, of those that the part may be in: "each[3]/"; an item that was tried again has several */
  GHashTable *items;   /* of guint32: scopes that are the part */
  GHashTable *scopes;  /* of guint32: these, and those in the part */
};

void
weir_part_purge_free (WeirPartPurge *self)
{
  if (self == NULL)
    return;
  g_free (self->part.block);
  g_free (self->part.path);
  g_hash_table_unref (self->around);
  g_hash_table_unref (self->items);
  g_hash_table_unref (self->scopes);
  g_free (self);
}

gboolean
weir_store_write_part (WeirStore *self, const WeirBatchPart *part, GError **error)
{
  g_autoptr(WeirStatement) add = weir_sql_prepare (
    self->writing, "INSERT INTO purge_part (run, scope, block, path, given) VALUES (?1, ?2, ?3, ?4, ?5)", error);

  if (add == NULL)
    return FALSE;
  sqlite3_bind_int64 (add, 1, part->run);
  sqlite3_bind_int64 (add, 2, part->scope);
  weir_sql_bind_text (add, 3, part->block, -1);
  weir_sql_bind_text (add, 4, part->path, -1);
  sqlite3_bind_int (add, 5, part->given);
  return weir_store_write_row (self->writing, add, error)
         && weir_store_forget_bin (self->writing, part->run, part->path, error);
}

/* ── what belongs to it ──────────────────────────────────────────────────────────────────── */

static gboolean
has_scope (GHashTable *scopes, gint64 scope)
{
  return g_hash_table_contains (scopes, GUINT_TO_POINTER ((guint) scope));
}

/* What the path of the part goes on with in a scope around it: "write", "each[3]"; NULL elsewhere. */
static const char *
find_rest (WeirPartPurge *self, gint64 scope)
{
  const char *path = g_hash_table_lookup (self->around, GUINT_TO_POINTER ((guint) scope));

  return path != NULL ? self->part.path + strlen (path) : NULL;
}

/* The block itself; what is in it belongs to scopes of its own. */
static gboolean
is_block (WeirPartPurge *self, gint64 scope, const char *block)
{
  return self->part.block != NULL && block != NULL && g_strcmp0 (find_rest (self, scope), block) == 0;
}

static gboolean
is_inside (WeirPartPurge *self, gint64 scope, const char *block)
{
  return has_scope (self->scopes, scope) || is_block (self, scope, block);
}

/* What the container noted of its item: when it is tried again, and why. */
static gboolean
is_of_item (WeirPartPurge *self, WeirEventKind kind, gint64 scope, const char *block, WeirValue *data)
{
  g_autofree char *item = NULL;

  if (kind != WEIR_EVENT_SWARM_ITEM || self->part.block != NULL)
    return FALSE;
  item = g_strdup_printf ("%s[%" G_GINT64_FORMAT "]", block, weir_value_get_member_int (data, "item", -1));
  return g_strcmp0 (find_rest (self, scope), item) == 0;
}

static void
note_opened (WeirPartPurge *self, gint64 scope, const char *block, WeirValue *data)
{
  gpointer opened = GUINT_TO_POINTER ((guint) weir_value_get_member_int (data, "scope", 0));
  const char *outer = g_hash_table_lookup (self->around, GUINT_TO_POINTER ((guint) scope));
  g_autofree char *path = NULL;

  if (is_inside (self, scope, block))
    {
      g_hash_table_add (self->scopes, opened);
      return;
    }
  if (outer == NULL)
    return;
  if (weir_value_find_member (data, "workflow") != NULL)
    path = g_strconcat (outer, block, "/", NULL);
  else
    path = g_strconcat (outer, block, "[", weir_value_get_member_text (data, "key", ""), "]/", NULL);
  if (self->part.block == NULL && strlen (path) == strlen (self->part.path) + 1
      && g_str_has_prefix (path, self->part.path))
    {
      g_hash_table_add (self->items, opened);
      g_hash_table_add (self->scopes, opened);
    }
  else if (g_str_has_prefix (self->part.path, path))
    g_hash_table_insert (self->around, opened, g_steal_pointer (&path));
}

/* Whether an event is one of the part. @border (out): what it says went to what is around the part. */
static gboolean
belongs (WeirPartPurge *self, WeirEventKind kind, gint64 scope, const char *block, WeirValue *data, gboolean *border)
{
  gint64 other = data != NULL ? weir_value_get_member_int (data, "scope", -1) : -1;

  if (kind == WEIR_EVENT_SCOPE_OPENED)
    note_opened (self, scope, block, data);
  *border = is_block (self, scope, block) || (has_scope (self->items, scope) && block == NULL);
  if (kind == WEIR_EVENT_SCOPE_OPENED || kind == WEIR_EVENT_SCOPE_CLOSED)
    {
      *border = has_scope (self->items, other);
      return has_scope (self->scopes, other);
    }
  if (kind >= WEIR_EVENT_PART_DELETED && kind <= WEIR_EVENT_PART_RESTORED)
    return FALSE;
  return is_inside (self, scope, block) || is_of_item (self, kind, scope, block, data);
}

/* ── events and lines ────────────────────────────────────────────────────────────────────── */

typedef struct
{
  gint64 key;
  char  *text; /* NULL: a line, which goes */
} Change;

static void
change_clear (gpointer data)
{
  g_free (((Change *) data)->text);
}

/* What is left of an event, if anything of it goes. FALSE on error. */
static gboolean
reduce (WeirStore *self, WeirPartPurge *purge, WeirStatement *row, char **reduced, GError **error)
{
  WeirEventKind kind = weir_event_kind_from_name ((const char *) sqlite3_column_text (row, 1));
  const char *text = (const char *) sqlite3_column_text (row, 4);
  g_autoptr(WeirValue) data = NULL;
  g_autoptr(WeirValue) left = NULL;
  gboolean border;

  *reduced = NULL;
  if (text == NULL)
    return TRUE;
  if (sqlite3_column_int (row, 5) > 0)
    data = weir_store_decode (self, text, sqlite3_column_bytes (row, 4), 2, NULL, NULL);
  /* big values may have gone before, with their age */
  if (data == NULL)
    data = weir_value_decode (text, sqlite3_column_bytes (row, 4), error);
  if (data == NULL)
    return FALSE;
  if (!belongs (purge, kind, sqlite3_column_int64 (row, 2), (const char *) sqlite3_column_text (row, 3), data, &border))
    return TRUE;
  left = weir_event_strip (kind, data, purge->part.given || !border);
  if (!weir_value_equal (left, data))
    *reduced = weir_value_encode (left, NULL);
  return TRUE;
}

/* Events after purge->next that change; @last: the last one that was looked at, G_MAXINT64 if there are no more. */
static gboolean
find_events (WeirStore *self, WeirSql *sql, WeirPartPurge *purge, GArray *changes, gint64 *last, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql,
    "SELECT key, name, scope, block, data, blobs FROM event JOIN event_kind ON event_kind.id = kind"
    " WHERE key > ?1 AND key <= ?2 ORDER BY key LIMIT ?3",
    error);
  guint n = 0;
  int code;

  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, purge->next);
  sqlite3_bind_int64 (find, 2, WEIR_STORE_KEY (purge->part.run, G_MAXUINT32));
  sqlite3_bind_int64 (find, 3, ROWS_AT_ONCE);
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      Change change = { sqlite3_column_int64 (find, 0), NULL };

      if (!reduce (self, purge, find, &change.text, error))
        return FALSE;
      if (change.text != NULL)
        g_array_append_val (changes, change);
      *last = change.key;
      n++;
    }
  if (n < ROWS_AT_ONCE)
    *last = G_MAXINT64;
  return code == SQLITE_DONE;
}

static gboolean
change_events (WeirSql *sql, GArray *changes, GError **error)
{
  for (guint i = 0; i < changes->len; i++)
    {
      const Change *change = &g_array_index (changes, Change, i);
      g_autoptr(WeirStatement) set = weir_sql_prepare (sql, "UPDATE event SET data = ?2, blobs = 0 WHERE key = ?1",
                                                        error);

      if (set == NULL)
        return FALSE;
      sqlite3_bind_int64 (set, 1, change->key);
      weir_sql_bind_text (set, 2, change->text, -1);
      if (weir_sql_step (sql, set, error) != SQLITE_DONE)
        return FALSE;
    }
  return TRUE;
}

/* Lines up to @last, whose scopes are known by now. */
static gboolean
remove_lines (WeirSql *sql, WeirPartPurge *purge, gint64 last, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql, "SELECT key, scope, block, message FROM log WHERE key > ?1 AND key <= ?2 ORDER BY key", error);
  g_autoptr(GArray) lines = g_array_new (FALSE, FALSE, sizeof (Change));
  int code;

  if (find == NULL)
    return FALSE;
  g_array_set_clear_func (lines, change_clear);
  sqlite3_bind_int64 (find, 1, purge->next);
  sqlite3_bind_int64 (find, 2, MIN (last, WEIR_STORE_KEY (purge->part.run, G_MAXUINT32)));
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    if (is_inside (purge, sqlite3_column_int64 (find, 1), (const char *) sqlite3_column_text (find, 2)))
      {
        Change line = { sqlite3_column_int64 (find, 0), weir_sql_dup_text (find, 3) };

        g_array_append_val (lines, line);
      }
  for (guint i = 0; code == SQLITE_DONE && i < lines->len; i++)
    {
      const Change *line = &g_array_index (lines, Change, i);

      if (!weir_store_remove_line (sql, line->key, line->text, line->key <= purge->indexed, error))
        return FALSE;
    }
  return code == SQLITE_DONE;
}

/* ── what the run still needs ────────────────────────────────────────────────────────────── */

/* Undo records. The scopes of all of it are known. */
static gboolean
remove_effects (WeirSql *sql, WeirPartPurge *purge, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql, "SELECT id, scope, block FROM effect WHERE run = ?1", error);
  g_autoptr(WeirStatement) claim = weir_sql_prepare (
    sql,
    "INSERT INTO meta SELECT 'last-effect', max (id) FROM effect WHERE run = ?1 HAVING max (id) IS NOT NULL"
    " ON CONFLICT (name) DO UPDATE SET value = max (value, excluded.value)",
    error);
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  int code;

  if (find == NULL || claim == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, purge->part.run);
  sqlite3_bind_int64 (claim, 1, purge->part.run);
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    if (is_inside (purge, sqlite3_column_int64 (find, 1), (const char *) sqlite3_column_text (find, 2)))
      {
        gint64 id = sqlite3_column_int64 (find, 0);

        g_array_append_val (ids, id);
      }
  if (code != SQLITE_DONE || (ids->len > 0 && weir_sql_step (sql, claim, error) != SQLITE_DONE))
    return FALSE;
  for (guint i = 0; i < ids->len; i++)
    {
      g_autoptr(WeirStatement) remove = weir_sql_prepare (sql, "DELETE FROM effect WHERE id = ?1", error);

      if (remove == NULL)
        return FALSE;
      sqlite3_bind_int64 (remove, 1, g_array_index (ids, gint64, i));
      if (weir_sql_step (sql, remove, error) != SQLITE_DONE)
        return FALSE;
    }
  return TRUE;
}

/* Results that were kept for other runs, by the path of the step. */
static gboolean
remove_kept (WeirSql *sql, WeirPartPurge *purge, GError **error)
{
  g_autoptr(WeirStatement) remove = weir_sql_prepare (
    sql,
    "DELETE FROM cache WHERE run = ?1 AND (step = ?2 OR substr (step, 1, length (?2) + 1) IN (?2 || '/', ?2 || '['))",
    error);

  if (remove == NULL)
    return FALSE;
  sqlite3_bind_int64 (remove, 1, purge->part.run);
  weir_sql_bind_text (remove, 2, purge->part.path, -1);
  return weir_sql_step (sql, remove, error) == SQLITE_DONE;
}

static gboolean
add_hashes (WeirSql *sql, const char *static_sql, gint64 run, GHashTable *needed, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql, static_sql, error);
  int code;

  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, run);
  sqlite3_bind_int64 (find, 2, WEIR_STORE_KEY (run, 0));
  sqlite3_bind_int64 (find, 3, WEIR_STORE_KEY (run, G_MAXUINT32));
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      g_autoptr(WeirValue) value = weir_value_decode ((const char *) sqlite3_column_text (find, 0),
                                                       sqlite3_column_bytes (find, 0), error);
      g_autoptr(GPtrArray) hashes = g_ptr_array_new_with_free_func (NULL);

      if (value == NULL)
        return FALSE;
      weir_store_find_hashes (value, hashes);
      for (guint i = 0; i < hashes->len; i++)
        g_hash_table_add (needed, g_ptr_array_index (hashes, i));
    }
  return code == SQLITE_DONE;
}

/* The run lets go of blobs that none of its rows names any more. */
static gboolean
drop_references (WeirSql *sql, gint64 run, GError **error)
{
  static const char *const holders[] = {
    "SELECT data FROM event WHERE key > ?2 AND key <= ?3 AND blobs > 0 AND ?1",
    "SELECT fields FROM log WHERE key > ?2 AND key <= ?3 AND blobs > 0 AND ?1",
    "SELECT before FROM effect WHERE run = ?1 AND before IS NOT NULL AND ?2 AND ?3",
    "SELECT after FROM effect WHERE run = ?1 AND after IS NOT NULL AND ?2 AND ?3",
  };
  g_autoptr(GHashTable) needed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GPtrArray) gone = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(WeirStatement) find = NULL;
  int code;

  for (guint i = 0; i < G_N_ELEMENTS (holders); i++)
    if (!add_hashes (sql, holders[i], run, needed, error))
      return FALSE;
  find = weir_sql_prepare (sql, "SELECT hash FROM blob_ref WHERE run = ?1", error);
  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, run);
  while ((code = weir_sql_step (sql, find, error)) == SQLITE_ROW)
    {
      g_autofree char *hash = weir_store_hash_of_bytes (sqlite3_column_blob (find, 0));

      if (!g_hash_table_contains (needed, hash))
        g_ptr_array_add (gone, g_memdup2 (sqlite3_column_blob (find, 0), 32));
    }
  for (guint i = 0; code == SQLITE_DONE && i < gone->len; i++)
    {
      g_autoptr(WeirStatement) drop = weir_sql_prepare (sql, "DELETE FROM blob_ref WHERE run = ?1 AND hash = ?2",
                                                         error);

      if (drop == NULL)
        return FALSE;
      sqlite3_bind_int64 (drop, 1, run);
      sqlite3_bind_blob (drop, 2, g_ptr_array_index (gone, i), 32, SQLITE_STATIC);
      if (weir_sql_step (sql, drop, error) != SQLITE_DONE)
        return FALSE;
    }
  return code == SQLITE_DONE;
}

/* ── a part at a time ────────────────────────────────────────────────────────────────────── */

static gboolean
find_claim (WeirSql *sql, WeirPartPurge **purge, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (
    sql, "SELECT id, run, scope, block, path, given FROM purge_part ORDER BY id LIMIT 1", error);
  int code;

  if (find == NULL)
    return FALSE;
  code = weir_sql_step (sql, find, error);
  if (code == SQLITE_ROW)
    {
      WeirPartPurge *self = *purge = g_new0 (WeirPartPurge, 1);

      self->id = sqlite3_column_int64 (find, 0);
      self->part.run = sqlite3_column_int64 (find, 1);
      self->part.scope = (guint32) sqlite3_column_int64 (find, 2);
      self->part.block = weir_sql_dup_text (find, 3);
      self->part.path = weir_sql_dup_text (find, 4);
      self->part.given = sqlite3_column_int (find, 5);
      self->next = WEIR_STORE_KEY (self->part.run, 0);
      self->around = g_hash_table_new_full (NULL, NULL, NULL, g_free);
      self->items = g_hash_table_new (NULL, NULL);
      self->scopes = g_hash_table_new (NULL, NULL);
      g_hash_table_insert (self->around, NULL, g_strdup (""));
    }
  return code == SQLITE_ROW || code == SQLITE_DONE;
}

static gboolean
finish (WeirSql *sql, WeirPartPurge *purge, GError **error)
{
  g_autoptr(WeirStatement) forget = weir_sql_prepare (sql, "DELETE FROM purge_part WHERE id = ?1", error);

  if (forget == NULL)
    return FALSE;
  sqlite3_bind_int64 (forget, 1, purge->id);
  return remove_effects (sql, purge, error) && remove_kept (sql, purge, error)
         && drop_references (sql, purge->part.run, error) && weir_sql_step (sql, forget, error) == SQLITE_DONE;
}

/* What is in the text index may have grown since the last part. */
static gboolean
read_indexed (WeirSql *sql, WeirPartPurge *purge, GError **error)
{
  g_autoptr(WeirStatement) find = weir_sql_prepare (sql, "SELECT indexed FROM run WHERE id = ?1", error);
  int code;

  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, purge->part.run);
  code = weir_sql_step (sql, find, error);
  if (code == SQLITE_ROW)
    purge->indexed = WEIR_STORE_KEY (purge->part.run, sqlite3_column_int64 (find, 0));
  return code == SQLITE_ROW || code == SQLITE_DONE;
}

/* @done: it was the last. */
static gboolean
purge_some (WeirStore *self, WeirSql *sql, WeirPartPurge *purge, gint64 until, gboolean *done, GError **error)
{
  *done = FALSE;
  if (!read_indexed (sql, purge, error))
    return FALSE;
  do
    {
      g_autoptr(GArray) changes = g_array_new (FALSE, FALSE, sizeof (Change));
      gint64 last = 0;

      g_array_set_clear_func (changes, change_clear);
      if (!find_events (self, sql, purge, changes, &last, error) || !change_events (sql, changes, error)
          || !remove_lines (sql, purge, last, error))
        return FALSE;
      purge->next = last;
      *done = last == G_MAXINT64;
    }
  while (!*done && g_get_monotonic_time () < until);
  return !*done || finish (sql, purge, error);
}

gboolean
weir_store_purge_part (WeirStore *self, WeirSql *sql, gint64 until, gboolean *more, GError **error)
{
  gboolean done = FALSE;

  *more = FALSE;
  if (self->part == NULL && !find_claim (sql, &self->part, error))
    return FALSE;
  if (self->part == NULL)
    return TRUE;
  *more = TRUE;
  if (!weir_store_begin (sql, error) || !purge_some (self, sql, self->part, until, &done, error)
      || !weir_store_end (sql, error))
    {
      weir_store_roll_back (sql);
      g_clear_pointer (&self->part, weir_part_purge_free);
      return FALSE;
    }
  if (done)
    g_clear_pointer (&self->part, weir_part_purge_free);
  self->may_shrink = self->may_empty_log = TRUE;
  return TRUE;
}
