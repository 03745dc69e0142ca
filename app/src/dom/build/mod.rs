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
    Changing(Drawn),
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
            Self::Changing(draw) => NodeState::Changing(Drawn::new(draw)),
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

/// What is drawn anew whenever what it looks at changes.
///
/// It is patched only by drawing itself again. One that takes another's place starts from nothing:
/// what the other holds belongs to an owner that is cleaned up already.
pub(crate) struct Drawn(RenderEffect<NodeState>);

impl Drawn {
    fn new(mut draw: Box<dyn FnMut() -> Node + Send>) -> Self {
        let draw: Box<dyn FnMut(Option<NodeState>) -> NodeState> = Box::new(move |before| {
            let Some(mut state) = before else { return draw().build() };
            draw().rebuild(&mut state);
            state
        });
        Self(RenderEffect::new(draw))
    }

    fn with<R>(&self, look: impl FnOnce(&mut NodeState) -> R) -> R {
        self.0.with_value_mut(look).expect("it is drawn as soon as it is made")
    }
}

/// The effect's task holds what was drawn until it is polled; effects in there must not run before.
impl Drop for Drawn {
    fn drop(&mut self) {
        drop(self.0.take_value());
    }
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
            Self::Changing(state) => state.with(|state| state.first()),
            Self::Each(state) => state.states().next().map_or_else(|| state.end(), Self::first),
        }
    }

    /// The last of them.
    fn last(&self) -> web_sys::Node {
        match self {
            Self::List(_, comment) => comment.clone().into(),
            Self::Changing(state) => state.with(|state| state.last()),
            Self::Each(state) => state.end(),
            own => own.first(),
        }
    }
}

impl Mountable for NodeState {
    fn unmount(&mut self) {
        match self {
            Self::List(nodes, comment) => {
                nodes.iter_mut().for_each(Mountable::unmount);
                comment.remove();
            }
            Self::Changing(state) => state.with(Mountable::unmount),
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
            Self::Changing(state) => state.with(|state| state.mount(parent, marker)),
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
            Self::Changing(state) => state.with(|state| state.elements()),
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
