//! How many files the process may have open, of which each connection is one.

/// Raises the limit as far as the system allows, and says what it is; `None` if there is no such limit.
#[cfg(unix)]
pub(crate) fn descriptors() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    // Where it cannot be raised it stays what it is; macOS allows less than it says.
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok();
    let limit = if raised { maximum } else { current };
    limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

/// Windows has none that matters.
#[cfg(not(unix))]
pub(crate) const fn descriptors() -> Option<usize> {
    None
}
