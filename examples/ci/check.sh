#!/bin/sh
# Refuses private keys in a repository, and public keys that are weak or that a service does not take.
#
#   check.sh [--for NAME,...] [FILE ...]
#
# Without a FILE it checks all files that git lists here. NAMEs are those of `keycheck --for`; the default is openssh.
# The exit status is 0 if nothing is refused, 1 if something is, and 2 if it could not be checked.
set -u
policy=openssh
if [ "${1-}" = --for ]; then
    policy=${2:?names no service}
    shift 2
fi
# No key of a repository is opened with a passphrase.
export SSH_ASKPASS_REQUIRE=never

command -v keycheck >/dev/null || { echo 'check.sh: keycheck is not on the PATH' >&2; exit 2; }
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
# A service that keycheck does not know must not count as a check: keycheck refuses it even for an empty input.
keycheck -q --for "$policy" < /dev/null > /dev/null 2> "$work/errors"
[ $? -lt 2 ] || { cat "$work/errors" >&2; exit 2; }

# Regular files, each with a prefix ./, so no name is read as an option or, at the start of a line, as a command of the
# CI service.
if [ $# -gt 0 ]; then printf '%s\0' "$@"; else git ls-files -z; fi > "$work/names" || exit 2
# shellcheck disable=SC2016 # for the inner shell
xargs -0 sh -c 'for file; do
    [ -f "$file" ] && [ ! -L "$file" ] || continue
    case $file in /*) ;; *) file=./$file ;; esac
    printf "%s\0" "$file"
done' sh < "$work/names" > "$work/all"

# Prints the files whose names match one of the patterns.
named() {
    # shellcheck disable=SC2016
    PATTERNS=$* xargs -0 sh -c 'for file; do
        for pattern in $PATTERNS; do
            case ${file##*/} in $pattern) printf "%s\0" "$file"; break ;; esac
        done
    done' sh < "$work/all"
}

# Runs keycheck on the files in a list, with these options. Exit statuses above 1, for which xargs has one of its own, go
# into a file.
judge() {
    list=$1
    shift
    [ -s "$list" ] || return 0
    # shellcheck disable=SC2016
    xargs -0 sh -c '
        failed=$1
        shift
        keycheck "$@"
        status=$?
        [ "$status" -lt 2 ] || echo "keycheck: exit status $status" >> "$failed"
        exit "$status"' sh "$work/failed" "$@" -- < "$list" 2> "$work/errors" && return
    # GNU xargs ends with 123 if a command failed, others with 1.
    case $? in 1 | 123) ;; *) echo 'xargs: cannot run keycheck' >> "$work/failed" ;; esac
    [ ! -e "$work/failed" ] || cat "$work/errors" >> "$work/failed"
    return 1
}

# Private keys, in any file: unchanged, or as base64 within other text, as in Kubernetes' secrets.
judge "$work/all" -q --public-only | grep ': error: private-key: ' > "$work/found"
grep ': the private key is encrypted' "$work/errors" 2>/dev/null | sed 's/^keycheck: \(.*\): the/\1: error: private-key: the/' \
    >> "$work/found"
xargs -0 grep -IlE 'LS0tLS1CRUdJTi[A-Za-z0-9+/]{99}' < "$work/all" > "$work/encoded"
while IFS= read -r file; do
    grep -noE 'LS0tLS1CRUdJTi[A-Za-z0-9+/=]{99,}' "$file" | while IFS=: read -r line text; do
        printf '%s\n' "$text" | keycheck -q --public-only 2>/dev/null | grep -q ': error: private-key: ' &&
            echo "$file:$line: error: private-key: base64 of a private key"
    done
done < "$work/encoded" >> "$work/found"

# Public keys: in files that contain only keys, every line counts. Options are for sshd, not for a service.
judge_all() {
    judge "$work/keys" -q --strict --for "$policy" --skip "duplicate,$1" >> "$work/found" ||
        # Without the totals at the end.
        sed -n -e '/^keycheck: total: /d' -e 's/^keycheck: \([./].*\): /\1: error: /p' "$work/errors" >> "$work/found"
}
named '*.pub' > "$work/keys"
judge_all several-keys
named '*authorized_keys' '*authorized_keys2' '*authorized_keys.*' > "$work/keys"
judge_all several-keys,options,cert-authority
# In the files of Terraform, cloud-init and Ansible, only the keys.
named '*.tf' '*.tfvars' '*.tf.json' '*.yml' '*.yaml' '*user-data*' '*cloud-init*' '*cloud-config*' > "$work/others"
judge "$work/others" -q --strict --for "$policy" --skip "among-other-text,block-layout,duplicate,encoded,host-names,$(
    )newlines-lost,no-final-newline,readable-by-others,several-keys,unencrypted,user-name,wrapped" >> "$work/found"

sort -u "$work/found"
if [ "${GITHUB_ACTIONS-}" = true ]; then
    sort -u "$work/found" |
        sed -n 's/^\.\/\(.*\):\([0-9]*\): \(error\|warning\): \(.*\)$/::\3 file=\1,line=\2::\4/p'
fi
[ ! -s "$work/found" ] || exit 1
[ ! -e "$work/failed" ] || { cat "$work/failed" >&2; exit 2; }
