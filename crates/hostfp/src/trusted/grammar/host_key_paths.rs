//! Recognises the paths of host keys: sshd's own folders, and the names of the files in them.

/// sshd's own folders, in lowercase and with slashes. OpenSSH of FreeBSD's ports uses the second.
const FOLDERS: [&str; 5] =
    ["/etc/ssh", "/usr/local/etc/ssh", "c:/programdata/ssh", "%programdata%/ssh", "$env:programdata/ssh"];

/// Whether a path is one of sshd's own folders, with or without a slash at its end.
pub(crate) fn is_folder(path: &str) -> bool {
    let path = path.to_ascii_lowercase().replace('\\', "/");
    FOLDERS.contains(&path.trim_end_matches('/'))
}

/// Whether a path is one of these folders, or a name in it.
pub(crate) fn is_in_folder(path: &str) -> bool {
    is_folder(path) || split(path).0.is_some_and(is_folder)
}

/// Returns the folder of the path of a host's key, in lowercase and with slashes; `None` for other files, and for a name alone.
pub(crate) fn folder(path: &str) -> Option<String> {
    let (folder, name) = split(path);
    let folder = folder?.to_ascii_lowercase().replace('\\', "/");
    name.starts_with("ssh_host_").then_some(folder)
}

/// Whether a path is that of a host's key: its file name alone, or in one of sshd's folders, also below a mount point of an
/// administrator. Elsewhere users and containers have folders of these names, too.
pub(crate) fn is_file(path: &str) -> bool {
    let (folder, name) = split(path);
    let is_mounted = |folder: &str| {
        let folder = folder.to_ascii_lowercase().replace('\\', "/");
        ["etc/ssh", "programdata/ssh"].iter().filter_map(|place| folder.strip_suffix(place)).any(is_root)
    };
    type_in(name).is_some() && folder.is_none_or(|folder| is_folder(folder) || is_mounted(folder))
}

/// Whether a path is that of a host's key in one of these folders, with only letters, digits and underscores in its name.
pub(crate) fn is_plain_file(path: &str) -> bool {
    let (folder, name) = split(path);
    let is_plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    folder.is_some_and(is_folder) && type_in(name).is_some_and(is_plain)
}

/// Splits a path into its folder, if it has one, and its name.
fn split(path: &str) -> (Option<&str>, &str) {
    path.rsplit_once(['/', '\\']).map_or((None, path), |(folder, name)| (Some(folder), name))
}

/// Returns the type in the name of a host key's file: `ssh_host_TYPE_key.pub`.
fn type_in(name: &str) -> Option<&str> {
    let name = name.strip_suffix(".pub").unwrap_or(name);
    name.strip_prefix("ssh_host_")?.strip_suffix("_key").filter(|name| !name.is_empty())
}

/// Whether a folder is the root of a system: `/`, a drive of Windows, a mount point of an administrator, or a folder in the
/// one where the command was run.
fn is_root(folder: &str) -> bool {
    const MOUNTS: [&str; 5] = ["mnt", "media", "rescue", "sysroot", "target"];
    let Some(root) = folder.strip_suffix('/') else { return folder.is_empty() };
    let parts = root.trim_start_matches('/');
    let is_relative =
        parts == root && !parts.contains('/') && !matches!(parts, "home" | "users" | "tmp" | "run" | "..");
    let is_drive = parts.len() == 2 && parts.ends_with(':');
    let mut parts = parts.split('/');
    let first = parts.next().unwrap_or_default();
    // `/media/USER/LABEL` is a user's disk.
    let depth = if first == "media" { 1 } else { 2 };
    let is_name = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    first.is_empty()
        || is_drive
        || is_relative
        || MOUNTS.contains(&first) && parts.by_ref().take(depth).all(is_name) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_key_is_in_a_folder_of_a_system() {
        for (path, is_one) in [
            ("ssh_host_rsa_key", true),
            ("ssh_host_rsa_key.pub", true),
            ("id_rsa.pub", false),
            ("/etc/ssh/ssh_host_rsa_key", true),
            ("//etc/ssh/ssh_host_rsa_key", true),
            ("etc/ssh/ssh_host_rsa_key", true),
            ("/usr/local/etc/ssh/ssh_host_rsa_key", true),
            ("$env:ProgramData\\ssh\\ssh_host_rsa_key", true),
            ("/home/bob/usr/local/etc/ssh/ssh_host_rsa_key", false),
            ("/mnt/ssh_host_rsa_key", false),
            ("C:\\ProgramData\\ssh\\ssh_host_rsa_key", true),
            ("/C:/ProgramData/ssh/ssh_host_rsa_key", true),
            ("/abc:/ProgramData/ssh/ssh_host_rsa_key", false),
            ("%ProgramData%\\ssh\\ssh_host_rsa_key", true),
            ("backup/etc/ssh/ssh_host_rsa_key", true),
            ("backup/vm/etc/ssh/ssh_host_rsa_key", false),
            ("home/etc/ssh/ssh_host_rsa_key", false),
            ("../etc/ssh/ssh_host_rsa_key", false),
            ("/backup/etc/ssh/ssh_host_rsa_key", false),
            ("/vm/etc/ssh/ssh_host_rsa_key", false),
            ("/home/bob/etc/ssh/ssh_host_rsa_key", false),
            ("/mnt/etc/ssh/ssh_host_rsa_key", true),
            ("/mnt/disk-1/etc/ssh/ssh_host_rsa_key", true),
            ("/mnt/disk/root_1/etc/ssh/ssh_host_rsa_key", true),
            ("/media/disk/etc/ssh/ssh_host_rsa_key", true),
            ("/media/bob/STICK/etc/ssh/ssh_host_rsa_key", false),
            ("/mnt/disk/home/bob/etc/ssh/ssh_host_rsa_key", false),
            ("/mnt/a b/etc/ssh/ssh_host_rsa_key", false),
            ("/mnt/.x/etc/ssh/ssh_host_rsa_key", false),
            ("/my-etc/ssh/ssh_host_rsa_key", false),
        ] {
            assert_eq!(is_file(path), is_one, "{path}");
        }
    }

    #[test]
    fn each_folder_of_sshds_is_one_in_any_spelling() {
        for path in ["/etc/ssh", "/etc/ssh/", "/usr/local/etc/ssh", "C:\\ProgramData\\ssh", "$env:ProgramData/ssh"] {
            assert!(is_folder(path) && is_in_folder(path), "{path}");
            assert!(is_in_folder(&format!("{path}/x")) && !is_folder(&format!("{path}/x")), "{path}");
            assert!(!is_in_folder(&format!("{path}/x/y")), "{path}");
            assert!(is_plain_file(&format!("{path}/ssh_host_rsa_key")), "{path}");
        }
        for path in ["etc/ssh", "/etc/ssh2", "/home/bob/etc/ssh", "/opt/etc/ssh", ""] {
            assert!(!is_folder(path) && !is_in_folder(path), "{path}");
        }
    }
}
