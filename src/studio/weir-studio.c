/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>

#include <glib/gi18n.h>
#include <libdex.h>

#include "weir-application.h"

int
main (int    argc,
      char **argv)
{
  g_autoptr(WeirApplication) application = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, WEIR_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  dex_init ();

  application = weir_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
