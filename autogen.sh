#!/bin/sh
# Makes configure and Makefile.in from their sources. Run it once after a checkout, then ./configure.
set -e
cd "$(dirname "$0")"
mkdir -p m4
exec autoreconf --install --force --warnings=all
