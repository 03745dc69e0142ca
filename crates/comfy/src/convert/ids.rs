//! Ids that are used in more than one subgraph are given anew.
//!
//! The editor wants every node of a file to have an id of its own and, on
//! reading, gives another to each that was seen before: the numbers after the
//! last one of the file.

use std::collections::{HashMap, HashSet};
use std::mem;

use super::file::{EditorFile, Placed, Scope, property};

/// Gives new ids to nodes of subgraphs whose ids are taken.
pub(super) fn make_unique(file: &mut EditorFile) {
    let mut used: HashSet<String> = file.root.nodes.keys().cloned().collect();
    let mut last = file.last_id;
    let mut moved = HashMap::new();
    for (subgraph_id, subgraph) in &mut file.subgraphs {
        let mut renamed = HashMap::new();
        for id in subgraph.scope.nodes.keys() {
            if used.insert(id.clone()) {
                continue;
            }
            let fresh = (last + 1..).map(|id| (id, id.to_string()));
            let free = fresh.into_iter().find(|(_, text)| !used.contains(text));
            let Some((number, text)) = free else { continue };
            last = number;
            used.insert(text.clone());
            renamed.insert(id.clone(), text);
        }
        if !renamed.is_empty() {
            rename(&mut subgraph.scope, &renamed);
            moved.insert(subgraph_id.clone(), renamed);
        }
    }
    if moved.is_empty() {
        return;
    }
    let inner = file.subgraphs.values_mut().map(|subgraph| &mut subgraph.scope);
    for scope in inner.chain([&mut file.root]) {
        for node in scope.nodes.values_mut() {
            if let Some(renamed) = moved.get(&node.class) {
                rename_proxies(node, renamed);
            }
        }
    }
    file.last_id = last;
}

fn rename(scope: &mut Scope, renamed: &HashMap<String, String>) {
    for (id, mut node) in mem::take(&mut scope.nodes) {
        let id = renamed.get(&id).cloned().unwrap_or(id);
        node.id.clone_from(&id);
        scope.nodes.insert(id, node);
    }
    for wire in scope.links.values_mut() {
        for end in [&mut wire.from, &mut wire.to] {
            if let Some(id) = renamed.get(end) {
                end.clone_from(id);
            }
        }
    }
}

fn rename_proxies(node: &mut Placed, renamed: &HashMap<String, String>) {
    for pair in property(&mut node.properties, "proxyWidgets") {
        let Some(id) = pair.get_mut(0) else { continue };
        let old = id.as_str().map_or_else(|| id.to_string(), Into::into);
        if let Some(fresh) = renamed.get(&old) {
            *id = fresh.as_str().into();
        }
    }
}
