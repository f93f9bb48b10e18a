//! Tests the manual pages and completions, which are made from the option tables, with the programs that read them.
//! `cargo xtask test` writes them before the tests run.

use std::process::Command;

use support::{Sandbox, binaries, needs};

/// Has the xtask write documents below the workspace's `target`.
fn write(kind: &str) -> std::path::PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap();
    let made = Command::new(cargo).current_dir(binaries::root()).args(["xtask", kind]).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    binaries::root().join("target").join(kind)
}

#[test]
fn man_and_mandoc_find_no_errors_in_the_manual_pages() {
    needs!(MANDOC, MAN);
    let folder = write("man");
    let sandbox = Sandbox::new();
    for tool in binaries::TOOLS {
        let page = folder.join(format!("{tool}.1"));
        let outcome = sandbox.run("mandoc", ["-T".as_ref(), "lint".as_ref(), page.as_os_str()]);
        assert_eq!((outcome.stdout.as_str(), outcome.status), ("", Some(0)), "{tool}");
        let outcome = sandbox.run("man", ["--warnings=w".as_ref(), "-l".as_ref(), page.as_os_str()]);
        assert_eq!(outcome.stderr, "", "{tool}");
        assert!(outcome.good().contains("EXIT STATUS"), "{tool}");
        let text = sandbox.run("mandoc", ["-T".as_ref(), "utf8".as_ref(), page.as_os_str()]).good();
        // Bold characters are printed over themselves.
        let text: String = text
            .split('\u{8}')
            .map(|part| &part[..part.char_indices().next_back().map_or(0, |(last, _)| last)])
            .collect();
        for section in ["EXIT STATUS", "JSON FIELDS", "EXAMPLES", "SEE ALSO"] {
            assert!(text.contains(section), "{tool}: {section}");
        }
    }
}

/// docs/ matches the current tables, checks and demo.
#[cfg(unix)]
#[test]
fn the_pages_that_are_made_are_current() {
    needs!(SSH, SSHD, SSH_KEYGEN);
    let mut xtask = Command::new(std::env::var_os("CARGO").unwrap());
    xtask.current_dir(binaries::root()).args(["xtask", "docs", "--check"]).env("VMKEYS_BIN_DIR", binaries::folder());
    let checked = xtask.output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}

#[test]
fn the_shells_read_their_completions() {
    needs!(ZSH, FISH);
    let folder = write("completions");
    let sandbox = Sandbox::new();
    for tool in binaries::TOOLS {
        for (shell, option, file) in [
            ("bash", "-n", format!("bash/{tool}")),
            ("zsh", "-n", format!("zsh/_{tool}")),
            ("fish", "--no-execute", format!("fish/{tool}.fish")),
        ] {
            let outcome = sandbox.run(shell, [option.as_ref(), folder.join(file).as_os_str()]);
            assert_eq!(outcome.stderr, "", "{shell} {tool}");
            let _ = outcome.good();
        }
    }
    // bash completes for real: an option's name, and one of its values.
    let complete = |words: &str| {
        let script = format!(
            "source {}; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); _keygen 2>/dev/null; echo ${{COMPREPLY[@]}}",
            folder.join("bash/keygen").display()
        );
        sandbox.shell(&script).good()
    };
    assert_eq!(complete("keygen --com"), "--comment\n");
    assert_eq!(complete("keygen -t ed"), "ed25519\n");
}

/// The line that zsh shows after Tab is pressed at its end, in a terminal, as for a user.
fn zsh_completes(folder: &std::path::Path, line: &str) -> String {
    const SCRIPT: &str = r#"
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell "fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D
            show() { print -r -- \$BUFFER > line; exit }; zle -N show; bindkey '^G' show"
        zpty -w -n shell "$2"$'\t\x07'
        while zpty -r shell output; do :; done"#;
    let sandbox = Sandbox::new();
    let arguments =
        ["30", "zsh", "-f", "-c", SCRIPT, "zsh", folder.join("zsh").to_str().unwrap(), line].map(str::to_owned);
    let _ = sandbox.run("timeout", arguments).good();
    sandbox.read("line")
}

#[test]
fn zsh_and_fish_complete_options_and_their_values() {
    needs!(ZSH, FISH);
    let folder = write("completions");
    let sandbox = Sandbox::new();
    for (typed, zsh, fish) in [
        ("keygen --com", "keygen --comment=\n", "--comment\t"),
        ("keygen -t ed", "keygen -t ed25519 \n", "ed25519\t"),
        ("keycheck --pub", "keycheck --public-only \n", "--public-only\t"),
        ("pubfp --ssh", "pubfp --sshfp=\n", "--sshfp\t"),
        ("hostfp --sysroot /us", "hostfp --sysroot /usr/\n", "/usr/\t"),
    ] {
        assert_eq!(zsh_completes(&folder, typed), zsh);
        let tool = typed.split(' ').next().unwrap();
        let script = format!("source {}; complete -C '{typed}'", folder.join(format!("fish/{tool}.fish")).display());
        let offered = sandbox.run("fish", ["--no-config", "-c", &script]).good();
        assert!(offered.lines().count() == 1 && offered.starts_with(fish), "{typed}: {offered}");
    }
}
