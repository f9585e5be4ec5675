/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weir-foresight.h"

#include <string.h>

/* Names mean something else before and after a folder moves, so each move begins a layer. */
typedef struct
{
  char       *from;
  char       *to;      /* NULL in the first */
  GHashTable *records; /* path → state, in the names after the move */
} Layer;

struct _WeirForesight
{
  GPtrArray *layers; /* of Layer, earliest first */
};

static void
layer_free (gpointer data)
{
  Layer *layer = data;

  g_free (layer->from);
  g_free (layer->to);
  g_hash_table_unref (layer->records);
  g_free (layer);
}

static void
add_layer (WeirForesight *self, const char *from, const char *to)
{
  Layer *layer = g_new (Layer, 1);

  layer->from = g_strdup (from);
  layer->to = g_strdup (to);
  layer->records = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) weir_value_unref);
  g_ptr_array_add (self->layers, layer);
}

WeirForesight *
weir_foresight_new (void)
{
  WeirForesight *self = g_new (WeirForesight, 1);

  self->layers = g_ptr_array_new_with_free_func (layer_free);
  add_layer (self, NULL, NULL);
  return self;
}

void
weir_foresight_free (WeirForesight *self)
{
  g_ptr_array_unref (self->layers);
  g_free (self);
}

/* What of @path comes after @folder; NULL if it is not in there. */
static const char *
below (const char *path, const char *folder)
{
  gsize length = strlen (folder);

  return strncmp (path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0') ? path + length : NULL;
}

/* What is known of @path; else NULL, and @name is what it is called now. */
static WeirValue *
find (WeirForesight *self, const char *path, char **now)
{
  g_autofree char *name = g_strdup (path);

  for (guint i = self != NULL ? self->layers->len : 0; i-- > 0;)
    {
      Layer *layer = self->layers->pdata[i];
      WeirValue *state = g_hash_table_lookup (layer->records, name);
      const char *rest;

      if (state != NULL)
        return weir_value_ref (state);
      if (layer->to == NULL)
        continue;
      if ((rest = below (name, layer->to)) != NULL)
        {
          char *before = g_strconcat (layer->from, rest, NULL);

          g_free (name);
          name = before;
        }
      else if (below (name, layer->from) != NULL)
        return weir_state_new_nothing ();
    }
  *now = g_steal_pointer (&name);
  return NULL;
}

WeirValue *
weir_foresight_look (WeirForesight *self, const char *path)
{
  g_autofree char *now = NULL;
  WeirValue *state = find (self, path, &now);

  return state != NULL ? state : weir_file_get_state (NULL, now, WEIR_STATE_ATTRIBUTES, NULL, NULL);
}

/* Nothing comes into a folder that the run made but what goes again before the folder does, so what is in it now is all. */
gboolean
weir_foresight_is_empty (WeirForesight *self, const char *path)
{
  g_autofree char *now = NULL;
  g_autoptr(WeirValue) state = find (self, path, &now);
  g_autoptr(GDir) dir = g_dir_open (now != NULL ? now : path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      g_autoptr(WeirValue) there = weir_foresight_look (self, child);

      if (weir_state_exists (there))
        return FALSE;
    }
  return TRUE;
}

void
weir_foresight_put (WeirForesight *self, const char *path, WeirValue *state)
{
  Layer *last = self->layers->pdata[self->layers->len - 1];

  g_hash_table_replace (last->records, g_strdup (path), weir_value_ref (state));
}

void
weir_foresight_move (WeirForesight *self, const char *from, const char *to)
{
  add_layer (self, from, to);
}
