//! The inputs of a node in the editor's order, with the links of the file.
//!
//! The order matters where slots are counted: a bypassed node passes on what is
//! in the same slot. The editor puts what can only be linked first, then what
//! has a widget, then what the catalogue does not tell of.

use std::borrow::Cow;

use super::file::{Placed, Subgraph};
use super::widgets::has_widget;
use crate::definitions::{InputDefinition, Kind, NodeDefinition};

/// One input of a node as it stands in the editor.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slot<'a> {
    pub name: &'a str,
    /// The types it takes.
    pub kind: Cow<'a, str>,
    pub link: Option<i64>,
    /// Whether it has a value of its own when nothing is linked.
    pub widget: bool,
}

/// The inputs of a node of a class in the catalogue.
pub(super) fn of_class<'a>(node: &'a Placed, definition: &'a NodeDefinition) -> Vec<Slot<'a>> {
    let mut slots = Vec::with_capacity(definition.inputs.len());
    let mut taken = vec![false; node.inputs.len()];
    for with_widget in [false, true] {
        let inputs = definition.inputs.iter();
        for input in inputs.filter(|input| has_widget(input) == with_widget) {
            push_defined(input, node, &mut slots, &mut taken);
        }
    }
    let unknown = node.inputs.iter().zip(taken).filter(|(_, taken)| !taken);
    slots.extend(unknown.map(|(socket, _)| from_file(socket)));
    slots
}

/// The inputs as the file has them, for nodes that only the editor knows.
pub(super) fn of_file(node: &Placed) -> Vec<Slot<'_>> {
    node.inputs.iter().map(from_file).collect()
}

/// The inputs of a subgraph's node: those of the subgraph.
pub(super) fn of_subgraph<'a>(node: &'a Placed, subgraph: &'a Subgraph) -> Vec<Slot<'a>> {
    let slot = |(at, port): (usize, &'a super::file::Port)| {
        let named = node.inputs.iter().find(|input| input.name == port.name);
        // A renamed port keeps its place.
        let socket = named.or_else(|| {
            let socket = node.inputs.get(at)?;
            let known = subgraph.inputs.iter().any(|port| port.name == socket.name);
            (!known).then_some(socket)
        });
        Slot {
            name: &port.name,
            kind: Cow::Borrowed(&port.kind),
            link: socket.and_then(|socket| socket.link),
            widget: socket.is_some_and(|socket| socket.widget),
        }
    };
    subgraph.inputs.iter().enumerate().map(slot).collect()
}

fn push_defined<'a>(
    input: &'a InputDefinition,
    node: &'a Placed,
    slots: &mut Vec<Slot<'a>>,
    taken: &mut [bool],
) {
    let own = node.inputs.iter().position(|socket| socket.name == *input.name);
    let grows = matches!(input.kind, Kind::Autogrow(_));
    if !grows {
        slots.push(Slot {
            name: &input.name,
            kind: kind(input, own.map(|at| node.inputs[at].kind.as_str())),
            link: own.and_then(|at| node.inputs[at].link),
            widget: has_widget(input),
        });
    }
    if let Some(at) = own {
        taken[at] = true;
    }
    if !grows && !matches!(input.kind, Kind::DynamicChoice(_)) {
        return;
    }
    for (at, socket) in node.inputs.iter().enumerate() {
        let inner =
            socket.name.strip_prefix(&*input.name).is_some_and(|rest| rest.starts_with('.'));
        if inner && !taken[at] {
            taken[at] = true;
            slots.push(from_file(socket));
        }
    }
}

fn from_file(socket: &super::file::Socket) -> Slot<'_> {
    Slot {
        name: &socket.name,
        kind: Cow::Borrowed(&socket.kind),
        link: socket.link,
        widget: socket.widget,
    }
}

/// The types of an input; where they depend on what is linked, those of the
/// file.
fn kind<'a>(input: &'a InputDefinition, in_file: Option<&'a str>) -> Cow<'a, str> {
    Cow::Borrowed(match &input.kind {
        Kind::Int { .. } => "INT",
        Kind::Float { .. } => "FLOAT",
        Kind::Bool { .. } => "BOOLEAN",
        Kind::Text { .. } => "STRING",
        Kind::Choice(_) => "COMBO",
        Kind::Socket { types, .. } => types.as_str(),
        Kind::Match { allowed, .. } => in_file.unwrap_or(allowed.as_str()),
        Kind::DynamicChoice(_) | Kind::Autogrow(_) | Kind::Other(_) => in_file.unwrap_or("*"),
    })
}
