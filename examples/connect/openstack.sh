#!/bin/sh
# Connects to a server of OpenStack, by the host keys that cloud-init prints to its console at the first boot.
#
#   openstack.sh SERVER [SSH-ARGUMENT ...]     openstack.sh vm -l debian uptime
set -eu
. "${0%/*}/verified_ssh.sh"
server=${1:?usage: openstack.sh SERVER [SSH-ARGUMENT ...]}
shift

# The last IPv4 address is the floating one, if there is one.
address() {
    openstack server show "$server" -f value -c addresses | grep -oE '[0-9]+(\.[0-9]+){3}' | tail -n 1
}

keys() {
    openstack console log show "$server"
}

verified_ssh "openstack-$server" "$server" "$@"
