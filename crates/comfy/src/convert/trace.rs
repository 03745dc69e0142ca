//! Where a link comes from once everything that is not sent is gone.

use serde_json::Value;

use super::file::Mode;
use super::places::{At, Places};
use super::sockets::{self, Slot};
use super::widgets::widgets;
use super::ConvertError;
use crate::definitions::{Definitions, NodeDefinition, TypeSet};

/// How many nodes a link may pass through. Real ones pass a handful.
const MAX_HOPS: usize = 2_000;

/// What feeds an input.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    /// A node of the graph.
    Output { at: At, slot: usize },
    /// A value that was set on the node of a subgraph; sent as it is.
    Value(Value),
    /// A value from a primitive; the input treats it as its own.
    Own(Value),
    /// Nothing after all: what fed it is muted, or never was.
    Nothing,
}

/// How nodes that only the editor has behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Virtual {
    /// Passes on what it is given.
    Reroute,
    /// Holds a value for the widgets that it is linked to.
    Primitive,
    /// A note: nothing to run.
    Note,
}

impl Virtual {
    pub(super) fn of(class: &str) -> Option<Self> {
        match class {
            "Reroute" => Some(Self::Reroute),
            "PrimitiveNode" => Some(Self::Primitive),
            "Note" | "MarkdownNote" => Some(Self::Note),
            _ => None,
        }
    }
}

/// Follows links through the places of a file.
pub(super) struct Tracer<'a> {
    pub places: Places<'a>,
    pub definitions: &'a Definitions,
}

impl<'a> Tracer<'a> {
    /// The node's definition, if it is of a class of the catalogue.
    pub(super) fn definition(&self, at: At) -> Option<&'a NodeDefinition> {
        self.definitions.node(&self.places.node(at).class)
    }

    /// A node's inputs in the editor's order.
    pub(super) fn slots(&self, at: At) -> Vec<Slot<'a>> {
        let node = self.places.node(at);
        match (self.places.subgraph(at), self.definition(at)) {
            (Some(subgraph), _) => sockets::of_subgraph(node, subgraph),
            (None, Some(definition)) => sockets::of_class(node, definition),
            (None, None) => sockets::of_file(node),
        }
    }

    /// What feeds the input `input` of a node by the link `link`.
    pub(super) fn source(&self, at: At, input: &str, link: i64) -> Result<Source, ConvertError> {
        let mut walk = Walk { tracer: self, start: at, hops: 0 };
        walk.link(at, input, link)
    }

    /// What an input of a subgraph is set to when nothing is linked: what its
    /// node says, or else the first widget it leads to.
    fn port_value(&self, place: usize, port: usize) -> Option<Value> {
        let here = &self.places.all[place];
        if let Some(value) = here.promoted.by_port.get(&port) {
            return Some(value.clone());
        }
        let targets = here.subgraph?.targets(port);
        targets.into_iter().find_map(|(node, socket)| {
            let at = self.places.find(place, &node.id)?;
            let socket = &node.inputs[socket];
            if let Some(subgraph) = self.places.subgraph(at) {
                let inner = subgraph.inputs.iter().position(|port| port.name == socket.name)?;
                return self.port_value(*here.children.get(&at.node)?, inner);
            }
            if let Some(value) = here.promoted.widget(&node.id, &socket.name) {
                return Some(value.clone());
            }
            let widgets = widgets(self.definition(at)?, node);
            widgets.into_iter().find(|widget| widget.name == socket.name)?.value
        })
    }
}

/// One link being followed.
struct Walk<'t, 'a> {
    tracer: &'t Tracer<'a>,
    start: At,
    hops: usize,
}

impl Walk<'_, '_> {
    /// Follows the link that feeds `input` of the node `at`.
    fn link(&mut self, at: At, input: &str, link: i64) -> Result<Source, ConvertError> {
        let places = &self.tracer.places;
        self.hops += 1;
        if self.hops > MAX_HOPS {
            return Err(ConvertError::Loop(places.label(self.start)));
        }
        let place = places.place(at);
        let nowhere =
            || ConvertError::LinkToNowhere { node: places.label(at), input: input.into(), link };
        let wire = place.scope.links.get(&link).ok_or_else(nowhere)?;
        if let (Some(subgraph), Some(parent)) = (place.subgraph, place.parent)
            && wire.from == subgraph.entry
        {
            return self.enter(at.place, parent, wire.slot);
        }
        let origin = places.find(at.place, &wire.from).ok_or_else(nowhere)?;
        self.output(origin, wire.slot, &input_kind(self.tracer, at, input))
    }

    /// From a subgraph's input to what its node is given there.
    fn enter(&mut self, place: usize, parent: At, port: usize) -> Result<Source, ConvertError> {
        let slots = self.tracer.slots(parent);
        match slots.get(port) {
            Some(Slot { name, link: Some(link), .. }) => self.link(parent, name, *link),
            Some(_) => {
                let value = self.tracer.port_value(place, port);
                Ok(value.map_or(Source::Nothing, Source::Value))
            }
            None => Ok(Source::Nothing),
        }
    }

    /// From an output of a node to what computes it.
    fn output(&mut self, at: At, slot: usize, wanted: &str) -> Result<Source, ConvertError> {
        let tracer = self.tracer;
        let node = tracer.places.node(at);
        let kind = Virtual::of(&node.class);
        if kind == Some(Virtual::Primitive) {
            return Ok(node.values.at(0).cloned().map_or(Source::Nothing, Source::Own));
        }
        match node.mode {
            Mode::Muted => return Ok(Source::Nothing),
            Mode::Bypassed => return self.bypass(at, slot, wanted),
            Mode::Active => {}
        }
        if kind.is_some() {
            return self.first_linked(at);
        }
        match tracer.places.place(at).children.get(&at.node) {
            Some(&child) => self.leave(child, slot),
            None => Ok(Source::Output { at, slot }),
        }
    }

    /// From an output of a subgraph's node to the node within.
    fn leave(&mut self, child: usize, slot: usize) -> Result<Source, ConvertError> {
        let place = &self.tracer.places.all[child];
        let Some(subgraph) = place.subgraph else { return Ok(Source::Nothing) };
        let leads_here = |link: &&i64| place.scope.links.contains_key(*link);
        let link = subgraph.outputs.get(slot).and_then(|port| port.links.iter().find(leads_here));
        let Some(wire) = link.and_then(|link| place.scope.links.get(link)) else {
            return Ok(Source::Nothing);
        };
        self.hops += 1;
        if self.hops > MAX_HOPS {
            return Err(ConvertError::Loop(self.tracer.places.label(self.start)));
        }
        if let Some(parent) = place.parent
            && wire.from == subgraph.entry
        {
            return self.enter(child, parent, wire.slot);
        }
        match self.tracer.places.find(child, &wire.from) {
            Some(origin) => self.output(origin, wire.slot, &subgraph.outputs[slot].kind),
            None => Ok(Source::Nothing),
        }
    }

    /// A reroute passes on its one link.
    fn first_linked(&mut self, at: At) -> Result<Source, ConvertError> {
        let slots = self.tracer.slots(at);
        match slots.iter().find_map(|slot| Some((slot.name, slot.link?))) {
            Some((name, link)) => self.link(at, name, link),
            None => Ok(Source::Nothing),
        }
    }

    /// A bypassed node passes on an input in place of an output.
    fn bypass(&mut self, at: At, slot: usize, wanted: &str) -> Result<Source, ConvertError> {
        let slots = self.tracer.slots(at);
        let output = output_kind(self.tracer, at, slot);
        let Some(chosen) = passed_on(&slots, slot, &output, wanted) else {
            return Ok(Source::Nothing);
        };
        match chosen.link {
            Some(link) => self.link(at, chosen.name, link),
            None => Ok(Source::Nothing),
        }
    }
}

/// Which input comes out of output `slot`: the one in the same place if its type
/// fits, else the first of that very type, else the first that fits.
fn passed_on<'s, 'a>(
    slots: &'s [Slot<'a>],
    slot: usize,
    output: &str,
    wanted: &str,
) -> Option<&'s Slot<'a>> {
    if wanted.is_empty() || wanted == "*" {
        return slots.get(slot).or(slots.first());
    }
    let fits = |input: &&Slot<'_>| meets(&input.kind, output) && meets(&input.kind, wanted);
    let same = slots.get(slot).filter(fits);
    let exact = || slots.iter().find(|input| input.kind == wanted);
    same.or_else(exact).or_else(|| slots.iter().find(fits))
}

fn meets(one: &str, other: &str) -> bool {
    one.is_empty() || other.is_empty() || TypeSet::new(one).meets(&TypeSet::new(other))
}

fn input_kind(tracer: &Tracer<'_>, at: At, input: &str) -> String {
    let slots = tracer.slots(at);
    let slot = slots.iter().find(|slot| slot.name == input);
    slot.map_or_else(|| "*".to_owned(), |slot| slot.kind.to_string())
}

/// The type of an output: the catalogue's, or the file's where that depends on
/// what is linked.
fn output_kind(tracer: &Tracer<'_>, at: At, slot: usize) -> String {
    let node = tracer.places.node(at);
    let defined = tracer.definition(at).and_then(|definition| definition.outputs.get(slot));
    let port = tracer.places.subgraph(at).and_then(|subgraph| subgraph.outputs.get(slot));
    match (port, defined, node.outputs.get(slot)) {
        (Some(port), _, _) => port.kind.clone(),
        (None, Some(defined), _) if !defined.types.is_any() => defined.types.to_string(),
        (None, _, Some(in_file)) => in_file.clone(),
        (None, Some(defined), None) => defined.types.to_string(),
        (None, None, None) => "*".into(),
    }
}
