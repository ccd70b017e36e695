/* diag.c - see diag.h. */
#include "profiler/target/diag.h"

#include <string.h>

typedef struct {
  GPtrArray *lines;
  guint64 dropped;
} Topic;

struct _HsDiag {
  gatomicrefcount refs;
  GMutex lock;
  GTree *topics; /* name -> Topic */
};

static void
topic_free (gpointer data)
{
  Topic *topic = data;

  g_ptr_array_unref (topic->lines);
  g_free (topic);
}

static int
compare_names (gconstpointer a, gconstpointer b, gpointer user_data G_GNUC_UNUSED)
{
  return strcmp (a, b);
}

HsDiag *
hs_diag_new (void)
{
  HsDiag *self = g_new0 (HsDiag, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->topics = g_tree_new_full (compare_names, NULL, g_free, topic_free);
  return self;
}

HsDiag *
hs_diag_ref (HsDiag *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
hs_diag_unref (HsDiag *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_tree_unref (self->topics);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Makes @text one line of valid UTF-8 without control characters: it may hold names from a hostile target. */
static char *
clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (char *p = valid; *p != 0; p++)
    if ((guchar)*p < 0x20 || *p == 0x7f)
      *p = '?';
  return g_steal_pointer (&valid);
}

void
hs_diag_add (HsDiag *self, const char *topic, const char *format, ...)
{
  g_autofree char *name = clean (topic);
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);

  g_mutex_lock (&self->lock);
  Topic *entry = g_tree_lookup (self->topics, name);
  if (entry == NULL) {
    entry = g_new0 (Topic, 1);
    entry->lines = g_ptr_array_new_with_free_func (g_free);
    g_tree_insert (self->topics, g_steal_pointer (&name), entry);
  }
  if (entry->lines->len < HS_DIAG_LINES)
    g_ptr_array_add (entry->lines, clean (text));
  else
    entry->dropped++;
  g_mutex_unlock (&self->lock);
}

static gboolean
collect (gpointer key, gpointer value, gpointer data)
{
  const Topic *topic = value;
  GStrvBuilder *builder = data;

  for (guint i = 0; i < topic->lines->len; i++) {
    g_autofree char *line = g_strdup_printf ("%s: %s", (const char *)key, (const char *)topic->lines->pdata[i]);
    g_strv_builder_add (builder, line);
  }
  if (topic->dropped > 0) {
    g_autofree char *line = g_strdup_printf ("%s: and %" G_GUINT64_FORMAT " more", (const char *)key, topic->dropped);
    g_strv_builder_add (builder, line);
  }
  return FALSE;
}

GStrv
hs_diag_lines (HsDiag *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_mutex_lock (&self->lock);
  g_tree_foreach (self->topics, collect, builder);
  g_mutex_unlock (&self->lock);
  return g_strv_builder_end (builder);
}
