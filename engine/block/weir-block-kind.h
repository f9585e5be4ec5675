/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libdex.h>

#include "weir-type.h"
#include "weir-value.h"

G_BEGIN_DECLS

typedef struct _WeirStep WeirStep;
typedef struct _WeirBlockKind WeirBlockKind;

/* Containers in containers, and workflows that call workflows. */
#define WEIR_MAX_NESTING 16

#ifndef N_
# define N_(String) (String)
#endif

/**
 * WeirEffectClass:
 * @WEIR_EFFECT_PURE: computes only; may be run again at will
 * @WEIR_EFFECT_IDEMPOTENT: has an effect; doing it again changes nothing more
 * @WEIR_EFFECT_ONCE: must never happen twice without somebody saying so
 */
typedef enum
{
  WEIR_EFFECT_PURE,
  WEIR_EFFECT_IDEMPOTENT,
  WEIR_EFFECT_ONCE,
} WeirEffectClass;

/**
 * WeirUndoKind:
 * @WEIR_UNDO_NONE: there is nothing to undo
 * @WEIR_UNDO_EXACT: what was before comes back, byte for byte
 * @WEIR_UNDO_COMPENSATE: an opposite action
 * @WEIR_UNDO_IRREVERSIBLE: cannot be undone; said on the block before it runs
 */
typedef enum
{
  WEIR_UNDO_NONE,
  WEIR_UNDO_EXACT,
  WEIR_UNDO_COMPENSATE,
  WEIR_UNDO_IRREVERSIBLE,
} WeirUndoKind;

/**
 * WeirJoin:
 * @WEIR_JOIN_ALL: waits until every link is resolved and at least one delivered. One delivery gives its
 *   value, several give a list in the order of the links
 * @WEIR_JOIN_ANY: fires for each delivery
 * @WEIR_JOIN_FIRST: fires for the first delivery, the others are dropped
 * @WEIR_JOIN_N_OF_M: fires once when n have delivered
 * @WEIR_JOIN_LATEST: fires for each delivery with the latest value of every link
 * @WEIR_JOIN_GATHER: waits until nothing can come any more and gives a list of all that came, link by link; a port with an `n` gives one
 *   as soon as so many are there. For kinds only
 */
typedef enum
{
  WEIR_JOIN_ALL,
  WEIR_JOIN_ANY,
  WEIR_JOIN_FIRST,
  WEIR_JOIN_N_OF_M,
  WEIR_JOIN_LATEST,
  WEIR_JOIN_GATHER,
} WeirJoin;

/**
 * WeirPort:
 * @name: as in links, `[a-z][a-z0-9_]*`
 * @type: a type as text, see [struct@Weir.Type]; NULL is any
 * @title: for people; NULL shows the name
 * @summary: one line of help
 * @required: an input that must be linked (or set by the field of the same name)
 * @join: the join of an input unless the block says otherwise
 * @side: an output that may fire many times while the step runs (drawn dashed)
 * @n: of an input with the join GATHER: how many at a time; 0: all
 * @row: which row of a setting with `rows` it belongs to, from 1; 0 for none: links follow the row
 *
 * A port. An input with the name of a field overrides that field where it is linked. Every block also has the
 * input `run` (any: only its arrival counts), the output `done` (null, on success) and the output `error`
 * (an error value, when the last attempt failed); they are in no table and hidden until linked.
 */
typedef struct
{
  const char *name;
  const char *type;
  const char *title;
  const char *summary;
  gboolean    required;
  WeirJoin    join;
  gboolean    side;
  guint       row;
  guint       n;
} WeirPort;

/**
 * WeirFieldKind:
 *
 * How a field is stored in the settings struct, and which form row edits it.
 */
typedef enum
{
  WEIR_FIELD_KIND_TEXT,       /* char *                    */
  WEIR_FIELD_KIND_BOOL,       /* gboolean                  */
  WEIR_FIELD_KIND_INT,        /* gint64                    */
  WEIR_FIELD_KIND_NUMBER,     /* double                    */
  WEIR_FIELD_KIND_CHOICE,     /* char *, one of choices    */
  WEIR_FIELD_KIND_DURATION,   /* gint64 ms                 */
  WEIR_FIELD_KIND_SIZE,       /* gint64 bytes              */
  WEIR_FIELD_KIND_PATH,       /* char *, file or folder    */
  WEIR_FIELD_KIND_EXPRESSION, /* char *, source, evaluated by the kind with weir_step_evaluate () */
  WEIR_FIELD_KIND_VALUE,      /* WeirValue *, of .type     */
} WeirFieldKind;

/**
 * WeirField:
 *
 * One setting of a block kind: the form row, the check, the file format's schema and the manual come from it.
 * A VALUE field of type `list<record{...}>` is edited as rows. Strings inside any field (not EXPRESSION, not
 * raw) that begin with `=` or contain `{{` are evaluated before the step runs, also inside lists and records.
 */
typedef struct
{
  const char        *name;
  WeirFieldKind      kind;
  gsize              offset;
  const char        *title;
  const char        *summary;
  const char        *unit;
  const char        *placeholder;
  const char        *type;          /* VALUE only: a type as text */
  const char *const *choices;       /* CHOICE: ids, NULL-terminated */
  const char *const *choice_titles; /* the same, for people */
  double             initial;       /* numbers, bool, duration, size */
  const char        *initial_text;  /* text, choice, path, expression; VALUE as JSON */
  double             minimum;
  double             maximum;       /* 0 with minimum 0: no limits */
  gboolean           required;
  gboolean           raw;           /* never evaluated as a template */
  gboolean           multiline;
  gboolean           folder;        /* PATH: a folder */
  gboolean           secret;        /* TEXT: hidden as it is typed, never exported */
  gboolean           advanced;      /* folded away in the form */
  const char        *language;      /* of a multi-line text: "json", "javascript", "markdown", "sh" */
  const char        *shown_when;    /* "other_field=id|id": hidden otherwise */
  const char        *rows;          /* VALUE, a list: its rows have a port each, named by their `label`, else by their
                                       `id`; this is the word in a new id ("case") */
} WeirField;

#define WEIR_FIELD_(Struct, member, kind_, ...) \
  { .name = #member, .kind = kind_, .offset = G_STRUCT_OFFSET (Struct, member), __VA_ARGS__ }
#define WEIR_FIELD_TEXT(S, m, ...)       WEIR_FIELD_ (S, m, WEIR_FIELD_KIND_TEXT, __VA_ARGS__)
#define WEIR_FIELD_BOOL(S, m, ...)       WEIR_FIELD_ (S, m, WEIR_FIELD_KIND_BOOL, __VA_ARGS__)
#define WEIR_FIELD_INT(S, m, ...)        WEIR_FIELD_ (S, m, WEIR_FIELD_KIND_INT, __VA_ARGS__)
#define WEIR_FIELD_NUMBER(S, m, ...)     WEIR_FIELD_ (S, m, WEIR_FIELD_KIND_NUMBER, __VA_ARGS__)
#define WEIR_FIELD_CHOICE(S, m, ...)     WEIR_FIELD_ (S, m, WEIR_FIELD_KIND_CHOICE, __VA_ARGS__)
#define WEIR_FIELD_DURATION(S, m, ...)   WEIR_FIELD_ (S, m, WEIR_FIELD_KIND_DURATION, __VA_ARGS__)
#define WEIR_FIELD_SIZE(S, m, ...)       WEIR_FIELD_ (S, m, WEIR_FIELD_KIND_SIZE, __VA_ARGS__)
#define WEIR_FIELD_PATH(S, m, ...)       WEIR_FIELD_ (S, m, WEIR_FIELD_KIND_PATH, __VA_ARGS__)
#define WEIR_FIELD_EXPRESSION(S, m, ...) WEIR_FIELD_ (S, m, WEIR_FIELD_KIND_EXPRESSION, __VA_ARGS__)
#define WEIR_FIELD_VALUE(S, m, ...)      WEIR_FIELD_ (S, m, WEIR_FIELD_KIND_VALUE, __VA_ARGS__)

/**
 * WeirExample:
 * @title: what it shows
 * @config: a JSON record
 * @inputs: a JSON record of port values, or NULL
 * @body: for containers, the body graph as YAML (`blocks:` and `links:`), or NULL
 * @files: files made beforehand, "name=content" a line, or NULL
 * @outputs: a JSON record of the ports expected to emit, with their values; "*" as a value matches anything
 * @error: the failure class expected instead, or NULL
 *
 * An example, shown in the manual and run as a test. `$DIR` in any text is a fresh folder.
 */
typedef struct
{
  const char *title;
  const char *config;
  const char *inputs;
  const char *body;
  const char *files;
  const char *outputs;
  const char *error;
} WeirExample;

/**
 * WeirTemplate:
 * @title: what it is good for
 * @summary: one line more, or NULL
 * @config: a JSON record of settings
 *
 * Settings to begin with: the form offers them, and puts them in place of those of the same name.
 */
typedef struct
{
  const char *title;
  const char *summary;
  const char *config;
} WeirTemplate;

/**
 * WeirPortList:
 *
 * What a kind with ports that depend on its settings fills in. Strings are copied.
 */
typedef struct _WeirPortList WeirPortList;
WEIR_API void weir_port_list_add_input  (WeirPortList *self, const WeirPort *port);
WEIR_API void weir_port_list_add_output (WeirPortList *self, const WeirPort *port);
/* When the block fires, over all its inputs but `run`: ALL (as it begins) once none can come any more; ANY each time one delivers;
 * N_OF_M once, when @n have delivered. */
WEIR_API void weir_port_list_set_policy (WeirPortList *self, WeirJoin policy, guint n);
/* It fires with what there is so long after the first (@wait_ms) or the last (@quiet_ms) of what has come; 0: never for that. */
WEIR_API void weir_port_list_set_patience (WeirPortList *self, gint64 wait_ms, gint64 quiet_ms);

/**
 * WeirBlockKind:
 *
 * What can be placed. Static data, defined with WEIR_DEFINE_BLOCK_KIND in one file a kind.
 *
 * Either @eval or @run is set, or both and @needs_run. @eval computes at once on the main thread and must not wait or take more than a
 * millisecond. @run answers with a future that resolves to anything when the step is done and rejects with its
 * failure; @settings and the step live until then.
 */
struct _WeirBlockKind
{
  const char        *id;        /* "http.request" */
  guint              version;   /* 1.. */
  const char        *title;
  const char        *summary;   /* one line */
  const char        *keywords;  /* synonyms for search, space separated */
  const char        *category;  /* title of the family in the library */
  const char        *icon;      /* symbolic icon name */
  WeirEffectClass    effect;
  WeirUndoKind       undo;
  const WeirPort    *inputs;    /* NULL-name terminated, may be NULL */
  const WeirPort    *outputs;
  const WeirField   *fields;
  gsize              settings_size;
  const char *const *permissions; /* "fs.write(path)": the field that holds the target in brackets */
  const char *const *errors;      /* failure classes besides the common ones */
  const WeirExample *examples;    /* NULL-title terminated; at least one */
  const WeirTemplate *templates;  /* NULL-title terminated, or NULL */
  gboolean           has_body;
  gboolean           is_trigger;
  gboolean           at_end;      /* fires once when the run ends, whatever happens, with {run: ...} as its inputs */
  gint64             timeout_ms;  /* default; 0: none */
  /* More ports, after the static ones; @config is the raw configuration (expressions not evaluated). */
  void             (*list_ports) (WeirValue *config, WeirPortList *ports);
  /* Problems that fields alone do not show; answers a sentence (transfer full) or NULL. */
  char            *(*check)      (WeirValue *config);
  /* The line under the title on the card, from the raw configuration (transfer full); NULL for none. */
  char            *(*summarize)  (WeirValue *config);
  /* The effect class under a raw configuration, for kinds where it depends on it; NULL: always @effect. */
  WeirEffectClass  (*get_effect) (WeirValue *config);
  /* The undo kind of the effects under a raw configuration, for kinds where it depends on it; NULL: always @undo. */
  WeirUndoKind     (*get_undo)   (WeirValue *config);
  /* Where both are set: whether a raw configuration needs @run. */
  gboolean         (*needs_run)  (WeirValue *config);
  gboolean         (*eval)       (gpointer settings, WeirStep *step, GError **error);
  DexFuture       *(*run)        (gpointer settings, WeirStep *step);
  /* The opposite action of one completed effect of undo kind COMPENSATE, from what was recorded. */
  DexFuture       *(*compensate) (const char *type, WeirValue *before, WeirValue *after);
};

#define WEIR_DEFINE_BLOCK_KIND(name, ...) \
  extern const WeirBlockKind weir_kind_##name; \
  const WeirBlockKind weir_kind_##name = { __VA_ARGS__ };

G_END_DECLS
