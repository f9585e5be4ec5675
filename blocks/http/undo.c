/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Taking a request back with another one: it is made ready from the answer while the step still runs, recorded with the
 * effect, and sent when the run is undone, maybe by another process long after. */

#include "internal.h"

#include "values.h"

#define MAX_ANSWER (1 << 20)
#define MAX_REDIRECTS 10

typedef struct
{
  const char *name;
  gsize       offset;
} Member;

#define MEMBER(name) { #name, G_STRUCT_OFFSET (WeirHttpRequest, name) }

/* What the other request needs besides method, address and body: how to sign in and how to get there. */
static const Member kept_texts[] = {
  MEMBER (auth),        MEMBER (user),          MEMBER (password),             MEMBER (token),
  MEMBER (auth_header), MEMBER (grant),         MEMBER (token_url),            MEMBER (client_id),
  MEMBER (client_secret), MEMBER (client_auth), MEMBER (refresh_token),        MEMBER (scope),
  MEMBER (certificate), MEMBER (certificate_key), MEMBER (certificate_password), MEMBER (proxy),
  MEMBER (proxy_url),
};
static const Member kept_values[] = { MEMBER (headers), MEMBER (token_params) };

/* Recording. */

static WeirValue *
fill (WeirStep *step, WeirValue *value, WeirValue *locals, GError **error);

static WeirValue *
fill_members (WeirStep *step, WeirValue *value, WeirValue *locals, GError **error)
{
  gboolean record = weir_value_get_kind (value) == WEIR_VALUE_RECORD;
  gsize n = weir_value_get_length (value);
  g_autoptr(WeirBuilder) builder = record ? weir_record_builder_new (n) : weir_list_builder_new (n);

  for (gsize i = 0; i < n; i++)
    {
      WeirValue *filled = fill (step, weir_value_get_item (value, i), locals, error);

      if (filled == NULL)
        return NULL;
      if (record)
        weir_builder_set_take (builder, weir_value_get_key (value, i), filled);
      else
        weir_builder_take (builder, filled);
    }
  return weir_builder_end (g_steal_pointer (&builder));
}

/* @value with all texts inside evaluated that begin with = or contain {{, as in any other setting. (transfer full) */
static WeirValue *
fill (WeirStep *step, WeirValue *value, WeirValue *locals, GError **error)
{
  WeirValueKind kind = weir_value_get_kind (value);

  if (kind == WEIR_VALUE_RECORD || kind == WEIR_VALUE_LIST)
    return fill_members (step, value, locals, error);
  if (kind == WEIR_VALUE_TEXT)
    return weir_step_evaluate_setting (step, weir_value_get_text (value, NULL), locals, error);
  return weir_value_ref (value);
}

static void
keep_text (WeirBuilder *builder, const char *name, const char *text)
{
  if (!weir_blocks_is_blank (text))
    weir_builder_set_take (builder, name, weir_value_new_text (text));
}

/* Paths are kept absolute: the folder of the workflow's file is not known later. */
static gboolean
keep_path (WeirBuilder *builder, WeirStep *step, const char *name, const char *path, GError **error)
{
  g_autofree char *resolved = NULL;

  if (weir_blocks_is_blank (path))
    return TRUE;
  resolved = weir_step_resolve_path (step, path, error);
  keep_text (builder, name, resolved);
  return resolved != NULL;
}

static gboolean
keep_settings (WeirBuilder *builder, const WeirHttpRequest *request, WeirStep *step, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kept_texts); i++)
    keep_text (builder, kept_texts[i].name, G_STRUCT_MEMBER (char *, request, kept_texts[i].offset));
  for (guint i = 0; i < G_N_ELEMENTS (kept_values); i++)
    {
      WeirValue *value = G_STRUCT_MEMBER (WeirValue *, request, kept_values[i].offset);

      if (!weir_blocks_is_nothing (value))
        weir_builder_set (builder, kept_values[i].name, value);
    }
  weir_builder_set_take (builder, "verify_tls", weir_value_new_bool (request->verify_tls));
  weir_builder_set_take (builder, "connect", weir_value_new_int (request->connect));
  return keep_path (builder, step, "certificate", request->certificate, error)
         && keep_path (builder, step, "certificate_key", request->certificate_key, error);
}

static WeirValue *
make_record (const WeirHttpRequest *request, WeirStep *step, WeirValue *response, GError **error)
{
  const char *key = "response";
  g_autoptr(WeirValue) locals = weir_value_new_record (&key, &response, 1);
  g_autoptr(WeirBuilder) builder = weir_record_builder_new (16);
  g_autoptr(WeirValue) url = weir_step_evaluate_setting (step, request->undo_url, locals, error);
  g_autofree char *text = url != NULL ? weir_blocks_to_text (url) : NULL;
  g_autoptr(GUri) home = g_uri_parse (request->url, SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr(GUri) uri = text != NULL ? g_uri_parse_relative (home, text, SOUP_HTTP_URI_FLAGS, NULL) : NULL;
  g_autofree char *absolute = uri != NULL ? g_uri_to_string (uri) : NULL;

  if (text == NULL)
    return NULL;
  if (uri == NULL || !weir_http_is_web (uri))
    {
      weir_set_failure (error, "config.invalid", "Expected an address to undo at, but there is “%s”", text);
      return NULL;
    }
  weir_builder_set_take (builder, "home", weir_value_new_text (request->url));
  weir_builder_set_take (builder, "method", weir_value_new_text (request->undo_method));
  weir_builder_set_take (builder, "url", weir_value_new_text (absolute));
  if (!weir_blocks_is_nothing (request->undo_body))
    {
      WeirValue *body = fill (step, request->undo_body, locals, error);

      if (body == NULL)
        return NULL;
      weir_builder_set_take (builder, "body", body);
    }
  if (!keep_settings (builder, request, step, error))
    return NULL;
  return weir_builder_end (g_steal_pointer (&builder));
}

/* What is recorded with the effect. The request has been answered: whatever is wrong with its opposite is no failure of
 * the step, but said when it is undone. */
WeirValue *
weir_http_describe_undo (const WeirHttpRequest *request, WeirStep *step, WeirValue *response)
{
  g_autoptr(GError) error = NULL;
  WeirValue *record = make_record (request, step, response, &error);
  const char *key = "problem";
  g_autoptr(WeirValue) problem = NULL;

  if (record != NULL)
    return record;
  weir_step_log (step, WEIR_LOG_WARNING, "This cannot be undone: %s", error->message);
  problem = weir_value_new_text (error->message);
  return weir_value_new_record (&key, &problem, 1);
}

/* Taking back. */

static void
restore (WeirHttpRequest *request, WeirValue *record)
{
  for (guint i = 0; i < G_N_ELEMENTS (kept_texts); i++)
    G_STRUCT_MEMBER (const char *, request, kept_texts[i].offset)
      = weir_value_get_member_text (record, kept_texts[i].name, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kept_values); i++)
    G_STRUCT_MEMBER (WeirValue *, request, kept_values[i].offset)
      = weir_value_find_member (record, kept_values[i].name);
  if (request->auth == NULL)
    request->auth = (char *) "none";
  request->method = (char *) weir_value_get_member_text (record, "method", "DELETE");
  request->body = weir_value_find_member (record, "body");
  request->body_as = (char *) (request->body != NULL && weir_value_get_kind (request->body) == WEIR_VALUE_TEXT
                                 ? "raw" : "json");
  request->verify_tls = weir_value_get_member_bool (record, "verify_tls", TRUE);
  request->connect = weir_value_get_member_int (record, "connect", 10000);
  request->redirects = MAX_REDIRECTS;
}

/* What is gone already need not be taken away: an undo before this one was cut off, or somebody was faster. */
static gboolean
is_undone (const WeirHttpRequest *request, guint status)
{
  gboolean gone = status == SOUP_STATUS_NOT_FOUND || status == SOUP_STATUS_GONE;

  return weir_http_is_good ("2xx", status) || (gone && g_str_equal (request->method, "DELETE"));
}

static gboolean
take_back (WeirValue *record, GError **error)
{
  WeirHttpRequest request = { 0 };
  WeirHttpCall call = { 0 };
  WeirHttpAnswer answer = { 0 };
  g_autoptr(GUri) home = g_uri_parse (weir_value_get_member_text (record, "home", ""), SOUP_HTTP_URI_FLAGS, error);
  g_autoptr(GUri) uri = home != NULL ? g_uri_parse (weir_value_get_member_text (record, "url", ""),
                                                    SOUP_HTTP_URI_FLAGS, error)
                                     : NULL;
  gboolean done;

  if (uri == NULL)
    return FALSE;
  restore (&request, record);
  done = weir_http_call_init (&call, &request, NULL, home, error)
         && weir_http_exchange (&call, uri, MAX_ANSWER, &answer, error);
  if (done && !is_undone (&request, soup_message_get_status (answer.message)))
    {
      weir_set_failure (error, "undo.failed", "%s %s: %s answered %u", request.method, g_uri_get_path (uri),
                        g_uri_get_host (uri), soup_message_get_status (answer.message));
      done = FALSE;
    }
  weir_http_answer_clear (&answer);
  weir_http_call_clear (&call);
  return done;
}

static DexFuture *
undo_fiber (gpointer user_data)
{
  GError *error = NULL;

  if (!take_back (user_data, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_for_boolean (TRUE);
}

static DexFuture *
refuse (const char *reason)
{
  GError *error = NULL;

  weir_set_failure (&error, "undo.failed", "%s", reason);
  return dex_future_new_for_error (error);
}

DexFuture *
weir_http_undo (const char *type, WeirValue *before, WeirValue *after)
{
  const char *problem = after != NULL ? weir_value_get_member_text (after, "problem", NULL) : NULL;
  gint64 status = after != NULL ? weir_value_get_member_int (after, "refused", 0) : 0;

  if (after == NULL || weir_value_is_null (after))
    return refuse ("It is not known what the request did: there was no answer");
  if (problem != NULL)
    return refuse (problem);
  if (status >= 400 && status < 500)
    return dex_future_new_for_boolean (TRUE); /* the server did not do it */
  if (status != 0)
    return refuse ("It is not known what the request did: the server failed");
  return dex_scheduler_spawn (NULL, 0, undo_fiber, weir_value_ref (after), (GDestroyNotify) weir_value_unref);
}
