/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "weir-store-fixture.h"

#define N_KILLS 12
#define IN_FLIGHT 3

/* ── the process that is killed ──────────────────────────────────────────────────────────── */

typedef struct
{
  WeirStore *store;
  gint64     run;
  guint64    seq;   /* the last that was sent */
  guint64    acked;
} Victim;

static void victim_send (Victim *self);

/* Tells the parent what is on disk, as any part of Weir may show it from here on. */
static void
acked_cb (gpointer data)
{
  Victim *self = data;
  guint64 acked = ++self->acked;

  if (write (1, &acked, sizeof acked) != sizeof acked)
    _exit (1);
  victim_send (self);
}

static void
victim_send (Victim *self)
{
  WeirBatch *batch = weir_batch_new ();
  guint64 seq = ++self->seq;
  WeirEffect effect = { .id = self->run * 1000000 + (gint64) seq, .run = self->run, .type = (char *) "file.write", .undo = WEIR_UNDO_EXACT };
  /* Now and then a value that goes to a file. */
  WeirValue *value = seq % 20 == 0 ? store_text_new (70 * 1000 + seq, 'k') : weir_value_new_int ((gint64) seq);

  weir_batch_take_event (
    batch, store_event_new (WEIR_EVENT_BLOCK_SUCCEEDED, self->run, seq, store_record_new ("result", value)), NULL,
    NULL);
  weir_batch_put_effect (batch, &effect);
  store_put_run (batch, self->run, "w", WEIR_RUN_RUNNING);
  weir_store_commit (self->store, batch, acked_cb, self);
}

static int
commit_for_ever (const char *dir, gint64 run)
{
  g_autoptr(GError) error = NULL;
  Victim victim = { .store = weir_store_new (dir, &error), .run = run };

  if (victim.store == NULL)
    return 1;
  for (guint i = 0; i < IN_FLIGHT; i++)
    victim_send (&victim);
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

/* ── the one that looks what is left ─────────────────────────────────────────────────────── */

/* Kills the process after @n_acks; the last number that it said was on disk. */
static guint64
kill_after (const char *dir, gint64 run, guint64 n_acks)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, run);
  g_autoptr(GSubprocess) victim = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--commit", dir,
                                                     number, NULL);
  guint64 acked = 0, next = 0;
  gsize length = 0;

  g_assert_no_error (error);
  do
    {
      g_input_stream_read_all (g_subprocess_get_stdout_pipe (victim), &next, sizeof next, &length, NULL, &error);
      g_assert_no_error (error);
      if (length == sizeof next)
        acked = next;
      if (acked == n_acks)
        g_subprocess_send_signal (victim, SIGKILL);
    }
  while (length == sizeof next);
  g_subprocess_wait (victim, NULL, NULL);
  g_assert_cmpint (g_subprocess_get_term_sig (victim), ==, SIGKILL);
  return acked;
}

static void
check_run (StoreFixture *self, gint64 run, guint64 acked)
{
  g_autoptr(GPtrArray) events = store_await_boxed (weir_store_load_events (self->store, run, 0, TRUE));
  g_autoptr(GPtrArray) effects = store_await_boxed (weir_store_list_effects (self->store, run));

  g_assert_cmpuint (events->len, >=, acked);
  g_assert_cmpuint (events->len, <=, acked + IN_FLIGHT);
  /* Both rows of a batch or none. */
  g_assert_cmpuint (effects->len, ==, events->len);
  for (guint i = 0; i < events->len; i++)
    {
      WeirEvent *event = g_ptr_array_index (events, i);
      WeirValue *value = weir_value_find_member (event->data, "result");
      gsize length;

      g_assert_cmpuint (event->seq, ==, i + 1);
      if (event->seq % 20 != 0)
        g_assert_cmpint (weir_value_get_int (value), ==, event->seq);
      else
        {
          weir_value_get_text (value, &length);
          g_assert_cmpuint (length, ==, 70 * 1000 + event->seq);
        }
    }
}

static void
test_kill_loses_nothing_that_was_acked (StoreFixture *self, gconstpointer data)
{
  guint64 acked[N_KILLS + 1];

  weir_store_close (self->store);
  for (gint64 run = 1; run <= N_KILLS; run++)
    acked[run] = kill_after (self->dir, run, (guint64) g_test_rand_int_range (1, 400));
  store_fixture_reopen (self);
  for (gint64 run = 1; run <= N_KILLS; run++)
    check_run (self, run, acked[run]);
  {
    g_autoptr(GListModel) unfinished = weir_store_list_unfinished (self->store);

    g_assert_cmpuint (g_list_model_get_n_items (unfinished), ==, N_KILLS);
    g_assert_cmpint (weir_store_get_last_run_id (self->store), ==, N_KILLS);
  }
}

int
main (int argc, char **argv)
{
  dex_init ();
  if (argc == 4 && g_str_equal (argv[1], "--commit"))
    return commit_for_ever (argv[2], g_ascii_strtoll (argv[3], NULL, 10));
  g_test_init (&argc, &argv, NULL);
  store_test ("/weir/store/crash/kill-loses-nothing-that-was-acked", test_kill_loses_nothing_that_was_acked);
  return g_test_run ();
}
