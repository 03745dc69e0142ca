//! What may be given for an input: the catalogue's word, narrowed to what a
//! page can show.

use serde_json::Value;

use super::field::{Kind, Mark, Media, Role, Target};
use super::inputs;
use crate::definitions::{self, Choice, Definitions, Upload};
use crate::graph::{Graph, Node};

/// Numbers that a program in JavaScript counts exactly.
const EXACT: i128 = 1 << 53;

/// Pictures larger than this are not made at once by anything yet.
const MAX_SIDE: u32 = 2048;

/// The kind of the field for a mark. `None` for what nobody can set.
pub(super) fn kind(mark: &Mark, graph: &Graph, definitions: &Definitions) -> Option<Kind> {
    let first = mark.bind.first()?;
    if !mark.height.is_empty() {
        return size(mark, graph, definitions);
    }
    let node = graph.node(&first.node)?;
    let value = node.inputs.get(&first.input)?.as_value()?;
    let definition = definitions.node(&node.class_type);
    let input = definition.and_then(|definition| inputs::find(definition, node, &first.input));
    let bind = mark.bind.clone();
    if let Some(options) = mark.options.clone() {
        return Some(choice(options, value, None, bind));
    }
    match input.map(|input| &input.kind) {
        Some(definitions::Kind::Int { seed, .. })
            if is_seed(mark, &first.input)
                || (*seed && mark.range == [None; 3] && seeds(first, graph)) =>
        {
            Some(Kind::Seed { bind })
        }
        Some(definitions::Kind::Int { min, max, step, .. }) => {
            Some(integer(mark, value, [*min, *max, *step]))
        }
        Some(definitions::Kind::Float { min, max, step, .. }) => {
            Some(number(mark, value, [*min, *max, *step]))
        }
        Some(definitions::Kind::Bool { .. }) => {
            Some(Kind::Boolean { default: value.as_bool().unwrap_or_default(), bind })
        }
        Some(definitions::Kind::Text { multiline, .. }) => {
            let default = text(value)?;
            Some(Kind::Text { multiline: *multiline, default, bind })
        }
        Some(definitions::Kind::Choice(list)) => Some(listed(list, &node.class_type, mark, value)),
        // What changes which other inputs there are cannot be left to a guest.
        Some(_) => None,
        // A server that does not know the class may be asked later; until then
        // the value itself is what there is to go by.
        None => from_value(mark, value),
    }
}

/// What a field is for: what the mark says, or else what its kind tells.
pub(super) fn role(mark: &Mark, kind: &Kind) -> Role {
    match (mark.role, kind) {
        (Role::Other, Kind::Seed { .. }) => Role::Seed,
        (Role::Other, Kind::Size { .. }) => Role::Size,
        (Role::Other, Kind::File { .. }) => Role::Source,
        (Role::Other, Kind::Choice { bind, .. }) => match bind[0].input.as_str() {
            "lora_name" => Role::Lora,
            "ckpt_name" | "unet_name" | "model_name" => Role::Model,
            _ => Role::Other,
        },
        (role, _) => role,
    }
}

fn is_seed(mark: &Mark, input: &str) -> bool {
    let last = input.rsplit('.').next().unwrap_or(input);
    let said = mark.label.as_ref().is_some_and(|label| label.to_lowercase().contains("seed"));
    let named = matches!(last, "seed" | "noise_seed");
    mark.range == [None; 3] && (mark.role == Role::Seed || named || said)
}

/// Whether a number that can be drawn anew is a seed. Those that are only passed on, as by
/// `PrimitiveInt`, can be drawn too, and may as well be a length: what they feed says so.
fn seeds(target: &Target, graph: &Graph) -> bool {
    if target.input != "value" {
        return true;
    }
    let mut links = graph.nodes.values().flat_map(Node::links);
    links.any(|(input, from, _)| from.as_str() == target.node && input.contains("seed"))
}

fn integer(mark: &Mark, value: &Value, limits: [Option<i128>; 3]) -> Kind {
    let said = mark.range.map(|limit| limit.map(|limit| limit as i128));
    let limit = |at: usize, otherwise| said[at].or(limits[at]).unwrap_or(otherwise);
    let (min, max) = (limit(0, -EXACT).max(-EXACT), limit(1, EXACT).min(EXACT));
    let max = max.max(min);
    let value = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    let default = value.map_or(min, |value| value as i128).clamp(min, max);
    let mut step = limit(2, 1).clamp(1, EXACT);
    if (default - min) % step != 0 {
        // The host's own value must be one that can be chosen.
        step = 1;
    }
    Kind::Integer {
        min: min as i64,
        max: max as i64,
        step: step as i64,
        default: default as i64,
        bind: mark.bind.clone(),
    }
}

fn number(mark: &Mark, value: &Value, limits: [Option<f64>; 3]) -> Kind {
    let limit = |at: usize, otherwise| mark.range[at].or(limits[at]).unwrap_or(otherwise);
    let exact = EXACT as f64;
    let (min, max) = (limit(0, -exact).max(-exact), limit(1, exact).min(exact));
    let max = max.max(min);
    let value = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    let default = value.filter(|value| value.is_finite()).unwrap_or(min).clamp(min, max);
    let step = Some(limit(2, 0.01)).filter(|step| *step > 0.0).unwrap_or(0.01);
    Kind::Number { min, max, step, default, bind: mark.bind.clone() }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null => Some(String::new()),
        _ => None,
    }
}

/// A choice of the catalogue: a file where one may be handed in.
fn listed(list: &definitions::ChoiceInput, class: &str, mark: &Mark, value: &Value) -> Kind {
    let bind = mark.bind.clone();
    let media = match list.upload {
        Some(Upload::Image) if class.contains("Mask") => Some(Media::Mask),
        Some(Upload::Image) => Some(Media::Image),
        Some(Upload::Video) => Some(Media::Video),
        Some(Upload::Audio) => Some(Media::Audio),
        Some(Upload::File) => Some(Media::Other),
        None => None,
    };
    if let Some(media) = media {
        return Kind::File { media, bind };
    }
    let options = list.options.iter().map(Choice::to_value).collect();
    let from = (class.to_owned(), bind[0].input.clone());
    choice(options, value, Some(from), bind)
}

fn choice(
    mut options: Vec<Value>,
    value: &Value,
    from: Option<(String, String)>,
    bind: Vec<Target>,
) -> Kind {
    if !options.contains(value) {
        options.insert(0, value.clone());
    }
    Kind::Choice { options, default: value.clone(), from, bind }
}

fn from_value(mark: &Mark, value: &Value) -> Option<Kind> {
    let bind = mark.bind.clone();
    Some(match value {
        Value::String(text) => {
            Kind::Text { multiline: text.len() > 40, default: text.clone(), bind }
        }
        Value::Bool(default) => Kind::Boolean { default: *default, bind },
        Value::Number(number) if number.is_f64() => self::number(mark, value, [None; 3]),
        Value::Number(_) if is_seed(mark, &mark.bind[0].input) => Kind::Seed { bind },
        Value::Number(_) => integer(mark, value, [None; 3]),
        _ => return None,
    })
}

/// Width and height as one field, within what both inputs take.
fn size(mark: &Mark, graph: &Graph, definitions: &Definitions) -> Option<Kind> {
    let side = |targets: &[Target]| {
        let target = targets.first()?;
        let value = graph.input(&target.node, &target.input)?.as_f64()?;
        let node = graph.node(&target.node)?;
        let definition = definitions.node(&node.class_type);
        let input = definition.and_then(|definition| inputs::find(definition, node, &target.input));
        let limits = match input.map(|input| &input.kind) {
            Some(definitions::Kind::Int { min, max, step, .. }) => [*min, *max, *step],
            _ => [None; 3],
        };
        Some((value as u32, limits))
    };
    let (width, across) = side(&mark.bind)?;
    let (height, down) = side(&mark.height)?;
    let both = |at: usize, take: fn(i128, i128) -> i128, otherwise: u32| {
        let found = across[at].into_iter().chain(down[at]).reduce(take);
        found.and_then(|found| u32::try_from(found).ok()).unwrap_or(otherwise)
    };
    let larger = width.max(height);
    let min = both(0, i128::max, 64).max(16).min(width.min(height));
    let step = both(2, i128::max, 8).max(1);
    let fits = |side: u32| (side - min).is_multiple_of(step);
    Some(Kind::Size {
        min,
        max: both(1, i128::min, MAX_SIDE).min(MAX_SIDE).max(larger),
        step: if fits(width) && fits(height) { step } else { 1 },
        default: (width, height),
        width: mark.bind.clone(),
        height: mark.height.clone(),
    })
}
