/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * WeirNotice:
 *
 * A line above the page that says what happened and offers what can be done about it: a banner with up to three buttons.
 * Property `narrow`: the buttons stand below. Action: notice.dismiss. Signal: `dismissed`.
 */
#define WEIR_TYPE_NOTICE (weir_notice_get_type ())
G_DECLARE_FINAL_TYPE (WeirNotice, weir_notice, WEIR, NOTICE, AdwBin)

typedef struct
{
  const char *label;    /* NULL: no such button */
  const char *action;
  const char *target;   /* of the action, a text; NULL: none */
} WeirNoticeButton;

void weir_notice_show (WeirNotice             *self,
                       const char             *icon,
                       const char             *message,
                       const WeirNoticeButton *first,
                       const WeirNoticeButton *second,
                       gboolean                dismissable);
/* After weir_notice_show (): one more; NULL for none. */
void weir_notice_set_third (WeirNotice        *self,
                       const WeirNoticeButton *third);
void weir_notice_hide (WeirNotice             *self);

G_END_DECLS
