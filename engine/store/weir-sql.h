/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to the store: a connection, its kept statements, and errors as GError. */

#include <gio/gio.h>
#include <sqlite3.h>

#include "weir-error.h"

G_BEGIN_DECLS

/**
 * WeirSql:
 *
 * One SQLite connection, used by one thread at a time. Statements are prepared once and kept.
 */
typedef struct
{
  sqlite3    *db;
  GHashTable *statements; /* static SQL text, by pointer -> sqlite3_stmt */
  char       *name;       /* of the file, for messages */
} WeirSql;

WeirSql *weir_sql_open      (const char *path, int flags, GError **error);
void     weir_sql_close     (WeirSql *self);
gboolean weir_sql_execute   (WeirSql *self, const char *sql, GError **error);
gint64   weir_sql_get_int   (WeirSql *self, const char *sql, gint64 fallback);
gboolean weir_sql_fail      (WeirSql *self, int code, const char *verb, GError **error);
const char *weir_sql_log_vfs (void);

/* A statement in use: reset, with its bindings cleared, when it goes out of scope. */
typedef sqlite3_stmt WeirStatement;
WeirStatement *weir_sql_prepare   (WeirSql *self, const char *static_sql, GError **error);
void           weir_statement_end (WeirStatement *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirStatement, weir_statement_end)

/* SQLITE_ROW, SQLITE_DONE, or an error that is set in @error. */
int      weir_sql_step      (WeirSql *self, WeirStatement *statement, GError **error);
/* Binds without copying: @text must live until the statement ends. NULL is NULL. */
void     weir_sql_bind_text (WeirStatement *statement, int index, const char *text, gssize length);
char    *weir_sql_dup_text  (WeirStatement *statement, int column);

G_END_DECLS
