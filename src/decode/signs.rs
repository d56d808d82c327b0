//! Where signs beyond ASCII stand in texts: a mark within a word was a letter in another encoding.

/// How well `c`, which is no letter, stands between `before` and `next`.
pub fn sign(before: char, c: char, next: char) -> f64 {
    const IMPOSSIBLE: f64 = -10.0;
    const WRONG: f64 = -5.0;
    const ODD: f64 = -3.0;
    let within = before.is_alphabetic() && next.is_alphabetic();
    let figures = before.is_ascii_digit() || next.is_ascii_digit();
    let fit = |fits: bool, well: f64, badly: f64| if fits { well } else { badly };
    match c {
        // No encoding of these has a character there, or a control character no page holds.
        '\u{fffd}' | '\u{80}'..='\u{9f}' => IMPOSSIBLE,
        '\u{a0}' | '\u{ad}' => 0.0,
        '’' if within => 1.0,
        // "col·laborar".
        '·' if within => fit((before, next) == ('l', 'l'), 2.0, ODD),
        '–' | '—' | '•' | '…' if within => ODD,
        _ if within => WRONG,
        '€' | '£' => fit(figures || before.is_whitespace() || next.is_whitespace(), 2.0, 0.0),
        // An opening mark before a word, a closing one behind.
        '„' | '‚' | '¿' | '¡' => fit(opens(before, next), 2.0, ODD),
        '’' if opens(before, next) => -1.0,
        '“' | '”' | '«' | '»' | '‘' | '’' | '‹' | '›' => {
            fit(opens(before, next) || closes(before, next), 1.5, 0.0)
        }
        '–' | '—' | '•' | '…' | '·' => 1.0,
        '°' | 'º' | 'ª' => fit(before.is_ascii_digit() || matches!(before, '.' | 'n' | 'N'), 1.0, ODD),
        '½' | '¼' | '¾' | '²' | '³' | '¹' | 'µ' | '‰' => {
            fit(before.is_alphabetic() && !matches!(before, 'm' | 'M'), ODD, 0.0)
        }
        '§' | '©' | '®' | '™' | '×' | '±' => 0.5,
        _ => fit(before.is_alphabetic() || next.is_alphabetic(), WRONG, ODD),
    }
}

fn opens(before: char, next: char) -> bool {
    (next.is_alphanumeric() || next.is_ascii_punctuation()) && (before.is_whitespace() || "([-/\"".contains(before))
}

fn closes(before: char, next: char) -> bool {
    (before.is_alphanumeric() || before.is_ascii_punctuation()) && !next.is_alphanumeric()
}
