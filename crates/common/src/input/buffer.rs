//! A buffer for input that may hold a private key.

use zeroize::Zeroize as _;

/// The initial size in bytes: enough for the file of one key. With a smaller one, Rust's standard input would read into a
/// buffer of its own, which is not wiped (12,288 bytes on Windows, 8,192 elsewhere).
pub(super) const FIRST: usize = 16 * 1024;

/// Bytes in memory that are wiped when dropped. Only the used part is wiped: wiping goes byte by byte, and most files hold
/// one key.
pub(super) struct Buffer {
    bytes: Vec<u8>,
    /// The number of bytes from the start that have been written to.
    used: usize,
}

impl Buffer {
    /// Allocates `size` bytes.
    pub(super) fn new(size: usize) -> Self {
        Self { bytes: vec![0; size], used: 0 }
    }

    /// Returns its size in bytes.
    pub(super) const fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the bytes before `end`.
    pub(super) fn filled(&self, end: usize) -> &[u8] {
        self.bytes.get(..end).unwrap_or_default()
    }

    /// Copies bytes to the start.
    pub(super) fn start_with(&mut self, bytes: &[u8]) {
        if let Some(start) = self.bytes.get_mut(..bytes.len()) {
            start.copy_from_slice(bytes);
            self.used = self.used.max(bytes.len());
        }
    }

    /// Fills the part after `start` by calling `read` on it. Returns how many bytes were read.
    ///
    /// # Errors
    /// Those of `read`.
    pub(super) fn read<E>(
        &mut self,
        start: usize,
        read: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<usize, E> {
        let count = read(self.bytes.get_mut(start..).unwrap_or_default())?;
        self.used = self.used.max((start + count).min(self.bytes.len()));
        Ok(count)
    }

    /// Grows to `size` bytes and keeps the contents. The old memory is wiped.
    pub(super) fn grow(&mut self, size: usize) {
        let mut larger = Self::new(size.max(self.bytes.len()));
        larger.start_with(self.filled(self.used));
        *self = larger;
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.bytes.get_mut(..self.used).unwrap_or_default().zeroize();
    }
}
