/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-control-record.h"

gint64
weir_control_get_run_id (WeirValue *args)
{
  return weir_value_get_member_int (args, "run", 0);
}

const char *
weir_control_get_text (WeirValue *args, const char *name)
{
  const char *text = weir_value_get_member_text (args, name, "");

  return *text != '\0' ? text : NULL;
}

void
weir_control_set_text (WeirBuilder *builder, const char *name, const char *text)
{
  weir_builder_set_take (builder, name, text != NULL ? weir_value_new_text (text) : weir_value_new_null ());
}

void
weir_control_set_time (WeirBuilder *builder, const char *name, gint64 at)
{
  weir_builder_set_take (builder, name, at != 0 ? weir_value_new_time (at) : weir_value_new_null ());
}

void
weir_control_set_int (WeirBuilder *builder, const char *name, gint64 value)
{
  weir_builder_set_take (builder, name, weir_value_new_int (value));
}

WeirValue *
weir_control_make_record (const char *name, WeirValue *value)
{
  WeirBuilder *builder = weir_record_builder_new (1);

  weir_builder_set_take (builder, name, value);
  return weir_builder_end (builder);
}
