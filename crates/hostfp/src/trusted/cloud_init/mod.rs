//! What cloud-init writes to the serial console at a machine's first boot: the fingerprints of its host keys and the
//! keys themselves, each in a block.
//!
//! Why a stranger cannot write such a line: it must begin, behind a time, with cloud-init's own name, where any other
//! program's line has that program's name, and be a fingerprint or a host key as a whole. sshd logs users' keys and
//! names within lines of its own. cloud-init also writes the second block without a prefix: that counts only right
//! behind the first one, or where the text is nothing else. A text into which sshd wrote its lines raw, newlines and all
//! (`sshd -E`), is refused. What is left are the VM's own users who may write to its system log: with theirs the log
//! shows host keys that differ, and then it is no answer.

mod prefix;

use std::collections::HashSet;

use common::error::Error;

use super::lines::{List, counts};
use super::one_host::{self, Origin};
use super::raw_sshd;
use super::remedies;
use super::{BootChoice, Trusted, TrustedKey};
use prefix::Prefix;
pub(super) use prefix::begins_with_a_time;

/// How a block begins; behind it `FINGERPRINTS-----` or `KEYS-----`.
const BEGIN: &str = "-----BEGIN SSH HOST KEY ";
/// How it ends.
const END: &str = "-----END SSH HOST KEY ";

/// How the first line of a boot begins.
pub(super) const FIRST_OF_BOOT: &str = "[    0.000000] Linux version ";

/// The most blocks that a log has.
const MAX_BLOCKS: usize = 64;

/// Whether a text has a line that begins such a block.
pub(super) fn has_blocks(text: &str) -> bool {
    text.contains(BEGIN) && text.lines().any(|line| begins_block(line).is_some())
}

/// Reads the host keys of the one boot that a log shows, or of the one that was chosen.
///
/// # Errors
/// There are none; or the log shows boots with different host keys, and none was chosen.
pub(super) fn read(text: &str, choice: Option<BootChoice>) -> Result<Trusted, (Option<usize>, Error)> {
    raw_sshd::check(text)?;
    let (blocks, outside) = blocks(text);
    one_log(text, &blocks)?;
    // A list of keys beside the block says that the text is more than a log.
    if let Some(line) = outside {
        return Err((Some(line), outside_block()));
    }
    if blocks.len() > MAX_BLOCKS {
        return Err((
            None,
            Error::failure("more blocks of host keys than a log has boots").hint("keep those of your VM"),
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
            Some(line) => (Some(line), not_of_cloud_init()),
            None => match passed.filter(|_| !has_weak && !has_damage) {
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
    let keys = chosen.keys.clone();
    one_host::check(&keys, Origin::OneMachine).map_err(|error| (None, error))?;
    let mut trusted = Trusted::of_keys(keys);
    if is_cut {
        trusted.mismatch_notes.push("the log ends within its last block of host keys; some may be missing".to_owned());
    }
    if has_damage {
        trusted.mismatch_notes.push("a line in cloud-init's block is damaged and does not count".to_owned());
    }
    Ok(trusted)
}

/// In a log that names its host in each line, all lines of that kind are of one log, and of the host in the block's
/// prefix. Else the block may stand in another program's log, which has a word of its own in that place.
///
/// # Errors
/// There is another line.
fn one_log(text: &str, blocks: &[Block]) -> Result<(), (Option<usize>, Error)> {
    let Some(host) = blocks.iter().flat_map(|block| &block.host).next() else { return Ok(()) };
    let mut lines = text.lines().zip(1..);
    let other = lines.find(|(line, _)| prefix::syslog_host(line).is_some_and(|its| its != Ok(host.as_str())));
    other.map_or(Ok(()), |(_, number)| Err((Some(number), other_log())))
}

fn other_log() -> Error {
    Error::failure("this line is not of the log in which cloud-init's block stands, so that others may have written it")
        .hint("give the console's log alone, or the lines of host keys if they are the VM's own")
}

fn outside_block() -> Error {
    Error::failure("a fingerprint or host key outside of cloud-init's block")
        .hint("give the lines of the block only, or those of the host keys")
}

fn not_of_cloud_init() -> Error {
    Error::failure(
        "this block of host keys stands in a log without cloud-init's prefix, so that others may have written it",
    )
    .hint("if it is the VM's own, give the lines between BEGIN and END only")
}

fn empty_block(has_weak: bool, has_damage: bool, is_cut: bool) -> Error {
    if has_weak {
        return Error::failure("only MD5 fingerprints in cloud-init's block, which are not trusted")
            .hint(remedies::ON_THE_VM);
    }
    let (how, why) = match (has_damage, is_cut) {
        (true, _) => ("is damaged", "other programs wrote into its lines"),
        (false, true) => ("is empty", "the log is cut short"),
        (false, false) => ("is complete and empty", "the VM had no host keys yet when cloud-init printed it"),
    };
    Error::failure(format!("cloud-init's block of host keys {how}: {why}")).hint(remedies::ON_THE_VM)
}

fn of_other_prefix(is_greps: bool) -> Error {
    if is_greps {
        return Error::failure(
            "a prefix stands before cloud-init's, as grep writes names of files and numbers of lines",
        )
        .hint("use grep -h, and leave out -n");
    }
    Error::failure("this line in cloud-init's block of host keys does not begin as cloud-init's do")
        .hint("keep the console's log as it is, or what `journalctl -o short` prints")
}

/// Whether grep's name of a file or number of a line stands before cloud-init's prefix.
fn has_greps_prefix(line: &str) -> bool {
    let word = line.split(' ').next().unwrap_or_default();
    let behind = |(at, mark): (usize, &str)| line.get(at + mark.len()..).unwrap_or_default();
    word.match_indices([':', '-']).take(16).any(|mark| !Prefix::split(behind(mark)).0.is_none())
}

/// The boots at these lines show different host keys. It is a "no", since one of them may be another user's, and only a person can tell.
pub(super) fn differing(lines: &[usize]) -> Error {
    let at: Vec<String> = lines.iter().map(usize::to_string).collect();
    Error::no(format!("the log shows {} boots with different host keys, at lines {}", lines.len(), at.join(", ")))
        .hint("if the VM was rebuilt and no one else can write its log, choose one: --boot last")
}

/// What a block lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Fingerprints,
    Keys,
}

#[derive(Debug)]
struct Block {
    kind: Kind,
    /// Where it begins, counted from 1.
    line: usize,
    list: List,
    /// The host that its prefix names.
    host: Option<String>,
    /// Whether it has no time before it, and nothing but such blocks stands before it.
    is_at_start: bool,
    /// Whether it is cloud-init's.
    counts: bool,
    /// A line in it does not fit.
    is_damaged: bool,
    /// Whether its END line is there.
    ends: bool,
    /// The first line in it that has another prefix and was passed over, and whether grep wrote that.
    passed: Option<(usize, bool)>,
}

/// What a line that begins a block has before it, and what the block lists.
fn begins_block(line: &str) -> Option<(&str, Kind)> {
    let (before, rest) = line.split_once(BEGIN)?;
    match rest.trim_end() {
        "FINGERPRINTS-----" => Some((before, Kind::Fingerprints)),
        "KEYS-----" => Some((before, Kind::Keys)),
        _ => None,
    }
}

/// The blocks of a log, and the first line outside of them that is a fingerprint or a key. A block that does not end stops
/// where the next begins.
fn blocks(text: &str) -> (Vec<Block>, Option<usize>) {
    let mut outside = None;
    // The prefix without a time with which the text begins: only there it counts.
    let first = text.lines().find(|line| !line.trim().is_empty()).map(Prefix::split).unwrap_or_default().0;
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside: Option<Prefix<'_>> = None;
    // Whether a block without a prefix would count here.
    let mut may_be_bare = true;
    let mut has_others = false;
    let continued = Continued::of(text);
    let mut lines = text.lines().zip(1..).peekable();
    while let Some((line, number)) = lines.next() {
        let is_whole = lines.peek().is_some() || text.ends_with('\n');
        if let Some((before, kind)) = begins_block(line) {
            let prefix = Prefix::at_end_of(before);
            let is_own = prefix.has_time() || prefix == first;
            let is_at_start = !prefix.has_time() && blocks.last().is_none_or(|block| block.is_at_start);
            // A block in another: the lines of one would be taken for those of the other.
            if let Some(outer) = blocks.last_mut().filter(|_| inside.is_some()) {
                outer.counts = false;
            }
            let is_kept = inside.is_none() && !continued.has(line);
            let counts = is_kept && ((!prefix.is_none() && is_own) || (before.trim().is_empty() && may_be_bare));
            blocks.push(Block {
                kind,
                line: number,
                list: List::default(),
                host: prefix.hosts().next().map(str::to_owned),
                is_at_start,
                counts,
                is_damaged: false,
                ends: false,
                passed: None,
            });
            inside = Some(prefix);
            continue;
        }
        if line.starts_with(FIRST_OF_BOOT) {
            inside = None;
        }
        let (prefix, payload) = Prefix::split(line);
        match (&inside, blocks.last_mut()) {
            (Some(own), Some(block)) if ends_block(line).as_ref() == Some(own) => {
                block.ends = true;
                may_be_bare = block.counts;
                inside = None;
            }
            // The last line of a text that is cut may be cut itself.
            (Some(own), Some(block)) if *own == prefix && is_whole => {
                block.take(payload, own.is_none());
                block.counts &= !continued.has(line);
            }
            // Another program's line between those of the block, or one of cloud-init's that another block cut off.
            (Some(_), Some(block)) if !line.trim().is_empty() && is_whole => {
                outside = outside.or_else(|| (!prefix.is_none() && counts(payload)).then_some(number));
                block.passed = block.passed.or_else(|| Some((number, has_greps_prefix(line))));
            }
            (Some(_), _) => {}
            (None, _) => {
                has_others |= !is_filler(payload);
                may_be_bare &= is_filler(payload);
                outside = outside.or_else(|| counts(payload).then_some(number));
            }
        }
    }
    // A text that begins with a block and goes on with other lines is a part of a log, whose first line may be anybody's.
    blocks.iter_mut().filter(|block| has_others && block.is_at_start).for_each(|block| block.counts = false);
    (blocks, outside)
}

/// The kernel's times of lines that are not cloud-init's. The kernel puts the time of a message before each of its lines, so
/// that a line with such a time may be the second one of what a device or a file is called; two messages have different
/// times, to the microsecond.
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

/// The prefix of a line that ends a block.
fn ends_block(line: &str) -> Option<Prefix<'_>> {
    let (before, rest) = line.trim_end().split_once(END)?;
    matches!(rest, "FINGERPRINTS-----" | "KEYS-----").then(|| Prefix::at_end_of(before))
}

impl Block {
    /// Takes a line that has the block's prefix. Without a prefix the line of another program cannot be told from the block's own:
    /// one that does not fit voids the block.
    fn take(&mut self, line: &str, is_bare: bool) {
        if self.list.add(line).is_err() {
            self.is_damaged = true;
            self.counts &= !is_bare;
        }
    }
}

/// What cloud-init prints around its blocks.
fn is_filler(payload: &str) -> bool {
    payload.trim().bytes().all(|byte| byte == b'#')
}

/// What one boot showed: a block of each kind, or of one.
#[derive(Debug)]
pub(super) struct Boot {
    /// Where its first block begins, counted from 1.
    line: usize,
    keys: Vec<TrustedKey>,
    kinds: Vec<Kind>,
    counts: bool,
}

/// The boots of a log. Blocks that say the same are of one.
fn boots(blocks: Vec<Block>) -> Vec<Boot> {
    let mut boots: Vec<Boot> = Vec::new();
    for block in blocks.into_iter().filter(|block| !block.list.keys.is_empty()) {
        match boots.iter_mut().find(|boot| boot.agrees_with(&block)) {
            Some(boot) if block.counts == boot.counts => boot.kinds.push(block.kind),
            // Lines that others may have written say nothing beside those of cloud-init.
            Some(boot) if block.counts => *boot = Boot { line: boot.line, ..Boot::of(block) },
            Some(_) => {}
            None => boots.push(Boot::of(block)),
        }
    }
    boots
}

impl Boot {
    fn of(Block { kind, line, list, counts, .. }: Block) -> Self {
        Self { line, keys: list.keys, kinds: vec![kind], counts }
    }

    /// Whether all keys of a block are of this boot: whichever block comes first lists all. Two whole blocks of one kind
    /// list the same.
    fn agrees_with(&self, block: &Block) -> bool {
        let known = |key: &TrustedKey| self.keys.iter().any(|own| own.fingerprint == key.fingerprint);
        let keys = &block.list.keys;
        let lacks = |key: &TrustedKey| !keys.iter().any(|its| its.fingerprint == key.fingerprint);
        let is_shorter = block.ends && self.kinds.contains(&block.kind) && self.keys.iter().any(lacks);
        keys.iter().all(known) && !is_shorter
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
mod tests {
    use std::num::NonZero;

    use super::*;

    const A: &str = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
    const B: &str = "SHA256:B2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
    const C: &str = "SHA256:C2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75";

    fn filled(text: &str) -> String {
        text.replace("=A", A).replace("=B", B).replace("=C", C).replace("=P", "<14>May  1 12:00:00 ec2: ")
    }

    /// A block with cloud-init's prefix, in a log.
    fn block(lines: &str) -> String {
        filled(&format!(
            "[    0.000000] Linux version 6.1\n=P#####\n=P-----BEGIN SSH HOST KEY FINGERPRINTS-----\n{lines}\
             =P-----END SSH HOST KEY FINGERPRINTS-----\n=P#####\n"
        ))
    }

    fn bare(lines: &str) -> String {
        format!("-----BEGIN SSH HOST KEY KEYS-----\n{lines}\n-----END SSH HOST KEY KEYS-----\n")
    }

    fn chosen(text: &str, choice: Option<BootChoice>) -> Result<Vec<String>, String> {
        assert!(has_blocks(text), "{text}");
        let found = read(text, choice).map_err(|(_, error)| error.message().to_owned())?;
        Ok(found.keys.iter().map(|key| key.fingerprint.to_string()).collect())
    }

    fn found(text: &str) -> Result<Vec<String>, String> {
        chosen(text, None)
    }

    #[test]
    fn boots_with_different_keys_are_no_answer_unless_one_is_chosen() {
        let first = block("=P256 =A root@vm (ECDSA)\n");
        let second = block("=P256 =B root@vm (ECDSA)\n=P256 =C root@vm (ED25519)\n");
        assert_eq!(found(&first).unwrap(), [A]);
        assert_eq!(found(&first.repeat(MAX_BLOCKS)).unwrap(), [A]);
        assert!(found(&first.repeat(MAX_BLOCKS + 1)).unwrap_err().contains("more blocks"));
        let both = format!("{first}{second}");
        assert_eq!(found(&both).unwrap_err(), "the log shows 2 boots with different host keys, at lines 3, 9");
        assert_eq!(chosen(&both, Some(BootChoice::First)).unwrap(), [A]);
        assert_eq!(chosen(&both, Some(BootChoice::Last)).unwrap(), [B, C]);
        let number = |number| NonZero::new(number).map(BootChoice::Number);
        assert_eq!(chosen(&both, number(2)).unwrap(), [B, C]);
        assert_eq!(chosen(&both, number(3)).unwrap_err(), "the log shows 2 boots only");
    }

    #[test]
    fn a_block_with_lines_of_another_prefix_is_not_empty() {
        let line = block("=P256 =A root@vm (ECDSA)\n");
        for (prefix, words) in [
            ("100:<14>May  1 12:00:00 ec2: ", "grep"),
            ("/var/log/syslog:7:May 01 12:00:00 vm ec2[1]: ", "grep"),
            ("2026-04-07 20:24:09 vm ec2: ", "does not begin as cloud-init's do"),
            ("Apr 07 20:24:09 2026 vm ec2[1215]: ", "does not begin as cloud-init's do"),
        ] {
            let error = found(&line.replace("<14>May  1 12:00:00 ec2: ", prefix)).unwrap_err();
            assert!(error.contains(words), "{prefix}: {error}");
        }
        assert!(found(&block("")).unwrap_err().contains("complete and empty"));
        assert!(found(&block("\n")).unwrap_err().contains("complete and empty"));
        // What the block's own lines hold says more.
        let other = "<38>May  1 12:00:00 x: y\n";
        let weak = "=P2048 MD5:27:e2:d6:a0:95:02:e5:79:8f:1f:90:63:cb:d9:d1:27 x (RSA)\n";
        assert!(found(&block(&format!("{weak}{other}"))).unwrap_err().contains("only MD5"));
        assert!(found(&block(&format!("=P256 SHA256:x\n{other}"))).unwrap_err().contains("is damaged"));
        for prefix in [
            "Apr 07 20:24:09.123456 vm ec2[1]: ",
            "Tue 2026-04-07 20:24:09 UTC vm ec2[1]: ",
            "1775593449.123456 vm ec2[1]: ",
        ] {
            assert_eq!(found(&line.replace("<14>May  1 12:00:00 ec2: ", prefix)).unwrap(), [A], "{prefix}");
        }
    }

    /// Who may choose a user's name chooses some words of sshd's log.
    #[test]
    fn lines_of_other_programs_within_a_block_do_not_count() {
        let lines = format!(
            "=P256 =A root@vm (ECDSA)\n\
             <38>May  1 12:00:00 sshd[1]: Invalid user x: 256 =B a (ED25519)\n\
             <38>May  1 12:00:00 sshd[1]: Invalid user ec2: 256 =B a (ED25519)\n\
             <38>May  1 12:00:00 sshd[1]: Invalid user \"{KEY}\" from 127.0.0.1\n\
             May  1 12:00:00 sshd[1]: -----END SSH HOST KEY x\n\
             256 =B a (ED25519)\n{KEY}\n"
        );
        for text in [block(&lines), block(&lines).replace("-----END SSH HOST KEY FINGER", "")] {
            assert_eq!(found(&text).unwrap(), [A], "{text}");
        }
        // Nor do they end it, so that a block without a prefix would count behind them.
        let ended = block(&format!(
            "=P256 =A root@vm (ECDSA)\n<38>May  1 12:00:00 sshd[1]: Invalid user -----END SSH HOST KEY x\n{}",
            bare(KEY)
        ));
        assert!(found(&ended).is_err(), "{ended}");
        // A program that may log in cloud-init's name adds no key of another type.
        let more = block("=P256 =A root@vm (ECDSA)\n") + &block("=P256 =B root@vm (ED25519)\n=P256 =A x (ECDSA)\n");
        assert!(found(&more.replacen("FINGERPRINTS", "KEYS", 4).replacen("KEYS", "FINGERPRINTS", 2)).is_err());
    }

    /// A message of the kernel may have several lines, whose time is the same; so may a block be in another.
    #[test]
    fn lines_that_another_line_goes_on_with_do_not_count() {
        let of_kernel = |time: &str| {
            let prefix = format!("[ 9123.{time}] cloud-init[9]: ");
            let block = block("=P256 =A root@vm (ECDSA)\n").replace("<14>May  1 12:00:00 ec2: ", &prefix);
            format!("[ 9123.123457] usb 1-1: Product: \n{block}[ 9123.123459] usb 1-1: Manufacturer: x\n")
        };
        assert_eq!(found(&of_kernel("123458")).unwrap(), [A]);
        assert!(found(&of_kernel("123457")).unwrap_err().contains("others may have written"));
        let own = block("=P256 =A root@vm (ECDSA)\n");
        let (begin, rest) = own.split_at(own.find("FINGERPRINTS-----").unwrap() + "FINGERPRINTS-----\n".len());
        for inner in ["", "<14>May  1 12:00:01 ec2: ", "[    1.123456] cloud-init[9]: "] {
            let inner = block("=P256 =B root@vm (ED25519)\n").replace("<14>May  1 12:00:00 ec2: ", inner);
            let (_, inner) = inner.split_once('\n').unwrap();
            for inner in [inner, inner.split_once("-----END").unwrap().0.trim_end_matches(|end| end != '\n')] {
                let text = format!("[    0.000000] Linux version 6.1\n{begin}{inner}{rest}vm login: \n");
                assert!(found(&text).is_err(), "{text}");
            }
        }
    }

    #[test]
    fn a_block_without_a_prefix_counts_behind_cloud_inits_only() {
        let keys = bare(KEY);
        let own = found(&keys).unwrap();
        let matching = block(&format!("=P256 =A root@vm (ECDSA)\n=P256 {} root@vm (ED25519)\n", own[0]));
        assert_eq!(found(&format!("{matching}{keys}")).unwrap(), [A.to_owned(), own[0].clone()]);
        // Elsewhere in a log it may be a stranger's, where a program writes newlines as they come.
        let later = format!("{}vm login: \n{keys}", block("=P256 =A root@vm (ECDSA)\n"));
        assert!(found(&later).unwrap_err().contains("2 boots with different host keys"), "{later}");
        assert_eq!(chosen(&later, Some(BootChoice::Last)).unwrap(), [A]);
        // With the keys of cloud-init's block it says nothing more, before it or behind it.
        let both = [A.to_owned(), own[0].clone()];
        assert_eq!(found(&format!("{matching}vm login: \n{keys}")).unwrap(), both);
        let longer = bare(
            &filled(&format!("{KEY}\n256 =A root@vm (ECDSA)\n256 =B x (RSA)")).replace("256 SHA256:B", "2048 SHA256:B"),
        );
        assert_eq!(found(&format!("[    0.000000] Linux version 6.1\nvm login: \n{longer}{matching}")).unwrap(), both);
        let alone = format!("[    0.000000] Linux version 6.1\n{keys}");
        assert!(found(&alone).unwrap_err().contains("without cloud-init's prefix"));
        // And no line in it may be another program's.
        assert!(found(&bare(&format!("{KEY}\nlogin: \n{KEY}"))).is_err());
        let raw = format!("Server listening on 0.0.0.0 port 22.\n{}", block("=P256 =A root@vm (ECDSA)\n"));
        assert!(found(&raw).unwrap_err().contains("strangers"));
    }

    /// What any program logs of a stranger's words looks like a prefix, but for the words in its other lines.
    #[test]
    fn another_programs_log_is_not_the_systems() {
        let of = |prefix: &str| block("=P256 =A root@vm (ECDSA)\n").replace("<14>May  1 12:00:00 ec2: ", prefix);
        let journal = of("May  1 12:00:00 vm ec2[7]: ");
        assert_eq!(found(&journal).unwrap(), [A]);
        assert_eq!(
            found(&format!("{journal}May  1 12:00:01 vm sshd[9]: Invalid user x from 192.0.2.1\n")).unwrap(),
            [A]
        );
        for other in [
            "May  1 12:00:01 other sshd[9]: x\n",
            "May  1 12:00:01 vm x\n",
            "2026-05-01T12:00:01Z INFO server: x\n",
            "2026-05-01T12:00:01Z started\n",
        ] {
            assert!(found(&format!("{journal}{other}")).unwrap_err().contains("is not of the log"), "{other}");
        }
        for prefix in
            ["2026-05-01T12:00:00Z INFO ec2: ", "2026-05-01T12:00:00Z ec2: ", "[    1.123456] x ec2: ", "[1] ec2: "]
        {
            assert!(found(&of(prefix)).is_err(), "{prefix}");
        }
        for raw in
            ["2026-05-01T12:00:01Z Invalid user x", "[    9.123456] Postponed publickey for x", "Disconnecting x"]
        {
            assert!(found(&format!("{journal}{raw}\n")).unwrap_err().contains("strangers"), "{raw}");
        }
    }

    #[test]
    fn a_block_at_the_start_of_a_text_that_goes_on_is_in_a_window_of_a_log() {
        let keys = bare(KEY);
        assert!(found(&keys).is_ok() && found(&format!("\n#####\n{keys}#####\n{keys}")).is_ok());
        for text in [format!("{keys}[    9.123456] x\n"), format!("{keys}{keys}vm login: \n")] {
            assert!(found(&text).unwrap_err().contains("without cloud-init's prefix"), "{text}");
        }
    }

    /// As cloud-init writes them to a file of its own.
    #[test]
    fn a_name_without_a_time_is_a_prefix_at_the_start_of_a_text_only() {
        let own = filled(
            "ec2: -----BEGIN SSH HOST KEY FINGERPRINTS-----\nec2: 256 =A root@vm (ECDSA)\n\
             ec2: -----END SSH HOST KEY FINGERPRINTS-----\n",
        );
        assert_eq!(found(&own).unwrap(), [A]);
        assert_eq!(found(&format!("\n{own}")).unwrap(), [A]);
        assert!(found(&format!("x\n{own}")).is_err());
        let behind = format!("{}{}", block("=P256 =B root@vm (ECDSA)\n"), own);
        assert_eq!(chosen(&behind, Some(BootChoice::Last)).unwrap(), [B]);
    }

    /// Two boots list what they have twice, each in a block of its own kind.
    #[test]
    fn a_later_list_of_the_same_kind_that_is_shorter_is_of_another_boot() {
        let own = found(&bare(KEY)).unwrap();
        let first = block(&format!("=P256 =A root@vm (ECDSA)\n=P256 {} root@vm (ED25519)\n", own[0]));
        let keys = block(&format!("=P{KEY}\n")).replace("FINGERPRINTS", "KEYS");
        assert_eq!(found(&format!("{first}{keys}")).unwrap(), [A.to_owned(), own[0].clone()]);
        assert!(found(&format!("{first}{keys}{keys}")).unwrap_err().contains("2 boots"));
    }

    #[test]
    fn a_second_list_that_is_shorter_is_of_another_boot() {
        let longer = block("=P256 =A root@vm (ECDSA)\n=P256 =B root@vm (ED25519)\n");
        let shorter = block("=P256 =A root@vm (ECDSA)\n");
        assert!(found(&format!("{longer}{shorter}")).unwrap_err().contains("2 boots"));
        assert!(found(&format!("{shorter}{longer}")).unwrap_err().contains("2 boots"));
        // One that is cut may be the same.
        let (cut, _) =
            shorter.split_once("=P-----END").or(shorter.split_once("<14>May  1 12:00:00 ec2: -----END")).unwrap();
        assert_eq!(found(&format!("{longer}{cut}")).unwrap(), [A, B]);
    }

    #[test]
    fn the_prefix_of_a_block_is_cloud_inits() {
        let text = block("=P256 =A root@vm (ECDSA)\n").replace("<14>May  1 12:00:00 ec2: ", "mallory 42 0.0 x ");
        assert!(found(&text).unwrap_err().contains("damaged"), "{text}");
        let spliced = block("=P256 =A root@vm (ECDSA)\n").replacen(
            "<14>May  1 12:00:00 ec2: ---",
            "[ 2.1] audit: <14>May  1 12:00:00 ec2: ---",
            1,
        );
        assert_eq!(found(&spliced).unwrap(), [A]);
    }

    #[test]
    fn a_log_that_ends_within_a_block_gives_its_whole_lines() {
        let whole = block("=P256 =A root@vm (ECDSA)\n=P256 =B root@vm (ED25519)\n");
        let cut = whole.split_once("root@vm (ED").unwrap().0;
        let trusted = read(cut, None).unwrap();
        assert_eq!((trusted.keys.len(), trusted.keys[0].fingerprint.to_string()), (1, A.to_owned()));
        assert_eq!(trusted.mismatch_notes, ["the log ends within its last block of host keys; some may be missing"]);
        assert!(!has_blocks("-----BEGIN CERTIFICATE-----\n"));
        assert!(!has_blocks("sshd: user -----BEGIN SSH HOST KEY KEYS----- from 127.0.0.1\n"));
    }

    #[test]
    fn other_keys_in_the_second_block_are_of_another_boot() {
        let own = found(&bare(KEY)).unwrap();
        let other = block("=P256 =A root@vm (ED25519)\n");
        assert!(found(&format!("{other}{}", bare(KEY))).unwrap_err().contains("2 boots"));
        // A second list of fingerprints may repeat the first, and adds nothing to it.
        let longer = block(&format!("=P256 =A root@vm (ED25519)\n=P3072 {} x (RSA)\n", own[0]));
        assert!(found(&format!("{other}{longer}")).unwrap_err().contains("2 boots"));
    }
}
