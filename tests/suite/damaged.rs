//! Tests keys that were damaged in transit: keycheck reports the damage and its place, and reads the key after the
//! repair.

use support::{Sandbox, needs};

/// A change of a key's text.
type Change = fn(&str) -> String;

/// Damage, the message about it, and the repair that the hint proposes.
struct Damage {
    does: Change,
    words: &'static str,
    repair: Change,
}

const fn damage(does: Change, words: &'static str, repair: Change) -> Damage {
    Damage { does, words, repair }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn without_line(text: &str, index: usize) -> String {
    text.lines().enumerate().filter(|(at, _)| *at != index).map(|(_, line)| format!("{line}\n")).collect()
}

/// Damage to a private key in a block.
static BLOCKS: [Damage; 17] = [
    damage(
        |key| key.replace("-----BEGIN RSA PRIVATE KEY-----", "-----begin rsa private key-----"),
        "key:1: the BEGIN line is not in uppercase\nkeycheck: hint: write the BEGIN and END lines in uppercase: \
         -----BEGIN RSA PRIVATE KEY-----",
        |text| text.replace("-----begin rsa private key-----", "-----BEGIN RSA PRIVATE KEY-----"),
    ),
    damage(
        |key| key.replace("-----BEGIN ", "N "),
        "key:1: the BEGIN line is damaged",
        |text| text.replacen("N ", "-----BEGIN ", 1),
    ),
    damage(
        |key| key.replace("-----BEGIN ", "-----BEGIN\n"),
        "key:1: the BEGIN line is damaged",
        |text| text.replace("-----BEGIN\n", "-----BEGIN "),
    ),
    damage(
        |key| format!("{}\n{key}", first_line(key)),
        "key:2: there are two BEGIN lines",
        |text| without_line(text, 1),
    ),
    damage(
        |key| format!("{}ssh-rsa AAAA\n", key.trim_end()),
        ": the END line has more text after its dashes",
        |text| text.replace("-----ssh-rsa AAAA", "-----"),
    ),
    damage(
        |key| format!("{}\\", key.trim_end()),
        ": `\\` is after the END line\nkeycheck: hint: delete it",
        |text| text.replace('\\', "\n"),
    ),
    damage(
        |key| format!("\u{ef}\u{bb}\u{bf}{key}"),
        "key:1: a byte order mark that was decoded as three characters precedes the key\nkeycheck: hint: delete the three",
        |text| text.replace("\u{ef}\u{bb}\u{bf}", ""),
    ),
    damage(
        |key| key.replace('\n', "\u{2028}"),
        "key:1: an invisible character, U+2028 (line separator), is in column 32 of this line\nkeycheck: hint: put a \
         newline in its place",
        |text| text.replace('\u{2028}', "\n"),
    ),
    damage(
        |key| key.replace('\n', "\n\u{a0}"),
        "key:2: an invisible character, U+00A0 (no-break space), is in column 1 of this line\nkeycheck: hint: replace it \
         by a space",
        |text| text.replace('\u{a0}', " "),
    ),
    damage(|key| format!("{}%", key.trim_end()), ": `%` follows the END line: zsh", |text| text.replace('%', "\n")),
    damage(
        |key| key.replace('\n', "$\n"),
        "key:1: `$` is at the end of the lines, as `cat -A`",
        |text| text.replace('$', ""),
    ),
    damage(|key| key.replace('\n', "^M$\n"), "key:1: `^M$` is at the end of the lines", |text| text.replace("^M$", "")),
    damage(
        |key| key.trim_end().replace('\n', ","),
        "key:1: `,` replaces each newline of the block",
        |text| text.replace(',', "\n") + "\n",
    ),
    damage(
        |key| key.replacen("MII", "M\u{ff29}I", 1),
        "key:2: a full-width character, U+FF29, is in column 2 of this line\nkeycheck: hint: type `I` in its place",
        |text| text.replace('\u{ff29}', "I"),
    ),
    damage(
        |key| key.replacen("MII", "M\u{406}I", 1),
        "key:2: U+0406, which base64 does not have, is in column 2 of this line",
        |text| text.replace('\u{406}', "I"),
    ),
    damage(
        |key| key.replace('+', " "),
        ": the key has a space where a + should be, in column ",
        |text| {
            let line = |line: &str| if line.starts_with('-') { line.to_owned() } else { line.replace(' ', "+") };
            text.lines().map(|text| line(text) + "\n").collect()
        },
    ),
    damage(
        |key| format!("{}\u{200b}\n", key.trim_end()),
        ": U+200B, which is invisible, is after the END line",
        |text| text.replace('\u{200b}', ""),
    ),
];

/// Damage to the line of a public key.
static LINES: [Damage; 16] = [
    damage(
        |line| format!("-----BEGIN SSH PUBLIC KEY-----\n{line}-----END SSH PUBLIC KEY-----\n"),
        "key:1: the block contains the line of a public key\nkeycheck: hint: delete the BEGIN and END lines",
        |text| text.lines().filter(|line| !line.starts_with('-')).map(|line| format!("{line}\n")).collect(),
    ),
    damage(
        |line| line.replace("= c", " c"),
        "too few = signs at the end of the key: 0 where 1 should be",
        |text| text.replace(" c\n", "= c\n"),
    ),
    damage(
        |line| line.replace("= c", "== c"),
        "too many = signs at the end of the key: 2 where 1 should be",
        |text| text.replace("==", "="),
    ),
    damage(
        |line| format!("{} {}", &line[..80], &line[80..]),
        "key:1: the key contains a space, in column 81 of this line",
        |text| format!("{}{}", &text[..80], &text[81..]),
    ),
    damage(
        |line| format!("{}!{}", &line[..80], &line[80..]),
        "key:1: the key holds `!`, which base64 does not have, in column 81 of this line",
        |text| text.replace('!', ""),
    ),
    damage(
        |line| line.replace("= c", "=c"),
        "key:1: the space between the key and its comment is missing, before column 161 of this line\nkeycheck: hint: insert",
        |text| text.replace("=c", "= c"),
    ),
    damage(
        |line| line.replace(" AAAA", " \"AAAA").replace("= c", "=\" c"),
        "key:1: `\"` precedes the base64 of the key\nkeycheck: hint: delete it, and the one after the base64",
        |text| text.replace('"', ""),
    ),
    damage(
        |line| format!("ecdsa-sha2-nistp256 {line}"),
        "key:1: the type is repeated before the key\nkeycheck: hint: delete one of them",
        |text| text.replacen("ecdsa-sha2-nistp256 ", "", 1),
    ),
    damage(
        |line| line.replacen('e', "\u{435}", 1),
        "key:1: the type contains a character of another script, U+0435",
        |text| text.replace('\u{435}', "e"),
    ),
    damage(
        |line| format!("00~{}01~\n", line.trim_end()),
        "key:1: the type is preceded by `00~`",
        |text| text.replace("00~", "").replace("01~", ""),
    ),
    damage(|line| format!("# {line}"), "key:1: the key is commented out with a #", |text| text.replace("# ", "")),
    damage(
        |line| format!("({line}").replacen(' ', ") ", 1),
        "key:1: the type is in brackets or quotes",
        |text| text.replace(['(', ')'], ""),
    ),
    damage(|line| format!("[{line}"), "key:1: `[` precedes the type", |text| text.replace('[', "")),
    damage(
        |line| format!("{}%", line.trim_end().trim_end_matches(" c")),
        "key:1: `%` follows the key: zsh",
        |text| text.replace('%', "\n"),
    ),
    damage(
        |line| line.replacen(' ', " c ", 1).replace("= c", "="),
        "key:1: there is a word between the type and the key\nkeycheck: hint: move it after the key, or delete it",
        |text| text.replacen(" c ", " ", 1),
    ),
    damage(
        |line| format!("{}-\n{}", &line[..80], &line[80..]),
        "key:1: the key ends with a hyphen, as word processors",
        |text| text.replace("-\n", ""),
    ),
];

/// Asserts that keycheck reports each damage, and accepts the key for a service after the repair. For openssh, a private key
/// must also be laid out as ssh reads it.
fn are_reported(sandbox: &Sandbox, key: &str, damages: &[Damage], service: &str) {
    for Damage { does, words, repair } in damages {
        let text = does(key);
        sandbox.write("key", &text);
        let message = sandbox.run("keycheck", ["--for", "openssh", "key"]).fails(1);
        assert!(message.contains(words), "{words}: {message}");
        sandbox.write("key", repair(&text));
        let repaired = sandbox.run("keycheck", ["--for", service, "key"]).good();
        assert!(repaired.contains(": ok: "), "{words}: {repaired}");
    }
}

#[test]
fn damage_to_a_block_is_reported_and_its_hint_repairs_it() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-f", "key"]).good();
    are_reported(&sandbox, &sandbox.read("key"), &BLOCKS, "azure");
}

#[test]
fn damage_to_a_line_is_reported_and_its_hint_repairs_it() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-t", "ecdsa", "-C", "c", "-N", "", "-f", "key"]).good();
    are_reported(&sandbox, &sandbox.read("key.pub"), &LINES, "openssh");
}

/// As mail programs and word processors write it.
#[test]
fn a_key_is_put_together_over_empty_lines_and_two_keys_are_not() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-t", "rsa", "-b", "2048", "-C", "c", "-N", "", "-f", "key"]).good();
    let (line, fingerprint) = (sandbox.read("key.pub"), sandbox.run("pubfp", ["key.pub"]).good());
    let (start, rest) = line.split_at(100);
    let (middle, end) = rest.split_at(100);
    for between in ["\n\n", "\n\n\n", "\r\n\r\n"] {
        let text = [start, middle, end].join(between);
        assert_eq!(sandbox.run_with("pubfp", [""; 0], text.as_str()).good(), fingerprint, "{text}");
    }
    let cut_and_whole = sandbox.run_with("pubfp", [""; 0], format!("{start}\n\n{line}"));
    assert_eq!((cut_and_whole.status, cut_and_whole.stdout), (Some(1), fingerprint));
}

/// A line of such a key may contain a whole public key in its base64.
#[test]
fn lines_of_an_encrypted_private_key_are_not_read_as_a_public_key() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-N", "correct horse", "-f", "key"]).good();
    let key = sandbox.read("key");
    let damages: [Change; 4] = [
        |key| key.replace("-----BEGIN ", "N "),
        |key| key.lines().map(|line| format!("| {line} |\n")).collect(),
        |key| key.replace('\n', "$\n"),
        |key| key.replace('\n', "n"),
    ];
    for does in damages {
        sandbox.write("key", does(&key));
        let outcome = sandbox.run("keycheck", ["key"]);
        let message = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(!message.contains("among other words") && !message.contains("no key in this line"), "{message}");
    }
}

/// Lines of source code and of JSON that are a string each.
#[test]
fn a_block_whose_lines_are_strings_is_read() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", "key"]).good();
    let key = sandbox.read("key");
    let fingerprint = sandbox.run("pubfp", ["key"]).good();
    let python: String = key.lines().map(|line| format!("    \"{line}\\n\"\n")).collect();
    let json: Vec<String> = key.lines().map(|line| format!("  \"{line}\"")).collect();
    for text in [format!("KEY = (\n{python})\n"), format!("{{\n \"key\": [\n{}\n ]\n}}\n", json.join(",\n"))] {
        sandbox.write("key", &text);
        let read = sandbox.run("pubfp", ["key"]);
        assert_eq!(read.stdout.split(' ').nth(1), fingerprint.split(' ').nth(1), "{text}: {read:?}");
    }
}

/// Strings with other text between them, as source code and scripts join them.
#[test]
fn a_block_in_strings_of_source_code_is_read_whatever_joins_them() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", "key"]).good();
    let key = sandbox.read("key");
    let public = sandbox.run("keygen", ["-y", "-f", "key"]).good();
    let joined = |write: fn(&str) -> String| key.lines().map(write).collect::<String>();
    for text in [
        joined(|line| format!("$key .= '{line}' . \"\\n\";\n")),
        joined(|line| format!("\"{line}\" & vbCrLf & _\n")),
        joined(|line| format!("RUN echo \"{line}\" >> /root/.ssh/id\n")),
        format!("printf '%s\\n' {}\n", joined(|line| format!("'{line}' "))),
    ] {
        sandbox.write("key", &text);
        assert_eq!(sandbox.run("keygen", ["-y", "-f", "key"]).good(), public, "{text}");
        let _ = sandbox.run("keycheck", ["--public-only", "key"]).fails(1);
    }
    // If one line is not a string, no part is reported missing.
    sandbox.write("key", joined(|line| format!("x(\"{line}\")\n")).replacen('"', "", 1));
    let message = sandbox.run("keycheck", ["key"]).fails(1);
    assert!(!message.contains("lines are missing"), "{message}");
}

/// The header that says how a block is encrypted is damaged, or joined with other lines.
#[test]
fn headers_of_an_encrypted_block_are_read_without_newlines_and_named_where_they_are_damaged() {
    let sandbox = Sandbox::new();
    let _ = sandbox.shell("keygen -q -t rsa -b 2048 -m PEM -N secret -f key && echo secret > pass").good();
    let (key, public) = (sandbox.read("key"), sandbox.read("key.pub"));
    let read = ["-y", "--passphrase-file", "pass", "-f", "key"];
    for text in [key.replace('\n', ""), key.replace('\n', " "), key.replace('\n', "\\n")] {
        sandbox.write("key", &text);
        assert_eq!(sandbox.run("keygen", read).good().split_whitespace().nth(1), public.split(' ').nth(1), "{text}");
    }
    for (text, words) in [
        (key.replace("AES-128-CBC,", "AES-128-CBC, "), "the line DEK-Info, which describes the encryption, is damaged"),
        (key.replace("AES-128-CBC,", "AES-128-CBC,ZZ"), "is damaged"),
        (key.replace("AES-128-CBC,", "AES-128-CBC,\n"), "is damaged"),
        (key.replace("DEK-Info: ", "x: "), "is missing"),
        (key.replace("Proc-Type: 4,ENCRYPTED\n", ""), "the line Proc-Type is missing before the line DEK-Info"),
    ] {
        sandbox.write("key", &text);
        for (tool, arguments) in [("keycheck", &["key"][..]), ("keygen", &read)] {
            let outcome = sandbox.run(tool, arguments);
            assert!(outcome.stderr.contains(words), "{words}: {outcome:?}");
        }
    }
}

/// OpenSSL reads a block for ssh wherever in the file it begins.
#[test]
fn a_fence_around_a_block_is_an_error_where_ssh_does_not_read_it() {
    needs!(SSH_KEYGEN);
    for (format, is_read) in [("PEM", true), ("PKCS8", true), ("OpenSSH", false)] {
        let sandbox = Sandbox::new();
        let _ = sandbox.run("keygen", ["-q", "-t", "rsa", "-b", "2048", "-m", format, "-N", "", "-f", "key"]).good();
        std::fs::remove_file(sandbox.file("key.pub")).unwrap();
        let fenced = format!("```\n{}```\n", sandbox.read("key"));
        sandbox.write("key", fenced);
        let _ = sandbox.shell("chmod 600 key").good();
        let theirs = sandbox.run("ssh-keygen", ["-y", "-f", "key"]);
        let ours = sandbox.run("keycheck", ["key"]);
        assert_eq!(theirs.status == Some(0), is_read, "{format}: {theirs:?}");
        assert_eq!(!ours.stdout.contains("among-other-text"), is_read, "{format}: {ours:?}");
    }
}

/// A finding names the format that the key has.
#[test]
fn findings_name_the_form_that_the_key_has() {
    needs!(OPENSSL);
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-f", "pem"]).good();
    let _ = sandbox.run("keygen", ["-q", "-m", "PPK", "-N", "", "-f", "ppk"]).good();
    let _ = sandbox.shell("openssl pkey -in pem -pubout -outform DER -out der 2>/dev/null").good();
    let _ = sandbox.shell("cut -d' ' -f2 pem.pub | base64 -d > raw").good();
    let pem = sandbox.read("pem");
    let line = sandbox.read("pem.pub");
    let base64 = line.split(' ').nth(1).unwrap();
    sandbox.write("misspelt", pem.replace("PRIVATE KEY", "PRIVATE_KEY"));
    sandbox.write("indented", sandbox.read("ppk").lines().map(|line| format!("  {line}\n")).collect::<String>());
    sandbox
        .write("openssh", format!("-----BEGIN OPENSSH PUBLIC KEY-----\n{base64}\n-----END OPENSSH PUBLIC KEY-----\n"));
    sandbox.write("escaped", line.replace(' ', "\\u0020"));
    sandbox.write("reversed", format!("{base64} ssh-rsa\n"));
    for (file, words) in [
        ("misspelt", "false-label: the label of the block is unknown: it should be RSA PRIVATE KEY"),
        ("indented", "newlines-lost: lines of the block are joined, indented, blank, or broken at other places"),
        ("openssh", "rfc-4716: the key's base64 is between BEGIN and END lines of another format"),
        ("raw", "rfc-4716: the key is binary"),
        ("der", "pem: the key is in DER"),
        ("escaped", "encoded: characters are written with a backslash"),
        ("reversed", "type-missing: "),
    ] {
        let message = sandbox.run("keycheck", [file]).stdout;
        assert!(message.contains(words), "{file}: {message}");
    }
}

/// PuTTY's files are authenticated, so a wrong passphrase looks like a change.
#[test]
fn the_message_for_a_changed_ppk_file_names_both_causes() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-m", "PPK", "-C", "old", "-N", "correct horse", "-f", "key"]).good();
    sandbox.write("pass", "correct horse\n");
    sandbox.write("key", sandbox.read("key").replace("Comment: old", "Comment: new"));
    for tool in ["keycheck --passphrase-file pass key", "keygen -y --passphrase-file pass -f key"] {
        let outcome = sandbox.shell(tool);
        let message = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(message.contains("the passphrase is wrong, or the file was changed"), "{tool}: {message}");
    }
}
