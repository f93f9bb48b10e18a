use common::key::{Hash, PublicKey};

use super::super::tests::key;
use super::*;

fn host(name: &str, keys: &[&PublicKey<'static>]) -> Verified {
    Verified {
        host: name.to_owned(),
        keys: keys.iter().map(|key| (*key).clone()).collect(),
        shown: Vec::new(),
        expected: Vec::new(),
    }
}

/// The new contents; `None` if they equal the old ones.
fn change(old: &[u8], verified: &[Verified], hash: bool) -> Option<Vec<u8>> {
    of(old, verified, hash).unwrap().patch.map(|patch| patch.pieces(old).concat())
}

/// The contents with a key of `[vm]:2222` in them.
fn after(old: &str, key: &PublicKey<'static>) -> String {
    let change = change(old.as_bytes(), &[host("[vm]:2222", &[key])], false);
    change.map_or_else(|| old.to_owned(), |new| String::from_utf8(new).unwrap())
}

#[test]
fn a_new_host_is_added_at_the_end_and_only_once() {
    let (ours, other) = (line("[vm]:2222", &key(1)), line("vm", &key(2)));
    assert_eq!(after("", &key(1)), ours);
    assert!(change(ours.as_bytes(), &[host("[vm]:2222", &[&key(1)])], false).is_none());
    assert_eq!(after(&other, &key(1)), format!("{other}{ours}"));
    // A last line without a newline, a comment, and bytes that are not text.
    assert_eq!(after(other.trim_end(), &key(1)), format!("{other}{ours}"));
    let odd = b"# x\r\n\n\xff\xfe [vm]:2222 ssh-ed25519 AAAA\n";
    let new = change(odd, &[host("[vm]:2222", &[&key(1)])], false).unwrap();
    assert_eq!(new, [&odd[..], ours.as_bytes()].concat());
}

#[test]
fn an_older_key_of_the_same_type_gives_way_and_nothing_else_does() {
    let rsa = PublicKey::rsa(&[3], &[0xc5; 256]).unwrap();
    let kept = [
        line("[vm]:2222", &rsa),
        line("vm", &key(2)),
        line("[vm]:22222", &key(2)),
        line("*", &key(2)),
        format!("@cert-authority {}", line("[vm]:2222", &key(2))),
        format!("@revoked {}", line("[vm]:2222", &key(2))),
        "  #\t[vm]:2222 ssh-ed25519 AAAA\r\n".to_owned(),
    ]
    .concat();
    let stale = line("[VM]:2222", &key(2));
    let ours = line("[vm]:2222", &key(1));
    assert_eq!(after(&format!("{stale}{kept}{stale}"), &key(1)), format!("{kept}{ours}"));
}

#[test]
fn a_line_about_several_hosts_loses_only_the_one() {
    let (several, rest) = (line("a,[vm]:2222,b", &key(2)), line("a,b", &key(2)));
    let with_comment = several.replace('\n', " [vm]:2222 of old\r\n");
    let ours = line("[vm]:2222", &key(1));
    assert_eq!(after(&with_comment, &key(1)), format!("{}{ours}", rest.replace('\n', " [vm]:2222 of old\r\n")));
    assert_eq!(after(&line("[vm]:2222,!b", &key(2)), &key(1)), ours);
}

#[test]
fn hashed_names_are_written_and_recognised() {
    let name = hashed("[vm]:2222").unwrap();
    let same = line(&name, &key(1));
    assert_eq!(after(&same, &key(1)), same);
    assert_eq!(after(&line(&name, &key(2)), &key(1)), line("[vm]:2222", &key(1)));
    let new = change(b"", &[host("[vm]:2222", &[&key(1)])], true).unwrap();
    let new = String::from_utf8(new).unwrap();
    assert!(new.starts_with("|1|") && !new.contains("[vm]"), "{new}");
    assert_eq!(after(&new, &key(1)), new);
}

#[test]
fn a_fleet_comes_into_the_file_at_once() {
    let rsa = PublicKey::rsa(&[3], &[0xc5; 256]).unwrap();
    let hashed_c = hashed("c").unwrap();
    let old = [line("a,b,other", &key(2)), line("b", &rsa), line(&hashed_c, &key(9))].concat();
    let fleet = [host("a", &[&key(1)]), host("b", &[&key(2), &rsa]), host("c", &[&key(3)]), host("a", &[&key(1)])];
    let new = String::from_utf8(change(old.as_bytes(), &fleet, false).unwrap()).unwrap();
    let expected = [line("b,other", &key(2)), line("b", &rsa), line("a", &key(1)), line("c", &key(3))].concat();
    assert_eq!(new, expected);
    assert!(change(new.as_bytes(), &fleet, false).is_none());
}

#[test]
fn a_revoked_key_is_never_added_and_the_other_hosts_are() {
    let revoked = format!("# \n@revoked {}", line("*", &key(1)));
    let both = [host("a", &[&key(1)]), host("b", &[&key(2)])];
    assert_eq!(of(revoked.as_bytes(), &both, false).unwrap().revoked, Some(2));
    let new = change(revoked.as_bytes(), &both, false).unwrap();
    assert_eq!(new, format!("{revoked}{}", line("b", &key(2))).as_bytes());
}

#[test]
fn what_becomes_of_each_host_is_known() {
    let outcomes = |old: &str, hosts: &[Verified]| of(old.as_bytes(), hosts, false).unwrap().outcomes;
    let old = format!("{}{}", line("same,Other", &key(1)), line("stale", &key(2)));
    let hosts =
        [host("same", &[&key(1)]), host("stale", &[&key(3)]), host("new", &[&key(4)]), host("OTHER", &[&key(1)])];
    use Outcome::{Added, Replaced, Unchanged};
    assert_eq!(outcomes(&old, &hosts), [Unchanged, Replaced, Added, Unchanged]);
    assert_eq!(outcomes("", &hosts), [Added; 4]);
    // A host with its current key, and another with an old one.
    assert_eq!(outcomes(&line("same,stale", &key(3)), &hosts), [Replaced, Unchanged, Added, Added]);
}

#[test]
fn what_became_of_a_hosts_lines_has_a_name() {
    let outcomes = [Outcome::Added, Outcome::Replaced, Outcome::Unchanged];
    assert_eq!(outcomes.map(Outcome::name), ["added", "replaced", "unchanged"]);
}

#[test]
fn an_expected_key_of_another_machine_behind_the_name_stays() {
    let old = [line("vm", &key(2)), line("vm", &key(3))].concat();
    let mut host = host("vm", &[&key(1)]);
    host.expected = vec![key(1).fingerprint(Hash::Sha256), key(2).fingerprint(Hash::Sha512)];
    let new = change(old.as_bytes(), &[host], false).unwrap();
    assert_eq!(String::from_utf8(new).unwrap(), [line("vm", &key(2)), line("vm", &key(1))].concat());
}
