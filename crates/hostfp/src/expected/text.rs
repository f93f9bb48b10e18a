//! Reads the expectations in one text: the same for all hosts, or for each host that it names its own.

use std::sync::Arc;

use common::error::{Error, Place};

use super::known_hosts::KnownHosts;
use super::names::spellings;
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
            TrustedText::Objects(objects) => Self::Objects(objects),
            TrustedText::KnownHosts(text) => Self::KnownHosts(KnownHosts::of_lines(place, text.into_bytes())),
        })
    }

    /// What these names of a host are expected to show; empty where the text says nothing about any of them.
    ///
    /// # Errors
    /// The text says of one of them nothing to trust.
    pub(super) fn find(&self, names: &[String]) -> Result<Vec<Arc<Trusted>>, Error> {
        let each = |find: &dyn Fn(&String) -> Option<Result<Trusted, Error>>| {
            names.iter().filter_map(find).map(|trusted| trusted.map(Arc::new)).collect()
        };
        match self {
            Self::OfAll(trusted) => Ok(vec![trusted.clone()]),
            Self::Objects(objects) => each(&|name| objects.find(&spellings(name))),
            Self::KnownHosts(lines) => each(&|name| lines.find(name)),
        }
    }

    /// The error of a text that says nothing about these names of a host.
    pub(super) fn no_expectation(&self, names: &[String]) -> Error {
        match self {
            Self::OfAll(_) => Error::failure("holds no host key"),
            Self::Objects(objects) => objects.says_nothing(names),
            Self::KnownHosts(lines) => lines.no_expectation(names),
        }
    }
}
