//! Compares pubfp with `ssh-keygen -lf`, and with the operations that every program must do.

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

use super::table::{Asked, Limit, Measure};
use super::time::{Time, milliseconds, ratio};
use super::{Programs, race};
use crate::Failure;

/// Lists of keys: a type, the number of lines, and the goal as a part of ssh-keygen's time.
const LISTS: [(Kind, u32, f64); 2] = [(Kind::Ed25519, 1_000_000, 1.0 / 60.0), (Kind::Rsa, 200_000, 1.0 / 50.0)];

/// The number of small files that are read in one call.
const FILES: u32 = 2000;

/// The number of runs on a single key for each run on a list.
const SINGLE: u32 = 40;

/// Prints the fingerprints of long lists of keys, and of one key, with pubfp and ssh-keygen in turn.
pub(super) fn bench(programs: &Programs, rounds: u32) -> Result<Vec<Measure>, Failure> {
    let folder = tempfile::tempdir()?;
    println!("Medians of {rounds} rounds, in turn; the output goes to the null device.\n");
    println!("| list | pubfp | ssh-keygen | to ssh-keygen | limit, all cores | to it | memory |");
    println!("|---|---|---|---|---|---|---|");
    let (mut measures, mut limits) = (Vec::new(), Vec::new());
    let measure = |what, ours, peer, theirs, most, limit| Measure {
        what,
        tool: "pubfp",
        ours,
        peer,
        theirs,
        asked: Asked::Part(most),
        limit,
    };
    for (kind, lines, most) in LISTS {
        let list = folder.path().join("list");
        fs::write(&list, self::lines(kind, lines))?;
        agree(programs, &list)?;
        let [ours, ssh] = race(&mut [pubfp(programs, &list), ssh_keygen(&list)], rounds, &[])?;
        let limit = limit(programs, &list, rounds)?;
        println!(
            "| {lines} {} | {ours} | {ssh} | {} | {} | {:.2} | {} |",
            kind.label(),
            ratio(ours, ssh),
            milliseconds(limit.time),
            ours.median.as_secs_f64() / limit.time.as_secs_f64(),
            memory(programs, &list)?,
        );
        limits.push(format!("{}: {}", kind.label(), limit.what));
        let what = format!("{lines} {} keys", kind.label());
        measures.push(measure(what, ours, "ssh-keygen -lf", ssh, most, Some(limit)));
    }
    let key = folder.path().join("key");
    fs::write(&key, lines(Kind::Ed25519, 1))?;
    let [ours, ssh] = race(&mut [pubfp(programs, &key), ssh_keygen(&key)], rounds * SINGLE, &[])?;
    println!("| one key | {ours} | {ssh} | {} | | | |", ratio(ours, ssh));
    measures.push(measure("one key".to_owned(), ours, "ssh-keygen -lf", ssh, 0.5, None));
    let (ours, theirs) = files(programs, folder.path(), rounds)?;
    println!("| {FILES} files | {ours} | {theirs} | {} | | | |", ratio(ours, theirs));
    measures.push(measure(format!("{FILES} files of one key"), ours, "ssh-keygen -lf of each", theirs, 0.01, None));
    println!("\nThe limits: {}.", limits.join("; "));
    Ok(measures)
}

/// The times for many small files: pubfp gets all of them, ssh-keygen one at a time.
fn files(programs: &Programs, folder: &Path, rounds: u32) -> Result<(Time, Time), Failure> {
    let folder = folder.join("files");
    fs::create_dir(&folder)?;
    for (number, line) in lines(Kind::Ed25519, FILES).lines().enumerate() {
        fs::write(folder.join(format!("{number}.pub")), line)?;
    }
    let mut ours = Command::new("sh");
    ours.args(["-c", "exec \"$0\" *.pub"]).arg(programs.path("pubfp")).current_dir(&folder);
    let mut theirs = Command::new("sh");
    theirs.args(["-c", "for file in *.pub; do ssh-keygen -lf $file; done"]).current_dir(&folder);
    // A run of ssh-keygen takes seconds.
    let [theirs] = race(&mut [theirs], 2, &[])?;
    let [ours] = race(&mut [ours], rounds, &[])?;
    Ok((ours, theirs))
}

fn pubfp(programs: &Programs, file: &Path) -> Command {
    let mut command = programs.command("pubfp");
    command.arg(file);
    command
}

fn ssh_keygen(file: &Path) -> Command {
    let mut command = Command::new("ssh-keygen");
    command.arg("-lf").arg(file);
    command
}

/// Lines of random public keys.
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

/// Checks that both print the same, byte for byte.
fn agree(programs: &Programs, list: &Path) -> Result<(), Failure> {
    let (ours, theirs) = (pubfp(programs, list).output()?, ssh_keygen(list).output()?);
    if ours.status.success() && ours.stdout == theirs.stdout { Ok(()) } else { Err("the outputs differ".into()) }
}

/// Measures the operations that every program must do, on all cores.
fn limit(programs: &Programs, list: &Path, rounds: u32) -> Result<Limit, Failure> {
    const PARTS: [&str; 4] = ["reading", "base64", "SHA-256", "putting lines together"];
    let cores = thread::available_parallelism()?;
    let output =
        programs.command("examples/limit").arg(list).arg(cores.to_string()).arg(rounds.to_string()).output()?;
    let text = String::from_utf8(output.stdout)?;
    let times =
        text.split_whitespace().map(|word| word.parse().map(Duration::from_nanos)).collect::<Result<Vec<_>, _>>()?;
    let parts: Vec<String> =
        PARTS.iter().zip(&times).map(|(part, time)| format!("{part} {}", milliseconds(*time))).collect();
    let what = format!("{}, each alone, on {cores} cores", parts.join(", "));
    Ok(Limit { time: times.iter().sum(), what })
}

/// The number of lines that pubfp still has to write when its memory is read: more than fit in a pipe.
const LAST: usize = 2000;

/// The peak memory of pubfp when it has read the list and waits until its last lines are read.
fn memory(programs: &Programs, list: &Path) -> Result<String, Failure> {
    let count = fs::read(list)?.iter().filter(|byte| **byte == b'\n').count();
    let mut child = pubfp(programs, list).stdout(Stdio::piped()).spawn()?;
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
