/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "values.h"

typedef struct
{
  char      *path;
  char      *mode;
  char      *owner;
  char      *group;
  WeirValue *set;
  WeirValue *remove;
} Permissions;

static const WeirField permissions_fields[] = {
  WEIR_FIELD_PATH (Permissions, path, .title = N_("File or folder"), .required = TRUE),
  WEIR_FIELD_TEXT (Permissions, mode, .title = N_("Permissions"), .placeholder = "u+x, 0640",
                   .summary = N_("As for chmod: digits, or who (u g o a), + - or =, and what (r w x); several with commas")),
  WEIR_FIELD_VALUE (Permissions, set, .title = N_("Set attributes"), .type = "list<record{name: text, value?: text}>",
                    .initial_text = "[]", .summary = N_("Extended attributes; a name without a dot gets user. before it")),
  WEIR_FIELD_VALUE (Permissions, remove, .title = N_("Remove attributes"), .type = "list<text>", .initial_text = "[]"),
  WEIR_FIELD_TEXT (Permissions, owner, .title = N_("Owner"), .summary = N_("Name or number; mostly only the administrator may"),
                   .advanced = TRUE),
  WEIR_FIELD_TEXT (Permissions, group, .title = N_("Group"), .advanced = TRUE),
  { 0 }
};

static const WeirPort permissions_inputs[] = { { .name = "path", .type = "file", .title = N_("File") }, { 0 } };
static const WeirPort permissions_outputs[] = {
  { .name = "file", .type = "file", .title = N_("File") },
  { .name = "mode", .type = "text", .title = N_("Permissions"), .summary = N_("As they are now, in digits") },
  { .name = "changed", .type = "bool", .title = N_("Changed") },
  { 0 }
};
static const char *const permissions_permissions[] = { "fs.write(path)", NULL };
static const char *const permissions_errors[] = { "config.invalid", "io.not_found", "io.access", "io.other", NULL };

static const WeirExample permissions_examples[] = {
  { .title = N_("A program"), .config = "{\"path\": \"$DIR/a.sh\", \"mode\": \"u=rwx,go=rx\"}", .files = "a.sh=#!/bin/sh",
    .outputs = "{\"file\": \"*\", \"mode\": \"0755\", \"changed\": true}" },
  { .title = N_("For nobody else"), .config = "{\"path\": \"$DIR/key\", \"mode\": \"0600\"}", .files = "key=secret",
    .outputs = "{\"file\": \"*\", \"mode\": \"0600\", \"changed\": \"*\"}" },
  { .title = N_("What it does not know"), .config = "{\"path\": \"$DIR/a\", \"mode\": \"u+q\"}", .files = "a=1",
    .error = "config.invalid" },
  { 0 }
};

/* ── the notation of chmod ──────────────────────────────────────────────────────────────── */

static gboolean
parse_who (const char **at, mode_t *who)
{
  static const struct { char letter; mode_t bits; } known[] = {
    { 'u', 04700 }, { 'g', 02070 }, { 'o', 01007 }, { 'a', 07777 },
  };
  const char *begin = *at;

  *who = 0;
  for (; **at != '\0' && strchr ("ugoa", **at) != NULL; (*at)++)
    for (guint i = 0; i < G_N_ELEMENTS (known); i++)
      if (known[i].letter == **at)
        *who |= known[i].bits;
  if (*at == begin)
    *who = 07777;
  return **at != '\0' && strchr ("+-=", **at) != NULL;
}

static gboolean
parse_what (const char **at, mode_t mode, gboolean folder, mode_t *what)
{
  *what = 0;
  for (; **at != '\0' && **at != ','; (*at)++)
    switch (**at)
      {
      case 'r':
        *what |= 0444;
        break;
      case 'w':
        *what |= 0222;
        break;
      case 'x':
        *what |= 0111;
        break;
      case 'X':
        *what |= folder || (mode & 0111) != 0 ? 0111 : 0;
        break;
      case 's':
        *what |= 06000;
        break;
      case 't':
        *what |= 01000;
        break;
      default:
        return FALSE;
      }
  return TRUE;
}

static gboolean
parse_mode (const char *text, mode_t *mode, gboolean folder, GError **error)
{
  const char *at = text;
  mode_t who, what;

  if (g_ascii_isdigit (text[0]))
    {
      guint64 number;

      if (!g_ascii_string_to_unsigned (text, 8, 0, 07777, &number, NULL))
        goto wrong;
      *mode = (mode_t) number;
      return TRUE;
    }
  while (*at != '\0')
    {
      char operation;

      while (*at == ' ')
        at++;
      if (!parse_who (&at, &who))
        goto wrong;
      operation = *at++;
      if (!parse_what (&at, *mode, folder, &what))
        goto wrong;
      if (operation == '=')
        *mode &= ~(who & 0777);
      *mode = operation == '-' ? *mode & ~(who & what) : *mode | (who & what);
      at += *at == ',';
    }
  return TRUE;

wrong:
  weir_set_failure (error, "config.invalid", "Expected permissions like 0644 or u+x,go-w, not %s", text);
  return FALSE;
}

/* ── the others ─────────────────────────────────────────────────────────────────────────── */

static gboolean
find_number (const char *name, gboolean group, gint64 *number, GError **error)
{
  guint64 plain;

  if (g_ascii_string_to_unsigned (name, 10, 0, G_MAXUINT32 - 1, &plain, NULL))
    {
      *number = (gint64) plain;
      return TRUE;
    }
  if (group)
    {
      struct group *found = getgrnam (name);

      *number = found != NULL ? (gint64) found->gr_gid : -1;
    }
  else
    {
      struct passwd *found = getpwnam (name);

      *number = found != NULL ? (gint64) found->pw_uid : -1;
    }
  if (*number >= 0)
    return TRUE;
  weir_set_failure (error, "config.invalid", "There is no %s called %s", group ? "group" : "user", name);
  return FALSE;
}

static char *
attribute_name (const char *name)
{
  return strchr (name, '.') != NULL ? g_strdup (name) : g_strconcat ("user.", name, NULL);
}

static gboolean
is_removed (Permissions *self, const char *name)
{
  for (gsize i = 0; !weir_blocks_is_nothing (self->remove) && i < weir_value_get_length (self->remove); i++)
    {
      g_autofree char *removed = attribute_name (weir_value_get_text (weir_value_get_item (self->remove, i), NULL));

      if (g_str_equal (removed, name))
        return TRUE;
    }
  return FALSE;
}

/* All attributes that the file is to have: those it has, without the removed, with the new. */
static WeirValue *
make_attributes (Permissions *self, const char *path)
{
  g_autofree char *names = g_malloc (65536);
  g_autofree char *content = g_malloc (65536);
  ssize_t length = llistxattr (path, names, 65536);
  WeirBuilder *record = weir_record_builder_new (4);

  for (ssize_t i = 0; i < length; i += strlen (names + i) + 1)
    {
      ssize_t size = lgetxattr (path, names + i, content, 65536);
      g_autoptr(GBytes) bytes = size >= 0 ? g_bytes_new (content, size) : NULL;

      if (bytes != NULL && !is_removed (self, names + i)
          && (g_str_has_prefix (names + i, "user.") || g_str_has_prefix (names + i, "system.posix_acl_")))
        weir_builder_set_take (record, names + i, weir_value_new_bytes (bytes));
    }
  for (gsize i = 0; !weir_blocks_is_nothing (self->set) && i < weir_value_get_length (self->set); i++)
    {
      WeirValue *row = weir_value_get_item (self->set, i);
      const char *text = weir_value_get_member_text (row, "value", "");
      g_autofree char *name = attribute_name (weir_value_get_member_text (row, "name", ""));
      g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

      weir_builder_set_take (record, name, weir_value_new_bytes (bytes));
    }
  return weir_builder_end (record);
}

static gboolean
has_rows (WeirValue *list)
{
  return !weir_blocks_is_nothing (list) && weir_value_get_length (list) > 0;
}

static WeirValue *
make_wanted (Permissions *self, const char *path, const struct stat *info, mode_t *mode, GError **error)
{
  g_autoptr(WeirBuilder) wanted = weir_record_builder_new (4);
  gint64 number;

  *mode = info->st_mode & 07777;
  if (!weir_blocks_is_blank (self->mode))
    {
      if (!parse_mode (self->mode, mode, S_ISDIR (info->st_mode), error))
        return NULL;
      weir_builder_set_take (wanted, "mode", weir_value_new_int (*mode));
    }
  for (guint i = 0; i < 2; i++)
    {
      const char *name = i == 0 ? self->owner : self->group;

      if (weir_blocks_is_blank (name))
        continue;
      if (!find_number (name, i == 1, &number, error))
        return NULL;
      weir_builder_set_take (wanted, i == 0 ? "uid" : "gid", weir_value_new_int (number));
    }
  if (has_rows (self->set) || has_rows (self->remove))
    weir_builder_set_take (wanted, "xattrs", make_attributes (self, path));
  return weir_builder_end (g_steal_pointer (&wanted));
}

static gboolean
permissions_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Permissions *self = settings;
  g_autofree char *path = weir_step_resolve_path (step, self->path, error);
  g_autoptr(WeirValue) wanted = NULL;
  g_autoptr(GError) wrong = NULL;
  g_autofree char *digits = NULL;
  struct stat info;
  gboolean changed;
  mode_t mode;

  if (path == NULL)
    return FALSE;
  if (lstat (path, &info) != 0)
    {
      weir_set_failure (error, "io.not_found", "Expected a file or folder at %s, but there is none", path);
      return FALSE;
    }
  wanted = make_wanted (self, path, &info, &mode, error);
  if (wanted == NULL)
    return FALSE;
  changed = dex_await_boolean (weir_step_set_permissions (step, path, wanted), &wrong);
  if (wrong != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return FALSE;
    }
  digits = g_strdup_printf ("%04o", (guint) mode);
  weir_step_emit_take (step, "file", weir_value_new_file (path));
  weir_step_emit_take (step, "mode", weir_value_new_text (digits));
  weir_step_emit_take (step, "changed", weir_value_new_bool (changed));
  return TRUE;
}

static DexFuture *
permissions_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, permissions_fiber);
}

static char *
permissions_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "mode", NULL));
}

WEIR_DEFINE_BLOCK_KIND (file_permissions, .id = "file.permissions", .version = 1, .title = N_("Set Permissions"),
                        .summary = N_("Sets who may do what with a file, its attributes and its owner"),
                        .keywords = "chmod chown permissions mode owner group xattr attribute tag executable",
                        .category = N_("Files"), .icon = "changes-prevent-symbolic", .effect = WEIR_EFFECT_IDEMPOTENT,
                        .undo = WEIR_UNDO_EXACT, .inputs = permissions_inputs, .outputs = permissions_outputs,
                        .fields = permissions_fields, .settings_size = sizeof (Permissions),
                        .permissions = permissions_permissions, .errors = permissions_errors,
                        .examples = permissions_examples, .summarize = permissions_summarize, .run = permissions_run)
