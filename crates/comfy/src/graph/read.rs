//! Reading graphs as they come in, piece by piece: what makes no graph is never built.

use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;

use super::{Graph, GraphError, InOrder, Input, Node, NodeId};

/// Any JSON, read as a graph. What makes none says why, and is no error of the JSON.
#[derive(Debug)]
pub struct Reading(pub Result<Graph, GraphError>);

impl<'de> Deserialize<'de> for Reading {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(match Form(GraphFields).deserialize(from)? {
            Found::Object(graph) => graph,
            Found::List | Found::Other => Err(GraphError::NotAnObject),
        }))
    }
}

/// What was found where an object should be.
enum Found<T> {
    Object(T),
    List,
    Other,
}

/// Reads the fields of one sort of object.
trait Fields {
    type Read;

    fn read<'de, A: MapAccess<'de>>(self, fields: A) -> Result<Self::Read, A::Error>;
}

/// Whatever stands there, read by the fields that it should have.
struct Form<F>(F);

impl<'de, F: Fields> DeserializeSeed<'de> for Form<F> {
    type Value = Found<F::Read>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, F: Fields> Visitor<'de> for Form<F> {
    type Value = Found<F::Read>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
        self.0.read(fields).map(Found::Object)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Found::List)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Found::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Found::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Found::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Found::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Found::Other)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Found::Other)
    }
}

struct GraphFields;

impl Fields for GraphFields {
    type Read = Result<Graph, GraphError>;

    fn read<'de, A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Read, A::Error> {
        let (mut nodes, mut fault, mut is_editors) = (InOrder::default(), None, false);
        while let Some(id) = fields.next_key::<NodeId>()? {
            match fields.next_value_seed(Form(NodeFields))? {
                Found::Object(parts) => match parts.node(&id) {
                    Ok(node) => _ = nodes.insert(id, node),
                    Err(error) => fault = fault.or(Some(error)),
                },
                Found::List if id.as_str() == "nodes" => is_editors = true,
                Found::List | Found::Other => {
                    fault = fault.or(Some(GraphError::NodeNotAnObject(id)));
                }
            }
        }
        Ok(match fault {
            _ if is_editors => Err(GraphError::EditorFile),
            Some(fault) => Err(fault),
            None => Ok(Graph { nodes }),
        })
    }
}

struct NodeFields;

/// What was said of a node.
#[derive(Default)]
struct Parts {
    class_type: Option<Value>,
    inputs: Option<InOrder<String, Input>>,
    meta: Option<Value>,
}

impl Fields for NodeFields {
    type Read = Parts;

    fn read<'de, A: MapAccess<'de>>(self, mut fields: A) -> Result<Parts, A::Error> {
        let mut parts = Parts::default();
        while let Some(name) = fields.next_key::<Field>()? {
            match name {
                Field::ClassType => parts.class_type = Some(fields.next_value()?),
                Field::Inputs => {
                    parts.inputs = match fields.next_value_seed(Form(InputFields))? {
                        Found::Object(inputs) => Some(inputs),
                        Found::List | Found::Other => None,
                    }
                }
                Field::Meta => parts.meta = Some(fields.next_value()?),
                Field::Other => _ = fields.next_value::<IgnoredAny>()?,
            }
        }
        Ok(parts)
    }
}

/// What is read of a node.
#[derive(serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Field {
    ClassType,
    Inputs,
    #[serde(rename = "_meta")]
    Meta,
    #[serde(other)]
    Other,
}

struct InputFields;

impl Fields for InputFields {
    type Read = InOrder<String, Input>;

    fn read<'de, A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Read, A::Error> {
        let mut inputs = InOrder::default();
        while let Some((name, value)) = fields.next_entry::<_, Value>()? {
            inputs.insert(name, value.into());
        }
        Ok(inputs)
    }
}

impl Parts {
    fn node(self, id: &NodeId) -> Result<Node, GraphError> {
        let Some(Value::String(class_type)) = self.class_type else {
            return Err(GraphError::NoClass(id.clone()));
        };
        let inputs = self.inputs.ok_or_else(|| GraphError::InputsNotAnObject(id.clone()))?;
        let title = self.meta.as_ref().and_then(|meta| meta.get("title")?.as_str());
        let title = title.map(str::to_owned);
        Ok(Node { class_type, inputs, title })
    }
}
