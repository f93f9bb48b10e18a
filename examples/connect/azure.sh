#!/bin/sh
# Connects to a VM on Azure, by the host keys that it prints through Run Command.
#
#   azure.sh GROUP VM [SSH-ARGUMENT ...]       azure.sh group vm -l azureuser uptime
set -eu
. "${0%/*}/verified_ssh.sh"
group=${1:?usage: azure.sh GROUP VM [SSH-ARGUMENT ...]} vm=${2:?usage: azure.sh GROUP VM [SSH-ARGUMENT ...]}
shift 2

address() {
    az vm show --show-details -g "$group" -n "$vm" --query publicIps -o tsv
}

keys() {
    az vm run-command invoke -g "$group" -n "$vm" --command-id RunShellScript \
        --scripts "$(hostfp --run-command-script)" -o json
}

verified_ssh "azure-$group-$vm" "$vm" "$@"
