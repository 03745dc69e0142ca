//! `parlor workflow import`: a workflow file becomes a manifest and its graph.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use comfy::convert::Document;
use comfy::definitions::Kind as InputKind;
use comfy::form::{Field, Form, Group, Kind, Media, Role, Target};
use comfy::{Definitions, Graph};
use serde_json::Value;
use toml::{Table, Value as Toml};

use super::workflow::{Catalogue, print, read};
use crate::config::Config;
use crate::workflows;

/// A workflow may be run with this much more work than it was saved with.
const ROOM: u64 = 8;

/// `parlor workflow import`
#[derive(Debug, Clone, Args)]
pub struct Import {
    /// A workflow in either format, or a picture, video or model that carries one.
    #[arg(value_name = "FILE")]
    from: PathBuf,

    #[command(flatten)]
    catalogue: Catalogue,

    /// Write SLUG.toml and SLUG.json there, instead of printing them.
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
}

impl Import {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<()> {
        let document = Document::read(&read(&self.from).await?)?;
        let definitions = self.catalogue.read(config).await?;
        let (graph, form) = Form::of(&document, &definitions)?;
        let name = self.from.file_stem().unwrap_or_default().to_string_lossy();
        let (slug, manifest) = manifest(&name, &graph, &form, &definitions)?;
        let graph = format!("{:#}\n", graph.to_value());
        // What the house would refuse is no manifest.
        workflows::read(&manifest, &graph).context("this workflow cannot be published")?;
        let Some(folder) = &self.into else { return print(&format!("{manifest}\n{graph}")) };
        for (ending, text) in [("toml", &manifest), ("json", &graph)] {
            let path = folder.join(format!("{slug}.{ending}"));
            write(&path, text).await?;
            print(&format!("{}", path.display()))?;
        }
        Ok(())
    }
}

async fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    tokio::fs::write(path, text).await.with_context(|| format!("writing {}", path.display()))
}

/// The manifest, and the slug in it.
fn manifest(
    name: &str,
    graph: &Graph,
    form: &Form,
    definitions: &Definitions,
) -> anyhow::Result<(String, String)> {
    let slug = slug(name);
    let mut table = Table::new();
    table.insert("slug".into(), slug.clone().into());
    table.insert("title".into(), title(name).into());
    table.insert("summary".into(), "".into());
    table.insert("version".into(), 1.into());
    table.insert("makes".into(), makes(graph, form, definitions).into());
    let cost = graph.cost().total().saturating_mul(ROOM).min(i64::MAX as u64);
    table.insert("max_cost".into(), Toml::Integer(cost as i64));
    let mut fields = Vec::new();
    let mut left_out = String::new();
    for one in &form.fields {
        if let Some(table) = field(one) {
            fields.push(Toml::Table(table));
            continue;
        }
        let inputs: Vec<_> = one.kind.targets().map(input).collect();
        left_out.push_str("\n# A form cannot ask for “");
        left_out.push_str(&one.label);
        left_out.push_str("” yet: ");
        left_out.push_str(&inputs.join(", "));
    }
    table.insert("fields".into(), Toml::Array(fields));
    Ok((slug, toml::to_string_pretty(&table)? + &left_out))
}

/// What the results are, each kind once.
fn makes(graph: &Graph, form: &Form, definitions: &Definitions) -> Vec<Toml> {
    let mut kinds: Vec<Toml> = Vec::new();
    for node in form.results.iter().filter_map(|id| graph.node(id)) {
        let kind = made_by(&node.class_type, definitions).into();
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

/// What an output node makes: what it is given, unless its name says better.
fn made_by(class: &str, definitions: &Definitions) -> &'static str {
    const KINDS: [(&str, &str); 6] = [
        ("VIDEO", "video"),
        ("AUDIO", "audio"),
        ("IMAGE", "image"),
        ("MESH", "model"),
        ("FILE_3D", "model"),
        ("STRING", "text"),
    ];
    if class.contains("Video") {
        return "video";
    }
    let inputs = definitions.node(class).map_or(&[][..], |definition| &definition.inputs);
    let takes = |kind: &str| {
        inputs.iter().any(|input| match &input.kind {
            InputKind::Socket { types, .. } => types.names().any(|name| name.starts_with(kind)),
            _ => false,
        })
    };
    KINDS.into_iter().find(|(kind, _)| takes(kind)).map_or("file", |(_, kind)| kind)
}

/// A field of the manifest. `None` for what a form cannot ask for yet.
fn field(field: &Field) -> Option<Table> {
    let mut table = Table::new();
    table.insert("name".into(), field.name.clone().into());
    table.insert("label".into(), field.label.clone().into());
    if let Some(help) = &field.help {
        table.insert("help".into(), help.clone().into());
    }
    if field.group == Group::More {
        table.insert("group".into(), "more".into());
    }
    if field.role == Role::Prompt && field.group == Group::Main {
        table.insert("required".into(), true.into());
    }
    let (kind, own) = kind(&field.kind)?;
    table.insert("type".into(), kind.into());
    table.extend(own);
    Some(table)
}

/// The type, and the keys that it brings with it.
fn kind(kind: &Kind) -> Option<(&'static str, Table)> {
    let mut own = Table::new();
    let mut put = |name: &str, value: Toml| drop(own.insert(name.into(), value));
    let name = match kind {
        Kind::Text { multiline, default, bind } => {
            put("multiline", (*multiline).into());
            put("default", default.clone().into());
            put("bind", inputs(bind));
            "text"
        }
        Kind::Integer { min, max, step, default, bind } => {
            for (name, value) in [("min", min), ("max", max), ("step", step), ("default", default)]
            {
                put(name, (*value).into());
            }
            put("bind", inputs(bind));
            "integer"
        }
        Kind::Number { min, max, step, default, bind } => {
            for (name, value) in [("min", min), ("max", max), ("step", step), ("default", default)]
            {
                put(name, (*value).into());
            }
            put("bind", inputs(bind));
            "number"
        }
        Kind::Boolean { default, bind } => {
            put("default", (*default).into());
            put("bind", inputs(bind));
            "boolean"
        }
        Kind::Choice { options, default, from, bind } => {
            choice(&mut put, options, default, from.as_ref())?;
            put("bind", inputs(bind));
            "choice"
        }
        Kind::Seed { bind } => {
            put("bind", inputs(bind));
            "seed"
        }
        Kind::Size { min, max, step, default: (w, h), width, height } => {
            for (name, value) in [("min", min), ("max", max), ("step", step)] {
                put(name, (*value).into());
            }
            let sides = [("width", *w), ("height", *h)];
            let default = sides.map(|(side, value)| (side.to_owned(), Toml::from(value)));
            put("default", Toml::Table(default.into_iter().collect()));
            put("width", inputs(width));
            put("height", inputs(height));
            "size"
        }
        Kind::File { media: Media::Image | Media::Mask, bind } => {
            put("bind", inputs(bind));
            "image"
        }
        Kind::File { .. } => return None,
    };
    Some((name, own))
}

/// A choice is from the backend's list where it has one, so that new models are
/// there by themselves; its name must then be told from its input's by a dot.
fn choice(
    put: &mut impl FnMut(&str, Toml),
    options: &[Value],
    default: &Value,
    from: Option<&(String, String)>,
) -> Option<()> {
    put("default", Toml::try_from(default).ok()?);
    match from {
        Some((class, input)) if !class.contains('.') && !input.contains('.') => {
            put("from", format!("{class}.{input}").into());
        }
        _ => {
            let option = |value: &Value| {
                let label = value.as_str().map_or_else(|| value.to_string(), Into::into);
                let pairs =
                    [("value", Toml::try_from(value).ok()?), ("label", Toml::String(label))];
                Some(Toml::Table(
                    pairs.map(|(name, value)| (name.to_owned(), value)).into_iter().collect(),
                ))
            };
            put("options", Toml::Array(options.iter().filter_map(option).collect()));
        }
    }
    Some(())
}

fn inputs(targets: &[Target]) -> Toml {
    Toml::Array(targets.iter().map(|target| input(target).into()).collect())
}

fn input(target: &Target) -> String {
    format!("{}.{}", target.node, target.input)
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
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_imported_can_be_published_as_it_stands() {
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
        let (slug, text) = manifest("My best_flow!", &graph, &form, &definitions).unwrap();
        let published = workflows::read(&text, &graph.to_value().to_string()).unwrap();
        assert_eq!((slug.as_str(), published.slug()), ("my-best-flow", "my-best-flow"));
        assert_eq!(published.about().title, "My best flow!");
        for name in ["prompt", "picture", "size", "seed", "steps", "guidance_cfg", "lora"] {
            assert!(text.contains(&format!("name = \"{name}\"")), "{name} is a field: {text}");
        }
        assert!(text.ends_with("# A form cannot ask for “Video” yet: 5.file"), "{text}");
    }
}
