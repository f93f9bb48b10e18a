//! Writes the manifests for package managers: winget's three files, Scoop's manifest and Homebrew's formula. They name
//! the archives by their address in a release, with their SHA-256.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::json;
use support::binaries;

use super::{SUMMARY, VERSION, sum};
use crate::Failure;

/// The variable with the address of the project's page; releases are below it, as on GitHub.
const HOMEPAGE: &str = "VMKEYS_HOMEPAGE";

/// A page that does not exist, for manifests that are only tested.
const NO_PAGE: &str = "https://vmkeys.invalid";

/// winget's name of the package: a publisher and a program.
const IDENTIFIER: &str = "vmkeys.vmkeys";

/// The version of winget's schema.
const SCHEMA: &str = "1.6.0";

/// An archive of a release.
struct Archive {
    /// Its name without the extension, which is also the folder in it.
    name: String,
    url: String,
    sha256: String,
}

impl Archive {
    /// Computes its SHA-256; `None` if it was not made.
    fn find(folder: &Path, target: &str, ending: &str) -> Result<Option<Self>, Failure> {
        let name = format!("vmkeys-{VERSION}{target}");
        let path = folder.join(format!("{name}.{ending}"));
        if !path.exists() {
            return Ok(None);
        }
        let url = format!("{}/releases/download/v{VERSION}/{name}.{ending}", homepage());
        Ok(Some(Self { url, sha256: sum(&path)?, name }))
    }
}

fn homepage() -> String {
    env::var(HOMEPAGE).unwrap_or_else(|_| NO_PAGE.to_owned())
}

/// Writes the manifests for the archives in this folder.
pub(super) fn write(folder: &Path) -> Result<(), Failure> {
    if let Some(windows) = Archive::find(folder, "-x86_64-pc-windows-gnu", "zip")? {
        fs::write(folder.join("vmkeys.json"), scoop(&windows)? + "\n")?;
        for (name, text) in winget(&windows) {
            fs::write(folder.join(name), text)?;
        }
    }
    let linux = |processor: &str| Archive::find(folder, &format!("-{processor}-unknown-linux-musl"), "tar.gz");
    if let (Some(intel), Some(arm), Some(source)) =
        (linux("x86_64")?, linux("aarch64")?, Archive::find(folder, "", "tar.gz")?)
    {
        fs::write(folder.join("vmkeys.rb"), homebrew(&intel, &arm, &source))?;
    }
    if env::var_os(HOMEPAGE).is_none() {
        println!("the manifests name {NO_PAGE}; set {HOMEPAGE} for a release");
    }
    Ok(())
}

fn scoop(windows: &Archive) -> Result<String, Failure> {
    let programs: Vec<String> = binaries::TOOLS.iter().map(|tool| format!("{tool}.exe")).collect();
    let manifest = json!({
        "version": VERSION,
        "description": SUMMARY,
        "homepage": homepage(),
        "license": "MIT|Apache-2.0",
        "architecture": { "64bit": { "url": windows.url, "hash": windows.sha256, "extract_dir": windows.name } },
        "bin": programs,
    });
    Ok(serde_json::to_string_pretty(&manifest)?)
}

/// The three files of winget's multi-file manifest, with their names.
fn winget(windows: &Archive) -> [(String, String); 3] {
    let file = |kind: &str, body: &str| {
        format!(
            "# yaml-language-server: $schema=https://aka.ms/winget-manifest.{kind}.{SCHEMA}.schema.json\n\
             PackageIdentifier: {IDENTIFIER}\nPackageVersion: {VERSION}\n{body}ManifestType: {kind}\n\
             ManifestVersion: {SCHEMA}\n"
        )
    };
    let mut installer = "InstallerType: zip\nNestedInstallerType: portable\nNestedInstallerFiles:\n".to_owned();
    for tool in binaries::TOOLS {
        let _ = writeln!(installer, "- RelativeFilePath: {}\\{tool}.exe\n  PortableCommandAlias: {tool}", windows.name);
    }
    let _ = writeln!(
        installer,
        "Installers:\n- Architecture: x64\n  InstallerUrl: {}\n  InstallerSha256: {}",
        windows.url,
        windows.sha256.to_uppercase()
    );
    let locale = format!(
        "PackageLocale: en-US\nPublisher: The vmkeys authors\nPackageName: vmkeys\nPackageUrl: {}\n\
         License: {}\nShortDescription: {SUMMARY}\nTags:\n- azure\n- fingerprint\n- keygen\n- ssh\n",
        homepage(),
        env!("CARGO_PKG_LICENSE")
    );
    [
        (format!("{IDENTIFIER}.installer.yaml"), file("installer", &installer)),
        (format!("{IDENTIFIER}.locale.en-US.yaml"), file("defaultLocale", &locale)),
        (format!("{IDENTIFIER}.yaml"), file("version", "DefaultLocale: en-US\n")),
    ]
}

/// The programs for Linux; for macOS, on which they were not tested, the source.
fn homebrew(intel: &Archive, arm: &Archive, source: &Archive) -> String {
    let tools = binaries::TOOLS.join(" ");
    let place = |archive: &Archive, indent: &str| {
        format!("{indent}url \"{}\"\n{indent}sha256 \"{}\"\n", archive.url, archive.sha256)
    };
    format!(
        r##"class Vmkeys < Formula
  desc "{SUMMARY}"
  homepage "{homepage}"
  version "{VERSION}"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
{source}    depends_on "rust" => :build
  end

  on_linux do
    on_intel do
{intel}    end
    on_arm do
{arm}    end
  end

  def install
    %w[{tools}].each do |tool|
      if OS.mac?
        system "cargo", "install", *std_cargo_args(path: "crates/#{{tool}}")
        next
      end
      bin.install tool
      man1.install "man/#{{tool}}.1"
      bash_completion.install "completions/bash/#{{tool}}"
      zsh_completion.install "completions/zsh/_#{{tool}}"
      fish_completion.install "completions/fish/#{{tool}}.fish"
    end
  end

  test do
    %w[{tools}].each {{ |tool| assert_match version.to_s, shell_output("#{{bin}}/#{{tool}} --version") }}
    system bin/"keygen", "-q", "--no-passphrase", "-f", "key"
    assert_match "ED25519", shell_output("#{{bin}}/pubfp key")
  end
end
"##,
        homepage = homepage(),
        source = place(source, "    "),
        intel = place(intel, "      "),
        arm = place(arm, "      "),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stand-ins for the archives of a release.
    fn release(endings: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for ending in endings {
            fs::write(folder.path().join(format!("vmkeys-{VERSION}{ending}")), ending).unwrap();
        }
        write(folder.path()).unwrap();
        folder
    }

    const ALL: [&str; 4] = [
        "-x86_64-pc-windows-gnu.zip",
        "-x86_64-unknown-linux-musl.tar.gz",
        "-aarch64-unknown-linux-musl.tar.gz",
        ".tar.gz",
    ];

    #[test]
    fn each_manifest_names_its_archives_with_their_sha256() {
        let release = release(&ALL);
        let read = |name: &str| fs::read_to_string(release.path().join(name)).unwrap();
        let of = |ending: &str| {
            let file = format!("vmkeys-{VERSION}{ending}");
            (sum(&release.path().join(&file)).unwrap(), format!("{}/releases/download/v{VERSION}/{file}", homepage()))
        };
        let formula = read("vmkeys.rb");
        for ending in &ALL[1..] {
            let (sum, url) = of(ending);
            assert!(formula.contains(&format!("url \"{url}\"\n")) && formula.contains(&sum), "{formula}");
        }
        let (sum, url) = of(ALL[0]);
        let scoop: serde_json::Value = serde_json::from_str(&read("vmkeys.json")).unwrap();
        assert_eq!(scoop["architecture"]["64bit"]["hash"], sum);
        assert_eq!(scoop["architecture"]["64bit"]["url"], url);
        let installer = read("vmkeys.vmkeys.installer.yaml");
        assert!(installer.contains(&format!("  InstallerUrl: {url}\n  InstallerSha256: {}\n", sum.to_uppercase())));
        assert!(installer.contains("\\hostfp.exe\n  PortableCommandAlias: hostfp\n"), "{installer}");
    }

    #[test]
    fn what_was_not_built_has_no_manifest() {
        let names = |folder: &Path| {
            let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
            names.filter(|name| !name.starts_with("vmkeys-")).count()
        };
        assert_eq!(names(release(&ALL).path()), 5);
        assert_eq!(names(release(&ALL[1..]).path()), 1);
        assert_eq!(names(release(&ALL[1..2]).path()), 0);
    }
}
