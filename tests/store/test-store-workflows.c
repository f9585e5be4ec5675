/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-store-fixture.h"

static WeirSavedVersion *
save (StoreFixture *self, const char *id, const char *name, const char *text, const char *message)
{
  return store_await_boxed (weir_store_save_workflow (self->store, id, name, text, "/home/user", message));
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirSavedVersion, weir_saved_version_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirStoredWorkflow, weir_stored_workflow_free)

static void
test_same_text_makes_no_version (StoreFixture *self, gconstpointer data)
{
  g_autoptr(WeirSavedVersion) first = save (self, NULL, "Tidy", "weir: 1", "start");
  g_autoptr(WeirSavedVersion) same = save (self, first->id, "Tidy up", "weir: 1", NULL);
  g_autoptr(WeirSavedVersion) second = save (self, first->id, "Tidy up", "weir: 1\n", NULL);
  g_autoptr(WeirStoredWorkflow) newest = NULL;
  g_autoptr(WeirStoredWorkflow) oldest = NULL;
  g_autoptr(GPtrArray) versions = NULL;
  WeirVersionInfo *info;

  g_assert_true (g_uuid_string_is_valid (first->id));
  g_assert_cmpuint (first->version, ==, 1);
  g_assert_cmpuint (same->version, ==, 1);
  g_assert_cmpuint (second->version, ==, 2);
  newest = store_await_boxed (weir_store_load_workflow (self->store, first->id, 0));
  g_assert_cmpstr (newest->text, ==, "weir: 1\n");
  g_assert_cmpstr (newest->name, ==, "Tidy up");
  g_assert_cmpstr (newest->folder, ==, "/home/user");
  g_assert_cmpuint (newest->version, ==, 2);
  oldest = store_await_boxed (weir_store_load_workflow (self->store, "Tidy up", 1));
  g_assert_cmpstr (oldest->text, ==, "weir: 1");
  versions = store_await_boxed (weir_store_list_versions (self->store, first->id));
  g_assert_cmpuint (versions->len, ==, 2);
  info = g_ptr_array_index (versions, 0);
  g_assert_cmpuint (info->version, ==, 2);
  g_assert_null (info->message);
  info = g_ptr_array_index (versions, 1);
  g_assert_cmpstr (info->message, ==, "start");
  g_assert_cmpint (info->saved_at, >, 0);
}

static void
test_deleted_ones_are_found_by_id_only (StoreFixture *self, gconstpointer data)
{
  g_autoptr(WeirSavedVersion) saved = save (self, NULL, "Tidy", "weir: 1", NULL);
  g_autoptr(WeirStoredWorkflow) workflow = NULL;
  g_autoptr(GListModel) none = NULL;
  g_autoptr(GListModel) one = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (store_await_ok (weir_store_mark_workflow (self->store, saved->id, "user", NULL)));
  store_assert_rejected (weir_store_load_workflow (self->store, "Tidy", 0), WEIR_ERROR_NOT_FOUND);
  workflow = weir_store_load_workflow_now (self->store, saved->id, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (workflow->text, ==, "weir: 1");
  none = store_await_object (weir_store_list_workflows (self->store));
  g_assert_cmpuint (g_list_model_get_n_items (none), ==, 0);
  g_assert_true (store_await_ok (weir_store_restore_workflow (self->store, saved->id, "user")));
  one = store_await_object (weir_store_list_workflows (self->store));
  g_assert_cmpuint (g_list_model_get_n_items (one), ==, 1);
  store_assert_rejected (weir_store_mark_workflow (self->store, "none", "user", NULL), WEIR_ERROR_NOT_FOUND);
  g_assert_null (weir_store_load_workflow_now (self->store, saved->id, 9, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_NOT_FOUND);
}

static void
test_list_shows_the_last_run (StoreFixture *self, gconstpointer data)
{
  g_autoptr(WeirSavedVersion) ran = save (self, NULL, "Ran", "weir: 1", NULL);
  g_autoptr(WeirSavedVersion) never = save (self, NULL, "Never", "weir: 1", NULL);
  WeirBatch *batch = weir_batch_new ();
  g_autoptr(GListModel) workflows = NULL;
  g_autoptr(WeirWorkflowInfo) newest = NULL;
  g_autoptr(WeirWorkflowInfo) older = NULL;
  g_autoptr(WeirRunInfo) last_run = NULL;

  store_put_run (batch, 1, ran->id, WEIR_RUN_FAILED);
  store_put_run (batch, 2, ran->id, WEIR_RUN_SUCCEEDED);
  store_put_run (batch, 3, "other", WEIR_RUN_FAILED);
  store_fixture_commit (self, batch);
  workflows = store_await_object (weir_store_list_workflows (self->store));
  g_assert_cmpuint (g_list_model_get_n_items (workflows), ==, 2);
  newest = g_list_model_get_item (workflows, 0);
  older = g_list_model_get_item (workflows, 1);
  g_assert_cmpstr (weir_workflow_info_get_id (newest), ==, never->id);
  g_assert_null (weir_workflow_info_get_last_run (newest));
  g_assert_cmpstr (weir_workflow_info_get_name (older), ==, "Ran");
  g_object_get (older, "last-run", &last_run, NULL);
  g_assert_cmpint (weir_run_info_get_id (last_run), ==, 2);
  g_assert_cmpint (weir_run_info_get_status (last_run), ==, WEIR_RUN_SUCCEEDED);
}

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  store_test ("/weir/store/workflows/same-text-makes-no-version", test_same_text_makes_no_version);
  store_test ("/weir/store/workflows/deleted-ones-are-found-by-id-only", test_deleted_ones_are_found_by_id_only);
  store_test ("/weir/store/workflows/list-shows-the-last-run", test_list_shows_the_last_run);
  return g_test_run ();
}
