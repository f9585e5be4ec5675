/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-program-tree.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A program that starts others faster than they are found is stopped first; then it does not any more. */
#define MAX_PASSES 50

typedef struct
{
  pid_t    pid;
  pid_t    parent;
  pid_t    group;
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
  return sscanf (after, ") %c %d %d", &process->state, &process->parent, &process->group) == 3;
}

static GArray *
list_processes (void)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc", 0, NULL);
  GArray *all = g_array_new (FALSE, FALSE, sizeof (Process));
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      Process process;

      if (g_ascii_isdigit (name[0]) && read_process (name, &process) && process.state != 'Z' && process.state != 'X')
        g_array_append_val (all, process);
    }
  return all;
}

static gboolean
has_mark (pid_t pid, const char *mark)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/environ", (int) pid);
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, NULL))
    return FALSE;
  for (const char *p = text; p < text + length; p += strlen (p) + 1)
    if (g_str_has_prefix (p, WEIR_PROGRAM_MARK "="))
      return strstr (p, mark) != NULL;
  return FALSE;
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

GArray *
weir_program_tree_list (const WeirProgramTree *self)
{
  g_autoptr(GArray) all = list_processes ();
  g_autoptr(GHashTable) found = g_hash_table_new (NULL, NULL);
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (pid_t));
  pid_t own = getpid ();

  for (guint i = 0; i < all->len; i++)
    {
      Process *process = &g_array_index (all, Process, i);

      if (process->pid == own)
        continue;
      process->found = process->group == self->leader || process->pid == self->leader
                       || has_mark (process->pid, self->mark);
      if (process->found)
        g_hash_table_add (found, GINT_TO_POINTER (process->pid));
    }
  find_children (all, found);
  for (guint i = 0; i < all->len; i++)
    if (g_array_index (all, Process, i).found)
      g_array_append_val (pids, g_array_index (all, Process, i).pid);
  return pids;
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
      g_autoptr(GArray) pids = weir_program_tree_list (self);

      if (!halt (pids, halted))
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
