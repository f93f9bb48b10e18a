//! Checks that a console's log is of one machine. A file into which a loop wrote the logs of several may show one machine
//! without host keys next to another that has some.
//!
//! A console names its machine in each prompt, and systemd does when a boot begins. That name may be the image's until
//! cloud-init sets it: a general name may precede the machine's own. It need not be the one in the keys' comments.

use common::error::Error;
use common::escape;

use super::boot_log::{after_prompt, begins_boot, is_of_boot, plain};
use crate::trusted::grammar::NotTrusted;
use crate::trusted::rules::one_host::is_one_name;

/// Names that images give to each machine.
#[rustfmt::skip]
const GENERAL: [&str; 20] = [
    "(none)", "almalinux", "alpine", "archlinux", "centos", "cloud", "debian", "fedora", "freebsd", "gentoo", "kali",
    "linux", "localhost", "opensuse", "photon-machine", "raspberrypi", "rhel", "rocky", "suse", "ubuntu",
];

/// The names by which a log calls its machine in one way.
#[derive(Default)]
struct Names {
    /// The machine's own.
    own: Option<String>,
    /// The last one since the machine began to boot, and its line.
    last: Option<(String, usize)>,
    /// The general one of an earlier boot that showed host keys.
    of_keys: Option<String>,
}

impl Names {
    /// Takes the next name, in that line.
    fn add(&mut self, name: String, line: usize) -> Result<(), NotTrusted> {
        let before = self.last.take().map(|(last, _)| last);
        let before = if is_general(&name) { before } else { self.own.clone() };
        let checked = before.map_or(Ok(()), |before| check_names(&before, &name, line));
        if !is_general(&name) {
            self.own.get_or_insert_with(|| name.clone());
            // Those keys may belong to another machine.
            if let Some(general) = &self.of_keys {
                return Err((Some(line), of_two(general, &name)));
            }
        }
        self.last = Some((name, line));
        checked
    }

    /// Ends a boot. A boot with only a general name is not one of a machine that has a name of its own.
    fn end(&mut self, has_keys: bool) -> Result<(), NotTrusted> {
        let last = self.last.take();
        match (&self.own, last) {
            (Some(own), Some((name, line))) => check_names(own, &name, line),
            (None, last) => {
                let name = last.map(|(name, _)| name).filter(|_| has_keys);
                self.of_keys = self.of_keys.take().or(name);
                Ok(())
            }
            (Some(_), None) => Ok(()),
        }
    }
}

/// Checks that one name may follow another.
fn check_names(one: &str, other: &str, line: usize) -> Result<(), NotTrusted> {
    if is_general(one) || is_one_name(one, other) { Ok(()) } else { Err((Some(line), of_two(one, other))) }
}

/// Checks that all names by which a log calls its machine are of one machine. `shows_keys` recognises the lines with which it
/// begins to show host keys.
///
/// # Errors
/// They are of two machines.
pub(crate) fn check(text: &str, shows_keys: impl Fn(&str) -> bool) -> Result<(), NotTrusted> {
    let (mut prompts, mut systems) = (Names::default(), Names::default());
    // A boot may name the image's machine before its own.
    let mut of_boot: Option<(String, usize)> = None;
    let mut has_keys = false;
    for (line, number) in text.lines().zip(1..) {
        if begins_boot(line) {
            prompts.end(std::mem::take(&mut has_keys))?;
            of_boot.take().map_or(Ok(()), |(name, line)| systems.add(name, line))?;
            systems.end(false)?;
        }
        has_keys |= shows_keys(line);
        if let Some(name) = prompted(line) {
            prompts.add(name, number)?;
        }
        of_boot = set_by_systemd(line).map(|name| (name, number)).or(of_boot);
    }
    prompts.end(has_keys)?;
    of_boot.map_or(Ok(()), |(name, line)| systems.add(name, line))?;
    systems.end(false)
}

/// Returns the host of a prompt, `vm login: `, at which no one has typed a name yet.
fn prompted(line: &str) -> Option<String> {
    if !line.contains(" login:") {
        return None;
    }
    let line = plain(line);
    let (host, rest) = after_prompt(&line)?;
    let is_prompt = rest.is_empty() || is_of_boot(rest) || rest.ends_with(" (automatic login)");
    is_prompt.then(|| host.to_owned())
}

/// Returns the name that systemd gives the machine: `systemd[1]: Hostname set to <vm>.`, `Set hostname to <vm>.`
fn set_by_systemd(line: &str) -> Option<String> {
    let said = line.split_once("systemd[1]: ")?.1;
    let name = said.strip_prefix("Hostname set to <").or_else(|| said.strip_prefix("Set hostname to <"))?;
    name.trim_end().strip_suffix(">.").map(str::to_owned)
}

fn is_general(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or(name).to_ascii_lowercase();
    GENERAL.contains(&first.as_str())
}

fn of_two(one: &str, other: &str) -> Error {
    let [one, other] = [one, other].map(escape::name);
    Error::failure(format!("consoles of two machines, {one} and {other}")).hint(
        "give the console of your VM only; if both are its names, give the boot that shows its host keys, from the kernel's first line on",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_of_two_machines_is_recognised_by_their_names() {
        let boot = "[    0.000000] Linux version 6.8\n";
        let set = |name: &str| format!("{boot}[    1.000000] systemd[1]: Hostname set to <{name}>.\n");
        let line = |text: &str| check(text, |line| line == "KEYS").map_err(|(line, _)| line);
        for text in [
            String::new(),
            "vm login: \nvm login: [   20.123456] x\nVM.example login: core (automatic login)\n".to_owned(),
            format!("localhost login: \n{boot}vm login: \n{boot}localhost login: \nvm login: \n"),
            format!("KEYS\nubuntu login: \n{boot}ubuntu login: \n"),
            format!("KEYS\nlocalhost login: \nvm login: \n{boot}vm login: \n"),
            format!("localhost login: \n{boot}KEYS\nvm login: \n"),
            // An image's name, before cloud-init sets the machine's.
            format!("{}vm login: \n{}vm login: \n", set("image"), set("image")),
            format!("{}{}", set("localhost"), set("vm")),
            "Last login: today\nFailed login: x\nvm login: root\nother login: me\n".to_owned(),
        ] {
            assert_eq!(line(&text), Ok(()), "{text}");
        }
        for (text, number) in [
            ("vm login: \n\nmallory login: \n".to_owned(), 3),
            ("vm login: \nlocalhost login: \n".to_owned(), 2),
            (format!("vm login: \n{boot}ubuntu login: \n"), 3),
            (format!("KEYS\nubuntu login: \n{boot}vm login: \n"), 4),
            (format!("{}{}", set("vm"), set("mallory")), 4),
            (format!("{}{}", set("vm"), set("ubuntu")), 4),
            ("\u{1b}[H\u{1b}[Jvm login: \n\u{1b}[1mmallory login: \u{1b}[0m\n".to_owned(), 2),
            ("vm login: [    1.000000] x\nmallory login: <14>Nov 29 01:00:00 cloud-init: x\n".to_owned(), 2),
        ] {
            assert_eq!(line(&text), Err(Some(number)), "{text}");
        }
    }
}
