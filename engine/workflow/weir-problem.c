/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-problem.h"

#include <string.h>

/* Bytes. */
#define MAX_MESSAGE 1000

struct _WeirProblem
{
  GObject      parent_instance;
  WeirSeverity severity;
  char        *code;
  char        *message;
  char        *block_path;
  char        *port;
  char        *field;
  guint        line;
  guint        column;
};

enum
{
  PROP_0,
  PROP_MESSAGE,
  PROP_BLOCK_PATH,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (WeirProblem, weir_problem, G_TYPE_OBJECT)

static void
weir_problem_finalize (GObject *object)
{
  WeirProblem *self = WEIR_PROBLEM (object);

  g_free (self->code);
  g_free (self->message);
  g_free (self->block_path);
  g_free (self->port);
  g_free (self->field);
  G_OBJECT_CLASS (weir_problem_parent_class)->finalize (object);
}

static void
weir_problem_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  WeirProblem *self = WEIR_PROBLEM (object);

  switch (prop_id)
    {
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    case PROP_BLOCK_PATH:
      g_value_set_string (value, self->block_path);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
weir_problem_class_init (WeirProblemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = weir_problem_finalize;
  object_class->get_property = weir_problem_get_property;

  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_BLOCK_PATH] = g_param_spec_string ("block-path", NULL, NULL, NULL,
                                                     G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
weir_problem_init (WeirProblem *self)
{
}

/* What came may be of any length; nobody reads more of it. */
static char *
dup_shortened (const char *message)
{
  const char *end;

  if (strlen (message) <= MAX_MESSAGE)
    return g_strdup (message);
  for (end = message + MAX_MESSAGE; (*end & 0xc0) == 0x80;)
    end--;
  return g_strdup_printf ("%.*s…", (int) (end - message), message);
}

/**
 * weir_problem_new:
 * @severity: how bad it is
 * @code: a stable word, "port.unknown"
 * @message: what was expected and what came, without full stop; what is beyond 1,000 bytes is left out
 * @block_path: (nullable): ids from the root down
 * @port: (nullable): the port
 * @field: (nullable): the setting
 * @line: from 1; 0 where there is no file
 * @column: from 1, in characters
 *
 * Returns: (transfer full): a problem
 */
WeirProblem *
weir_problem_new (WeirSeverity severity, const char *code, const char *message, const char *block_path,
                  const char *port, const char *field, guint line, guint column)
{
  WeirProblem *self = g_object_new (WEIR_TYPE_PROBLEM, NULL);

  self->severity = severity;
  self->code = g_strdup (code);
  self->message = dup_shortened (message);
  self->block_path = g_strdup (block_path);
  self->port = g_strdup (port);
  self->field = g_strdup (field);
  self->line = line;
  self->column = column;
  return self;
}

/**
 * weir_problem_get_severity:
 * @self: a problem
 *
 * Returns: how bad it is
 */
WeirSeverity
weir_problem_get_severity (WeirProblem *self)
{
  g_return_val_if_fail (WEIR_IS_PROBLEM (self), WEIR_SEVERITY_ERROR);
  return self->severity;
}

/**
 * weir_problem_get_code:
 * @self: a problem
 *
 * Returns: (transfer none): a stable word for it, "port.unknown"
 */
const char *
weir_problem_get_code (WeirProblem *self)
{
  g_return_val_if_fail (WEIR_IS_PROBLEM (self), NULL);
  return self->code;
}

/**
 * weir_problem_get_message:
 * @self: a problem
 *
 * Returns: (transfer none): what was expected and what came, without full stop
 */
const char *
weir_problem_get_message (WeirProblem *self)
{
  g_return_val_if_fail (WEIR_IS_PROBLEM (self), NULL);
  return self->message;
}

/**
 * weir_problem_get_block_path:
 * @self: a problem
 *
 * Returns: (transfer none) (nullable): ids from the root down; %NULL if it is about the whole
 */
const char *
weir_problem_get_block_path (WeirProblem *self)
{
  g_return_val_if_fail (WEIR_IS_PROBLEM (self), NULL);
  return self->block_path;
}

/**
 * weir_problem_get_port:
 * @self: a problem
 *
 * Returns: (transfer none) (nullable): name of the port that it is about
 */
const char *
weir_problem_get_port (WeirProblem *self)
{
  g_return_val_if_fail (WEIR_IS_PROBLEM (self), NULL);
  return self->port;
}

/**
 * weir_problem_get_field:
 * @self: a problem
 *
 * Returns: (transfer none) (nullable): name of the setting that it is about
 */
const char *
weir_problem_get_field (WeirProblem *self)
{
  g_return_val_if_fail (WEIR_IS_PROBLEM (self), NULL);
  return self->field;
}

/**
 * weir_problem_get_line:
 * @self: a problem
 *
 * Returns: line in the file, from 1; 0 where there is no file
 */
guint
weir_problem_get_line (WeirProblem *self)
{
  g_return_val_if_fail (WEIR_IS_PROBLEM (self), 0);
  return self->line;
}

/**
 * weir_problem_get_column:
 * @self: a problem
 *
 * Returns: column in the file, from 1; 0 where there is no file
 */
guint
weir_problem_get_column (WeirProblem *self)
{
  g_return_val_if_fail (WEIR_IS_PROBLEM (self), 0);
  return self->column;
}

/**
 * weir_problem_to_string:
 * @self: a problem
 * @file_name: (nullable): what to call the file
 *
 * Returns: (transfer full): one line as compilers write it, "tidy.yaml:12:7: error: block move, port files: ..."
 */
char *
weir_problem_to_string (WeirProblem *self, const char *file_name)
{
  static const char *const severities[] = { "error", "warning", "info" };
  GString *text = g_string_new (NULL);

  g_return_val_if_fail (WEIR_IS_PROBLEM (self), NULL);

  if (file_name != NULL)
    g_string_append_printf (text, "%s:", file_name);
  if (self->line > 0)
    g_string_append_printf (text, "%u:%u:", self->line, self->column);
  g_string_append_printf (text, "%s%s: ", text->len > 0 ? " " : "", severities[self->severity]);
  if (self->block_path != NULL)
    g_string_append_printf (text, "block %s", self->block_path);
  if (self->port != NULL)
    g_string_append_printf (text, "%sport %s", self->block_path != NULL ? ", " : "", self->port);
  if (self->field != NULL)
    g_string_append_printf (text, "%sfield %s", self->block_path != NULL || self->port != NULL ? ", " : "",
                            self->field);
  if (self->block_path != NULL || self->port != NULL || self->field != NULL)
    g_string_append (text, ": ");
  g_string_append (text, self->message);
  return g_string_free_and_steal (text);
}
