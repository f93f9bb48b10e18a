//! Finds the steps whose output another command reads as file names (`xargs`, `read`, `sh`).

use super::step::{SHELLS, Step};
use crate::trusted::formats::run_command::script_words::program;

/// Keywords that end a branch or a loop, whose whole output is piped on. The second character of `2>&1` begins a step, too.
const ENDS: [&str; 5] = ["1", "done", "esac", "fi", "}"];

/// Where a script reads names from the output of steps.
pub(super) struct Passed {
    /// The steps that read them.
    takers: Vec<usize>,
    /// The last pipe after a branch or a loop, before the last of these steps.
    last_pipe: Option<usize>,
}

impl Passed {
    pub(super) fn of(steps: &[Step]) -> Self {
        let takers: Vec<usize> =
            steps.iter().enumerate().filter(|(_, step)| takes_names(step)).map(|(index, _)| index).collect();
        let before = steps.get(..takers.last().copied().unwrap_or_default()).unwrap_or_default();
        let is_pipe =
            |step: &Step| step.end == '|' && step.words.first().is_none_or(|word| ENDS.contains(&word.as_str()));
        let last_pipe = before.iter().rposition(is_pipe);
        Self { takers, last_pipe }
    }

    /// Whether names are read from the output of a step.
    pub(super) fn is_from(&self, index: usize, step: &Step) -> bool {
        step.is_within
            || self.last_pipe.is_some_and(|last| index <= last)
            || step.end == '|' && self.takers.last().is_some_and(|last| index < *last)
            || self.takers.binary_search(&index).is_ok()
            || !self.takers.is_empty() && step.words.iter().any(|word| word == "<")
            // `printf -v NAME`.
            || step.words.iter().any(|word| word == "-v") && step.words.iter().any(|word| word == "printf")
    }
}

/// Whether a step is `xargs`, `read`, or a shell that reads its commands from a pipe.
fn takes_names(step: &Step) -> bool {
    let is_given = |word: &String| word == "/c" || word.starts_with('-') && word.contains('c');
    step.words.iter().enumerate().any(|(index, word)| match program(word) {
        Some("read" | "xargs") => true,
        Some(name) => SHELLS.contains(&name) && !step.words.iter().skip(index + 1).any(is_given),
        None => false,
    })
}
