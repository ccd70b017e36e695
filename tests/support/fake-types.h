/* fake-types.h - types and roots made by hand, for what takes them and no process. */
#pragma once

#include "profiler/roots/roots.h"
#include "profiler/types/table.h"

typedef struct {
  HsTable *table;
  HsStrings *strings;
  GArray *variables; /* HsVariable */
} FakeTypes;

FakeTypes *fake_types_new (void);

/* fake_type: the id of a new type. fake_base, fake_pointer, fake_array, fake_struct and fake_function are the same for
 * their kinds; an array of no elements is a flexible one. A target may be an id that comes later: fake_target sets it. */
HsTypeId fake_type (FakeTypes *self, HsTypeKind kind, const char *name, guint64 size, HsTypeId target);
HsTypeId fake_base (FakeTypes *self, const char *name, guint64 size, guint encoding);
HsTypeId fake_pointer (FakeTypes *self, HsTypeId target);
HsTypeId fake_array (FakeTypes *self, HsTypeId element, guint64 count);
HsTypeId fake_struct (FakeTypes *self, const char *name, guint64 size);
HsTypeId fake_function (FakeTypes *self);
void fake_target (FakeTypes *self, HsTypeId id, HsTypeId target);
void fake_mentions (FakeTypes *self, HsTypeId id, guint32 n);
void fake_flags (FakeTypes *self, HsTypeId id, guint16 flags);

/* fake_enum: of four bytes, with the @n values from @first on. */
HsTypeId fake_enum (FakeTypes *self, const char *name, gint64 first, guint n);

/* fake_member: adds a member to @owner. fake_bits: a bit-field, whose first bit is @bit of the byte at @offset. fake_base_class:
 * one. All members of one type are added before another's. */
void fake_member (FakeTypes *self, HsTypeId owner, const char *name, HsTypeId type, guint64 offset);
void fake_bits (FakeTypes *self, HsTypeId owner, const char *name, HsTypeId type, guint64 offset, guint bit, guint n_bits);
void fake_base_class (FakeTypes *self, HsTypeId owner, HsTypeId type, guint64 offset);

/* fake_static: a static variable that the debug info knows, by ascending addresses. @name lives as long as the types. */
void fake_static (FakeTypes *self, const char *name, HsTypeId type, HsAddr address);

/* fake_types_finish: (transfer full): the types as hs_types_new would give them: made sound, not merged. Frees @self. */
HsTypes *fake_types_finish (FakeTypes *self, HsModules *modules);

/* fake_roots_new: (transfer full): no roots. fake_root adds a variable of @type at @address; a register's value is
 * @address. */
HsRoots *fake_roots_new (void);
void fake_root (HsRoots *self, HsRootKind kind, HsTypeId type, HsAddr address, const char *name);
