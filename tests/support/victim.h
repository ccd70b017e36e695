/* victim.h - a small program under test: started from tests/victims, asked line by line.
 *
 * A victim prints lines "name value value..." that are its truth, then "ready"; afterwards it answers whatever it is
 * told on its standard input, and ends when that ends. */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

typedef struct {
  GSubprocess *process;
  GDataInputStream *out;
  GOutputStream *in;
  GHashTable *truth; /* name -> GStrv of the values */
  pid_t pid;
} Victim;

/* victim_start: starts tests/victims/@name with the arguments that follow up to NULL, and reads its truth. Where
 * HEAPSUM_TEST_CHROOT names a directory, it is /victims/@name in there, with that system's libraries. */
Victim *victim_start (const char *name, ...) G_GNUC_NULL_TERMINATED;
/* victim_set_tunables: GLIBC_TUNABLES of the victims started from now on; NULL: none. @value is kept. */
void victim_set_tunables (const char *value);
void victim_free (Victim *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Victim, victim_free)

/* victim_truth: value number @i of the line @name as a number (hexadecimal with 0x). */
guint64 victim_truth (const Victim *self, const char *name, guint i);

/* victim_tell: sends a line. victim_ask: the same, and gives back the line that answers. (transfer full) */
void victim_tell (Victim *self, const char *line);
char *victim_ask (Victim *self, const char *line);
char *victim_line (Victim *self);

/* victim_core: (transfer full): a core of it made by gcore, to be removed with victim_remove_core; NULL where there is
 * no gcore. */
char *victim_core (Victim *self);
void victim_remove_core (char *path);
