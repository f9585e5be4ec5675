/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-report.h"
#include "weir-terminal.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The live area never covers the whole screen: what was printed before stays in sight. */
#define MAX_LIVE_LINES 20
#define MAX_FINAL_LINES 200
/* "23 h 59 min" */
#define DURATION_WIDTH 11

typedef struct
{
  const char *glyph;
  const char *ascii;
  const char *colour;  /* SGR parameters */
  const char *word;
} Look;

static const Look looks[] = {
  [WEIR_STEP_PENDING] = { "·", ".", "2", N_("pending") },
  [WEIR_STEP_READY] = { "·", ".", "2", N_("ready") },
  [WEIR_STEP_QUEUED] = { "·", ".", "2", N_("queued") },
  [WEIR_STEP_RUNNING] = { "▸", ">", "34", N_("running") },
  [WEIR_STEP_RETRY_WAIT] = { "↻", "r", "33", N_("waits to retry") },
  [WEIR_STEP_WAITING] = { "◦", "o", "34", N_("waiting") },
  [WEIR_STEP_SUSPENDED] = { "‖", "=", "33", N_("suspended") },
  [WEIR_STEP_SUCCEEDED] = { "✓", "+", "32", N_("succeeded") },
  [WEIR_STEP_FAILED] = { "✕", "x", "31", N_("failed") },
  [WEIR_STEP_SKIPPED] = { "–", "-", "2", N_("skipped") },
  [WEIR_STEP_CACHED] = { "✓", "+", "32", N_("cached") },
  [WEIR_STEP_PINNED] = { "✓", "+", "32", N_("pinned") },
  [WEIR_STEP_CANCELLED] = { "■", "#", "33", N_("cancelled") },
  [WEIR_STEP_INTERRUPTED] = { "■", "#", "31", N_("interrupted") },
  [WEIR_STEP_UNKNOWN] = { "?", "?", "35", N_("unknown") },
  [WEIR_STEP_UNDONE] = { "↶", "<", "2", N_("undone") },
};

static gboolean
is_utf8 (void)
{
  return g_get_charset (NULL);
}

static guint
get_width (gunichar c)
{
  if (g_unichar_iszerowidth (c) || !g_unichar_isprint (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

/* Appends @text in exactly @width columns (or, not padded, at most), cut with an ellipsis. */
static void
append_fitted (GString *line, const char *text, guint width, gboolean pad)
{
  guint total = 0, used = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    total += get_width (g_utf8_get_char (p));
  for (const char *p = text; *p != '\0' && *p != '\n'; p = g_utf8_next_char (p))
    {
      guint w = get_width (g_utf8_get_char (p));

      if (w == 0)
        continue;
      if (total > width && used + w > width - 1)
        {
          g_string_append (line, is_utf8 () ? "…" : ".");
          used++;
          break;
        }
      g_string_append_len (line, p, g_utf8_next_char (p) - p);
      used += w;
    }
  for (; pad && used < width; used++)
    g_string_append_c (line, ' ');
}

static void
append_coloured (WeirReport *self, GString *line, const char *colour, const char *text)
{
  if (self->colour)
    g_string_append_printf (line, "\033[%sm%s\033[0m", colour, text);
  else
    g_string_append (line, text);
}

/* Where in the run's time the step lay: half a cell is the finest that a line character shows. */
static void
append_bar (WeirReport *self, GString *line, WeirReportRow *row, gint64 end_at, guint width)
{
  gint64 total = MAX (end_at - self->started_at, 1);
  gint64 to_at = row->ended_at != 0 ? row->ended_at : end_at;
  guint halves = 2 * width;
  guint from = (guint) CLAMP ((row->started_at - self->started_at) * halves / total, 0, (gint64) halves - 1);
  guint to = (guint) CLAMP (((to_at - self->started_at) * halves + total - 1) / total, (gint64) from + 1,
                            (gint64) halves);
  g_autoptr(GString) bar = g_string_new (NULL);

  for (guint i = 0; i < width; i++)
    {
      gboolean left = 2 * i >= from && 2 * i < to;
      gboolean right = 2 * i + 1 >= from && 2 * i + 1 < to;

      if (!is_utf8 ())
        g_string_append_c (bar, left || right ? '=' : ' ');
      else
        g_string_append (bar, left && right ? "━" : left ? "╸" : right ? "╺" : " ");
    }
  append_coloured (self, line, looks[row->status].colour, bar->str);
}

static void
append_progress (WeirReport *self, GString *line, double fraction)
{
  guint filled = (guint) (CLAMP (fraction, 0, 1) * 10 + 0.5);

  g_string_append_c (line, '[');
  for (guint i = 0; i < 10; i++)
    g_string_append (line, i < filled ? (is_utf8 () ? "■" : "#") : (is_utf8 () ? "·" : "."));
  g_string_append_printf (line, "] %3.0f %% ", CLAMP (fraction, 0, 1) * 100);
}

static void
append_note (WeirReport *self, GString *line, WeirReportRow *row, gint64 now, guint width)
{
  g_autoptr(GString) note = g_string_new (NULL);

  if (row->status == WEIR_STEP_RETRY_WAIT)
    {
      g_autofree char *rest = weir_display_duration (MAX (row->due_at - now, 0));

      g_string_append_printf (note, _("attempt %u failed, next in %s"), row->attempt, rest);
      if (row->note != NULL)
        g_string_append_printf (note, ": %s", row->note);
    }
  else
    {
      if (row->status == WEIR_STEP_RUNNING && row->progress >= 0)
        append_progress (self, note, row->progress);
      if (row->status != WEIR_STEP_SUCCEEDED && row->status != WEIR_STEP_RUNNING)
        g_string_append (note, _(looks[row->status].word));
      if (row->note != NULL)
        g_string_append_printf (note, "%s%s", row->status == WEIR_STEP_FAILED ? ": " : "", row->note);
    }
  append_fitted (line, note->str, width, FALSE);
}

static void
append_row (WeirReport *self, GString *line, WeirReportRow *row, gint64 now, guint columns)
{
  guint name_width = CLAMP (columns / 4, 10, 32);
  guint bar_width = CLAMP (columns / 3, 8, 48);
  guint note_width = columns > name_width + bar_width + DURATION_WIDTH + 7
                       ? columns - name_width - bar_width - DURATION_WIDTH - 7
                       : 0;
  gint64 until = row->ended_at != 0 ? row->ended_at : now;
  g_autofree char *duration = weir_display_duration (MAX (until - row->started_at, 0));

  if (row->status == WEIR_STEP_SKIPPED)
    g_set_str (&duration, "");
  append_coloured (self, line, looks[row->status].colour,
                   is_utf8 () ? looks[row->status].glyph : looks[row->status].ascii);
  g_string_append_c (line, ' ');
  append_fitted (line, row->path, name_width, TRUE);
  g_string_append_c (line, ' ');
  append_bar (self, line, row, now, bar_width);
  /* its spaces are two bytes and one column each */
  g_string_append_printf (line, " %*s%s ", (int) (DURATION_WIDTH - MIN (g_utf8_strlen (duration, -1), DURATION_WIDTH)),
                          "", duration);
  if (note_width > 4)
    append_note (self, line, row, now, note_width - 1);
}

static void
get_screen (guint *columns, guint *lines)
{
  struct winsize size = { 0 };

  *columns = 80;
  *lines = 24;
  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    {
      *columns = size.ws_col;
      *lines = MAX (size.ws_row, 4);
    }
}

/* Back to the first line of the live area. */
static void
append_rewind (WeirReport *self, GString *out)
{
  if (self->n_drawn > 0)
    g_string_append_printf (out, "\033[%uA", self->n_drawn);
  g_string_append_c (out, '\r');
}

static void
append_status_line (WeirReport *self, GString *out, gint64 now, guint columns)
{
  g_autofree char *duration = weir_display_duration (MAX (now - self->started_at, 0));
  g_autoptr(GString) text = g_string_new (NULL);

  g_string_append_printf (text, _("Run %" G_GINT64_FORMAT " · %s for %s · %u steps done, %u running"), self->run,
                          weir_run_status_get_name (self->status), duration, self->n_done, self->n_running);
  append_fitted (out, text->str, columns - 1, FALSE);
  g_string_append (out, "\033[K\n");
}

static void
write_out (GString *out)
{
  FILE *terminal = weir_terminal_get_stdout ();

  fwrite (out->str, 1, out->len, terminal);
  fflush (terminal);
}

/* One write a frame, every line erased only behind its new text: nothing flickers. */
void
weir_report_draw (WeirReport *self)
{
  g_autoptr(GString) out = g_string_new ("\033[?2026h");
  gint64 now = g_get_real_time ();
  guint columns, lines, first, n;

  get_screen (&columns, &lines);
  n = MIN (MIN (self->rows->len, lines - 2), MAX_LIVE_LINES);
  first = self->rows->len - n;
  append_rewind (self, out);
  for (guint i = first; i < self->rows->len; i++)
    {
      append_row (self, out, g_ptr_array_index (self->rows, i), now, columns);
      g_string_append (out, "\033[K\n");
    }
  append_status_line (self, out, now, columns);
  g_string_append (out, "\033[J\033[?2026l");
  self->n_drawn = n + 1;
  write_out (out);
}

/* In place of the live area the whole run, bars relative to its whole time. */
void
weir_report_draw_final (WeirReport *self)
{
  g_autoptr(GString) out = g_string_new ("\033[?2026h");
  gint64 end_at = self->ended_at != 0 ? self->ended_at : g_get_real_time ();
  guint n = MIN (self->rows->len, MAX_FINAL_LINES);
  guint columns, lines;

  get_screen (&columns, &lines);
  append_rewind (self, out);
  g_string_append (out, "\033[J");
  if (n < self->rows->len)
    g_string_append_printf (out, _("… %u earlier steps\n"), self->rows->len - n);
  for (guint i = self->rows->len - n; i < self->rows->len; i++)
    {
      append_row (self, out, g_ptr_array_index (self->rows, i), end_at, columns);
      g_string_append_c (out, '\n');
    }
  g_string_append (out, "\033[?2026l");
  self->n_drawn = 0;
  write_out (out);
}

void
weir_report_print_row (WeirReport *self, WeirReportRow *row)
{
  g_autofree char *duration = weir_display_duration (MAX (row->ended_at - row->started_at, 0));
  g_autoptr(GString) line = g_string_new (NULL);

  g_string_append_printf (line, "%s %s  %s", is_utf8 () ? looks[row->status].glyph : looks[row->status].ascii,
                          row->path, _(looks[row->status].word));
  if (row->status != WEIR_STEP_SKIPPED)
    g_string_append_printf (line, "  %s", duration);
  if (row->attempt > 1 || row->status == WEIR_STEP_RETRY_WAIT)
    g_string_append_printf (line, _("  attempt %u"), row->attempt);
  if (row->note != NULL)
    g_string_append_printf (line, "  %s", row->note);
  g_strdelimit (line->str, "\n", ' ');
  puts (line->str);
  fflush (stdout);
}
