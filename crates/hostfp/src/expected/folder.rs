//! Reads a folder of saved outputs, each in a file that is named after its host.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::error::{Error, Place};
use common::input::read_small_file;

use super::names::spellings;
use super::text::Text;
use crate::trusted::{BootChoice, MAX_TEXT, Trusted};

/// What may follow the host's name in a file name.
const ENDINGS: [&str; 9] = ["", ".json", ".txt", ".log", ".out", ".tsv", ".yaml", ".yml", ".pub"];

/// The files of a folder.
#[derive(Debug)]
pub(crate) struct Folder {
    place: Place,
    boot: Option<BootChoice>,
    /// By their names in lowercase, which several files may share.
    files: BTreeMap<String, Vec<PathBuf>>,
}

impl Folder {
    /// Lists the files of a folder.
    ///
    /// # Errors
    /// It cannot be read, or is empty.
    pub(super) fn open(path: &Path, boot: Option<BootChoice>) -> Result<Self, Error> {
        let place = Place::file(path);
        let failure = |error: std::io::Error| Error::io("cannot read", &error).at(place.clone());
        let mut files: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
        for entry in fs::read_dir(path).map_err(failure)? {
            let entry = entry.map_err(failure)?;
            // A pipe would block; a link may lead to a file.
            if !fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_file()) {
                continue;
            }
            if let Some(name) = entry.file_name().to_str() {
                files.entry(name.to_ascii_lowercase()).or_default().push(entry.path());
            }
        }
        if files.is_empty() {
            return Err(Error::failure("the folder is empty").at(place).hint(HOW));
        }
        files.values_mut().for_each(|files| files.sort());
        Ok(Self { place, boot, files })
    }

    /// Reads the file of the host with this name, as `known_hosts` writes it; `None` if there is no such file.
    ///
    /// # Errors
    /// There is more than one such file, it cannot be read, or it holds nothing to trust for that host.
    pub(super) fn find(&self, name: &str) -> Option<Result<Arc<Trusted>, Error>> {
        let endings = |name: String| ENDINGS.iter().map(move |ending| format!("{name}{ending}"));
        let mut names = spellings(name).into_iter().flat_map(endings);
        let found: Vec<&PathBuf> = names.by_ref().filter_map(|name| self.files.get(&name)).flatten().collect();
        match found.as_slice() {
            [] => None,
            [file] => Some(self.read(file, name)),
            [one, other, ..] => {
                let (one, other) = (Place::file(one), Place::file(other));
                Some(Err(Error::failure(format!("two files have an expectation for it: {one} and {other}"))))
            }
        }
    }

    fn read(&self, file: &Path, name: &str) -> Result<Arc<Trusted>, Error> {
        let place = Place::file(file);
        let text = Text::read(place.clone(), &read_small_file(file, MAX_TEXT)?, self.boot)?;
        let names = [name.to_owned()];
        let trusted = text.find(&names)?.into_iter().next().ok_or_else(|| text.no_expectation(&names))?;
        // `a.pub` is the file of the host `a`, or of `a.pub`: comments may tell which of both.
        let is_whole_name = |word: &str| {
            // A user name may precede the host.
            let host = word.rsplit_once('@').map_or(word, |(_, host)| host).trim_matches(['(', ')', '[', ']', '.']);
            !host.eq_ignore_ascii_case(name) && file.file_name().is_some_and(|file| file.eq_ignore_ascii_case(host))
        };
        let is_of_whole_name = |comment: &str| comment.split([' ', '\t', ',', ':']).any(is_whole_name);
        if trusted.keys.iter().filter_map(|key| key.comment.as_deref()).any(is_of_whole_name) {
            let why = "its comments name another host, which is the file's whole name";
            return Err(Error::failure(why).at(place).hint(HOW));
        }
        Ok(trusted)
    }

    /// The error that a host has no file.
    pub(super) fn no_expectation(&self) -> Error {
        Error::failure(format!("no expectation for this host: {} has no file of that name", self.place)).hint(HOW)
    }
}

/// How files are named.
const HOW: &str = "save the output of Run Command on a host to a file with the host's name, such as HOST.json; \
                   [HOST]:PORT.json for another port than 22";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_whose_whole_name_is_another_host_is_no_expectation() {
        const LINE: &str = "256 SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
        let folder = std::env::temp_dir().join(format!("hostfp-folder-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for (comment, counts) in [
            ("root@gate.pub", false),
            ("ubuntu@gate.pub", false),
            ("gate.pub", false),
            ("nt authority\\system@GATE.PUB", false),
            ("[gate.pub]:22", false),
            ("gate.pub,10.0.0.4", false),
            ("ubuntu@gate", true),
            ("root@gate.example", true),
        ] {
            fs::write(folder.join("gate.pub"), format!("{LINE} {comment} (ED25519)\n")).unwrap();
            let found = Folder::open(&folder, None).unwrap().find("gate").unwrap();
            assert_eq!(found.is_ok(), counts, "{comment}");
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
