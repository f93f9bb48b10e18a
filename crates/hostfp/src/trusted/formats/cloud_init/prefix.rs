//! Parses what a log puts before a line of cloud-init: `<14>Apr  9 22:06:30 ec2: `, `Apr 07 20:24:09 vm ec2[1215]: `, or one
//! after the other where a log was written into a log.

/// The names under which cloud-init's scripts log.
const TAGS: [&str; 2] = ["ec2", "cloud-init"];

/// The longest prefix that is looked for at the end of a text, in bytes.
const MAX_PREFIX: usize = 512;

/// One program's prefix: everything but the time, which differs from line to line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Unit<'a> {
    has_time: bool,
    /// The digits of syslog's priority (RFC 5424 section 6.2.1), without their angle brackets.
    priority: Option<&'a str>,
    host: Option<&'a str>,
    /// The program's name, with its process ID.
    tag: &'a str,
}

impl<'a> Unit<'a> {
    /// Returns the program and its process ID.
    fn process(&self) -> Option<&'a str> {
        Some(self.tag).filter(|tag| tag.ends_with(']'))
    }
}

/// The prefix of a line; without units if the line has no prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Prefix<'a>(Vec<Unit<'a>>);

impl<'a> Prefix<'a> {
    /// Splits a line into its prefix and the remainder.
    pub(super) fn split(line: &'a str) -> (Self, &'a str) {
        let mut units = Vec::new();
        let mut rest = line;
        while let Some((unit, after)) = unit(rest) {
            units.push(unit);
            rest = after;
        }
        (Self(units), rest)
    }

    /// Finds the prefix at the end of a text. Other programs' output may precede it in the same line.
    pub(super) fn at_end_of(text: &'a str) -> Self {
        let far = text.len().saturating_sub(MAX_PREFIX);
        let starts = text.char_indices().map(|(index, _)| index).filter(|index| *index >= far);
        let starts = starts.map(|index| text.get(index..).unwrap_or_default());
        let mut prefixes = starts.map(Self::split).filter(|(prefix, rest)| !prefix.is_none() && rest.is_empty());
        prefixes.next().map(|(prefix, _)| prefix).unwrap_or_default()
    }

    /// Whether a program logged it: a name alone could begin any line.
    pub(super) fn has_time(&self) -> bool {
        self.0.iter().any(|unit| unit.has_time)
    }

    pub(super) fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the program and its process ID, which the system's log writes: `cloud-init[1215]`.
    pub(super) fn process(&self) -> Option<&'a str> {
        self.0.last().and_then(Unit::process)
    }

    /// Returns the processes that passed it on to the log, even if they are the same.
    pub(super) fn processes(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter_map(Unit::process)
    }

    /// Returns the hosts that it names.
    pub(super) fn hosts(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter_map(|unit| unit.host)
    }
}

/// The known programs that write to a system's log without a process ID.
#[rustfmt::skip]
const WITHOUT_NUMBERS: [&str; 24] = [
    "NetworkManager", "audispd", "audit", "augenrules", "chronyd", "cloud-init", "dbus", "dbus-daemon", "dhclient",
    "dracut", "ec2", "google-accounts", "google_metadata_script_runner", "journal", "kdumpctl", "kernel", "network",
    "rc.local", "root", "rsyslogd", "startup-script", "su", "sudo", "systemd",
];

/// Whether the names in the lines of a system's log are those of programs: they are known, begin with systemd's, or most have
/// process IDs. Lines in cloud-init's name are no evidence for the others.
pub(super) fn are_programs(text: &str) -> bool {
    let others = text.lines().filter(|line| Prefix::split(line).0.is_none() && syslog_host(line).is_some());
    let (mut numbered, mut unknown) = (0, 0);
    for line in others {
        let name = line.split_whitespace().find_map(|word| word.strip_suffix(':')).unwrap_or_default();
        let is_known = || WITHOUT_NUMBERS.contains(&name) || name.starts_with("systemd-");
        if name.ends_with(']') {
            numbered += 1;
        } else if !is_known() {
            unknown += 1;
        }
    }
    unknown == 0 || numbered > unknown
}

/// Returns the host of a line of syslog or of the journal, `TIME HOST NAME[NUMBER]: …`. `Err` if a line has such a time, but
/// not this format: it is another program's, which may write anything after the time.
pub(super) fn syslog_host(line: &str) -> Option<Result<&str, ()>> {
    let (_, rest) = priority(line);
    let (_, rest) = after_time(rest).filter(|(time, _)| *time != Time::Kernel)?;
    if tag(rest).is_some() {
        return None;
    }
    let head = rest.split_once(' ').filter(|(host, _)| is_host(host));
    // A level in place of the name is that of a program's own log, which has the stream in place of the host.
    let name = |rest: &str| {
        rest.split_whitespace().next().and_then(|name| name.strip_suffix(':')).is_some_and(|name| !is_level(name))
    };
    Some(head.filter(|(_, rest)| name(rest)).map(|(host, _)| host).ok_or(()))
}

/// Whether a line is one that a machine sent over the network to a syslog receiver: its priority and time are followed by a
/// word that is not a program's name, such as that of a host (RFC 3164 section 4.1.2, RFC 5424 section 6). On a console
/// logger(1) writes the program's name there.
pub(super) fn is_of_a_receiver(line: &str) -> bool {
    let (Some(_), rest) = priority(line) else { return false };
    let rest = rest.strip_prefix("1 ").unwrap_or(rest);
    let message = after_time(rest).and_then(|(_, rest)| rest.split_whitespace().next());
    message.is_some_and(|word| !word.ends_with(':'))
}

/// Splits a line into its syslog priority and the remainder.
fn priority(text: &str) -> (Option<&str>, &str) {
    match text.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        Some((digits, rest)) if (1..=3).contains(&digits.len()) && is_digits(digits) => (Some(digits), rest),
        _ => (None, text),
    }
}

/// Parses one program's prefix, and returns it with what follows its space: `<14>TIME NAME: ` as logger(1) prints it, `TIME
/// HOST NAME: ` as syslog and the journal keep it, or `[SECONDS] NAME: ` as the kernel does. Any program may write a time and
/// a name alone, or another word between them, before a stranger's text.
fn unit(text: &str) -> Option<(Unit<'_>, &str)> {
    let (priority, rest) = priority(text);
    let after_time = after_time(rest);
    let has_time = after_time.is_some();
    let (host, rest) = match after_time {
        None => (None, rest),
        Some((Time::Kernel, rest)) => (None, rest),
        Some((Time::Syslog, rest)) if tag(rest).is_some() => (None, priority.map(|_| rest)?),
        Some((Time::Syslog | Time::Journal, rest)) => rest
            .split_once(' ')
            .filter(|(host, _)| is_host(host) && !is_level(host))
            .map(|(host, rest)| (Some(host), rest))?,
    };
    let (tag, rest) = tag(rest)?;
    // journalctl(1) always prints the host, and the process ID unless the line is the kernel's.
    let is_of_journal = after_time.is_some_and(|(time, _)| time == Time::Journal);
    let is_whole = !is_of_journal || (host.is_some() && tag.ends_with(']') && priority.is_none());
    is_whole.then_some((Unit { has_time, priority, host, tag }, rest))
}

/// Parses `ec2: `, `cloud-init[1215]: `.
fn tag(text: &str) -> Option<(&str, &str)> {
    let (tag, rest) = text.split_once(':')?;
    let name = match tag.split_once('[') {
        Some((name, number)) => number.strip_suffix(']').filter(|number| is_digits(number)).map(|_| name)?,
        None => tag,
    };
    let rest = if rest.is_empty() { rest } else { rest.strip_prefix(' ')? };
    TAGS.contains(&name).then_some((tag, rest))
}

/// The program that writes a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Time {
    /// `[   20.123456]`: seconds since the start, with six decimals.
    Kernel,
    /// `Apr  9 22:06:30` or `2026-04-09T22:06:30.123456+00:00`.
    Syslog,
    /// `Apr 07 20:24:09.123456`, `Tue 2026-04-07 20:24:09 UTC` or `1775593449.123456`: journalctl(1) with `-o short-precise`,
    /// `short-full` or `short-unix`.
    Journal,
}

/// Returns the kernel's time with which a line begins: `   20.123456`.
pub(super) fn kernel_time(line: &str) -> Option<&str> {
    after_time(line).filter(|(time, _)| *time == Time::Kernel)?;
    line.strip_prefix('[')?.split_once(']').map(|(time, _)| time.trim_start())
}

/// Whether a line begins with a time.
pub(super) fn begins_with_a_time(line: &str) -> bool {
    after_time(priority(line).1).is_some()
}

/// Whether a line begins with seconds in brackets, whatever their decimals: `[   20.1] x`.
pub(super) fn begins_with_seconds(line: &str) -> bool {
    let time = line.strip_prefix('[').and_then(|line| line.split_once("] ")).map(|(time, _)| time.trim_start());
    let parts = time.and_then(|time| time.split_once('.'));
    parts.is_some_and(|(seconds, decimals)| seconds.len() < 10 && is_digits(seconds) && is_digits(decimals))
}

/// Whether a line begins with the kernel's time, or syslog's priority and a time.
pub(super) fn begins_as_consoles_do(line: &str) -> bool {
    // After its time the kernel may print which of its threads or processors writes.
    let time = line.strip_prefix('[').and_then(|line| line.split_once(']')).map(|(time, _)| time);
    let (priority, rest) = priority(line);
    time.is_some_and(is_kernel_time) || (priority.is_some() && after_time(rest).is_some())
}

/// Whether a text is seconds since the start, `   20.123456`. No log that shows its boot has ten digits of them.
fn is_kernel_time(time: &str) -> bool {
    let parts = time.trim_start().split_once('.');
    parts.is_some_and(|(seconds, decimals)| {
        is_digits(seconds) && seconds.len() < 10 && is_digits(decimals) && decimals.len() == 6
    })
}

/// Parses a time, and returns what follows it and its space.
fn after_time(text: &str) -> Option<(Time, &str)> {
    if let Some(rest) = after_time_of_journal(text) {
        return Some((Time::Journal, rest));
    }
    if let Some(rest) = text.strip_prefix('[') {
        let (time, rest) = rest.split_once("] ")?;
        return is_kernel_time(time).then_some((Time::Kernel, rest));
    }
    for shape in ["aaa 00 00:00:00 ", "aaa  0 00:00:00 ", "0000-00-00T00:00:00"] {
        let Some(rest) = after_shape(text, shape) else { continue };
        if shape.ends_with(' ') {
            return Some((Time::Syslog, rest));
        }
        // Fractions of a second and the zone.
        let (zone, rest) = rest.split_once(' ')?;
        let is_zone = zone.bytes().all(|byte| byte.is_ascii_digit() || b".:+-Z".contains(&byte));
        // Syslog has microseconds at most (RFC 5424 section 6.2.3). Logs of containers have more digits, and no prefix of
        // their own after the time.
        let decimals = zone.strip_prefix('.').map_or(0, |zone| zone.bytes().take_while(u8::is_ascii_digit).count());
        return (is_zone && decimals <= 6).then_some((Time::Syslog, rest));
    }
    None
}

/// Whether a word is a log level or the name of a stream. Programs' own logs have it where syslog has the host.
fn is_level(word: &str) -> bool {
    const LEVELS: [&str; 17] = [
        "trace", "debug", "info", "notice", "warn", "warning", "error", "err", "crit", "critical", "fatal", "alert",
        "emerg", "severe", "verbose", "stdout", "stderr",
    ];
    LEVELS.iter().any(|level| word.eq_ignore_ascii_case(level))
}

/// Returns what follows a time of [`Time::Journal`].
fn after_time_of_journal(text: &str) -> Option<&str> {
    if let Some(rest) = after_shape(text, "aaa 0000-00-00 00:00:00 ") {
        let (zone, rest) = rest.split_once(' ')?;
        let is_name = (3..=5).contains(&zone.len()) && zone.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_offset =
            zone.strip_prefix(['+', '-']).is_some_and(|digits| matches!(digits.len(), 2 | 4) && is_digits(digits));
        return (is_name || is_offset).then_some(rest);
    }
    ["aaa 00 00:00:00.000000 ", "0000000000.000000 "].iter().find_map(|shape| after_shape(text, shape))
}

/// Returns what follows a pattern in which `a` is any letter and `0` any digit.
fn after_shape<'a>(text: &'a str, shape: &str) -> Option<&'a str> {
    let (time, rest) = text.split_at_checked(shape.len())?;
    let has_shape = time.bytes().zip(shape.bytes()).all(|(byte, of)| match of {
        b'a' => byte.is_ascii_alphabetic(),
        b'0' => byte.is_ascii_digit(),
        other => byte == other,
    });
    has_shape.then_some(rest)
}

pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_host(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_of_cloud_init_are_split_off() {
        for before in [
            "<14>Apr  9 22:06:30 ec2: ",
            "<14>Apr 19 22:06:30 vm-1 cloud-init: ",
            "Apr 07 20:24:09 unique-vm ec2[1215]: ",
            "May 10 22:18:34 localhost cloud-init[1522]: <14>May 10 22:18:34 cloud-init: ",
            "2026-04-09T22:06:30.123456+00:00 vm cloud-init[7]: ",
            "2026-04-09T22:06:30Z vm ec2: ",
            "[   20.123456] cloud-init[1200]: ",
            "Apr 07 20:24:09.123456 vm ec2[1215]: ",
            "Tue 2026-04-07 20:24:09 UTC vm ec2[1215]: ",
            "Tue 2026-04-07 20:24:09 +0530 vm cloud-init[1215]: ",
            "1775593449.123456 vm ec2[1215]: ",
            "ec2: ",
        ] {
            let line = format!("{before}256 x");
            let (prefix, rest) = Prefix::split(&line);
            assert!(!prefix.is_none(), "{before}");
            assert_eq!(rest, "256 x", "{before}");
            let spliced = format!("[   20.123456] audit: x {before}");
            assert_eq!(Prefix::at_end_of(&spliced), prefix, "{before}");
        }
        for before in ["", "ec2: x", "x", "ec2"] {
            assert!(Prefix::at_end_of(before).is_none(), "{before}");
        }
        let (one, _) = Prefix::split("<14>Apr  9 22:06:30 ec2: a");
        assert_eq!(one, Prefix::split("<14>Apr 10 01:02:03 ec2: b").0);
        assert_ne!(one, Prefix::split("<38>Apr  9 22:06:30 ec2: a").0);
    }

    #[test]
    fn other_programs_have_no_such_prefix() {
        for line in [
            "<38>May  1 12:00:00 sshd[1]: Invalid user ec2: 256 x",
            "May  1 12:00:00 vm sshd[1]: Invalid user ec2: 256 x",
            "mallory  4242  0.0 ec2: 256 x",
            "2026-11-29T01:00:00Z ec2: 256 x",
            "2026-11-29T01:00:00Z INFO ec2: 256 x",
            "2026-11-29T01:00:00Z stdout ec2: 256 x",
            "May  1 12:00:00 ec2: 256 x",
            "[   20.123456] mallory ec2: 256 x",
            "[1.2.3.4] ec2: 256 x",
            "[20] ec2: 256 x",
            "[] ec2: 256 x",
            "user ec2: 256 x",
            "ec2 : x",
            "ec2[x]: x",
            "ec2:x",
            "[ 1.2] a[3]: x",
            "# x",
            "",
            "1775593449.123456 ec2: 256 x",
            "1775593449.123456 mallory ec2: 256 x",
            "1775593449.123 vm ec2[1]: 256 x",
            "<1234>ec2: 256 x",
            "<x>ec2: 256 x",
            "[   20.12345] ec2: 256 x",
            "[   20.12345x] ec2: 256 x",
            "Tue 2026-04-07 20:24:09 utc vm ec2[1]: 256 x",
            "Tue 2026-04-07 20:24:09 UTCUTC vm ec2[1]: 256 x",
            "Tue 2026-04-07 20:24:09 +x530 vm ec2[1]: 256 x",
            "Tue 2026-04-07 20:24:09 +053 vm ec2[1]: 256 x",
            "May  1 12:00:00 v/m ec2: 256 x",
            "May  1 12:00:00  ec2: 256 x",
            "Tue 2026-04-07 20:24:09 mallory ec2[1]: 256 x",
            "2026-04-07 20:24:09 mallory ec2: 256 x",
            "Apr 07 20:24:09.1 vm ec2[1]: 256 x",
        ] {
            let (prefix, rest) = Prefix::split(line);
            assert!(prefix.is_none() && rest == line, "{line}");
        }
    }
}
