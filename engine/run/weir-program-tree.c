/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-program-tree.h"

#include "weir-program-mark.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* So often is it looked again when others came and went meanwhile. */
#define MAX_PASSES 50
/* The kernel's own: they have neither words nor an environment. */
#define FLAG_KERNEL 0x00200000

typedef struct
{
  pid_t    pid;
  pid_t    parent;
  pid_t    group;
  guint    flags;
  char     state;
  gboolean found;
} Process;

static gboolean
read_process (const char *name, Process *process)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/stat", name);
  g_autofree char *text = NULL;
  const char *after;

  /* the name is in brackets and may hold any */
  if (!g_file_get_contents (path, &text, NULL, NULL) || (after = strrchr (text, ')')) == NULL)
    return FALSE;
  *process = (Process) { .pid = (pid_t) g_ascii_strtoll (name, NULL, 10) };
  return sscanf (after, ") %c %d %d %*d %*d %*d %u", &process->state, &process->parent, &process->group,
                 &process->flags)
         == 4;
}

static gboolean
has_words (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/cmdline", (int) pid);
  g_autofree char *text = NULL;
  gsize length = 0;

  return g_file_get_contents (path, &text, &length, NULL) && length > 0;
}

/* Clears @sure if it cannot be told: the process has just ended, and may have left another, or is about to become another program and
 * has no environment at this moment. */
static gboolean
has_mark (const Process *process, const char *mark, gboolean *sure)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/environ", (int) process->pid);
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &text, &length, &error))
    {
      if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_ACCES)
          && !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_PERM))
        *sure = FALSE;
      return FALSE;
    }
  if (length == 0 && (process->flags & FLAG_KERNEL) == 0 && !has_words (process->pid))
    *sure = FALSE;
  for (const char *p = text; p < text + length; p += strlen (p) + 1)
    if (g_str_has_prefix (p, WEIR_PROGRAM_MARK "="))
      return strstr (p, mark) != NULL;
  return FALSE;
}

/* The number that was given out last, or 0. */
static pid_t
read_newest (void)
{
  g_autofree char *text = NULL;
  const char *last;

  if (!g_file_get_contents ("/proc/loadavg", &text, NULL, NULL) || (last = strrchr (g_strchomp (text), ' ')) == NULL)
    return 0;
  return (pid_t) g_ascii_strtoll (last, NULL, 10);
}

/* Those that live, with those that are of the tree by themselves marked as found. */
static GArray *
list_processes (const WeirProgramTree *self, gboolean *sure)
{
  pid_t newest = read_newest ();
  g_autoptr(GDir) dir = g_dir_open ("/proc", 0, NULL);
  GArray *all = g_array_new (FALSE, FALSE, sizeof (Process));
  pid_t own = getpid ();
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      Process process;

      if (!g_ascii_isdigit (name[0]))
        continue;
      if (!read_process (name, &process))
        {
          *sure = FALSE;
          continue;
        }
      if (process.state == 'Z' || process.state == 'X')
        continue;
      process.found = process.pid != own
                      && (process.group == self->leader || process.pid == self->leader
                          || weir_program_mark_is_on (self->number, process.pid)
                          || has_mark (&process, self->mark, sure));
      g_array_append_val (all, process);
    }
  /* the folder is read in the order of the numbers: where they began anew, one may have passed it by */
  if (read_newest () < newest)
    *sure = FALSE;
  return all;
}

/* Those of which one is found are found, too. */
static void
find_children (GArray *all, GHashTable *found)
{
  gboolean more = TRUE;

  while (more)
    {
      more = FALSE;
      for (guint i = 0; i < all->len; i++)
        {
          Process *process = &g_array_index (all, Process, i);

          if (process->found || !g_hash_table_contains (found, GINT_TO_POINTER (process->parent)))
            continue;
          process->found = more = TRUE;
          g_hash_table_add (found, GINT_TO_POINTER (process->pid));
        }
    }
}

/* Clears @sure if there may be others. */
static GArray *
look (const WeirProgramTree *self, gboolean *sure)
{
  g_autoptr(GArray) all = list_processes (self, sure);
  g_autoptr(GHashTable) found = g_hash_table_new (NULL, NULL);
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (pid_t));

  for (guint i = 0; i < all->len; i++)
    if (g_array_index (all, Process, i).found)
      g_hash_table_add (found, GINT_TO_POINTER (g_array_index (all, Process, i).pid));
  find_children (all, found);
  for (guint i = 0; i < all->len; i++)
    if (g_array_index (all, Process, i).found)
      g_array_append_val (pids, g_array_index (all, Process, i).pid);
  return pids;
}

GArray *
weir_program_tree_list (const WeirProgramTree *self)
{
  for (guint pass = 1;; pass++)
    {
      gboolean sure = TRUE;
      GArray *pids = look (self, &sure);

      if (pids->len > 0 || sure || pass == MAX_PASSES)
        return pids;
      g_array_unref (pids);
    }
}

void
weir_program_tree_ask (const WeirProgramTree *self)
{
  g_autoptr(GArray) pids = weir_program_tree_list (self);

  for (guint i = 0; i < pids->len; i++)
    if (getpgid (g_array_index (pids, pid_t, i)) != self->leader)
      kill (g_array_index (pids, pid_t, i), SIGTERM);
}

/* Whether there were some that had not been halted. */
static gboolean
halt (GArray *pids, GHashTable *halted)
{
  gboolean more = FALSE;

  for (guint i = 0; i < pids->len; i++)
    if (g_hash_table_add (halted, GINT_TO_POINTER (g_array_index (pids, pid_t, i))))
      {
        kill (g_array_index (pids, pid_t, i), SIGSTOP);
        more = TRUE;
      }
  return more;
}

void
weir_program_tree_kill (const WeirProgramTree *self)
{
  g_autoptr(GHashTable) halted = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer pid;

  for (guint pass = 0; pass < MAX_PASSES; pass++)
    {
      gboolean sure = TRUE;
      g_autoptr(GArray) pids = look (self, &sure);

      if (!halt (pids, halted) && sure)
        break;
    }
  kill (-self->leader, SIGKILL);
  g_hash_table_iter_init (&iter, halted);
  while (g_hash_table_iter_next (&iter, &pid, NULL))
    kill (GPOINTER_TO_INT (pid), SIGKILL);
}

char *
weir_program_tree_explain (pid_t pid)
{
  g_autofree char *name = g_strdup_printf ("%d", (int) pid);
  g_autofree char *path = g_strdup_printf ("/proc/%d/wchan", (int) pid);
  g_autofree char *where = NULL;
  Process process;

  if (kill (pid, 0) != 0 && errno == EPERM)
    return g_strdup ("it belongs to another user");
  if (!read_process (name, &process) || process.state != 'D')
    return g_strdup ("it may wait for a device");
  if (g_file_get_contents (path, &where, NULL, NULL) && where[0] != '\0' && where[0] != '0')
    return g_strdup_printf ("it waits for a device or a file system, in %s", where);
  return g_strdup ("it waits for a device or a file system");
}
