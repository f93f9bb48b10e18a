//! `cargo xtask test`: runs the tests that a change must pass. `--all` adds slow ones.

mod harness;
mod other_systems;
mod steps;

use std::env;
use std::path::{Path, PathBuf};

use support::peers::{self, Peer};
use support::{binaries, cases};

use crate::build::cargo;
use crate::toolchain::Target;
use crate::{Failure, demo, dist, documents, emulated, fuzz, install_peers, windows};
use harness::Tests;
use steps::Steps;

/// The parts of the suite for programs for other machines. Left out are tests that trace the process (strace), that
/// look at its time or memory, that copy the program (which may be a script that runs QEMU), and that derive dozens of
/// keys, which takes QEMU minutes.
const CORE: [&str; 12] = [
    "cases::",
    "connect::",
    "convert::",
    "hostfp::",
    "keycheck::",
    "options::",
    "pubfp::",
    "streams::a_reader",
    "--skip",
    "each_key_file_is_read_once",
    "--skip",
    "an_ordinary_user_gets",
];

/// The parts of the suite that use OpenSSH, PuTTY, Dropbear or tinysshd, and run again with their newest versions;
/// without tests of DSA keys, which OpenSSH no longer reads.
const BESIDE_PEERS: [&str; 26] = [
    "codecs::",
    "connect::",
    "convert::",
    "changing_keys::",
    "fleet::",
    "writing_formats::",
    "handshake::",
    "hostfp::",
    "keygen::",
    "known_hosts::",
    "private_keys::",
    "ssh::",
    "terminal::",
    "trust::",
    "--skip",
    "private_keys_of_ssh_com",
    "--skip",
    "private_keys_of_every_form",
    "--skip",
    "without_the_right_passphrase_the_components",
    "--skip",
    "a_dsa_key_is_shown",
    "--skip",
    "a_signature_of_any_type",
    "--skip",
    "ssh_com",
];

/// Parses the arguments, and runs the tests.
pub(crate) fn command(mut arguments: lexopt::Parser) -> Result<(), Failure> {
    let (mut folder, mut all, mut names) = (None, false, Vec::new());
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("bin-dir") if folder.is_none() => folder = Some(PathBuf::from(arguments.value()?)),
            lexopt::Arg::Long("all") => all = true,
            lexopt::Arg::Value(name) => names.push(name.to_string_lossy().into_owned()),
            other => return Err(other.unexpected().into()),
        }
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut run = Run { steps: Steps::default(), tests: Tests::new()?, all };
    let result = match folder {
        Some(_) if all => Err("--all and --bin-dir are mutually exclusive".into()),
        Some(folder) => run.with_programs(&env::current_dir()?.join(folder), &names),
        None if names.is_empty() => run.everything(),
        None => Err("names of tests need --bin-dir".into()),
    };
    run.steps.report();
    run.tests.report()?;
    result
}

/// A run of the tests.
struct Run {
    steps: Steps,
    tests: Tests,
    all: bool,
}

impl Run {
    /// Runs the steps; the first that fails ends it.
    fn everything(&mut self) -> Result<(), Failure> {
        self.peers(if self.all { &[&peers::SUITE, &peers::ALL_BESIDES] } else { &[&peers::SUITE] })?;
        self.source()?;
        self.steps.step("build of the tools and their tests", || {
            binaries::folder();
            cargo(&["test", "--locked", "--workspace", "--no-run", "--quiet"], &[])
        })?;
        if self.all {
            self.steps.step("sources for other systems", || other_systems::check(&self.tests.skipped))?;
        }
        self.steps.step("manual pages and completions", || {
            documents::write("man", &documents::man_pages())?;
            documents::write("completions", &documents::completions())
        })?;
        self.steps.step("demo", demo::demo)?;
        self.steps.step("demo without OpenSSH", demo::without_openssh)?;
        let Self { steps, tests, all } = self;
        steps.step("unit tests", || tests.run(&["--lib", "--bins"], binaries::folder(), &[]))?;
        if !*all {
            return steps.step("suite", || tests.run(&["--test", "suite"], binaries::folder(), &[]));
        }
        // Packs each crate, and builds it from its package.
        steps.step("publishing the crates, rehearsed", || {
            cargo(&["publish", "--dry-run", "--workspace", "--locked", "--allow-dirty", "--quiet"], &[])
        })?;
        steps.step("packages for all targets", dist::for_tests)?;
        steps
            .step("what runs programs for other machines", || windows::prepare().and_then(|()| emulated::prepare()))?;
        steps.step("suite, all of it", || {
            let packages = dist::tested();
            tests.run(
                &["--test", "suite", "--", "--include-ignored"],
                binaries::folder(),
                &[(dist::DIST_DIR, &packages), (cases::ALL_CASES, Path::new("1"))],
            )
        })?;
        match peers::CURRENT.find().as_deref().and_then(Path::parent) {
            Some(current) => steps.step("suite, beside the newest peers", || {
                let names = [&["--test", "suite", "--"][..], &BESIDE_PEERS].concat();
                tests.run(&names, binaries::folder(), &[(binaries::PEERS_DIR, current)])
            })?,
            None => peers::skip_noted("suite, beside the newest peers", "not there", Some(tests.skipped.as_ref())),
        }
        steps.step("fuzzing, for a moment", || fuzz::smoke(&tests.skipped))?;
        for (machine, folder) in
            [("this machine", dist::tested_programs(Target::is_native)), ("another processor", emulated::programs())]
        {
            let name = format!("core of the suite, packaged programs for {machine}");
            match folder {
                Some(folder) => self.suite(&name, &folder, &CORE)?,
                None => peers::skip_noted(&name, "not built", Some(self.tests.skipped.as_ref())),
            }
        }
        Ok(())
    }

    /// Installs the peers that are missing.
    fn peers(&mut self, peers: &[&[Peer]]) -> Result<(), Failure> {
        self.steps.step("peers", || {
            install_peers::install_missing(&peers.concat());
            Ok(())
        })
    }

    /// Runs the steps that need no built program.
    fn source(&mut self) -> Result<(), Failure> {
        self.steps.step("formatting", || cargo(&["fmt", "--all", "--check"], &[]))?;
        self.steps.step("lints", || {
            cargo(&["clippy", "--locked", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"], &[])
        })?;
        self.steps.step("documentation", || {
            cargo(
                &["doc", "--locked", "--workspace", "--no-deps", "--document-private-items", "--quiet"],
                &[("RUSTDOCFLAGS", "--deny warnings")],
            )
        })
    }

    /// Runs the suite, or the tests whose names contain one of these, with the programs in a folder.
    fn with_programs(&mut self, folder: &Path, names: &[&str]) -> Result<(), Failure> {
        self.peers(&[&peers::SUITE])?;
        self.suite("suite", folder, names)
    }

    fn suite(&mut self, name: &str, folder: &Path, names: &[&str]) -> Result<(), Failure> {
        for tool in binaries::TOOLS {
            let tool = folder.join(format!("{tool}{}", env::consts::EXE_SUFFIX));
            if !tool.is_file() {
                return Err(format!("{} is not there", tool.display()).into());
            }
        }
        let Self { steps, tests, .. } = self;
        steps.step(name, || tests.run(&[&["--test", "suite", "--"], names].concat(), folder, &[]))
    }
}
