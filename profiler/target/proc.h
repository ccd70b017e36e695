/* proc.h - what /proc says about a process, and why it may not be looked at. */
#pragma once

#include "profiler/target/target.h"

/* hs_proc_path: (transfer full): "/proc/PID/NAME". */
char *hs_proc_path (pid_t pid, const char *name);

/* hs_proc_read: (transfer full): a whole file of /proc/PID, with a NUL behind it.
 * Errors: GONE, PERMISSION, FAILED. */
char *hs_proc_read (pid_t pid, const char *name, gsize *length, GError **error);

/* hs_proc_status: (transfer full): the value of @key in /proc/PID/status, or NULL. */
char *hs_proc_status (pid_t pid, const char *key);

/* hs_proc_number: the same as a number, or -1. */
gint64 hs_proc_number (pid_t pid, const char *key);

/* hs_proc_state: the state of a thread as one letter ('R', 'S', 'D', 'Z', ...), or 0 when it is gone. */
char hs_proc_state (pid_t pid, pid_t tid);

/* hs_proc_tasks: (transfer full): pid_t of the threads as they are listed at the moment; empty when it is gone. */
GArray *hs_proc_tasks (pid_t pid);

/* hs_proc_alive: some thread of @pid that still has its memory, the leader if it is one; 0: all are gone or zombies. */
pid_t hs_proc_alive (pid_t pid);

/* hs_proc_set_denied: PERMISSION with the rule that forbids to look at @pid, or GONE when it ended. Always FALSE. */
gboolean hs_proc_set_denied (pid_t pid, GError **error);
gboolean hs_proc_set_gone (pid_t pid, GError **error);
