//! The formats in which keys are accepted. Each module says why a stranger cannot write a line of its format.

pub(crate) mod boot_choice;
pub(crate) mod cloud_init;
pub(crate) mod console;
pub(crate) mod guest_attributes;
pub(crate) mod json;
pub(crate) mod lines;
pub(crate) mod markdown;
pub(crate) mod putty;
pub(crate) mod run_command;
pub(crate) mod sshfp;
pub(crate) mod start;
pub(crate) mod stdout;
pub(crate) mod terminal;
