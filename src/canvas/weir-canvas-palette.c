/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "weir-canvas-palette.h"

#include <adwaita.h>

/* Packed as 0xRRGGBB: tables of colours stay readable. The hues are those of the GNOME palette. */
#define TEAL_LIGHT   0x218fa8
#define TEAL_DARK    0x5bc8de
#define BLUE_LIGHT   0x1c71d8
#define BLUE_DARK    0x78aeed
#define PURPLE_LIGHT 0x8638a8
#define PURPLE_DARK  0xd09ae4
#define ORANGE_LIGHT 0xd9600a
#define ORANGE_DARK  0xffa35c
#define PINK_LIGHT   0xc0407f
#define PINK_DARK    0xf29ac4
#define GREEN_LIGHT  0x1f8a5b
#define GREEN_DARK   0x6fd3a3
#define YELLOW_LIGHT 0xa97500
#define YELLOW_DARK  0xf0cb5f
#define RED_LIGHT    0xc01c28
#define RED_DARK     0xff7b76
#define GREY_LIGHT   0x77767b
#define GREY_DARK    0xa8a7ac

static WeirCanvasPalette palette;

static GdkRGBA
unpack (guint32 rgb,
        float   alpha)
{
  return (GdkRGBA) { ((rgb >> 16) & 0xff) / 255.f, ((rgb >> 8) & 0xff) / 255.f, (rgb & 0xff) / 255.f, alpha };
}

static GdkRGBA
pick (guint32 light,
      guint32 dark)
{
  return unpack (palette.dark ? dark : light, 1);
}

GdkRGBA
weir_canvas_mix (const GdkRGBA *a,
                 const GdkRGBA *b,
                 double         share)
{
  float s = (float) share;

  return (GdkRGBA) { a->red + (b->red - a->red) * s, a->green + (b->green - a->green) * s,
                     a->blue + (b->blue - a->blue) * s, a->alpha + (b->alpha - a->alpha) * s };
}

/**
 * weir_canvas_palette_refresh:
 *
 * Reads light or dark, contrast and accent from the style manager.
 */
void
weir_canvas_palette_refresh (void)
{
  AdwStyleManager *style = adw_style_manager_get_default ();
  g_autofree GdkRGBA *accent = adw_style_manager_get_accent_color_rgba (style);

  palette.dark = adw_style_manager_get_dark (style);
  palette.high_contrast = adw_style_manager_get_high_contrast (style);

  palette.background = pick (0xf6f5f4, 0x222226);
  palette.grid_dot = pick (0xdcdad8, 0x37373b);
  palette.card = pick (0xffffff, 0x36363a);
  palette.card_border = pick (0xdfdedd, 0x4a4a4f);
  palette.card_shadow = pick (0xe3e1df, 0x1a1a1d);
  palette.separator = pick (0xebeae9, 0x47474c);
  palette.text = pick (0x2e3436, 0xffffff);
  palette.dim_text = pick (0x77767b, 0xb0afb5);
  palette.on_colour = unpack (0xffffff, 1);
  palette.accent = *accent;
  palette.link = pick (0x9a9996, 0x8b8a90);
  palette.link_dead = pick (0xc0bfbc, 0x5e5c64);
  palette.link_error = pick (RED_LIGHT, RED_DARK);
  palette.note = pick (0xfdf4d3, 0x48432f);
  palette.note_border = pick (0xecd98f, 0x6d6340);
  palette.note_text = pick (0x3d3846, 0xf5efd8);
  palette.track = pick (0xdcdbda, 0x55555a);
  palette.success = pick (0x26a269, 0x2fa36f);
  palette.failure = pick (0xe01b24, 0xe0444c);
  palette.warning = pick (0xc88800, 0xcd9309);
  palette.idle = pick (0x9a9996, 0x8b8a90);
  if (palette.high_contrast)
    {
      palette.card_border = pick (0x504e55, 0xdeddda);
      palette.separator = palette.card_border;
      palette.dim_text = weir_canvas_mix (&palette.text, &palette.card, 0.15);
      palette.link = pick (0x3d3846, 0xdeddda);
      palette.note_border = palette.card_border;
      palette.idle = pick (0x5e5c64, 0xc0bfbc);
      palette.grid_dot = pick (0xc0bfbc, 0x5e5c64);
    }
  palette.accent_tint = weir_canvas_mix (&palette.background, &palette.accent, palette.dark ? 0.10 : 0.07);
}

const WeirCanvasPalette *
weir_canvas_palette_get (void)
{
  if (palette.card.alpha == 0)
    weir_canvas_palette_refresh ();
  return &palette;
}

GdkRGBA
weir_canvas_state_colour (WeirStepStatus status)
{
  switch (status)
    {
    case WEIR_STEP_SUCCEEDED:
    case WEIR_STEP_CACHED:
    case WEIR_STEP_PINNED:
      return palette.success;
    case WEIR_STEP_RUNNING:
    case WEIR_STEP_WAITING:
      return palette.accent;
    case WEIR_STEP_FAILED:
      return palette.failure;
    case WEIR_STEP_RETRY_WAIT:
    case WEIR_STEP_SUSPENDED:
    case WEIR_STEP_UNKNOWN:
    case WEIR_STEP_INTERRUPTED:
      return palette.warning;
    case WEIR_STEP_PENDING:
    case WEIR_STEP_READY:
    case WEIR_STEP_QUEUED:
    case WEIR_STEP_SKIPPED:
    case WEIR_STEP_CANCELLED:
    case WEIR_STEP_UNDONE:
      break;
    }
  return palette.idle;
}

/* The same as in the timeline. */
const char *
weir_canvas_state_icon (WeirStepStatus status)
{
  switch (status)
    {
    case WEIR_STEP_SUCCEEDED:
      return "object-select-symbolic";
    case WEIR_STEP_CACHED:
      return "document-open-recent-symbolic";
    case WEIR_STEP_PINNED:
      return "view-pin-symbolic";
    case WEIR_STEP_WAITING:
      return "alarm-symbolic";
    case WEIR_STEP_RUNNING:
      return "media-playback-start-symbolic";
    case WEIR_STEP_FAILED:
      return "window-close-symbolic";
    case WEIR_STEP_RETRY_WAIT:
      return "view-refresh-symbolic";
    case WEIR_STEP_SUSPENDED:
      return "media-playback-pause-symbolic";
    case WEIR_STEP_UNKNOWN:
      return "dialog-question-symbolic";
    case WEIR_STEP_INTERRUPTED:
      return "process-stop-symbolic";
    case WEIR_STEP_CANCELLED:
      return "media-playback-stop-symbolic";
    case WEIR_STEP_SKIPPED:
      return "media-skip-forward-symbolic";
    case WEIR_STEP_UNDONE:
      return "edit-undo-symbolic";
    case WEIR_STEP_PENDING:
    case WEIR_STEP_READY:
    case WEIR_STEP_QUEUED:
      break;
    }
  return "content-loading-symbolic";
}

const char *
weir_canvas_state_title (WeirStepStatus status)
{
  switch (status)
    {
    case WEIR_STEP_PENDING:
      return _("not reached yet");
    case WEIR_STEP_READY:
      return _("ready");
    case WEIR_STEP_QUEUED:
      return _("queued");
    case WEIR_STEP_RUNNING:
      return _("running");
    case WEIR_STEP_RETRY_WAIT:
      return _("waits to try again");
    case WEIR_STEP_WAITING:
      return _("waits");
    case WEIR_STEP_SUSPENDED:
      return _("paused");
    case WEIR_STEP_SUCCEEDED:
      return _("succeeded");
    case WEIR_STEP_FAILED:
      return _("failed");
    case WEIR_STEP_SKIPPED:
      return _("skipped");
    case WEIR_STEP_CACHED:
      return _("taken from cache");
    case WEIR_STEP_PINNED:
      return _("pinned");
    case WEIR_STEP_CANCELLED:
      return _("stopped");
    case WEIR_STEP_INTERRUPTED:
      return _("interrupted");
    case WEIR_STEP_UNKNOWN:
      return _("outcome unknown");
    case WEIR_STEP_UNDONE:
      return _("undone");
    }
  return "";
}

typedef struct
{
  const char *name;
  guint32     light, dark;
} Hue;

static GdkRGBA
find_hue (const Hue  *hues,
          gsize       n_hues,
          const char *name,
          gsize       length)
{
  for (gsize i = 0; i < n_hues; i++)
    if (strlen (hues[i].name) == length && strncmp (hues[i].name, name, length) == 0)
      return pick (hues[i].light, hues[i].dark);
  return pick (GREY_LIGHT, GREY_DARK);
}

GdkRGBA
weir_canvas_port_colour (const char *family)
{
  static const Hue hues[] = {
    { "file", TEAL_LIGHT, TEAL_DARK }, { "dir", TEAL_LIGHT, TEAL_DARK }, { "uri", TEAL_LIGHT, TEAL_DARK },
    { "list", TEAL_LIGHT, TEAL_DARK }, { "table", TEAL_LIGHT, TEAL_DARK }, { "stream", TEAL_LIGHT, TEAL_DARK },
    { "text", PURPLE_LIGHT, PURPLE_DARK }, { "bytes", PURPLE_LIGHT, PURPLE_DARK },
    { "int", BLUE_LIGHT, BLUE_DARK }, { "number", BLUE_LIGHT, BLUE_DARK }, { "bool", BLUE_LIGHT, BLUE_DARK },
    { "record", GREEN_LIGHT, GREEN_DARK }, { "json", GREEN_LIGHT, GREEN_DARK },
    { "time", YELLOW_LIGHT, YELLOW_DARK }, { "duration", YELLOW_LIGHT, YELLOW_DARK },
    { "image", ORANGE_LIGHT, ORANGE_DARK }, { "audio", ORANGE_LIGHT, ORANGE_DARK },
    { "secret", PINK_LIGHT, PINK_DARK }, { "error", RED_LIGHT, RED_DARK },
  };

  return find_hue (hues, G_N_ELEMENTS (hues), family, strlen (family));
}

GdkRGBA
weir_canvas_kind_colour (const char *kind_id)
{
  static const Hue hues[] = {
    { "file", TEAL_LIGHT, TEAL_DARK }, { "flow", PURPLE_LIGHT, PURPLE_DARK }, { "http", BLUE_LIGHT, BLUE_DARK },
    { "data", GREEN_LIGHT, GREEN_DARK }, { "exec", ORANGE_LIGHT, ORANGE_DARK }, { "image", ORANGE_LIGHT, ORANGE_DARK },
    { "ai", PINK_LIGHT, PINK_DARK }, { "desk", YELLOW_LIGHT, YELLOW_DARK }, { "human", YELLOW_LIGHT, YELLOW_DARK },
    { "trigger", RED_LIGHT, RED_DARK }, { "text", PURPLE_LIGHT, PURPLE_DARK }, { "net", BLUE_LIGHT, BLUE_DARK },
    { "db", GREEN_LIGHT, GREEN_DARK }, { "time", YELLOW_LIGHT, YELLOW_DARK }, { "state", BLUE_LIGHT, BLUE_DARK },
  };

  return find_hue (hues, G_N_ELEMENTS (hues), kind_id, strcspn (kind_id, "."));
}

void
weir_canvas_note_colours (const char *name,
                          gboolean    frame,
                          GdkRGBA    *fill,
                          GdkRGBA    *border)
{
  static const Hue hues[] = {
    { "blue", BLUE_LIGHT, BLUE_DARK }, { "green", GREEN_LIGHT, GREEN_DARK }, { "orange", ORANGE_LIGHT, ORANGE_DARK },
    { "pink", PINK_LIGHT, PINK_DARK }, { "purple", PURPLE_LIGHT, PURPLE_DARK }, { "grey", GREY_LIGHT, GREY_DARK },
    { "yellow", YELLOW_LIGHT, YELLOW_DARK },
  };
  GdkRGBA hue;

  if (name == NULL && !frame)
    {
      *fill = palette.note;
      *border = palette.note_border;
      return;
    }
  hue = name != NULL ? find_hue (hues, G_N_ELEMENTS (hues), name, strlen (name)) : palette.idle;
  *fill = weir_canvas_mix (&palette.background, &hue, frame ? 0.09 : palette.dark ? 0.24 : 0.16);
  *border = palette.high_contrast ? palette.card_border : weir_canvas_mix (&palette.background, &hue, 0.5);
}

/**
 * weir_canvas_family_icon:
 * @kind_id: id of a block kind
 *
 * Returns: name of a symbolic icon that every theme has, for a kind without one of its own
 */
const char *
weir_canvas_family_icon (const char *kind_id)
{
  static const struct
  {
    const char *family, *icon;
  } icons[] = {
    { "file.", "folder-symbolic" },
    { "flow.", "media-playlist-shuffle-symbolic" },
    { "http.", "network-wired-symbolic" },
    { "data.", "view-list-symbolic" },
    { "exec.", "utilities-terminal-symbolic" },
    { "image.", "image-x-generic-symbolic" },
    { "desk.", "user-desktop-symbolic" },
    { "human.", "avatar-default-symbolic" },
    { "trigger.", "alarm-symbolic" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (icons); i++)
    if (g_str_has_prefix (kind_id, icons[i].family))
      return icons[i].icon;
  return "applications-system-symbolic";
}
