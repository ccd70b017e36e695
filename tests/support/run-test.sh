#!/bin/sh
# Runs a GLib test so that it speaks TAP and goes on after a failure; $HEAPSUM_TEST_WRAPPER may be valgrind.
# Libtool's wrappers would be what Valgrind sees: the test programs it is used on have none.
exec ${HEAPSUM_TEST_WRAPPER:-} "$@" --tap -k
