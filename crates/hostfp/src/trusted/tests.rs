use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use common::error::Place;
use common::key::Fingerprint;
use serde_json::json;

use super::*;

const ECDSA: &str = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
const ED25519: &str = "SHA256:E2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75";

fn trusted(bytes: impl AsRef<[u8]>) -> Result<Trusted, String> {
    let place = Place { file: "src".into(), line: None };
    match TrustedText::read(&place, bytes.as_ref(), None) {
        Ok(TrustedText::Host(trusted)) => Ok(trusted),
        Ok(TrustedText::KnownHosts(_) | TrustedText::Objects(_)) => Err("names its hosts".to_owned()),
        Err(error) => {
            assert!(error.place().is_some());
            Err(error.message().to_owned())
        }
    }
}

/// Returns the fingerprints in a text; those above by their names.
fn found(text: impl AsRef<[u8]>) -> Result<Vec<String>, String> {
    let name = |key: &TrustedKey| key.fingerprint.to_string().replace(ECDSA, "ecdsa").replace(ED25519, "ed25519");
    trusted(text).map(|trusted| trusted.keys.iter().map(name).collect())
}

fn list() -> String {
    format!("256 {ECDSA} root@vm (ECDSA)\n256 {ED25519} root@vm (ED25519)\n")
}

fn message(stdout: &str, stderr: &str) -> String {
    format!("Enable succeeded: \n[stdout]\n{stdout}\n[stderr]\n{stderr}")
}

fn v1(message: &str) -> String {
    json!({"value": [{"code": "ProvisioningState/succeeded", "message": message}]}).to_string()
}

fn v2(state: &str, exit: i32, output: &str, error: &str) -> String {
    json!({"name": "fp", "instanceView": {"executionState": state, "exitCode": exit, "output": output, "error": error}})
        .to_string()
}

#[test]
fn fingerprints_are_found_in_every_format_of_a_result() {
    let list = list();
    let message = message(&list, "");
    let view = json!({"executionState": "Succeeded", "exitCode": 0, "output": list, "error": "", "startTime": "2026"});
    let part = json!({"code": "ProvisioningState/succeeded", "level": "Info", "message": message, "time": null});
    let windows = [
        json!({"code": "ComponentStatus/StdOut/succeeded", "message": list.replace('\n', "\r\n")}),
        json!({"code": "ComponentStatus/StdErr/succeeded", "message": ""}),
    ];
    for text in [
        list.clone(),
        message.clone(),
        message.replace('\n', "\r\n"),
        json!(message).to_string(),
        json!([message]).to_string(),
        json!(list).to_string(),
        json!([part]).to_string(),
        part.to_string(),
        format!("WARNING: a new release\n{}", json!({ "value": [part] })),
        format!("\u{feff}{:#}\n", json!({ "value": [part] })),
        json!({"Value": [{"Code": "ProvisioningState/succeeded", "Message": message}], "Status": "Succeeded"})
            .to_string(),
        json!({"status": "Succeeded", "properties": {"output": {"value": [part]}}}).to_string(),
        json!({ "value": windows }).to_string(),
        view.to_string(),
        json!({ "instanceView": view, "source": {"script": "x"} }).to_string(),
        json!({"properties": { "instanceView": view }}).to_string(),
    ] {
        assert_eq!(found(&text).unwrap(), ["ecdsa", "ed25519"], "{text}");
    }
}

/// As knack 0.14, tabulate and PyYAML, which azure-cli prints by, write it.
#[test]
fn fingerprints_are_found_in_what_azure_cli_prints_for_people() {
    let table = format!(
        "Code                         DisplayStatus           Level    Message\n\
         ---------------------------  ----------------------  -------  {rule}\n\
         ProvisioningState/succeeded  Provisioning succeeded  Info     Enable succeeded:\n\
         {gap}[stdout]\n{gap}256 {ECDSA} root@vm (ECDSA)\n\n{gap}[stderr]\n",
        rule = "-".repeat(70),
        gap = " ".repeat(62),
    );
    let view = format!(
        "EndTime                    ExecutionState    ExitCode    Output{gap}  Error    StartTime\n\
         -------------------------  ----------------  ----------  {rule}  -------  ---------\n\
         2026-04-09T22:06:30+00:00  Succeeded         0           256 {ECDSA} root@vm (ECDSA)    su: x    2026\n",
        gap = " ".repeat(65),
        rule = "-".repeat(71),
    );
    let result = format!("Result\n---------\nEnable succeeded:\n[stdout]\n256 {ECDSA} root@vm (ECDSA)\n\n[stderr]\n");
    let tsv = format!(
        "ProvisioningState/succeeded\tProvisioning succeeded\tInfo\tEnable succeeded: \n[stdout]\n\
         256 {ECDSA} root@vm (ECDSA)\n\n[stderr]\n\tNone\n"
    );
    let yaml = format!(
        "value:\n- code: ProvisioningState/succeeded\n  displayStatus: Provisioning succeeded\n  level: Info\n  \
         message: \"Enable succeeded: \\n[stdout]\\n256 {ECDSA}\\\n    \\ root@vm (ECDSA)\\n\\n[stderr]\\n\"\n  time: null\n"
    );
    let yaml_view = format!(
        "instanceView:\n  endTime: '2026-04-09T22:06:30+00:00'\n  error: ''\n  executionMessage: null\n  executionState: \
         Succeeded\n  exitCode: 0\n  output: '256 {ECDSA} key\n    a (ECDSA)\n\n    '\n  startTime: null\nname: fp\n"
    );
    let plain =
        format!("executionState: Succeeded\nexitCode: 0\noutput: 256 {ECDSA} host\n  key a (ECDSA)\nstartTime: 1\n");
    let block = format!("executionState: Succeeded\noutput: |\n  256 {ECDSA} a (ECDSA)\n\n  # end\nstartTime: 1\n");
    let lone = format!("\"Enable succeeded: \\n[stdout]\\n256 {ECDSA}\\\n  \\ root@vm (ECDSA)\\n\\n[stderr]\\n\"\n");
    for text in [table, view, result, tsv, yaml, yaml_view, plain, block, lone] {
        assert_eq!(found(&text).as_deref(), Ok(&["ecdsa".to_owned()][..]), "{text}");
        assert_eq!(trusted(&text).unwrap().keys[0].kinds.len(), 1, "{text}");
    }
}

#[test]
fn fingerprints_are_found_in_what_power_shell_prints() {
    let flat = format!(
        "\nValue[0]        : \n  Code          : ProvisioningState/succeeded\n  Level         : Info\n  DisplayStatus : \
         Provisioning succeeded\n  Message       : Enable succeeded: \n[stdout]\n{}\n[stderr]\n\nStatus          : \
         Succeeded\nCapacity        : 0\nCount           : 0\n\n",
        list()
    );
    let indented = flat.replace("\n[std", "\n                  [std").replace("\n256", "\n                  256");
    // In a narrow window, every line that is wider is broken, wherever that is.
    let windows: Vec<String> = (40..90)
        .map(|width| {
            let broken = |line: &str| {
                let (first, mut rest) = line.split_at(line.len().min(width));
                let mut lines = vec![first.to_owned()];
                while !rest.is_empty() {
                    let (part, after) = rest.split_at(rest.len().min(width - 18));
                    lines.push(format!("{:18}{part}", ""));
                    rest = after;
                }
                lines.join("\n") + "\n"
            };
            indented.lines().map(broken).collect()
        })
        .collect();
    let view = format!(
        "ExecutionState   : Succeeded\nExecutionMessage : \nExitCode         : 0\nOutput           : 256 {ECDSA} x \
         (ECDSA)\n                   256 {ED25519} x (ED25519)\nError            : \nStartTime        : 1\n"
    );
    for text in [&flat, &indented, &view].into_iter().chain(&windows) {
        let found = trusted(text).unwrap();
        assert_eq!(found.keys.iter().map(|key| key.kinds.len()).collect::<Vec<_>>(), [1, 1], "{text}");
        assert!(found.mismatch_notes.is_empty(), "{text}: {:?}", found.mismatch_notes);
        // PowerShell's `>` writes UTF-16.
        let utf16: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(self::found(utf16).unwrap(), ["ecdsa", "ed25519"]);
    }
    for (from, to) in [
        ("Status          : Succeeded", "Status          : Failed"),
        ("ProvisioningState/succeeded", "ProvisioningState/failed/1"),
        ("Enable succeeded", "Enable failed"),
    ] {
        assert!(found(flat.replace(from, to)).unwrap_err().contains("failed"), "{to}");
    }
    assert_eq!(found(view.replace(": 0", ": 3")).unwrap_err(), "the script failed with exit status 3");
}

/// As Format-Table prints it, which truncates text that is wider than the window, and lines of several in its newer format.
#[test]
fn a_table_of_power_shell_gives_its_fingerprint_or_says_that_it_is_cut() {
    let first = "Code                        Level DisplayStatus          Message";
    let rule = "----                        ----- -------------          -------";
    let row = "ProvisioningState/succeeded Info  Provisioning succeeded Enable succeeded: ";
    let gap = " ".repeat(57);
    let whole = format!("{row}\n{gap}[stdout]\n{gap}256 {ED25519} root@vm (ED25519)\n{gap}\n{gap}[stderr]\n");
    assert_eq!(found(format!("\n{first}\n{rule}\n{whole}\n")).unwrap(), ["ed25519"]);
    for cut in ["...", "…"] {
        let error = found(format!("\n{first}\n{rule}\n{row}{cut}\n\n")).unwrap_err();
        assert_eq!(error, "a table that shows only the beginning of Run Command's message");
    }
    let view = "ExecutionState ExitCode Output\n-------------- -------- ------\nSucceeded             0 ";
    assert_eq!(found(format!("\n{view}256 {ECDSA} root@vm (ECDSA)\n\n")).unwrap(), ["ecdsa"]);
    let failed = view.replace("Succeeded", "Failed   ");
    assert_eq!(found(format!("{failed}256 {ECDSA} root@vm (ECDSA)\n")).unwrap_err(), "the script failed");
}

#[test]
fn a_failed_command_is_never_accepted() {
    let list = list();
    let failed = json!({"value": [{"code": "ProvisioningState/failed", "message": message(&list, "")}]}).to_string();
    let half = [
        json!({"code": "ComponentStatus/StdOut/succeeded", "message": list}),
        json!({"code": "ComponentStatus/StdErr/failed", "message": ""}),
    ];
    let table = "ExecutionState    ExitCode    Output\n----------------  ----------  ----------\n";
    for (text, words) in [
        (v1(&message("", &list)), "nothing but errors"),
        (v1(&message("", "")), "the script printed nothing"),
        (v1(&message("hello\n", "")), "at line 1 of the script's output"),
        (v1(&message("This is a sample script\n", "")), "sample script"),
        (v1(&message(&format!("This is a sample script\n{list}"), "")), "sample script"),
        (format!("This is a sample script\n{list}"), "sample script"),
        (v1(&message("256 SHA256:p2QAMX (ECDSA)\n", "")), "the fingerprint is cut short"),
        (v1("something else"), "no output of a script"),
        (v1(&format!("Enable failed: x\n[stdout]\n{list}\n[stderr]\n")), "failed"),
        (format!("Enable failed: x\n[stdout]\n{list}\n[stderr]\n"), "failed"),
        (message("", &list), "nothing but errors"),
        (message("", &format!("[stderr]\n{list}")), "[stderr] twice"),
        (message(&list, "").replace('\n', "\\n"), "written as \\n"),
        (failed, "reports that it failed: ProvisioningState/failed"),
        (json!({ "value": half }).to_string(), "reports that it failed"),
        (json!({"error": {"code": "ResourceNotFound", "message": list}}).to_string(), "failed: ResourceNotFound"),
        (
            json!({"status": "InProgress", "properties": {"output": {"value": [
            {"code": "ProvisioningState/succeeded", "message": message(&list, "")}]}}})
            .to_string(),
            "InProgress",
        ),
        (v2("Failed", 1, &list, ""), "the script failed with exit status 1"),
        (v2("Running", 0, &list, ""), "has not ended yet"),
        (v2("Pending", 0, &list, ""), "has not ended yet"),
        (v2("TimedOut", 0, &list, ""), "ran out of time"),
        (v2("Canceled", 0, &list, ""), "failed: Canceled"),
        (v2("succeeded?", 0, &list, ""), "reports that it failed"),
        (v2("Succeeded", 2, &list, ""), "exit status 2"),
        (v2("Succeeded", 0, "", &list), "nothing but errors"),
        (v2("Succeeded", 0, "", ""), "the script printed nothing"),
        (json!([v2("Succeeded", 0, &list, "")]).to_string() + &v2("Succeeded", 0, &list, ""), "a second JSON value"),
        (format!("[{},{}]", v2("Succeeded", 0, &list, ""), v2("Succeeded", 0, &list, "")), "several results"),
        (
            json!({"source": {"script": "ssh-keygen -lf x"}, "instanceView": null}).to_string(),
            "without what the script",
        ),
        (v1(&message(&list, ""))[..80].to_owned(), "not valid JSON"),
        (format!("{}{list}", v1(&message("", ""))), "a second JSON value"),
        (format!("{}\nx{list}", v1(&message(&list, ""))), "other text after the JSON"),
        (message(&list, "") + &message(&list, ""), "several results"),
        (
            format!(
                "  \"message\": \"{}\",\n\"code\": \"ProvisioningState/failed\"",
                message(&list, "").replace('\n', "\\n")
            ),
            "not one quoted text",
        ),
        (json!({"id": 1, "note": list}).to_string(), "not what"),
        (format!("{table}Failed            1           256 {ECDSA} x (ECDSA)\n"), "exit status 1"),
        (format!("{table}Succeeded         0           \n"), "printed nothing"),
        (format!("2026\t\tNone\tSucceeded\t0\t{list}\t2026\tNone\n"), "columns without names"),
        (format!("executionState: Running\noutput: 256 {ECDSA} (ECDSA)\n"), "has not ended yet"),
        (format!("executionState: Succeeded\nexitCode: 1\noutput: '{list}'\n"), "exit status 1"),
        (format!("executionState: Succeeded\nerror: '{list}'\noutput: ''\n"), "nothing but errors"),
    ] {
        let error = found(&text).unwrap_err();
        assert!(error.contains(words), "{text}: {error}");
    }
}

#[test]
fn a_failed_command_has_a_next_step() {
    for (text, words) in [
        (v1(&message("", "")), "is the VM Linux"),
        (v1(&message("", "Too many arguments.\n")), "reads one file"),
        (v1(&message("", "sh: 1: ssh-keygen: not found\n")), "has no ssh-keygen"),
        (v2("TimedOut", 0, "", ""), "--timeout-in-seconds"),
        (v2("Canceled", 0, "", ""), "run it again"),
        (v2("Succeeded", 2, "", ""), "under error"),
    ] {
        let error = TrustedText::read(&Place { file: "src".into(), line: None }, text.as_bytes(), None).unwrap_err();
        assert!(error.remedy().unwrap().contains(words), "{text}: {error:?}");
    }
}

#[test]
fn a_windows_guest_is_named() {
    let part =
        |stream: &str, text: &str| json!({"code": format!("ComponentStatus/{stream}/succeeded"), "message": text});
    for (stdout, stderr, message, hint) in [
        ("", "", "the script printed nothing", "the guest is Windows"),
        ("", &list(), "the script printed nothing but errors", "the guest is Windows"),
        // A script that found keys knows where they are.
        (
            &list(),
            &list(),
            "fingerprints on the script's standard error, in addition to its output",
            "print the host keys only",
        ),
    ] {
        let text = json!({"value": [part("StdOut", stdout), part("StdErr", stderr)]}).to_string();
        let error = TrustedText::read(&Place { file: "src".into(), line: None }, text.as_bytes(), None).unwrap_err();
        assert_eq!(error.message(), message);
        assert!(error.remedy().unwrap().contains(hint), "{error:?}");
    }
}

#[test]
fn the_first_line_of_an_output_that_may_be_cut_does_not_count() {
    let key = KEY;
    let tail = |whole: String| whole[whole.len() - 4096..].to_owned();
    for first in [
        format!("384 {ECDSA} root@vm (ECDSA)\n"),
        // A line that a cut at the front could turn into a revoked key.
        format!("@revoked vm {key}\n"),
        format!("{key}\n"),
    ] {
        // Wherever within the line the cut is: the remainder of the line never counts.
        for cut in [1, 2, 5, 9, 12] {
            let rest = "#".repeat(4096 - first.len() + cut - 1) + "\n";
            for text in [
                v1(&message(&tail(format!("{first}{rest}")), "")),
                v2("Succeeded", 0, &tail(format!("{first}{rest}")), ""),
            ] {
                let error = found(&text).unwrap_err();
                assert!(error.ends_with(", of which Run Command kept the last 4096 bytes"), "{error}");
            }
            let list = list();
            let rest = "#".repeat(4096 - first.len() - list.len() + cut - 1) + "\n";
            let found = trusted(v1(&message(&tail(format!("{first}{rest}{list}")), ""))).unwrap();
            assert_eq!(found.keys.len(), 2);
            assert!(
                found.mismatch_notes[0].starts_with("src: the output is as long as the most that Run Command returns")
            );
        }
    }
    // A `known_hosts` of one host, with its key under `@revoked` in another line or not.
    for before in ["", "@revoked "] {
        let lines = format!("vm {KEY}\n{before}vm {KEY}\n");
        let text = format!("{lines}#{}\n", "#".repeat(4096 - lines.len() - 2));
        assert!(found(&text).unwrap_err().contains("as long as the most that Run Command returns"), "{before}");
    }
    // One line that fills everything, or only newlines.
    for text in ["x".repeat(4096), "\n".repeat(4095) + "x"] {
        assert!(found(v1(&message(&text, ""))).is_err());
    }
}

#[test]
fn what_the_script_complained_of_beside_its_answer_is_noted() {
    let found = trusted(v1(&message(&list(), "ssh-keygen: x: No such file\n"))).unwrap();
    assert_eq!(found.mismatch_notes, ["src: the script also wrote to its standard error"]);
    assert_eq!(trusted(v1(&message(&list(), ""))).unwrap().mismatch_notes, [""; 0]);
    let md5 = "2048 MD5:27:e2:d6:a0:95:02:e5:79:8f:1f:90:63:cb:d9:d1:27 no comment (RSA)";
    let found = trusted(format!("{}{md5}\n", list())).unwrap();
    assert_eq!(found.mismatch_notes, ["src: MD5 and SHA-1 fingerprints in it do not count"]);
    let found = trusted(v1(&message(&format!("{}{md5}\n", list()), ""))).unwrap();
    assert_eq!(found.mismatch_notes, ["src: MD5 and SHA-1 fingerprints in it do not count"]);
}

#[test]
fn a_text_that_holds_nothing_to_trust_is_named() {
    let key = KEY;
    for (text, words) in [
        (String::new(), "is empty"),
        ("\n \n".to_owned(), "only whitespace"),
        ("1\n".to_owned(), "only a number"),
        ("hello\n".to_owned(), "this line is not a fingerprint"),
        (format!("{}hello\n", list()), "this line is not a fingerprint"),
        (format!("{}256 SHA256:p2QAMX x (RSA)\n", list()), "the fingerprint is cut short"),
        (format!("{}vm {key}\n", list()), "names its hosts"),
        ("# a:22 SSH-2.0-x\n".to_owned(), "nothing but comments"),
        (format!("# a:22 SSH-2.0-x a {key} a {key}\n"), "joined into one"),
        ("ERROR: (Conflict) x\n".to_owned(), "an error of az"),
        (
            format!("{{\"message\": \"Enable succeeded: \\n[stdout]\\n256 {ECDSA} x (ECDSA)\\n\"}}"),
            "the message of Run Command",
        ),
        (format!("<!DOCTYPE html><pre>\n{}", list()), "an HTML page"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n".to_owned(), "a private key"),
        ("PuTTY-User-Key-File-3: ssh-ed25519\n".to_owned(), "a private key"),
        (key[..50].to_owned(), "the host key is cut short"),
        (format!("Accepted publickey for u from h port 1 ssh2: RSA {ECDSA}\n"), "among other words"),
        ("ci-info: | ssh-rsa | aa:bb |\n".to_owned(), "a log without cloud-init's block"),
        ("-----BEGIN SSH HOST KEY FINGERPRINTS-----\n".to_owned(), "cloud-init's block"),
        ("256 MD5:27:e2:d6:a0:95:02:e5:79:8f:1f:90:63:cb:d9:d1:27 a b (ED25519)".to_owned(), "only an MD5"),
        ("2048 27:e2:d6:a0:95:02:e5:79:8f:1f:90:63:cb:d9:d1:27 a b (RSA)".to_owned(), "only an MD5"),
    ] {
        let error = found(&text).unwrap_err();
        assert!(error.contains(words), "{text}: {error}");
    }
}

#[test]
fn lines_give_fingerprints_with_their_types() {
    let found = trusted(format!("256 {ECDSA} root@vm (ECDSA)\r\nECDSA {ECDSA}\n")).unwrap();
    let kinds: Vec<usize> = found.keys.iter().map(|key| key.kinds.len()).collect();
    assert_eq!(kinds, [1, 3]);
    // If all lines are indented alike, they are a copied list; a single one continues the line before.
    let list = list();
    assert_eq!(self::found(format!("  {}", list.trim_end().replace('\n', "\n\n  "))).unwrap(), ["ecdsa", "ed25519"]);
    assert!(self::found(list.replace("\n256", "\n  256")).unwrap_err().contains("is indented"));
}

/// The host is named elsewhere; a list that a VM printed is of others than the VM.
#[test]
fn lines_of_several_hosts_differ_from_those_of_one() {
    const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";
    let place = Place { file: "src".into(), line: None };
    let text = format!("vm,203.0.113.7 {KEY}\r\nother {OTHER}\n");
    assert!(matches!(TrustedText::read(&place, text.as_bytes(), None), Ok(TrustedText::KnownHosts(_))));
    assert!(found(v1(&message(&text, ""))).unwrap_err().contains("the script printed known_hosts lines"));
}

/// Nothing is found, lost or looped over in any part of a text.
#[test]
fn a_text_cut_anywhere_gives_no_other_fingerprint() {
    for text in [v1(&message(&list(), "x")), v2("Succeeded", 0, &list(), ""), list(), message(&list(), "")] {
        for end in 0..text.len() {
            for part in [&text[..end], &text[end..]] {
                let keys = trusted(part).map(|trusted| trusted.keys).unwrap_or_default();
                for key in keys {
                    let name = key.fingerprint.to_string();
                    assert!([ECDSA, ED25519].contains(&name.as_str()), "{part}");
                    let label = if name == ECDSA { "ECDSA" } else { "ED25519" };
                    assert!(key.kinds.iter().all(|kind| kind.label() == label), "{part}");
                }
            }
        }
    }
}

/// Each of these once took quadratic time somewhere; all are read within the limit for a text.
#[test]
fn a_hostile_text_takes_no_long_time() {
    let many = |line: &str| line.repeat(1024 * 1024 / line.len());
    let columns = format!("Output\n{}\nx\n", many("--- "));
    let wrapped = format!("Message   : [stdout]\n{}", many(&format!("{}\n", "x".repeat(80))));
    let lines: String = (0..20_000).map(|n| format!("256 SHA256:{n:042}A x (ED25519)\n")).collect();
    let hosts: String = (0..20_000).map(|n| format!("h{n},h{} {}\n", n + 1, KEY)).collect();
    for text in [columns, wrapped, many("{\"a\":["), many("-----BEGIN SSH HOST KEY KEYS-----\n"), many("\"\\\n"), hosts]
    {
        let _ = found(&text);
    }
    assert_eq!(found(lines).unwrap_err(), "more than 256 fingerprints, which no one host has");
}

/// A result that was copied in part, from its start or to its end, does not count either, unless the part is the bare lines
/// themselves.
#[test]
fn no_part_of_a_refused_text_is_accepted() {
    let errors = format!("oops\n256 {ECDSA} x (ECDSA)\n256 {ED25519} x (ED25519)\n");
    let indented = |column: usize| errors.trim_end().replace('\n', &format!("\n{}", " ".repeat(column)));
    let quoted = errors.replace('\n', "\n\n    ");
    let starts: [(String, &str); 8] = [
        (v1(&message("", &errors)), ""),
        (v2("Failed", 1, "", &errors), ""),
        (serde_json::to_string_pretty(&json!({"error": errors, "executionState": "Failed"})).unwrap(), "error"),
        (message("", &errors), "[stderr]"),
        (format!("instanceView:\n  endTime: x\n  error: 'a\n\n    {quoted}'\n  executionState: Failed\n"), "error"),
        (format!("ExecutionState   : Failed\nExitCode         : 1\nError            : {}\n", indented(19)), "Error"),
        (
            format!(
                "{:72}  ExecutionState\n{}  --------------\n{:72}  Failed\n{}\n",
                "Error",
                "-".repeat(72),
                "oops",
                errors.trim_start_matches("oops\n")
            ),
            "Error",
        ),
        (format!("2026-04-09T22:06:30+00:00\t{errors}\tNone\tFailed\t1\t\t2026\tNone\n"), "2026"),
    ];
    for (text, first) in starts {
        for end in 0..=text.len() {
            assert!(found(&text[..end]).is_err(), "{}", &text[..end]);
        }
        for start in 0..=text.find(first).unwrap() {
            assert!(found(&text[start..]).is_err(), "{}", &text[start..]);
        }
    }
}

#[test]
fn one_argument_is_a_fingerprint_as_people_copy_it_or_a_key() {
    let read = |word: &str| Trusted::of_argument(word).map(|found| found.map(|trusted| trusted.keys[0].fingerprint));
    let digest = ECDSA.trim_start_matches("SHA256:");
    for word in [
        ECDSA,
        digest,
        &format!(" {digest}= "),
        &format!("sha256:{digest}"),
        &format!("{ECDSA}="),
        &format!("RSA {ECDSA}"),
        &format!("`{ECDSA}`."),
        &format!("RSA {digest},"),
    ] {
        assert_eq!(read(word).unwrap().unwrap().to_string(), ECDSA, "{word}");
    }
    assert!(read(KEY).unwrap().is_ok());
    assert!(read("SHA256:x").unwrap().is_err());
    assert!(read(&format!("sha256:{}!", &digest[1..])).is_none_or(|found| found.is_err()));
    for word in ["vm", "fingerprints.txt", "a b", "x".repeat(42).as_str(), "!".repeat(43).as_str()] {
        assert!(read(word).is_none(), "{word}");
    }
}

/// Returns the line of the error of a text.
fn line_of(text: &str) -> Option<usize> {
    let place = Place { file: "src".into(), line: None };
    TrustedText::read(&place, text.as_bytes(), None).unwrap_err().place()?.line
}

#[test]
fn errors_have_line_numbers_of_the_whole_text() {
    assert_eq!(line_of("WARNING: a\nWARNING: b\n{\n\"a\": 1,\n\"a\": 2}\n"), Some(5));
    assert_eq!(line_of("WARNING: a\n\n\n{\n\"a\": 1,\n\"a\": 2}\n"), Some(6));
    assert_eq!(line_of(&format!("\n{{\"host\": \"vm\", \"fingerprint\": \"{ECDSA}\"}}\n{{x\n")), Some(3));
    assert_eq!(line_of(&format!("WARNING: a\n{{\"host\": \"vm\", \"fingerprint\": \"{ECDSA}\"}}\n")), Some(1));
    assert_eq!(line_of(&format!("vm {KEY}\n3:vm {KEY}\n")), Some(2));
    assert_eq!(line_of(&format!("\n3:vm {KEY}\n")), Some(2));
}

#[test]
fn what_diff_and_grep_print_of_known_hosts_is_told() {
    for text in [format!("vm {KEY}\n+vm {KEY}\n"), format!("12:vm {KEY}\n"), format!("-vm {KEY}\n+vm {KEY}\n")] {
        let error = trusted(&text).unwrap_err();
        assert!(error.contains("of a diff, or of a listing"), "{text}: {error}");
    }
    // A message that begins with `-` is not a line of a diff.
    assert!(trusted("-bash: az: command not found\n").unwrap_err().contains("an error of the shell"));
    assert!(trusted(format!("vm {KEY}\nhello\n")).unwrap_err().contains("is not a known_hosts line"));
}

/// Members next to host keys in an object: which are of one host?
#[test]
fn host_keys_that_an_object_gives_to_several_hosts_are_no_answer() {
    let both = |first: &str, second: &str| {
        format!(r#"{{"host_keys": [{{{first}"key": "{KEY}"}}, {{{second}"fingerprint": "256 {ECDSA} x (ECDSA)"}}]}}"#)
    };
    for (first, second) in [
        ("", ""),
        (r#""type": "ssh-ed25519", "#, r#""type": "ECDSA", "#),
        (r#""host": 7, "bits": 256, "#, r#""host": 7, "bits": 384, "#),
        (r#""created_at": "2026-01-01", "#, r#""created_at": "2026-01-02", "#),
    ] {
        assert_eq!(found(both(first, second)).map(|keys| keys.len()), Ok(2), "{first}");
    }
    let of_vm = r#""host": "vm", "#;
    assert_eq!(found(both(of_vm, of_vm)).unwrap_err(), "names its hosts");
    for (first, second) in [
        (r#""host": "vm1", "#, r#""host": "vm2", "#),
        (r#""host": 1, "#, r#""host": 2, "#),
        (r#""value": "vm1", "#, r#""value": "vm2", "#),
    ] {
        assert!(found(both(first, second)).unwrap_err().contains("several hosts"), "{first}");
    }
    let of_type = both(r#""type": "ssh-rsa", "#, "");
    assert!(found(of_type).unwrap_err().contains("type differs from its name"));
    let many: Vec<String> = (0..=MAX_KEYS)
        .map(|number| Fingerprint::of_blob(common::key::Hash::Sha256, &number.to_be_bytes()).to_string())
        .collect();
    assert!(found(json!({"host_fingerprints": many[1..]}).to_string()).unwrap_err().contains("without a type"));
    assert!(found(json!({ "host_fingerprints": many }).to_string()).unwrap_err().contains("more than"));
}

#[test]
fn host_keys_in_a_document_are_its_hosts_own_or_no_answer() {
    let block = "-----BEGIN SSH HOST KEY KEYS-----\nKEY\n-----END SSH HOST KEY KEYS-----\n"
        .replace("KEY\n", &format!("{KEY}\n"));
    let console = json!({"instanceid": "i-1", "output": BASE64.encode(&block)});
    assert_eq!(found(console.to_string()).map(|keys| keys.len()), Ok(1));
    let meta = |more: &str| json!({"ssh_key_fingerprints": {"sha256_ecdsa": ECDSA.trim_start_matches("SHA256:")}, "ssh_keys": [], more: [KEY]});
    assert_eq!(found(meta("ssh_keys").to_string()).map(|keys| keys.len()), Ok(2));
    let two = |first: &str, second: &str| json!({"vms": {"value": [{"host_keys": [first]}, {"host_keys": [second]}], "type": "x", "sensitive": false}});
    for (document, words) in [
        (json!({ "x": console }), "not what hostfp"),
        (json!({"x": {"console": block}}), "not what hostfp"),
        (json!({"x": {"console": block}, "y": {"console": block}}), "several places"),
        (json!({"admin": {"keys": [KEY]}}), "users' keys"),
        (json!({"ssh_host_ed25519_key_private": KEY}), "users' keys"),
        (
            json!({"host_fingerprints": ["2048 MD5:27:e2:d6:a0:95:02:e5:79:8f:1f:90:63:cb:d9:d1:27 x (RSA)"]}),
            "only an MD5",
        ),
        (json!({"host_key_md5": "27:e2:d6:a0:95:02:e5:79:8f:1f:90:63:cb:d9:d1:27"}), "only an MD5"),
        (json!({"ssh_keys": [KEY]}), "with a key at"),
        (meta("other_keys"), "do not say whose they are"),
        (two(KEY, &format!("256 {ECDSA} x (ECDSA)")), "several places"),
    ] {
        let error = found(document.to_string()).unwrap_err();
        assert!(error.contains(words), "{document}: {error}");
    }
}

#[test]
fn records_without_a_name_come_with_a_note_on_whose_they_may_be() {
    let found = trusted(format!("4 2 {}\n", "aa".repeat(32))).unwrap();
    assert_eq!(found.notes, [format!("src: {}", sshfp::Records::note())]);
    assert!(!found.notes[0].ends_with(": "));
}

#[test]
fn objects_begin_with_a_brace_or_a_list_of_one() {
    for text in ["{\"a\"", " \n{", "[{", " [ \n{"] {
        assert!(looks_like_objects(text.as_bytes()), "{text}");
    }
    for text in ["", "[", "[[{", "x{", "\"{"] {
        assert!(!looks_like_objects(text.as_bytes()), "{text}");
    }
}
