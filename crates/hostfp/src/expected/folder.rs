//! A folder of saved outputs, each in a file that is named after its host.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::bytes::read_small_file;
use common::error::{Error, Place};

use crate::trusted::{MAX_TEXT, Trusted};

/// What may follow the host's name in a file's.
const ENDINGS: [&str; 9] = ["", ".json", ".txt", ".log", ".out", ".tsv", ".yaml", ".yml", ".pub"];

/// The files of a folder.
#[derive(Debug)]
pub(crate) struct Folder {
    place: Place,
    /// By their names in small letters.
    files: BTreeMap<String, PathBuf>,
}

impl Folder {
    /// Reads the names in a folder.
    ///
    /// # Errors
    /// It cannot be read, or is empty.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let place = Place::file(path);
        let trouble = |error: std::io::Error| Error::io("cannot read", &error).at(place.clone());
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(path).map_err(trouble)? {
            let entry = entry.map_err(trouble)?;
            if let Some(name) = entry.file_name().to_str() {
                files.insert(name.to_lowercase(), entry.path());
            }
        }
        if files.is_empty() {
            return Err(Error::trouble("the folder is empty").at(place).hint(HOW));
        }
        Ok(Self { place, files })
    }

    /// What the file of a host says that has these names.
    ///
    /// # Errors
    /// There is none or more than one, it cannot be read, or it holds nothing to trust.
    pub(super) fn find(&self, names: &[String]) -> Result<Trusted, Error> {
        for name in names {
            let mut found = ENDINGS.iter().filter_map(|ending| self.files.get(&format!("{name}{ending}")));
            match (found.next(), found.next()) {
                (Some(file), None) => return Trusted::find(&Place::file(file), &read_small_file(file, MAX_TEXT)?),
                (Some(one), Some(other)) => {
                    let (one, other) = (Place::file(one), Place::file(other));
                    return Err(Error::trouble(format!("two files say what to expect of it: {one} and {other}")));
                }
                (None, _) => {}
            }
        }
        Err(Error::trouble(format!("nothing says what to expect of it: {} has no file of that name", self.place))
            .hint(HOW))
    }
}

/// How files are named.
const HOW: &str = "save what Run Command printed on a host to a file that is named after it, such as HOST.json";
