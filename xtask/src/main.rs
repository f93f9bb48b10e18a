//! `cargo xtask`: builds, tests, shows and documents vmkeys.

mod assure;
mod bench;
mod build;
mod completions;
mod demo;
mod dist;
mod documents;
mod emulated;
mod fuzz;
mod install;
mod install_peers;
mod man;
mod pages;
mod test;
mod toolchain;
mod windows;

use std::env;
use std::error::Error;
use std::process::ExitCode;

/// An error with its message.
type Failure = Box<dyn Error + Send + Sync>;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  demo [--without-openssh]
               run the README's walk-through on this machine: a key, its check, a verified connection, a refused one; it
               installs OpenSSH if that needs no password, and runs without it otherwise
  test [--all] run formatting, lints, documentation, the demo, unit tests, and the suite with real peers, which are
               installed if that needs no password; with --all also packages for all targets and the suite with the
               packaged programs, slow tests, the fuzz targets for a moment, and a check of the sources for other systems
  test --bin-dir DIR [NAME ...]
               run the suite alone, with the binaries in DIR; with NAMEs only tests whose names contain one
  build        build release binaries into target/release
  install [--prefix PREFIX]
               install binaries, manual pages and completions for bash, zsh and fish below PREFIX (/usr/local)
  uninstall [--prefix PREFIX]
               remove what install put there
  dist [--target TARGET ... | --all] [--check-reproducible]
               write static binaries, archives, packages, bills of materials and their checksums into target/dist, for
               this machine, for these targets, or for all targets that have a compiler; --check-reproducible makes
               them again in another folder and compares
  bench [--check] [--portable]
               run all benches but corpora and size, and write docs/bench.md and docs/bench.svg; with --check fail if a
               goal is not met; with --portable build our programs without vector instructions, and write
               docs/bench-portable.md; both options also work with a single bench, which writes no file
  bench start [-n ROUNDS]
               measure the start of each tool, compared with an empty program
  bench keygen [-n KEYS]
               compare keygen with ssh-keygen and openssl, with KEYS keys each (30)
  bench pubfp [-n ROUNDS]
               compare pubfp with ssh-keygen -lf, and with base64 and SHA-256 alone
  bench hostfp [-n ROUNDS]
               compare hostfp with ssh-keyscan: one host, and a thousand hosts, some of them dead
  bench answer [-n ROUNDS]
               measure ssh with hostfp as its KnownHostsCommand, and an answer from a long log
  bench keycheck
               compare keycheck with badkeys, and its search for shared primes with gmpy2's trees
  bench corpora
               measure keycheck's time and memory for 25,000 to 200,000 keys: alone, shared primes, products
  bench known-hosts [-n ROUNDS]
               compare hostfp with ssh-keygen -F and -R on a known_hosts of 100,000 lines
  bench size   print the sizes of the packaged programs, and of ssh-keygen and the libraries that it loads
  assure dependencies
               check the dependencies by deny.toml with cargo-deny, with the advisories that `cargo deny fetch` has
               fetched, and build programs with the list of their dependencies with cargo-auditable
  assure fresh-keys [MAKER] [-n KEYS]
               make KEYS (10,000) RSA keys with each of ssh-keygen, OpenSSL, PuTTYgen and keygen, and a hundred times as
               many Ed25519 keys; keycheck must find nothing in them
  assure mutants [--shard K/N]
               change the code that decides which hosts to trust, one place at a time, and print the changes that no
               test notices
  fuzz [--time SECONDS] [TARGET ...]
               run each fuzz target for SECONDS (60); failing inputs are kept in target/fuzz/failures
  man          write manual pages into target/man
  docs [--check]
               update docs/ from the option tables, the checks and the demo: manual pages, tables and the picture of a
               terminal; with --check only print what is not current, and fail
  completions  write completions for bash, zsh, fish and PowerShell into target/completions
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
    if env::args_os().skip(2).any(|argument| argument == "--help" || argument == "-h") {
        print!("{USAGE}");
        return Ok(());
    }
    let mut arguments = lexopt::Parser::from_env();
    let command = match arguments.next()? {
        Some(lexopt::Arg::Value(command)) => command.to_string_lossy().into_owned(),
        Some(lexopt::Arg::Short('h') | lexopt::Arg::Long("help")) => {
            print!("{USAGE}");
            return Ok(());
        }
        Some(argument) => return Err(argument.unexpected().into()),
        None => return Err(format!("a command is missing\n{USAGE}").into()),
    };
    match command.as_str() {
        "assure" => assure::command(arguments),
        "bench" => bench::bench(arguments),
        "demo" => demo::command(arguments),
        "docs" => pages::command(arguments),
        "test" => test::command(arguments),
        "dist" => dist::command(arguments),
        "fuzz" => fuzz::command(arguments),
        "install" => install::install(&install::prefix(arguments)?),
        "uninstall" => install::uninstall(&install::prefix(arguments)?),
        alone => {
            if let Some(argument) = arguments.next()? {
                return Err(argument.unexpected().into());
            }
            match alone {
                "build" => build::release(),
                "man" => documents::write("man", &documents::man_pages()),
                "completions" => documents::write("completions", &documents::completions()),
                unknown => Err(format!("unknown command '{unknown}'\n{USAGE}").into()),
            }
        }
    }
}
