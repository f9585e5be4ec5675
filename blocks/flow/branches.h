/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <weir-sdk.h>

G_BEGIN_DECLS

/* Branches of a container's body side by side, for the kinds that run them so. Used from the container's fiber. */
typedef struct
{
  const char *name;
  WeirValue  *result;  /* of one that succeeded */
  GError     *error;   /* of one that failed */
  gint64      started; /* µs */
  gint64      ms;
  gboolean    done;
} FlowBranch;

typedef struct _FlowBranches FlowBranches;

FlowBranches *flow_branches_new       (WeirStep      *step,
                                       WeirValue     *locals,
                                       guint          concurrency,
                                       gint64         timeout_ms);
void          flow_branches_unref     (FlowBranches  *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlowBranches, flow_branches_unref)
guint         flow_branches_get_count (FlowBranches  *self);
FlowBranch   *flow_branches_get       (FlowBranches  *self,
                                       guint          index);
void          flow_branches_limit     (FlowBranches  *self,
                                       gint64         total_ms);
FlowBranch   *flow_branches_await     (FlowBranches  *self,
                                       gboolean      *timed_out);
void          flow_branches_stop      (FlowBranches  *self,
                                       gboolean       force);
gboolean      flow_check_branches     (WeirStep      *step,
                                       guint          at_least,
                                       GError       **error);
WeirValue    *flow_make_locals        (WeirValue     *value);
WeirValue    *flow_dup_error          (WeirStep      *step,
                                       const char    *key,
                                       const GError  *error);
gboolean      flow_is_stopped         (WeirStep      *step);

G_END_DECLS
