//! The variables of a script, and their possible values.

use std::collections::HashMap;

use super::step::{LISTERS, PRINTERS, Step, has_folder, is_bare};
use crate::trusted::formats::run_command::script_words::{is_of_host_keys, program};
use crate::trusted::grammar::host_key_paths;

/// What is known of all values of a variable that loops and assignments set: `for NAME in VALUES`, `NAME=VALUE`, `read NAME`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variable {
    /// Each is a host key by its name.
    pub(super) is_key: bool,
    /// Each has a folder.
    pub(super) has_folder: bool,
    /// One may be a file in the current folder.
    pub(super) is_here: bool,
}

impl Variable {
    /// Classifies one value.
    fn of(value: &str) -> Self {
        Self { is_key: is_of_host_keys(value), has_folder: has_folder(value), is_here: is_bare(value) }
    }

    /// Combines two values, of which the variable may have either.
    fn or(self, other: Self) -> Self {
        Self {
            is_key: self.is_key && other.is_key,
            has_folder: self.has_folder && other.has_folder,
            is_here: self.is_here || other.is_here,
        }
    }

    /// A variable that may be any text.
    const ANY: Self = Self { is_key: false, has_folder: false, is_here: true };
}

/// The variables of a script by their names.
pub(super) type Variables<'a> = HashMap<&'a str, Variable>;

/// The name of the variable that a word is: `$f`, `${f}`.
pub(super) fn variable(word: &str) -> Option<&str> {
    let name = word.strip_prefix('$')?;
    Some(name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name))
}

pub(super) fn variables(steps: &[Step]) -> Variables<'_> {
    let mut variables = Variables::new();
    let mut set = |name, value: Variable| {
        variables.entry(name).and_modify(|variable: &mut Variable| *variable = variable.or(value)).or_insert(value);
    };
    for (at, step) in steps.iter().enumerate() {
        for (index, word) in step.words.iter().enumerate() {
            let operands = || step.words.iter().skip(index + 1).map(String::as_str);
            match word.split_once('=') {
                // `NAME=$(…)`.
                Some((name, "" | "$")) if step.end == '(' => {
                    let next = steps.get(at + 1).filter(|next| lists_host_keys(next));
                    set(name, next.map_or(Variable::ANY, |_| Variable { is_here: false, ..Variable::ANY }));
                }
                Some((name, value)) => set(name, Variable::of(value)),
                None => {}
            }
            // Its values are all words after it.
            if let (Some(name), true) = (operands().next(), word == "for") {
                operands().skip(2).for_each(|value| set(name, Variable::of(value)));
                break;
            }
            if word == "read" {
                let listed = at.checked_sub(1).and_then(|at| steps.get(at)).filter(|step| step.end == '|');
                let listed = listed.filter(|step| lists_host_keys(step));
                let value = listed.and_then(|step| paths(step).map(Variable::of).reduce(Variable::or));
                let names = operands().take_while(|word| *word != "<").filter(|word| !word.starts_with('-'));
                names.for_each(|name| set(name, value.unwrap_or(Variable::ANY)));
                break;
            }
        }
    }
    variables
}

/// Whether a step prints paths of host keys and nothing else.
fn lists_host_keys(step: &Step) -> bool {
    let mut words = step.words.iter();
    let is_program =
        |word: &String| program(word).is_some_and(|name| LISTERS.contains(&name) || PRINTERS.contains(&name));
    let is_path = |word: &String| is_path(word) || matches!(word.as_str(), "%s\\n" | "-1");
    words.next().is_some_and(is_program) && words.all(is_path) && paths(step).next().is_some()
}

/// The words of a step that are paths of host keys.
fn paths(step: &Step) -> impl Iterator<Item = &str> {
    step.words.iter().filter(|word| is_path(word)).map(String::as_str)
}

fn is_path(word: &str) -> bool {
    has_folder(word) && is_of_host_keys(word) && !host_key_paths::is_folder(word)
}
