//! `cargo xtask assure`: gathers evidence before a release, which takes hours; docs/assurance.md has the results.

mod dependencies;
pub(crate) mod fresh_keys;
mod mutants;

use crate::Failure;

/// Parses the arguments, and gathers the evidence.
pub(crate) fn command(mut arguments: lexopt::Parser) -> Result<(), Failure> {
    use lexopt::ValueExt as _;
    let (mut what, mut maker, mut keys, mut shard) = (None, None, None, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Short('n') => keys = Some(arguments.value()?.parse()?),
            lexopt::Arg::Long("shard") => shard = Some(arguments.value()?.string()?),
            lexopt::Arg::Value(value) if what.is_none() => what = Some(value.string()?),
            lexopt::Arg::Value(value) if maker.is_none() => maker = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    match what.as_deref() {
        Some("fresh-keys") => fresh_keys::check(maker.as_deref(), keys.unwrap_or(fresh_keys::KEYS)),
        Some("dependencies") => dependencies::check(),
        Some("mutants") => mutants::run(shard.as_deref()),
        _ => Err("assure what? dependencies, fresh-keys or mutants".into()),
    }
}
