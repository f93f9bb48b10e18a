//! Any sshd_config, and files that it may include, below a root folder of their own: they are read in bounded time, and
//! no file outside that root is read.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use fuzz::{pieces, run};
use libfuzzer_sys::fuzz_target;

static ROOT: OnceLock<PathBuf> = OnceLock::new();

const FILES: [&str; 5] = [
    "etc/ssh/sshd_config",
    "etc/ssh/sshd_config.d/a.conf",
    "etc/ssh/b",
    "etc/ssh/key.pub",
    "etc/ssh/ssh_host_x_key.pub",
];

fn root() -> PathBuf {
    // In memory, if the system has such a folder.
    let places = [PathBuf::from("/dev/shm"), std::env::temp_dir()];
    let place = places.into_iter().find(|place| place.is_dir()).expect("a place for files");
    let folder = tempfile::Builder::new().prefix("fuzz-").tempdir_in(place).expect("a folder");
    fs::create_dir_all(folder.path().join("etc/ssh/sshd_config.d")).expect("a folder");
    fs::create_dir_all(folder.path().join("root/etc/ssh/sshd_config.d")).expect("a folder");
    // It is never dropped; `cargo xtask fuzz` runs a target in a folder of its own.
    let outside = format!("ssh-ed25519 {} outside\n", fuzz::HOST_KEY);
    fs::write(folder.path().join("etc/ssh/ssh_host_ed25519_key.pub"), outside).expect("it is written");
    folder.keep().join("root")
}

fuzz_target!(|data: &[u8]| {
    let root = ROOT.get_or_init(root);
    let mut pieces = pieces(data);
    for file in FILES {
        let path = root.join(file);
        match pieces.next() {
            Some(piece) => fs::write(path, piece).expect("it is written"),
            None => drop(fs::remove_file(path)),
        }
    }
    let ran = run::<hostfp::Args>(&["--sysroot", root.to_str().expect("a path"), "-q"], b"");
    let stdout = String::from_utf8_lossy(&ran.stdout);
    let own = data.windows(fuzz::HOST_KEY.len()).any(|piece| piece == fuzz::HOST_KEY.as_bytes());
    assert!(own || !stdout.contains(" outside "), "{stdout}");
});
