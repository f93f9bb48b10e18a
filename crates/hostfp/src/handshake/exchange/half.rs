//! One side of a key exchange.

use common::key::Hash;
use common::key::wire::{put_string, put_unsigned};

/// Our half of an exchange.
pub(super) struct Half {
    /// The public value for the host: the contents of a `string` or of an `mpint`.
    pub(super) public: Vec<u8>,
    /// Computes the shared secret from the host's half, encoded as the exchange hash needs it.
    pub(super) agree: Agree,
}

/// Takes the contents of a `string` or of an `mpint`; the error is what is wrong with them.
pub(super) type Agree = Box<dyn FnOnce(&[u8]) -> Result<Vec<u8>, &'static str>>;

/// A half whose shared secret is a byte string of fixed length.
pub(super) struct Raw(pub(super) Half);

impl Raw {
    /// The half alone: RFC 5656 section 4 and RFC 8731 section 3.1 read the bytes as a big-endian integer.
    pub(super) fn alone(self) -> Half {
        let Half { public, agree } = self.0;
        let agree = move |theirs: &[u8]| {
            let mut number = Vec::new();
            put_unsigned(&mut number, &agree(theirs)?);
            Ok(number)
        };
        Half { public, agree: Box::new(agree) }
    }
}

/// The client's side of a key encapsulation mechanism.
pub(super) struct Kem {
    /// The encapsulation key, and the function that turns a ciphertext into the shared secret.
    pub(super) half: Half,
    /// The length of a ciphertext in bytes.
    pub(super) ciphertext: usize,
}

impl Kem {
    /// Combines a KEM with a second exchange, the KEM's parts first: RFC 9941 section 3, RFC 10042 section 2. The shared
    /// secret is the hash of both secrets and, unlike others, a `string`.
    pub(super) fn with(self, Raw(other): Raw, hash: Hash) -> Half {
        let public = [self.half.public, other.public].concat();
        let agree = move |theirs: &[u8]| {
            let parts = theirs.split_at_checked(self.ciphertext);
            let (ciphertext, theirs) = parts.ok_or("its half of the key exchange has the wrong length")?;
            let mut shared = (self.half.agree)(ciphertext)?;
            shared.extend((other.agree)(theirs)?);
            let mut string = Vec::new();
            put_string(&mut string, &hash.digest(&shared));
            Ok(string)
        };
        Half { public, agree: Box::new(agree) }
    }
}
