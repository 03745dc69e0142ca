//! From JSON to [`EditorFile`].
//!
//! Both versions are read alike: 0.4 writes a link as a list, 1 as an object.
//! What is missing is taken for empty; only what makes the graph ambiguous is
//! refused.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::{EditorFile, Mode, Placed, Port, Scope, Socket, Stored, Subgraph, Wire};
use crate::convert::ConvertError;

/// The ids of a subgraph's border when the file does not say.
const ENTRY: &str = "-10";
const EXIT: &str = "-20";

/// Ids are given by counting on; from here there is room to do so.
const LARGEST_ID: u64 = 1 << 53;

impl EditorFile {
    /// Reads the editor's form of a workflow.
    pub fn parse(value: &Value) -> Result<Self, ConvertError> {
        if !Self::is_one(value) {
            let reason = "it has no list of nodes";
            return Err(ConvertError::NotAWorkflow(reason.into()));
        }
        let root = scope(value)?;
        let mut subgraphs = IndexMap::new();
        for definition in list(&value["definitions"]["subgraphs"]) {
            if let Some(id) = definition["id"].as_str() {
                subgraphs.insert(id.to_owned(), subgraph(definition)?);
            }
        }
        let said = value["last_node_id"].as_u64().or(value["state"]["lastNodeId"].as_u64());
        let seen = root.nodes.keys().filter_map(|id| id.parse().ok()).max();
        Ok(Self {
            last_id: said.max(seen).unwrap_or_default().min(LARGEST_ID),
            extra: value["extra"].clone(),
            root,
            subgraphs,
        })
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn scope(value: &Value) -> Result<Scope, ConvertError> {
    let mut nodes = IndexMap::new();
    for node in list(&value["nodes"]).iter().filter(|node| !node.is_null()) {
        let node = placed(node)?;
        let id = node.id.clone();
        if nodes.insert(id.clone(), node).is_some() {
            return Err(ConvertError::DuplicateId(id));
        }
    }
    let links = list(&value["links"]).iter().filter_map(wire).collect();
    Ok(Scope { nodes, links })
}

pub(in crate::convert) fn placed(node: &Value) -> Result<Placed, ConvertError> {
    let id = id(&node["id"]);
    let class = node["type"].as_str().map(str::to_owned);
    let (Some(id), Some(class)) = (id, class) else {
        let shown: String = node.to_string().chars().take(80).collect();
        return Err(ConvertError::NotAWorkflow(format!("a node has no id or type: {shown}")));
    };
    let title = node["title"].as_str().filter(|title| !title.is_empty());
    Ok(Placed {
        id,
        class,
        title: title.map(Into::into),
        mode: match node["mode"].as_u64() {
            Some(2) => Mode::Muted,
            Some(4) => Mode::Bypassed,
            _ => Mode::Active,
        },
        inputs: list(&node["inputs"]).iter().map(socket).collect(),
        outputs: list(&node["outputs"]).iter().map(|output| kind(&output["type"])).collect(),
        values: stored(&node["widgets_values"]),
        properties: node["properties"].as_object().cloned().unwrap_or_default(),
    })
}

fn stored(value: &Value) -> Stored {
    match value {
        Value::Array(values) => Stored::List(values.clone()),
        Value::Object(values) => Stored::Named(values.clone()),
        _ => Stored::Nothing,
    }
}

fn socket(input: &Value) -> Socket {
    Socket {
        name: text(&input["name"]),
        kind: kind(&input["type"]),
        link: number(&input["link"]),
        widget: input["widget"].is_object(),
    }
}

fn subgraph(value: &Value) -> Result<Subgraph, ConvertError> {
    let border = |field: &str, usual: &str| id(&value[field]["id"]).unwrap_or(usual.into());
    Ok(Subgraph {
        name: text(&value["name"]),
        scope: scope(value)?,
        inputs: list(&value["inputs"]).iter().map(port).collect(),
        outputs: list(&value["outputs"]).iter().map(port).collect(),
        entry: border("inputNode", ENTRY),
        exit: border("outputNode", EXIT),
    })
}

fn port(value: &Value) -> Port {
    Port {
        name: text(&value["name"]),
        kind: kind(&value["type"]),
        links: list(&value["linkIds"]).iter().filter_map(number).collect(),
    }
}

fn wire(link: &Value) -> Option<(i64, Wire)> {
    let field = |position: usize, name: &str| match link {
        Value::Array(parts) => parts.get(position),
        Value::Object(parts) => parts.get(name),
        _ => None,
    };
    let slot = |position, name| usize::try_from(number(field(position, name)?)?).ok();
    let wire = Wire {
        from: id(field(1, "origin_id")?)?,
        slot: slot(2, "origin_slot").unwrap_or_default(),
        to: id(field(3, "target_id")?)?,
        to_slot: slot(4, "target_slot").unwrap_or_default(),
    };
    Some((number(field(0, "id")?)?, wire))
}

/// Ids are numbers in nearly every file and texts in some.
fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_i64(),
    }
}

/// A type; old files write `-1` or `0` for any.
fn kind(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(_) => "COMBO".into(),
        _ => "*".into(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().into()
}

/// A list of pairs of texts, as `proxyWidgets` holds them.
pub(in crate::convert) fn pairs(value: Option<&Value>) -> Option<Vec<(String, String)>> {
    let pair = |pair: &Value| Some((id(&pair[0])?, pair[1].as_str()?.to_owned()));
    let items = value?.as_array()?;
    Some(items.iter().map(|item| pair(item).unwrap_or_default()).collect())
}

/// The properties that a renumbering must rewrite.
pub(in crate::convert) fn property<'a>(
    properties: &'a mut Map<String, Value>,
    name: &str,
) -> &'a mut [Value] {
    properties.get_mut(name).and_then(Value::as_array_mut).map_or(&mut [], Vec::as_mut_slice)
}
