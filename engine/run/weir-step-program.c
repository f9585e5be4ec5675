/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Child processes of steps. posix_spawn, since it costs the same however large this process is. Each leads a process group of its own and has a
 * mark in its environment, and one that it cannot lose, so that stopping a step ends what it started as well. */

#include "weir-limits.h"
#include "weir-program-end.h"
#include "weir-program-limits.h"
#include "weir-program-mark.h"
#include "weir-run-private.h"
#include "weir-run-queue.h"
#include "weir-stream.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_SIZE 65536
#define PIPE_MAX (1024 * 1024)
/* What is kept of output that nobody wants, to say what went wrong. */
#define KEPT_SIZE 65536
/* What is logged of each of its outputs, in bytes, and what a line costs besides its text. */
#define LOG_MAX (4 * 1024 * 1024)
#define LINE_COST 64
/* How long output is waited for once the program itself has ended: something it left behind may hold the pipe. */
#define LINGER_MS 300

/* What goes to the program. It may outlive the program: something left behind may hold the pipe. */
typedef struct
{
  int               ref_count;
  WeirStep         *step;
  GOutputStream    *pipe;
  GBytes           *input;
  WeirStreamReader *reader;
  pid_t             pid;
  gboolean          over;  /* the program has ended */
  GError           *error; /* of the reader */
} Feed;

typedef struct
{
  WeirStep   *step;
  WeirGate   *gate;    /* among the programs at once */
  guint       ref_count;
  char      **argv;
  WeirProgramLimits limits;
  gboolean    scope;   /* a unit of systemd holds its memory */
  char       *cwd;
  char      **environment;
  GBytes     *input;
  WeirStreamReader *reader;
  gsize       max_output;
  gint64      kill_grace_ms;
  gboolean    log_lines;
  gboolean    discard;

  pid_t       pid;
  char       *mark;
  WeirProgramEnd *end; /* once it has been told to; NULL before */
  DexPromise *exited; /* with the wait status */
  DexPromise *deaf;   /* rejects when nothing is read any more */
  gulong      stop_handler;
  gboolean    stopping;
  gboolean    over;
  int         in[2];
  int         out[2];
  int         err[2];
} Program;

typedef struct
{
  Program      *program; /* owned by the fiber that waits for all of its pipes */
  GInputStream *stream;
  GByteArray   *bytes;
  GString      *line;
  WeirLogLevel  level;
  gsize         logged;
  gboolean      too_much;
} Reader;

static void
close_pair (int *pair)
{
  for (guint i = 0; i < 2; i++)
    if (pair[i] >= 0)
      close (pair[i]);
  pair[0] = pair[1] = -1;
}

static void
program_unref (gpointer data)
{
  Program *self = data;

  if (--self->ref_count > 0)
    return;
  close_pair (self->in);
  close_pair (self->out);
  close_pair (self->err);
  g_strfreev (self->argv);
  g_strfreev (self->environment);
  g_free (self->cwd);
  g_free (self->mark);
  g_clear_pointer (&self->end, weir_program_end_unref);
  g_clear_pointer (&self->input, g_bytes_unref);
  g_clear_pointer (&self->reader, weir_stream_reader_unref);
  dex_clear (&self->exited);
  dex_clear (&self->deaf);
  weir_step_unref (self->step);
  g_free (self);
}

static char **
make_environment (WeirStep *step, const char *const *extra, const char *mark)
{
  char **environment = g_get_environ ();
  const char *outer = g_environ_getenv (environment, WEIR_PROGRAM_MARK);
  g_autofree char *marks = outer != NULL ? g_strconcat (outer, ":", mark, NULL) : g_strdup (mark);

  environment = g_environ_setenv (environment, "WEIR_RUN_ID", weir_step_get_run_id (step), TRUE);
  environment = g_environ_setenv (environment, "WEIR_CORRELATION_ID", weir_step_get_correlation_id (step), TRUE);
  environment = g_environ_setenv (environment, "WEIR_IDEMPOTENCY_KEY", weir_step_get_idempotency_key (step), TRUE);
  for (guint i = 0; extra != NULL && extra[i] != NULL; i++)
    {
      const char *equals = strchr (extra[i], '=');
      g_autofree char *name = equals != NULL ? g_strndup (extra[i], equals - extra[i]) : NULL;

      if (name != NULL)
        environment = g_environ_setenv (environment, name, equals + 1, TRUE);
    }
  return g_environ_setenv (environment, WEIR_PROGRAM_MARK, marks, TRUE);
}

static void
broken_pipe_cb (int number)
{
}

/* A program that ends before it has read all must not take this one with it. Only where nobody else has said what is to happen; and not
 * SIG_IGN, which other children would inherit. */
static void
survive_broken_pipes (void)
{
  struct sigaction action;

  if (sigaction (SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL)
    {
      action = (struct sigaction) { .sa_handler = broken_pipe_cb, .sa_flags = SA_RESTART };
      sigaction (SIGPIPE, &action, NULL);
    }
}

static gboolean
open_pipes (Program *self, GError **error)
{
  survive_broken_pipes ();
  if (g_unix_open_pipe (self->in, O_CLOEXEC, error) && g_unix_open_pipe (self->out, O_CLOEXEC, error)
      && g_unix_open_pipe (self->err, O_CLOEXEC, error))
    return g_unix_set_fd_nonblocking (self->in[1], TRUE, error) && g_unix_set_fd_nonblocking (self->out[0], TRUE, error)
           && g_unix_set_fd_nonblocking (self->err[0], TRUE, error);
  return FALSE;
}

/* The words that run it: with its limits. */
static char **
make_words (Program *self, GError **error)
{
  if (!weir_program_limits_any (&self->limits))
    return g_strdupv (self->argv);
  return weir_program_limits_apply (&self->limits, self->scope, self->argv, self->cwd, error);
}

static int
spawn (Program *self, char **words)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  struct rlimit before;
  sigset_t signals;
  gboolean lent;
  int code;

  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_adddup2 (&actions, self->in[0], 0);
  posix_spawn_file_actions_adddup2 (&actions, self->out[1], 1);
  posix_spawn_file_actions_adddup2 (&actions, self->err[1], 2);
  if (self->cwd != NULL)
    posix_spawn_file_actions_addchdir_np (&actions, self->cwd);

  posix_spawnattr_init (&attributes);
  posix_spawnattr_setpgroup (&attributes, 0);
  sigemptyset (&signals);
  posix_spawnattr_setsigmask (&attributes, &signals);
  sigaddset (&signals, SIGPIPE);
  sigaddset (&signals, SIGINT);
  posix_spawnattr_setsigdefault (&attributes, &signals);
  posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  lent = weir_program_mark_lend (weir_program_mark_make (self->mark), &before);
  code = posix_spawnp (&self->pid, words[0], &actions, &attributes, words, self->environment);
  if (lent)
    weir_program_mark_take_back (&before);
  posix_spawn_file_actions_destroy (&actions);
  posix_spawnattr_destroy (&attributes);
  return code;
}

static void
child_exited_cb (GPid pid, int status, gpointer user_data)
{
  DexPromise *exited = user_data;

  dex_promise_resolve_int (exited, status);
}

static void
stop_cb (GCancellable *cancellable, gpointer user_data)
{
  Program *self = user_data;

  if (self->stopping || self->over)
    return;
  self->stopping = TRUE;
  self->end = weir_program_end_begin (self->pid, self->mark, self->step->run->engine->clock, self->kill_grace_ms);
}

/* Lines go to the journal faster than a disk takes them; a program that never stops must not fill memory and disk with them. */
static void
log_line (Reader *self)
{
  g_autofree char *valid = NULL;

  if (self->logged > LOG_MAX)
    return;
  self->logged += self->line->len + LINE_COST;
  valid = g_utf8_make_valid (self->line->str, self->line->len);
  weir_step_log (self->program->step, self->level, "%s", valid);
  if (self->logged > LOG_MAX)
    weir_step_log (self->program->step, WEIR_LOG_WARNING, "%s writes a lot; what follows is not logged",
                   self->program->argv[0]);
}

static void
log_lines (Reader *self, const char *data, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (data[i] == '\n')
      {
        log_line (self);
        g_string_truncate (self->line, 0);
      }
    else if (self->line->len < 4096)
      g_string_append_c (self->line, data[i]);
}

/* Whether more is wanted. */
static gboolean
take_output (Reader *self, const guint8 *data, gsize size)
{
  if (self->program->log_lines)
    log_lines (self, (const char *) data, size);
  if (self->program->discard)
    size = MIN (size, KEPT_SIZE - MIN (self->bytes->len, KEPT_SIZE));
  else if (self->bytes->len + size > self->program->max_output)
    {
      self->too_much = TRUE;
      kill (-self->program->pid, SIGKILL);
      return FALSE;
    }
  g_byte_array_append (self->bytes, data, size);
  return TRUE;
}

/* What the program wrote before it ended, if the main loop had no time for it until now. */
static void
read_rest (Reader *self)
{
  int fd = g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (self->stream));
  g_autofree guint8 *data = g_malloc (READ_SIZE);
  gsize total = 0;
  gssize size;

  /* no pipe holds more; something left behind could write for ever */
  while (total < PIPE_MAX && (size = read (fd, data, READ_SIZE)) > 0 && take_output (self, data, size))
    total += size;
}

static DexFuture *
read_fiber (gpointer user_data)
{
  Reader *self = user_data;
  gsize size = 1;

  while (size > 0)
    {
      DexFuture *read = dex_input_stream_read_bytes (self->stream, READ_SIZE, 0);
      g_autoptr(GBytes) bytes = dex_await_boxed (
        dex_future_first (read, dex_ref (DEX_FUTURE (self->program->deaf)), NULL), NULL);
      const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

      if (bytes == NULL)
        {
          read_rest (self);
          break;
        }
      if (size > 0 && !take_output (self, data, size))
        break;
    }
  if (self->line->len > 0 && self->program->log_lines)
    log_lines (self, "\n", 1);
  return dex_future_new_true ();
}

static void
feed_unref (gpointer data)
{
  Feed *self = data;

  if (--self->ref_count > 0)
    return;
  g_clear_object (&self->pipe);
  g_clear_pointer (&self->input, g_bytes_unref);
  g_clear_pointer (&self->reader, weir_stream_reader_unref);
  g_clear_error (&self->error);
  weir_step_unref (self->step);
  g_free (self);
}

/* FALSE when it does not want all of it: its own business. */
static gboolean
write_bytes (Feed *self, GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  while (size > 0)
    {
      gssize n = dex_await_int64 (dex_output_stream_write (self->pipe, data, MIN (size, READ_SIZE), 0), NULL);

      if (n <= 0)
        return FALSE;
      data += n;
      size -= n;
    }
  return TRUE;
}

/* A program that has got half of its input must not take that for all. */
static void
feed_failed (Feed *self)
{
  if (!self->over)
    kill (-self->pid, SIGKILL);
}

static DexFuture *
write_fiber (gpointer user_data)
{
  Feed *self = user_data;

  if (self->input != NULL)
    write_bytes (self, self->input);
  while (self->reader != NULL && !self->over && !weir_stream_reader_is_at_end (self->reader))
    {
      g_autoptr(GBytes) bytes = dex_await_boxed (weir_stream_reader_next (self->reader), &self->error);

      if (bytes == NULL)
        {
          feed_failed (self);
          break;
        }
      if (!write_bytes (self, bytes))
        break;
      weir_step_show_progress_of (self->step, self->reader);
    }
  g_output_stream_close (self->pipe, NULL, NULL);
  return dex_future_new_true ();
}

static Feed *
feed (Program *self)
{
  Feed *feed = g_new0 (Feed, 1);

  feed->ref_count = 2; /* the caller's and the fiber's */
  feed->step = weir_step_ref (self->step);
  feed->pipe = g_unix_output_stream_new (self->in[1], TRUE);
  feed->input = g_steal_pointer (&self->input);
  feed->reader = g_steal_pointer (&self->reader);
  feed->pid = self->pid;
  self->in[1] = -1;
  dex_future_disown (dex_scheduler_spawn (NULL, 0, write_fiber, feed, feed_unref));
  return feed;
}

static Reader *
reader_new (Program *program, int *fd, WeirLogLevel level)
{
  Reader *self = g_new0 (Reader, 1);

  self->program = program;
  self->stream = g_unix_input_stream_new (*fd, TRUE);
  *fd = -1;
  self->bytes = g_byte_array_new ();
  self->line = g_string_new (NULL);
  self->level = level;
  return self;
}

static void
reader_free (Reader *self)
{
  g_object_unref (self->stream);
  g_byte_array_unref (self->bytes);
  g_string_free (self->line, TRUE);
  g_free (self);
}

static WeirValue *
make_result (Reader *out, Reader *err, int status, gint64 ms)
{
  Program *program = out->program;
  WeirBuilder *record = weir_record_builder_new (6);
  const char *limit = WIFSIGNALED (status)
                        ? weir_program_limits_explain (&program->limits, program->scope, WTERMSIG (status))
                        : NULL;
  g_autoptr(GBytes) out_bytes = g_bytes_new (out->bytes->data, out->bytes->len);
  g_autoptr(GBytes) err_bytes = g_bytes_new (err->bytes->data, err->bytes->len);

  weir_builder_set_take (record, "stdout", weir_value_new_bytes (out_bytes));
  weir_builder_set_take (record, "stderr", weir_value_new_bytes (err_bytes));
  weir_builder_set_take (record, "exit", weir_value_new_int (WIFEXITED (status) ? WEXITSTATUS (status) : -1));
  weir_builder_set_take (record, "signal", weir_value_new_int (WIFSIGNALED (status) ? WTERMSIG (status) : 0));
  weir_builder_set_take (record, "ms", weir_value_new_int (ms));
  if (limit != NULL)
    weir_builder_set_take (record, "limit", weir_value_new_text (limit));
  return weir_builder_end (record);
}

/* Ends the reading: at once when everything was closed, soon after the exit when something left behind holds a pipe. A stream cannot be
 * closed while it is read. */
static void
wait_for_output (Program *self, DexFuture *readers)
{
  dex_await (dex_future_first (dex_ref (readers), weir_clock_sleep (weir_clock_get_real (), LINGER_MS), NULL), NULL);
  if (dex_future_is_pending (readers))
    dex_promise_reject (self->deaf, g_error_new (G_IO_ERROR, G_IO_ERROR_CLOSED, "The program has ended"));
}

static DexFuture *
program_fiber (gpointer user_data)
{
  Program *self = user_data;
  gint64 began = g_get_monotonic_time ();
  Reader *out = reader_new (self, &self->out[0], WEIR_LOG_INFO);
  Reader *err = reader_new (self, &self->err[0], WEIR_LOG_WARNING);
  Feed *fed = feed (self);
  g_autoptr(DexFuture) readers = NULL;
  WeirValue *result = NULL;
  GError *error = NULL;
  int status;

  readers = dex_future_all (dex_scheduler_spawn (NULL, 0, read_fiber, out, NULL),
                            dex_scheduler_spawn (NULL, 0, read_fiber, err, NULL), NULL);
  status = dex_await_int (dex_ref (DEX_FUTURE (self->exited)), NULL);
  /* what it started must not outlive the step, nor the program that is told to end */
  if (self->end != NULL)
    weir_program_end_wait (self->end, self->step);
  self->step->pid = 0;
  weir_step_leave_gate (self->step, self->gate);
  wait_for_output (self, readers);
  self->over = fed->over = TRUE;
  g_cancellable_disconnect (weir_step_get_cancellable (self->step), self->stop_handler);

  if (out->too_much || err->too_much)
    weir_set_failure (&error, "limit.size", "%s wrote more than %" G_GSIZE_FORMAT " bytes", self->argv[0],
                      self->max_output);
  else if (self->stopping)
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s was ended", self->argv[0]);
  else if (fed->error != NULL)
    error = g_error_copy (fed->error);
  else
    result = make_result (out, err, status, (g_get_monotonic_time () - began) / 1000);

  /* readers still hold their streams: let them see that nothing comes any more */
  dex_await (dex_ref (readers), NULL);
  reader_free (out);
  reader_free (err);
  feed_unref (fed);
  if (error != NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (WEIR_TYPE_VALUE, result);
}

static DexFuture *
start (Program *self)
{
  WeirStep *step = self->step;
  g_auto(GStrv) words = NULL;
  GError *error = NULL;
  int code;

  words = make_words (self, &error);
  if (words == NULL || !open_pipes (self, &error))
    return dex_future_new_for_error (error);
  code = spawn (self, words);
  if (code != 0)
    {
      weir_set_failure (&error,
                        code == ENOENT   ? "proc.not_found"
                        : code == EACCES ? "io.access"
                                         : "proc.not_found",
                        "Could not start %s: %s", self->argv[0], g_strerror (code));
      return dex_future_new_for_error (error);
    }
  step->pid = self->pid;
  step->kill_grace_ms = self->kill_grace_ms;
  close (self->in[0]);
  close (self->out[1]);
  close (self->err[1]);
  self->in[0] = self->out[1] = self->err[1] = -1;

  self->exited = dex_promise_new ();
  g_child_watch_add_full (G_PRIORITY_DEFAULT, self->pid, child_exited_cb, dex_ref (self->exited), dex_unref);
  self->stop_handler = g_cancellable_connect (weir_step_get_cancellable (step), G_CALLBACK (stop_cb), self, NULL);
  self->ref_count++;
  return dex_scheduler_spawn (NULL, 0, program_fiber, self, program_unref);
}

/* It is known whether systemd can hold its memory. */
static DexFuture *
start_cb (DexFuture *future, gpointer user_data)
{
  Program *self = user_data;
  DexFuture *started;

  self->scope = self->limits.memory > 0 && dex_future_is_resolved (future);
  if (g_cancellable_is_cancelled (weir_step_get_cancellable (self->step)))
    started = dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s was not started", self->argv[0]);
  else
    started = start (self);
  if (self->pid == 0)
    weir_step_leave_gate (self->step, self->gate);
  return started;
}

/* There is a place for it. */
static DexFuture *
place_cb (DexFuture *future, gpointer user_data)
{
  Program *self = user_data;

  self->ref_count++;
  return dex_future_finally (self->limits.memory > 0 ? weir_program_limits_find_scope () : dex_future_new_true (),
                             start_cb, self, program_unref);
}

/**
 * weir_step_run_program:
 * @self: a running step
 * @program: what to run; copied
 *
 * Runs a program without a shell. When the step is stopped its process group gets SIGTERM, after the grace time SIGKILL.
 *
 * Returns: (transfer full): a future that resolves to a record {stdout: bytes, stderr: bytes, exit: int, signal: int, ms: int}; rejects with
 *   proc.not_found, io.access, limit.size, or as cancelled
 */
DexFuture *
weir_step_run_program (WeirStep *self, const WeirProgram *program)
{
  Program *call = g_new0 (Program, 1);
  GError *error = NULL;
  WeirGate *gate;

  call->ref_count = 1;
  call->step = weir_step_ref (self);
  call->argv = g_strdupv ((char **) program->argv);
  call->mark = g_uuid_string_random ();
  call->environment = make_environment (self, program->environment, call->mark);
  call->input = program->input != NULL ? g_bytes_ref (program->input) : NULL;
  call->max_output = program->max_output > 0 ? program->max_output : 16 * 1024 * 1024;
  call->kill_grace_ms = program->kill_grace_ms > 0 ? program->kill_grace_ms : 5000;
  call->log_lines = program->log_lines;
  call->discard = program->discard;
  call->limits = (WeirProgramLimits) { program->memory, program->cpu_ms, program->open_files };
  call->deaf = dex_promise_new ();
  for (guint i = 0; i < 2; i++)
    call->in[i] = call->out[i] = call->err[i] = -1;

  if (program->input_stream != NULL)
    {
      call->reader = weir_step_open_stream (self, program->input_stream, WEIR_STREAM_BYTES, &error);
      if (call->reader == NULL)
        goto failed;
    }
  if (self->run->engine == NULL)
    {
      g_set_error (&error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The engine was closed");
      goto failed;
    }
  if (!weir_step_require (self, "exec", call->argv[0], &error))
    goto failed;
  call->cwd = weir_step_resolve_path (self, program->cwd != NULL && program->cwd[0] != '\0' ? program->cwd : ".",
                                      &error);
  if (call->cwd == NULL)
    goto failed;
  if (!g_file_test (call->cwd, G_FILE_TEST_IS_DIR))
    {
      weir_set_failure (&error, "io.not_found", "The folder %s to run %s in is not there", call->cwd, call->argv[0]);
      goto failed;
    }
  gate = weir_run_queue_ensure_gate (self->run->engine->queue, "programs",
                                     "a place among the programs that run at once");
  weir_gate_set_slots (gate, self->run->engine->limits->programs, 0);
  call->gate = gate;
  return dex_future_then (weir_step_wait_gate (self, gate), place_cb, call, program_unref);

failed:
  program_unref (call);
  return dex_future_new_for_error (error);
}
