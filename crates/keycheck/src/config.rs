//! Validates a command line: checks the options against each other, and opens the files that they name.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use common::cli::passphrase;
use common::error::Error;
use common::escape;
use common::input::Stdin;
use common::secret::Secret;

use crate::args::Args;
use crate::checks::blocklist::Blocklist;
use crate::checks::listed_prime::{LISTED_PRIME, PrimeList};
use crate::cross_key::shared_primes::SHARED_PRIME;
use crate::cross_key::{Product, ProductTasks};
use crate::policy::policies::AZURE;
use crate::policy::terms::{Mode, Terms};
use crate::report::Format;

/// The input that is judged.
pub(crate) enum Input {
    /// The keys in these files, or on standard input.
    Keys(Vec<OsString>),
    /// The keys of products, which were judged when they were made.
    Products(Vec<Product>),
}

/// The configuration of a run.
pub(crate) struct Config {
    /// The terms by which keys are judged.
    pub terms: Terms,
    /// The input that is judged.
    pub input: Input,
    /// The products that are written and compared with.
    pub tasks: ProductTasks,
    /// The passphrase of encrypted keys.
    pub passphrase: Option<Secret>,
    /// Whether folders are replaced by the files in them.
    pub recursive: bool,
    /// The file that is written instead of standard output.
    pub output: Option<PathBuf>,
    /// How the report is written.
    pub format: Format,
    /// Only keys that fail are reported.
    pub quiet: bool,
}

impl Config {
    /// # Errors
    /// Options exclude each other, or a file that they name cannot be read.
    pub(crate) fn new(args: Args, stdin: &mut Stdin<'_>) -> Result<Self, Error> {
        let mode = match (args.rewrite, args.filter) {
            (false, false) => Mode::Report,
            (true, false) => Mode::Rewrite,
            (false, true) => Mode::Filter,
            (true, true) => {
                return Err(
                    Error::failure("--rewrite and --filter are mutually exclusive").hint("try 'keycheck --help'")
                );
            }
        };
        let in_file = |file| passphrase::in_file(file, stdin, passphrase::NONE_IS_LEFT_OUT);
        let passphrase = args.passphrase_file.as_deref().map(in_file).transpose()?;
        if !args.against.is_empty() && !args.settings.wants(&SHARED_PRIME) {
            return Err(Error::failure("--against looks for rsa-shared-prime, which --skip leaves out"));
        }
        // A private key does not belong in a list of keys that pass.
        let public_only = args.public_only || mode == Mode::Filter;
        let input = if args.against.is_empty() { Input::Keys(args.operands) } else { split(args.operands)? };
        if matches!(input, Input::Products(_)) && (public_only || mode != Mode::Report) {
            return Err(Error::failure("a product of keys is not a public key").hint(
                "leave out --public-only, --rewrite and --filter to compare products, or give the files of the keys",
            ));
        }
        let against = args.against.iter().map(|path| Product::open(path)).collect::<Result<_, _>>()?;
        args.emit_product.as_deref().map_or(Ok(()), Product::refuse_other_file)?;
        let blocklists = args.blocklists.iter().map(|path| Blocklist::open(path)).collect::<Result<_, _>>()?;
        if !args.primes.is_empty() && !args.settings.wants(&LISTED_PRIME) {
            return Err(Error::failure("--primes looks for rsa-listed-prime, which --skip leaves out"));
        }
        let prime_lists = args.primes.iter().map(|path| PrimeList::open(path)).collect::<Result<_, _>>()?;
        let policies = if args.policies.is_empty() { vec![&AZURE] } else { args.policies };
        Ok(Self {
            terms: Terms {
                mode,
                policies,
                public_only,
                strict: args.strict,
                settings: args.settings,
                blocklists,
                prime_lists,
            },
            input,
            tasks: ProductTasks { emit: args.emit_product, against },
            // If only public keys may pass, private ones are not decrypted.
            passphrase: passphrase.filter(|_| !public_only),
            recursive: args.recursive,
            output: args.output.filter(|file| file != "-").map(PathBuf::from),
            format: format(args.json, args.sarif, args.github)?,
            quiet: args.quiet,
        })
    }
}

/// Returns the one format that was requested.
fn format(json: bool, sarif: bool, github: bool) -> Result<Format, Error> {
    match (json, sarif, github) {
        (false, false, false) => Ok(Format::Text),
        (true, false, false) => Ok(Format::Json),
        (false, true, false) => Ok(Format::Sarif),
        (false, false, true) => Ok(Format::Github),
        _ => Err(Error::failure("--json, --sarif and --github are mutually exclusive")),
    }
}

/// Sorts the operands: with `--against`, either all are products, or none.
fn split(operands: Vec<OsString>) -> Result<Input, Error> {
    let (products, others): (Vec<_>, Vec<_>) =
        operands.into_iter().partition(|operand| Product::is_one(Path::new(operand)));
    match (products.first(), others.first()) {
        (None, _) => Ok(Input::Keys(others)),
        (Some(_), None) => {
            let products = products.iter().map(|path| Product::open(Path::new(path)));
            Ok(Input::Products(products.collect::<Result<_, _>>()?))
        }
        (Some(product), Some(other)) => Err(Error::failure(format!(
            "{} is a product and {} is not: give only products, or none",
            escape::path(Path::new(product)),
            escape::path(Path::new(other))
        ))),
    }
}
