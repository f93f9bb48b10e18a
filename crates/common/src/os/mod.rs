//! Operating system services besides reading and writing: atomic replacement of files, signals, and who may read a file.

#[cfg(windows)]
pub mod access_list;
pub mod atomic_file;
pub mod interrupt;
pub mod own_folder;
