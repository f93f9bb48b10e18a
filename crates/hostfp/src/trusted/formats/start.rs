//! Strips what tools print before a text: az warnings, PowerShell -Debug headers, Ansible host names.

/// Splits off az's warnings and the blank lines at the start of a text. Returns the number of these lines, and what follows
/// them.
pub(crate) fn after_warnings(text: &str) -> (usize, &str) {
    // az colours them on a terminal.
    let is_warning = |line: &str| line.strip_prefix("\u{1b}[33m").unwrap_or(line).starts_with("WARNING: ");
    let is_before = |line: &&str| is_warning(line) || (line.trim().is_empty() && line.ends_with('\n'));
    let length: usize = text.split_inclusive('\n').take_while(is_before).map(str::len).sum();
    let (before, rest) = text.split_at_checked(length).unwrap_or(("", text));
    (before.matches('\n').count(), rest)
}

/// Returns the JSON of a text, and the number of lines before it: the part of an answer before its body, as PowerShell's
/// `-Debug` prints it. A log has lines that begin with `[`, too.
pub(crate) fn json_in(text: &str) -> Option<(usize, &str)> {
    let first = text.lines().next().unwrap_or_default();
    let length = if is_debug_of_success(text, first) {
        let head = text.split_inclusive('\n').take_while(|line| line.trim_end() != "Body:");
        head.chain(["Body:"]).map(str::len).sum()
    } else {
        // `vm | SUCCESS => {`
        ansible(first).and_then(|(_, rest)| rest.strip_prefix("=> ")).map_or(0, |rest| first.len() - rest.len())
    };
    let (head, rest) = text.split_at_checked(length)?;
    let begin: String = rest.chars().filter(|character| !character.is_whitespace()).take(2).collect();
    let is_json = begin.starts_with('{') || matches!(begin.as_str(), "[" | "[{" | "[\"" | "[]" | "[[");
    is_json.then(|| (head.matches('\n').count(), rest))
}

/// Whether PowerShell's `-Debug` prints an answer of success: a line of its own, and the state below it.
fn is_debug_of_success(text: &str, first: &str) -> bool {
    let head = first.trim_end().strip_prefix("DEBUG: ").and_then(|head| head.strip_prefix("====="));
    let is_head = head.is_some_and(|head| head.trim_matches('=') == " HTTP RESPONSE " && head.ends_with("====="));
    let mut lines = text.lines().skip(1).map(str::trim).filter(|line| !line.is_empty());
    is_head && lines.next() == Some("Status Code:") && matches!(lines.next(), Some("OK" | "Accepted" | "Created"))
}

/// The longest value of a tag in AWS, in characters. A console is longer.
pub(crate) const LONGEST_TAG: usize = 256;

/// Returns the console that `aws ec2 get-console-output --output text` prints between the instance's name and the time.
pub(crate) fn aws_console(text: &str) -> Option<&str> {
    let (instance, rest) = text.trim_start().split_once('\t')?;
    let digits = instance.strip_prefix("i-")?;
    let (console, time) = rest.trim_end().rsplit_once('\t')?;
    let is_time = time.starts_with("20") && time.contains('T') && !time.contains(char::is_whitespace);
    let is_instance = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_instance && is_time).then_some(console)
}

/// Whether a text has Ansible's answers of several hosts.
pub(crate) fn has_several_answers(text: &str) -> bool {
    text.lines()
        .filter(|line| ansible(line.trim_end()).is_some_and(|(_, rest)| rest.starts_with("=> ")))
        .nth(1)
        .is_some()
}

/// Returns the output of Ansible's ad-hoc command on one host: the lines after `vm | CHANGED | rc=0 >>`.
pub(crate) fn ansible_output(text: &str) -> Option<&str> {
    let (first, rest) = text.split_once('\n')?;
    (ansible(first.trim_end())?.1 == "| rc=0 >>").then_some(rest)
}

/// Returns the host of such a line, and what follows its verdict. `FAILED!` and `UNREACHABLE!` are other verdicts.
fn ansible(line: &str) -> Option<(&str, &str)> {
    let (host, rest) = line.split_once(" | ")?;
    let (verdict, rest) = rest.split_once(' ')?;
    (matches!(verdict, "SUCCESS" | "CHANGED") && !host.is_empty() && !host.contains(' ')).then_some((host, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_before_json_is_known() {
        for (text, expected) in [
            ("{}", Some((0, "{}"))),
            ("vm | SUCCESS => {\n}", Some((0, "{\n}"))),
            ("vm | FAILED! => {\n}", None),
            ("a vm | SUCCESS => {\n}", None),
            ("DEBUG: ===== HTTP RESPONSE =====\n\nStatus Code:\nOK\n\nBody:\n{}", Some((5, "\n{}"))),
            ("DEBUG: ===== HTTP RESPONSE =====\n\nStatus Code:\nNotFound\n\nBody:\n{}", None),
            ("DEBUG: ===== HTTP RESPONSE =====\n\nBody:\n{}", None),
            ("DEBUG: HTTP RESPONSE of x\nStatus Code:\nOK\nBody:\n{}", None),
            ("[  1.0] x", None),
            (" | SUCCESS => {\n}", None),
            ("vm | SUCCESS => x", None),
            ("DEBUG: x\n\nBody:\n{}", None),
            ("x HTTP RESPONSE x\n\nBody:\n{}", None),
            ("DEBUG: ===== HTTP RESPONSE =====\n\nStatus Code:\nOK\n{}", None),
            ("[ {}]", Some((0, "[ {}]"))),
            ("[\"x\"]", Some((0, "[\"x\"]"))),
            ("[[]]", Some((0, "[[]]"))),
            ("[]", Some((0, "[]"))),
            ("[", Some((0, "["))),
            ("[x]", None),
        ] {
            assert_eq!(json_in(text), expected, "{text}");
        }
        assert_eq!(aws_console("i-0a\t[ 0.0] x\ny\t2026-01-01T00:00:00+00:00\n"), Some("[ 0.0] x\ny"));
        for text in [
            "i-0a\tx\ty\n",
            "i-0a\tx\t2026-01-01\n",
            "i-0a\tx\tT0\n",
            "i-0a\tx\t20 T\n",
            "i-\tx\t2026T\n",
            "i-vm\tx\t2026T\n",
            "vm\tx\t2026T\n",
        ] {
            assert_eq!(aws_console(text), None, "{text}");
        }
        assert_eq!(ansible_output("vm | CHANGED | rc=0 >>\nx\n"), Some("x\n"));
        for text in ["vm | FAILED | rc=1 >>\nx\n", "vm | CHANGED | rc=1 >>\nx\n", "x\n"] {
            assert_eq!(ansible_output(text), None);
        }
    }

    #[test]
    fn warnings_and_blank_lines_precede_a_text() {
        for (text, expected) in [
            ("WARNING: a\n\n \nx\n", (3, "x\n")),
            ("x\nWARNING: a\n", (0, "x\nWARNING: a\n")),
            ("\n ", (1, " ")),
            ("WARNING: a", (0, "")),
            ("\u{1b}[33mWARNING: a\u{1b}[0m\n{}\n", (1, "{}\n")),
            ("WARNING\nx", (0, "WARNING\nx")),
        ] {
            assert_eq!(after_warnings(text), expected, "{text}");
        }
    }

    #[test]
    fn answers_of_several_hosts_are_seen() {
        for (text, are_several) in [
            ("a | SUCCESS => {\n}\nb | CHANGED => {\n}\n", true),
            ("a | SUCCESS => {\n}\n", false),
            ("a | SUCCESS => {\n}\nb | FAILED! => {\n}\n", false),
            ("a | CHANGED | rc=0 >>\nx\nb | SUCCESS => {\n}\n", false),
            ("", false),
        ] {
            assert_eq!(has_several_answers(text), are_several, "{text}");
        }
    }
}
