//! One function per message of `locales/studio.en.ftl`.

use std::fmt::Display;

use crate::i18n::{self, Case, Given, Pattern, Piece};

include!(concat!(env!("OUT_DIR"), "/studio.rs"));

/// A message that is told nothing.
fn plain(number: usize) -> &'static str {
    i18n::text(texts(i18n::language())[number])
}

/// A message with its values in place.
fn filled(number: usize, values: &[Given<'_>]) -> String {
    i18n::fill(texts(i18n::language())[number], values, i18n::language())
}
