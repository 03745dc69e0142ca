//! The faults that a node can have, in the words of the protocol. What the
//! catalogue says of an input (`input_config`) is left out: it is not kept whole.

use serde_json::{Value, json};

use crate::graph::NodeId;
use crate::prompt::ErrorInfo;

/// One fault, as it is told. Large, and rare.
pub(super) type Fault = Box<ErrorInfo>;

/// Longest list of choices that is told whole.
const SHORT: usize = 20;

/// A required input is not there.
pub(super) fn missing(name: &str) -> Fault {
    let info = json!({ "input_name": name });
    fault("required_input_missing", "a required input is missing", name, info)
}

/// A choice that is not among the choices. Long lists are not told.
pub(super) fn not_in_list(name: &str, choices: &[Value], received: &Value) -> Fault {
    let list = if choices.len() > SHORT {
        format!("(list of length {})", choices.len())
    } else {
        Value::from(choices).to_string()
    };
    let details = format!("{name}: {received} not in {list}");
    let message = "the value is not one of the choices";
    fault("value_not_in_list", message, &details, about(name, received))
}

/// A value that cannot become what the input takes.
pub(super) fn not_convertible(name: &str, kind: &str, received: &Value) -> Fault {
    let message = format!("the value cannot be read as {kind}");
    let reason = format!("not {kind}: {received}");
    let details = format!("{name}, {received}, {reason}");
    let mut error = fault("invalid_input_type", &message, &details, about(name, received));
    error.extra_info["exception_message"] = json!(reason);
    error
}

/// A number below what is accepted.
pub(super) fn too_small(name: &str, received: &Value, min: &str) -> Fault {
    let message = format!("{received} is smaller than the minimum of {min}");
    fault("value_smaller_than_min", &message, name, about(name, received))
}

/// A number above what is accepted.
pub(super) fn too_big(name: &str, received: &Value, max: &str) -> Fault {
    let message = format!("{received} is bigger than the maximum of {max}");
    fault("value_bigger_than_max", &message, name, about(name, received))
}

/// A list that is neither a link nor wrapped.
pub(super) fn bad_link(name: &str, received: &Value) -> Fault {
    let message = "a link is a list of two: node and output";
    fault("bad_linked_input", message, name, about(name, received))
}

/// A link from an output of another type.
pub(super) fn mismatch(name: &str, link: &Value, (received, wanted): (&str, &str)) -> Fault {
    let details = format!("{name}, received_type({received}) mismatch input_type({wanted})");
    let info = json!({
        "input_name": name,
        "input_config": null,
        "received_type": received,
        "linked_node": link,
    });
    fault("return_type_mismatch", "the linked output has another type", &details, info)
}

/// A link that leads nowhere, told of the node that holds it.
pub(super) fn nowhere(name: &str, link: &Value, (kind, reason): (&str, &str)) -> Fault {
    let info = json!({
        "input_name": name,
        "input_config": null,
        "exception_message": reason,
        "exception_type": kind,
        "traceback": [],
        "linked_node": link,
    });
    let message = "the node cannot be checked";
    fault("exception_during_inner_validation", message, reason, info)
}

/// A file that is not there, or not what the input takes.
pub(super) fn file(name: &str, why: &str) -> Fault {
    let details = format!("{name} - {why}");
    let info = json!({ "input_name": name });
    fault("custom_validation_failed", "the file cannot be used", &details, info)
}

/// Nodes that wait for each other; `cycle` names each once, with its class.
pub(super) fn cycle(id: &NodeId, cycle: &[(NodeId, String)]) -> Fault {
    let path = cycle.iter().chain(cycle.first());
    let path: Vec<_> = path.map(|(id, class)| format!("{id} ({class})")).collect();
    let nodes: Vec<_> = cycle.iter().map(|(id, _)| id).collect();
    let info = json!({ "node_id": id, "cycle_nodes": nodes });
    fault("dependency_cycle", "nodes wait for each other", &path.join(" -> "), info)
}

fn about(name: &str, received: &Value) -> Value {
    json!({ "input_name": name, "input_config": null, "received_value": received })
}

fn fault(kind: &str, message: &str, details: &str, extra_info: Value) -> Fault {
    let (kind, message, details) = (kind.into(), message.into(), details.into());
    Box::new(ErrorInfo { kind, message, details, extra_info })
}
