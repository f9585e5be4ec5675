/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include <weir-sdk.h>

G_BEGIN_DECLS

/* One exchange over HTTP, for the kinds of this family. */
typedef struct
{
  SoupMessage     *message;
  const char      *secret_header; /* not sent on to another host; or NULL */
  const char      *user;          /* to answer a digest challenge with; NULL: none is answered */
  const char      *password;
  GTlsCertificate *certificate;   /* ours, shown to the host that was asked first; or NULL */
  const char      *proxy;         /* address; NULL: as the system has it, "": none */
  gint64           connect_ms;
  guint            redirects;
  gsize            max_bytes;
  gboolean         verify_tls;
} WeirFetch;

/* In a fiber. The body as it came, decompressed; status and headers are in the message. Fails with net.*, limit.size.
 * @step may be NULL where there is none, for an undo. */
GBytes *weir_fetch_await (const WeirFetch  *fetch,
                          WeirStep         *step,
                          GError          **error);

/* session.c: the connections that such a message may use. (transfer full) */
SoupSession *weir_fetch_dup_session (const WeirFetch *fetch);

gboolean weir_fetch_same_origin    (GUri               *a,
                                    GUri               *b);
/* What says who we are, out of the headers of a request to another host. */
void     weir_fetch_forget_secrets (SoupMessageHeaders *headers,
                                    const char         *secret_header);

G_END_DECLS
