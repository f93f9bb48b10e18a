//! `cargo xtask dist`: makes the release files in `target/dist`.
//!
//! For each target: the four programs (`TARGET/TOOL`), a tar.gz or zip, packages for Debian and Red Hat, and a bill of
//! materials; the source; manifests for winget, Scoop and Homebrew; and the SHA-256 checksums of all. The same source
//! and compiler give the same bytes, in any folder and at any time: the date is that of the release in the changelog,
//! or `SOURCE_DATE_EPOCH`.
//!
//! Existing tools do not fit: cargo-deb and cargo-generate-rpm make a package of one crate, while ours contain the
//! programs of four crates, and the four formats share one list of files ([`contents`]). cargo-cyclonedx and
//! cargo-about know only crates, while the bill of materials and the licences of static programs name Rust's standard
//! library and the C library, too. Libraries write the formats (`xtask/packager`: ar, tar, zip, rpm).

mod again;
pub(crate) mod contents;
mod date;
mod manifests;
mod materials;
mod source;
mod texts;

use std::env;
use std::fs;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use support::{binaries, peers};

use crate::build::{cargo, run};
use crate::toolchain::{Library, Purpose, TARGETS, Target, Toolchain};
use crate::{Failure, documents};
use contents::Place;
use date::Date;
use materials::Materials;

/// The package revision of this version.
const REVISION: &str = "1";

const SUMMARY: &str = "SSH keys and host fingerprints for Linux VMs";

const DESCRIPTION: [&str; 2] = [
    "Four small programs that carry a person from \"I need an SSH key\" to \"I am connected, and I know it is my VM\".",
    "keygen makes key pairs, keycheck reports whether a key is acceptable and safe, pubfp prints fingerprints of keys in any \
     form, and hostfp prints and verifies the fingerprints of hosts. They need nothing else, not even a C library.",
];

/// The version of all packages.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The variable with the folder of the packages under test; the default is [`folder`].
pub(crate) const DIST_DIR: &str = "VMKEYS_DIST_DIR";

/// The folder of the release files.
pub(crate) fn folder() -> PathBuf {
    binaries::root().join("target/dist")
}

/// The folder of the packages that are only tested; their programs for other machines are built without link-time
/// optimisation.
pub(crate) fn tested() -> PathBuf {
    binaries::root().join("target/tested")
}

/// The tested programs for the first matching target that has some.
pub(crate) fn tested_programs(wanted: impl Fn(&Target) -> bool) -> Option<PathBuf> {
    let wanted = TARGETS.iter().filter(|target| wanted(target));
    wanted.map(|target| tested().join(target.triple)).find(|folder| folder.exists())
}

/// The folder for intermediate files.
fn workshop() -> PathBuf {
    binaries::root().join("target/packing")
}

/// Parses the arguments, and builds.
pub(crate) fn command(mut arguments: lexopt::Parser) -> Result<(), Failure> {
    let (mut asked, mut all, mut twice) = (Vec::new(), false, false);
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("target") => asked.push(arguments.value()?.to_string_lossy().into_owned()),
            lexopt::Arg::Long("all") => all = true,
            lexopt::Arg::Long("check-reproducible") => twice = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let toolchains = match (all, asked.is_empty()) {
        (true, false) => return Err("--all and --target are mutually exclusive".into()),
        (true, true) => all_toolchains()?,
        (false, _) => these_toolchains(&asked)?,
    };
    make(&folder(), &toolchains, |_| Purpose::Shipped)?;
    if twice {
        again::check(&toolchains.iter().map(|(target, _)| target.triple).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// A target and its toolchain.
type Equipped = (&'static Target, Toolchain);

/// The toolchains for these targets; by default for this machine.
fn these_toolchains(asked: &[String]) -> Result<Vec<Equipped>, Failure> {
    let mut toolchains = Vec::new();
    if asked.is_empty() {
        toolchains.push(preferred(env::consts::ARCH)?);
    }
    for name in asked {
        let target = Target::named(name)?;
        toolchains.push((target, Toolchain::find(target)?));
    }
    Ok(toolchains)
}

/// Builds for every kind of machine whose programs can be run here: for this machine as for a release, and for the
/// others to run under an emulator.
pub(crate) fn for_tests() -> Result<(), Failure> {
    let mut toolchains = all_toolchains()?;
    toolchains.retain(|(target, _)| target.library != Library::Macos);
    make(&tested(), &toolchains, |target| if target.is_native() { Purpose::Shipped } else { Purpose::Tried })
}

/// The toolchains for every kind of machine; prints the kinds that have none.
fn all_toolchains() -> Result<Vec<Equipped>, Failure> {
    let others = TARGETS.iter().filter(|target| !target.is_linux());
    let others = others.map(|target| Ok((target, Toolchain::find(target)?)));
    let mut toolchains = Vec::new();
    for found in ["x86_64", "aarch64"].map(preferred).into_iter().chain(others) {
        match found {
            Ok(found) => toolchains.push(found),
            // In CI a target that is skipped must not look like one that was built.
            Err(missing) if peers::in_ci() => return Err(missing.into()),
            Err(missing) => println!("skipped: {missing}"),
        }
    }
    Ok(toolchains)
}

/// The first toolchain for a processor under Linux: musl, or else glibc.
fn preferred(processor: &str) -> Result<Equipped, String> {
    let mut missing = Vec::new();
    for target in TARGETS.iter().filter(|target| target.is_linux() && target.processor() == processor) {
        match Toolchain::find(target) {
            Ok(toolchain) => return Ok((target, toolchain)),
            Err(what) => missing.push(what),
        }
    }
    Err(missing.into_iter().next().unwrap_or_else(|| format!("there is no target for {processor}")))
}

fn make(to: &Path, toolchains: &[Equipped], purpose: fn(&Target) -> Purpose) -> Result<(), Failure> {
    for old in [to, &workshop()] {
        if old.exists() {
            fs::remove_dir_all(old)?;
        }
        fs::create_dir_all(old)?;
    }
    documents::write("man", &documents::man_pages())?;
    documents::write("completions", &documents::completions())?;
    let date = Date::of_release()?;
    let mut packages = Vec::new();
    // One thread for each target: the last step of each program, which is the longest, uses one core.
    thread::scope(|scope| {
        let threads: Vec<_> = toolchains
            .iter()
            .map(|(target, toolchain)| scope.spawn(|| programs(to, toolchain, target, purpose(target))))
            .collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })?;
    for (target, toolchain) in toolchains {
        packages.extend(self::packages(to, target, toolchain, date)?);
    }
    let name = format!("vmkeys-{VERSION}");
    let files = contents::listed(source::archive(&name)?);
    packages.push(json!({ "kind": "targz", "path": to.join(format!("{name}.tar.gz")), "files": files }));
    let manifest = workshop().join("manifest.json");
    let text = json!({
        "name": "vmkeys",
        "version": VERSION,
        "revision": REVISION,
        "summary": SUMMARY,
        "description": DESCRIPTION,
        "license": env!("CARGO_PKG_LICENSE"),
        "maintainer": texts::maintainer(),
        "date": date.seconds(),
        "packages": packages,
    });
    fs::write(&manifest, text.to_string())?;
    cargo(&["run", "--quiet", "--locked", "--bin", "packager", "--", &manifest.to_string_lossy()], &[])?;
    manifests::write(to)?;
    sums(to)
}

/// Builds the four programs.
fn programs(to: &Path, toolchain: &Toolchain, target: &Target, purpose: Purpose) -> Result<(), Failure> {
    // One folder for each target, since cargo locks it.
    let built = binaries::root().join("target/cross").join(target.triple);
    let to = to.join(target.triple);
    fs::create_dir_all(&to)?;
    let start = Instant::now();
    run(&mut toolchain.cargo(purpose, &built))?;
    println!("{}: {:.1} s: {}", target.triple, start.elapsed().as_secs_f64(), purpose.profile());
    for tool in binaries::TOOLS {
        let name = target.file_name(tool);
        fs::copy(built.join(target.triple).join(purpose.profile()).join(&name), to.join(&name))?;
    }
    Ok(())
}

/// Describes the packages of a target for the packager, and writes its bill of materials.
fn packages(to: &Path, target: &Target, toolchain: &Toolchain, date: Date) -> Result<Vec<Value>, Failure> {
    let materials = Materials::of(target, toolchain)?;
    let name = format!("vmkeys-{VERSION}-{}", target.triple);
    fs::write(to.join(format!("{name}.cdx.json")), materials.bill(date)?)?;
    let programs = to.join(target.triple);
    let parts = workshop().join(target.triple);
    fs::create_dir_all(&parts)?;
    fs::write(parts.join("THIRD-PARTY.txt"), materials.licenses()?)?;
    let package = |kind: &str, file: String, architecture: &str, files: Vec<Place>| {
        let path = to.join(file);
        json!({ "kind": kind, "path": path, "architecture": architecture, "files": contents::listed(files) })
    };
    let files = contents::archive(target, &programs, &name, &parts)?;
    let archive = match target.library {
        Library::Mingw => package("zip", format!("{name}.zip"), "", files),
        _ => package("targz", format!("{name}.tar.gz"), "", files),
    };
    if !target.is_linux() {
        return Ok(vec![archive]);
    }
    texts::debian(&parts, date)?;
    let (processor, debian) = (target.processor(), target.debian);
    Ok(vec![
        archive,
        package("deb", format!("vmkeys_{VERSION}-{REVISION}_{debian}.deb"), debian, contents::deb(&programs, &parts)?),
        package(
            "rpm",
            format!("vmkeys-{VERSION}-{REVISION}.{processor}.rpm"),
            processor,
            contents::rpm(&programs, &parts)?,
        ),
    ])
}

/// Writes the SHA-256 of every file, as `sha256sum -c` reads it.
fn sums(to: &Path) -> Result<(), Failure> {
    let mut files = Vec::new();
    list(to, Path::new(""), &mut files)?;
    files.sort();
    let mut text = String::new();
    for file in &files {
        text.push_str(&format!("{}  {file}\n", sum(&to.join(file))?));
        println!("{}", to.join(file).display());
    }
    fs::write(to.join("SHA256SUMS"), text)?;
    Ok(())
}

/// The SHA-256 of a file, in hexadecimal.
fn sum(path: &Path) -> Result<String, Failure> {
    Ok(Sha256::digest(fs::read(path)?).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The files below a folder, with slashes on every system.
fn list(root: &Path, below: &Path, files: &mut Vec<String>) -> Result<(), Failure> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            list(root, &path, files)?;
        } else {
            files.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}
