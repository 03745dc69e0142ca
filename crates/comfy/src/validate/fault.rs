//! The faults that a node can have, in the words of the protocol.

use std::fmt;

use serde_json::{Value, json};

use super::given::Node;
use super::nodes::InputRules;
use crate::prompt::ErrorInfo;

/// One fault, as it is told. Large, and rare.
pub(super) type Fault = Box<ErrorInfo>;

/// What is wrong with one input.
pub(super) fn input(kind: &str, message: &str, def: &InputRules, received: &Value) -> Fault {
    let extra_info = json!({
        "input_name": def.name,
        "input_config": def.config,
        "received_value": received,
    });
    fault(kind, message, &def.name, extra_info)
}

/// A required input is not there.
pub(super) fn missing(def: &InputRules) -> Fault {
    let message = "a required input is missing";
    // Of `images.image0` the details name the last part only.
    let last = def.name.rsplit('.').next().unwrap_or(&def.name);
    fault("required_input_missing", message, last, json!({ "input_name": def.name }))
}

/// A choice that is not among the choices. Long lists are not told.
pub(super) fn not_in_list(def: &InputRules, choices: &[Value], received: &Value) -> Fault {
    const SHORT: usize = 20;
    let (list, config) = if choices.len() > SHORT {
        (format!("(list of length {})", choices.len()), Value::Null)
    } else {
        (Value::from(choices).to_string(), def.config.clone())
    };
    let details = format!("{}: {received} not in {list}", def.name);
    let extra_info =
        json!({ "input_name": def.name, "input_config": config, "received_value": received });
    fault("value_not_in_list", "the value is not one of the choices", &details, extra_info)
}

/// A value that cannot become what the input takes.
pub(super) fn not_convertible(def: &InputRules, received: &Value, reason: &str) -> Fault {
    let message = format!("the value cannot be read as {}", def.kind.type_name());
    let mut error = input("invalid_input_type", &message, def, received);
    error.details = format!("{}, {received}, {reason}", def.name);
    error.extra_info["exception_message"] = json!(reason);
    error
}

/// A link from an output of another type.
pub(super) fn mismatch(def: &InputRules, link: &Value, received: &str) -> Fault {
    let wanted = def.kind.type_name();
    let details = format!("{}, received_type({received}) mismatch input_type({wanted})", def.name);
    let extra_info = json!({
        "input_name": def.name,
        "input_config": def.config,
        "received_type": received,
        "linked_node": link,
    });
    fault("return_type_mismatch", "the linked output has another type", &details, extra_info)
}

/// A file that is not there, or not what the input takes.
pub(super) fn file(input: &str, why: &str) -> Fault {
    let details = format!("{input} - {why}");
    let info = json!({ "input_name": input });
    fault("custom_validation_failed", "the file cannot be used", &details, info)
}

/// Nodes that wait for each other; `cycle` names each once.
pub(super) fn cycle(id: &str, cycle: &[&Node<'_>]) -> Fault {
    let path = cycle.iter().chain(cycle.first());
    let path: Vec<_> = path.map(|node| format!("{} ({})", node.id, node.class)).collect();
    let nodes: Vec<_> = cycle.iter().map(|node| node.id).collect();
    let extra_info = json!({ "node_id": id, "cycle_nodes": nodes });
    fault("dependency_cycle", "nodes wait for each other", &path.join(" -> "), extra_info)
}

/// Something about a node that a server stumbles over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stumble {
    /// The exception's class.
    pub kind: &'static str,
    pub reason: String,
}

impl Stumble {
    /// A link from a node that is not there.
    pub(super) fn no_node(id: &str) -> Self {
        Self { kind: "KeyError", reason: format!("'{id}'") }
    }

    /// A link from an output that a node does not have.
    pub(super) fn no_output(id: &str, slot: impl fmt::Display) -> Self {
        Self { kind: "IndexError", reason: format!("node {id} has no output {slot}") }
    }

    /// As it is told of an output node.
    pub(super) fn of_output(&self) -> Fault {
        let extra_info = json!({ "exception_type": self.kind, "traceback": [] });
        fault("exception_during_validation", "the node cannot be checked", &self.reason, extra_info)
    }

    /// As it is told of a node that feeds input `def` of another by `link`.
    pub(super) fn of_inner(&self, def: &InputRules, link: &Value) -> Fault {
        let extra_info = json!({
            "input_name": def.name,
            "input_config": def.config,
            "exception_message": self.reason,
            "exception_type": self.kind,
            "traceback": [],
            "linked_node": link,
        });
        fault(
            "exception_during_inner_validation",
            "the node cannot be checked",
            &self.reason,
            extra_info,
        )
    }
}

fn fault(kind: &str, message: &str, details: &str, extra_info: Value) -> Fault {
    let (kind, message, details) = (kind.into(), message.into(), details.into());
    Box::new(ErrorInfo { kind, message, details, extra_info })
}
