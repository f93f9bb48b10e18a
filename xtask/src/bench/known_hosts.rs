//! Compares hostfp with `ssh-keygen -F` and `-R` on a `known_hosts` of 100,000 lines: a host is looked up, and one is
//! replaced.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::key::{Hash, Kind, wire};
use support::Sshd;

use super::table::{Asked, Measure};
use super::time::{Time, ratio};
use super::{Programs, race};
use crate::Failure;

/// The number of lines of the file.
const LINES: usize = 100_000;

/// The goal.
const BAR: Duration = Duration::from_millis(100);

/// Prints the times of a lookup and an update, with plain and with hashed names.
pub(super) fn bench(programs: &Programs, rounds: u32) -> Result<Vec<Measure>, Failure> {
    let folder = tempfile::tempdir()?;
    let [key, public] = ["key", "key.pub"].map(|name| folder.path().join(name));
    good(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"]).arg(&key))?;
    let server = Sshd::start_with(folder.path(), &[key], &public, "MaxStartups 1000")?;
    let host = format!("[127.0.0.1]:{}", server.port);
    let public = fs::read_to_string(&public)?.trim_end().to_owned();
    println!("Medians of {rounds} rounds, in turn; {LINES} lines, a third each Ed25519, ECDSA and RSA of 3072 bits.\n");
    println!(
        "| names | size | lookup | ssh-keygen -F | update | of it the connection | ssh-keygen -R | under 100 ms |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let mut measures = Vec::new();
    for hashed in [false, true] {
        let scene = Scene::of(folder.path(), &host, &public, hashed)?;
        let lookup = [scene.lookup(programs), scene.ssh_keygen("-F")];
        let [ours, theirs] = race(&mut lookup.map(quiet), rounds, &[])?;
        let [update, removal, connection] = scene.updates(programs, rounds)?;
        let names = if hashed { "hashed" } else { "plain" };
        // ssh-keygen -R does not connect.
        let file_alone = Time::once(update.median.saturating_sub(connection.median));
        println!(
            "| {} | {} MB | {} | {} ({}) | {} | {} | {} ({}) | {} |",
            names,
            fs::metadata(&scene.file)?.len() / 1_000_000,
            ours,
            theirs,
            ratio(ours, theirs),
            update,
            connection,
            removal,
            ratio(file_alone, removal),
            if ours.median.max(file_alone.median) < BAR { "yes" } else { "no" },
        );
        for (what, peer, ours, theirs, most) in [
            (format!("lookup among {LINES} {names} names"), "ssh-keygen -F", ours, theirs, 0.5),
            (
                format!("update among {LINES} {names} names, without the connection"),
                "ssh-keygen -R",
                file_alone,
                removal,
                1.0,
            ),
        ] {
            let asked = Asked::Part(most);
            measures.push(Measure { what, tool: "hostfp", ours, peer, theirs, asked, limit: None });
        }
    }
    println!(
        "\nA lookup is `--expect FILE --answer-ssh`, an update `--expect KEY --known-hosts FILE --connect`, with the \
         handshake, the replacing of a stale line and the sync to the disk in it; without --known-hosts it is the \
         connection alone, which does not count as time for the file. ssh-keygen -R does not sync."
    );
    Ok(measures)
}

/// A long file with an outdated line of the host in the middle.
struct Scene {
    file: PathBuf,
    contents: Vec<u8>,
    /// Its contents after an update.
    expected: Vec<u8>,
    host: String,
    /// The host's public key.
    key: String,
}

impl Scene {
    fn of(folder: &Path, host: &str, key: &str, hashed: bool) -> Result<Self, Failure> {
        let file = folder.join("known_hosts");
        let stale = format!("{host} {}\n", public(Kind::Ed25519, LINES));
        fs::write(&file, &stale)?;
        if hashed {
            good(Command::new("ssh-keygen").args(["-q", "-H", "-f"]).arg(&file))?;
        }
        let stale = fs::read_to_string(&file)?;
        let lines: Vec<String> = (1..LINES).map(|number| line(number, hashed)).collect();
        let (first, second) = lines.split_at(LINES / 2);
        let (first, second) = (first.concat(), second.concat());
        let contents = format!("{first}{stale}{second}").into_bytes();
        let expected = format!("{first}{second}{host} {key}\n").into_bytes();
        fs::write(&file, &contents)?;
        Ok(Self { file, contents, expected, host: host.to_owned(), key: key.to_owned() })
    }

    /// A command that asks hostfp about the key in the file, which is a match.
    fn lookup(&self, programs: &Programs) -> Command {
        let mut command = programs.command("hostfp");
        command.arg("--expect").arg(&self.file).args(["--answer-ssh", "HOSTNAME", &self.host]);
        let stale = public(Kind::Ed25519, LINES);
        command.args(stale.split(' ')).arg("SHA256:");
        command
    }

    fn ssh_keygen(&self, option: &str) -> Command {
        let mut command = Command::new("ssh-keygen");
        command.args([option, &self.host, "-f"]).arg(&self.file);
        command
    }

    /// The times of an update by hostfp, of a removal by ssh-keygen, and of hostfp without a file.
    fn updates(&self, programs: &Programs, rounds: u32) -> Result<[Time; 3], Failure> {
        let expect = self.file.with_file_name("expect");
        fs::write(&expect, &self.key)?;
        let connection = || {
            let mut command = programs.command("hostfp");
            command.arg("-q").arg("--expect").arg(&expect).args(["--connect", &self.host]);
            command
        };
        let mut ours = connection();
        ours.arg("--known-hosts").arg(&self.file);
        let mut rivals = [ours, self.ssh_keygen("-R"), connection()].map(quiet);
        let mut times = [const { Vec::new() }; 3];
        for _ in 0..rounds {
            for (index, (command, times)) in rivals.iter_mut().zip(&mut times).enumerate() {
                fs::write(&self.file, &self.contents)?;
                let start = Instant::now();
                good(command)?;
                times.push(start.elapsed());
                if index == 0 && fs::read(&self.file)? != self.expected {
                    return Err("hostfp changed what it should not".into());
                }
            }
        }
        fs::write(&self.file, &self.contents)?;
        Ok(times.map(Time::of))
    }
}

fn quiet(mut command: Command) -> Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn good(command: &mut Command) -> Result<(), Failure> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed").into()) }
}

/// A line of a host that does not exist.
fn line(number: usize, hashed: bool) -> String {
    let kind = match number % 3 {
        0 => Kind::Ed25519,
        1 => Kind::Ecdsa(common::key::Curve::Nistp256),
        _ => Kind::Rsa,
    };
    let mut line = if hashed {
        let part = |what: &str| STANDARD.encode(Hash::Sha1.digest(format!("{what} {number}").as_bytes()));
        format!("|1|{}|{}", part("salt"), part("hash"))
    } else {
        format!("host{number}.example,10.{}.{}.{}", number >> 16, number >> 8 & 255, number & 255)
    };
    let _ = writeln!(line, " {}", public(kind, number));
    line
}

/// The type and the base64 of a random public key.
fn public(kind: Kind, number: usize) -> String {
    let random = (0..6_usize).flat_map(|part| Hash::Sha512.digest(format!("{number} {part}").as_bytes()));
    let mut blob = Vec::new();
    wire::put_string(&mut blob, kind.name().as_bytes());
    match kind {
        Kind::Ed25519 => wire::put_string(&mut blob, &random.take(32).collect::<Vec<_>>()),
        Kind::Ecdsa(curve) => {
            wire::put_string(&mut blob, curve.name().as_bytes());
            wire::put_string(&mut blob, &[&[4][..], &random.take(64).collect::<Vec<_>>()].concat());
        }
        _ => {
            wire::put_unsigned(&mut blob, &[1, 0, 1]);
            wire::put_unsigned(&mut blob, &[&[0xc5][..], &random.take(383).collect::<Vec<_>>()].concat());
        }
    }
    format!("{} {}", kind.name(), STANDARD.encode(&blob))
}
