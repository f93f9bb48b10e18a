#!/bin/sh
# The task of one worker, for any engine, with keycheck on the PATH. All workers can access the products and parts.
#
#   part.sh check OUT PART         checks the keys of a part, and writes its product to OUT
#   part.sh compare PRODUCT OTHER  compares the keys of one product with those of another
#
# Findings go to standard output, as JSON Lines. They are not a failure here; an unreadable part or a damaged product
# is.
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
