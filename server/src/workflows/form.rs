//! What the page shows of a workflow.

use std::collections::HashSet;

use comfy::Definitions;
use comfy::definitions::{Choice as Offered, Kind, NodeDefinition};
use comfy::form::results;
use serde_json::Value;
use wire::{
    Choice, Field, FieldKind, Millis, NodeInfo, OpenPolicy, OutputKind, OutputNode, Workflow,
    WorkflowSummary,
};

use super::draft::made_by;
use super::kind::name_of;
use super::language;
use super::published::{FieldSpec, Published};
use super::values::is;

/// Stands under a choice that the backend has nothing for.
const NONE: &str = "The workshop has none yet. Its host can add one.";

impl Published {
    /// Its card in the hall, in the first of these languages that it knows.
    pub fn card(&self, languages: &[&str]) -> WorkflowSummary {
        let mut card = self.about().clone();
        language::translate_card(&mut card, &self.manifest, languages);
        card
    }

    /// [`Published::form`] in the first of these languages that it knows.
    pub fn form_in(
        &self,
        languages: &[&str],
        (definitions, usual_ms): (&[&Definitions], Option<Millis>),
    ) -> Workflow {
        let mut form = self.form(definitions, usual_ms);
        language::translate(&mut form, &self.manifest, languages);
        form
    }

    /// The form as a person sees it now. `definitions` are those of the backends:
    /// without any, choices that come from there have only their default.
    pub fn form(&self, definitions: &[&Definitions], usual_ms: Option<Millis>) -> Workflow {
        Workflow {
            about: self.about().clone(),
            version: self.version(),
            fields: self
                .fields
                .iter()
                .filter(|spec| !spec.closed)
                .map(|spec| spec.shown(definitions))
                .collect(),
            nodes: self.nodes(definitions),
            usual_ms,
            presets: self.manifest.presets.clone(),
            closed: None,
        }
    }

    /// What of its rules is for those who run it to know: neither for whom it is nor what it is made
    /// of. `house_days`: for how many days things are kept where it says nothing.
    pub(crate) fn open_policy(&self, house_days: Option<u32>) -> OpenPolicy {
        let policy = self.policy();
        OpenPolicy {
            max_cost: policy.max_cost,
            at_once: policy.at_once,
            jobs_per_day: policy.jobs_per_day,
            cost_per_day: policy.cost_per_day,
            metadata: policy.metadata,
            keep_days: policy.keep_days.or(house_days),
            format: policy.format,
        }
    }

    /// The nodes whose files a job keeps: those that the host chose, or else those that save, as far
    /// as a backend has said what they are.
    pub(crate) fn output_nodes(&self, definitions: &[&Definitions]) -> Vec<OutputNode> {
        let results = match definitions.first() {
            _ if !self.manifest.results.is_empty() => self.manifest.results.clone(),
            Some(definitions) => results(&self.graph, definitions, Vec::new()),
            None => return Vec::new(),
        };
        let node = |node: String| OutputNode { kind: self.kind_of(&node, definitions), node };
        results.into_iter().map(node).collect()
    }

    /// What a node makes, where a backend knows it or the workflow makes only one thing.
    fn kind_of(&self, node: &str, definitions: &[&Definitions]) -> Option<OutputKind> {
        let class = &self.graph.node(node)?.class_type;
        let known = definitions.iter().find(|all| all.node(class).is_some());
        let only = match self.about().makes.as_slice() {
            [only] => Some(*only),
            _ => None,
        };
        only.or_else(|| Some(made_by(class, known?)))
    }

    fn nodes(&self, definitions: &[&Definitions]) -> Vec<NodeInfo> {
        let order = self.graph.run_order().unwrap_or_default();
        let node = |id: &comfy::NodeId| {
            let node = self.graph.node(id.as_str())?;
            let known = definitions.iter().find_map(|all| all.node(&node.class_type));
            let title = node.title.as_deref().or(known.map(NodeDefinition::title));
            Some(NodeInfo {
                id: id.to_string(),
                title: title.unwrap_or(&node.class_type).to_owned(),
                class: node.class_type.clone(),
            })
        };
        order.into_iter().filter_map(node).collect()
    }
}

impl FieldSpec {
    fn shown(&self, definitions: &[&Definitions]) -> Field {
        let none = self.from.is_some()
            && !definitions.is_empty()
            && self.backend_options(definitions).is_none();
        let help = if none { Some(NONE.to_owned()) } else { self.field.help.clone() };
        Field { kind: self.kind(definitions), help, ..self.field.clone() }
    }

    /// The type with its limits, as the backends at hand have them.
    pub(super) fn kind(&self, definitions: &[&Definitions]) -> FieldKind {
        let FieldKind::Choice { default, options: named } = &self.field.kind else {
            return self.field.kind.clone();
        };
        let Some(options) = self.backend_options(definitions) else {
            return self.field.kind.clone();
        };
        let label = |value: Value| {
            let named = named.iter().find(|named| self.is_narrowed && named.value == value);
            named.cloned().unwrap_or_else(|| choice(value))
        };
        FieldKind::Choice {
            default: available(default, &options),
            options: options.into_iter().map(label).collect(),
        }
    }

    /// Whether the host lets an option of the backends be chosen.
    fn allows(&self, option: &Offered) -> bool {
        let FieldKind::Choice { options, .. } = &self.field.kind else { return true };
        !self.is_narrowed || options.iter().any(|named| is(option, &named.value))
    }

    /// The options that the backends have together, at least one; `None` when the
    /// field's are fixed, when no backend is known, and when none has any (the
    /// default is then shown, and the backend will say what is missing).
    pub(super) fn backend_options(&self, definitions: &[&Definitions]) -> Option<Vec<Value>> {
        let mut seen = HashSet::new();
        let all = self.offered(definitions).filter(|option| seen.insert(*option));
        let all: Vec<_> = all.map(Offered::to_value).collect();
        Some(all).filter(|all| !all.is_empty())
    }

    /// The same, as often as there are backends that have it.
    pub(super) fn offered<'d>(
        &self,
        definitions: &[&'d Definitions],
    ) -> impl Iterator<Item = &'d Offered> {
        let from = self.from.as_ref();
        let of = move |one: &&'d Definitions| Some(options_of(one, from?));
        definitions.iter().filter_map(of).flatten().filter(|option| self.allows(option))
    }
}

/// What an input has to choose from: nothing, if it is no choice.
pub(super) fn options_of<'d>(
    definitions: &'d Definitions,
    (class, input): &(String, String),
) -> &'d [Offered] {
    let input = definitions.node(class).and_then(|node| node.input(input));
    match input.map(|input| &input.kind) {
        Some(Kind::Choice(choice)) => &choice.options,
        _ => &[],
    }
}

/// `default` if the backend has it, else the first that it has.
fn available(default: &Value, options: &[Value]) -> Value {
    let found = options.iter().find(|option| *option == default).or(options.first());
    found.unwrap_or(default).clone()
}

fn choice(value: Value) -> Choice {
    // Models are files: neither their folder nor their ending helps to choose.
    let name = name_of(&value);
    let label = name.rsplit(['/', '\\']).next().unwrap_or(&name);
    let label = label.trim_end_matches(".safetensors").trim_end_matches(".ckpt").to_owned();
    Choice { value, label, thumb: None }
}
