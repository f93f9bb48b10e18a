//! Tests the manifests of a release for package managers: they have the required properties, and match the archives.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use support::{Sandbox, binaries, needs, peers};

/// A file of the packages; `None` is noted as a skip.
fn file(test: &str, name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("VMKEYS_DIST_DIR");
    let folder = folder.map_or_else(|| binaries::root().join("target/dist"), |folder| binaries::root().join(folder));
    let path = folder.join(name);
    if !path.exists() {
        peers::skip(test, &format!("without {name}: cargo xtask dist --all"));
        return None;
    }
    Some(path)
}

/// Asserts that the archive at an address exists and has this SHA-256. Returns the names in it.
fn names_in(test: &str, url: &str, sum: &str) -> Vec<String> {
    assert!(url.starts_with("https://") && url.contains("/releases/download/v"), "{url}");
    let archive = file(test, url.rsplit('/').next().unwrap()).unwrap().display().to_string();
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run("sha256sum", [&archive]).good().split(' ').next().unwrap(), sum.to_lowercase());
    let list = if url.ends_with(".zip") {
        sandbox.run(
            "python3",
            ["-c", "import sys, zipfile; print(*zipfile.ZipFile(sys.argv[1]).namelist(), sep='\\n')", &archive],
        )
    } else {
        sandbox.run("tar", ["-tzf", &archive])
    };
    list.good().lines().map(|name| name.trim_start_matches("./").to_owned()).collect()
}

#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn scoops_manifest_has_what_its_schema_asks_for_and_fits_the_archive() {
    needs!(PYTHON);
    let test = "scoops_manifest_has_what_its_schema_asks_for_and_fits_the_archive";
    let Some(path) = file(test, "vmkeys.json") else { return };
    let manifest: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    // The properties that Scoop's schema.json requires, and those that are used here.
    let mut properties: Vec<&str> = manifest.as_object().unwrap().keys().map(String::as_str).collect();
    properties.sort_unstable();
    assert_eq!(properties, ["architecture", "bin", "description", "homepage", "license", "version"]);
    assert!(["version", "description", "homepage", "license"].iter().all(|name| manifest[name].is_string()));
    let archive = &manifest["architecture"]["64bit"];
    let of = |name: &str| archive[name].as_str().unwrap();
    assert!(of("hash").len() == 64 && of("hash").bytes().all(|byte| byte.is_ascii_hexdigit()));
    let names = names_in(test, of("url"), of("hash"));
    for program in manifest["bin"].as_array().unwrap() {
        let program = format!("{}/{}", of("extract_dir"), program.as_str().unwrap());
        assert!(names.contains(&program), "{program} in {names:?}");
    }
    assert_eq!(manifest["bin"].as_array().unwrap().len(), binaries::TOOLS.len());
}

/// The values of a name in a winget manifest, which has one on each line.
fn values<'a>(manifest: &'a str, name: &str) -> Vec<&'a str> {
    let lines = manifest.lines().map(|line| line.trim_start_matches("- ").trim_start());
    lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).collect()
}

#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn wingets_manifests_have_what_their_schemas_ask_for_and_fit_the_archive() {
    needs!(PYTHON);
    let test = "wingets_manifests_have_what_their_schemas_ask_for_and_fit_the_archive";
    for (part, kind, required) in [
        ("", "version", &["DefaultLocale"][..]),
        (
            ".locale.en-US",
            "defaultLocale",
            &["PackageLocale", "Publisher", "PackageName", "License", "ShortDescription"],
        ),
        (".installer", "installer", &["InstallerType", "NestedInstallerType", "InstallerUrl", "InstallerSha256"]),
    ] {
        let Some(path) = file(test, &format!("vmkeys.vmkeys{part}.yaml")) else { return };
        let text = fs::read_to_string(path).unwrap();
        let one = |name: &str| {
            let values = values(&text, name);
            assert_eq!(values.len(), 1, "{kind}: {name}: {text}");
            values[0]
        };
        assert_eq!(
            (one("PackageIdentifier"), one("ManifestType"), one("ManifestVersion")),
            ("vmkeys.vmkeys", kind, "1.6.0")
        );
        assert_eq!(one("PackageVersion"), env!("CARGO_PKG_VERSION"));
        for name in required {
            assert!(!one(name).is_empty() && one(name).len() <= 256, "{name}");
        }
        if kind == "installer" {
            let names = names_in(test, one("InstallerUrl"), one("InstallerSha256"));
            assert_eq!(values(&text, "PortableCommandAlias"), binaries::TOOLS);
            for program in values(&text, "RelativeFilePath") {
                assert!(names.contains(&program.replace('\\', "/")), "{program} in {names:?}");
            }
        }
    }
}

#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn homebrews_formula_fits_the_archives() {
    let test = "homebrews_formula_fits_the_archives";
    let Some(path) = file(test, "vmkeys.rb") else { return };
    let formula = fs::read_to_string(&path).unwrap();
    let quoted = |name: &str| {
        let lines = formula.lines().filter_map(|line| line.trim().strip_prefix(name)?.trim().strip_prefix('"'));
        lines.map(|line| line.trim_end_matches('"').to_owned()).collect::<Vec<String>>()
    };
    assert_eq!(quoted("version "), [env!("CARGO_PKG_VERSION")]);
    // The rules for a description in Homebrew's own audit.
    let description = &quoted("desc ")[0];
    assert!(description.len() < 80 && !description.ends_with('.') && !description.starts_with("A "), "{description}");
    let archives: Vec<Vec<String>> =
        quoted("url ").iter().zip(quoted("sha256 ")).map(|(url, sum)| names_in(test, url, &sum)).collect();
    let [source, intel, arm] = archives.as_slice() else { panic!("{formula}") };
    let has = |names: &[String], end: &str| names.iter().any(|name| name.ends_with(end));
    for tool in binaries::TOOLS {
        assert!(has(source, &format!("/crates/{tool}/Cargo.toml")), "{tool}");
        for part in ["", "man/", "completions/bash/"] {
            let part = if part == "man/" { format!("/man/{tool}.1") } else { format!("/{part}{tool}") };
            assert!(has(intel, &part) && has(arm, &part), "{part}");
        }
    }
    assert!(has(source, "/Cargo.lock") && !source.iter().any(|name| name.contains("/target/")));
    if let Some(ruby) = peers::optional(&peers::RUBY) {
        assert_eq!(Sandbox::new().run(ruby, ["-c".as_ref(), path.as_os_str()]).good(), "Syntax OK\n");
    }
}
