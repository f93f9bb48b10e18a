//! Finds the keys that a file has for a host.

use std::io::{self, Read};

use common::key::{Kind, PublicKey, wire};

use super::entry::{CERT_AUTHORITY, Entry, REVOKED};
use super::names::{self, Form, Sought};
use super::revoked::{blobs_to_trust, revoked};
use super::search::{each_line, entries, line_number, lines, read_parts};

/// The information about a host in a file.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The trusted keys, in the order of the file.
    pub(crate) keys: Vec<PublicKey<'static>>,
    /// Whether a key of that host is revoked.
    pub(crate) is_revoked: bool,
    /// The blobs of all revoked keys, for whichever host.
    pub(crate) revoked: Vec<Vec<u8>>,
}

/// Finds the keys of a host, as ssh does: by its name, its hash or a pattern. A key under `@revoked` is left out, for
/// whichever host it is revoked.
pub(crate) fn known(contents: &[u8], host: &str) -> Known {
    let host = host.to_ascii_lowercase();
    let lines = entries(contents, |_, entry| {
        // A key under @cert-authority is not a host key. An indented line, which looks like a continuation of the line
        // before, does not count either; but it can revoke a key.
        let is_indented = entry.line.first().is_some_and(u8::is_ascii_whitespace);
        let counts = entry.marker.map_or(!is_indented, |marker| marker == REVOKED);
        if !counts || !names::include(entry.names(), &host) {
            return None;
        }
        let mut blob = Vec::new();
        let key = PublicKey::from_blob(entry.decode(&mut blob).then_some(blob)?).ok()?;
        // ssh never compares a host key with a certificate.
        let counts = entry.marker.is_some() || !key.is_certificate();
        (counts && key.type_name().as_bytes() == entry.key_type).then_some((key, entry.marker.is_some()))
    });
    let revoked = revoked(contents);
    let is_revoked = |key: &PublicKey<'_>| blobs_to_trust(key).any(|blob| revoked.contains_key(blob));
    let mut known = Known::default();
    for (key, is_marked) in lines {
        if is_marked || is_revoked(&key) {
            known.is_revoked = true;
        } else {
            known.keys.push(key);
        }
    }
    known.revoked = revoked.into_keys().collect();
    known
}

/// The line number of the first line that is neither a `known_hosts` line nor blank nor a comment, counted from 1.
pub(crate) fn first_misfit(contents: &[u8]) -> Option<usize> {
    let misfits = lines(contents, |blob, start, line| matches!(Fit::of(line, blob), Fit::Misfit).then_some(start));
    misfits.first().map(|start| line_number(contents, *start))
}

/// Whether a line may be in a text that must consist of `known_hosts` lines.
enum Fit<'a> {
    /// It has a key, and names of this form.
    Key(Entry<'a>, Form),
    /// It is blank, or a comment.
    Nothing,
    Misfit,
}

impl<'a> Fit<'a> {
    /// Classifies a line. `blob` is a buffer for its key.
    fn of(line: &'a [u8], blob: &mut Vec<u8>) -> Self {
        if line.trim_ascii_start().first().is_none_or(|first| *first == b'#') {
            return Self::Nothing;
        }
        let Some(entry) = Entry::read(line) else { return Self::Misfit };
        let Some(names) = Form::of(entry.name_list()) else { return Self::Misfit };
        let is_marker = entry.marker.is_none_or(|marker| marker == REVOKED || marker == CERT_AUTHORITY);
        // Neither names nor types contain control characters.
        let has_controls = |text: &[u8]| text.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t');
        let fits = is_marker
            && !has_controls(entry.comment.trim_ascii_end())
            && entry.decode(blob)
            && wire::Reader::new(blob).string() == Ok(entry.key_type)
            && PublicKey::from_blob(blob.as_slice()).is_ok();
        if fits { Self::Key(entry, names) } else { Self::Misfit }
    }
}

/// Why a text cannot be read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// The line number of the first line that is not a `known_hosts` line, counted from 1.
    Misfit(usize),
    Io(io::Error),
}

/// Returns lines of a text that must consist of `known_hosts` lines: all, or those relevant to these hosts, which name one of
/// them at any port or have a marker. The text is read once, part by part.
///
/// # Errors
/// A line is not a `known_hosts` line, or the text cannot be read.
pub(crate) fn lines_about(reader: &mut (dyn Read + Send), hosts: Option<&[String]>) -> Result<Vec<u8>, Unread> {
    let hosts: Option<Vec<Sought>> = hosts.map(|hosts| hosts.iter().map(|host| Sought::new(host)).collect());
    let is_about = |entry: &Entry<'_>, names: Form| {
        let is_named = |host: &Sought| host.may_be_in(entry.name_list(), names);
        entry.marker.is_some() || hosts.as_ref().is_none_or(|hosts| hosts.iter().any(is_named))
    };
    let parts = read_parts(reader, |blob: &mut Vec<u8>, part| {
        let (mut lines, mut misfit, mut about) = (0, None, Vec::new());
        each_line(part, |_, line| {
            match Fit::of(line, blob) {
                Fit::Key(entry, names) if is_about(&entry, names) => about.extend_from_slice(line),
                Fit::Misfit => misfit = misfit.or(Some(lines)),
                Fit::Key(..) | Fit::Nothing => {}
            }
            lines += 1;
        });
        (lines, misfit, about)
    });
    let (mut lines, mut all) = (0, Vec::new());
    for (count, misfit, about) in parts.map_err(Unread::Io)? {
        if let Some(before) = misfit {
            return Err(Unread::Misfit(lines + before + 1));
        }
        lines += count;
        all.extend_from_slice(&about);
    }
    Ok(all)
}

/// Whether a file has content, but no line of a `known_hosts`. ssh or another program would misread host lines in such a
/// file.
///
/// A line that ssh cannot read, for example with a stray character between its fields, does not make it another kind of file.
pub(super) fn is_another_file(contents: &[u8]) -> bool {
    let has_key = |line: &[u8]| {
        let mut fields = line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|field| !field.is_empty());
        fields.by_ref().take(2).count() == 2 && fields.any(|field| field.starts_with(KEY_IN_BASE64))
    };
    let mut lines = contents.split(|byte| *byte == b'\n').filter(|line| has_content(line)).peekable();
    lines.peek().is_some() && !lines.any(has_key)
}

/// The beginning of every key in base64: the length of its type's name, in four bytes (RFC 4253, section 6.6).
const KEY_IN_BASE64: &[u8] = b"AAAA";

/// Whether a line is more than white space and a comment.
fn has_content(line: &[u8]) -> bool {
    !matches!(line.trim_ascii_start().first(), None | Some(b'#'))
}

/// Whether a text, which may be long, is a `known_hosts`, judged by its first line with content.
pub(crate) fn looks_like_one(text: &[u8]) -> bool {
    let first = text.split(|byte| *byte == b'\n').find(|line| has_content(line)).and_then(Entry::read);
    first.is_some_and(|entry| {
        !matches!(Kind::of_name(entry.key_type), (Kind::Unknown, _)) && entry.blob.starts_with(KEY_IN_BASE64)
    })
}

#[cfg(test)]
mod tests {
    use super::super::line::line;
    use super::super::names::hashed;
    use super::super::tests::{certificate, key};
    use super::*;

    fn blobs(known: &Known) -> Vec<&[u8]> {
        known.keys.iter().map(PublicKey::blob).collect()
    }

    #[test]
    fn a_host_has_the_keys_of_all_its_lines() {
        let text = [
            "# comment\n\n".to_owned(),
            line("other,VM", &key(1)),
            line(&hashed("vm").unwrap(), &key(2)),
            line("*.net,v?,!w*", &key(3)),
            line("[vm]:2222", &key(4)),
            format!("@cert-authority {}", line("vm", &key(5))),
            "vm ssh-rsa AAAA\nvm ssh-ed25519 !\n".to_owned(),
            line("vm", &key(6)).replace("ssh-ed25519", "ssh-rsa"),
            format!("vm {}\n", certificate(&key(7))),
        ]
        .concat();
        assert!(looks_like_one(text.as_bytes()));
        let found = known(text.as_bytes(), "vm");
        assert_eq!(blobs(&found), [key(1).blob(), key(2).blob(), key(3).blob()]);
        assert!(!found.is_revoked);
        assert_eq!(blobs(&known(text.as_bytes(), "[VM]:2222")), [key(4).blob()]);
        assert!(known(text.as_bytes(), "nobody").keys.is_empty());
        for text in [
            "",
            "# \n",
            "hello\n",
            "{\"a\": 1}",
            "256 SHA256:x y (RSA)",
            "ssh-ed25519 AAAAC3 c d",
            "vm ssh-rsa x",
            "vm x AAAA",
        ] {
            assert!(!looks_like_one(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn the_lines_about_a_host_mean_the_same_as_the_whole_text() {
        let lines = [
            "# comment\n\n".to_owned(),
            line("other,vm.example,203.0.113.7", &key(1)),
            line(&hashed("vm").unwrap(), &key(2)),
            line("*.net,V?,!w*", &key(3)),
            line("[VM]:2222", &key(4)),
            line("Other,VM", &key(5)),
            format!("@cert-authority {}", line("*", &key(6))),
            format!("@revoked {}", line("elsewhere", &key(2))),
            line("vm", &key(7)),
            line("another", &key(8)),
        ];
        let text = lines.concat();
        let about = |hosts: &[&str]| {
            let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
            lines_about(&mut text.as_bytes(), Some(&hosts)).unwrap()
        };
        for host in ["vm", "VM", "[vm]:2222", "[vm]:22", "vx", "a.net", "other", "203.0.113.7", "nobody"] {
            let (part, whole) = (known(&about(&[host]), host), known(text.as_bytes(), host));
            assert_eq!(blobs(&part), blobs(&whole), "{host}");
            assert_eq!((part.is_revoked, part.revoked), (whole.is_revoked, whole.revoked), "{host}");
        }
        // Lines of another port are kept for a message; lines without content are not.
        assert_eq!(about(&["[vm]:2"]), lines[1..2].iter().chain(&lines[4..9]).cloned().collect::<String>().as_bytes());
        assert!(about(&[]) == [&lines[6][..], &lines[7]].concat().as_bytes());
        assert!(lines_about(&mut text.as_bytes(), None).unwrap().ends_with(lines[9].as_bytes()));
        let ours = line("vm", &key(1));
        for misfit in [
            "vm ssh-rsa AAAA\n",
            "vm\n",
            "-gw,vm ssh-ed25519 AAAA\n",
            &ours.replace("ssh-ed25519", "ssh-rsa"),
            &format!("@trusted {ours}"),
            &ours.replace('\n', " \x1b[2J\n"),
        ] {
            let text = format!("{text}{misfit}{misfit}");
            let hosts = ["another".to_owned()];
            let read = lines_about(&mut text.as_bytes(), Some(&hosts));
            assert!(matches!(read, Err(Unread::Misfit(12))), "{misfit}: {read:?}");
            assert_eq!(first_misfit(text.as_bytes()), Some(12));
        }
        let with_comment = ours.replace('\n', " Azure\tVM 3\r\n");
        assert_eq!(first_misfit(with_comment.as_bytes()), None);
    }

    #[test]
    fn a_revoked_key_is_none_of_a_hosts_keys_wherever_it_is_revoked() {
        let text = [line("vm", &key(1)), line("vm", &key(2)), format!("@revoked {}", line("other", &key(1)))].concat();
        let found = known(text.as_bytes(), "vm");
        assert_eq!((blobs(&found), found.is_revoked), (vec![key(2).blob()], true));
        assert!(known(text.as_bytes(), "other").is_revoked && !known(text.as_bytes(), "nobody").is_revoked);
    }

    #[test]
    fn a_line_has_its_number_in_a_text_of_several_parts() {
        let text = format!("{}vm\n", "# comment\n".repeat(100_000));
        let read = lines_about(&mut text.as_bytes(), None);
        assert!(matches!(read, Err(Unread::Misfit(100_001))), "{read:?}");
    }
}
