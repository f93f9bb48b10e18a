//! Reads the fingerprints and host keys that the user trusts from the text that holds them.
//!
//! # The rule of trust
//!
//! A user who connects by what is found here is never asked again. So text that a stranger could have written does not count:
//! a user name, a comment, a banner, or an argument that some program then logs or lists. Each text is read once. Its start
//! shows what its envelope is, the envelope says where its lines are, and each line must be a fingerprint or a host key as a
//! whole (`grammar::line`). Nothing is searched for elsewhere, nothing that was decoded is decoded again, and where lines
//! were broken or joined, no break begins a line. The keys are those of one host (`rules::one_host`), or of the hosts that the
//! text names. In doubt a text does not count, and the message says how to make it count.
//!
//! ```text
//! bytes ──► text ──► envelope ───────────────────────────────────► lines ──► TrustedText
//!           UTF-8    JSON                           run_command::json, json
//!           or -16   message, table, list, YAML     run_command
//!                    a table of Google Cloud        guest_attributes
//!                    DNS records                    sshfp
//!                    PuTTY's and WinSCP's files     putty
//!                    known_hosts                    crate::known_hosts
//!                    a log with cloud-init's block  cloud_init
//!                    a console of CoreOS            console
//!                    a list or table of Markdown    markdown
//! ```
//!
//! The folders are layers, each of which imports only from those before it:
//!
//! ```text
//! grammar    what a fingerprint, a key and a line are; how bytes are decoded
//! messages   errors for lines that do not count
//! rules      statements that a key does not count: they can only refuse keys
//! formats    the formats in which keys are accepted: only they yield keys
//! diagnose   names a text that holds nothing to trust: errors only
//! ```

mod diagnose;
mod formats;
mod grammar;
mod keys;
mod messages;
mod rules;

use common::error::{Error, Place};
use common::key::Kind;
use serde_json::Value;

use crate::known_hosts;
use diagnose::{known_texts, listings, other_json, other_text};
pub use formats::boot_choice::BootChoice;
pub(crate) use formats::json::objects::Objects;
use formats::json::{host_keys, objects};
use formats::lines::{self, Comments, List};
use formats::{cloud_init, console, guest_attributes, markdown, putty, run_command, sshfp, start, stdout};
pub(crate) use grammar::line::looks_like_a_key;
use grammar::line::{self, Line};
pub(crate) use grammar::text::decode;
use grammar::{NotTrusted, copied, json, words};
pub(crate) use keys::MAX_KEYS;
pub use keys::{Trusted, TrustedKey};
use messages::misfits;
pub(crate) use messages::misfits::in_hexadecimal;
use rules::denials;
use rules::one_host::Origin;

/// The longest text that is read as that of one host, in bytes. A serial log has some 100,000.
pub(crate) const MAX_TEXT: usize = 4 * 1024 * 1024;

impl Trusted {
    /// Reads one argument of the command line: a fingerprint, also with its type (`ECDSA SHA256:…`), or a public key. `None`
    /// for anything else.
    pub(crate) fn of_argument(word: &str) -> Option<Result<Self, Error>> {
        let line = copied::spelt(word.trim());
        let is_meant = line.split_whitespace().any(words::looks_like_a_fingerprint)
            || line.split_once(' ').is_some_and(|(name, _)| Kind::of_name(name.as_bytes()).0 != Kind::Unknown);
        is_meant.then(|| {
            let list = lines::read(&line, Comments::Refused, 1).map_err(|(_, error)| error)?;
            Ok(Self::of_keys(list.keys))
        })
    }
}

/// A text that was read, by the hosts that its keys belong to.
#[derive(Debug)]
pub enum TrustedText {
    /// One host, by whatever name.
    Host(Trusted),
    /// The hosts that it names: the text is this `known_hosts`.
    KnownHosts(String),
    /// The hosts that its objects name.
    Objects(Box<Objects>),
}

impl TrustedText {
    /// Reads the text at a place.
    ///
    /// # Errors
    /// Nothing in it counts; the message says what it holds instead.
    pub fn read(place: &Place, bytes: &[u8], boot: Option<BootChoice>) -> Result<Self, Error> {
        let at = |(line, error): NotTrusted| match (error.place(), line) {
            (Some(_), _) => error,
            (None, Some(line)) => error.at(place.at(line)),
            (None, None) => error.at(place.clone()),
        };
        let text = decode(bytes).map_err(|error| at((None, error)))?;
        let mut found = read(place, &text, boot).map_err(at).map_err(|error| for_jq(error, bytes))?;
        if let Self::Host(trusted) = &mut found {
            let notes = trusted.notes.iter_mut().chain(&mut trusted.mismatch_notes);
            notes.for_each(|note| *note = format!("{place}: {note}"));
        }
        Ok(found)
    }
}

/// Changes a hint with a command of jq for a source that jq does not read as it is: UTF-16, or other lines before the JSON.
fn for_jq(error: Error, bytes: &[u8]) -> Error {
    let is_json =
        || serde_json::Deserializer::from_slice(bytes).into_iter::<serde::de::IgnoredAny>().all(|value| value.is_ok());
    match error.remedy() {
        Some(hint) if hint.contains("jq -r ") && !is_json() => {
            let hint = format!("save the JSON alone as UTF-8 in FILE; {hint}");
            error.hint(hint)
        }
        _ => error,
    }
}

/// Whether a long text begins as JSON Lines or a list of objects do.
pub(crate) fn looks_like_objects(text: &[u8]) -> bool {
    let start: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(2).collect();
    matches!(start.as_slice(), [b'{', ..] | [b'[', b'{'])
}

/// Decides by its start what a text is, and reads it as that.
fn read(place: &Place, text: &str, boot: Option<BootChoice>) -> Result<TrustedText, NotTrusted> {
    // az's warnings may precede any of its formats (`2>&1`).
    let (before, rest) = start::after_warnings(text);
    if start::has_several_answers(rest) {
        let what = "may be of several hosts: Ansible's answers of several";
        return Err((None, Error::failure(what).hint("keep the one of your VM: ansible VM -m setup")));
    }
    // A warning before text that az does not print may be about that text.
    let is_warned = text.strip_suffix(rest).is_some_and(|warnings| !warnings.trim().is_empty());
    if let Some((more, json)) = start::json_in(rest) {
        return read_json(place, json, Before { lines: before + more, is_warned }, boot);
    }
    // Blank lines replace the warnings, so that the line numbers stay right. PowerShell's lines may end in CRLF.
    let without = "\n".repeat(before) + &rest.replace("\r\n", "\n");
    if without.trim_start().starts_with(['"', '\'']) {
        // YAML would join them.
        if other_text::are_quoted_lines(&without) {
            return Err((None, other_text::quoted_lines()));
        }
        let inner = serde_json::from_str(&without).ok().or_else(|| run_command::quoted_scalar(&without));
        let inner = inner.ok_or_else(|| (None, other_text::not_quoted(&without)))?;
        if is_warned && run_command::in_string(&inner).is_none() {
            return Err(of_other_program());
        }
        return read_string(inner, boot);
    }
    // Texts of other programs are read with the warnings, which are not part of them.
    read_plain(place, text.replace("\r\n", "\n"), &without, boot)
}

/// Reads a lone string, as `--query … -o json` and `get-boot-log` print it.
fn read_string(text: String, boot: Option<BootChoice>) -> Result<TrustedText, NotTrusted> {
    let read = match run_command::in_string(&text) {
        Some(output) => stdout::read(output).map(TrustedText::Host),
        None if other_text::matches_no_format(&text) => Err((None, other_text::other_string(&text))),
        None if other_text::is_users_key(&text) => Err((None, host_keys::users_keys())),
        None => read_log_or_lines(text, boot),
    };
    // The lines of the string are not those of the text.
    read.map_err(|(_, error)| (None, error))
}

/// Reads a text that is neither JSON nor quoted; `without` is the text without az's warnings.
fn read_plain(place: &Place, text: String, without: &str, boot: Option<BootChoice>) -> Result<TrustedText, NotTrusted> {
    if let Some(console) = start::aws_console(&text) {
        if matches!(console.trim(), "" | "None") {
            return Err((None, other_text::no_console_yet()));
        }
        // In other texts such columns hold names and tags, which users choose.
        let has_keys = cloud_init::has_blocks(console) || console::has_keys(console);
        let is_longer_than_a_tag = console.chars().count() > start::LONGEST_TAG;
        if has_keys && is_longer_than_a_tag && cloud_init::is_console(console) {
            return read_log_or_lines(console.to_owned(), boot);
        }
        return Err((None, other_text::other_string(console)));
    }
    if let Some(output) = run_command::in_text(without) {
        return stdout::read(output).map(TrustedText::Host);
    }
    if let Some(output) = start::ansible_output(text.trim_start()) {
        return stdout::read(run_command::in_plain(output)).map(TrustedText::Host);
    }
    if let Some(keys) = guest_attributes::in_table(&text) {
        return one_host(keys?, Origin::OneMachine).map(TrustedText::Host);
    }
    if let Some(records) = sshfp::read(&text, 1) {
        let records = records?;
        if run_command::may_be_cut(&text) && !records.name_several_hosts() {
            return Err(cut_error());
        }
        return of_records(place, records);
    }
    if let Some(entries) = putty::read(&text) {
        return Ok(TrustedText::Objects(Box::new(Objects::of_entries(place, entries?))));
    }
    let text = without_common_indentation(text);
    if let Some(list) = markdown::read(&text) {
        return one_host(list?, Origin::Unknown).map(TrustedText::Host);
    }
    read_log_or_lines(text, boot)
}

fn of_objects(objects: Objects) -> Result<TrustedText, NotTrusted> {
    if objects.name_their_hosts() {
        return Ok(TrustedText::Objects(Box::new(objects)));
    }
    objects.into_trusted().map(TrustedText::Host)
}

fn of_records(place: &Place, records: sshfp::Records) -> Result<TrustedText, NotTrusted> {
    if records.name_their_host() {
        return Ok(TrustedText::Objects(Box::new(Objects::of_records(place, records))));
    }
    let trusted = one_host(records.into_list(), Origin::Unknown)?;
    Ok(TrustedText::Host(Trusted { notes: vec![sshfp::Records::note()], ..trusted }))
}

/// Reads a text that is a log, a `known_hosts` or a list.
fn read_log_or_lines(text: String, boot: Option<BootChoice>) -> Result<TrustedText, NotTrusted> {
    let text = without_common_indentation(text);
    if let Some(error) = listings::of(&text) {
        return Err((None, error));
    }
    match first_line(&text) {
        Some((_, Ok(Line::KnownHosts))) if run_command::may_be_cut(&text) && names_one_host(&text) => Err(cut_error()),
        Some((_, Ok(Line::KnownHosts))) if are_items_of_a_list(&text) => {
            // A list with `*` before each item looks the same as the keys of every host.
            let keys: String =
                text.lines().map(|line| format!("{}\n", line.strip_prefix("* ").unwrap_or(line))).collect();
            read_lines(&keys)?;
            Ok(TrustedText::KnownHosts(text))
        }
        Some((_, Ok(Line::KnownHosts))) => match known_hosts::first_misfit(text.as_bytes()) {
            Some(line) => Err((Some(line), not_known_hosts(text.lines().nth(line - 1).unwrap_or_default()))),
            None => Ok(TrustedText::KnownHosts(text)),
        },
        Some((_, Err(_))) if cloud_init::has_blocks(&text) => cloud_init::read(&text, boot).map(TrustedText::Host),
        Some((_, Err(_))) if console::has_keys(&text) => console::read(&text, boot).map(TrustedText::Host),
        Some((_, Err(line::Misfit::Loose))) if lines::first_line_lacks_its_type(&text) => {
            read_lines(&text).map(TrustedText::Host)
        }
        Some((number, Err(line::Misfit::Other)))
            if is_of_a_listing(text.lines().nth(number - 1).unwrap_or_default())
                && !known_texts::lists_files(&text) =>
        {
            Err((Some(number), of_a_listing()))
        }
        Some((number, Err(misfit))) => Err(other_text::unknown(&text, (number, misfit))),
        Some((_, Ok(_))) | None => read_lines(&text).map(TrustedText::Host),
    }
}

/// Whether all lines of a `known_hosts` begin with `* `, and there are several.
fn are_items_of_a_list(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).peekable();
    let is_item = |line: &str| line.starts_with("* ");
    lines.next().is_some_and(is_item) && lines.peek().is_some() && lines.all(is_item)
}

/// Whether a line is one of `known_hosts` after a prefix of diff or grep.
fn is_of_a_listing(line: &str) -> bool {
    // `-bash: az: command not found` begins so, too.
    line.split([' ', '\t']).any(looks_like_a_key)
        && line.split([' ', '\t']).next().is_some_and(|names| known_hosts::are_names_of_a_listing(names.as_bytes()))
}

fn of_a_listing() -> Error {
    Error::failure("this line is of a diff, or of a listing with the numbers of lines")
        .hint("give the lines of known_hosts themselves, such as `ssh-keygen -F HOST -f FILE` prints")
}

fn not_known_hosts(line: &str) -> Error {
    if is_of_a_listing(line) {
        return of_a_listing();
    }
    Error::failure("this is not a known_hosts line: [@revoked|@cert-authority] NAMES TYPE KEY")
        .hint("remove it, or give the lines of your VM only, such as `ssh-keygen -F HOST -f FILE` prints")
}

/// Removes the whitespace with which all lines of a text begin, as where it was copied from a page. Whitespace before the
/// number of a single line is that of a program that counts lines (`uniq -c`), or of a message that continues.
fn without_common_indentation(text: String) -> String {
    let indentation = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let is_counted = || {
        let mut all = lines();
        let begins_with_a_digit =
            |line: &str| line.trim_start().starts_with(|character: char| character.is_ascii_digit());
        all.next().is_some_and(begins_with_a_digit) && all.next().is_none()
    };
    match lines().map(indentation).min() {
        None | Some(0) => text,
        Some(_) if is_counted() => text,
        Some(common) => {
            text.split('\n').map(|line| line.get(common..).unwrap_or_default()).collect::<Vec<_>>().join("\n")
        }
    }
}

/// Returns the first line that is neither blank nor a comment, with its number.
fn first_line(text: &str) -> Option<(usize, Result<Line<'_>, line::Misfit>)> {
    let mut lines = text.lines().zip(1..).map(|(line, number)| (number, line::read(line)));
    lines.find(|(_, line)| !matches!(line, Ok(Line::Nothing | Line::Certificate)))
}

/// Whether all lines of a `known_hosts` have the same names. One of several hosts is a file, not the output of a script.
fn names_one_host(text: &str) -> bool {
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    // A marker, `@revoked` or `@cert-authority`, precedes the names.
    let is_name = |word: &&str| !word.is_empty() && !word.starts_with('@');
    let mut names = lines.map(|line| line.split([' ', '\t']).find(is_name));
    names.next().is_none_or(|first| names.all(|name| name == first))
}

fn cut_error() -> NotTrusted {
    let what = "as long as the most that Run Command returns, so the first line may have lost its beginning";
    let hint = "keep all that az prints, with -o json; or have the script print less, as --run-command-script does";
    (None, Error::failure(what).hint(hint))
}

fn read_lines(text: &str) -> Result<Trusted, NotTrusted> {
    if run_command::may_be_cut(text) {
        return Err(cut_error());
    }
    let list = lines::read(text, Comments::Allowed, 1)?;
    let has_weak = list.has_weak;
    let mut trusted = one_host(list, Origin::Unknown)?;
    if has_weak {
        trusted.mismatch_notes.push(keys::HAS_WEAK.to_owned());
    }
    Ok(trusted)
}

fn one_host(list: List, origin: Origin) -> Result<Trusted, NotTrusted> {
    list.into_trusted(origin).map_err(|error| (None, error))
}

fn of_other_program() -> NotTrusted {
    let what = "a warning before text that is not az's, which may mean that the text does not count";
    (Some(1), Error::failure(what).hint("read it, and delete it if it is about something else"))
}

/// The text before JSON.
#[derive(Clone, Copy, Debug)]
struct Before {
    /// The number of its lines.
    lines: usize,
    /// Some of them are az's warnings.
    is_warned: bool,
}

/// Reads JSON, which follows some lines. A warning before JSON of another program may be about it.
fn read_json(place: &Place, json: &str, before: Before, boot: Option<BootChoice>) -> Result<TrustedText, NotTrusted> {
    let Before { lines: before, is_warned } = before;
    let shifted = |(line, error): NotTrusted| (line.map(|line| line + before), error);
    let first = json::values(json).next();
    match first {
        Some(Ok((_, value))) if objects::is_one(&value) && is_warned => return Err(of_other_program()),
        Some(Ok((_, value))) if objects::is_one(&value) => {
            return Objects::read(place, json, before).and_then(of_objects).map_err(shifted);
        }
        _ => {}
    }
    let value = json::only_value(json).map_err(shifted)?;
    if let Some(error) = other_json::unfinished_command(&value) {
        return Err((None, error));
    }
    if let Some(name) = denials::mark(&value) {
        return Err((None, misfits::marked(&misfits::as_written(name, json))));
    }
    if let Some(output) = run_command::in_json(&value) {
        return stdout::read(output).map(TrustedText::Host);
    }
    if let [Value::String(text)] = value.as_array().map(Vec::as_slice).unwrap_or_default() {
        if is_warned && run_command::in_string(text).is_none() {
            return Err(of_other_program());
        }
        return read_string(text.clone(), boot);
    }
    match host_keys::read(&value, json) {
        Some(Ok(_)) if is_warned => Err(of_other_program()),
        Some(Ok(host_keys::DocumentKeys::Keys(list))) => one_host(list, Origin::Unknown).map(TrustedText::Host),
        Some(Ok(host_keys::DocumentKeys::KeysOf(host, list))) => {
            let keys = one_host(list, Origin::Unknown)?;
            let objects = Objects::of_host(place, &host, &keys).map_err(|error| (None, error))?;
            Ok(TrustedText::Objects(Box::new(objects)))
        }
        Some(Ok(host_keys::DocumentKeys::Log(log))) => read_string(log, boot),
        Some(Err(error)) => Err((None, error)),
        None => Err((None, other_json::unknown(&value, json))),
    }
}

#[cfg(test)]
mod tests;
