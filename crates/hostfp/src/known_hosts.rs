//! `known_hosts` (sshd(8)): its lines, and how a verified host comes into one. Every line that is not about that host
//! and type of key stays as it is, to the byte.

use std::borrow::Cow;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::bytes::read_small_file;
use common::error::{Error, Place};
use common::keys::PublicKey;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

/// The longest file that is changed, in bytes.
const MAX_FILE: usize = 64 * 1024 * 1024;

/// What stands before a hashed host; OpenSSH's ssh-keygen(1), -H.
const HASHED: &str = "|1|";

/// A line of `known_hosts`. For a certificate its plain key stands there: it is the key that is trusted, not the
/// authority that signed it.
pub(crate) fn line(host: &str, key: &PublicKey<'_>) -> String {
    let key_type = if key.is_certificate() { key.kind().name() } else { key.type_name() };
    format!("{host} {key_type} {}\n", STANDARD.encode(key.plain_blob()))
}

/// A host's name with a salt, so that the file does not tell where its owner connects to.
pub(crate) fn hashed(host: &str) -> Result<String, Error> {
    let mut salt = [0; 20];
    getrandom::fill(&mut salt).map_err(|_| Error::trouble("the operating system gives no random numbers"))?;
    let mac = hmac_sha1(&salt, host).ok_or_else(|| Error::trouble("the host cannot be hashed"))?;
    Ok(format!("{HASHED}{}|{}", STANDARD.encode(salt), STANDARD.encode(mac)))
}

fn hmac_sha1(salt: &[u8], host: &str) -> Option<Vec<u8>> {
    let mut mac = Hmac::<Sha1>::new_from_slice(salt).ok()?;
    mac.update(host.as_bytes());
    Some(mac.finalize().into_bytes().to_vec())
}

/// A `known_hosts` file that verified hosts are added to.
#[derive(Debug)]
pub(crate) struct File<'a> {
    path: &'a Path,
    hash: bool,
}

impl<'a> File<'a> {
    /// The file of that path, with hashed names or plain ones.
    pub(crate) const fn new(path: &'a Path, hash: bool) -> Self {
        Self { path, hash }
    }

    /// Adds verified keys of a host, replaces older ones of the same types, and leaves out those that are there.
    ///
    /// # Errors
    /// The file cannot be read or written, or says that one of the keys is revoked.
    pub(crate) fn add(&self, host: &str, keys: &[&PublicKey<'_>]) -> Result<(), Error> {
        let trouble = |error: io::Error| Error::io("cannot write", &error).at(Place::file(self.path));
        // Behind a symbolic link the file itself is replaced, not the link.
        let path = fs::canonicalize(self.path).unwrap_or_else(|_| self.path.to_owned());
        let _lock = lock(&path).map_err(trouble)?;
        let old = read_small_file(&path, MAX_FILE)?;
        let new = changed(&old, host, keys, self.hash).map_err(|error| match error.place() {
            Some(place) => {
                let line = place.line;
                error.at(Place { line, ..Place::file(self.path) })
            }
            None => error,
        })?;
        if new == old { Ok(()) } else { replace(&path, &new).map_err(trouble) }
    }
}

/// Opens the file, which is made where it is missing, and keeps other hostfps away from it until the value is dropped.
#[cfg(unix)]
fn lock(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
    loop {
        let file = fs::OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
        match file.lock() {
            Err(error) if error.kind() != io::ErrorKind::Unsupported => return Err(error),
            _ => {}
        }
        // Whoever held the lock may have put another file in this one's place.
        let (ours, there) = (file.metadata()?, fs::metadata(path)?);
        if (ours.dev(), ours.ino()) == (there.dev(), there.ino()) {
            return Ok(file);
        }
    }
}

/// Makes the file where it is missing. Windows does not replace a file that is open, so nobody is kept away.
#[cfg(not(unix))]
fn lock(path: &Path) -> io::Result<()> {
    fs::OpenOptions::new().append(true).create(true).open(path).map(drop)
}

/// Puts a file with these contents in the place of another, which is either the old or the new one at every moment.
fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .map_or_else(|| PathBuf::from("."), Path::to_owned);
    let mut file = tempfile::Builder::new().prefix(".known_hosts-").tempfile_in(folder)?;
    file.write_all(contents)?;
    file.as_file().set_permissions(fs::metadata(path)?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// The contents with these keys of the host in it.
fn changed(old: &[u8], host: &str, keys: &[&PublicKey<'_>], hash: bool) -> Result<Vec<u8>, Error> {
    let mut missing: Vec<String> = keys.iter().map(|key| line(host, key)).collect();
    let mut new = Vec::with_capacity(old.len() + 512 * keys.len());
    for (index, text) in old.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let Some(entry) = Entry::read(text) else {
            new.extend_from_slice(text);
            continue;
        };
        let key = keys.iter().find(|key| entry.is_of_type(key));
        let same = key.is_some_and(|key| entry.is_key(key));
        match entry.marker {
            Some("@revoked") if same => {
                let place = Place { file: String::new(), line: Some(index + 1) };
                return Err(Error::no("this line says that the host's key is revoked; nothing is added").at(place));
            }
            None if key.is_some() && entry.is_for(host) => {
                if same {
                    missing.retain(|line| !entry.is_line(line));
                    new.extend_from_slice(text);
                } else {
                    new.extend_from_slice(&entry.without(host, text));
                }
            }
            _ => new.extend_from_slice(text),
        }
    }
    if !missing.is_empty() && new.last().is_some_and(|last| *last != b'\n') {
        new.push(b'\n');
    }
    for line in missing {
        let line = match (hash, line.split_once(' ')) {
            (true, Some((_, key))) => format!("{} {key}", hashed(host)?),
            _ => line,
        };
        new.extend_from_slice(line.as_bytes());
    }
    Ok(new)
}

/// A line with a key.
struct Entry<'a> {
    marker: Option<&'a str>,
    hosts: &'a str,
    key_type: &'a str,
    blob: &'a str,
}

impl<'a> Entry<'a> {
    /// Reads a line; none where it is a comment or not text. Fields are separated by blanks.
    fn read(line: &'a [u8]) -> Option<Self> {
        let line = std::str::from_utf8(line).ok()?;
        let mut words = line.split_ascii_whitespace();
        let first = words.next().filter(|word| !word.starts_with('#'))?;
        let (marker, hosts) = if first.starts_with('@') { (Some(first), words.next()?) } else { (None, first) };
        Some(Self { marker, hosts, key_type: words.next()?, blob: words.next()? })
    }

    fn is_of_type(&self, key: &PublicKey<'_>) -> bool {
        self.key_type == key.kind().name()
    }

    fn is_key(&self, key: &PublicKey<'_>) -> bool {
        STANDARD.decode(self.blob).is_ok_and(|blob| blob == key.plain_blob())
    }

    /// Whether a line of ours has the same type and so is about the same key.
    fn is_line(&self, line: &str) -> bool {
        line.split(' ').nth(1) == Some(self.key_type)
    }

    /// Whether it names the host itself; a pattern that happens to match it is about others too.
    fn is_for(&self, host: &str) -> bool {
        self.hosts.split(',').any(|name| names(name, host))
    }

    /// The line without the host; nothing where it is about no other.
    fn without(&self, host: &str, text: &'a [u8]) -> Cow<'a, [u8]> {
        let others: Vec<&str> = self.hosts.split(',').filter(|name| !names(name, host)).collect();
        // A pattern that only takes away names nobody.
        if others.iter().all(|name| name.starts_with('!')) {
            return Cow::Borrowed(&[]);
        }
        let text = String::from_utf8_lossy(text);
        Cow::Owned(text.replacen(self.hosts, &others.join(","), 1).into_bytes())
    }
}

/// Whether a name, plain or hashed, is the host's.
fn names(name: &str, host: &str) -> bool {
    let Some(hashed) = name.strip_prefix(HASHED) else { return name.eq_ignore_ascii_case(host) };
    let Some((salt, mac)) = hashed.split_once('|') else { return false };
    match (STANDARD.decode(salt), STANDARD.decode(mac)) {
        (Ok(salt), Ok(mac)) => hmac_sha1(&salt, host).is_some_and(|right| right == mac),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> PublicKey<'static> {
        PublicKey::ed25519(&[byte; 32]).unwrap()
    }

    fn after(old: &str, key: &PublicKey<'_>) -> String {
        String::from_utf8(changed(old.as_bytes(), "[vm]:2222", &[key], false).unwrap()).unwrap()
    }

    #[test]
    fn a_new_host_is_added_at_the_end_and_only_once() {
        let (ours, other) = (line("[vm]:2222", &key(1)), line("vm", &key(2)));
        assert_eq!(after("", &key(1)), ours);
        assert_eq!(after(&ours, &key(1)), ours);
        assert_eq!(after(&other, &key(1)), format!("{other}{ours}"));
        // A last line that does not end, a comment, and bytes that are no text.
        assert_eq!(after(other.trim_end(), &key(1)), format!("{other}{ours}"));
        let odd = b"# x\r\n\n\xff\xfe [vm]:2222 ssh-ed25519 AAAA\n";
        let new = changed(odd, "[vm]:2222", &[&key(1)], false).unwrap();
        assert_eq!(new, [&odd[..], ours.as_bytes()].concat());
    }

    #[test]
    fn an_older_key_of_the_same_type_gives_way_and_nothing_else_does() {
        let rsa = PublicKey::rsa(&[3], &[0xc5; 256]).unwrap();
        let kept = [
            line("[vm]:2222", &rsa),
            line("vm", &key(2)),
            line("[vm]:22222", &key(2)),
            line("*", &key(2)),
            format!("@cert-authority {}", line("[vm]:2222", &key(2))),
            format!("@revoked {}", line("[vm]:2222", &key(2))),
            "  #\t[vm]:2222 ssh-ed25519 AAAA\r\n".to_owned(),
        ]
        .concat();
        let stale = line("[VM]:2222", &key(2));
        let ours = line("[vm]:2222", &key(1));
        assert_eq!(after(&format!("{stale}{kept}{stale}"), &key(1)), format!("{kept}{ours}"));
    }

    #[test]
    fn a_line_about_several_hosts_loses_only_the_one() {
        let (several, rest) = (line("a,[vm]:2222,b", &key(2)), line("a,b", &key(2)));
        let with_comment = several.replace('\n', " [vm]:2222 of old\r\n");
        let ours = line("[vm]:2222", &key(1));
        assert_eq!(after(&with_comment, &key(1)), format!("{}{ours}", rest.replace('\n', " [vm]:2222 of old\r\n")));
        assert_eq!(after(&line("[vm]:2222,!b", &key(2)), &key(1)), ours);
    }

    #[test]
    fn hashed_names_are_written_and_recognised() {
        let name = hashed("[vm]:2222").unwrap();
        assert!(names(&name, "[vm]:2222") && !names(&name, "vm"));
        assert_ne!(name, hashed("[vm]:2222").unwrap());
        let same = line(&name, &key(1));
        assert_eq!(after(&same, &key(1)), same);
        assert_eq!(after(&line(&name, &key(2)), &key(1)), line("[vm]:2222", &key(1)));
        let new = changed(b"", "[vm]:2222", &[&key(1)], true).unwrap();
        let new = String::from_utf8(new).unwrap();
        assert!(new.starts_with("|1|") && !new.contains("vm"), "{new}");
        for damaged in ["|1|", "|1||", "|1|!|!", "|1|AAAA"] {
            assert!(!names(damaged, "vm"));
        }
    }

    #[test]
    fn a_revoked_key_is_never_added() {
        let revoked = format!("# \n@revoked {}", line("*", &key(1)));
        let error = changed(revoked.as_bytes(), "vm", &[&key(1)], false).unwrap_err();
        assert_eq!(error.place().and_then(|place| place.line), Some(2));
        assert!(changed(revoked.as_bytes(), "vm", &[&key(2)], false).is_ok());
    }
}
