"""The other side of `cargo xtask bench keycheck`: makes keys, and runs badkeys and gmpy2 over them.

make FOLDER | badkeys FILE | gcd FILE: the last two print the seconds they took, without start and reading.
"""

import base64
import functools
import pathlib
import random
import struct
import sys
import time

import gmpy2

rng = random.Random("bench")


def string(data):
    return struct.pack(">I", len(data)) + data


def mpint(n):
    return string(n.to_bytes(n.bit_length() // 8 + 1, "big"))


def line(n):
    blob = string(b"ssh-rsa") + mpint(65537) + mpint(int(n))
    return f"ssh-rsa {base64.b64encode(blob).decode()}\n"


def make(folder):
    # Real keys for the checks of single keys. Primes are reused, which those checks do not notice.
    primes = []
    while len(primes) < 250:
        p = gmpy2.next_prime(rng.getrandbits(1024) | 3 << 1022)
        if p.bit_length() == 1024:
            primes.append(p)
    products = [p * q for i, p in enumerate(primes) for q in primes[:i]]
    (folder / "keys.pub").write_text("".join(map(line, rng.sample(products, 20_000))))
    # For the trees only sizes matter: integers without small factors, few of which share a factor.
    first, second = gmpy2.primorial(10_000), gmpy2.primorial(1 << 17)
    lines = []
    while len(lines) < 50_000:
        n = gmpy2.mpz(rng.getrandbits(2048) | 1 << 2047 | 1)
        if gmpy2.gcd(n, first) == 1 and gmpy2.gcd(n, second) == 1:
            lines.append(line(n))
    (folder / "moduli-10000.pub").write_text("".join(lines[:10_000]))
    (folder / "moduli-50000.pub").write_text("".join(lines))


def badkeys(file):
    from badkeys.checks import detectandcheck

    checks = ["fermat", "roca", "rsainvalid", "rsapoly", "smalld", "smallfactors", "rsawarnings", "rsabias", "pattern"]
    lines = file.read_text().splitlines()
    detectandcheck(lines[0], checks)
    start = time.perf_counter()
    for text in lines:
        detectandcheck(text, checks)
    return time.perf_counter() - start


def gcd(file):
    blobs = (base64.b64decode(text.split()[1]) for text in file.read_text().splitlines())
    moduli = [gmpy2.mpz(int.from_bytes(blob[-257:], "big")) for blob in blobs]
    start = time.perf_counter()
    levels = [moduli]
    while len(levels[-1]) > 1:
        level = levels[-1]
        levels.append([functools.reduce(lambda a, b: a * b, level[i : i + 2]) for i in range(0, len(level), 2)])
    rests = levels.pop()
    while levels:
        rests = [rests[i // 2] % n**2 for i, n in enumerate(levels.pop())]
    shared = sum(gmpy2.gcd(rest // n, n) != 1 for rest, n in zip(rests, moduli))
    seconds = time.perf_counter() - start
    print(f"{shared} of {len(moduli)} share a factor", file=sys.stderr)
    return seconds


def main(command, path):
    seconds = {"make": make, "badkeys": badkeys, "gcd": gcd}[command](pathlib.Path(path))
    if seconds is not None:
        print(seconds)


main(*sys.argv[1:])
