//! The environment of a run: everything it takes from outside, so that a test can do a whole run in its own process.

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::PathBuf;

use crate::cli::colour::Colour;
use crate::cli::terminal::{SystemTerminal, Terminal};
use crate::error::{Error, Place};
use crate::input::Stdin;

/// The size of the output buffer in bytes.
const BUFFER: usize = 64 * 1024;

/// The environment of a tool.
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

/// A writer that discards its output once its reader has closed the pipe.
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

/// Standard error: the one place that prints messages, each after the tool's name.
pub struct Messages<'a> {
    tool: &'static str,
    writer: Box<dyn Write + 'a>,
    closed: bool,
    /// Whether progress is printed, which is for people only.
    is_terminal: bool,
    in_colour: bool,
    /// The width of the progress line that is on the terminal now.
    progress: usize,
}

impl Messages<'_> {
    /// Messages on the process's standard error.
    fn system() -> Self {
        let is_terminal = io::stderr().is_terminal();
        Self { is_terminal, in_colour: is_terminal && wants_colour(), ..Self::new(Box::new(io::stderr())) }
    }
}

impl<'a> Messages<'a> {
    /// Messages to `writer`. The runner adds the tool's name; see [`super::execute`].
    pub fn new(writer: Box<dyn Write + 'a>) -> Self {
        Self { tool: "", writer, closed: false, is_terminal: false, in_colour: false, progress: 0 }
    }

    /// Prints the progress of long work, on a terminal only, and overwrites the previous progress line.
    pub fn progress(&mut self, text: &str) {
        if self.is_terminal {
            let line = format!("{}: {text}", self.tool);
            let (width, before) = (line.chars().count(), self.progress);
            self.write(format_args!("\r{line:before$}"));
            self.progress = width.max(before);
        }
    }

    /// Clears the progress line, before something else is printed there.
    pub fn end_progress(&mut self) {
        let width = std::mem::take(&mut self.progress);
        if width > 0 {
            self.write(format_args!("\r{:width$}\r", ""));
        }
    }

    pub(super) const fn set_tool(&mut self, tool: &'static str) {
        self.tool = tool;
    }

    /// Prints an error with its place and its hint in a run that continues. The run ends if the reader of the messages has
    /// closed the pipe: a list may consist of errors only.
    ///
    /// # Errors
    /// The reader of the messages closed the pipe.
    pub fn report_and_continue(&mut self, error: &Error) -> Result<(), Error> {
        self.report(error);
        if self.closed { Err(Error::output(io::ErrorKind::BrokenPipe.into())) } else { Ok(()) }
    }

    /// Prints an error with its place and its hint. A reader that closed our output is not reported.
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

    /// Whether colours may be used.
    #[must_use]
    pub const fn in_colour(&self) -> bool {
        self.in_colour
    }

    /// Prints that the answer is yes: the place, the verdict, which is in colour, and the reason.
    pub fn approve(&mut self, place: &Place, verdict: &str, reason: &str) {
        let verdict = Colour::Green.paint(verdict, self.in_colour);
        self.line(format_args!("{place}: {verdict}: {reason}"));
    }

    /// Prints a remark that is not an error.
    pub fn note(&mut self, note: &str) {
        self.line(format_args!("{note}"));
    }

    /// Prints advice.
    pub fn hint(&mut self, hint: &str) {
        self.line(format_args!("hint: {hint}"));
    }

    /// Prints unchanged text: a usage, a prompt.
    pub fn raw(&mut self, text: &str) {
        self.write(format_args!("{text}"));
    }

    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        self.end_progress();
        let tool = self.tool;
        self.write(format_args!("{tool}: {text}\n"));
    }

    /// If a message cannot be written there is no other place to report it; the exit status still counts.
    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        let written = self.writer.write_all(text.to_string().as_bytes()).and_then(|()| self.writer.flush());
        self.closed |= written.is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe);
    }
}

impl Env<'static> {
    /// Returns the process's own arguments, streams, terminal and variables.
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

/// Whether the user and the terminal want colour: not with `NO_COLOR` (no-color.org) or on a dumb terminal. On Windows only
/// terminals that identify themselves are known to support it.
fn wants_colour() -> bool {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let known = !cfg!(windows) || set("WT_SESSION").is_some() || set("TERM").is_some();
    known && set("NO_COLOR").is_none() && set("TERM").is_none_or(|terminal| terminal != "dumb")
}

impl<'a> Env<'a> {
    /// Returns an environment for a test: these arguments, this standard input, output and messages into these buffers, no
    /// terminal and no home folder.
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

    /// Continues when the readers of output and messages close their pipes, for a run whose exit status is about the whole
    /// input.
    pub fn continue_without_readers(&mut self) {
        let (output, _) = std::mem::replace(&mut self.output, BufWriter::new(Box::new(io::sink()))).into_parts();
        self.output = BufWriter::with_capacity(BUFFER, Box::new(WithoutReader(output)));
        let messages = std::mem::replace(&mut self.messages.writer, Box::new(io::sink()));
        self.messages.writer = Box::new(WithoutReader(messages));
    }

    /// Prints to standard output.
    ///
    /// # Errors
    /// Standard output could not be written, or its reader closed the pipe.
    pub fn print(&mut self, text: impl AsRef<[u8]>) -> Result<(), Error> {
        self.output.write_all(text.as_ref()).map_err(Error::output)
    }
}
