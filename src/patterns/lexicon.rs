//! Words and what they mean: one table both makes the regex that finds a word and tells the word's value.

use std::collections::{BTreeSet, HashMap};

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

    /// How long the ending is that is glued to the figures `rest` stands behind, where one of the language's is.
    pub fn glued_suffix(&self, rest: &str) -> Option<usize> {
        if !rest.starts_with(|c: char| c.is_alphabetic() || c == '-' || c == '\'') {
            return None;
        }
        let end = rest.char_indices().skip(1).find(|(_, c)| !c.is_alphanumeric()).map_or(rest.len(), |(at, _)| at);
        let suffix = fold(rest.get(..end)?);
        self.forms(Class::Suffix).any(|(form, _)| fold(form) == suffix).then_some(end)
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

/// A regex for any of the forms, folded; longer ones are tried first.
pub fn any_of<'f>(forms: impl Iterator<Item = &'f str>) -> Option<String> {
    let forms: BTreeSet<String> = forms.map(fold).collect();
    let (endings, texts): (Vec<&str>, Vec<&str>) =
        forms.iter().map(String::as_str).partition(|form| form.starts_with(ENDING));
    let mut ways: Vec<String> = Vec::new();
    if !texts.is_empty() {
        let mut tree = String::new();
        branch(&texts, &mut tree);
        ways.push(tree);
    }
    if !endings.is_empty() {
        let endings: Vec<&str> = endings.into_iter().map(|ending| ending.trim_start_matches(ENDING)).collect();
        let mut tree = String::new();
        branch(&endings, &mut tree);
        ways.push(format!("[\\p{{L}}'-]*{tree}"));
    }
    (!ways.is_empty()).then(|| format!("(?:{})", ways.join("|")))
}

/// Writes a regex for any of some sorted texts, with what several begin with written once: inflected words are mostly
/// the same, and a regex is read and made in proportion to its length.
fn branch(texts: &[&str], out: &mut String) {
    let (ends, rest) = match texts.split_first() {
        Some((&"", rest)) => (true, rest),
        _ => (false, texts),
    };
    if rest.is_empty() {
        return;
    }
    let mut ways = 0;
    let mut all = String::new();
    let mut left = rest;
    while let Some(first) = left.first().and_then(|text| text.chars().next()) {
        let same = left.partition_point(|text| text.starts_with(first));
        let Some((group, others)) = left.split_at_checked(same) else { break };
        left = others;
        let shared = shared(group);
        if ways > 0 {
            all.push('|');
        }
        ways += 1;
        all.push_str(&regex::escape(group.first().and_then(|text| text.get(..shared)).unwrap_or_default()));
        let tails: Vec<&str> = group.iter().filter_map(|text| text.get(shared..)).collect();
        branch(&tails, &mut all);
    }
    match (ends, ways) {
        (true, _) => out.push_str(&format!("(?:{all})?")),
        (false, 1) => out.push_str(&all),
        (false, _) => out.push_str(&format!("(?:{all})")),
    }
}

/// How many bytes all of some sorted texts begin with.
fn shared(texts: &[&str]) -> usize {
    let (Some(first), Some(last)) = (texts.first(), texts.last()) else { return 0 };
    let alike = first.char_indices().zip(last.chars()).find(|((_, a), b)| a != b);
    alike.map_or(first.len().min(last.len()), |((at, _), _)| at)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_begin_alike_are_found_each_whole() {
        let words = ["uczeń", "uczeni", "ucznia", "uczniów", "u", "rok", "tys."];
        let regex = any_of(words.into_iter()).expect("words");
        let regex = regex::Regex::new(&format!("\\A{regex}\\z")).expect("a regex");
        assert!(words.iter().all(|word| regex.is_match(word)), "{regex}");
        for other in ["ucz", "uczn", "ro", "tysi", "", "uu"] {
            assert!(!regex.is_match(other), "{regex} finds {other}");
        }
    }
}
