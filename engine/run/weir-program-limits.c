/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Limits of one program. posix_spawn has no word for them, so a shell sets them and becomes the program: there is no moment in which it runs
 * without. Memory is held by a unit of systemd where there is one, for all processes of the program together; else the kernel knows only
 * the address space of each. */

#include "weir-program-limits.h"

#include "weir-error.h"

#include <errno.h>
#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

gboolean
weir_program_limits_any (const WeirProgramLimits *self)
{
  return self->memory > 0 || self->cpu_ms > 0 || self->open_files > 0;
}

/* What this process may not exceed itself it cannot allow a child. */
static guint64
clamp_to_own (int resource, guint64 wanted)
{
  struct rlimit own;

  if (getrlimit (resource, &own) != 0 || own.rlim_max == RLIM_INFINITY)
    return wanted;
  return MIN (wanted, own.rlim_max);
}

static char *
make_script (const WeirProgramLimits *self, gboolean scope)
{
  GString *script = g_string_new (NULL);
  guint64 seconds = ((guint64) self->cpu_ms + 999) / 1000;

  if (self->memory > 0 && !scope)
    g_string_append_printf (script, "ulimit -v %" G_GUINT64_FORMAT " && ",
                            MAX (clamp_to_own (RLIMIT_AS, (guint64) self->memory) / 1024, 1));
  /* SIGXCPU first, which says what it was; a second later SIGKILL to what does not listen */
  if (self->cpu_ms > 0)
    g_string_append_printf (script, "ulimit -S -t %" G_GUINT64_FORMAT " && ulimit -H -t %" G_GUINT64_FORMAT " && ",
                            clamp_to_own (RLIMIT_CPU, seconds), clamp_to_own (RLIMIT_CPU, seconds + 1));
  if (self->open_files > 0)
    g_string_append_printf (script, "ulimit -n %" G_GUINT64_FORMAT " && ",
                            clamp_to_own (RLIMIT_NOFILE, (guint64) self->open_files));
  g_string_append (script, "exec \"$0\" \"$@\"");
  return g_string_free_and_steal (script);
}

/* As posix_spawnp () would find it: on the PATH of this process, or from the folder that it is to run in. */
static char *
find_program (const char *name, const char *cwd)
{
  g_autofree char *path = NULL;

  if (strchr (name, '/') == NULL)
    return g_find_program_in_path (name);
  path = g_canonicalize_filename (name, cwd);
  if (!g_file_test (path, G_FILE_TEST_IS_EXECUTABLE) || g_file_test (path, G_FILE_TEST_IS_DIR))
    return NULL;
  return g_steal_pointer (&path);
}

char **
weir_program_limits_apply (const WeirProgramLimits *self, gboolean scope, char **argv, const char *cwd, GError **error)
{
  g_autofree char *path = find_program (argv[0], cwd);
  g_autoptr(GStrvBuilder) words = g_strv_builder_new ();

  if (path == NULL)
    {
      weir_set_failure (error, "proc.not_found", "Could not start %s: %s", argv[0], g_strerror (ENOENT));
      return NULL;
    }
  if (scope)
    {
      g_strv_builder_add_many (words, "systemd-run", "--user", "--scope", "--quiet", "--collect", NULL);
      g_strv_builder_take (words, g_strdup_printf ("--property=MemoryMax=%" G_GINT64_FORMAT, self->memory));
      g_strv_builder_add_many (words, "--property=MemorySwapMax=0", "--", NULL);
    }
  g_strv_builder_add_many (words, "/bin/sh", "-c", NULL);
  g_strv_builder_take (words, make_script (self, scope));
  g_strv_builder_add (words, path);
  g_strv_builder_addv (words, (const char **) argv + 1);
  return g_strv_builder_end (words);
}

const char *
weir_program_limits_explain (const WeirProgramLimits *self, gboolean scope, int signal_number)
{
  if (self->cpu_ms > 0 && signal_number == SIGXCPU)
    return "cpu";
  /* nobody else here ends it that way without having said so */
  if (self->memory > 0 && scope && signal_number == SIGKILL)
    return "memory";
  return NULL;
}

/* ── whether systemd can be asked ────────────────────────────────────────────────────────── */

/* There may be the program, but no manager of the user that would answer. */
static DexFuture *
probe (const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GSubprocess) process = g_subprocess_new (
    G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, path, "--user", "--scope", "--quiet",
    "--collect", "--property=MemoryMax=infinity", "--", "/bin/true", NULL);

  if (process == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_subprocess_wait_check (process);
}

DexFuture *
weir_program_limits_find_scope (void)
{
  static char *looked_at;
  static DexFuture *found;
  g_autofree char *path = g_find_program_in_path ("systemd-run");

  if (path == NULL)
    return dex_future_new_reject (WEIR_ERROR, WEIR_ERROR_NOT_FOUND, "There is no systemd-run");
  if (found == NULL || !g_str_equal (looked_at, path))
    {
      dex_clear (&found);
      g_free (looked_at);
      found = probe (path);
      looked_at = g_steal_pointer (&path);
    }
  return dex_ref (found);
}
