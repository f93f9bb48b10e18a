//! Creates the folder of a user's own keys and `known_hosts`: `.ssh` in the home folder.

use std::fs::{self, DirBuilder};
use std::io;
use std::path::{self, Path};

/// Creates `.ssh` in the home folder, for its owner alone, if `file` is to be in it and it does not exist. Returns whether
/// it did.
///
/// # Errors
/// It cannot be created.
pub fn make(file: &Path, home: Option<&Path>) -> io::Result<bool> {
    let Some(home) = home.filter(|_| !file.as_os_str().is_empty()) else { return Ok(false) };
    let own = path::absolute(home.join(".ssh"))?;
    if path::absolute(file)?.parent() != Some(&own) || fs::symlink_metadata(&own).is_ok() {
        return Ok(false);
    }
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has a mode to set"))]
    let mut folder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(own).map(|()| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_users_own_folder_is_made_and_only_where_it_is_missing() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        assert!(!make(&home.join(".ssh/id"), None).unwrap());
        assert!(!make(Path::new(""), Some(home)).unwrap());
        assert!(!make(&home.join("other/id"), Some(home)).unwrap());
        assert!(!home.join("other").exists());
        assert!(make(&home.join(".ssh/id"), Some(home)).unwrap());
        assert!(home.join(".ssh").is_dir());
        assert!(!make(&home.join(".ssh/id"), Some(home)).unwrap());
    }
}
