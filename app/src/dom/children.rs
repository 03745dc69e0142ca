//! What stands between the tags of a component.

use std::sync::Arc;

use leptos::children::ToChildren;

use super::Node;

/// Drawn once.
pub(crate) struct Children(Box<dyn FnOnce() -> Node + Send>);

impl Children {
    pub(crate) fn draw(self) -> Node {
        (self.0)()
    }
}

impl<F: FnOnce() -> Node + Send + 'static> ToChildren<F> for Children {
    fn to_children(draw: F) -> Self {
        Self(Box::new(draw))
    }
}

/// Drawn as often as need be.
#[derive(Clone)]
pub(crate) struct ChildrenFn(Arc<dyn Fn() -> Node + Send + Sync>);

impl ChildrenFn {
    pub(crate) fn draw(&self) -> Node {
        (self.0)()
    }
}

impl<F: Fn() -> Node + Send + Sync + 'static> ToChildren<F> for ChildrenFn {
    fn to_children(draw: F) -> Self {
        Self(Arc::new(draw))
    }
}
