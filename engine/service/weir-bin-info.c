/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-bin.h"

/**
 * weir_deleted_free:
 * @self: (transfer full): a line of the bin
 */
void
weir_deleted_free (WeirDeleted *self)
{
  g_free (self->workflow_id);
  g_free (self->name);
  g_free (self->part);
  g_free (self);
}

/**
 * weir_audit_row_free:
 * @self: (transfer full): a row of the audit
 */
void
weir_audit_row_free (WeirAuditRow *self)
{
  g_free (self->actor);
  g_free (self->action);
  g_free (self->subject);
  g_free (self->reason);
  g_free (self->hash);
  g_free (self);
}

/**
 * weir_retention_free:
 * @self: (transfer full): a setting
 */
void
weir_retention_free (WeirRetention *self)
{
  g_free (self->workflow_id);
  g_free (self->kind);
  g_free (self);
}

static WeirFootprint *
weir_footprint_copy (WeirFootprint *self)
{
  return g_memdup2 (self, sizeof *self);
}

static void
weir_footprint_free (WeirFootprint *self)
{
  g_free (self);
}
G_DEFINE_BOXED_TYPE (WeirFootprint, weir_footprint, weir_footprint_copy, weir_footprint_free)

static WeirUsage *
weir_usage_copy (WeirUsage *self)
{
  return g_memdup2 (self, sizeof *self);
}

static void
weir_usage_free (WeirUsage *self)
{
  g_free (self);
}
G_DEFINE_BOXED_TYPE (WeirUsage, weir_usage, weir_usage_copy, weir_usage_free)
