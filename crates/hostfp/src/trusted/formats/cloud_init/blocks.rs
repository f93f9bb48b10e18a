//! Finds cloud-init's blocks in a log, and decides which of them count.

use std::collections::HashSet;

use super::block_lines::{BlockKind, begins_block, ends_block, is_filler};
use super::boot_log;
use super::prefix::{self, Prefix};
use crate::trusted::formats::lines::{List, counts};
use crate::trusted::grammar::line::Misfit;
use crate::trusted::keys::MAX_KEYS;

/// The beginnings of cloud-init's lines about itself.
const OWN_WORDS: [&str; 2] = ["Cloud-init v. ", "ci-info: "];

/// A block of host keys.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub(super) kind: BlockKind,
    /// The line where it begins, counted from 1.
    pub(super) line: usize,
    pub(super) list: List,
    /// The host that its prefix names.
    pub(super) host: Option<String>,
    /// The process that logged it, if its prefix has one.
    pub(super) process: Option<&'a str>,
    /// The processes that passed it on to the log.
    pub(super) processes: Vec<&'a str>,
    /// The kernel's time of its lines, if it is the same in all of them.
    pub(super) kernel_time: Option<&'a str>,
    /// Whether only such blocks precede it.
    pub(super) is_first: bool,
    /// Whether it has no time before it, and only such blocks precede it.
    pub(super) is_at_start: bool,
    /// Whether it is cloud-init's.
    pub(super) counts: bool,
    /// A line in it does not fit.
    pub(super) is_damaged: bool,
    /// Whether its END line is there.
    pub(super) ends: bool,
    /// The first line in it with another prefix, which was skipped, and whether grep wrote that prefix.
    pub(super) passed: Option<(usize, bool)>,
}

/// The blocks of a text.
pub(super) struct Blocks<'a> {
    pub(super) blocks: Vec<Block<'a>>,
    /// The number of the first line outside of them that is a fingerprint or a key.
    pub(super) first_key_outside: Option<usize>,
    /// The offset in bytes of the first line that is not of a block, or has other words before it.
    pub(super) first_other: Option<usize>,
}

impl<'a> Blocks<'a> {
    /// Finds the blocks of a text. A block that does not end stops where the next begins.
    pub(super) fn of(text: &'a str) -> Self {
        let mut scan = Scan::new(text);
        let mut lines = text.lines().zip(1..).peekable();
        while let Some((line, number)) = lines.next() {
            let is_whole = lines.peek().is_some() || text.ends_with('\n');
            scan.line(line, number, is_whole);
        }
        scan.end()
    }
}

/// The state of the search for blocks, line by line.
struct Scan<'a> {
    text: &'a str,
    found: Blocks<'a>,
    /// The prefix without a time with which the text begins; it counts only there.
    first_prefix: Prefix<'a>,
    /// The prefix of the block that is open.
    open_prefix: Option<Prefix<'a>>,
    /// Whether a block without a prefix would count here.
    may_be_bare: bool,
    /// The processes that logged lines other than blocks, such as those of the user's own scripts.
    other_loggers: HashSet<&'a str>,
    /// Those that logged lines that are neither of blocks nor cloud-init's own words.
    foreign_loggers: HashSet<&'a str>,
    continued: Continued<'a>,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            found: Blocks { blocks: Vec::new(), first_key_outside: None, first_other: None },
            first_prefix: text.lines().find(|line| !line.trim().is_empty()).map(Prefix::split).unwrap_or_default().0,
            open_prefix: None,
            may_be_bare: true,
            other_loggers: HashSet::new(),
            foreign_loggers: HashSet::new(),
            continued: Continued::of(text),
        }
    }

    /// Takes the next line. The last line of a text that is cut off may not be whole.
    fn line(&mut self, line: &'a str, number: usize, is_whole: bool) {
        if let Some((before, kind)) = begins_block(line) {
            return self.begin_block(line, number, before, kind);
        }
        if boot_log::begins_boot(line) {
            self.open_prefix = None;
        }
        let (prefix, payload) = Prefix::split(line);
        let (Some(own), Some(block)) = (&self.open_prefix, self.found.blocks.last_mut()) else {
            return self.line_outside(line, number, &prefix, payload);
        };
        if ends_block(line).as_ref() == Some(own) {
            block.ends = true;
            block.counts &= block.list.end().is_ok();
            self.may_be_bare = block.counts;
            self.open_prefix = None;
        } else if *own == prefix && is_whole {
            block.take(payload, own.is_none());
            block.counts &= !self.continued.has(line);
            block.kernel_time = block.kernel_time.filter(|time| prefix::kernel_time(line) == Some(time));
        } else if !line.trim().is_empty() && is_whole {
            // A line of another program between those of the block, or one of cloud-init's that another block cut off.
            block.passed = block.passed.or_else(|| Some((number, has_greps_prefix(line))));
            if !prefix.is_none() && counts(payload) {
                self.found.first_key_outside.get_or_insert(number);
            }
            self.other_words(line);
        }
    }

    fn begin_block(&mut self, line: &'a str, number: usize, before: &'a str, kind: BlockKind) {
        if !Prefix::split(before).1.trim().is_empty() {
            self.other_words(line);
        }
        let Blocks { blocks, first_other, .. } = &mut self.found;
        // A block within another: their lines could not be told apart.
        if let Some(outer) = blocks.last_mut().filter(|_| self.open_prefix.is_some()) {
            outer.counts = false;
        }
        let prefix = Prefix::at_end_of(before);
        let is_own = prefix.has_time() || prefix == self.first_prefix;
        let is_of_one_host = prefix.hosts().next().is_none_or(|host| is_of_host(&prefix, host));
        let is_kept = self.open_prefix.is_none() && is_of_one_host && !self.continued.has(line);
        let is_bare = before.trim().is_empty() && self.may_be_bare;
        blocks.push(Block {
            kind,
            line: number,
            list: List::default(),
            host: prefix.hosts().next().map(str::to_owned),
            process: prefix.process(),
            processes: prefix.processes().collect(),
            kernel_time: prefix::kernel_time(line),
            is_first: first_other.is_none(),
            is_at_start: !prefix.has_time() && blocks.last().is_none_or(|block| block.is_at_start),
            counts: is_kept && ((!prefix.is_none() && is_own) || is_bare),
            is_damaged: false,
            ends: false,
            passed: None,
        });
        self.open_prefix = Some(prefix);
    }

    /// Takes a line where no block is open.
    fn line_outside(&mut self, line: &'a str, number: usize, prefix: &Prefix<'a>, payload: &str) {
        if !is_filler(payload) {
            self.other_words(line);
            self.other_loggers.extend(prefix.process());
            let is_own = OWN_WORDS.iter().any(|words| payload.starts_with(words));
            self.foreign_loggers.extend(prefix.processes().filter(|_| !is_own));
            self.may_be_bare = false;
        }
        if counts(payload) {
            self.found.first_key_outside.get_or_insert(number);
        }
    }

    /// Notes a line that is not of a block, or has other words before it.
    fn other_words(&mut self, line: &str) {
        let offset = line.as_ptr().addr() - self.text.as_ptr().addr();
        self.found.first_other.get_or_insert(offset);
    }

    /// Decides, after the last line, which blocks do not count.
    fn end(self) -> Blocks<'a> {
        let Self { mut found, other_loggers, foreign_loggers, .. } = self;
        let has_other_lines = found.first_other.is_some();
        // A text that begins with a block and continues with other lines is a part of a log, whose first line anyone may have
        // written. Its lines may also continue a missing one, whose time they have.
        let is_window = |block: &Block<'_>| block.is_at_start || (block.is_first && block.kernel_time.is_some());
        // A block is all that its logger(1) was given, and the processes that passed it on print nothing else.
        let has_logged_more = |block: &Block<'_>| {
            block.process.is_some_and(|process| other_loggers.contains(process))
                || block.processes.iter().any(|process| foreign_loggers.contains(process))
        };
        for block in &mut found.blocks {
            block.counts &= !(has_other_lines && is_window(block) || has_logged_more(block));
        }
        found
    }
}

/// Whether all hosts in a prefix are that one.
pub(super) fn is_of_host(prefix: &Prefix, host: &str) -> bool {
    let mut hosts = prefix.hosts().peekable();
    hosts.peek().is_some() && hosts.all(|its| its == host)
}

/// Whether a file name or a line number of grep precedes cloud-init's prefix.
fn has_greps_prefix(line: &str) -> bool {
    let word = line.split(' ').next().unwrap_or_default();
    let after = |(at, separator): (usize, &str)| line.get(at + separator.len()..).unwrap_or_default();
    word.match_indices([':', '-']).take(16).any(|separator| !Prefix::split(after(separator)).0.is_none())
}

/// The kernel's times of lines that are not cloud-init's. The kernel puts the time of a message before each of its lines. So
/// a line with such a time may be the second one of the name of a device or a file. Two messages have different times, to the
/// microsecond.
struct Continued<'a>(HashSet<&'a str>);

impl<'a> Continued<'a> {
    fn of(text: &'a str) -> Self {
        let timed = text.lines().filter_map(|line| Some((line, prefix::kernel_time(line)?)));
        Self(timed.filter(|(line, _)| Prefix::split(line).0.is_none()).map(|(_, time)| time).collect())
    }

    /// Whether a line of cloud-init's has such a time.
    fn has(&self, line: &str) -> bool {
        prefix::kernel_time(line).is_some_and(|time| self.0.contains(time)) && !Prefix::split(line).0.is_none()
    }
}

impl Block<'_> {
    /// Takes a line that has the block's prefix. Without a prefix the line of another program cannot be told from the block's
    /// own, so one that does not fit voids the block. So does one that says that a key does not count.
    fn take(&mut self, line: &str, is_bare: bool) {
        // Each further key is compared with all before it.
        let added = if self.list.keys.len() > MAX_KEYS { Err(Misfit::TooMany) } else { self.list.add(line) };
        if let Err(misfit) = added {
            self.is_damaged = true;
            self.counts &=
                !is_bare && !matches!(misfit, Misfit::Denied | Misfit::Words | Misfit::Shown | Misfit::OtherLetters);
        }
    }

    /// Whether it lists all keys that the machine had: it has an end, and no line of it is lost.
    pub(super) const fn is_whole(&self) -> bool {
        self.ends && !self.is_damaged && self.passed.is_none()
    }
}
