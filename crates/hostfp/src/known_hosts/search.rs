//! All lines of a file, however long: hashed names cost some work each, so parts of a long file go to several cores.

use common::pool;

use super::entry::Entry;

/// A file of fewer bytes is read before a second thread is started.
const PART: usize = 256 * 1024;

/// More threads gain little: the file has to be read and written, too.
const MAX_THREADS: usize = 8;

/// What `look` finds in the lines with keys, in their order; it is given where each begins, in bytes.
pub(super) fn entries<T: Send>(contents: &[u8], look: impl Fn(usize, &Entry<'_>) -> Option<T> + Sync) -> Vec<T> {
    lines(contents, |(), start, line| Entry::read(line).and_then(|entry| look(start, &entry)))
}

/// What `look` finds in the lines, in their order; it is given something that it may use again for the next line, and
/// where each line begins, in bytes.
pub(super) fn lines<S: Default, T: Send>(
    contents: &[u8],
    look: impl Fn(&mut S, usize, &[u8]) -> Option<T> + Sync,
) -> Vec<T> {
    let threads = pool::threads(MAX_THREADS.min(contents.len() / PART));
    let search = |(start, part): &(usize, &[u8])| -> Vec<T> {
        let (mut found, mut again) = (Vec::new(), S::default());
        let mut at = 0;
        while let Some(rest) = part.get(at..).filter(|rest| !rest.is_empty()) {
            let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            let line = rest.get(..length).unwrap_or(rest);
            found.extend(look(&mut again, start + at, line));
            at += length;
        }
        found
    };
    pool::map(&parts(contents, threads), threads, search).into_iter().flatten().collect()
}

/// Up to `count` parts of whole lines, with the place of each.
fn parts(contents: &[u8], count: usize) -> Vec<(usize, &[u8])> {
    let mut parts = Vec::new();
    let mut start = 0;
    for part in 1..=count {
        let about = (contents.len() / count * part).max(start);
        let rest = contents.get(about..).unwrap_or_default();
        let end = match memchr::memchr(b'\n', rest) {
            Some(newline) if part < count => about + newline + 1,
            _ => contents.len(),
        };
        parts.extend(contents.get(start..end).map(|part| (start, part)));
        start = end;
    }
    parts
}

/// The number of the line that begins at that byte, counted from 1.
pub(super) fn line_number(contents: &[u8], start: usize) -> usize {
    memchr::memchr_iter(b'\n', contents.get(..start).unwrap_or_default()).count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_seen_once_and_in_order_whatever_the_parts() {
        let text: String = (0..1000).map(|n| format!("h{n} t k\n{}", "#\n".repeat(n % 3))).collect();
        for text in [&text[..], text.trim_end(), "", "a t k", "\n\n"] {
            for count in 1..10 {
                let parts = parts(text.as_bytes(), count);
                assert_eq!(parts.iter().map(|(_, part)| *part).collect::<Vec<_>>().concat(), text.as_bytes());
                for (start, part) in parts {
                    assert!(text.as_bytes()[start..].starts_with(part));
                    assert!(part.is_empty() || start == 0 || text.as_bytes()[start - 1] == b'\n');
                }
            }
        }
        let long = text.repeat(PART * 3 / text.len());
        let starts = entries(long.as_bytes(), |start, _| Some(start));
        assert!(starts.is_sorted() && starts.len() == 1000 * (PART * 3 / text.len()));
        assert!(starts.iter().all(|start| long[*start..].starts_with('h')));
        assert_eq!((line_number(b"a\nb\n", 0), line_number(b"a\nb\n", 2)), (1, 2));
    }
}
