//! What cloud-init writes to the serial console at a machine's first boot: the fingerprints of its host keys and the
//! keys themselves, each in a block.
//!
//! Nothing else in such a log speaks of host keys. Its table of fingerprints behind `ci-info: ` is of the keys that let
//! users in, and sshd logs those of the users that came.

use super::lines::{self, Where};
use super::{Findings, TrustedKey, keys};

/// How a block begins; behind it `FINGERPRINTS-----` or `KEYS-----`.
const BEGIN: &str = "-----BEGIN SSH HOST KEY ";
/// How it ends.
const END: &str = "-----END SSH HOST KEY ";

/// Whether a text has such a block.
pub(super) fn has_blocks(text: &str) -> bool {
    text.contains(BEGIN)
}

/// Finds the host keys of the last boot in a log that has such blocks, and notes when earlier ones had others; else
/// says that it has none.
pub(super) fn find(text: &str, findings: &mut Findings) -> bool {
    let blocks = blocks(text);
    let Some(last) = blocks.last() else { return false };
    let is_cut = !last.ends;
    let mut boots: Vec<Boot> = Vec::new();
    for block in blocks {
        let mut inside = Findings::default();
        match block.kind {
            Kind::Fingerprints => lines::find(&block.text, Where::Whole, &mut inside),
            Kind::Keys => keys::find_public_lines(&block.text, &mut inside),
        }
        findings.weak |= inside.weak;
        findings.too_many |= inside.too_many;
        if inside.keys.is_empty() {
            findings.empty_block = true;
            continue;
        }
        findings.damaged = findings.damaged.or(inside.damaged);
        findings.damaged_key |= inside.damaged_key;
        let (this, other) = match block.kind {
            Kind::Fingerprints => (Some(inside.keys), None),
            Kind::Keys => (None, Some(inside.keys)),
        };
        match boots.last_mut() {
            Some(boot) if boot.takes(this.as_deref(), other.as_deref()) => {
                boot.fingerprints = boot.fingerprints.take().or(this);
                boot.keys = boot.keys.take().or(other);
            }
            _ => boots.push(Boot { fingerprints: this, keys: other }),
        }
    }
    boots.dedup_by(|later, earlier| later.is_of_same_keys(earlier));
    if boots.len() > 1 {
        findings.notes.push(format!("the log shows {} boots with different host keys; the last counts", boots.len()));
    }
    if is_cut {
        findings.reasons.push("the log ends within its last block of host keys; some may be missing".to_owned());
    }
    for key in boots.pop().into_iter().flat_map(Boot::into_all) {
        findings.put(key);
    }
    true
}

/// What a block lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Fingerprints,
    Keys,
}

struct Block {
    kind: Kind,
    text: String,
    /// Whether its END line is there.
    ends: bool,
}

/// What a log puts before each line of a block: `<14>May  1 12:00:00 vm ec2: `. Its last word is the same in all of
/// them, and stands at the same place. So a line of another program is told from the block's even where the program
/// lets somebody choose some of its words, as sshd does when it logs the name of a user.
struct Prefix<'a> {
    words: usize,
    tag: &'a str,
}

impl<'a> Prefix<'a> {
    fn of(text: &'a str) -> Self {
        Self { words: text.split_whitespace().count(), tag: text.split_whitespace().last().unwrap_or_default() }
    }

    /// The line without it. A line that does not have it stays as it is.
    fn strip<'l>(&self, line: &'l str) -> &'l str {
        let mut rest = line;
        let mut last = "";
        for _ in 0..self.words {
            rest = rest.trim_start();
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            (last, rest) = rest.split_at_checked(end).unwrap_or_default();
        }
        if self.words > 0 && last == self.tag { rest } else { line }
    }
}

/// The blocks of a log. One that does not end stops where the next begins.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    let mut prefix = Prefix::of("");
    for line in text.split_inclusive('\n') {
        let begins = line.split_once(BEGIN).and_then(|(before, rest)| match rest.trim_end() {
            "FINGERPRINTS-----" => Some((before, Kind::Fingerprints)),
            "KEYS-----" => Some((before, Kind::Keys)),
            _ => None,
        });
        if let Some((before, kind)) = begins {
            inside = true;
            prefix = Prefix::of(before);
            blocks.push(Block { kind, text: String::new(), ends: false });
        } else if let Some(block) = blocks.last_mut().filter(|_| inside) {
            if line.contains(END) {
                inside = false;
                block.ends = true;
            } else if line.ends_with('\n') {
                // The last line of a text that is cut may be cut itself.
                block.text.push_str(prefix.strip(line));
            }
        }
    }
    blocks
}

/// What one boot showed: one block of each kind, or of one.
#[derive(Default)]
struct Boot {
    fingerprints: Option<Vec<TrustedKey>>,
    keys: Option<Vec<TrustedKey>>,
}

impl Boot {
    fn all(&self) -> impl Iterator<Item = &TrustedKey> + Clone {
        self.fingerprints.iter().flatten().chain(self.keys.iter().flatten())
    }

    fn into_all(self) -> impl Iterator<Item = TrustedKey> {
        self.fingerprints.into_iter().flatten().chain(self.keys.into_iter().flatten())
    }

    /// Whether a block belongs to this boot: it is of the kind that is still missing, has a key in common with the
    /// other, and has no other key of a type that the other has too.
    fn takes(&self, fingerprints: Option<&[TrustedKey]>, keys: Option<&[TrustedKey]>) -> bool {
        let free = (fingerprints.is_none() || self.fingerprints.is_none()) && (keys.is_none() || self.keys.is_none());
        let mut block = fingerprints.into_iter().chain(keys).flatten();
        let known = |key: &TrustedKey| self.all().any(|own| own.fingerprint == key.fingerprint);
        let clashes = |key: &TrustedKey| !known(key) && self.all().any(|own| own.kinds == key.kinds);
        free && block.clone().any(known) && !block.any(clashes)
    }

    fn is_of_same_keys(&self, other: &Self) -> bool {
        let within =
            |one: &Self, all: &Self| one.all().all(|key| all.all().any(|other| other.fingerprint == key.fingerprint));
        within(self, other) && within(other, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
    const B: &str = "SHA256:B2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
    const C: &str = "SHA256:C2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";

    fn block(lines: &str) -> String {
        let lines = lines.replace("=A", A).replace("=B", B).replace("=C", C);
        format!(
            "[    0.000000] Linux version 6.1\n<14>May  1 12:00:00 ec2: #####\n\
             <14>May  1 12:00:00 ec2: -----BEGIN SSH HOST KEY FINGERPRINTS-----\n{lines}\
             <14>May  1 12:00:00 ec2: -----END SSH HOST KEY FINGERPRINTS-----\n"
        )
    }

    fn found(text: &str) -> (Vec<String>, Vec<String>) {
        let mut findings = Findings::default();
        assert!(find(text, &mut findings), "{text}");
        let said = [findings.notes, findings.reasons].concat();
        (findings.keys.iter().map(|key| key.fingerprint.to_string()).collect(), said)
    }

    #[test]
    fn only_the_lines_of_the_last_block_count() {
        let user = format!("sshd[1]: Accepted publickey for u from h port 1 ssh2: RSA {C}\n2048 {C} me (RSA)\n");
        let first = block("<14>May  1 12:00:00 ec2: 256 =A root@vm (ECDSA)\n");
        let second = block("256 =B root@vm (ECDSA)\n256 =C root@vm (ED25519)\n");
        assert_eq!(found(&format!("{user}{first}{user}")), (vec![A.to_owned()], vec![]));
        let (keys, notes) = found(&format!("{first}{user}{first}{second}"));
        assert_eq!(keys, [B, C]);
        assert_eq!(notes, ["the log shows 2 boots with different host keys; the last counts"]);
    }

    /// Who may choose a user's name chooses some words of sshd's log.
    #[test]
    fn lines_of_others_within_a_block_do_not_count() {
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75";
        let lines = format!(
            "<14>May  1 12:00:00 ec2: 256 =A root@vm (ECDSA)\n\
             <38>May  1 12:00:00 sshd[1]: Invalid user x: 256 {B} a (ED25519)\n\
             <38>May  1 12:00:00 sshd[1]: Invalid user ec2: 256 {B} a (ED25519)\n\
             <38>May  1 12:00:00 sshd[1]: Invalid user ec2: {key}\n"
        );
        // Nor behind a block that has lost its end.
        for text in
            [block(&lines), block(&lines).replace("-----END", ""), block(&lines).replace("FINGERPRINTS", "KEYS")]
        {
            let mut findings = Findings::default();
            assert!(find(&text, &mut findings));
            assert!(findings.keys.iter().all(|key| key.fingerprint.to_string() == A), "{text}: {findings:?}");
        }
        for (before, line) in
            [("ci-info: ", "ci-info: x"), ("[ 1.2] a[3]: ", "[ 1.3] a[3]: x"), ("", "x"), ("a: ", "x")]
        {
            assert_eq!(Prefix::of(before).strip(line).trim(), "x");
        }
    }

    #[test]
    fn a_log_that_ends_within_a_block_gives_its_whole_lines() {
        let whole = block("256 =A root@vm (ECDSA)\n256 =B root@vm (ED25519)\n");
        let (keys, notes) = found(whole.split_once("root@vm (ED").unwrap().0);
        assert_eq!(keys, [A]);
        assert_eq!(notes, ["the log ends within its last block of host keys; some may be missing"]);
        assert!(!find("-----BEGIN CERTIFICATE-----\n", &mut Findings::default()));
    }

    #[test]
    fn fingerprints_and_keys_of_one_boot_are_one_list() {
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75 root@vm";
        let keys = format!("-----BEGIN SSH HOST KEY KEYS-----\n{key}\n-----END SSH HOST KEY KEYS-----\n");
        let (own, _) = found(&keys);
        let own = own[0].as_str();
        // The block of keys has no ECDSA key; it belongs to the fingerprints all the same.
        let both = block(&format!("256 =A root@vm (ECDSA)\n256 {own} root@vm (ED25519)\n"));
        assert_eq!(found(&format!("{both}{keys}")), (vec![A.to_owned(), own.to_owned()], vec![]));
        // And where it has another key of the same type, it is of another boot.
        let other = block("256 =A root@vm (ED25519)\n");
        let (keys, notes) = found(&format!("{other}{keys}"));
        assert_eq!((keys, notes.len()), (vec![own.to_owned()], 1));
    }
}
