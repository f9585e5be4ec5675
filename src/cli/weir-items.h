/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "weir-cli.h"

G_BEGIN_DECLS

/* Items from a file: CSV with a first line of names, a JSON list, or a JSON value a line; "-" is standard input. (transfer full): a list */
WeirValue *weir_items_load        (const char *path, GError **error);
/* Each word is one: JSON, or text. (transfer full): a list */
WeirValue *weir_items_parse_words (int argc, char **argv);

G_END_DECLS
