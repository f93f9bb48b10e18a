//! Writes packages for the systems of Red Hat and SUSE.

use ::rpm::{BuildConfig, CompressionWithLevel, FileOptions, PackageBuilder};

use crate::Failure;
use crate::deb::fold;
use crate::manifest::{Entry, Manifest, Package};

/// Makes an unsigned package of these files, in the format that every rpm since version 4.14 reads.
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
            "- Packaged by `cargo xtask dist`; changelog.gz lists the changes.",
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
