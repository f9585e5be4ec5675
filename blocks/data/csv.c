/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "streams.h"
#include "values.h"

/* Bytes, about, of rows that are made of one text. */
#define MAX_COLLECTED ((gint64) 1 << 30)

typedef struct
{
  char      *operation;
  WeirValue *data;
  char      *delimiter;
  char      *quote;
  gboolean   header;
  char      *types;
  char      *bad_rows;
} Csv;

static const char *const operation_ids[] = { "read", "write", NULL };
static const char *const operation_titles[] = { N_("Read rows from text"), N_("Write rows as text"), NULL };
static const char *const delimiter_ids[] = { "auto", ",", ";", "tab", "|", NULL };
static const char *const delimiter_titles[] = {
  N_("Find out"), N_("Comma"), N_("Semicolon"), N_("Tab"), "|", NULL
};
static const char *const type_ids[] = { "infer", "text", NULL };
static const char *const type_titles[] = { N_("Numbers, true and false, nothing"), N_("Everything is text"), NULL };
static const char *const bad_ids[] = { "error", "skip", NULL };
static const char *const bad_titles[] = { N_("Fail, and say which"), N_("Leave them out"), NULL };

static const WeirField csv_fields[] = {
  WEIR_FIELD_CHOICE (Csv, operation, .title = N_("What"), .choices = operation_ids, .choice_titles = operation_titles,
                     .initial_text = "read"),
  WEIR_FIELD_VALUE (Csv, data, .title = N_("Data"), .type = "any",
                    .summary = N_("Text, bytes or a stream to read; a table, list or stream to write")),
  WEIR_FIELD_CHOICE (Csv, delimiter, .title = N_("Between fields"), .choices = delimiter_ids,
                     .choice_titles = delimiter_titles, .initial_text = "auto"),
  WEIR_FIELD_BOOL (Csv, header, .title = N_("Names in the first row"), .initial = TRUE),
  WEIR_FIELD_CHOICE (Csv, types, .title = N_("What fields are"), .choices = type_ids, .choice_titles = type_titles,
                     .initial_text = "infer", .shown_when = "operation=read"),
  WEIR_FIELD_CHOICE (Csv, bad_rows, .title = N_("Rows that do not fit"), .choices = bad_ids,
                     .choice_titles = bad_titles, .initial_text = "error", .shown_when = "operation=read"),
  WEIR_FIELD_TEXT (Csv, quote, .title = N_("Around fields"), .initial_text = "\"", .advanced = TRUE),
  { 0 }
};

static const WeirPort csv_inputs[] = {
  { .name = "data", .title = N_("Data"), .summary = N_("Text, bytes or a stream to read; rows to write") },
  { 0 }
};
static const WeirPort csv_outputs[] = {
  { .name = "rows", .title = N_("Rows"), .summary = N_("When reading: a table, or a stream where a stream came") },
  { .name = "text", .title = N_("Text"),
    .summary = N_("When writing: text, or a stream of lines where a stream came") },
  { 0 }
};
static const char *const csv_errors[] = {
  "input.missing", "input.type", "data.parse", "data.encoding", "config.invalid", "limit.size", NULL
};

static const WeirExample csv_examples[] = {
  { .title = N_("Rows from text"), .inputs = "{\"data\": \"name;born;id\\nAnn;1970;007\\n\\\"Bo\\nB; Jr\\\";;x\\n\"}",
    .outputs = "{\"rows\": [{\"name\": \"Ann\", \"born\": 1970, \"id\": \"007\"}, "
               "{\"name\": \"Bo\\nB; Jr\", \"born\": null, \"id\": \"x\"}]}" },
  { .title = N_("Without names"), .config = "{\"header\": false, \"types\": \"text\"}", .inputs = "{\"data\": \"1,2\"}",
    .outputs = "{\"rows\": [{\"column1\": \"1\", \"column2\": \"2\"}]}" },
  { .title = N_("Text from rows"), .config = "{\"operation\": \"write\"}",
    .inputs = "{\"data\": [{\"a\": 1, \"b\": \"x, \\\"y\\\"\"}, {\"a\": null, \"b\": \"2\"}]}",
    .outputs = "{\"text\": \"a,b\\n1,\\\"x, \\\"\\\"y\\\"\\\"\\\"\\n,\\\"2\\\"\\n\"}" },
  { .title = N_("A row that does not fit"), .inputs = "{\"data\": \"a,b\\n1,2,3\\n\"}", .error = "data.parse" },
  { .title = N_("Rows that do not fit are left out"), .config = "{\"bad_rows\": \"skip\"}",
    .inputs = "{\"data\": \"a,b\\n1,2,3\\n4,5\\n\"}", .outputs = "{\"rows\": [{\"a\": 4, \"b\": 5}]}" },
  { 0 }
};

static WeirValue *
make_operation (Csv *self, const char *name)
{
  WeirBuilder *record = weir_record_builder_new (6);

  weir_builder_set_take (record, "op", weir_value_new_text (name));
  weir_builder_set_take (record, "delimiter", weir_value_new_text (self->delimiter));
  weir_builder_set_take (record, "quote", weir_value_new_text (self->quote));
  weir_builder_set_take (record, "header", weir_value_new_bool (self->header));
  weir_builder_set_take (record, "types", weir_value_new_text (self->types));
  weir_builder_set_take (record, "bad_rows", weir_value_new_text (self->bad_rows));
  return weir_builder_end (record);
}

static WeirValue *
split_lines (const char *text, gsize length)
{
  const char *end = text + length;
  WeirBuilder *lines = weir_list_builder_new (64);

  if (length >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    text += 3;
  while (text < end)
    {
      const char *newline = memchr (text, '\n', end - text);
      const char *stop = newline != NULL ? newline : end;

      weir_builder_take (lines, weir_value_new_text_len (text, stop - text - (stop > text && stop[-1] == '\r')));
      text = newline != NULL ? newline + 1 : end;
    }
  return weir_builder_end (lines);
}

/* What is to be worked on as a stream; NULL with @error if it is nothing that can be. */
static WeirValue *
make_stream (Csv *self, gboolean reads, GError **error)
{
  WeirValueKind kind = weir_value_get_kind (self->data);
  g_autoptr(WeirValue) lines = NULL;
  gsize length = 0;
  const char *text;

  if (kind == WEIR_VALUE_STREAM)
    return weir_value_ref (self->data);
  if (!reads && (kind == WEIR_VALUE_LIST || kind == WEIR_VALUE_TABLE))
    return weir_stream_new_list (self->data);
  if (!reads || (kind != WEIR_VALUE_TEXT && kind != WEIR_VALUE_BYTES))
    {
      weir_set_failure (error, "input.type", "Expected %s, but there is %s",
                        reads ? "text, bytes or a stream to read rows from"
                              : "a table, list or stream of rows to write",
                        weir_value_get_kind_name (self->data));
      return NULL;
    }
  text = kind == WEIR_VALUE_TEXT ? weir_value_get_text (self->data, &length)
                                 : g_bytes_get_data (weir_value_get_bytes (self->data), &length);
  if (kind == WEIR_VALUE_BYTES && !g_utf8_validate_len (text, length, NULL))
    {
      weir_set_failure (error, "data.encoding", "Expected UTF-8, but there are bytes that do not belong there");
      return NULL;
    }
  lines = split_lines (text, length);
  return weir_stream_new_list (lines);
}

static WeirValue *
make_table (WeirValue *rows)
{
  g_autoptr(GPtrArray) columns = g_ptr_array_new ();
  WeirValue *first = weir_value_get_length (rows) > 0 ? weir_value_get_item (rows, 0) : NULL;

  for (gsize i = 0; first != NULL && i < weir_value_get_length (first); i++)
    g_ptr_array_add (columns, (char *) weir_value_get_key (first, i));
  return weir_value_new_table ((const char **) columns->pdata, columns->len, rows);
}

static WeirValue *
join_lines (WeirValue *lines)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (gsize i = 0; i < weir_value_get_length (lines); i++)
    {
      gsize length;
      const char *line = weir_value_get_text (weir_value_get_item (lines, i), &length);

      g_string_append_len (text, line, (gssize) length);
      g_string_append_c (text, '\n');
    }
  return weir_value_new_text_len (text->str, text->len);
}

static gboolean
csv_fiber (gpointer settings, WeirStep *step, GError **error)
{
  Csv *self = settings;
  gboolean reads = g_str_equal (self->operation, "read");
  g_autoptr(WeirValue) operation = make_operation (self, reads ? "csv_parse" : "csv_write");
  g_autoptr(WeirValue) source = NULL, result = NULL, items = NULL;

  if (weir_blocks_is_nothing (self->data))
    {
      weir_set_failure (error, "input.missing", "Expected rows or text, but nothing came");
      return FALSE;
    }
  source = make_stream (self, reads, error);
  result = source != NULL ? weir_stream_with_operation (source, operation, error) : NULL;
  if (result == NULL)
    return FALSE;
  if (weir_value_get_kind (self->data) != WEIR_VALUE_STREAM)
    {
      items = weir_blocks_collect (step, result, MAX_COLLECTED, error);
      if (items == NULL)
        return FALSE;
      weir_value_unref (result);
      result = reads ? make_table (items) : join_lines (items);
    }
  weir_step_emit (step, reads ? "rows" : "text", result);
  return TRUE;
}

static DexFuture *
csv_run (gpointer settings, WeirStep *step)
{
  return weir_step_spawn (step, settings, csv_fiber);
}

static char *
csv_summarize (WeirValue *config)
{
  return g_strdup (weir_value_get_member_text (config, "operation", "read"));
}

WEIR_DEFINE_BLOCK_KIND (data_csv, .id = "data.csv", .version = 1, .title = N_("CSV"),
                        .summary = N_("Reads rows from CSV text and writes them; streams stay streams"),
                        .keywords = "csv table rows spreadsheet comma separated values tsv excel import export",
                        .category = N_("Data"), .icon = "x-office-spreadsheet-symbolic",
                        .effect = WEIR_EFFECT_PURE, .undo = WEIR_UNDO_NONE, .inputs = csv_inputs,
                        .outputs = csv_outputs, .fields = csv_fields, .settings_size = sizeof (Csv),
                        .errors = csv_errors, .examples = csv_examples, .summarize = csv_summarize, .run = csv_run)
