/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A file of 2 GB, filtered line by line into another by a `weir run` of its own. WEIR_BENCH_STREAM_MB makes it smaller;
 * the time is then what 2 GB would have taken. */

#define WHOLE_MB 2048
#define BLOCK_SIZE (1 << 20)

typedef struct
{
  double seconds;
  double peak_mb;
} Passage;

static guint
get_size_mb (void)
{
  const char *text = g_getenv ("WEIR_BENCH_STREAM_MB");
  guint64 size;

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 1, WHOLE_MB, &size, NULL) ? (guint) size : WHOLE_MB;
}

/* A mebibyte of lines like those of a log; every fourth is kept. */
static char *
make_block (void)
{
  static const char *const levels[] = { "INFO", "WARN", "DEBUG", "ERROR" };
  GString *block = g_string_sized_new (BLOCK_SIZE + 128);

  for (guint i = 0; block->len < BLOCK_SIZE; i++)
    g_string_append_printf (block, "2026-11-20T15:%02u:%02u %s GET /path/%08x/%06x status=200 bytes=%u\n", i / 60 % 60,
                            i % 60, levels[i % 4], i * 2654435761u, i * 40503u & 0xffffff, i * 7919u % 65536);
  g_string_truncate (block, BLOCK_SIZE - 1);
  g_string_append_c (block, '\n');
  return g_string_free_and_steal (block);
}

static gboolean
write_input (const char *path, guint size_mb, GError **error)
{
  g_autofree char *block = make_block ();
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  gboolean ok = fd >= 0;

  for (guint i = 0; ok && i < size_mb; i++)
    ok = write (fd, block, BLOCK_SIZE) == BLOCK_SIZE;
  ok = ok && fsync (fd) == 0; /* what is written here must not hold up what is measured */
  if (!ok)
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "Could not write %s: %s", path,
                 g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return ok;
}

static gboolean
write_workflow (const char *dir, const char *path, GError **error)
{
  g_autofree char *yaml = g_strdup_printf (
    "weir: 1\nname: Stream\nblocks:\n"
    "  read: { kind: file.read, config: { path: %s/in.txt, as: stream } }\n"
    "  filter: { kind: data.transform,"
    " config: { operation: filter, expr: \"item.includes('ERROR')\" } }\n"
    "  write: { kind: file.write, config: { path: %s/out.txt } }\n"
    "links:\n  - read.content -> filter.items\n  - filter.items -> write.content\n",
    dir, dir);

  return g_file_set_contents (path, yaml, -1, error);
}

/* The most that it had in memory so far; 0 once it is gone. */
static double
get_peak_mb (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) pid);
  g_autofree char *status = NULL;
  const char *line;

  if (!g_file_get_contents (path, &status, NULL, NULL) || (line = strstr (status, "VmHWM:")) == NULL)
    return 0;
  return (double) g_ascii_strtoull (line + strlen ("VmHWM:"), NULL, 10) * 1024 / 1e6;
}

static gboolean
run (const char *workflow, const char *data, Passage *passage, GError **error)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", error);
  char *argv[] = { program, "run", (char *) workflow, "--data-dir", (char *) data, NULL };
  gint64 begin = g_get_monotonic_time ();
  GPid pid;
  int status;

  if (program == NULL
      || !g_spawn_async (NULL, argv, NULL,
                         G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                         NULL, &pid, error))
    return FALSE;
  while (waitpid (pid, &status, WNOHANG) == 0)
    {
      passage->peak_mb = MAX (passage->peak_mb, get_peak_mb (pid));
      g_usleep (5000);
    }
  passage->seconds = (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
  g_spawn_close_pid (pid);
  return g_spawn_check_wait_status (status, error);
}

static gboolean
measure (Passage *passage, GError **error)
{
  guint size_mb = get_size_mb ();
  WeirBench bench;
  g_autofree char *input = NULL, *workflow = NULL, *data = NULL;
  gboolean ok = weir_bench_open (&bench, error);

  if (bench.dir == NULL)
    return FALSE;
  input = g_build_filename (bench.dir, "in.txt", NULL);
  workflow = g_build_filename (bench.dir, "stream.yaml", NULL);
  data = g_build_filename (bench.dir, "run", NULL);
  ok = ok && write_input (input, size_mb, error) && write_workflow (bench.dir, workflow, error)
       && run (workflow, data, passage, error);
  passage->seconds *= (double) WHOLE_MB / size_mb;
  weir_bench_close (&bench);
  return ok;
}

/* Both figures come from one passage where both are asked for. */
static gboolean
ensure (Passage *passage, GError **error)
{
  static Passage known;

  if (known.seconds == 0 && !measure (&known, error))
    return FALSE;
  *passage = known;
  return TRUE;
}

gboolean
weir_bench_stream_2g (WeirSamples *samples, GError **error)
{
  Passage passage = { 0 };

  if (!ensure (&passage, error))
    return FALSE;
  weir_samples_add (samples, passage.seconds);
  return TRUE;
}

gboolean
weir_bench_stream_2g_rss (WeirSamples *samples, GError **error)
{
  Passage passage = { 0 };

  if (!ensure (&passage, error))
    return FALSE;
  weir_samples_add (samples, passage.peak_mb);
  return TRUE;
}
