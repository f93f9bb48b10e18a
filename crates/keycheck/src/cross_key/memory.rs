//! Determines how much memory is available.

use std::fs;
use std::path::Path;

/// The assumed memory if the system does not report it, in bytes.
const UNKNOWN: u64 = 2 << 30;

/// Returns half of the bytes that Linux reports as available, since other programs need some, too. A container's limit counts
/// as well.
pub(super) fn available() -> u64 {
    let of_machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| of_machine(&text));
    let of_group = fs::read_to_string("/proc/self/cgroup").ok().and_then(|text| of_groups(&text));
    of_machine.into_iter().chain(of_group).min().unwrap_or(UNKNOWN) / 2
}

fn of_machine(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

/// Returns what the control groups of this process leave (cgroups(7), version 2): each may have a limit. Seen from within a
/// container, its own group is the root.
fn of_groups(groups: &str) -> Option<u64> {
    let path = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    Path::new(path).ancestors().filter_map(|group| left(&Path::new("/sys/fs/cgroup").join(group))).min()
}

fn left(group: &Path) -> Option<u64> {
    let number = |name| fs::read_to_string(group.join(name)).ok()?.trim().parse::<u64>().ok();
    Some(number("memory.max")?.saturating_sub(number("memory.current")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_reports_of_linux_are_parsed() {
        assert_eq!(of_machine("MemTotal: 9 kB\nMemAvailable:    2048 kB\n"), Some(2 << 20));
        assert_eq!(of_machine("MemTotal: 9 kB\n"), None);
        let folder = std::env::temp_dir().join(format!("keycheck-group-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("memory.current"), "40\n").unwrap();
        for (limit, expected) in [("100\n", Some(60)), ("30\n", Some(0)), ("max\n", None)] {
            fs::write(folder.join("memory.max"), limit).unwrap();
            assert_eq!(left(&folder), expected, "{limit}");
        }
        fs::remove_dir_all(&folder).unwrap();
        assert!(available() > 0);
    }
}
