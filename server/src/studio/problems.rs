//! What is wrong with a workflow, with the field or node and the cure.

use std::collections::HashSet;
use std::sync::Arc;

use comfy::check::{Problem, check};
use comfy::definitions::Kind;
use comfy::{Definitions, Graph};
use wire::studio::Trouble;
use wire::{BindManifest, FieldManifest, FieldType, Manifest};

use super::would_be;
use crate::db::Content;
use crate::workflows::Published;

/// Everything that is wrong, the serious first.
pub(super) fn find(content: &Content, definitions: &[Arc<Definitions>]) -> Vec<Trouble> {
    let mut found = of_form(content);
    let Ok(graph) = Graph::parse(&content.graph) else { return found };
    if definitions.is_empty() {
        found.push(remark("No ComfyUI answers now, so nothing could be checked against it."));
        return found;
    }
    // What one backend can run is not wrong because another one cannot.
    let best = definitions
        .iter()
        .map(|all| of_graph((&content.manifest, &graph), all))
        .min_by_key(|found| found.iter().filter(|one| one.serious).count());
    found.extend(best.unwrap_or_default());
    found.sort_by_key(|one| !one.serious);
    found
}

/// What keeps the manifest from being published: by field as far as it goes.
fn of_form(content: &Content) -> Vec<Trouble> {
    let mut found = Vec::new();
    for field in &content.manifest.fields {
        if let Err(error) = Published::try_field(field) {
            found.push(at_field(field, None, &format!("{error:#}")));
        } else if field.label.trim().is_empty() {
            found.push(at_field(field, Some("label"), "it has no label; give it one"));
        }
    }
    if found.is_empty()
        && let Err(error) = would_be(content)
    {
        found.push(Trouble {
            serious: true,
            message: sentence(&format!("{error:#}")),
            ..remark("")
        });
    }
    found
}

/// What this backend does not have or take.
fn of_graph((manifest, graph): (&Manifest, &Graph), definitions: &Definitions) -> Vec<Trouble> {
    let chosen: HashSet<&str> = bound(manifest, |field| field.from.is_some() && !field.closed);
    let set: HashSet<&str> = bound(manifest, |field| is_file(field.kind));
    let faults = check(graph, definitions).into_iter().filter_map(|fault| {
        let node = fault.node.id.clone();
        let message = sentence(&fault.to_string());
        let about = |input: &str| format!("{node}.{input}");
        let serious = match &fault.problem {
            // Whoever runs it chooses among what is there, or brings a file.
            Problem::NoSuchChoice { input, .. } if set.contains(&*about(input)) => return None,
            Problem::NoSuchChoice { input, .. } if chosen.contains(&*about(input)) => {
                // The form then begins with another one, if there is any.
                if has_options(kind_of((&fault.node.id, input), graph, definitions)) {
                    return None;
                }
                true
            }
            _ => true,
        };
        Some(Trouble { serious, node: Some(node), ..remark(&message) })
    });
    let limits = manifest.fields.iter().flat_map(|field| of_limits(field, graph, definitions));
    faults.chain(limits).collect()
}

/// What the input of a node takes, as far as this backend knows.
fn kind_of<'a>(
    (node, input): (&str, &str),
    graph: &Graph,
    definitions: &'a Definitions,
) -> Option<&'a Kind> {
    let definition = definitions.node(&graph.node(node)?.class_type)?;
    Some(&definition.input(input)?.kind)
}

/// Whether there is anything at all to choose from.
fn has_options(kind: Option<&Kind>) -> bool {
    matches!(kind, Some(Kind::Choice(list)) if !list.options.is_empty())
}

/// The `node.input` that fields of a sort are bound to.
fn bound(manifest: &Manifest, wanted: impl Fn(&FieldManifest) -> bool) -> HashSet<&str> {
    let fields = manifest.fields.iter().filter(|field| wanted(field));
    fields.flat_map(|field| field.bind.iter().map(BindManifest::to)).collect()
}

fn is_file(kind: FieldType) -> bool {
    use FieldType::{Audio, File, Image, Mask, Model, Video};
    matches!(kind, Image | Mask | Video | Audio | Model | File)
}

/// Limits wider than those of the inputs that get the value.
fn of_limits(field: &FieldManifest, graph: &Graph, definitions: &Definitions) -> Vec<Trouble> {
    let mut found = Vec::new();
    let sides = field.width.iter().chain(&field.height).map(String::as_str);
    for to in field.bind.iter().filter_map(plain).chain(sides) {
        let Some((node, input)) = to.split_once('.') else { continue };
        let (least, most) = match kind_of((node, input), graph, definitions) {
            Some(Kind::Int { min, max, .. }) => {
                (min.map(|min| min as f64), max.map(|max| max as f64))
            }
            Some(Kind::Float { min, max, .. }) => (*min, *max),
            _ => continue,
        };
        if let (Some(min), Some(least)) = (field.min, least)
            && min < least
        {
            let message =
                format!("ComfyUI takes {input} only from {least}. Enter {least} or more.");
            found.push(at_field(field, Some("min"), &message));
        }
        if let (Some(max), Some(most)) = (field.max, most)
            && max > most
        {
            let message = format!("ComfyUI takes {input} only up to {most}. Enter {most} or less.");
            found.push(at_field(field, Some("max"), &message));
        }
    }
    found
}

fn plain(bind: &BindManifest) -> Option<&str> {
    match bind {
        BindManifest::Plain(to) => Some(to),
        BindManifest::Scaled { .. } => None,
    }
}

fn at_field(field: &FieldManifest, key: Option<&str>, message: &str) -> Trouble {
    Trouble {
        serious: true,
        message: sentence(message),
        field: Some(field.name.clone()),
        key: key.map(Into::into),
        node: None,
    }
}

fn remark(message: &str) -> Trouble {
    Trouble { serious: false, message: message.into(), field: None, key: None, node: None }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String =
        letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    let text = first + letters.as_str();
    if text.ends_with(['.', '?', '!']) { text } else { text + "." }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn definitions() -> Vec<Arc<Definitions>> {
        let catalogue = json!({
            "Load": {"input": {"required": {"model": [["a.safetensors"]]}}, "output": ["MODEL"]},
            "Sample": {"input": {"required": {"model": ["MODEL"], "denoise": ["FLOAT", {"min": 0.0, "max": 1.0}]}},
                "output": [], "output_node": true},
        });
        vec![Arc::new(Definitions::parse(catalogue.to_string().as_bytes()).unwrap())]
    }

    fn content(fields: Vec<FieldManifest>) -> Content {
        let graph = json!({
            "1": {"class_type": "Load", "inputs": {"model": "b.safetensors"}},
            "2": {"class_type": "Sample", "inputs": {"model": ["1", 0], "denoise": 0.5}},
        });
        let manifest =
            Manifest { slug: "a".into(), title: "A".into(), fields, ..Manifest::default() };
        Content { manifest, graph }
    }

    fn number(max: f64) -> FieldManifest {
        FieldManifest {
            name: "keep".into(),
            label: "Keep".into(),
            kind: FieldType::Number,
            min: Some(0.0),
            max: Some(max),
            step: Some(0.1),
            bind: vec![BindManifest::Plain("2.denoise".into())],
            ..FieldManifest::default()
        }
    }

    #[test]
    fn a_limit_that_comfyui_does_not_take_is_named_with_its_key() {
        let found = find(&content(vec![number(1.2)]), &definitions());
        let wide = found.iter().find(|one| one.field.is_some()).unwrap();
        assert_eq!((wide.field.as_deref(), wide.key.as_deref()), (Some("keep"), Some("max")));
        assert_eq!(wide.message, "ComfyUI takes denoise only up to 1. Enter 1 or less.");
        assert!(
            find(&content(vec![number(1.0)]), &definitions()).iter().all(|one| one.field.is_none())
        );
    }

    #[test]
    fn a_missing_model_is_serious_unless_whoever_runs_it_chooses() {
        let alone = find(&content(Vec::new()), &definitions());
        assert!(alone[0].serious && alone[0].node.as_deref() == Some("1"), "{alone:?}");
        let choice = FieldManifest {
            name: "model".into(),
            label: "Model".into(),
            kind: FieldType::Choice,
            from: Some("Load.model".into()),
            default: Some("b.safetensors".into()),
            bind: vec![BindManifest::Plain("1.model".into())],
            ..FieldManifest::default()
        };
        let found = find(&content(vec![choice.clone()]), &definitions());
        assert!(found.is_empty(), "{found:?}");
        let fixed = FieldManifest { closed: true, ..choice };
        assert!(find(&content(vec![fixed]), &definitions())[0].serious, "nobody chooses another");
    }

    #[test]
    fn a_form_that_cannot_be_published_says_which_field() {
        let broken = FieldManifest { min: None, ..number(1.0) };
        let found = find(&content(vec![broken]), &definitions());
        assert_eq!(found[0].message, "Min is missing; give it a number.");
        assert_eq!(found[0].field.as_deref(), Some("keep"));
    }

    #[test]
    fn without_a_comfyui_only_the_form_is_checked() {
        let found = find(&content(Vec::new()), &[]);
        assert!(found.iter().all(|one| !one.serious) && found.len() == 1, "{found:?}");
    }
}
