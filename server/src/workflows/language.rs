//! What people read of a form, in the language they prefer.

use std::collections::BTreeMap;

use wire::{Field, FieldKind, FieldTexts, Manifest, Texts, Workflow, WorkflowSummary};

/// The languages of an `Accept-Language` header, most wanted first (RFC 9110 §12.5.4).
pub(crate) fn preferred(header: &str) -> Vec<&str> {
    let mut wanted: Vec<(&str, f32)> = header
        .split(',')
        .filter_map(|part| {
            let (tag, rest) = part.split_once(';').unwrap_or((part, ""));
            let quality =
                rest.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse().ok());
            Some((tag.trim(), quality?)).filter(|(tag, quality)| !tag.is_empty() && *quality > 0.0)
        })
        .collect();
    wanted.sort_by(|one, other| other.1.total_cmp(&one.1));
    wanted.into_iter().map(|(tag, _)| tag).collect()
}

/// The first of the languages that the manifest has texts in, by lookup (RFC 4647 §3.4): `pt-BR` will
/// do with `pt`. `None` when its own words come first.
fn texts<'a>(manifest: &'a Manifest, wanted: &[&str]) -> Option<&'a Texts> {
    let own = |tag: &&&str| !reads(tag, &manifest.language);
    wanted.iter().take_while(own).find_map(|tag| {
        let mut tag = *tag;
        loop {
            let same = |(known, _): &(&String, &Texts)| known.eq_ignore_ascii_case(tag);
            if let Some((_, texts)) = manifest.texts.iter().find(same) {
                return Some(texts);
            }
            tag = tag.rsplit_once('-')?.0;
        }
    })
}

/// Whether who wants `tag` reads what is written in `language`: `en-GB` reads `en`.
fn reads(tag: &str, language: &str) -> bool {
    let (start, rest) = tag.split_at_checked(language.len()).unwrap_or((tag, ""));
    start.eq_ignore_ascii_case(language) && (rest.is_empty() || rest.starts_with('-'))
}

/// Puts a card into the first of the `wanted` languages that its workflow knows.
pub(super) fn translate_card(about: &mut WorkflowSummary, manifest: &Manifest, wanted: &[&str]) {
    if let Some(texts) = texts(manifest, wanted) {
        about.title = texts.title.clone().unwrap_or_else(|| about.title.clone());
        about.summary = texts.summary.clone().unwrap_or_else(|| about.summary.clone());
    }
}

/// Puts a form into the first of the `wanted` languages that its workflow knows.
pub(super) fn translate(form: &mut Workflow, manifest: &Manifest, wanted: &[&str]) {
    translate_card(&mut form.about, manifest, wanted);
    let Some(texts) = texts(manifest, wanted) else { return };
    let named = |name: &mut String| replace(name, &texts.names);
    form.presets.iter_mut().for_each(|preset| named(&mut preset.label));
    for field in &mut form.fields {
        field.tab.iter_mut().for_each(named);
        if let Some(texts) = texts.fields.get(&field.name) {
            translate_field(field, texts);
        }
    }
}

fn translate_field(field: &mut Field, texts: &FieldTexts) {
    field.label = texts.label.clone().unwrap_or_else(|| field.label.clone());
    field.help = texts.help.clone().or_else(|| field.help.clone());
    field.placeholder = texts.placeholder.clone().or_else(|| field.placeholder.clone());
    match &mut field.kind {
        FieldKind::Choice { options, .. } => {
            for option in options {
                replace(&mut option.label, &texts.options);
            }
        }
        FieldKind::Size { shapes, .. } => {
            for shape in shapes {
                replace(&mut shape.label, &texts.options);
            }
        }
        FieldKind::Integer { ends: Some(ends), .. }
        | FieldKind::Number { ends: Some(ends), .. } => {
            replace(&mut ends.low, &texts.options);
            replace(&mut ends.high, &texts.options);
        }
        _ => (),
    }
}

fn replace(word: &mut String, words: &BTreeMap<String, String>) {
    if let Some(other) = words.get(word) {
        word.clone_from(other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_wanted_language_comes_first() {
        assert_eq!(preferred("en;q=0.5, pt-BR, de;q=0, *;q=0.1"), ["pt-BR", "en", "*"]);
        assert_eq!(preferred(""), Vec::<&str>::new());
        assert_eq!(preferred("a;q=x"), Vec::<&str>::new());
    }

    #[test]
    fn a_regional_language_is_served_by_the_general_one() {
        let one = |title: &str| Texts { title: Some(title.into()), ..Texts::default() };
        let texts_in = [("pt".to_owned(), one("Quadro")), ("zh-Hant".to_owned(), one("畫"))].into();
        let manifest = Manifest { texts: texts_in, ..Manifest::default() };
        let title =
            |wanted: &[&str]| texts(&manifest, wanted).and_then(|texts| texts.title.clone());
        assert_eq!(title(&["pt-BR"]).as_deref(), Some("Quadro"));
        assert_eq!(title(&["ZH-hant-TW", "pt"]).as_deref(), Some("畫"));
        assert_eq!(title(&["zh", "ja"]), None);
        assert_eq!(title(&["en-US", "pt"]), None, "its own words come first");
    }
}
