/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include <weir-sdk.h>

G_BEGIN_DECLS

/* One exchange over HTTP, for the kinds of this family. */
typedef struct
{
  SoupMessage *message;
  const char  *secret_header; /* not sent on to another host; or NULL */
  gint64       connect_ms;
  guint        redirects;
  gsize        max_bytes;
  gboolean     verify_tls;
} WeirFetch;

/* In a fiber. The body as it came, decompressed; status and headers are in the message. Fails with net.*, limit.size.
 * */
GBytes *weir_fetch_await (const WeirFetch  *fetch,
                          WeirStep         *step,
                          GError          **error);

G_END_DECLS
