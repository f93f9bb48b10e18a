//! Reads the host keys that PuTTY and WinSCP keep: a registry export, PuTTY's `sshhostkeys` on Unix, WinSCP.ini.
//!
//! ```text
//! [HKEY_CURRENT_USER\Software\SimonTatham\PuTTY\SshHostKeys]
//! "ssh-ed25519@22:vm.example"="0x…,0x…"        the point
//! "rsa2@22:vm.example"="0x10001,0x…"           exponent and modulus
//! ecdsa-sha2-nistp256@22:vm.example nistp256,0x…,0x…
//! ```
//!
//! Why a stranger cannot write it: each line of the section must be an entry, which names its host and its port. The other
//! lines of WinSCP's file are settings, and its first section is one of WinSCP's. Those of a registry are values, whole in
//! their lines, since a string of several lines may hold a section.

use common::error::Error;
use common::key::{Curve, Hash, PublicKey, hex};

use crate::handshake::target::SSH_PORT;
use crate::trusted::grammar::NotTrusted;
use crate::trusted::keys::TrustedKey;

/// The registry keys that hold host keys, below a user's own: PuTTY's, WinSCP's and those of KiTTY, which is derived from
/// PuTTY.
const REGISTRY_KEYS: [&str; 3] = [
    "Software\\SimonTatham\\PuTTY\\SshHostKeys",
    "Software\\Martin Prikryl\\WinSCP 2\\SshHostKeys",
    "Software\\9bis.com\\KiTTY\\SshHostKeys",
];

/// The section of WinSCP.ini.
const SECTION: &str = "SshHostKeys";

/// The longest integer, in hexadecimal digits: RSA of 16384 bits.
const MAX_DIGITS: usize = 4096;

/// A host's name as `known_hosts` has it, the line, and the key.
pub(crate) type Entry = (String, usize, TrustedKey);

/// Reads the entries of a text; `None` if it does not begin like one of these files.
pub(crate) fn read(text: &str) -> Option<Result<Vec<Entry>, NotTrusted>> {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let is_registry = first.starts_with("Windows Registry Editor Version ") || first == "REGEDIT4";
    let has_keys = || text.lines().any(|line| is_section(line.trim(), false));
    let is_ini = name_of_section(first).is_some_and(is_of_winscp) && has_keys();
    if is_registry || is_ini {
        return Some(entries(text, false, is_registry));
    }
    is_meant(first).then(|| entries(text, true, false))
}

/// Whether a line is meant as an entry: `TYPE@PORT:`, perhaps in quotes.
fn is_meant(line: &str) -> bool {
    // In a line of a public key the `@` of its comment does not follow the type, and its base64 may hold `0x`.
    let name = line.trim_start_matches('"').split_once('@').map(|(name, _)| name);
    line.contains("0x") && name.is_some_and(|name| algorithm(name).is_some())
}

/// Returns the name of a section that a line begins.
fn name_of_section(line: &str) -> Option<&str> {
    line.strip_prefix('[').and_then(|name| name.strip_suffix(']'))
}

/// Whether WinSCP has such a section: one of its own, or one of sessions, which users name.
fn is_of_winscp(name: &str) -> bool {
    const SECTIONS: [&str; 5] = ["Configuration", "Sessions", "SshHostKeys", "Security", "Cache"];
    SECTIONS.contains(&name.split('\\').next().unwrap_or_default())
}

/// Whether a line begins a section of host keys. Its whole path counts: users choose the names of sessions.
fn is_section(line: &str, is_registry: bool) -> bool {
    let Some(path) = name_of_section(line) else { return false };
    if !is_registry {
        return path == SECTION;
    }
    let below_user = match path.split_once('\\') {
        Some(("HKEY_CURRENT_USER", rest)) => Some(rest),
        // Another user's, by their SID.
        Some(("HKEY_USERS", rest)) => {
            rest.split_once('\\').filter(|(user, _)| user.starts_with("S-1-5-")).map(|(_, rest)| rest)
        }
        _ => None,
    };
    below_user.is_some_and(|path| REGISTRY_KEYS.iter().any(|key| key.eq_ignore_ascii_case(path)))
}

fn deletes() -> Error {
    Error::failure("this line deletes a registry key and its contents")
        .hint("export the key again: reg export HKCU\\Software\\SimonTatham\\PuTTY\\SshHostKeys FILE")
}

fn no_section() -> Error {
    Error::failure("a registry export without SshHostKeys")
        .hint("reg export HKCU\\Software\\SimonTatham\\PuTTY\\SshHostKeys FILE")
}

fn of_several_users() -> Error {
    Error::failure("host keys of several users: one of them may have stored another's")
        .hint("keep your own section only")
}

/// Returns the user whose part of the registry a section belongs to, in lowercase as the registry compares names; `None` for
/// the machine's part and those of its own accounts.
fn user_of(line: &str) -> Option<String> {
    const OF_SYSTEM: [&str; 4] = [".default", "s-1-5-18", "s-1-5-19", "s-1-5-20"];
    let path = name_of_section(line)?.to_ascii_lowercase();
    let mut parts = path.split('\\');
    match parts.next()? {
        "hkey_current_user" => Some("hkey_current_user".to_owned()),
        "hkey_users" => {
            let user = parts.next()?;
            // A user's classes are a part of their own.
            let user = user.strip_suffix("_classes").unwrap_or(user);
            (!OF_SYSTEM.contains(&user)).then(|| user.to_owned())
        }
        _ => None,
    }
}

fn entries(text: &str, mut inside: bool, is_registry: bool) -> Result<Vec<Entry>, NotTrusted> {
    let mut entries = Vec::new();
    let mut user: Option<String> = None;
    // Whether a value of bytes continues in the next line.
    let mut goes_on = false;
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        let continues = std::mem::replace(&mut goes_on, is_registry && !inside && line.ends_with('\\'));
        if is_registry && line.starts_with("[-") {
            return Err((Some(number), deletes()));
        }
        if line.starts_with('[') && line.ends_with(']') {
            inside = is_section(line, is_registry);
            if is_registry && let Some(its) = user_of(line) {
                if user.as_ref().is_some_and(|user| *user != its) {
                    return Err((Some(number), of_several_users()));
                }
                user = Some(its);
            }
        } else if inside && !line.is_empty() && !line.starts_with(';') {
            let (name, key) = entry(line).ok_or_else(|| (Some(number), not_an_entry()))?;
            entries.push((name, number, TrustedKey::new(key.fingerprint(Hash::Sha256), vec![key.kind()])));
        } else if line.is_empty() || line.starts_with(';') {
        } else if !is_registry && !is_setting(line) {
            return Err((Some(number), not_of_winscp()));
        } else if is_registry && number > 1 && !(continues && are_bytes(line)) && !is_value(line) {
            return Err((Some(number), not_of_registry()));
        }
    }
    if entries.is_empty() { Err((None, no_section())) } else { Ok(entries) }
}

/// `Name=value`, as WinSCP keeps a setting.
fn is_setting(line: &str) -> bool {
    line.split_once('=').is_some_and(|(name, _)| !name.is_empty() && !name.contains(char::is_whitespace))
}

/// Whether a line is `"name"=value` or `@=value`. A string ends with its line.
fn is_value(line: &str) -> bool {
    let after_name = match line.strip_prefix('"') {
        Some(name) => end_of_string(name),
        None => line.strip_prefix('@'),
    };
    after_name.and_then(|rest| rest.strip_prefix('=')).is_some_and(|value| match value.strip_prefix('"') {
        Some(string) => end_of_string(string) == Some(""),
        None => value.strip_prefix("dword:").or_else(|| after_hex(value)).is_some_and(are_bytes),
    })
}

/// Returns what follows a string, whose opening quotation mark was removed.
fn end_of_string(text: &str) -> Option<&str> {
    let mut is_escaped = false;
    let end = text.find(|character| {
        let ends = character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        ends
    })?;
    text.get(end + 1..)
}

/// Returns what follows `hex:` or `hex(2):`, which is the type of a value.
fn after_hex(value: &str) -> Option<&str> {
    let (kind, bytes) = value.strip_prefix("hex")?.split_once(':')?;
    let is_kind = kind.is_empty() || kind.strip_prefix('(').is_some_and(|kind| kind.ends_with(')') && kind.len() < 4);
    is_kind.then_some(bytes)
}

/// Whether a text is bytes in hexadecimal digits, which may continue in the next line.
fn are_bytes(text: &str) -> bool {
    text.strip_suffix('\\').unwrap_or(text).bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b',')
}

fn not_of_registry() -> Error {
    Error::failure("this line is not a value of a registry export, so a section may be inside a string")
        .hint("export the host keys alone: reg export HKCU\\Software\\SimonTatham\\PuTTY\\SshHostKeys FILE")
}

fn not_of_winscp() -> Error {
    Error::failure("this line is not one of WinSCP's configuration").hint("keep the section [SshHostKeys] only")
}

fn not_an_entry() -> Error {
    Error::failure("this line is not a host key of PuTTY or WinSCP")
        .hint("keep the lines of your VM, such as \"ssh-ed25519@22:HOST\"=\"0x…,0x…\"")
}

/// Returns the algorithm of a type; PuTTY's name for RSA is its own. Keys of SSH 1 (`rsa@`) do not count.
fn algorithm(name: &str) -> Option<Algorithm> {
    Some(match name {
        "rsa2" => Algorithm::Rsa,
        "ssh-ed25519" => Algorithm::Ed25519,
        "ecdsa-sha2-nistp256" => Algorithm::Ecdsa(Curve::Nistp256, "nistp256"),
        "ecdsa-sha2-nistp384" => Algorithm::Ecdsa(Curve::Nistp384, "nistp384"),
        "ecdsa-sha2-nistp521" => Algorithm::Ecdsa(Curve::Nistp521, "nistp521"),
        _ => return None,
    })
}

#[derive(Clone, Copy)]
enum Algorithm {
    Rsa,
    Ed25519,
    Ecdsa(Curve, &'static str),
}

/// Parses an entry: `"TYPE@PORT:HOST"="NUMBERS"` in the registry, `TYPE@PORT:HOST NUMBERS` in PuTTY's file,
/// `TYPE@PORT:HOST=NUMBERS` in WinSCP's.
fn entry(line: &str) -> Option<(String, PublicKey<'static>)> {
    let (name, value) = match line.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?.split_once("\"=\"")?,
        None => line.split_once([' ', '='])?,
    };
    let (kind, host) = name.split_once('@')?;
    let (port, host) = host.split_once(':')?;
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
    let port: u16 = port.parse().ok().filter(|port| *port > 0 && is_number)?;
    // PuTTY writes characters that a file or the registry cannot have as %XX; names of hosts do not have any.
    let is_host = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte));
    let key = key(algorithm(kind)?, &value.split(',').collect::<Vec<_>>())?;
    let name =
        if port == SSH_PORT { host.to_ascii_lowercase() } else { format!("[{}]:{port}", host.to_ascii_lowercase()) };
    is_host.then_some((name, key))
}

fn key(algorithm: Algorithm, numbers: &[&str]) -> Option<PublicKey<'static>> {
    match (algorithm, numbers) {
        (Algorithm::Rsa, [e, n]) => PublicKey::rsa(&number(e)?, &number(n)?).ok(),
        (Algorithm::Ed25519, [x, y]) => {
            // RFC 8032 section 5.1.2: y in little-endian order, and the lowest bit of x as its highest.
            let mut point = padded(&number(y)?, 32)?;
            point.reverse();
            let sign = number(x)?.last().copied().unwrap_or_default() & 1;
            *point.last_mut()? |= sign << 7;
            PublicKey::ed25519(&point).ok()
        }
        (Algorithm::Ecdsa(curve, name), [of, x, y]) if *of == name => {
            let length = (curve.point_length() - 1) / 2;
            let point = [vec![4], padded(&number(x)?, length)?, padded(&number(y)?, length)?].concat();
            PublicKey::ecdsa(curve, &point).ok()
        }
        _ => None,
    }
}

/// Returns an integer's bytes, the highest first, without leading zeros.
fn number(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").filter(|digits| !digits.is_empty() && digits.len() <= MAX_DIGITS)?;
    let even = if digits.len().is_multiple_of(2) { digits.to_owned() } else { format!("0{digits}") };
    Some(hex::decode(even.as_bytes())?.into_iter().skip_while(|byte| *byte == 0).collect())
}

/// Pads an integer to that many bytes.
fn padded(number: &[u8], length: usize) -> Option<Vec<u8>> {
    let zeros = length.checked_sub(number.len())?;
    Some([vec![0; zeros], number.to_vec()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what PuTTY's own reader makes of `AAAAC3NzaC1lZDI1NTE5AAAAIAgI…`: y is 0x0808…08.
    fn key_of_eights() -> String {
        PublicKey::ed25519(&[8; 32]).unwrap().fingerprint(Hash::Sha256).to_string()
    }

    /// Names and fingerprints, or the line of the error.
    type Read = Result<Vec<(String, String)>, Option<usize>>;

    fn found(text: &str) -> Option<Read> {
        let read = read(text)?;
        Some(
            read.map(|read| read.into_iter().map(|(name, _, key)| (name, key.fingerprint.to_string())).collect())
                .map_err(|(at, _)| at),
        )
    }

    #[test]
    fn each_file_names_its_hosts_and_their_ports() {
        let eights = || key_of_eights();
        let point = format!("0x0,0x{}", "08".repeat(32));
        for (text, name) in [
            (format!("ssh-ed25519@22:VM {point}\n"), "vm"),
            (
                format!(
                    "Windows Registry Editor Version 5.00\n\n[HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\SshHostKeys]\n\"ssh-ed25519@2222:vm\"=\"{point}\"\n\n"
                ),
                "[vm]:2222",
            ),
            (format!("[Configuration]\nx=y\n[SshHostKeys]\nssh-ed25519@22:vm={point}\n[Other]\nz=\n"), "vm"),
        ] {
            assert_eq!(found(&text), Some(Ok(vec![(name.to_owned(), eights())])), "{text}");
        }
        let registry = format!(
            "Windows Registry Editor Version 5.00\n[HKEY_USERS\\S-1-5-21-7\\software\\Martin Prikryl\\WinSCP 2\\SshHostKeys]\n\"ssh-ed25519@22:vm\"=\"{point}\"\n"
        );
        for (from, to) in [
            ("ssh-ed25519@", "ssh-x@"),
            ("@22:", "@+22:"),
            ("0x0,", "0x0,0x1,"),
            ("@22", "@0"),
            (":vm", ":v m"),
            ("0x08", "08"),
            ("0x0,", "0x,"),
            ("0x0,", format!("0x{},", "0".repeat(MAX_DIGITS + 1)).as_str()),
            ("\"=\"", "\"="),
        ] {
            assert_eq!(found(&registry.replace(from, to)), Some(Err(Some(3))), "{to}");
        }
        for section in ["Sessions", "RevokedSshHostKeys", "Sessions\\x%5CSshHostKeys", "Sessions\\SshHostKeys"] {
            assert_eq!(found(&registry.replace("SshHostKeys", section)), Some(Err(None)), "{section}");
        }
        assert_eq!(found(&registry.replace("[HKEY", "[-HKEY")), Some(Err(Some(2))));
        for (value, is_one) in [
            ("\"a\"=\"b \\\"c\\\\\"", true),
            ("@=\"x\"", true),
            ("\"a\"=dword:0000001f", true),
            ("\"a\"=hex(2):25,00,\\\n  53,00", true),
            ("\"a\"=\"b", false),
            ("\"a\"=\"b\" c", false),
            ("\"a\"=\"b\n[HKEY_CURRENT_USER\\x]\n\"", false),
            ("hello", false),
            ("25,00", false),
        ] {
            let with = registry.replacen("[HKEY", &format!("[HKEY_LOCAL_MACHINE\\x]\n{value}\n[HKEY"), 1);
            assert_eq!(found(&with).is_some_and(|found| found.is_ok()), is_one, "{value}");
        }
        assert_eq!(found(&registry.replace("S-1-5-21-7", "mallory")), Some(Err(None)));
        let (_, section) = registry.split_once('\n').unwrap();
        let of_others = format!("{registry}{}", section.replace("S-1-5-21-7", "S-1-5-21-8"));
        assert_eq!(found(&of_others), Some(Err(Some(4))));
        // In any case, and whatever the other user's section holds.
        let in_uppercase = of_others.replace("\\software\\", "\\SOFTWARE\\");
        assert_eq!(found(&in_uppercase), Some(Err(Some(4))));
        let of_two = registry.replacen("[HKEY", "[HKEY_USERS\\S-1-5-21-8\\Software\\x]\n\n[HKEY", 1);
        assert_eq!(found(&of_two), Some(Err(Some(4))));
        for own in
            ["S-1-5-21-7_Classes\\x", "S-1-5-18\\Software\\x", ".DEFAULT\\Software\\x", "s-1-5-21-7\\SOFTWARE\\x"]
        {
            let with = registry.replacen("[HKEY", &format!("[HKEY_USERS\\{own}]\n\n[HKEY"), 1);
            assert!(found(&with).is_some_and(|found| found.is_ok()), "{own}");
        }
        assert_eq!(found(&format!("[Configuration]\n[x\\SshHostKeys]\nssh-ed25519@22:vm={point}\n")), None);
        assert_eq!(found(&format!("x]\n[SshHostKeys]\nssh-ed25519@22:vm={point}\n")), None);
        assert_eq!(found(&format!("[SshHostKeys]\nssh-ed25519@22:vm={point}\n[Other\n")), Some(Err(Some(3))));
        for (text, line) in [
            ("[Configuration]\nhello\n[SshHostKeys]\nENTRY\n", Some(2)),
            ("[SshHostKeys]\nENTRY\n[x]\nrevoked by = me\n", Some(4)),
            ("[2026-11-29 01:00:00]\n[SshHostKeys]\nENTRY\n", None),
        ] {
            let text = text.replace("ENTRY", &format!("ssh-ed25519@22:vm={point}"));
            assert_eq!(found(&text), line.map(|line| Err(Some(line))), "{text}");
        }
        for text in ["[{\"a\":1}]", "ssh-ed25519 AAAA", "ssh-ed25519 AA0xAA user@host", "[    0.0] x", ""] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn the_numbers_of_each_type_make_its_key() {
        let ecdsa = |curve: Curve, length: usize| {
            let point = [vec![4], vec![0x11; length], vec![0; length - 1], vec![7]].concat();
            PublicKey::ecdsa(curve, &point).unwrap()
        };
        let mut odd = [8; 32];
        odd[31] |= 0x80;
        for (entry, key) in [
            (format!("rsa2@22:vm 0x10001,0x{}", "c5".repeat(256)), PublicKey::rsa(&[1, 0, 1], &[0xc5; 256]).unwrap()),
            (format!("ssh-ed25519@22:vm 0x3,0x{}", "08".repeat(32)), PublicKey::ed25519(&odd).unwrap()),
            (format!("ecdsa-sha2-nistp256@22:vm nistp256,0x{},0x7", "11".repeat(32)), ecdsa(Curve::Nistp256, 32)),
            (format!("ecdsa-sha2-nistp384@22:vm nistp384,0x{},0x7", "11".repeat(48)), ecdsa(Curve::Nistp384, 48)),
            (format!("ecdsa-sha2-nistp521@22:vm nistp521,0x{},0x7", "11".repeat(66)), ecdsa(Curve::Nistp521, 66)),
        ] {
            let fingerprint = key.fingerprint(Hash::Sha256).to_string();
            assert_eq!(found(&entry), Some(Ok(vec![("vm".to_owned(), fingerprint)])), "{entry}");
        }
        let other = format!("ecdsa-sha2-nistp256@22:vm nistp384,0x{},0x7", "11".repeat(32));
        assert_eq!(found(&other), Some(Err(Some(1))));
    }
}
