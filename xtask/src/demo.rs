//! `cargo xtask demo`: runs the README's walk-through on this machine. A throw-away sshd is the VM; without OpenSSH, a
//! small SSH host within this program is.

use std::fs;
use std::path::PathBuf;

use common::error::Place;
use common::keyfile::KeyMaterial;
use common::secret::Secret;
use support::{Sandbox, Sshd, binaries, ssh_host};

use crate::{Failure, install_peers};

/// Parses the arguments, and runs the demo.
pub(crate) fn command(mut arguments: lexopt::Parser) -> Result<(), Failure> {
    match arguments.next()? {
        None => demo(),
        Some(lexopt::Arg::Long("without-openssh")) => without_openssh(),
        Some(other) => Err(other.unexpected().into()),
    }
}

/// Runs the walk-through in a temporary folder, which it removes. Installs OpenSSH if that needs no password.
pub(crate) fn demo() -> Result<(), Failure> {
    walk(install_peers::openssh().and_then(|()| openssh_can_ask()))
}

/// The same as on a machine without OpenSSH.
pub(crate) fn without_openssh() -> Result<(), Failure> {
    walk(Err("OpenSSH is left out, as you asked".to_owned()))
}

/// Whether ssh can ask another program for a host's keys.
fn openssh_can_ask() -> Result<(), String> {
    let asked = Sandbox::new().run("ssh", ["-F", "none", "-G", "-o", "KnownHostsCommand=none", "vm"]);
    if asked.status == Some(0) {
        Ok(())
    } else {
        Err("the ssh here is older than OpenSSH 8.5, and cannot ask hostfp".to_owned())
    }
}

fn walk(openssh: Result<(), String>) -> Result<(), Failure> {
    let stage = Stage { sandbox: Sandbox::new() };
    let folder = stage.sandbox.path().to_owned();
    let _removed_at_the_end = common::os::interrupt::on_end(move || {
        let _ = fs::remove_dir_all(&folder);
    });
    binaries::folder();

    stage.say("1. The article's key: ssh-keygen -m PEM -t rsa -b 2048, with the name replaced.");
    stage.show("keygen -m PEM -t rsa -b 2048 -f azure_key --no-passphrase -C me@laptop", 0)?;
    stage.say("2. Will Azure take it? And the slip that uploads a private key does not get through.");
    stage.show("keycheck --public-only azure_key.pub", 0)?;
    stage.show("keycheck --public-only azure_key", 1)?;
    stage.say("3. Its fingerprint, to recognise it by in the portal.");
    stage.show("pubfp azure_key.pub", 0)?;

    stage.say("4. On the VM, by Run Command: the fingerprints of its host keys.");
    let host_keys = stage.make_machine("vm")?;
    stage.make_machine("other-vm")?;
    stage.show("hostfp --sysroot vm", 0)?;
    stage.run_command("vm")?;
    stage.run_command("other-vm")?;
    stage.say("   What `az vm run-command invoke` prints when its script is hostfp:");
    stage.show("cat vm.json", 0)?;
    match openssh {
        Ok(()) => stage.connect_by_ssh(&host_keys)?,
        Err(why) => stage.connect_by_hostfp(&host_keys, &why)?,
    }
    stage.say("Connected to the right VM, refused the wrong one. Nothing is left behind.");
    Ok(())
}

/// The demo's folder.
struct Stage {
    sandbox: Sandbox,
}

impl Stage {
    /// Connects with ssh, which asks hostfp whether the host's key is the expected one.
    fn connect_by_ssh(&self, host_keys: &[PathBuf]) -> Result<(), Failure> {
        self.say("5. The first connection, with plain ssh: no question, and no blind yes.");
        let server = Sshd::start(self.sandbox.path(), host_keys, &self.sandbox.file("azure_key.pub"))
            .map_err(|error| format!("sshd does not start: {error}"))?;
        self.write_ssh_config("ssh_config", server.port, "vm.json");
        self.show("cat ssh_config", 0)?;
        self.show("ssh -F ssh_config vm echo 'Hello from the VM.'", 0)?;
        self.say("6. The same host, when the fingerprints are another machine's: refused.");
        self.write_ssh_config("other_config", server.port, "other-vm.json");
        self.show("ssh -F other_config vm echo 'This must not be seen.'", 255)
    }

    /// Connects with hostfp, to a host that needs no OpenSSH.
    fn connect_by_hostfp(&self, host_keys: &[PathBuf], why: &str) -> Result<(), Failure> {
        self.say(&format!(
            "{why}.\n# So hostfp connects itself, to a small SSH host in this program that holds the VM's ED25519 key."
        ));
        let host = ssh_host::start(ed25519_seed(host_keys)?)?;
        let to = format!("--known-hosts known_hosts --connect 127.0.0.1:{}", host.port);
        self.say("5. The first connection: the host proves that it holds its key, which is as expected.");
        self.show(&format!("hostfp --expect vm.json {to}"), 0)?;
        self.show("cat known_hosts", 0)?;
        self.say("6. The same host, when the fingerprints are another machine's: refused.");
        self.show(&format!("hostfp --expect other-vm.json {to}"), 1)?;
        self.say(
            "Left out, since they need OpenSSH 8.5 or later: ssh that asks hostfp before it connects\n\
             # (KnownHostsCommand), and the login with azure_key.",
        );
        Ok(())
    }

    fn say(&self, text: &str) {
        println!("\n# {text}");
    }

    /// Shows a command line and runs it; it must end with this status.
    fn show(&self, line: &str, expected: i32) -> Result<(), Failure> {
        println!("$ {line}");
        let status = self.sandbox.command("sh").arg("-c").arg(format!("exec 2>&1 </dev/null; {line}")).status()?;
        if status.code() != Some(expected) {
            return Err(format!("this should have ended with exit status {expected}, but: {status}").into());
        }
        if expected != 0 {
            println!("(exit status {expected})");
        }
        Ok(())
    }

    /// Makes host keys and a configuration like those of a new VM, in a folder that is its root.
    fn make_machine(&self, name: &str) -> Result<Vec<PathBuf>, Failure> {
        let mut config = String::new();
        let mut paths = Vec::new();
        for key_type in ["ecdsa", "ed25519", "rsa"] {
            let path = format!("etc/ssh/ssh_host_{key_type}_key");
            config.push_str(&format!("HostKey /{path}\n"));
            paths.push(self.sandbox.file(name).join(path));
        }
        self.sandbox.write(format!("{name}/etc/ssh/sshd_config"), config);
        for (key_type, path) in ["ecdsa", "ed25519", "rsa"].iter().zip(&paths) {
            let comment = format!("root@{name}");
            let mut keygen = self.sandbox.command("keygen");
            let made = keygen.args(["-q", "-t", key_type, "-N", "", "-C", &comment, "-f"]).arg(path).output()?;
            if !made.status.success() {
                return Err(format!("keygen makes no host key: {}", String::from_utf8_lossy(&made.stderr)).into());
            }
        }
        Ok(paths)
    }

    /// Runs hostfp as Run Command would, and writes the output that `az vm run-command invoke` would print.
    fn run_command(&self, name: &str) -> Result<(), Failure> {
        let outcome = self.sandbox.run("hostfp", ["--sysroot", name]);
        let message = format!("Enable succeeded: \n[stdout]\n{}\n[stderr]\n{}", outcome.stdout, outcome.stderr);
        let json = serde_json::json!({"value": [{
            "code": "ProvisioningState/succeeded",
            "displayStatus": "Provisioning succeeded",
            "level": "Info",
            "message": message,
            "time": null,
        }]});
        self.sandbox.write(format!("{name}.json"), serde_json::to_string_pretty(&json)? + "\n");
        Ok(())
    }

    fn write_ssh_config(&self, name: &str, port: u16, expect: &str) {
        let config = format!(
            "Host vm\n    HostName 127.0.0.1\n    Port {port}\n    IdentityFile azure_key\n    IdentitiesOnly yes\n    \
             StrictHostKeyChecking yes\n    UserKnownHostsFile none\n    \
             KnownHostsCommand {} --expect {expect} --answer-ssh -p %p %I %H %t %K %f\n",
            binaries::tool("hostfp").display()
        );
        self.sandbox.write(name, config);
    }
}

/// The seed of the Ed25519 key among these files.
fn ed25519_seed(host_keys: &[PathBuf]) -> Result<[u8; 32], Failure> {
    for path in host_keys {
        let no_passphrase = &mut || Ok(Secret::new(Vec::new()));
        let opened = keygen::formats::open(&fs::read(path)?, &Place::file(path), no_passphrase);
        if let KeyMaterial::Ed25519(seed) = &opened.map_err(|error| error.message().to_owned())?.key.material {
            return Ok(seed.as_slice().try_into()?);
        }
    }
    Err("there is no Ed25519 key".into())
}
