//! Lines from pieces of text: white space as a browser collapses it, breaks only where text follows, a label kept
//! waiting for its value.

/// The page's text while it is written.
#[derive(Default)]
pub struct Writer {
    out: String,
    /// Line breaks owed before the next text: 0, 1, or 2 for a blank line.
    breaks: usize,
    /// Whether a space is owed before the next text.
    space: bool,
    /// Whether one is owed unless the next text begins with a space of its own kind.
    soft_space: bool,
    /// What stands before the next text instead of what is owed.
    joint: Option<&'static str>,
    /// Where the label begins that waits for its value, and the breaks that were owed before it.
    waiting: Option<usize>,
    /// Whether an element inside a line began or ended since the last text.
    seam: bool,
    /// Where the label being written begins.
    label: Option<usize>,
}

impl Writer {
    /// The text, without white space around it.
    pub fn finish(mut self) -> String {
        self.end_line();
        let length = self.out.trim_end().len();
        self.out.truncate(length);
        self.out
    }

    /// Adds text whose white space means nothing.
    pub fn text(&mut self, text: &str) {
        let mut first = true;
        for word in text.split([' ', '\t', '\n', '\r', '\x0c']) {
            self.space |= !first;
            first = false;
            // A line does not begin with a space of any kind, and one that holds nothing else is none.
            self.word(if self.at_line_start() { word.trim_start() } else { word });
        }
    }

    /// Adds text whose white space stands as it is.
    pub fn verbatim(&mut self, text: &str) {
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.line_break();
            }
            let line = line.trim_end();
            let bare = line.trim_start();
            if bare.is_empty() {
                continue;
            }
            let indent = line.get(..line.len() - bare.len()).unwrap_or_default();
            let starts = self.at_line_start();
            self.space = !indent.is_empty() && !starts;
            self.word(if starts { line } else { bare });
            self.space = line.len() < text.len() && text.ends_with(' ');
        }
    }

    /// At least so many line breaks before the next text.
    pub fn break_lines(&mut self, breaks: usize) {
        if self.label.is_some() {
            self.space = true;
        } else {
            self.breaks = self.breaks.max(breaks);
        }
        self.seam = false;
    }

    /// A line break of the text's own, of which several make blank lines.
    pub fn line_break(&mut self) {
        if self.label.is_some() || self.waiting.is_some() {
            self.space = true;
        } else {
            self.breaks = (self.breaks + 1).min(2);
        }
        self.seam = false;
    }

    /// A space of some kind before the next text, unless a line begins with it.
    pub fn space(&mut self) {
        self.soft_space = true;
    }

    /// An element inside a line begins or ends.
    pub fn seam(&mut self) {
        self.seam = true;
    }

    /// What follows is a label on a line of its own. A label still waiting was no label.
    pub fn begin_label(&mut self) {
        self.give_up();
        self.break_lines(1);
        // Where the label begins is known once the breaks before it are written.
        self.label = Some(usize::MAX);
    }

    /// The label ends and waits for its value.
    pub fn end_label(&mut self) {
        let Some(start) = self.label.take().filter(|&start| start < self.out.len()) else { return };
        self.end_line();
        self.joint = Some(if self.out.ends_with(':') { " " } else { ": " });
        self.waiting = Some(start);
        (self.breaks, self.space, self.soft_space) = (0, false, false);
    }

    /// The head of a column, as a label before a cell.
    pub fn label(&mut self, label: &str) {
        self.begin_label();
        self.text(label);
        self.end_label();
    }

    /// A value ends: a label still waiting has none, and a label without a value would take the next line for one.
    pub fn end_value(&mut self) {
        if let Some(start) = self.waiting.take() {
            self.out.truncate(start);
            let length = self.out.trim_end_matches('\n').len();
            self.breaks = self.breaks.max(self.out.len() - length).min(2);
            self.out.truncate(length);
            self.joint = None;
        } else if self.label.is_none() {
            self.breaks = 1;
        }
        self.break_lines(1);
    }

    /// The label still waiting was none.
    pub fn give_up(&mut self) {
        if self.waiting.take().is_some() {
            self.joint = None;
            self.break_lines(1);
        }
    }

    /// What follows stands on the line before, with `joint` between.
    pub fn join(&mut self, joint: &'static str) {
        if self.waiting.is_none() && !self.out.is_empty() {
            self.joint = Some(joint);
        }
    }

    fn at_line_start(&self) -> bool {
        self.joint.is_some() || self.breaks > 0 || self.out.is_empty() || self.out.ends_with('\n')
    }

    fn word(&mut self, word: &str) {
        let Some(first) = word.chars().next() else { return };
        if let Some(joint) = self.joint.take() {
            self.out.push_str(joint);
            self.waiting = None;
        } else if self.out.is_empty() {
        } else if self.breaks > 0 {
            self.end_line();
            self.out.extend(std::iter::repeat_n('\n', self.breaks));
        } else if !self.out.ends_with('\n') && self.is_apart(first) {
            self.out.push(' ');
        }
        if self.label == Some(usize::MAX) {
            self.label = Some(self.out.len());
        }
        self.out.push_str(word);
        (self.breaks, self.space, self.soft_space, self.seam) = (0, false, false, false);
    }

    /// Whether a space stands before the next character.
    fn is_apart(&self, next: char) -> bool {
        let glues = || self.seam && glues(self.out.chars().next_back(), next);
        self.space || (self.soft_space && !next.is_whitespace()) || glues()
    }

    fn end_line(&mut self) {
        let length = self.out.trim_end_matches(|c: char| c.is_whitespace() && c != '\n').len();
        self.out.truncate(length);
    }
}

/// Whether two characters show that the words of two elements run into each other: "date1", "importoComune".
fn glues(last: Option<char>, first: char) -> bool {
    let Some(last) = last else { return false };
    let begins = first.is_uppercase() || first.is_numeric();
    match last {
        ':' | ';' | ',' | ')' | '%' | '€' => first.is_alphanumeric(),
        _ if last.is_lowercase() => begins,
        _ => last.is_numeric() && first.is_uppercase(),
    }
}
