//! Words and what they mean: one table both makes the regex that finds a word and tells the word's value.

use std::collections::HashMap;

use super::schema::Class;
use crate::text::fold;

/// The words of one language together with those of every language.
#[derive(Debug, Default)]
pub struct Lexicon {
    classes: HashMap<Class, Words>,
}

#[derive(Debug, Default)]
struct Words {
    /// In the order read; values are kept as the file spells them.
    forms: Vec<Form>,
    /// Folded form → forms that differ in case only.
    folded: HashMap<String, Vec<usize>>,
    endings: Vec<(String, usize)>,
}

#[derive(Debug)]
struct Form {
    text: String,
    value: String,
}

/// A form that begins with this stands for every word that ends with the rest of it.
pub const ENDING: char = '~';

impl Lexicon {
    /// Adds a form; a form that is there already with another value gives that value back.
    pub fn add(&mut self, class: Class, value: &str, form: &str) -> Result<(), String> {
        let words = self.classes.entry(class).or_default();
        let index = words.forms.len();
        if let Some(ending) = form.strip_prefix(ENDING) {
            words.endings.push((fold(ending), index));
        } else {
            let alike = words.folded.entry(fold(form)).or_default();
            if let Some(before) = alike.iter().filter_map(|&i| words.forms.get(i)).find(|before| before.text == form) {
                return if before.value == value { Ok(()) } else { Err(before.value.clone()) };
            }
            alike.push(index);
        }
        words.forms.push(Form { text: form.to_owned(), value: value.to_owned() });
        Ok(())
    }

    /// Adds a form that stands in for another one, unless the class has it with a meaning of its own.
    pub fn add_missing(&mut self, class: Class, value: &str, form: &str) {
        if !self.classes.get(&class).is_some_and(|words| words.folded.contains_key(&fold(form))) {
            // A form that is not there can be added.
            let _ = self.add(class, value, form);
        }
    }

    /// The value of a word of a text, where the word is written in the case its form asks for.
    pub fn value(&self, class: Class, word: &str) -> Option<&str> {
        let words = self.classes.get(&class)?;
        let word = word.split_whitespace().collect::<Vec<_>>().join(" ");
        let folded = fold(&word);
        let alike = words.folded.get(&folded).into_iter().flatten().filter_map(|&index| words.forms.get(index));
        let ending = || {
            let fits = words.endings.iter().find(|(ending, _)| folded.ends_with(ending.as_str()));
            fits.and_then(|&(_, index)| words.forms.get(index))
        };
        let form = alike.into_iter().find(|form| case_fits(&form.text, &word)).or_else(ending);
        form.map(|form| form.value.as_str())
    }

    /// Whether the class has words in this language.
    pub fn has(&self, class: Class) -> bool {
        self.classes.contains_key(&class)
    }

    /// Every form of a class with its value.
    pub fn forms(&self, class: Class) -> impl Iterator<Item = (&str, &str)> {
        self.classes.get(&class).into_iter().flat_map(|words| &words.forms).map(|f| (f.text.as_str(), f.value.as_str()))
    }

    /// A regex for any word of the class, longest first; `None` when the class has no words.
    pub fn regex(&self, class: Class) -> Option<String> {
        any_of(self.forms(class).map(|(form, _)| form))
    }
}

/// Whether a text that is a form but for case is written as the form asks: a word with a capital only as it is, the
/// rest in any case.
pub fn case_fits(form: &str, written: &str) -> bool {
    let words = |text: &'_ str| text.split([' ', '\'', '-']).map(str::to_owned).collect::<Vec<_>>();
    words(form)
        .iter()
        .zip(words(written))
        .all(|(form, written)| !form.chars().any(char::is_uppercase) || *form == written)
}

/// A regex for any of the forms, folded, longest first. As an alternation of plain texts it becomes a trie.
pub fn any_of<'f>(forms: impl Iterator<Item = &'f str>) -> Option<String> {
    let mut forms: Vec<String> = forms.map(fold).collect();
    forms.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    forms.dedup();
    let (endings, texts): (Vec<&String>, Vec<&String>) = forms.iter().partition(|form| form.starts_with(ENDING));
    let mut ways: Vec<String> = Vec::new();
    if !texts.is_empty() {
        ways.push(format!("(?:{})", texts.into_iter().map(|text| regex::escape(text)).collect::<Vec<_>>().join("|")));
    }
    ways.extend(
        endings.into_iter().map(|ending| format!("[\\p{{L}}'-]*{}", regex::escape(ending.trim_start_matches(ENDING)))),
    );
    (!ways.is_empty()).then(|| format!("(?:{})", ways.join("|")))
}

/// The first words of the forms, folded: all that a search for places to begin at needs, and since no such word holds a
/// space, none hides the beginning of another.
pub fn first_words<'f>(forms: impl Iterator<Item = &'f str>) -> impl Iterator<Item = String> {
    forms.filter_map(|form| {
        let sign = form.chars().next().filter(|c| !c.is_alphanumeric()).map(char::len_utf8);
        let word = || form.find(|c: char| !c.is_alphanumeric()).unwrap_or(form.len());
        form.get(..sign.unwrap_or_else(word)).map(fold)
    })
}
