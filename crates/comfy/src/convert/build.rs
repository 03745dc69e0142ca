//! The graph, node by node.

use indexmap::IndexMap;
use serde_json::{Number, Value};

use super::document::MAX_BYTES;
use super::file::{EditorFile, Mode};
use super::places::{At, Places};
use super::pretend::Virtual;
use super::trace::{Source, Tracer};
use super::widgets::{Widget, widgets};
use super::{ConvertError, Label, groups, ids, primitives, text, titles};
use crate::definitions::Definitions;
use crate::graph::{Graph, Input, Node, NodeId};

/// Integers that a float holds exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The most bytes that values may come to: a primitive holds one text for any
/// number of nodes, and so does a subgraph.
pub(super) const MAX_SHARED: usize = 2 * MAX_BYTES;

/// Turns the editor's file into the graph that its page would send to a server
/// with these definitions. What the page draws by chance or by the clock is
/// drawn the same every time: the first of `{a|b}`, and dates are left for the
/// server to fill in.
pub fn convert(file: &EditorFile, definitions: &Definitions) -> Result<Conversion, ConvertError> {
    let mut file = file.clone();
    groups::become_subgraphs(&mut file, definitions)?;
    ids::make_unique(&mut file);
    primitives::become_inputs(&mut file, definitions);
    let tracer = Tracer { places: Places::unfold(&file)?, definitions };
    let mut graph = Graph::default();
    let mut shared = SharedBy::new();
    let mut room = MAX_SHARED;
    for at in tracer.order() {
        if let Some(node) = tracer.build(at, &mut shared)? {
            let size = node.inputs.values().filter_map(Input::as_value).map(weight).sum();
            room = room.checked_sub(size).ok_or(ConvertError::TooMuch { limit: MAX_SHARED })?;
            graph.nodes.insert(tracer.places.id(at).into(), node);
        }
    }
    drop_dead_links(&mut graph);
    graph.run_order()?;
    let shared = shared.into_iter().map(|((at, widget), inputs)| Shared {
        node: tracer.places.id(at),
        title: tracer.places.node(at).title.clone(),
        widget,
        inputs,
    });
    Ok(Conversion { graph, shared: shared.collect() })
}

/// Every node of the file that would be sent and is of a class which is not in
/// these definitions: all of them, where [`convert`] stops at the first.
pub fn strangers(file: &EditorFile, definitions: &Definitions) -> Result<Vec<Label>, ConvertError> {
    let tracer = Tracer { places: Places::unfold(file)?, definitions };
    let is_strange = |at: &At| {
        let node = tracer.places.node(*at);
        let known = tracer.definition(*at).is_some() || Virtual::of(&node.class).is_some();
        node.mode == Mode::Active && !known && !groups::is_group(node)
    };
    Ok(tracer.order().into_iter().filter(is_strange).map(|at| tracer.places.label(at)).collect())
}

/// What became of an editor's file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conversion {
    /// What the server runs.
    pub graph: Graph,
    /// The values that stood outside of the nodes which take them.
    pub shared: Vec<Shared>,
}

/// One value of the file that went to inputs of other nodes: a primitive's, or
/// one that the node of a subgraph holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// The id of the node that holds it, which is not part of the graph.
    pub node: String,
    /// What that node is called, if it has a name of its own.
    pub title: Option<String>,
    /// `value` of a primitive, or the name of the subgraph's input.
    pub widget: String,
    /// The nodes and their inputs that got it.
    pub inputs: Vec<(NodeId, String)>,
}

/// By the node that holds a value, and its widget.
type SharedBy = IndexMap<(At, String), Vec<(NodeId, String)>>;

impl Tracer<'_> {
    /// Every node in the order of the file, those of a subgraph in its place.
    fn order(&self) -> Vec<At> {
        let mut order = Vec::new();
        let mut open = vec![(0, 0)];
        while let Some((place, node)) = open.pop() {
            let here = &self.places.all[place];
            if node == here.scope.nodes.len() {
                continue;
            }
            open.push((place, node + 1));
            match here.children.get(&node) {
                Some(&child) => open.push((child, 0)),
                None => order.push(At { place, node }),
            }
        }
        order
    }

    /// The node as it is sent. `None` for what is not.
    fn build(&self, at: At, shared: &mut SharedBy) -> Result<Option<Node>, ConvertError> {
        let placed = self.places.node(at);
        if placed.mode != Mode::Active || Virtual::of(&placed.class).is_some() {
            return Ok(None);
        }
        if self.places.subgraph(at).is_some() {
            return Ok(None);
        }
        let Some(definition) = self.definition(at) else {
            return Err(ConvertError::UnknownClass(self.places.label(at)));
        };
        let mut node = Node::new(placed.class.clone());
        let title = placed.title.as_deref().unwrap_or_else(|| titles::of(definition));
        node.title = Some(title.into());
        let widgets = widgets(definition, placed);
        self.set_widgets(at, &mut node, &widgets);
        self.set_links(at, &mut node, &widgets, shared)?;
        Ok(Some(node))
    }

    fn set_widgets(&self, at: At, node: &mut Node, widgets: &[Widget]) {
        let id = &self.places.node(at).id;
        let promoted = &self.places.place(at).promoted;
        for widget in widgets {
            let value = match promoted.widget(id, &widget.name) {
                Some(value) => Some(tidy(value.clone())),
                None => widget.value.clone().map(|value| self.own(at, widget, value)),
            };
            node.inputs.extend(value.map(|value| (widget.name.clone(), Input::of(value))));
        }
    }

    fn set_links(
        &self,
        at: At,
        node: &mut Node,
        widgets: &[Widget],
        shared: &mut SharedBy,
    ) -> Result<(), ConvertError> {
        let mut share = |at: At, widget: &str, input: &str, to: String| {
            let inputs = shared.entry((at, widget.to_owned())).or_default();
            inputs.push((to.into(), input.to_owned()));
        };
        for slot in self.slots(at) {
            let Some(link) = slot.link else { continue };
            let input = match self.source(at, &slot, link)? {
                Source::Output { at, slot } => Input::link(self.places.id(at), slot as u32),
                Source::Port { value, at: holder, port } => {
                    let port = &self.slots(holder)[port];
                    share(holder, port.name, slot.name, self.places.id(at));
                    Input::of(tidy(value))
                }
                Source::Primitive { value, at: holder } => {
                    let widget = widgets.iter().find(|widget| widget.name == slot.name);
                    let Some(widget) = widget else { continue };
                    share(holder, "value", slot.name, self.places.id(at));
                    Input::of(self.own(at, widget, value))
                }
                Source::Nothing => continue,
            };
            node.inputs.insert(slot.name.to_owned(), input);
        }
        Ok(())
    }

    /// A widget's own value as it is sent.
    fn own(&self, at: At, widget: &Widget, value: Value) -> Value {
        let Value::String(text) = &value else { return tidy(value) };
        if widget.template {
            return text::expand(text).into();
        }
        let class = &self.places.node(at).class;
        if widget.name == "filename_prefix" && class.contains("Save") && text.contains('%') {
            return text::file_name(text, |node, widget| self.text_of(at, node, widget)).into();
        }
        value
    }

    /// What a widget of a node beside `at` is set to, as part of a file's name.
    fn text_of(&self, at: At, name: &str, widget: &str) -> Option<String> {
        // The nodes beside it, and those of the file.
        let nodes = |place: usize| self.places.all[place].scope.nodes.values();
        let named = |node: &&super::file::Placed| {
            node.property("Node name for S&R") == Some(name) || node.title.as_deref() == Some(name)
        };
        let node = nodes(at.place).chain(nodes(0)).find(named)?;
        let widgets = widgets(self.definitions.node(&node.class)?, node);
        let value = widgets.into_iter().find(|known| known.name == widget)?.value?;
        let text = value.as_str().map_or_else(|| tidy(value.clone()).to_string(), Into::into);
        Some(text.replace(['/', '?', '<', '>', '\\', ':', '*', '|', '"'], "_"))
    }
}

/// About how many bytes a value takes.
pub(super) fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weight).sum::<usize>() + 8,
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| name.len() + weight(value)).sum::<usize>() + 8
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
    }
}

/// Numbers as the page writes them: an integer where it is one.
fn tidy(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(tidy_number(number)),
        Value::Array(items) => items.into_iter().map(tidy).collect(),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, tidy(value))).collect())
        }
        other => other,
    }
}

fn tidy_number(number: Number) -> Number {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= EXACT => {
            (float as i64).into()
        }
        _ => number,
    }
}

/// Links to nodes that are not part of the graph are no links.
fn drop_dead_links(graph: &mut Graph) {
    let known: std::collections::HashSet<NodeId> = graph.nodes.keys().cloned().collect();
    for node in graph.nodes.values_mut() {
        node.inputs.retain(|_, input| match input {
            Input::Link { node, .. } => known.contains(node),
            Input::Value(_) | Input::Wrapped(_) => true,
        });
    }
}
