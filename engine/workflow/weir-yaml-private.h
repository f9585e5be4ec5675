/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Private to engine/workflow: a YAML or JSON text as a tree of nodes that know where they stand, and back. */

#include "weir-problem.h"
#include "weir-value.h"

G_BEGIN_DECLS

#define WEIR_YAML_MAX_BYTES (16 * 1024 * 1024)
#define WEIR_YAML_MAX_DEPTH 64
#define WEIR_YAML_MAX_ALIASES 100
#define WEIR_YAML_MAX_ALIAS_NODES 10000

typedef enum
{
  WEIR_YAML_SCALAR,
  WEIR_YAML_LIST,
  WEIR_YAML_RECORD,
} WeirYamlType;

typedef struct _WeirYamlNode WeirYamlNode;

struct _WeirYamlNode
{
  guint8         type;
  guint8         style;      /* of a scalar: yaml_scalar_style_t */
  guint8         flow : 1;   /* [a, b] and {a: b} */
  guint8         special : 1; /* anchored, tagged or an alias: its text cannot be taken apart */
  guint8         open : 1;    /* not closed yet while parsing: an alias to it would be endless */
  guint32        start;      /* bytes */
  guint32        end;        /* behind the last byte of content, comments not included */
  guint32        line;       /* from 1 */
  guint32        column;     /* from 1, characters */
  guint32        weight;     /* nodes below, with itself */
  guint32        n_children;
  WeirYamlNode **children;   /* items, or key, value, key, value ... An alias gives the same node twice */
  WeirValue     *value;
};

typedef struct
{
  int           ref_count;
  char         *text;   /* without byte order mark */
  gsize         length;
  gboolean      json;
  WeirYamlNode *root;   /* NULL for an empty text */
  GPtrArray    *nodes;  /* owns them all */
} WeirYamlDocument;

/* @problems: of WeirProblem, appended to. NULL where the syntax is broken. */
WeirYamlDocument *weir_yaml_document_parse (const char       *text,
                                            gssize            length,
                                            GPtrArray        *problems);
WeirYamlDocument *weir_yaml_document_ref   (WeirYamlDocument *self);
void              weir_yaml_document_unref (WeirYamlDocument *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirYamlDocument, weir_yaml_document_unref)

WeirYamlNode *weir_yaml_document_add_node (WeirYamlDocument *self,
                                           WeirYamlType      type);
/* Strict JSON; FALSE with a problem. */
gboolean      weir_yaml_document_read_json (WeirYamlDocument *self,
                                            GPtrArray        *problems);

/* (transfer none) */
WeirValue    *weir_yaml_node_get_value (WeirYamlNode *self);
/* The text of a scalar that is text, else NULL. */
const char   *weir_yaml_node_get_text  (WeirYamlNode *self);
WeirYamlNode *weir_yaml_node_find      (WeirYamlNode *self,
                                        const char   *key);
const char   *weir_yaml_node_describe  (WeirYamlNode *self);

/* Core schema. */
WeirValue    *weir_yaml_resolve_plain  (const char *text,
                                        gsize       length);

/* Writing. @indent: columns of the line that the value is written on; nothing before it on that line is counted but
 * @column. A block collection starts on a line of its own. */
void          weir_yaml_emit_value     (GString    *out,
                                        WeirValue  *value,
                                        guint       indent);
/* On one line; FALSE (and nothing written) where it cannot be. */
gboolean      weir_yaml_emit_flow      (GString    *out,
                                        WeirValue  *value,
                                        guint       room);
void          weir_yaml_emit_key       (GString    *out,
                                        const char *key);
void          weir_yaml_emit_entry     (GString    *out,
                                        const char *key,
                                        WeirValue  *value,
                                        guint       indent);
void          weir_yaml_emit_item      (GString    *out,
                                        WeirValue  *value,
                                        guint       indent);
/* What follows "key:", up to the end of the last line without its newline. */
void          weir_yaml_emit_after     (GString    *out,
                                        const char *key,
                                        WeirValue  *value,
                                        guint       indent);
/* The source's text with as little changed as @value asks for. */
char         *weir_yaml_patch          (WeirYamlDocument *source,
                                        WeirValue        *value);
gboolean      weir_yaml_same           (WeirValue  *a,
                                        WeirValue  *b,
                                        gboolean    ordered);

G_END_DECLS
