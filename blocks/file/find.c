/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>

#include "values.h"
#include "wait.h"

/* A walk that finds more than this is a mistake. */
#define WALK_LIMIT 5000000
/* The beginning of a file that is looked at for its type. */
#define SNIFF_SIZE 4096

typedef struct
{
  char      *path;
  char      *name;
  char      *kinds;
  gint64     min_size;
  gint64     max_size;
  gint64     newer_than;
  gint64     older_than;
  char      *type;
  char      *content;
  gboolean   ignore_case;
  gboolean   hidden;
  gboolean   follow_symlinks;
  gint64     depth;
  gint64     max;
  gint64     max_content;
} Find;

static const char *const kinds_ids[] = { "files", "folders", "both", NULL };
static const char *const kinds_titles[] = { N_("Files"), N_("Folders"), N_("Files and folders"), NULL };

static const WeirField find_fields[] = {
  WEIR_FIELD_PATH (Find, path, .title = N_("Folder"), .folder = TRUE, .required = TRUE),
  WEIR_FIELD_TEXT (Find, name, .title = N_("Name"), .placeholder = "*.pdf, invoice*",
                   .summary = N_("Patterns with * and ?, several with commas; empty is any")),
  WEIR_FIELD_CHOICE (Find, kinds, .title = N_("What"), .choices = kinds_ids, .choice_titles = kinds_titles,
                     .initial_text = "files"),
  WEIR_FIELD_SIZE (Find, min_size, .title = N_("At least as large as")),
  WEIR_FIELD_SIZE (Find, max_size, .title = N_("At most as large as"), .summary = N_("0 is no limit")),
  WEIR_FIELD_DURATION (Find, newer_than, .title = N_("Changed within the last"), .summary = N_("0 is at any time")),
  WEIR_FIELD_DURATION (Find, older_than, .title = N_("Not changed within the last"), .summary = N_("0 is at any time")),
  WEIR_FIELD_TEXT (Find, type, .title = N_("Type"), .placeholder = "image/*, application/pdf",
                   .summary = N_("MIME types, found out from name and content")),
  WEIR_FIELD_TEXT (Find, content, .title = N_("Content"), .placeholder = "TODO|FIXME",
                   .summary = N_("A regular expression that some line of the file fits")),
  WEIR_FIELD_BOOL (Find, ignore_case, .title = N_("Case does not matter"), .initial = TRUE),
  WEIR_FIELD_BOOL (Find, hidden, .title = N_("Hidden files, too"), .advanced = TRUE),
  WEIR_FIELD_BOOL (Find, follow_symlinks, .title = N_("Follow links to folders"), .advanced = TRUE),
  WEIR_FIELD_INT (Find, depth, .title = N_("Folders deep at most"), .summary = N_("0 is no limit"), .maximum = 1000,
                  .advanced = TRUE),
  WEIR_FIELD_INT (Find, max, .title = N_("At most"), .summary = N_("The search ends with so many"), .initial = 100000,
                  .minimum = 1, .maximum = 1000000, .advanced = TRUE),
  WEIR_FIELD_SIZE (Find, max_content, .title = N_("Look into files up to"), .initial = 16 << 20, .minimum = 1,
                   .maximum = 1 << 30, .advanced = TRUE),
  { 0 }
};

static const WeirPort find_inputs[] = { { .name = "path", .type = "dir", .title = N_("Folder") }, { 0 } };
static const WeirPort find_outputs[] = {
  { .name = "files", .type = "list<file>", .title = N_("Files") },
  { .name = "count", .type = "int", .title = N_("Count") },
  { 0 }
};
static const char *const find_permissions[] = { "fs.read(path)", NULL };
static const char *const find_errors[] = { "config.invalid", "io.not_found", "io.access", "io.other", "limit.size", NULL };

static const WeirExample find_examples[] = {
  { .title = N_("By what is in them"), .config = "{\"path\": \"$DIR\", \"content\": \"invoice *[0-9]+\"}",
    .files = "a.txt=Invoice 12\nb.txt=nothing\nsub/c.txt=your invoice 7", .outputs = "{\"files\": \"*\", \"count\": 2}" },
  { .title = N_("By name and size"), .config = "{\"path\": \"$DIR\", \"name\": \"*.log\", \"min_size\": 5}",
    .files = "a.log=1\nb.log=12345\nc.txt=12345", .outputs = "{\"files\": \"*\", \"count\": 1}" },
  { .title = N_("An expression with a mistake"), .config = "{\"path\": \"$DIR\", \"content\": \"(\"}",
    .error = "config.invalid" },
  { 0 }
};

typedef struct
{
  Find       *settings;
  const char *root;
  char      **names;
  char      **types;
  GRegex     *content;
  gint64      now; /* µs */
  GHashTable *seen; /* "device:inode" of folders: links may lead in a circle */
  GPtrArray  *found;
  GPtrArray  *warnings;
  guint       n_seen;
} Search;

static char **
split (const char *text)
{
  char **parts = g_strsplit (text != NULL ? text : "", ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    g_strstrip (parts[i]);
  return parts;
}

/* No pattern is any. */
static gboolean
fits_any (char **patterns, const char *text, int flags)
{
  gboolean any = FALSE;

  for (guint i = 0; patterns[i] != NULL; i++)
    {
      if (patterns[i][0] == '\0')
        continue;
      any = TRUE;
      if (fnmatch (patterns[i], text, flags) == 0)
        return TRUE;
    }
  return !any;
}

static gboolean
fits_size_and_time (Find *self, const struct stat *info, gint64 now)
{
  gint64 age = now - ((gint64) info->st_mtim.tv_sec * G_USEC_PER_SEC + info->st_mtim.tv_nsec / 1000);

  if (!S_ISDIR (info->st_mode)
      && (info->st_size < self->min_size || (self->max_size > 0 && info->st_size > self->max_size)))
    return FALSE;
  return (self->newer_than == 0 || age <= self->newer_than * 1000)
         && (self->older_than == 0 || age > self->older_than * 1000);
}

static gboolean
fits_type (Search *self, const char *path, const struct stat *info)
{
  g_autoptr(GMappedFile) mapped = NULL;
  g_autofree char *type = NULL;
  g_autofree char *mime = NULL;
  gboolean uncertain;

  if (self->types[0] == NULL || self->types[0][0] == '\0')
    return TRUE;
  if (S_ISDIR (info->st_mode))
    return fits_any (self->types, "inode/directory", FNM_CASEFOLD);
  type = g_content_type_guess (path, NULL, 0, &uncertain);
  if (uncertain && S_ISREG (info->st_mode) && (mapped = g_mapped_file_new (path, FALSE, NULL)) != NULL)
    {
      g_free (type);
      type = g_content_type_guess (path, (guchar *) g_mapped_file_get_contents (mapped),
                                   MIN (g_mapped_file_get_length (mapped), SNIFF_SIZE), NULL);
    }
  mime = g_content_type_get_mime_type (type);
  return mime != NULL && fits_any (self->types, mime, FNM_CASEFOLD);
}

/* Files that hold a NUL early are no text. */
static gboolean
fits_content (Search *self, const char *path, const struct stat *info)
{
  g_autofree char *content = NULL;
  gsize length;

  if (self->content == NULL)
    return TRUE;
  if (!S_ISREG (info->st_mode) || info->st_size == 0 || info->st_size > self->settings->max_content
      || !g_file_get_contents (path, &content, &length, NULL)
      || memchr (content, '\0', MIN (length, SNIFF_SIZE)) != NULL)
    return FALSE;
  return g_regex_match_full (self->content, content, (gssize) length, 0, 0, NULL, NULL);
}

static void
consider (Search *self, const char *path, const char *name, const struct stat *info)
{
  Find *settings = self->settings;
  gboolean folder = S_ISDIR (info->st_mode);

  if ((folder && g_str_equal (settings->kinds, "files")) || (!folder && g_str_equal (settings->kinds, "folders")))
    return;
  /* the cheap ones first */
  if (fits_any (self->names, name, settings->ignore_case ? FNM_CASEFOLD : 0)
      && fits_size_and_time (settings, info, self->now) && fits_type (self, path, info)
      && fits_content (self, path, info))
    g_ptr_array_add (self->found, g_strdup (path));
}

static gboolean
is_new_folder (Search *self, const struct stat *info)
{
  return g_hash_table_add (self->seen, g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                                                        (guint64) info->st_dev, (guint64) info->st_ino));
}

static gboolean
search_folder (Search *self, const char *folder, guint depth, GCancellable *cancellable, GError **error);

static gboolean
search_entry (Search *self, const char *path, const char *name, guint depth, GCancellable *cancellable, GError **error)
{
  struct stat info, target;
  gboolean link;

  if (lstat (path, &info) != 0)
    return TRUE; /* gone in the meantime */
  link = S_ISLNK (info.st_mode);
  if (link && stat (path, &target) == 0)
    info = target;
  consider (self, path, name, &info);
  if (!S_ISDIR (info.st_mode) || (link && !self->settings->follow_symlinks) || !is_new_folder (self, &info)
      || (self->settings->depth > 0 && depth >= self->settings->depth))
    return TRUE;
  return search_folder (self, path, depth + 1, cancellable, error);
}

static gboolean
search_folder (Search *self, const char *folder, guint depth, GCancellable *cancellable, GError **error)
{
  g_autoptr(GError) wrong = NULL;
  g_autoptr(GDir) dir = g_dir_open (folder, 0, &wrong);
  const char *name;

  if (dir == NULL)
    {
      if (depth > 1)
        {
          g_ptr_array_add (self->warnings, g_strdup (wrong->message));
          return TRUE;
        }
      weir_set_failure (error, weir_error_get_class (wrong), "%s", wrong->message);
      return FALSE;
    }
  while ((name = g_dir_read_name (dir)) != NULL && self->found->len < self->settings->max)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (name[0] == '.' && !self->settings->hidden)
        continue;
      if (++self->n_seen > WALK_LIMIT)
        {
          weir_set_failure (error, "limit.size", "Expected at most %d files below %s, but there are more", WALK_LIMIT,
                            self->root);
          return FALSE;
        }
      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !search_entry (self, path, name, depth, cancellable, error))
        return FALSE;
    }
  return TRUE;
}

static gpointer
search_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Search *self = data;
  WeirBuilder *files;

  if (!search_folder (self, self->root, 1, cancellable, error))
    return NULL;
  if (self->found->len >= self->settings->max)
    g_ptr_array_add (self->warnings, g_strdup_printf ("The search ended with %u; there may be more", self->found->len));
  g_ptr_array_sort_values (self->found, (GCompareFunc) strcmp);
  files = weir_list_builder_new (self->found->len);
  for (guint i = 0; i < self->found->len; i++)
    weir_builder_take (files, weir_value_new_file (self->found->pdata[i]));
  return weir_builder_end (files);
}

static gboolean
compile_content (Find *self, Search *search, GError **error)
{
  g_autoptr(GError) wrong = NULL;

  if (weir_blocks_is_blank (self->content))
    return TRUE;
  search->content = g_regex_new (
    self->content, G_REGEX_RAW | G_REGEX_MULTILINE | G_REGEX_OPTIMIZE | (self->ignore_case ? G_REGEX_CASELESS : 0), 0,
    &wrong);
  if (search->content == NULL)
    weir_set_failure (error, "config.invalid", "Expected a regular expression in content: %s", wrong->message);
  return search->content != NULL;
}

static gboolean
find_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Find *self = settings;
  g_autofree char *root = weir_step_resolve_path (step, self->path, error);
  g_auto(GStrv) names = split (self->name);
  g_auto(GStrv) types = split (self->type);
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GRegex) content = NULL;
  Search search = { .settings = self, .root = root, .names = names, .types = types, .now = weir_step_get_time (step),
                    .seen = seen, .found = found, .warnings = warnings };
  WeirValue *files;

  if (root == NULL || !weir_step_require (step, "fs.read", root, error) || !compile_content (self, &search, error))
    return FALSE;
  content = search.content;
  files = weir_blocks_await_thread (search_thread, &search, weir_step_get_cancellable (step), error);
  if (files == NULL)
    return FALSE;
  for (guint i = 0; i < warnings->len; i++)
    weir_step_log (step, WEIR_LOG_WARNING, "%s", (char *) warnings->pdata[i]);
  weir_step_emit_take (step, "count", weir_value_new_int ((gint64) weir_value_get_length (files)));
  weir_step_emit_take (step, "files", files);
  return TRUE;
}

static DexFuture *
find_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, find_fiber);
}

static char *
find_summarize (WeirValue *config)
{
  return g_strdup_printf ("in %s", weir_value_get_member_text (config, "path", "…"));
}

WEIR_DEFINE_BLOCK_KIND (file_find, .id = "file.find", .version = 1, .title = N_("Find Files"),
                        .summary = N_("Finds files by name, size, age, type and content"),
                        .keywords = "find search grep files content regex size date type locate", .category = N_("Files"),
                        .icon = "edit-find-symbolic", .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE,
                        .inputs = find_inputs, .outputs = find_outputs, .fields = find_fields,
                        .settings_size = sizeof (Find), .permissions = find_permissions, .errors = find_errors,
                        .examples = find_examples, .summarize = find_summarize, .run = find_run)
