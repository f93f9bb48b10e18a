//! Prints the results for each host that was asked, and for all of them.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;

use common::cli::Env;
use common::error::{Error, ExitStatus, Place};
use common::escape;
use common::key::{Fingerprint, Hash, PublicKey};
use common::keyfile::{Form, Item, Quirks, Sink as _};
use common::report::{Printer, Style, write_json};

use crate::handshake::failure::Failure;
use crate::handshake::scan::{Shown, lacks_wanted_types};
use crate::handshake::{Agreed, Proven};
use crate::hosts::{Host, Hosts};
use crate::judgement::{Verdict, judge, judge_by_all};
use crate::known_hosts::{self, Differences, File, HeldKeys, Outcome};
use crate::object::{BareKey, ErrorObject, HostObject, KnownHostsObject, SharedObject};
use crate::refusal::{AskedFor, refusal};
use crate::summary::{End, Shared, Summary};
use crate::trusted::{Trusted, TrustedKey};
use crate::weak_hosts::WeakHosts;

/// The most hosts that a message names.
const MAX_NAMED: usize = 10;

/// The result for a host.
pub(crate) enum Answer {
    /// The host was asked.
    Shown {
        /// The keys that it has shown.
        shown: Shown,
        /// What it was expected to show, if anything: one expectation for each of its names that has one.
        trusted: Option<Vec<Arc<Trusted>>>,
    },
    /// The host was not asked, since there is nothing to compare it with.
    NotAsked(Error),
}

/// How a key compares with what was expected.
#[derive(Clone, Copy)]
struct Compared<'a> {
    verdict: &'a Verdict,
    expectations: &'a [Arc<Trusted>],
}

/// Prints the keys that each host has shown.
pub(crate) struct Report<'r, 'w> {
    env: &'r mut Env<'w>,
    style: Style,
    file: Option<File>,
    /// The keys that the file holds for the hosts before they are asked.
    held: Arc<HeldKeys>,
    status: ExitStatus,
    hosts: Hosts,
    summary: Summary,
    weak: WeakHosts,
}

impl<'r, 'w> Report<'r, 'w> {
    /// Starts a report about these hosts. Those that are as expected are added to the file.
    pub(crate) fn new(
        style: Style,
        file: Option<File>,
        held: Arc<HeldKeys>,
        hosts: &Hosts,
        env: &'r mut Env<'w>,
    ) -> Self {
        let (summary, weak) = (Summary::default(), WeakHosts::default());
        Self { env, style, file, held, status: ExitStatus::Yes, hosts: hosts.clone(), summary, weak }
    }

    /// Shows how many hosts are done.
    pub(crate) fn progress(&mut self, done: usize) {
        let all = self.hosts.count();
        if all > 1 && !self.style.quiet {
            self.env.messages.progress(&format!("{done} of {all} hosts"));
        }
    }

    /// Prints the result for the next host.
    ///
    /// # Errors
    /// It cannot be printed.
    pub(crate) fn host(&mut self, host: &Host, answer: Answer) -> Result<(), Error> {
        self.env.messages.end_progress();
        let end = match answer {
            Answer::NotAsked(error) => {
                self.refuse(host, not_asked(&error))?;
                End::WithoutExpectation
            }
            Answer::Shown { shown, trusted } => {
                if let Some(address) = shown.address {
                    shown.proven.iter().for_each(|proven| self.summary.holds(&proven.key, address));
                }
                let end = match trusted {
                    None => self.print(host, &shown)?,
                    Some(trusted) => self.compare(host, &trusted, &shown)?,
                };
                let weakness = shown.weakness.filter(|_| matches!(end, End::Shown | End::AsExpected));
                weakness.into_iter().for_each(|weakness| self.weak.add(weakness, place(host).to_string()));
                end
            }
        };
        self.summary.count(end);
        self.env.output.flush().map_err(Error::output)
    }

    /// Prints the notes on all hosts together, unless the run has failed.
    pub(crate) fn end(mut self, run: Result<(), Error>) -> Result<ExitStatus, Error> {
        self.env.messages.end_progress();
        // Hosts that were verified before the reader closed the output are still added.
        let written = self.file.take().map_or(Ok(Vec::new()), File::write);
        run?;
        match written {
            Ok(outcomes) => self.outcomes(&outcomes)?,
            Err(error) => self.report(&error)?,
        }
        let is_quiet = self.style.quiet && self.status == ExitStatus::Yes;
        let words = (self.hosts.count() > 1 && !is_quiet).then(|| self.summary.words());
        let object = self.summary.object();
        self.shared()?;
        if self.style.json && !self.style.quiet && self.hosts.count() > 1 {
            write_json(&mut self.env.output, &object).map_err(Error::output)?;
            self.env.output.flush().map_err(Error::output)?;
        }
        if !self.style.quiet {
            self.weak.notes(self.hosts.count()).iter().for_each(|note| self.env.messages.note(note));
        }
        if let Some(words) = words {
            self.env.messages.note(&words);
        }
        Ok(self.status)
    }

    /// Prints, as JSON, the outcome for each host's lines in the file.
    fn outcomes(&mut self, outcomes: &[(String, Outcome)]) -> Result<(), Error> {
        if !self.style.json || self.style.quiet {
            return Ok(());
        }
        for outcome in [Outcome::Added, Outcome::Replaced, Outcome::Unchanged] {
            let its = outcomes.iter().filter(|(_, of_host)| *of_host == outcome).map(|(host, _)| host.as_str());
            let hosts: Vec<&str> = its.collect();
            if !hosts.is_empty() {
                let object = KnownHostsObject { known_hosts: outcome.name(), hosts: &hosts };
                write_json(&mut self.env.output, &object).map_err(Error::output)?;
            }
        }
        Ok(())
    }

    fn print(&mut self, host: &Host, shown: &Shown) -> Result<End, Error> {
        for proven in &shown.proven {
            if self.style.json {
                self.json(host, proven, shown, None)?;
                continue;
            }
            let item = Item {
                text: [][..].into(),
                line: 1,
                form: Form::KnownHosts,
                key: proven.key.clone(),
                comment: None,
                lead: Some(host.to_string().into_bytes().into()),
                private: None,
                quirks: Quirks::default(),
            };
            Printer::new(self.style, &mut self.env.output, &mut self.env.messages).item(&place(host), &item)?;
        }
        self.note_agreed(host, shown);
        let mut end = End::Shown;
        for failure in &shown.failures {
            end = End::of(failure);
            self.refuse(host, failure.error())?;
        }
        Ok(end)
    }

    /// Returns one verdict for each host: yes if for each of its names a key is trusted, and none is a contradiction.
    fn compare(&mut self, host: &Host, expectations: &[Arc<Trusted>], shown: &Shown) -> Result<End, Error> {
        let (keys, failures) = (shown.keys(), &shown.failures);
        let all = || expectations.iter().map(Arc::as_ref);
        let verdicts: Vec<Verdict> = keys.iter().map(|key| judge_by_all(key, all())).collect();
        if self.style.json {
            for (proven, verdict) in shown.proven.iter().zip(&verdicts) {
                self.json(host, proven, shown, Some(Compared { verdict, expectations }))?;
            }
        }
        self.note_agreed(host, shown);
        if !self.style.quiet {
            all().flat_map(|trusted| &trusted.notes).for_each(|note| self.env.messages.note(note));
        }
        // A false proof or a false key outweighs any other key that is correct.
        if let Some(forged) = failures.iter().find(|failure| matches!(failure, Failure::Forged(_))) {
            self.refuse(host, forged.error())?;
            return Ok(End::of(forged));
        }
        let is_refuted = |trusted: &&Trusted| {
            keys.iter().any(|key| matches!(judge(key, trusted), Verdict::Mismatch | Verdict::Revoked))
        };
        if let Some(refuted) = all().find(is_refuted) {
            return self.distrust(host, refuted, &keys);
        }
        let has_no_match = |trusted: &&Trusted| !keys.iter().any(|key| judge(key, trusted) == Verdict::Match);
        let Some(unmet) = all().find(has_no_match) else {
            let is_match = |(_, verdict): &(&&PublicKey<'static>, &Verdict)| **verdict == Verdict::Match;
            let matching: Vec<_> = keys.iter().zip(&verdicts).filter(is_match).map(|(key, _)| *key).collect();
            return self.welcome(host, &matching, shown, expectations);
        };
        // Any failed connection might have shown the trusted key.
        let failed = failures.iter().find(|failure| !lacks_wanted_types(failure)).or(failures.first());
        match failed {
            Some(failure) if keys.is_empty() || !lacks_wanted_types(failure) => {
                self.refuse(host, failure.error())?;
                Ok(End::of(failure))
            }
            _ => self.distrust(host, unmet, &keys),
        }
    }

    /// Refuses a host. The notes on the trusted text are printed, since they may explain why its fingerprints are not the
    /// host's.
    fn distrust(&mut self, host: &Host, trusted: &Trusted, keys: &[&PublicKey<'_>]) -> Result<End, Error> {
        // Each key already has its object.
        self.report(&refusal(keys, trusted, AskedFor::All).at(place(host)))?;
        let notes = trusted.notes.iter().filter(|_| self.style.quiet);
        notes.chain(&trusted.mismatch_notes).for_each(|note| self.env.messages.note(note));
        Ok(End::NotAsExpected)
    }

    fn welcome(
        &mut self,
        host: &Host,
        keys: &[&PublicKey<'_>],
        shown: &Shown,
        expectations: &[Arc<Trusted>],
    ) -> Result<End, Error> {
        let (names, all) = (host.spelt(), shown.keys());
        if let Some(file) = &mut self.file {
            let expected: Vec<Fingerprint> =
                expectations.iter().flat_map(|trusted| &trusted.keys).map(|key| key.fingerprint).collect();
            let differences = Differences::of(&names, &self.held, keys, &all, &expected);
            let added = differences
                .in_patterns(file.named())
                .and_then(|()| names.iter().try_for_each(|name| file.add(name, keys, &all, expected.clone())));
            if let Err(error) = added {
                let end = if error.status() == ExitStatus::No { End::NotAsExpected } else { End::Failed };
                self.report(&error)?;
                return Ok(end);
            }
            if !self.style.quiet {
                differences.notes(file.named()).iter().for_each(|note| self.env.messages.note(note));
            }
        }
        if !self.style.quiet && !self.style.json && self.file.is_none() {
            for key in keys {
                self.env.print(known_hosts::line(&names.join(","), key))?;
            }
        }
        if !self.style.quiet {
            let labels: Vec<_> = keys.iter().map(|key| key.label()).collect();
            let (keys, are) = if keys.len() == 1 { ("key", "is") } else { ("keys", "are") };
            let at = place(host);
            let reason = format!("its {} {keys} {are} as expected", list(&labels));
            self.env.messages.approve(&at, "this is your VM", &reason);
            if shown.signs_with_sha1_only {
                self.env
                    .messages
                    .note(&format!("{at}: it signs with SHA-1 only, which OpenSSH since 8.8 refuses by default"));
                self.env
                    .messages
                    .hint("ssh -o HostKeyAlgorithms=+ssh-rsa connects anyway; it is better to update the host");
            }
            for failure in shown.failures.iter().filter(|failure| !lacks_wanted_types(failure)) {
                self.env.messages.note(&format!("{at}: another key could not be checked: {failure}"));
            }
        }
        Ok(End::AsExpected)
    }

    /// With `-v`, prints how each key was proven.
    fn note_agreed(&mut self, host: &Host, shown: &Shown) {
        if !self.style.art || self.style.quiet {
            return;
        }
        for Proven { key, agreed: Agreed { key_exchange, signature } } in &shown.proven {
            let (at, label) = (place(host), key.label());
            self.env.messages.note(&format!("{at}: {label}: key exchange {key_exchange}, signature {signature}"));
        }
    }

    /// Reports why a host is not usable, also as an object.
    fn refuse(&mut self, host: &Host, error: Error) -> Result<(), Error> {
        if self.style.json && !self.style.quiet {
            let object = ErrorObject { host: &host.to_string(), error: error.message(), hint: error.remedy() };
            write_json(&mut self.env.output, &object).map_err(Error::output)?;
        }
        self.report(&error.at(place(host)))
    }

    fn report(&mut self, error: &Error) -> Result<(), Error> {
        // The message appears where the lines would be, also on a terminal that shows both streams.
        self.env.output.flush().map_err(Error::output)?;
        self.status = self.status.max(error.status());
        self.env.messages.report_and_continue(error)
    }

    fn json(
        &mut self,
        host: &Host,
        Proven { key, agreed }: &Proven,
        shown: &Shown,
        compared: Option<Compared<'_>>,
    ) -> Result<(), Error> {
        if self.style.quiet {
            return Ok(());
        }
        let object = HostObject {
            host: &host.to_string(),
            r#type: key.type_name(),
            bits: key.bits(),
            fingerprint: key.fingerprint(self.style.hash),
            key_exchange: agreed.key_exchange,
            signature: agreed.signature,
            post_quantum: shown.weakness.is_none(),
            verdict: compared.map(|compared| compared.verdict.name()),
            expected: compared
                .filter(|compared| *compared.verdict != Verdict::Match)
                .map(|compared| expected(key, compared.expectations)),
        };
        write_json(&mut self.env.output, &object).map_err(Error::output)
    }

    /// Warns of keys that hosts share. Over the network, one machine with two addresses looks like two.
    fn shared(&mut self) -> Result<(), Error> {
        let shared = std::mem::take(&mut self.summary).shared();
        let mut names: BTreeMap<usize, String> =
            shared.iter().flat_map(|shared| &shared.hosts).map(|host| (*host, String::new())).collect();
        for (index, host) in self.hosts.clone().into_all().enumerate() {
            names.entry(index).and_modify(|name| *name = host.to_string());
        }
        let is_any = !shared.is_empty();
        for Shared { hosts, keys } in shared {
            let mut hosts: Vec<&str> = hosts.iter().filter_map(|host| names.get(host)).map(String::as_str).collect();
            hosts.dedup();
            if self.style.json && !self.style.quiet {
                for key in &keys {
                    let shared = SharedObject { key: BareKey::new(key, self.style.hash), hosts: &hosts };
                    write_json(&mut self.env.output, &shared).map_err(Error::output)?;
                }
            }
            let keys: Vec<String> =
                keys.iter().map(|key| format!("the {} key {}", key.label(), key.fingerprint(Hash::Sha256))).collect();
            let more = hosts.len().saturating_sub(MAX_NAMED);
            hosts.truncate(MAX_NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let shown = if more.is_empty() { list(&hosts) } else { hosts.join(", ") };
            self.env.messages.note(&format!("warning: {shown}{more} share {}", list(&keys)));
        }
        if is_any && !self.style.quiet {
            self.env.messages.hint(
                "they are either one machine with several addresses, or machines made from one image, each of which \
                 can impersonate the others; on those, `rm /etc/ssh/ssh_host_*_key*`, `ssh-keygen -A` and a restart of sshd \
                 make new keys",
            );
        }
        self.env.output.flush().map_err(Error::output)
    }
}

/// Turns an error into one at a host; the place where it was found becomes part of the message.
fn not_asked(error: &Error) -> Error {
    let message = match error.place() {
        Some(place) => format!("{place}: {}", error.message()),
        None => error.message().to_owned(),
    };
    let shown = if error.status() == ExitStatus::No { Error::no(message) } else { Error::failure(message) };
    match error.remedy() {
        Some(hint) => shown.hint(hint),
        None => shown,
    }
}

/// The fingerprints that were expected instead of this key: those of its type, or all if there are none of that type.
fn expected(key: &PublicKey<'_>, expectations: &[Arc<Trusted>]) -> Vec<String> {
    let trusted = || expectations.iter().flat_map(|expectation| &expectation.keys);
    let of_type = |one: &&TrustedKey| one.kinds.contains(&key.kind());
    let has_any = trusted().any(|one| of_type(&one));
    let mut expected: Vec<String> = Vec::new();
    for fingerprint in trusted().filter(|one| !has_any || of_type(one)).map(|one| one.fingerprint.to_string()) {
        if !expected.contains(&fingerprint) {
            expected.push(fingerprint);
        }
    }
    expected
}

fn place(host: &Host) -> Place {
    Place { file: escape::text(host.to_string().as_bytes()), line: None }
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
