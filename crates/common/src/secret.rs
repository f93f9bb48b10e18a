//! Passphrases and other secrets in memory.

use zeroize::Zeroize as _;
use zeroize::Zeroizing;

/// Bytes that are wiped when dropped and that no message can print: the type has neither `Debug` nor `Display`.
#[derive(Clone)]
pub struct Secret {
    bytes: Zeroizing<Vec<u8>>,
    /// The whole line of its file, if that has more bytes.
    in_file: Option<Zeroizing<Vec<u8>>>,
}

/// Compares the bytes alone, not the line of the file.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Secret {}

impl Secret {
    /// Takes ownership of the bytes; no copy remains.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { bytes: Zeroizing::new(bytes), in_file: None }
    }

    /// A secret from a line of a file, which may have more bytes: a byte order mark, a carriage return.
    #[must_use]
    pub fn of_line(bytes: Vec<u8>, line: Vec<u8>) -> Self {
        let line = Zeroizing::new(line);
        Self { in_file: (bytes != *line).then_some(line), ..Self::new(bytes) }
    }

    /// Returns the line of its file if that has more bytes. Some programs encrypt keys under that line.
    #[must_use]
    pub fn in_file(&self) -> Option<&[u8]> {
        self.in_file.as_deref().map(Vec::as_slice)
    }

    /// Returns the bytes, for the cipher or key derivation that needs them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether there is no passphrase at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// Appends bytes. If this needs more memory, the old memory is wiped: a vector that grows by itself leaves a copy in it.
pub fn append(to: &mut Zeroizing<Vec<u8>>, bytes: &[u8]) {
    let length = to.len() + bytes.len();
    if length > to.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(length.next_power_of_two().max(1024)));
        larger.extend_from_slice(to);
        *to = larger;
    }
    to.extend_from_slice(bytes);
}

/// Wipes the stack below the caller, where ciphers decrypt many blocks at once and leave them.
#[inline(never)]
pub fn wipe_stack() {
    let mut stack = [0_u8; 64 * 1024];
    stack.zeroize();
}

/// Keeps this process from writing a core file, and other processes of the user from reading its memory (`PR_SET_DUMPABLE`,
/// prctl(2)).
///
/// If the system refuses, the process continues without this protection; nothing better can be done.
#[cfg(unix)]
pub fn forbid_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = setrlimit(Resource::Core, none);
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Windows writes no core files by itself.
#[cfg(not(unix))]
pub fn forbid_core_dumps() {}
