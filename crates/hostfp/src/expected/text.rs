//! Reads the expectations in one text: the same for all hosts, or for each host that it names its own.

use std::sync::Arc;

use common::error::{Error, Place};

use super::known_hosts::KnownHosts;
use super::names::{list, spellings};
use crate::trusted::{self, BootChoice, Trusted, TrustedText};

/// The expectations in one text.
pub(crate) enum Text {
    /// Any of these fingerprints, for every host.
    OfAll(Arc<Trusted>),
    /// The objects that name the host.
    Objects(Box<trusted::Objects>),
    /// The host's lines.
    KnownHosts(KnownHosts),
}

impl Text {
    /// Reads the text of a source.
    ///
    /// # Errors
    /// It holds nothing to trust.
    pub(super) fn read(place: Place, bytes: &[u8], boot: Option<BootChoice>) -> Result<Self, Error> {
        Ok(match TrustedText::read(&place, bytes, boot)? {
            TrustedText::Host(trusted) => Self::OfAll(Arc::new(trusted)),
            TrustedText::Objects(objects) => Self::Objects(Box::new(objects)),
            TrustedText::KnownHosts(text) => Self::KnownHosts(KnownHosts::of_lines(place, text.into_bytes())),
        })
    }

    /// Returns what these names of a host are expected to show.
    ///
    /// # Errors
    /// The text has no expectation for any of them, or nothing to trust for one of them.
    pub(super) fn of_host(&self, names: &[String]) -> Result<Vec<Arc<Trusted>>, Error> {
        let each = |find: &dyn Fn(&String) -> Option<Result<Trusted, Error>>| {
            names.iter().filter_map(find).map(|trusted| trusted.map(Arc::new)).collect::<Result<Vec<_>, _>>()
        };
        match self {
            Self::OfAll(trusted) => Ok(vec![trusted.clone()]),
            Self::Objects(objects) => match each(&|name| objects.find(&spellings(name)))? {
                found if found.is_empty() => Err(objects.says_nothing(&list(names))),
                found => Ok(found),
            },
            Self::KnownHosts(lines) => match each(&|name| lines.find(name))? {
                found if found.is_empty() => Err(lines.no_expectation(names)),
                found => Ok(found),
            },
        }
    }
}
