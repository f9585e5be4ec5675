/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/xattr.h>

#include "wait.h"
#include <weir-sdk.h>

typedef struct
{
  char    *path;
  gboolean follow_symlinks;
} Info;

static const WeirField info_fields[] = {
  WEIR_FIELD_PATH (Info, path, .title = N_("File or folder"), .required = TRUE),
  WEIR_FIELD_BOOL (Info, follow_symlinks, .title = N_("Where links lead to"),
                   .summary = N_("Tells about that instead of the link itself"), .initial = TRUE, .advanced = TRUE),
  { 0 }
};

static const WeirPort info_inputs[] = { { .name = "path", .type = "file", .title = N_("File") }, { 0 } };
static const WeirPort info_outputs[] = {
  { .name = "info",
    .type = "record{path: text, name: text, stem: text, extension: text, parent: text, kind: text, size: int, mime: text, "
            "mode: text, owner: text, group: text, modified: time, accessed?: time, created?: time, target?: text, attributes: any}",
    .title = N_("About the File") },
  { .name = "file", .type = "file", .title = N_("File") },
  { 0 }
};
static const char *const info_permissions[] = { "fs.read(path)", NULL };
static const char *const info_errors[] = { "io.not_found", "io.access", "io.other", NULL };

static const WeirExample info_examples[] = {
  { .title = N_("A text"), .config = "{\"path\": \"$DIR/a.txt\"}", .files = "a.txt=hello",
    .outputs = "{\"info\": \"*\", \"file\": \"*\"}" },
  { .title = N_("Nothing there"), .config = "{\"path\": \"$DIR/a.txt\"}", .error = "io.not_found" },
  { 0 }
};

typedef struct
{
  Info       *settings;
  const char *path;
} Call;

static const char *
kind_of (GFileType type)
{
  switch (type)
    {
    case G_FILE_TYPE_REGULAR:
      return "file";
    case G_FILE_TYPE_DIRECTORY:
      return "folder";
    case G_FILE_TYPE_SYMBOLIC_LINK:
      return "link";
    default:
      return "other";
    }
}

static void
set_text (WeirBuilder *record, const char *key, const char *text)
{
  weir_builder_set_take (record, key,
                         weir_value_new_text (text != NULL && g_utf8_validate (text, -1, NULL) ? text : ""));
}

static void
set_time (WeirBuilder *record, const char *key, GDateTime *time)
{
  if (time == NULL)
    return;
  weir_builder_set_take (
    record, key,
    weir_value_new_time (g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time)));
  g_date_time_unref (time);
}

/* Those of the user, by name without "user."; text where it is text. */
static WeirValue *
read_attributes (const char *path)
{
  g_autofree char *names = g_malloc (65536);
  g_autofree char *content = g_malloc (65536);
  ssize_t length = listxattr (path, names, 65536);
  WeirBuilder *record = weir_record_builder_new (2);

  for (ssize_t i = 0; i < length; i += strlen (names + i) + 1)
    {
      ssize_t size = g_str_has_prefix (names + i, "user.") ? getxattr (path, names + i, content, 65536) : -1;
      g_autoptr(GBytes) bytes = size >= 0 ? g_bytes_new (content, size) : NULL;

      if (bytes == NULL || !g_utf8_validate (names + i, -1, NULL))
        continue;
      weir_builder_set_take (record, names + i + strlen ("user."),
                             g_utf8_validate_len (content, size, NULL) ? weir_value_new_text_len (content, size)
                                                                       : weir_value_new_bytes (bytes));
    }
  return weir_builder_end (record);
}

static WeirValue *
describe (const char *path, GFileInfo *info)
{
  static const char *const names[] = { "path", "name", "stem", "extension", "parent", NULL };
  g_autoptr(WeirValue) file = weir_value_new_file (path);
  g_autofree char *mode = g_strdup_printf ("%04o", g_file_info_get_attribute_uint32 (info, "unix::mode") & 07777);
  const char *content_type = g_file_info_get_content_type (info);
  g_autofree char *mime = content_type != NULL ? g_content_type_get_mime_type (content_type) : NULL;
  WeirBuilder *record = weir_record_builder_new (16);

  for (guint i = 0; names[i] != NULL; i++)
    weir_builder_set (record, names[i], weir_value_find_member (file, names[i]));
  set_text (record, "kind", kind_of (g_file_info_get_file_type (info)));
  weir_builder_set_take (record, "size", weir_value_new_int (g_file_info_get_size (info)));
  set_text (record, "mime", mime);
  set_text (record, "mode", mode);
  set_text (record, "owner", g_file_info_get_attribute_string (info, "owner::user"));
  set_text (record, "group", g_file_info_get_attribute_string (info, "owner::group"));
  set_time (record, "modified", g_file_info_get_modification_date_time (info));
  set_time (record, "accessed", g_file_info_get_access_date_time (info));
  set_time (record, "created", g_file_info_get_creation_date_time (info));
  if (g_file_info_get_is_symlink (info) && g_file_info_get_symlink_target (info) != NULL)
    set_text (record, "target", g_file_info_get_symlink_target (info));
  weir_builder_set_take (record, "attributes", read_attributes (path));
  return weir_builder_end (record);
}

static gpointer
look_thread (gpointer data, GCancellable *cancellable, GError **error)
{
  Call *call = data;
  g_autoptr(GFile) file = g_file_new_for_path (call->path);
  g_autoptr(GFileInfo) info = g_file_query_info (
    file, "standard::*,unix::mode,owner::user,owner::group,time::*",
    call->settings->follow_symlinks ? G_FILE_QUERY_INFO_NONE : G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, cancellable, error);

  return info != NULL ? describe (call->path, info) : NULL;
}

static gboolean
info_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Info *self = settings;
  g_autofree char *path = weir_step_resolve_path (step, self->path, error);
  Call call = { self, path };
  WeirValue *info;

  if (path == NULL || !weir_step_require (step, "fs.read", path, error))
    return FALSE;
  info = weir_blocks_await_thread (look_thread, &call, weir_step_get_cancellable (step), error);
  if (info == NULL)
    return FALSE;
  weir_step_emit_take (step, "info", info);
  weir_step_emit_take (step, "file", weir_value_new_file (path));
  return TRUE;
}

static DexFuture *
info_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, info_fiber);
}

static char *
info_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "path", NULL));
}

WEIR_DEFINE_BLOCK_KIND (file_info, .id = "file.info", .version = 1, .title = N_("About File"),
                        .summary = N_("Tells size, type, times, owner, permissions and attributes of a file"),
                        .keywords = "stat info size type mime owner permissions time attributes properties",
                        .category = N_("Files"), .icon = "dialog-information-symbolic", .effect = WEIR_EFFECT_PURE,
                        .undo = WEIR_UNDO_NONE, .inputs = info_inputs, .outputs = info_outputs, .fields = info_fields,
                        .settings_size = sizeof (Info), .permissions = info_permissions, .errors = info_errors,
                        .examples = info_examples, .summarize = info_summarize, .run = info_run)
