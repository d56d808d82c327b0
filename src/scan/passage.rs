//! A passage: a stretch of a page in one language, and its folded copy.

use std::ops::Range;

use super::starts::Starts;
use crate::patterns::{Language, Memory, View};
use crate::text::Folded;

/// A passage ready to be searched.
pub struct Passage<'t, 'l> {
    pub language: &'l Language,
    /// The passage's own text.
    pub text: &'t str,
    /// Where the passage stands in its page.
    pub span: Range<usize>,
    folded: Folded<'t>,
    starts: Starts,
}

impl<'t, 'l> Passage<'t, 'l> {
    /// The passage at `span` of a page's normalised text; `lower` is the same text folded ([`crate::text::fold`]).
    pub fn new(page: &'t str, lower: &'t str, span: &Range<usize>, language: &'l Language) -> Self {
        let within = |text: &'t str| text.get(span.clone()).unwrap_or_default();
        let folded = Folded::of_lower(within(lower));
        let starts = Starts::new(folded.text());
        Passage { language, text: within(page), span: span.clone(), folded, starts }
    }

    /// The folded text.
    pub fn folded(&self) -> &str {
        self.folded.text()
    }

    /// Where words, figures and signs begin in the folded text.
    pub fn starts(&self) -> &Starts {
        &self.starts
    }

    /// Searches the folded text with what was learnt of the language, and keeps what is learnt.
    pub fn search<R>(&self, look: impl FnOnce(&mut View<'_>, &mut Memory) -> R) -> R {
        let written = |start, end| self.written(start..end);
        let mut memory = self.language.memory();
        let learnt = std::mem::take(&mut memory.learnt);
        let mut view = View::new(self.folded(), &self.language.words, learnt, &written);
        let found = look(&mut view, &mut memory);
        memory.learnt = view.leave();
        self.language.give_back(memory);
        found
    }

    /// The range of the passage for one of the folded text.
    pub fn original(&self, folded: &Range<usize>) -> Range<usize> {
        self.folded.original(folded)
    }

    /// Where a place of the passage lies in the folded text.
    pub fn place(&self, at: usize) -> usize {
        self.folded.folded(at)
    }

    /// The passage's own characters for a range of the folded text.
    pub fn written(&self, folded: Range<usize>) -> &'t str {
        self.text.get(self.original(&folded)).unwrap_or_default()
    }

    /// Whether the letter at a place of the folded text is a capital in the passage.
    pub fn is_upper(&self, at: usize) -> bool {
        let start = self.original(&(at..at)).start;
        self.text.get(start..).is_some_and(|rest| rest.starts_with(char::is_uppercase))
    }
}
