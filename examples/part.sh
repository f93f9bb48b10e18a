#!/bin/sh
# What one worker does, for whatever engine calls it, with keycheck on the PATH. Products and parts lie where all workers
# reach them.
#
#   part.sh check OUT PART         judges the keys of a part, and leaves its product in OUT
#   part.sh compare PRODUCT OTHER  says what the keys of one product share with those of another
#
# Findings go to standard output, as JSON Lines. They are no failure here; an unreadable part or a damaged product is.
set -u
work=$1
shift
case $work in
check) keycheck --json --emit-product "$1/$(basename "$2").product" "$2" ;;
compare) keycheck --json --against "$2" "$1" ;;
*) echo "part.sh: unexpected argument '$work': check or compare" >&2 && exit 2 ;;
esac
status=$?
[ "$status" -lt 2 ] || exit "$status"
