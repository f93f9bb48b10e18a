//! Where verdicts and keys go. A report goes to standard output. Where keys are written there, anew or as they came, the
//! report goes to standard error.

use std::io::Write as _;

use common::cli::{Messages, Output};
use common::error::{Error, Place};
use common::key::Kind;
use common::keyfile::Item;

use crate::across::Late;
use crate::allow_list::Cleared;
use crate::checks::{Check, Severity};
use crate::judgement::{Judgement, is_repairable};
use crate::report::{self, Verdict};

/// A private key whose public half is printed.
pub(crate) static PUBLIC_HALF: Check = Check {
    name: "public-half",
    severity: Severity::Note,
    what: "This is a private key, and --fix printed its public half, which is all that others need.",
    why: "Only the public half may be given away, and a key of a private form is no line that anybody takes.",
    remedy: "Nothing; the private key stays where it is.",
    source: "RFC 4251, section 9.4.4; OpenSSH, ssh-keygen(1), -y",
};

/// The most bytes of a report that wait to be shown.
const MAX_REPORT: usize = 64 * 1024;

/// The most bytes of keys that are held back until all have been compared.
const MAX_HELD: usize = 256 * 1024 * 1024;

/// What goes to standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The report.
    #[default]
    Report,
    /// Each key that passes, written anew.
    Fix,
    /// The lines of each key that passes, as they came.
    Pass,
}

/// How the report looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// JSON Lines.
    pub json: bool,
    /// Only keys that fail.
    pub quiet: bool,
    /// With colour.
    pub colour: bool,
}

/// Writes keys and reports.
pub struct Outlet<'e, 'w> {
    mode: Mode,
    style: Style,
    output: &'e mut Output<'w>,
    messages: &'e mut Messages<'w>,
    /// Whether a prime that two keys share may show when all are there.
    compares: bool,
    /// Keys that wait until all have been compared, each with its ordinal. Once one waits, all that follow do.
    held: Vec<(u32, Cleared)>,
    /// How many bytes these are.
    held_bytes: usize,
    /// What is to be told on standard error.
    report: Vec<u8>,
    /// Whether what was written last had no newline.
    unended: bool,
}

impl<'e, 'w> Outlet<'e, 'w> {
    /// An outlet to these streams. `compares` says whether findings may come [`Self::late`].
    pub fn new(
        mode: Mode,
        style: Style,
        compares: bool,
        output: &'e mut Output<'w>,
        messages: &'e mut Messages<'w>,
    ) -> Self {
        let (held, report) = (Vec::new(), Vec::new());
        Self { mode, style, output, messages, compares, held, held_bytes: 0, report, unended: false }
    }

    /// Whether the report goes to standard output, and no key.
    #[must_use]
    pub const fn is_report(&self) -> bool {
        matches!(self.mode, Mode::Report)
    }

    /// Reports a key, and writes it if it passes. The ordinal is that of the key in the run: two keys may stand at one
    /// place.
    ///
    /// # Errors
    /// The output cannot be written, or more keys wait than there is room for.
    pub fn key(&mut self, file: &Place, ordinal: u32, item: &Item<'_>, judgement: &mut Judgement) -> Result<(), Error> {
        let bare = (!judgement.shows_comment).then(|| Item { comment: None, ..item.to_owned() });
        let item = bare.as_ref().unwrap_or(item);
        let mut verdict = if judgement.passes { Verdict::Ok } else { Verdict::Fail };
        if judgement.passes && self.mode == Mode::Fix {
            let private = item.private.as_ref();
            judgement.findings.extend(private.map(|_| PUBLIC_HALF.found("its public half was printed, and no more")));
            if private.is_some() || judgement.findings.iter().any(is_repairable) {
                verdict = Verdict::Fixed;
            }
        }
        if judgement.passes
            && self.mode != Mode::Report
            && let Some(cleared) = judgement.cleared.take()
        {
            self.hold(ordinal, item, cleared)?;
        }
        if self.style.quiet && judgement.passes {
            return Ok(());
        }
        self.told(|to, style| {
            if style.json {
                report::json(to, file, item, verdict, judgement)
            } else {
                report::text(to, style.colour, file, item, verdict, judgement)
            }
        })
    }

    /// Writes a key that passes, or holds it back while another may turn out to share its primes.
    fn hold(&mut self, ordinal: u32, item: &Item<'_>, cleared: Cleared) -> Result<(), Error> {
        let may_share = self.compares && item.key.kind() == Kind::Rsa;
        if self.held.is_empty() && !may_share {
            return self.write(&cleared);
        }
        self.held_bytes += cleared.text().len();
        if self.held_bytes > MAX_HELD {
            return Err(Error::failure(format!(
                "the keys that pass wait until all have been compared, and there are more than {MAX_HELD} bytes of them"
            ))
            .hint("--skip rsa-shared-prime compares none and lets them through as they come"));
        }
        self.held.push((ordinal, cleared));
        Ok(())
    }

    /// Writes a key, behind a newline where the key before lacks its own.
    fn write(&mut self, cleared: &Cleared) -> Result<(), Error> {
        let text = cleared.text();
        if std::mem::replace(&mut self.unended, !text.ends_with(b"\n")) {
            self.output.write_all(b"\n").map_err(Error::output)?;
        }
        self.output.write_all(text).map_err(Error::output)
    }

    /// Reports what showed when all keys were there; a key that fails by it is not written.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn late(&mut self, late: &Late, passes: bool) -> Result<(), Error> {
        if !passes {
            self.held.retain(|(ordinal, _)| *ordinal != late.ordinal);
        }
        if self.style.quiet && passes {
            return Ok(());
        }
        self.told(|to, style| report::late(to, late, passes, style))
    }

    /// Reports what holds no key.
    ///
    /// # Errors
    /// The output cannot be written, or nobody reads the messages any more.
    pub fn refused(&mut self, error: &Error) -> Result<(), Error> {
        if self.style.json {
            self.told(|to, _| report::json_error(to, error))?;
        }
        self.pause()?;
        // The objects on standard error stay alone there.
        if self.style.json && self.mode != Mode::Report { Ok(()) } else { self.messages.report_and_go_on(error) }
    }

    /// Shows what there is.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn pause(&mut self) -> Result<(), Error> {
        if !self.output.buffer().is_empty() || !self.report.is_empty() {
            self.messages.end_progress();
        }
        self.output.flush().map_err(Error::output)?;
        if !self.report.is_empty() {
            self.messages.raw(&String::from_utf8_lossy(&std::mem::take(&mut self.report)));
        }
        Ok(())
    }

    /// Shows on a terminal how far long work has come.
    pub fn progress(&mut self, text: &str) {
        self.messages.progress(text);
    }

    /// Takes the progress away.
    pub fn end_progress(&mut self) {
        self.messages.end_progress();
    }

    /// Writes the keys that waited.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn finish(&mut self) -> Result<(), Error> {
        for (_, cleared) in std::mem::take(&mut self.held) {
            self.write(&cleared)?;
        }
        self.pause()
    }

    fn told(&mut self, tell: impl FnOnce(&mut dyn std::io::Write, Style) -> std::io::Result<()>) -> Result<(), Error> {
        match self.mode {
            Mode::Report => tell(self.output, self.style),
            Mode::Fix | Mode::Pass => tell(&mut self.report, self.style),
        }
        .map_err(Error::output)?;
        if self.report.len() > MAX_REPORT { self.pause() } else { Ok(()) }
    }
}
