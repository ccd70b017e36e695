/* recorder.h - see recorder.c. */
#pragma once

/* recorder_dump: writes what is live now; -1 if it cannot. Allocates nothing. */
int recorder_dump (const char *path);
