/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A mark that a program cannot lose by clearing its environment, going into a session of its own and leaving its parent: what it may spend of
 * real time, which nobody who does not ask for it has any of. As a number of µs that is never reached it means nothing to the kernel, and each
 * process has that of its parent. A program that sets this limit itself, or that another user runs, is not found by it. */

#include "weir-program-mark.h"

#include <sys/resource.h>

/* Above all that anybody would ask for: 146,000 years. */
#define FIRST (G_GUINT64_CONSTANT (1) << 62)

guint64
weir_program_mark_make (const char *uuid)
{
  guint64 number = 0;

  for (guint n = 0; *uuid != '\0' && n < 15; uuid++)
    if (g_ascii_isxdigit (*uuid))
      {
        number = number << 4 | (guint64) g_ascii_xdigit_value (*uuid);
        n++;
      }
  return FIRST + number;
}

gboolean
weir_program_mark_lend (guint64 mark, struct rlimit *before)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_RTTIME, before) != 0 || before->rlim_max != RLIM_INFINITY)
    return FALSE;
  limit = (struct rlimit) { mark, RLIM_INFINITY };
  return setrlimit (RLIMIT_RTTIME, &limit) == 0;
}

void
weir_program_mark_take_back (const struct rlimit *before)
{
  setrlimit (RLIMIT_RTTIME, before);
}

gboolean
weir_program_mark_is_on (guint64 mark, pid_t pid)
{
  struct rlimit limit;

  return prlimit (pid, RLIMIT_RTTIME, NULL, &limit) == 0 && limit.rlim_cur == mark;
}
