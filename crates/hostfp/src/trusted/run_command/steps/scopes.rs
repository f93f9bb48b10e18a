//! Whether the steps of a script run in the folder of host keys, as its `cd` moved there.
//!
//! A `cd` counts where it certainly ran, in the same shell: what stands behind `&&` or `||`, within a branch, a loop or a
//! function may not run; a part of a pipeline, and what runs in the background, has a shell of its own.

use super::step::Step;

/// One list of commands between `;` and ends of lines, of a single scope.
#[derive(Clone, Copy, Default)]
struct List {
    /// Whether the script was in the folder before the list.
    start: bool,
    /// Whether it is behind the list, once `&&` or `||` makes the rest of the list depend on its first command.
    end: Option<bool>,
    /// Whether it was before the pipeline that a step belongs to.
    pipeline: Option<bool>,
}

impl List {
    fn begin(start: bool) -> Self {
        Self { start, end: None, pipeline: None }
    }
}

/// Parentheses, braces, or a branch or loop that a script has opened.
struct Scope {
    opener: &'static str,
    /// Whether the script was in the folder before.
    was: bool,
    /// The list of which the scope is a command.
    list: List,
}

/// What a script has opened, and where it is.
#[derive(Default)]
pub(super) struct Scopes {
    open: Vec<Scope>,
    /// Whether the script is in the folder of host keys now.
    pub(super) is_there: bool,
    list: List,
    /// Whether the script was there where a quoted text of several steps began, which may be for another shell.
    quoted: Option<bool>,
    /// Whether `name()` stands before.
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

    /// What the first word of a step opens or closes. Returns whether the script was in the folder before the command that the
    /// step ends.
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

    /// What the sign behind a step ends, opens or closes. `before` is what `begin` returned, `sign` stands before the step, and
    /// `is_doubled` is of the sign behind it.
    pub(super) fn end(&mut self, step: &Step, mut before: bool, sign: char, is_doubled: bool) {
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
        // The second sign of `&&`, and an end of line behind it.
        let is_continued = step.words.is_empty() && matches!(sign, '&' | '|');
        match step.end {
            _ if is_continued => {}
            '&' | '|' if is_doubled => {
                self.is_there = self.list.pipeline.take().unwrap_or(self.is_there);
                self.list.end.get_or_insert(self.is_there);
                // Runs if what is before it failed.
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
            // Behind a pattern: the branches run instead of each other.
            (')', Some(&Scope { opener: "case", was, .. })) => {
                self.is_there = was;
                self.list = List::begin(was);
            }
            (')', _) => {
                self.defines = step.words.is_empty() && sign == '(';
                self.close("(");
            }
            _ => {}
        }
    }
}
