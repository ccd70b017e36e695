/* types.h - the types of a program, from DWARF, and its variables.
 *
 * Two stages. A model (model.h) is what one module's debug info says; it is what the cache under XDG_CACHE_HOME keeps,
 * by build-id. The graph is all models together: a type of the same name and the same structure is one type, wherever
 * it was declared, and a declaration is resolved to its definition, inside its own module first. The graph is
 * immutable, and ids and order depend on the contents of the files alone, never on addresses or on thread timing. */
#pragma once

#include "profiler/modules/modules.h"

typedef guint32 HsTypeId; /* below 2^24; 0 is "no type", which is also void */
#define HS_TYPE_LIMIT (1u << 24)

typedef enum {
  HS_TYPE_VOID, /* id 0 only */
  HS_TYPE_BASE,
  HS_TYPE_POINTER,
  HS_TYPE_REFERENCE, /* C++ & and &&: a pointer in memory */
  HS_TYPE_STRUCT,
  HS_TYPE_CLASS,
  HS_TYPE_UNION,
  HS_TYPE_ENUM,
  HS_TYPE_ARRAY,
  HS_TYPE_FUNCTION,
  HS_TYPE_MEMBER_POINTER, /* C++ T::*; 8 bytes to data, 16 to functions */
  HS_TYPE_TYPEDEF,
  HS_TYPE_OPAQUE, /* a declaration without a definition anywhere, std::nullptr_t and whatever else has no structure */
} HsTypeKind;

enum {
  HS_TYPE_FLAG_ANONYMOUS = 1 << 0,  /* no tag and no typedef names it */
  HS_TYPE_FLAG_UNBOUNDED = 1 << 1,  /* an array without a bound: a flexible member, or extern T x[] */
  HS_TYPE_FLAG_SYSTEM = 1 << 2,     /* declared in a header under /usr/include or /usr/lib */
  HS_TYPE_FLAG_TRUNCATED = 1 << 3,  /* members were dropped: there were too many, or they made no sense */
  HS_TYPE_FLAG_CXX = 1 << 4,        /* declared in a unit of another language than C: shown without "struct" */
  HS_TYPE_FLAG_TYPEDEF_NAME = 1 << 5, /* has no tag: name is that of a typedef */
};

typedef struct {
  guint8 kind;      /* HsTypeKind */
  guint8 encoding;  /* DW_ATE_* for BASE and for the integer behind an ENUM; else 0 */
  guint16 flags;
  const char *name; /* as the source writes it: "conn", "net::Session", "std::vector<int, std::allocator<int> >"; the
                       typedef's name where a struct has no tag; "" where nothing names it. Interned: equal names are
                       equal pointers */
  guint64 size;     /* bytes, at most G_MAXINT64; 0 where unknown */
  guint64 count;    /* ARRAY: elements (a matrix is an array of arrays); ENUM: number of enumerators */
  HsTypeId target;  /* what a POINTER, REFERENCE, MEMBER_POINTER points to, an ARRAY consists of, a TYPEDEF stands for, a
                       FUNCTION returns, an ENUM's integer. const, volatile, restrict and _Atomic are dropped */
  guint32 first_member; /* STRUCT, CLASS, UNION: in HsTypes.members; ENUM: in HsTypes.enumerators; FUNCTION: parameters */
  guint32 n_members;
  guint32 mentions; /* how many function parameters, results and members are pointers or references to it, through
                       typedefs and further pointers, over all units: a hint of how much the program uses it */
  guint16 module;   /* index of the first module that defines it */
  guint16 unit;     /* hash of the compilation unit that defines it first: equal means same unit */
} HsType;

enum {
  HS_MEMBER_BASE = 1 << 0,         /* a C++ base class; its name is "" */
  HS_MEMBER_VIRTUAL_BASE = 1 << 1, /* at an offset only the vtable knows; offset is 0 */
  HS_MEMBER_ARTIFICIAL = 1 << 2,   /* "_vptr.X" and the like */
};

typedef struct {
  const char *name; /* "" for an anonymous struct or union inside and for a base class. Interned */
  HsTypeId type;
  guint32 flags;
  guint64 offset;     /* bytes from the start; for a bit-field of the byte its first bit lies in */
  guint8 bit_offset;  /* bit-field: first bit inside that byte, 0 = least significant */
  guint8 bit_size;    /* bit-field: width; 0: not a bit-field */
} HsMember;

typedef struct {
  const char *name;
  gint64 value;
} HsEnumerator;

typedef struct {
  const char *name; /* qualified in C++; a static of a function is "function::name" */
  HsTypeId type;
  guint32 module;   /* index */
  gboolean tls;
  guint64 address;  /* in the target; for TLS the offset in the module's TLS block */
} HsVariable;

/* A variable of a function, for one program counter. */
typedef struct {
  const char *name;
  const char *function; /* that declares it; an inlined one where it was inlined */
  HsTypeId type;
  gboolean is_parameter;
  const guint8 *expression; /* DWARF location expression valid at the pc; address operands are file addresses */
  gsize expression_size;
  const guint8 *frame_base; /* DW_AT_frame_base of the function, for DW_OP_fbreg; NULL if it has none */
  gsize frame_base_size;
} HsLocal;

typedef struct _HsTypes HsTypes;
struct _HsTypes {
  gatomicrefcount refs;
  HsType *types; /* [0] is void */
  guint32 n_types;
  HsMember *members;
  guint32 n_members;
  HsEnumerator *enumerators;
  guint32 n_enumerators;
  HsVariable *variables; /* sorted by module, tls, address */
  guint32 n_variables;
  guint32 n_read;    /* modules whose DWARF was read, and of these: */
  guint32 n_cached;  /* taken from the cache */
  gpointer priv;
};

typedef struct {
  gboolean no_cache;
  guint n_threads; /* 0: as many as there are processors */
  void (*progress) (gpointer user_data, guint64 done, guint64 total); /* bytes of debug info; called in this thread */
  gpointer progress_data;
} HsTypesOptions;

/* hs_types_new: (transfer full): reads the debug info of all modules, in parallel. Never fails: a module that is damaged
 * or too large to read is left out or cut short, and @diag says so. */
HsTypes *hs_types_new (HsModules *modules, const HsTypesOptions *options, HsDiag *diag);
HsTypes *hs_types_ref (HsTypes *self);
void hs_types_unref (HsTypes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsTypes, hs_types_unref)

static inline const HsType *
hs_types_get (const HsTypes *self, HsTypeId id)
{
  return &self->types[id < self->n_types ? id : 0];
}

static inline const HsMember *
hs_types_member (const HsTypes *self, const HsType *type, guint32 i)
{
  return &self->members[type->first_member + i];
}

/* hs_types_strip: @id without typedefs. */
HsTypeId hs_types_strip (const HsTypes *self, HsTypeId id);

/* hs_types_display: (transfer full): the name a user reads: "struct conn", "conn_t" when the struct has no tag, "union u",
 * "enum e", "net::Session" (C++ classes and structs of C++ units without keyword), "int", "char *", "int[4]",
 * "void (*)(int)", "struct {...}" when nothing names it. */
char *hs_types_display (const HsTypes *self, HsTypeId id);

/* hs_types_shorten: (transfer full): a C++ name without what nobody wants to read: default template arguments, inline
 * namespaces, "std::basic_string<char>" for std::string. */
char *hs_types_shorten (const char *name);

/* hs_types_by_name: the ids of all types of kind STRUCT, CLASS, UNION, ENUM, BASE and TYPEDEF with this source name, in
 * ascending order; @n gets their number. (transfer none). hs_types_by_cxx_name compares as demangled symbols need it:
 * without spaces, const, inline namespaces (std::__cxx11::) and default template arguments; only STRUCT, CLASS, UNION. */
const HsTypeId *hs_types_by_name (const HsTypes *self, const char *name, guint *n);
const HsTypeId *hs_types_by_cxx_name (const HsTypes *self, const char *name, guint *n);

/* hs_types_locals: (transfer container): GArray of HsLocal, those of the function at @pc (an address in the target), and of
 * what is inlined there, innermost first. Reads that function's DIEs on demand; may be called from any thread. For a
 * caller's frame @pc is the return address minus one. NULL or empty: nothing known. The strings live as long as @self. */
GArray *hs_types_locals (HsTypes *self, const HsModule *module, HsAddr pc);

#define HS_MAX_MENTIONS ((1u << 30) - 1)

/* How one module knows a type. */
typedef struct {
  guint32 defines : 1; /* its debug info has a definition, not only a declaration: the code there may look into it */
  guint32 system : 1;  /* it has that from a header of the system: another library's */
  guint32 mentions : 30; /* as in HsType, in this module */
} HsTypeUse;

/* hs_types_use: how the module with this index knows the type. May be called from any thread. */
HsTypeUse hs_types_use (const HsTypes *self, guint module, HsTypeId id);

/* hs_types_first_parameter: the type of the first parameter of the function that begins at @pc, an address in the target;
 * 0 where it has none, or nothing is known. Reads that function's DIE on demand; may be called from any thread. */
HsTypeId hs_types_first_parameter (HsTypes *self, const HsModule *module, HsAddr pc);

#define HS_MAX_TAKEN 6 /* parameters that are passed in registers */

/* What a function takes a parameter for: its own type, or that of a variable that has the same value, in the function or in
 * one that was inlined there. */
typedef struct {
  HsTypeId type;     /* what it points to, without typedefs; never void */
  guint8 parameter;  /* 0 is the first; HS_MAX_TAKEN: not known which, the function's first variable has this type */
  gboolean declared; /* it is the parameter's own type */
  gboolean sure;     /* the value is the same for sure: the code is optimised, and the debug info says so */
  gint64 behind;     /* bytes from the parameter to what has the type: container_of() gives a negative number */
} HsTake;

/* hs_types_takes: (transfer full): GArray of HsTake, for the function that begins at @pc, an address in the target; NULL or
 * empty: nothing known. Reads that function's DIEs on demand; may be called from any thread. */
GArray *hs_types_takes (HsTypes *self, const HsModule *module, HsAddr pc);
