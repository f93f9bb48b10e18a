//! The words of commands that read host keys: programs, keywords of shells, and paths of host keys.

use crate::trusted::grammar::host_key_paths;

/// Programs, keywords of shells and of their languages, and words for keys, in lowercase.
#[rustfmt::skip]
const WORDS: [&str; 102] = [
    // Keywords and commands of shells.
    "break", "case", "continue", "do", "done", "echo", "elif", "else", "esac", "exit", "export", "false", "fi", "for", "if",
    "in", "local", "printf", "pipefail", "read", "set", "test", "then", "true", "while",
    // Programs that run another program.
    "bash", "cmd", "dash", "doas", "env", "nice", "nohup", "powershell", "pwsh", "root", "sh", "sudo", "timeout", "xargs",
    // Programs that find, read and cut text.
    "awk", "base64", "cat", "cd", "cut", "dgst", "dir", "egrep", "find", "gawk", "grep", "head", "hostname", "ls", "openssl",
    "sed", "sha256sum", "sort", "tail", "tr", "uname", "uniq",
    // Programs that read host keys.
    "hostfp", "keycheck", "pubfp", "ssh-keygen", "sshd",
    // awk's.
    "begin", "end", "nf", "nr", "print",
    // PowerShell's.
    "foreach", "foreach-object", "fullname", "gc", "gci", "get-childitem", "get-content", "name", "out-string",
    "select-object", "sort-object", "type", "where-object", "write-output",
    // Keys, their types and hashes.
    "dsa", "ecdsa", "ed25519", "hostkey", "key", "keys", "md5", "nistp256", "nistp384", "nistp521", "pub", "rsa",
    "sha256", "sha512", "ssh-", "ssh-ed25519", "ssh-rsa",
];

/// Returns the known word or program that a word is; it may be in a folder of programs.
pub(super) fn program(word: &str) -> Option<&'static str> {
    let path = word.replace('\\', "/");
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let is_of_system = folder.is_empty() && !path.starts_with('/')
        || ["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/opt/bin"]
            .contains(&folder)
        || ["c:/windows/", "c:/program files/"].iter().any(|start| folder.starts_with(start));
    let name = name.strip_suffix(".exe").unwrap_or(name);
    WORDS.into_iter().find(|known| is_of_system && *known == name)
}

/// Whether a word is the path or the name of host keys in sshd's own folder, or that folder.
pub(super) fn is_of_host_keys(word: &str) -> bool {
    let path = word.replace('\\', "/");
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.*?{}[],$".contains(&byte);
    let is_name = name.starts_with("ssh_host_") && name.bytes().all(is_of_name);
    let is_any = name.starts_with('*') && (name.ends_with(".pub") || name.ends_with("key") || name.ends_with("key*"));
    host_key_paths::is_folder(&path)
        || is_name && folder.is_empty()
        || host_key_paths::is_folder(folder) && (is_name || is_any || name.is_empty())
}
