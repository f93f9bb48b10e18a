//! `cargo xtask bench`: how fast, beside the real ones.

mod corpora;
mod hostfp;
mod keycheck;
mod keygen;
mod known_hosts;
mod pubfp;
mod size;
mod table;

use std::fs;
use std::num::NonZero;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lexopt::ValueExt as _;
use support::binaries;

use crate::Failure;
use crate::build::released;
use table::Measure;

/// Reads what is to be measured, and measures it.
pub(crate) fn bench(mut arguments: lexopt::Parser) -> Result<(), Failure> {
    let mut tool = None;
    let mut rounds = None;
    let mut check = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Short('n') => rounds = Some(arguments.value()?.parse_with(str::parse::<NonZero<u32>>)?.get()),
            lexopt::Arg::Long("check") => check = true,
            lexopt::Arg::Value(name) if tool.is_none() => tool = Some(name.to_string_lossy().into_owned()),
            other => return Err(other.unexpected().into()),
        }
    }
    let measures = match tool.as_deref() {
        Some("hostfp") => hostfp::bench(rounds.unwrap_or(30))?,
        Some("keygen") => keygen::bench(rounds.unwrap_or(30))?,
        Some("corpora" | "keycheck" | "size") | None if rounds.is_some() => {
            return Err("only the other benches take -n".into());
        }
        Some("keycheck") => keycheck::bench()?,
        Some("corpora") => corpora::bench().map(|()| Vec::new())?,
        Some("known-hosts") => known_hosts::bench(rounds.unwrap_or(10))?,
        Some("pubfp") => pubfp::bench(rounds.unwrap_or(5))?,
        Some("size") => size::bench().map(|()| Vec::new())?,
        Some(tool) => return Err(format!("there is no bench for '{tool}'\n{}", crate::USAGE).into()),
        None => all()?,
    };
    if check { table::check(&measures) } else { Ok(()) }
}

/// All that have a peer, into one table.
fn all() -> Result<Vec<Measure>, Failure> {
    let mut measures = keygen::bench(30)?;
    measures.extend(pubfp::bench(5)?);
    measures.extend(hostfp::bench(30)?);
    measures.extend(known_hosts::bench(10)?);
    measures.extend(keycheck::bench()?);
    table::write(&binaries::root().join("docs"), &measures)?;
    Ok(measures)
}

/// A program of ours, as it is released.
fn program(name: &str) -> Command {
    Command::new(released().join(name))
}

/// Runs each command in turn, `rounds` times, removes what it has made, and gives the mean time of each.
fn race<const N: usize>(rivals: &mut [Command; N], rounds: u32, made: &[PathBuf]) -> Result<[Duration; N], Failure> {
    let mut times = [Duration::ZERO; N];
    for _ in 0..rounds {
        for (command, time) in rivals.iter_mut().zip(&mut times) {
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let start = Instant::now();
            let status = command.status().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
            *time += start.elapsed();
            if !status.success() {
                return Err(format!("{command:?} failed").into());
            }
            for file in made {
                let _ = fs::remove_file(file);
            }
        }
    }
    Ok(times.map(|time| time / rounds))
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

fn ratio(ours: Duration, theirs: Duration) -> String {
    format!("1/{:.1}", theirs.as_secs_f64() / ours.as_secs_f64())
}
