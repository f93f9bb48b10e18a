//! JSON in which keys are accepted: documents of known tools, and objects that name their hosts.

pub(crate) mod documents;
pub(crate) mod host_entry;
pub(crate) mod host_keys;
pub(crate) mod jq;
pub(crate) mod machine;
pub(crate) mod members;
pub(crate) mod objects;
pub(crate) mod own_keys;
pub(crate) mod rows;
pub(crate) mod terraform;
