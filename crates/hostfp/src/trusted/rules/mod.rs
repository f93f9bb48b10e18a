//! Statements that a key does not count: comments, names, dates, ports and messages that deny it, or show that it is another
//! machine's. These modules read no key; all that they can do is to refuse one.

pub(crate) mod comments;
pub(crate) mod confirmations;
pub(crate) mod dates;
pub(crate) mod denials;
pub(crate) mod headings;
pub(crate) mod host_names;
pub(crate) mod one_host;
pub(crate) mod ports;
pub(crate) mod raw_sshd;
pub(crate) mod wall;
