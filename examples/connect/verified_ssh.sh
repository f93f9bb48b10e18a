# shellcheck shell=sh
# Sourced by the scripts of this folder. They define two functions: `address` prints the host's name or address, and
# `keys` the control plane's output with its host keys. `verified_ssh NAME [SSH-ARGUMENT ...]` is the same for every
# cloud:
#
# - It keeps the output of `keys` in ~/.ssh/vmkeys/NAME. While a VM boots there is no output: `keys` is run again until
#   hostfp finds host keys in its output (30 times, with 10 seconds between; TRIES and PAUSE change that).
# - It has ssh ask hostfp whether the host's key is the expected one. ssh then uses no other known hosts, and asks no
#   question.
#
# With PREPARE=1 it does not run ssh: it writes ~/.ssh/vmkeys/NAME.config for an Include in ~/.ssh/config. A rebuilt VM
# has other keys: remove ~/.ssh/vmkeys/NAME*.

verified_ssh() {
    kept=$HOME/.ssh/vmkeys/$1
    shift
    hostfp=$(command -v hostfp) || { echo 'hostfp is not on the PATH' >&2 && exit 2; }
    (umask 077 && mkdir -p "$HOME/.ssh/vmkeys")
    if ! [ -s "$kept" ] || ! [ -s "$kept.config" ]; then
        host=$(address)
        case $host in
        '' | *[!A-Za-z0-9.:-]*) echo "the control plane names no address: '$host'" >&2 && exit 2 ;;
        esac
        fetch "$kept" "$host"
        printf '%s\n' "HostName $host" 'StrictHostKeyChecking yes' 'UserKnownHostsFile none' 'GlobalKnownHostsFile none' \
            "KnownHostsCommand $hostfp --expect \"$kept\" --answer-ssh -p %p %I %H %t %K %f" > "$kept.config"
    fi
    [ -z "${PREPARE-}" ] || return 0
    # The options of the file, and then those of ~/.ssh/config: the first value of each counts.
    set -- -o StrictHostKeyChecking=yes -o UserKnownHostsFile=none -o GlobalKnownHostsFile=none \
        -o "$(grep '^KnownHostsCommand ' "$kept.config")" "$@"
    exec ssh -o "$(grep '^HostName ' "$kept.config")" "$@"
}

# Asks the control plane until hostfp finds host keys in its answer.
fetch() {
    tries=${TRIES:-30}
    until keys > "$1.new" 2> "$1.why" &&
        hostfp --expect "$1.new" --answer-ssh ORDER "$2" NONE NONE NONE > /dev/null 2> "$1.why"; do
        tries=$((tries - 1))
        if [ "$tries" -le 0 ]; then
            cat "$1.why" >&2
            exit 2
        fi
        sleep "${PAUSE:-10}"
    done
    rm -f "$1.why"
    mv "$1.new" "$1"
}
