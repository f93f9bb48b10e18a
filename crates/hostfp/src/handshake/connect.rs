//! From a name to a connection that keeps one deadline, whatever the other end does.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::failure::{Failure, Stage};
use super::target::Target;

/// Which addresses of a name count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Family {
    /// All, in the order of the system's resolver.
    #[default]
    Any,
    /// `-4`
    V4,
    /// `-6`
    V6,
}

impl Family {
    const fn has(self, address: &SocketAddr) -> bool {
        match self {
            Self::Any => true,
            Self::V4 => address.is_ipv4(),
            Self::V6 => address.is_ipv6(),
        }
    }
}

/// How a host is reached.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reach {
    /// Which addresses count.
    pub(crate) family: Family,
    /// How long one connection may take, from its beginning to the proof.
    pub(crate) limit: Duration,
}

/// The addresses of a host. They are looked up once, so that all its keys are asked from the same machines.
///
/// # Errors
/// There are none, or not in time.
pub(crate) fn addresses(target: &Target, reach: Reach) -> Result<Vec<SocketAddr>, Failure> {
    let (sender, receiver) = mpsc::channel();
    let name = (target.host.clone(), target.port);
    // The system's resolver knows no deadline. When it is late nobody waits for it, and it ends with the process.
    thread::spawn(move || {
        let _ = sender.send(name.to_socket_addrs().map(Iterator::collect));
    });
    let found: io::Result<Vec<SocketAddr>> =
        receiver.recv_timeout(reach.limit).map_err(|_| Failure::Late(Stage::Name))?;
    let mut found = found.map_err(|error| Failure::Unresolved(plain(&error)))?;
    found.retain(|address| reach.family.has(address));
    if found.is_empty() { Err(Failure::Unresolved("none of that family".to_owned())) } else { Ok(found) }
}

/// The resolver's words, without those that the standard library puts before them.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.strip_prefix("failed to lookup address information: ").unwrap_or(&text).to_lowercase()
}

/// Connects to the first of these addresses that accepts.
///
/// # Errors
/// None does: the last one's reason.
pub(crate) fn connect(addresses: &[SocketAddr], reach: Reach) -> Result<Connection, Failure> {
    let deadline = Instant::now() + reach.limit;
    let mut last = Failure::Late(Stage::Connection);
    for (index, address) in addresses.iter().enumerate() {
        // An address that leads nowhere must leave time for the others.
        let left = deadline.saturating_duration_since(Instant::now());
        let share = left / u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
        if share.is_zero() {
            break;
        }
        match TcpStream::connect_timeout(address, share) {
            Ok(stream) => {
                let _ = stream.set_nodelay(true);
                return Ok(Connection { stream, deadline });
            }
            Err(error) if error.kind() == io::ErrorKind::TimedOut => last = Failure::Late(Stage::Connection),
            Err(error) => last = Failure::Unreachable(error),
        }
    }
    Err(last)
}

/// A connection on which nothing takes longer than to its deadline; after it all fails with `TimedOut`.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    deadline: Instant,
}

impl Connection {
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

impl Read for Connection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        self.stream.read(buffer)
    }
}

impl Write for Connection {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn reach(family: Family) -> Reach {
        Reach { family, limit: Duration::from_secs(20) }
    }

    #[test]
    fn an_address_is_its_own_and_of_its_family_only() {
        let target = Target { host: "127.0.0.1".to_owned(), port: 7 };
        assert_eq!(addresses(&target, reach(Family::V4)).unwrap(), [SocketAddr::from(([127, 0, 0, 1], 7))]);
        assert!(matches!(addresses(&target, reach(Family::V6)), Err(Failure::Unresolved(_))));
    }

    #[test]
    fn the_next_address_serves_when_one_refuses() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let open = listener.local_addr().unwrap();
        let closed = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        assert!(connect(&[closed, open], reach(Family::Any)).is_ok());
        assert!(matches!(connect(&[closed], reach(Family::Any)), Err(Failure::Unreachable(_))));
    }

    #[test]
    fn past_its_deadline_a_connection_only_fails() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let mut connection = connect(&[listener.local_addr().unwrap()], reach(Family::Any)).unwrap();
        let (mut other, _) = listener.accept().unwrap();
        other.write_all(b"there is something to read").unwrap();
        connection.deadline = Instant::now();
        assert_eq!(connection.read(&mut [0; 8]).unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(connection.write(b"x").unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
