//! One side of an exchange.

/// Our half of an exchange.
pub(super) struct Half {
    /// What the host gets of it: the contents of a `string` or of an `mpint`.
    pub(super) public: Vec<u8>,
    /// Makes of the host's half the shared secret, as it goes into the hash.
    pub(super) agree: Agree,
}

/// Takes the contents of a `string` or of an `mpint`; says what is wrong with them.
pub(super) type Agree = Box<dyn FnOnce(&[u8]) -> Result<Vec<u8>, &'static str>>;
