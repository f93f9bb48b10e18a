//! Passphrases and other text that must not be seen.

use zeroize::Zeroize as _;
use zeroize::Zeroizing;

/// Bytes that are wiped when dropped and that no message can print: there is no `Debug` and no `Display`.
#[derive(Clone)]
pub struct Secret {
    bytes: Zeroizing<Vec<u8>>,
    /// The same line as its file has it, where that is not the same.
    in_file: Option<Zeroizing<Vec<u8>>>,
}

/// How a file wrote it does not count.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Secret {}

impl Secret {
    /// Takes the bytes over; no copy is left behind.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { bytes: Zeroizing::new(bytes), in_file: None }
    }

    /// The same, as the line of a file that has more bytes: a byte order mark, a carriage return.
    #[must_use]
    pub fn of_line(bytes: Vec<u8>, line: Vec<u8>) -> Self {
        let line = Zeroizing::new(line);
        Self { in_file: (bytes != *line).then_some(line), ..Self::new(bytes) }
    }

    /// The line of its file, where that has more bytes. Programs that took it for the passphrase encrypted keys under it.
    #[must_use]
    pub fn in_file(&self) -> Option<&[u8]> {
        self.in_file.as_deref().map(Vec::as_slice)
    }

    /// The bytes, for the cipher or key derivation that needs them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// No passphrase at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// Puts bytes behind those that are there. Where that needs more room, the old room is wiped: a vector that grows by
/// itself leaves what it held behind.
pub fn append(to: &mut Zeroizing<Vec<u8>>, bytes: &[u8]) {
    let length = to.len() + bytes.len();
    if length > to.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(length.next_power_of_two().max(1024)));
        larger.extend_from_slice(to);
        *to = larger;
    }
    to.extend_from_slice(bytes);
}

/// Wipes the stack below the caller: ciphers decrypt many blocks at once there, and leave them.
#[inline(never)]
pub fn wipe_stack() {
    let mut stack = [0_u8; 64 * 1024];
    stack.zeroize();
}

/// From here on this process leaves no core file, and no other process of the user may read its memory
/// (`PR_SET_DUMPABLE`, prctl(2)).
///
/// A system that refuses leaves us where we were; there is nothing better to do than to go on.
#[cfg(unix)]
pub fn forbid_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = setrlimit(Resource::Core, none);
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Windows writes no core files of its own accord.
#[cfg(not(unix))]
pub fn forbid_core_dumps() {}
