#!/bin/sh
# usage: check_skips.sh BUILD-FOLDER REGEX
# Lists the tests of the folder's last ctest run that were skipped for reasons other than the
# extended regular expression, and fails if there are any. Prints nothing otherwise.
set -eu
unaccepted=$(awk '
  / Testing: / { test = $3 }
  skipped { print test ": " $0; skipped = 0 }
  /: Skipped$/ { skipped = 1 }
' "$1/Testing/Temporary/LastTest.log" | grep -Ev ": ($2)" || true)
[ -z "$unaccepted" ] && exit 0
printf 'skipped for a reason that .ci/run does not accept:\n%s\n' "$unaccepted" >&2
exit 1
