/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>

#include "values.h"
#include "wait.h"

/* A walk that finds more than this is a mistake, whatever `max` says. */
#define WALK_LIMIT 5000000

typedef struct
{
  char    *path;
  char    *pattern;
  gboolean recursive;
  char    *kinds;
  char    *sort;
  char    *direction;
  gboolean hidden;
  gboolean case_sensitive;
  gint64   max;
} List;

static const char *const kinds_ids[] = { "files", "folders", "both", NULL };
static const char *const kinds_titles[] = { N_("Files"), N_("Folders"), N_("Files and folders"), NULL };
static const char *const sort_ids[] = { "name", "size", "modified", NULL };
static const char *const sort_titles[] = { N_("Name"), N_("Size"), N_("Time of change"), NULL };
static const char *const direction_ids[] = { "asc", "desc", NULL };
static const char *const direction_titles[] = { N_("Smallest first"), N_("Largest first"), NULL };

static const WeirField list_fields[] = {
  WEIR_FIELD_PATH (List, path, .title = N_("Folder"), .folder = TRUE, .required = TRUE),
  WEIR_FIELD_TEXT (List, pattern, .title = N_("Pattern"), .initial_text = "*", .placeholder = "*.pdf, *.odt",
                   .summary = N_("Of the name; several with commas. One with / is compared with the path below "
                                 "the folder")),
  WEIR_FIELD_BOOL (List, recursive, .title = N_("Folders inside, too")),
  WEIR_FIELD_CHOICE (List, kinds, .title = N_("What"), .choices = kinds_ids, .choice_titles = kinds_titles,
                     .initial_text = "files"),
  WEIR_FIELD_CHOICE (List, sort, .title = N_("Sort by"), .choices = sort_ids, .choice_titles = sort_titles,
                     .initial_text = "name"),
  WEIR_FIELD_CHOICE (List, direction, .title = N_("Order"), .choices = direction_ids, .choice_titles = direction_titles,
                     .initial_text = "asc"),
  WEIR_FIELD_BOOL (List, hidden, .title = N_("Hidden files, too"), .advanced = TRUE),
  WEIR_FIELD_BOOL (List, case_sensitive, .title = N_("Case matters"), .advanced = TRUE),
  WEIR_FIELD_INT (List, max, .title = N_("At most"), .summary = N_("More are left out, with a warning in the log"),
                  .initial = 100000,
                  .minimum = 1, .maximum = 1000000, .advanced = TRUE),
  { 0 }
};

static const WeirPort list_inputs[] = { { .name = "path", .type = "dir", .title = N_("Folder") }, { 0 } };
static const WeirPort list_outputs[] = {
  { .name = "files", .type = "list<file>", .title = N_("Files") },
  { .name = "count", .type = "int", .title = N_("Count") },
  { 0 }
};
static const char *const list_permissions[] = { "fs.read(path)", NULL };
static const char *const list_errors[] = { "io.not_found", "io.access", "io.other", "limit.size", NULL };

static const WeirExample list_examples[] = {
  { .title = N_("The documents of a folder"), .config = "{\"path\": \"$DIR\", \"pattern\": \"*.pdf\"}",
    .files = "b.PDF=2\na.pdf=1\nc.txt=3\n.hidden.pdf=4", .outputs = "{\"files\": \"*\", \"count\": 2}" },
  { .title = N_("Everything below, largest first"),
    .config = "{\"path\": \"$DIR\", \"recursive\": true, \"sort\": \"size\", \"direction\": \"desc\"}",
    .files = "a.txt=1\nsub/b.txt=22\nsub/deep/c.txt=333", .outputs = "{\"files\": \"*\", \"count\": 3}" },
  { .title = N_("A folder that is not there"), .config = "{\"path\": \"$DIR/nowhere\"}", .error = "io.not_found" },
  { 0 }
};

typedef struct
{
  char  *path;
  char  *name;
  gint64 size;
  gint64 modified;
} Found;

typedef struct
{
  List      *settings;
  char      *root;
  char     **patterns;
  GPtrArray *found;    /* of Found */
  GPtrArray *warnings; /* of text */
} Walk;

static void
found_free (gpointer data)
{
  Found *found = data;

  g_free (found->path);
  g_free (found->name);
  g_free (found);
}

static gboolean
fits (Walk *self, const char *path, const char *name)
{
  int flags = self->settings->case_sensitive ? 0 : FNM_CASEFOLD;
  const char *below = path + strlen (self->root);

  while (*below == '/')
    below++;
  for (guint i = 0; self->patterns[i] != NULL; i++)
    {
      const char *pattern = self->patterns[i];
      gboolean whole = strchr (pattern, '/') != NULL;

      if (*pattern != '\0' && fnmatch (pattern, whole ? below : name, flags | (whole ? FNM_PATHNAME : 0)) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
consider (Walk *self, const char *path, const char *name, const struct stat *info)
{
  gboolean folder = S_ISDIR (info->st_mode);
  const char *kinds = self->settings->kinds;
  Found *found;

  if ((folder && g_str_equal (kinds, "files")) || (!folder && g_str_equal (kinds, "folders"))
      || !fits (self, path, name))
    return;
  found = g_new0 (Found, 1);
  found->path = g_strdup (path);
  found->name = g_strdup (name);
  found->size = folder ? 0 : info->st_size;
  found->modified = (gint64) info->st_mtim.tv_sec * G_USEC_PER_SEC + info->st_mtim.tv_nsec / 1000;
  g_ptr_array_add (self->found, found);
}

/* Links to folders are listed, never followed: they may lead in a circle. */
static gboolean
walk_folder (Walk *self, const char *folder, GQueue *inner, GError **error)
{
  g_autoptr(GError) wrong = NULL;
  g_autoptr(GDir) dir = g_dir_open (folder, 0, &wrong);
  const char *name;

  if (dir == NULL)
    {
      if (!g_str_equal (folder, self->root))
        {
          g_ptr_array_add (self->warnings, g_strdup (wrong->message));
          return TRUE;
        }
      weir_set_failure (error, weir_error_get_class (wrong), "%s", wrong->message);
      return FALSE;
    }

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct stat info, target;

      if (name[0] == '.' && !self->settings->hidden)
        continue;
      if (lstat (path, &info) != 0)
        continue; /* gone in the meantime */
      if (S_ISDIR (info.st_mode) && self->settings->recursive)
        g_queue_push_tail (inner, g_strdup (path));
      if (S_ISLNK (info.st_mode) && stat (path, &target) == 0)
        info = target;
      consider (self, path, name, &info);
    }
  return TRUE;
}

static int
compare_found (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const Found *first = *(Found *const *) a, *second = *(Found *const *) b;
  List *settings = user_data;
  int order = 0;

  if (g_str_equal (settings->sort, "size"))
    order = (first->size > second->size) - (first->size < second->size);
  else if (g_str_equal (settings->sort, "modified"))
    order = (first->modified > second->modified) - (first->modified < second->modified);
  if (order == 0)
    order = strcmp (first->path, second->path);
  return g_str_equal (settings->direction, "desc") ? -order : order;
}

static gpointer
walk_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Walk *self = data;
  GQueue folders = G_QUEUE_INIT;
  g_autoptr(WeirBuilder) files = NULL;
  gboolean ok = TRUE;

  g_queue_push_tail (&folders, g_strdup (self->root));
  while (ok && !g_queue_is_empty (&folders))
    {
      g_autofree char *folder = g_queue_pop_head (&folders);

      ok = walk_folder (self, folder, &folders, error) && !g_cancellable_set_error_if_cancelled (cancellable, error);
      if (ok && self->found->len + folders.length > WALK_LIMIT)
        {
          weir_set_failure (error, "limit.size", "Expected at most %d files below %s, but there are more", WALK_LIMIT,
                            self->root);
          ok = FALSE;
        }
    }
  g_queue_clear_full (&folders, g_free);
  if (!ok)
    return NULL;

  g_ptr_array_sort_with_data (self->found, compare_found, self->settings);
  if (self->found->len > self->settings->max)
    {
      g_ptr_array_add (self->warnings,
                       g_strdup_printf ("%u files fit; only the first %" G_GINT64_FORMAT " are given on",
                                        self->found->len, self->settings->max));
      g_ptr_array_set_size (self->found, (int) self->settings->max);
    }
  files = weir_list_builder_new (self->found->len);
  for (guint i = 0; i < self->found->len; i++)
    weir_builder_take (files, weir_value_new_file (((Found *) self->found->pdata[i])->path));
  return weir_builder_end (g_steal_pointer (&files));
}

static gboolean
list_fiber (gpointer settings, WeirStep *step, GError **error)
{
  List *self = settings;
  g_autofree char *root = weir_step_resolve_path (step, self->path, error);
  g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func (found_free);
  g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  g_auto(GStrv) patterns = NULL;
  g_autoptr(WeirValue) files = NULL;
  Walk walk = { .settings = self, .root = root, .found = found, .warnings = warnings };

  if (root == NULL || !weir_step_require (step, "fs.read", root, error))
    return FALSE;
  patterns = g_strsplit (weir_blocks_is_blank (self->pattern) ? "*" : self->pattern, ",", -1);
  for (guint i = 0; patterns[i] != NULL; i++)
    g_strstrip (patterns[i]);
  walk.patterns = patterns;

  files = weir_blocks_await_thread (walk_thread, &walk, weir_step_get_cancellable (step), error);
  if (files == NULL)
    return FALSE;
  for (guint i = 0; i < warnings->len; i++)
    weir_step_log (step, WEIR_LOG_WARNING, "%s", (char *) warnings->pdata[i]);
  weir_step_emit (step, "files", files);
  weir_step_emit_take (step, "count", weir_value_new_int ((gint64) weir_value_get_length (files)));
  return TRUE;
}

static DexFuture *
list_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, list_fiber);
}

static char *
list_summarize (WeirValue *config)
{
  return g_strdup_printf ("%s in %s", weir_value_get_member_text (config, "pattern", "*"),
                          weir_value_get_member_text (config, "path", "…"));
}

WEIR_DEFINE_BLOCK_KIND (file_list, .id = "file.list", .version = 1, .title = N_("List Folder"),
                        .summary = N_("Lists the files in a folder"),
                        .keywords = "list files folder directory ls glob pattern find recursive",
                        .category = N_("Files"), .icon = "folder-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = list_inputs,
                        .outputs = list_outputs, .fields = list_fields, .settings_size = sizeof (List),
                        .permissions = list_permissions, .errors = list_errors, .examples = list_examples,
                        .summarize = list_summarize, .run = list_run)
