//! Reads what cloud-init writes to the serial console at a machine's first boot: the fingerprints of its host keys and the
//! keys themselves, each in a block.
//!
//! Why a stranger cannot write such a line: after a time it must begin with cloud-init's own name, where lines of any other
//! program have that program's name, and it must be a fingerprint or a host key as a whole. sshd logs users' keys and names
//! within lines of its own. cloud-init also writes the second block without a prefix: that counts only directly after the
//! first one, or where the text is nothing else. A text into which sshd wrote its lines raw, newlines and all (`sshd -E`), is
//! refused. Only users of the VM who may write to its system log remain: with their lines the log shows host keys that
//! differ, and then it does not count.

mod block_lines;
mod boot_log;
mod boot_patterns;
mod machines;
mod prefix;

use std::collections::HashSet;

use common::error::Error;
use common::key::Kind;

use super::boot_choice::BootChoice;
use super::diagnose::NotTrusted;
use super::keys::HAS_WEAK;
use super::line::Misfit;
use super::lines::{List, counts};
use super::one_host::{self, Origin};
use super::raw_sshd;
use super::remedies;
use super::terminal;
use super::wall;
use super::{MAX_KEYS, Trusted, TrustedKey};
use block_lines::{BEGIN, BlockKind, begins_block, ends_block, is_filler};
pub(super) use boot_log::{is_console, is_whole_boot};
pub(super) use machines::check as check_one_machine;
use prefix::Prefix;

/// The beginnings of cloud-init's lines about itself.
const OWN_WORDS: [&str; 2] = ["Cloud-init v. ", "ci-info: "];

/// The most blocks that a log has.
const MAX_BLOCKS: usize = 64;

/// Whether a text has a line that begins a block.
pub(super) fn has_blocks(text: &str) -> bool {
    text.contains(BEGIN) && text.lines().any(|line| begins_block(line).is_some())
}

/// Whether a line has cloud-init's name before a fingerprint or a key.
pub(super) fn is_of_block(line: &str) -> bool {
    let (prefix, rest) = Prefix::split(line);
    !prefix.is_none() && counts(rest)
}

/// Reads the host keys of the one boot that a log shows, or of the one that was chosen.
///
/// # Errors
/// There are no host keys; or the log shows boots with different host keys, and none was chosen.
pub(super) fn read(text: &str, choice: Option<BootChoice>) -> Result<Trusted, NotTrusted> {
    raw_sshd::check(text)?;
    let text = &*terminal::without_codes_at_ends(text);
    let Blocks { blocks, first_key_outside, first_other } = blocks(text);
    let host = blocks.iter().find_map(|block| block.host.clone());
    one_log(text, host.as_deref())?;
    check_one_machine(text, |line| begins_block(line).is_some())?;
    wall::check(text, |line| begins_block(line).is_some() || is_of_block(line))?;
    // A list of keys outside the block means that the text is more than a log.
    if let Some(line) = first_key_outside {
        return Err((Some(line), outside_block()));
    }
    if blocks.len() > MAX_BLOCKS {
        return Err((
            None,
            Error::failure("more blocks of host keys than a log has boots").hint("keep those of your VM"),
        ));
    }
    if let Some(line) = blocks.last().and_then(|block| first_generation_after(text, block.line)) {
        return Err((
            Some(line),
            Error::failure("the machine generated its host keys again here, after the last block")
                .hint("the keys of the block no longer count; run hostfp on the VM, such as by Run Command"),
        ));
    }
    let is_cut = blocks.last().is_some_and(|block| !block.ends);
    let has_weak = blocks.iter().any(|block| block.list.has_weak);
    let has_damage = blocks.iter().any(|block| block.is_damaged);
    let passed = blocks.iter().find_map(|block| block.passed);
    let doubtful = blocks.iter().find(|block| !block.counts && !block.list.keys.is_empty()).map(|block| block.line);
    let boots = boots(blocks);
    let counting: Vec<&Boot> = boots.iter().filter(|boot| boot.counts).collect();
    let Some(first) = counting.first() else {
        return Err(match doubtful {
            Some(line) if !has_damage => (Some(line), not_of_cloud_init()),
            _ => match passed.filter(|_| !has_weak && !has_damage) {
                Some((line, is_greps)) => (Some(line), of_other_prefix(is_greps)),
                None => (None, empty_block(has_weak, has_damage, is_cut)),
            },
        });
    };
    let chosen = match choice {
        Some(choice) => choice.of(&counting).map_err(|error| (None, error))?,
        None if boots.len() == 1 => first,
        None => return Err((None, differing(&boots.iter().map(|boot| boot.line).collect::<Vec<_>>()))),
    };
    if let Some(start) = first_other
        && !is_console(text.get(start..).unwrap_or_default())
        && !host.is_some_and(|host| is_systems_log(text, &host))
    {
        return Err((Some(chosen.line), in_other_text()));
    }
    let keys = chosen.keys.clone();
    one_host::check(&keys, Origin::OneMachine).map_err(|error| (None, error))?;
    let mut trusted = Trusted::of_keys(keys);
    if is_cut {
        trusted.mismatch_notes.push("the log ends within its last block of host keys; some may be missing".to_owned());
    }
    if has_weak {
        trusted.mismatch_notes.push(HAS_WEAK.to_owned());
    }
    if has_damage {
        trusted.mismatch_notes.push("a line in cloud-init's block is damaged and does not count".to_owned());
    }
    Ok(trusted)
}

/// Returns the number of the first line after line `last` that reports that the machine generates its host keys. So it
/// replaces those of an image, which other machines have, too.
fn first_generation_after(text: &str, last: usize) -> Option<usize> {
    /// Types of keys, their owners, and the programs that make them.
    const OF_HOSTS: [&str; 6] = ["dsa", "ecdsa", "ed25519", "host", "pair", "rsa"];
    let says_so = |line: &str| {
        let line = line.to_ascii_lowercase();
        let parts = || line.split(|character: char| !character.is_ascii_alphanumeric());
        let makes = |part: &str| ["creat", "generat", "regenerat"].iter().any(|start| part.starts_with(start));
        let is_of_host = |part: &str| OF_HOSTS.contains(&part) || part.contains("ssh");
        // systemd also names what it skips and the slice of its service; other programs make private keys.
        let is_of_others =
            parts().any(|part| matches!(part, "private" | "skipped" | "slice")) && !line.contains("public/private");
        !is_of_others
            && parts().any(makes)
            && parts().any(|part| matches!(part, "key" | "keys" | "keygen"))
            && parts().any(is_of_host)
    };
    text.lines().zip(1..).skip(last).find(|(line, _)| says_so(line)).map(|(_, number)| number)
}

/// Checks that in a log that names its host in each line, all lines of that kind are of one log, and of the host in the
/// block's prefix. Otherwise the block may be in another program's log, which has a word of its own in that position. If the
/// block names no host, no line may be one that machines send each other, to which any of them adds lines.
///
/// # Errors
/// There is another line.
fn one_log(text: &str, host: Option<&str>) -> Result<(), NotTrusted> {
    let mut lines = text.lines().zip(1..);
    let other = lines.find(|(line, _)| match host {
        Some(host) => prefix::syslog_host(line).is_some_and(|its| its != Ok(host)),
        None => prefix::is_of_a_receiver(line),
    });
    other.map_or(Ok(()), |(_, number)| Err((Some(number), other_log())))
}

/// Whether all lines of a text are of that host's system log: syslog's or the journal's. Their messages continue in indented
/// lines, and lines between them mark where a boot begins. In a chat's log `TIME ROOM NAME: …` looks the same, except for the
/// names.
fn is_systems_log(text: &str, host: &str) -> bool {
    if !prefix::are_programs(text) {
        return false;
    }
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).peekable();
    let mut is_bare = false;
    // An indented line continues one before it.
    lines.peek().is_some_and(|first| !first.starts_with([' ', '\t']))
        && lines.all(|line| {
            is_of_bare_block(line, &mut is_bare)
                || prefix::syslog_host(line) == Some(Ok(host))
                || is_of_host(&Prefix::split(line).0, host)
                || line.starts_with([' ', '\t'])
                || BETWEEN_BOOTS.iter().any(|start| line.starts_with(start))
        })
}

/// Whether a line is of a block of keys without a prefix. cloud-init writes such a block to the console, to which the
/// system's log goes, too. `is_inside` is true while such a block is open.
fn is_of_bare_block(line: &str, is_inside: &mut bool) -> bool {
    let begins = begins_block(line).is_some_and(|(before, kind)| before.trim().is_empty() && kind == BlockKind::Keys);
    let ends = *is_inside && ends_block(line).is_some_and(|prefix| prefix.is_none());
    let is_of_block = begins || ends || *is_inside && counts(line);
    *is_inside = begins || *is_inside && is_of_block && !ends;
    is_of_block
}

/// The lines by which journalctl marks where its log, or a boot in it, begins, and that it does not show all.
const BETWEEN_BOOTS: [&str; 6] = [
    "-- Logs begin at ",
    "-- Journal begins at ",
    "-- Reboot --",
    "-- Boot ",
    "-- No entries --",
    "Hint: You are currently not seeing messages from other users and the system.",
];

/// Whether all hosts in a prefix are that one.
fn is_of_host(prefix: &Prefix, host: &str) -> bool {
    let mut hosts = prefix.hosts().peekable();
    hosts.peek().is_some() && hosts.all(|its| its == host)
}

fn in_other_text() -> Error {
    Error::failure(
        "cloud-init's block in a text that begins as no console's log and is not the system's, so that others may have \
         written it",
    )
    .hint(
        "give the console's log from the kernel's first line on, or from the start of a line such as `[  OK  ] Started …`; \
         or, if it is the VM's own, the block and nothing else",
    )
}

fn other_log() -> Error {
    Error::failure("this line is not of the log that contains cloud-init's block, so another user may have written it")
        .hint("give the console's log alone, or the lines of host keys if they are the VM's own")
}

fn outside_block() -> Error {
    Error::failure("a fingerprint or host key outside of cloud-init's block")
        .hint("give the lines of the block only, or those of the host keys")
}

fn not_of_cloud_init() -> Error {
    Error::failure(
        "this block of host keys has no prefix in the log that only cloud-init writes, so others may have written it",
    )
    .hint("if it is the VM's own, give the block from BEGIN to END, and nothing else")
}

fn empty_block(has_weak: bool, has_damage: bool, is_cut: bool) -> Error {
    if has_weak {
        return Error::failure("only MD5 fingerprints in cloud-init's block, which are not trusted")
            .hint(remedies::ON_THE_VM);
    }
    if has_damage {
        let why = "other programs wrote into its lines, or before each of them, or a window broke them";
        return Error::failure(format!("cloud-init's block of host keys is damaged: {why}"))
            .hint("give the block alone, each line whole and without what precedes it; or have the VM print its keys: hostfp --run-command-script");
    }
    let (how, why) = if is_cut {
        ("is empty", "the log is cut short")
    } else {
        ("is complete and empty", "the VM had no host keys yet when cloud-init printed it")
    };
    Error::failure(format!("cloud-init's block of host keys {how}: {why}")).hint(remedies::ON_THE_VM)
}

fn of_other_prefix(is_greps: bool) -> Error {
    if is_greps {
        return Error::failure(
            "cloud-init's prefix is preceded by another one, as grep prints file names and line numbers",
        )
        .hint("use grep -h, and leave out -n");
    }
    Error::failure("this line in cloud-init's block of host keys does not begin as cloud-init's do")
        .hint("keep the console's log as it is, or what `journalctl -o short` prints")
}

/// Whether a file name or a line number of grep precedes cloud-init's prefix.
fn has_greps_prefix(line: &str) -> bool {
    let word = line.split(' ').next().unwrap_or_default();
    let after = |(at, separator): (usize, &str)| line.get(at + separator.len()..).unwrap_or_default();
    word.match_indices([':', '-']).take(16).any(|separator| !Prefix::split(after(separator)).0.is_none())
}

/// Reports that the boots at these lines show different host keys. It is a "no", since one of them may be another user's, and
/// only a person can tell.
pub(super) fn differing(lines: &[usize]) -> Error {
    let at: Vec<String> = lines.iter().map(usize::to_string).collect();
    Error::no(format!("the log shows {} boots with different host keys, at lines {}", lines.len(), at.join(", ")))
        .hint("if the VM was rebuilt and no one else can write its log, choose one: --boot last")
}

#[derive(Debug)]
struct Block<'a> {
    kind: BlockKind,
    /// The line where it begins, counted from 1.
    line: usize,
    list: List,
    /// The host that its prefix names.
    host: Option<String>,
    /// The process that logged it, if its prefix has one.
    process: Option<&'a str>,
    /// The processes that passed it on to the log.
    processes: Vec<&'a str>,
    /// The kernel's time of its lines, if it is the same in all of them.
    kernel_time: Option<&'a str>,
    /// Whether only such blocks precede it.
    is_first: bool,
    /// Whether it has no time before it, and only such blocks precede it.
    is_at_start: bool,
    /// Whether it is cloud-init's.
    counts: bool,
    /// A line in it does not fit.
    is_damaged: bool,
    /// Whether its END line is there.
    ends: bool,
    /// The first line in it with another prefix, which was skipped, and whether grep wrote that prefix.
    passed: Option<(usize, bool)>,
}

/// The blocks of a text.
struct Blocks<'a> {
    blocks: Vec<Block<'a>>,
    /// The number of the first line outside of them that is a fingerprint or a key.
    first_key_outside: Option<usize>,
    /// The offset in bytes of the first line that is not of a block, or has other words before it.
    first_other: Option<usize>,
}

/// Finds the blocks of a text. A block that does not end stops where the next begins.
fn blocks(text: &str) -> Blocks<'_> {
    let mut first_key_outside = None;
    let mut first_other = None;
    // The prefix without a time with which the text begins; it counts only there.
    let first = text.lines().find(|line| !line.trim().is_empty()).map(Prefix::split).unwrap_or_default().0;
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut open_prefix: Option<Prefix<'_>> = None;
    // Whether a block without a prefix would count here.
    let mut may_be_bare = true;
    // The processes that logged lines other than blocks, such as those of the user's own scripts.
    let mut other_loggers: HashSet<&str> = HashSet::new();
    // Those that logged lines that are neither of blocks nor cloud-init's own words.
    let mut foreign_loggers: HashSet<&str> = HashSet::new();
    let continued = Continued::of(text);
    let mut lines = text.lines().zip(1..).peekable();
    while let Some((line, number)) = lines.next() {
        let is_whole = lines.peek().is_some() || text.ends_with('\n');
        if let Some((before, kind)) = begins_block(line) {
            let prefix = Prefix::at_end_of(before);
            let is_own = prefix.has_time() || prefix == first;
            let is_at_start = !prefix.has_time() && blocks.last().is_none_or(|block| block.is_at_start);
            if !Prefix::split(before).1.trim().is_empty() {
                first_other = first_other.or_else(|| Some(offset(text, line)));
            }
            // A block within another: their lines could not be told apart.
            if let Some(outer) = blocks.last_mut().filter(|_| open_prefix.is_some()) {
                outer.counts = false;
            }
            let is_of_one_host = prefix.hosts().next().is_none_or(|host| is_of_host(&prefix, host));
            let is_kept = open_prefix.is_none() && is_of_one_host && !continued.has(line);
            let counts = is_kept && ((!prefix.is_none() && is_own) || (before.trim().is_empty() && may_be_bare));
            blocks.push(Block {
                kind,
                line: number,
                list: List::default(),
                host: prefix.hosts().next().map(str::to_owned),
                process: prefix.process(),
                processes: prefix.processes().collect(),
                kernel_time: prefix::kernel_time(line),
                is_first: first_other.is_none(),
                is_at_start,
                counts,
                is_damaged: false,
                ends: false,
                passed: None,
            });
            open_prefix = Some(prefix);
            continue;
        }
        if boot_log::begins_boot(line) {
            open_prefix = None;
        }
        let (prefix, payload) = Prefix::split(line);
        match (&open_prefix, blocks.last_mut()) {
            (Some(own), Some(block)) if ends_block(line).as_ref() == Some(own) => {
                block.ends = true;
                block.counts &= block.list.end().is_ok();
                may_be_bare = block.counts;
                open_prefix = None;
            }
            // The last line of a text that is cut off may be incomplete.
            (Some(own), Some(block)) if *own == prefix && is_whole => {
                block.take(payload, own.is_none());
                block.counts &= !continued.has(line);
                block.kernel_time = block.kernel_time.filter(|time| prefix::kernel_time(line) == Some(time));
            }
            // A line of another program between those of the block, or one of cloud-init's that another block cut off.
            (Some(_), Some(block)) if !line.trim().is_empty() && is_whole => {
                first_other = first_other.or_else(|| Some(offset(text, line)));
                first_key_outside =
                    first_key_outside.or_else(|| (!prefix.is_none() && counts(payload)).then_some(number));
                block.passed = block.passed.or_else(|| Some((number, has_greps_prefix(line))));
            }
            (Some(_), _) => {}
            (None, _) => {
                if !is_filler(payload) {
                    first_other = first_other.or_else(|| Some(offset(text, line)));
                    other_loggers.extend(prefix.process());
                    let is_own = OWN_WORDS.iter().any(|words| payload.starts_with(words));
                    foreign_loggers.extend(prefix.processes().filter(|_| !is_own));
                    may_be_bare = false;
                }
                first_key_outside = first_key_outside.or_else(|| counts(payload).then_some(number));
            }
        }
    }
    // A text that begins with a block and continues with other lines is a part of a log, whose first line anyone may have
    // written. Its lines may also continue a missing one, whose time they have.
    let is_window = |block: &&mut Block<'_>| block.is_at_start || (block.is_first && block.kernel_time.is_some());
    blocks.iter_mut().filter(|block| first_other.is_some() && is_window(block)).for_each(|block| block.counts = false);
    // A block is all that its logger(1) was given, and the processes that passed it on print nothing else.
    let has_logged_more = |block: &&mut Block<'_>| {
        block.process.is_some_and(|process| other_loggers.contains(process))
            || block.processes.iter().any(|process| foreign_loggers.contains(process))
    };
    blocks.iter_mut().filter(has_logged_more).for_each(|block| block.counts = false);
    Blocks { blocks, first_key_outside, first_other }
}

/// Returns the offset of a line in its text, in bytes.
fn offset(text: &str, line: &str) -> usize {
    line.as_ptr().addr() - text.as_ptr().addr()
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
    const fn is_whole(&self) -> bool {
        self.ends && !self.is_damaged && self.passed.is_none()
    }
}

/// The keys that one boot showed: a block of each kind, or of one.
#[derive(Debug)]
pub(super) struct Boot {
    /// The line where its first block begins, counted from 1.
    line: usize,
    keys: Vec<TrustedKey>,
    kinds: Vec<BlockKind>,
    counts: bool,
    /// Lines of its first block are lost; a later one may list more.
    has_gaps: bool,
}

/// Groups blocks into the boots of a log. Blocks with the same keys are of one boot.
fn boots(blocks: Vec<Block<'_>>) -> Vec<Boot> {
    let mut boots: Vec<Boot> = Vec::new();
    for block in blocks.into_iter().filter(|block| !block.list.keys.is_empty()) {
        match boots.iter_mut().find(|boot| boot.agrees_with(&block)) {
            Some(boot) if block.counts == boot.counts => boot.kinds.push(block.kind),
            // Lines that others may have written do not count next to those of cloud-init.
            Some(boot) if block.counts => *boot = Boot { line: boot.line, ..Boot::of(block) },
            Some(_) => {}
            None => boots.push(Boot::of(block)),
        }
    }
    boots
}

impl Boot {
    fn of(block: Block<'_>) -> Self {
        let has_gaps = block.ends && !block.is_whole();
        let Block { kind, line, list, counts, .. } = block;
        Self { line, keys: list.keys, kinds: vec![kind], counts, has_gaps }
    }

    /// Whether all keys of a block are of this boot: whichever block comes first lists all. Two whole blocks list the same
    /// keys, except for DSA, which cloud-init omits from the block of keys. If another program's line replaced one of the
    /// first block's, the second may list more; these further keys do not count.
    fn agrees_with(&self, block: &Block<'_>) -> bool {
        let known = |key: &TrustedKey| self.keys.iter().any(|own| own.fingerprint == key.fingerprint);
        let keys = &block.list.keys;
        let is_left_out = |key: &TrustedKey| {
            block.kind == BlockKind::Keys && !self.kinds.contains(&block.kind) && key.kinds == [Kind::Dsa]
        };
        let lacks = |key: &TrustedKey| !keys.iter().any(|its| its.fingerprint == key.fingerprint) && !is_left_out(key);
        // A block that others may have written adds no missing key.
        let lists_all = self.counts || self.kinds.contains(&block.kind);
        let is_shorter = block.is_whole() && lists_all && self.keys.iter().any(lacks);
        let is_other_kind = !self.kinds.contains(&block.kind);
        let fills_gaps = self.has_gaps && is_other_kind && block.is_whole() && !self.keys.iter().any(lacks);
        (fills_gaps || keys.iter().all(known)) && !is_shorter
    }
}

impl BootChoice {
    pub(super) fn of<'b, B>(self, boots: &[&'b B]) -> Result<&'b B, Error> {
        let chosen = match self {
            Self::First => boots.first(),
            Self::Last => boots.last(),
            Self::Number(number) => boots.get(number.get() - 1),
        };
        chosen.copied().ok_or_else(|| Error::failure(format!("the log shows {} boots only", boots.len())))
    }
}

#[cfg(test)]
mod tests;
