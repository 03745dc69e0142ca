//! What the widgets of a node are set to.
//!
//! A file keeps values by position, over all the widgets that the editor draws
//! for a node: those that are never sent (the mode of a seed, upload buttons)
//! among them. So the definition is walked as the editor walks it, and every
//! widget takes its value from the list, sent or not.

mod scene;
mod special;

use serde_json::Value;

use super::file::{Placed, Stored};
use crate::definitions::{Choice, InputDefinition, Kind, NodeDefinition, Upload};

/// A widget whose value is sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Widget {
    /// The input's name, with dots below a dynamic choice: `format.codec`.
    pub name: String,
    /// What it is set to. `None` when there is nothing to choose from.
    pub value: Option<Value>,
    /// Whether its text is a template: comments are dropped, `{a|b}` is drawn.
    pub template: bool,
}

/// The widgets of a node, set to what is stored or else to their defaults.
pub(crate) fn widgets(definition: &NodeDefinition, node: &Placed) -> Vec<Widget> {
    let stored = without_forced(definition, &node.values);
    Layout::of(definition, node, &stored).widgets
}

/// To which input each of the stored values belongs, those included that are
/// never sent.
pub(crate) fn positions(definition: &NodeDefinition, node: &Placed) -> Vec<String> {
    Layout::of(definition, node, &node.values).positions
}

/// Whether the editor draws a widget for this input, so that it is not merely a
/// socket.
pub(crate) fn has_widget(input: &InputDefinition) -> bool {
    !input.force_input && is_widget(&input.kind)
}

fn is_widget(kind: &Kind) -> bool {
    match kind {
        Kind::Int { .. }
        | Kind::Float { .. }
        | Kind::Bool { .. }
        | Kind::Text { .. }
        | Kind::Choice(_)
        | Kind::DynamicChoice(_) => true,
        Kind::Socket { types, .. } => special::CONTROLS.contains(&types.as_str()),
        Kind::Autogrow(_) | Kind::Match { .. } | Kind::Other(_) => false,
    }
}

/// Whether a hidden widget follows that says how the value changes after a run.
/// Old nodes get one by the name of the input alone; below a dynamic choice it
/// has dots and is no such name.
fn is_stepped(input: &InputDefinition, name: &str) -> bool {
    match &input.kind {
        Kind::Int { seed, .. } => *seed || matches!(name, "seed" | "noise_seed"),
        Kind::Choice(choice) => choice.stepped,
        _ => false,
    }
}

/// Old versions of the editor stored a value also for an input that can only be
/// linked. Such a list is known by its length.
fn without_forced(definition: &NodeDefinition, stored: &Stored) -> Stored {
    let Stored::List(values) = stored else { return stored.clone() };
    let mut forced = Vec::new();
    for input in definition.inputs.iter().filter(|input| is_widget(&input.kind)) {
        forced.push(input.force_input);
        if is_stepped(input, &input.name) {
            forced.push(false);
        }
    }
    if forced.len() != values.len() || !forced.contains(&true) {
        return stored.clone();
    }
    let kept = values.iter().zip(forced).filter(|(_, forced)| !forced);
    Stored::List(kept.map(|(value, _)| value.clone()).collect())
}

/// A walk over a definition and the stored values side by side.
struct Layout<'a> {
    definition: &'a NodeDefinition,
    node: &'a Placed,
    stored: &'a Stored,
    /// The inputs whose values were passed so far; the next value is the one
    /// after them.
    positions: Vec<String>,
    widgets: Vec<Widget>,
}

impl<'a> Layout<'a> {
    fn of(definition: &'a NodeDefinition, node: &'a Placed, stored: &'a Stored) -> Self {
        let (positions, widgets) = (Vec::new(), Vec::new());
        let mut layout = Self { definition, node, stored, positions, widgets };
        layout.walk();
        layout
    }

    fn walk(&mut self) {
        let inputs = &self.definition.inputs;
        let required = inputs.iter().take_while(|input| input.required).count();
        for input in &inputs[..required] {
            self.place(input, "");
        }
        self.after_required();
        for input in &inputs[required..] {
            self.place(input, "");
        }
        self.after_all();
    }

    /// One input of the definition, and what it brings with it.
    fn place(&mut self, input: &InputDefinition, parent: &str) {
        if !has_widget(input) {
            return;
        }
        let name = format!("{parent}{}", input.name);
        if let Kind::Socket { types, .. } = &input.kind {
            return self.place_special(types.as_str(), &name, input);
        }
        let value = self.take(&name, &input.kind);
        let template = matches!(input.kind, Kind::Text { dynamic: true, .. });
        self.widgets.push(Widget { name: name.clone(), value: value.clone(), template });
        if let Kind::DynamicChoice(options) = &input.kind {
            let chosen = value.as_ref().and_then(Value::as_str);
            let option = options.iter().find(|option| Some(&*option.key) == chosen);
            for inner in option.map_or(&[][..], |option| &option.inputs) {
                self.place(inner, &format!("{name}."));
            }
        }
        if is_stepped(input, &name) {
            self.pass(&name);
            // A choice has a filter besides.
            if matches!(input.kind, Kind::Choice(_)) {
                self.pass(&name);
            }
        }
    }

    /// The stored value that is next, or else the default.
    fn take(&mut self, name: &str, kind: &Kind) -> Option<Value> {
        let stored = match self.stored {
            Stored::Named(values) => values.get(name),
            stored => stored.at(self.positions.len()),
        };
        self.pass(name);
        match stored {
            Some(Value::Null) => instead_of_null(kind),
            Some(value) => Some(value.clone()),
            None => default(kind),
        }
    }

    /// Leaves one value behind.
    fn pass(&mut self, name: &str) {
        self.positions.push(name.to_owned());
    }

    /// A widget that the catalogue does not tell of.
    fn push(&mut self, name: &str, value: Value) {
        self.widgets.push(Widget { name: name.into(), value: Some(value), template: false });
    }

    /// What upload buttons keep; they come after the required inputs.
    fn after_required(&mut self) {
        for input in &self.definition.inputs {
            if let Kind::Choice(choice) = &input.kind {
                let kept = match choice.upload {
                    Some(Upload::Image | Upload::Video) => 1,
                    // A player, and the button.
                    Some(Upload::Audio) => 2,
                    Some(Upload::File) | None => 0,
                };
                (0..kept).for_each(|_| self.pass(&input.name));
            }
        }
    }
}

/// What a number, text or choice is when nobody ever set it.
fn default(kind: &Kind) -> Option<Value> {
    kind.default_value().or_else(|| match kind {
        Kind::Int { .. } | Kind::Float { .. } => Some(0.into()),
        Kind::Bool { .. } => Some(false.into()),
        Kind::Text { .. } => Some("".into()),
        _ => None,
    })
}

/// The editor cannot show `null` in a list or a text field; a number stays so.
fn instead_of_null(kind: &Kind) -> Option<Value> {
    match kind {
        Kind::Choice(choice) => choice.options.first().map(Choice::to_value),
        Kind::DynamicChoice(options) => options.first().map(|option| (*option.key).into()),
        Kind::Text { .. } => Some("".into()),
        _ => Some(Value::Null),
    }
}
