//! Manifests to test with.

use wire::{BindManifest, Condition, FieldGroup, FieldManifest, FieldType, Manifest, Preset};

/// A field that sets one input.
pub(crate) fn field(name: &str, kind: FieldType, bind: &str) -> FieldManifest {
    FieldManifest {
        name: name.into(),
        label: name.to_uppercase(),
        kind,
        bind: vec![BindManifest::Plain(bind.into())],
        ..FieldManifest::default()
    }
}

/// A prompt, a look behind a tab, steps and a seed under *More settings*; the seed is closed.
pub(crate) fn landscape() -> Manifest {
    let prompt = field("prompt", FieldType::Text, "6.text");
    let look = FieldManifest {
        tab: Some("Looks".into()),
        when: Some(Condition { field: "prompt".into(), is: vec!["x".into()] }),
        ..field("look", FieldType::Choice, "12.lora_name")
    };
    let steps =
        FieldManifest { group: FieldGroup::More, ..field("steps", FieldType::Integer, "3.steps") };
    let seed = FieldManifest { closed: true, ..field("seed", FieldType::Seed, "3.seed") };
    let mut preset = Preset { label: "Quick".into(), ..Preset::default() };
    preset.inputs.insert("steps".into(), 4.into());
    Manifest {
        slug: "landscape".into(),
        title: "Landscape".into(),
        fields: vec![prompt, look, steps, seed],
        presets: vec![preset],
        ..Manifest::default()
    }
}

/// Names of the fields, in order.
pub(crate) fn names(manifest: &Manifest) -> Vec<&str> {
    manifest.fields.iter().map(|field| field.name.as_str()).collect()
}
