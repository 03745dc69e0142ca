//! What the composer says about values and mistakes.

use wire::{Field, FieldKind, text::shown};

use crate::{
    form::{Chosen, Refusal, Wrong},
    i18n::{t, words::bytes},
};

/// A mistake, as a sentence.
pub(super) fn wrong(wrong: &Wrong) -> String {
    match wrong {
        Wrong::Missing => t::wrong_missing().into(),
        Wrong::TooLong { max, by } => t::wrong_too_long(u64::from(*by), max),
        Wrong::NotANumber => t::wrong_not_a_number().into(),
        Wrong::NotWhole => t::wrong_not_whole().into(),
        Wrong::OutOfRange { min, max } => t::wrong_range(min, max),
        Wrong::NotASeed => t::wrong_seed().into(),
        Wrong::SizeOutOfRange { min, max } => t::wrong_size(min, max),
        Wrong::Sending => t::wrong_sending().into(),
        Wrong::Refused(words) => words.clone(),
    }
}

/// Why a file was not sent.
pub(super) fn refusal(
    refusal: Refusal,
    chosen: &Chosen,
    (accept, max_bytes): (&[String], u64),
) -> String {
    match refusal {
        Refusal::Empty => t::picture_no_bytes(&chosen.name),
        Refusal::TooLarge => {
            t::picture_too_large(&chosen.name, bytes(chosen.bytes), bytes(max_bytes as f64))
        }
        Refusal::WrongType => t::picture_wrong_type(&chosen.name, kinds(accept)),
    }
}

/// `PNG, JPEG, WebP` from MIME types.
pub(super) fn kinds(accept: &[String]) -> String {
    let names: Vec<String> = accept.iter().map(|mime| kind(mime)).collect();
    names.join(", ")
}

fn kind(mime: &str) -> String {
    match mime {
        "image/webp" => "WebP".into(),
        _ => mime.rsplit('/').next().unwrap_or(mime).to_ascii_uppercase(),
    }
}

/// What *back to the default* is called; `None` where there is no such way.
pub(super) fn reset(field: &Field) -> Option<String> {
    match &field.kind {
        FieldKind::Text { default, .. } if default.is_empty() => Some(t::field_clear().into()),
        FieldKind::Integer { default, .. } => Some(t::field_default(default)),
        FieldKind::Number { default, .. } => Some(t::field_default(shown(*default))),
        FieldKind::Text { .. } | FieldKind::Choice { .. } | FieldKind::Size { .. } => {
            Some(t::field_reset().into())
        }
        FieldKind::Boolean { .. }
        | FieldKind::Seed
        | FieldKind::Image { .. }
        | FieldKind::File { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_as_people_name_them() {
        let accept = ["image/png", "image/jpeg", "image/webp"].map(str::to_owned);
        assert_eq!(kinds(&accept), "PNG, JPEG, WebP");
    }
}
