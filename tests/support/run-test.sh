#!/bin/sh
# Runs a GLib test so that it speaks TAP and goes on after a failure; $HEAPSUM_TEST_WRAPPER may be valgrind.
#
# GLib ends with 1 when tests failed, which is said already; any other status (a signal, a leak) is news.
${HEAPSUM_TEST_WRAPPER:-} "$@" --tap -k
status=$?
[ "$status" != 1 ] || status=0
exit "$status"
