//! Words and what they mean: one table both makes the regex that finds a word and tells the word's value.

use std::collections::HashMap;

use super::schema::Class;

/// The words of one language together with those of every language.
#[derive(Debug, Default)]
pub struct Lexicon {
    classes: HashMap<Class, Words>,
}

#[derive(Debug, Default)]
struct Words {
    /// In the order read; values are kept as the file spells them.
    forms: Vec<Form>,
    folded: HashMap<String, usize>,
    exact: HashMap<String, usize>,
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
            words.endings.push((ending.to_owned(), index));
        } else {
            let (exact, key) = key(form);
            let table = if exact { &mut words.exact } else { &mut words.folded };
            if let Some(&before) = table.get(&key) {
                return match words.forms.get(before) {
                    Some(before) if before.value != value => Err(before.value.clone()),
                    _ => Ok(()),
                };
            }
            table.insert(key, index);
        }
        words.forms.push(Form { text: form.to_owned(), value: value.to_owned() });
        Ok(())
    }

    /// The value of a word of a text.
    pub fn value(&self, class: Class, word: &str) -> Option<&str> {
        let words = self.classes.get(&class)?;
        let word = word.split_whitespace().collect::<Vec<_>>().join(" ");
        let folded = word.to_lowercase();
        let index = words.exact.get(&word).or_else(|| words.folded.get(&folded)).copied().or_else(|| {
            words.endings.iter().find(|(ending, _)| folded.ends_with(ending.as_str())).map(|&(_, index)| index)
        })?;
        words.forms.get(index).map(|form| form.value.as_str())
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

/// A regex for the first words of the forms: all that a search for places to begin at needs, and since no such word
/// holds a space, none hides the beginning of another.
pub fn any_first_of<'f>(forms: impl Iterator<Item = &'f str>) -> Option<String> {
    any_of(forms.filter_map(|form| {
        let sign = form.chars().next().filter(|c| !c.is_alphanumeric()).map_or(0, char::len_utf8);
        let end = form.get(sign..)?.find(|c: char| !c.is_alphanumeric()).map_or(form.len(), |at| sign + at);
        form.get(..if sign > 0 { sign } else { end })
    }))
}

/// A word with a capital letter is found only as written; the rest in any case.
fn is_exact(word: &str) -> bool {
    word.chars().any(char::is_uppercase)
}

/// What a form of one word is looked up by: itself where it has a capital, else its lower case.
fn key(form: &str) -> (bool, String) {
    let exact = is_exact(form) && !form.contains(' ');
    (exact, if exact { form.to_owned() } else { form.to_lowercase() })
}

/// A regex for any of the forms, longest first, in the case the forms ask for.
pub fn any_of<'f>(forms: impl Iterator<Item = &'f str>) -> Option<String> {
    let mut forms: Vec<&str> = forms.collect();
    forms.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    forms.dedup();
    if forms.is_empty() {
        return None;
    }
    let ways: Vec<String> = forms.into_iter().map(form_regex).collect();
    Some(format!("(?:{})", ways.join("|")))
}

fn form_regex(form: &str) -> String {
    let (ending, text) = match form.strip_prefix(ENDING) {
        Some(ending) => ("[\\p{L}'-]*", ending),
        None => ("", form),
    };
    let mut out = ending.to_owned();
    for (i, word) in text.split_inclusive([' ', '\'', '-']).enumerate() {
        let flag = if is_exact(word) || (i == 0 && !ending.is_empty()) { "" } else { "i" };
        let (word, space) = word.strip_suffix(' ').map_or((word, ""), |word| (word, SPACES));
        out.push_str(&format!("(?{flag}:{}){space}", regex::escape(word)));
    }
    format!("(?:{out})")
}

/// Any run of spaces within a line of normalised text.
pub const SPACES: &str = "[ \\t]+";
