//! Checks that keycheck finds nothing in new keys of any program.

use std::fs;
use std::io::{BufWriter, Write};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use common::key::PublicKey;
use common::keyfile::codec::public_line;
use ed25519_dalek::SigningKey;
use support::peers::{OPENSSL, PUTTYGEN, Peer, SSH_KEYGEN};

use crate::Failure;
use crate::build::{release, released, run};
use crate::install_peers::install_missing;

/// The number of RSA keys of each program.
pub(super) const KEYS: u32 = 10_000;

/// Ed25519 keys for each RSA key: they take little time.
const ED25519: u32 = 100;

/// The programs that make RSA keys: a name, and the commands that make a key of 2048 bits in the file `id`, and its
/// public line in `id.pub`.
const MAKERS: [(&str, &str); 4] = [
    ("ssh-keygen", "ssh-keygen -q -t rsa -b 2048 -N '' -C '' -f id"),
    ("OpenSSL", "openssl genrsa -out id 2048 2> errors && ssh-keygen -y -f id > id.pub"),
    (
        "PuTTYgen",
        "puttygen -q -t rsa -b 2048 -O private-openssh --new-passphrase /dev/null -o id && ssh-keygen -y -f id > id.pub",
    ),
    ("keygen", "keygen -q -t rsa -b 2048 -N '' -C '' -f id"),
];

const NEEDED: [Peer; 3] = [SSH_KEYGEN, OPENSSL, PUTTYGEN];

/// The library that makes Ed25519 keys.
const ED25519_MAKER: &str = "ed25519-dalek";

/// Makes this number of RSA keys with each program, or with the named one, and a hundred times as many Ed25519 keys.
/// keycheck then checks them.
pub(super) fn check(maker: Option<&str>, keys: u32) -> Result<(), Failure> {
    let is_known = |name: &str| name == ED25519_MAKER || MAKERS.iter().any(|(maker, _)| *maker == name);
    if let Some(unknown) = maker.filter(|name| !is_known(name)) {
        return Err(format!("no maker of keys is called {unknown}").into());
    }
    release()?;
    install_missing(&NEEDED);
    let folder = tempfile::tempdir()?;
    let is_asked_for = |name: &str| maker.is_none_or(|maker| maker == name);
    for (maker, script) in MAKERS.into_iter().filter(|(maker, _)| is_asked_for(maker)) {
        judge(maker, keys, &made(folder.path(), script, keys)?)?;
    }
    if is_asked_for(ED25519_MAKER) {
        judge(ED25519_MAKER, keys * ED25519, &ed25519(folder.path(), keys * ED25519)?)?;
    }
    Ok(())
}

/// Makes a file with the public lines of `keys` keys. Each core makes its part.
fn made(folder: &Path, script: &str, keys: u32) -> Result<PathBuf, Failure> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get) as u32;
    let path = std::env::join_paths(
        std::iter::once(released()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    )?;
    let part = |core: u32| -> Result<Vec<u8>, Failure> {
        let folder = tempfile::tempdir_in(folder)?;
        let count = keys / cores + u32::from(core < keys % cores);
        let script =
            format!("for key in $(seq {count}); do {script} && cat id.pub >> all && rm id id.pub || exit; done");
        run(Command::new("sh").args(["-c", &script]).current_dir(&folder).env("PATH", &path))?;
        Ok(fs::read(folder.path().join("all")).unwrap_or_default())
    };
    let lines = thread::scope(|scope| {
        let parts: Vec<_> = (0..cores).map(|core| scope.spawn(move || part(core))).collect();
        let join = |part: thread::ScopedJoinHandle<'_, _>| part.join().unwrap_or_else(|panic| resume_unwind(panic));
        parts.into_iter().map(join).collect::<Result<Vec<_>, Failure>>()
    })?;
    let file = folder.join("keys.pub");
    fs::write(&file, lines.concat())?;
    Ok(file)
}

/// Makes a file with the public lines of `keys` Ed25519 keys.
fn ed25519(folder: &Path, keys: u32) -> Result<PathBuf, Failure> {
    let file = folder.join("keys.pub");
    let mut lines = BufWriter::new(fs::File::create(&file)?);
    ed25519_lines(keys as usize, &mut lines)?;
    lines.flush()?;
    Ok(file)
}

/// Writes the public lines of `keys` new Ed25519 keys.
pub(crate) fn ed25519_lines(keys: usize, to: &mut impl Write) -> Result<(), Failure> {
    for _ in 0..keys {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        let point = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
        let key = PublicKey::ed25519(&point).map_err(|malformed| malformed.to_string())?;
        write!(to, "{}", public_line::write(&key, ""))?;
    }
    Ok(())
}

/// Runs keycheck's default checks on the keys; a finding of any severity is a failure.
fn judge(maker: &str, keys: u32, file: &Path) -> Result<(), Failure> {
    let mut keycheck = Command::new(released().join("keycheck"));
    let judged = keycheck.args(["--for", "openssh", "--json"]).arg(file).stderr(Stdio::inherit()).output()?;
    let text = String::from_utf8(judged.stdout)?;
    let clean = text.lines().filter(|line| line.contains("\"findings\":[]")).count();
    println!("{maker}: {keys} keys, {clean} of them without a finding");
    if clean == keys as usize {
        return Ok(());
    }
    for line in text.lines().filter(|line| !line.contains("\"findings\":[]")).take(10) {
        println!("{line}");
    }
    Err(format!("keycheck finds something in keys that {maker} has just made").into())
}
