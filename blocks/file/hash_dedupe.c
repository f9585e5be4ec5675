/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "values.h"
#include "wait.h"

typedef struct
{
  WeirValue *files;
  char      *algorithm;
  char      *keep;
} HashDedupe;

static const char *const algorithm_ids[] = { "sha256", "sha512", "sha1", "md5", NULL };
static const char *const keep_ids[] = { "first", "oldest", "newest", NULL };
static const char *const keep_titles[] = { N_("The first in the list"), N_("The oldest"), N_("The newest"), NULL };

static const WeirField hash_dedupe_fields[] = {
  WEIR_FIELD_VALUE (HashDedupe, files, .title = N_("Files"), .type = "list<file>"),
  WEIR_FIELD_CHOICE (HashDedupe, algorithm, .title = N_("Algorithm"), .choices = algorithm_ids,
                     .initial_text = "sha256", .advanced = TRUE),
  WEIR_FIELD_CHOICE (HashDedupe, keep, .title = N_("Keep"), .choices = keep_ids, .choice_titles = keep_titles,
                     .initial_text = "first",
                     .summary = N_("Which of the same files is the one to keep; nothing is deleted here")),
  { 0 }
};

static const WeirPort hash_dedupe_inputs[] = { { .name = "files", .type = "list<file>", .title = N_("Files") }, { 0 } };
static const WeirPort hash_dedupe_outputs[] = {
  { .name = "groups", .type = "list<record{hash: text, size: int, keep: file, extra: list<file>}>",
    .title = N_("Groups"),
    .summary = N_("Of files with the same content") },
  { .name = "duplicates", .type = "list<file>", .title = N_("Duplicates"),
    .summary = N_("All but the one to keep of each group") },
  { .name = "wasted", .type = "int", .title = N_("Wasted"), .summary = N_("Bytes that the duplicates take") },
  { 0 }
};
static const char *const hash_dedupe_permissions[] = { "fs.read(files)", NULL };
static const char *const hash_dedupe_errors[] = { "input.missing", "io.not_found", "io.access", "io.other", NULL };

static const WeirExample hash_dedupe_examples[] = {
  { .title = N_("Two of three are the same"), .config = "{}",
    .inputs = "{\"files\": [\"$DIR/a\", \"$DIR/b\", \"$DIR/c\"]}",
    .files = "a=same\nb=same\nc=else", .outputs = "{\"groups\": \"*\", \"duplicates\": \"*\", \"wasted\": 4}" },
  { .title = N_("All different"), .config = "{}", .inputs = "{\"files\": [\"$DIR/a\", \"$DIR/b\"]}",
    .files = "a=1\nb=2",
    .outputs = "{\"groups\": [], \"duplicates\": [], \"wasted\": 0}" },
  { 0 }
};

typedef struct
{
  WeirValue *file;
  char      *hash;
  gint64     size;
  gint64     modified;
  gsize      index;
} Entry;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->hash);
  g_free (entry);
}

static GChecksumType
get_type (const char *algorithm)
{
  static const GChecksumType types[] = { G_CHECKSUM_SHA256, G_CHECKSUM_SHA512, G_CHECKSUM_SHA1, G_CHECKSUM_MD5 };

  for (gsize i = 0; algorithm_ids[i] != NULL; i++)
    if (g_str_equal (algorithm, algorithm_ids[i]))
      return types[i];
  return G_CHECKSUM_SHA256;
}

static char *
hash_file (const char *path, GChecksumType type, GCancellable *cancellable, GError **error)
{
  g_autoptr(GChecksum) checksum = g_checksum_new (type);
  g_autofree guchar *buffer = g_malloc (256 * 1024);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  gssize n;

  while (fd >= 0 && (n = read (fd, buffer, 256 * 1024)) > 0)
    {
      g_checksum_update (checksum, buffer, n);
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        {
          close (fd);
          return NULL;
        }
    }
  if (fd < 0 || n < 0)
    {
      int saved = errno;

      if (fd >= 0)
        close (fd);
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "Could not read %s: %s", path, g_strerror (saved));
      return NULL;
    }
  close (fd);
  return g_strdup (g_checksum_get_string (checksum));
}

/* Some files of one size. */
typedef struct
{
  Entry       **entries;
  gsize         n;
  GChecksumType type;
} Batch;

static gpointer
hash_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Batch *batch = data;

  for (gsize i = 0; i < batch->n; i++)
    {
      batch->entries[i]->hash = hash_file (weir_value_get_path (batch->entries[i]->file), batch->type, cancellable,
                                           error);
      if (batch->entries[i]->hash == NULL)
        return NULL;
    }
  return batch;
}

static int
compare_size (gconstpointer a, gconstpointer b)
{
  const Entry *first = *(Entry *const *) a, *second = *(Entry *const *) b;

  if (first->size != second->size)
    return first->size < second->size ? -1 : 1;
  return first->index < second->index ? -1 : 1;
}

/* By hash, the one to keep first. */
static int
compare_hash (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const Entry *first = *(Entry *const *) a, *second = *(Entry *const *) b;
  const char *keep = user_data;
  int order = strcmp (first->hash, second->hash);

  if (order == 0 && !g_str_equal (keep, "first"))
    order = (first->modified > second->modified) - (first->modified < second->modified);
  if (order != 0 && g_str_equal (keep, "newest") && g_str_equal (first->hash, second->hash))
    order = -order;
  return order != 0 ? order : (first->index > second->index) - (first->index < second->index);
}

/* The same file may be listed twice; it is no duplicate of itself. */
static gpointer
make_entries_thread (gpointer files, GCancellable *cancellable, GError **error)
{
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *entries = g_ptr_array_new_with_free_func (entry_free);

  for (gsize i = 0; i < weir_value_get_length (files); i++)
    {
      WeirValue *file = weir_value_get_item (files, i);
      const char *path = weir_value_get_path (file);
      struct stat info;
      Entry *entry;

      if (!g_hash_table_add (seen, (gpointer) path) || stat (path, &info) != 0 || !S_ISREG (info.st_mode))
        continue;
      entry = g_new0 (Entry, 1);
      entry->file = file;
      entry->size = info.st_size;
      entry->modified = (gint64) info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000;
      entry->index = i;
      g_ptr_array_add (entries, entry);
    }
  g_ptr_array_sort (entries, compare_size);
  return entries;
}

typedef struct
{
  WeirBuilder *groups;
  WeirBuilder *duplicates;
  gint64       wasted;
} Report;

static void
report_group (Report *report, Entry **entries, gsize n)
{
  WeirBuilder *group = weir_record_builder_new (4);
  WeirBuilder *extra = weir_list_builder_new (n);

  for (gsize i = 1; i < n; i++)
    {
      weir_builder_add (extra, entries[i]->file);
      weir_builder_add (report->duplicates, entries[i]->file);
      report->wasted += entries[i]->size;
    }
  weir_builder_set_take (group, "hash", weir_value_new_text (entries[0]->hash));
  weir_builder_set_take (group, "size", weir_value_new_int (entries[0]->size));
  weir_builder_set (group, "keep", entries[0]->file);
  weir_builder_set_take (group, "extra", weir_builder_end (extra));
  weir_builder_take (report->groups, weir_builder_end (group));
}

static void
report_batch (HashDedupe *self, Report *report, Batch *batch)
{
  gsize first = 0;

  g_sort_array (batch->entries, batch->n, sizeof (Entry *), compare_hash, self->keep);
  for (gsize i = 1; i <= batch->n; i++)
    if (i == batch->n || !g_str_equal (batch->entries[i]->hash, batch->entries[first]->hash))
      {
        if (i - first > 1)
          report_group (report, batch->entries + first, i - first);
        first = i;
      }
}

/* Asks once for each folder, not for each of its files. */
static gboolean
require_folders (WeirStep *step, WeirValue *files, GError **error)
{
  g_autoptr(GHashTable) folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < weir_value_get_length (files); i++)
    {
      char *folder = g_path_get_dirname (weir_value_get_path (weir_value_get_item (files, i)));

      if (g_hash_table_add (folders, folder) && !weir_step_require (step, "fs.read", folder, error))
        return FALSE;
    }
  return TRUE;
}

/* Only files of the same size can have the same content, so most are never read. */
static gboolean
find_duplicates (HashDedupe *self, WeirStep *step, GPtrArray *entries, Report *report, GError **error)
{
  guint first = 0;

  for (guint i = 1; i <= entries->len; i++)
    {
      Entry *entry = entries->pdata[first];
      Batch batch = { (Entry **) entries->pdata + first, i - first, get_type (self->algorithm) };

      if (i < entries->len && ((Entry *) entries->pdata[i])->size == entry->size)
        continue;
      if (batch.n > 1)
        {
          if (weir_blocks_await_thread (hash_thread, &batch, weir_step_get_cancellable (step), error) == NULL)
            return FALSE;
          report_batch (self, report, &batch);
          weir_step_set_progress (step, (double) i / entries->len, NULL);
        }
      first = i;
    }
  return TRUE;
}

static gboolean
hash_dedupe_fiber (gpointer settings, WeirStep *step, GError **error)
{
  HashDedupe *self = settings;
  g_autoptr(GPtrArray) entries = NULL;
  g_autoptr(WeirBuilder) groups = weir_list_builder_new (16);
  g_autoptr(WeirBuilder) duplicates = weir_list_builder_new (16);
  Report report = { groups, duplicates, 0 };

  if (weir_blocks_is_nothing (self->files))
    {
      weir_set_failure (error, "input.missing", "Expected a list of files, but nothing came");
      return FALSE;
    }
  if (!require_folders (step, self->files, error))
    return FALSE;
  entries = weir_blocks_await_thread (make_entries_thread, self->files, weir_step_get_cancellable (step), error);
  if (entries == NULL)
    return FALSE;
  if (entries->len > 0 && !find_duplicates (self, step, entries, &report, error))
    return FALSE;

  weir_step_emit_take (step, "groups", weir_builder_end (g_steal_pointer (&groups)));
  weir_step_emit_take (step, "duplicates", weir_builder_end (g_steal_pointer (&duplicates)));
  weir_step_emit_take (step, "wasted", weir_value_new_int (report.wasted));
  return TRUE;
}

static DexFuture *
hash_dedupe_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, hash_dedupe_fiber);
}

WEIR_DEFINE_BLOCK_KIND (file_hash_dedupe, .id = "file.hash_dedupe", .version = 1, .title = N_("Find Duplicates"),
                        .summary = N_("Finds files with the same content"),
                        .keywords = "duplicates hash same identical checksum sha256 dedupe copies",
                        .category = N_("Files"), .icon = "edit-copy-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = hash_dedupe_inputs,
                        .outputs = hash_dedupe_outputs, .fields = hash_dedupe_fields,
                        .settings_size = sizeof (HashDedupe),
                        .permissions = hash_dedupe_permissions, .errors = hash_dedupe_errors,
                        .examples = hash_dedupe_examples, .run = hash_dedupe_run)
