//! Tests that surrounding lines do not change the meaning of a line.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Reader;
use crate::error::{Error, Place};
use crate::input::{Source, lines};
use crate::key::PublicKey;
use crate::keyfile::{Item, Sink, read};

/// Records the results.
#[derive(Default)]
struct Notes(Vec<String>);

impl Sink for Notes {
    fn recovers(&self) -> bool {
        true
    }

    fn item(&mut self, _: &Place, item: &Item<'_>) -> Result<(), Error> {
        self.0.push(format!("{}: {:?} {:?}", item.line, item.quirks, item.comment));
        Ok(())
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        self.0.push(format!("{error:?}"));
        Ok(())
    }
}

fn notes(text: &str) -> Vec<String> {
    let mut notes = Notes::default();
    let place = Place { file: "f".into(), line: None };
    read(Source { place, reader: Box::new(text.as_bytes()) }, &mut notes).unwrap();
    notes.0
}

/// The common key line has a reader of its own; with a tab in it, it is read like all others.
#[test]
fn the_lines_around_a_key_mean_the_same_for_each_reader_of_its_line() {
    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILRPxviwPJorJWOF6OcfU80B98DhjbHDVexLK2kEH2dm me\n";
    let tab = KEY.replacen(' ', "\t", 1);
    let mut different = std::collections::BTreeSet::new();
    for before in [
        "",
        "\n",
        "# c\n",
        "```\n",
        "cat <<EOF\n",
        "x\n",
        "x\n```\n",
        "{\n",
        "{}\n",
        "[\"a\",\n",
        "ssh-rsa AAAAB3\n",
        "-----BEGIN X-----\n",
    ] {
        for between in ["", "\n", "```\n", "x\n", "}\n", "# c\n"] {
            for after in ["", "```\n", "EOF\n", "]\n", "-----END X-----\n"] {
                let text = |key: &str| format!("{before}{key}{between}{key}{after}");
                let common = notes(&text(KEY));
                assert_eq!(common, notes(&text(&tab)), "{}", text(KEY));
                different.insert(common);
            }
        }
    }
    assert!(different.len() > 20, "{}", different.len());
}

/// Records all about each key.
#[derive(Default)]
struct Details(Vec<String>);

impl Sink for Details {
    fn recovers(&self) -> bool {
        true
    }

    fn item(&mut self, _: &Place, item: &Item<'_>) -> Result<(), Error> {
        self.0.push(format!(
            "{:?}",
            (item.line, item.form, &item.key, &item.comment, &item.lead, item.quirks, &item.text)
        ));
        Ok(())
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        self.0.push(format!("{error:?}"));
        Ok(())
    }
}

/// Lines of random keys, many of them damaged.
fn hostile_lines(random: &mut impl FnMut(usize) -> usize) -> Vec<u8> {
    const BYTES: &[u8] = b" \t#=A-/z0\"`\0\r\n\xff";
    const OTHERS: [&str; 8] = ["", "# c", "```", "words", "{", "}", "-----BEGIN X-----", "-----END X-----"];
    const COMMENTS: [&str; 6] =
        ["", " me@host", " a  b #c\t", " \u{e4}\u{202e}", "  a", " -----BEGIN PRIVATE KEY-----"];
    let mut text = Vec::new();
    let damaged = random(3);
    for _ in 0..random(400) {
        let point: Vec<u8> = (0..32).map(|_| random(256) as u8).collect();
        let key = match random(8) {
            0 => PublicKey::rsa(b"\x03", &point.repeat(1 + random(5))),
            1 => PublicKey::rsa(b"\x03", &point[..28]),
            _ => PublicKey::ed25519(&point),
        };
        let key = key.unwrap();
        let mut line = format!("{} {}", key.type_name(), STANDARD.encode(key.blob())).into_bytes();
        line.extend_from_slice(COMMENTS[random(5 + damaged / 2)].as_bytes());
        if random(40) < damaged {
            let at = random(line.len());
            match random(3) {
                0 => line[at] = BYTES[random(BYTES.len())],
                1 => line.insert(at, BYTES[random(BYTES.len())]),
                _ => line.truncate(at),
            }
        } else if random(40) < damaged {
            line = OTHERS[random(OTHERS.len())].into();
        }
        text.extend_from_slice(&line);
        text.extend_from_slice(if random(9) == 0 { b"\r\n" } else { b"\n" });
    }
    text.truncate(text.len() - usize::from(random(2) == 0 && !text.is_empty()));
    text
}

/// What is decoded together with other lines is the same as what is read alone.
#[test]
fn a_list_of_keys_is_read_as_each_of_its_lines() {
    let mut state = 1_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let place = Place { file: "f".into(), line: None };
    let mut keys = 0;
    for _ in 0..300 {
        let text = hostile_lines(&mut random);
        let (mut together, mut alone) = (Details::default(), Details::default());
        read(Source { place: place.clone(), reader: Box::new(&text[..]) }, &mut together).unwrap();
        let mut reader = Reader { recovers: true, ..Reader::default() };
        let mut last = 0;
        for line in lines(&text, 1) {
            last = line.number;
            reader.line(&place, &line, &mut alone).unwrap();
        }
        reader.finish(&place, last, &mut alone).unwrap();
        assert_eq!(together.0, alone.0, "{}", text.escape_ascii());
        keys += together.0.len();
    }
    assert!(keys > 10_000, "{keys}");
}

/// An AsciiDoc code block begins and ends with four dashes.
#[test]
fn the_lines_of_a_fence_are_not_reported() {
    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILRPxviwPJorJWOF6OcfU80B98DhjbHDVexLK2kEH2dm me\n";
    let in_fence = |fence| notes(&format!("{fence}\n{KEY}{fence}\n"));
    assert_eq!(in_fence("```").len(), 1);
    for fence in ["~~~", "----"] {
        assert_eq!(in_fence(fence), in_fence("```"), "{fence}");
    }
}

/// A JSON string in one line may be the base64 of any type's line, like a value in a Kubernetes Secret.
#[test]
fn a_string_of_json_is_read_in_base64_whatever_the_type() {
    for line in [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILRPxviwPJorJWOF6OcfU80B98DhjbHDVexLK2kEH2dm me",
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBF6aGojBupkHQx6raJTFjkotnrn0\
         iyc3+XG3I7J8hTaPLPyJMur4yNTY9YTn8CS0Hwkt9PGhi7JIzOdcX5U0EJA= me",
        "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAILRPxviwPJorJWOF6OcfU80B98DhjbHDVexL\
         K2kEH2dmAAAABHNzaDo= me",
    ] {
        let text = format!("{{\"key\":\"{}\"}}\n", STANDARD.encode(line));
        let notes = notes(&text);
        assert!(notes.len() == 1 && notes[0].ends_with("Some([109, 101])"), "{line}: {notes:?}");
    }
}

/// A key in an encoding or after a name that precedes a block is read as if the block were not there; one that cannot be
/// read is reported.
#[test]
fn no_key_before_a_block_is_passed_over() {
    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILRPxviwPJorJWOF6OcfU80B98DhjbHDVexLK2kEH2dm me";
    const PEM: &str = "-----BEGIN PUBLIC KEY-----\n\
        MCowBQYDK2VwAyEAtE/G+LA8mislY4Xo5x9TzQH3wOGNscNV7EsraQQfZ2Y=\n-----END PUBLIC KEY-----\n";
    let joined = PEM.replacen('\n', "\\n", 2);
    for (before, keys) in [
        (format!("me:{KEY}\n"), 1),
        (format!("> {KEY}\n"), 1),
        (format!("key: {KEY}\n"), 1),
        (format!("words\nkey: {KEY}\nmore: {KEY}\nwords\n"), 2),
        (joined, 1),
        (PEM.replacen('\n', " ", 2), 1),
        (format!("{}\n", STANDARD.encode(PEM)), 1),
        (format!("words {KEY} among words\n"), 1),
        // No keys.
        ("Private-Key: (256 bit)\npub:\n    b4:4f:c6\n".to_owned(), 0),
        ("# comment\nwords\n".to_owned(), 0),
    ] {
        let (alone, both) = (notes(&before), notes(&format!("{before}{PEM}")));
        assert_eq!(both.len(), keys + 1, "{before}: {both:?}");
        if keys > 0 {
            assert_eq!(both.get(..keys), alone.get(..), "{before}");
        }
    }
}

#[test]
fn an_indented_file_of_putty_ends_with_its_last_line() {
    const FILE: &str = "  PuTTY-User-Key-File-3: ssh-ed25519\n  Encryption: none\n  Comment: me\n  Public-Lines: 2\n  \
        AAAAC3NzaC1lZDI1NTE5AAAAIL24SyVzTOFAXB32XPWQ5bjja2dOyeJw2f57RWDw\n  WhqO\n  Private-Lines: 1\n  \
        AAAAIO2B0rTAYRpaK8pKRFlqatKO9g6XI2a+4Yr0l+/SVbbf\n  Private-MAC: \
        caaa56e11b93128374cc7c9287abe06334016bb776b81fc901d9a7d3ddc31075\n";
    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILRPxviwPJorJWOF6OcfU80B98DhjbHDVexLK2kEH2dm me\n";
    let found = notes(&format!("{FILE}{KEY}{FILE}"));
    assert_eq!(found.len(), 3, "{found:?}");
}
