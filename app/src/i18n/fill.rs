//! Putting values into a text: the whole runtime of our Fluent.

use std::fmt::{Display, Write};

/// A text in pieces.
pub(crate) type Pattern = &'static [Piece];

/// A stretch of a text. Values are known by their number.
#[derive(Debug)]
pub(crate) enum Piece {
    Text(&'static str),
    Value(usize),
    /// The first variant that fits the count.
    Choice(usize, &'static [(Case, Pattern)]),
}

/// Which counts a variant is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Exactly(u64),
    /// The plural category "one" of the language.
    One,
    Other,
}

/// A value for a message.
#[derive(Clone, Copy)]
pub(crate) enum Given<'a> {
    Count(u64),
    Shown(&'a dyn Display),
}

/// The text with its values in place.
pub(crate) fn fill(pattern: Pattern, values: &[Given<'_>], language: &str) -> String {
    let mut text = String::new();
    put(&mut text, pattern, values, language);
    text
}

fn put(text: &mut String, pattern: Pattern, values: &[Given<'_>], language: &str) {
    for piece in pattern {
        match piece {
            Piece::Text(words) => text.push_str(words),
            Piece::Value(place) => show(text, values.get(*place)),
            Piece::Choice(place, variants) => {
                let count = match values.get(*place) {
                    Some(Given::Count(count)) => *count,
                    _ => 0,
                };
                let fits = variants.iter().find(|(case, _)| case.fits(count, language));
                if let Some((_, pattern)) = fits {
                    put(text, pattern, values, language);
                }
            }
        }
    }
}

fn show(text: &mut String, value: Option<&Given<'_>>) {
    // Writing to a String cannot fail, and a value that is not there shows as nothing.
    let _ = match value {
        Some(Given::Count(count)) => write!(text, "{count}"),
        Some(Given::Shown(shown)) => write!(text, "{shown}"),
        None => Ok(()),
    };
}

impl Case {
    fn fits(self, count: u64, language: &str) -> bool {
        match self {
            Self::Exactly(number) => count == number,
            Self::One => is_one(count, language),
            Self::Other => true,
        }
    }
}

/// The cardinal category "one" of the languages we have (Unicode CLDR plural rules).
fn is_one(count: u64, language: &str) -> bool {
    match language {
        "ja" | "zh" => false,
        "pt" => count <= 1,
        _ => count == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static JOBS: Pattern = &[
        Piece::Choice(
            0,
            &[
                (Case::Exactly(0), &[Piece::Text("nobody")]),
                (Case::One, &[Piece::Value(0), Piece::Text(" person")]),
                (Case::Other, &[Piece::Value(0), Piece::Text(" people")]),
            ],
        ),
        Piece::Text(" before "),
        Piece::Value(1),
    ];

    fn jobs(count: u64, language: &str) -> String {
        fill(JOBS, &[Given::Count(count), Given::Shown(&"you")], language)
    }

    #[test]
    fn an_exact_number_wins_over_its_category() {
        assert_eq!(jobs(0, "pt"), "nobody before you");
    }

    #[test]
    fn plurals_follow_the_language() {
        assert_eq!(jobs(1, "en"), "1 person before you");
        assert_eq!(jobs(2, "en"), "2 people before you");
        assert_eq!(jobs(1, "ja"), "1 people before you");
    }
}
