//! What one input of a node holds.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;

use super::NodeId;

/// The key that marks a list as a value: a bare list means a link.
pub(crate) const WRAPPER: &str = "__value__";

/// What one input of a node holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A value as it stands: a string, a number, …
    Value(Value),
    /// A value that is sent as `{"__value__": …}`, so that a list is not taken
    /// for a link.
    Wrapped(Value),
    /// The output of another node, sent as `[node, slot]`.
    Link {
        /// The node that computes it.
        node: NodeId,
        /// Which of that node's outputs, from 0.
        slot: u32,
    },
}

impl Input {
    /// The input that holds `value`, wrapped if it is a list.
    pub fn of(value: Value) -> Self {
        if value.is_array() { Self::Wrapped(value) } else { Self::Value(value) }
    }

    /// The input that is fed by output `slot` of `node`.
    pub fn link(node: impl Into<NodeId>, slot: u32) -> Self {
        Self::Link { node: node.into(), slot }
    }

    /// The input as the server takes it.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).expect("an input is plain JSON")
    }

    /// The value, without its wrapper. `None` for a link.
    pub fn as_value(&self) -> Option<&Value> {
        match self {
            Self::Value(value) | Self::Wrapped(value) => Some(value),
            Self::Link { .. } => None,
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        self.as_value()?.as_str()
    }

    /// The number. Text that says a number counts, as it does for the server.
    pub fn as_f64(&self) -> Option<f64> {
        match self.as_value()? {
            Value::String(text) => {
                text.trim().parse().ok().filter(|number: &f64| number.is_finite())
            }
            value => value.as_f64(),
        }
    }
}

/// Anything is an input. A list that is no link stays as it is: the server
/// will say what it thinks of it.
impl From<Value> for Input {
    fn from(value: Value) -> Self {
        match value {
            Value::Array(_) => match as_link(&value) {
                Some((node, slot)) => Self::link(node, slot),
                None => Self::Value(value),
            },
            Value::Object(mut fields) if fields.contains_key(WRAPPER) => {
                Self::Wrapped(fields.remove(WRAPPER).unwrap_or_default())
            }
            value => Self::Value(value),
        }
    }
}

impl Serialize for Input {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(to),
            Self::Wrapped(value) => {
                let mut fields = to.serialize_map(Some(1))?;
                fields.serialize_entry(WRAPPER, value)?;
                fields.end()
            }
            Self::Link { node, slot } => (node, slot).serialize(to),
        }
    }
}

/// `["node", slot]`, and nothing else.
pub(crate) fn as_link(value: &Value) -> Option<(&str, u32)> {
    let [node, slot] = value.as_array()?.as_slice() else { return None };
    Some((node.as_str()?, u32::try_from(slot.as_u64()?).ok()?))
}
