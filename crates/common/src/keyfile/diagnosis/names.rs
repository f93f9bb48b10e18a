//! Names lines that refer to a key instead of holding it, and keys of other programs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::look::{Diagnosis, holds};
use crate::escape;
use crate::key::Kind;
use crate::key::base64::is_digit_or_padding;
use crate::keyfile::located_key::{begins_a_blob, holds_a_key, holds_separate_key, skip_spaces_and_tabs, word};
use crate::keyfile::options;

/// Returns a line as text without surrounding spaces and quotes.
fn bare(line: &[u8]) -> &str {
    std::str::from_utf8(line).unwrap_or_default().trim().trim_matches(['"', '\'', '`'])
}

/// The output of queries and scripts for no value.
pub(super) fn empty_value(line: &[u8]) -> Option<Diagnosis> {
    let hint = "the variable or query that should contain the key is empty; check its name";
    let text = std::str::from_utf8(line).ok()?.trim();
    if ["\"\"", "''", "{}", "[]"].contains(&text) {
        return Some(Diagnosis::new("this is an empty value instead of a key", hint));
    }
    let names = [
        "null",
        "None",
        "none",
        "undefined",
        "nil",
        "<nil>",
        "NULL",
        "(null)",
        "<no value>",
        "true",
        "false",
        "[object Object]",
        "System.Object[]",
        "System.Security.SecureString",
    ];
    let is_null = |name: &&str| {
        [": null", ":null", ": \"\"", ":\"\""].iter().any(|value| text.contains(&format!("{name}{value}")))
    };
    if text.starts_with('{') && ["\"publicKey\"", "\"public_key\"", "\"keyData\""].iter().any(is_null) {
        return Some(Diagnosis::new("the document's public key is empty or null", hint));
    }
    if let Some(value) = value_of_a_key(text) {
        if ["", "\"\"", "''", "[]", "null", "~", "None"].contains(&value) {
            return Some(Diagnosis::new("the value of this name is empty or null", hint));
        }
        if value == "(known after apply)" {
            let hint = "Terraform knows the value when it has made the resource: `terraform apply`, then `terraform output -raw NAME`";
            return Some(Diagnosis::new("this is a placeholder of Terraform's plan", hint));
        }
    }
    let name = names.iter().find(|name| **name == bare(line))?;
    Some(Diagnosis::new(format!("this is `{name}` instead of a key"), hint))
}

/// Returns the value of a line `NAME=VALUE`, `NAME = VALUE`, `name: VALUE`, or of `{"publicKey": VALUE}`, if the name is that of
/// a key.
fn value_of_a_key(line: &str) -> Option<&str> {
    let (name, value) = line.split_once(['=', ':'])?;
    let name =
        name.trim_start_matches("export ").trim_matches(['{', ' ', '"', '\'', '-', '+', '$']).to_ascii_lowercase();
    let is_name = !name.contains(char::is_whitespace) && ["key", "ssh"].iter().any(|word| name.contains(word));
    is_name.then(|| value.trim().trim_end_matches([',', '}', ' ']))
}

/// A fingerprint.
pub(super) fn fingerprint(line: &[u8]) -> Option<Diagnosis> {
    let sha256 = memchr::memmem::find(line, b"SHA256:")
        .and_then(|at| line.get(at + 7..))
        .is_some_and(|hash| hash.iter().take_while(|byte| is_digit_or_padding(**byte)).count() >= 43);
    let is_md5 = |word: &[u8]| {
        let word = word.strip_prefix(b"MD5:").unwrap_or(word);
        // EC2 shows the 20 bytes of SHA-1 for a key pair that it made.
        matches!(word.len(), 47 | 59)
            && word.split(|byte| *byte == b':').all(|pair| pair.len() == 2 && pair.iter().all(u8::is_ascii_hexdigit))
    };
    let words = || line.split(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b','));
    let has_key = || line.split(u8::is_ascii_whitespace).any(holds_separate_key);
    ((sha256 || words().any(is_md5)) && !has_key()).then(|| {
        let hint = match holds(line, "KeyFingerprint") || words().any(|word| word.len() == 59 && is_md5(word)) {
            true => "`aws ec2 describe-key-pairs --include-public-key --query 'KeyPairs[].PublicKey' --output text` prints the keys",
            false => "a fingerprint cannot be turned back into a key; give the public key's file",
        };
        Diagnosis::new("this is a fingerprint, not a key", hint)
    })
}

/// The path of a file.
pub(super) fn path(line: &[u8]) -> Option<Diagnosis> {
    const ENDINGS: [&str; 7] = [".pub", ".pem", ".ppk", ".key", "id_rsa", "id_ed25519", "id_ecdsa"];
    if ["file(\"", "file('", "pathexpand("].iter().any(|call| holds(line, call)) {
        let hint = "give the file that it names; Terraform reads it when it runs";
        return Some(Diagnosis::new("this is a Terraform function that reads a file, not the key in it", hint));
    }
    let resource = bare(line);
    if resource.starts_with("/subscriptions/") && !resource.contains(char::is_whitespace) {
        let hint = "`az sshkey show --ids ID --query publicKey -o tsv` prints the key that has this ID";
        return Some(Diagnosis::new("this is the ID of a resource in Azure, not the key", hint));
    }
    let text = bare(line).trim_start_matches("file://").trim_start_matches('@');
    if (text.starts_with("https://") || text.starts_with("http://")) && !text.contains(char::is_whitespace) {
        let hint = "download it, and give the downloaded file";
        return Some(Diagnosis::new("this is a URL, not the key that it leads to", hint));
    }
    let drive =
        |text: &str| matches!(text.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    let begins =
        ["/", "~/", "./", "../", "%USERPROFILE%", "$HOME/", "$env:"].iter().any(|start| text.starts_with(start));
    let is_path = begins || drive(text) || text.contains(".ssh/") || text.contains(".ssh\\");
    let is_name = !text.contains(char::is_whitespace) && ENDINGS.iter().any(|ending| text.ends_with(ending));
    // A line of base64 may begin with a slash.
    let is_base64 = text.len() >= 60 && text.bytes().all(is_digit_or_padding);
    (text.len() < 300 && !is_base64 && !text.contains("AAAA") && (is_path || is_name)).then(|| {
        Diagnosis::new("this is the path of a file, not the key in it", "give the file itself, without `echo`")
    })
}

/// A key with an ellipsis in it.
pub(super) fn shortened(line: &[u8]) -> Option<Diagnosis> {
    let at =
        ["AAAA", "PRIVATE KEY", "PUBLIC KEY"].iter().find_map(|mark| memchr::memmem::find(line, mark.as_bytes()))?;
    let after = line.get(at..)?;
    let is_short = ["...", "\u{2026}", "[truncated]", "<snip>", "[...]", "***"].iter().any(|sign| holds(after, sign));
    is_short
        .then(|| Diagnosis::new("the key was shortened: it contains an ellipsis", "copy the whole key from its file"))
}

/// The placeholder of a template or a manual in place of the key.
pub(super) fn placeholder(line: &[u8]) -> Option<Diagnosis> {
    let lower = String::from_utf8_lossy(line).to_ascii_lowercase();
    if lower.len() > 1000 {
        return None;
    }
    const VARIABLES: [&str; 9] = ["${", "$(", "{{", "<%", "%{", "$env:", "var.", "file(", "@microsoft.keyvault("];
    const WORDS: [&str; 13] = [
        "<your",
        "your_",
        "your-",
        "your key",
        "your public key",
        "your ssh",
        "<public",
        "<ssh",
        "<key",
        "paste",
        "insert",
        "replace",
        "changeme",
    ];
    if holds_a_key(line) {
        return None;
    }
    let text = bare(line);
    let is_variable = VARIABLES.iter().any(|sign| lower.contains(sign))
        || text.strip_prefix('$').is_some_and(|name| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        })
        || text.len() > 2 && text.starts_with('%') && text.ends_with('%');
    const HIDDEN: [&str; 8] = [
        "[redacted]",
        "redacted",
        "<redacted>",
        "[masked]",
        "[secret]",
        "$encrypted$",
        "(sensitive value)",
        "<sensitive>",
    ];
    let is_dots = !text.is_empty() && text.chars().all(|letter| matches!(letter, '*' | '\u{2022}'));
    if is_dots || HIDDEN.contains(&text.to_ascii_lowercase().as_str()) {
        let hint = "copy the key from where it is stored, not from a log or a web page";
        return Some(Diagnosis::new("this is a placeholder: the key was redacted", hint));
    }
    let names_a_key = lower.contains("key") || lower.contains("ssh") || lower.contains("pub");
    if is_variable {
        let hint = "the program or template that should have inserted the key did not run";
        return Some(Diagnosis::new("this is a placeholder: a variable that was not replaced", hint));
    }
    // XML tags are not words.
    (names_a_key && !lower.contains("</") && WORDS.iter().any(|word| lower.contains(word)))
        .then(|| Diagnosis::new("this is a placeholder for a key", "put your own public key in its place"))
}

/// Keys that are not SSH keys.
pub(super) fn key_of_another_program(line: &[u8]) -> Option<Diagnosis> {
    let text = bare(line);
    let is_one_word = !text.contains(char::is_whitespace);
    if is_one_word
        && text.len() >= 50
        && (text.starts_with("age1") || text.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-1"))
    {
        let hint = "age reads SSH keys too; SSH does not read those of age";
        return Some(Diagnosis::new("this is a key of age, not of SSH", hint));
    }
    if text.starts_with("untrusted comment:") {
        return Some(Diagnosis::new("this is a key of signify or minisign, not of SSH", "`keygen` makes one for SSH"));
    }
    let mut words = text.split_ascii_whitespace();
    let number = |word: Option<&str>, least: usize| {
        word.is_some_and(|word| word.len() >= least && word.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if number(words.next(), 3) && number(words.next(), 1) && number(words.next(), 50) {
        let hint = "OpenSSH does not use SSH-1 keys since version 7.6; make a new key with `keygen`";
        return Some(Diagnosis::new("this is a key of SSH-1", hint));
    }
    if text.starts_with("SSH PRIVATE KEY FILE FORMAT 1.1") {
        let hint = "OpenSSH does not use SSH-1 keys since version 7.6; make a new key with `keygen`";
        return Some(Diagnosis::new("this is an SSH-1 private key", hint));
    }
    let decoded =
        (is_one_word && text.len() == 44).then(|| STANDARD.decode(text).ok().map(Zeroizing::new)).flatten()?;
    (decoded.len() == 32).then(|| {
        let hint = "an SSH public key begins with its type, such as ssh-ed25519; `keygen` makes a pair";
        Diagnosis::new("these are 32 bytes in base64, such as a WireGuard key, not in the format of an SSH key", hint)
    })
}

/// A word before a key's base64 that is not a type, or a repeated type.
pub(super) fn word_that_is_not_a_type(line: &[u8]) -> Option<Diagnosis> {
    let (first, rest) = word(skip_spaces_and_tabs(line));
    let (second, rest) = word(skip_spaces_and_tabs(rest));
    let known = |name: &[u8]| Kind::of_name(name).0 != Kind::Unknown;
    let mut room = Vec::new();
    if known(first) && first == second {
        let hint = "delete one of them";
        return Some(Diagnosis::new("the type is repeated before the key", hint));
    }
    let base64 = if begins_a_blob(second, &mut room) { second } else { word(skip_spaces_and_tabs(rest)).0 };
    if !begins_a_blob(base64, &mut room) || known(first) {
        return None;
    }
    let other = std::str::from_utf8(first).ok().and_then(|first| first.chars().find(|letter| !letter.is_ascii()));
    if let Some(other) = other.filter(|letter| letter.is_alphabetic()) {
        let why = format!("the type contains a character of another script, U+{:04X}", u32::from(other));
        return Some(Diagnosis::new(
            why,
            "replace it by the ASCII letter that it looks like, or copy the key from its file",
        ));
    }
    let is_plain = first.len() <= 40
        && first.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'@'));
    let name = if is_plain { format!("`{}`", escape::text(first)) } else { "the first word".to_owned() };
    Some(Diagnosis::new(
        format!("{name} is not a key type"),
        "the line begins with a type, such as ssh-ed25519 or ssh-rsa",
    ))
}

/// A type and its base64, or hexadecimal digits, without a space between them.
pub(super) fn joined_type(line: &[u8]) -> Option<Diagnosis> {
    let first = word(skip_spaces_and_tabs(line)).0;
    let at = memchr::memmem::find(first, b"AAAA")?;
    let (name, base64) = first.split_at_checked(at)?;
    (Kind::of_name(name).0 != Kind::Unknown && begins_a_blob(base64, &mut Vec::new())).then(|| {
        let hint = "put a space between them: `ssh-ed25519 AAAA...`";
        Diagnosis::new("the space between the type and the key is missing", hint)
    })
}

/// Two keys without a newline between them, the first of which has no comment.
pub(super) fn two_keys(line: &[u8]) -> Option<Diagnosis> {
    let (_, rest) = word(skip_spaces_and_tabs(line));
    let after_its_beginning = skip_spaces_and_tabs(rest).strip_prefix(b"AAAA");
    let glued = after_its_beginning.is_some_and(holds_a_key);
    glued.then(another_key)
}

/// Options before a key with a space in them, where sshd ends them.
pub(super) fn space_in_options(line: &[u8]) -> Option<Diagnosis> {
    let text = skip_spaces_and_tabs(line);
    let (_, after) = options::split(text).filter(|_| options::begin(text))?;
    let next = skip_spaces_and_tabs(after);
    let is_key = Kind::of_name(word(next).0).0 != Kind::Unknown;
    (!is_key && holds_separate_key(next)).then(|| {
        let why = "the options before the key contain a space, where sshd ends them";
        Diagnosis::new(why, "separate options by commas only; put a value with spaces in double quotes")
    })
}

/// A key after another one.
pub(super) fn another_key() -> Diagnosis {
    let hint = "put each key on a line of its own";
    Diagnosis::new("another key follows on the same line, without a newline before it", hint)
}
