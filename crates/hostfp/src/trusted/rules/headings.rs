//! Reads comments on lines of their own, above keys: a list is of one host.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;

use super::comments::{OF_KEYS, SIZES, is_of_users, is_path, objection_of_line, parts};
use super::host_names;
use crate::trusted::grammar::line::Misfit;
use crate::trusted::grammar::{host_key_paths, words};
use crate::trusted::messages::connections;

/// Programs that run others in systems of their own, whose host keys are not the machine's.
#[rustfmt::skip]
const OF_CONTAINERS: [&str; 13] = [
    "chroot", "container", "docker", "exec", "incus", "jail", "kubectl", "lxc", "nerdctl", "nsenter", "nspawn", "pod", "podman",
];

/// Whether a word is of a program that runs others in systems of their own: `docker`, `containers`, `dockerized`. A machine
/// on which it runs has a name of its own, such as `docker01`.
pub(crate) fn is_of_container(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let ending = OF_CONTAINERS.iter().find_map(|name| word.strip_prefix(name));
    ending.is_some_and(|ending| matches!(ending, "" | "s" | "ized" | "ised"))
}

/// The most words of a comment line that may be the heading of a host's keys.
const MOST_OF_HEADING: usize = 8;

/// Whether a word may name a host: a date and a number do not, an address does.
fn may_name_host(word: &str) -> bool {
    let is_date = word.starts_with("20") && word.get(4..5) == Some("-");
    !is_date && (word.contains(char::is_alphabetic) || word.parse::<IpAddr>().is_ok())
}

/// Whether a character is a symbol or a picture that may distinguish hosts, as words do. Punctuation and the characters of
/// rulers and boxes are not.
fn may_tell_hosts_apart(character: char) -> bool {
    let is_of_text = character.is_ascii() || character.is_alphanumeric() || character.is_whitespace();
    let is_of_rulers = matches!(
        character,
        '\u{80}'..='\u{bf}'
            | '\u{2000}'..='\u{206f}'
            | '\u{2500}'..='\u{259f}'
            | '\u{3000}'..='\u{303f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{ff00}'..='\u{ff0f}'
    );
    !is_of_text && !is_of_rulers
}

/// Comments on lines of their own, above keys. If there are several in a list, all must be of one host.
#[derive(Clone, Debug, Default)]
pub(crate) struct Headings {
    /// The words of the comments since the last key, without those for its type.
    since: Vec<String>,
    /// The words of those above the first key.
    of_first: Option<Vec<String>>,
    /// The lines above the first key, each with one of its words omitted, and that word.
    above_first: BTreeMap<String, String>,
    /// Whether one has the version that a host showed.
    has_version: bool,
    /// The folder of the files of host keys that they name.
    folder: Option<String>,
}

impl Headings {
    /// Takes a comment line.
    ///
    /// # Errors
    /// It rejects keys, or names a file that is not a host key's.
    pub(crate) fn comment(&mut self, line: &str) -> Result<(), Misfit> {
        match objection_of_line(line) {
            // If no key precedes or follows, another message fits the text better.
            Some(Misfit::Shown) if connections::has_version(line) => self.has_version = true,
            Some(misfit) => return Err(misfit),
            None => {}
        }
        if words::names_other_port(line) {
            return Err(Misfit::OtherHeading);
        }
        let mut named = Vec::new();
        for word in line.split_whitespace().map(|word| word.trim_matches(['#', ':', '\'', '"', '`', '(', ')', ','])) {
            if host_key_paths::is_in_folder(word) {
                if let Some(folder) = host_key_paths::folder(word)
                    && *self.folder.get_or_insert_with(|| folder.clone()) != folder
                {
                    return Err(Misfit::OtherHeading);
                }
                continue;
            }
            let is_of_container = word.split('-').any(is_of_container);
            if is_path(word) || is_of_users(word) || is_of_container {
                return Err(Misfit::OtherHeading);
            }
            let before = self.since.len();
            for part in parts(word) {
                let words = host_names::words(&part);
                // Letters that are not ASCII are not part of a name in JSON.
                let words = if part.is_ascii() { words } else { vec![part.as_str()] };
                let owners = words.into_iter().filter(|word| !OF_KEYS.contains(word) && !SIZES.contains(word));
                self.since.extend(owners.map(str::to_owned));
            }
            let mut symbols: Vec<char> = word.chars().filter(|character| may_tell_hosts_apart(*character)).collect();
            symbols.dedup();
            self.since.extend(symbols.into_iter().map(String::from));
            if self.since.len() > before {
                named.push(word.to_lowercase());
            }
        }
        if self.of_first.is_none() && self.differs_in_one_word(&named) {
            return Err(Misfit::OtherHeading);
        }
        Ok(())
    }

    /// Whether a line above the first key differs from an earlier one in a single word, which may be a host's name. Such
    /// lines are the headings of several hosts, of which only the last has keys.
    fn differs_in_one_word(&mut self, line: &[String]) -> bool {
        // A longer line is a sentence.
        if line.len() > MOST_OF_HEADING {
            return false;
        }
        line.iter().enumerate().any(|(index, word)| {
            let mut rest = line.to_vec();
            if let Some(place) = rest.get_mut(index) {
                place.clear();
            }
            match self.above_first.entry(rest.join(" ")) {
                Entry::Occupied(other) => other.get() != word && may_name_host(word) && may_name_host(other.get()),
                Entry::Vacant(place) => {
                    place.insert(word.clone());
                    false
                }
            }
        })
    }

    /// Takes a key, which follows the last comments.
    ///
    /// # Errors
    /// These differ from those above the first key, or one of them is what a host showed.
    pub(crate) fn key(&mut self) -> Result<(), Misfit> {
        if self.has_version {
            return Err(Misfit::Shown);
        }
        let above = std::mem::take(&mut self.since);
        match &self.of_first {
            None => self.of_first = Some(above),
            Some(first) if above.is_empty() || above == *first => {}
            Some(_) => return Err(Misfit::OtherHeading),
        }
        Ok(())
    }

    /// Takes the end of the text, which follows the last comments.
    ///
    /// # Errors
    /// They have a word that none above the first key has, and may be of another host; or one is what a host showed.
    pub(crate) fn end(&self) -> Result<(), Misfit> {
        let Some(first) = &self.of_first else { return Ok(()) };
        if self.has_version {
            return Err(Misfit::Shown);
        }
        let first: HashSet<&String> = first.iter().collect();
        let is_known = |word: &String| first.contains(word) || matches!(word.as_str(), "end" | "eof" | "of");
        if self.since.iter().all(is_known) { Ok(()) } else { Err(Misfit::OtherHeading) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a list whose lines are comments and keys (`=`).
    fn ends(lines: &[&str]) -> Option<Misfit> {
        let mut headings = Headings::default();
        lines
            .iter()
            .find_map(|line| if *line == "=" { headings.key() } else { headings.comment(line) }.err())
            .or_else(|| headings.end().err())
    }

    #[test]
    fn comments_above_keys_are_of_one_host() {
        for lines in [
            &["# web1", "=", "# web2", "="][..],
            &["=", "# web2", "="],
            &["=", "# ^ that one is of vm2"],
            &["# web1", "=", "=", "# web2"],
            &["# /home/me/.ssh/id_ed25519.pub", "="],
            &["# ~/.ssh/id_ed25519.pub", "="],
            &["# C:\\Users\\me\\id.pub", "="],
            &["# authorized_keys", "="],
            &["# docker exec web", "="],
            &["# vm:2222", "="],
            &["# id_ed25519.pub", "="],
            &["# console", "=", "# files", "="],
            &["# \u{e9}", "=", "# \u{e8}", "="],
            &["# cat /etc/ssh/ssh_host_rsa_key.pub", "=", "# ssh web2", "="],
            &["# /etc/ssh/keys/x/ssh_host_rsa_key.pub", "="],
            &["# vm", "#", "# mallory", "="],
            &["# db-1.example.com", "# vm", "="],
            &["# 10.0.0.4", "# 10.0.0.5", "="],
            &["# host keys of vm:", "# host keys of mallory:", "="],
            &["# vm", "# host keys", "# mallory", "="],
            &["# /etc/ssh/ssh_host_rsa_key.pub", "=", "# /usr/local/etc/ssh/ssh_host_rsa_key.pub"],
            &["# \u{2605}", "=", "# \u{2606}", "="],
        ] {
            assert_eq!(ends(lines), Some(Misfit::OtherHeading), "{lines:?}");
        }
        for lines in [
            &["# web1", "# and more", "=", "=", "# end of web1"][..],
            &["=", "# Ed25519 host key"],
            &["# RSA (3072)", "=", "# Ed25519 host key", "="],
            &["# vm", "#", "# ssh_host_ed25519_key.pub", "="],
            &["# vm", "# taken on 2026-11-30", "="],
            &["# vm", "# 2026-11-30T10:00:00Z", "# 22", "# vm", "="],
            &["# RSA key of vm", "# Ed25519 key of vm", "="],
            &["# /etc/ssh/ssh_host_rsa_key.pub:", "=", "# /etc/ssh/ssh_host_ed25519_key.pub:", "="],
            &["# vm: RSA", "=", "# vm: ED25519", "=", "#", "="],
            &[
                "# ssh-keygen -lf /etc/ssh/ssh_host_rsa_key.pub",
                "=",
                "# ssh-keygen -lf /etc/ssh/ssh_host_ecdsa_key.pub",
                "=",
            ],
            &["# from https://portal.azure.com/ / 2026", "=", "# ~~~~", "="],
            &["# \u{e9}", "="],
            &["# C:\\ProgramData\\ssh\\ssh_host_rsa_key", "=", "# c:/programdata/ssh/ssh_host_ecdsa_key", "="],
            &["# \u{2500}\u{2500}\u{2500} RSA \u{2500}\u{2500}", "=", "# \u{2550}\u{2550} ED25519", "="],
            &["# \u{1f511} RSA", "=", "=", "# \u{1f511} ED25519", "="],
        ] {
            assert_eq!(ends(lines), None, "{lines:?}");
        }
        for line in
            ["# offered by 203.0.113.9", "# Warning: Permanently added 'vm' (ED25519) to the list of known hosts."]
        {
            assert_eq!(ends(&[line]), Some(Misfit::Shown), "{line}");
        }
        // Each of the many words below the keys is looked up once.
        let many: String = (0..50_000).map(|number| format!(" a{number}")).collect();
        let back: String = (0..50_000).rev().map(|number| format!(" a{number}")).collect();
        assert_eq!(ends(&[&format!("#{many}"), "=", &format!("#{back}")]), None);
        let version = "# vm:22 SSH-2.0-OpenSSH_9.6";
        for (lines, misfit) in
            [(&[version][..], None), (&[version, "="], Some(Misfit::Shown)), (&["=", version], Some(Misfit::Shown))]
        {
            assert_eq!(ends(lines), misfit, "{lines:?}");
        }
    }
}
