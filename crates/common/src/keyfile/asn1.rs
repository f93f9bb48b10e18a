//! Parses DER without knowing its meaning: the types of the values in a sequence. Converts BER to DER.

use zeroize::Zeroizing;

use spki::der::asn1::{AnyRef, UintRef};
use spki::der::{Decode as _, Error, ErrorKind, Reader as _, Tag, Tagged as _};

/// The longest sequence that is examined, in values; a private RSA key has ten.
const MOST: usize = 16;

/// The values of a sequence that is the whole input.
pub(super) struct Sequence<'a> {
    /// Each value.
    pub(super) values: Vec<AnyRef<'a>>,
    /// A character for the type of each: `I` INTEGER, `O` OCTET STRING, `B` BIT STRING, `N` OBJECT IDENTIFIER (a name), `S`
    /// SEQUENCE, `0` to `9` context-specific, `?` another.
    pub(super) shape: String,
}

impl<'a> Sequence<'a> {
    /// Parses DER; `None` if it is not one whole sequence.
    pub(super) fn parse(der: &'a [u8]) -> Option<Self> {
        Self::of(AnyRef::from_der(der).ok()?)
    }

    /// Parses a value; `None` if it is not a sequence.
    pub(super) fn of(value: AnyRef<'a>) -> Option<Self> {
        let mut values = Vec::new();
        let whole = value.sequence(|reader| {
            while !reader.is_finished() {
                if values.len() == MOST {
                    return Err(Error::from(ErrorKind::Failed));
                }
                values.push(AnyRef::decode(reader)?);
            }
            Ok(())
        });
        whole.ok()?;
        let shape = values.iter().map(|value| letter(value.tag())).collect();
        Some(Self { values, shape })
    }

    /// Returns the values, if there are exactly N.
    pub(super) fn array<const N: usize>(&self) -> Option<[AnyRef<'a>; N]> {
        self.values.as_slice().try_into().ok()
    }

    /// Returns the value at an index.
    pub(super) fn get(&self, at: usize) -> Option<AnyRef<'a>> {
        self.values.get(at).copied()
    }
}

fn letter(tag: Tag) -> char {
    match tag {
        Tag::Integer => 'I',
        Tag::OctetString => 'O',
        Tag::BitString => 'B',
        Tag::ObjectIdentifier => 'N',
        Tag::Sequence => 'S',
        Tag::ContextSpecific { number, .. } => char::from_digit(number.value(), 10).unwrap_or('?'),
        _ => '?',
    }
}

/// Returns the bytes of an INTEGER that is not negative, without leading zeros.
pub(super) fn unsigned<'a>(value: AnyRef<'a>) -> Option<&'a [u8]> {
    value.decode_as::<UintRef<'a>>().ok().map(|number| number.as_bytes())
}

/// The maximum nesting depth; the values of a private key are three deep.
const DEEPEST: usize = 8;

/// Converts the value at the start of BER to DER (X.690 sections 8 and 10.1): BER lengths may have leading zeros, or be
/// indefinite. OpenSSL, and so ssh, reads all of these, and ignores what follows the value. `None` if it is not BER.
pub(super) fn distinguished(ber: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut der = Zeroizing::new(Vec::with_capacity(ber.len() + 8));
    put_distinguished(ber, &mut der, DEEPEST).map(|_| der)
}

/// Writes the DER of the value at the start of BER, and returns the bytes after it.
fn put_distinguished<'a>(ber: &'a [u8], der: &mut Vec<u8>, depth: usize) -> Option<&'a [u8]> {
    const CONSTRUCTED: u8 = 0x20;
    let ([tag, first], rest) = ber.split_first_chunk::<2>()?;
    let is_constructed = tag & CONSTRUCTED != 0;
    let (contents, after) = match *first {
        0x80 => (rest, None),
        short @ ..0x80 => rest.split_at_checked(short.into()).map(|(contents, after)| (contents, Some(after)))?,
        long => {
            let (length, rest) = rest.split_at_checked((long & 0x7f).into())?;
            let length =
                length.iter().try_fold(0_usize, |length, byte| length.checked_mul(256)?.checked_add((*byte).into()))?;
            rest.split_at_checked(length).map(|(contents, after)| (contents, Some(after)))?
        }
    };
    let mut inner = Zeroizing::new(Vec::with_capacity(contents.len() + 8));
    let mut rest = contents;
    if is_constructed {
        let depth = depth.checked_sub(1)?;
        // Two zeros end a value of indefinite length.
        while after.map_or(!rest.starts_with(&[0, 0]), |_| !rest.is_empty()) {
            rest = put_distinguished(rest, &mut inner, depth)?;
        }
    } else {
        after?;
        inner.extend_from_slice(contents);
    }
    let after = after.or_else(|| rest.get(2..))?;
    der.push(*tag);
    put_length(inner.len(), der);
    der.extend_from_slice(&inner);
    Some(after)
}

/// Writes a length in DER.
fn put_length(length: usize, der: &mut Vec<u8>) {
    let bytes = length.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    match u8::try_from(length) {
        Ok(short @ ..0x80) => der.push(short),
        _ => {
            der.push(0x80 | u8::try_from(bytes.len() - zeros).unwrap_or_default());
            der.extend_from_slice(bytes.get(zeros..).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ber_becomes_der() {
        let long = [&[0x30, 0x82, 0, 0x82, 4, 0x81, 0x7f][..], &[7; 0x7f]].concat();
        let as_der = [&[0x30, 0x81, 0x81, 4, 0x7f][..], &[7; 0x7f]].concat();
        for (ber, der) in [
            (&[0x30, 3, 2, 1, 5][..], &[0x30, 3, 2, 1, 5][..]),
            (&[0x30, 0x83, 0, 0, 3, 2, 1, 5], &[0x30, 3, 2, 1, 5]),
            (&[0x30, 0x80, 2, 1, 5, 0, 0], &[0x30, 3, 2, 1, 5]),
            (&[0x30, 0x80, 0x30, 0x80, 2, 0x81, 1, 5, 0, 0, 2, 1, 6, 0, 0, 9], &[0x30, 8, 0x30, 3, 2, 1, 5, 2, 1, 6]),
            (&[0x30, 3, 2, 1, 5, 0xff], &[0x30, 3, 2, 1, 5]),
            (&long, &as_der),
        ] {
            assert_eq!(distinguished(ber).as_deref().map(Vec::as_slice), Some(der), "{ber:?}");
        }
        let deep = [0x30, 0x80].repeat(100);
        for other in
            [&[][..], &[0x30], &[0x30, 4, 2, 1, 5], &[2, 0x80, 0, 0], &[0x30, 0x80, 2, 1, 5], &[0x30, 0xff], &deep]
        {
            assert!(distinguished(other).is_none(), "{other:?}");
        }
    }
}
