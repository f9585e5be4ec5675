/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-control.h"

G_BEGIN_DECLS

#define WEIR_CONTROL_INTERFACE "org.weirstudio.Weir.Control1"
#define WEIR_CONTROL_PATH "/org/weirstudio/Weir/Control"

/* The interface; parsed once. (transfer none) */
GDBusInterfaceInfo *weir_control_get_interface  (void);
/* "unix:path=..." of the socket of a data folder. @dir_fd is -1, or a descriptor that must stay open as long as
 * the address is used. */
char               *weir_control_make_address   (const char         *data_dir,
                                                 int                *dir_fd);
/* Arguments by name to a tuple and back. */
GVariant           *weir_control_pack           (GDBusArgInfo      **infos,
                                                 WeirValue          *record);
WeirValue          *weir_control_unpack         (GDBusArgInfo      **infos,
                                                 GVariant           *tuple,
                                                 GError            **error);
/* WEIR_ERROR over D-Bus keeps its codes. */
void                weir_control_ensure_errors  (void);
/* A method is a fiber's body: it may await. */
typedef struct
{
  const char *name;
  WeirValue *(*func) (WeirEngine *engine, WeirValue *args, GError **error);
} WeirControlMethod;
/* weir-control-run.c; ends with a NULL name */
extern const WeirControlMethod weir_control_run_methods[];
/* weir-control-look.c, likewise */
extern const WeirControlMethod weir_control_look_methods[];
/* weir-control-undo.c, likewise */
extern const WeirControlMethod weir_control_undo_methods[];
/* weir-control-workflows.c, likewise */
extern const WeirControlMethod weir_control_workflows_methods[];
/* weir-control-bin.c, likewise */
extern const WeirControlMethod weir_control_bin_methods[];
/* weir-control-limits.c, likewise */
extern const WeirControlMethod weir_control_limits_methods[];
/* weir-control-rerun.c, likewise */
extern const WeirControlMethod weir_control_rerun_methods[];
/* weir-control-recovery.c, likewise */
extern const WeirControlMethod weir_control_recovery_methods[];
/* weir-control-swarm.c, likewise */
extern const WeirControlMethod weir_control_swarm_methods[];
/* weir-control-waits.c, likewise */
extern const WeirControlMethod weir_control_waits_methods[];

/* A run as lists have it. (transfer full) */
WeirBuilder        *weir_control_describe_run   (WeirEngine         *engine,
                                                 WeirRunInfo        *info);
/* The methods, in this process. Resolves to a WeirValue. */
DexFuture          *weir_control_dispatch       (WeirEngine         *engine,
                                                 const char         *method,
                                                 WeirValue          *args);
/* (transfer full) (nullable): resolves when more can be taken; NULL: now */
typedef DexFuture *(*WeirControlWaitFunc) (gpointer user_data);
/* The events of a run in this process; ends early when @stop is resolved. @wait (nullable) is asked now and then. */
DexFuture          *weir_control_follow_engine  (WeirEngine         *engine,
                                                 gint64              run,
                                                 guint64             after_seq,
                                                 DexFuture          *stop,
                                                 WeirControlWaitFunc wait,
                                                 WeirControlEventFunc func,
                                                 gpointer            user_data,
                                                 GDestroyNotify      destroy);

G_END_DECLS
