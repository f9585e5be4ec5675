/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A notification of the desktop that may be shown again and whose buttons tell. Without a desktop nothing happens. Gone when freed. */
typedef struct _WeirNotification WeirNotification;
/* @button: the key of the one that was pressed, "default" for the notification itself */
typedef void (*WeirNotificationFunc) (const char *button, gpointer user_data);

/* @buttons: keys and labels in turn, NULL-terminated; (copied) */
WeirNotification *weir_notification_new  (const char           *title,
                                          const char           *body,
                                          const char *const    *buttons,
                                          WeirNotificationFunc  func,
                                          gpointer              user_data);
/* Now, or once more. Does not wait. */
void              weir_notification_show (WeirNotification     *self);
void              weir_notification_free (WeirNotification     *self);

G_END_DECLS
