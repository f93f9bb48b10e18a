//! Measures the information in text of plain words, and refuses other text.

use std::fmt;
use std::ops::Add;

use common::characters;

use super::{information, pieces};

/// The most bits of information in the free text around a key.
pub(crate) const MOST_BITS: u32 = 200;

/// The longest text, in bytes.
const LONGEST_TEXT: usize = 256;

/// The longest run of letters and digits: a secret of 32 bytes takes 43 in base64.
const LONGEST_RUN: usize = 42;

/// The words in the label of every private key in PEM.
const PRIVATE_KEY: &str = "privatekey";

/// The words of age's private keys.
const SECRET_KEY: &str = "secretkey";

/// The words that private key files contain, in lowercase without spaces and punctuation, each with its usual spelling: PEM,
/// age, PuTTY's files, and OpenSSH's own format, decoded and in base64.
const MARKS: [(&str, &str); 7] = [
    (PRIVATE_KEY, "private key"),
    (SECRET_KEY, "secret key"),
    ("puttyuserkeyfile", "PuTTY-User-Key-File"),
    ("privatelines", "Private-Lines"),
    ("privatemac", "Private-MAC"),
    ("opensshkeyv1", "openssh-key-v1"),
    ("b3blbnnzac1rzxk", "b3BlbnNzaC1rZXk"),
];

/// The information in a text, in 1/100 bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Measure {
    /// All of it.
    pub(super) total: u32,
    /// The part outside known words, by a heuristic.
    pub(super) unexplained: u32,
}

impl Measure {
    /// The information in the layout of a line that may be left out: that it is there, and whether it ends with a carriage
    /// return.
    pub(crate) const LINE: Self = Self::of_bits(2);

    /// Returns the measure of the name of a file that holds keys, or of a folder around it: only the part outside known words
    /// counts, and a number of three digits alone is free, since the hosts of a fleet have numbers.
    pub(crate) const fn of_name(self) -> Self {
        const NUMBER: u32 = 1000;
        Self { total: 0, unexplained: if self.unexplained > NUMBER { self.unexplained } else { 0 } }
    }

    /// Returns the measure of this many bits outside known words.
    pub(super) const fn of_bits(bits: u32) -> Self {
        let hundredths = bits.saturating_mul(100);
        Self { total: hundredths, unexplained: hundredths }
    }
}

impl Add for Measure {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let total = self.total.saturating_add(other.total);
        Self { total, unexplained: self.unexplained.saturating_add(other.unexplained) }
    }
}

/// Why something may not be given away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is not one line or block of one key.
    Form,
    /// The base64 is not one whole key of a known type, in canonical form.
    Key,
    /// The key data contains the file of a private key.
    HoldsPrivateKey,
    /// It contains a character that is not printable, or, if that is `None`, a byte that is not UTF-8.
    NotPrintable {
        /// The character.
        character: Option<char>,
        /// Its column in the line, counted from 1; 0 if it is not in a line.
        column: usize,
    },
    /// It is longer than any comment.
    TooLong,
    /// It contains these words, which files of private keys have.
    Marked(&'static str),
    /// It carries more than [`MOST_BITS`] bits: this many.
    TooMuchInformation(u32),
    /// All texts so far together contain too much that is not made of known words.
    TooMuchInformationTogether,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("this is not one line of type, base64 and comment, or one block of RFC 4716"),
            Self::Key => f.write_str("the key data is not one whole key in canonical form"),
            Self::HoldsPrivateKey => f.write_str("the key data contains a private key file, or text"),
            Self::NotPrintable { .. } => write!(f, "the text around the key holds {}", self.unprintable()),
            Self::TooLong => write!(
                f,
                "the text around the key is longer than {LONGEST_TEXT} bytes, or has more than {LONGEST_RUN} letters and \
                 digits in a row"
            ),
            Self::Marked(words) => {
                write!(f, "the text around the key contains the words '{words}', as files of private keys do")
            }
            Self::TooMuchInformation(bits) => {
                write!(f, "the text around the key could hold a private key: {bits} bits, and at most {MOST_BITS} may be given away")
            }
            Self::TooMuchInformationTogether => f.write_str(
                "the texts around the keys so far could hold a private key together, a piece in each; this one adds to it",
            ),
        }
    }
}

impl Refusal {
    /// Names what is not printable, as a part of a sentence.
    pub(crate) fn unprintable(self) -> String {
        let Self::NotPrintable { character, column } = self else { return "nothing that is not printable".to_owned() };
        let name = match character {
            Some('\r') => Some("carriage return"),
            Some('\n') => Some("newline"),
            character => character.and_then(characters::invisible),
        };
        let what = match (character, name) {
            (Some(character), Some(name)) => format!("U+{:04X} ({name}), which is not printable", u32::from(character)),
            (Some(character), None) => {
                format!("the character U+{:04X}, which comments do not have", u32::from(character))
            }
            (None, _) => "bytes that are not UTF-8".to_owned(),
        };
        if column == 0 { what } else { format!("{what}, in column {column}") }
    }

    /// Sets the column, for a text in this line.
    pub(super) fn in_line(self, line: &[u8]) -> Self {
        match self {
            Self::NotPrintable { character, .. } => {
                first_unprintable(line).unwrap_or(Self::NotPrintable { character, column: 0 })
            }
            other => other,
        }
    }
}

/// Finds the first character of a line that is not printable.
fn first_unprintable(line: &[u8]) -> Option<Refusal> {
    let mut column = 1;
    for chunk in line.utf8_chunks() {
        for character in chunk.valid().chars() {
            if !is_printable(character) {
                return Some(Refusal::NotPrintable { character: Some(character), column });
            }
            column += 1;
        }
        if !chunk.invalid().is_empty() {
            return Some(Refusal::NotPrintable { character: None, column });
        }
    }
    None
}

/// Measures a text of plain words around a key.
///
/// # Errors
/// It is not plain words.
pub(crate) fn words(text: &[u8]) -> Result<Measure, Refusal> {
    plain(text, pieces::NAME)
}

/// Measures a text of plain words on a line of its own: prose, without the names of machines.
///
/// # Errors
/// It is not plain words.
pub(crate) fn prose(text: &[u8]) -> Result<Measure, Refusal> {
    plain(text, 0)
}

/// Measures a text of plain words. Up to `longest_name` unknown letters in a row count as a name.
///
/// # Errors
/// It is not plain words.
fn plain(text: &[u8], longest_name: usize) -> Result<Measure, Refusal> {
    if text.is_empty() {
        return Ok(Measure::default());
    }
    if let Some(refusal) = first_unprintable(text) {
        return Err(refusal);
    }
    let text = std::str::from_utf8(text).map_err(|_| Refusal::NotPrintable { character: None, column: 0 })?;
    let is_long = |run: &str| run.len() > LONGEST_RUN;
    if text.len() > LONGEST_TEXT || text.split(|character: char| !character.is_ascii_alphanumeric()).any(is_long) {
        return Err(Refusal::TooLong);
    }
    let bare: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect();
    if let Some((_, words)) = MARKS.iter().find(|(mark, _)| bare.contains(mark) && !is_about_a_private_key(text, mark))
    {
        return Err(Refusal::Marked(words));
    }
    let total = information::measure(text);
    // Text of spaces only has no known words.
    let unexplained = if text.trim_ascii().is_empty() { total } else { pieces::unexplained(text, longest_name) };
    within(Measure { total, unexplained })
}

/// Whether a text has the words `private key` or `secret key` as people write them in a comment (`my-private-key`), and
/// not as files and programs do.
fn is_about_a_private_key(text: &str, mark: &str) -> bool {
    let lowercase = text.to_ascii_lowercase();
    let is_of_a_file = ["begin", "end", "--", ":", "=", "{"].iter().any(|part| lowercase.contains(part));
    matches!(mark, PRIVATE_KEY | SECRET_KEY) && !is_of_a_file && !text.contains("PRIVATE") && !text.contains("SECRET")
}

/// Refuses a measure above the limit.
pub(super) fn within(measure: Measure) -> Result<Measure, Refusal> {
    let bits = measure.total.div_ceil(100);
    if bits > MOST_BITS { Err(Refusal::TooMuchInformation(bits)) } else { Ok(measure) }
}

/// Whether a character is printable: letters and digits of every script with their accents, ASCII's punctuation, some of
/// typography, and pictographs are. Control, format and private-use characters are not, nor are spaces other than ASCII's two.
fn is_printable(character: char) -> bool {
    character.is_ascii_graphic()
        || matches!(character, ' ' | '\t')
        || character.is_alphanumeric()
        || matches!(
            character,
            '\u{300}'..='\u{34e}' | '\u{900}'..='\u{dff}' // accents, and marks of Indic scripts
                | '\u{591}'..='\u{5bd}' | '\u{64b}'..='\u{65f}' | '\u{670}' // of Hebrew and Arabic
                | '\u{e31}'..='\u{e4e}' | '\u{eb1}'..='\u{ece}' // of Thai and Lao
                | '\u{102b}'..='\u{103e}' | '\u{17b6}'..='\u{17d3}' // of Burmese and Khmer
                | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{bf}' | '\u{d7}' | '\u{f7}' // symbols of Latin-1
                | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{3001}'..='\u{3011}' // punctuation
                | '\u{20a0}'..='\u{20c0}' | '\u{2100}'..='\u{214f}' // currencies, and letterlike symbols
                | '\u{2190}'..='\u{22ff}' | '\u{2500}'..='\u{25ff}' // arrows, mathematics, lines
                | '\u{2600}'..='\u{27bf}' | '\u{1f300}'..='\u{1faff}' // pictographs
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Comments as people and programs write them.
    const HONEST: [&str; 62] = [
        "my-private-key",
        "private key is on the yubikey",
        "yubikey secret key backup",
        "\u{e40}\u{e04}\u{e23}\u{e37}\u{e48}\u{e2d}\u{e07} \u{e17}\u{e35}\u{e48}\u{e1a}\u{e49}\u{e32}\u{e19}",
        "arn:aws:iam::123456789012:user/firstname.lastname",
        "projects/my-project-123456/zones/europe-west1-b/instances/vm-prod-01",
        "gitlab-runner@runner-t1abcdef-project-12345678-concurrent-0",
        "\u{ae40}\u{cca0}\u{c218} \u{b178}\u{d2b8}\u{bd81} 2024\u{b144} 11\u{c6d4}",
        "Jos\u{e9} Garc\u{ed}a Fern\u{e1}ndez, Departamento de Tecnolog\u{ed}as de la Informaci\u{f3}n",
        "google-ssh {\"userName\":\"alice@example.com\",\"expireOn\":\"2026-12-01T00:00:00+0000\"}",
        "google-ssh {\"userName\":\"alice.smith@contoso.com\",\"expireOn\":\"2026-12-01T13:45:59+0000\"}",
        "# BEGIN ANSIBLE MANAGED BLOCK",
        "# END ANSIBLE MANAGED BLOCK",
        "# Last run: 2024-11-29 14:30:55 UTC on puppet.example.com",
        "deploy-2024-11-29T10:22:33Z",
        "/subscriptions/3f2504e0-4f89-11d3-9a0c-0305e82c3301/resourceGroups/rg-prod",
        "user@host.example.com",
        "azure 2026-11-29",
        "Key for VM (prod), rotated Nov 2026",
        "generated-by-azure",
        "arn:aws:iam::123456789012:user/name",
        "rsa-key-20261129",
        "ecdsa-key-20261129-lab",
        "imported-openssh-key",
        "no comment",
        "J\u{f6}rg M\u{fc}ller",
        "Jo\u{308}rg Mu\u{308}ller",
        "S\u{e9}bastien Lef\u{e8}vre, ordinateur",
        "\u{5c71}\u{7530}\u{592a}\u{90ce}\u{306e}\u{30ce}\u{30fc}\u{30c8}PC",
        "\u{d64d}\u{ae38}\u{b3d9}\u{c758} \u{b178}\u{d2b8}\u{bd81}",
        "\u{418}\u{432}\u{430}\u{43d} \u{41f}\u{435}\u{442}\u{440}\u{43e}\u{432}, \u{43d}\u{43e}\u{443}\u{442}\u{431}\u{443}\u{43a}",
        "laptop \u{2014} \u{1f4bb}",
        "christopher.montgomery@engineering.contoso-cloud.example.com",
        "firstname.lastname@department.some-company.example.com",
        "kenderovemil@msi-vector17hxaia2xwjg",
        "ssmitelli@tarvos",
        "alice@DESKTOP-7F3K2A1",
        "user@WIN-K5B2J9QH4TL",
        "CONTOSO\\alice.smith@WORKSTATION-0042",
        "DESKTOP-7F3K2A1\\alice@DESKTOP-7F3K2A1",
        "alice@MacBook-Pro-von-Alice.local",
        "Bobs-iPhone.fritz.box",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "azureuser 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "root@ip-172-31-23-45.eu-west-1.compute.internal",
        "ec2-user@ip-10-0-3-17",
        "github-actions-deploy@my-organisation/my-repository (read-only)",
        "deploy key for contoso/website",
        "jenkins@ci-runner-04.lab.internal",
        "root@ubuntu-2204-jammy-amd64-base",
        "nagios@monitor.example.org",
        "cardno:000612345678",
        "OpenPGP card 0006 12345678",
        "YubiKey 5C NFC 12345678",
        "phone (Termius)",
        "/home/alice/.ssh/id_ed25519",
        "Comment: \"2048-bit RSA, converted by alice@laptop from OpenSSH\"",
        "Alice Example <alice@example.com> work laptop since 2024",
        "Managed by Ansible - do not edit by hand, changes are lost",
        "##########################################################",
        "------------------------ production ----------------------",
        "# Comments are allowed at start of line.",
    ];

    /// Options as people write them.
    const OPTIONS: [&str; 15] = [
        "command=\"/usr/bin/rrsync -ro /srv/backup/hosts/web01.prod.example.com\",no-agent-forwarding,no-port-forwarding,no-pty,no-user-rc,no-X11-forwarding",
        "command=\"/opt/gitlab/embedded/service/gitlab-shell/bin/gitlab-shell key-12345\",no-port-forwarding,no-X11-forwarding,no-agent-forwarding,no-pty",
        "no-port-forwarding,no-agent-forwarding,no-X11-forwarding,command=\"echo 'Please login as the user \\\"azureuser\\\" rather than the user \\\"root\\\".';echo;sleep 10;exit 142\"",
        "restrict,command=\"/usr/local/bin/borg serve --append-only --restrict-to-repository /srv/borg/laptop.example.com --storage-quota 500G\"",
        "command=\"gitea --config=/etc/gitea/app.ini serv key-42\",no-port-forwarding,no-X11-forwarding,no-agent-forwarding,no-user-rc,restrict",
        "command=\"/home/git/gogs/gogs serv key-3 --config='/home/git/gogs/custom/conf/app.ini'\",no-port-forwarding,no-X11-forwarding,no-agent-forwarding,no-pty",
        "command=\"svnserve -t --tunnel-user=alice -r /var/svn\",no-port-forwarding,no-agent-forwarding,no-X11-forwarding,no-pty",
        "permitlisten=\"localhost:8080\",permitopen=\"10.0.0.5:5432\",permitopen=\"10.0.0.6:5432\"",
        "from=\"10.0.0.0/8,192.168.1.0/24\",no-agent-forwarding,no-pty,no-X11-forwarding",
        "command=\"/usr/local/bin/backup-only.sh\",no-pty",
        "command=\"borg serve --restrict-to-path /srv/backup/host1\",restrict",
        "command=\"/home/git/gitolite/src/gitolite-shell alice\",no-port-forwarding,no-X11-forwarding,no-agent-forwarding,no-pty",
        "restrict,pty,command=\"nethack\"",
        "tunnel=\"0\",command=\"sh /etc/netstart tun0\"",
        "restrict,port-forwarding,permitopen=\"192.0.2.1:80\",permitopen=\"192.0.2.2:25\"",
    ];

    #[test]
    fn honest_texts_pass() {
        let refused = HONEST.iter().chain(&OPTIONS).filter(|text| words(text.as_bytes()).is_err());
        let refused: Vec<_> = refused.map(|text| (information::measure(text) / 100, text)).collect();
        assert!(refused.is_empty(), "{refused:#?}");
    }

    /// In a list of many keys, the numbers and names in a program's options count.
    #[test]
    fn what_programs_write_is_explained() {
        for text in &OPTIONS {
            let bits = words(text.as_bytes()).unwrap().unexplained / 100;
            assert!(bits <= 60, "{bits} {text}");
        }
    }

    #[test]
    fn what_has_the_words_of_a_private_keys_file_does_not_pass_however_short() {
        for text in [
            "-----BEGIN PRIVATE KEY-----",
            "begin openssh private_key",
            "end private key",
            "private_key: x",
            "PrivateKey = x",
            "PRIVATE\tKEY",
            "AGE-SECRET-KEY-1QQQQQQQQ",
            "secret key: x",
            "PuTTY-User-Key-File-3: x",
            "Private-Lines: 1",
            "b3Bl bnNz aC1r ZXk",
        ] {
            assert!(matches!(words(text.as_bytes()), Err(Refusal::Marked(_))), "{text}");
        }
    }

    #[test]
    fn what_is_not_shown_as_it_is_does_not_pass() {
        for text in [
            "a\rb",
            "a\0",
            "a\u{202e}b",
            "a\u{200b}b",
            "a\u{a0}b",
            "a\u{1b}[31m",
            "a\u{feff}",
            "a\u{e0041}",
            "a\u{e000}",
        ] {
            let character = text.chars().nth(1);
            assert_eq!(words(text.as_bytes()), Err(Refusal::NotPrintable { character, column: 2 }), "{text:?}");
        }
        assert_eq!(words(b"a\xff"), Err(Refusal::NotPrintable { character: None, column: 2 }));
        assert_eq!(words("a ".repeat(129).as_bytes()), Err(Refusal::TooLong));
        assert_eq!(words("a".repeat(43).as_bytes()), Err(Refusal::TooLong));
    }

    #[test]
    fn signs_pass_and_what_does_not_is_named_with_its_column() {
        for text in ["backup \u{2192} offsite", "42 \u{20ac} \u{a3} \u{2122} \u{d7} \u{b1} \u{a9} \u{ae}", "\u{2116} 4"]
        {
            assert!(words(text.as_bytes()).is_ok(), "{text}");
        }
        for (text, message) in [
            (&b"a\xc2\xa0b"[..], "U+00A0 (no-break space), which is not printable, in column 2"),
            (b"ab\0", "U+0000 (null), which is not printable, in column 3"),
            (b"a\rb", "U+000D (carriage return), which is not printable, in column 2"),
            (b"\xc3\xbc\xff", "bytes that are not UTF-8, in column 2"),
            ("\u{e000}".as_bytes(), "the character U+E000, which comments do not have, in column 1"),
        ] {
            let found = words(text).unwrap_err().to_string();
            assert!(found.ends_with(message), "{found}");
        }
    }

    /// The fingerprint of a key has the size of a secret, and cannot be distinguished from one.
    #[test]
    fn a_fingerprint_does_not_pass() {
        for text in [
            "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8",
            "MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48 16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48",
        ] {
            assert!(words(text.as_bytes()).is_err(), "{text}");
        }
    }
}
