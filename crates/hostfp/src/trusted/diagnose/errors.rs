//! Recognises errors of the programs that people ask for fingerprints: azure-cli, PowerShell, AWS, Google Cloud, OpenStack, a
//! shell.

use common::error::Error;

use crate::trusted::grammar::line::is_fingerprint_or_key;

/// Programs whose messages begin with their names.
const PROGRAMS: [&str; 10] =
    ["ssh-keyscan", "ssh-keygen", "ssh", "hostfp", "pubfp", "keycheck", "curl", "hcloud", "cat", "sudo"];

/// The beginnings of messages, and their programs; the first match counts.
const BY_START: [(&str, &str); 32] = [
    ("ERROR: (gcloud.", "gcloud"),
    ("ERROR: ", "az"),
    ("(ResourceNotFound) ", "az"),
    ("az: error:", "az"),
    // PowerShell shows another program's standard error as `az : …`.
    ("az : ", "az"),
    ("az: '", "az"),
    ("The command failed with an unexpected error", "az"),
    ("An error occurred (", "aws"),
    ("Unable to locate credentials", "aws"),
    ("aws: error:", "aws"),
    ("usage: aws ", "aws"),
    ("aws: [ERROR]", "aws"),
    ("Missing value auth-url", "openstack"),
    ("No server with a name or ID", "openstack"),
    ("openstack: ", "openstack"),
    ("Guest does not have a console available", "openstack"),
    ("getaddrinfo ", "ssh-keyscan"),
    ("write (", "ssh-keyscan"),
    ("QEMU guest agent is not running", "qm"),
    ("To sign in, use a web browser", "az"),
    ("The command requires the extension", "az"),
    ("Error from server (", "kubectl"),
    ("ServiceError:", "oci"),
    ("\u{2577}", "terraform"),
    ("\u{2502} Error:", "terraform"),
    ("Error: GET https://api.digitalocean.com/", "doctl"),
    ("connect to address ", "ssh-keyscan"),
    ("Run Connect-AzAccount to login", "PowerShell"),
    (";; connection timed out; no servers could be reached", "dig"),
    (";; communications error to ", "dig"),
    ("[WARNING]: No hosts matched", "Ansible"),
    ("[WARNING]: provided hosts list is empty", "Ansible"),
];

/// The ends of messages, and their programs.
const BY_END: [(&str, &str); 9] = [
    (".pub: No such file or directory", "ssh-keygen"),
    (" is not a public key file.", "ssh-keygen"),
    (": Permission denied", "ssh-keygen"),
    ("Permission denied (publickey).", "ssh"),
    (": Connection closed by remote host", "ssh-keyscan"),
    (": Connection refused", "ssh-keyscan"),
    (": Connection timed out", "ssh-keyscan"),
    (": No route to host", "ssh-keyscan"),
    ("' is not recognized as an internal or external command,", "the shell"),
];

/// The beginnings of messages of many programs.
const OF_MANY: [(&str, &str); 2] = [("error: ", "virsh, kubectl or another program"), ("Error: ", "a program")];

/// Reports an error of a program, which is in place of its output, and what to do about it.
pub(crate) fn of_program(text: &str) -> Option<Error> {
    // PowerShell colours its errors.
    let first = without_colours(text.lines().next().unwrap_or_default());
    if first.starts_with("az : WARNING: ") && !text.lines().any(|line| line.contains("ERROR: ")) {
        return Some(
            Error::failure("a warning of az before its output, which PowerShell 5.1 writes as if it were an error")
                .hint("leave out 2>&1, or have az be silent: --only-show-errors"),
        );
    }
    let what = program(&first, text)?;
    // What another program printed before it failed may be incomplete.
    if matches!(&*what, "ssh-keygen" | "cat") && text.lines().any(is_fingerprint_or_key) {
        let message = format!("an error of {what} before lines of host keys");
        return Some(Error::failure(message).hint("keep standard output only: leave out 2>&1"));
    }
    Some(Error::failure(format!("an error of {what}, not its output")).hint(remedy(text)))
}

fn without_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}

/// Returns the program whose error begins with this line.
fn program(first: &str, text: &str) -> Option<String> {
    let line = first.trim_end();
    let named = |found: Option<&(&str, &str)>| found.map(|(_, name)| (*name).to_owned());
    let by_start = |table: &[(&str, &str)]| named(table.iter().find(|(start, _)| line.starts_with(start)));
    let by_end = || named(BY_END.iter().find(|(end, _)| line.ends_with(end)));
    let is_of_shell = first.contains(": command not found") || first.ends_with(": not found");
    by_start(&BY_START)
        .or_else(|| by_shape(first, text))
        .or_else(by_end)
        .or_else(|| by_start(&OF_MANY))
        .or_else(|| is_of_shell.then(|| "the shell".to_owned()))
}

/// Returns the program of an error that is recognised by more than its beginning.
fn by_shape(first: &str, text: &str) -> Option<String> {
    // `(Conflict) …`, then its parts on lines of their own.
    if first.starts_with('(') && text.lines().any(|line| line.starts_with("Code: ")) {
        return Some("az".to_owned());
    }
    if first.contains(" | FAILED") || first.contains(" | UNREACHABLE!") {
        return Some("Ansible".to_owned());
    }
    let is_named = |name: &&str| first.strip_prefix(name).is_some_and(|rest| rest.starts_with(": "));
    if let Some(program) = PROGRAMS.into_iter().find(is_named) {
        return Some(program.to_owned());
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
    let text = text.trim_start_matches('\u{feff}');
    (text.starts_with("<?xml") && text.contains("<Error><Code>")).then(|| "Azure Storage".to_owned())
}

fn remedy(text: &str) -> &'static str {
    const REMEDIES: [(&str, &str); 40] = [
        ("boot diagnostics", "turn it on: az vm boot-diagnostics enable"),
        ("\\ProgramData\\ssh\\", "list the keys that are there: dir C:\\ProgramData\\ssh\\*.pub"),
        ("AuthorizationFailed", "ask for a role that may run commands on the VM, such as Virtual Machine Contributor"),
        (
            "VMAgentStatusCommunicationError",
            "is the VM's agent running, such as walinuxagent? else use the serial console",
        ),
        ("execution is in progress", "wait until the command that is running on the VM has ended"),
        (
            "Guest Attribute' was not found",
            "the VM writes its host keys if its metadata has enable-guest-attributes=TRUE when it starts",
        ),
        ("ResourceNotFound", "check the VM's name, its resource group (-g) and the subscription: az account show"),
        ("ResourceGroupNotFound", "check the resource group (-g) and the subscription: az account show"),
        ("uest agent is not", "install qemu-guest-agent on the VM and start it, or use the console"),
        ("failed to get domain", "does the name exist? virsh list --all"),
        ("latest console", "leave out --latest, which instances before the Nitro system do not have"),
        ("InvalidInstanceID", "check the instance's ID and the region: --region"),
        ("arguments are required", "add the missing ones, such as -g GROUP and -n VM"),
        ("container not found", "check the pod's and the container's name"),
        ("UNREACHABLE!", "can Ansible reach the VM? its message says why not"),
        ("No hosts matched", "name a host of the inventory: ansible-inventory --list"),
        ("hosts list is empty", "give the inventory that has the host: -i FILE"),
        ("no servers could be reached", "does the name server answer? dig @SERVER VM SSHFP asks another"),
        ("No such file or directory", "list the keys that are there: ls /etc/ssh/ssh_host_*_key.pub"),
        ("Warning: No outputs found", "define an output in the configuration, and run terraform apply"),
        ("Name or service not known", "is the host's name right?"),
        ("OS type", "the guest is Linux: use the command RunShellScript"),
        ("to be running", "start the VM: az vm start"),
        ("az login", "log in: az login"),
        ("Connect-AzAccount", "log in: Connect-AzAccount"),
        ("locate credentials", "log in: aws configure, or aws sso login"),
        ("gcloud auth login", "log in: gcloud auth login"),
        ("To sign in, use", "log in: az login"),
        ("requires the extension", "install it: az extension add --name NAME"),
        ("<Error><Code>", "the address has expired, or names no log: az vm boot-diagnostics get-boot-log"),
        ("Error: Output ", "name an output that is there: terraform output -json lists them"),
        (": 401 ", "log in to the cloud, and run it again"),
        ("NotAuthorizedOrNotFound", "does the name exist, and may you see it?"),
        (": Permission denied", "run it as root, such as with sudo"),
        ("is not a public key file", "name a file of a host key, such as /etc/ssh/ssh_host_ed25519_key.pub"),
        ("(NotFound)", "does the name exist?"),
        ("server not found", "does the name exist?"),
        ("onnection ", "does the host answer at this port?"),
        ("is not recognized", "is the program installed, and the name right?"),
        ("not found", "is the program installed, and the name right?"),
    ];
    let found = REMEDIES.iter().find(|(words, _)| text.contains(words));
    found.map_or("read its message, and run it again", |(_, remedy)| remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_may_precede_the_output() {
        let line = "256 SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM x (ED25519)";
        let error = of_program(&format!("/etc/ssh/ssh_host_dsa_key.pub: No such file or directory\n{line}\n")).unwrap();
        assert_eq!(error.message(), "an error of ssh-keygen before lines of host keys");
        let of_cat = format!("cat: /etc/ssh/ssh_host_dsa_key.pub: No such file or directory\n{line}\n");
        assert_eq!(of_program(&of_cat).unwrap().message(), "an error of cat before lines of host keys");
        let failed = of_program(&format!("vm | FAILED | rc=1 >>\n{line}\n")).unwrap();
        assert_eq!(failed.message(), "an error of Ansible, not its output");
    }

    #[test]
    fn errors_are_recognised_by_their_programs() {
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
            ("-bash: az: command not found", "the shell"),
            ("Guest does not have a console available. (HTTP 404) (Request-ID: req-1)", "openstack"),
            ("Run Connect-AzAccount to login.", "PowerShell"),
            (";; connection timed out; no servers could be reached", "dig"),
            (";; communications error to 127.0.0.1#53: timed out", "dig"),
            ("[WARNING]: No hosts matched, nothing to do", "Ansible"),
            ("[WARNING]: provided hosts list is empty, only localhost is available.", "Ansible"),
            ("me@vm: Permission denied (publickey).", "ssh"),
            ("'az' is not recognized as an internal or external command,\r\noperable program", "the shell"),
            ("<?xml version=\"1.0\"?><Error><Code>BlobNotFound</Code></Error>", "Azure Storage"),
            ("\u{2577}\n\u{2502} Error: Output \"x\" not found", "terraform"),
            ("/etc/ssh/ssh_host_ed25519_key: Permission denied", "ssh-keygen"),
            ("/etc/ssh/ssh_host_ed25519_key.pub is not a public key file.", "ssh-keygen"),
            ("connect to address 127.0.0.1 port 22: Connection refused", "ssh-keyscan"),
            ("127.0.0.1: Connection timed out\n# 127.0.0.1:22 SSH-2.0-x", "ssh-keyscan"),
            ("Error: GET https://api.digitalocean.com/v2/droplets: 401 Unable to authenticate you", "doctl"),
            ("hcloud: server not found: vm", "hcloud"),
            ("cat: /etc/ssh/ssh_host_dsa_key.pub: No such file or directory", "cat"),
            ("cat: /etc/ssh/ssh_host_ed25519_key: Permission denied", "cat"),
            ("sudo: a password is required", "sudo"),
            ("/etc/ssh/ssh_host_dsa_key.pub: No such file or directory", "ssh-keygen"),
            ("ServiceError:\n{\n}", "oci"),
            ("Error from server (NotFound): pods \"x\" not found", "kubectl"),
            ("Error: x", "a program"),
            ("error: x", "virsh, kubectl or another program"),
            ("(ResourceNotFound) The Resource was not found.", "az"),
            ("az : WARNING: x\nERROR: y\n", "az"),
            ("(Conflict) x\nCode: Conflict\nMessage: x", "az"),
            ("QEMU guest agent is not running", "qm"),
            ("To sign in, use a web browser to open the page https://x", "az"),
            ("The command requires the extension connectedmachine. Do you want to install it now?", "az"),
            ("The term 'az' is not recognized\n+ CategoryInfo : x", "PowerShell"),
            ("The term 'az' is not recognized\nFullyQualifiedErrorId : x", "PowerShell"),
            ("ParserError: \nLine |", "PowerShell"),
        ] {
            let error = of_program(text).unwrap();
            assert_eq!(error.message(), format!("an error of {program}, not its output"), "{text}");
        }
        for (text, words) in [
            ("'az' is not recognized as an internal or external command,", "installed"),
            ("<?xml version=\"1.0\"?><Error><Code>X</Code></Error>", "get-boot-log"),
            ("x: Permission denied", "as root"),
            ("An error occurred (UnsupportedOperation): no latest console logs", "leave out --latest"),
            ("C:\\ProgramData\\ssh\\x.pub: No such file or directory", "dir C:"),
            ("ssh-keyscan: x: Connection refused", "answer at this port"),
            ("Error from server (NotFound): pods \"x\" not found", "does the name exist"),
            ("ERROR: (ResourceNotFound) x was not found", "az account show"),
            ("ERROR: (AuthorizationFailed) x", "a role"),
            ("ERROR: (VMAgentStatusCommunicationError) x", "the VM's agent"),
            ("ERROR: (Conflict) Run command extension execution is in progress.", "has ended"),
            ("Invoke-AzVMRunCommand:\n | Run command extension execution is in progress.", "has ended"),
            ("ERROR: (gcloud.x) x\n - The resource 'hostkeys/' of type 'Guest Attribute' was not found.", "=TRUE"),
            ("error: Guest agent is not responding: x", "qemu-guest-agent"),
            ("QEMU guest agent is not running", "qemu-guest-agent"),
            ("az : WARNING: x\nAt line:1\n{\n}\n", "--only-show-errors"),
        ] {
            assert!(of_program(text).unwrap().remedy().unwrap().contains(words), "{text}");
        }
        for text in [
            "hello",
            "256 x (ECDSA)",
            "vm-a: x",
            "vm-A: x",
            "Vm-a: x",
            "Vm-A.b: x",
            "<?xml?><x>",
            "x <Error><Code>",
            "",
        ] {
            assert!(of_program(text).is_none(), "{text}");
        }
    }
}
