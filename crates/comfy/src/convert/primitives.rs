//! Primitives within a subgraph whose value its node shows.
//!
//! A primitive is no node that anything could be linked to from outside. When a
//! subgraph's node shows its value, the editor puts an input of the subgraph in
//! its place and links that to all that the primitive was linked to. It counts
//! the slots of those in its own order, not in that of the file, so a link of a
//! file that leaves inputs out can come to another input of the same type.

use super::file::{EditorFile, Port, Socket, Subgraph, pairs, property};
use super::pretend::Virtual;
use super::promoted::ITSELF;
use super::sockets;
use crate::definitions::{Definitions, Kind};

/// Puts inputs of their subgraph in place of the primitives that are shown.
pub(super) fn become_inputs(file: &mut EditorFile, definitions: &Definitions) {
    for (id, inner) in shown(file) {
        let Some(subgraph) = file.subgraphs.get_mut(&id) else { continue };
        let Some(name) = replace(subgraph, &inner, definitions) else { continue };
        let scopes = file.subgraphs.values_mut().map(|subgraph| &mut subgraph.scope);
        for scope in scopes.chain([&mut file.root]) {
            for node in scope.nodes.values_mut().filter(|node| node.class == id) {
                for pair in property(&mut node.properties, "proxyWidgets") {
                    if pair[0] == *inner && pair[1] == "value" {
                        *pair = serde_json::json!([ITSELF, name]);
                    }
                }
            }
        }
    }
}

/// Subgraphs and their primitives whose value is shown, each once.
fn shown(file: &EditorFile) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let scopes = file.subgraphs.values().map(|subgraph| &subgraph.scope);
    for node in scopes.chain([&file.root]).flat_map(|scope| scope.nodes.values()) {
        let Some(subgraph) = file.subgraphs.get(&node.class) else { continue };
        for (inner, widget) in pairs(node.properties.get("proxyWidgets")).unwrap_or_default() {
            let class = subgraph.scope.nodes.get(&inner).map(|node| Virtual::of(&node.class));
            let pair = (node.class.clone(), inner);
            if class == Some(Some(Virtual::Primitive))
                && widget == "value"
                && !found.contains(&pair)
            {
                found.push(pair);
            }
        }
    }
    found
}

/// One link of the primitive: where it leads in the editor's order.
struct Target {
    link: i64,
    node: String,
    socket: Socket,
}

/// Replaces one primitive. `None`, and nothing is changed, where an input that
/// it would come to is of another type.
fn replace(subgraph: &mut Subgraph, primitive: &str, definitions: &Definitions) -> Option<String> {
    let kind = subgraph.scope.nodes.get(primitive)?.outputs.first()?.clone();
    let links = subgraph.scope.links.iter().filter(|(_, wire)| wire.from == primitive);
    let targets: Option<Vec<_>> = links
        .map(|(link, wire)| target(subgraph, *link, &wire.to, wire.to_slot, definitions))
        .collect();
    let targets = targets?;
    if targets.is_empty() || targets.iter().any(|target| target.socket.kind != kind) {
        return None;
    }
    let slot = subgraph.inputs.len();
    let name = format!("{}_{slot}", targets[0].socket.name);
    let links = targets.iter().map(|target| target.link).collect();
    for Target { link, node, socket } in targets {
        if let Some(wire) = subgraph.scope.links.get_mut(&link) {
            wire.from.clone_from(&subgraph.entry);
            wire.slot = slot;
        }
        let node = subgraph.scope.nodes.get_mut(&node)?;
        for input in node.inputs.iter_mut().filter(|input| input.link == Some(link)) {
            input.link = None;
        }
        match node.inputs.iter_mut().find(|input| input.name == socket.name) {
            Some(input) => input.link = Some(link),
            None => node.inputs.push(socket),
        }
    }
    subgraph.inputs.push(Port { name: name.clone(), kind, links });
    Some(name)
}

/// Where a link leads: by its slot in the editor's order, except to a node whose
/// inputs come and go, for which the editor counts anew.
fn target(
    subgraph: &Subgraph,
    link: i64,
    to: &str,
    slot: usize,
    definitions: &Definitions,
) -> Option<Target> {
    let node = subgraph.scope.nodes.get(to)?;
    let definition = definitions.node(&node.class)?;
    let dynamic = |kind: &Kind| matches!(kind, Kind::DynamicChoice(_) | Kind::Autogrow(_));
    let slots = sockets::of_class(node, definition);
    let found = if definition.inputs.iter().any(|input| dynamic(&input.kind)) {
        slots.iter().find(|slot| slot.link == Some(link))?
    } else {
        slots.get(slot)?
    };
    let socket = Socket {
        name: found.name.to_owned(),
        kind: found.kind.to_string(),
        link: Some(link),
        widget: true,
    };
    Some(Target { link, node: to.to_owned(), socket })
}
