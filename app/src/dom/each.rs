//! Lists whose items are known by a key, so that each is drawn once and moved when the order changes.

use std::sync::Arc;

use leptos::prelude::{Owner, component};

use super::{IntoNode, Node};

/// What an item is known by: the number of a thing, and which part of it.
pub(crate) type Key = (u128, u32);

/// The items of a list as it is now.
pub(crate) struct Items {
    pub(super) keys: Vec<Key>,
    /// Draws the item at a place.
    pub(super) draw: Box<dyn Fn(usize) -> Node + Send>,
    /// What items make lives as long as they do, not as long as this order of them.
    pub(super) owner: Owner,
}

/// Draws one node for each item; an item that stays in the list is not drawn again.
#[component]
pub(crate) fn Each<T, I>(
    /// The items; read again when what it looks at changes.
    each: I,
    /// What an item is known by.
    key: fn(&T) -> Key,
    /// Draws an item.
    #[prop(into)]
    children: ChildOf<T>,
) -> Node
where
    T: Clone + Send + Sync + 'static,
    I: Fn() -> Vec<T> + Send + 'static,
{
    let owner = Owner::current().unwrap_or_default();
    (move || {
        let items = each();
        let children = children.clone();
        Node::Each(Box::new(Items {
            keys: items.iter().map(key).collect(),
            draw: Box::new(move |place| (children.0)(items[place].clone())),
            owner: owner.clone(),
        }))
    })
    .into_node()
}

/// What is drawn for an item.
pub(crate) struct ChildOf<T>(Arc<dyn Fn(T) -> Node + Send + Sync>);

impl<T> Clone for ChildOf<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T, F: Fn(T) -> Node + Send + Sync + 'static> From<F> for ChildOf<T> {
    fn from(draw: F) -> Self {
        Self(Arc::new(draw))
    }
}
