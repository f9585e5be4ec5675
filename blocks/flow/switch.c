/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "values.h"

#include <string.h>

typedef struct
{
  WeirValue *cases;
  char      *mode;
  char      *no_match;
  gboolean   case_sensitive;
} Switch;

static const char *const mode_ids[] = { "first", "all", NULL };
static const char *const mode_titles[] = { N_("The first that fits"), N_("Every one that fits"), NULL };
static const char *const no_match_ids[] = { "default", "error", NULL };
static const char *const no_match_titles[] = { N_("Use the output Default"), N_("Fail"), NULL };

static const WeirField switch_fields[] = {
  WEIR_FIELD_VALUE (Switch, cases, .title = N_("Cases"), .required = TRUE,
                    .summary = N_("Each has an output named after its label, or case1, case2 and so on. Kinds: "
                                  "literal, range (\"10..20\", \"10..\"), regex, "
                                  "expr (an expression that is true)"),
                    .type = "list<record{match?: any, kind?: text, label?: text}>", .initial_text = "[]",
                    .rows = "case"),
  WEIR_FIELD_CHOICE (Switch, mode, .title = N_("Which"), .choices = mode_ids, .choice_titles = mode_titles,
                     .initial_text = "first"),
  WEIR_FIELD_CHOICE (Switch, no_match, .title = N_("When none fits"), .choices = no_match_ids,
                     .choice_titles = no_match_titles, .initial_text = "default"),
  WEIR_FIELD_BOOL (Switch, case_sensitive, .title = N_("Case matters"), .initial = TRUE, .advanced = TRUE),
  { 0 }
};

static const WeirPort switch_inputs[] = {
  { .name = "value", .title = N_("Value"), .summary = N_("What is let through") },
  { 0 }
};

static const WeirPort switch_outputs[] = {
  { .name = "default", .title = N_("Default"), .summary = N_("The value, when no case fits") },
  { 0 }
};

static const char *const switch_errors[] = { "input.type", "input.invalid", "config.invalid", NULL };

static const WeirExample switch_examples[] = {
  { .title = N_("By extension"),
    .config = "{\"cases\": [{\"match\": \"pdf\", \"label\": \"pdf\"}, {\"kind\": \"regex\", \"match\": "
              "\"^(png|jpe?g)$\", \"label\": \"Picture\"}]}",
    .inputs = "{\"value\": \"png\"}", .outputs = "{\"picture\": \"png\"}" },
  { .title = N_("All that fit"),
    .config = "{\"mode\": \"all\", \"cases\": [{\"kind\": \"range\", \"match\": \"..9\", \"label\": \"small\"},"
              "{\"kind\": \"range\", \"match\": \"5..\", \"label\": \"large\"}, {\"kind\": \"expr\", \"match\": "
              "\"=value > 100\"}]}",
    .inputs = "{\"value\": 7}", .outputs = "{\"small\": 7, \"large\": 7}" },
  { .title = N_("None fits"),
    .config = "{\"cases\": [{\"match\": 1}]}", .inputs = "{\"value\": 2}", .outputs = "{\"default\": 2}" },
  { .title = N_("None fits, and that is an error"),
    .config = "{\"no_match\": \"error\", \"cases\": [{\"match\": 1}]}", .inputs = "{\"value\": 2}",
    .error = "input.invalid" },
  { 0 }
};

/* Ports are named after the label or the id, not the place, so that links stay when cases change places; and not after what
 * is matched, which may be an expression. */
static char *
make_case_port (WeirValue *row, gsize index)
{
  g_autofree char *fallback = g_strdup_printf ("case%" G_GSIZE_FORMAT, index + 1);
  g_autofree char *id = weir_blocks_make_port_name (weir_value_get_member_text (row, "id", NULL), fallback);

  return weir_blocks_make_port_name (weir_value_get_member_text (row, "label", NULL), id);
}

static GPtrArray *
make_case_ports (WeirValue *cases)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  gsize n = cases != NULL && weir_value_get_kind (cases) == WEIR_VALUE_LIST ? weir_value_get_length (cases) : 0;

  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *base = make_case_port (weir_value_get_item (cases, i), i);
      char *name = g_strdup (g_str_equal (base, "default") ? "default_case" : base);

      for (guint count = 2; g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL); count++)
        {
          g_free (name);
          name = g_strdup_printf ("%s%u", base, count);
        }
      g_ptr_array_add (names, name);
    }
  return names;
}

static void
switch_list_ports (WeirValue *config, WeirPortList *ports)
{
  WeirValue *cases = weir_value_find_member (config, "cases");
  g_autoptr(GPtrArray) names = make_case_ports (cases);

  for (guint i = 0; i < names->len; i++)
    {
      const char *label = weir_value_get_member_text (weir_value_get_item (cases, i), "label", NULL);
      WeirPort port = { .name = names->pdata[i], .title = label, .row = i + 1 };

      weir_port_list_add_output (ports, &port);
    }
}

/* "10..20", "10..", "..20": both ends belong to it. */
static gboolean
fits_range (WeirValue *match, WeirValue *value, gboolean *fits, GError **error)
{
  g_autofree char *text = weir_blocks_to_text (match);
  const char *dots = strstr (text, "..");
  g_autofree char *low_text = dots != NULL ? g_strstrip (g_strndup (text, dots - text)) : NULL;
  g_autofree char *high_text = dots != NULL ? g_strstrip (g_strdup (dots + 2)) : NULL;
  const char *ends[] = { low_text, high_text };

  *fits = TRUE;
  if (dots == NULL)
    {
      weir_set_failure (error, "config.invalid", "Expected a range like 10..20, but there is “%s”", text);
      return FALSE;
    }
  for (int i = 0; i < 2; i++)
    {
      g_autoptr(WeirValue) end = *ends[i] != '\0' ? weir_value_new_text (ends[i]) : NULL;
      int order;

      if (end == NULL)
        continue;
      if (!weir_blocks_compare (value, end, TRUE, &order))
        {
          *fits = FALSE;
          return TRUE;
        }
      *fits = *fits && (i == 0 ? order >= 0 : order <= 0);
    }
  return TRUE;
}

static gboolean
fits_regex (WeirValue *match, WeirValue *value, gboolean case_sensitive, gboolean *fits, GError **error)
{
  g_autofree char *pattern = weir_blocks_to_text (match);
  g_autofree char *text = weir_blocks_to_text (value);
  g_autoptr(GError) wrong = NULL;
  g_autoptr(GRegex) regex = g_regex_new (pattern, case_sensitive ? 0 : G_REGEX_CASELESS, 0, &wrong);

  if (regex == NULL)
    {
      weir_set_failure (error, "config.invalid", "“%s” is no regular expression: %s", pattern, wrong->message);
      return FALSE;
    }
  *fits = g_regex_match (regex, text, 0, NULL);
  return TRUE;
}

static gboolean
fits_case (Switch *self, WeirValue *row, WeirValue *value, gboolean *fits, GError **error)
{
  const char *kind = weir_value_get_member_text (row, "kind", "literal");
  WeirValue *match = weir_value_find_member (row, "match");
  g_autoptr(WeirValue) wanted = match != NULL ? weir_value_ref (match) : weir_value_new_null ();

  if (g_str_equal (kind, "literal"))
    *fits = weir_blocks_equal (value, wanted, self->case_sensitive);
  else if (g_str_equal (kind, "expr"))
    *fits = weir_value_is_truthy (wanted);
  else if (g_str_equal (kind, "range"))
    return fits_range (wanted, value, fits, error);
  else if (g_str_equal (kind, "regex"))
    return fits_regex (wanted, value, self->case_sensitive, fits, error);
  else
    {
      weir_set_failure (error, "config.invalid", "Expected literal, range, regex or expr, but a case has “%s”", kind);
      return FALSE;
    }
  return TRUE;
}

static gboolean
switch_eval (gpointer settings, WeirStep *step, GError **error)
{
  Switch *self = settings;
  WeirValue *input = weir_step_get_input (step, "value");
  g_autoptr(WeirValue) value = input != NULL ? weir_value_ref (input) : weir_value_new_null ();
  g_autoptr(GPtrArray) names = make_case_ports (self->cases);
  gboolean any = FALSE;

  for (guint i = 0; i < names->len; i++)
    {
      gboolean fits;

      if (!fits_case (self, weir_value_get_item (self->cases, i), value, &fits, error))
        return FALSE;
      if (!fits)
        continue;
      weir_step_emit (step, names->pdata[i], value);
      weir_step_log (step, WEIR_LOG_DEBUG, "Case %s fits", (char *) names->pdata[i]);
      any = TRUE;
      if (g_strcmp0 (self->mode, "all") != 0)
        break;
    }
  if (any)
    return TRUE;

  if (g_strcmp0 (self->no_match, "error") == 0)
    {
      g_autofree char *shown = weir_value_to_display (value, 100);

      weir_set_failure (error, "input.invalid", "Expected a value that fits one of the %u cases, but there is %s",
                        names->len, shown);
      return FALSE;
    }
  weir_step_emit (step, "default", value);
  return TRUE;
}

static char *
switch_check (WeirValue *config)
{
  WeirValue *cases = weir_value_find_member (config, "cases");
  static const char *const kinds[] = { "literal", "range", "regex", "expr", NULL };

  for (gsize i = 0; cases != NULL && i < weir_value_get_length (cases); i++)
    {
      WeirValue *row = weir_value_get_item (cases, i);
      const char *kind = weir_value_get_member_text (row, "kind", "literal");

      if (!g_strv_contains (kinds, kind))
        return g_strdup_printf ("Case %" G_GSIZE_FORMAT ": expected literal, range, regex or expr, but there is “%s”",
                                i + 1, kind);
      if (weir_value_find_member (row, "match") == NULL)
        return g_strdup_printf ("Case %" G_GSIZE_FORMAT " says nothing to match", i + 1);
      if (weir_template_is_template (weir_value_get_member_text (row, "label", "")))
        return g_strdup_printf ("Case %" G_GSIZE_FORMAT ": the label names an output and cannot be an expression",
                                i + 1);
    }
  return NULL;
}

static char *
switch_summarize (WeirValue *config)
{
  g_autoptr(GPtrArray) names = make_case_ports (weir_value_find_member (config, "cases"));

  if (names->len == 0)
    return NULL;
  g_ptr_array_add (names, NULL);
  return g_strjoinv (", ", (char **) names->pdata);
}

WEIR_DEFINE_BLOCK_KIND (flow_switch, .id = "flow.switch", .version = 1, .title = N_("Switch"),
                        .summary = N_("Lets a value out on the side of the case that it fits"),
                        .keywords = "case branch route select choose match multiple ways",
                        .category = N_("Flow"), .icon = "media-playlist-shuffle-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = switch_inputs,
                        .outputs = switch_outputs, .fields = switch_fields, .settings_size = sizeof (Switch),
                        .errors = switch_errors, .examples = switch_examples, .list_ports = switch_list_ports,
                        .check = switch_check, .summarize = switch_summarize, .eval = switch_eval)
