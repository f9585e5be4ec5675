/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-store-private.h"

#include <string.h>

#include "weir-json.h"

/* Big values of this many levels are found: the members of an event's data ("result") and theirs ("outputs", by
 * port). */
#define DEPTH 2
/* As many big values are remembered, so that one that passes through many blocks is written once. */
#define N_KEPT 32
#define KEPT_BYTES (256 * 1024 * 1024)
#define PREVIEW_BYTES 200
#define STUB_KEY "$blob"

/* A big value that lies in blobs/. Holding the value keeps its address from being used for another. */
typedef struct
{
  WeirValue *value;
  WeirValue *stub;  /* {"$blob": hash, "size", "type", "preview"} */
  char      *hash;
  gsize      size;
} Kept;

/* Writing thread only. */
struct _WeirKeeper
{
  WeirStore  *store;
  GHashTable *by_value; /* WeirValue -> Kept */
  GQueue      order;    /* of Kept, oldest first */
  gsize       bytes;
};

static void
kept_free (gpointer data)
{
  Kept *self = data;

  weir_value_unref (self->value);
  weir_value_unref (self->stub);
  g_free (self->hash);
  g_free (self);
}

WeirKeeper *
weir_keeper_new (WeirStore *store)
{
  WeirKeeper *self = g_new0 (WeirKeeper, 1);

  self->store = store;
  self->by_value = g_hash_table_new_full (NULL, NULL, NULL, kept_free);
  g_queue_init (&self->order);
  return self;
}

void
weir_keeper_free (WeirKeeper *self)
{
  weir_keeper_forget (self);
  g_hash_table_unref (self->by_value);
  g_free (self);
}

/* Lets go of the values: when a blob is removed, or nothing was written for a while. */
void
weir_keeper_forget (WeirKeeper *self)
{
  g_queue_clear (&self->order);
  g_hash_table_remove_all (self->by_value);
  self->bytes = 0;
}

static WeirValue *
make_stub (WeirValue *value, const char *hash, gsize size)
{
  g_autofree char *preview = weir_value_to_display (value, PREVIEW_BYTES);
  WeirBuilder *builder = weir_record_builder_new (4);

  weir_builder_set_take (builder, STUB_KEY, weir_value_new_text (hash));
  weir_builder_set_take (builder, "size", weir_value_new_int ((gint64) size));
  weir_builder_set_take (builder, "type", weir_value_new_text (weir_value_get_kind_name (value)));
  weir_builder_set_take (builder, "preview", weir_value_new_text (preview));
  return weir_builder_end (builder);
}

static Kept *
keep (WeirKeeper *self, WeirValue *value, GError **error)
{
  g_autofree char *hash = NULL;
  g_autofree char *text = NULL;
  gsize size = 0;
  Kept *kept;

  text = weir_value_encode (value, &size);
  hash = weir_store_put_blob (self->store, text, size, error);
  if (hash == NULL)
    return NULL;
  while (self->order.length >= N_KEPT || (self->order.length > 0 && self->bytes + size > KEPT_BYTES))
    {
      Kept *oldest = g_queue_pop_head (&self->order);

      self->bytes -= oldest->size;
      g_hash_table_remove (self->by_value, oldest->value);
    }
  kept = g_new (Kept, 1);
  *kept = (Kept) {
    .value = weir_value_ref (value),
    .stub = make_stub (value, hash, size),
    .hash = g_steal_pointer (&hash),
    .size = size,
  };
  self->bytes += size;
  g_queue_push_tail (&self->order, kept);
  g_hash_table_insert (self->by_value, value, kept);
  return kept;
}

/* The stub of a big value, which is stored if it is not yet. (transfer full) */
static WeirValue *
replace_by_stub (WeirKeeper *self, WeirValue *value, GPtrArray *hashes, GError **error)
{
  Kept *kept = g_hash_table_lookup (self->by_value, value);

  if (kept == NULL)
    kept = keep (self, value, error);
  if (kept == NULL)
    return NULL;
  g_ptr_array_add (hashes, g_strdup (kept->hash));
  return weir_value_ref (kept->stub);
}

/* A record that looks like a stub must not be taken for one when it is read. */
static gboolean
must_leave (WeirKeeper *self, WeirValue *value)
{
  if (g_hash_table_contains (self->by_value, value))
    return TRUE;
  if (weir_value_get_kind (value) == WEIR_VALUE_RECORD && weir_value_find_member (value, STUB_KEY) != NULL)
    return TRUE;
  return weir_value_estimate_size (value, WEIR_STORE_BLOB_SIZE) >= WEIR_STORE_BLOB_SIZE;
}

/* The value with big parts replaced. @depth: how many levels of records may still be opened to find them. (transfer
 * full) */
static WeirValue *
reduce (WeirKeeper *self, WeirValue *value, guint depth, GPtrArray *hashes, GError **error)
{
  g_autoptr(WeirValue) reduced = NULL;
  WeirBuilder *builder;
  gsize n_members;
  guint n_before = hashes->len;

  if (weir_value_get_kind (value) != WEIR_VALUE_RECORD || depth == 0
      || (depth < DEPTH && weir_value_find_member (value, STUB_KEY) != NULL))
    return must_leave (self, value) ? replace_by_stub (self, value, hashes, error) : weir_value_ref (value);

  n_members = weir_value_get_length (value);
  builder = weir_record_builder_new (n_members);
  for (gsize i = 0; i < n_members; i++)
    {
      WeirValue *member = reduce (self, weir_value_get_item (value, i), depth - 1, hashes, error);

      if (member == NULL)
        {
          weir_builder_free (builder);
          return NULL;
        }
      weir_builder_set_take (builder, weir_value_get_key (value, i), member);
    }
  reduced = weir_builder_end (builder);
  /* Many small members make a big record, which then goes as a whole; an event's data itself stays a record. */
  if (depth < DEPTH && weir_value_estimate_size (reduced, WEIR_STORE_BLOB_SIZE) >= WEIR_STORE_BLOB_SIZE)
    {
      g_ptr_array_set_size (hashes, n_before);
      return replace_by_stub (self, value, hashes, error);
    }
  return g_steal_pointer (&reduced);
}

/* Journal JSON of a value. Parts of 64 KiB and more go to blobs/ and leave a stub; their hashes are added to @hashes, and
 * their number must be kept beside the text: without one, nothing in the text is a stub.
 * @depth: 2 for an event's data, 0 for a single value. */
char *
weir_keeper_encode (WeirKeeper *self, WeirValue *value, guint depth, gsize *length, GPtrArray *hashes, GError **error)
{
  g_autoptr(WeirValue) reduced = NULL;

  if (weir_value_estimate_size (value, WEIR_STORE_BLOB_SIZE) < WEIR_STORE_BLOB_SIZE)
    return weir_value_encode (value, length);
  reduced = reduce (self, value, depth, hashes, error);
  return reduced != NULL ? weir_value_encode (reduced, length) : NULL;
}

/* All texts in @value that are hashes of blobs. */
void
weir_store_find_hashes (WeirValue *value, GPtrArray *hashes)
{
  WeirValueKind kind = weir_value_get_kind (value);

  if (kind == WEIR_VALUE_TEXT)
    {
      gsize length;
      const char *text = weir_value_get_text (value, &length);

      if (length == 64 && weir_store_is_hash (text))
        g_ptr_array_add (hashes, g_strdup (text));
    }
  else if (kind == WEIR_VALUE_RECORD || kind == WEIR_VALUE_LIST)
    {
      gsize n_items = weir_value_get_length (value);

      for (gsize i = 0; i < n_items; i++)
        weir_store_find_hashes (weir_value_get_item (value, i), hashes);
    }
}

/* ── back again: any thread ──────────────────────────────────────────────────────────────── */

static WeirValue *
read_stub (WeirStore *self, const char *hash, GHashTable *seen, GError **error)
{
  g_autoptr(GBytes) bytes = NULL;
  WeirValue *value = seen != NULL ? g_hash_table_lookup (seen, hash) : NULL;

  if (value != NULL)
    return weir_value_ref (value);
  bytes = weir_store_read_blob (self, hash, error);
  if (bytes == NULL)
    return NULL;
  value = weir_value_decode (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), error);
  if (value != NULL && seen != NULL)
    g_hash_table_insert (seen, g_strdup (hash), weir_value_ref (value));
  return value;
}

static WeirValue *
restore (WeirStore *self, WeirValue *value, guint depth, GHashTable *seen, GError **error)
{
  const char *hash = NULL;
  WeirBuilder *builder;
  gsize n_members;

  if (weir_value_get_kind (value) != WEIR_VALUE_RECORD)
    return weir_value_ref (value);
  if (depth < DEPTH)
    hash = weir_value_get_member_text (value, STUB_KEY, NULL);
  if (hash != NULL)
    return read_stub (self, hash, seen, error);
  if (depth == 0)
    return weir_value_ref (value);
  n_members = weir_value_get_length (value);
  builder = weir_record_builder_new (n_members);
  for (gsize i = 0; i < n_members; i++)
    {
      WeirValue *member = restore (self, weir_value_get_item (value, i), depth - 1, seen, error);

      if (member == NULL)
        {
          weir_builder_free (builder);
          return NULL;
        }
      weir_builder_set_take (builder, weir_value_get_key (value, i), member);
    }
  return weir_builder_end (builder);
}

/* A value from journal JSON that has stubs in it, made whole. @seen (nullable): hash -> WeirValue, so that what many
 * events share is read once and shared again. */
WeirValue *
weir_store_decode (WeirStore *self, const char *text, gssize length, guint depth, GHashTable *seen, GError **error)
{
  g_autoptr(WeirValue) value = weir_value_decode (text, length, error);

  return value != NULL ? restore (self, value, depth, seen, error) : NULL;
}
