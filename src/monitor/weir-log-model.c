/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weir-log-model.h"

#include "weir-step-look.h"

#define PAGE_LINES 1000

struct _WeirLogItem
{
  GObject parent_instance;

  GPtrArray *lines;   /* keeps the line alive */
  guint index;
};

G_DEFINE_FINAL_TYPE (WeirLogItem, weir_log_item, G_TYPE_OBJECT)

static void
weir_log_item_finalize (GObject *object)
{
  g_ptr_array_unref (WEIR_LOG_ITEM (object)->lines);
  G_OBJECT_CLASS (weir_log_item_parent_class)->finalize (object);
}

static void
weir_log_item_class_init (WeirLogItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_log_item_finalize;
}

static void
weir_log_item_init (WeirLogItem *self)
{
}

const WeirLogLine *
weir_log_item_get_line (WeirLogItem *self)
{
  return g_ptr_array_index (self->lines, self->index);
}

char *
weir_log_line_to_text (const WeirLogLine *line)
{
  static const char *const levels[] = { "debug", "info", "warning", "error" };
  g_autofree char *moment = weir_format_moment (line->at);
  g_autofree char *fields = line->fields != NULL ? weir_json_write (line->fields, 0, NULL) : NULL;

  return g_strdup_printf ("%s.%03d %-7s %s%s%s%s%s", moment, (int) (line->at % G_USEC_PER_SEC / 1000),
                          levels[CLAMP (line->level, 0, 3)], line->path != NULL ? line->path : "",
                          line->path != NULL ? ": " : "", line->message, fields != NULL ? "  " : "",
                          fields != NULL ? fields : "");
}

struct _WeirLogModel
{
  GObject parent_instance;

  WeirEngine *engine;
  gint64 run;
  int level;
  char *block_path;
  char *text;

  GPtrArray *lines;     /* of WeirLogLine, all that are read; by sequence */
  guint n_shown;        /* those up to until */
  guint64 until;
  guint generation;     /* of the query: answers to an older one are dropped */
  gboolean reading;
  gboolean more;        /* the store may have more */
  gboolean whole;
  guint idle_id;
};

static void weir_log_model_list_init (GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (WeirLogModel, weir_log_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, weir_log_model_list_init))

static void read_page (WeirLogModel *self);

static gboolean
read_page_cb (gpointer user_data)
{
  WeirLogModel *self = user_data;

  self->idle_id = 0;
  read_page (self);
  return G_SOURCE_REMOVE;
}

static guint
get_n_items (GListModel *model)
{
  return WEIR_LOG_MODEL (model)->n_shown;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  WeirLogModel *self = WEIR_LOG_MODEL (model);
  WeirLogItem *item;

  if (position >= self->n_shown)
    return NULL;
  /* Whoever comes near the end of what is read will want more; not from within the list's own work. */
  if (self->more && !self->reading && self->idle_id == 0 && position + PAGE_LINES / 2 > self->lines->len)
    self->idle_id = g_idle_add (read_page_cb, self);
  item = g_object_new (WEIR_TYPE_LOG_ITEM, NULL);
  item->lines = g_ptr_array_ref (self->lines);
  item->index = position;
  return item;
}

static GType
get_item_type (GListModel *model)
{
  return WEIR_TYPE_LOG_ITEM;
}

static void
weir_log_model_list_init (GListModelInterface *interface)
{
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
  interface->get_item_type = get_item_type;
}

static guint
count_until (WeirLogModel *self)
{
  guint low = 0, high = self->lines->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const WeirLogLine *line = g_ptr_array_index (self->lines, middle);

      if (line->seq <= self->until)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static void
update_shown (WeirLogModel *self)
{
  guint old = self->n_shown;

  self->n_shown = count_until (self);
  if (self->n_shown > old)
    g_list_model_items_changed (G_LIST_MODEL (self), old, 0, self->n_shown - old);
  else if (self->n_shown < old)
    g_list_model_items_changed (G_LIST_MODEL (self), self->n_shown, old - self->n_shown, 0);
}

typedef struct
{
  WeirLogModel *model;
  guint generation;
} Reading;

static void
reading_free (Reading *self)
{
  g_object_unref (self->model);
  g_free (self);
}

static DexFuture *
page_cb (DexFuture *future,
         gpointer   user_data)
{
  Reading *reading = user_data;
  WeirLogModel *self = reading->model;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  GPtrArray *page = value != NULL ? g_value_get_boxed (value) : NULL;
  guint n = page != NULL ? page->len : 0;

  if (reading->generation != self->generation)
    return dex_future_new_true ();
  self->reading = FALSE;
  if (error != NULL)
    g_warning ("The log cannot be read: %s", error->message);
  for (guint i = 0; i < n; i++)
    {
      const WeirLogLine *line = g_ptr_array_index (page, i);
      WeirLogLine *copy = g_memdup2 (line, sizeof *line);

      copy->path = g_strdup (line->path);
      copy->block = g_strdup (line->block);
      copy->message = g_strdup (line->message);
      copy->fields = line->fields != NULL ? weir_value_ref (line->fields) : NULL;
      g_ptr_array_add (self->lines, copy);
    }
  self->more = n == PAGE_LINES;
  if (n > 0)
    update_shown (self);
  if (self->more && self->whole)
    read_page (self);
  return dex_future_new_true ();
}

static void
read_page (WeirLogModel *self)
{
  const WeirLogLine *last = self->lines->len > 0 ? g_ptr_array_index (self->lines, self->lines->len - 1) : NULL;
  Reading *reading;

  if (self->reading || self->engine == NULL)
    return;
  self->reading = TRUE;
  reading = g_new0 (Reading, 1);
  reading->model = g_object_ref (self);
  reading->generation = self->generation;
  dex_future_disown (dex_future_finally (weir_engine_query_logs (self->engine, self->run, self->level, self->block_path,
                                                                 self->text, last != NULL ? last->seq : 0, PAGE_LINES),
                                         page_cb, reading, (GDestroyNotify) reading_free));
}

static void
weir_log_model_finalize (GObject *object)
{
  WeirLogModel *self = WEIR_LOG_MODEL (object);

  g_clear_handle_id (&self->idle_id, g_source_remove);
  g_clear_object (&self->engine);
  g_free (self->block_path);
  g_free (self->text);
  g_ptr_array_unref (self->lines);
  G_OBJECT_CLASS (weir_log_model_parent_class)->finalize (object);
}

static void
weir_log_model_class_init (WeirLogModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_log_model_finalize;
}

static void
weir_log_model_init (WeirLogModel *self)
{
  self->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_log_line_free);
  self->until = G_MAXUINT64;
}

WeirLogModel *
weir_log_model_new (void)
{
  return g_object_new (WEIR_TYPE_LOG_MODEL, NULL);
}

void
weir_log_model_query (WeirLogModel *self,
                      WeirEngine   *engine,
                      gint64        run,
                      int           level,
                      const char   *block_path,
                      const char   *text)
{
  guint old = self->n_shown;

  g_clear_handle_id (&self->idle_id, g_source_remove);
  g_set_object (&self->engine, engine);
  self->run = run;
  self->level = level;
  g_set_str (&self->block_path, block_path);
  g_set_str (&self->text, text != NULL && *text != '\0' ? text : NULL);
  self->generation++;
  self->reading = FALSE;
  self->more = FALSE;
  self->n_shown = 0;
  g_ptr_array_unref (self->lines);
  self->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_log_line_free);
  if (old > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, old, 0);
  read_page (self);
}

void
weir_log_model_grow (WeirLogModel *self)
{
  /* Before its last page is wanted, what comes after it is not. */
  if (!self->more)
    read_page (self);
}

void
weir_log_model_set_whole (WeirLogModel *self,
                          gboolean      whole)
{
  self->whole = whole;
  if (whole && self->more)
    read_page (self);
}

void
weir_log_model_set_until (WeirLogModel *self,
                          guint64       seq)
{
  if (self->until == seq)
    return;
  self->until = seq;
  update_shown (self);
}

char *
weir_log_model_to_text (WeirLogModel *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->n_shown; i++)
    {
      g_autofree char *line = weir_log_line_to_text (g_ptr_array_index (self->lines, i));

      g_string_append (text, line);
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}
