//! Measures how long a user of ssh waits for hostfp: as the KnownHostsCommand, and with a long console log as the
//! expectation.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::Sshd;

use super::table::{Asked, Measure};
use super::time::ratio;
use super::{Programs, race};
use crate::Failure;
use crate::build::run;

/// The length of a log, in bytes; hostfp reads texts of up to 4 MiB.
const LOG: usize = 4_000_000;

/// Prints the time of a connection with hostfp as KnownHostsCommand, and of the search through a log.
pub(super) fn bench(programs: &Programs, rounds: u32) -> Result<Vec<Measure>, Failure> {
    let folder = tempfile::tempdir()?;
    let [host_key, user_key] = ["host", "user"].map(|name| folder.path().join(name));
    for key in [&host_key, &user_key] {
        run(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "root@vm", "-f"]).arg(key))?;
    }
    let server = Sshd::start_with(
        folder.path(),
        std::slice::from_ref(&host_key),
        &user_key.with_extension("pub"),
        "MaxStartups 1000\nForceCommand true",
    )?;
    let public = fs::read_to_string(host_key.with_extension("pub"))?;
    Ok(vec![
        connection(programs, folder.path(), &server, &public, rounds)?,
        log(programs, folder.path(), &public, rounds)?,
    ])
}

/// A login with hostfp as KnownHostsCommand, compared with one for which ssh finds the key itself.
fn connection(
    programs: &Programs,
    folder: &Path,
    server: &Sshd,
    public: &str,
    rounds: u32,
) -> Result<Measure, Failure> {
    let (expected, known) = (folder.join("expected"), folder.join("known"));
    fs::write(&expected, public)?;
    fs::write(&known, format!("[127.0.0.1]:{} {public}", server.port))?;
    let ssh = |option: String| {
        let mut ssh = Command::new("ssh");
        ssh.args(["-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes"]);
        ssh.arg("-i").arg(folder.join("user")).args(["-p", &server.port.to_string(), "-o", &option]);
        ssh
    };
    let mut ours = ssh("UserKnownHostsFile=none".to_owned());
    let (hostfp, port) = (programs.path("hostfp"), server.port);
    ours.arg("-o").arg(format!(
        "KnownHostsCommand={} --expect {} --answer-ssh -p {port} %I %H %t %K %f",
        hostfp.display(),
        expected.display()
    ));
    let theirs = ssh(format!("UserKnownHostsFile={}", known.display()));
    let mut rivals = [ours, theirs].map(|mut ssh| {
        ssh.args(["127.0.0.1", "true"]);
        ssh
    });
    let [ours, theirs] = race(&mut rivals, rounds, &[])?;
    let added = ours.median.saturating_sub(theirs.median);
    println!("ssh, with hostfp as its KnownHostsCommand: {ours}, with known_hosts: {theirs}, added: {added:.1?}");
    Ok(Measure {
        what: "ssh logs in, with --answer-ssh".to_owned(),
        tool: "hostfp",
        ours,
        peer: "ssh with known_hosts",
        theirs,
        asked: Asked::Nothing,
        limit: None,
    })
}

/// An answer from a long console log, compared with a search for its lines.
fn log(programs: &Programs, folder: &Path, public: &str, rounds: u32) -> Result<Measure, Failure> {
    let file = console_log(folder, &folder.join("host"))?;
    let mut ours = programs.command("hostfp");
    ours.arg("--expect").arg(&file).args(["--answer-ssh", "HOSTNAME", "vm"]);
    ours.args(public.split(' ').take(2)).arg("SHA256:");
    let mut theirs = Command::new("grep");
    theirs.arg("-A4").arg("BEGIN SSH HOST KEY FINGERPRINTS").arg(&file);
    let [ours, theirs] = race(&mut [ours, theirs], rounds, &[])?;
    println!("an answer from a log of 4 MB: {ours}, grep {theirs} ({})", ratio(ours, theirs));
    Ok(Measure {
        what: "an answer out of a console log of 4 MB".to_owned(),
        tool: "hostfp",
        ours,
        peer: "grep",
        theirs,
        asked: Asked::Nothing,
        limit: None,
    })
}

/// Writes a log of a boot, with cloud-init's block at its end.
fn console_log(folder: &Path, host_key: &Path) -> Result<PathBuf, Failure> {
    let mut text = String::new();
    for number in 0.. {
        if text.len() > LOG {
            break;
        }
        let _ =
            writeln!(text, "[{:12.6}] systemd[1]: Started unit {number} of this machine.", f64::from(number) / 100.0);
    }
    let shown = Command::new("ssh-keygen").arg("-lf").arg(host_key).output()?;
    let fingerprint = String::from_utf8(shown.stdout)?;
    for line in
        ["-----BEGIN SSH HOST KEY FINGERPRINTS-----", fingerprint.trim_end(), "-----END SSH HOST KEY FINGERPRINTS-----"]
    {
        let _ = writeln!(text, "<14>Apr  9 22:06:30 cloud-init: {line}");
    }
    let file = folder.join("console.log");
    fs::write(&file, text)?;
    Ok(file)
}
