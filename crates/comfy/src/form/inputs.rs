//! Finding what the catalogue says of an input.

use crate::definitions::{InputDefinition, Kind, NodeDefinition};
use crate::graph::Node;

/// The definition of the input `name` of a node; below a dynamic choice, that of
/// the option which the node has chosen.
pub(crate) fn find<'d>(
    definition: &'d NodeDefinition,
    node: &Node,
    name: &str,
) -> Option<&'d InputDefinition> {
    let mut input = definition.input(name)?;
    let mut known = input.name.len();
    while let Some(rest) = name.get(known + 1..) {
        let Kind::DynamicChoice(options) = &input.kind else { return None };
        let chosen = node.inputs.get(&name[..known])?.as_str()?;
        let option = options.iter().find(|option| &*option.key == chosen)?;
        let inside = |inner: &&InputDefinition| {
            let left = rest.strip_prefix(&*inner.name);
            left.is_some_and(|left| left.is_empty() || left.starts_with('.'))
        };
        input = option.inputs.iter().find(inside)?;
        known += 1 + input.name.len();
    }
    Some(input)
}
