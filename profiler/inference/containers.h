/* containers.h - what the C++ standard library's containers keep behind pointers to untyped bases and in raw storage. */
#pragma once

#include "profiler/types/types.h"

/* hs_container_node: the type of the nodes that a pointer to @base leads to where it is a member of the classes
 * @enclosing[0..n), outermost first; 0: it is no node's base, or the node is not known. */
HsTypeId hs_container_node (HsTypes *types, HsTypeId base, const HsTypeId *enclosing, guint n);

/* hs_container_storage: what raw storage of type @id holds (__aligned_membuf<T>: a T), or 0. */
HsTypeId hs_container_storage (HsTypes *types, HsTypeId id);

/* hs_template_argument: (transfer full): argument @index of the template whose name begins with @prefix ("std::list<"), or
 * NULL. */
char *hs_template_argument (const char *name, const char *prefix, guint index);

/* hs_container_is_deque: whether one of the classes that enclose a member is a std::deque's base. */
gboolean hs_container_is_deque (HsTypes *types, const HsTypeId *enclosing, guint n);
