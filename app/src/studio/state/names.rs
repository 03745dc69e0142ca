//! What fields are called by programs.

use wire::Manifest;

use super::{field, field_mut};

/// Longest name of a field, in bytes.
const LONGEST: usize = 48;

/// A name made of what a person typed: `Keep the sketch` becomes `keep_the_sketch`. Empty when nothing
/// of it is left.
pub(crate) fn name_of(text: &str) -> String {
    let mut name = String::new();
    for letter in text.trim().chars() {
        let letter = letter.to_ascii_lowercase();
        if letter.is_ascii_alphanumeric() {
            name.push(letter);
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    name.truncate(LONGEST);
    name.trim_end_matches('_').to_owned()
}

/// An address made of what a person typed: `My portrait` becomes `my-portrait`.
pub(crate) fn slug_of(text: &str) -> String {
    name_of(text).replace('_', "-")
}

/// `wanted`, or the next name like it that no field has.
pub(crate) fn free(manifest: &Manifest, wanted: &str) -> String {
    let wanted = if wanted.is_empty() { "field" } else { wanted };
    let mut name = wanted.to_owned();
    let mut number = 1;
    while field(manifest, &name).is_some() {
        number += 1;
        name = format!("{wanted}_{number}");
    }
    name
}

/// Gives a field another name, and calls it so wherever it is spoken of. Answers the name that it has
/// then: `wanted` as a name, unless that is empty or taken.
pub(crate) fn rename(manifest: &mut Manifest, name: &str, wanted: &str) -> String {
    let wanted = name_of(wanted);
    if wanted.is_empty() || field(manifest, &wanted).is_some() {
        return name.to_owned();
    }
    let Some(own) = field_mut(manifest, name) else { return name.to_owned() };
    own.name.clone_from(&wanted);
    for field in &mut manifest.fields {
        if let Some(when) = field.when.as_mut().filter(|when| when.field == name) {
            when.field.clone_from(&wanted);
        }
    }
    for preset in &mut manifest.presets {
        if let Some(value) = preset.inputs.remove(name) {
            preset.inputs.insert(wanted.clone(), value);
        }
    }
    for template in &mut manifest.templates {
        template.template =
            template.template.replace(&format!("{{{name}}}"), &format!("{{{wanted}}}"));
    }
    for texts in manifest.texts.values_mut() {
        if let Some(own) = texts.fields.remove(name) {
            texts.fields.insert(wanted.clone(), own);
        }
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::studio::state::samples::{landscape, names};
    use wire::{TemplateManifest, Texts};

    #[test]
    fn a_name_is_made_of_letters_digits_and_lines_below() {
        let made = ["Keep the sketch", "  CFG (strength) ", "2 faces", "画", "a--b"].map(name_of);
        assert_eq!(made, ["keep_the_sketch", "cfg_strength", "2_faces", "", "a_b"]);
        assert_eq!(slug_of("My Portrait, 2"), "my-portrait-2");
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        assert_eq!(free(&landscape(), "prompt"), "prompt_2");
        assert_eq!(free(&landscape(), "style"), "style");
        assert_eq!(free(&landscape(), ""), "field");
    }

    #[test]
    fn whatever_speaks_of_a_field_learns_its_new_name() {
        let mut manifest = landscape();
        manifest.templates =
            vec![TemplateManifest { bind: "6.text".into(), template: "{prompt}, {look}".into() }];
        let mut texts = Texts::default();
        texts.fields.entry("prompt".into()).or_default().label = Some("Pedido".into());
        manifest.texts.insert("pt".into(), texts);

        assert_eq!(rename(&mut manifest, "prompt", "Wish"), "wish");
        assert_eq!(rename(&mut manifest, "steps", "how many"), "how_many");
        assert_eq!(names(&manifest), ["wish", "look", "how_many", "seed"]);
        assert_eq!(manifest.fields[1].when.as_ref().unwrap().field, "wish");
        assert_eq!(manifest.presets[0].inputs["how_many"], 4);
        assert_eq!(manifest.templates[0].template, "{wish}, {look}");
        assert!(manifest.texts["pt"].fields.contains_key("wish"));
    }

    #[test]
    fn two_fields_never_have_one_name() {
        let mut manifest = landscape();
        assert_eq!(rename(&mut manifest, "prompt", "steps"), "prompt");
        assert_eq!(rename(&mut manifest, "prompt", "!"), "prompt");
        assert_eq!(manifest, landscape());
    }
}
