//! Verifies the host's proof: its signature over the exchange hash (RFC 4253 section 8), in the encoding of its algorithm.

use common::key::wire::{self, Reader};
use common::key::{Curve, Hash, PublicKey};
use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, Pkcs1v15Sign};

use super::algorithm::{HostKeyAlgorithm, Scheme};
use super::composite;

/// The largest RSA key whose signatures are verified, in bits: the limit of OpenSSH.
const MAX_RSA: usize = 16_384;

/// The signature is not valid for this key and message, or is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wrong;

/// Verifies a signature blob over `message` with the key; for a certificate, with the certified key.
///
/// # Errors
/// It is not valid.
pub(super) fn verify(
    algorithm: &HostKeyAlgorithm,
    key: &PublicKey<'_>,
    signature: &[u8],
    message: &[u8],
) -> Result<(), Wrong> {
    let mut fields = Reader::new(signature);
    // RFC 8332 section 3: the name determines the hash, so it must be the agreed one.
    if fields.string() != Ok(algorithm.signature.as_bytes()) {
        return Err(Wrong);
    }
    let signature = fields.string().map_err(|_| Wrong)?;
    let mut numbers = Reader::new(key.plain_blob());
    let _name = numbers.string().map_err(|_| Wrong)?;
    if !fields.is_empty() {
        return Err(Wrong);
    }
    match algorithm.scheme {
        Scheme::Ed25519 => ed25519(numbers, signature, message),
        Scheme::Ecdsa(curve) => ecdsa(curve, numbers, signature, message),
        Scheme::Rsa(hash) => rsa(hash, numbers, signature, message),
        Scheme::Dsa => dsa(numbers, signature, message),
        Scheme::MlDsa44Ed25519 => composite::verify(key.mldsa44_and_ed25519().ok_or(Wrong)?, signature, message),
    }
    .ok_or(Wrong)
}

/// RFC 8709 section 6. Verification is strict: a key of small order proves nothing, since anyone can sign for it.
fn ed25519(mut key: Reader<'_>, signature: &[u8], message: &[u8]) -> Option<()> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(key.string().ok()?.try_into().ok()?).ok()?;
    key.verify_strict(message, &ed25519_dalek::Signature::from_slice(signature).ok()?).ok()
}

/// RFC 5656 section 3.1.2: the signature is r and s, each as an `mpint`. The hash follows from the curve's size.
fn ecdsa(curve: Curve, mut key: Reader<'_>, signature: &[u8], message: &[u8]) -> Option<()> {
    key.string().ok()?; // the curve's name
    let point = key.string().ok()?;
    let mut numbers = Reader::new(signature);
    let length = curve.point_length() / 2;
    let mut scalars = fixed(numbers.unsigned().ok()?, length)?;
    scalars.extend(fixed(numbers.unsigned().ok()?, length)?);
    if !numbers.is_empty() {
        return None;
    }
    macro_rules! on {
        ($curve:ident) => {{
            use $curve::ecdsa::signature::Verifier as _;
            let key = $curve::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            key.verify(message, &$curve::ecdsa::Signature::from_slice(&scalars).ok()?).ok()
        }};
    }
    match curve {
        Curve::Nistp256 => on!(p256),
        Curve::Nistp384 => on!(p384),
        Curve::Nistp521 => on!(p521),
    }
}

/// RFC 8332 section 3, RFC 8017 section 8.2.
fn rsa(hash: Hash, mut key: Reader<'_>, signature: &[u8], message: &[u8]) -> Option<()> {
    let e = BoxedUint::from_be_slice_vartime(key.unsigned().ok()?);
    let n = BoxedUint::from_be_slice_vartime(key.unsigned().ok()?);
    let key = rsa::PublicKey::new_with_size_limits(n, e, rsa::PublicKey::MIN_SIZE..=MAX_RSA).ok()?;
    // Some implementations omit leading zeros.
    let signature = fixed(signature, key.size())?;
    let digest = hash.digest(message);
    let padding = Pkcs1v15Sign { hash_len: Some(digest.len()), prefix: digest_info(hash)?.into() };
    key.verify(padding, &digest, &signature).ok()
}

/// The DER prefix of a digest (RFC 8017 section 9.2, note 1).
const fn digest_info(hash: Hash) -> Option<&'static [u8]> {
    match hash {
        Hash::Sha1 => Some(b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14"),
        Hash::Sha256 => Some(b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"),
        Hash::Sha512 => Some(b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"),
        Hash::Md5 | Hash::Sha384 => None,
    }
}

/// RFC 4253 section 6.6: r and s, 20 bytes each, over SHA-1. So q has 160 bits, and p, as in FIPS 186-2, 1024.
fn dsa(mut key: Reader<'_>, signature: &[u8], message: &[u8]) -> Option<()> {
    use dsa::signature::hazmat::PrehashVerifier as _;
    let mut number = || key.unsigned().ok();
    let (p, q, g, y) = (number()?, number()?, number()?, number()?);
    if wire::bits(p) != 1024 || wire::bits(q) != 160 || signature.len() != 40 {
        return None;
    }
    let number = |bytes, bits| BoxedUint::from_be_slice(bytes, bits).ok();
    let (p, q, g, y) = (number(p, 1024)?, number(q, 160)?, number(g, 1024)?, number(y, 1024)?);
    let one = BoxedUint::one_with_precision(1024);
    if g <= one || g >= p || y <= one || y >= p {
        return None;
    }
    let components = dsa::Components::from_components(p, q, g).ok()?;
    let key = dsa::VerifyingKey::from_components(components, y).ok()?;
    let (r, s) = signature.split_at_checked(20)?;
    let signature = dsa::Signature::from_components(number(r, 160)?, number(s, 160)?)?;
    key.verify_prehash(&Hash::Sha1.digest(message), &signature).ok()
}

/// A big-endian integer in exactly `length` bytes; `None` if it needs more.
fn fixed(number: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; length.checked_sub(number.len())?];
    bytes.extend_from_slice(number);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::super::algorithm::HOST_KEYS;
    use super::*;

    fn hex(digits: &str) -> Vec<u8> {
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
    }

    fn blob(fields: &[&[u8]]) -> Vec<u8> {
        let mut blob = Vec::new();
        fields.iter().for_each(|field| wire::put_string(&mut blob, field));
        blob
    }

    fn algorithm(name: &str) -> &'static HostKeyAlgorithm {
        HOST_KEYS.iter().find(|algorithm| algorithm.name == name).unwrap()
    }

    /// RFC 8032 section 7.1, test 3.
    #[test]
    fn the_rfcs_ed25519_signature_holds_and_no_other() {
        let key = hex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
        let signed = hex("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
                          18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
        let key = PublicKey::ed25519(&key).unwrap();
        let ed25519 = algorithm("ssh-ed25519");
        let signature = blob(&[b"ssh-ed25519", &signed]);
        assert_eq!(verify(ed25519, &key, &signature, &[0xaf, 0x82]), Ok(()));
        assert_eq!(verify(ed25519, &key, &signature, &[0xaf, 0x83]), Err(Wrong));
        for bit in 0..signature.len() * 8 {
            let mut changed = signature.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(verify(ed25519, &key, &changed, &[0xaf, 0x82]), Err(Wrong), "{bit}");
        }
        for end in 0..signature.len() {
            assert_eq!(verify(ed25519, &key, &signature[..end], &[0xaf, 0x82]), Err(Wrong));
        }
        assert_eq!(verify(ed25519, &key, &[&signature[..], &[0]].concat(), &[0xaf, 0x82]), Err(Wrong));
    }

    /// The neutral point: with the same R and s = 0, it "signs" every message for a verifier that is not strict.
    #[test]
    fn an_ed25519_key_of_small_order_proves_nothing() {
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let key = PublicKey::ed25519(&neutral).unwrap();
        let signature = blob(&[b"ssh-ed25519", &[&neutral[..], &[0; 32]].concat()]);
        assert_eq!(verify(algorithm("ssh-ed25519"), &key, &signature, b"anything"), Err(Wrong));
    }

    /// RFC 6979 appendix A.2.5, "sample" with SHA-256.
    #[test]
    fn the_rfcs_ecdsa_signature_holds_and_no_other() {
        let point = hex("0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6\
                         7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299");
        let r = hex("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716");
        let s = hex("F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8");
        let key = PublicKey::ecdsa(Curve::Nistp256, &point).unwrap();
        let mut numbers = Vec::new();
        wire::put_unsigned(&mut numbers, &r);
        wire::put_unsigned(&mut numbers, &s);
        let ecdsa = algorithm("ecdsa-sha2-nistp256");
        let signed = |numbers: &[u8]| blob(&[b"ecdsa-sha2-nistp256", numbers]);
        assert_eq!(verify(ecdsa, &key, &signed(&numbers), b"sample"), Ok(()));
        assert_eq!(verify(ecdsa, &key, &signed(&numbers), b"Sample"), Err(Wrong));
        assert_eq!(verify(ecdsa, &key, &signed(&[&numbers[..], &[0]].concat()), b"sample"), Err(Wrong));
        assert_eq!(verify(ecdsa, &key, &signed(&[0; 8]), b"sample"), Err(Wrong));
        // The name of another curve's signature.
        assert_eq!(verify(ecdsa, &key, &blob(&[b"ecdsa-sha2-nistp384", &numbers]), b"sample"), Err(Wrong));
    }

    /// RSA keys for which anyone can sign, or that would take far too long to verify.
    #[test]
    fn degenerate_rsa_keys_prove_nothing() {
        let rsa = algorithm("rsa-sha2-256");
        let n = [&[0xff][..], &[0x55; 255]].concat();
        for (e, n) in [
            (&[1][..], &n[..]),
            (&[][..], &n),
            (&[2][..], &n),
            (&[1, 0, 1][..], &[][..]),
            (&[1, 0, 1], &[4]),
            (&[1, 0, 1], &[0xff; 4096]),
            (&n, &n),
        ] {
            let key = PublicKey::rsa(e, n).unwrap();
            for signature in [vec![0; n.len()], vec![1], Vec::new(), vec![0xff; n.len()]] {
                assert_eq!(verify(rsa, &key, &blob(&[b"rsa-sha2-256", &signature]), b"x"), Err(Wrong));
            }
        }
    }

    /// A well-formed key with any signature, and keys with mismatched parameters: refused, and never a panic.
    #[test]
    fn mismatched_dsa_parameters_are_refused() {
        let fixture = include_str!("../../../../tests/fixtures/dsa.pub");
        let key = STANDARD.decode(fixture.split(' ').nth(1).unwrap()).unwrap();
        let dss = algorithm("ssh-dss");
        let key = PublicKey::from_blob(key).unwrap();
        for signature in [vec![0; 40], vec![1; 40], vec![0xff; 40], vec![1; 39], vec![1; 41]] {
            assert_eq!(verify(dss, &key, &blob(&[b"ssh-dss", &signature]), b"x"), Err(Wrong));
        }
        let big = |first| [&[0, first][..], &[0xff; 127]].concat();
        let q = [&[0][..], &[0xff; 20]].concat();
        for (p, g, y) in [(0xff, 0xff, 0xff), (0xff, 0xfe, 0xff), (0xff, 0xfe, 0xfe), (0x80, 0x81, 0x7f)] {
            let key = PublicKey::from_blob(blob(&[b"ssh-dss", &big(p), &q, &big(g), &big(y)])).unwrap();
            assert_eq!(verify(dss, &key, &blob(&[b"ssh-dss", &[1; 40]]), b"x"), Err(Wrong));
        }
    }

    /// RFC 6979 appendix A.2.1, "sample" with SHA-1; and keys for which anyone can sign.
    #[test]
    fn the_rfcs_dsa_signature_holds_and_no_other() {
        let p = hex("86F5CA03DCFEB225063FF830A0C769B9DD9D6153AD91D7CE27F787C43278B447\
                     E6533B86B18BED6E8A48B784A14C252C5BE0DBF60B86D6385BD2F12FB763ED88\
                     73ABFD3F5BA2E0A8C0A59082EAC056935E529DAF7C610467899C77ADEDFC846C\
                     881870B7B19B2B58F9BE0521A17002E3BDD6B86685EE90B3D9A1B02B782B1779");
        let q = hex("996F967F6C8E388D9E28D01E205FBA957A5698B1");
        let g = hex("07B0F92546150B62514BB771E2A0C0CE387F03BDA6C56B505209FF25FD3C133D\
                     89BBCD97E904E09114D9A7DEFDEADFC9078EA544D2E401AEECC40BB9FBBF78FD\
                     87995A10A1C27CB7789B594BA7EFB5C4326A9FE59A070E136DB77175464ADCA4\
                     17BE5DCE2F40D10A46A3A3943F26AB7FD9C0398FF8C76EE0A56826A8A88F1DBD");
        let y = hex("5DF5E01DED31D0297E274E1691C192FE5868FEF9E19A84776454B100CF16F653\
                     92195A38B90523E2542EE61871C0440CB87C322FC4B4D2EC5E1E7EC766E1BE8D\
                     4CE935437DC11C3C8FD426338933EBFE739CB3465F4D3668C5E473508253B1E6\
                     82F65CBDC4FAE93C2EA212390E54905A86E2223170B44EAA7DA5DD9FFCFB7F3B");
        let signed = hex("2E1A0C2562B2912CAAF89186FB0F42001585DA55\
                          29EFB6B0AFF2D7A68EB70CA313022253B9A88DF5");
        let check = |numbers: [&[u8]; 4], signed: &[u8], message: &[u8]| {
            let mut key = blob(&[b"ssh-dss"]);
            numbers.iter().for_each(|number| wire::put_unsigned(&mut key, number));
            let key = PublicKey::from_blob(key).unwrap();
            verify(algorithm("ssh-dss"), &key, &blob(&[b"ssh-dss", signed]), message)
        };
        assert_eq!(check([&p, &q, &g, &y], &signed, b"sample"), Ok(()));
        assert_eq!(check([&p, &q, &g, &y], &signed, b"Sample"), Err(Wrong));
        for byte in 0..signed.len() {
            let mut changed = signed.clone();
            changed[byte] ^= 1;
            assert_eq!(check([&p, &q, &g, &y], &changed, b"sample"), Err(Wrong), "{byte}");
        }
        // With g = 1, the remainder of y, as r and as s, would sign all messages.
        let remainder = hex("20F7D6EAB0F2A3E1F83A76E973B9132B05EF61F9");
        assert_eq!(check([&p, &q, &[1], &y], &[&remainder[..], &remainder].concat(), b"anything"), Err(Wrong));
        // For q = 3, 2^682 has that order for this p, and leaves 1 like all its powers.
        let p = [&[0x80][..], &[0; 126], &[1]].concat();
        let power = [&[4][..], &[0; 85]].concat();
        let ones = [&[0; 19][..], &[1], &[0; 19], &[1]].concat();
        assert_eq!(check([&p, &[3], &power, &power], &ones, b"anything"), Err(Wrong));
    }
}
