//! Tests README.md, docs/ and the pages of examples/: their examples run, their command lines are accepted by the
//! tools, and their links lead to existing targets.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use support::command_lines::{Shell, commands};
use support::examples::{PROMPT, Step, check_step, steps, steps_with_prompt};
use support::{Sandbox, Sshd, binaries, needs, peers};

use crate::cases::{on_the_vm, under_vm};
use crate::command_lines::accepted_by_its_tool;

/// The pages below a folder of the workspace, as their paths in it.
fn markdown(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(binaries::root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            found.extend(markdown(&path));
        } else if path.ends_with(".md") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// All pages for users.
fn pages() -> Vec<String> {
    [vec!["README.md".to_owned()], markdown("docs"), markdown("examples")].concat()
}

/// The texts of all pages for users, which the tests of the programs for Windows read.
#[cfg(target_os = "linux")]
pub(crate) fn guides() -> Vec<String> {
    pages().iter().map(|page| read(page)).collect()
}

fn read(page: &str) -> String {
    fs::read_to_string(binaries::root().join(page)).unwrap()
}

/// The hosts that the pages name, and their addresses here. The third one does not answer.
pub(crate) struct Hosts {
    files: Sandbox,
    vm: Sshd,
    other: Sshd,
}

impl Hosts {
    pub(crate) fn start() -> Self {
        let files = on_the_vm();
        let _ = files
            .shell(
                "set -e
                 ssh-keygen -q -t rsa -b 1024 -N '' -C weak@old -f weak && cat weak.pub >> authorized_keys && rm weak*
                 mkdir -m 700 .ssh && mkdir -p other outputs
                 for type in ecdsa ed25519 rsa; do ssh-keygen -q -t $type -N '' -C root@vm -f other/$type; done",
            )
            .good();
        let keys = |path: &str| {
            ["ecdsa", "ed25519", "rsa"].map(|key_type| files.file(path.replace("TYPE", key_type))).to_vec()
        };
        let start = |folder: &str, keys: &[PathBuf]| {
            fs::create_dir_all(files.file(folder)).unwrap();
            Sshd::start_with(&files.file(folder), keys, &files.file("none"), "MaxStartups 100").unwrap()
        };
        let vm = start("vm/run", &keys("vm/etc/ssh/ssh_host_TYPE_key"));
        let other = start("other/run", &keys("other/TYPE"));
        let hosts = Self { files, vm, other };
        hosts.write_what_the_cloud_said();
        hosts
    }

    fn write_what_the_cloud_said(&self) {
        let lines = self.files.run("hostfp", ["--sysroot", "vm"]).good();
        let message = format!("Enable succeeded: \n[stdout]\n{lines}\n[stderr]\n");
        let output = serde_json::json!({"value": [
            {"code": "ProvisioningState/succeeded", "level": "Info", "message": message, "time": null},
        ]});
        let output = format!("{output:#}\n");
        for name in ["vm.json", "vm.txt"] {
            self.files.write(name, &output);
        }
        self.files.write("hosts", self.here("203.0.113.7\n203.0.113.8\n203.0.113.9\n"));
        for host in ["203.0.113.7", "203.0.113.8", "203.0.113.9"] {
            self.files.write(self.here(&format!("outputs/{host}.json")), &output);
        }
        // The VM had other keys before.
        let line = |key_type: &str| {
            let public = self.files.read(format!("other/{key_type}.pub"));
            self.here(&format!("203.0.113.7 {}\n", public.trim_end_matches(" root@vm\n")))
        };
        self.files.write("known_hosts.before", ["ed25519", "ecdsa", "rsa"].map(line).concat());
    }

    /// Replaces the names of the pages' hosts by those of the hosts here.
    pub(crate) fn here(&self, text: &str) -> String {
        text.replace("203.0.113.7", &format!("[127.0.0.1]:{}", self.vm.port))
            .replace("203.0.113.8", &format!("[127.0.0.1]:{}", self.other.port))
            .replace("203.0.113.9", "[127.0.0.1]:1")
    }

    /// A folder with all files that the pages name.
    pub(crate) fn copy(&self) -> Sandbox {
        let sandbox = Sandbox::new();
        let from = self.files.path().join(".");
        let _ = sandbox.run("cp", ["-a".as_ref(), from.as_os_str(), sandbox.path().as_os_str()]).good();
        sandbox
    }
}

#[test]
fn every_example_of_a_page_does_what_it_says() {
    needs!(SSH_KEYGEN, SSHD, BASH, JQ);
    let hosts = Hosts::start();
    let mut tried = 0;
    for page in pages() {
        let steps = steps(&hosts.here(&under_vm(&read(&page))));
        if steps.is_empty() {
            continue;
        }
        let sandbox = hosts.copy();
        for step in &steps {
            check_step(&page, step, &sandbox);
        }
        tried += steps.len();
    }
    assert!(tried > 60, "{tried}");
}

/// The command lines of a page: in its blocks, its indented lines, and between backquotes.
fn command_lines(page: &str, text: &str) -> Vec<(Shell, String)> {
    let mut lines: Vec<(Shell, String)> = Vec::new();
    let fails = |step: &Step| step.status == 2;
    lines.extend(steps(text).into_iter().filter(|step| !fails(step)).map(|step| (Shell::Posix, step.command)));
    lines.extend(powershell(text).into_iter().map(|step| (Shell::PowerShell, step.command)));
    let mut indented = String::new();
    let mut fenced = false;
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        if fenced || line.starts_with("```") {
            continue;
        }
        match line.strip_prefix("    ") {
            // Other indented lines are configuration, or part of a manual page.
            Some(line) if !line.contains('[') && !page.starts_with("docs/man/") => {
                let line = line.trim_start().trim_start_matches("KnownHostsCommand ");
                indented += &format!("{}\n", line.trim_start_matches("0 4 * * * "));
            }
            _ => {
                let spans = line.split('`').skip(1).step_by(2);
                lines.extend(spans.map(|span| (Shell::Posix, span.replace("\\|", "|"))));
            }
        }
    }
    lines.push((Shell::Posix, indented));
    lines
}

#[test]
fn every_command_line_on_a_page_is_one_that_its_tool_takes() {
    let (mut taken, mut refused) = (0, Vec::new());
    for page in pages() {
        for (shell, line) in command_lines(&page, &read(&page)) {
            // An unbalanced quotation mark is not a command line, but a piece of Markdown.
            let Ok(commands) = commands(&line, shell) else { continue };
            for words in commands.iter().filter(|words| words.len() > 1) {
                match accepted_by_its_tool(words) {
                    None => {}
                    Some(Ok(())) => taken += 1,
                    // An option may be named without its value.
                    Some(Err(error)) if error.ends_with("needs a value") && !line.contains('\n') => {}
                    Some(Err(error)) => refused.push(format!("{page}: {}: {error}", words.join(" "))),
                }
            }
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(taken > 150, "{taken}");
}

/// The lines for PowerShell, and their output.
pub(crate) fn powershell(text: &str) -> Vec<Step> {
    steps_with_prompt(text, "```powershell", "PS> ")
}

/// Commands other than our tools in the lines for PowerShell.
const OTHERS: [&str; 12] = [
    "az",
    "scoop",
    "ssh",
    "winget",
    "Expand-Archive",
    "Get-FileHash",
    "Get-Item",
    "Invoke-AzVMRunCommand",
    "Set-Content",
    "(...).Hash",
    "$folder",
    "[Environment]::SetEnvironmentVariable(...)",
];

#[test]
fn the_lines_for_powershell_are_right_in_windows_powershell_too() {
    let mut seen = 0;
    for page in pages() {
        for step in powershell(&read(&page)) {
            let place = format!("{page}:{}: {}", step.line, step.command);
            for words in commands(&step.command, Shell::PowerShell).unwrap() {
                let known = OTHERS.contains(&words[0].as_str());
                assert!(accepted_by_its_tool(&words).is_some_and(|taken| taken.is_ok()) || known, "{place}: {words:?}");
                // Version 5.1 drops empty arguments.
                assert!(known || words.iter().all(|word| !word.is_empty()), "{place}: {words:?}");
            }
            // `>` in version 5.1 writes UTF-16, which az and hostfp read, but no other program.
            let redirected = step.command.split_once(" > ").map(|(_, file)| file);
            assert!(redirected.is_none_or(|file| file.starts_with("vm.")), "{place}");
            seen += 1;
        }
    }
    assert!(seen > 15, "{seen}");
}

/// The targets of a page's links and pictures, each with its line number.
pub(crate) fn links(text: &str) -> Vec<(usize, String)> {
    let mut links = Vec::new();
    let joined = text.replace("\n", " \n");
    for (at, _) in joined.match_indices("](") {
        let target: String = joined[at + 2..].chars().take_while(|character| *character != ')').collect();
        links.push((joined[..at].matches('\n').count() + 1, target));
    }
    links
}

/// The anchors of a page, as GitHub and mdbook make them of headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let heading = line.trim_start_matches('#').trim().to_lowercase();
            heading.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c)).collect::<String>().replace(' ', "-")
        })
        .collect()
}

#[test]
fn every_link_of_a_page_leads_to_a_file_and_its_heading() {
    let more = ["CONTRIBUTING.md", "SECURITY.md"].map(str::to_owned);
    let mut followed = 0;
    for page in pages().iter().chain(&more) {
        let text = read(page);
        for (line, target) in links(&text) {
            if target.starts_with("https://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let path = match file {
                "" => binaries::root().join(page),
                file => binaries::root().join(page).parent().unwrap().join(file),
            };
            assert!(path.exists(), "{page}:{line}: {target}");
            if !anchor.is_empty() {
                assert!(anchors(&fs::read_to_string(path).unwrap()).contains(anchor), "{page}:{line}: {target}");
            }
            followed += 1;
        }
    }
    assert!(followed > 80, "{followed}");
}

#[test]
fn the_book_has_every_page_once() {
    let summary = read("docs/SUMMARY.md");
    let mut listed: Vec<String> = links(&summary).into_iter().map(|(_, page)| format!("docs/{page}")).collect();
    listed.sort();
    let mut pages = markdown("docs");
    pages.retain(|page| page != "docs/SUMMARY.md");
    assert_eq!(listed, pages);
}

/// mdbook has its own rules for links.
#[test]
fn mdbook_makes_the_book() {
    let Some(mdbook) = peers::optional(&peers::MDBOOK) else { return };
    let sandbox = Sandbox::new();
    let book = sandbox.file("book");
    let docs = binaries::root().join("docs");
    let made = sandbox.run(mdbook, ["build".as_ref(), docs.as_os_str(), "-d".as_ref(), book.as_os_str()]);
    assert!(made.status == Some(0) && !made.stderr.contains("WARN"), "{made:?}");
    let mut followed = 0;
    for page in
        ["index.html", "first-connection.html", "fleets.html", "examples.html", "man/hostfp.html", "checks.html"]
    {
        let page = book.join(page);
        for target in fs::read_to_string(&page).unwrap().split("href=\"").skip(1) {
            let target = target.split(['"', '#']).next().unwrap();
            if !target.is_empty() && !target.starts_with("http") {
                assert!(page.parent().unwrap().join(target).exists(), "{target}");
                followed += 1;
            }
        }
    }
    assert!(followed > 100 && book.join("demo.svg").is_file(), "{followed}");
}

#[test]
fn powershell_steps_and_posix_shell_steps_are_distinguished() {
    let page = "```console\n$ a\nb\n```\n```powershell\nPS> c\nd\n? 1\n```\n";
    assert_eq!(steps(page), steps_with_prompt(page, "```console", PROMPT));
    let step = Step { line: 6, command: "c".to_owned(), prints: "d\n".to_owned(), status: 1 };
    assert_eq!(powershell(page), [step]);
}
