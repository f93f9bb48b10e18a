//! Stores the places of many keys, in few bytes each.

use common::error::Place;

/// A place in few bytes.
pub(super) type PlaceId = (u32, u32);

/// The files, so that a key's place is two numbers.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Each without a line.
    pub(super) files: Vec<Place>,
}

impl Places {
    /// Adds a place. Places of one file should follow each other: each change of file adds an entry.
    pub(super) fn put(&mut self, place: &Place) -> PlaceId {
        if self.files.last().is_none_or(|last| last.file != place.file) {
            self.files.push(Place { line: None, ..place.clone() });
        }
        (
            u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX),
            u32::try_from(place.line.unwrap_or_default()).unwrap_or(u32::MAX),
        )
    }

    /// Returns the place.
    pub(super) fn at(&self, (file, line): PlaceId) -> Place {
        let file = usize::try_from(file).ok().and_then(|file| self.files.get(file));
        file.map_or_else(|| Place { file: "?".to_owned(), line: None }, |file| file.at(line as usize))
    }
}
