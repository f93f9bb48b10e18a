#!/bin/sh
# Makes the host key of a VM before the VM: user data for cloud-init with this key, and the line for known_hosts. On the
# first connection the VM makes new keys, which are fetched over the verified connection; then the first key is no
# longer used.
#
#   preseed.sh make NAME              writes NAME.user-data (keep it secret) and NAME.known_hosts
#   preseed.sh rotate NAME [SSH-ARGUMENT ...] HOST      after the first boot, as a user who may use sudo
set -eu
umask 077
work=${1:?usage: preseed.sh make|rotate NAME} name=${2:?usage: preseed.sh make|rotate NAME}
shift 2
case $work in
make)
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    trap 'exit 2' HUP INT TERM
    keygen -q -N '' -C "root@$name" -f "$folder/key"
    {
        printf '#cloud-config\nssh_deletekeys: true\nssh_keys:\n  ed25519_private: |\n'
        sed 's/^/    /' "$folder/key"
        printf '  ed25519_public: %s\n' "$(cat "$folder/key.pub")"
    } > "$name.user-data"
    printf '%s %s\n' "$name" "$(cut -d ' ' -f 1,2 "$folder/key.pub")" > "$name.known_hosts"
    ;;
rotate)
    # The new keys come over the connection that the old one secures, and only then take its place.
    commands=${ROTATE-'cd /etc/ssh && rm -f ssh_host_*_key* && ssh-keygen -A >&2 && cat ssh_host_*_key.pub &&
        { systemctl restart ssh || systemctl restart sshd; }'}
    ssh -o StrictHostKeyChecking=yes -o "HostKeyAlias=$name" -o "UserKnownHostsFile=$PWD/$name.known_hosts" \
        -o GlobalKnownHostsFile=none "$@" "${SUDO-sudo} sh -c '$commands'" > "$name.keys"
    hostfp --expect "$name.keys" --answer-ssh ORDER "$name" NONE NONE NONE > /dev/null
    sed "s/^/$name /" "$name.keys" > "$name.known_hosts"
    rm -f "$name.keys" "$name.user-data"
    ;;
*) echo "preseed.sh: unexpected argument '$work': make or rotate" >&2 && exit 2 ;;
esac
