//! A workflow as it is worked on: the draft, the form that it makes, and what else it could ask for.

use std::sync::Arc;

use comfy::definitions::NodeDefinition;
use comfy::{Definitions, Graph};
use wire::studio::{Bench, NodeInputs, OpenInput};

use super::{draft_of, entry, problems, would_be};
use crate::db::{Content, WorkflowRow};
use crate::workflows::draft;

/// Everything that the form editor shows.
pub(super) fn bench(
    row: &WorkflowRow,
    (content, shown): (Content, Option<Content>),
    definitions: &[Arc<Definitions>],
) -> Bench {
    let known: Vec<&Definitions> = definitions.iter().map(AsRef::as_ref).collect();
    let form = would_be(&content).ok().map(|published| published.form(&known, None));
    let problems = problems::find(&content, definitions);
    let of_shown =
        shown.map_or_else(|| problems.clone(), |shown| problems::find(&shown, definitions));
    Bench {
        form,
        problems,
        nodes: nodes(&content, &known),
        entry: entry(row, (&content, of_shown)),
        draft: draft_of(content, row.revision),
    }
}

/// Every input that could be a field, by the catalogue that knows most of the graph.
fn nodes(content: &Content, definitions: &[&Definitions]) -> Vec<NodeInputs> {
    let Ok(graph) = Graph::parse(&content.graph) else { return Vec::new() };
    let nothing = Definitions::default();
    let known = definitions
        .iter()
        .max_by_key(|all| graph.classes().filter(|class| all.node(class).is_some()).count());
    let known = known.copied().unwrap_or(&nothing);
    let inputs = |(id, fields): (comfy::NodeId, Vec<comfy::form::Field>)| {
        let node = graph.node(id.as_str())?;
        let definition = known.node(&node.class_type);
        let title = node.title.as_deref().or(definition.map(NodeDefinition::title));
        let open = |field: &comfy::form::Field| {
            let targets: Vec<_> = field.kind.targets().map(|one| one.input.clone()).collect();
            OpenInput { input: targets.join(", "), field: draft::field(field) }
        };
        Some(NodeInputs {
            title: title.unwrap_or(&node.class_type).to_owned(),
            class: node.class_type.clone(),
            saves: definition.is_some_and(|definition| definition.output_node),
            inputs: fields.iter().map(open).collect(),
            id: id.to_string(),
        })
    };
    comfy::form::every_input(&graph, known).into_iter().filter_map(inputs).collect()
}
