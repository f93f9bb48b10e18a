//! A man in the middle: forwards the messages of a client and an SSH server, and changes the server's reply to the key
//! exchange.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

use super::Listener;
use super::packet::{self, packed, put, take};

/// The fields of the reply: the host key, the server's public value, the signature.
pub type Fields = [Vec<u8>; 3];

/// Starts a man in the middle for the server at this port of 127.0.0.1. `reply` is the number of the message that
/// `change` changes.
///
/// # Errors
/// There is no free port.
pub fn before(port: u16, reply: u8, change: impl Fn(&mut Fields) + Send + Sync + 'static) -> io::Result<Listener> {
    Listener::start(move |client| {
        // Both ends see any failure.
        let _ = relay(&client, port, reply, &change);
        let _ = client.shutdown(Shutdown::Both);
    })
}

fn relay(client: &TcpStream, port: u16, reply: u8, change: &impl Fn(&mut Fields)) -> io::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", port))?;
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let mut server = BufReader::new(server);
    let mut client = client;
    let mut line = Vec::new();
    while !line.starts_with(b"SSH-") {
        line.clear();
        if server.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        client.write_all(&line)?;
    }
    loop {
        let payload = packet::read(&mut server)?;
        if payload.first() == Some(&reply)
            && let Some(mut fields) = fields(&payload)
        {
            change(&mut fields);
            let mut payload = vec![reply];
            fields.iter().for_each(|field| put(&mut payload, field));
            // The rest is encrypted, and of no use to a client that got a changed reply.
            return client.write_all(&packed(&payload));
        }
        client.write_all(&packed(&payload))?;
    }
}

fn fields(payload: &[u8]) -> Option<Fields> {
    let mut rest = payload.get(1..)?;
    Some([take(&mut rest)?.to_vec(), take(&mut rest)?.to_vec(), take(&mut rest)?.to_vec()])
}
