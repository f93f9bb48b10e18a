//! Tests a whole handshake with a host that answers from a script: correct up to the signature, and then damaged everywhere.

use std::io::{self, Cursor, Read, Write};

use common::key::wire::put_string;
use common::key::{Curve, PublicKey};

use super::algorithm::HOST_KEYS;
use super::*;

/// A host that sends this, whatever the client sends.
struct Script(Cursor<Vec<u8>>);

impl Read for Script {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Script {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn handshake_with(script: Vec<u8>) -> Result<Proven, Failure> {
    greet(Script(Cursor::new(script)), &HOST_KEYS.iter().collect::<Vec<_>>())?.prove()
}

/// The messages of a host that does everything right but the signature, which it cannot know.
fn script(key_exchange: &str, host_key: &PublicKey<'_>, half: &[u8], signature: &[u8]) -> Vec<u8> {
    let mut kexinit = vec![kexinit::MESSAGE; 17];
    for names in [key_exchange, host_key.type_name(), "", "", "", "", "", "", "", ""] {
        put_string(&mut kexinit, names.as_bytes());
    }
    kexinit.extend([0; 5]);
    let mut group = vec![31];
    let mut reply = vec![if key_exchange.contains("group-exchange") { 33 } else { 31 }];
    for field in [&[&[0], exchange::groups::GROUP_14.prime].concat()[..], &[2]] {
        put_string(&mut group, field);
    }
    let mut signed = Vec::new();
    put_string(&mut signed, host_key.type_name().as_bytes());
    put_string(&mut signed, signature);
    for field in [host_key.blob(), half, &signed] {
        put_string(&mut reply, field);
    }
    let mut said = Cursor::new(b"SSH-2.0-script\r\n".to_vec());
    said.set_position(16);
    let mut packets = Packets::new(said);
    packets.send(&kexinit).unwrap();
    if key_exchange.contains("group-exchange") {
        packets.send(&group).unwrap();
    }
    packets.send(&reply).unwrap();
    packets.into_inner().into_inner()
}

fn scripts() -> Vec<(Vec<u8>, usize)> {
    let ed25519 = PublicKey::ed25519(&[0x66; 32]).unwrap();
    let n = [&[0xc5][..], &[0x55; 255]].concat();
    let rsa = PublicKey::rsa(&[1, 0, 1], &n).unwrap();
    let point = [
        &[4][..],
        &[
            0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03,
            0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2,
            0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31,
            0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
        ],
    ]
    .concat(); // the base point of P-256
    let ecdsa = PublicKey::ecdsa(Curve::Nistp256, &point).unwrap();
    let mut numbers = Vec::new();
    put_string(&mut numbers, &[7; 32]);
    put_string(&mut numbers, &[7; 32]);
    let number = vec![9; 256];
    vec![
        (script("curve25519-sha256", &ed25519, &[9; 32], &[7; 64]), 4000),
        (script("ecdh-sha2-nistp256", &ecdsa, &point, &numbers), 2000),
        (script("mlkem768x25519-sha256", &ed25519, &vec![9; 1088 + 32], &[7; 64]), 1000),
        (script("curve25519-sha256", &rsa, &[9; 32], &[7; 256]), 2000),
        (script("diffie-hellman-group14-sha256", &ed25519, &number, &[7; 64]), 100),
        (script("diffie-hellman-group-exchange-sha256", &ed25519, &number, &[7; 64]), 100),
    ]
}

#[test]
fn a_host_with_only_a_wrong_signature_has_proven_nothing() {
    for (script, _) in scripts() {
        assert!(matches!(handshake_with(script), Err(Failure::Forged(_))));
    }
}

/// xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap()
    }
}

/// No damage leads to a proof, a panic, an endless wait, or unbounded allocation.
#[test]
fn thousands_of_damaged_scripts_prove_nothing_and_all_end() {
    const SEED: u64 = 0x5eed_cafe_0123_4567;
    println!("seed {SEED:#x}");
    let mut random = Random(SEED);
    for (index, (script, cases)) in scripts().into_iter().enumerate() {
        for case in 0..cases {
            let mut damaged = script.clone();
            for _ in 0..=random.below(4) {
                let at = random.below(damaged.len());
                match random.below(6) {
                    0 => damaged[at] ^= 1 << random.below(8),
                    1 => damaged[at] = random.byte(),
                    2 => damaged.truncate(at + 1),
                    3 => damaged.insert(at, random.byte()),
                    4 => drop(damaged.remove(at)),
                    _ => {
                        let end = (at + random.below(64)).min(damaged.len());
                        damaged[at..end].fill_with(|| random.byte());
                    }
                }
                if damaged.is_empty() {
                    break;
                }
            }
            let result = handshake_with(damaged);
            let words = result.map(|proven| proven.key).unwrap_err().error();
            assert!(!words.message().is_empty() && words.message().len() < 4000, "{index} {case}");
            assert!(!words.message().contains(|letter: char| letter.is_control()), "{index} {case}: {words:?}");
        }
    }
}
