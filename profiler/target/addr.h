/* addr.h - addresses in the target. */
#pragma once

#include <glib.h>

/* An address in the target: never a pointer, so that it cannot be dereferenced by mistake. */
typedef guint64 HsAddr;

#define HS_ADDR_FORMAT "0x%" G_GINT64_MODIFIER "x"

/* First address above user space on x86-64 with four-level page tables. */
#define HS_ADDR_LIMIT (G_GUINT64_CONSTANT (1) << 47)
#define HS_PAGE_SIZE G_GUINT64_CONSTANT (4096)
