/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shapes of the workflow file: which keys there are and what each may hold. */
#include "weir-file-shape.h"
#include "weir-workflow-private.h"

#include <string.h>

static const WeirFileShape retry_shape[] = {
  { "attempts", WEIR_SHAPE_INT, .minimum = 1, .maximum = 100, .summary = "Tries in total" },
  { "first", WEIR_SHAPE_DURATION, .summary = "Wait before the second try" },
  { "factor", WEIR_SHAPE_NUMBER, .minimum = 1, .maximum = 1000, .summary = "By how much each wait is longer" },
  { "cap", WEIR_SHAPE_DURATION, .summary = "Longest wait" },
  { "jitter", WEIR_SHAPE_NUMBER, .minimum = 0, .maximum = 1, .summary = "0.1 for plus or minus a tenth" },
  { "on", WEIR_SHAPE_WORDS, .summary = "Failure classes; left out: the transient ones" },
  { NULL }
};

static const WeirFileShape input_shape[] = {
  { "type", WEIR_SHAPE_TYPE, .summary = "A type, \"dir\", \"list<int>\"" },
  { "title", WEIR_SHAPE_TEXT, .summary = "What a form calls it" },
  { "description", WEIR_SHAPE_TEXT, .summary = "What a form says about it" },
  { "default", WEIR_SHAPE_ANY, .summary = "Taken where none is given; without one it must be given" },
  { NULL }
};

static const WeirFileShape note_shape[] = {
  { "text", WEIR_SHAPE_TEXT, .summary = "Markdown" },
  { "at", WEIR_SHAPE_NUMBERS, .minimum = 2, .maximum = 4, .summary = "x, y, width, height" },
  { "colour", WEIR_SHAPE_TEXT, .summary = "blue, green, orange, pink, purple or grey" },
  { "frame", WEIR_SHAPE_BOOL, .summary = "Stands behind blocks, and what is on it moves with it" },
  { "collapsed", WEIR_SHAPE_BOOL, .summary = "Shows its first line only" },
  { NULL }
};

static const char *const on_error_choices[] = { "stop", "continue", NULL };
static const char *const on_failure_choices[] = { "stop", "finish", NULL };
const char *const weir_recovery_choices[] = { "off", "ask", "automatic", NULL };

const WeirFileShape weir_block_shape[] = {
  { "kind", WEIR_SHAPE_TEXT, .required = TRUE, .summary = "Id of a block kind, \"http.request\"" },
  { "label", WEIR_SHAPE_TEXT, .summary = "What it is called on the canvas and in the timeline" },
  { "note", WEIR_SHAPE_TEXT, .summary = "A remark for readers" },
  { "enabled", WEIR_SHAPE_BOOL, .summary = "false: it is skipped, and what depends on it alone too" },
  { "config", WEIR_SHAPE_RECORD, .summary = "Its settings, as the manual page of its kind says" },
  { "retry", WEIR_SHAPE_MEMBERS, .members = retry_shape, .summary = "How often and when it is tried again" },
  { "timeout", WEIR_SHAPE_DURATION, .summary = "0 for none; left out: as the kind says" },
  { "cache", WEIR_SHAPE_ANY,
    .summary = "Takes what it gave before with the same settings and inputs: off, auto (for ever, where it depends on nothing else), or for "
               "how long; not worth it for what is quickly computed" },
  { "on_error", WEIR_SHAPE_CHOICE, .choices = on_error_choices,
    .summary = "After the last attempt: the run fails, or only what depends on this is skipped" },
  { "join", WEIR_SHAPE_JOINS, .summary = "What an input with several links waits for: all, any, first, latest or {n: 2}, by input" },
  { "concurrency", WEIR_SHAPE_INT, .minimum = 1, .maximum = 100000, .summary = "Runs of the body at once" },
  { "priority", WEIR_SHAPE_PRIORITY, .summary = "low, normal, high or -100 to 100: what waits for a place starts in this order" },
  { "pool", WEIR_SHAPE_TEXT, .summary = "Pool whose places its steps take" },
  { "key", WEIR_SHAPE_ANY, .summary = "Expression, or {value, at_once, name}: so many steps at once for each value" },
  { "rate", WEIR_SHAPE_ANY, .summary = "Starts over all runs: \"10/s\", \"100 per 1m\", or {count, per, burst}" },
  { "body", WEIR_SHAPE_BODY, .summary = "Of a container: the blocks inside" },
  { NULL }
};

const WeirFileShape weir_body_shape[] = {
  { "blocks", WEIR_SHAPE_BLOCKS, .summary = "By id" },
  { "links", WEIR_SHAPE_LINKS, .summary = "\"block.output -> block.input\", with \"when: EXPRESSION\" only if that holds" },
  { "output", WEIR_SHAPE_OUTPUT, .summary = "\"block.port\" whose value is the result" },
  { NULL }
};

const WeirFileShape weir_document_shape[] = {
  { "weir", WEIR_SHAPE_VERSION, .required = TRUE, .summary = "Version of the format: 1" },
  { "name", WEIR_SHAPE_TEXT, .summary = "What it is called" },
  { "description", WEIR_SHAPE_TEXT, .summary = "What it is for" },
  { "inputs", WEIR_SHAPE_INPUTS, .members = input_shape, .summary = "What is asked for before a run" },
  { "variables", WEIR_SHAPE_RECORD, .summary = "What vars holds when a run begins" },
  { "concurrency", WEIR_SHAPE_INT, .minimum = 0, .maximum = 100000, .summary = "Steps at once; 0: the engine's limit" },
  { "max_runs", WEIR_SHAPE_INT, .minimum = 0, .maximum = 100000, .summary = "Runs of it at once, others wait; 0: the engine's limit" },
  { "priority", WEIR_SHAPE_PRIORITY, .summary = "Of its runs: low, normal, high or -100 to 100" },
  { "recovery", WEIR_SHAPE_CHOICE, .choices = weir_recovery_choices,
    .summary = "Whether its runs go on by themselves after the end of the program; left out: as the engine is set" },
  { "max_iterations", WEIR_SHAPE_INT, .minimum = 1, .maximum = G_MAXINT, .summary = "Of one cycle; 1,000 if left out" },
  { "on_failure", WEIR_SHAPE_CHOICE, .choices = on_failure_choices, .summary = "Whether independent branches finish when a step has failed; else nothing new starts" },
  { "blocks", WEIR_SHAPE_BLOCKS, .summary = "By id" },
  { "links", WEIR_SHAPE_LINKS, .summary = "\"block.output -> block.input\", with \"when: EXPRESSION\" only if that holds" },
  { "output", WEIR_SHAPE_OUTPUT, .summary = "\"block.port\" whose value is the result" },
  { "notes", WEIR_SHAPE_RECORDS, .members = note_shape, .summary = "Notes on the canvas" },
  { "layout", WEIR_SHAPE_LAYOUT, .summary = "Places on the canvas by path: [x, y], or [x, y, pinned] for a block that keeps its place when blocks are arranged" },
  { NULL }
};

typedef struct
{
  GPtrArray  *problems;
  const char *path;  /* of the block */
} Check;

static void check_members (Check *self, const WeirFileShape *shapes, WeirYamlNode *node);
static void check_blocks (Check *self, WeirYamlNode *blocks);

static void G_GNUC_PRINTF (4, 5)
report (Check *self, WeirYamlNode *node, const char *field, const char *format, ...)
{
  va_list args;
  g_autofree char *message = NULL;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (self->problems, weir_problem_new (WEIR_SEVERITY_ERROR, "file.shape", message, self->path, NULL,
                                                     field, node->line, node->column));
}

static gboolean
is_number (WeirYamlNode *node)
{
  return node->type == WEIR_YAML_SCALAR
         && (weir_value_get_kind (node->value) == WEIR_VALUE_INT
             || weir_value_get_kind (node->value) == WEIR_VALUE_NUMBER);
}

static void
check_number (Check *self, const WeirFileShape *shape, WeirYamlNode *node)
{
  gboolean whole = shape->kind == WEIR_SHAPE_INT;
  double number;

  if (!is_number (node) || (whole && weir_value_get_kind (node->value) != WEIR_VALUE_INT))
    {
      report (self, node, shape->key, "Expected %s, but got %s", whole ? "a whole number" : "a number",
              weir_yaml_node_describe (node));
      return;
    }
  number = weir_value_get_number (node->value);
  if (!(number >= shape->minimum && number <= shape->maximum))
    report (self, node, shape->key, "Expected %.10g to %.10g, but got %.10g", shape->minimum, shape->maximum, number);
}

static void
check_duration (Check *self, const WeirFileShape *shape, WeirYamlNode *node)
{
  gint64 ms;
  const char *expected = "Expected a length of time like 30s, 1m30s or 500 (ms), but got";

  if (node->type == WEIR_YAML_SCALAR && weir_value_get_kind (node->value) == WEIR_VALUE_TEXT
      && !weir_duration_from_value (node->value, &ms))
    report (self, node, shape->key, "%s \"%s\"", expected, weir_value_get_text (node->value, NULL));
  else if (node->type != WEIR_YAML_SCALAR || !weir_duration_from_value (node->value, &ms))
    report (self, node, shape->key, "%s %s", expected, weir_yaml_node_describe (node));
  else if (ms < 0)
    report (self, node, shape->key, "Expected 0 or more, but got a negative length of time");
}

static void
check_choice (Check *self, const WeirFileShape *shape, WeirYamlNode *node)
{
  const char *text = weir_yaml_node_get_text (node);
  g_autofree char *choices = NULL;

  if (text != NULL && g_strv_contains (shape->choices, text))
    return;
  choices = g_strjoinv (" or ", (char **) shape->choices);
  report (self, node, shape->key, "Expected %s, but got %s", choices,
          text != NULL ? text : weir_yaml_node_describe (node));
}

static void
check_version (Check *self, const WeirFileShape *shape, WeirYamlNode *node)
{
  if (node->type == WEIR_YAML_SCALAR && weir_value_get_kind (node->value) == WEIR_VALUE_INT)
    {
      gint64 version = weir_value_get_int (node->value);

      if (version == 1)
        return;
      if (version > 1)
        {
          g_autofree char *message = g_strdup_printf (
            "Expected version 1 of the workflow format, but this file has version %" G_GINT64_FORMAT
            ": it was written by a newer Weir",
            version);

          g_ptr_array_add (self->problems, weir_problem_new (WEIR_SEVERITY_ERROR, "file.newer", message, NULL, NULL,
                                                             shape->key, node->line, node->column));
          return;
        }
    }
  report (self, node, shape->key, "Expected the version of the workflow format, 1, but got %s",
          weir_yaml_node_describe (node));
}

static void
check_words (Check *self, const WeirFileShape *shape, WeirYamlNode *node)
{
  if (weir_yaml_node_get_text (node) != NULL)
    return;
  if (node->type != WEIR_YAML_LIST)
    {
      report (self, node, shape->key, "Expected words, but got %s", weir_yaml_node_describe (node));
      return;
    }
  for (guint i = 0; i < node->n_children; i++)
    if (node->children[i]->type != WEIR_YAML_SCALAR)
      report (self, node->children[i], shape->key, "Expected a word, but got %s",
              weir_yaml_node_describe (node->children[i]));
}

static void
check_numbers (Check *self, const WeirFileShape *shape, WeirYamlNode *node)
{
  if (node->type != WEIR_YAML_LIST || node->n_children < shape->minimum || node->n_children > shape->maximum)
    {
      report (self, node, shape->key, "Expected a list of %g to %g numbers, but got %s", shape->minimum, shape->maximum,
              weir_yaml_node_describe (node));
      return;
    }
  for (guint i = 0; i < node->n_children; i++)
    if (!is_number (node->children[i]))
      report (self, node->children[i], shape->key, "Expected a number, but got %s",
              weir_yaml_node_describe (node->children[i]));
}

static void
check_type (Check *self, const WeirFileShape *shape, WeirYamlNode *node)
{
  const char *text = weir_yaml_node_get_text (node);
  g_autoptr(GError) error = NULL;
  g_autoptr(WeirType) type = NULL;

  if (text == NULL)
    {
      /* `type: null` is a type, too */
      if (node->type != WEIR_YAML_SCALAR || !weir_value_is_null (node->value))
        report (self, node, shape->key, "Expected a type like text or list<int>, but got %s",
                weir_yaml_node_describe (node));
      return;
    }
  type = weir_type_parse (text, &error);
  if (type == NULL)
    report (self, node, shape->key, "%s", error->message);
}

static gboolean
expect_record (Check *self, const char *key, WeirYamlNode *node)
{
  if (node->type == WEIR_YAML_RECORD)
    return TRUE;
  /* `config:` with nothing behind it is an empty one */
  if (node->type != WEIR_YAML_SCALAR || !weir_value_is_null (node->value))
    report (self, node, key, "Expected keys and values, but got %s", weir_yaml_node_describe (node));
  return FALSE;
}

static void
check_inputs (Check *self, const WeirFileShape *shape, WeirYamlNode *node)
{
  if (!expect_record (self, shape->key, node))
    return;
  for (guint i = 0; i + 1 < node->n_children; i += 2)
    {
      WeirYamlNode *input = node->children[i + 1];

      if (input->type == WEIR_YAML_SCALAR && !weir_value_is_null (input->value))
        check_type (self, shape, input);
      else if (expect_record (self, shape->key, input))
        check_members (self, shape->members, input);
    }
}

static void
check_joins (Check *self, const WeirFileShape *shape, WeirYamlNode *node)
{
  WeirJoin join;
  guint n;

  if (!expect_record (self, shape->key, node))
    return;
  for (guint i = 0; i + 1 < node->n_children; i += 2)
    {
      WeirYamlNode *item = node->children[i + 1];

      if (!weir_join_from_value (weir_yaml_node_get_value (item), &join, &n))
        report (self, item, shape->key, "Expected all, any, first, latest or { n: 2 }, but got %s",
                weir_yaml_node_get_text (item) != NULL ? weir_yaml_node_get_text (item)
                                                       : weir_yaml_node_describe (item));
    }
}

/* [80, 120, pinned] */
static gboolean
is_pinned_place (WeirYamlNode *node)
{
  return node->type == WEIR_YAML_LIST && node->n_children == 3 && is_number (node->children[0])
         && is_number (node->children[1]) && g_strcmp0 (weir_yaml_node_get_text (node->children[2]), "pinned") == 0;
}

static void
check_layout (Check *self, const WeirFileShape *shape, WeirYamlNode *node)
{
  static const WeirFileShape place = { "layout", WEIR_SHAPE_NUMBERS, .minimum = 2, .maximum = 4 };

  if (!expect_record (self, shape->key, node))
    return;
  for (guint i = 0; i + 1 < node->n_children; i += 2)
    if (!is_pinned_place (node->children[i + 1]))
      check_numbers (self, &place, node->children[i + 1]);
}

static void
check_links (Check *self, const WeirFileShape *shape, WeirYamlNode *node)
{
  if (node->type == WEIR_YAML_LIST || (node->type == WEIR_YAML_SCALAR && weir_value_is_null (node->value)))
    return;
  report (self, node, shape->key, "Expected a list of links, but got %s", weir_yaml_node_describe (node));
}

static void
check_priority (Check *self, const WeirFileShape *shape, WeirYamlNode *node)
{
  const char *word = weir_yaml_node_get_text (node);

  if (word != NULL && (g_str_equal (word, "high") || g_str_equal (word, "normal") || g_str_equal (word, "low")))
    return;
  if (node->type == WEIR_YAML_SCALAR && weir_value_get_kind (node->value) == WEIR_VALUE_INT
      && weir_value_get_int (node->value) >= -100 && weir_value_get_int (node->value) <= 100)
    return;
  report (self, node, shape->key, "Expected low, normal, high or -100 to 100, but got %s",
          word != NULL ? word : weir_yaml_node_describe (node));
}

static void
check_text (Check *self, const WeirFileShape *shape, WeirYamlNode *node)
{
  if (node->type != WEIR_YAML_SCALAR || (shape->required && weir_yaml_node_get_text (node) == NULL))
    report (self, node, shape->key, "Expected text, but got %s", weir_yaml_node_describe (node));
  else if (!weir_value_is_null (node->value) && weir_yaml_node_get_text (node) == NULL)
    report (self, node, shape->key, "Expected text, but got %s: put it in quotes", weir_yaml_node_describe (node));
}

static void
check_value (Check *self, const WeirFileShape *shape, WeirYamlNode *node)
{
  switch (shape->kind)
    {
    case WEIR_SHAPE_TEXT:
    case WEIR_SHAPE_OUTPUT:
      check_text (self, shape, node);
      break;
    case WEIR_SHAPE_BOOL:
      if (node->type != WEIR_YAML_SCALAR || weir_value_get_kind (node->value) != WEIR_VALUE_BOOL)
        report (self, node, shape->key, "Expected true or false, but got %s", weir_yaml_node_describe (node));
      break;
    case WEIR_SHAPE_INT:
    case WEIR_SHAPE_NUMBER:
      check_number (self, shape, node);
      break;
    case WEIR_SHAPE_DURATION:
      check_duration (self, shape, node);
      break;
    case WEIR_SHAPE_CHOICE:
      check_choice (self, shape, node);
      break;
    case WEIR_SHAPE_WORDS:
      check_words (self, shape, node);
      break;
    case WEIR_SHAPE_NUMBERS:
      check_numbers (self, shape, node);
      break;
    case WEIR_SHAPE_TYPE:
      check_type (self, shape, node);
      break;
    case WEIR_SHAPE_RECORD:
      expect_record (self, shape->key, node);
      break;
    case WEIR_SHAPE_MEMBERS:
      if (expect_record (self, shape->key, node))
        check_members (self, shape->members, node);
      break;
    case WEIR_SHAPE_RECORDS:
      if (expect_record (self, shape->key, node))
        for (guint i = 0; i + 1 < node->n_children; i += 2)
          if (expect_record (self, shape->key, node->children[i + 1]))
            check_members (self, shape->members, node->children[i + 1]);
      break;
    case WEIR_SHAPE_INPUTS:
      check_inputs (self, shape, node);
      break;
    case WEIR_SHAPE_JOINS:
      check_joins (self, shape, node);
      break;
    case WEIR_SHAPE_PRIORITY:
      check_priority (self, shape, node);
      break;
    case WEIR_SHAPE_LAYOUT:
      check_layout (self, shape, node);
      break;
    case WEIR_SHAPE_LINKS:
      check_links (self, shape, node);
      break;
    case WEIR_SHAPE_BLOCKS:
      if (expect_record (self, shape->key, node))
        check_blocks (self, node);
      break;
    case WEIR_SHAPE_BODY:
      if (expect_record (self, shape->key, node))
        check_members (self, weir_body_shape, node);
      break;
    case WEIR_SHAPE_VERSION:
      check_version (self, shape, node);
      break;
    case WEIR_SHAPE_ANY:
    default:
      break;
    }
}

/* Keys that are not in the table are somebody else's: they stay, and validation mentions them. */
static void
check_members (Check *self, const WeirFileShape *shapes, WeirYamlNode *node)
{
  for (const WeirFileShape *shape = shapes; shape->key != NULL; shape++)
    {
      WeirYamlNode *member = weir_yaml_node_find (node, shape->key);

      if (member != NULL)
        check_value (self, shape, member);
      else if (shape->required && shape->kind == WEIR_SHAPE_VERSION)
        report (self, node, shape->key, "Expected \"weir: 1\" at the top: this does not look like a workflow");
      else if (shape->required)
        report (self, node, shape->key, "Expected the key \"%s\", but it is missing", shape->key);
    }
}

static void
check_blocks (Check *self, WeirYamlNode *blocks)
{
  for (guint i = 0; i + 1 < blocks->n_children; i += 2)
    {
      const char *id = weir_yaml_node_get_text (blocks->children[i]);
      WeirYamlNode *node = blocks->children[i + 1];
      g_autofree char *path = self->path != NULL ? g_strconcat (self->path, "/", id, NULL) : g_strdup (id);
      Check inner = { self->problems, path };

      if (node->type == WEIR_YAML_RECORD)
        check_members (&inner, weir_block_shape, node);
      else
        report (&inner, node, NULL, "Expected a block with its kind, but got %s", weir_yaml_node_describe (node));
    }
}

void
weir_file_check_document (WeirYamlNode *root, GPtrArray *problems)
{
  Check self = { problems, NULL };

  if (root->type == WEIR_YAML_RECORD)
    check_members (&self, weir_document_shape, root);
  else
    report (&self, root, NULL, "Expected a workflow that begins with \"weir: 1\", but got %s",
            weir_yaml_node_describe (root));
}

void
weir_file_check_body (WeirYamlNode *body, GPtrArray *problems)
{
  Check self = { problems, NULL };

  if (body->type == WEIR_YAML_RECORD)
    check_members (&self, weir_body_shape, body);
  else
    report (&self, body, NULL, "Expected blocks and links, but got %s", weir_yaml_node_describe (body));
}
