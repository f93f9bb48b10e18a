//! What the operating system is asked for beside reading and writing: files that come into their place whole, signals,
//! and who may read a file.

#[cfg(windows)]
pub mod access_list;
pub mod atomic_file;
pub mod interrupt;
pub mod own_folder;
