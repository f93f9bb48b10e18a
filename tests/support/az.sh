#!/bin/sh
# A stand-in for azure-cli: `az vm run-command invoke … --scripts TEXT` runs the text with the sh of the machine whose
# root is $VM, as its agent would, and prints the result of version 1: the last 4096 bytes of each stream, and never an
# exit status. SAMPLE=1 does as azure-cli 2.78.0 did. /etc/ssh/ in the text is the machine's.
scripts=
while [ $# -gt 0 ]; do
    case $1 in --scripts) scripts=$2; shift ;; esac
    shift
done
[ -z "$SAMPLE" ] || scripts='echo This is a sample script'
printf '%s' "$scripts" | sed "s,/etc/ssh/,$VM/etc/ssh/,g" > "$VM/script.sh"
env -i PATH="${VM_PATH:-/usr/bin:/bin}" sh "$VM/script.sh" > "$VM/stdout" 2> "$VM/stderr" < /dev/null

# The inside of a JSON string: bytes that are not UTF-8 (a cut character) stay as they are.
escaped() {
    tail -c 4096 "$1" | sed 's/\\/\\\\/g; s/"/\\"/g; s/\t/\\t/g; s/\r/\\r/g' |
        awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }'
    # awk does not show whether the last line ended.
    [ "$(tail -c 1 "$1" | od -An -tx1 | tr -d ' ')" != 0a ] || printf '\\n'
}
printf '{\n  "value": [\n    {\n      "code": "ProvisioningState/succeeded",\n'
printf '      "displayStatus": "Provisioning succeeded",\n      "level": "Info",\n'
printf '      "message": "Enable succeeded: \\n[stdout]\\n%s\\n[stderr]\\n%s",\n' \
    "$(escaped "$VM/stdout")" "$(escaped "$VM/stderr")"
printf '      "time": null\n    }\n  ]\n}\n'
