use std::num::NonZero;

use super::*;

const A: &str = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
const B: &str = "SHA256:B2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
const C: &str = "SHA256:C2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75";

fn filled(text: &str) -> String {
    text.replace("=A", A).replace("=B", B).replace("=C", C).replace("=P", "<14>May  1 12:00:00 ec2: ")
}

/// A block with cloud-init's prefix, in a log.
fn block(lines: &str) -> String {
    filled(&format!(
        "[    0.000000] Linux version 6.1\n=P#####\n=P-----BEGIN SSH HOST KEY FINGERPRINTS-----\n{lines}\
         =P-----END SSH HOST KEY FINGERPRINTS-----\n=P#####\n"
    ))
}

fn bare(lines: &str) -> String {
    format!("-----BEGIN SSH HOST KEY KEYS-----\n{lines}\n-----END SSH HOST KEY KEYS-----\n")
}

fn chosen(text: &str, choice: Option<BootChoice>) -> Result<Vec<String>, String> {
    assert!(has_blocks(text), "{text}");
    let found = read(text, choice).map_err(|(_, error)| error.message().to_owned())?;
    Ok(found.keys.iter().map(|key| key.fingerprint.to_string()).collect())
}

fn found(text: &str) -> Result<Vec<String>, String> {
    chosen(text, None)
}

#[test]
fn boots_with_different_keys_are_no_answer_unless_one_is_chosen() {
    let first = block("=P256 =A root@vm (ECDSA)\n");
    let second = block("=P256 =B root@vm (ECDSA)\n=P256 =C root@vm (ED25519)\n");
    assert_eq!(found(&first).unwrap(), [A]);
    assert_eq!(found(&first.repeat(MAX_BLOCKS)).unwrap(), [A]);
    assert!(found(&first.repeat(MAX_BLOCKS + 1)).unwrap_err().contains("more blocks"));
    let both = format!("{first}{second}");
    assert_eq!(found(&both).unwrap_err(), "the log shows 2 boots with different host keys, at lines 3, 9");
    assert_eq!(chosen(&both, Some(BootChoice::First)).unwrap(), [A]);
    assert_eq!(chosen(&both, Some(BootChoice::Last)).unwrap(), [B, C]);
    let number = |number| NonZero::new(number).map(BootChoice::Number);
    assert_eq!(chosen(&both, number(2)).unwrap(), [B, C]);
    assert_eq!(chosen(&both, number(3)).unwrap_err(), "the log shows 2 boots only");
}

#[test]
fn a_block_with_lines_of_another_prefix_is_not_empty() {
    let line = block("=P256 =A root@vm (ECDSA)\n");
    for (prefix, words) in [
        ("100:<14>May  1 12:00:00 ec2: ", "grep"),
        ("/var/log/syslog:7:May 01 12:00:00 vm ec2[1]: ", "grep"),
        ("2026-04-07 20:24:09 vm ec2: ", "does not begin as cloud-init's do"),
        ("Apr 07 20:24:09 2026 vm ec2[1215]: ", "does not begin as cloud-init's do"),
    ] {
        let error = found(&line.replace("<14>May  1 12:00:00 ec2: ", prefix)).unwrap_err();
        assert!(error.contains(words), "{prefix}: {error}");
    }
    assert!(found(&block("")).unwrap_err().contains("complete and empty"));
    assert!(found(&block("\n")).unwrap_err().contains("complete and empty"));
    // The block's own lines take precedence.
    let other = "<38>May  1 12:00:00 x: y\n";
    let weak = "=P2048 MD5:27:e2:d6:a0:95:02:e5:79:8f:1f:90:63:cb:d9:d1:27 x (RSA)\n";
    assert!(found(&block(&format!("{weak}{other}"))).unwrap_err().contains("only MD5"));
    assert!(found(&block(&format!("=P256 SHA256:x\n{other}"))).unwrap_err().contains("is damaged"));
    for prefix in [
        "Apr 07 20:24:09.123456 vm ec2[1]: ",
        "Tue 2026-04-07 20:24:09 UTC vm ec2[1]: ",
        "1775593449.123456 vm ec2[1]: ",
    ] {
        assert_eq!(found(&line.replace("<14>May  1 12:00:00 ec2: ", prefix)).unwrap(), [A], "{prefix}");
    }
}

/// A stranger who may choose a user's name thereby chooses some words of sshd's log.
#[test]
fn lines_of_other_programs_within_a_block_do_not_count() {
    let lines = format!(
        "=P256 =A root@vm (ECDSA)\n\
         <38>May  1 12:00:00 sshd[1]: Invalid user x: 256 =B a (ED25519)\n\
         <38>May  1 12:00:00 sshd[1]: Invalid user ec2: 256 =B a (ED25519)\n\
         <38>May  1 12:00:00 sshd[1]: Invalid user \"{KEY}\" from 127.0.0.1\n\
         May  1 12:00:00 sshd[1]: -----END SSH HOST KEY x\n\
         256 =B a (ED25519)\n{KEY}\n"
    );
    for text in [block(&lines), block(&lines).replace("-----END SSH HOST KEY FINGER", "")] {
        assert_eq!(found(&text).unwrap(), [A], "{text}");
    }
    // Nor do they end it, so that a block without a prefix would count after them.
    let ended = block(&format!(
        "=P256 =A root@vm (ECDSA)\n<38>May  1 12:00:00 sshd[1]: Invalid user -----END SSH HOST KEY x\n{}",
        bare(KEY)
    ));
    assert!(found(&ended).is_err(), "{ended}");
    // A program that may log in cloud-init's name adds no key of another type.
    let more = block("=P256 =A root@vm (ECDSA)\n") + &block("=P256 =B root@vm (ED25519)\n=P256 =A x (ECDSA)\n");
    assert!(found(&more.replacen("FINGERPRINTS", "KEYS", 4).replacen("KEYS", "FINGERPRINTS", 2)).is_err());
}

/// A message of the kernel may have several lines with the same time; it may also surround a block.
#[test]
fn lines_that_another_line_goes_on_with_do_not_count() {
    let of_kernel = |time: &str| {
        let prefix = format!("[ 9123.{time}] cloud-init[9]: ");
        let block = block("=P256 =A root@vm (ECDSA)\n").replace("<14>May  1 12:00:00 ec2: ", &prefix);
        format!("[ 9123.123457] usb 1-1: Product: \n{block}[ 9123.123459] usb 1-1: Manufacturer: x\n")
    };
    assert_eq!(found(&of_kernel("123458")).unwrap(), [A]);
    assert!(found(&of_kernel("123457")).unwrap_err().contains("others may have written"));
    let own = block("=P256 =A root@vm (ECDSA)\n");
    let (begin, rest) = own.split_at(own.find("FINGERPRINTS-----").unwrap() + "FINGERPRINTS-----\n".len());
    for inner in ["", "<14>May  1 12:00:01 ec2: ", "[    1.123456] cloud-init[9]: "] {
        let inner = block("=P256 =B root@vm (ED25519)\n").replace("<14>May  1 12:00:00 ec2: ", inner);
        let (_, inner) = inner.split_once('\n').unwrap();
        for inner in [inner, inner.split_once("-----END").unwrap().0.trim_end_matches(|end| end != '\n')] {
            let text = format!("[    0.000000] Linux version 6.1\n{begin}{inner}{rest}vm login: \n");
            assert!(found(&text).is_err(), "{text}");
        }
    }
}

#[test]
fn a_block_without_a_prefix_counts_only_after_cloud_inits() {
    let keys = bare(KEY);
    let own = found(&keys).unwrap();
    let matching = block(&format!("=P256 =A root@vm (ECDSA)\n=P256 {} root@vm (ED25519)\n", own[0]));
    let whole = bare(&filled(&format!("256 =A root@vm (ECDSA)\n{KEY}")));
    assert_eq!(found(&format!("{matching}{whole}")).unwrap(), [A.to_owned(), own[0].clone()]);
    assert!(found(&format!("{matching}{keys}")).unwrap_err().contains("2 boots"));
    // Later in a log it may be a stranger's, where a program writes newlines as they come.
    let later = format!("{}vm login: \n{keys}", block("=P256 =A root@vm (ECDSA)\n"));
    assert!(found(&later).unwrap_err().contains("2 boots with different host keys"), "{later}");
    assert_eq!(chosen(&later, Some(BootChoice::Last)).unwrap(), [A]);
    // With the keys of cloud-init's block it adds nothing, before that block or after it.
    let both = [A.to_owned(), own[0].clone()];
    assert_eq!(found(&format!("{matching}vm login: \n{whole}")).unwrap(), both);
    let longer = bare(
        &filled(&format!("{KEY}\n256 =A root@vm (ECDSA)\n256 =B x (RSA)")).replace("256 SHA256:B", "2048 SHA256:B"),
    );
    assert_eq!(found(&format!("[    0.000000] Linux version 6.1\nvm login: \n{longer}{matching}")).unwrap(), both);
    let alone = format!("[    0.000000] Linux version 6.1\n{keys}");
    assert!(found(&alone).unwrap_err().contains("has no prefix in the log that only cloud-init writes"));
    // And no line in it may be another program's.
    assert!(found(&bare(&format!("{KEY}\nlogin: \n{KEY}"))).is_err());
    let raw = format!("Server listening on 0.0.0.0 port 22.\n{}", block("=P256 =A root@vm (ECDSA)\n"));
    assert!(found(&raw).unwrap_err().contains("strangers"));
}

/// What any program logs of a stranger's words looks like a prefix, except for the words in its other lines.
#[test]
fn another_programs_log_is_not_the_systems() {
    let of = |prefix: &str| block("=P256 =A root@vm (ECDSA)\n").replace("<14>May  1 12:00:00 ec2: ", prefix);
    let journal = of("May  1 12:00:00 vm ec2[7]: ");
    assert_eq!(found(&journal).unwrap(), [A]);
    assert_eq!(found(&format!("{journal}May  1 12:00:01 vm sshd[9]: Invalid user x from 192.0.2.1\n")).unwrap(), [A]);
    for other in [
        "May  1 12:00:01 other sshd[9]: x\n",
        "May  1 12:00:01 vm x\n",
        "2026-05-01T12:00:01Z INFO server: x\n",
        "2026-05-01T12:00:01Z started\n",
    ] {
        assert!(found(&format!("{journal}{other}")).unwrap_err().contains("is not of the log"), "{other}");
    }
    for prefix in
        ["2026-05-01T12:00:00Z INFO ec2: ", "2026-05-01T12:00:00Z ec2: ", "[    1.123456] x ec2: ", "[1] ec2: "]
    {
        assert!(found(&of(prefix)).is_err(), "{prefix}");
    }
    for raw in ["2026-05-01T12:00:01Z Invalid user x", "[    9.123456] Postponed publickey for x", "Disconnecting x"] {
        assert!(found(&format!("{journal}{raw}\n")).unwrap_err().contains("strangers"), "{raw}");
    }
}

#[test]
fn a_block_that_begins_a_longer_text_is_part_of_a_log() {
    let keys = bare(KEY);
    assert!(found(&keys).is_ok() && found(&format!("\n#####\n{keys}#####\n{keys}")).is_ok());
    for text in [format!("{keys}[    9.123456] x\n"), format!("{keys}{keys}vm login: \n")] {
        assert!(found(&text).unwrap_err().contains("has no prefix in the log that only cloud-init writes"), "{text}");
    }
}

/// As cloud-init writes them to a file of its own.
#[test]
fn a_name_without_a_time_is_a_prefix_at_the_start_of_a_text_only() {
    let own = filled(
        "ec2: -----BEGIN SSH HOST KEY FINGERPRINTS-----\nec2: 256 =A root@vm (ECDSA)\n\
         ec2: -----END SSH HOST KEY FINGERPRINTS-----\n",
    );
    assert_eq!(found(&own).unwrap(), [A]);
    assert_eq!(found(&format!("\n{own}")).unwrap(), [A]);
    assert!(found(&format!("x\n{own}")).is_err());
    let after = format!("{}{}", block("=P256 =B root@vm (ECDSA)\n"), own);
    assert_eq!(chosen(&after, Some(BootChoice::Last)).unwrap(), [B]);
}

/// Each boot lists its keys twice, in a block of each kind.
#[test]
fn a_later_list_that_is_shorter_is_of_another_boot() {
    let own = found(&bare(KEY)).unwrap();
    let first = block(&format!("=P256 =A root@vm (ECDSA)\n=P256 {} root@vm (ED25519)\n", own[0]));
    let keys = block(&format!("=P{KEY}\n=P256 =A root@vm (ECDSA)\n")).replace("FINGERPRINTS", "KEYS");
    assert_eq!(found(&format!("{first}{keys}")).unwrap(), [A.to_owned(), own[0].clone()]);
    let shorter = block(&format!("=P{KEY}\n")).replace("FINGERPRINTS", "KEYS");
    assert!(found(&format!("{first}{keys}{shorter}")).unwrap_err().contains("2 boots"));
}

#[test]
fn a_second_list_that_is_shorter_is_of_another_boot() {
    let longer = block("=P256 =A root@vm (ECDSA)\n=P256 =B root@vm (ED25519)\n");
    let shorter = block("=P256 =A root@vm (ECDSA)\n");
    assert!(found(&format!("{longer}{shorter}")).unwrap_err().contains("2 boots"));
    assert!(found(&format!("{shorter}{longer}")).unwrap_err().contains("2 boots"));
    // One that is cut off may be the same.
    let (cut, _) =
        shorter.split_once("=P-----END").or(shorter.split_once("<14>May  1 12:00:00 ec2: -----END")).unwrap();
    assert_eq!(found(&format!("{longer}{cut}")).unwrap(), [A, B]);
}

#[test]
fn the_prefix_of_a_block_is_cloud_inits() {
    let text = block("=P256 =A root@vm (ECDSA)\n").replace("<14>May  1 12:00:00 ec2: ", "mallory 42 0.0 x ");
    assert!(found(&text).unwrap_err().contains("damaged"), "{text}");
    let spliced = block("=P256 =A root@vm (ECDSA)\n").replacen(
        "<14>May  1 12:00:00 ec2: ---",
        "[ 2.1] audit: <14>May  1 12:00:00 ec2: ---",
        1,
    );
    assert_eq!(found(&spliced).unwrap(), [A]);
}

#[test]
fn a_log_that_ends_within_a_block_gives_its_whole_lines() {
    let whole = block("=P256 =A root@vm (ECDSA)\n=P256 =B root@vm (ED25519)\n");
    let cut = whole.split_once("root@vm (ED").unwrap().0;
    let trusted = read(cut, None).unwrap();
    assert_eq!((trusted.keys.len(), trusted.keys[0].fingerprint.to_string()), (1, A.to_owned()));
    assert_eq!(trusted.mismatch_notes, ["the log ends within its last block of host keys; some may be missing"]);
    assert!(!has_blocks("-----BEGIN CERTIFICATE-----\n"));
    assert!(!has_blocks("sshd: user -----BEGIN SSH HOST KEY KEYS----- from 127.0.0.1\n"));
}

#[test]
fn other_keys_in_the_second_block_are_of_another_boot() {
    let own = found(&bare(KEY)).unwrap();
    let other = block("=P256 =A root@vm (ED25519)\n");
    assert!(found(&format!("{other}{}", bare(KEY))).unwrap_err().contains("2 boots"));
    // A second list of fingerprints may repeat the first, and adds nothing to it.
    let longer = block(&format!("=P256 =A root@vm (ED25519)\n=P3072 {} x (RSA)\n", own[0]));
    assert!(found(&format!("{other}{longer}")).unwrap_err().contains("2 boots"));
}
