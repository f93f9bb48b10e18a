//! `cargo xtask bench`: compares the speed of the tools with OpenSSH, OpenSSL and badkeys.

mod answer;
mod corpora;
mod hostfp;
mod keycheck;
mod keygen;
mod known_hosts;
mod pubfp;
mod size;
mod start;
mod table;
mod time;

use std::fs;
use std::num::NonZero;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use lexopt::ValueExt as _;
use support::binaries;

use crate::Failure;
use crate::build;
use table::Measure;
use time::Time;

/// Parses the arguments, and runs the benches.
pub(crate) fn bench(mut arguments: lexopt::Parser) -> Result<(), Failure> {
    let mut tool = None;
    let mut rounds = None;
    let (mut check, mut portable) = (false, false);
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Short('n') => rounds = Some(arguments.value()?.parse_with(str::parse::<NonZero<u32>>)?.get()),
            lexopt::Arg::Long("check") => check = true,
            lexopt::Arg::Long("portable") => portable = true,
            lexopt::Arg::Value(name) if tool.is_none() => tool = Some(name.to_string_lossy().into_owned()),
            other => return Err(other.unexpected().into()),
        }
    }
    let tool = tool.as_deref();
    if matches!(tool, Some("corpora" | "keycheck" | "size") | None) && rounds.is_some() {
        return Err("only the other benches take -n".into());
    }
    if tool == Some("size") {
        return size::bench();
    }
    let programs = Programs::build(portable)?;
    let measures = match tool {
        Some("answer") => answer::bench(&programs, rounds.unwrap_or(30))?,
        Some("corpora") => corpora::bench(&programs).map(|()| Vec::new())?,
        Some("start") => start::bench(&programs, rounds.unwrap_or(100))?,
        Some("hostfp") => hostfp::bench(&programs, rounds.unwrap_or(30))?,
        Some("keygen") => keygen::bench(&programs, rounds.unwrap_or(30))?,
        Some("keycheck") => keycheck::bench(&programs)?,
        Some("known-hosts") => known_hosts::bench(&programs, rounds.unwrap_or(10))?,
        Some("pubfp") => pubfp::bench(&programs, rounds.unwrap_or(10))?,
        Some(tool) => return Err(format!("there is no bench for '{tool}'\n{}", crate::USAGE).into()),
        None => all(&programs)?,
    };
    if check { table::check(&measures) } else { Ok(()) }
}

/// Runs all benches with a peer, for one table.
fn all(programs: &Programs) -> Result<Vec<Measure>, Failure> {
    let mut measures = start::bench(programs, 100)?;
    measures.extend(keygen::bench(programs, 30)?);
    measures.extend(pubfp::bench(programs, 10)?);
    measures.extend(hostfp::bench(programs, 30)?);
    measures.extend(answer::bench(programs, 30)?);
    measures.extend(known_hosts::bench(programs, 10)?);
    measures.extend(keycheck::bench(programs)?);
    table::write(&binaries::root().join("docs"), &measures, programs.portable)?;
    Ok(measures)
}

/// The flags that leave out instructions that only some processors have. (memchr, which finds line ends, has no such
/// switch.)
const PORTABLE: &str = "--cfg=portable --cfg=sha2_backend=\"soft\" --cfg=curve25519_dalek_backend=\"serial\" \
                        --cfg=aes_backend=\"soft\" --cfg=chacha20_backend=\"soft\" --cfg=poly1305_backend=\"soft\" \
                        --cfg=polyval_backend=\"soft\"";

/// Our programs, as released or without vector instructions.
struct Programs {
    folder: PathBuf,
    portable: bool,
}

impl Programs {
    fn build(portable: bool) -> Result<Self, Failure> {
        let target = binaries::root().join("target/portable");
        let target_text = target.to_string_lossy();
        let variables: &[(&str, &str)] =
            if portable { &[("CARGO_TARGET_DIR", &target_text), ("RUSTFLAGS", PORTABLE)] } else { &[] };
        let release = ["build", "--locked", "--release"];
        let tools = binaries::TOOLS.iter().flat_map(|tool| ["--bin", tool]);
        build::cargo(&release.into_iter().chain(tools).collect::<Vec<_>>(), variables)?;
        let examples = ["--package", "vmkeys-common", "--example", "limit", "--example", "empty"];
        build::cargo(&release.into_iter().chain(examples).collect::<Vec<_>>(), variables)?;
        Ok(Self { folder: if portable { target.join("release") } else { build::released() }, portable })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn command(&self, name: &str) -> Command {
        Command::new(self.path(name))
    }
}

/// Runs the commands in turn, `rounds` times, and removes the files `made`. Returns the times of each.
fn race<const N: usize>(rivals: &mut [Command; N], rounds: u32, made: &[PathBuf]) -> Result<[Time; N], Failure> {
    let mut times = [const { Vec::new() }; N];
    for _ in 0..rounds {
        for (command, times) in rivals.iter_mut().zip(&mut times) {
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let start = Instant::now();
            let status = command.status().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
            times.push(start.elapsed());
            if !status.success() {
                return Err(format!("{command:?} failed").into());
            }
            for file in made {
                let _ = fs::remove_file(file);
            }
        }
    }
    Ok(times.map(Time::of))
}
