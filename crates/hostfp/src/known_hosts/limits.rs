//! The limits of a file.

/// The longest file that is read, in bytes: 100,000 lines of the longest RSA keys.
pub(crate) const MAX_FILE: usize = 256 * 1024 * 1024;
