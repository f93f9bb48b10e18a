//! `--connect`: what hosts show from outside, and whether they are the ones that are expected.

use std::ffi::OsStr;

use common::bytes::{Chunks, Source};
use common::cli::{Env, Stdin};
use common::error::{Error, Place, Status};
use common::forms::{Facts, Form, Item, Sink as _};
use common::keys::PublicKey;
use common::lines::{Object, Printer, Style, escape};

use crate::args::Args;
use crate::fleet::{self, News};
use crate::handshake::failure::Failure;
use crate::handshake::scan::{Shown, Wanted, lacks_wanted_types, scan};
use crate::handshake::target::Target;
use crate::judgement::{self, Verdict, judge};
use crate::known_hosts::{self, File};
use crate::refusal::refusal;
use crate::trusted::Trusted;

/// What to do when no key has the one fingerprint that was given.
const GET_IT_AGAIN: &str = "do not connect; if the fingerprint is old, get it again with Run Command";

/// Asks every host that the arguments name.
///
/// # Errors
/// Wrong usage; a host that fails is reported, and the others go on.
pub(crate) fn ask(args: &Args, env: &mut Env<'_>) -> Result<Status, Error> {
    let trusted = args.expect.as_deref().map(|source| Trusted::of(source, &mut env.stdin)).transpose()?;
    let mut targets =
        args.operands.iter().map(|operand| Target::parse(operand, args.port())).collect::<Result<Vec<_>, _>>()?;
    if let Some(hosts) = &args.hosts {
        targets.extend(read_hosts(hosts, args.port(), &mut env.stdin)?);
    }
    if targets.is_empty() {
        return Err(Error::trouble("no host to connect to").hint("hostfp --connect HOST[:PORT] ..."));
    }
    let wanted = trusted.as_ref().map_or_else(Wanted::all, wanted);
    let mut report = Report {
        env,
        style: args.style,
        trusted: trusted.as_ref(),
        file: args.known_hosts.as_deref().map(|path| File::new(path, args.hash_hosts)),
        status: Status::Yes,
    };
    let work = |target: &Target| scan(target, &wanted, args.reach());
    let told = fleet::each(&targets, work, |news| match news {
        News::Progress(done) => {
            report.progress(done, targets.len());
            Ok(())
        }
        News::Result(target, shown) => report.host(target, shown),
    });
    report.env.messages.end_progress();
    told?;
    Ok(report.status)
}

/// The types of the trusted fingerprints; all, where one does not say of what type it is.
fn wanted(trusted: &Trusted) -> Wanted {
    if trusted.keys.iter().any(|key| key.kinds.is_empty()) {
        Wanted::all()
    } else {
        Wanted::these(&judgement::kinds(trusted))
    }
}

/// The longest file of hosts, in lines.
const MAX_HOSTS: usize = 1_000_000;

/// Reads a file of hosts: one a line, the first word; `#` begins a comment.
fn read_hosts(file: &OsStr, port: u16, stdin: &mut Stdin<'_>) -> Result<Vec<Target>, Error> {
    let source = Source::open(file, stdin)?;
    let place = source.place.clone();
    let mut chunks = Chunks::of(source);
    let mut targets = Vec::new();
    let mut used = None;
    while let Some(chunk) = chunks.next_chunk(used.take())? {
        for line in chunk.lines() {
            let text = String::from_utf8_lossy(line.bytes);
            let text = text.trim_start_matches('\u{feff}').split('#').next().unwrap_or_default();
            if let Some(word) = text.split_whitespace().next() {
                let target = Target::parse(OsStr::new(word), port).map_err(|error| error.at(place.at(line.number)))?;
                targets.push(target);
            }
            if targets.len() > MAX_HOSTS {
                return Err(Error::trouble(format!("more than {MAX_HOSTS} hosts")).at(place));
            }
        }
        used = Some(chunk);
    }
    Ok(targets)
}

/// Prints what each host has shown.
struct Report<'r, 'w> {
    env: &'r mut Env<'w>,
    style: Style,
    trusted: Option<&'r Trusted>,
    file: Option<File<'r>>,
    status: Status,
}

impl Report<'_, '_> {
    /// One host is soon done.
    fn progress(&mut self, done: usize, all: usize) {
        if all > 1 && !self.style.quiet {
            self.env.messages.progress(&format!("{done} of {all} hosts"));
        }
    }

    fn host(&mut self, target: &Target, shown: Shown) -> Result<(), Error> {
        self.env.messages.end_progress();
        let mut keys = Vec::new();
        let mut failures = Vec::new();
        for result in shown {
            match result {
                Ok(proven) => keys.push(proven.key),
                Err(failure) => failures.push(failure),
            }
        }
        match self.trusted {
            None => self.print(target, &keys, &failures)?,
            Some(trusted) => self.compare(target, trusted, &keys, &failures)?,
        }
        std::io::Write::flush(&mut self.env.output).map_err(Error::output)
    }

    fn print(&mut self, target: &Target, keys: &[PublicKey<'static>], failures: &[Failure]) -> Result<(), Error> {
        for key in keys {
            if self.style.json {
                self.json(target, key, None)?;
                continue;
            }
            let item = Item {
                text: [][..].into(),
                line: 1,
                form: Form::KnownHosts,
                key: key.clone(),
                comment: None,
                lead: Some(target.to_string().into_bytes().into()),
                private: None,
                facts: Facts::default(),
            };
            Printer::new(self.style, &mut self.env.output, &mut self.env.messages).item(&place(target), &item)?;
        }
        failures.iter().try_for_each(|failure| self.refuse(target, failure.error()))
    }

    /// One verdict a host: yes where a key is a trusted one and none speaks against it.
    fn compare(
        &mut self,
        target: &Target,
        trusted: &Trusted,
        keys: &[PublicKey<'static>],
        failures: &[Failure],
    ) -> Result<(), Error> {
        let verdicts: Vec<Verdict> = keys.iter().map(|key| judge(key, trusted)).collect();
        if self.style.json {
            for (key, verdict) in keys.iter().zip(&verdicts) {
                self.json(target, key, Some(verdict))?;
            }
        }
        // A false proof or a false key outweighs any other that is right.
        if let Some(forged) = failures.iter().find(|failure| matches!(failure, Failure::Forged(_))) {
            return self.refuse(target, forged.error());
        }
        let all: Vec<&PublicKey<'_>> = keys.iter().collect();
        if verdicts.contains(&Verdict::Mismatch) {
            return self.distrust(target, trusted, &all);
        }
        let matching: Vec<&PublicKey<'_>> =
            keys.iter().zip(&verdicts).filter(|(_, verdict)| **verdict == Verdict::Match).map(|(key, _)| key).collect();
        if !matching.is_empty() {
            return self.welcome(target, &matching, failures);
        }
        // Whichever connection failed might have shown the key that is trusted.
        let failed = failures.iter().find(|failure| !lacks_wanted_types(failure));
        match failed {
            Some(failure) => self.refuse(target, failure.error()),
            None if keys.is_empty() => failures.iter().try_for_each(|failure| self.refuse(target, failure.error())),
            None => self.distrust(target, trusted, &all),
        }
    }

    /// What there is to know of the trusted text may be why its fingerprints are not the host's.
    fn distrust(&mut self, target: &Target, trusted: &Trusted, keys: &[&PublicKey<'_>]) -> Result<(), Error> {
        self.refuse(target, refusal(keys, trusted, GET_IT_AGAIN))?;
        trusted.notes.iter().for_each(|note| self.env.messages.note(note));
        Ok(())
    }

    fn welcome(&mut self, target: &Target, keys: &[&PublicKey<'_>], failures: &[Failure]) -> Result<(), Error> {
        let host = target.to_string();
        if let Some(file) = &self.file
            && let Err(error) = file.add(&host, keys)
        {
            return self.refuse_as_it_is(error);
        }
        if !self.style.quiet && !self.style.json && self.file.is_none() {
            for key in keys {
                self.env.print(known_hosts::line(&host, key))?;
            }
        }
        if !self.style.quiet {
            let labels: Vec<_> = keys.iter().map(|key| key.label()).collect();
            let (keys, are) = if keys.len() == 1 { ("key", "is") } else { ("keys", "are") };
            let shown = place(target);
            self.env
                .messages
                .note(&format!("{shown}: this is your VM: its {} {keys} {are} as expected", list(&labels)));
            for failure in failures {
                self.env.messages.note(&format!("{shown}: another key could not be checked: {failure}"));
            }
        }
        Ok(())
    }

    fn refuse(&mut self, target: &Target, error: Error) -> Result<(), Error> {
        self.refuse_as_it_is(error.at(place(target)))
    }

    #[expect(clippy::needless_pass_by_value, reason = "the error is spent")]
    fn refuse_as_it_is(&mut self, error: Error) -> Result<(), Error> {
        // The message stands where the lines would have stood, also on a terminal that shows both streams.
        std::io::Write::flush(&mut self.env.output).map_err(Error::output)?;
        self.status = self.status.max(error.status());
        self.env.messages.report_and_go_on(&error)
    }

    fn json(&mut self, target: &Target, key: &PublicKey<'_>, verdict: Option<&Verdict>) -> Result<(), Error> {
        if self.style.quiet {
            return Ok(());
        }
        let mut object = Object::new()
            .field("host", target.to_string())
            .field("type", key.type_name())
            .field("bits", key.bits())
            .field("fingerprint", key.fingerprint(self.style.hash).to_string());
        if let Some(verdict) = verdict {
            object = object.field("verdict", verdict.name());
        }
        object.write(&mut self.env.output).map_err(Error::output)
    }
}

fn place(target: &Target) -> Place {
    Place { file: escape::text(target.to_string().as_bytes()), line: None }
}

/// "ED25519", "ED25519 and RSA", "ED25519, ECDSA and RSA".
fn list(words: &[impl AsRef<str>]) -> String {
    match words {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [most @ .., last] => {
            let most: Vec<&str> = most.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", most.join(", "), last.as_ref())
        }
    }
}
