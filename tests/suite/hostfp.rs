//! hostfp on the VM, under a folder that stands for its root.

use std::fs;

use support::{Sandbox, needs};

use crate::keys::zoo;

/// A machine with these host keys: names in `etc/ssh`, and keys of the zoo.
fn machine(keys: &[(&str, &str)]) -> Sandbox {
    let machine = Sandbox::new();
    for (name, key) in keys {
        for (name, key) in [((*name).to_owned(), (*key).to_owned()), (format!("{name}.pub"), format!("{key}.pub"))] {
            machine.write(format!("etc/ssh/{name}"), fs::read(zoo().file(key)).unwrap());
        }
    }
    machine
}

fn lines_of(keys: &[&str]) -> String {
    keys.iter().map(|key| zoo().run("ssh-keygen", ["-lf", &format!("{key}.pub")]).good()).collect()
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
fn without_a_word_from_sshd_config_all_usual_host_keys_are_printed() {
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
fn a_named_key_that_is_not_there_is_told_and_the_rest_is_printed() {
    needs!(SSH_KEYGEN);
    let machine = machine(&[("ssh_host_rsa_key", "rsa2048")]);
    machine.write("etc/ssh/sshd_config", "HostKey /etc/ssh/gone\nHostKey /etc/ssh/ssh_host_rsa_key\n");
    let outcome = machine.run("hostfp", ["--sysroot", "."]);
    assert!(outcome.stderr.contains("gone: cannot read: no such file or directory"), "{outcome:?}");
    assert_eq!((outcome.stdout, outcome.status), (lines_of(&["rsa2048"]), Some(2)));
}

#[test]
fn a_machine_without_host_keys_and_an_include_without_end_are_told() {
    let machine = Sandbox::new();
    let words = machine.run("hostfp", ["--sysroot", "."]).fails(2);
    assert!(words.contains("this machine has no SSH host keys"), "{words}");
    machine.write("etc/ssh/sshd_config", "Include sshd_config\n");
    let words = machine.run("hostfp", ["--sysroot", "."]).fails(2);
    assert!(words.contains("too many Include lines"), "{words}");
    assert!(machine.run("hostfp", ["--sysroot", "nowhere"]).fails(2).contains("nowhere: is no folder"));
}

/// Root, as whom CI runs, reads everything; so the private key is missing here.
#[test]
fn where_the_private_key_cannot_be_read_the_public_one_serves() {
    needs!(SSH_KEYGEN);
    let machine = machine(&[]);
    machine.write("etc/ssh/sshd_config", "HostKey /etc/ssh/key\n");
    machine.write("etc/ssh/key.pub", zoo().read("ed25519.pub"));
    assert_eq!(machine.run("hostfp", ["--sysroot", "."]).good(), lines_of(&["ed25519"]));
}

/// A host key whose public half is encrypted too is not missing from the list for that.
#[test]
fn where_the_private_key_does_not_show_its_public_half_the_public_one_serves() {
    needs!(SSH_KEYGEN);
    let machine = machine(&[("key", "ecdsa256")]);
    let _ = machine.shell("chmod 600 etc/ssh/key && ssh-keygen -p -q -N secret -m PEM -f etc/ssh/key").good();
    assert!(machine.read("etc/ssh/key").contains("ENCRYPTED"));
    machine.write("etc/ssh/sshd_config", "HostKey /etc/ssh/key\n");
    assert_eq!(machine.run("hostfp", ["--sysroot", "."]).good(), lines_of(&["ecdsa256"]));
}

/// The links of a mounted disk mean that disk's root, not ours.
#[cfg(unix)]
#[test]
fn a_link_out_of_the_sysroot_is_not_followed() {
    needs!(SSH_KEYGEN);
    let machine = machine(&[]);
    machine.write("image/etc/ssh/sshd_config", "HostKey /etc/ssh/key\n");
    std::os::unix::fs::symlink(zoo().file("ed25519.pub"), machine.file("image/etc/ssh/key")).unwrap();
    let outcome = machine.run("hostfp", ["--sysroot", "image"]);
    assert_eq!(outcome.stdout, "");
    assert!(outcome.fails(2).contains("leads out of the folder"));
}

#[test]
fn a_sysroot_may_have_any_name() {
    needs!(SSH_KEYGEN);
    let machine = machine(&[]);
    machine.write("r[x]*/etc/ssh/sshd_config", "Include sshd_config.d/*.conf\n");
    machine.write("r[x]*/etc/ssh/sshd_config.d/a.conf", "HostKey /etc/ssh/key\n");
    machine.write("r[x]*/etc/ssh/key.pub", zoo().read("ed25519.pub"));
    assert_eq!(machine.run("hostfp", ["--sysroot", "r[x]*"]).good(), lines_of(&["ed25519"]));
}
