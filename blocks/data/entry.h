/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <weir-sdk.h>

G_BEGIN_DECLS

/* What the kinds about entries of the store share. */
extern const char *const weir_entry_scope_ids[];
extern const char *const weir_entry_scope_titles[];

#define WEIR_ENTRY_FIELDS(Struct) \
  WEIR_FIELD_TEXT (Struct, key, .title = N_("Key"), .required = TRUE), \
  WEIR_FIELD_TEXT (Struct, bucket, .title = N_("Bucket"), .summary = N_("Keys are told apart within it"), \
                   .initial_text = "default", .required = TRUE), \
  WEIR_FIELD_CHOICE (Struct, scope, .title = N_("Known to"), .choices = weir_entry_scope_ids, \
                     .choice_titles = weir_entry_scope_titles, .initial_text = "workflow")

/* "bucket / key" */
char *weir_entry_summarize (WeirValue *config);

G_END_DECLS
