//! Asks hosts for their keys (`--connect`), and compares them with what is expected.

use std::sync::Arc;

use common::cli::Env;
use common::error::{Error, ExitStatus};
use common::key::Kind;
use common::report::Style;

use crate::config::Connect;
use crate::expected::Expected;
use crate::fleet::{self, News};
use crate::handshake::connect::ConnectOptions;
use crate::handshake::limiter::{ConnectionLimiter, Permit};
use crate::handshake::scan::{Wanted, scan};
use crate::hosts::{Host, Hosts};
use crate::judgement;
use crate::known_hosts::{File, HeldKeys};
use crate::limits::descriptors;
use crate::report::{Answer, Report};
use crate::trusted::Trusted;

/// Asks every host.
///
/// # Errors
/// There is no host, or a named file cannot be read. A host that fails is reported, and the others continue.
pub(crate) fn ask(connect: &Connect, style: Style, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
    let expect = connect.expect.as_ref();
    let mut expected =
        expect.map(|expect| Expected::of(&expect.source, expect.boot, None, &mut env.stdin)).transpose()?;
    let hosts = hosts(connect, env)?;
    let limiter = ConnectionLimiter::new(descriptors());
    if let Some(bound) = limiter.shortened_bound().filter(|bound| *bound < hosts.count())
        && !style.quiet
    {
        env.messages.note(&format!("at most {bound} hosts at once, because of the limit of open files (ulimit -n)"));
    }
    let file = connect.known_hosts.as_deref().map(|path| File::open(path, connect.hash_hosts)).transpose()?;
    if !style.quiet {
        file.as_ref().and_then(File::note).iter().for_each(|note| env.messages.note(note));
        // Notes that apply to all hosts are printed once.
        expected.iter_mut().flat_map(Expected::take_notes).for_each(|note| env.messages.note(&note));
    }
    let names = hosts.clone().into_all().flat_map(|host| host.spelt());
    let held = Arc::new(file.as_ref().map(|file| file.held(names)).unwrap_or_default());
    let mut report = Report::new(style, file, held.clone(), &hosts, env);
    let options = connect.options;
    let unexpected = connect.types.as_deref().map_or_else(Wanted::all, Wanted::only);
    let work = move |host: &Host, permit| answer(host, expected.as_ref(), &held, &unexpected, options, permit);
    let result = fleet::each(hosts.into_all(), &limiter, work, |news| match news {
        News::Progress(done) => {
            report.progress(done);
            Ok(())
        }
        News::Result(host, answer) => report.host(&host, answer),
    });
    report.end(result)
}

fn hosts(connect: &Connect, env: &mut Env<'_>) -> Result<Hosts, Error> {
    let mut hosts = Hosts::default();
    connect.operands.iter().try_for_each(|operand| hosts.add_operand(operand, connect.port))?;
    if let Some(file) = &connect.hosts {
        hosts.add_file(file, connect.port, &mut env.stdin)?;
    }
    if hosts.count() == 0 {
        return Err(Error::failure("no host to connect to").hint("hostfp --connect HOST[:PORT] ..."));
    }
    Ok(hosts)
}

/// Asks one host. Without `expected`, it is asked for the types in `unexpected`. A host that cannot be compared with anything
/// is not asked.
fn answer(
    host: &Host,
    expected: Option<&Expected>,
    held: &HeldKeys,
    unexpected: &Wanted,
    options: ConnectOptions,
    permit: Permit,
) -> Answer {
    let trusted: Option<Vec<Arc<Trusted>>> = match expected.map(|expected| expected.of_host(&host.spelt())).transpose()
    {
        Ok(trusted) => trusted,
        Err(error) => return Answer::NotAsked(error),
    };
    let known = host.spelt().into_iter().filter_map(|name| held.get(&name)).flatten().map(|held| held.kind);
    let wanted = trusted.as_deref().map_or_else(|| unexpected.clone(), |trusted| wanted(trusted, known));
    let shown = scan(&host.places, &wanted, options, permit);
    Answer::Shown { shown, trusted }
}

/// The types of the trusted fingerprints, and of the keys that `known_hosts` already holds for the host, since ssh will ask
/// for those; all types, if a fingerprint's type is unknown.
fn wanted(trusted: &[Arc<Trusted>], known: impl Iterator<Item = Kind>) -> Wanted {
    if trusted.iter().flat_map(|trusted| &trusted.keys).any(|key| key.kinds.is_empty()) {
        return Wanted::all();
    }
    let mut kinds = judgement::kinds_of_all(trusted.iter().map(Arc::as_ref));
    kinds.extend(known);
    Wanted::these(&kinds)
}
