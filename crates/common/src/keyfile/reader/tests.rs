//! Tests that surrounding lines do not change the meaning of a line.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Error, Place};
use crate::input::Source;
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
