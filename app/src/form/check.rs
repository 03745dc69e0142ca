//! What can be wrong with a field. The server checks all of it again; this is
//! so that a person hears of it beside the field and at once.

use wire::{Field, FieldKind, Size};

use super::{Entry, Source, number};

/// A mistake, to be put into words where it is shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Wrong {
    /// Required and empty.
    Missing,
    /// More characters than allowed.
    TooLong {
        max: u32,
        by: u32,
    },
    NotANumber,
    NotWhole,
    /// The limits, as they are to be read.
    OutOfRange {
        min: String,
        max: String,
    },
    /// Not a whole number from 0 to 2⁶⁴−1.
    NotASeed,
    /// Neither side may be outside of these pixels.
    SizeOutOfRange {
        min: u32,
        max: u32,
    },
    /// The picture is still on its way.
    Sending,
    /// In the server's words.
    Refused(String),
}

/// The first mistake in a field.
pub(super) fn check(field: &Field, entry: &Entry) -> Option<Wrong> {
    match (entry, &field.kind) {
        (Entry::Text(text), FieldKind::Text { max_length, .. }) => {
            missing(field, text.trim().is_empty()).or_else(|| too_long(text, *max_length))
        }
        (Entry::Number(text), kind) => number::check(kind, text),
        (Entry::Seed(seed), _) => seed.number().err().map(|_| Wrong::NotASeed),
        (Entry::Size(size), FieldKind::Size { min, max, .. }) => out_of_range(*size, *min, *max),
        (Entry::Picture(None), _) => missing(field, true),
        (Entry::Picture(Some(picture)), _) => {
            matches!(picture.source, Source::Sending { .. }).then_some(Wrong::Sending)
        }
        _ => None,
    }
}

fn missing(field: &Field, empty: bool) -> Option<Wrong> {
    (field.required && empty).then_some(Wrong::Missing)
}

fn too_long(text: &str, max: u32) -> Option<Wrong> {
    let length = text.chars().count() as u32;
    (length > max).then(|| Wrong::TooLong { max, by: length - max })
}

fn out_of_range(size: Size, min: u32, max: u32) -> Option<Wrong> {
    let fits = |side: u32| (min..=max).contains(&side);
    (!fits(size.width) || !fits(size.height)).then_some(Wrong::SizeOutOfRange { min, max })
}
