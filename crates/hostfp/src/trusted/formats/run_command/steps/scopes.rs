//! Tracks whether the steps of a script run in the folder of host keys, by its `cd`.
//!
//! A `cd` counts if it certainly ran, in the same shell. What follows `&&` or `||`, or is within a branch, a loop or a
//! function, may not run. A part of a pipeline, and a background command, has a shell of its own.

use super::step::Step;

/// One list of commands between `;` and newlines, of a single scope.
#[derive(Clone, Copy, Default)]
struct List {
    /// Whether the script was in the folder before the list.
    start: bool,
    /// Whether it is there after the list, once `&&` or `||` makes the remainder of the list depend on its first command.
    end: Option<bool>,
    /// Whether it was before the pipeline that a step belongs to.
    pipeline: Option<bool>,
}

impl List {
    fn begin(start: bool) -> Self {
        Self { start, end: None, pipeline: None }
    }
}

/// An open parenthesis, brace, branch or loop.
struct Scope {
    opener: &'static str,
    /// Whether the script was in the folder before.
    was: bool,
    /// The list of which the scope is a command.
    list: List,
}

/// The open scopes of a script, and where it is.
#[derive(Default)]
pub(super) struct Scopes {
    open: Vec<Scope>,
    /// Whether the script is in the folder of host keys now.
    pub(super) is_there: bool,
    list: List,
    /// Whether the script was there where a quoted text of several steps began, which may be for another shell.
    quoted: Option<bool>,
    /// Whether `name()` precedes.
    defines: bool,
}

impl Scopes {
    fn open(&mut self, opener: &'static str) {
        self.open.push(Scope { opener, was: self.is_there, list: self.list });
        self.list = List::begin(self.is_there);
    }

    /// Closes the innermost scope, if that is what opened it, and returns whether it is.
    fn close(&mut self, opener: &str) -> bool {
        let scope = self.open.pop_if(|scope| scope.opener == opener);
        if let Some(scope) = &scope {
            self.is_there = scope.was;
            self.list = scope.list;
        }
        scope.is_some()
    }

    /// Closes braces, whose commands run in the same shell, and returns whether the script was in the folder before them.
    fn close_braces(&mut self) -> bool {
        if self.close("function") {
            return self.is_there;
        }
        self.open.pop_if(|scope| scope.opener == "{").is_some_and(|scope| {
            self.list = scope.list;
            scope.was
        })
    }

    /// Opens or closes scopes by the first word of a step. Returns whether the script was in the folder before the command
    /// that the step ends.
    pub(super) fn begin(&mut self, step: &Step) -> bool {
        let word = step.words.first().map_or("", String::as_str);
        let defines = self.defines;
        self.defines &= word.is_empty();
        match word {
            "else" => {
                self.close("then");
                self.open("then");
            }
            // Its condition may not run.
            "elif" => {
                self.close("then");
                self.open("elif");
            }
            "fi" => {
                self.close("then");
                while self.close("elif") {}
            }
            "done" => _ = self.close("do"),
            "esac" => _ = self.close("case"),
            "then" => self.open("then"),
            "do" => self.open("do"),
            "case" => self.open("case"),
            "{" => self.open(if defines { "function" } else { "{" }),
            "}" => return self.close_braces(),
            _ => {}
        }
        self.is_there
    }

    /// Opens or closes scopes by the operator that ends a step. `before` is what `begin` returned, `operator` is the operator
    /// before the step, and `is_doubled` is true if the one that ends it is doubled.
    pub(super) fn end(&mut self, step: &Step, mut before: bool, operator: char, is_doubled: bool) {
        if step.ends_quoted && !step.begins_quoted {
            self.quoted = Some(before);
        } else if step.begins_quoted && !step.ends_quoted {
            let was = self.quoted.take().unwrap_or_default();
            before &= was;
            self.is_there &= was;
            let List { start, end, pipeline } = self.list;
            self.list =
                List { start: start && was, end: end.map(|end| end && was), pipeline: pipeline.map(|its| its && was) };
        }
        // The second character of `&&`, and a newline after it.
        let is_continued = step.words.is_empty() && matches!(operator, '&' | '|');
        match step.end {
            _ if is_continued => {}
            '&' | '|' if is_doubled => {
                self.is_there = self.list.pipeline.take().unwrap_or(self.is_there);
                self.list.end.get_or_insert(self.is_there);
                // Runs if the command before it failed.
                if step.end == '|' || step.words.first().is_some_and(|word| word == "!") {
                    self.is_there = self.list.start && before;
                }
            }
            '|' => {
                self.list.pipeline.get_or_insert(before);
                self.is_there = before;
            }
            // `2>&1`.
            '&' if step.words.last().is_some_and(|word| word == ">") => self.is_there = before,
            '&' => {
                self.is_there = self.list.start && before;
                self.list = List::begin(self.is_there);
            }
            ';' | '\n' => {
                let end = self.list.end.or(self.list.pipeline);
                self.is_there = end.unwrap_or(self.is_there);
                self.list = List::begin(self.is_there);
            }
            _ => {}
        }
        match (step.end, self.open.last()) {
            // Perhaps before a pattern.
            ('(', Some(Scope { opener: "case", .. })) if step.words.is_empty() => {}
            ('(', _) => self.open("("),
            // After a pattern: the branches are alternatives.
            (')', Some(&Scope { opener: "case", was, .. })) => {
                self.is_there = was;
                self.list = List::begin(was);
            }
            (')', _) => {
                self.defines = step.words.is_empty() && operator == '(';
                self.close("(");
            }
            _ => {}
        }
    }
}
