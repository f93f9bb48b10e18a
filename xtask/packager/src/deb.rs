//! Writes Debian packages: deb(5), deb-control(5), deb-md5sums(5).

use std::fmt::Write as _;
use std::io;

use ar::{Builder, Header};
use md5::{Digest as _, Md5};

use crate::Failure;
use crate::manifest::{Entry, Manifest, Package};
use crate::tarball::{gzip, tar};

/// Makes a package of these files. It has no dependencies and runs no scripts.
pub(crate) fn deb(manifest: &Manifest, package: &Package, files: &[Entry]) -> Result<Vec<u8>, Failure> {
    let about = [
        entry("control", control(manifest, package, files)),
        entry("md5sums", files.iter().map(|file| format!("{}  {}\n", md5(&file.bytes), file.path)).collect()),
    ];
    let mut archive = Builder::new(Vec::new());
    for (name, bytes) in [
        ("debian-binary", b"2.0\n".to_vec()),
        ("control.tar.gz", gzip(&tar(manifest, &about)?)?),
        ("data.tar.gz", gzip(&tar(manifest, files)?)?),
    ] {
        let mut header = Header::new(name.into(), bytes.len() as u64);
        header.set_mode(0o100_644);
        header.set_mtime(u64::from(manifest.date));
        archive.append(&header, &mut io::Cursor::new(bytes))?;
    }
    Ok(archive.into_inner()?)
}

fn entry(path: &str, text: String) -> Entry {
    Entry { path: path.to_owned(), mode: 0o644, bytes: text.into_bytes() }
}

fn control(manifest: &Manifest, package: &Package, files: &[Entry]) -> String {
    // In KiB, each file rounded up.
    let size: usize = files.iter().map(|file| file.bytes.len().div_ceil(1024)).sum();
    let mut text = format!(
        "Package: {}\nVersion: {}-{}\nArchitecture: {}\nMaintainer: {}\nInstalled-Size: {size}\nSection: utils\n\
         Priority: optional\nDescription: {}\n",
        manifest.name, manifest.version, manifest.revision, package.architecture, manifest.maintainer, manifest.summary
    );
    for (index, paragraph) in manifest.description.iter().enumerate() {
        if index > 0 {
            text.push_str(" .\n");
        }
        let _ = writeln!(text, " {}", fold(paragraph, 78).join("\n "));
    }
    text
}

/// Wraps a paragraph into lines of at most `width` characters.
pub(crate) fn fold(paragraph: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in paragraph.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn md5(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
