//! The script for Run Command: it prints the fingerprints of all host keys on any Linux VM, by hostfp where that is
//! installed, else by ssh-keygen, OpenSSL or coreutils (or busybox), and else the public keys themselves.
//!
//! It is one line of ASCII that each shell on the way leaves as it is in `--scripts "$(hostfp --run-command-script)"`.
//! PowerShell joins lines with blanks, and azure-cli on Windows is a batch file, for which cmd.exe ends an argument at
//! a newline, expands what stands between percent signs, and is confused by double quotes. So there are none of these.
//! cmd.exe takes 8191 bytes a command; the script stays far below.
//!
//! Its output is at most 3500 bytes, whatever comments the keys have, since Run Command keeps the last 4096 only: the
//! machine's name stands in place of the comments, and lines that do not fit are left out.

/// The script with its comments.
const SOURCE: &str = include_str!("run_command.sh");

/// The script, one line.
pub(crate) fn run_command() -> String {
    let lines = SOURCE.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.collect::<Vec<_>>().join(" ") + "\n"
}

#[cfg(test)]
mod tests {
    use super::run_command;

    #[test]
    fn every_shell_on_the_way_leaves_the_script_as_it_is() {
        let script = run_command();
        let line = script.strip_suffix('\n').unwrap();
        assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{line}");
        assert!(!line.contains(['"', '%', '!', '^', '`', '@']), "{line}");
        assert!(!line.contains("  ") && !line.ends_with('\\'));
        assert!(line.len() < 2000, "{}", line.len());
    }
}
