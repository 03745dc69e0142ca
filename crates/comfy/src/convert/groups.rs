//! Group nodes: what there was before subgraphs.
//!
//! Several nodes are used as one whose class is `workflow>name`; what is inside
//! is kept beside the nodes of the file. The editor turns each into a subgraph on
//! reading, and so it is here: the inner nodes get the ids after the last one,
//! and the node itself the id after those.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::Value;

use super::ConvertError;
use super::build::{MAX_SHARED, weight};
use super::file::{EditorFile, Placed, Port, Scope, Stored, Subgraph, Wire, placed};
use super::pretend::Virtual;
use super::sockets::{self, Slot};
use super::widgets::positions;
use crate::definitions::Definitions;

const ENTRY: &str = "-10";
const EXIT: &str = "-20";

/// Puts subgraphs in place of group nodes.
pub(super) fn become_subgraphs(
    file: &mut EditorFile,
    definitions: &Definitions,
) -> Result<(), ConvertError> {
    let groups: Vec<(String, String)> = file
        .root
        .nodes
        .values()
        .filter(|node| is_group(node))
        .map(|node| (node.id.clone(), node.class["workflow>".len()..].to_owned()))
        .collect();
    let mut weights = HashMap::new();
    let mut room = MAX_SHARED;
    for (id, name) in groups {
        let Some(group) = file.extra["groupNodes"].get(&name) else { continue };
        let size = *weights.entry(name).or_insert_with(|| weight(group));
        room = room.checked_sub(size).ok_or(ConvertError::TooMuch { limit: MAX_SHARED })?;
        let group = group.clone();
        let Some(mut node) = file.root.nodes.shift_remove(&id) else { continue };
        let mut unpack = Unpack { definitions, nodes: Vec::new(), links: links(&group) };
        for inner in group["nodes"].as_array().map_or(&[][..], Vec::as_slice) {
            let Some(mut inner) = inner.as_object().cloned() else { continue };
            file.last_id += 1;
            inner.insert("id".into(), file.last_id.into());
            unpack.nodes.push(placed(&inner.into())?);
        }
        unpack.share_values(&node.values);
        let subgraph = unpack.subgraph(&mut node, &group);
        file.last_id += 1;
        rename(&mut file.root, &id, &file.last_id.to_string());
        node.id = file.last_id.to_string();
        node.values = Stored::Nothing;
        node.class = format!("{} ({id})", node.class);
        file.subgraphs.insert(node.class.clone(), subgraph);
        file.root.nodes.insert(node.id.clone(), node);
    }
    Ok(())
}

/// Whether this is a group node.
pub(super) fn is_group(node: &Placed) -> bool {
    node.class.starts_with("workflow>") || node.class.starts_with("workflow/")
}

fn rename(scope: &mut Scope, old: &str, new: &str) {
    for wire in scope.links.values_mut() {
        for end in [&mut wire.from, &mut wire.to] {
            if end == old {
                new.clone_into(end);
            }
        }
    }
}

/// From one inner node and slot to another.
type Inner = ((usize, usize), (usize, usize));

fn links(group: &Value) -> Vec<Inner> {
    let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok());
    let link = |link: &Value| {
        let end = |at: usize| Some((number(&link[at])?, number(&link[at + 1])?));
        Some((end(0)?, end(2)?))
    };
    let all = group["links"].as_array().map_or(&[][..], Vec::as_slice);
    all.iter().filter_map(link).collect()
}

/// A group node being taken apart.
struct Unpack<'d> {
    definitions: &'d Definitions,
    nodes: Vec<Placed>,
    links: Vec<Inner>,
}

impl Unpack<'_> {
    /// Gives the values of the group node, which lie one after the other, to the
    /// nodes within.
    fn share_values(&mut self, values: &Stored) {
        let Stored::List(values) = values else { return };
        let mut values = values.iter();
        for node in &mut self.nodes {
            let names = match self.definitions.node(&node.class) {
                Some(definition) => positions(definition, node),
                None if Virtual::of(&node.class) == Some(Virtual::Primitive) => {
                    vec!["value".into()]
                }
                None => continue,
            };
            let mut own = match &node.values {
                Stored::List(own) => own.clone(),
                _ => Vec::new(),
            };
            for (at, name) in names.into_iter().enumerate() {
                let linked = |input: &super::file::Socket| input.widget && input.name == name;
                if node.inputs.iter().any(linked) {
                    continue;
                }
                let Some(value) = values.next() else { break };
                own.resize(own.len().max(at + 1), Value::Null);
                own[at] = value.clone();
            }
            node.values = Stored::List(own);
        }
    }

    fn slots(&self, at: usize) -> Vec<Slot<'_>> {
        let node = &self.nodes[at];
        match self.definitions.node(&node.class) {
            Some(definition) => sockets::of_class(node, definition),
            None => sockets::of_file(node),
        }
    }

    /// The subgraph, whose inputs are those of the inner nodes that nothing
    /// within feeds, in order. The inputs of `outer` are renamed to match.
    fn subgraph(self, outer: &mut Placed, group: &Value) -> Subgraph {
        let mut wiring = Wiring { links: IndexMap::new(), feeds: HashMap::new() };
        for ((from, slot), (to, to_slot)) in &self.links {
            let (Some(origin), Some(target)) = (self.nodes.get(*from), self.nodes.get(*to)) else {
                continue;
            };
            let name = target.inputs.get(*to_slot).map(|input| input.name.clone());
            let name = name.unwrap_or_else(|| to_slot.to_string());
            wiring.add((&origin.id, *slot), (&target.id, *to_slot), name);
        }
        let inputs = self.inputs(outer, &mut wiring);
        let outputs = self.outputs(group, &mut wiring);
        let nodes = self.nodes.into_iter().map(|mut node| {
            let feeds = wiring.feeds.remove(&node.id).unwrap_or_default();
            for input in &mut node.inputs {
                input.link = None;
            }
            for (name, link) in feeds {
                super::file::relink(&mut node, &name, link);
            }
            (node.id.clone(), node)
        });
        Subgraph {
            name: outer.class.clone(),
            scope: Scope { nodes: nodes.collect(), links: wiring.links },
            inputs,
            outputs,
            entry: ENTRY.into(),
            exit: EXIT.into(),
        }
    }

    fn inputs(&self, outer: &mut Placed, wiring: &mut Wiring) -> Vec<Port> {
        let mut ports: Vec<Port> = Vec::new();
        let mut used = vec![false; outer.inputs.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            for slot in self.slots(at) {
                let fed = wiring.feeds.get(&node.id);
                if fed.is_some_and(|fed| fed.iter().any(|(name, _)| name == slot.name)) {
                    continue;
                }
                let own = (0..used.len())
                    .find(|&at| !used[at] && is_for(&outer.inputs[at].name, slot.name));
                let Some(own) = own else { continue };
                used[own] = true;
                let border = ports.len();
                let link = wiring.add((ENTRY, border), (&node.id, 0), slot.name.to_owned());
                outer.inputs[own].name = format!("{border}");
                let (name, kind) = (format!("{border}"), slot.kind.to_string());
                ports.push(Port { name, kind, links: vec![link] });
            }
        }
        ports
    }

    /// What no node within takes comes out, and what the group says does.
    fn outputs(&self, group: &Value, wiring: &mut Wiring) -> Vec<Port> {
        let external = group["external"].as_array().map_or(&[][..], Vec::as_slice);
        let mut ports = Vec::new();
        for (at, node) in self.nodes.iter().enumerate() {
            for (slot, kind) in node.outputs.iter().enumerate() {
                let taken = self.links.iter().any(|(from, _)| *from == (at, slot));
                let shown = external.iter().any(|end| end[0] == at && end[1] == slot);
                if taken && !shown {
                    continue;
                }
                let border = ports.len();
                let link = wiring.add((&node.id, slot), (EXIT, border), String::new());
                let (name, kind) = (border.to_string(), kind.clone());
                ports.push(Port { name, kind, links: vec![link] });
            }
        }
        ports
    }
}

/// Whether an input of the group node is that of a node within: where two have
/// one name, the title of the node comes before it.
fn is_for(outer: &str, inner: &str) -> bool {
    outer.strip_suffix(inner).is_some_and(|before| before.is_empty() || before.ends_with(' '))
}

/// The links of the subgraph as they are made.
struct Wiring {
    links: IndexMap<i64, Wire>,
    /// For each node: inputs, and what feeds them.
    feeds: HashMap<String, Vec<(String, i64)>>,
}

impl Wiring {
    fn add(&mut self, from: (&str, usize), to: (&str, usize), input: String) -> i64 {
        let link = self.links.len() as i64 + 1;
        let wire = Wire { from: from.0.into(), slot: from.1, to: to.0.into(), to_slot: to.1 };
        self.links.insert(link, wire);
        self.feeds.entry(to.0.into()).or_default().push((input, link));
        link
    }
}
