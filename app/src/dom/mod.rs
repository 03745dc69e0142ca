//! What is drawn, as values: [`Node`]s, which hold [`Element`]s, which hold nodes.
//!
//! `view!` writes calls to this module. Read in this order: this file says what can be drawn and
//! what can stand for it, `value` what an attribute can be, `element` puts elements together,
//! `children` and `each` are what components are given and lists, `build` makes nodes real and keeps
//! them current, `html` writes them out where there is no browser.
//! Components, their properties and their mounting are Leptos's own: to it a node is a view.

mod build;
mod children;
mod each;
mod element;
mod html;
mod value;

use std::borrow::Cow;

pub(crate) use children::{Children, ChildrenFn};
pub(crate) use each::{Each, Key};
pub(crate) use element::Element;
pub(crate) use markup::view;

use crate::reactive::{Memo, RwSignal};

/// Something that is drawn.
pub(crate) enum Node {
    Nothing,
    Text(Cow<'static, str>),
    Element(Element),
    /// One after the other.
    List(Vec<Node>),
    /// Drawn anew when what it looks at changes.
    Changing(Box<dyn FnMut() -> Node + Send>),
    /// One for each item of a list.
    Each(Box<each::Items>),
}

/// What can stand for a node.
pub(crate) trait IntoNode {
    fn into_node(self) -> Node;
}

impl IntoNode for Node {
    fn into_node(self) -> Node {
        self
    }
}

impl IntoNode for Element {
    fn into_node(self) -> Node {
        Node::Element(self)
    }
}

impl IntoNode for &'static str {
    fn into_node(self) -> Node {
        Node::Text(Cow::Borrowed(self))
    }
}

impl IntoNode for String {
    fn into_node(self) -> Node {
        Node::Text(Cow::Owned(self))
    }
}

macro_rules! numbers {
    ($($number:ty),*) => { $(
        impl IntoNode for $number {
            fn into_node(self) -> Node {
                self.to_string().into_node()
            }
        }
    )* };
}

numbers!(u64, usize);

impl<T: IntoNode> IntoNode for Option<T> {
    fn into_node(self) -> Node {
        self.map_or(Node::Nothing, IntoNode::into_node)
    }
}

impl<T: IntoNode> IntoNode for Vec<T> {
    fn into_node(self) -> Node {
        Node::List(self.into_iter().map(IntoNode::into_node).collect())
    }
}

impl FromIterator<Node> for Node {
    fn from_iter<I: IntoIterator<Item = Node>>(nodes: I) -> Self {
        Self::List(nodes.into_iter().collect())
    }
}

impl<T: IntoNode, F: FnMut() -> T + Send + 'static> IntoNode for F {
    fn into_node(mut self) -> Node {
        Node::Changing(Box::new(move || self().into_node()))
    }
}

macro_rules! signals {
    ($($signal:ident),*) => { $(
        impl<T: IntoNode + Clone + Send + Sync + 'static> IntoNode for $signal<T> {
            fn into_node(self) -> Node {
                (move || self.get()).into_node()
            }
        }
    )* };
}

signals!(Memo, RwSignal);
