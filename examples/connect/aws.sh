#!/bin/sh
# Connects to an EC2 instance, by the host keys that cloud-init prints to its console at the first boot. The output
# appears after some minutes.
#
#   aws.sh INSTANCE-ID [SSH-ARGUMENT ...]      aws.sh i-0123456789abcdef0 -l ec2-user uptime
set -eu
. "${0%/*}/verified_ssh.sh"
instance=${1:?usage: aws.sh INSTANCE-ID [SSH-ARGUMENT ...]}
shift

address() {
    aws ec2 describe-instances --instance-ids "$instance" \
        --query 'Reservations[0].Instances[0].PublicIpAddress' --output text
}

keys() {
    # Only Nitro instances have the latest output at once.
    aws ec2 get-console-output --instance-id "$instance" --latest --output json 2> /dev/null ||
        aws ec2 get-console-output --instance-id "$instance" --output json
}

verified_ssh "aws-$instance" "$instance" "$@"
