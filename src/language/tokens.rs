//! The words of a text, as languages are told by them.

use std::sync::LazyLock;

/// A run of letters. "dell'Unione" is two.
pub struct Token<'t> {
    pub text: &'t str,
    pub ascii: bool,
}

impl Token<'_> {
    /// How many letters it has.
    pub fn letters(&self) -> usize {
        if self.ascii { self.text.len() } else { self.text.chars().count() }
    }
}

/// The words of `text`.
pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, at: 0, short: SHORT.as_slice() }
}

/// Whether a character is a letter, for those of two bytes and less: asking the tables of Unicode takes longer than
/// all the rest.
static SHORT: LazyLock<Vec<bool>> = LazyLock::new(|| ('\0'..'\u{800}').map(char::is_alphabetic).collect());

pub struct Tokens<'t> {
    text: &'t str,
    at: usize,
    short: &'static [bool],
}

impl Tokens<'_> {
    /// The length of the letter beyond ASCII at `at`, which begins with the byte `lead`; or that of what is none.
    #[inline]
    fn wide(&self, lead: u8, at: usize) -> Result<usize, usize> {
        let (letter, length) = if let (0xc2..=0xdf, Some(next)) = (lead, self.text.as_bytes().get(at + 1)) {
            let code = usize::from(lead & 0x1f) << 6 | usize::from(next & 0x3f);
            (self.short.get(code).is_some_and(|&letter| letter), 2)
        } else {
            let c = self.text.get(at..).and_then(|rest| rest.chars().next());
            c.map_or((false, 1), |c| (c.is_alphabetic(), c.len_utf8()))
        };
        if letter { Ok(length) } else { Err(length) }
    }

    /// Where the next letter stands.
    #[inline]
    fn start(&self) -> Option<usize> {
        let mut at = self.at;
        loop {
            match *self.text.as_bytes().get(at)? {
                lead @ 0x80.. => match self.wide(lead, at) {
                    Ok(_) => return Some(at),
                    Err(length) => at += length,
                },
                byte if byte.is_ascii_alphabetic() => return Some(at),
                _ => at += 1,
            }
        }
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    #[inline]
    fn next(&mut self) -> Option<Token<'t>> {
        let start = self.start()?;
        let (mut end, mut ascii) = (start, true);
        while let Some(&lead) = self.text.as_bytes().get(end) {
            if lead.is_ascii_alphabetic() {
                end += 1;
            } else if lead < 0x80 {
                break;
            } else if let Ok(length) = self.wide(lead, end) {
                end += length;
                ascii = false;
            } else {
                break;
            }
        }
        self.at = end;
        Some(Token { text: self.text.get(start..end)?, ascii })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_are_runs_of_letters(text in "[a-zé0-9 .'Ωжя\u{301}ệ中😀]{0,40}") {
            let found: Vec<&str> = tokens(&text).map(|token| token.text).collect();
            let runs: Vec<&str> = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
            prop_assert_eq!(found, runs);
            prop_assert!(tokens(&text).all(|token| token.letters() == token.text.chars().count()));
        }
    }
}
