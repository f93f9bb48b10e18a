#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets into FOLDER/TARGET/: the fixtures' keys in all formats, weak numbers, outputs of
clouds, configurations, messages of a host, command lines."""

import base64
import pathlib
import quopri
import struct
import subprocess
import sys
import tempfile
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parent / "fixtures"
out = pathlib.Path(sys.argv[1])
HOST_KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75"


def seed(target, name, data):
    (out / target).mkdir(parents=True, exist_ok=True)
    (out / target / name).write_bytes(data.encode() if isinstance(data, str) else data)


ENVELOPES = {
    "plain": lambda text: text,
    "escaped": lambda text: text.replace(b"\n", b"\\n"),
    "joined": lambda text: text.replace(b"\n", b" "),
    "cr": lambda text: text.replace(b"\n", b"\r"),
    "percent": lambda text: urllib.parse.quote_from_bytes(text, safe="").encode(),
    "html": lambda text: text.replace(b"/", b"&#x2F;").replace(b"=", b"&#61;"),
    "mail": lambda text: b"> " + text.replace(b"\n", b"\n> "),
    "printable": quopri.encodestring,
    "base64": base64.b64encode,
    "assigned": lambda text: b"export KEY=\"" + text.rstrip() + b"\"\n",
    "fenced": lambda text: b"```\n" + text + b"```\n",
}


def string(data):
    return struct.pack(">I", len(data)) + data


with tempfile.TemporaryDirectory() as work:
    subprocess.run(["bash", FIXTURES / "forms.sh", work], check=True, stdout=subprocess.DEVNULL)
    for path in sorted(pathlib.Path(work).iterdir()):
        text = path.read_bytes()
        for target in ("forms", "keycheck"):
            seed(target, path.name, text)
        for envelope, wrap in ENVELOPES.items():
            if len(text) < 4000:
                seed("key_envelopes", f"{path.name}.{envelope}", wrap(text))
        if b"rivate" in text or b"PRIVATE" in text:
            seed("private", path.name, text)
        if path.name.endswith("line-known_hosts"):
            seed("known_hosts", path.name, text)
            seed("expect", path.name, text)
    lines = subprocess.run(f"cat {work}/*.pub | ssh-keygen -lf -", shell=True, check=True, capture_output=True).stdout

with tempfile.TemporaryDirectory() as work:
    subprocess.run([sys.executable, FIXTURES / "weak_keys.py", work], check=True, stdout=subprocess.DEVNULL)
    for path in sorted(pathlib.Path(work).glob("*.pub")):
        seed("keycheck", path.name, path.read_bytes())
        fields = path.read_bytes().split()
        if fields[:1] == [b"ssh-rsa"]:
            blob = base64.b64decode(fields[1])
            e = 11 + int.from_bytes(blob[11:15], "big") + 4
            seed("numbers", path.name, struct.pack(">H", e - 15) + blob[15:e] + blob[e + 4 :])

fingerprint = subprocess.run(
    ["ssh-keygen", "-lf", "-"], input=f"ssh-ed25519 {HOST_KEY} c", check=True, capture_output=True, text=True
).stdout
line = f"ssh-ed25519 {HOST_KEY} root@vm"
escaped = fingerprint.replace("\n", "\\n")
message = f"Enable succeeded: \\n[stdout]\\n{escaped}\\n[stderr]\\n"
for name, text in {
    "lines": lines,
    "fingerprint": fingerprint,
    "utf16": fingerprint.encode("utf-16"),
    "key": line,
    "known_hosts": f"vm {line}\nother {line}\n@revoked * {line}\n",
    "v1": f'{{"value": [{{"code": "ProvisioningState/succeeded", "message": "{message}"}}]}}',
    "v2": f'{{"instanceView": {{"executionState": "Succeeded", "exitCode": 0, "output": "{escaped}", "error": ""}}}}',
    "tsv": message.replace("\\n", "\n"),
    "table": f"Value[0]        :\n  Code          : ProvisioningState/succeeded\n  Message       : {message}\n",
    "cloud-init": "-----BEGIN SSH HOST KEY FINGERPRINTS-----\n"
    f"{fingerprint}-----END SSH HOST KEY FINGERPRINTS-----\n-----BEGIN SSH HOST KEY KEYS-----\n{line}\n"
    "-----END SSH HOST KEY KEYS-----\n",
    "objects": f'{{"host": "vm", "type": "ED25519", "fingerprint": "{fingerprint.split()[1]}"}}\n',
}.items():
    seed("expect", name, text)

for target in ("known_hosts", "ssh_keygen"):
    seed(target, "all", f"vm {line}\nVM,*.net,!x {line}\n# c\n@revoked * {line}\n@cert-authority * {line}\n[vm]:2 {line}")
for name, host in (("plain", "vm"), ("pattern", "*"), ("negated", "!vm,*"), ("port", "[vm]:2222"), ("address", "203.0.113.*")):
    seed("ssh_keygen", name, f"{host} {line}\n")
for number, said in enumerate((line, fingerprint, "-----BEGIN SSH HOST KEY KEYS-----", f"\n[stdout]\n{line}", f'"{line}"')):
    for how in range(0, 42, 5):
        seed("envelopes", f"{number}-{how}", bytes([how]) + said.encode() + b"\0" + line.encode())
config = 'HostKey /etc/ssh/key.pub\nInclude sshd_config.d/*.conf b\nMatch all\nHostCertificate "etc/ssh/b"\n'
seed("sshd_config", "all", "\0".join([config, "HostKey=/../etc/ssh/x\n", "Match User a\nInclude ../*\n", line + "\n", line + "\n"]))

for name, exchange, half in (
    ("curve25519", b"curve25519-sha256", bytes([9] * 32)),
    ("ecdh", b"ecdh-sha2-nistp256", bytes([4] * 65)),
    ("mlkem", b"mlkem768x25519-sha256", bytes([9] * (1088 + 32))),
    ("dh", b"diffie-hellman-group14-sha256", bytes([9] * 256)),
    ("group-exchange", b"diffie-hellman-group-exchange-sha256", bytes([9] * 256)),
):
    for key_type, blob in (
        (b"ssh-ed25519", base64.b64decode(HOST_KEY)),
        (b"ssh-rsa", string(b"ssh-rsa") + string(b"\1\0\1") + string(b"\0" + bytes([0xC5] * 256))),
    ):
        kexinit = bytes([20] * 17) + b"".join(map(string, [exchange, key_type] + [b""] * 8)) + bytes(5)
        signature = string(string(key_type) + string(bytes([7] * 64)))
        number = 33 if b"group-exchange" in exchange else 31
        payloads = [kexinit, bytes([number]) + string(blob) + string(half) + signature]
        if number == 33:
            payloads.insert(1, bytes([31]) + string(b"\0" + bytes([0xFF] * 256)) + string(b"\2"))
        said = b"\1" + b"".join(struct.pack(">H", len(payload)) + payload for payload in payloads)
        for target in ("handshake", "scan"):
            seed(target, f"{name}-{key_type.decode()}", said)
for target in ("handshake", "scan"):
    seed(target, "raw", b"\0Welcome\r\nSSH-2.0-raw\r\n\0\0\0\x0c\x04\x14")
    seed(target, "disconnect", b"\1" + struct.pack(">H", 30) + b"\1\0\0\0\2" + string(b"go away") + string(b"") + bytes(10))

for number, words in enumerate(
    (
        "-q -t ed25519 -N x -C c -f k --force",
        "-m PEM -t rsa -b 2048",
        "-p -N new -a 1 -Z aes256-ctr",
        "--for azure,openssh --public-only --strict --json",
        "--rewrite --skip roca --blocklist f",
        "-E sha512 -v -o --sshfp vm",
        "--expect SHA256:x --connect 127.0.0.1:22 -T 3 -4 --hash --known-hosts f",
        "--expect - --answer-ssh -p 22 HOSTNAME vm ssh-ed25519 x y",
        "--explain=roca -- -f",
    )
):
    seed("options", str(number), words.replace(" ", "\0"))

# In `envelopes` the first byte chooses the program that writes the attacker's text, the second how and where the
# machine's key is written.
digest = fingerprint.split()[1]
hexadecimal = (base64.b64decode(digest.removeprefix("SHA256:") + "=")).hex()
point = base64.b64decode(HOST_KEY)[-32:][::-1].hex()
said = b"\0".join(
    text.encode()
    for text in (
        fingerprint.strip(),
        line,
        f"SSH host key: {digest} (ED25519)",
        f"vm IN SSHFP 4 2 {hexadecimal}",
        f'"ssh-ed25519@22:vm"="0x0,0x{point}"',
        f"ssh-ed25519 255 {digest}",
        f"- `{digest}` (ED25519)",
        f"| ED25519 | {digest} |",
    )
)
for how in range(9):
    for kind in (*range(1, 8), *range(0, 8 * 11, 8)):
        seed("envelopes", f"{how}-{kind}", bytes((how, kind)) + said)
