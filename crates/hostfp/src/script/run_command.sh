# Prints the fingerprints of all host keys of a machine, each line as `ssh-keygen -lf` does, with the machine's name for
# the comment. What is printed of this file are its lines without these comments, joined to one: so each line ends where
# a blank may follow, and there is no double quote, percent or exclamation mark, circumflex or backquote.
#
# Words are not quoted, since there are no double quotes; none of them holds a blank, and names are not expanded (set
# -f).
# shellcheck shell=sh disable=SC2004,SC2017,SC2059,SC2086

LC_ALL=C;
h=$(uname -n 2>/dev/null);

# Lines of ssh-keygen, of those with SHA-256; whether there was any.
l() { s=1; while read -r b p r; do case $p in SHA256:?*) echo $b $p $h ${r##* }; s=0;; esac; done; return $s; };

# The base64 of the SHA-256 of a blob, by OpenSSL; by sha256sum and base64, with the digits made bytes by printf.
c() { echo $1 | openssl base64 -d -A | openssl dgst -sha256 -binary | openssl base64; };
m() {
  o=;
  for x in $(echo $1 | base64 -d | sha256sum | sed 's/ .*//;s/../0x& /g'); do
    x=$(($x)); o=$o\\$((x>>6))$((x>>3&7))$((x&7));
  done;
  printf $o | base64;
};

# The line of one file. 47DEQpj8 begins the hash of nothing: the blob could not be decoded. An RSA key's size is read
# off its length. Without any tool the key is printed itself.
k() {
  ssh-keygen -lf $1 | l && return;
  read -r t b r <$1;
  case $t in
    ssh-ed25519) n=256; y=ED25519;;
    ssh-mldsa44-ed25519) n=512; y=MLDSA44-ED25519;;
    ecdsa-sha2-nistp*) n=${t#*nistp}; y=ECDSA;;
    ssh-rsa) n=$(( (${#b}*3/4-23)/8*64 )); y=RSA;;
    *) return;;
  esac;
  for d in $(c $b) $(m $b); do
    case $d in
      47DEQpj8*) ;;
      ???????????????????????????????????????????=)
        IFS='='; set -- $d; unset IFS;
        echo $n SHA256:$1 $h '('$y')';
        return;;
    esac;
  done;
  echo $t $b $h;
};

# The keys that sshd names, their public halves first; else those at the usual place.
f() {
  sshd -T | while read -r a v; do
    case $a in hostkey) for v in $v.pub $v; do [ -r $v ] && echo $v && break; done;; esac;
  done;
};
a() {
  f=$(f);
  case $f in '') f=$(echo /etc/ssh/ssh_host_*_key.pub);; esac;
  set -f;
  for v in $f; do [ -r $v ] && k $v; done;
};

# Of what Run Command prints it keeps the last 4096 bytes; this is less.
{ hostfp | l || a; } 2>/dev/null | {
  t=0;
  while read -r z; do t=$((t+${#z}+1)); [ $t -gt 3500 ] || echo $z; done;
  [ $t -gt 0 ] || echo no host keys >&2;
}
