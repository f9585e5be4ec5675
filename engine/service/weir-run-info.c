/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-engine.h"
#include "weir-store.h"

struct _WeirRunInfo
{
  GObject       parent_instance;

  gint64        id;
  char         *workflow_id;
  char         *workflow_name;
  guint         version;
  WeirRunStatus status;
  gint64        created_at;
  gint64        ended_at;
  guint         n_steps;
  char         *error;
  guint         n_effects;
  guint         n_undone;
};

enum
{
  RUN_PROP_0,
  RUN_PROP_ID,
  RUN_PROP_WORKFLOW_ID,
  RUN_PROP_WORKFLOW_NAME,
  RUN_PROP_VERSION,
  RUN_PROP_STATUS,
  RUN_PROP_CREATED_AT,
  RUN_PROP_ENDED_AT,
  RUN_PROP_N_STEPS,
  RUN_PROP_ERROR,
  RUN_PROP_N_EFFECTS,
  RUN_PROP_N_UNDONE,
  RUN_N_PROPS,
};

struct _WeirWorkflowInfo
{
  GObject      parent_instance;

  char        *id;
  char        *name;
  guint        version;
  gint64       changed_at;
  WeirRunInfo *last_run;
};

enum
{
  WORKFLOW_PROP_0,
  WORKFLOW_PROP_ID,
  WORKFLOW_PROP_NAME,
  WORKFLOW_PROP_VERSION,
  WORKFLOW_PROP_CHANGED_AT,
  WORKFLOW_PROP_LAST_RUN,
  WORKFLOW_N_PROPS,
};

G_DEFINE_FINAL_TYPE (WeirRunInfo, weir_run_info, G_TYPE_OBJECT)
G_DEFINE_FINAL_TYPE (WeirWorkflowInfo, weir_workflow_info, G_TYPE_OBJECT)

static GParamSpec *run_props[RUN_N_PROPS];
static GParamSpec *workflow_props[WORKFLOW_N_PROPS];

/* Snapshots never change, so every property is only read. */
#define READ_ONLY (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)

/* ── WeirRunInfo ─────────────────────────────────────────────────────────────────────────── */

static void
weir_run_info_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  WeirRunInfo *self = WEIR_RUN_INFO (object);

  switch (id)
    {
    case RUN_PROP_ID:
      g_value_set_int64 (value, self->id);
      break;
    case RUN_PROP_WORKFLOW_ID:
      g_value_set_string (value, self->workflow_id);
      break;
    case RUN_PROP_WORKFLOW_NAME:
      g_value_set_string (value, self->workflow_name);
      break;
    case RUN_PROP_VERSION:
      g_value_set_uint (value, self->version);
      break;
    case RUN_PROP_STATUS:
      g_value_set_uint (value, self->status);
      break;
    case RUN_PROP_CREATED_AT:
      g_value_set_int64 (value, self->created_at);
      break;
    case RUN_PROP_ENDED_AT:
      g_value_set_int64 (value, self->ended_at);
      break;
    case RUN_PROP_N_STEPS:
      g_value_set_uint (value, self->n_steps);
      break;
    case RUN_PROP_ERROR:
      g_value_set_string (value, self->error);
      break;
    case RUN_PROP_N_EFFECTS:
      g_value_set_uint (value, self->n_effects);
      break;
    case RUN_PROP_N_UNDONE:
      g_value_set_uint (value, self->n_undone);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
weir_run_info_finalize (GObject *object)
{
  WeirRunInfo *self = WEIR_RUN_INFO (object);

  g_free (self->workflow_id);
  g_free (self->workflow_name);
  g_free (self->error);
  G_OBJECT_CLASS (weir_run_info_parent_class)->finalize (object);
}

static void
weir_run_info_class_init (WeirRunInfoClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = weir_run_info_get_property;
  object_class->finalize = weir_run_info_finalize;
  run_props[RUN_PROP_ID] = g_param_spec_int64 ("id", NULL, NULL, G_MININT64, G_MAXINT64, 0, READ_ONLY);
  run_props[RUN_PROP_WORKFLOW_ID] = g_param_spec_string ("workflow-id", NULL, NULL, NULL, READ_ONLY);
  run_props[RUN_PROP_WORKFLOW_NAME] = g_param_spec_string ("workflow-name", NULL, NULL, NULL, READ_ONLY);
  run_props[RUN_PROP_VERSION] = g_param_spec_uint ("version", NULL, NULL, 0, G_MAXUINT, 0, READ_ONLY);
  run_props[RUN_PROP_STATUS] = g_param_spec_uint ("status", NULL, NULL, 0, WEIR_RUN_INTERRUPTED, 0, READ_ONLY);
  run_props[RUN_PROP_CREATED_AT] = g_param_spec_int64 ("created-at", NULL, NULL, G_MININT64, G_MAXINT64, 0, READ_ONLY);
  run_props[RUN_PROP_ENDED_AT] = g_param_spec_int64 ("ended-at", NULL, NULL, G_MININT64, G_MAXINT64, 0, READ_ONLY);
  run_props[RUN_PROP_N_STEPS] = g_param_spec_uint ("n-steps", NULL, NULL, 0, G_MAXUINT, 0, READ_ONLY);
  run_props[RUN_PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, READ_ONLY);
  run_props[RUN_PROP_N_EFFECTS] = g_param_spec_uint ("n-effects", NULL, NULL, 0, G_MAXUINT, 0, READ_ONLY);
  run_props[RUN_PROP_N_UNDONE] = g_param_spec_uint ("n-undone", NULL, NULL, 0, G_MAXUINT, 0, READ_ONLY);
  g_object_class_install_properties (object_class, RUN_N_PROPS, run_props);
}

static void
weir_run_info_init (WeirRunInfo *self)
{
}

/* (transfer full) */
WeirRunInfo *
weir_run_info_new (gint64 id, const char *workflow_id, const char *workflow_name, guint version, WeirRunStatus status,
                   gint64 created_at, gint64 ended_at, guint n_steps, const char *error, guint n_effects, guint n_undone)
{
  WeirRunInfo *self = g_object_new (WEIR_TYPE_RUN_INFO, NULL);

  self->id = id;
  self->workflow_id = g_strdup (workflow_id);
  self->workflow_name = g_strdup (workflow_name);
  self->version = version;
  self->status = status;
  self->created_at = created_at;
  self->ended_at = ended_at;
  self->n_steps = n_steps;
  self->error = g_strdup (error);
  self->n_effects = n_effects;
  self->n_undone = n_undone;
  return self;
}

/**
 * weir_run_info_get_id:
 * @self: a run in a list
 *
 * Returns: the run's number
 */
gint64
weir_run_info_get_id (WeirRunInfo *self)
{
  g_return_val_if_fail (WEIR_IS_RUN_INFO (self), 0);
  return self->id;
}

/**
 * weir_run_info_get_workflow_id:
 * @self: a run in a list
 *
 * Returns: (transfer none) (nullable): id of the workflow it is of; %NULL if it was never saved
 */
const char *
weir_run_info_get_workflow_id (WeirRunInfo *self)
{
  g_return_val_if_fail (WEIR_IS_RUN_INFO (self), NULL);
  return self->workflow_id;
}

/**
 * weir_run_info_get_workflow_name:
 * @self: a run in a list
 *
 * Returns: (transfer none) (nullable): name of the workflow as it was then
 */
const char *
weir_run_info_get_workflow_name (WeirRunInfo *self)
{
  g_return_val_if_fail (WEIR_IS_RUN_INFO (self), NULL);
  return self->workflow_name;
}

/**
 * weir_run_info_get_version:
 * @self: a run in a list
 *
 * Returns: version of the workflow; 0 if it was never saved
 */
guint
weir_run_info_get_version (WeirRunInfo *self)
{
  g_return_val_if_fail (WEIR_IS_RUN_INFO (self), 0);
  return self->version;
}

/**
 * weir_run_info_get_status:
 * @self: a run in a list
 *
 * Returns: where it stood when the list was made
 */
WeirRunStatus
weir_run_info_get_status (WeirRunInfo *self)
{
  g_return_val_if_fail (WEIR_IS_RUN_INFO (self), WEIR_RUN_CREATED);
  return self->status;
}

/**
 * weir_run_info_get_created_at:
 * @self: a run in a list
 *
 * Returns: when it was created, µs UTC
 */
gint64
weir_run_info_get_created_at (WeirRunInfo *self)
{
  g_return_val_if_fail (WEIR_IS_RUN_INFO (self), 0);
  return self->created_at;
}

/**
 * weir_run_info_get_ended_at:
 * @self: a run in a list
 *
 * Returns: when it ended, µs UTC; 0 if it had not
 */
gint64
weir_run_info_get_ended_at (WeirRunInfo *self)
{
  g_return_val_if_fail (WEIR_IS_RUN_INFO (self), 0);
  return self->ended_at;
}

/**
 * weir_run_info_get_n_steps:
 * @self: a run in a list
 *
 * Returns: how many steps it had taken
 */
guint
weir_run_info_get_n_steps (WeirRunInfo *self)
{
  g_return_val_if_fail (WEIR_IS_RUN_INFO (self), 0);
  return self->n_steps;
}

/**
 * weir_run_info_get_error:
 * @self: a run in a list
 *
 * Returns: (transfer none) (nullable): message of what it failed of
 */
const char *
weir_run_info_get_error (WeirRunInfo *self)
{
  g_return_val_if_fail (WEIR_IS_RUN_INFO (self), NULL);
  return self->error;
}

/**
 * weir_run_info_get_n_effects:
 * @self: a run in a list
 *
 * Returns: how many of its effects are in the world: completed or intended, and not undone
 */
guint
weir_run_info_get_n_effects (WeirRunInfo *self)
{
  g_return_val_if_fail (WEIR_IS_RUN_INFO (self), 0);
  return self->n_effects;
}

/**
 * weir_run_info_get_n_undone:
 * @self: a run in a list
 *
 * Returns: how many of its effects were undone
 */
guint
weir_run_info_get_n_undone (WeirRunInfo *self)
{
  g_return_val_if_fail (WEIR_IS_RUN_INFO (self), 0);
  return self->n_undone;
}

/* ── WeirWorkflowInfo ────────────────────────────────────────────────────────────────────── */

static void
weir_workflow_info_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  WeirWorkflowInfo *self = WEIR_WORKFLOW_INFO (object);

  switch (id)
    {
    case WORKFLOW_PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case WORKFLOW_PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case WORKFLOW_PROP_VERSION:
      g_value_set_uint (value, self->version);
      break;
    case WORKFLOW_PROP_CHANGED_AT:
      g_value_set_int64 (value, self->changed_at);
      break;
    case WORKFLOW_PROP_LAST_RUN:
      g_value_set_object (value, self->last_run);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
weir_workflow_info_dispose (GObject *object)
{
  WeirWorkflowInfo *self = WEIR_WORKFLOW_INFO (object);

  g_clear_object (&self->last_run);
  G_OBJECT_CLASS (weir_workflow_info_parent_class)->dispose (object);
}

static void
weir_workflow_info_finalize (GObject *object)
{
  WeirWorkflowInfo *self = WEIR_WORKFLOW_INFO (object);

  g_free (self->id);
  g_free (self->name);
  G_OBJECT_CLASS (weir_workflow_info_parent_class)->finalize (object);
}

static void
weir_workflow_info_class_init (WeirWorkflowInfoClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = weir_workflow_info_get_property;
  object_class->dispose = weir_workflow_info_dispose;
  object_class->finalize = weir_workflow_info_finalize;
  workflow_props[WORKFLOW_PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, READ_ONLY);
  workflow_props[WORKFLOW_PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, READ_ONLY);
  workflow_props[WORKFLOW_PROP_VERSION] = g_param_spec_uint ("version", NULL, NULL, 0, G_MAXUINT, 0, READ_ONLY);
  workflow_props[WORKFLOW_PROP_CHANGED_AT] = g_param_spec_int64 ("changed-at", NULL, NULL, G_MININT64, G_MAXINT64, 0,
                                                                 READ_ONLY);
  workflow_props[WORKFLOW_PROP_LAST_RUN] = g_param_spec_object ("last-run", NULL, NULL, WEIR_TYPE_RUN_INFO, READ_ONLY);
  g_object_class_install_properties (object_class, WORKFLOW_N_PROPS, workflow_props);
}

static void
weir_workflow_info_init (WeirWorkflowInfo *self)
{
}

/* (transfer full) */
WeirWorkflowInfo *
weir_workflow_info_new (const char *id, const char *name, guint version, gint64 changed_at, WeirRunInfo *last_run)
{
  WeirWorkflowInfo *self = g_object_new (WEIR_TYPE_WORKFLOW_INFO, NULL);

  self->id = g_strdup (id);
  self->name = g_strdup (name);
  self->version = version;
  self->changed_at = changed_at;
  g_set_object (&self->last_run, last_run);
  return self;
}

/**
 * weir_workflow_info_get_id:
 * @self: a workflow in a list
 *
 * Returns: (transfer none): its id, a UUID
 */
const char *
weir_workflow_info_get_id (WeirWorkflowInfo *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW_INFO (self), NULL);
  return self->id;
}

/**
 * weir_workflow_info_get_name:
 * @self: a workflow in a list
 *
 * Returns: (transfer none): its name
 */
const char *
weir_workflow_info_get_name (WeirWorkflowInfo *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW_INFO (self), NULL);
  return self->name;
}

/**
 * weir_workflow_info_get_version:
 * @self: a workflow in a list
 *
 * Returns: its newest version
 */
guint
weir_workflow_info_get_version (WeirWorkflowInfo *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW_INFO (self), 0);
  return self->version;
}

/**
 * weir_workflow_info_get_changed_at:
 * @self: a workflow in a list
 *
 * Returns: when that was saved, µs UTC
 */
gint64
weir_workflow_info_get_changed_at (WeirWorkflowInfo *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW_INFO (self), 0);
  return self->changed_at;
}

/**
 * weir_workflow_info_get_last_run:
 * @self: a workflow in a list
 *
 * Returns: (transfer none) (nullable): its newest run; %NULL if it never ran
 */
WeirRunInfo *
weir_workflow_info_get_last_run (WeirWorkflowInfo *self)
{
  g_return_val_if_fail (WEIR_IS_WORKFLOW_INFO (self), NULL);
  return self->last_run;
}

/* ── versions and log lines ──────────────────────────────────────────────────────────────── */

/**
 * weir_version_info_free:
 * @self: (transfer full): a version
 */
void
weir_version_info_free (WeirVersionInfo *self)
{
  g_free (self->message);
  g_free (self);
}

/**
 * weir_log_line_free:
 * @self: (transfer full): a line
 */
void
weir_log_line_free (WeirLogLine *self)
{
  g_free (self->path);
  g_free (self->block);
  g_free (self->message);
  g_clear_pointer (&self->fields, weir_value_unref);
  g_free (self);
}
