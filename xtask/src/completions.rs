//! Writes completions for bash, zsh, fish and PowerShell.

use std::fmt::Write as _;

use common::cli::table::STANDARD;
use common::cli::{Tool, Value, Values};

/// An option with the data that all shells need.
struct Row<'a> {
    short: Option<char>,
    long: &'a str,
    value: Option<&'a Value>,
    help: &'a str,
}

fn rows<F>(tool: &Tool<F>) -> Vec<Row<'_>> {
    let own = tool.options.iter().map(|option| Row {
        short: option.short,
        long: option.long,
        value: option.value.as_ref(),
        help: option.help,
    });
    let standard = STANDARD.map(|(short, long, help)| Row { short: Some(short), long, value: None, help });
    own.chain(standard).collect()
}

/// For bash, with its own `compgen` alone.
pub(crate) fn bash<F>(tool: &Tool<F>) -> String {
    let name = tool.name;
    let mut words = Vec::new();
    let mut values = String::new();
    for row in rows(tool) {
        let short = row.short.map(|letter| format!("-{letter}"));
        words.extend(short.clone());
        words.push(format!("--{}", row.long));
        let Some(value) = row.value else { continue };
        let pattern: Vec<String> = short.into_iter().chain([format!("--{}", row.long)]).collect();
        let reply = match value.values {
            Values::OneOf(names) => format!("COMPREPLY=($(compgen -W '{}' -- \"$word\"))", names.join(" ")),
            Values::File | Values::Files => "COMPREPLY=($(compgen -f -- \"$word\"))".to_owned(),
            Values::Folder => "COMPREPLY=($(compgen -d -- \"$word\"))".to_owned(),
            Values::Any | Values::Passphrase(_) => "COMPREPLY=()".to_owned(),
        };
        let _ = writeln!(values, "        {}) {reply}; return ;;", pattern.join("|"));
    }
    format!(
        "_{name}() {{\n    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}\n    \
         compopt -o filenames 2>/dev/null\n    case $before in\n{values}    esac\n    case $word in\n        \
         -*) COMPREPLY=($(compgen -W '{}' -- \"$word\")) ;;\n        *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n    \
         esac\n}}\ncomplete -F _{name} {name}\n",
        words.join(" ")
    )
}

/// For zsh's `_arguments`.
pub(crate) fn zsh<F>(tool: &Tool<F>) -> String {
    let name = tool.name;
    let mut text = format!("#compdef {name}\n\n_arguments -s -S \\\n");
    for row in rows(tool) {
        let help = row.help.replace('\'', "'\\''").replace('[', "\\[").replace(']', "\\]").replace(':', "\\:");
        let action = row.value.map_or_else(String::new, |value| match value.values {
            Values::OneOf(names) => format!(":{}:({})", value.name, names.join(" ")),
            Values::File | Values::Files => format!(":{}:_files", value.name),
            Values::Folder => format!(":{}:_files -/", value.name),
            Values::Any | Values::Passphrase(_) => format!(":{}: ", value.name),
        });
        let equals = if row.value.is_some() { "=" } else { "" };
        if let Some(letter) = row.short {
            let _ = writeln!(text, "  '(-{letter} --{})'-{letter}'[{help}]{action}' \\", row.long);
        }
        let again = if row.value.is_some_and(|value| matches!(value.values, Values::Files)) { "*" } else { "" };
        let _ = writeln!(text, "  '{again}--{}{equals}[{help}]{action}' \\", row.long);
    }
    text.push_str("  '*:file:_files'\n");
    text
}

/// For fish's `complete`.
pub(crate) fn fish<F>(tool: &Tool<F>) -> String {
    let mut text = String::new();
    for row in rows(tool) {
        let help = row.help.replace('\\', "\\\\").replace('\'', "\\'");
        let short = row.short.map_or_else(String::new, |letter| format!(" -s {letter}"));
        let value = row.value.map_or_else(String::new, |value| match value.values {
            Values::OneOf(names) => format!(" -x -a '{}'", names.join(" ")),
            Values::File | Values::Files => " -r -F".to_owned(),
            Values::Folder => " -x -a '(__fish_complete_directories)'".to_owned(),
            Values::Any | Values::Passphrase(_) => " -x".to_owned(),
        });
        let _ = writeln!(text, "complete -c {}{short} -l {}{value} -d '{help}'", tool.name, row.long);
    }
    text
}

/// For PowerShell's `Register-ArgumentCompleter`.
pub(crate) fn powershell<F>(tool: &Tool<F>) -> String {
    let mut options = String::new();
    let mut values = String::new();
    for row in rows(tool) {
        let help = row.help.replace('\'', "''");
        let short = row.short.map(|letter| format!("-{letter}"));
        let names: Vec<String> = short.into_iter().chain([format!("--{}", row.long)]).collect();
        for name in &names {
            let _ = writeln!(options, "        @('{name}', '{help}')");
        }
        if let Some(Value { values: Values::OneOf(words), .. }) = row.value {
            for name in &names {
                let _ = writeln!(values, "        '{name}' = @('{}')", words.join("', '"));
            }
        }
    }
    format!(
        "Register-ArgumentCompleter -Native -CommandName '{}' -ScriptBlock {{\n    \
         param($word, $line, $position)\n    $options = @(\n{options}    )\n    $values = @{{\n{values}    }}\n    \
         $before = @($line.CommandElements | Where-Object {{ $_.Extent.EndOffset -lt $position }})[-1]\n    \
         if ($before -and $values.ContainsKey(\"$before\")) {{\n        \
         $values[\"$before\"] | Where-Object {{ $_ -like \"$word*\" }} |\n            \
         ForEach-Object {{ [System.Management.Automation.CompletionResult]::new($_) }}\n    \
         }} elseif (\"$word\".StartsWith('-')) {{\n        \
         $options | Where-Object {{ $_[0] -clike \"$word*\" }} |\n            \
         ForEach-Object {{ [System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterName', $_[1]) }}\n    \
         }}\n}}\n",
        tool.name
    )
}
