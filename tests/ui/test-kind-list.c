/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>

#include "weir-kind-item.h"

/* Finding a block kind by what is typed. */

static WeirKindItem *
find_item (GListStore *items,
           const char *id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (items)); i++)
    {
      g_autoptr(WeirKindItem) item = g_list_model_get_item (G_LIST_MODEL (items), i);

      if (g_str_equal (weir_kind_item_get_kind (item)->id, id))
        return item;
    }
  g_assert_not_reached ();
}

static int
score (GListStore *items,
       const char *id,
       const char *query)
{
  WeirKindItem *item = find_item (items, id);

  weir_kind_item_search (item, query);
  return weir_kind_item_get_score (item);
}

static void
test_filters (void)
{
  g_autoptr(GListStore) items = weir_kind_item_list_all ();

  g_assert_cmpint (score (items, "file.list", "out:list<file>"), >, 0);
  g_assert_cmpint (score (items, "data.template", "out:list<file>"), ==, 0);
  g_assert_cmpint (score (items, "file.move", "in:file"), >, 0);
  g_assert_cmpint (score (items, "file.move", "in:bool"), ==, 0);
  g_assert_cmpint (score (items, "file.list", "cat:file"), >, 0);
  g_assert_cmpint (score (items, "http.request", "cat:file"), ==, 0);
  g_assert_cmpint (score (items, "file.list", "list cat:file out:list<file>"), >, 0);
  /* Half typed. */
  g_assert_cmpint (score (items, "http.request", "out:list<"), >, 0);
}

static void
test_typos_and_synonyms (void)
{
  g_autoptr(GListStore) items = weir_kind_item_list_all ();

  g_assert_cmpint (score (items, "http.request", "reqeust"), >, 0);
  g_assert_cmpint (score (items, "http.request", "reqest"), >, 0);
  g_assert_cmpint (score (items, "flow.portal", "reroute"), >, 0);
  g_assert_cmpint (score (items, "flow.portal", "zebra"), ==, 0);
}

static void
test_habits_are_kept (void)
{
  g_autoptr(GListStore) items = weir_kind_item_list_all (), later = NULL;
  WeirKindItem *request = find_item (items, "http.request"), *list = find_item (items, "file.list");
  int before = score (items, "file.list", "list");

  for (guint i = 0; i < 4; i++)
    weir_kind_item_note_use (list);
  weir_kind_item_set_pinned (request, TRUE);
  later = weir_kind_item_list_all ();
  g_assert_cmpint (score (later, "file.list", "list"), >, before);
  g_assert_cmpint (weir_kind_item_get_rank (find_item (later, "http.request")), ==, 0);
  g_assert_cmpint (weir_kind_item_get_rank (find_item (later, "file.list")), ==, 1);
  g_assert_cmpint (weir_kind_item_get_rank (find_item (later, "data.template")), ==, 2);
  weir_kind_item_set_pinned (find_item (later, "http.request"), FALSE);
  g_assert_cmpint (weir_kind_item_get_rank (find_item (later, "http.request")), ==, 2);
}

int
main (int   argc,
      char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  gtk_init ();
  adw_init ();

  g_test_add_func ("/weir/kinds/search/filters-by-port-and-family", test_filters);
  g_test_add_func ("/weir/kinds/search/forgives-typos-and-knows-synonyms", test_typos_and_synonyms);
  g_test_add_func ("/weir/kinds/search/what-is-used-comes-first-and-pins-stay", test_habits_are_kept);
  return g_test_run ();
}
