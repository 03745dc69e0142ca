//! Reading: the part of Fluent that our texts use, which is plain text, `{ $value }`, and a choice
//! by plural category or exact number.

use std::{collections::BTreeMap, path::Path};

use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, PatternElement, VariantKey},
    parser,
};

/// All messages of one language by id.
pub struct Messages(pub BTreeMap<String, Message>);

/// One message.
pub struct Message {
    /// The comment above it: what it is for.
    pub about: Vec<String>,
    pub pieces: Vec<Piece>,
    /// What it is told, in the order of appearance.
    pub values: Vec<Value>,
}

/// Something a message is told.
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone)]
pub struct Value {
    pub name: String,
    /// It chooses a variant, so it must be a whole number.
    pub counts: bool,
}

/// A stretch of a message.
pub enum Piece {
    Text(String),
    Value(String),
    Choice { by: String, variants: Vec<(String, Vec<Piece>)> },
}

/// Reads one file; stops the build with a sentence when it is not as it should be.
pub fn read(path: &Path, text: &str) -> Messages {
    let resource = parser::parse(text).unwrap_or_else(|(_, errors)| {
        panic!("{}: {}", path.display(), errors[0]);
    });
    let mut messages = BTreeMap::new();
    for entry in resource.body {
        let Entry::Message(message) = entry else { continue };
        let id = message.id.name.to_owned();
        let place = format!("{}: {id}", path.display());
        let pattern = message.value.unwrap_or_else(|| panic!("{place} has no text"));
        let pieces = read_pieces(&place, &pattern.elements);
        let about = message.comment.map_or_else(Vec::new, |comment| owned(&comment.content));
        let values = values(&pieces);
        let earlier = messages.insert(id, Message { about, pieces, values });
        assert!(earlier.is_none(), "{place} is there twice");
    }
    Messages(messages)
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

fn read_pieces(place: &str, elements: &[PatternElement<&str>]) -> Vec<Piece> {
    elements.iter().map(|element| read_piece(place, element)).collect()
}

fn read_piece(place: &str, element: &PatternElement<&str>) -> Piece {
    let expression = match element {
        PatternElement::TextElement { value } => return Piece::Text((*value).to_owned()),
        PatternElement::Placeable { expression } => expression,
    };
    match expression {
        Expression::Inline(InlineExpression::StringLiteral { value }) => {
            Piece::Text((*value).to_owned())
        }
        Expression::Inline(inline) => Piece::Value(variable(place, inline)),
        Expression::Select { selector, variants } => Piece::Choice {
            by: variable(place, selector),
            variants: variants
                .iter()
                .map(|variant| {
                    let key = match variant.key {
                        VariantKey::Identifier { name } => name,
                        VariantKey::NumberLiteral { value } => value,
                    };
                    (key.to_owned(), read_pieces(place, &variant.value.elements))
                })
                .collect(),
        },
    }
}

fn variable(place: &str, expression: &InlineExpression<&str>) -> String {
    match expression {
        InlineExpression::VariableReference { id } => id.name.to_owned(),
        _ => panic!("{place}: only {{ $value }} and a choice by {{ $value -> … }} are understood"),
    }
}

fn values(pieces: &[Piece]) -> Vec<Value> {
    fn note(values: &mut Vec<Value>, name: &str, counts: bool) {
        match values.iter_mut().find(|value| value.name == name) {
            Some(value) => value.counts |= counts,
            None => values.push(Value { name: name.to_owned(), counts }),
        }
    }
    fn walk(values: &mut Vec<Value>, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Text(_) => (),
                Piece::Value(name) => note(values, name, false),
                Piece::Choice { by, variants } => {
                    note(values, by, true);
                    for (_, pieces) in variants {
                        walk(values, pieces);
                    }
                }
            }
        }
    }
    let mut values_found = Vec::new();
    walk(&mut values_found, pieces);
    values_found
}

impl Messages {
    /// How this language departs from the source. Panics where it would not make sense at all.
    pub fn differences(&self, source: &Self) -> Vec<String> {
        for (id, message) in &self.0 {
            let original = source.0.get(id).unwrap_or_else(|| panic!("{id} is not in en.ftl"));
            for value in &message.values {
                let known = original.values.iter().any(|known| known.name == value.name);
                assert!(known, "{id} is not told ${}", value.name);
            }
        }
        let missing = source.0.keys().filter(|id| !self.0.contains_key(*id));
        missing.map(|id| format!("{id} is missing and is shown in English")).collect()
    }
}
