/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Preloaded into the program under test: stands between it and the kernel at every call that changes files, starts a program or sends.
 * It can write down all of them with what they wrote (weir_cut.py makes of that what a power cut would have left), kill the program at one of
 * them, or let one or all from one on fail. Told by environment variables:
 *
 *   WEIR_CALLS_PROGRAM  only in this program, by the path of its file; not in what it starts
 *   WEIR_CALLS_BELOW    only files below this folder
 *   WEIR_CALLS_LOG      writes down each call here; what is removed or replaced keeps a name in the folder of this name and ".kept"
 *   WEIR_CALLS_KILL     SIGKILL instead of this call, counted from 1
 *   WEIR_CALLS_FAIL     this call fails ...
 *   WEIR_CALLS_WHILE    ... and all after it, for as long as this file is there
 *   WEIR_CALLS_ERROR    with this errno; SHORT: half is written, then there is no space left
 */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PUBLIC __attribute__ ((visibility ("default")))
#define REAL(name) ((__typeof__ (&name)) find_real (#name))
#define CLONE_FILE 0x40049409 /* FICLONE */
#define FAILS_SHORT -1

typedef struct
{
  char     type;       /* as record() is called with */
  char     pad[7];
  uint64_t inode;      /* of the file it is about, as it is after the call */
  uint64_t mode;
  int64_t  mtime;      /* ns */
  uint64_t shown;      /* bytes that the program had shown before */
  uint64_t offset;
  uint64_t path_length;
  uint64_t data_length;
} Record;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pid_t owner;
static const char *below;
static const char *fail_while;
static char kept[PATH_MAX];
static int log_fd = -1;
static long n_calls, kill_at, fail_at;
static int fails_with;

static void *
find_real (const char *name)
{
  return dlsym (RTLD_NEXT, name);
}

static long
number_of (const char *name)
{
  const char *text = getenv (name);

  return text != NULL ? atol (text) : 0;
}

static int
errno_of (const char *name)
{
  static const struct { const char *name; int number; } known[] = { { "ENOSPC", ENOSPC }, { "EIO", EIO }, { "EDQUOT", EDQUOT },
                                                                     { "EROFS", EROFS },   { "SHORT", FAILS_SHORT } };

  for (size_t i = 0; name != NULL && i < sizeof known / sizeof known[0]; i++)
    if (strcmp (name, known[i].name) == 0)
      return known[i].number;
  return EIO;
}

__attribute__ ((constructor)) static void
begin (void)
{
  char self[PATH_MAX] = "";
  const char *program = getenv ("WEIR_CALLS_PROGRAM");
  const char *log = getenv ("WEIR_CALLS_LOG");

  if (program == NULL || readlink ("/proc/self/exe", self, sizeof self - 1) < 0 || strcmp (self, program) != 0)
    return;
  below = getenv ("WEIR_CALLS_BELOW");
  kill_at = number_of ("WEIR_CALLS_KILL");
  fail_at = number_of ("WEIR_CALLS_FAIL");
  fail_while = getenv ("WEIR_CALLS_WHILE");
  fails_with = errno_of (getenv ("WEIR_CALLS_ERROR"));
  if (log != NULL)
    {
      snprintf (kept, sizeof kept, "%s.kept", log);
      syscall (SYS_mkdirat, AT_FDCWD, kept, 0700);
      log_fd = (int) syscall (SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    }
  owner = getpid ();
}

/* ── which calls count ───────────────────────────────────────────────────────────────────── */

static int
is_below (const char *path)
{
  size_t length = below != NULL ? strlen (below) : 0;

  return length > 0 && strncmp (path, below, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* Absolute, of what may not be there yet; links on the way are not followed. */
static const char *
name_at (int dir, const char *path, char *buffer)
{
  char link[64], folder[PATH_MAX] = "";

  if (path[0] == '/')
    return path;
  if (dir == AT_FDCWD)
    {
      if (getcwd (folder, sizeof folder) == NULL)
        return path;
    }
  else
    {
      snprintf (link, sizeof link, "/proc/self/fd/%d", dir);
      if (readlink (link, folder, sizeof folder - 1) < 0)
        return path;
    }
  if (snprintf (buffer, PATH_MAX, "%s/%s", folder, path) >= PATH_MAX)
    return path;
  return buffer;
}

static const char *
name_of (int fd, char *buffer)
{
  char link[64];
  ssize_t length;

  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink (link, buffer, PATH_MAX - 1);
  buffer[length > 0 ? length : 0] = '\0';
  return buffer;
}

/* Counts a call about @path, with the lock held until end(). What becomes of it: 0 it is made, an errno, or FAILS_SHORT. */
static int
enter (const char *path)
{
  int fails = 0;

  pthread_mutex_lock (&lock);
  if (owner == 0 || owner != getpid () || !is_below (path))
    return 0;
  n_calls++;
  if (n_calls == kill_at)
    {
      kill (owner, SIGKILL);
      for (;;)
        pause ();
    }
  if (fail_at > 0 && n_calls >= fail_at
      && (fail_while == NULL ? n_calls == fail_at : syscall (SYS_faccessat, AT_FDCWD, fail_while, F_OK) == 0))
    fails = fails_with;
  return fails;
}

static void
leave (void)
{
  pthread_mutex_unlock (&lock);
}

/* ── what is written down ────────────────────────────────────────────────────────────────── */

static int
is_recording (const char *path)
{
  return log_fd >= 0 && owner == getpid () && is_below (path);
}

static void
put (Record *record, const char *path, const void *data)
{
  struct stat out;
  struct iovec parts[3];

  record->shown = fstat (1, &out) == 0 ? (uint64_t) out.st_size : 0;
  record->path_length = strlen (path);
  parts[0] = (struct iovec) { record, sizeof *record };
  parts[1] = (struct iovec) { (void *) path, record->path_length };
  parts[2] = (struct iovec) { (void *) data, record->data_length };
  syscall (SYS_writev, log_fd, parts, 3);
}

static void
fill (Record *record, const struct stat *info)
{
  record->inode = info->st_ino;
  record->mode = info->st_mode;
  record->mtime = info->st_mtim.tv_sec * INT64_C (1000000000) + info->st_mtim.tv_nsec;
}

static void
record_path (char type, const char *path, const char *data)
{
  Record record = { .type = type, .data_length = data != NULL ? strlen (data) : 0 };
  struct stat info;

  if (fstatat (AT_FDCWD, path, &info, AT_SYMLINK_NOFOLLOW) == 0)
    fill (&record, &info);
  put (&record, path, data);
}

static void
record_fd (char type, int fd, uint64_t offset, const void *data, size_t length)
{
  Record record = { .type = type, .offset = offset, .data_length = length };
  char buffer[PATH_MAX];
  struct stat info;

  if (fstat (fd, &info) == 0)
    fill (&record, &info);
  put (&record, name_of (fd, buffer), data);
}

/* What a call wrote that has no data of its own. */
static void
record_copied (int fd, off_t offset, off_t length)
{
  char *data = malloc ((size_t) length + 1);
  ssize_t n = data != NULL ? pread (fd, data, (size_t) length, offset) : -1;

  if (n > 0)
    record_fd ('w', fd, (uint64_t) offset, data, (size_t) n);
  free (data);
}

/* So that what loses its name can be put back as the same file. */
static void
keep (const char *path)
{
  struct stat info;
  char name[PATH_MAX + 32];

  if (fstatat (AT_FDCWD, path, &info, AT_SYMLINK_NOFOLLOW) != 0 || S_ISDIR (info.st_mode))
    return;
  snprintf (name, sizeof name, "%s/%llu", kept, (unsigned long long) info.st_ino);
  syscall (SYS_linkat, AT_FDCWD, path, AT_FDCWD, name, 0);
}

__attribute__ ((destructor)) static void
end (void)
{
  Record record = { .type = 'e' };

  if (log_fd >= 0 && owner == getpid ())
    put (&record, "", NULL);
}

/* ── opening ─────────────────────────────────────────────────────────────────────────────── */

static int
open_at (int dir, const char *path, int flags, mode_t mode)
{
  char buffer[PATH_MAX];
  const char *name = name_at (dir, path, buffer);
  int saved = errno;
  int makes = (flags & O_TMPFILE) == O_TMPFILE
              || ((flags & O_CREAT) != 0 && syscall (SYS_faccessat, dir, path, F_OK) != 0);
  int fd, fails;

  errno = saved;
  if (!makes && (flags & O_TRUNC) == 0)
    return (int) syscall (SYS_openat, dir, path, flags, mode);
  fails = enter (name);
  if (fails != 0)
    {
      leave ();
      errno = fails > 0 ? fails : ENOSPC;
      return -1;
    }
  fd = (int) syscall (SYS_openat, dir, path, flags, mode);
  saved = errno;
  if (fd >= 0 && is_recording (name))
    record_fd ((flags & O_TMPFILE) == O_TMPFILE ? 'o' : makes ? 'c' : 't', fd, 0, NULL, 0);
  leave ();
  errno = saved;
  return fd;
}

static mode_t
mode_of (int flags, va_list arguments)
{
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg (arguments, mode_t) : 0;
}

#define OPEN(name)                                                                                                                          \
  PUBLIC int name (const char *path, int flags, ...)                                                                                        \
  {                                                                                                                                         \
    va_list arguments;                                                                                                                      \
    mode_t mode;                                                                                                                            \
                                                                                                                                            \
    va_start (arguments, flags);                                                                                                            \
    mode = mode_of (flags, arguments);                                                                                                      \
    va_end (arguments);                                                                                                                     \
    return open_at (AT_FDCWD, path, flags, mode);                                                                                           \
  }
#define OPENAT(name)                                                                                                                        \
  PUBLIC int name (int dir, const char *path, int flags, ...)                                                                               \
  {                                                                                                                                         \
    va_list arguments;                                                                                                                      \
    mode_t mode;                                                                                                                            \
                                                                                                                                            \
    va_start (arguments, flags);                                                                                                            \
    mode = mode_of (flags, arguments);                                                                                                      \
    va_end (arguments);                                                                                                                     \
    return open_at (dir, path, flags, mode);                                                                                                \
  }
OPEN (open)
OPEN (open64)
OPENAT (openat)
OPENAT (openat64)

PUBLIC int __open_2 (const char *path, int flags);
PUBLIC int __open64_2 (const char *path, int flags);
PUBLIC int __openat_2 (int dir, const char *path, int flags);
PUBLIC int __openat64_2 (int dir, const char *path, int flags);

PUBLIC int
__open_2 (const char *path, int flags)
{
  return open_at (AT_FDCWD, path, flags, 0);
}

PUBLIC int
__open64_2 (const char *path, int flags)
{
  return open_at (AT_FDCWD, path, flags, 0);
}

PUBLIC int
__openat_2 (int dir, const char *path, int flags)
{
  return open_at (dir, path, flags, 0);
}

PUBLIC int
__openat64_2 (int dir, const char *path, int flags)
{
  return open_at (dir, path, flags, 0);
}

/* ── content ─────────────────────────────────────────────────────────────────────────────── */

static void
record_socket (int fd, const void *data, size_t length)
{
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  Record record = { .type = 's', .data_length = length };

  if (log_fd < 0 || owner != getpid () || getpeername (fd, (struct sockaddr *) &address, &size) != 0
      || (address.ss_family != AF_INET && address.ss_family != AF_INET6))
    return;
  pthread_mutex_lock (&lock);
  put (&record, "", data);
  pthread_mutex_unlock (&lock);
}

/* @offset: -1 for where the file stands. */
static ssize_t
write_through (int fd, const void *data, size_t length, off_t offset)
{
  return offset < 0 ? syscall (SYS_write, fd, data, length) : syscall (SYS_pwrite64, fd, data, length, offset);
}

static ssize_t
write_at (int fd, const void *data, size_t length, off_t offset)
{
  char buffer[PATH_MAX];
  const char *name = owner != 0 ? name_of (fd, buffer) : "";
  int fails, saved;
  ssize_t n = -1;

  if (strncmp (name, "socket:", 7) == 0)
    record_socket (fd, data, length);
  if (!is_below (name))
    return write_through (fd, data, length, offset);
  fails = enter (name);
  saved = fails > 0 ? fails : ENOSPC;
  if (fails == FAILS_SHORT)
    length /= 2;
  if (fails == 0 || (fails == FAILS_SHORT && length > 0))
    {
      n = write_through (fd, data, length, offset);
      saved = errno;
    }
  if (n > 0 && is_recording (name))
    record_fd ('w', fd, (uint64_t) (offset >= 0 ? offset : lseek (fd, 0, SEEK_CUR) - n), data, (size_t) n);
  leave ();
  errno = saved;
  return n;
}

PUBLIC ssize_t
write (int fd, const void *data, size_t length)
{
  return write_at (fd, data, length, -1);
}

PUBLIC ssize_t
pwrite (int fd, const void *data, size_t length, off_t offset)
{
  return write_at (fd, data, length, offset);
}

PUBLIC ssize_t
pwrite64 (int fd, const void *data, size_t length, off64_t offset)
{
  return write_at (fd, data, length, offset);
}

PUBLIC ssize_t
writev (int fd, const struct iovec *parts, int n_parts)
{
  size_t length = 0;
  char *all, *at;
  ssize_t n;
  int saved;

  for (int i = 0; i < n_parts; i++)
    length += parts[i].iov_len;
  all = at = malloc (length + 1);
  for (int i = 0; i < n_parts; i++)
    at = mempcpy (at, parts[i].iov_base, parts[i].iov_len);
  n = write_at (fd, all, length, -1);
  saved = errno;
  free (all);
  errno = saved;
  return n;
}

PUBLIC ssize_t
send (int fd, const void *data, size_t length, int flags)
{
  record_socket (fd, data, length);
  return syscall (SYS_sendto, fd, data, length, flags, NULL, 0);
}

PUBLIC ssize_t
sendto (int fd, const void *data, size_t length, int flags, const struct sockaddr *address, socklen_t size)
{
  record_socket (fd, data, length);
  return syscall (SYS_sendto, fd, data, length, flags, address, size);
}

PUBLIC ssize_t
sendmsg (int fd, const struct msghdr *message, int flags)
{
  for (size_t i = 0; i < message->msg_iovlen; i++)
    record_socket (fd, message->msg_iov[i].iov_base, message->msg_iov[i].iov_len);
  return syscall (SYS_sendmsg, fd, message, flags);
}

/* Begins a call about an open file; FALSE, with errno set: it fails. */
static int
begin_fd (int fd, char *buffer)
{
  int fails = enter (name_of (fd, buffer));

  if (fails == 0)
    return 1;
  leave ();
  errno = fails > 0 ? fails : ENOSPC;
  return 0;
}

static int
end_fd (int result, char type, int fd, uint64_t offset, const char *name)
{
  int saved = errno;

  if (result == 0 && is_recording (name))
    record_fd (type, fd, offset, NULL, 0);
  leave ();
  errno = saved;
  return result;
}

PUBLIC int
ftruncate (int fd, off_t size)
{
  char name[PATH_MAX];

  return begin_fd (fd, name) ? end_fd ((int) syscall (SYS_ftruncate, fd, size), 't', fd, (uint64_t) size, name) : -1;
}

PUBLIC int
ftruncate64 (int fd, off64_t size)
{
  return ftruncate (fd, size);
}

PUBLIC int
fsync (int fd)
{
  char name[PATH_MAX];

  return begin_fd (fd, name) ? end_fd ((int) syscall (SYS_fsync, fd), 'f', fd, 0, name) : -1;
}

PUBLIC int
fdatasync (int fd)
{
  char name[PATH_MAX];

  return begin_fd (fd, name) ? end_fd ((int) syscall (SYS_fdatasync, fd), 'f', fd, 0, name) : -1;
}

PUBLIC int
syncfs (int fd)
{
  char name[PATH_MAX];

  return begin_fd (fd, name) ? end_fd ((int) syscall (SYS_syncfs, fd), 'y', fd, 0, name) : -1;
}

PUBLIC ssize_t
copy_file_range (int source, off64_t *source_at, int target, off64_t *target_at, size_t length, unsigned int flags)
{
  char name[PATH_MAX];
  ssize_t n;
  int saved;

  if (!begin_fd (target, name))
    return -1;
  n = syscall (SYS_copy_file_range, source, source_at, target, target_at, length, flags);
  saved = errno;
  if (n > 0 && is_recording (name))
    record_copied (target, (target_at != NULL ? *target_at : lseek (target, 0, SEEK_CUR)) - n, n);
  leave ();
  errno = saved;
  return n;
}

PUBLIC ssize_t
sendfile (int target, int source, off_t *source_at, size_t length)
{
  char name[PATH_MAX];
  ssize_t n;
  int saved;

  if (!begin_fd (target, name))
    return -1;
  n = syscall (SYS_sendfile, target, source, source_at, length);
  saved = errno;
  if (n > 0 && is_recording (name))
    record_copied (target, lseek (target, 0, SEEK_CUR) - n, n);
  leave ();
  errno = saved;
  return n;
}

PUBLIC ssize_t
sendfile64 (int target, int source, off64_t *source_at, size_t length)
{
  return sendfile (target, source, source_at, length);
}

PUBLIC ssize_t
splice (int source, off64_t *source_at, int target, off64_t *target_at, size_t length, unsigned int flags)
{
  char name[PATH_MAX];
  ssize_t n;
  int saved;

  if (!begin_fd (target, name))
    return -1;
  n = syscall (SYS_splice, source, source_at, target, target_at, length, flags);
  saved = errno;
  if (n > 0 && is_recording (name))
    record_copied (target, (target_at != NULL ? *target_at : lseek (target, 0, SEEK_CUR)) - n, n);
  leave ();
  errno = saved;
  return n;
}

PUBLIC int
ioctl (int fd, unsigned long request, ...)
{
  char name[PATH_MAX];
  struct stat info;
  va_list arguments;
  void *argument;
  int result, saved;

  va_start (arguments, request);
  argument = va_arg (arguments, void *);
  va_end (arguments);
  if (request != CLONE_FILE)
    return (int) syscall (SYS_ioctl, fd, request, argument);
  if (!begin_fd (fd, name))
    return -1;
  result = (int) syscall (SYS_ioctl, fd, request, argument);
  saved = errno;
  if (result == 0 && is_recording (name) && fstat (fd, &info) == 0)
    record_copied (fd, 0, info.st_size);
  leave ();
  errno = saved;
  return result;
}

/* ── names ───────────────────────────────────────────────────────────────────────────────── */

static int
begin_call (const char *name, int may_fail)
{
  int fails = enter (name);

  if (fails == 0 || !may_fail)
    return 1;
  leave ();
  errno = fails > 0 ? fails : ENOSPC;
  return 0;
}

static int
begin_name (const char *name)
{
  return begin_call (name, 1);
}

static int
end_name (int result, char type, const char *name, const char *data)
{
  int saved = errno;

  if (result == 0 && is_recording (name))
    record_path (type, name, data);
  leave ();
  errno = saved;
  return result;
}

static int
rename_at (int from_dir, const char *from, int to_dir, const char *to, unsigned int flags)
{
  char from_buffer[PATH_MAX], to_buffer[PATH_MAX];
  const char *from_name = name_at (from_dir, from, from_buffer);
  const char *to_name = name_at (to_dir, to, to_buffer);

  if (!begin_name (to_name))
    return -1;
  if (is_recording (to_name))
    keep (to_name);
  return end_name ((int) syscall (SYS_renameat2, from_dir, from, to_dir, to, flags), 'r', to_name, from_name);
}

PUBLIC int
rename (const char *from, const char *to)
{
  return rename_at (AT_FDCWD, from, AT_FDCWD, to, 0);
}

PUBLIC int
renameat (int from_dir, const char *from, int to_dir, const char *to)
{
  return rename_at (from_dir, from, to_dir, to, 0);
}

PUBLIC int
renameat2 (int from_dir, const char *from, int to_dir, const char *to, unsigned int flags)
{
  return rename_at (from_dir, from, to_dir, to, flags);
}

PUBLIC int
unlinkat (int dir, const char *path, int flags)
{
  char buffer[PATH_MAX];
  const char *name = name_at (dir, path, buffer);

  /* nothing needs space to go */
  if (!begin_call (name, fails_with == EIO || fails_with == EROFS))
    return -1;
  if (is_recording (name))
    keep (name);
  return end_name ((int) syscall (SYS_unlinkat, dir, path, flags), 'u', name, NULL);
}

PUBLIC int
unlink (const char *path)
{
  return unlinkat (AT_FDCWD, path, 0);
}

PUBLIC int
rmdir (const char *path)
{
  return unlinkat (AT_FDCWD, path, AT_REMOVEDIR);
}

PUBLIC int
remove (const char *path)
{
  return unlink (path) == 0 ? 0 : errno == EISDIR ? rmdir (path) : -1;
}

PUBLIC int
mkdirat (int dir, const char *path, mode_t mode)
{
  char buffer[PATH_MAX];
  const char *name = name_at (dir, path, buffer);

  return begin_name (name) ? end_name ((int) syscall (SYS_mkdirat, dir, path, mode), 'm', name, NULL) : -1;
}

PUBLIC int
mkdir (const char *path, mode_t mode)
{
  return mkdirat (AT_FDCWD, path, mode);
}

PUBLIC int
linkat (int from_dir, const char *from, int to_dir, const char *to, int flags)
{
  char buffer[PATH_MAX];
  const char *name = name_at (to_dir, to, buffer);

  return begin_name (name) ? end_name ((int) syscall (SYS_linkat, from_dir, from, to_dir, to, flags), 'l', name, NULL)
                           : -1;
}

PUBLIC int
link (const char *from, const char *to)
{
  return linkat (AT_FDCWD, from, AT_FDCWD, to, 0);
}

PUBLIC int
symlinkat (const char *target, int dir, const char *path)
{
  char buffer[PATH_MAX];
  const char *name = name_at (dir, path, buffer);

  return begin_name (name) ? end_name ((int) syscall (SYS_symlinkat, target, dir, path), 'l', name, NULL) : -1;
}

PUBLIC int
symlink (const char *target, const char *path)
{
  return symlinkat (target, AT_FDCWD, path);
}

/* ── attributes ──────────────────────────────────────────────────────────────────────────── */

PUBLIC int
fchmod (int fd, mode_t mode)
{
  char name[PATH_MAX];

  return begin_fd (fd, name) ? end_fd ((int) syscall (SYS_fchmod, fd, mode), 'a', fd, 0, name) : -1;
}

PUBLIC int
chmod (const char *path, mode_t mode)
{
  char buffer[PATH_MAX];
  const char *name = name_at (AT_FDCWD, path, buffer);

  return begin_name (name) ? end_name ((int) syscall (SYS_fchmodat, AT_FDCWD, path, mode), 'a', name, NULL) : -1;
}

PUBLIC int
futimens (int fd, const struct timespec times[2])
{
  char name[PATH_MAX];

  return begin_fd (fd, name) ? end_fd ((int) syscall (SYS_utimensat, fd, NULL, times, 0), 'a', fd, 0, name) : -1;
}

PUBLIC int
utimensat (int dir, const char *path, const struct timespec times[2], int flags)
{
  char buffer[PATH_MAX];
  const char *name = name_at (dir, path, buffer);

  return begin_name (name) ? end_name ((int) syscall (SYS_utimensat, dir, path, times, flags), 'a', name, NULL) : -1;
}

PUBLIC int
fsetxattr (int fd, const char *attribute, const void *value, size_t size, int flags)
{
  char name[PATH_MAX];

  return begin_fd (fd, name)
           ? end_fd ((int) syscall (SYS_fsetxattr, fd, attribute, value, size, flags), 'a', fd, 0, name)
           : -1;
}

PUBLIC int
lsetxattr (const char *path, const char *attribute, const void *value, size_t size, int flags)
{
  char buffer[PATH_MAX];
  const char *name = name_at (AT_FDCWD, path, buffer);

  return begin_name (name)
           ? end_name ((int) syscall (SYS_lsetxattr, path, attribute, value, size, flags), 'a', name, NULL)
           : -1;
}

/* ── programs ────────────────────────────────────────────────────────────────────────────── */

static void
record_program (char *const *arguments)
{
  char text[4096] = "";
  Record record = { .type = 'p' };

  if (log_fd < 0)
    return;
  for (size_t i = 0; arguments != NULL && arguments[i] != NULL; i++)
    {
      strncat (text, arguments[i], sizeof text - strlen (text) - 1);
      strncat (text, "\n", sizeof text - strlen (text) - 1);
    }
  record.data_length = strlen (text);
  put (&record, "", text);
}

PUBLIC int
posix_spawn (pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
             char *const *arguments, char *const *environment)
{
  pthread_mutex_lock (&lock);
  record_program (arguments);
  pthread_mutex_unlock (&lock);
  return REAL (posix_spawn) (pid, path, actions, attributes, arguments, environment);
}

PUBLIC int
posix_spawnp (pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
              char *const *arguments, char *const *environment)
{
  pthread_mutex_lock (&lock);
  record_program (arguments);
  pthread_mutex_unlock (&lock);
  return REAL (posix_spawnp) (pid, path, actions, attributes, arguments, environment);
}

PUBLIC int
execve (const char *path, char *const *arguments, char *const *environment)
{
  record_program (arguments); /* after a fork: the only thread there is */
  return (int) syscall (SYS_execve, path, arguments, environment);
}
