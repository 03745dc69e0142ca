//! What people read, in other languages.

use std::collections::BTreeMap;

use wire::{FieldTexts, Manifest, Texts};

/// One text of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TextKey {
    Title,
    Summary,
    /// Name of a tab or a preset.
    Name(String),
    Label(String),
    Help(String),
    Placeholder(String),
    /// Of a field, by its label.
    Option(String, String),
}

/// Every text that a guest can read, with what it says, in the order of the page.
pub(crate) fn all(manifest: &Manifest) -> Vec<(TextKey, String)> {
    let mut found = vec![(TextKey::Title, manifest.title.clone())];
    found.push((TextKey::Summary, manifest.summary.clone()));
    let mut names: Vec<&String> = manifest.presets.iter().map(|preset| &preset.label).collect();
    for field in manifest.fields.iter().filter(|field| !field.closed) {
        let name = || field.name.clone();
        found.push((TextKey::Label(name()), field.label.clone()));
        found.extend(field.help.iter().map(|help| (TextKey::Help(name()), help.clone())));
        let placeholder = field.placeholder.iter();
        found.extend(placeholder.map(|text| (TextKey::Placeholder(name()), text.clone())));
        let option = |label: &String| (TextKey::Option(name(), label.clone()), label.clone());
        found.extend(field.options.iter().map(|own| option(&own.label)));
        names.extend(field.tab.iter().filter(|tab| !names.contains(tab)).collect::<Vec<_>>());
    }
    found.extend(names.into_iter().map(|name| (TextKey::Name(name.clone()), name.clone())));
    found.retain(|(_, text)| !text.is_empty());
    found
}

/// What it says in this language; empty when nothing is written there.
pub(crate) fn get(texts: &Texts, key: &TextKey) -> String {
    let field = |name: &String| texts.fields.get(name);
    let found = match key {
        TextKey::Title => texts.title.as_ref(),
        TextKey::Summary => texts.summary.as_ref(),
        TextKey::Name(name) => texts.names.get(name),
        TextKey::Label(name) => field(name).and_then(|field| field.label.as_ref()),
        TextKey::Help(name) => field(name).and_then(|field| field.help.as_ref()),
        TextKey::Placeholder(name) => field(name).and_then(|field| field.placeholder.as_ref()),
        TextKey::Option(name, label) => field(name).and_then(|field| field.options.get(label)),
    };
    found.cloned().unwrap_or_default()
}

/// Writes what it says in this language; empty takes it out again.
pub(crate) fn set(texts: &mut Texts, key: &TextKey, text: String) {
    let text = Some(text).filter(|text| !text.is_empty());
    match key {
        TextKey::Title => texts.title = text,
        TextKey::Summary => texts.summary = text,
        TextKey::Name(name) => put(&mut texts.names, name, text),
        TextKey::Label(name) => of(texts, name, |field| field.label = text),
        TextKey::Help(name) => of(texts, name, |field| field.help = text),
        TextKey::Placeholder(name) => of(texts, name, |field| field.placeholder = text),
        TextKey::Option(name, label) => {
            of(texts, name, |field| put(&mut field.options, label, text));
        }
    }
}

fn put(texts: &mut BTreeMap<String, String>, name: &str, text: Option<String>) {
    match text {
        Some(text) => texts.insert(name.to_owned(), text),
        None => texts.remove(name),
    };
}

/// Changes the texts of one field; nothing is kept of a field without any.
fn of(texts: &mut Texts, name: &str, change: impl FnOnce(&mut FieldTexts)) {
    change(texts.fields.entry(name.to_owned()).or_default());
    texts.fields.retain(|_, field| *field != FieldTexts::default());
}

/// A language tag as the standard writes it: `pt-br` becomes `pt-BR`; `None` for what is none.
pub(crate) fn tag(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.trim().split(['-', '_']).collect();
    let fits = |part: &&str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let language = parts.first().filter(|part| (2..=3).contains(&part.len()))?;
    if !parts.iter().all(fits) || !language.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let cased = |part: &&str| match part.len() {
        2 => part.to_ascii_uppercase(),
        4 => part[..1].to_ascii_uppercase() + &part[1..].to_ascii_lowercase(),
        _ => part.to_ascii_lowercase(),
    };
    let rest = parts[1..].iter().map(cased);
    Some(std::iter::once(language.to_ascii_lowercase()).chain(rest).collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::studio::state::samples::landscape;

    #[test]
    fn every_text_that_a_guest_reads_is_listed_once() {
        let mut manifest = landscape();
        manifest.fields[0].help = Some("What to paint".into());
        let texts: Vec<String> = all(&manifest).into_iter().map(|(_, text)| text).collect();
        assert_eq!(
            texts,
            ["Landscape", "PROMPT", "What to paint", "LOOK", "STEPS", "Quick", "Looks"]
        );
    }

    #[test]
    fn a_text_is_read_as_it_was_written() {
        let mut manifest = landscape();
        manifest.fields[0].options =
            vec![wire::OptionManifest { label: "Oil".into(), ..wire::OptionManifest::default() }];
        let mut texts = Texts::default();
        for (key, text) in all(&manifest) {
            set(&mut texts, &key, format!("{text}!"));
        }
        for (key, text) in all(&manifest) {
            assert_eq!(get(&texts, &key), format!("{text}!"), "{key:?}");
            set(&mut texts, &key, String::new());
        }
        assert_eq!(texts, Texts::default(), "what was emptied leaves no trace");
    }

    #[test]
    fn a_tag_is_written_as_the_standard_does() {
        let tags = ["pt-br", " ZH_hant ", "ja", "english", "x", "e1", ""].map(tag);
        let good = |text: &str| Some(text.to_owned());
        assert_eq!(tags, [good("pt-BR"), good("zh-Hant"), good("ja"), None, None, None, None]);
    }
}
