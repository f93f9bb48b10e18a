//! `cargo xtask demo`: the article walked on this machine, with a throw-away sshd for the VM.

use std::fs;
use std::path::PathBuf;

use support::{Sandbox, Sshd, binaries, peers};

use crate::Failure;

/// Walks the article in a temporary folder and cleans up.
pub(crate) fn demo() -> Result<(), Failure> {
    let stage = Stage { sandbox: Sandbox::new() };
    let folder = stage.sandbox.path().to_owned();
    let _removed_at_the_end = common::interrupt::on_end(move || {
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

    if peers::SSHD.find().is_none() || peers::SSH.find().is_none() {
        stage.say(
            "The rest needs OpenSSH's client and server, which are not installed here (on Debian: apt-get install \
             openssh-server openssh-client): a connection to a host whose fingerprints are known, and one that is refused.",
        );
        return Ok(());
    }

    stage.say("4. On the VM, by Run Command: the fingerprints of its host keys.");
    let host_keys = stage.make_machine("vm")?;
    stage.make_machine("other-vm")?;
    stage.show("hostfp --sysroot vm", 0)?;
    stage.run_command("vm")?;
    stage.run_command("other-vm")?;
    stage.say("   What `az vm run-command invoke` prints when its script is hostfp:");
    stage.show("cat vm.json", 0)?;

    stage.say("5. The first connection, with plain ssh: no question, and no blind yes.");
    let server = Sshd::start(stage.sandbox.path(), &host_keys, &stage.sandbox.file("azure_key.pub"))
        .map_err(|error| format!("sshd does not start: {error}"))?;
    stage.write_ssh_config("ssh_config", server.port, "vm.json");
    stage.show("cat ssh_config", 0)?;
    stage.show("ssh -F ssh_config vm echo 'Hello from the VM.'", 0)?;

    stage.say("6. The same host, when the fingerprints are another machine's: refused.");
    stage.write_ssh_config("other_config", server.port, "other-vm.json");
    stage.show("ssh -F other_config vm echo 'This must not be seen.'", 255)?;
    drop(server);
    stage.say("Connected to the right VM, refused the wrong one. Nothing is left behind.");
    Ok(())
}

/// Where the demo plays.
struct Stage {
    sandbox: Sandbox,
}

impl Stage {
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

    /// Host keys and a configuration as a fresh VM has them, under a folder that stands for its root.
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
            let arguments = ["-q", "-t", key_type, "-N", "", "-C", &format!("root@{name}"), "-f"];
            let made = self.sandbox.command("ssh-keygen").args(arguments).arg(path).status()?;
            if !made.success() {
                return Err("ssh-keygen makes no host key".into());
            }
        }
        Ok(paths)
    }

    /// Runs hostfp as Run Command would, and keeps what `az vm run-command invoke` would print.
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
             KnownHostsCommand {} --expect {expect} --answer-ssh %I %H %t %K %f\n",
            binaries::tool("hostfp").display()
        );
        self.sandbox.write(name, config);
    }
}
