//! One field's value as it was typed, which need not be right yet.

use serde_json::Value;
use wire::{FieldKind, Read, Size, text::shown};

use super::{Change, Picture, Seed, Source, number, object};

/// What stands in a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    Text(String),
    /// Digits as typed, for whole numbers and others.
    Number(String),
    Switch(bool),
    /// The value of one of the options.
    Choice(Value),
    Seed(Seed),
    Size(Size),
    Picture(Option<Picture>),
}

impl Entry {
    /// What the host put there.
    pub fn default_of(kind: &FieldKind) -> Self {
        match kind {
            FieldKind::Text { default, .. } => Self::Text(default.clone()),
            FieldKind::Integer { default, .. } => Self::Number(default.to_string()),
            FieldKind::Number { default, .. } => Self::Number(shown(*default)),
            FieldKind::Boolean { default } => Self::Switch(*default),
            FieldKind::Choice { default, .. } => Self::Choice(default.clone()),
            FieldKind::Seed => Self::Seed(Seed::default()),
            FieldKind::Size { default, .. } => Self::Size(*default),
            FieldKind::Image { .. } | FieldKind::File { .. } => Self::Picture(None),
        }
    }

    /// A job's input; `None` when it is of another type than the field.
    pub fn from_value(kind: &FieldKind, value: &Value) -> Option<Self> {
        match kind {
            FieldKind::Text { .. } => value.as_str().map(|text| Self::Text(text.into())),
            FieldKind::Integer { .. } => value.as_i64().map(|n| Self::Number(n.to_string())),
            FieldKind::Number { .. } => value.as_f64().map(|n| Self::Number(shown(n))),
            FieldKind::Boolean { .. } => value.as_bool().map(Self::Switch),
            FieldKind::Choice { options, .. } => options
                .iter()
                .any(|option| option.value == *value)
                .then(|| Self::Choice(value.clone())),
            FieldKind::Seed => value.as_u64().map(|n| Self::Seed(Seed::kept(n))),
            FieldKind::Size { .. } => Size::read(value).map(Self::Size),
            FieldKind::Image { .. } | FieldKind::File { .. } => {
                Picture::from_value(value).map(|picture| Self::Picture(Some(picture)))
            }
        }
    }

    /// What [`Entry::draft`] made of it.
    pub fn from_draft(kind: &FieldKind, value: &Value) -> Option<Self> {
        match kind {
            FieldKind::Integer { .. } | FieldKind::Number { .. } => {
                value.as_str().map(|text| Self::Number(text.into()))
            }
            FieldKind::Seed => Seed::from_draft(value).map(Self::Seed),
            FieldKind::Image { .. } | FieldKind::File { .. } => {
                Picture::from_draft(value).map(|picture| Self::Picture(Some(picture)))
            }
            _ => Self::from_value(kind, value),
        }
    }

    /// To be kept as it stands; `None` for what cannot outlive the page.
    pub fn draft(&self) -> Option<Value> {
        Some(match self {
            Self::Text(text) | Self::Number(text) => text.as_str().into(),
            Self::Switch(on) => (*on).into(),
            Self::Choice(value) => value.clone(),
            Self::Seed(seed) => seed.draft(),
            Self::Size(size) => {
                object([("width", size.width.into()), ("height", size.height.into())])
            }
            Self::Picture(picture) => picture.as_ref()?.draft()?,
        })
    }

    /// As the server wants it; `None` when it cannot be.
    pub fn value(&self, kind: &FieldKind) -> Option<Value> {
        Some(match self {
            Self::Text(text) => text.as_str().into(),
            Self::Number(text) => number::value(kind, text)?,
            Self::Switch(on) => (*on).into(),
            Self::Choice(value) => value.clone(),
            Self::Seed(seed) => seed.number().ok()?.map_or(Value::Null, Value::from),
            Self::Size(size) => {
                object([("width", size.width.into()), ("height", size.height.into())])
            }
            Self::Picture(None) => Value::Null,
            Self::Picture(Some(picture)) => picture.value()?,
        })
    }

    pub(super) fn apply(&mut self, change: Change) {
        match (self, change) {
            (Self::Text(text) | Self::Number(text), Change::Text(typed)) => *text = typed,
            (Self::Switch(on), Change::Switch(now)) => *on = now,
            (Self::Choice(value), Change::Choose(chosen)) => *value = chosen,
            (Self::Size(size), Change::Size(chosen)) => *size = chosen,
            (Self::Seed(seed), change) => seed.apply(change),
            (Self::Picture(picture), Change::Picture(put)) => *picture = put,
            (Self::Picture(Some(picture)), change) => picture.apply(change),
            _ => (),
        }
    }

    /// Takes out the picture with this ticket if it is still on its way; whether it was.
    pub(super) fn forget_sending(&mut self, ticket: u32) -> bool {
        let Self::Picture(Some(Picture { source: Source::Sending { ticket: own, .. }, .. })) = self
        else {
            return false;
        };
        let same = *own == ticket;
        if same {
            *self = Self::Picture(None);
        }
        same
    }
}
