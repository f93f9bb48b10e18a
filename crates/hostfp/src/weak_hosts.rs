//! Notes hosts whose key exchanges are weak: one note for a single host, and one for all hosts of a fleet.

use crate::handshake::exchange::Weakness;

/// The most hosts that a note names.
const MAX_NAMED: usize = 10;

/// The hosts of a run, by their weakness.
#[derive(Debug, Default)]
pub(crate) struct WeakHosts {
    no_post_quantum: Named,
    sha1_only: Named,
}

/// The number of hosts, and the names of the first.
#[derive(Debug, Default)]
struct Named {
    count: usize,
    names: Vec<String>,
}

impl Named {
    fn add(&mut self, name: String) {
        self.count += 1;
        if self.names.len() < MAX_NAMED {
            self.names.push(name);
        }
    }
}

impl WeakHosts {
    /// Counts a host.
    pub(crate) fn add(&mut self, weakness: Weakness, host: String) {
        match weakness {
            Weakness::NoPostQuantum => self.no_post_quantum.add(host),
            Weakness::Sha1Only => self.sha1_only.add(host),
        }
    }

    /// The notes, one for each weakness that occurred, in a run of this many hosts.
    pub(crate) fn notes(&self, all: usize) -> Vec<String> {
        let weaknesses = [(Weakness::NoPostQuantum, &self.no_post_quantum), (Weakness::Sha1Only, &self.sha1_only)];
        weaknesses.into_iter().filter_map(|(weakness, hosts)| note(weakness, hosts, all)).collect()
    }
}

fn note(weakness: Weakness, Named { count, names }: &Named, all: usize) -> Option<String> {
    let why = match weakness {
        Weakness::NoPostQuantum => "sessions recorded today may be decrypted later; OpenSSH offers one since 9.0",
        Weakness::Sha1Only => "ssh since 8.2 refuses it without -o KexAlgorithms=+diffie-hellman-group14-sha1",
    };
    let first = names.first()?;
    if all == 1 {
        let what = match weakness {
            Weakness::NoPostQuantum => "it offers no post-quantum key exchange",
            Weakness::Sha1Only => "it offers only key exchanges with SHA-1",
        };
        return Some(format!("{first}: {what}: {why}"));
    }
    let what = match (weakness, count) {
        (Weakness::NoPostQuantum, 1) => "offers no post-quantum key exchange",
        (Weakness::NoPostQuantum, _) => "offer no post-quantum key exchange",
        (Weakness::Sha1Only, 1) => "offers only key exchanges with SHA-1",
        (Weakness::Sha1Only, _) => "offer only key exchanges with SHA-1",
    };
    let more = if *count > names.len() { format!(" and {} more", count - names.len()) } else { String::new() };
    Some(format!("{count} of {all} hosts {what} ({}{more}): {why}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_host_has_a_note_and_a_fleet_one_for_each_weakness() {
        let mut weak = WeakHosts::default();
        assert!(weak.notes(1).is_empty());
        weak.add(Weakness::NoPostQuantum, "h0".to_owned());
        let note = "sessions recorded today may be decrypted later; OpenSSH offers one since 9.0";
        assert_eq!(weak.notes(1), [format!("h0: it offers no post-quantum key exchange: {note}")]);
        assert_eq!(weak.notes(5), [format!("1 of 5 hosts offers no post-quantum key exchange (h0): {note}")]);
        (1..12).for_each(|at| weak.add(Weakness::NoPostQuantum, format!("h{at}")));
        weak.add(Weakness::Sha1Only, "old".to_owned());
        let notes = weak.notes(20);
        assert!(notes[0].starts_with("12 of 20 hosts offer no post-quantum key exchange (h0, h1, "), "{notes:?}");
        assert!(notes[0].contains("h9 and 2 more): "), "{notes:?}");
        assert!(notes[1].starts_with("1 of 20 hosts offers only key exchanges with SHA-1 (old): "), "{notes:?}");
    }
}
