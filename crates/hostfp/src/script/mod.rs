//! Provides the script for Run Command. It prints the fingerprints of all host keys on any Linux VM: by hostfp if that is
//! installed, otherwise by ssh-keygen, OpenSSL or coreutils (or busybox), and otherwise the public keys themselves.
//!
//! The script is one line of ASCII that no shell on the way changes in `--scripts "$(hostfp --run-command-script)"`.
//! PowerShell joins lines with spaces. azure-cli on Windows is a batch file, for which cmd.exe ends an argument at a newline,
//! expands text between percent signs, and misreads double quotes. So the script contains none of these. cmd.exe accepts 8191
//! bytes per command; the script is far shorter.
//!
//! Its output is at most 3500 bytes, whatever comments the keys have, since Run Command keeps only the last 4096: the
//! machine's name replaces the comments, and lines that do not fit are left out.

/// The script with its comments.
const SOURCE: &str = include_str!("run_command.sh");

/// Returns the script as one line.
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
