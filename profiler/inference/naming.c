/* naming.c - see naming.h. */
#include "profiler/inference/naming.h"

#include <string.h>

#define MAX_WORD 32
#define MAX_NAME 256   /* letters that are looked at: names are the target's to choose */
#define SHORT_WORD 3 /* letters: such words have to begin one in the name */

/* Words that the names of all kinds of types have. */
static const char *const EMPTY_WORDS[] = { "rec", "record", "struct", "type", "data", "info", "item", "node", "list", "obj", "object", "tag", "impl", "class" };

static gboolean
is_empty_word (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (EMPTY_WORDS); i++)
    if (g_str_equal (word, EMPTY_WORDS[i]))
      return TRUE;
  return FALSE;
}

static gboolean
begins_word (const char *name, const char *at)
{
  return at == name || !g_ascii_isalnum (at[-1]) || (g_ascii_isupper (*at) && !g_ascii_isupper (at[-1]));
}

/* Whether the name has the lower case @word, in whatever case. */
static gboolean
has_word (const char *name, const char *word, gsize length)
{
  gsize room = strnlen (name, MAX_NAME);

  for (const char *at = name; at + length <= name + room; at++)
    if (g_ascii_strncasecmp (at, word, length) == 0 && (length > SHORT_WORD || begins_word (name, at)))
      return TRUE;
  return FALSE;
}

/* The next word of a name, in lower case: "FooBarREC" and "foo_bar_rec" have three. (nullable): what is behind it. */
static const char *
next_word (const char *name, char word[MAX_WORD])
{
  guint n = 0;

  while (*name != 0 && !g_ascii_isalpha (*name))
    name++;
  if (*name == 0)
    return NULL;
  for (; g_ascii_isalpha (*name) && n + 1 < MAX_WORD; name++) {
    gboolean starts = g_ascii_isupper (name[0]) && n > 0 && (!g_ascii_isupper (name[-1]) || g_ascii_islower (name[1]));
    if (starts)
      break;
    word[n++] = g_ascii_tolower (*name);
  }
  word[n] = 0;
  return name;
}

/* The name without namespaces and template arguments. */
static char *
bare_name (const char *type)
{
  const char *end = strchr (type, '<');
  gsize length = MIN (end != NULL ? (gsize)(end - type) : strlen (type), MAX_NAME);
  const char *start = type + length;

  while (start > type && start[-1] != ':')
    start--;
  return g_strndup (start, length - (gsize)(start - type));
}

double
hs_naming_share (const char *type, const char *name, const char *owner, guint *longest)
{
  g_autofree char *bare = bare_name (type);
  char word[MAX_WORD];
  gsize all = 0, found = 0;

  for (const char *at = next_word (bare, word); at != NULL; at = next_word (at, word)) {
    gsize length = strlen (word);
    gsize stem = length > SHORT_WORD + 1 && word[length - 1] == 'y' ? length - 1 : length; /* entry, entries */
    if (length < SHORT_WORD || is_empty_word (word) || (owner != NULL && has_word (owner, word, stem)))
      continue;
    all += length;
    if (has_word (name, word, stem))
      found += length;
  }
  *longest = MAX (*longest, (guint)found);
  return all > 0 ? (double)found / (double)all : 0;
}
