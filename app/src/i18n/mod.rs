//! Words. Components hold none: each asks for a message of `locales/*.ftl` by a function of
//! [`t`], made while building, so a wrong name or a forgotten value does not compile.
//!
//! The language is chosen once, before anything is drawn.

mod fill;
pub(crate) mod t;
pub(crate) mod when;
pub(crate) mod words;

use std::cell::Cell;

pub(crate) use fill::{Case, Given, Pattern, Piece, fill};

use crate::browser;

thread_local! {
    static TEXTS: Cell<&'static [Pattern]> = Cell::new(t::texts("en"));
    static LANGUAGE: Cell<&'static str> = const { Cell::new("en") };
}

/// Takes the first language of the reader that there are texts in, and says so in `<html lang>`.
pub(crate) fn choose() {
    let wanted = browser::languages();
    let language = pick(wanted.iter().map(String::as_str));
    LANGUAGE.set(language);
    TEXTS.set(t::texts(language));
    browser::set_language(language);
}

/// The language of the page, for the browser's own dates and numbers.
pub(crate) fn language() -> &'static str {
    LANGUAGE.get()
}

/// The first that we have, by its whole tag or by its language alone; else English.
fn pick<'a>(mut wanted: impl Iterator<Item = &'a str>) -> &'static str {
    wanted
        .find_map(|tag| {
            let language = tag.split('-').next().unwrap_or(tag);
            let ours =
                |wanted: &str| t::LANGUAGES.iter().find(|own| own.eq_ignore_ascii_case(wanted));
            ours(tag).or_else(|| ours(language)).copied()
        })
        .unwrap_or("en")
}

/// A message that is told nothing.
fn plain(number: usize) -> &'static str {
    text(TEXTS.get()[number])
}

/// The text that takes no values.
pub(crate) fn text(pattern: Pattern) -> &'static str {
    match pattern {
        [Piece::Text(text)] => text,
        _ => "",
    }
}

/// A message with its values in place.
fn filled(number: usize, values: &[Given<'_>]) -> String {
    fill(TEXTS.get()[number], values, LANGUAGE.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_falls_back_to_its_language() {
        assert_eq!(pick(["en-GB", "xx"].into_iter()), "en");
    }

    #[test]
    fn an_unknown_language_is_passed_over() {
        assert_eq!(pick(["xx-YY", "en"].into_iter()), "en");
        assert_eq!(pick(std::iter::empty()), "en");
    }

    #[test]
    fn every_text_of_every_language_fits_its_message() {
        for language in t::LANGUAGES {
            assert_eq!(t::texts(language).len(), t::texts("en").len(), "{language}");
        }
    }
}
