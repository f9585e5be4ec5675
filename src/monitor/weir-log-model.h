/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <weir.h>

G_BEGIN_DECLS

/**
 * WeirLogItem:
 *
 * One line of a log, made when it is looked at.
 */
#define WEIR_TYPE_LOG_ITEM (weir_log_item_get_type ())
G_DECLARE_FINAL_TYPE (WeirLogItem, weir_log_item, WEIR, LOG_ITEM, GObject)

const WeirLogLine *weir_log_item_get_line  (WeirLogItem *self);
/* "14:05:33.120 warning move[3]/to: ..." (transfer full) */
char              *weir_log_line_to_text   (const WeirLogLine *line);

/**
 * WeirLogModel:
 *
 * The log of a run as a #GListModel of #WeirLogItem: read from the store page by page as one scrolls, or as it grows,
 * and announced once for each page.
 */
#define WEIR_TYPE_LOG_MODEL (weir_log_model_get_type ())
G_DECLARE_FINAL_TYPE (WeirLogModel, weir_log_model, WEIR, LOG_MODEL, GObject)

WeirLogModel *weir_log_model_new      (void);
/* Begins anew. @block_path and @text may be NULL. */
void          weir_log_model_query    (WeirLogModel *self,
                                       WeirEngine   *engine,
                                       gint64        run,
                                       int           level,
                                       const char   *block_path,
                                       const char   *text);
/* The run has written more. */
void          weir_log_model_grow     (WeirLogModel *self);
/* Reads on to the end, also what nobody has scrolled to. */
void          weir_log_model_set_whole (WeirLogModel *self,
                                       gboolean      whole);
/* Shows only lines up to an event; G_MAXUINT64: all. */
void          weir_log_model_set_until (WeirLogModel *self,
                                       guint64       seq);
/* All lines that are read, as text. (transfer full) */
char         *weir_log_model_to_text  (WeirLogModel *self);

G_END_DECLS
