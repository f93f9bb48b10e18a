//! Makes sample keys of every type with ssh-keygen, once for all tests.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use support::{Sandbox, binaries};

/// The names of the keys: a private key and its `.pub` each, and certificates `*-cert.pub` for three of them.
pub(crate) const NAMES: [&str; 8] =
    ["rsa1024", "rsa2047", "rsa2048", "rsa4096", "ed25519", "ecdsa256", "ecdsa384", "ecdsa521"];

/// The certificates among them.
pub(crate) const CERTIFICATES: [&str; 3] = ["rsa2048-cert.pub", "ed25519-cert.pub", "ecdsa384-cert.pub"];

/// The folder with all sample keys. Needs ssh-keygen.
pub(crate) fn sample_keys() -> &'static Sandbox {
    static SAMPLES: OnceLock<Sandbox> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let samples = Sandbox::new();
        for name in NAMES {
            let digits = name.len() - name.find(|c: char| c.is_ascii_digit()).unwrap();
            let (key_type, bits) = if name == "ed25519" { (name, "256") } else { name.split_at(name.len() - digits) };
            let comment = format!("{name}@zoo");
            let _ = samples
                .run("ssh-keygen", ["-q", "-t", key_type, "-b", bits, "-N", "", "-C", &comment, "-f", name])
                .good();
        }
        for certificate in CERTIFICATES {
            let public = certificate.replace("-cert.pub", ".pub");
            let _ = samples.run("ssh-keygen", ["-q", "-s", "ed25519", "-I", "id", "-n", "user", &public]).good();
        }
        for name in ["dsa.pub", "sk-ed25519.pub", "sk-ecdsa.pub"] {
            fs::copy(fixture(name), samples.file(name)).unwrap();
        }
        samples
    })
}

/// The names of all public sample keys, certificates included.
pub(crate) fn public_keys() -> Vec<String> {
    sample_keys().names().into_iter().filter(|name| name.ends_with(".pub")).collect()
}

/// The path of a fixture; `fixtures/make.sh` made it.
pub(crate) fn fixture(name: &str) -> PathBuf {
    binaries::root().join("tests/fixtures").join(name)
}
