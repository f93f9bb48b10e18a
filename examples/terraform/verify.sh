#!/bin/sh
# For Terraform's data source "external": reads {"host": …, "expect": …}, and prints the key of the expected host as
# {"host": …, "type": …, "fingerprint": …, "host_key": …}. For any other host Terraform stops with hostfp's message.
set -eu
query=$(cat)
host=$(printf '%s' "$query" | jq -er .host)
expect=$(printf '%s' "$query" | jq -er .expect)
verified=$(hostfp --expect "$expect" --connect -- "$host")
printf '%s\n' "$verified" | pubfp --json | jq -s --arg lines "$verified" '
    ($lines | split("\n")[0] | split(" ")) as [$host, $type, $key]
    | {host: $host, type: $type, fingerprint: .[0].fingerprint, host_key: ($type + " " + $key)}'
