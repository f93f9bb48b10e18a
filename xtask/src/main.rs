//! `cargo xtask`: builds, tests, shows and documents vmkeys.

mod bench;
mod build;
mod completions;
mod demo;
mod documents;
mod man;
mod suite;
mod windows;

use std::error::Error;
use std::process::ExitCode;

/// What went wrong, in words.
type Failure = Box<dyn Error + Send + Sync>;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  demo         walk the article on this machine: a key, its check, a verified connection, a refused one
  test         formatting, lints, documentation, every test, the examples; installs missing peers where it may
  build        release binaries into target/release
  bench keygen [-n KEYS]
               how fast keygen is beside ssh-keygen and openssl; 30 keys each unless -n says
  bench pubfp [-n ROUNDS]
               how fast pubfp is beside ssh-keygen -lf, and beside base64 and SHA-256 alone
  bench hostfp [-n ROUNDS]
               how fast hostfp is beside ssh-keyscan: one host, a thousand, some of them dead
  bench keycheck
               how fast keycheck is beside badkeys, and its search for shared primes beside gmpy2's trees
  bench known-hosts [-n ROUNDS]
               hostfp with a known_hosts of 100,000 lines, beside ssh-keygen -F and -R
  man          manual pages into target/man
  completions  completions for bash, zsh, fish and PowerShell into target/completions
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let mut arguments = lexopt::Parser::from_env();
    let command = match arguments.next()? {
        Some(lexopt::Arg::Value(command)) => command.to_string_lossy().into_owned(),
        Some(lexopt::Arg::Short('h') | lexopt::Arg::Long("help")) => {
            print!("{USAGE}");
            return Ok(());
        }
        Some(argument) => return Err(argument.unexpected().into()),
        None => return Err(format!("which command?\n{USAGE}").into()),
    };
    if command == "bench" {
        return bench::bench(arguments);
    }
    if let Some(argument) = arguments.next()? {
        return Err(argument.unexpected().into());
    }
    match command.as_str() {
        "demo" => demo::demo(),
        "test" => suite::test(),
        "build" => build::release(),
        "man" => documents::write("man", &documents::man_pages()),
        "completions" => documents::write("completions", &documents::completions()),
        unknown => Err(format!("unknown command '{unknown}'\n{USAGE}").into()),
    }
}
