//! A small SSH host on 127.0.0.1, for machines without OpenSSH. It shows its Ed25519 key, and proves it by the
//! signature over the exchange hash (RFC 4253 section 8, RFC 8731, RFC 8709). That is all that `hostfp --connect`
//! needs. It encrypts nothing and accepts no login.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};
use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};

use super::Listener;
use super::packet::{self, packed, put, take};

const BANNER: &str = "SSH-2.0-vmkeys";
const KEY_EXCHANGE: &str = "curve25519-sha256";
const HOST_KEY: &str = "ssh-ed25519";

/// SSH_MSG_KEX_ECDH_INIT and SSH_MSG_KEX_ECDH_REPLY.
const INIT: u8 = 30;
const REPLY: u8 = 31;

/// The longest time between two bytes of a client.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest banner, in bytes (RFC 4253 section 4.2).
const LONGEST_BANNER: u64 = 255;

/// Starts a host with the key of this seed (RFC 8032 section 5.1.5).
///
/// # Errors
/// There is no free port.
pub fn start(seed: [u8; 32]) -> io::Result<Listener> {
    let key = SigningKey::from_bytes(&seed);
    Listener::start(move |client| {
        // A client that disconnects early has read what it needed.
        let _ = serve(&client, &key);
        let _ = client.shutdown(Shutdown::Both);
    })
}

fn serve(client: &TcpStream, key: &SigningKey) -> io::Result<()> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;
    let (mut from, mut to) = (BufReader::new(client), client);
    let ours = packet::kexinit(random()?, KEY_EXCHANGE, HOST_KEY);
    to.write_all(format!("{BANNER}\r\n").as_bytes())?;
    to.write_all(&packed(&ours))?;
    let mut banner = Vec::new();
    from.by_ref().take(LONGEST_BANNER).read_until(b'\n', &mut banner)?;
    let theirs = packet::read(&mut from)?;
    let message = packet::read(&mut from)?;
    let mut fields = message.strip_prefix(&[INIT]).ok_or(io::ErrorKind::InvalidData)?;
    let point: [u8; 32] =
        take(&mut fields).and_then(|field| field.try_into().ok()).ok_or(io::ErrorKind::InvalidData)?;

    let mut host_key = Vec::new();
    put(&mut host_key, HOST_KEY.as_bytes());
    put(&mut host_key, key.verifying_key().as_bytes());
    let secret = random::<32>()?;
    let half = x25519(secret, X25519_BASEPOINT_BYTES);
    let mut hashed = Vec::new();
    for part in [banner.trim_ascii_end(), BANNER.as_bytes(), &theirs, &ours, &host_key, &point, &half] {
        put(&mut hashed, part);
    }
    put(&mut hashed, &positive(&x25519(secret, point)));
    let mut signature = Vec::new();
    put(&mut signature, HOST_KEY.as_bytes());
    put(&mut signature, &key.sign(&Sha256::digest(&hashed)).to_bytes());

    let mut reply = vec![REPLY];
    for field in [&host_key[..], &half, &signature] {
        put(&mut reply, field);
    }
    to.write_all(&packed(&reply))?;
    // Closing with unread data would reset the connection before the client has read the reply.
    client.shutdown(Shutdown::Write)?;
    io::copy(&mut from.take(packet::LONGEST as u64), &mut io::sink()).map(|_| ())
}

/// The contents of an `mpint` (RFC 4251 section 5).
fn positive(number: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
    if digits.first().is_some_and(|byte| *byte >= 0x80) { [&[0], &digits[..]].concat() } else { digits }
}

fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}
