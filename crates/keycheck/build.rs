//! Generates the sorted table of published keys that `checks::known_compromised` searches.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

const LIST: &str = "src/checks/known_compromised.tsv";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={LIST}");
    let text = fs::read_to_string(LIST)?;
    let mut rows = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [fingerprint, _, _, shipped_in] = fields.as_slice() else { return Err(format!("{LIST}: {line}").into()) };
        rows.push((*fingerprint, *shipped_in));
    }
    rows.sort_unstable();
    let folder = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names no folder for the table")?);
    fs::write(folder.join("known_compromised.rs"), format!("&{rows:?}"))?;
    Ok(())
}
