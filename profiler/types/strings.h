/* strings.h - names, each kept once: a table of NUL-terminated strings, named by their offset. 0 is "". */
#pragma once

#include <glib.h>

typedef struct {
  GByteArray *bytes;
  guint32 *slots; /* open addressing; 0 is free */
  guint n_slots, n_used;
  GHashTable *joined; /* (scope, name) -> offset of "scope::name" */
} HsStrings;

HsStrings *hs_strings_new (void);
void hs_strings_free (HsStrings *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsStrings, hs_strings_free)

/* hs_strings_add: the offset of @text; 0 for NULL, and once the table is full (2 GiB). Long names are cut. */
guint32 hs_strings_add (HsStrings *self, const char *text);

/* hs_strings_join: the offset of "scope::name", or of the name where @scope is 0. */
guint32 hs_strings_join (HsStrings *self, guint32 scope, guint32 name);

static inline const char *
hs_strings_get (const HsStrings *self, guint32 offset)
{
  return (const char *)self->bytes->data + offset;
}
