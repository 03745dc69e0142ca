//! Where a link comes from once everything that is not sent is gone.

use serde_json::Value;

use super::ConvertError;
use super::file::{Mode, Wire};
use super::places::{At, Places};
use super::pretend::Virtual;
use super::sockets::{self, Slot};
use super::widgets::widgets;
use crate::definitions::{Definitions, NodeDefinition, TypeSet};

/// How many nodes a link may pass through. Real ones pass a handful.
const MAX_HOPS: usize = 2_000;

/// What feeds an input.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    /// A node of the graph.
    Output { at: At, slot: usize },
    /// A value that the node of a subgraph holds for its input `port`; sent as it
    /// is.
    Port { value: Value, at: At, port: usize },
    /// A value from a primitive; the input treats it as its own.
    Primitive { value: Value, at: At },
    /// Nothing after all: what fed it is muted, or never was.
    Nothing,
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

    /// What feeds the input `slot` of a node, which the link `link` leads to.
    pub(super) fn source(
        &self,
        at: At,
        slot: &Slot<'a>,
        link: i64,
    ) -> Result<Source, ConvertError> {
        let walk = Walk { tracer: self, wanted: &slot.kind };
        let mut step = Step::Link { at, input: slot.name, link };
        for hop in 0..MAX_HOPS {
            step = match step {
                // A primitive gives its value to what it is linked to itself.
                Step::Arrived(Source::Primitive { .. }) if hop > 1 => return Ok(Source::Nothing),
                Step::Arrived(source) => return Ok(source),
                Step::Link { at, input, link } => walk.link(at, input, link)?,
            };
        }
        Err(ConvertError::Loop(self.places.label(at)))
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

/// Where one is after following a link.
enum Step<'a> {
    Arrived(Source),
    /// At an input that is fed by another link.
    Link {
        at: At,
        input: &'a str,
        link: i64,
    },
}

/// Following links from one input.
struct Walk<'t, 'a> {
    tracer: &'t Tracer<'a>,
    /// The types that the input takes.
    wanted: &'t str,
}

impl<'a> Walk<'_, 'a> {
    /// Follows the link that feeds `input` of the node `at`.
    fn link(&self, at: At, input: &str, link: i64) -> Result<Step<'a>, ConvertError> {
        let places = &self.tracer.places;
        let place = places.place(at);
        let nowhere =
            || ConvertError::LinkToNowhere { node: places.label(at), input: input.into(), link };
        let wire = place.scope.links.get(&link).ok_or_else(nowhere)?;
        self.origin(at.place, wire).ok_or_else(nowhere)
    }

    /// From a link to what it comes from. `None` if that does not exist.
    fn origin(&self, place: usize, wire: &Wire) -> Option<Step<'a>> {
        let here = &self.tracer.places.all[place];
        match (here.subgraph, here.parent) {
            (Some(subgraph), Some(parent)) if wire.from == subgraph.entry => {
                Some(self.enter(place, parent, wire.slot))
            }
            _ => Some(self.output(self.tracer.places.find(place, &wire.from)?, wire.slot)),
        }
    }

    /// From a subgraph's input to what its node is given there.
    fn enter(&self, place: usize, parent: At, port: usize) -> Step<'a> {
        let slots = self.tracer.slots(parent);
        Step::Arrived(match slots.get(port) {
            Some(&Slot { name, link: Some(link), .. }) => {
                return Step::Link { at: parent, input: name, link };
            }
            Some(_) => match self.tracer.port_value(place, port) {
                Some(value) => Source::Port { value, at: parent, port },
                None => Source::Nothing,
            },
            None => Source::Nothing,
        })
    }

    /// From an output of a node to what computes it.
    fn output(&self, at: At, slot: usize) -> Step<'a> {
        let places = &self.tracer.places;
        let node = places.node(at);
        let kind = Virtual::of(&node.class);
        if kind == Some(Virtual::Primitive) {
            return Step::Arrived(match node.values.at(0).cloned() {
                Some(value) => Source::Primitive { value, at },
                None => Source::Nothing,
            });
        }
        match node.mode {
            Mode::Muted => return Step::Arrived(Source::Nothing),
            Mode::Bypassed => return self.bypass(at, slot),
            Mode::Active => {}
        }
        match kind {
            Some(Virtual::Get) => return self.heard(at),
            Some(_) => return self.only_link(at),
            None => {}
        }
        match places.place(at).children.get(&at.node) {
            Some(&child) => self.leave(child, slot),
            None => Step::Arrived(Source::Output { at, slot }),
        }
    }

    /// What only passes something on has one link.
    fn only_link(&self, at: At) -> Step<'a> {
        let slots = self.tracer.slots(at);
        follow(at, slots.iter().find(|slot| slot.link.is_some()))
    }

    /// From a node that hears to the one that says the same name, beside it or
    /// around it.
    fn heard(&self, at: At) -> Step<'a> {
        let places = &self.tracer.places;
        let name = places.node(at).values.at(0);
        let mut place = Some(at.place);
        while let Some(here) = place {
            let said = places.all[here].scope.nodes.values().position(|node| {
                Virtual::of(&node.class) == Some(Virtual::Set) && node.values.at(0) == name
            });
            if let Some(node) = said {
                return self.only_link(At { place: here, node });
            }
            place = places.all[here].parent.map(|at| at.place);
        }
        Step::Arrived(Source::Nothing)
    }

    /// From an output of a subgraph's node to the node within.
    fn leave(&self, child: usize, slot: usize) -> Step<'a> {
        let place = &self.tracer.places.all[child];
        let port = place.subgraph.and_then(|subgraph| subgraph.outputs.get(slot));
        let wire =
            port.and_then(|port| port.links.iter().find_map(|link| place.scope.links.get(link)));
        wire.and_then(|wire| self.origin(child, wire)).unwrap_or(Step::Arrived(Source::Nothing))
    }

    /// A bypassed node passes on an input in place of an output.
    fn bypass(&self, at: At, slot: usize) -> Step<'a> {
        let slots = self.tracer.slots(at);
        let output = output_kind(self.tracer, at, slot);
        follow(at, passed_on(&slots, slot, &output, self.wanted))
    }
}

/// On to what feeds an input, if anything does.
fn follow<'a>(at: At, slot: Option<&Slot<'a>>) -> Step<'a> {
    match slot {
        Some(&Slot { name, link: Some(link), .. }) => Step::Link { at, input: name, link },
        _ => Step::Arrived(Source::Nothing),
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
