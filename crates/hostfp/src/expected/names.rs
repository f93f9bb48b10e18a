//! The names of a host.

use std::ffi::OsStr;

use common::escape;

use crate::handshake::target::{SSH_PORT, Target};

/// The ways in which people write a host: without its port only if that is 22.
pub(super) fn spellings(name: &str) -> Vec<String> {
    let Ok(Target { host, port }) = Target::parse(OsStr::new(name), SSH_PORT) else { return vec![name.to_owned()] };
    let mut all = vec![format!("[{host}]:{port}")];
    // An IPv6 address followed by a port would be another address.
    if !host.contains(':') {
        all.push(format!("{host}:{port}"));
    }
    if port == SSH_PORT {
        all.push(host);
    }
    all
}

/// These names for a message.
pub(super) fn list(names: &[String]) -> String {
    escape::text(names.join(",").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_part_of_a_name() {
        assert_eq!(spellings("vm"), ["[vm]:22", "vm:22", "vm"]);
        assert_eq!(spellings("[vm]:2222"), ["[vm]:2222", "vm:2222"]);
        assert_eq!(spellings("::1"), ["[::1]:22", "::1"]);
    }
}
