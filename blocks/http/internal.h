/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the files of http.request share. */

#include "fetch.h"

G_BEGIN_DECLS

/* The settings of a step. */
typedef struct
{
  char      *url;
  char      *method;
  WeirValue *params;
  WeirValue *headers;

  char      *body_as;
  WeirValue *body;
  WeirValue *parts;
  char      *file;
  char      *content_type;

  char      *auth;
  char      *user;
  char      *password;
  char      *token;
  char      *auth_header;
  char      *grant;
  char      *token_url;
  char      *client_id;
  char      *client_secret;
  char      *client_auth;
  char      *refresh_token;
  char      *scope;
  WeirValue *token_params;
  char      *certificate;
  char      *certificate_key;
  char      *certificate_password;

  char      *paging;
  char      *items;
  char      *cursor;
  char      *cursor_param;
  char      *offset_param;
  char      *limit_param;
  gint64     page_size;
  gint64     max_pages;

  char      *parse;
  char      *ok;
  gint64     max;

  char      *proxy;
  char      *proxy_url;
  gint64     connect;
  gint64     redirects;
  gboolean   verify_tls;
  gboolean   idempotency;
  gboolean   correlation;
  gboolean   repeatable;

  char      *undo_method;
  char      *undo_url;
  WeirValue *undo_body;
} WeirHttpRequest;

/* A request on its way: @step is NULL when it takes back what a step did. */
typedef struct
{
  const WeirHttpRequest *request;
  WeirStep              *step;
  GUri                  *home;        /* who it signs in with */
  GTlsCertificate       *certificate;
} WeirHttpCall;

typedef struct
{
  SoupMessage *message;
  GBytes      *body;
} WeirHttpAnswer;

/* exchange.c: from the settings to an answer, whatever its status */
gboolean         weir_http_is_web            (GUri                  *uri);
GUri            *weir_http_make_uri          (const WeirHttpRequest *request,
                                              GError               **error);
gboolean         weir_http_call_init         (WeirHttpCall          *call,
                                              const WeirHttpRequest *request,
                                              WeirStep              *step,
                                              GUri                  *home,
                                              GError               **error);
void             weir_http_call_clear        (WeirHttpCall          *call);
gboolean         weir_http_exchange          (WeirHttpCall          *call,
                                              GUri                  *uri,
                                              gsize                  max_bytes,
                                              WeirHttpAnswer        *answer,
                                              GError               **error);
void             weir_http_answer_clear      (WeirHttpAnswer        *answer);
/* Fills in how to reach a host: proxy, time, certificates. */
void             weir_http_prepare_fetch     (const WeirHttpRequest *request,
                                              WeirFetch             *fetch);
gboolean         weir_http_changes_things    (const char            *method);

/* body.c: puts the body into a message; waits for the sizes of files */
gboolean         weir_http_add_body          (const WeirHttpRequest *request,
                                              WeirStep              *step,
                                              SoupMessage           *message,
                                              GError               **error);
/* The members of a record, or rows of name and value, as a form. */
char            *weir_http_make_form         (WeirValue             *body,
                                              GError               **error);
char            *weir_http_make_query        (WeirValue             *rows);

/* auth.c */
gboolean         weir_http_sign_in           (const WeirHttpRequest *request,
                                              SoupMessageHeaders    *headers,
                                              const char            *token,
                                              GError               **error);
gboolean         weir_http_load_certificate  (const WeirHttpRequest *request,
                                              WeirStep              *step,
                                              GTlsCertificate      **certificate,
                                              GError               **error);
gboolean         weir_http_has_line_break    (const char            *text);

/* token.c: OAuth 2. A token that the server @refused is not used again. (transfer full) */
char            *weir_http_await_token       (const WeirHttpRequest *request,
                                              WeirStep              *step,
                                              const char            *refused,
                                              GError               **error);

/* answer.c */
gboolean         weir_http_is_good           (const char            *ok,
                                              guint                  status);
WeirValue       *weir_http_make_headers      (SoupMessage           *message);
WeirValue       *weir_http_parse_body        (const char            *as,
                                              WeirHttpAnswer        *answer,
                                              GError               **error);
void             weir_http_fail_with_status  (const WeirHttpRequest *request,
                                              WeirStep              *step,
                                              WeirHttpAnswer        *answer,
                                              GError               **error);

/* paging.c */
GUri            *weir_http_first_page        (const WeirHttpRequest *request,
                                              GUri                  *uri);
/* The items of a page. (transfer none) */
WeirValue       *weir_http_get_items         (const WeirHttpRequest *request,
                                              WeirValue             *body,
                                              guint                  page,
                                              GError               **error);
/* Where the page after this one is, NULL after the last. @count: the items of all pages up to this one. */
GUri            *weir_http_next_page         (const WeirHttpRequest *request,
                                              GUri                  *home,
                                              SoupMessage           *message,
                                              WeirValue             *body,
                                              gsize                  n_items,
                                              gsize                  count);

/* undo.c */
WeirValue       *weir_http_describe_undo     (const WeirHttpRequest *request,
                                              WeirStep              *step,
                                              WeirValue             *response);
DexFuture       *weir_http_undo              (const char            *type,
                                              WeirValue             *before,
                                              WeirValue             *after);

G_END_DECLS
