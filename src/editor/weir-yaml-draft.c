/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-yaml-draft.h"

#include <glib/gstdio.h>

#include "weir.h"

/* The id of a workflow is a UUID, and so a file name. */
static char *
make_path (const char *workflow,
           const char *part)
{
  g_autofree char *name = g_strdup_printf ("%s.%s.yaml", workflow, part);

  return g_build_filename (g_get_user_state_dir (), "weir", "drafts", name, NULL);
}

static gboolean
write_part (const char *workflow,
            const char *part,
            const char *text)
{
  g_autofree char *path = make_path (workflow, part);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr(GError) error = NULL;

  if (g_mkdir_with_parents (folder, 0700) == 0
      && g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    return TRUE;
  g_warning ("What was typed cannot be kept in %s: %s", path, error != NULL ? error->message : g_strerror (errno));
  return FALSE;
}

/**
 * weir_yaml_draft_save:
 * @workflow: id of a workflow
 * @base: its text when the typing began
 * @text: what was made of it
 *
 * Keeps what was typed. Blocks for the time of writing a small file.
 */
void
weir_yaml_draft_save (const char *workflow,
                      const char *base,
                      const char *text)
{
  /* the text last: without it there is no draft */
  if (write_part (workflow, "base", base))
    write_part (workflow, "typed", text);
}

/**
 * weir_yaml_draft_load:
 * @workflow: id of a workflow
 * @base: (out) (transfer full): its text when the typing began
 * @text: (out) (transfer full): what was made of it
 *
 * Returns: whether there is a draft
 */
gboolean
weir_yaml_draft_load (const char  *workflow,
                      char       **base,
                      char       **text)
{
  g_autofree char *base_path = make_path (workflow, "base");
  g_autofree char *text_path = make_path (workflow, "typed");

  *base = *text = NULL;
  if (g_file_get_contents (base_path, base, NULL, NULL) && g_file_get_contents (text_path, text, NULL, NULL))
    return TRUE;
  g_clear_pointer (base, g_free);
  return FALSE;
}

/**
 * weir_yaml_draft_remove:
 * @workflow: id of a workflow
 *
 * Forgets the draft, if there is one.
 */
void
weir_yaml_draft_remove (const char *workflow)
{
  g_autofree char *base_path = make_path (workflow, "base");
  g_autofree char *text_path = make_path (workflow, "typed");

  g_unlink (text_path);
  g_unlink (base_path);
}
