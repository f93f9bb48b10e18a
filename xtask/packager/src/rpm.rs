//! Packages of Red Hat's and SUSE's systems.

use ::rpm::{BuildConfig, CompressionWithLevel, FileOptions, PackageBuilder};

use crate::Failure;
use crate::deb::fold;
use crate::manifest::{Entry, Manifest, Package};

/// A package of these files, in the form that every rpm since version 4.14 reads; not signed.
pub(crate) fn rpm(manifest: &Manifest, package: &Package, files: &[Entry]) -> Result<Vec<u8>, Failure> {
    let paragraphs = manifest.description.iter().map(|paragraph| fold(paragraph, 79).join("\n"));
    let config =
        BuildConfig::v4().source_date(manifest.date).compression(CompressionWithLevel::Gzip(9)).reserved_space(None);
    let mut builder = PackageBuilder::new(
        &manifest.name,
        &manifest.version,
        &manifest.license,
        &package.architecture,
        &manifest.summary,
    );
    builder
        .using_config(config)
        .release(&manifest.revision)
        .packager(&manifest.maintainer)
        .build_host("localhost")
        .group("Applications/System")
        .description(paragraphs.collect::<Vec<_>>().join("\n\n"))
        .add_changelog_entry(
            format!("{} - {}-{}", manifest.maintainer, manifest.version, manifest.revision),
            "- Packaged by `cargo xtask dist`; what is new stands in changelog.gz.",
            manifest.date,
        );
    for file in files {
        let options = FileOptions::new(format!("/{}", file.path)).permissions(file.mode);
        let options =
            if file.path.contains("/share/doc/") || file.path.contains("/man/") { options.doc() } else { options };
        builder.with_file_contents(file.bytes.clone(), options)?;
    }
    let mut bytes = Vec::new();
    builder.build()?.write(&mut bytes)?;
    Ok(bytes)
}
