//! All that a run takes from the world, so that a whole run can be a test in the same process.

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::PathBuf;

use crate::cli::colour::Colour;
use crate::cli::terminal::{SystemTerminal, Terminal};
use crate::error::{Error, Place};
use crate::input::Stdin;

/// How much is written at once, in bytes.
const BUFFER: usize = 64 * 1024;

/// The world as a tool sees it.
pub struct Env<'a> {
    /// The arguments, without the program's name.
    pub arguments: Vec<OsString>,
    /// Standard input.
    pub stdin: Stdin<'a>,
    /// Standard output.
    pub output: Output<'a>,
    /// Standard error.
    pub messages: Messages<'a>,
    /// The terminal, for secrets.
    pub terminal: Box<dyn Terminal + 'a>,
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// Whether standard output may be coloured.
    pub output_in_colour: bool,
}

/// A writer that takes what its reader, who has gone away, will never see.
struct WithoutReader<'a>(Box<dyn Write + 'a>);

impl WithoutReader<'_> {
    fn or_dropped<T>(result: io::Result<T>, dropped: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(dropped),
            result => result,
        }
    }
}

impl Write for WithoutReader<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Self::or_dropped(self.0.write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Self::or_dropped(self.0.flush(), ())
    }
}

/// Standard output, buffered; flushed at the end of a run, or before it waits for more input.
pub type Output<'a> = BufWriter<Box<dyn Write + 'a>>;

/// Standard error: the one place that prints messages, each behind the tool's name.
pub struct Messages<'a> {
    tool: &'static str,
    writer: Box<dyn Write + 'a>,
    closed: bool,
    /// Whether progress is shown, which is for people only.
    is_terminal: bool,
    in_colour: bool,
    /// How wide the line of progress is that stands there now.
    progress: usize,
}

impl Messages<'_> {
    /// Those of the process.
    fn system() -> Self {
        let is_terminal = io::stderr().is_terminal();
        Self { is_terminal, in_colour: is_terminal && wants_colour(), ..Self::new(Box::new(io::stderr())) }
    }
}

impl<'a> Messages<'a> {
    /// Messages of the tool of that name. The runner puts the name in; see [`super::execute`].
    pub fn new(writer: Box<dyn Write + 'a>) -> Self {
        Self { tool: "", writer, closed: false, is_terminal: false, in_colour: false, progress: 0 }
    }

    /// Shows how far long work has come, on a terminal only, in the place of what was shown before.
    pub fn progress(&mut self, text: &str) {
        if self.is_terminal {
            let line = format!("{}: {text}", self.tool);
            let (width, before) = (line.chars().count(), self.progress);
            self.write(format_args!("\r{line:before$}"));
            self.progress = width.max(before);
        }
    }

    /// Takes the progress away, before something else is printed in its place.
    pub fn end_progress(&mut self) {
        let width = std::mem::take(&mut self.progress);
        if width > 0 {
            self.write(format_args!("\r{:width$}\r", ""));
        }
    }

    pub(super) const fn speak_for(&mut self, tool: &'static str) {
        self.tool = tool;
    }

    /// Prints an error with its place and its hint, when the run goes on; a list of nothing but errors ends when its
    /// reader has gone away.
    ///
    /// # Errors
    /// The reader of the messages went away.
    pub fn report_and_go_on(&mut self, error: &Error) -> Result<(), Error> {
        self.report(error);
        if self.closed { Err(Error::output(io::ErrorKind::BrokenPipe.into())) } else { Ok(()) }
    }

    /// Prints an error with its place and its hint. A reader of our output that went away is not reported.
    pub fn report(&mut self, error: &Error) {
        if error.is_closed_pipe() {
            return;
        }
        let (verdict, rest) = error.verdict_and_rest();
        let verdict = if verdict.is_empty() { String::new() } else { Colour::Red.paint(verdict, self.in_colour) };
        match error.place() {
            Some(place) => self.line(format_args!("{place}: {verdict}{rest}")),
            None => self.line(format_args!("{verdict}{rest}")),
        }
        if let Some(hint) = error.remedy() {
            self.hint(hint);
        }
    }

    /// Whether words may be in colour.
    #[must_use]
    pub const fn in_colour(&self) -> bool {
        self.in_colour
    }

    /// Prints that the answer is yes: the place, the verdict, which is shown in colour, and the reason.
    pub fn approve(&mut self, place: &Place, verdict: &str, reason: &str) {
        let verdict = Colour::Green.paint(verdict, self.in_colour);
        self.line(format_args!("{place}: {verdict}: {reason}"));
    }

    /// Prints a remark that is no error.
    pub fn note(&mut self, note: &str) {
        self.line(format_args!("{note}"));
    }

    /// Prints advice.
    pub fn hint(&mut self, hint: &str) {
        self.line(format_args!("hint: {hint}"));
    }

    /// Prints text as it is: a usage, a prompt.
    pub fn raw(&mut self, text: &str) {
        self.write(format_args!("{text}"));
    }

    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        self.end_progress();
        let tool = self.tool;
        self.write(format_args!("{tool}: {text}\n"));
    }

    /// A message that cannot be written has nowhere else to go; the exit status still speaks.
    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        let written = self.writer.write_all(text.to_string().as_bytes()).and_then(|()| self.writer.flush());
        self.closed |= written.is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe);
    }
}

impl Env<'static> {
    /// The process's own arguments, streams, terminal and variables.
    #[must_use]
    pub fn system() -> Self {
        Self {
            arguments: std::env::args_os().skip(1).collect(),
            stdin: Stdin::system(),
            output: BufWriter::with_capacity(BUFFER, Box::new(io::stdout())),
            messages: Messages::system(),
            terminal: Box::new(SystemTerminal),
            home: std::env::home_dir(),
            output_in_colour: io::stdout().is_terminal() && wants_colour(),
        }
    }
}

/// Whether the user and the terminal want colour: not with `NO_COLOR` (no-color.org) or on a dumb terminal. On Windows
/// only terminals that name themselves are known to understand it.
fn wants_colour() -> bool {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let known = !cfg!(windows) || set("WT_SESSION").is_some() || set("TERM").is_some();
    known && set("NO_COLOR").is_none() && set("TERM").is_none_or(|terminal| terminal != "dumb")
}

impl<'a> Env<'a> {
    /// A world for a test: these arguments, this standard input, output and messages into these buffers, no terminal
    /// and no home.
    #[must_use]
    pub fn of<A: Into<OsString>>(
        arguments: impl IntoIterator<Item = A>,
        stdin: &'a [u8],
        stdout: &'a mut Vec<u8>,
        stderr: &'a mut Vec<u8>,
    ) -> Self {
        Self {
            arguments: arguments.into_iter().map(Into::into).collect(),
            stdin: Stdin { reader: Box::new(stdin), is_terminal: false },
            output: BufWriter::new(Box::new(stdout)),
            messages: Messages::new(Box::new(stderr)),
            terminal: Box::new(crate::cli::terminal::NoTerminal),
            home: None,
            output_in_colour: false,
        }
    }

    /// Goes on when the readers of the output and of the messages go away, for a run whose exit status is an answer about
    /// all of the input.
    pub fn go_on_without_readers(&mut self) {
        let (output, _) = std::mem::replace(&mut self.output, BufWriter::new(Box::new(io::sink()))).into_parts();
        self.output = BufWriter::with_capacity(BUFFER, Box::new(WithoutReader(output)));
        let messages = std::mem::replace(&mut self.messages.writer, Box::new(io::sink()));
        self.messages.writer = Box::new(WithoutReader(messages));
    }

    /// Prints to standard output.
    ///
    /// # Errors
    /// Standard output could not be written, or its reader went away.
    pub fn print(&mut self, text: impl AsRef<[u8]>) -> Result<(), Error> {
        self.output.write_all(text.as_ref()).map_err(Error::output)
    }
}
