//! Negotiates the algorithms (RFC 4253 section 7.1).

use common::key::wire::{Reader, put_string};

use super::algorithm::HostKeyAlgorithm;
use super::exchange::{KEY_EXCHANGES, KeyExchange};
use super::failure::{Failure, Need};
use super::random::random;

/// SSH_MSG_KEXINIT.
pub(super) const MESSAGE: u8 = 20;

/// Ciphers, MACs and compressions, each for both directions. They are never used, but a host ends the connection if it has
/// none of them.
const NEVER_USED: [&str; 3] = [
    "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr,\
     aes256-cbc,aes192-cbc,aes128-cbc,3des-ctr,3des-cbc",
    "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-128-etm@openssh.com,\
     hmac-sha2-256,hmac-sha2-512,umac-128@openssh.com,hmac-sha1,hmac-sha1-96,hmac-md5",
    "none,zlib@openssh.com,zlib",
];

/// Our offer, as a payload.
pub(super) fn ours(host_keys: &[&HostKeyAlgorithm]) -> Result<Vec<u8>, Failure> {
    let mut payload = vec![MESSAGE];
    payload.extend_from_slice(&random::<16>()?);
    let key_exchanges: Vec<&str> = KEY_EXCHANGES.iter().map(|exchange| exchange.name).collect();
    let host_keys: Vec<&str> = host_keys.iter().map(|algorithm| algorithm.name).collect();
    put_string(&mut payload, key_exchanges.join(",").as_bytes());
    put_string(&mut payload, host_keys.join(",").as_bytes());
    for names in NEVER_USED {
        put_string(&mut payload, names.as_bytes());
        put_string(&mut payload, names.as_bytes());
    }
    for _ in 0..2 {
        put_string(&mut payload, b""); // languages
    }
    payload.push(0); // no guess follows
    payload.extend_from_slice(&[0; 4]);
    Ok(payload)
}

/// The relevant parts of the host's offer.
#[derive(Debug)]
pub(super) struct KexInit {
    /// The names of its key exchanges.
    pub(super) key_exchanges: Vec<String>,
    /// The names of its host key algorithms.
    pub(super) host_keys: Vec<String>,
    /// A packet follows that the host sent on a guess of the agreed algorithms.
    guess_follows: bool,
}

/// The agreed algorithms.
pub(super) struct Chosen<'a> {
    pub(super) key_exchange: &'static KeyExchange,
    pub(super) host_key: &'a HostKeyAlgorithm,
    /// The host's next packet was sent on a wrong guess and must be skipped.
    pub(super) host_guessed_wrong: bool,
}

impl KexInit {
    /// Parses a payload.
    pub(super) fn parse(payload: &[u8]) -> Result<Self, Failure> {
        Self::read(Reader::new(payload)).ok_or(Failure::Protocol("its offer of algorithms (KEXINIT) is damaged"))
    }

    fn read(mut reader: Reader<'_>) -> Option<Self> {
        reader.bytes(1 + 16).ok()?; // the number and the cookie
        let key_exchanges = names(reader.string().ok()?)?;
        let host_keys = names(reader.string().ok()?)?;
        for _ in 0..8 {
            reader.string().ok()?;
        }
        let follows = reader.bytes(1).ok()? != [0];
        reader.uint32().ok()?; // reserved
        reader.is_empty().then_some(Self { key_exchanges, host_keys, guess_follows: follows })
    }

    /// Chooses, for each kind, our first algorithm that the host also offers.
    pub(super) fn choose<'a>(&self, host_keys: &[&'a HostKeyAlgorithm]) -> Result<Chosen<'a>, Failure> {
        let has = |names: &[String], name: &str| names.iter().any(|offered| offered == name);
        let nothing = |need, names: &[String]| Failure::NothingInCommon { need, offered: names.to_vec() };
        let host_key = *host_keys
            .iter()
            .find(|algorithm| has(&self.host_keys, algorithm.name))
            .ok_or_else(|| nothing(Need::HostKey, &self.host_keys))?;
        let key_exchange = KEY_EXCHANGES
            .iter()
            .find(|exchange| has(&self.key_exchanges, exchange.name))
            .ok_or_else(|| nothing(Need::KeyExchange, &self.key_exchanges))?;
        // A guess is right if both sides prefer the same algorithms.
        let same = |names: &[String], ours: Option<&str>| names.first().map(String::as_str) == ours;
        let right = same(&self.key_exchanges, KEY_EXCHANGES.first().map(|exchange| exchange.name))
            && same(&self.host_keys, host_keys.first().map(|algorithm| algorithm.name));
        Ok(Chosen { key_exchange, host_key, host_guessed_wrong: self.guess_follows && !right })
    }
}

/// Parses a name-list (RFC 4251 section 5): printable US-ASCII.
fn names(list: &[u8]) -> Option<Vec<String>> {
    let list = std::str::from_utf8(list).ok().filter(|list| list.bytes().all(|byte| byte.is_ascii_graphic()))?;
    Some(list.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::super::algorithm::HOST_KEYS;
    use super::*;

    fn offer(key_exchanges: &str, host_keys: &str, follows: u8) -> Vec<u8> {
        let mut payload = vec![MESSAGE; 17];
        for names in [key_exchanges, host_keys, "", "", "", "", "", "", "", ""] {
            put_string(&mut payload, names.as_bytes());
        }
        payload.extend_from_slice(&[follows, 0, 0, 0, 0]);
        payload
    }

    fn all() -> Vec<&'static HostKeyAlgorithm> {
        HOST_KEYS.iter().collect()
    }

    #[test]
    fn our_preference_decides() {
        let host = KexInit::parse(&offer("ecdh-sha2-nistp521,curve25519-sha256", "ssh-rsa,rsa-sha2-256", 0)).unwrap();
        let chosen = host.choose(&all()).unwrap();
        assert_eq!((chosen.key_exchange.name, chosen.host_key.name), ("curve25519-sha256", "rsa-sha2-256"));
    }

    #[test]
    fn a_guess_is_wrong_unless_both_sides_prefer_the_same() {
        let guess = |key_exchanges, host_keys, follows| {
            let host = KexInit::parse(&offer(key_exchanges, host_keys, follows)).unwrap();
            host.choose(&all()).unwrap().host_guessed_wrong
        };
        let best = KEY_EXCHANGES[0].name;
        assert!(!guess(best, "ssh-ed25519", 1));
        assert!(guess("curve25519-sha256", "ssh-ed25519", 1));
        assert!(guess(best, "rsa-sha2-512,ssh-ed25519", 1));
        assert!(!guess("curve25519-sha256", "ssh-ed25519", 0));
    }

    #[test]
    fn without_a_common_algorithm_the_hosts_offer_is_reported() {
        let host = KexInit::parse(&offer("diffie-hellman-group1-sha1", "ssh-ed448", 0)).unwrap();
        match host.choose(&all()) {
            Err(Failure::NothingInCommon { need: Need::HostKey, offered }) => assert_eq!(offered, ["ssh-ed448"]),
            other => panic!("{:?}", other.err()),
        }
    }

    #[test]
    fn a_damaged_offer_is_refused_wherever_it_is_cut() {
        let whole = offer("curve25519-sha256", "ssh-ed25519", 0);
        assert!(KexInit::parse(&whole).is_ok());
        for end in 0..whole.len() {
            assert!(KexInit::parse(&whole[..end]).is_err(), "{end}");
        }
        assert!(KexInit::parse(&[&whole[..], b"x"].concat()).is_err());
        assert!(KexInit::parse(&offer("a\x1b", "ssh-ed25519", 0)).is_err());
    }

    #[test]
    fn our_own_offer_can_be_read() {
        let ours = KexInit::parse(&ours(&all()).unwrap()).unwrap();
        assert_eq!((ours.host_keys.len(), ours.key_exchanges.len()), (HOST_KEYS.len(), KEY_EXCHANGES.len()));
        assert!(!ours.guess_follows);
    }
}
