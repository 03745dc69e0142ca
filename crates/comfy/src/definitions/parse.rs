//! From `/object_info` to [`NodeDefinition`]s.

use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::intern::Interner;
use super::{
    Autogrow, AutogrowNames, ChoiceInput, Definitions, DynamicOption, InputDefinition, Kind,
    NodeDefinition, OutputDefinition, TypeSet, Upload,
};
use crate::graph::InOrder;
use crate::json::{self, JsonError};

type Nodes = InOrder<Arc<str>, NodeDefinition>;

/// What an input says of itself beyond its type.
type Options = Map<String, Value>;

/// Reads a whole catalogue.
pub(super) fn catalogue(bytes: &[u8]) -> Result<Nodes, JsonError> {
    if bytes.len() > Definitions::MAX_BYTES {
        return Err(JsonError::TooLarge { length: bytes.len(), limit: Definitions::MAX_BYTES });
    }
    let mut parser = Parser::default();
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    if let Ok(nodes) = parser.deserialize(&mut reader)
        && reader.end().is_ok()
    {
        return Ok(nodes);
    }
    match json::lenient(bytes, Definitions::MAX_BYTES)? {
        Value::Object(classes) => {
            let mut parser = Parser::default();
            Ok(classes.iter().map(|(class, node)| parser.entry(class, node)).collect())
        }
        _ => Err(JsonError::Shape("a catalogue is an object".into())),
    }
}

/// Turns JSON into definitions, sharing what repeats.
#[derive(Default)]
struct Parser {
    interner: Interner,
}

/// Nodes are turned one by one as they are read, so that the JSON of the whole
/// is never held at once.
impl<'de> DeserializeSeed<'de> for &mut Parser {
    type Value = Nodes;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Nodes, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Parser {
    type Value = Nodes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of nodes")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Nodes, A::Error> {
        let mut nodes = Nodes::default();
        while let Some((class, node)) = map.next_entry::<String, Value>()? {
            let (class, node) = self.entry(&class, &node);
            nodes.insert(class, node);
        }
        Ok(nodes)
    }
}

impl Parser {
    fn entry(&mut self, class: &str, node: &Value) -> (Arc<str>, NodeDefinition) {
        let class = self.interner.text(class);
        (class.clone(), self.node(class, node))
    }

    fn node(&mut self, class: Arc<str>, node: &Value) -> NodeDefinition {
        let flag = |name| node[name].as_bool().unwrap_or_default();
        NodeDefinition {
            class,
            display_name: self.text(&node["display_name"]),
            category: self.text(&node["category"]).unwrap_or_default(),
            description: self.text(&node["description"]),
            module: self.text(&node["python_module"]).unwrap_or_default(),
            output_node: flag("output_node"),
            api_node: flag("api_node"),
            deprecated: flag("deprecated"),
            experimental: flag("experimental"),
            takes_lists: flag("is_input_list"),
            inputs: self.inputs(&node["input"], &node["input_order"]),
            outputs: self.outputs(node),
        }
    }

    /// Text that says something.
    fn text(&mut self, value: &Value) -> Option<Arc<str>> {
        let text = value.as_str().filter(|text| !text.is_empty())?;
        Some(self.interner.text(text))
    }

    /// Hidden inputs are left out: the server fills them in itself.
    fn inputs(&mut self, sections: &Value, order: &Value) -> Vec<InputDefinition> {
        let mut inputs = Vec::new();
        for (section, required) in [("required", true), ("optional", false)] {
            let Some(specs) = sections[section].as_object() else { continue };
            let start = inputs.len();
            inputs.extend(specs.iter().map(|(name, spec)| self.input(name, spec, required)));
            sort_as(&mut inputs[start..], &order[section]);
        }
        inputs
    }

    fn input(&mut self, name: &str, spec: &Value, required: bool) -> InputDefinition {
        let no_options = Options::new();
        let options = spec[1].as_object().unwrap_or(&no_options);
        let flag = |name: &str| options.get(name).is_some_and(|value| value == true);
        InputDefinition {
            name: self.interner.text(name),
            display_name: options.get("display_name").and_then(|name| self.text(name)),
            required,
            kind: self.kind(spec, options).unwrap_or_else(|| Kind::Other(spec.clone())),
            tooltip: options.get("tooltip").and_then(|text| self.text(text)),
            advanced: flag("advanced"),
            force_input: flag("forceInput"),
        }
    }

    /// `None` for a shape nobody has seen.
    fn kind(&mut self, spec: &Value, options: &Options) -> Option<Kind> {
        match &spec[0] {
            Value::Array(list) => Some(Kind::Choice(self.choice(list, options))),
            Value::String(name) => match name.as_str() {
                "COMBO" => {
                    let list = options.get("options").and_then(Value::as_array);
                    Some(Kind::Choice(self.choice(list.map_or(&[], Vec::as_slice), options)))
                }
                "COMFY_DYNAMICCOMBO_V3" => self.dynamic_choice(options),
                "COMFY_AUTOGROW_V3" => self.autogrow(options),
                "COMFY_MATCHTYPE_V3" => self.matching(options),
                name => Some(self.plain(name, options)),
            },
            _ => None,
        }
    }

    /// Plain types. A union is what its `widgetType` says, if it says so.
    fn plain(&mut self, name: &str, options: &Options) -> Kind {
        let widget = options.get("widgetType").and_then(Value::as_str).unwrap_or(name);
        let default = options.get("default");
        let int = |name| options.get(name).and_then(to_int);
        let float = |name| options.get(name).and_then(Value::as_f64);
        match widget {
            "INT" => Kind::Int {
                default: int("default"),
                min: int("min"),
                max: int("max"),
                step: int("step"),
                // `true`, or the mode that is chosen at first.
                seed: options.get("control_after_generate").is_some_and(|value| value != false),
            },
            "FLOAT" => Kind::Float {
                default: float("default"),
                min: float("min"),
                max: float("max"),
                step: float("step"),
            },
            "BOOLEAN" => Kind::Bool { default: default.and_then(Value::as_bool) },
            "STRING" => Kind::Text {
                // An empty text is a default too, unlike an empty tooltip.
                default: default.and_then(Value::as_str).map(|text| self.interner.text(text)),
                multiline: options.get("multiline").is_some_and(|value| value == true),
                dynamic: options.get("dynamicPrompts").is_some_and(|value| value == true),
            },
            _ => {
                Kind::Socket { types: TypeSet(self.interner.text(name)), default: default.cloned() }
            }
        }
    }

    fn choice(&mut self, list: &[Value], options: &Options) -> ChoiceInput {
        ChoiceInput {
            options: self.interner.choices(list),
            default: options.get("default").and_then(|value| self.interner.choice(value)),
            multiselect: options.get("multiselect").is_some_and(|value| value == true),
            stepped: options.get("control_after_generate").is_some_and(|value| value != false),
            upload: upload(options),
            remote: options.get("remote").and_then(|remote| self.text(&remote["route"])),
        }
    }

    fn dynamic_choice(&mut self, options: &Options) -> Option<Kind> {
        let list = options.get("options")?.as_array()?;
        let option = |option: &Value| {
            let key = self.interner.text(option["key"].as_str()?);
            Some(DynamicOption { key, inputs: self.inputs(&option["inputs"], &Value::Null) })
        };
        Some(Kind::DynamicChoice(list.iter().filter_map(option).collect()))
    }

    fn autogrow(&mut self, options: &Options) -> Option<Kind> {
        let template = options.get("template")?;
        let count = |name| template[name].as_u64().and_then(|count| u32::try_from(count).ok());
        let names = match (&template["names"], &template["prefix"]) {
            (Value::Array(names), _) => AutogrowNames::List(self.interner.choices(names)),
            (_, Value::String(prefix)) => AutogrowNames::Prefix {
                prefix: self.interner.text(prefix),
                max: count("max").unwrap_or(u32::MAX),
            },
            _ => return None,
        };
        let inputs = self.inputs(&template["input"], &Value::Null);
        let min = count("min").unwrap_or_default();
        Some(Kind::Autogrow(Autogrow { template: inputs, names, min }))
    }

    fn matching(&mut self, options: &Options) -> Option<Kind> {
        let template = options.get("template")?;
        let allowed = template["allowed_types"].as_str().unwrap_or("*");
        Some(Kind::Match {
            template: self.interner.text(template["template_id"].as_str()?),
            allowed: TypeSet(self.interner.text(allowed)),
        })
    }

    fn outputs(&mut self, node: &Value) -> Vec<OutputDefinition> {
        let types = node["output"].as_array().map_or(&[][..], Vec::as_slice);
        let output = |(slot, kind): (usize, &Value)| {
            // An old output of a list's type is the list itself.
            let types = self.interner.text(kind.as_str().unwrap_or("*"));
            let name = self.text(&node["output_name"][slot]).unwrap_or_else(|| types.clone());
            let is_list = node["output_is_list"][slot].as_bool().unwrap_or_default();
            OutputDefinition { name, types: output_types(types), is_list }
        };
        types.iter().enumerate().map(output).collect()
    }
}

/// A matched output is of whatever type its inputs are.
fn output_types(name: Arc<str>) -> TypeSet {
    if &*name == "COMFY_MATCHTYPE_V3" { TypeSet::new("*") } else { TypeSet(name) }
}

/// Puts inputs in the order that `order` lists; those it does not, last.
fn sort_as(inputs: &mut [InputDefinition], order: &Value) {
    let Some(order) = order.as_array() else { return };
    let place = |input: &InputDefinition| order.iter().position(|name| *name == *input.name);
    if !inputs.is_sorted_by_key(|input| place(input).unwrap_or(usize::MAX)) {
        inputs.sort_by_cached_key(|input| place(input).unwrap_or(usize::MAX));
    }
}

fn upload(options: &Options) -> Option<Upload> {
    let kinds = [
        ("image_upload", Upload::Image),
        ("video_upload", Upload::Video),
        ("audio_upload", Upload::Audio),
        ("file_upload", Upload::File),
    ];
    let set = |name| options.get(name).is_some_and(|value| value == true);
    kinds.into_iter().find_map(|(name, upload)| set(name).then_some(upload))
}

/// A whole number, rounded if it was written as another.
fn to_int(value: &Value) -> Option<i128> {
    match (value.as_u64(), value.as_i64()) {
        (Some(number), _) => Some(number.into()),
        (_, Some(number)) => Some(number.into()),
        _ => value.as_f64().map(|number| number.round() as i128),
    }
}
