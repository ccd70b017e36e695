/* dwarf-lib.h - libdwarf's header, wherever this version keeps it.
 *
 * libdwarf 20210528 (Debian 12) installs <libdwarf/libdwarf.h>; later ones have a .pc file whose flags point into the
 * versioned folder. What differs in the API between the two is confined to dwarf-file.c. */
#pragma once

#if defined(__has_include) && __has_include(<libdwarf/libdwarf.h>)
#include <libdwarf/libdwarf.h>
#include <libdwarf/dwarf.h>
#else
#include <libdwarf.h>
#include <dwarf.h>
#endif
