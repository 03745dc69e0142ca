//! Writing: Rust from messages.

use std::{collections::BTreeMap, fmt::Write};

use crate::message::{Message, Messages, Piece, Value};

/// The whole generated module.
pub fn module(name: &str, source: &Messages, others: &BTreeMap<String, Messages>) -> String {
    let mut code = String::new();
    for (number, (id, message)) in source.0.iter().enumerate() {
        function(&mut code, number, id, message);
    }
    table(&mut code, name, source, source);
    for (name, messages) in others {
        table(&mut code, name, messages, source);
    }
    catalogue(&mut code, name, others);
    code
}

/// The list of the languages there are.
pub fn languages(name: &str, others: &BTreeMap<String, Messages>) -> String {
    let names: Vec<&str> = [name].into_iter().chain(others.keys().map(String::as_str)).collect();
    format!(
        "/// Languages there are texts in.\npub(crate) const LANGUAGES: &[&str] = &{names:?};\n"
    )
}

/// The function that finds the texts of a language.
fn catalogue(code: &mut String, name: &str, others: &BTreeMap<String, Messages>) {
    put(
        code,
        format_args!(
            "/// The texts of a language; English for one there are no texts in.\n\
             pub(super) fn texts(language: &str) -> &'static [Pattern] {{"
        ),
    );
    for other in others.keys() {
        let table = table_name(other);
        put(code, format_args!("    if language == {other:?} {{ return &{table}; }}"));
    }
    // Without other languages nobody asks which.
    put(code, format_args!("    let _ = language;\n    &{}\n}}", table_name(name)));
}

fn put(code: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(code, "{text}").expect("a String takes everything");
}

fn table_name(language: &str) -> String {
    language.to_uppercase().replace('-', "_")
}

fn function(code: &mut String, number: usize, id: &str, message: &Message) {
    for line in &message.about {
        put(code, format_args!("/// {line}"));
    }
    let english = format!("{:?}", plain(&message.pieces));
    put(code, format_args!("/// English: `{}`", english.trim_matches('"').replace('`', "'")));
    let name = id.replace('-', "_");
    if message.values.is_empty() {
        put(code, format_args!("pub(crate) fn {name}() -> &'static str {{ plain({number}) }}"));
        return;
    }
    let parameters: Vec<String> = message.values.iter().map(parameter).collect();
    let arguments: Vec<String> = message.values.iter().map(argument).collect();
    put(
        code,
        format_args!(
            "pub(crate) fn {name}({}) -> String {{ filled({number}, &[{}]) }}",
            parameters.join(", "),
            arguments.join(", ")
        ),
    );
}

fn rust_name(value: &Value) -> String {
    value.name.replace('-', "_")
}

fn parameter(value: &Value) -> String {
    let kind = if value.counts { "u64" } else { "impl Display" };
    format!("{}: {kind}", rust_name(value))
}

fn argument(value: &Value) -> String {
    let name = rust_name(value);
    if value.counts { format!("Given::Count({name})") } else { format!("Given::Shown(&{name})") }
}

fn table(code: &mut String, language: &str, messages: &Messages, source: &Messages) {
    let name = table_name(language);
    put(code, format_args!("static {name}: [Pattern; {}] = [", source.0.len()));
    for (id, original) in &source.0 {
        let message = messages.0.get(id).unwrap_or(original);
        put(code, format_args!("    {},", pattern(&message.pieces, &original.values)));
    }
    put(code, format_args!("];"));
}

fn pattern(pieces: &[Piece], values: &[Value]) -> String {
    let pieces: Vec<String> = pieces.iter().map(|piece| one_piece(piece, values)).collect();
    format!("&[{}]", pieces.join(", "))
}

fn one_piece(piece: &Piece, values: &[Value]) -> String {
    let place = |name: &str| {
        values.iter().position(|value| value.name == name).expect("checked against the source")
    };
    match piece {
        Piece::Text(text) => format!("Piece::Text({text:?})"),
        Piece::Value(name) => format!("Piece::Value({})", place(name)),
        Piece::Choice { by, variants } => {
            let variants: Vec<String> = variants
                .iter()
                .map(|(key, pieces)| format!("({}, {})", case(key), pattern(pieces, values)))
                .collect();
            format!("Piece::Choice({}, &[{}])", place(by), variants.join(", "))
        }
    }
}

fn case(key: &str) -> String {
    match key {
        "one" => "Case::One".to_owned(),
        "other" => "Case::Other".to_owned(),
        number => {
            let number: u64 = number.parse().unwrap_or_else(|_| {
                panic!("[{number}]: variants are [one], [other] or a whole number")
            });
            format!("Case::Exactly({number})")
        }
    }
}

fn plain(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Value(name) => format!("{{ ${name} }}"),
            Piece::Choice { by, .. } => format!("{{ ${by} -> … }}"),
        })
        .collect()
}
