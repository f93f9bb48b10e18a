use serde_json::json;

use super::*;

const LINE: &str = "256 SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM x (ECDSA)\n";

/// Records with their names and values.
type Records<'a> = &'a [&'a [(&'a str, &'a str)]];

/// The output, or the reason why it does not count.
type Examined = Option<Result<String, String>>;

fn text_or_message(result: Option<Result<Stdout, Error>>) -> Examined {
    result.map(|result| result.map(|stdout| stdout.text).map_err(|error| error.message().to_owned()))
}

fn examined(records: Records<'_>, kept: Kept) -> Examined {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let records: Vec<Record> = records.iter().map(|record| record.iter().map(owned).collect()).collect();
    text_or_message(examine(&records, kept))
}

#[test]
fn other_programs_say_that_a_command_ended_well_by_all_their_members() {
    let aws = |status: &str, details: &str, code: i32| json!({"standardoutputcontent": LINE, "status": status, "statusdetails": details, "responsecode": code});
    for (value, ends_well) in [
        (aws("Success", "Success", 0), true),
        (aws("Success", "", 0), true),
        (aws("InProgress", "", 0), false),
        (aws("Success", "Failed", 0), false),
        (aws("Success", "Success", 1), false),
        (json!({"stdout": LINE, "rc": 0}), true),
        (json!({"stdout": LINE, "rc": 0, "failed": false}), true),
        (json!({"stdout": LINE, "rc": 1}), false),
        (json!({"stdout": LINE, "rc": 0, "failed": true}), false),
        (json!({"stdout": LINE, "rc": 0, "unreachable": true}), false),
        (json!({"stdout": LINE, "rc": 0, "skipped": true}), false),
        (json!({"out-data": LINE, "exitcode": 0, "exited": 1}), true),
        (json!({"out-data": LINE, "exitcode": 0, "exited": 1, "err-data": "", "out-truncated": 0}), true),
        (json!({"out-data": LINE, "exitcode": 1, "exited": 1}), false),
        (json!({"out-data": LINE, "exitcode": 0, "exited": 0}), false),
        (json!({"out-data": LINE, "exitcode": "0", "exited": 1}), false),
        (json!({"out-data": LINE, "exitcode": 0, "exited": 1, "signal": 9}), false),
        (json!({"out-data": LINE, "exitcode": 0, "exited": 1, "out-truncated": 1}), false),
        (
            json!({"stdout": LINE, "rc": 0, "cmd": "ssh-keygen -lf /etc/ssh/ssh_host_rsa_key.pub", "_ansible_no_log": false}),
            true,
        ),
        (json!({"stdout": LINE, "rc": 0, "_ansible_delegated_vars": {"ansible_host": "other"}}), false),
        (json!({"stdout": LINE, "rc": 0, "cmd": ["ssh-keygen", "-lf", "/root/.ssh/id_rsa.pub"]}), false),
        (json!({"stdout": LINE, "rc": 0, "cmd": "cat ~/.ssh/authorized_keys"}), false),
        (json!({"stdout": LINE, "rc": 0, "cmd": "cd /etc/ssh && cat *.pub"}), true),
        (json!({"stdout": LINE, "rc": 0, "cmd": ["/usr/local/bin/hostfp"]}), true),
        (json!({"stdout": LINE, "rc": 0, "cmd": crate::script::run_command()}), true),
        (json!({"stdout": LINE, "rc": 0, "cmd": null}), true),
        (json!({"stdout": LINE, "rc": 0, "cmd": 7}), false),
        (json!({"stdout": LINE, "rc": 0, "cmd": ["ssh-keygen", "-lf", "id_ed25519.pub"]}), false),
        (json!({"stdout": LINE, "rc": 0, "cmd": "ssh-add -l"}), false),
        (json!({"stdout": LINE, "rc": 0, "cmd": "cat /home/bob/ssh_host_rsa_key.pub"}), false),
        (json!({"stdout": LINE, "rc": 0, "cmd": "docker exec a cat /etc/ssh/ssh_host_rsa_key.pub"}), false),
        (json!({"stdout": LINE, "rc": 0, "cmd": "ssh vm 'cat /etc/ssh/ssh_host_rsa_key.pub'"}), false),
        (json!({"stdout": LINE, "rc": 0, "user": "x"}), false),
        (json!({"stdout": LINE, "rc": 0, "_ansible_delegated_host": "vm2"}), false),
        (json!({"stdout": LINE, "rc": 0, "_ansible_item_label": "vm2"}), true),
        (json!({"stdout": LINE, "rc": 0, "invocation": {"module_args": {"_raw_params": "ssh-keyscan vm2"}}}), false),
        (
            json!({"stdout": LINE, "rc": 0, "invocation": {"module_args": {"_raw_params": "hostfp", "chdir": "/home/a"}}}),
            false,
        ),
        (
            json!({"stdout": LINE, "rc": 0, "cmd": "hostfp", "invocation": {"module_args": {"_raw_params": "hostfp",
                "_uses_shell": true, "argv": null, "chdir": "/etc/ssh", "executable": "/bin/bash", "stdin": null}}}),
            true,
        ),
    ] {
        assert_eq!(in_json(&value).unwrap().is_ok(), ends_well, "{value}");
    }
}

#[test]
fn errors_of_other_programs_are_not_results() {
    for text in ["error: x\n", "\nerror: x\nerror: Disconnected from qemu:///system\n\n"] {
        assert!(in_text(text).is_none(), "{text}");
    }
    assert!(in_text("error: x\noutput: y\n").is_some());
}

#[test]
fn a_document_is_known_by_several_members() {
    for value in [
        json!({"stdout": LINE}),
        json!({"rc": 0}),
        json!({"source": {"script": "x"}}),
        json!({"provisioningstate": "Succeeded"}),
        json!({"name": "x"}),
        json!({"out-data": LINE, "exitcode": 0}),
        json!({"out-data": LINE, "exited": 1}),
        json!({"exitcode": 0, "exited": 1}),
        json!({"out-data": LINE, "exitcode": 0, "exited": true}),
    ] {
        assert!(in_json(&value).is_none(), "{value}");
    }
    for name in ["instanceview", "provisioningstate"] {
        let mut value = json!({"source": {"script": "x"}});
        value[name] = json!(null);
        assert_eq!(
            text_or_message(in_json(&value)),
            Some(Err("Run Command's JSON without what the script printed".to_owned())),
            "{value}"
        );
    }
}

#[test]
fn a_view_says_how_the_script_ended() {
    const VIEW: [(&str, &str); 2] = [("executionstate", "Succeeded"), ("output", LINE)];
    for (more, words) in [
        (("exitcode", "0"), ""),
        (("exitcode", "3"), "the script failed with exit status 3"),
        (("exitcode", ""), "the script has no exit code"),
        (("exitcode", "x"), "the script's exit code is not a number"),
        (("executionmessage", "Execution completed"), ""),
        (("executionmessage", "Execution Failed: x"), "Run Command reports that it failed"),
        (("displaystatus", "Provisioning succeeded"), ""),
        (("displaystatus", "Provisioning failed"), "Run Command reports that it failed"),
        (("message", ""), ""),
    ] {
        match examined(&[&[VIEW.as_slice(), &[more]].concat()], Kept::Exactly).unwrap() {
            Ok(text) => assert_eq!((text.as_str(), words), (LINE, ""), "{more:?}"),
            Err(error) => assert!(!words.is_empty() && error.starts_with(words), "{more:?}: {error}"),
        }
    }
    let part = [("code", "ProvisioningState/succeeded"), ("message", "x")];
    for other in [&VIEW, &part] {
        let error = examined(&[&VIEW, other], Kept::Exactly).unwrap().unwrap_err();
        assert!(error.contains("several results"), "{other:?}: {error}");
    }
}

#[test]
fn a_message_is_known_by_its_code_or_by_the_agents_words() {
    let message = format!("Enable succeeded: \n[stdout]\n{LINE}\n[stderr]\n");
    let streams = format!("[stdout]\n{LINE}\n[stderr]\n");
    let part = [("code", "ProvisioningState/succeeded"), ("message", message.as_str())];
    let empty = [("code", "ProvisioningState/succeeded"), ("message", "")];
    let state = [("code", "PowerState/running"), ("message", "")];
    let ok = || Some(Ok(LINE.to_owned()));
    let failure = |message: &str| Some(Err(message.to_owned()));
    let no_output = "holds no output of a script";
    let records: [(Records<'_>, Examined); 9] = [
        (&[&part], ok()),
        (&[&state, &part], ok()),
        (&[&state], failure(power_state().message())),
        (&[&state, &empty], failure(power_state().message())),
        (&[&empty], failure(no_output)),
        (&[&[("message", message.as_str())]], ok()),
        (&[&[("message", message.as_str()), ("subject", "")]], None),
        (&[&[("message", streams.as_str())]], None),
        (&[&[("code", "x"), ("message", message.as_str())]], None),
    ];
    for (records, expected) in records {
        assert_eq!(examined(records, Kept::Exactly), expected, "{records:?}");
    }
}

#[test]
fn a_table_that_lacks_the_output_is_named() {
    let code = [("code", "ProvisioningState/succeeded")];
    let without_output = Some(Err(table_without_result().message().to_owned()));
    assert_eq!(examined(&[&code], Kept::InRows(80)), without_output);
    assert_eq!(examined(&[&code], Kept::InLines(80)), without_output);
    assert_eq!(examined(&[&code], Kept::Exactly), None);
    assert_eq!(examined(&[&[("code", "x")]], Kept::InRows(80)), None);
}

#[test]
fn a_state_of_success_may_be_cut_after_its_first_letters() {
    for (state, is_success) in [
        ("Provisioning succeeded", true),
        ("Provisioning succ...", true),
        ("Provisioning s…", true),
        ("Provisioning ...", false),
        ("Provisioning…", false),
        ("Pro...", false),
        ("Provisioning failed...", false),
        ("Provisioning succ", false),
    ] {
        assert_eq!(state::displays_success(state), is_success, "{state}");
    }
}

#[test]
fn only_a_code_is_repeated_in_a_message() {
    let (longest, longer) = ("x".repeat(79), "x".repeat(80));
    for (code, is_shown) in [
        ("ProvisioningState/failed/1", true),
        (longest.as_str(), true),
        (longer.as_str(), false),
        ("a b", false),
        ("", false),
    ] {
        let expected = if is_shown { format!(": {code}") } else { String::new() };
        assert_eq!(state::failed(code).message(), format!("Run Command reports that it failed{expected}"));
    }
}

#[test]
fn an_output_is_as_long_as_its_lines_were_with_their_spaces() {
    let text = "x\n".repeat(10);
    let is_cut = |kept: Kept| output(&text, "", kept).map(|stdout| stdout.is_cut).ok();
    assert_eq!(is_cut(Kept::InLines(383)), Some(false));
    assert_eq!(is_cut(Kept::InLines(384)), Some(true));
    assert_eq!(is_cut(Kept::InRows(383)), Some(false));
    assert_eq!(is_cut(Kept::InRows(384)), None);
    assert_eq!(is_cut(Kept::Exactly), Some(false));
}

#[test]
fn columns_without_names_are_known_by_a_time_or_a_state() {
    for (text, is_one) in [
        ("2026-04-09T22:06:30+00:00\tx\n", true),
        ("x\tSucceeded\n", true),
        ("a\tb\n", false),
        ("2026-04-09 22:06\tx\n", false),
    ] {
        assert_eq!(in_text(text).is_some(), is_one, "{text}");
    }
}
