/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "streams.h"

/* All items of a stream as a list. Fails with limit.size when they take more than about @max_bytes. */
WeirValue *
weir_blocks_collect (WeirStep *step, WeirValue *stream, gint64 max_bytes, GError **error)
{
  g_autoptr(WeirStreamReader) reader = weir_step_open_stream (step, stream, WEIR_STREAM_ITEMS, error);
  g_autoptr(WeirBuilder) list = weir_list_builder_new (0);
  gint64 size = 0;

  while (reader != NULL && !weir_stream_reader_is_at_end (reader))
    {
      g_autoptr(WeirValue) batch = dex_await_boxed (weir_stream_reader_next (reader), error);

      if (batch == NULL)
        return NULL;
      for (gsize i = 0; i < weir_value_get_length (batch); i++)
        weir_builder_add (list, weir_value_get_item (batch, i));
      size += (gint64) weir_value_estimate_size (batch, 0);
      if (size > max_bytes)
        {
          weir_set_failure (error, "limit.size",
                            "Expected at most %" G_GINT64_FORMAT
                            " bytes of items, as all of them must be there at once, but there are more",
                            max_bytes);
          return NULL;
        }
      weir_step_show_progress_of (step, reader);
    }
  return reader != NULL ? weir_builder_end (g_steal_pointer (&list)) : NULL;
}
