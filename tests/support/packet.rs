//! Reads and writes the binary packets of RFC 4253 section 6, before any encryption.

use std::io::{self, Read};

/// The longest packet that must be accepted (RFC 4253 section 6.1), in bytes.
pub const LONGEST: usize = 35_000;

/// Appends a `string` of RFC 4251.
pub fn put(to: &mut Vec<u8>, field: &[u8]) {
    to.extend(u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
    to.extend(field);
}

/// Takes a `string` of RFC 4251 from the front.
#[must_use]
pub fn take<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = from.split_first_chunk()?;
    let (field, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    *from = after;
    Some(field)
}

/// Packs a payload as a packet.
#[must_use]
pub fn packed(payload: &[u8]) -> Vec<u8> {
    let padding = 4 + (8 - (4 + 1 + payload.len() + 4) % 8) % 8;
    let mut content = vec![u8::try_from(padding).unwrap_or(u8::MAX)];
    content.extend(payload);
    content.resize(content.len() + padding, 0);
    let mut packet = Vec::new();
    put(&mut packet, &content);
    packet
}

/// Reads the payload of the next packet.
///
/// # Errors
/// The stream ends, or the packet is longer than allowed or shorter than its padding.
pub fn read(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut content = vec![0; length];
    from.read_exact(&mut content)?;
    let padding = usize::from(*content.first().ok_or(io::ErrorKind::InvalidData)?);
    let end = content.len().checked_sub(padding).ok_or(io::ErrorKind::InvalidData)?;
    content.get(1..end).map(<[u8]>::to_vec).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// SSH_MSG_KEXINIT (RFC 4253 section 7.1) of a host that names a key exchange and a host key algorithm, and nothing
/// after them.
#[must_use]
pub fn kexinit(cookie: [u8; 16], key_exchanges: &str, host_keys: &str) -> Vec<u8> {
    let mut payload = vec![20];
    payload.extend(cookie);
    for names in [key_exchanges, host_keys, "", "", "", "", "", "", "", ""] {
        put(&mut payload, names.as_bytes());
    }
    payload.extend([0; 5]);
    payload
}
