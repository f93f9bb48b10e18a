//! Tests how command lines on pages are split, and whether the tools accept them.

use std::ffi::OsString;

use common::cli::Options;
use support::command_lines::{Shell, commands};

/// Placeholders on the pages, each with a value that the option accepts.
const SAMPLES: [(&str, &str); 7] = [
    ("%p", "22"),
    ("PORT", "22"),
    ("SECONDS", "5"),
    ("N", "9"),
    ("CHECK", "roca"),
    ("CHECK,...", "roca"),
    ("HASH", "sha256"),
];

fn parse<O: Options>(words: &[String]) -> Result<(), String> {
    let sample = |word: &String| {
        let sample = SAMPLES.iter().find(|(name, _)| name == word);
        OsString::from(sample.map_or(word.as_str(), |(_, sample)| sample))
    };
    let arguments: Vec<OsString> = words.iter().map(sample).collect();
    let mut taken = O::default();
    let parsed = common::cli::parse(O::TOOL, &arguments, |word| taken.accept(word));
    parsed.map(drop).map_err(|error| error.message().to_owned())
}

/// `None` if the words are not a command of one of the tools; else whether the tool accepts them.
pub(crate) fn accepted_by_its_tool(words: &[String]) -> Option<Result<(), String>> {
    let (program, arguments) = words.split_first()?;
    match program.rsplit('/').next()?.trim_end_matches(".exe") {
        "keygen" => Some(parse::<keygen::Args>(arguments)),
        "keycheck" => Some(parse::<keycheck::Args>(arguments)),
        "pubfp" => Some(parse::<pubfp::Args>(arguments)),
        "hostfp" => Some(parse::<hostfp::Args>(arguments)),
        _ => None,
    }
}

fn split(text: &str, shell: Shell) -> Vec<String> {
    commands(text, shell).unwrap().into_iter().map(|words| words.join("|")).collect()
}

#[test]
fn a_line_of_a_posix_shell_is_split_into_commands_and_words() {
    for (text, expected) in [
        ("a b  c", &["a|b|c"][..]),
        ("a 'b c' \"d 'e\" f\\ g ''", &["a|b c|d 'e|f g|"]),
        ("a | b && c; d\ne &", &["a", "b", "c", "d", "e"]),
        ("a > file 2>/dev/null b 2>&1 <<< c", &["a|b"]),
        ("a \\\n  b", &["a|b"]),
        ("a \"$(b \"c d\")\" e", &["b|c d", "a|(...)|e"]),
        ("a <(b c) # d", &["b|c", "a|(...)"]),
    ] {
        assert_eq!(split(text, Shell::Posix), expected, "{text}");
    }
}

#[test]
fn a_line_of_powershell_is_split_by_its_own_rules() {
    for (text, expected) in [
        ("a 'b''c' C:\\d `\"e", &["a|b'c|C:\\d|\"e"][..]),
        ("a (Get-Item *.pub) | b", &["Get-Item|*.pub", "a|(...)", "b"]),
        ("a \"$HOME\\x\" \"$(b c)\" > vm.json", &["b|c", "a|$HOME\\x|(...)"]),
        ("a `\n b", &["a|b"]),
        ("[X]::Y('a', (b)) 'c'", &["[X]::Y(...)|c"]),
    ] {
        assert_eq!(split(text, Shell::PowerShell), expected, "{text}");
    }
    for text in ["a 'b", "a \"b", "a (b"] {
        assert!(commands(text, Shell::PowerShell).is_err(), "{text}");
    }
}

#[test]
fn a_wrong_option_on_a_page_is_noticed() {
    let taken = |text: &str| accepted_by_its_tool(&commands(text, Shell::Posix).unwrap().pop().unwrap());
    assert_eq!(taken("ssh -l me vm"), None);
    assert_eq!(taken("hostfp --expect vm.json -p PORT HOST"), Some(Ok(())));
    assert!(taken("hostfp --exspect vm.json HOST").unwrap().unwrap_err().contains("--exspect"));
    assert!(taken("keycheck --for azur id.pub").unwrap().is_err());
    assert!(taken("keygen -f").unwrap().is_err());
}
