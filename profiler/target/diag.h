/* diag.h - the list of recoverable problems met on the way.
 *
 * A damaged byte of a target is data, not a log line: the layer that meets it adds a line here and goes on.
 * The list is bounded: of each topic the first HS_DIAG_LINES lines are kept and the rest are counted. */
#pragma once

#include <glib.h>

#define HS_DIAG_LINES 8

typedef struct _HsDiag HsDiag;

HsDiag *hs_diag_new (void);
HsDiag *hs_diag_ref (HsDiag *self);
void hs_diag_unref (HsDiag *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsDiag, hs_diag_unref)

/* hs_diag_add: adds a line under @topic, a static string such as "core", "maps", "arena main" or a module's name.
 * May be called from any thread. Control characters in the text are replaced. */
void hs_diag_add (HsDiag *self, const char *topic, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* hs_diag_lines: (transfer full): the lines in a stable order (topics sorted, lines as added), each "topic: text",
 * and "topic: and N more" where some were not kept. */
GStrv hs_diag_lines (HsDiag *self);
