/* naming.h - whether a variable or member is called like the type of what it leads to: signals of Signal, setupchannels of
 * CHANNEL_SETUP_REC. */
#pragma once

#include <glib.h>

/* hs_naming_share: how much of the words in @type are in @name: 0 none, 1 all of them. Words of one or two letters do not
 * count, those that say nothing, such as "rec" or "data", and those in @owner (nullable), whose member it is. @longest: set to
 * the letters that were found, if that is more. */
double hs_naming_share (const char *type, const char *name, const char *owner, guint *longest);
