use std::io::Write as _;

use super::*;

/// A temporary folder, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("atomic-file-{}-{}", std::process::id(), random_digits()));
        fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_new_file_replaces_the_old_one_and_nothing_else_stays() {
    let folder = Folder::new();
    let place = folder.file("f");
    for (contents, access) in [("one", Access::Owner), ("two", Access::Umask)] {
        let new = AtomicFile::create(&place, "test", access).unwrap();
        new.file().write_all(contents.as_bytes()).unwrap();
        new.complete().unwrap().put_in_place().unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), contents);
        assert_eq!(folder.names(), ["f"]);
    }
}

#[test]
fn a_file_that_is_not_put_in_place_is_removed() {
    let folder = Folder::new();
    fs::write(folder.file("f"), "old").unwrap();
    let new = AtomicFile::create(&folder.file("f"), "test", Access::Owner).unwrap();
    assert_eq!(folder.names().len(), 2);
    drop(new);
    let complete = AtomicFile::create(&folder.file("f"), "test", Access::Owner).unwrap().complete().unwrap();
    assert_eq!(folder.names().len(), 2);
    drop(complete);
    assert_eq!(folder.names(), ["f"]);
    assert_eq!(fs::read_to_string(folder.file("f")).unwrap(), "old");
}

#[test]
fn only_a_file_or_a_link_is_replaced() {
    let folder = Folder::new();
    fs::create_dir(folder.file("folder")).unwrap();
    let refused = AtomicFile::create(&folder.file("folder"), "test", Access::Owner).unwrap_err();
    assert_eq!(refused.to_string(), "is not a regular file");
    assert!(AtomicFile::create(Path::new("/"), "test", Access::Owner).is_err());
    assert_eq!(folder.names(), ["folder"]);
}

#[test]
fn leftovers_are_removed_and_similar_names_are_kept() {
    let folder = Folder::new();
    let kept =
        [".f.other-0123456789abcdef", ".f.test-0123", ".f.test-0123456789abcdeg", ".g.test-0123456789abcdef", "f"];
    for name in kept.into_iter().chain([".f.test-0123456789abcdef"]) {
        fs::write(folder.file(name), "").unwrap();
    }
    fs::create_dir(folder.file(".f.test-00000000000000ff")).unwrap();
    remove_leftovers(&folder.file("f"), "test");
    let mut left = folder.names();
    left.retain(|name| name != ".f.test-00000000000000ff");
    assert_eq!(left, kept);
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode_of(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_mode_is_set_before_the_first_byte() {
        let folder = Folder::new();
        fs::write(folder.file("f"), "").unwrap();
        fs::set_permissions(folder.file("f"), fs::Permissions::from_mode(0o640)).unwrap();
        let like = fs::metadata(folder.file("f")).unwrap();
        for (access, mode) in [(Access::Owner, 0o600), (Access::Like(&like), 0o640)] {
            let new = AtomicFile::create(&folder.file("f"), "test", access).unwrap();
            assert_eq!(mode_of(&new.staged.path), mode);
            assert_eq!(new.file().metadata().unwrap().len(), 0);
        }
    }

    #[test]
    fn a_new_file_is_made_in_the_place_of_nothing_else() {
        let folder = Folder::new();
        fs::write(folder.file("file"), "theirs").unwrap();
        symlink("file", folder.file("link")).unwrap();
        symlink("nothing", folder.file("dangling")).unwrap();
        fs::create_dir(folder.file("folder")).unwrap();
        for name in ["file", "link", "dangling", "folder"] {
            let error = create_new(&folder.file(name), 0o600).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists, "{name}");
        }
        assert_eq!(folder.names(), ["dangling", "file", "folder", "link"]);
        assert_eq!(fs::read_to_string(folder.file("file")).unwrap(), "theirs");
    }

    #[test]
    fn only_an_own_file_of_one_name_is_opened() {
        let folder = Folder::new();
        let own = folder.file("own");
        assert!(open_own(&own).unwrap().is_none());
        fs::write(&own, "").unwrap();
        assert!(open_own(&own).unwrap().is_some());
        symlink("own", folder.file("link")).unwrap();
        symlink("nothing", folder.file("dangling")).unwrap();
        fs::create_dir(folder.file("folder")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(folder.file("fifo")).status().unwrap().success());
        let refused = |name: &str, why: &str| {
            let error = open_own(&folder.file(name)).unwrap_err();
            let file = folder.file(name);
            assert_eq!(error.message(), format!("cannot use {}, which {why}", file.display()));
            assert!(error.remedy().unwrap().starts_with(&format!("remove {}", file.display())));
        };
        refused("link", "is a symbolic link");
        refused("dangling", "is a symbolic link");
        refused("folder", "is not a regular file");
        refused("fifo", "is not a regular file");
        fs::hard_link(&own, folder.file("second")).unwrap();
        refused("own", "has another name (hard link)");
        fs::remove_file(folder.file("second")).unwrap();
        // Only root can give a file away; then it is not ours.
        if std::os::unix::fs::chown(&own, Some(12345), None).is_ok() {
            refused("own", "belongs to another user (uid 12345)");
        }
    }
}
