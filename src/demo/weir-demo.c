/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-demo.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "weir-demo-server.h"

/* Where a served folder keeps its address, so that a demo opened again another day finds its server. */
#define ADDRESS_FILE ".address"

static gboolean
has_examples (const char *folder)
{
  return g_file_test (folder, G_FILE_TEST_IS_DIR);
}

/* The variable, the source tree when run from the build folder, or the installed data: beside the program, which may have
 * been moved with its folder, or where the build put it. */
static char *
find_examples_dir (void)
{
  const char *given = g_getenv ("WEIR_EXAMPLES_DIR");
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);

  if (given != NULL && *given != '\0')
    return g_strdup (given);

  if (program != NULL)
    {
      g_autofree char *program_dir = g_path_get_dirname (program);
      g_autofree char *mark = g_canonicalize_filename ("../../meson-private", program_dir);
      g_autofree char *examples = g_canonicalize_filename ("../../../examples", program_dir);

      g_autofree char *beside = g_canonicalize_filename ("../share/weir/examples", program_dir);

      if (has_examples (mark) && has_examples (examples))
        return g_steal_pointer (&examples);
      if (has_examples (beside))
        return g_steal_pointer (&beside);
    }

  if (has_examples (WEIR_PKGDATA_DIR "/examples"))
    return g_strdup (WEIR_PKGDATA_DIR "/examples");

  for (const char *const *dir = g_get_system_data_dirs (); *dir != NULL; dir++)
    {
      g_autofree char *examples = g_build_filename (*dir, "weir", "examples", NULL);

      if (has_examples (examples))
        return g_steal_pointer (&examples);
    }
  return NULL;
}

static char *
get_demos_dir (void)
{
  return g_build_filename (g_get_user_data_dir (), "weir", "demos", NULL);
}

/**
 * weir_demo_free:
 * @self: (transfer full): a demo
 *
 * Frees a demo.
 */
void
weir_demo_free (WeirDemo *self)
{
  g_free (self->name);
  g_free (self->title);
  g_free (self->summary);
  g_free (self);
}

static int
compare_demos (gconstpointer a,
               gconstpointer b)
{
  const WeirDemo *const *first = a, *const *second = b;

  return g_strcmp0 ((*first)->name, (*second)->name);
}

/**
 * weir_demo_list:
 *
 * Lists the demos that come with the program: folders below `examples/` that hold `workflow.yaml`. One that
 * cannot be read is left out with a warning. Main thread.
 *
 * Returns: (transfer full) (element-type WeirDemo): sorted by name, perhaps empty
 */
GPtrArray *
weir_demo_list (void)
{
  GPtrArray *demos = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_demo_free);
  g_autofree char *examples = find_examples_dir ();
  g_autoptr(GDir) dir = examples != NULL ? g_dir_open (examples, 0, NULL) : NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (examples, name, "workflow.yaml", NULL);
      g_autoptr(GListModel) problems = NULL;
      g_autoptr(GError) error = NULL;
      g_autoptr(WeirWorkflow) workflow = NULL;
      WeirDemo *demo;

      if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
        continue;

      workflow = weir_workflow_load (path, &problems, &error);
      if (workflow == NULL)
        {
          g_warning ("Demo %s cannot be read: %s", name, error->message);
          continue;
        }

      demo = g_new0 (WeirDemo, 1);
      demo->name = g_strdup (name);
      demo->title = g_strdup (weir_workflow_get_name (workflow));
      demo->summary = g_strdup (weir_workflow_get_description (workflow));
      g_ptr_array_add (demos, demo);
    }

  g_ptr_array_sort (demos, compare_demos);
  return demos;
}

static gboolean
copy_tree (GFile   *from,
           GFile   *to,
           GError **error)
{
  g_autoptr(GFileEnumerator) children = NULL;

  if (!g_file_make_directory_with_parents (to, NULL, error))
    return FALSE;

  children = g_file_enumerate_children (from, "standard::name,standard::type", G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS,
                                        NULL, error);
  if (children == NULL)
    return FALSE;

  while (TRUE)
    {
      GFileInfo *info;
      GFile *child;
      g_autoptr(GFile) target = NULL;

      if (!g_file_enumerator_iterate (children, &info, &child, NULL, error))
        return FALSE;
      if (info == NULL)
        return TRUE;

      target = g_file_get_child (to, g_file_info_get_name (info));
      if (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
        {
          if (!copy_tree (child, target, error))
            return FALSE;
        }
      /* An installed sample is read-only; the copy is the user's own. */
      else if (!g_file_copy (child, target, G_FILE_COPY_NOFOLLOW_SYMLINKS | G_FILE_COPY_TARGET_DEFAULT_PERMS, NULL,
                             NULL, NULL, error))
        return FALSE;
    }
}

/* The first demos/NAME-N that does not exist yet, made. */
static char *
make_sample_folder (const char  *example,
                    const char  *name,
                    GError     **error)
{
  g_autofree char *demos = get_demos_dir ();
  g_autofree char *sample = g_build_filename (example, "sample", NULL);
  g_autofree char *folder = NULL;
  g_autoptr(GFile) from = g_file_new_for_path (sample);
  g_autoptr(GFile) to = NULL;

  for (guint n = 1; folder == NULL; n++)
    {
      g_autofree char *candidate = g_strdup_printf ("%s/%s-%u", demos, name, n);

      if (!g_file_test (candidate, G_FILE_TEST_EXISTS))
        folder = g_steal_pointer (&candidate);
    }

  g_mkdir_with_parents (demos, 0700);
  to = g_file_new_for_path (folder);
  if (g_file_query_exists (from, NULL) ? !copy_tree (from, to, error)
                                       : !g_file_make_directory_with_parents (to, NULL, error))
    return NULL;
  return g_steal_pointer (&folder);
}

static const WeirInput *
find_input (WeirWorkflow *workflow,
            const char   *name)
{
  for (guint i = 0; i < weir_workflow_get_n_inputs (workflow); i++)
    if (g_str_equal (weir_workflow_get_input (workflow, i)->name, name))
      return weir_workflow_get_input (workflow, i);
  return NULL;
}

static void
give_input (WeirWorkflow *workflow,
            WeirBuilder  *inputs,
            const char   *name,
            const char   *text)
{
  const WeirInput *input = find_input (workflow, name);
  g_autoptr(WeirValue) value = weir_value_new_text (text);
  g_autofree char *type = NULL;
  g_autofree char *title = NULL;

  if (input == NULL)
    return;

  type = g_strdup (input->type);
  title = g_strdup (input->title);
  weir_workflow_set_input (workflow, &(WeirInput) { (char *) name, type, title, value });
  weir_builder_set (inputs, name, value);
}

/* Starts the server of a demo's `www` folder, on the port that it had before if that is free. */
static char *
serve (const char  *folder,
       GError     **error)
{
  g_autofree char *www = g_build_filename (folder, "www", NULL);
  g_autofree char *address_path = g_build_filename (folder, ADDRESS_FILE, NULL);
  g_autofree char *before = NULL;
  g_autofree char *address = NULL;
  guint port = 0;

  if (g_file_get_contents (address_path, &before, NULL, NULL))
    {
      g_autoptr(GUri) uri = g_uri_parse (g_strstrip (before), G_URI_FLAGS_NONE, NULL);

      port = uri != NULL ? MAX (g_uri_get_port (uri), 0) : 0;
    }

  address = weir_demo_server_start (www, port, error);
  if (address != NULL && !g_file_set_contents (address_path, address, -1, error))
    return NULL;
  return g_steal_pointer (&address);
}

/**
 * weir_demo_prepare:
 * @name: name of a demo, see [func@demo_list]
 * @inputs: (out) (transfer full): a record of the inputs that were set
 *
 * Makes a demo ready to run: copies its sample data to a fresh folder below `$XDG_DATA_HOME/weir/demos`,
 * loads its workflow, and sets its input `folder` to that folder. If the sample has a folder `www`, it is
 * served on the loopback interface for the life of the process and the input `base_url` is set to it.
 * Nothing is run. Main thread; the files are copied at once.
 *
 * Returns: (transfer full): the workflow, or NULL with WEIR_ERROR_NOT_FOUND, or the error of reading or copying
 */
WeirWorkflow *
weir_demo_prepare (const char  *name,
                   WeirValue  **inputs,
                   GError     **error)
{
  g_autofree char *examples = find_examples_dir ();
  g_autofree char *example = NULL;
  g_autofree char *path = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *www = NULL;
  g_autoptr(GListModel) problems = NULL;
  g_autoptr(WeirWorkflow) workflow = NULL;
  g_autoptr(WeirBuilder) given = NULL;

  if (examples == NULL || strchr (name, '/') != NULL || *name == '.')
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no demo “%s”", name);
      return NULL;
    }

  example = g_build_filename (examples, name, NULL);
  path = g_build_filename (example, "workflow.yaml", NULL);
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no demo “%s” in %s", name, examples);
      return NULL;
    }

  workflow = weir_workflow_load (path, &problems, error);
  if (workflow == NULL)
    return NULL;
  folder = make_sample_folder (example, name, error);
  if (folder == NULL)
    return NULL;

  given = weir_record_builder_new (2);
  weir_workflow_set_folder (workflow, folder);
  give_input (workflow, given, "folder", folder);

  www = g_build_filename (folder, "www", NULL);
  if (g_file_test (www, G_FILE_TEST_IS_DIR))
    {
      g_autofree char *address = serve (folder, error);

      if (address == NULL)
        return NULL;
      give_input (workflow, given, "base_url", address);
    }

  *inputs = weir_builder_end (g_steal_pointer (&given));
  /* Without the edits above: there is nothing yet that a person could undo. */
  return weir_workflow_copy (workflow);
}

/**
 * weir_demo_revive:
 * @workflow: a workflow, perhaps a demo prepared another day
 *
 * Starts the server that a demo's input `base_url` speaks of, if it was made by an earlier process. Does
 * nothing for workflows that are no demo. Main thread.
 */
void
weir_demo_revive (WeirWorkflow *workflow)
{
  const WeirInput *base_url = find_input (workflow, "base_url");
  g_autofree char *demos = get_demos_dir ();
  g_autoptr(GDir) dir = NULL;
  const char *wanted, *name;

  if (base_url == NULL || base_url->initial == NULL || weir_value_get_kind (base_url->initial) != WEIR_VALUE_TEXT)
    return;
  wanted = weir_value_get_text (base_url->initial, NULL);
  dir = g_dir_open (demos, 0, NULL);

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (demos, name, NULL);
      g_autofree char *address_path = g_build_filename (folder, ADDRESS_FILE, NULL);
      g_autofree char *address = NULL;
      g_autoptr(GError) error = NULL;

      if (!g_file_get_contents (address_path, &address, NULL, NULL) || !g_str_equal (g_strstrip (address), wanted))
        continue;

      g_free (address);
      address = serve (folder, &error);
      if (address == NULL)
        g_message ("The server of demo %s could not start again: %s", name, error->message);
      return;
    }
}
