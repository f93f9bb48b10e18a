//! Tests texts in which a key is listed and contradicted: by another type, by a fingerprint of another key of its type, by a
//! name in other letters, or by another host's name.

use common::key::{Hash, PublicKey};

use super::properties::{Actors, expected, verdict};
use crate::judgement::{Verdict, judge};

const RSA: &str = "3072 SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM root@vm (RSA)";

/// Fills in the digests of both keys besides what [`Actors::fill`] does: =OWN_MD5, =EVIL_SHA512, =OWN_HEX1 and the like.
fn filled(actors: &Actors, text: &str) -> String {
    let hex = |key: &PublicKey<'_>, hash| {
        key.fingerprint(hash).digest().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let mut text = text.replace("=RSA", RSA);
    for (name, key) in [("OWN", &actors.good), ("EVIL", &actors.evil)] {
        for (end, hash) in [("MD5", Hash::Md5), ("SHA512", Hash::Sha512), ("SHA1", Hash::Sha1)] {
            text = text.replace(&format!("={name}_{end}"), &key.fingerprint(hash).to_string());
        }
        for (end, hash) in [("HEX1", Hash::Sha1), ("HEX2", Hash::Sha256)] {
            text = text.replace(&format!("={name}_{end}"), &hex(key, hash));
        }
    }
    actors.fill(&text)
}

/// A stranger chooses the type below which he writes a fingerprint: one of which the VM has no key.
#[test]
fn a_fingerprint_counts_for_its_type_only() {
    let actors = Actors::two();
    for text in [
        "=RSA\nGOOD\n1024 EVIL root@vm (DSA)\n",
        "GOOD\n384 EVIL root@vm (ECDSA)\n",
        "GOOD\n- DSA: EVIL\n",
        "vm SSHFP 4 2 =OWN_HEX2\nvm SSHFP 2 2 =EVIL_HEX2\n",
        r#"{"host":"vm","type":"ssh-rsa","fingerprint":"EVIL"}"#,
        r#"{"host_keys":{"rsa":"EVIL"}}"#,
    ] {
        let text = filled(&actors, text);
        assert!(!matches!(verdict(&text, &actors.evil), Ok(Verdict::Match)), "{text}");
    }
    let list = filled(&actors, "=RSA\nGOOD\n1024 EVIL root@vm (DSA)\n");
    assert_eq!(verdict(&list, &actors.evil).unwrap(), Verdict::Mismatch);
    assert_eq!(verdict(&list, &actors.good).unwrap(), Verdict::Match);
}

/// A VM whose ssh-keygen prints MD5 only has no line that counts; a line with SHA-256 among them is another's.
#[test]
fn fingerprints_of_one_type_by_several_hashes_are_of_one_key() {
    let actors = Actors::two();
    for (text, own, evil) in [
        ("256 =OWN_MD5 root@vm (ED25519)\n256 EVIL root@vm (ED25519)\n", Verdict::Mismatch, Verdict::Mismatch),
        ("256 =OWN_SHA1 root@vm (ED25519)\n256 EVIL root@vm (ED25519)\n", Verdict::Mismatch, Verdict::Mismatch),
        ("vm SSHFP 4 1 =OWN_HEX1\nvm SSHFP 4 2 =EVIL_HEX2\n", Verdict::Mismatch, Verdict::Mismatch),
        ("GOOD\n256 =EVIL_SHA512 root@vm (ED25519)\n", Verdict::Mismatch, Verdict::Mismatch),
        (
            r#"{"host":"vm","fingerprints":["256 =OWN_MD5 (ED25519)","256 EVIL (ED25519)"]}"#,
            Verdict::Mismatch,
            Verdict::Mismatch,
        ),
        // The machine's own lines by two hashes, and weak ones of other types.
        ("256 =OWN_MD5 root@vm (ED25519)\nGOOD\n", Verdict::Match, Verdict::Mismatch),
        ("GOOD\n256 =OWN_SHA512 root@vm (ED25519)\n", Verdict::Match, Verdict::Mismatch),
        ("2048 =EVIL_MD5 root@vm (RSA)\nGOOD\n", Verdict::Match, Verdict::Mismatch),
        (
            "vm SSHFP 4 1 =OWN_HEX1\nvm SSHFP 4 2 =OWN_HEX2\nvm SSHFP 1 1 =EVIL_HEX1\n",
            Verdict::Match,
            Verdict::Mismatch,
        ),
    ] {
        let text = filled(&actors, text);
        assert_eq!(verdict(&text, &actors.good).unwrap(), own, "{text}");
        assert_eq!(verdict(&text, &actors.evil).unwrap(), evil, "{text}");
    }
}

#[test]
fn a_name_of_host_keys_has_no_words_of_other_alphabets() {
    let actors = Actors::two();
    for text in [
        r#"{"古い_host_key":"KEY"}"#,
        r#"{"старый_host_key":"KEY"}"#,
        r#"{"ｏｌｄ_host_key":"KEY"}"#,
        r#"{"𝐨𝐥𝐝_host_key":"KEY"}"#,
        r#"{"host_key":"=RSA","旧_host_key":"256 EVIL x (ED25519)"}"#,
        r#"{"甲_host_key":"=RSA","乙_host_key":"256 EVIL x (ED25519)"}"#,
        r#"{"vm①_host_keys":["=RSA"],"vm②_host_keys":["KEY"]}"#,
        r#"{"host_key_é":null,"host_key_è":"KEY"}"#,
        r#"{"+_host_key":"=RSA","-_host_key":"256 EVIL x (ED25519)"}"#,
        r#"{"host_key":{"sensitive":false,"type":"string","value":"KEY"},"rеvoked":{"sensitive":false,"type":"bool","value":true}}"#,
        r#"{"host_key":{"sensitive":false,"type":"string","value":"KEY"},"ｒｅｖｏｋｅｄ":{"sensitive":false,"type":"bool","value":true}}"#,
    ] {
        let text = filled(&actors, text);
        assert!(!matches!(verdict(&text, &actors.evil), Ok(Verdict::Match)), "{text}");
    }
    let text = filled(
        &actors,
        r#"{"host_key":{"sensitive":false,"type":"string","value":"KEY"},"größe":{"sensitive":false,"type":"string","value":"klein"}}"#,
    );
    assert!(matches!(verdict(&text, &actors.evil), Ok(Verdict::Match)), "{text}");
}

#[test]
fn items_of_a_list_are_not_keys_of_every_host() {
    let actors = Actors::two();
    let own = super::properties::line_of(&actors.good);
    for (text, counts) in [
        (format!("* KEY mallory@laptop\n* {own} bob@pc\n"), false),
        (format!("# Team keys\n* KEY root@vm1\n* {own} root@vm2\n"), false),
        ("* KEY root@vm\n".to_owned(), true),
        (format!("* KEY\nvm {own}\n"), true),
    ] {
        let text = filled(&actors, &text);
        assert_eq!(matches!(verdict(&text, &actors.evil), Ok(Verdict::Match)), counts, "{text}");
    }
}

#[test]
fn a_record_counts_for_its_own_name_and_address_only() {
    let actors = Actors::two();
    for (text, host, counts) in [
        ("vm.corp.example. SSHFP 4 2 =OWN_HEX2\nvm SSHFP 4 2 =EVIL_HEX2\n", "vm", false),
        ("vm.example. SSHFP 4 2 =OWN_HEX2\nvm.example SSHFP 4 2 =EVIL_HEX2\n", "vm.example", false),
        ("vm. SSHFP 1 2 =OWN_HEX2\nvm SSHFP 4 2 =EVIL_HEX2\n", "vm", false),
        ("vm.corp.example. SSHFP 1 2 =OWN_HEX2\nvm SSHFP 4 2 =EVIL_HEX2\n", "vm", false),
        ("vm.example. SSHFP 4 2 =EVIL_HEX2\nvm SSHFP 4 2 =EVIL_HEX2\n", "vm", true),
        ("9.0.0.10.in-addr.arpa. SSHFP 4 2 =EVIL_HEX2\n", "10.0.0.4", false),
        ("4.0.0.10.in-addr.arpa. SSHFP 4 2 =EVIL_HEX2\n", "10.0.0.4", true),
        ("x.in-addr.arpa. SSHFP 4 2 =EVIL_HEX2\n", "10.0.0.4", false),
        (
            "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. SSHFP 4 2 =EVIL_HEX2\n",
            "2001:db8::1",
            true,
        ),
        (
            "2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. SSHFP 4 2 =EVIL_HEX2\n",
            "2001:db8::1",
            false,
        ),
        ("vm.example. SSHFP 4 2 =EVIL_HEX2\n", "10.0.0.4", true),
    ] {
        let text = filled(&actors, text);
        let trusted = expected(&text).and_then(|expected| expected.of_host(&[host.to_owned()]));
        let matches = trusted.is_ok_and(|all| all.iter().all(|trusted| judge(&actors.evil, trusted) == Verdict::Match));
        assert_eq!(matches, counts, "{host}: {text}");
    }
}
