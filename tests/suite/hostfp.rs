//! Tests hostfp on the VM, with a folder as its root.

use std::fs;

use support::{Sandbox, needs};

use crate::key_fixtures::sample_keys;

/// A machine with these host keys: names in `etc/ssh`, and names of sample keys.
fn machine(keys: &[(&str, &str)]) -> Sandbox {
    let machine = Sandbox::new();
    for (name, key) in keys {
        for (name, key) in [((*name).to_owned(), (*key).to_owned()), (format!("{name}.pub"), format!("{key}.pub"))] {
            machine.write(format!("etc/ssh/{name}"), fs::read(sample_keys().file(key)).unwrap());
        }
    }
    machine
}

fn lines_of(keys: &[&str]) -> String {
    keys.iter().map(|key| sample_keys().run("ssh-keygen", ["-lf", &format!("{key}.pub")]).good()).collect()
}

const USUAL: [(&str, &str); 3] =
    [("ssh_host_ecdsa_key", "ecdsa256"), ("ssh_host_ed25519_key", "ed25519"), ("ssh_host_rsa_key", "rsa2048")];

#[test]
fn the_line_of_the_article_works_with_the_name_replaced() {
    needs!(SSH_KEYGEN);
    let machine = machine(&USUAL);
    for (name, key) in USUAL {
        let line = |program: &str| machine.shell(&format!("{program} etc/ssh/{name}.pub | awk '{{print $2}}'")).good();
        assert_eq!(line("hostfp"), line("ssh-keygen -lf"), "{key}");
    }
}

#[test]
fn without_hostkey_lines_the_default_host_keys_are_printed() {
    needs!(SSH_KEYGEN);
    let machine = machine(&USUAL);
    let expected = lines_of(&["ecdsa256", "ed25519", "rsa2048"]);
    assert_eq!(machine.run("hostfp", ["--sysroot", "."]).good(), expected);
    machine.write("etc/ssh/sshd_config", "Port 22\n#HostKey /etc/ssh/other\n");
    assert_eq!(machine.run("hostfp", ["--sysroot", "."]).good(), expected);
}

#[test]
fn the_host_keys_that_sshd_config_names_are_printed_in_its_order() {
    needs!(SSH_KEYGEN);
    let machine = machine(&[("ssh_host_rsa_key", "rsa2048"), ("a b", "ed25519"), ("included", "ecdsa384")]);
    machine.write(
        "etc/ssh/sshd_config",
        "Include sshd_config.d/*.conf\nhostkey = \"/etc/ssh/a b\"\nHostKey /etc/ssh/ssh_host_rsa_key # the old one\n\
         Match User git\nHostKey /etc/ssh/not_this\nMatch all\nHostKey none\n",
    );
    machine.write("etc/ssh/sshd_config.d/50-cloud.conf", "HostKey '/etc/ssh/included'\nMatch User git\nHostKey /no\n");
    machine.write("etc/ssh/sshd_config.d/.hidden.conf", "HostKey /etc/ssh/not_this\n");
    machine.write("etc/ssh/sshd_config.d/50-cloud.conf.bak", "HostKey /etc/ssh/not_this_either\n");
    assert_eq!(machine.run("hostfp", ["--sysroot", "."]).good(), lines_of(&["ecdsa384", "ed25519", "rsa2048"]));
}

#[test]
fn a_missing_host_key_file_is_reported_and_the_others_are_printed() {
    needs!(SSH_KEYGEN);
    let machine = machine(&[("ssh_host_rsa_key", "rsa2048")]);
    machine.write("etc/ssh/sshd_config", "HostKey /etc/ssh/gone\nHostKey /etc/ssh/ssh_host_rsa_key\n");
    let outcome = machine.run("hostfp", ["--sysroot", "."]);
    assert!(outcome.stderr.contains("gone: cannot read: no such file or directory"), "{outcome:?}");
    assert_eq!((outcome.stdout, outcome.status), (lines_of(&["rsa2048"]), Some(2)));
}

#[test]
fn a_machine_without_host_keys_and_a_recursive_include_are_reported() {
    let machine = Sandbox::new();
    let words = machine.run("hostfp", ["--sysroot", "."]).fails(2);
    assert!(words.contains("hostfp: .: holds no SSH host keys that can be read"), "{words}");
    machine.write("etc/ssh/sshd_config", "Include sshd_config\n");
    let words = machine.run("hostfp", ["--sysroot", "."]).fails(2);
    assert!(words.contains("too many Include lines"), "{words}");
    assert!(machine.run("hostfp", ["--sysroot", "nowhere"]).fails(2).contains("nowhere: is not a folder"));
}

/// Root, which runs CI, can read every file; so the private key is missing here.
#[test]
fn the_public_file_is_used_if_the_private_key_cannot_be_read() {
    needs!(SSH_KEYGEN);
    let machine = machine(&[]);
    machine.write("etc/ssh/sshd_config", "HostKey /etc/ssh/key\n");
    machine.write("etc/ssh/key.pub", sample_keys().read("ed25519.pub"));
    assert_eq!(machine.run("hostfp", ["--sysroot", "."]).good(), lines_of(&["ed25519"]));
}

/// A host key whose public half is encrypted, too, is still listed.
#[test]
fn the_public_file_is_used_if_the_private_key_hides_its_public_half() {
    needs!(SSH_KEYGEN);
    let machine = machine(&[("key", "ecdsa256")]);
    let _ = machine.shell("chmod 600 etc/ssh/key && ssh-keygen -p -q -N secret -m PEM -f etc/ssh/key").good();
    assert!(machine.read("etc/ssh/key").contains("ENCRYPTED"));
    machine.write("etc/ssh/sshd_config", "HostKey /etc/ssh/key\n");
    assert_eq!(machine.run("hostfp", ["--sysroot", "."]).good(), lines_of(&["ecdsa256"]));
}

/// Absolute links on a mounted disk are relative to that disk's root.
#[cfg(unix)]
#[test]
fn the_links_of_a_sysroot_stay_within_it() {
    use std::os::unix::fs::symlink;
    needs!(SSH_KEYGEN);
    let machine = machine(&[]);
    let link = |target: &str, name: &str| symlink(target, machine.file("image/etc/ssh").join(name)).unwrap();
    machine.write("image/etc/ssh/sshd_config", "Include conf.d/*.conf\nInclude /nowhere/*\n");
    machine.write(
        "image/usr/conf/a.conf",
        "HostKey /etc/ssh/key\nHostKey up\nHostKey /etc/ssh/round\nHostKey /etc/ssh/out\n",
    );
    machine.write("image/srv/key.pub", sample_keys().read("ed25519.pub"));
    machine.write("image/rsa.pub", sample_keys().read("rsa2048.pub"));
    link("/usr/conf", "conf.d");
    link("/etc/ssh/../../srv/key.pub", "key");
    link("/round", "round");
    link("../../../../../../../rsa.pub", "up");
    symlink("etc/ssh/up", machine.file("image/up")).unwrap();
    symlink("/etc/ssh/round", machine.file("image/round")).unwrap();
    // The file exists, but not in the image.
    symlink(sample_keys().file("ed25519.pub"), machine.file("image/etc/ssh/out")).unwrap();
    let outcome = machine.run("hostfp", ["--sysroot", "image"]);
    assert_eq!(outcome.stdout, lines_of(&["ed25519", "rsa2048"]));
    let words = outcome.fails(2);
    assert!(words.contains("image/etc/ssh/round: cannot read: too many symbolic links"), "{words}");
    assert!(words.contains("image/etc/ssh/out: cannot read: no such file or directory"), "{words}");
}

/// A disk image may contain any kind of file; reading a pipe would never end.
#[cfg(unix)]
#[test]
fn only_regular_files_are_read_as_host_keys() {
    needs!(BASH);
    let machine = Sandbox::new();
    machine.write("etc/ssh/sshd_config", "HostKey /etc/ssh/pipe\n");
    let _ = machine.shell("mkfifo etc/ssh/pipe etc/ssh/pipe.pub").good();
    let words = machine.run("hostfp", ["--sysroot", "."]).fails(2);
    assert!(words.contains("etc/ssh/pipe: cannot read: is not a regular file"), "{words}");
}

/// The path in a line of `sshd -T`, which prints option names in mixed case since 10.6.
fn host_key(line: &str) -> Option<&str> {
    line.split_once(' ').filter(|(name, _)| name.eq_ignore_ascii_case("hostkey")).map(|(_, path)| path)
}

#[test]
fn sshd_and_hostfp_read_a_configuration_alike() {
    needs!(SSHD);
    let sandbox = Sandbox::new();
    let real = sandbox.file("real").display().to_string();
    for tree in ["real", "vm"] {
        for key in ["a", "b", "c", "sp ace", "ssh_host_x_key.pub"] {
            sandbox.write(format!("{tree}/etc/ssh/{key}"), fs::read(sample_keys().file("ed25519")).unwrap());
        }
        let root = if tree == "real" { &real } else { "" };
        let conf = |name: &str, text: &str| {
            sandbox.write(format!("{tree}/etc/ssh/d/{name}"), text.replace("ROOT", root));
        };
        conf("1.conf", "HostKey ROOT/etc/ssh/c\nMatch user q\nPermitTTY no\n");
        conf("2.conf", "hostkey=ROOT/etc/ssh/b\r\nInclude ROOT/etc/ssh/d/deep/*\n");
        conf("deep/3", "HostKey ROOT/etc/ssh/a\n");
    }
    let _ = sandbox.shell("chmod 600 */etc/ssh/*").status;
    let _ = sandbox.shell("mkdir -p /run/sshd");
    for config in [
        "HostKey ROOT/etc/ssh/b\nHostKey ROOT/etc/ssh/a\n",
        "HostKey ROOT/etc/ssh/a\nHostKey ROOT/etc/ssh/b\nHostKey ROOT/etc/ssh/a\n",
        "HOSTKEY = \"ROOT/etc/ssh/sp ace\" # \nHostKey\t'ROOT/etc/ssh/a'\n#HostKey ROOT/etc/ssh/b\n",
        "HostKey ROOT/etc/ssh/sp\\ ace\nHostDSAKey ROOT/etc/ssh/a\n",
        "Include ROOT/etc/ssh/d/*.conf\nHostKey ROOT/etc/ssh/b\n",
        "Include ROOT/etc/ssh/d/2.conf ROOT/etc/ssh/d/1.conf ROOT/etc/ssh/none/*\n",
        "Include \"ROOT/etc/ssh/d/[!2].conf\"\n",
        "Include ROOT/etc/ssh/d/[^2].conf\n",
        "Include ROOT/etc/**/d/**.conf\n",
        "HostKey ROOT/etc/ssh/a\nMatch user x\nPermitTTY no\nMatch all\nHostKey ROOT/etc/ssh/b\n",
        "Match user x\nPermitTTY no\nMatch all\nInclude ROOT/etc/ssh/d/1.conf\nHostKey ROOT/etc/ssh/a\n",
        "HostKey None\nHostKey ROOT/etc/ssh/a\n",
        "HostKey ROOT/etc/ssh/missing\nHostKey ROOT/etc/ssh/a\n",
        "HostKeyAgent /nowhere\nHostKey ROOT/etc/ssh/a\n",
    ] {
        sandbox.write("real/etc/ssh/sshd_config", config.replace("ROOT", &real));
        sandbox.write("vm/etc/ssh/sshd_config", config.replace("ROOT", ""));
        let sshd = sandbox.shell("sshd -T -f $PWD/real/etc/ssh/sshd_config 2>&1; echo");
        let mut expected: Vec<String> = Vec::new();
        for path in sshd.stdout.lines().filter_map(host_key).filter(|path| *path != "(null)" && *path != "none") {
            let path = path.replace(&real, "vm");
            if !expected.contains(&path) {
                expected.push(path);
            }
        }
        assert!(!expected.is_empty(), "{config}: {sshd:?}");
        let outcome = sandbox.run("hostfp", ["--sysroot", "vm", "--json"]);
        let file = |line: &str| {
            let object: serde_json::Value = serde_json::from_str(line).unwrap();
            object["file"].as_str().unwrap().to_owned()
        };
        let mut named: Vec<String> = outcome.stdout.lines().map(file).collect();
        if outcome.stderr.contains("missing: cannot read") {
            named.insert(0, "vm/etc/ssh/missing".to_owned());
        }
        assert_eq!(named, expected, "{config}: {outcome:?}");
    }
}

#[test]
fn a_host_certificate_is_printed_after_the_keys_and_an_agents_public_key_is_enough() {
    needs!(SSH_KEYGEN);
    let machine = machine(&[("key", "ed25519")]);
    let _ = machine
        .shell("ssh-keygen -q -t ed25519 -N '' -f ca && ssh-keygen -q -s ca -I host -h -n vm etc/ssh/key.pub")
        .good();
    machine.write("etc/ssh/agents.pub", sample_keys().read("ecdsa256.pub"));
    let config = "HostCertificate /etc/ssh/key-cert.pub\nHostKey /etc/ssh/key\nHostKeyAgent /run/agent\n\
                  HostKey /etc/ssh/agents.pub\n";
    machine.write("etc/ssh/sshd_config", config);
    let certificate = machine.run("ssh-keygen", ["-lf", "etc/ssh/key-cert.pub"]).good();
    assert!(certificate.ends_with("(ED25519-CERT)\n"), "{certificate}");
    let lines = lines_of(&["ed25519", "ecdsa256"]) + &certificate;
    assert_eq!(machine.run("hostfp", ["--sysroot", "."]).good(), lines);
    // The lines of a key and its certificate are trusted as one key.
    let key = sample_keys().read("ed25519.pub");
    let words: Vec<&str> = key.split_whitespace().collect();
    let question = ["HOSTNAME", "vm", words[0], words[1], "SHA256:x"];
    let arguments = ["--expect", "-", "--answer-ssh"].into_iter().chain(question);
    assert!(machine.run_with("hostfp", arguments, lines).good().starts_with("vm ssh-ed25519 "));
    machine.write("etc/ssh/sshd_config", format!("{config}HostCertificate /etc/ssh/gone-cert.pub\n"));
    let words = machine.run("hostfp", ["--sysroot", "."]).fails(2);
    assert!(words.contains("gone-cert.pub: cannot read: no such file or directory"), "{words}");
}

#[cfg(unix)]
#[test]
fn an_ordinary_user_gets_what_the_public_files_say() {
    needs!(SSH_KEYGEN, SETPRIV);
    let machine = machine(&USUAL);
    let _ = machine.copy_program(support::binaries::tool("hostfp"), "hostfp");
    machine.write("etc/ssh/sshd_config", "HostKey /etc/ssh/ssh_host_rsa_key\n");
    let _ = machine.shell("chmod 755 . hostfp etc etc/ssh; chmod 644 etc/ssh/*; chmod 600 etc/ssh/*_key").good();
    let is_root = machine.shell("id -u").good() == "0\n";
    let as_user = if is_root { "setpriv --reuid=65534 --regid=65534 --clear-groups" } else { "chmod 0 etc/ssh/*_key;" };
    let run = || machine.shell(&format!("{as_user} ./hostfp --sysroot ."));
    let rsa = lines_of(&["rsa2048"]);
    assert_eq!(run().good(), rsa);
    // If only root can read the configuration, the default keys are shown, with a message.
    let _ = machine.shell("chmod 0 etc/ssh/sshd_config").good();
    let outcome = run();
    assert_eq!(outcome.stdout, lines_of(&["ecdsa256", "ed25519", "rsa2048"]));
    let words = outcome.fails(2);
    assert!(
        words.contains("sshd_config: cannot read: permission denied") && words.contains("hint: the following keys"),
        "{words}"
    );
    // Without the public file, the message is about the private one.
    let _ = machine.shell("chmod 644 etc/ssh/sshd_config; rm etc/ssh/ssh_host_rsa_key.pub").good();
    let words = run().fails(2);
    assert_eq!(words.lines().count(), 1, "{words}");
    assert!(words.contains("ssh_host_rsa_key: cannot read: permission denied"), "{words}");
}

/// sshd shows the key of the private file, whatever the public file contains.
#[test]
fn a_host_key_that_sshd_does_not_show_as_its_files_say_is_named() {
    needs!(SSH_KEYGEN);
    for config in ["", "HostKey /etc/ssh/ssh_host_ecdsa_key\nHostKey /etc/ssh/ssh_host_ed25519_key\n"] {
        let machine = machine(&USUAL[..2]);
        machine.write("etc/ssh/sshd_config", config);
        let run = || machine.run("hostfp", ["--sysroot", "."]);
        assert_eq!(run().good(), lines_of(&["ecdsa256", "ed25519"]));
        machine.write("etc/ssh/ssh_host_ed25519_key.pub", sample_keys().read("rsa4096.pub"));
        let outcome = run();
        assert_eq!((outcome.stdout.clone(), outcome.status), (lines_of(&["ecdsa256", "ed25519"]), Some(1)));
        assert!(outcome.stderr.contains("ssh_host_ed25519_key.pub: not the public key of the private"), "{outcome:?}");
        machine.write("etc/ssh/ssh_host_ed25519_key", "");
        let outcome = run();
        assert_eq!((outcome.stdout.clone(), outcome.status), (lines_of(&["ecdsa256"]), Some(1)));
        assert!(outcome.stderr.contains("ssh_host_ed25519_key: an empty host key"), "{outcome:?}");
        // An unreadable private file is reported, and the key of the public file is shown.
        machine.write("etc/ssh/ssh_host_ed25519_key", &sample_keys().read("ed25519")[..150]);
        machine.write("etc/ssh/ssh_host_ed25519_key.pub", sample_keys().read("ed25519.pub"));
        let outcome = run();
        assert_eq!((outcome.stdout.clone(), outcome.status), (lines_of(&["ecdsa256", "ed25519"]), Some(1)));
        assert!(outcome.stderr.contains("ssh_host_ed25519_key:"), "{outcome:?}");
        // Without the public file, the key of the private file is shown.
        machine.write("etc/ssh/ssh_host_ed25519_key", sample_keys().read("ed25519"));
        fs::remove_file(machine.file("etc/ssh/ssh_host_ed25519_key.pub")).unwrap();
        assert_eq!(run().good(), lines_of(&["ecdsa256", "ed25519"]));
        // A public file without a key is reported, and the key of the private file is shown.
        machine.write("etc/ssh/ssh_host_ed25519_key.pub", "x\n");
        let outcome = run();
        assert_eq!(outcome.stdout, lines_of(&["ecdsa256", "ed25519"]));
        assert_eq!(outcome.status, Some(i32::from(config.is_empty())), "{outcome:?}");
    }
}

/// The folder of Win32-OpenSSH, here on the disk of a VM.
#[test]
fn the_host_keys_of_windows_are_found() {
    needs!(SSH_KEYGEN);
    let machine = Sandbox::new();
    for (name, key) in USUAL {
        machine.write(format!("ProgramData/ssh/{name}.pub"), sample_keys().read(format!("{key}.pub")));
    }
    let run = || machine.run("hostfp", ["--sysroot", "."]).good();
    assert_eq!(run(), lines_of(&["ecdsa256", "ed25519", "rsa2048"]));
    machine.write(
        "ProgramData/ssh/sshd_config",
        "#HostKey __PROGRAMDATA__/ssh/ssh_host_rsa_key\r\nHostKey __PROGRAMDATA__/ssh/ssh_host_rsa_key\r\n\
         HostKey %ProgramData%\\ssh\\ssh_host_ecdsa_key\r\nHostKey C:/ProgramData/ssh/ssh_host_ed25519_key\r\n",
    );
    assert_eq!(run(), lines_of(&["rsa2048", "ecdsa256", "ed25519"]));
}

#[test]
fn each_key_file_is_read_once() {
    needs!(STRACE);
    let machine = machine(&USUAL);
    machine.write("etc/ssh/sshd_config", "HostKey /etc/ssh/ssh_host_ed25519_key\n");
    let _ = machine.shell("strace -f -e trace=open,openat -o log hostfp --sysroot .").good();
    let log = machine.read("log");
    assert_eq!(log.matches("ssh_host_ed25519_key\"").count(), 1, "{log}");
    assert_eq!(log.matches("ssh_host_ed25519_key.pub\"").count(), 1, "{log}");
}

#[test]
fn a_sysroot_may_have_any_name() {
    needs!(SSH_KEYGEN);
    let machine = machine(&[]);
    machine.write("r[x]*/etc/ssh/sshd_config", "Include sshd_config.d/*.conf\n");
    machine.write("r[x]*/etc/ssh/sshd_config.d/a.conf", "HostKey /etc/ssh/key\n");
    machine.write("r[x]*/etc/ssh/key.pub", sample_keys().read("ed25519.pub"));
    assert_eq!(machine.run("hostfp", ["--sysroot", "r[x]*"]).good(), lines_of(&["ed25519"]));
}
