//! Writes a bill of materials (CycloneDX 1.5) for the programs, and the licences of all parts.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use support::binaries;

use super::VERSION;
use super::date::Date;
use crate::Failure;
use crate::toolchain::{Library, Target, Toolchain};

/// The packages in the four programs, Rust's library, and the C library.
pub(super) struct Materials {
    /// By name and version.
    parts: BTreeMap<(String, String), Part>,
    /// The compiler's own name and version.
    compiler: String,
    library: Library,
}

/// A package, our own or not.
struct Part {
    license: String,
    /// Its sources.
    folder: PathBuf,
    /// The SHA-256 of its archive; `None` for our own.
    checksum: Option<String>,
    needs: BTreeSet<(String, String)>,
}

impl Materials {
    /// Gets the dependencies of each tool from cargo, without those that only run in the compiler.
    pub(super) fn of(target: &Target, toolchain: &Toolchain) -> Result<Self, Failure> {
        let about: Value = serde_json::from_str(&cargo(&["metadata", "--format-version=1"])?)?;
        let checksums = checksums()?;
        let mut parts: BTreeMap<(String, String), Part> = BTreeMap::new();
        for tool in binaries::TOOLS {
            let tree = cargo(&[
                "tree",
                "--package",
                tool,
                "--target",
                target.triple,
                "--edges",
                "normal,no-proc-macro",
                "--prefix",
                "depth",
                "--format",
                " {p}",
            ])?;
            let mut above: Vec<(String, String)> = Vec::new();
            for line in tree.lines() {
                let mut words = line.split(' ');
                let (Some(depth), Some(name), Some(version)) = (words.next(), words.next(), words.next()) else {
                    return Err(format!("what cargo tree says is not understood: {line}").into());
                };
                let key = (name.to_owned(), version.trim_start_matches('v').to_owned());
                above.truncate(depth.parse()?);
                if let Some(part) = above.last().and_then(|above| parts.get_mut(above)) {
                    part.needs.insert(key.clone());
                }
                if !parts.contains_key(&key) {
                    parts.insert(key.clone(), Part::find(&key, &about, &checksums)?);
                }
                above.push(key);
            }
        }
        Ok(Self { parts, compiler: toolchain.compiler()?, library: target.library })
    }

    /// The bill of materials.
    pub(super) fn bill(&self, date: Date) -> Result<String, Failure> {
        let mut components: Vec<Value> = self.parts.iter().map(|(key, part)| part.component(key)).collect();
        components.extend(self.libraries().iter().map(|(name, version, license, _)| {
            json!({
                "type": "library", "bom-ref": format!("pkg:generic/{name}"), "name": name, "version": version,
                "licenses": [{ "expression": license }],
            })
        }));
        let dependencies: Vec<Value> = self
            .parts
            .iter()
            .map(|(key, part)| json!({ "ref": reference(key), "dependsOn": part.needs.iter().map(reference).collect::<Vec<_>>() }))
            .collect();
        let bill = json!({
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "version": 1,
            "metadata": {
                "timestamp": date.short(),
                "component": { "type": "application", "bom-ref": "vmkeys", "name": "vmkeys", "version": VERSION },
            },
            "components": components,
            "dependencies": dependencies,
        });
        Ok(serde_json::to_string_pretty(&bill)? + "\n")
    }

    /// The libraries that are linked in besides the packages: name, version, licence, and the source of the licence.
    fn libraries(&self) -> Vec<(&str, &str, &str, &str)> {
        let version = self.compiler.split(' ').nth(1).unwrap_or_default();
        let rust = ("rust-std", version, "MIT OR Apache-2.0", "https://www.rust-lang.org/policies/licenses");
        let c = match self.library {
            Library::Musl => {
                ("musl", "", "MIT", "Copyright (c) 2005-2020 Rich Felker, et al.; https://git.musl-libc.org/cgit/musl")
            }
            Library::Glibc => ("glibc", "", "LGPL-2.1-or-later", "https://sourceware.org/glibc/"),
            Library::Mingw => ("mingw-w64-runtime", "", "ZPL-2.1", "https://www.mingw-w64.org/"),
            // The system's own library is not in the program.
            Library::Macos => return vec![rust],
        };
        vec![rust, c]
    }

    /// The licences of all parts: the licence of each part, and each text once.
    pub(super) fn licenses(&self) -> Result<String, Failure> {
        let mut text = "The programs of vmkeys contain these parts of others.\n\n".to_owned();
        for (name, version, license, says) in self.libraries() {
            let _ = writeln!(text, "{} ({license}): {says}", format!("{name} {version}").trim_end());
        }
        let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for ((name, version), part) in self.parts.iter().filter(|(_, part)| part.checksum.is_some()) {
            let _ = writeln!(text, "{name} {version} ({})", part.license);
            for file in license_files(&part.folder)? {
                let words = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
                let words = words.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
                texts.entry(words.trim_matches('\n').to_owned()).or_default().push(format!("{name} {version}"));
            }
        }
        for (words, owners) in texts {
            let _ = write!(text, "\n{}\n{}:\n\n{words}\n", "=".repeat(100), owners.join(", "));
        }
        Ok(text)
    }
}

impl Part {
    fn find(
        key: &(String, String),
        about: &Value,
        checksums: &BTreeMap<(String, String), String>,
    ) -> Result<Self, Failure> {
        let all = about["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let found =
            all.iter().find(|package| package["name"] == key.0.as_str() && package["version"] == key.1.as_str());
        let found = found.ok_or_else(|| format!("cargo metadata does not know {} {}", key.0, key.1))?;
        let manifest = Path::new(found["manifest_path"].as_str().unwrap_or_default());
        Ok(Self {
            // Before SPDX expressions a slash meant OR.
            license: found["license"].as_str().ok_or_else(|| format!("{} has no licence", key.0))?.replace('/', " OR "),
            folder: manifest.parent().unwrap_or(manifest).to_owned(),
            checksum: checksums.get(key).cloned(),
            needs: BTreeSet::new(),
        })
    }

    fn component(&self, key: &(String, String)) -> Value {
        let mut component = json!({
            "type": "library", "bom-ref": reference(key), "name": key.0, "version": key.1,
            "licenses": [{ "expression": self.license }],
        });
        if let Some(checksum) = &self.checksum {
            component["purl"] = reference(key).into();
            component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
        }
        component
    }
}

/// The package URL of a crate.
fn reference((name, version): &(String, String)) -> String {
    format!("pkg:cargo/{name}@{version}")
}

/// The SHA-256 checksums in Cargo.lock.
fn checksums() -> Result<BTreeMap<(String, String), String>, Failure> {
    let lock = fs::read_to_string(binaries::root().join("Cargo.lock"))?;
    let mut checksums = BTreeMap::new();
    for package in lock.split("[[package]]\n").skip(1) {
        let value = |name: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \""));
            line.and_then(|line| line.strip_suffix('"')).map(str::to_owned)
        };
        if let (Some(name), Some(version), Some(checksum)) = (value("name"), value("version"), value("checksum")) {
            checksums.insert((name, version), checksum);
        }
    }
    Ok(checksums)
}

/// The licence files of a package, sorted.
fn license_files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_lowercase();
        let is_one =
            ["license", "copying", "copyright", "notice", "unlicense"].iter().any(|word| name.starts_with(word));
        if is_one && entry.file_type()?.is_file() {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// Runs cargo, and returns its output.
fn cargo(arguments: &[&str]) -> Result<String, Failure> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).current_dir(binaries::root()).args(arguments).arg("--locked").output()?;
    if !output.status.success() {
        return Err(format!("cargo {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
