//! Reads the access list of a file on Windows, in the Security Descriptor String Format (Microsoft, Win32, ACE strings):
//! `O:OWNER` and `D:FLAGS(TYPE;FLAGS;RIGHTS;OBJECT;OBJECT;ACCOUNT)…`.

/// Accounts that may read everything anyway: the system and the administrators; and the rights of the owner.
const TRUSTED: [&str; 6] = ["SY", "BA", "OW", "S-1-5-18", "S-1-5-32-544", "S-1-3-4"];

/// Groups with many members.
const GROUPS: [(&str, &str); 8] = [
    ("WD", "everyone"),
    ("S-1-1-0", "everyone"),
    ("AU", "all who are logged in"),
    ("S-1-5-11", "all who are logged in"),
    ("BU", "all users"),
    ("S-1-5-32-545", "all users"),
    ("BG", "guests"),
    ("S-1-5-32-546", "guests"),
];

/// Rights to read or write the contents of the file, or to gain such a right: as letters, and as bits.
const LETTERS: [&str; 11] = ["FA", "FR", "FW", "GA", "GR", "GW", "CC", "DC", "LC", "WD", "WO"];
const BITS: u32 = 0x1 | 0x2 | 0x4 | 0x4_0000 | 0x8_0000 | 0x1000_0000 | 0x4000_0000 | 0x8000_0000;

/// Returns the first account, other than the user and the owner, that may read or write the file.
pub(super) fn other(list: &str, user: &str) -> Option<String> {
    let (owner, entries) = list.split_once("D:").unwrap_or((list, ""));
    let owner = owner.trim_start_matches("O:").split("G:").next().unwrap_or_default();
    // No list at all.
    if entries.is_empty() || entries.contains("NO_ACCESS_CONTROL") {
        return Some("everyone".to_owned());
    }
    entries.split('(').skip(1).find_map(|entry| {
        let mut fields = entry.split(')').next().unwrap_or_default().split(';');
        let (kind, flags, rights, account) = (fields.next()?, fields.next()?, fields.next()?, fields.nth(2)?);
        // Entries that only files in a folder inherit are skipped.
        let counts = kind == "A" && !in_pairs(flags).any(|flag| flag == "IO") && is_access(rights);
        let is_other = account != user && account != owner && !TRUSTED.contains(&account);
        (counts && is_other).then(|| {
            let known = GROUPS.iter().find(|(name, _)| *name == account);
            known.map_or_else(|| account.to_owned(), |(_, words)| (*words).to_owned())
        })
    })
}

/// Whether these rights allow reading or writing the contents of the file.
fn is_access(rights: &str) -> bool {
    match rights.strip_prefix("0x") {
        Some(bits) => u32::from_str_radix(bits, 16).is_ok_and(|bits| bits & BITS != 0),
        None => in_pairs(rights).any(|right| LETTERS.contains(&right)),
    }
}

fn in_pairs(text: &str) -> impl Iterator<Item = &str> {
    (0..text.len()).step_by(2).filter_map(|at| text.get(at..at + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_the_owner_and_the_administrators_may_read() {
        let user = "S-1-5-21-1-2-3-1001";
        for list in [
            "O:S-1-5-21-1-2-3-1001D:P(A;;FA;;;S-1-5-21-1-2-3-1001)",
            "O:BAG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;S-1-5-21-1-2-3-1001)",
            "O:S-1-5-21-1-2-3-1002D:(A;;0x1f01ff;;;S-1-5-21-1-2-3-1002)(A;ID;FA;;;OW)",
            // A deny entry, entries without access to the contents, and an entry for inheritance only.
            "O:BAD:(D;;FA;;;WD)(A;;0x1200a0;;;BU)(A;;RC;;;WD)(A;OICIIO;FA;;;WD)",
            "O:BAD:",
        ] {
            let expected = list.ends_with("D:").then(|| "everyone".to_owned());
            assert_eq!(other(list, user), expected, "{list}");
        }
    }

    #[test]
    fn others_who_may_are_named() {
        for (entry, who) in [
            ("(A;;FR;;;WD)", "everyone"),
            ("(A;ID;0x1200a9;;;BU)", "all users"),
            ("(A;;RCCC;;;AU)", "all who are logged in"),
            ("(A;;GW;;;S-1-5-21-1-2-3-7)", "S-1-5-21-1-2-3-7"),
            ("(A;;WO;;;BG)", "guests"),
        ] {
            let list = format!("O:S-1-5-21-1-2-3-1001D:AI(A;;FA;;;SY){entry}");
            assert_eq!(other(&list, "S-1-5-21-1-2-3-1001").as_deref(), Some(who), "{list}");
        }
        for none in ["", "O:SY", "O:SYD:NO_ACCESS_CONTROL"] {
            assert_eq!(other(none, "SY").as_deref(), Some("everyone"));
        }
    }
}
