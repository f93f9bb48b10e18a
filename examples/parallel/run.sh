#!/bin/sh
# Checks a corpus of keys in parts with GNU parallel, and compares the keys of different parts.
#
#   run.sh PARTS OUT [OPTION ...]
#
# PARTS is a folder with lists of keys, OUT the folder for the results. The options go to parallel, such as `--sshlogin
# HOSTS`.
set -eu
parts=$(realpath "$1")
mkdir -p "$2/products"
out=$(realpath "$2")
shift 2
here=$(realpath "$(dirname "$0")/..")
# A task whose worker dies is repeated; finished tasks are not. After an interruption run the script again.
again() {
    log=$1
    shift
    parallel --retries 3 --resume-failed --halt soon,fail=1 --joblog "$out/$log.log" "$@" >/dev/null
}
again judged "$@" --results "$out/judged/{/}.lines" sh "$here/part.sh" check "$out/products" {} ::: "$parts"/*.pub
for a in "$out"/products/*.product; do
    for b in "$out"/products/*.product; do
        [ "$a" = "$b" ] || printf '%s\t%s\n' "$a" "$b"
    done
done >"$out/pairs"
again compared "$@" --colsep '\t' --results "$out/compared/{1/}-{2/}.lines" \
    sh "$here/part.sh" compare '{1}' '{2}' :::: "$out/pairs"
find "$out/judged" "$out/compared" -name "*.lines" -exec cat {} + | python3 "$here/join.py" >"$out/keys.json"
