/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

#include <string.h>

#define CHANGED "changed_since_last_run"

typedef struct
{
  WeirValue *conditions;
  char      *match;
  gboolean   case_sensitive;
} If;

static const char *const match_ids[] = { "all", "any", NULL };
static const char *const match_titles[] = { N_("All hold"), N_("At least one holds"), NULL };

static const WeirField if_fields[] = {
  WEIR_FIELD_VALUE (If, conditions, .title = N_("Conditions"), .required = TRUE,
                    .summary = N_("Without a left side the value itself is looked at. Operators: equals, "
                                  "not_equals, <, <=, >, >=, "
                                  "contains, not_contains, in, not_in, matches, not_matches, empty, not_empty, "
                                  "exists, not_exists, truthy, falsy, error_is (a failure class), attempt_is (which "
                                  "try this is), in_share (true for so many of 100, always the same ones), "
                                  "changed_since_last_run"),
                    .type = "list<record{left?: any, op: text, right?: any}>",
                    .initial_text = "[{\"op\": \"truthy\"}]"),
  WEIR_FIELD_CHOICE (If, match, .title = N_("True when"), .choices = match_ids, .choice_titles = match_titles,
                     .initial_text = "all"),
  WEIR_FIELD_BOOL (If, case_sensitive, .title = N_("Case matters"), .initial = TRUE, .advanced = TRUE),
  { 0 }
};

static const WeirPort if_inputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("What is let through") },
  { 0 }
};

static const WeirPort if_outputs[] = {
  { .name = "true", .title = N_("True"), .summary = N_("The value, when the conditions hold") },
  { .name = "false", .title = N_("False"), .summary = N_("The value, when they do not") },
  { 0 }
};

static const char *const if_errors[] = { "input.type", "config.invalid", NULL };

static const WeirExample if_examples[] = {
  { .title = N_("Large numbers to the one side, small ones to the other"),
    .config = "{\"conditions\": [{\"op\": \">\", \"right\": 10}]}", .inputs = "{\"value\": 12}",
    .outputs = "{\"true\": 12}" },
  { .title = N_("Any of two"),
    .config = "{\"match\": \"any\", \"case_sensitive\": false, \"conditions\": ["
              "{\"left\": \"{{ value.name }}\", \"op\": \"matches\", \"right\": \"\\\\.jpe?g$\"},"
              "{\"left\": \"=value.size\", \"op\": \"in\", \"right\": [1, 2, 3]}]}",
    .inputs = "{\"value\": {\"name\": \"A.JPG\", \"size\": 9}}",
    .outputs = "{\"true\": {\"name\": \"A.JPG\", \"size\": 9}}" },
  { .title = N_("Not empty"),
    .config = "{\"conditions\": [{\"op\": \"not_empty\"}]}", .inputs = "{\"value\": []}",
    .outputs = "{\"false\": []}" },
  { .title = N_("A class of failure"), .config = "{\"conditions\": [{\"left\": {\"class\": \"net.timeout\"}, "
                                                  "\"op\": \"error_is\", \"right\": \"net, http\"}]}",
    .inputs = "{\"value\": 1}", .outputs = "{\"true\": 1}" },
  { .title = N_("The first try"), .config = "{\"conditions\": [{\"op\": \"attempt_is\", \"right\": 1}]}",
    .inputs = "{\"value\": 1}", .outputs = "{\"true\": 1}" },
  { .title = N_("Changed since the last run"), .config = "{\"conditions\": [{\"op\": \"changed_since_last_run\"}]}",
    .inputs = "{\"value\": 1}", .outputs = "{\"true\": 1}" },
  { .title = N_("A list is not less than a number"),
    .config = "{\"conditions\": [{\"op\": \"<\", \"right\": 3}]}", .inputs = "{\"value\": [1]}",
    .error = "input.type" },
  { 0 }
};

static const WeirTemplate if_templates[] = {
  { .title = N_("There is something"), .config = "{\"conditions\": [{\"op\": \"exists\"}]}" },
  { .title = N_("In a range"), .summary = N_("Both ends belong to it"),
    .config = "{\"conditions\": [{\"op\": \">=\", \"right\": 1}, {\"op\": \"<=\", \"right\": 10}]}" },
  { .title = N_("Matches a pattern"), .summary = N_("A regular expression"),
    .config = "{\"conditions\": [{\"op\": \"matches\", \"right\": \"^[A-Z]\"}]}" },
  { .title = N_("A share of the values"), .summary = N_("20 of 100; the same value goes the same way each time"),
    .config = "{\"conditions\": [{\"op\": \"in_share\", \"right\": 20}]}" },
  { .title = N_("A class of failure"), .summary = N_("For what comes from an output Error"),
    .config = "{\"conditions\": [{\"op\": \"error_is\", \"right\": \"net, http\"}]}" },
  { .title = N_("On the third try"), .summary = N_("Inside of Try and Retry the try of their blocks"),
    .config = "{\"conditions\": [{\"op\": \"attempt_is\", \"right\": 3}]}" },
  { 0 }
};

typedef struct
{
  WeirStep   *step;
  WeirValue  *left;
  WeirValue  *right;
  const char *op;
  gboolean    case_sensitive;
  const char *key; /* of its row in the state of the block */
} Condition;

typedef gboolean (*Test) (const Condition *condition, GError **error);

static gboolean
test_equals (const Condition *condition, GError **error)
{
  return weir_blocks_equal (condition->left, condition->right, condition->case_sensitive);
}

static gboolean
test_order (const Condition *condition, GError **error)
{
  int order;

  if (!weir_blocks_compare (condition->left, condition->right, condition->case_sensitive, &order))
    {
      weir_set_failure (error, "input.type", "Expected two values that have an order, but there is %s %s %s",
                        weir_value_get_kind_name (condition->left), condition->op,
                        weir_value_get_kind_name (condition->right));
      return FALSE;
    }
  if (condition->op[0] == '<')
    return condition->op[1] == '=' ? order <= 0 : order < 0;
  return condition->op[1] == '=' ? order >= 0 : order > 0;
}

static gboolean
contains (WeirValue *whole, WeirValue *part, gboolean case_sensitive, GError **error)
{
  gsize n = weir_value_get_length (whole);

  if (weir_value_get_kind (whole) == WEIR_VALUE_TEXT || weir_value_get_kind (whole) == WEIR_VALUE_FILE)
    {
      g_autofree char *text = weir_blocks_to_text (whole);
      g_autofree char *word = weir_blocks_to_text (part);
      g_autofree char *folded_text = case_sensitive ? g_strdup (text) : g_utf8_casefold (text, -1);
      g_autofree char *folded_word = case_sensitive ? g_strdup (word) : g_utf8_casefold (word, -1);
      return strstr (folded_text, folded_word) != NULL;
    }
  if (weir_value_get_kind (whole) == WEIR_VALUE_RECORD && weir_value_get_kind (part) == WEIR_VALUE_TEXT)
    return weir_value_find_member (whole, weir_value_get_text (part, NULL)) != NULL;
  if (weir_value_get_kind (whole) != WEIR_VALUE_LIST)
    {
      weir_set_failure (error, "input.type", "Expected a text, list or record to look in, but there is %s",
                        weir_value_get_kind_name (whole));
      return FALSE;
    }
  for (gsize i = 0; i < n; i++)
    if (weir_blocks_equal (weir_value_get_item (whole, i), part, case_sensitive))
      return TRUE;
  return FALSE;
}

static gboolean
test_contains (const Condition *condition, GError **error)
{
  return contains (condition->left, condition->right, condition->case_sensitive, error);
}

static gboolean
test_in (const Condition *condition, GError **error)
{
  return contains (condition->right, condition->left, condition->case_sensitive, error);
}

static gboolean
test_matches (const Condition *condition, GError **error)
{
  g_autofree char *text = weir_blocks_to_text (condition->left);
  g_autofree char *pattern = weir_blocks_to_text (condition->right);
  g_autoptr(GError) wrong = NULL;
  g_autoptr(GRegex) regex = g_regex_new (pattern, condition->case_sensitive ? 0 : G_REGEX_CASELESS, 0, &wrong);

  if (regex == NULL)
    {
      weir_set_failure (error, "config.invalid", "“%s” is no regular expression: %s", pattern, wrong->message);
      return FALSE;
    }
  return g_regex_match (regex, text, 0, NULL);
}

static gboolean
test_empty (const Condition *condition, GError **error)
{
  return weir_blocks_is_empty (condition->left);
}

static gboolean
test_exists (const Condition *condition, GError **error)
{
  return !weir_value_is_null (condition->left);
}

static gboolean
test_truthy (const Condition *condition, GError **error)
{
  return weir_value_is_truthy (condition->left);
}

static gboolean
test_error_is (const Condition *condition, GError **error)
{
  g_autofree char *pattern = weir_blocks_to_text (condition->right);

  return weir_error_class_matches (weir_value_get_member_text (condition->left, "class", ""), pattern);
}

/* Which try this is: of the container around it that tries again, else of this block. */
static gboolean
test_attempt_is (const Condition *condition, GError **error)
{
  g_autoptr(WeirValue) attempt = weir_step_evaluate (condition->step, "attempt", NULL, error);

  return attempt != NULL && weir_blocks_equal (attempt, condition->right, TRUE);
}

static gboolean
test_in_share (const Condition *condition, GError **error)
{
  g_autofree char *text = weir_blocks_to_text (condition->left);
  double percent;

  if (!weir_blocks_get_number (condition->right, &percent) || percent < 0 || percent > 100)
    {
      weir_set_failure (error, "config.invalid", "Expected a share from 0 to 100, but there is %s",
                        weir_value_get_kind_name (condition->right));
      return FALSE;
    }
  return weir_blocks_hash_fraction (text, "") * 100 < percent;
}

/* Whether it is another value than what the run before this one saw here; what no run saw is new. */
static gboolean
test_changed (const Condition *condition, GError **error)
{
  WeirValue *known = weir_step_get_state (condition->step, "block", condition->key);
  const char *run = weir_step_get_run_id (condition->step);
  gboolean same_run = known != NULL && g_strcmp0 (weir_value_get_member_text (known, "run", NULL), run) == 0;
  WeirValue *before = known != NULL ? weir_value_find_member (known, same_run ? "before" : "value") : NULL;
  gboolean changed = before == NULL || !weir_value_equal (before, condition->left);
  WeirBuilder *seen = weir_record_builder_new (3);
  g_autoptr(WeirValue) record = NULL;

  weir_builder_set_take (seen, "run", weir_value_new_text (run));
  weir_builder_set (seen, "value", condition->left);
  if (before != NULL)
    weir_builder_set (seen, "before", before);
  record = weir_builder_end (seen);
  weir_step_save_state (condition->step, "block", condition->key, record, 0);
  return changed;
}

static const struct
{
  const char *name;
  Test        test;
  gboolean    negated;
  gboolean    takes_right;
} operators[] = {
  { "equals", test_equals, FALSE, TRUE },          { "eq", test_equals, FALSE, TRUE },
  { "not_equals", test_equals, TRUE, TRUE },       { "ne", test_equals, TRUE, TRUE },
  { "!=", test_equals, TRUE, TRUE },               { "≠", test_equals, TRUE, TRUE },
  { "<", test_order, FALSE, TRUE },                { "<=", test_order, FALSE, TRUE },
  { ">", test_order, FALSE, TRUE },                { ">=", test_order, FALSE, TRUE },
  { "contains", test_contains, FALSE, TRUE },      { "not_contains", test_contains, TRUE, TRUE },
  { "in", test_in, FALSE, TRUE },                  { "not_in", test_in, TRUE, TRUE },
  { "matches", test_matches, FALSE, TRUE },        { "not_matches", test_matches, TRUE, TRUE },
  { "empty", test_empty, FALSE, FALSE },           { "not_empty", test_empty, TRUE, FALSE },
  { "exists", test_exists, FALSE, FALSE },         { "not_exists", test_exists, TRUE, FALSE },
  { "truthy", test_truthy, FALSE, FALSE },         { "falsy", test_truthy, TRUE, FALSE },
  { "error_is", test_error_is, FALSE, TRUE },      { "attempt_is", test_attempt_is, FALSE, TRUE },
  { "in_share", test_in_share, FALSE, TRUE },
  { CHANGED, test_changed, FALSE, FALSE },
};

static int
find_operator (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (operators); i++)
    if (g_str_equal (operators[i].name, name))
      return (int) i;
  return -1;
}

/* Says in the log what was compared with what, since the configuration shows only the expressions. */
static void
log_condition (WeirStep *step, const Condition *condition, gboolean takes_right, gboolean result)
{
  g_autofree char *left = weir_value_to_display (condition->left, 200);
  g_autofree char *right = takes_right ? weir_value_to_display (condition->right, 200) : g_strdup ("");

  weir_step_log (step, WEIR_LOG_DEBUG, "%s %s%s%s: %s", left, condition->op, takes_right ? " " : "", right,
                 result ? "true" : "false");
}

static char *
make_key (gsize index)
{
  return g_strdup_printf (CHANGED " %" G_GSIZE_FORMAT, index + 1);
}

static gboolean
check_row (If *self, WeirStep *step, gsize index, WeirValue *value, gboolean *result, GError **error)
{
  WeirValue *row = weir_value_get_item (self->conditions, index);
  g_autofree char *key = make_key (index);
  Condition condition = { .step = step, .op = weir_value_get_member_text (row, "op", ""),
                          .case_sensitive = self->case_sensitive, .key = key };
  g_autoptr(WeirValue) nothing = weir_value_new_null ();
  g_autoptr(GError) failure = NULL;
  int i = find_operator (condition.op);

  if (i < 0)
    {
      weir_set_failure (error, "config.invalid", "Expected an operator like equals, > or contains, but there is “%s”",
                        condition.op);
      return FALSE;
    }

  condition.left = weir_value_find_member (row, "left");
  if (condition.left == NULL)
    condition.left = value;
  condition.right = weir_value_find_member (row, "right");
  if (condition.right == NULL)
    condition.right = nothing;

  *result = operators[i].test (&condition, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  *result = *result != operators[i].negated;
  log_condition (step, &condition, operators[i].takes_right, *result);
  return TRUE;
}

/* A failure says which row, and where what is on its left came from. */
static void
prefix_row (GError **error, WeirValue *row, gsize index)
{
  gboolean own = weir_value_find_member (row, "left") != NULL;

  g_prefix_error (error, "Condition %" G_GSIZE_FORMAT ", %s: ", index + 1,
                  own ? "of its left side" : "of the input value");
}

static gboolean
if_eval (gpointer settings, WeirStep *step, GError **error)
{
  If *self = settings;
  g_autoptr(WeirValue) nothing = weir_value_new_null ();
  WeirValue *value = weir_step_get_input (step, "value");
  gboolean any = g_strcmp0 (self->match, "any") == 0;
  gsize n = self->conditions != NULL ? weir_value_get_length (self->conditions) : 0;
  gboolean holds = n == 0 || !any;

  if (value == NULL)
    value = nothing;
  for (gsize i = 0; i < n; i++)
    {
      gboolean result;

      if (!check_row (self, step, i, value, &result, error))
        {
          prefix_row (error, weir_value_get_item (self->conditions, i), i);
          return FALSE;
        }
      holds = result;
      if (result == any)
        break;
    }

  weir_step_emit (step, holds ? "true" : "false", value);
  return TRUE;
}

static gboolean
is_changed_row (WeirValue *row)
{
  return g_strcmp0 (weir_value_get_member_text (row, "op", NULL), CHANGED) == 0;
}

static gboolean
if_needs_run (WeirValue *config)
{
  WeirValue *conditions = weir_value_find_member (config, "conditions");

  for (gsize i = 0; conditions != NULL && i < weir_value_get_length (conditions); i++)
    if (is_changed_row (weir_value_get_item (conditions, i)))
      return TRUE;
  return FALSE;
}

/* What the last run saw is loaded first. */
static gboolean
if_fiber (gpointer settings, WeirStep *step, GError **error)
{
  If *self = settings;

  for (gsize i = 0; i < weir_value_get_length (self->conditions); i++)
    {
      g_autofree char *key = make_key (i);

      if (is_changed_row (weir_value_get_item (self->conditions, i))
          && !dex_await (weir_step_load_state (step, "block", key), error))
        return FALSE;
    }
  return if_eval (settings, step, error);
}

static DexFuture *
if_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, if_fiber);
}

static char *
if_check (WeirValue *config)
{
  WeirValue *conditions = weir_value_find_member (config, "conditions");

  for (gsize i = 0; conditions != NULL && i < weir_value_get_length (conditions); i++)
    {
      const char *op = weir_value_get_member_text (weir_value_get_item (conditions, i), "op", "");

      /* A leading = makes an expression of any text, so "=" cannot be the name of an operator. */
      if (op[0] == '=' && (op[1] == '\0' || op[1] == '='))
        return g_strdup_printf ("Condition %" G_GSIZE_FORMAT ": write equals in place of “%s”", i + 1, op);
      if (op[0] != '=' && strstr (op, "{{") == NULL && find_operator (op) < 0)
        return g_strdup_printf ("Condition %" G_GSIZE_FORMAT ": there is no operator “%s”", i + 1, op);
    }
  return NULL;
}

static char *
if_summarize (WeirValue *config)
{
  WeirValue *conditions = weir_value_find_member (config, "conditions");
  WeirValue *row = conditions != NULL && weir_value_get_length (conditions) > 0 ? weir_value_get_item (conditions, 0)
                                                                                : NULL;
  WeirValue *left = row != NULL ? weir_value_find_member (row, "left") : NULL;
  WeirValue *right = row != NULL ? weir_value_find_member (row, "right") : NULL;
  g_autofree char *left_text = left != NULL ? weir_value_to_display (left, 60) : g_strdup ("value");
  g_autofree char *right_text = right != NULL ? weir_value_to_display (right, 60) : g_strdup ("");
  const char *shown = left_text + (left_text[0] == '=' ? 1 : 0);

  if (row == NULL)
    return NULL;
  return g_strdup_printf ("%s %s %s%s", shown, weir_value_get_member_text (row, "op", ""), right_text,
                          weir_value_get_length (conditions) > 1 ? " …" : "");
}

WEIR_DEFINE_BLOCK_KIND (flow_if, .id = "flow.if", .version = 1, .title = N_("If"),
                        .summary = N_("Lets a value out on one of two sides"),
                        .keywords = "condition branch decision else filter compare test when",
                        .category = N_("Flow"), .icon = "dialog-question-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = if_inputs, .outputs = if_outputs,
                        .fields = if_fields, .settings_size = sizeof (If), .errors = if_errors, .examples = if_examples,
                        .templates = if_templates, .check = if_check, .summarize = if_summarize, .eval = if_eval,
                        .needs_run = if_needs_run, .run = if_run)
