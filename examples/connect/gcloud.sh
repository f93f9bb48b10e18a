#!/bin/sh
# Connects to an instance of Compute Engine, by the host keys that its guest agent publishes as guest attributes. The
# instance needs `--metadata enable-guest-attributes=TRUE` from the start.
#
#   gcloud.sh INSTANCE [SSH-ARGUMENT ...]      gcloud.sh vm -l me uptime
set -eu
. "${0%/*}/verified_ssh.sh"
instance=${1:?usage: gcloud.sh INSTANCE [SSH-ARGUMENT ...]}
shift

address() {
    gcloud compute instances describe "$instance" --format='get(networkInterfaces[0].accessConfigs[0].natIP)'
}

keys() {
    gcloud compute instances get-guest-attributes "$instance" --query-path=hostkeys/ --format=json
}

verified_ssh "gcloud-$instance" "$instance" "$@"
