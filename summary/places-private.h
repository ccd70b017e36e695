/* places-private.h - untyped blocks by where they hang and how large they are: "<untyped 48 B via dictEntry.val>".
 *
 * A place is a member or variable that leads to untyped blocks, together with a class of size: the exact usable size of small
 * blocks, a power of two of large ones. */
#pragma once

#include "summary/snapshot-private.h"

#define HS_UNTYPED "<untyped>"

typedef struct _HsPlaces HsPlaces;
HsPlaces *hs_places_new (const HeapsumSnapshot *snapshot);
void hs_places_free (HsPlaces *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsPlaces, hs_places_free)

/* hs_places_find: the number of the place of a block of @size bytes that number @reason led to; they count from 0. */
guint32 hs_places_find (HsPlaces *self, guint32 reason, guint64 size);
guint32 hs_places_count (const HsPlaces *self);

/* hs_places_name: (transfer none): lives as long as @self. */
const char *hs_places_name (const HsPlaces *self, guint32 number);

/* hs_place_name: (transfer full): of one block, from the words of its reason. */
char *hs_place_name (const char *how, guint64 size);
