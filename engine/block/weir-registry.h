/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "weir-block-kind.h"

G_BEGIN_DECLS

/* All block kinds known to the process. Main thread; descriptors live for ever. */
WEIR_API const WeirBlockKind        *weir_registry_find_kind  (const char           *id);
/* (transfer container): sorted by category, then title. */
WEIR_API GPtrArray                  *weir_registry_list_kinds (void);
WEIR_API void                        weir_registry_add_kind   (const WeirBlockKind  *kind);

/* The ports of a kind under a configuration, `run`, `done` and `error` left out. */
struct _WeirPortList
{
  GArray       *inputs;  /* of WeirPort */
  GArray       *outputs; /* of WeirPort */
  GStringChunk *strings;
  WeirJoin      policy;  /* of the block: ALL, ANY or N_OF_M */
  guint         policy_n;
  gint64        wait_ms; /* patience; 0: for ever */
  gint64        quiet_ms;
};
WEIR_API WeirPortList   *weir_kind_list_ports     (const WeirBlockKind *kind,
                                                   WeirValue           *config);
WEIR_API void            weir_port_list_free      (WeirPortList        *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirPortList, weir_port_list_free)
WEIR_API const WeirPort *weir_port_list_find_input  (WeirPortList *self, const char *name);
WEIR_API const WeirPort *weir_port_list_find_output (WeirPortList *self, const char *name);

WEIR_API const WeirField *weir_kind_find_field    (const WeirBlockKind *kind,
                                                   const char          *name);
/* The type of a field's value, as a port type. (transfer full) */
WEIR_API WeirType       *weir_field_get_type_of   (const WeirField     *field);
/* What the field is when the configuration leaves it out. (transfer full) */
WEIR_API WeirValue      *weir_field_get_initial   (const WeirField     *field);
/* Settings of @kind from an evaluated configuration: every value converted, checked against limits and
 * choices; NULL with the class config.invalid or input.type, naming the field. Free with the other. */
WEIR_API gpointer        weir_kind_make_settings  (const WeirBlockKind *kind,
                                                   WeirValue           *config,
                                                   GError             **error);
WEIR_API void            weir_kind_free_settings  (const WeirBlockKind *kind,
                                                   gpointer             settings);
/* Whether a field may have a value that holds no expressions. */
WEIR_API gboolean        weir_field_check_value   (const WeirBlockKind *kind,
                                                   const WeirField     *field,
                                                   WeirValue           *value,
                                                   GError             **error);
/* The manual page of a kind as Markdown: purpose, ports, settings, errors, undo, permissions, examples. */
WEIR_API char           *weir_kind_to_markdown    (const WeirBlockKind *kind);
WEIR_API const char     *weir_effect_class_get_name (WeirEffectClass effect);
WEIR_API const char     *weir_undo_kind_get_name    (WeirUndoKind undo);
/* How what a block of this kind does is taken back, under its raw configuration. */
WEIR_API WeirUndoKind    weir_kind_get_undo         (const WeirBlockKind *kind,
                                                     WeirValue           *config);

G_END_DECLS
