/* SPDX-License-Identifier: GPL-3.0-or-later */
/* canvas-pan-1000: the work of one frame, from before-paint to after-paint, while a canvas of 1,000 blocks and 1,500
 * links is panned at 1600x900 with software rendering: at 100 %, where cards show all they have, at 50 %, and with
 * everything in view.
 * Run it as `headless.sh x11 bench-canvas [canvas-pan-NUMBER]` with HEADLESS_SIZE=1600x900. Figures are the median;
 * p95 beside it.
 *
 * The processor's time of the main thread is what is counted: GSK_RENDERER=cairo draws in that thread, and on a busy
 * machine the clock on the wall would tell about the neighbours. */
#include "canvas-fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define N_FRAMES 200

static double started_ms;
static double times[N_FRAMES];
static guint n_times;

static double
get_thread_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void
before_paint_cb (GdkFrameClock *clock)
{
  started_ms = get_thread_ms ();
}

static void
after_paint_cb (GdkFrameClock *clock)
{
  if (n_times < N_FRAMES)
    times[n_times++] = get_thread_ms () - started_ms;
}

static int
compare (const void *a,
         const void *b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return left < right ? -1 : left > right;
}

static void
measure (CanvasFixture *fixture,
         const char    *name)
{
  WeirViewport *viewport = weir_canvas_get_viewport (fixture->canvas);

  canvas_fixture_settle (fixture);
  n_times = 0;
  for (guint i = 0; i < N_FRAMES; i++)
    {
      guint before = n_times;

      /* There and back, so that at 100 % about a third of the frames bring new cards into view. */
      weir_viewport_pan (viewport, i < N_FRAMES / 2 ? 13 : -13, i % 50 < 25 ? 7 : -7);
      while (n_times == before)
        g_main_context_iteration (NULL, TRUE);
    }
  qsort (times, N_FRAMES, sizeof *times, compare);
  printf ("{\"name\":\"%s\",\"value\":%.2f,\"unit\":\"ms\",\"n\":%d,\"p95\":%.2f}\n", name, times[N_FRAMES / 2],
          N_FRAMES, times[N_FRAMES * 95 / 100]);
  fflush (stdout);
}

int
main (int   argc,
      char *argv[])
{
  guint n_blocks = 1000;
  g_autoptr(CanvasFixture) fixture = NULL;
  g_autofree char *name = NULL, *half = NULL, *all = NULL;
  GdkFrameClock *clock;

  for (int i = 1; i < argc; i++)
    if (g_str_has_prefix (argv[i], "canvas-pan-"))
      n_blocks = (guint) CLAMP (atoi (argv[i] + strlen ("canvas-pan-")), 10, 100000);
  name = g_strdup_printf ("canvas-pan-%u", n_blocks);
  half = g_strdup_printf ("%s-half", name);
  all = g_strdup_printf ("%s-all", name);
  dex_init ();
  gtk_init ();
  adw_init ();
  fixture = canvas_fixture_new_with (canvas_fixture_generate (n_blocks, n_blocks * 3 / 2));
  gtk_widget_set_visible (GTK_WIDGET (fixture->outline), FALSE);
  clock = gtk_widget_get_frame_clock (GTK_WIDGET (fixture->window));
  g_signal_connect (clock, "before-paint", G_CALLBACK (before_paint_cb), NULL);
  g_signal_connect_after (clock, "after-paint", G_CALLBACK (after_paint_cb), NULL);

  weir_canvas_zoom_to_fit (fixture->canvas);
  measure (fixture, all);
  weir_canvas_set_zoom (fixture->canvas, 0.5);
  measure (fixture, half);
  weir_canvas_set_zoom (fixture->canvas, 1);
  measure (fixture, name);
  return 0;
}
