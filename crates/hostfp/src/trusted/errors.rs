//! Errors of the programs that people ask for fingerprints: azure-cli, PowerShell, AWS, Google Cloud, OpenStack, a shell.

use common::error::Error;

/// Programs whose messages begin with their names.
const PROGRAMS: [&str; 7] = ["ssh-keyscan", "ssh-keygen", "ssh", "hostfp", "pubfp", "keycheck", "curl"];

/// What an error of a program, which stands where its output should, is, and what to do about it.
pub(super) fn of_program(text: &str) -> Option<Error> {
    // PowerShell colours its errors.
    let first = without_colours(text.lines().next().unwrap_or_default());
    let what = program(&first, text)?;
    Some(Error::failure(format!("an error of {what}, not its output")).hint(remedy(text)))
}

fn without_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}

fn program(first: &str, text: &str) -> Option<String> {
    let begins = |starts: &[&str]| starts.iter().any(|start| first.starts_with(start));
    if begins(&["ERROR: (gcloud."]) {
        return Some("gcloud".to_owned());
    }
    // PowerShell shows what another program writes to standard error as `az : …`.
    if begins(&["ERROR: ", "az: error:", "az : ", "az: '", "The command failed with an unexpected error"]) {
        return Some("az".to_owned());
    }
    if begins(&["An error occurred (", "Unable to locate credentials", "aws: error:", "usage: aws ", "aws: [ERROR]"]) {
        return Some("aws".to_owned());
    }
    if begins(&["Missing value auth-url", "No server with a name or ID", "openstack: "]) {
        return Some("openstack".to_owned());
    }
    if first.contains(" | FAILED") || first.contains(" | UNREACHABLE!") {
        return Some("Ansible".to_owned());
    }
    if begins(&["getaddrinfo ", "write ("]) {
        return Some("ssh-keyscan".to_owned());
    }
    if let Some(program) =
        PROGRAMS.iter().find(|name| first.strip_prefix(**name).is_some_and(|rest| rest.starts_with(": ")))
    {
        return Some((*program).to_owned());
    }
    // `Invoke-AzVMRunCommand : …`: a command is a verb and a noun.
    if let Some((command, _)) = first.split_once(':') {
        let command = command.trim_end();
        let is_command = command.split_once('-').is_some_and(|(verb, noun)| {
            let is_word = |word: &str| word.starts_with(|first: char| first.is_ascii_uppercase());
            is_word(verb) && is_word(noun) && noun.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        if is_command {
            return Some(command.to_owned());
        }
    }
    if text.contains("+ CategoryInfo ") || text.contains("FullyQualifiedErrorId") || first.starts_with("ParserError:") {
        return Some("PowerShell".to_owned());
    }
    let is_of_shell = first.contains(": command not found") || first.ends_with(": not found");
    is_of_shell.then(|| "the shell".to_owned())
}

fn remedy(text: &str) -> &'static str {
    const REMEDIES: [(&str, &str); 9] = [
        ("boot diagnostics", "turn it on: az vm boot-diagnostics enable"),
        ("OS type", "the guest is Linux: use the command RunShellScript"),
        ("to be running", "start the VM: az vm start"),
        ("az login", "log in: az login"),
        ("Connect-AzAccount", "log in: Connect-AzAccount"),
        ("locate credentials", "log in: aws configure, or aws sso login"),
        ("gcloud auth login", "log in: gcloud auth login"),
        ("is not recognized", "is the program installed, and the name right?"),
        ("not found", "is the program installed, and the name right?"),
    ];
    let found = REMEDIES.iter().find(|(words, _)| text.contains(words));
    found.map_or("see what it says, and run it again", |(_, remedy)| remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_by_their_programs() {
        for (text, program) in [
            ("ERROR: Please enable boot diagnostics.", "az"),
            ("az : ERROR: Please run 'az login' to setup account.\n    + CategoryInfo", "az"),
            ("ERROR: (gcloud.compute.instances.get-serial-port-output) x", "gcloud"),
            ("An error occurred (InvalidInstanceID.NotFound) when calling x", "aws"),
            ("Invoke-AzVMRunCommand: Run command OS type 'Windows' x", "Invoke-AzVMRunCommand"),
            ("Get-AzVMBootDiagnosticsData : x", "Get-AzVMBootDiagnosticsData"),
            ("\u{1b}[31;1mInvoke-AzVMRunCommand: \u{1b}[31;1mx\u{1b}[0m", "Invoke-AzVMRunCommand"),
            ("vm | UNREACHABLE! => {", "Ansible"),
            ("ssh-keyscan: connect: x", "ssh-keyscan"),
            ("getaddrinfo x: y", "ssh-keyscan"),
            ("bash: az: command not found", "the shell"),
            ("The term 'az' is not recognized\n+ CategoryInfo : x", "PowerShell"),
        ] {
            let error = of_program(text).unwrap();
            assert_eq!(error.message(), format!("an error of {program}, not its output"), "{text}");
        }
        for text in ["hello", "256 x (ECDSA)", "vm-a: x", "Nov 29 x", ""] {
            assert!(of_program(text).is_none(), "{text}");
        }
    }
}
