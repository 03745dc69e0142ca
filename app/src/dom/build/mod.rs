//! Nodes made real, and kept current.
//!
//! What is drawn anew is compared with what is there: an element of the same shape is changed in
//! place, so that focus, scroll and pictures already loaded stay, and anything else is replaced.
//! This is also where nodes are views to Leptos, so that its components and its mounting take them.

mod each;
mod element;
#[cfg(all(test, target_arch = "wasm32"))]
mod tests;

use leptos::{
    prelude::{AddAnyAttr, Mountable, Render, RenderEffect, RenderHtml},
    tachys::{
        html::attribute::any_attribute::AnyAttribute,
        hydration::Cursor,
        view::{Position, PositionState},
    },
};
use web_sys::{Comment, Text};

use super::Node;
use each::EachState;
use element::ElementState;

/// A node that is real.
pub(crate) enum NodeState {
    /// Keeps the place.
    Nothing(Comment),
    Text(Text, std::borrow::Cow<'static, str>),
    Element(Box<ElementState>),
    /// The comment keeps the place of those to come.
    List(Vec<NodeState>, Comment),
    Changing(RenderEffect<NodeState>),
    Each(EachState),
}

impl Render for Node {
    type State = NodeState;

    fn build(self) -> NodeState {
        match self {
            Self::Nothing => NodeState::Nothing(comment()),
            Self::Text(text) => {
                NodeState::Text(leptos::prelude::document().create_text_node(&text), text)
            }
            Self::Element(element) => NodeState::Element(Box::new(ElementState::new(element))),
            Self::List(nodes) => {
                NodeState::List(nodes.into_iter().map(Render::build).collect(), comment())
            }
            Self::Changing(draw) => NodeState::Changing(changing(draw, None)),
            Self::Each(items) => NodeState::Each(EachState::new(*items)),
        }
    }

    fn rebuild(self, state: &mut NodeState) {
        match (self, &mut *state) {
            (Self::Nothing, NodeState::Nothing(_)) => {}
            (Self::Text(text), NodeState::Text(node, known)) => {
                if *known != text {
                    node.set_data(&text);
                    *known = text;
                }
            }
            (Self::Element(element), NodeState::Element(known)) if known.is_like(&element) => {
                known.become_(element);
            }
            (Self::List(nodes), NodeState::List(known, _)) if nodes.len() == known.len() => {
                for (node, known) in nodes.into_iter().zip(known) {
                    node.rebuild(known);
                }
            }
            (Self::Changing(draw), NodeState::Changing(known)) => {
                *known = changing(draw, known.take_value());
            }
            (Self::Each(items), NodeState::Each(known)) => known.become_(*items),
            (node, _) => {
                let mut new = node.build();
                state.insert_before_this(&mut new);
                state.unmount();
                *state = new;
            }
        }
    }
}

/// Draws now, in place of `before`, and again whenever what is looked at changes.
fn changing(
    mut draw: Box<dyn FnMut() -> Node + Send>,
    before: Option<NodeState>,
) -> RenderEffect<NodeState> {
    let draw = move |before: Option<NodeState>| match before {
        Some(mut state) => {
            draw().rebuild(&mut state);
            state
        }
        None => draw().build(),
    };
    RenderEffect::new_with_value(draw, before)
}

fn comment() -> Comment {
    leptos::prelude::document().create_comment("")
}

impl NodeState {
    /// The one node of the document that it is; lists have several.
    fn own(&self) -> Option<&web_sys::Node> {
        match self {
            Self::Nothing(comment) => Some(comment),
            Self::Text(text, _) => Some(text),
            Self::Element(element) => Some(element.node()),
            Self::List(..) | Self::Changing(_) | Self::Each(_) => None,
        }
    }

    /// The first node of the document that belongs to it.
    fn first(&self) -> web_sys::Node {
        match self {
            Self::Nothing(comment) => comment.clone().into(),
            Self::Text(text, _) => text.clone().into(),
            Self::Element(element) => element.node().clone().into(),
            Self::List(nodes, comment) => {
                nodes.first().map_or_else(|| comment.clone().into(), Self::first)
            }
            Self::Changing(state) => within(state, Self::first),
            Self::Each(state) => state.states().next().map_or_else(|| state.end(), Self::first),
        }
    }

    /// The last of them.
    fn last(&self) -> web_sys::Node {
        match self {
            Self::List(_, comment) => comment.clone().into(),
            Self::Changing(state) => within(state, Self::last),
            Self::Each(state) => state.end(),
            own => own.first(),
        }
    }
}

/// Looks into what is drawn anew.
fn within<R>(state: &RenderEffect<NodeState>, look: impl FnOnce(&NodeState) -> R) -> R {
    state.with_value_mut(|state| look(state)).expect("it is drawn as soon as it is made")
}

impl Mountable for NodeState {
    fn unmount(&mut self) {
        match self {
            Self::List(nodes, comment) => {
                nodes.iter_mut().for_each(Mountable::unmount);
                comment.remove();
            }
            Self::Changing(state) => state.unmount(),
            Self::Each(state) => state.unmount(),
            own => {
                if let Some((node, parent)) =
                    own.own().and_then(|node| Some((node, node.parent_node()?)))
                {
                    let _ = parent.remove_child(node);
                }
            }
        }
    }

    fn mount(&mut self, parent: &web_sys::Element, marker: Option<&web_sys::Node>) {
        match self {
            Self::List(nodes, comment) => {
                for node in nodes {
                    node.mount(parent, marker);
                }
                let _ = parent.insert_before(comment, marker);
            }
            Self::Changing(state) => state.mount(parent, marker),
            Self::Each(state) => state.mount(parent, marker),
            own => {
                if let Some(node) = own.own() {
                    let _ = parent.insert_before(node, marker);
                }
            }
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let first = self.first();
        let parent = first.parent_element();
        if let Some(parent) = &parent {
            child.mount(parent, Some(&first));
        }
        parent.is_some()
    }

    fn elements(&self) -> Vec<web_sys::Element> {
        match self {
            Self::Element(element) => vec![element.node().clone()],
            Self::List(nodes, _) => nodes.iter().flat_map(Mountable::elements).collect(),
            Self::Changing(state) => state.elements(),
            Self::Each(state) => state.states().flat_map(Mountable::elements).collect(),
            Self::Nothing(_) | Self::Text(..) => Vec::new(),
        }
    }
}

impl RenderHtml for Node {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        html: &mut String,
        _: &mut Position,
        _: bool,
        _: bool,
        _: Vec<AnyAttribute>,
    ) {
        self.write(html);
    }

    /// Nothing comes drawn from the server: it is drawn here.
    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> NodeState {
        self.build()
    }

    fn into_owned(self) -> Self {
        self
    }
}

/// Leptos adds attributes to a view from outside; nobody here does.
impl AddAnyAttr for Node {
    type Output<A: leptos::attr::Attribute> = Self;

    fn add_any_attr<A: leptos::attr::Attribute>(self, _: A) -> Self {
        self
    }
}
