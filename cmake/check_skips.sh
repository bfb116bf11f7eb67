#!/bin/sh
# usage: check_skips.sh BUILD-FOLDER REGEX
# Fails, and lists them, if tests of the folder's last ctest run were skipped for other reasons than
# the extended regular expression says. Says nothing if there are none.
set -eu
unaccepted=$(awk '
  / Testing: / { test = $3 }
  skipped { print test ": " $0; skipped = 0 }
  /: Skipped$/ { skipped = 1 }
' "$1/Testing/Temporary/LastTest.log" | grep -Ev ": ($2)" || true)
[ -z "$unaccepted" ] && exit 0
printf 'skipped, though .ci/run does not accept the reason:\n%s\n' "$unaccepted" >&2
exit 1
