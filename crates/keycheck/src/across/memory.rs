//! How much memory there is to work in.

/// What is assumed where the system does not tell, in bytes.
const UNKNOWN: u64 = 2 << 30;

/// The bytes that can be taken without pushing anything else out, by Linux's account; half of that, since others may
/// want some too.
pub(super) fn available() -> u64 {
    let told = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok()
    });
    told.map_or(UNKNOWN, |kilobytes| kilobytes.saturating_mul(512))
}
