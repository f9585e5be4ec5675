/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "weir-kind-test.h"

G_BEGIN_DECLS

/* A server of our own on the loopback interface, for one test. */
typedef struct _Web Web;

typedef void (*WebFunc) (Web *web, SoupServerMessage *message, const char *path);

struct _Web
{
  SoupServer      *server;
  char            *base;   /* http://127.0.0.1:PORT */
  GPtrArray       *asked;  /* of char *: "METHOD /path?query", in order */
  char            *shown;  /* who the certificate of the client is for, or NULL */
  GTlsCertificate *peer;   /* that certificate; weak */
  WebFunc          serve;
  gpointer         data;   /* the test's own */
  guint            n;      /* the same */
};

Web        *web_new         (WebFunc            serve);
/* With https and one of our certificates; @ask: one of the client is asked for, and any will do. */
Web        *web_new_tls     (WebFunc            serve,
                             const char        *certificate,
                             gboolean           ask);
void        web_free        (Web               *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Web, web_free)

char       *web_data_path   (const char        *name);
/* From here on server.pem is a certificate that the system trusts, and the only one. */
void        web_trust_ours  (void);
void        web_answer      (SoupServerMessage *message,
                             guint              status,
                             const char        *type,
                             const char        *text);
const char *web_get_header  (SoupServerMessage *message,
                             const char        *name);
/* Plays http.request at @path of @web; @config: the members of the configuration besides the address. */
Outcome    *web_request     (KindTest          *test,
                             Web               *web,
                             const char        *path,
                             const char        *config);
/* What was asked, one a line. (transfer full) */
char       *web_get_asked   (Web               *self);

G_END_DECLS
