//! Any `known_hosts`: hostfp trusts no key for a host that `ssh-keygen -F` does not find for it.
#![no_main]

use std::fs;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;

/// The hosts that are looked up.
const HOSTS: [&str; 3] = ["vm", "[vm]:2222", "203.0.113.7"];

/// A file of this process.
fn file() -> &'static tempfile::NamedTempFile {
    static FILE: OnceLock<tempfile::NamedTempFile> = OnceLock::new();
    FILE.get_or_init(|| tempfile::NamedTempFile::new().expect("a file"))
}

fuzz_target!(|text: &[u8]| {
    let trusted = HOSTS.map(|host| hostfp::fuzzing::trusted_by_known_hosts(text, host));
    if trusted.iter().all(Vec::is_empty) {
        return;
    }
    fs::write(file().path(), text).expect("the file is written");
    for (host, blobs) in HOSTS.iter().zip(trusted) {
        if blobs.is_empty() {
            continue;
        }
        let mut find = Command::new("ssh-keygen");
        let found =
            find.args(["-F", host, "-f"]).arg(file().path()).stderr(Stdio::null()).output().expect("ssh-keygen");
        let lines = String::from_utf8_lossy(&found.stdout).into_owned();
        let keys: Vec<Vec<u8>> = lines
            .lines()
            .filter(|line| !line.starts_with(['#', '@']))
            // A name may contain other spaces of Unicode.
            .filter_map(|line| STANDARD.decode(line.split([' ', '\t']).filter(|field| !field.is_empty()).nth(2)?).ok())
            .collect();
        assert!(blobs.iter().all(|blob| keys.contains(blob)), "{host} is trusted, and ssh-keygen finds:\n{lines}");
    }
});
