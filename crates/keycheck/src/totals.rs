//! Counts the totals of a run over several files: how many keys pass, how often each check found something, in which files keys
//! fail, and which keys fail in more than one file. The memory for them is bounded.

use std::collections::HashMap;

use common::error::{Error, ExitStatus};
use common::key::Fingerprint;

use crate::finding::{Check, Finding, Severity};
use crate::object::SummaryObject;
use crate::verdict::{DeferredVerdict, Outcome, Verdict};

/// The most files, and the most keys, that are named.
const MAX_NAMED: usize = 10;

/// The most failing files, and the most failing keys, that are kept.
const MAX_KEPT: usize = 100_000;

/// The version of the objects that `--json` prints.
const SCHEMA: u32 = 1;

/// The first bytes of a fingerprint.
type Short = [u8; 16];

/// How often a check found something.
#[derive(Debug)]
struct Finds {
    check: &'static Check,
    keys: u64,
    files: u64,
    /// The file in which it was found last.
    last_file: String,
}

/// A file with keys that fail.
#[derive(Debug)]
struct FailingFile {
    name: String,
    keys: u64,
    failed: u64,
}

/// A key that fails.
#[derive(Debug)]
struct FailingKey {
    fingerprint: Fingerprint,
    files: u64,
    last_file: String,
    checks: Vec<&'static str>,
}

/// The totals so far.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    keys: u64,
    failed: u64,
    files: u64,
    unread: u64,
    without_key: u64,
    /// The file that is being read, with its keys so far.
    file: Option<FailingFile>,
    failing_files: Vec<FailingFile>,
    /// The index of each failing file, by its name.
    places: HashMap<String, usize>,
    failing_keys: HashMap<Short, FailingKey>,
    finds: Vec<Finds>,
}

impl Totals {
    /// Counts a key.
    pub(crate) fn add(&mut self, verdict: &Verdict) {
        let file = &verdict.key.place.file;
        self.keys += 1;
        if self.file.as_ref().is_none_or(|current| current.name != *file) {
            self.end_file();
            self.files += 1;
            self.file = Some(FailingFile { name: file.clone(), keys: 0, failed: 0 });
        }
        let fails = verdict.outcome == Outcome::Fail;
        if let Some(current) = &mut self.file {
            current.keys += 1;
            current.failed += u64::from(fails);
        }
        self.findings(file, &verdict.fingerprint, &verdict.findings, fails);
        self.failed += u64::from(fails);
    }

    /// Counts the findings about a key that needed all keys.
    pub(crate) fn add_deferred(&mut self, verdict: &DeferredVerdict) {
        self.end_file();
        let (key, fails) = (&verdict.key, verdict.outcome == Outcome::Fail);
        self.findings(&key.place.file, &key.fingerprint, &key.findings, fails);
        if fails && key.passed {
            self.failed += 1;
            let kept = self.places.get(&key.place.file).and_then(|place| self.failing_files.get_mut(*place));
            match kept {
                Some(file) => file.failed += 1,
                // The number of its keys is no longer known.
                None => self.keep_file(FailingFile { name: key.place.file.clone(), keys: 0, failed: 1 }),
            }
        }
    }

    /// Counts an input or line that holds no key, or could not be read.
    pub(crate) fn refuse(&mut self, error: &Error) {
        match error.status() {
            ExitStatus::No => self.without_key += 1,
            _ => self.unread += 1,
        }
    }

    /// Whether totals add to the reports on the keys: there are several files.
    pub(crate) const fn covers_several_files(&self) -> bool {
        self.files > 1
    }

    /// Returns the totals as an object.
    pub(crate) fn summary(&self) -> SummaryObject {
        let Self { keys, failed, files, without_key, unread, .. } = *self;
        SummaryObject { schema: SCHEMA, keys, passed: keys.saturating_sub(failed), failed, files, without_key, unread }
    }

    /// Returns the totals as lines.
    pub(crate) fn lines(mut self) -> Vec<String> {
        self.end_file();
        let passed = self.keys.saturating_sub(self.failed);
        let mut all = format!("{} in {}: {passed} pass, {} fail", keys(self.keys), files(self.files), self.failed);
        if self.without_key > 0 {
            let lines = if self.without_key == 1 { "line or file" } else { "lines or files" };
            all.push_str(&format!("; no key in {} {lines}", self.without_key));
        }
        if self.unread > 0 {
            all.push_str(&format!("; cannot read {}", files(self.unread)));
        }
        let mut lines = vec![all];
        self.finds.sort_by_key(|finds| (std::cmp::Reverse(finds.check.severity), std::cmp::Reverse(finds.keys)));
        lines.extend(self.finds.iter().map(|finds| {
            let Finds { check, keys: count, files: of_files, .. } = finds;
            format!("{} ({}): {} in {}", check.name, check.severity.name(), keys(*count), files(*of_files))
        }));
        self.failing_files.sort_by_key(|file| std::cmp::Reverse(file.failed));
        let named = self.failing_files.iter().map(|file| match file.keys {
            0 => format!("{}: {} fail", file.name, file.failed),
            all => format!("{}: {} of {all} fail", file.name, file.failed),
        });
        lines.extend(first(named, self.failing_files.len(), "files"));
        let mut shared: Vec<&FailingKey> = self.failing_keys.values().filter(|key| key.files > 1).collect();
        shared.sort_by_key(|key| (std::cmp::Reverse(key.files), key.fingerprint.to_string()));
        let named = shared
            .iter()
            .map(|key| format!("{} fails in {}: {}", key.fingerprint, files(key.files), key.checks.join(", ")));
        lines.extend(first(named, shared.len(), "keys"));
        lines
    }

    fn findings(&mut self, file: &str, fingerprint: &Fingerprint, findings: &[Finding], fails: bool) {
        for (index, finding) in findings.iter().enumerate() {
            let again =
                findings.get(..index).is_some_and(|before| before.iter().any(|other| other.is_of(finding.check)));
            if finding.severity > Severity::Note && !again {
                self.find(finding.check, file);
            }
        }
        if fails {
            let errors = findings.iter().filter(|finding| finding.severity > Severity::Note);
            self.fail(file, fingerprint, errors.map(|finding| finding.check.name));
        }
    }

    fn find(&mut self, check: &'static Check, file: &str) {
        match self.finds.iter_mut().find(|finds| std::ptr::eq(finds.check, check)) {
            Some(finds) => {
                finds.keys += 1;
                if finds.last_file != file {
                    finds.files += 1;
                    file.clone_into(&mut finds.last_file);
                }
            }
            None => self.finds.push(Finds { check, keys: 1, files: 1, last_file: file.to_owned() }),
        }
    }

    fn fail(&mut self, file: &str, fingerprint: &Fingerprint, checks: impl Iterator<Item = &'static str>) {
        let Some(short) = fingerprint.digest().first_chunk::<16>() else { return };
        let is_full = self.failing_keys.len() == MAX_KEPT && !self.failing_keys.contains_key(short);
        if is_full {
            return;
        }
        let new = || FailingKey { fingerprint: *fingerprint, files: 0, last_file: String::new(), checks: Vec::new() };
        let key = self.failing_keys.entry(*short).or_insert_with(new);
        if key.files == 0 || key.last_file != file {
            key.files += 1;
            file.clone_into(&mut key.last_file);
        }
        for check in checks {
            if !key.checks.contains(&check) {
                key.checks.push(check);
            }
        }
    }

    /// Ends the file that was read.
    fn end_file(&mut self) {
        if let Some(file) = self.file.take().filter(|file| file.failed > 0) {
            self.keep_file(file);
        }
    }

    fn keep_file(&mut self, file: FailingFile) {
        if self.failing_files.len() < MAX_KEPT {
            self.places.entry(file.name.clone()).or_insert(self.failing_files.len());
            self.failing_files.push(file);
        }
    }
}

/// Returns the first lines of a list, and how many more there are.
fn first(lines: impl Iterator<Item = String>, count: usize, what: &str) -> Vec<String> {
    let more = count.saturating_sub(MAX_NAMED);
    lines.take(MAX_NAMED).chain((more > 0).then(|| format!("and {more} more {what}"))).collect()
}

fn keys(count: u64) -> String {
    format!("{count} {}", if count == 1 { "key" } else { "keys" })
}

fn files(count: u64) -> String {
    format!("{count} {}", if count == 1 { "file" } else { "files" })
}
