//! A manifest for a workflow file: what was found in it, ready to be published or worked on.

use comfy::definitions::Kind as InputKind;
use comfy::form::{self, Form, Kind, Media, Role, Target};
use comfy::{Definitions, Graph};
use serde_json::Value;
use wire::{
    BindManifest, FieldGroup, FieldManifest, FieldType, Manifest, OptionManifest, OutputKind,
    Policy, Size,
};

use super::kind::MAX_TEXT;
use super::shapes;

/// A workflow may be run with this much more work than it was saved with.
const ROOM: u64 = 8;
/// Pixels of a picture that people hand in, where the graph names no size; with [`ROOM`], what
/// phones take.
const PHOTO: u64 = 4 << 20;

/// The manifest of a graph and the form that was found for it. `name` is that of its file.
pub(crate) fn manifest(
    name: &str,
    (graph, form): (&Graph, &Form),
    definitions: &Definitions,
) -> Manifest {
    let cost = graph.cost_with(PHOTO).total();
    Manifest {
        slug: slug(name),
        title: title(name),
        makes: makes((graph, &form.results), definitions),
        results: form.results.clone(),
        policy: Policy {
            max_cost: cost.saturating_mul(ROOM).clamp(1, i64::MAX as u64),
            ..Policy::default()
        },
        fields: form.fields.iter().map(field).collect(),
        ..Manifest::default()
    }
}

/// What the nodes `results` make, each kind once.
pub(crate) fn makes(
    (graph, results): (&Graph, &[String]),
    definitions: &Definitions,
) -> Vec<OutputKind> {
    let mut kinds = Vec::new();
    for node in results.iter().filter_map(|id| graph.node(id)) {
        let kind = made_by(&node.class_type, definitions);
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

/// What an output node makes: what it is given, unless its name says better.
pub(super) fn made_by(class: &str, definitions: &Definitions) -> OutputKind {
    const KINDS: [(&str, OutputKind); 6] = [
        ("VIDEO", OutputKind::Video),
        ("AUDIO", OutputKind::Audio),
        ("IMAGE", OutputKind::Image),
        ("MESH", OutputKind::Model),
        ("FILE_3D", OutputKind::Model),
        ("STRING", OutputKind::Text),
    ];
    if class.contains("Video") {
        return OutputKind::Video;
    }
    let inputs = definitions.node(class).map_or(&[][..], |definition| &definition.inputs);
    let takes = |kind: &str| {
        inputs.iter().any(|input| match &input.kind {
            InputKind::Socket { types, .. } => types.names().any(|name| name.starts_with(kind)),
            _ => false,
        })
    };
    KINDS.into_iter().find(|(kind, _)| takes(kind)).map_or(OutputKind::File, |(_, kind)| kind)
}

/// A field of the manifest.
pub(crate) fn field(field: &form::Field) -> FieldManifest {
    let is_main = field.group == form::Group::Main;
    let about = FieldManifest {
        name: field.name.clone(),
        label: field.label.clone(),
        help: field.help.clone(),
        group: if is_main { FieldGroup::Main } else { FieldGroup::More },
        // The author's own file is on nobody else's ComfyUI.
        required: matches!(field.kind, Kind::File { .. })
            || (field.role == Role::Prompt && is_main),
        ..FieldManifest::default()
    };
    with_kind(about, &field.kind)
}

/// The type, and the keys that it brings with it.
fn with_kind(about: FieldManifest, kind: &Kind) -> FieldManifest {
    let numbers = |min: f64, max: f64, step: f64, default: Value| FieldManifest {
        min: Some(min),
        max: Some(max),
        step: Some(step),
        default: Some(default),
        ..about.clone()
    };
    match kind {
        Kind::Text { multiline, default, bind } => FieldManifest {
            kind: FieldType::Text,
            multiline: *multiline,
            max_length: room_for(default),
            default: Some(default.as_str().into()),
            bind: binds(bind),
            ..about
        },
        Kind::Integer { min, max, step, default, bind } => FieldManifest {
            kind: FieldType::Integer,
            bind: binds(bind),
            ..numbers(*min as f64, *max as f64, *step as f64, (*default).into())
        },
        Kind::Number { min, max, step, default, bind } => FieldManifest {
            kind: FieldType::Number,
            bind: binds(bind),
            ..numbers(*min, *max, *step, (*default).into())
        },
        Kind::Boolean { default, bind } => FieldManifest {
            kind: FieldType::Boolean,
            default: Some((*default).into()),
            bind: binds(bind),
            ..about
        },
        Kind::Choice { options, default, from, bind } => {
            FieldManifest { bind: binds(bind), ..choice(about, (options, default), from.as_ref()) }
        }
        Kind::Seed { bind } => FieldManifest { kind: FieldType::Seed, bind: binds(bind), ..about },
        Kind::Size { min, max, step, default: (across, down), width, height } => FieldManifest {
            kind: FieldType::Size,
            shapes: shapes::around(Size { width: *across, height: *down }, (*min, *max, *step)),
            width: inputs(width),
            height: inputs(height),
            ..numbers(
                (*min).into(),
                (*max).into(),
                (*step).into(),
                serde_json::json!({ "width": across, "height": down }),
            )
        },
        Kind::File { media, bind } => {
            FieldManifest { kind: file(*media), bind: binds(bind), ..about }
        }
    }
}

/// How long a text may be where its author's own is longer than what is usual; `None` for the usual.
fn room_for(default: &str) -> Option<u32> {
    let length = u32::try_from(default.chars().count()).ok()?;
    (length > MAX_TEXT).then_some(length)
}

fn file(media: Media) -> FieldType {
    match media {
        Media::Image => FieldType::Image,
        Media::Mask => FieldType::Mask,
        Media::Video => FieldType::Video,
        Media::Audio => FieldType::Audio,
        Media::Other => FieldType::File,
    }
}

/// A choice is from the backend's list where it has one, so that new models are
/// there by themselves; its name must then be told from its input's by a dot.
fn choice(
    about: FieldManifest,
    (options, default): (&[Value], &Value),
    from: Option<&(String, String)>,
) -> FieldManifest {
    let option = |value: &Value| OptionManifest {
        value: value.clone(),
        label: value.as_str().map_or_else(|| value.to_string(), Into::into),
        words: None,
    };
    let from = from.filter(|(class, input)| !class.contains('.') && !input.contains('.'));
    FieldManifest {
        kind: FieldType::Choice,
        default: Some(default.clone()),
        options: if from.is_some() { Vec::new() } else { options.iter().map(option).collect() },
        from: from.map(|(class, input)| format!("{class}.{input}")),
        ..about
    }
}

fn binds(targets: &[Target]) -> Vec<BindManifest> {
    inputs(targets).into_iter().map(BindManifest::Plain).collect()
}

fn inputs(targets: &[Target]) -> Vec<String> {
    targets.iter().map(|target| format!("{}.{}", target.node, target.input)).collect()
}

/// `a-z`, `0-9` and `-`, at most 64 of them.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(64);
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "workflow".into() } else { slug.into() }
}

fn title(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.trim().chars();
    let title: String = letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
    if title.is_empty() { "Workflow".into() } else { title }
}

#[cfg(test)]
mod tests {
    use comfy::convert::Document;
    use serde_json::json;

    use super::*;
    use crate::workflows::Published;

    #[test]
    fn where_the_graph_names_no_size_a_photo_may_be_handed_in() {
        let catalogue = json!({
            "LoadImage": {"input": {"required": {"image": [["a.png"], {"image_upload": true}]}}, "output": ["IMAGE"]},
            "SaveImage": {"input": {"required": {"images": ["IMAGE"]}}, "output": [], "output_node": true},
        });
        let definitions = Definitions::parse(catalogue.to_string().as_bytes()).unwrap();
        let graph = json!({
            "1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
            "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0]}},
        });
        let (graph, form) = Form::of(&Document::from_json(&graph).unwrap(), &definitions).unwrap();
        let found = manifest("photo", (&graph, &form), &definitions);
        let published = Published::new(found, graph, 1).unwrap();
        let graph = published.graph_as_made();
        assert!(published.affords(graph, 24_000_000).is_ok(), "what phones take");
        assert!(published.affords(graph, 64_000_000).is_err());
    }

    #[test]
    fn a_text_that_is_longer_than_usual_may_be_as_long_as_it_is() {
        let catalogue = json!({
            "Words": {"input": {"required": {"text": ["STRING", {"multiline": true}]}}, "output": [], "output_node": true},
        });
        let definitions = Definitions::parse(catalogue.to_string().as_bytes()).unwrap();
        for (length, limit) in [(10_000, None), (28_588, Some(28_588))] {
            let graph =
                json!({"1": {"class_type": "Words", "inputs": {"text": "é".repeat(length)}}});
            let document = Document::from_json(&graph).unwrap();
            let (graph, form) = Form::of(&document, &definitions).unwrap();
            let found = manifest("long", (&graph, &form), &definitions);
            assert_eq!(found.fields[0].max_length, limit);
            Published::new(found, graph, 1).unwrap();
        }
    }

    #[test]
    fn what_was_found_in_a_file_can_be_published_as_it_stands() {
        let catalogue = json!({
            "CLIPTextEncode": {"input": {"required": {"text": ["STRING", {"multiline": true}]}}, "output": ["CONDITIONING"]},
            "EmptyLatentImage": {"input": {"required": {"width": ["INT", {"min": 16, "max": 4096, "step": 8}],
                "height": ["INT", {"min": 16, "max": 4096, "step": 8}]}}, "output": ["LATENT"]},
            "KSampler": {"input": {"required": {"seed": ["INT", {"control_after_generate": true}], "steps": ["INT", {"min": 1, "max": 10000}],
                "cfg": ["FLOAT", {"min": 0.0, "max": 100.0, "step": 0.1}], "positive": ["CONDITIONING"], "latent_image": ["LATENT"],
                "lora_name": [["a.safetensors", "b.safetensors"]]}}, "output": ["IMAGE"]},
            "LoadImage": {"input": {"required": {"image": [["a.png"], {"image_upload": true}]}}, "output": ["IMAGE"]},
            "LoadVideo": {"input": {"required": {"file": [["a.mp4"], {"video_upload": true}]}}, "output": ["VIDEO"]},
            "SaveImage": {"input": {"required": {"images": ["IMAGE"]}}, "output": [], "output_node": true},
        });
        let definitions = Definitions::parse(catalogue.to_string().as_bytes()).unwrap();
        let graph = json!({
            "1": {"class_type": "CLIPTextEncode", "inputs": {"text": "a \"cat\""}},
            "2": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 640}},
            "3:7": {"class_type": "KSampler", "inputs": {"seed": 7, "steps": 20, "cfg": 7.5, "positive": ["1", 0],
                "latent_image": ["2", 0], "lora_name": "c.safetensors", "hint": ["4", 0], "film": ["5", 0]}},
            "4": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
            "5": {"class_type": "LoadVideo", "inputs": {"file": "a.mp4"}},
            "6": {"class_type": "SaveImage", "inputs": {"images": ["3:7", 0]}},
        });
        let (graph, form) = Form::of(&Document::from_json(&graph).unwrap(), &definitions).unwrap();
        let found = manifest("My best_flow!", (&graph, &form), &definitions);
        // As the file that a host keeps.
        let text = toml::to_string_pretty(&found).unwrap();
        assert_eq!(toml::from_str::<Manifest>(&text).unwrap(), found, "{text}");

        let published = Published::new(found, graph, 1).unwrap();
        assert_eq!(
            (published.slug(), &*published.about().title),
            ("my-best-flow", "My best flow!")
        );
        let names: Vec<_> = published.fields.iter().map(|spec| spec.field.name.as_str()).collect();
        for name in ["prompt", "picture", "video", "size", "seed", "steps", "guidance_cfg", "lora"]
        {
            assert!(names.contains(&name), "{name} is not among {names:?}");
        }
    }
}
