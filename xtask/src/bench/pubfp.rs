//! pubfp beside `ssh-keygen -lf`, and beside what no program can do without: decoding base64 and hashing.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::key::{Kind, wire};
use sha2::{Digest as _, Sha512};

use super::table::Measure;
use super::{milliseconds, program, race, ratio};
use crate::Failure;
use crate::build::cargo;

/// Lists of keys: a type, how many lines, and the most of ssh-keygen's time that is asked for.
const LISTS: [(Kind, u32, f64); 2] = [(Kind::Ed25519, 1_000_000, 1.0 / 50.0), (Kind::Rsa, 200_000, 1.0 / 40.0)];

/// How often a single key is read for one time of a list.
const SINGLE: u32 = 40;

/// Prints the fingerprints of long lists of keys, and of one key, with pubfp and ssh-keygen in turn.
pub(super) fn bench(rounds: u32) -> Result<Vec<Measure>, Failure> {
    cargo(&["build", "--locked", "--release", "--package", "pubfp"], &[])?;
    cargo(&["build", "--locked", "--release", "--package", "vmkeys-common", "--example", "limit"], &[])?;
    let folder = tempfile::tempdir()?;
    println!("Means of {rounds} rounds, in turn; the output goes to the null device.\n");
    println!(
        "| list | pubfp | ssh-keygen | to ssh-keygen | limit, 1 thread | to it | limit, all cores | to it | memory |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut measures = Vec::new();
    let measure = |what, ours, theirs, most, limit| Measure {
        what,
        tool: "pubfp",
        ours,
        peer: "ssh-keygen -lf",
        theirs,
        most: Some(most),
        limit,
    };
    for (kind, lines, most) in LISTS {
        let list = folder.path().join("list");
        fs::write(&list, self::lines(kind, lines))?;
        agree(&list)?;
        let [ours, ssh] = race(&mut [pubfp(&list), ssh_keygen(&list)], rounds, &[])?;
        let [one, all] = limit(&list, rounds)?;
        println!(
            "| {lines} {} | {} | {} | {} | {} | {:.2} | {} | {:.2} | {} |",
            kind.label(),
            milliseconds(ours),
            milliseconds(ssh),
            ratio(ours, ssh),
            milliseconds(one),
            ours.as_secs_f64() / one.as_secs_f64(),
            milliseconds(all),
            ours.as_secs_f64() / all.as_secs_f64(),
            memory(&list)?,
        );
        measures.push(measure(format!("{lines} {} keys", kind.label()), ours, ssh, most, Some(one)));
    }
    let key = folder.path().join("key");
    fs::write(&key, lines(Kind::Ed25519, 1))?;
    let [ours, ssh] = race(&mut [pubfp(&key), ssh_keygen(&key)], rounds * SINGLE, &[])?;
    println!("| one key | {} | {} | {} | | | | | |", milliseconds(ours), milliseconds(ssh), ratio(ours, ssh));
    measures.push(measure("one key".to_owned(), ours, ssh, 0.5, None));
    println!(
        "\nThe limit: base64 decoded and hashed with SHA-256, line by line, all of it in memory, nothing printed."
    );
    Ok(measures)
}

fn pubfp(file: &Path) -> Command {
    let mut command = program("pubfp");
    command.arg(file);
    command
}

fn ssh_keygen(file: &Path) -> Command {
    let mut command = Command::new("ssh-keygen");
    command.arg("-lf").arg(file);
    command
}

/// Lines of keys without private halves.
fn lines(kind: Kind, count: u32) -> String {
    let mut text = String::new();
    for number in 0..count {
        let mut random = (0..4_u32).flat_map(|part| {
            Sha512::new().chain_update(number.to_be_bytes()).chain_update(part.to_be_bytes()).finalize()
        });
        let mut blob = Vec::new();
        wire::put_string(&mut blob, kind.name().as_bytes());
        if kind == Kind::Rsa {
            wire::put_unsigned(&mut blob, &[1, 0, 1]);
            let mut modulus: Vec<u8> = random.collect();
            if let Some(first) = modulus.first_mut() {
                *first |= 0x80;
            }
            wire::put_unsigned(&mut blob, &modulus);
        } else {
            wire::put_string(&mut blob, &random.by_ref().take(32).collect::<Vec<u8>>());
        }
        let _ = writeln!(text, "{} {} user{number}@example", kind.name(), STANDARD.encode(&blob));
    }
    text
}

/// Both print the same, byte for byte.
fn agree(list: &Path) -> Result<(), Failure> {
    let (ours, theirs) = (pubfp(list).output()?, ssh_keygen(list).output()?);
    if ours.status.success() && ours.stdout == theirs.stdout { Ok(()) } else { Err("the outputs differ".into()) }
}

/// The limit with one thread and with all cores.
fn limit(list: &Path, rounds: u32) -> Result<[Duration; 2], Failure> {
    let mut limits = [Duration::ZERO; 2];
    for threads in [1, thread::available_parallelism()?.get()] {
        let output = program("examples/limit").arg(list).arg(threads.to_string()).arg(rounds.to_string()).output()?;
        let nanoseconds: u64 = String::from_utf8(output.stdout)?.trim().parse()?;
        limits[usize::from(threads > 1)] = Duration::from_nanos(nanoseconds);
    }
    Ok(limits)
}

/// How many lines pubfp still has to write when its memory is looked at: more than a pipe holds.
const LAST: usize = 2000;

/// The most memory that pubfp has had when it has read the list and waits for us to take the last of its lines.
fn memory(list: &Path) -> Result<String, Failure> {
    let count = fs::read(list)?.iter().filter(|byte| **byte == b'\n').count();
    let mut child = pubfp(list).stdout(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no pipe")?).split(b'\n');
    let read = lines.by_ref().take(count - LAST).count();
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let rest = lines.count();
    child.wait()?;
    if read + rest != count {
        return Err("not every line was printed".into());
    }
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map_or("?", str::trim);
    Ok(peak.to_owned())
}
