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

use std::error::Error;
use std::process::ExitCode;

/// What went wrong, in words.
type Failure = Box<dyn Error + Send + Sync>;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  demo [--without-openssh]
               walk the article on this machine: a key, its check, a verified connection, a refused one; installs OpenSSH
               where that needs no password, and does without where it cannot
  test [--all] formatting, lints, documentation, the demo, unit tests, and the suite beside real peers, which it installs
               where that needs no password; with --all also packages for all targets and the suite with the packaged
               programs, the tests that take long, the fuzz targets for a moment, and the sources for other systems
  test --bin-dir DIR [NAME ...]
               the suite alone, with the binaries in DIR; with NAMEs those tests whose names hold one of them
  build        release binaries into target/release
  install [--prefix PREFIX]
               binaries, manual pages and completions for bash, zsh and fish below PREFIX, else /usr/local
  uninstall [--prefix PREFIX]
               takes them away
  dist [--target TARGET ... | --all] [--check-reproducible]
               static binaries, archives, packages, bills of materials and their sums into target/dist; for this
               machine, for these targets, or for all that there is a compiler for; makes them again in another folder
               and compares
  bench [--check] [--portable]
               all of these but corpora and size, into docs/bench.md and docs/bench.svg; with --check it fails where a
               ratio to a peer's time is more than is asked; with --portable our programs are built without vector
               instructions, and the table is docs/bench-portable.md; so for each alone, without the tables
  bench start [-n ROUNDS]
               how long each tool takes to start, beside a program that does nothing
  bench keygen [-n KEYS]
               how fast keygen is beside ssh-keygen and openssl; 30 keys each unless -n says
  bench pubfp [-n ROUNDS]
               how fast pubfp is beside ssh-keygen -lf, and beside base64 and SHA-256 alone
  bench hostfp [-n ROUNDS]
               how fast hostfp is beside ssh-keyscan: one host, a thousand, some of them dead
  bench answer [-n ROUNDS]
               how long ssh takes with hostfp as its KnownHostsCommand, and an answer out of a long log
  bench keycheck
               how fast keycheck is beside badkeys, and its search for shared primes beside gmpy2's trees
  bench corpora
               how keycheck's time and memory grow from 25,000 keys to 200,000: alone, shared primes, products
  bench known-hosts [-n ROUNDS]
               hostfp with a known_hosts of 100,000 lines, beside ssh-keygen -F and -R
  bench size   how large the packaged programs are, beside ssh-keygen and what it loads
  assure dependencies
               holds the dependencies to deny.toml by cargo-deny, with the advisories that `cargo deny fetch` has fetched, and
               has cargo-auditable build programs that hold the list of them
  assure fresh-keys [MAKER] [-n KEYS]
               makes 10,000 RSA keys with each of ssh-keygen, OpenSSL, PuTTYgen and keygen, or KEYS, and a hundred times as
               many Ed25519 keys; keycheck must find nothing in them
  assure mutants [--shard K/N]
               changes the code that decides whom to trust, one place at a time, and prints what no test notices
  fuzz [--time SECONDS] [TARGET ...]
               feeds what no input may break for so long each, else a minute; what breaks it is kept in target/fuzz
  man          manual pages into target/man
  docs [--check]
               what docs/ has of the option tables, the checks and the demo: manual pages, tables and the picture of a
               terminal; with --check it only says what is not current, and fails
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
