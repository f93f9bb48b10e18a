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
mod blocks;
mod boot_log;
mod boot_patterns;
mod boots;
mod logins;
mod machines;
mod prefix;

use common::error::Error;

use super::boot_choice::BootChoice;
use super::lines::counts;
use super::terminal;
use crate::trusted::grammar::NotTrusted;
use crate::trusted::keys::HAS_WEAK;
use crate::trusted::keys::Trusted;
use crate::trusted::messages::remedies;
use crate::trusted::rules::one_host::Origin;
use crate::trusted::rules::{raw_sshd, wall};
use block_lines::{BEGIN, BlockKind, begins_block, ends_block};
use blocks::{Blocks, is_of_host};
pub(crate) use boot_log::{is_console, is_whole_boot};
use boots::Boot;
pub(crate) use machines::check as check_one_machine;
use prefix::Prefix;

/// The most blocks that a log has.
const MAX_BLOCKS: usize = 64;

/// Whether a text has a line that begins a block.
pub(crate) fn has_blocks(text: &str) -> bool {
    text.contains(BEGIN) && text.lines().any(|line| begins_block(line).is_some())
}

/// Whether a line has cloud-init's name before a fingerprint or a key.
pub(crate) fn is_of_block(line: &str) -> bool {
    let (prefix, rest) = Prefix::split(line);
    !prefix.is_none() && counts(rest)
}

/// Reads the host keys of the one boot that a log shows, or of the one that was chosen.
///
/// # Errors
/// There are no host keys; or the log shows boots with different host keys, and none was chosen.
pub(crate) fn read(text: &str, choice: Option<BootChoice>) -> Result<Trusted, NotTrusted> {
    raw_sshd::check(text)?;
    let text = &*terminal::without_codes_at_ends(text);
    let Blocks { blocks, first_key_outside, first_other } = Blocks::of(text);
    let host = blocks.iter().find_map(|block| block.host.clone());
    one_log(text, host.as_deref())?;
    check_one_machine(text, |line| begins_block(line).is_some())?;
    wall::check(text, |line| begins_block(line).is_some() || is_of_block(line))?;
    logins::check(text, |line| begins_block(line).is_some() || is_of_block(line))?;
    // A list of keys outside the block means that the text is more than a log.
    if let Some(line) = first_key_outside {
        return Err((Some(line), outside_block(text)));
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
    let boots = boots::of(blocks);
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
    let mut trusted = chosen.list.clone().into_trusted(Origin::OneMachine).map_err(|error| (None, error))?;
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

fn outside_block(text: &str) -> Error {
    // Where a person selects from BEGIN on, the first line lacks the prefix of the others.
    let first = text.trim_start().lines().next().unwrap_or_default();
    let is_cut = first.starts_with(BEGIN) && text.lines().skip(1).any(is_of_block);
    Error::failure("a fingerprint or host key outside of cloud-init's block").hint(if is_cut {
        "the line with BEGIN lacks the prefix that the others have: give whole lines, each from its beginning"
    } else {
        "give the lines of the block only, or those of the host keys"
    })
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

/// Reports that the boots at these lines show different host keys. It is a "no", since one of them may be another user's, and
/// only a person can tell.
pub(crate) fn differing(lines: &[usize]) -> Error {
    let at: Vec<String> = lines.iter().map(usize::to_string).collect();
    Error::no(format!("the log shows {} boots with different host keys, at lines {}", lines.len(), at.join(", ")))
        .hint("if the VM was rebuilt and no one else can write its log, choose one: --boot last")
}

#[cfg(test)]
mod tests;
