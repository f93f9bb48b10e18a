//! Keeps the cheapest description of each beginning of a text.

use std::ops::Range;

use super::code::{BEGINNINGS, END, NO_SEPARATOR, bits};

/// The cheapest descriptions of the beginnings of a text.
pub(super) struct Paths {
    /// By the length of the beginning: those after which a token is expected, and those that end with a token.
    due: Vec<Option<u32>>,
    ended: Vec<Option<u32>>,
}

impl Paths {
    pub(super) fn new(length: usize) -> Self {
        let mut due = vec![None; length + 1];
        if let Some(start) = due.first_mut() {
            *start = Some(0);
        }
        Self { due, ended: vec![None; length + 1] }
    }

    pub(super) fn is_token_expected(&self, at: usize) -> bool {
        self.due.get(at).is_some_and(Option::is_some)
    }

    /// Adds an expected token.
    pub(super) fn token(&mut self, range: Range<usize>, cost: u32) {
        if let Some(Some(before)) = self.due.get(range.start).copied() {
            keep(self.ended.get_mut(range.end), before.saturating_add(cost));
        }
    }

    pub(super) fn separator_after_a_token(&mut self, range: Range<usize>, cost: u32) {
        if let Some(Some(before)) = self.ended.get(range.start).copied() {
            keep(self.due.get_mut(range.end), before.saturating_add(cost));
        }
    }

    pub(super) fn separator_where_a_token_is_due(&mut self, range: Range<usize>, cost: u32) {
        if let Some(Some(before)) = self.due.get(range.start).copied() {
            keep(self.due.get_mut(range.end), before.saturating_add(cost));
        }
    }

    pub(super) fn go_on_without_separator(&mut self, at: usize) {
        self.separator_after_a_token(at..at, bits(NO_SEPARATOR));
    }

    pub(super) fn end(&self, length: usize) -> u32 {
        let end_after = |paths: &[Option<u32>], probability| {
            paths.get(length).copied().flatten().map(|path| path.saturating_add(bits(probability)))
        };
        let ends = [end_after(&self.ended, END), end_after(&self.due, BEGINNINGS.end)];
        // A text without a description in the code is above every limit.
        ends.into_iter().flatten().min().unwrap_or(u32::MAX)
    }
}

fn keep(place: Option<&mut Option<u32>>, path: u32) {
    if let Some(place) = place
        && place.is_none_or(|known| path < known)
    {
        *place = Some(path);
    }
}

/// Returns the length of a run of such characters, in bytes.
pub(super) fn run(text: &str, at: usize, belongs: impl Fn(char) -> bool) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.find(|character| !belongs(character)).unwrap_or(rest.len())
}
