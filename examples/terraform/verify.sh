#!/bin/sh
# For Terraform's data source "external": reads {"host": …, "expect": …}, and if the host is the one that is expected prints
# its key as {"host": …, "type": …, "fingerprint": …, "host_key": …}. Else Terraform stops, with hostfp's words.
set -eu
query=$(cat)
host=$(printf '%s' "$query" | jq -er .host)
expect=$(printf '%s' "$query" | jq -er .expect)
verified=$(hostfp --expect "$expect" --connect -- "$host")
printf '%s\n' "$verified" | pubfp --json | jq -s --arg lines "$verified" '
    ($lines | split("\n")[0] | split(" ")) as [$host, $type, $key]
    | {host: $host, type: $type, fingerprint: .[0].fingerprint, host_key: ($type + " " + $key)}'
