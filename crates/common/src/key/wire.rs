//! Reads the data types of RFC 4251 section 5, without copying.

/// The input ends before its lengths promise, or an integer is written as RFC 4251 forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bad;

/// Reads a sequence of RFC 4251 values.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Begins at the start of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes not read yet.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// Whether all bytes were read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads `length` raw bytes.
    ///
    /// # Errors
    /// Fewer are left.
    pub fn bytes(&mut self, length: usize) -> Result<&'a [u8], Bad> {
        let (head, tail) = self.0.split_at_checked(length).ok_or(Bad)?;
        self.0 = tail;
        Ok(head)
    }

    /// Reads a `uint32`.
    ///
    /// # Errors
    /// Fewer than 4 bytes are left.
    pub fn uint32(&mut self) -> Result<u32, Bad> {
        let (head, tail) = self.0.split_first_chunk().ok_or(Bad)?;
        self.0 = tail;
        Ok(u32::from_be_bytes(*head))
    }

    /// Reads a `string`.
    ///
    /// # Errors
    /// Its length goes past the end.
    pub fn string(&mut self) -> Result<&'a [u8], Bad> {
        let length = self.uint32()?;
        self.bytes(usize::try_from(length).map_err(|_| Bad)?)
    }

    /// Reads an `mpint` that is not negative, and drops its leading zeros. More leading zeros than RFC 4251 allows are
    /// accepted, as in ssh-keygen.
    ///
    /// # Errors
    /// Its length goes past the end, or it is negative.
    pub fn unsigned(&mut self) -> Result<&'a [u8], Bad> {
        self.written_unsigned().map(strip)
    }

    /// Reads such an `mpint` with its leading zeros; see [`is_canonical`].
    ///
    /// # Errors
    /// Those of [`Self::unsigned`].
    pub fn written_unsigned(&mut self) -> Result<&'a [u8], Bad> {
        let number = self.string()?;
        if number.first().is_some_and(|first| first & 0x80 != 0) {
            return Err(Bad);
        }
        Ok(number)
    }
}

/// Whether a non-negative `mpint` has no more zeros than its sign bit needs, as RFC 4251 requires.
#[must_use]
pub fn is_canonical(number: &[u8]) -> bool {
    match number {
        [0] => false,
        [0, next, ..] => next & 0x80 != 0,
        _ => true,
    }
}

/// Appends a `string`.
///
/// All strings written here are far below 4 GiB. A length that does not fit is cut, which makes the result unreadable, not
/// wrong.
pub fn put_string(to: &mut Vec<u8>, string: &[u8]) {
    put_length(to, string.len());
    to.extend_from_slice(string);
}

/// Appends a non-negative big-endian integer as an `mpint`.
pub fn put_unsigned(to: &mut Vec<u8>, number: &[u8]) {
    let number = strip(number);
    let sign = number.first().is_some_and(|first| first & 0x80 != 0);
    put_length(to, number.len() + usize::from(sign));
    if sign {
        to.push(0);
    }
    to.extend_from_slice(number);
}

/// Returns the number of bits in a big-endian integer.
#[must_use]
pub fn bits(number: &[u8]) -> usize {
    let number = strip(number);
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

fn put_length(to: &mut Vec<u8>, length: usize) {
    to.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
}

fn strip(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 4251 section 5.
    #[test]
    fn integers_are_encoded_as_in_the_rfc() {
        for (number, written) in [
            (&b""[..], &b"\0\0\0\0"[..]),
            (b"\x80", b"\0\0\0\x02\0\x80"),
            (b"\x09\xa3\x78\xf9\xb2\xe3\x32\xa7", b"\0\0\0\x08\x09\xa3\x78\xf9\xb2\xe3\x32\xa7"),
        ] {
            let mut out = Vec::new();
            put_unsigned(&mut out, number);
            assert_eq!(out, written);
            assert_eq!(Reader::new(&out).unsigned(), Ok(number));
            assert!(is_canonical(Reader::new(&out).written_unsigned().unwrap()));
        }
    }

    #[test]
    fn lengths_past_the_end_and_negative_numbers_are_refused() {
        assert_eq!(Reader::new(b"\0\0\0\x02a").string(), Err(Bad));
        assert_eq!(Reader::new(b"\xff\xff\xff\xff").string(), Err(Bad));
        assert_eq!(Reader::new(b"\0\0\0\x01\x80").unsigned(), Err(Bad));
        assert_eq!(Reader::new(b"\0\0").uint32(), Err(Bad));
    }

    #[test]
    fn superfluous_leading_zeros_are_not_canonical() {
        for (number, canonical) in [
            (&b""[..], true),
            (b"\0", false),
            (b"\0\x7f", false),
            (b"\0\x80", true),
            (b"\x01\0", true),
            (b"\0\0\x80", false),
        ] {
            assert_eq!(is_canonical(number), canonical, "{number:?}");
        }
    }

    #[test]
    fn bits_are_counted_from_the_highest_one() {
        assert_eq!([bits(b""), bits(b"\0\x01"), bits(b"\x80\0"), bits(b"\x7f")], [0, 1, 16, 7]);
    }
}
