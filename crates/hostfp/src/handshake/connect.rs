//! Resolves a name and connects to it, with one deadline that holds whatever the other end does.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use super::failure::{Failure, Stage};
use super::limiter::{AddressPermit, ConnectionLimiter, Permit};
use super::target::Target;

/// Which addresses of a name are used.
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

/// How to connect to a host.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConnectOptions {
    /// Which addresses are used.
    pub(crate) family: Family,
    /// The time limit of one connection, from its start to the proof.
    pub(crate) limit: Duration,
}

/// Resolves the addresses of a host that may be at each of these places. They are resolved once, so the host is asked for all
/// its keys at the same machines.
///
/// # Errors
/// There are no addresses, or they do not arrive in time.
pub(crate) fn addresses(
    places: &[Target],
    options: ConnectOptions,
    limiter: &Arc<ConnectionLimiter>,
) -> Result<Vec<SocketAddr>, Failure> {
    let deadline = Instant::now() + options.limit;
    let mut found = Vec::new();
    let mut last = None;
    for place in places {
        let here = match place.host.parse::<IpAddr>() {
            Ok(address) => Ok(vec![SocketAddr::new(address, place.port)]),
            Err(_) => look_up(place, deadline, limiter),
        };
        match here {
            Ok(here) => found.extend(here.into_iter().filter(|address| options.family.has(address))),
            Err(failure) => last = Some(failure),
        }
    }
    if found.is_empty() {
        Err(last.unwrap_or_else(|| Failure::Unresolved("none of that family".to_owned())))
    } else {
        Ok(found)
    }
}

/// Asks the system's resolver, which has no deadline. If it is late, no thread waits for it, and it ends with the process.
fn look_up(place: &Target, deadline: Instant, limiter: &Arc<ConnectionLimiter>) -> Result<Vec<SocketAddr>, Failure> {
    let (sender, receiver) = mpsc::channel();
    let name = (place.host.clone(), place.port);
    let open = limiter.open();
    let asked = thread::Builder::new().spawn(move || {
        let _ = sender.send(name.to_socket_addrs().map(Iterator::collect));
        drop(open);
    });
    asked.map_err(Failure::Unreachable)?;
    let left = deadline.saturating_duration_since(Instant::now());
    let found: io::Result<Vec<SocketAddr>> = receiver.recv_timeout(left).map_err(|_| Failure::Late(Stage::Name))?;
    found.map_err(|error| Failure::Unresolved(plain(&error)))
}

/// The resolver's message, without the prefix of the standard library.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.strip_prefix("failed to lookup address information: ").unwrap_or(&text).to_lowercase()
}

/// Connects to the first of these addresses that accepts. Waiting for other connections to the same address does not count
/// towards the host's time limit.
///
/// # Errors
/// None accepts; the error is that of the last one.
pub(crate) fn connect(
    addresses: &[SocketAddr],
    options: ConnectOptions,
    permit: &Permit,
) -> Result<Connection, Failure> {
    let mut left = options.limit;
    let mut last = Failure::Late(Stage::Connection);
    for (index, address) in addresses.iter().enumerate() {
        // A dead address must leave time for the others.
        let share = left / u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
        if share.is_zero() {
            break;
        }
        let address_permit = match permit.at(*address) {
            Ok(address_permit) => address_permit,
            Err(failure) => {
                last = failure;
                continue;
            }
        };
        let began = Instant::now();
        let connected = TcpStream::connect_timeout(address, share);
        left = left.saturating_sub(began.elapsed());
        match connected {
            Ok(stream) => {
                let _ = stream.set_nodelay(true);
                return Ok(Connection {
                    stream,
                    address: *address,
                    deadline: Instant::now() + left,
                    _permit: address_permit,
                });
            }
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                last = Failure::Late(Stage::Connection);
                if share == options.limit {
                    address_permit.mark_unreachable();
                }
            }
            Err(error) => last = Failure::Unreachable(error),
        }
    }
    Err(last)
}

/// A connection on which every operation fails with `TimedOut` after its deadline.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    /// The other end's address.
    pub(crate) address: SocketAddr,
    deadline: Instant,
    _permit: AddressPermit,
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

    use super::super::limiter::Next;
    use super::*;

    fn reach(family: Family) -> ConnectOptions {
        ConnectOptions { family, limit: Duration::from_secs(20) }
    }

    #[test]
    fn an_address_is_its_own_and_of_its_family_only() {
        let target = Target { host: "127.0.0.1".to_owned(), port: 7 };
        let asked = |family| addresses(std::slice::from_ref(&target), reach(family), &ConnectionLimiter::new(None));
        assert_eq!(asked(Family::V4).unwrap(), [SocketAddr::from(([127, 0, 0, 1], 7))]);
        assert!(matches!(asked(Family::V6), Err(Failure::Unresolved(_))));
    }

    #[test]
    fn the_next_address_serves_when_one_refuses() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let open = listener.local_addr().unwrap();
        let closed = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        let permit = ConnectionLimiter::new(None).enter(Next::Further);
        assert_eq!(connect(&[closed, open], reach(Family::Any), &permit).unwrap().address, open);
        assert!(matches!(connect(&[closed], reach(Family::Any), &permit), Err(Failure::Unreachable(_))));
    }

    #[test]
    fn past_its_deadline_a_connection_only_fails() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let permit = ConnectionLimiter::new(None).enter(Next::Further);
        let mut connection = connect(&[listener.local_addr().unwrap()], reach(Family::Any), &permit).unwrap();
        let (mut other, _) = listener.accept().unwrap();
        other.write_all(b"there is something to read").unwrap();
        assert_eq!(connection.read(&mut [0; 1]).unwrap(), 1);
        connection.deadline = Instant::now();
        assert_eq!(connection.read(&mut [0; 8]).unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(connection.write(b"x").unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn a_name_is_looked_up_and_its_addresses_have_the_port() {
        let target = Target { host: "localhost".to_owned(), port: 7 };
        let found = addresses(&[target], reach(Family::Any), &ConnectionLimiter::new(None)).unwrap();
        assert!(found.iter().all(|address| address.ip().is_loopback() && address.port() == 7), "{found:?}");
    }

    #[test]
    fn the_resolvers_own_message_is_shown() {
        for (text, words) in [
            ("failed to lookup address information: Name or service not known", "name or service not known"),
            ("No such host is known.", "no such host is known."),
        ] {
            assert_eq!(plain(&io::Error::other(text)), words);
        }
    }

    /// With a limit of nanoseconds, no connection is made in time. On Linux, one to a broadcast address, such as that of the
    /// loopback network, fails at once.
    #[cfg(target_os = "linux")]
    #[test]
    fn the_time_is_divided_among_the_addresses() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let slow = listener.local_addr().unwrap();
        let wrong = SocketAddr::from(([127, 255, 255, 255], 7));
        let permit = ConnectionLimiter::new(None).enter(Next::Further);
        let within = |nanoseconds, addresses: &[SocketAddr]| {
            let limit = Duration::from_nanos(nanoseconds);
            connect(addresses, ConnectOptions { family: Family::Any, limit }, &permit).unwrap_err()
        };
        assert!(matches!(within(1, &[wrong]), Failure::Unreachable(_)));
        // No time is left for two of them.
        assert!(matches!(within(1, &[wrong, wrong]), Failure::Late(Stage::Connection)));
        // Failing within half of the time does not show what all of it would do.
        assert!(matches!(within(2, &[slow, wrong]), Failure::Late(Stage::Connection)));
        assert!(permit.at(slow).is_ok());
        assert!(matches!(within(1, &[slow]), Failure::Late(Stage::Connection)));
        assert!(permit.at(slow).is_err());
        // An address that is skipped leaves all of its time to the next.
        assert!(matches!(within(2, &[slow, wrong]), Failure::Unreachable(_)));
    }
}
