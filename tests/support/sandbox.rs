//! A temporary folder for each test, which is also the home folder of the commands that run in it.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::{binaries, signals, times};

/// A folder that is removed when its value is dropped.
pub struct Sandbox {
    folder: tempfile::TempDir,
}

/// The result of a command.
#[derive(Debug)]
pub struct Outcome {
    /// Its exit status; none when a signal ended it.
    pub status: Option<i32>,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Outcome {
    fn of(output: &Output) -> Self {
        Self {
            status: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Returns the standard output of a command that must have succeeded.
    ///
    /// # Panics
    /// It did not.
    #[track_caller]
    #[must_use]
    pub fn good(self) -> String {
        assert_eq!(self.status, Some(0), "{self:?}");
        self.stdout
    }

    /// Returns the standard error of a command that must have ended with this status.
    ///
    /// # Panics
    /// It ended with another status.
    #[track_caller]
    #[must_use]
    pub fn fails(self, status: i32) -> String {
        assert_eq!(self.status, Some(status), "{self:?}");
        self.stderr
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

#[expect(clippy::expect_used, reason = "a sandbox that fails fails its test")]
impl Sandbox {
    /// Makes an empty folder.
    ///
    /// # Panics
    /// It cannot be made.
    #[must_use]
    pub fn new() -> Self {
        times::start();
        Self { folder: tempfile::Builder::new().prefix("vmkeys-").tempdir().expect("a temporary folder") }
    }

    /// The path of the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The path of a file in the folder.
    #[must_use]
    pub fn file(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path().join(name)
    }

    /// Writes a file, and the folders above it.
    ///
    /// # Panics
    /// It cannot be written.
    pub fn write(&self, name: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.file(name);
        path.parent().map(fs::create_dir_all).transpose().expect("the folder is made");
        fs::write(&path, contents).expect("the file is written");
        path
    }

    /// Writes a shell script that can be run at once, and the folders above it.
    ///
    /// A child process writes it, as it writes [`Self::copy_program`]'s file. Were the file open for writing in this
    /// process, a command that another test starts at that moment would inherit it, and the kernel runs no program that
    /// is open for writing ("Text file busy").
    ///
    /// # Panics
    /// It cannot be written.
    pub fn write_script(&self, name: impl AsRef<Path>, body: &str) -> PathBuf {
        let path = self.file(name);
        path.parent().map(fs::create_dir_all).transpose().expect("the folder is made");
        let write = ["-c", "cat > \"$1\" && chmod 755 \"$1\"", "sh"].map(OsStr::new);
        let _ = self.run_with("sh", write.into_iter().chain([path.as_os_str()]), format!("#!/bin/sh\n{body}")).good();
        path
    }

    /// Copies a program to a file here that can be run at once.
    ///
    /// # Panics
    /// It cannot be copied.
    pub fn copy_program(&self, program: impl AsRef<Path>, name: impl AsRef<Path>) -> PathBuf {
        let path = self.file(name);
        let _ = self.run("cp", [program.as_ref(), &path]).good();
        path
    }

    /// Reads a file.
    ///
    /// # Panics
    /// It cannot be read.
    #[must_use]
    pub fn read(&self, name: impl AsRef<Path>) -> String {
        String::from_utf8_lossy(&fs::read(self.file(name)).expect("the file is there")).into_owned()
    }

    /// The names in the folder, sorted.
    ///
    /// # Panics
    /// The folder cannot be read.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path())
            .expect("the folder is there")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// A command that runs in this folder as its home, finds the binaries under test first, and ignores no signal.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        signals::default_in_children();
        let mut command = Command::new(program);
        command
            .current_dir(self.path())
            .env("PATH", binaries::search_path())
            .env("HOME", self.path())
            .env("LC_ALL", "C.UTF-8")
            .env_remove("SSH_AUTH_SOCK")
            .env_remove("SSH_ASKPASS")
            .env_remove("SSH_ASKPASS_REQUIRE")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY");
        command
    }

    /// Runs a command with this standard input.
    ///
    /// # Panics
    /// It cannot be started.
    pub fn run_with<S: AsRef<OsStr>>(
        &self,
        program: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = S>,
        stdin: impl AsRef<[u8]>,
    ) -> Outcome {
        let mut child = self
            .command(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut to = child.stdin.take().expect("a pipe");
        let input = stdin.as_ref().to_vec();
        let writer = std::thread::spawn(move || {
            // A command may end without reading all of its input.
            let _ = to.write_all(&input);
        });
        let output = child.wait_with_output().expect("the command ends");
        writer.join().expect("the writer ends");
        Outcome::of(&output)
    }

    /// Runs a command with an empty standard input.
    pub fn run<S: AsRef<OsStr>>(&self, program: impl AsRef<OsStr>, arguments: impl IntoIterator<Item = S>) -> Outcome {
        self.run_with(program, arguments, "")
    }

    /// Runs a shell command.
    pub fn shell(&self, line: &str) -> Outcome {
        self.run("bash", ["-c", line])
    }
}
