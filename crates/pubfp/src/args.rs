//! What pubfp takes.

use std::ffi::OsString;

use common::cli::{Example, Options, Tool, Word};
use common::error::Error;
use common::lines::{FINGERPRINT_JSON, Style, StyleFlag};

/// The option table.
static TOOL: Tool<StyleFlag> = Tool {
    name: "pubfp",
    summary: "print fingerprints of SSH public keys",
    synopsis: &["[-E HASH] [-v] [-o] [--json] [-q] [FILE ...]"],
    description: &[
        "Prints what `ssh-keygen -lf` prints, one line a key in the order of the input: its size in bits, its \
         fingerprint, its comment and its type. Without a FILE, or for `-`, standard input is read.",
        "A key may stand in an `id_*.pub` file, in `authorized_keys` behind options, in `known_hosts` behind host \
         names and markers, in an OpenSSH private key, in RFC 4716's form, or in PEM: `RSA PRIVATE KEY`, `RSA PUBLIC KEY`, `PRIVATE KEY`, \
         `PUBLIC KEY`. What it is, is told by its content. Of a private key the public half that the file itself holds \
         counts, never the `.pub` beside it.",
        "Where ssh-keygen is silent, pubfp is not: a line that holds no key is reported with its place, the rest goes \
         on, and the exit status is 1. A certificate has the fingerprint of the key that it certifies. A key of an \
         unknown type has a fingerprint too; its size is shown as `?`. Carriage returns and terminal escapes in \
         comments are not passed on.",
    ],
    options: &[
        StyleFlag::Hash.row(StyleFlag::Hash),
        StyleFlag::Art.row(StyleFlag::Art),
        StyleFlag::Only.row(StyleFlag::Only),
        StyleFlag::Json.row(StyleFlag::Json),
        StyleFlag::Quiet.row(StyleFlag::Quiet),
    ],
    exit_status: [
        "every key was printed",
        "some line or file holds no key",
        "wrong usage, an unreadable file, or the output could not be written",
    ],
    json: FINGERPRINT_JSON,
    files: &[],
    examples: &[
        Example {
            purpose: "What to compare with the portal or with a colleague's message:",
            commands: "pubfp id_rsa.pub",
            prints: "2048 SHA256:[..] me@laptop (RSA)\n",
        },
        Example {
            purpose: "Who may log in here, by fingerprint:",
            commands: "pubfp -o < authorized_keys | sort -u",
            prints: "SHA256:[..]\nSHA256:[..]\n",
        },
    ],
    see_also: &["keygen(1)", "keycheck(1)", "hostfp(1)", "ssh-keygen(1)"],
};

/// What the command line said.
#[derive(Debug, Default)]
pub struct Args {
    /// How to print.
    pub style: Style,
    /// The files to read.
    pub operands: Vec<OsString>,
}

impl Options for Args {
    type Flag = StyleFlag;
    const TOOL: &'static Tool<StyleFlag> = &TOOL;

    fn accept(&mut self, word: Word<StyleFlag>) -> Result<(), Error> {
        match word {
            Word::Option(flag, value) => self.style.accept(flag, &value)?,
            Word::Operand(operand) => self.operands.push(operand),
        }
        Ok(())
    }

    fn lacks_input(&self) -> bool {
        self.operands.is_empty()
    }
}
