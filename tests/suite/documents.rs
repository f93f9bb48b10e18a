//! What the option tables are turned into: manual pages and completions, judged by the programs that read them.
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
fn mandoc_finds_nothing_to_complain_about_in_the_manual_pages() {
    needs!(MANDOC);
    let folder = write("man");
    let sandbox = Sandbox::new();
    for tool in binaries::TOOLS {
        let page = folder.join(format!("{tool}.1"));
        let outcome = sandbox
            .run("mandoc", ["-T".as_ref(), "lint".as_ref(), "-W".as_ref(), "warning".as_ref(), page.as_os_str()]);
        assert_eq!(outcome.stdout, "", "{tool}");
        let text = sandbox.run("mandoc", ["-T".as_ref(), "utf8".as_ref(), page.as_os_str()]).good();
        // Bold letters are printed over themselves.
        let text: String = text
            .split('\u{8}')
            .map(|part| &part[..part.char_indices().next_back().map_or(0, |(last, _)| last)])
            .collect();
        for section in ["EXIT STATUS", "EXAMPLES", "SEE ALSO"] {
            assert!(text.contains(section), "{tool}: {section}");
        }
    }
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
