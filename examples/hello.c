/* SPDX-License-Identifier: CC0-1.0 */
/* cc hello.c $(pkg-config --cflags --libs weir-1) -o hello && ./hello */
#include <weir.h>

int
main (void)
{
  dex_init ();
  WeirWorkflow *hello = weir_workflow_new ("Hello");
  weir_workflow_add (hello, "who", "debug.noop", "{ value: { name: World } }", NULL);
  weir_workflow_add (hello, "say", "data.template", "{ template: 'Hello, {{name}}!' }", NULL);
  weir_workflow_link (hello, "who.value", "say.value", NULL, NULL);
  WeirValue *text = weir_workflow_run (hello, NULL, NULL);
  g_print ("%s\n", weir_value_get_text (text, NULL));
  return 0;
}
