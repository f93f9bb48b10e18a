//! Decides whether consumers accept a key, and what may be given away: by type and size ([`accepted`]), by how a key is written
//! (`form`), for private keys (`private`), and for all text that goes with a key (`leaving`).

pub mod accepted;
pub mod consumers;
pub(crate) mod expiry;
pub(crate) mod form;
pub(crate) mod leaving;
pub mod policies;
pub(crate) mod private;
pub(crate) mod terms;
