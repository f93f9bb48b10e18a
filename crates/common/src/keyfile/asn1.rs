//! The structure of DER before it is known what it means: which types of values a sequence holds.

use spki::der::asn1::{AnyRef, UintRef};
use spki::der::{Decode as _, Error, ErrorKind, Reader as _, Tag, Tagged as _};

/// The most values in a sequence that is looked at; a private RSA key has ten.
const MOST: usize = 16;

/// The values of a sequence that is all there is.
pub(super) struct Sequence<'a> {
    /// Each value.
    pub(super) values: Vec<AnyRef<'a>>,
    /// A letter for the type of each: `I` INTEGER, `O` OCTET STRING, `B` BIT STRING, `N` OBJECT IDENTIFIER (a name), `S`
    /// SEQUENCE, `0` to `9` context-specific, `?` another.
    pub(super) shape: String,
}

impl<'a> Sequence<'a> {
    /// Takes DER apart; `None` if it is not one whole sequence.
    pub(super) fn parse(der: &'a [u8]) -> Option<Self> {
        Self::of(AnyRef::from_der(der).ok()?)
    }

    /// Takes a value apart; `None` if it is not a sequence.
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

    /// The values, where there are as many.
    pub(super) fn array<const N: usize>(&self) -> Option<[AnyRef<'a>; N]> {
        self.values.as_slice().try_into().ok()
    }

    /// The value at a place.
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

/// The digits of an INTEGER that is not negative, without leading zeros.
pub(super) fn unsigned<'a>(value: AnyRef<'a>) -> Option<&'a [u8]> {
    value.decode_as::<UintRef<'a>>().ok().map(|number| number.as_bytes())
}
