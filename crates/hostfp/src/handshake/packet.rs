//! Reads and writes binary packets (RFC 4253 section 6) before any encryption, and the messages that may come at any time
//! (section 11).

use std::io::{self, BufReader, ErrorKind, Read, Write};

use common::escape;
use common::key::wire::{Reader, put_string};

use super::failure::{Failure, Stage};

/// The longest packet that must be read (RFC 4253 section 6.1), in bytes.
const MAX_PACKET: usize = 35_000;
/// How many irrelevant messages are read before the connection is given up.
const MAX_ASIDES: usize = 32;
/// The longest part of a host's disconnect message that is shown, in bytes.
const MAX_SHOWN: usize = 200;

const DISCONNECT: u8 = 1;
const IGNORE: u8 = 2;
const UNIMPLEMENTED: u8 = 3;
const DEBUG: u8 = 4;

/// The packets in both directions of a stream.
pub(super) struct Packets<S: Read + Write> {
    stream: BufReader<S>,
    stage: Stage,
    asides: usize,
}

impl<S: Read + Write> Packets<S> {
    /// Starts on a stream on which nothing has been sent yet.
    pub(super) fn new(stream: S) -> Self {
        Self { stream: BufReader::new(stream), stage: Stage::Banner, asides: 0 }
    }

    /// Sets the step that is waited for, for the message if it does not come.
    pub(super) const fn expect_stage(&mut self, stage: Stage) {
        self.stage = stage;
    }

    /// The stream.
    #[cfg(test)]
    pub(super) fn into_inner(self) -> S {
        self.stream.into_inner()
    }

    /// Reads a byte outside of packets.
    pub(super) fn byte(&mut self) -> Result<u8, Failure> {
        let mut byte = [0];
        self.fill(&mut byte)?;
        let [byte] = byte;
        Ok(byte)
    }

    /// Writes bytes outside of packets.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let stream = self.stream.get_mut();
        let stage = self.stage;
        stream.write_all(bytes).and_then(|()| stream.flush()).map_err(|error| io_failure(error, stage))
    }

    /// Sends a packet.
    pub(super) fn send(&mut self, payload: &[u8]) -> Result<(), Failure> {
        // At least four bytes of padding, up to a multiple of eight.
        let padding = 4 + (8 - (4 + 1 + payload.len() + 4) % 8) % 8;
        let mut content = vec![u8::try_from(padding).unwrap_or_default()];
        content.extend_from_slice(payload);
        content.resize(content.len() + padding, 0);
        let mut packet = Vec::with_capacity(4 + content.len());
        put_string(&mut packet, &content);
        self.write(&packet)
    }

    /// Reads the next relevant packet, which must be this message. Returns its payload, with the message number.
    pub(super) fn receive(&mut self, message: u8) -> Result<Vec<u8>, Failure> {
        let payload = self.next()?;
        if payload.first() == Some(&message) {
            Ok(payload)
        } else {
            Err(Failure::Protocol("it sent an unexpected message"))
        }
    }

    /// Skips the next relevant packet.
    pub(super) fn skip_one(&mut self) -> Result<(), Failure> {
        self.next().map(|_| ())
    }

    fn next(&mut self) -> Result<Vec<u8>, Failure> {
        loop {
            let payload = self.packet()?;
            match payload.first() {
                Some(&DISCONNECT) => return Err(Failure::Disconnected(disconnect_message(&payload))),
                Some(&(IGNORE | DEBUG)) => {
                    self.asides += 1;
                    if self.asides > MAX_ASIDES {
                        return Err(Failure::Protocol("it sends only messages that are to be ignored"));
                    }
                }
                Some(&UNIMPLEMENTED) => return Err(Failure::Protocol("it does not support a required message")),
                Some(_) => return Ok(payload),
                None => return Err(Failure::Protocol("it sent an empty packet")),
            }
        }
    }

    fn packet(&mut self) -> Result<Vec<u8>, Failure> {
        let mut length = [0; 4];
        self.fill(&mut length)?;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        // RFC 4253 section 6: with its length field a multiple of 8, at least 16, and at most about 35,000.
        if !(12..=MAX_PACKET - 4).contains(&length) || (length + 4) % 8 != 0 {
            return Err(Failure::Protocol("it sent a packet of an impossible length"));
        }
        let mut content = vec![0; length];
        self.fill(&mut content)?;
        let wrong = Failure::Protocol("it sent a packet with impossible padding");
        let Some((&padding, content)) = content.split_first() else { return Err(wrong) };
        match content.len().checked_sub(usize::from(padding)).and_then(|length| content.get(..length)) {
            Some(payload) if padding >= 4 => Ok(payload.to_vec()),
            _ => Err(wrong),
        }
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Failure> {
        self.stream.read_exact(bytes).map_err(|error| io_failure(error, self.stage))
    }
}

fn io_failure(error: io::Error, stage: Stage) -> Failure {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => Failure::Late(stage),
        ErrorKind::UnexpectedEof
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::WriteZero => Failure::Closed(stage),
        _ => Failure::Io(error),
    }
}

/// The host's disconnect message, escaped: byte, reason code, description, language (RFC 4253 section 11.1).
fn disconnect_message(payload: &[u8]) -> Option<String> {
    let mut reader = Reader::new(payload);
    reader.bytes(1 + 4).ok()?;
    let words = reader.string().ok()?.trim_ascii();
    let words = words.get(..MAX_SHOWN).unwrap_or(words);
    (!words.is_empty()).then(|| escape::text(words))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn sent(payloads: &[&[u8]]) -> Vec<u8> {
        let mut stream = Cursor::new(Vec::new());
        let mut packets = Packets::new(&mut stream);
        for payload in payloads {
            packets.send(payload).unwrap();
        }
        stream.into_inner()
    }

    fn received(bytes: &[u8], message: u8) -> Result<Vec<u8>, Failure> {
        Packets::new(Cursor::new(bytes.to_vec())).receive(message)
    }

    #[test]
    fn what_is_sent_is_received_whatever_its_length() {
        for length in 1..64 {
            let payload = vec![20; length];
            let bytes = sent(&[&payload]);
            assert_eq!(bytes.len() % 8, 0);
            assert!(bytes.len() >= 16 && bytes[4] >= 4);
            assert_eq!(received(&bytes, 20).unwrap(), payload);
        }
    }

    #[test]
    fn asides_are_passed_over_up_to_a_bound() {
        assert_eq!(received(&sent(&[&[IGNORE, 0, 0, 0, 0], &[DEBUG, 0], &[31, 7]]), 31).unwrap(), [31, 7]);
        let after = |asides: usize| {
            let mut payloads: Vec<&[u8]> = vec![&[IGNORE]; asides];
            payloads.push(&[31, 7]);
            received(&sent(&payloads), 31)
        };
        assert_eq!(after(MAX_ASIDES).unwrap(), [31, 7]);
        assert!(matches!(after(MAX_ASIDES + 1), Err(Failure::Protocol(_))));
        assert!(matches!(received(&sent(&[&[UNIMPLEMENTED, 0, 0, 0, 0]]), 31), Err(Failure::Protocol(_))));
    }

    #[test]
    fn disconnect_messages_are_shown_without_their_escapes() {
        let mut payload = vec![DISCONNECT, 0, 0, 0, 2];
        put_string(&mut payload, b"Too many \x1b[2Jconnections\r\n");
        put_string(&mut payload, b"");
        match received(&sent(&[&payload]), 31) {
            Err(Failure::Disconnected(Some(words))) => assert_eq!(words, "Too many \\033[2Jconnections"),
            other => panic!("{other:?}"),
        }
        assert!(matches!(received(&sent(&[&[DISCONNECT]]), 31), Err(Failure::Disconnected(None))));
    }

    #[test]
    fn impossible_lengths_are_refused_before_anything_is_allocated() {
        for length in [u32::MAX, 0, 11, 13, 14, 35_004, 0x0010_0004] {
            let bytes = length.to_be_bytes();
            assert!(matches!(received(&bytes, 20), Err(Failure::Protocol(_))), "{length}");
        }
        let mut bytes = sent(&[&[20; 7]]);
        for padding in [0, 3, 12, 255] {
            bytes[4] = padding;
            assert!(matches!(received(&bytes, 20), Err(Failure::Protocol(_))), "{padding}");
        }
        assert!(matches!(received(&bytes[..9], 20), Err(Failure::Closed(_))));
    }

    #[test]
    fn the_packet_of_a_wrong_guess_is_passed_over() {
        let bytes = sent(&[&[30, 1], &[IGNORE], &[31, 7]]);
        let mut packets = Packets::new(Cursor::new(bytes));
        packets.skip_one().unwrap();
        assert_eq!(packets.receive(31).unwrap(), [31, 7]);
        assert!(matches!(packets.skip_one(), Err(Failure::Closed(Stage::Banner))));
        packets.expect_stage(Stage::KexInit);
        assert!(matches!(packets.skip_one(), Err(Failure::Closed(Stage::KexInit))));
    }

    #[test]
    fn the_longest_packet_is_received() {
        let payload = vec![20; MAX_PACKET - 4 - 1 - 4];
        let bytes = sent(&[&payload]);
        assert_eq!(bytes.len(), MAX_PACKET);
        assert_eq!(received(&bytes, 20).unwrap(), payload);
    }
}
