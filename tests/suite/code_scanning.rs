//! Tests keycheck's findings in the formats of services that show them next to the lines of a repository.

use serde_json::Value;
use support::{Sandbox, needs, peers};

use crate::key_fixtures::sample_keys;

/// Validates the document on standard input by the schema in its argument.
const JUDGE: &str = "
import json, sys, jsonschema
judge = jsonschema.Draft7Validator(json.load(open(sys.argv[1])), format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)
for error in judge.iter_errors(json.load(sys.stdin)):
    print(list(error.path), error.message)
";

/// The errors in a SARIF document by the schema of OASIS.
fn faults(sandbox: &Sandbox, document: &str) -> String {
    let schema = peers::SARIF_SCHEMA.find().unwrap();
    let python = peers::JSON_SCHEMA.find().unwrap();
    sandbox.run_with(python, ["-c".as_ref(), JUDGE.as_ref(), schema.as_os_str()], document).good()
}

/// Keys with findings of each severity, with findings about other keys, a key without findings, and text that is not a
/// key.
fn repository() -> Sandbox {
    let sandbox = Sandbox::new();
    for (file, key) in
        [("keys/old.pub", "rsa1024.pub"), ("keys/a b,c:%.pub", "ecdsa256.pub"), ("id_ed25519", "ed25519")]
    {
        sandbox.write(file, sample_keys().read(key));
    }
    #[cfg(unix)]
    let _ = sandbox.shell("chmod 600 id_ed25519").good();
    sandbox.write(
        "authorized_keys",
        format!("{}{}garbage\n", sample_keys().read("rsa1024.pub"), sample_keys().read("rsa2048.pub")),
    );
    sandbox
}

/// File, line, level and check of each finding that keycheck prints as text.
fn as_text(sandbox: &Sandbox, arguments: &[&str]) -> Vec<(String, u64, String, String)> {
    let text = sandbox.run("keycheck", arguments).stdout;
    let finding = |line: &str| {
        let severity = ["error", "warning", "note"].into_iter().find(|word| line.contains(&format!(": {word}: ")))?;
        let (place, rest) = line.split_once(&format!(": {severity}: "))?;
        let (file, number) = place.rsplit_once(':')?;
        Some((file.to_owned(), number.parse().ok()?, severity.to_owned(), rest.split(':').next()?.to_owned()))
    };
    text.lines().filter_map(finding).collect()
}

#[test]
fn a_document_of_sarif_holds_what_the_report_says_and_is_valid() {
    needs!(SSH_KEYGEN, JSON_SCHEMA, SARIF_SCHEMA);
    let sandbox = repository();
    for arguments in [&["-r", "."][..], &["-rq", "--strict", "."], &["authorized_keys", "missing"], &["id_ed25519"]] {
        let outcome = sandbox.run("keycheck", ["--sarif"].iter().chain(arguments));
        let text = sandbox.run("keycheck", arguments);
        assert_eq!(outcome.status, text.status);
        assert_eq!(faults(&sandbox, &outcome.stdout), "", "{arguments:?}");
        let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let run = &document["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let results = run["results"].as_array().unwrap();
        let mut found = Vec::new();
        let mut without_key = 0;
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            let place = &result["locations"][0]["physicalLocation"];
            let file = place["artifactLocation"]["uri"].as_str().unwrap();
            let word = |field: &str| result[field].as_str().unwrap().to_owned();
            if word("ruleId") == "no-key" {
                without_key += 1;
                continue;
            }
            let fingerprint = result["partialFingerprints"]["sshKey/v1"].as_str().unwrap();
            assert!(result["message"]["text"].as_str().unwrap().ends_with(&format!(" {fingerprint})")), "{result}");
            let file = file.replace("%20", " ").replace("%2C", ",").replace("%3A", ":").replace("%25", "%");
            found.push((file, place["region"]["startLine"].as_u64().unwrap(), word("level"), word("ruleId")));
        }
        assert_eq!(found, as_text(&sandbox, arguments), "{arguments:?}");
        assert_eq!(without_key, text.stderr.matches("no key in this line").count());
        let invocation = &run["invocations"][0];
        assert_eq!(invocation["exitCode"].as_i64(), outcome.status.map(i64::from));
        let errors = invocation["toolExecutionNotifications"].as_array().unwrap();
        assert_eq!(errors.len(), text.stderr.matches("missing: cannot read").count());
        assert_eq!(invocation["executionSuccessful"], errors.is_empty());
    }
    let document: Value = serde_json::from_str(&sandbox.run("keycheck", ["-r", "--sarif", "."]).stdout).unwrap();
    let results = document["runs"][0]["results"].as_array().unwrap();
    let duplicate = results.iter().find(|result| result["ruleId"] == "duplicate").unwrap();
    let other = &duplicate["relatedLocations"][0]["physicalLocation"];
    assert_eq!(
        (other["artifactLocation"]["uri"].as_str(), other["region"]["startLine"].as_u64()),
        (Some("authorized_keys"), Some(1))
    );
}

/// The document is valid without keys, and for a key from standard input.
#[test]
fn a_document_without_results_is_valid() {
    needs!(SSH_KEYGEN, JSON_SCHEMA, SARIF_SCHEMA);
    let sandbox = Sandbox::new();
    sandbox.write("empty/empty", "");
    for (arguments, input) in
        [(&["-r", "empty"][..], ""), (&[], "no key\n"), (&["-"], "ssh-rsa AAAA\u{1b}[31m\u{202e}\n")]
    {
        let outcome = sandbox.run_with("keycheck", ["--sarif"].iter().chain(arguments), input);
        assert_eq!(faults(&sandbox, &outcome.stdout), "", "{outcome:?}");
        assert!(!outcome.stdout.contains(['\u{1b}', '\u{202e}']));
    }
}

#[test]
fn annotations_of_github_hold_what_the_report_says() {
    needs!(SSH_KEYGEN);
    let sandbox = repository();
    let outcome = sandbox.run("keycheck", ["-r", "--github", "."]);
    assert_eq!(outcome.status, Some(1));
    let (mut found, mut without_key) = (Vec::new(), Vec::new());
    for line in outcome.stdout.lines() {
        let (command, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (level, properties) = command.split_once(' ').unwrap();
        let decoded = |text: &str| text.replace("%3A", ":").replace("%2C", ",").replace("%25", "%");
        let property = |name: &str| {
            let value = properties.split(',').find_map(|property| property.strip_prefix(&format!("{name}=")));
            decoded(value.unwrap_or_else(|| panic!("{line}")))
        };
        let level = if level == "notice" { "note" } else { level };
        if property("title") == "no-key" {
            without_key.push(format!("{}:{}: {message}", property("file"), property("line")));
            continue;
        }
        found.push((property("file"), property("line").parse().unwrap(), level.to_owned(), property("title")));
    }
    assert_eq!(found, as_text(&sandbox, &["-r", "."]));
    assert_eq!(without_key, ["authorized_keys:3: no key in this line"]);
    // The messages for people are on standard error.
    assert!(outcome.stderr.starts_with("keycheck: total: 5 keys in 4 files: 2 pass, 3 fail"), "{outcome:?}");
}

#[test]
fn one_format_is_chosen() {
    let sandbox = Sandbox::new();
    for options in [["--json", "--sarif"], ["--sarif", "--github"], ["--github", "--json"]] {
        let words = sandbox.run_with("keycheck", options, "").fails(2);
        assert_eq!(words, "keycheck: --json, --sarif and --github are mutually exclusive\n");
    }
}
