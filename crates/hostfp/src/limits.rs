//! The limit of open files of the process; each connection is one.

/// Raises the limit as far as the system allows, and returns it; `None` if there is no such limit.
#[cfg(unix)]
pub(crate) fn descriptors() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    // If it cannot be raised, it stays the same; macOS allows less than it reports.
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok();
    let limit = if raised { maximum } else { current };
    limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

/// Windows has no relevant limit.
#[cfg(not(unix))]
pub(crate) const fn descriptors() -> Option<usize> {
    None
}
