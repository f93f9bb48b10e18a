//! Tests the gate: no private key, in whatever encoding, gets through `--public-only`, `--rewrite` or `--filter`, nor
//! into the report.

use std::collections::HashSet;

use common::error::ExitStatus;
use support::{Sandbox, cases, needs};

use crate::encodings::{BASE64, ENCODINGS, PLACES, cut, encode, secrets};
use crate::in_process::run_for_bytes;
use crate::key_fixtures::sample_keys;
use crate::properties::random;

/// Leaves out slow checks that do not concern the text.
const QUICK: [&str; 2] = ["--skip", "rsa-prime-modulus,rsa-close-primes,rsa-small-private-exponent,rsa-small-factor"];

/// The modes of keycheck, the gate first.
const GATES: [&[&str]; 4] = [
    &["--public-only"],
    &["--public-only", "--for", "openssh"],
    &["--public-only", "--for", "aws"],
    &["--public-only", "--json", "--skip", "not-plain,private-key,among-other-text,options,rfc-4716"],
];
const OUTPUTS: [&[&str]; 7] = [
    &[],
    &["--json"],
    &["--for", "openssh"],
    &["--rewrite"],
    &["--rewrite", "--json", "--for", "openssh"],
    &["--filter", "--for", "openssh"],
    &["--filter", "--for", "aws"],
];

/// Runs keycheck in this process. Returns its status, and both of its outputs in one.
fn keycheck(arguments: &[&str], stdin: &[u8]) -> (ExitStatus, String) {
    let arguments = if arguments.contains(&"--skip") { arguments.to_vec() } else { [arguments, &QUICK].concat() };
    let (status, stdout, stderr) = run_for_bytes::<keycheck::Args>(arguments, stdin);
    (status, String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

/// The letters and digits of a text.
fn bare(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(u8::is_ascii_alphanumeric).collect()
}

/// The number of letters and digits in a row that reveals too much of a secret.
const PIECE: usize = 16;

/// Finds a piece of an encoded secret in an output, except for what the public key has in common with it.
fn leak(encoded: &[u8], key: &str, output: &str) -> Option<String> {
    let harmless: HashSet<Vec<u8>> = bare(key.as_bytes()).windows(PIECE).map(<[u8]>::to_vec).collect();
    let output = bare(output.as_bytes());
    let output: HashSet<&[u8]> = output.windows(PIECE).collect();
    let encoded = bare(encoded);
    let found = encoded.windows(PIECE).find(|piece| output.contains(piece) && !harmless.contains(*piece));
    found.map(|piece| String::from_utf8_lossy(piece).into_owned())
}

/// A public key without a comment.
fn public() -> String {
    sample_keys().read("ed25519.pub").rsplit_once(' ').unwrap().0.to_owned()
}

/// The public key, and the public halves of the secrets, which --rewrite prints if it finds a private key.
fn harmless(key: &str, secrets: &[(String, Vec<u8>)]) -> String {
    let halves = secrets.iter().map(|(_, secret)| keycheck(&["-q", "--rewrite", "--for", "openssh"], secret).1);
    let lines: String = halves.filter(|half| half.starts_with("ssh-") || half.starts_with("ecdsa-")).collect();
    format!("{key}\n{lines}")
}

/// Asserts that no gate lets the text through, and that no output shows the secret, which has enough characters to be found.
#[track_caller]
fn stays(what: &str, encoded: &[u8], key: &str, text: &[u8]) {
    assert!(encoded.len() >= PIECE, "{what}");
    for gate in GATES {
        let (status, output) = keycheck(gate, text);
        assert_ne!(status, ExitStatus::Yes, "{what} {gate:?}: {}\n{output}", String::from_utf8_lossy(text));
        assert_eq!(leak(encoded, key, &output), None, "{what} {gate:?}: {output}");
    }
    for arguments in OUTPUTS {
        let (_, output) = keycheck(arguments, text);
        assert_eq!(leak(encoded, key, &output), None, "{what} {arguments:?}: {output}");
    }
}

#[test]
fn no_private_key_in_any_encoding_at_any_place_leaves() {
    needs!(SSH_KEYGEN);
    let (key, secrets) = (public(), secrets());
    let harmless = harmless(&key, &secrets);
    let mut random = random(9);
    let mut number = 0;
    for (encoding, encode) in ENCODINGS {
        for (place, put, _) in PLACES {
            number += 1;
            if !cases::is_tried(number) {
                continue;
            }
            let (name, secret) = &secrets[random(secrets.len())];
            // In one piece, and with something else in place of line ends.
            let text: Vec<u8> =
                encode(secret).into_iter().map(|byte| if byte == b'\n' { b' ' } else { byte }).collect();
            stays(&format!("{name}, {encoding}, {place}"), &text, &harmless, &put(&key, &text));
        }
    }
}

#[test]
fn no_private_key_that_is_encoded_twice_and_cut_anywhere_leaves() {
    needs!(SSH_KEYGEN);
    let (key, secrets) = (public(), secrets());
    let harmless = harmless(&key, &secrets);
    let mut random = random(18);
    for _ in 0..cases::share(300) {
        let (name, secret) = &secrets[random(secrets.len())];
        let (inner, encode_inner) = ENCODINGS[random(ENCODINGS.len())];
        let (outer, encode_outer) = ENCODINGS[random(ENCODINGS.len())];
        let (place, put, _) = PLACES[random(PLACES.len())];
        // A text that is encoded twice need not be long.
        let once = encode_inner(&secret[..secret.len().min(800)]);
        let encoded = cut(&encode_outer(&once), &mut random);
        stays(&format!("{name}, {inner}, {outer}, {place}"), &encoded, &harmless, &put(&key, &encoded));
    }
}

/// The smallest secret, in every encoding, whole.
#[test]
fn no_seed_of_32_bytes_leaves() {
    needs!(SSH_KEYGEN);
    let key = public();
    let mut random = random(32);
    for _ in 0..cases::share(20) {
        let seed: Vec<u8> = (0..32).map(|_| u8::try_from(random(256)).unwrap()).collect();
        for (encoding, encode) in ENCODINGS {
            let text = encode(&seed);
            let (place, put, _) = PLACES[random(5)];
            stays(&format!("{encoding}, {place}"), &text, &key, &put(&key, &text));
        }
    }
}

/// A private key may be cut into pieces for the comments of many keys. Smaller pieces than these look like host names.
#[test]
fn pieces_of_a_private_key_with_many_keys_are_held_back() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let _ = sandbox.shell("for i in $(seq 40); do keygen -q -N '' -C '' -f k$i; done; cat *.pub > all").good();
    // From after the modulus and the exponent, where every character is random.
    let secret: Vec<u8> = bare(sample_keys().read("rsa2048").as_bytes())[600..1240].to_vec();
    let keys = sandbox.read("all");
    let list: String = keys.lines().zip(secret.chunks(16)).fold(String::new(), |list, (key, piece)| {
        list + key.trim_end() + " me@" + str::from_utf8(piece).unwrap() + "\n"
    });
    for (arguments, fails) in [(&["--public-only"][..], true), (&["--filter"], true), (&["--rewrite"], false)] {
        let (status, output) = keycheck(arguments, list.as_bytes());
        assert_eq!(status != ExitStatus::Yes, fails, "{arguments:?}");
        assert!(output.contains("together"), "{arguments:?}: {output}");
        let written = output.lines().filter(|line| line.starts_with("ssh-") && line.contains(" me@")).count();
        // Three to seven of sixty keys in trials: those that fit in the first 200 bits, and some that look like names.
        assert!(written < 16, "{arguments:?}: {written} pieces");
    }
}

/// Writes a secret in letters, in groups of `group` with a space between them.
fn in_letters(secret: &[u8], group: usize) -> Vec<String> {
    // Four bits for each letter, which looks no more like words than five would.
    let letters: Vec<char> = secret
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(b"yqxkwzvjhnbfgpdc"[usize::from(nibble)]))
        .collect();
    letters.chunks(group).map(|letters| letters.iter().collect()).collect()
}

fn in_guids(secret: &[u8]) -> Vec<String> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    secret
        .chunks_exact(16)
        .map(|bytes| {
            let [one, two, three, four, five] = [0..4, 4..6, 6..8, 8..10, 10..16].map(|range| hex(&bytes[range]));
            format!("{one}-{two}-{three}-{four}-{five}")
        })
        .collect()
}

/// Short groups of letters look like abbreviated names, and a copy of a key does not count as another key.
#[test]
fn pieces_of_a_private_key_with_copies_of_one_key_are_held_back() {
    needs!(SSH_KEYGEN);
    let key = public();
    let sandbox = Sandbox::new();
    let secret = bare(sample_keys().read("rsa2048").as_bytes())[600..1240].to_vec();
    for group in 1..6 {
        for groups in [2, 3, 5, 8] {
            let pieces = in_letters(&secret, group);
            let comments: Vec<String> = pieces.chunks(groups).map(|pieces| pieces.join(" ")).collect();
            let list: String = comments.iter().map(|comment| format!("{key} {comment}\n")).collect();
            for gate in GATES {
                let (status, output) = keycheck(gate, list.as_bytes());
                assert_ne!(status, ExitStatus::Yes, "{group} {groups} {gate:?}: {output}");
            }
            for arguments in [&["--filter"][..], &["--rewrite"]] {
                let (_, output) = keycheck(&[&["-q"], arguments].concat(), list.as_bytes());
                let written = output.lines().filter(|line| line.starts_with(&key) && line.len() > key.len());
                let bytes = written.count() * group * groups / 2;
                assert!(bytes < 32, "{group} {groups} {arguments:?}: {bytes} bytes\n{output}");
            }
        }
    }
    // The seed of an Ed25519 key with three copies of one key, in one file and in a file each.
    let seed: Vec<u8> = (0..32).map(|byte: u8| byte.wrapping_mul(73).wrapping_add(41)).collect();
    for pieces in [in_letters(&seed, 4).chunks(6).map(|pieces| pieces.join(" ")).collect(), in_guids(&seed)] {
        let lines: Vec<String> = pieces.iter().map(|piece: &String| format!("{key} {piece}\n")).collect();
        assert_ne!(keycheck(&["--public-only"], lines.concat().as_bytes()).0, ExitStatus::Yes, "{lines:?}");
        let names: Vec<String> = (0..lines.len()).map(|number| format!("keys/{number}.pub")).collect();
        for (name, line) in names.iter().zip(&lines) {
            sandbox.write(name, line);
        }
        for operands in [&["-r".to_owned(), "keys".to_owned()][..], &names] {
            let all = [&["--public-only".to_owned()], operands].concat();
            let outcome = sandbox.run("keycheck", all);
            let is_held = outcome.stdout.contains("together") || outcome.stderr.contains("together");
            assert!(outcome.status == Some(1) && is_held, "{operands:?}: {outcome:?}");
        }
    }
}

/// A seed in the names of copies of one key, a few characters in each.
#[test]
fn pieces_of_a_seed_in_names_of_files_are_held_back() {
    needs!(SSH_KEYGEN);
    let mut random = random(15);
    for (alphabet, group) in [(BASE64, 5), (BASE64, 8), ((&b"0123456789abcdef"[..], 4), 7)] {
        let sandbox = Sandbox::new();
        let seed: Vec<u8> = (0..32).map(|_| u8::try_from(random(256)).unwrap()).collect();
        let text = encode(&seed, alphabet).replace('/', "_");
        for (number, piece) in text.as_bytes().chunks(group).enumerate() {
            sandbox.write(format!("keys/{number}-{}.pub", str::from_utf8(piece).unwrap()), public());
        }
        let outcome = sandbox.run("keycheck", ["--public-only", "-r", "keys"]);
        assert!(outcome.status == Some(1) && outcome.stderr.contains("together"), "{text}: {outcome:?}");
    }
}

/// A GUID has room for half of a seed.
#[test]
fn two_guids_with_two_keys_are_held_back() {
    needs!(SSH_KEYGEN);
    let seed: Vec<u8> = (0..32).map(|byte: u8| byte.wrapping_mul(73).wrapping_add(41)).collect();
    let keys = [public(), sample_keys().read("rsa2048.pub").rsplit_once(' ').unwrap().0.to_owned()];
    let list: String = keys.iter().zip(in_guids(&seed)).map(|(key, guid)| format!("{key} {guid}\n")).collect();
    assert_ne!(keycheck(&["--public-only"], list.as_bytes()).0, ExitStatus::Yes, "{list}");
    assert_eq!(keycheck(&["--public-only"], list.lines().next().unwrap().as_bytes()).0, ExitStatus::Yes);
}

/// A seed in groups of letters and digits, half of it with each of two keys.
#[test]
fn halves_of_a_seed_with_two_keys_are_held_back() {
    needs!(SSH_KEYGEN);
    let keys = [public(), sample_keys().read("rsa2048.pub").rsplit_once(' ').unwrap().0.to_owned()];
    let mut random = random(77);
    for alphabet in [BASE64, (&b"0123456789abcdef"[..], 4), (b"0123456789abcdefghijklmnopqrstuv", 5)] {
        for group in 2..8 {
            let seed: Vec<u8> = (0..32).map(|_| u8::try_from(random(256)).unwrap()).collect();
            let text = encode(&seed, alphabet);
            let halves = text.as_bytes().chunks(text.len().div_ceil(2));
            let list: String = keys.iter().zip(halves).fold(String::new(), |list, (key, half)| {
                let groups: Vec<&str> = half.chunks(group).map(|group| str::from_utf8(group).unwrap()).collect();
                list + key + " " + &groups.join(" ") + "\n"
            });
            assert_ne!(keycheck(&["--public-only"], list.as_bytes()).0, ExitStatus::Yes, "{list}");
        }
    }
}

/// The `authorized_keys` of many hosts with the same keys is not a text in pieces.
#[test]
fn the_same_keys_in_the_files_of_many_hosts_pass() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let list = format!("# Managed by hand\n\n{} root@DESKTOP-7F3K2A1\n", public());
    for host in 0..60 {
        sandbox.write(format!("hosts/web{host:02}.example.com/authorized_keys"), &list);
    }
    let _ = sandbox.run("keycheck", ["--public-only", "-r", "hosts"]).good();
}

/// Comments that people and programs write pass, at every place for a comment.
#[test]
fn honest_words_pass_and_are_shown() {
    needs!(SSH_KEYGEN);
    let key = public();
    for words in [
        "user@host.example.com",
        "azure 2026-11-29",
        "Key for VM (prod), rotated Nov 2026",
        "generated-by-azure",
        "arn:aws:iam::123456789012:user/name",
        "rsa-key-20261129",
        "imported-openssh-key",
        "no comment",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "J\u{f6}rg M\u{fc}ller",
        "\u{5c71}\u{7530}\u{592a}\u{90ce}\u{306e}\u{30ce}\u{30fc}\u{30c8}PC",
    ] {
        for (place, put, consumers) in PLACES {
            // Options and headers use up a part of what may pass.
            let few = if place.contains("comment") && place != "comment lines" { words } else { "a few words" };
            let text = put(&key, few.as_bytes());
            for consumer in consumers {
                for gate in [&["--public-only"][..], &["--filter"], &["--rewrite"]] {
                    let (status, output) = keycheck(&[gate, &["--for", consumer]].concat(), &text);
                    assert_eq!(status, ExitStatus::Yes, "{words}, {place}, {gate:?}: {output}");
                }
            }
        }
        let (_, rewritten) = keycheck(&["-q", "--rewrite"], format!("{key} {words}\n").as_bytes());
        assert_eq!(rewritten, format!("{key} {words}\n"));
        let (_, report) = keycheck(&[], format!("{key} {words}\n").as_bytes());
        assert!(report.ends_with(&format!(" {words}\n")), "{report}");
    }
}

/// Options and comments by Ansible, Google's agent and programs that use `command="…"` pass.
#[test]
fn what_programs_write_into_authorized_keys_passes() {
    needs!(SSH_KEYGEN);
    let key = public();
    let rsa = sample_keys().read("rsa2048.pub").rsplit_once(' ').unwrap().0.to_owned();
    let forwarding = "no-port-forwarding,no-X11-forwarding,no-agent-forwarding,no-pty";
    let commands = [
        "/usr/bin/rrsync -ro /srv/backup/hosts/web01.prod.example.com",
        "/opt/gitlab/embedded/service/gitlab-shell/bin/gitlab-shell key-12345",
        "echo 'Please login as the user \\\"azureuser\\\" rather than the user \\\"root\\\".';echo;sleep 10;exit 142",
        "borg serve --append-only --restrict-to-path /srv/borg/laptop.example.com",
        "gitea --config=/etc/gitea/app.ini serv key-42",
        "/home/git/gogs/gogs serv key-3 --config='/home/git/gogs/custom/conf/app.ini'",
        "svnserve -t --tunnel-user=alice -r /var/svn",
        "/usr/local/bin/forgejo --config=/data/gitea/conf/app.ini serv key-7",
        "/usr/share/rsync/scripts/rrsync -ro /srv/backup",
        "zfs receive -F tank/backup/web01",
        "git-shell -c \\\"$SSH_ORIGINAL_COMMAND\\\"",
    ];
    let with_commands = commands.map(|command| format!("command=\"{command}\",{forwarding} {key} alice@laptop\n"));
    let others = [
        format!("# BEGIN ANSIBLE MANAGED BLOCK\n{rsa} me@laptop\n# END ANSIBLE MANAGED BLOCK\n"),
        format!(
            "# Added by Google\n{key} google-ssh {{\"userName\":\"me@example.com\",\"expireOn\":\"2026-12-01T00:00:00+0000\"}}\n"
        ),
        format!(
            "restrict,port-forwarding,permitopen=\"10.0.0.5:5432\",permitopen=\"10.0.0.6:5432\" {key} alice@laptop\n"
        ),
        format!("# Added by Google\n{rsa} alice@laptop\n# Added by Google\n{key} me@laptop\n"),
        format!("# gitea public key\n{rsa} alice\n# gitea public key\n{key} me\n"),
        format!("# gitolite start\n{key} me@laptop\n# gitolite end\n"),
        // One header over the keys.
        format!("# This file is managed by Chef, do not modify by hand\n{key} alice@laptop\n"),
        format!("# Please keep this list sorted alphabetically\n{key} alice@laptop\n"),
        format!("# Contact helpdesk@example.com for access requests\n{key} alice@laptop\n"),
        // Keys that are commented out.
        format!("{key} me@laptop\n##{rsa} old key of bob\n"),
        format!("{key} me@laptop\n#{rsa} old key of bob\n"),
        format!("# {rsa} me@old\n{key} me@laptop\n"),
    ];
    for text in with_commands.iter().chain(&others) {
        let (status, output) = keycheck(&["--public-only", "--for", "authorized-keys"], text.as_bytes());
        assert_eq!(status, ExitStatus::Yes, "{text}{output}");
    }
}

/// A key that is commented out is measured and checked like any key.
#[test]
fn a_key_that_is_commented_out_gives_no_more_room_than_a_key() {
    needs!(SSH_KEYGEN, PYTHON);
    let key = public();
    let seed: Vec<u8> = (0..32).map(|byte: u8| byte.wrapping_mul(73).wrapping_add(41)).collect();
    let copies: String = in_letters(&seed, 4).chunks(6).map(|some| format!("#{key} {}\n", some.join(" "))).collect();
    for text in [
        format!("{copies}{key}\n"),
        format!("{key}\n#{key} {}\n", "9f3kq8z1".repeat(5)),
        format!("{key}\n#{key}AAAA\n"),
    ] {
        assert_ne!(keycheck(&["--public-only"], text.as_bytes()).0, ExitStatus::Yes, "{text}");
    }
    let weak = crate::checks::weak().read("rsa-small-factor-3.pub");
    let (status, output) =
        keycheck(&["--public-only", "--skip", "rsa-prime-modulus"], format!("{key}\n#{weak}").as_bytes());
    assert_eq!(status, ExitStatus::No, "{output}");
    assert!(output.contains("the key that is commented out here does not pass: rsa-small-factor: "), "{output}");
}

#[test]
fn rewrite_looks_at_what_it_prints_after_control_characters_are_gone() {
    needs!(SSH_KEYGEN);
    let key = public();
    let private = bare(sample_keys().read("ed25519").as_bytes());
    for joint in ["\u{202e}", "\u{1}", "\u{200e}", "\u{2028}", "\x1b"] {
        let pieces: Vec<&str> = private.chunks(7).map(|piece| str::from_utf8(piece).unwrap()).collect();
        let text = format!("{key} {}\n", pieces.join(joint));
        stays(joint, &private, &key, text.as_bytes());
        let (status, rewritten) = keycheck(&["-q", "--rewrite"], text.as_bytes());
        assert_eq!((status, rewritten), (ExitStatus::Yes, format!("{key}\n")), "{joint:?}");
    }
}

/// The messages name the problem and the remedy.
#[test]
fn what_the_gate_refuses_is_reported_with_a_remedy() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let key = public();
    // The SHA-256 of an empty input.
    let fingerprint = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";
    sandbox.write("id.pub", format!("{key} {fingerprint}\n"));
    let outcome = sandbox.run("keycheck", ["--public-only", "id.pub"]);
    let words = "id.pub:1: error: not-plain: the text around the key could hold a private key: ";
    assert!(outcome.status == Some(1) && outcome.stdout.contains(words), "{outcome:?}");
    assert!(!outcome.stdout.contains(fingerprint), "{outcome:?}");
    let rewritten = sandbox.run("keycheck", ["--rewrite", "id.pub"]);
    assert_eq!((rewritten.status, rewritten.stdout), (Some(0), format!("{key}\n")));
    assert!(rewritten.stderr.contains("id.pub:1: note: comment-left-out: "), "{}", rewritten.stderr);
    let report = sandbox.run("keycheck", ["id.pub"]);
    assert!(report.status == Some(0) && report.stdout.contains("note: comment-left-out: "), "{report:?}");
    sandbox.write("id.pub", format!("# {fingerprint}\n{key}\n{{\"x\": 1}}\n"));
    let message = sandbox.run("keycheck", ["--public-only", "id.pub"]).fails(1);
    for words in [
        "keycheck: id.pub:1: a comment line could hold a private key: ",
        "keycheck: id.pub:3: a JSON document is given away with everything in it\n",
        "keycheck: hint: remove the line, or give away what `keycheck --rewrite` prints\n",
    ] {
        assert!(message.contains(words), "{message}");
    }
    let explained = sandbox.run("keycheck", ["--explain", "not-plain"]).good();
    assert!(explained.contains("SHA-256 fingerprint"), "{explained}");
}

/// Whichever part of a private key is missing, the message calls it a private key and never asks for the missing part.
#[test]
fn a_part_of_a_private_key_is_called_one_and_not_asked_for() {
    needs!(SSH_KEYGEN);
    let key = public();
    for name in ["ed25519", "rsa2048"] {
        let text = sample_keys().read(name);
        let all: Vec<&str> = text.lines().collect();
        let body = all[1..all.len() - 1].concat();
        let lines = |lines: &[&str]| lines.join("\n") + "\n";
        for (what, part) in [
            ("without its first line", lines(&all[1..])),
            ("without its last line", lines(&all[..all.len() - 1])),
            ("cut", lines(&all[..all.len() / 2 + 1])),
            ("its first lines", lines(&all[..2])),
            ("without both", lines(&all[1..all.len() - 1])),
            ("with dashes", text.replace("-----", "\u{2014}\u{2014}-")),
            ("after a type", format!("ssh-ed25519 {body}\n")),
            ("its first line in a line", format!("ssh-ed25519 {} {body}\n", all[0])),
            ("of cat -A", all.iter().map(|line| format!("{line}$\n")).collect()),
            ("after a public key", format!("{key}\n{}", lines(&all[..3]))),
        ] {
            for gate in [&["--public-only"][..], &["--public-only", "--json"], &["--filter"]] {
                let (status, output) = keycheck(gate, part.as_bytes());
                assert_ne!(status, ExitStatus::Yes, "{name} {what} {gate:?}: {output}");
                assert!(output.contains("this is a private key"), "{name} {what} {gate:?}: {output}");
                assert!(!output.contains("copy the") && !output.contains("cut short"), "{name} {what}: {output}");
            }
        }
    }
    let (_, output) = keycheck(&["--public-only"], b"Private-Lines: 1\nAAAAIAU3\nPrivate-MAC: 00\n");
    assert!(output.contains("this is a private key, or a part of one") && !output.contains("copy"), "{output}");
}

/// A document has one message; a template's variable has none.
#[test]
fn a_json_document_is_refused_once() {
    needs!(SSH_KEYGEN);
    let document = format!("{{\n \"a\": [\n  {{\n   \"keyData\": \"{} me\"\n  }}\n ]\n}}\n", public());
    let count =
        |text: &str| keycheck(&["--public-only"], text.as_bytes()).1.matches("a JSON document is given away").count();
    assert_eq!((count(&document), count(&format!("{document}\n{}\n{document}", public()))), (1, 2));
    assert_eq!(count("{{ ssh_public_key }}\n"), 0);
}

/// Information that is not in characters: the number of lines and their ends, breaks, and the places of known words.
#[test]
fn no_private_key_in_the_layout_of_a_file_leaves() {
    needs!(SSH_KEYGEN);
    let key = public();
    let body = key.split(' ').nth(1).unwrap();
    let seed: Vec<u8> = (0..32).map(|byte: u8| byte.wrapping_mul(73).wrapping_add(41)).collect();
    let bits: Vec<bool> = seed.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1)).collect();
    let ends = |line: &str| bits.iter().map(|bit| format!("{line}{}", if *bit { "\r\n" } else { "\n" })).collect();
    let nibbles = || seed.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(usize::from);
    let (begin, end) = ("---- BEGIN SSH2 PUBLIC KEY ----\n", "---- END SSH2 PUBLIC KEY ----\n");
    let empty: String = ends("");
    let headers: String = ends(":");
    let breaks: String = bits.iter().map(|bit| if *bit { ":\n" } else { ":" }).collect();
    let words =
        ["key", "keys", "ssh", "sshd", "rsa", "ecdsa", "host", "user", "vm", "test", "prod", "work", "home", "old"];
    let words = |nibble: usize| words.get(nibble).copied().unwrap_or("new");
    let comments: String = nibbles().collect::<Vec<_>>().chunks(8).fold(String::new(), |text, some| {
        text + "# " + &some.iter().map(|nibble| words(*nibble)).collect::<Vec<_>>().join(" ") + "\n"
    });
    let rulers: String = nibbles().map(|nibble| format!("# {}\n", "-".repeat(1 + nibble))).collect();
    let counts: String = nibbles().map(|nibble| "\n".repeat(nibble) + "#\n").collect();
    let one_a_line: String = body.chars().map(|letter| format!("{letter}\n")).collect();
    for (what, text) in [
        ("the ends of blank lines", format!("{key}\n{empty}")),
        ("the number of blank lines", format!("{key}\n{counts}")),
        ("words in comment lines", format!("{comments}{key}\n")),
        ("rulers", format!("{rulers}{key}\n")),
        ("the ends of headers", format!("{begin}{headers}{body}\n{end}")),
        ("the breaks of headers", format!("{begin}{breaks}:\n{body}\n{end}")),
        ("one character a line", format!("{begin}{one_a_line}{end}")),
    ] {
        for gate in GATES {
            let (status, output) = keycheck(gate, text.as_bytes());
            assert_ne!(status, ExitStatus::Yes, "{what} {gate:?}: {text}\n{output}");
        }
        // What is printed has the layout of a list: a line for each key.
        for mode in ["--rewrite", "--filter"] {
            let (_, output) = keycheck(&["-q", mode], text.as_bytes());
            let keys = output.lines().filter(|line| line.starts_with("ssh-ed25519 ")).count();
            assert!(keys <= 1 && !output.contains("\n\n"), "{what} {mode}: {output}");
        }
    }
    // The layouts of ordinary files pass.
    for text in [
        format!("\n# keys of the team\n\n{key} me@laptop\n\n# old laptop\n{key} me@old\n\n\n"),
        format!("{key} me@laptop\r\n\r\n"),
    ] {
        assert_eq!(keycheck(&["--public-only"], text.as_bytes()).0, ExitStatus::Yes, "{text}");
    }
}

/// A file of moduli may hold any text as the name of a file.
#[test]
fn a_product_is_no_public_key() {
    let sandbox = Sandbox::new();
    let _ = sandbox.shell("keygen -q -t rsa -b 2048 --no-passphrase -f id && keycheck --emit-product p id.pub").good();
    for gate in ["--public-only", "--rewrite", "--filter"] {
        let words = sandbox.run("keycheck", [gate, "--against", "p", "p"]).fails(2);
        assert!(words.contains("a product of keys is not a public key"), "{gate}: {words}");
    }
}

/// A text without a key that is not an error elsewhere must still not leave.
#[test]
fn parameters_and_keys_of_unknown_types_do_not_leave() {
    needs!(SSH_KEYGEN, OPENSSL);
    let key = public();
    let parameters = sample_keys().run("openssl", ["ecparam", "-name", "prime256v1"]).good();
    assert!(parameters.contains("EC PARAMETERS"), "{parameters}");
    assert_eq!(keycheck(&["--public-only"], format!("{parameters}{key}\n").as_bytes()).0, ExitStatus::No);
    assert_eq!(keycheck(&[], format!("{parameters}{key}\n").as_bytes()).0, ExitStatus::Yes);
    // A type's name may be as long as a secret, and is in the report.
    let name = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4";
    let blob = sample_keys().shell(&format!("(printf '\\0\\0\\0\\060%s' {name}; echo x) | base64 -w 0")).good();
    stays("an unknown type", name.as_bytes(), &key, format!("{name} {blob}\n").as_bytes());
}

/// Keys are identified by their order in the input, not by their place.
#[test]
fn a_finding_on_one_of_two_keys_at_one_place_holds_back_that_one_alone() {
    needs!(PYTHON);
    let weak = crate::checks::weak();
    let public = |name: &str| weak.read(format!("{name}.pub")).trim_end().to_owned();
    let [one, good, other] = ["rsa-shared-prime-1", "sound", "rsa-shared-prime-2"].map(public);
    // `sound` shares its primes with both; this key shares none.
    let apart = sample_keys().read("rsa4096.pub").trim_end().to_owned();
    let line = serde_json::json!({"a": one, "b": apart, "c": other, "d": good}).to_string();
    let (status, output) = keycheck(&["-q", "--rewrite"], line.as_bytes());
    assert_eq!(status, ExitStatus::No);
    let printed: Vec<&str> = output.lines().filter(|line| line.starts_with("ssh-rsa ")).collect();
    assert_eq!(printed, [apart], "{output}");
    let late = output.lines().filter(|line| line.contains(": fail: ")).count();
    assert_eq!(late, 3, "{output}");
}
