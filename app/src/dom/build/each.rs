//! Lists with keys made real.

use leptos::prelude::{Mountable, Owner, Render};
use web_sys::Comment;

use super::{NodeState, comment};
use crate::dom::each::{Items, Key};

/// A list that is real.
pub(crate) struct EachState {
    items: Vec<Item>,
    /// Keeps the place of those to come.
    end: Comment,
}

struct Item {
    key: Key,
    state: NodeState,
    /// Of all that was made to draw it; taken down with it.
    owner: Owner,
}

impl Item {
    fn new(items: &Items, place: usize) -> Self {
        let owner = items.owner.child();
        let state = owner.with(|| (items.draw)(place).build());
        Self { key: items.keys[place], state, owner }
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        self.owner.cleanup();
    }
}

impl EachState {
    pub(super) fn new(items: Items) -> Self {
        let all = (0..items.keys.len()).map(|place| Item::new(&items, place)).collect();
        Self { items: all, end: comment() }
    }

    /// Keeps the items whose keys stay, in the new order.
    pub(super) fn become_(&mut self, items: Items) {
        let mut known = std::mem::take(&mut self.items);
        for (place, key) in items.keys.iter().enumerate() {
            let item = match known.iter().position(|item| item.key == *key) {
                Some(found) => known.remove(found),
                None => Item::new(&items, place),
            };
            self.items.push(item);
        }
        for item in &mut known {
            item.state.unmount();
        }
        self.put_in_order();
    }

    /// Moves only what does not stand before its next already: whatever is moved loses focus.
    fn put_in_order(&mut self) {
        let Some(parent) = self.end.parent_element() else { return };
        let mut next = self.end();
        for item in self.items.iter_mut().rev() {
            if item.state.last().next_sibling().as_ref() != Some(&next) {
                item.state.mount(&parent, Some(&next));
            }
            next = item.state.first();
        }
    }

    pub(super) fn states(&self) -> impl Iterator<Item = &NodeState> {
        self.items.iter().map(|item| &item.state)
    }

    /// Stands behind the last item.
    pub(super) fn end(&self) -> web_sys::Node {
        self.end.clone().into()
    }

    pub(super) fn unmount(&mut self) {
        for item in &mut self.items {
            item.state.unmount();
        }
        self.end.remove();
    }

    pub(super) fn mount(&mut self, parent: &web_sys::Element, marker: Option<&web_sys::Node>) {
        for item in &mut self.items {
            item.state.mount(parent, marker);
        }
        let _ = parent.insert_before(&self.end, marker);
    }
}
