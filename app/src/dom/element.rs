//! Elements, before they are real.

use std::borrow::Cow;

use leptos::{
    ev::EventDescriptor, html::ElementType, prelude::NodeRef,
    tachys::html::node_ref::NodeRefContainer,
};
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;

use super::{
    IntoNode, Node,
    value::{IntoValue, Value},
};

/// An element to be. One word, so that handing it from call to call costs no code.
pub(crate) struct Element(pub(super) Box<Parts>);

/// What it is made of.
pub(super) struct Parts {
    pub(super) tag: &'static str,
    pub(super) is_svg: bool,
    pub(super) traits: Vec<Trait>,
    pub(super) children: Vec<Node>,
}

/// Something that an element has.
pub(super) enum Trait {
    Valued(Kind, &'static str, Value),
    On(Cow<'static, str>, Handler),
    /// Told of the real element.
    Known(Known),
    InnerHtml(&'static str),
}

/// Ways to have a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Attribute,
    Class,
    Style,
    /// A property of the JavaScript object, such as what stands in an input now.
    Property,
}

/// Does what is to be done on an event. It never leaves the one thread of a page.
pub(super) type Handler = SendWrapper<Box<dyn FnMut(web_sys::Event)>>;

pub(super) type Known = Box<dyn FnOnce(&web_sys::Element) + Send>;

impl Element {
    pub(crate) fn new(tag: &'static str) -> Self {
        Self::of(tag, false)
    }

    pub(crate) fn new_svg(tag: &'static str) -> Self {
        Self::of(tag, true)
    }

    fn of(tag: &'static str, is_svg: bool) -> Self {
        Self(Box::new(Parts { tag, is_svg, traits: Vec::new(), children: Vec::new() }))
    }

    pub(crate) fn attribute(self, name: &'static str, value: impl IntoValue) -> Self {
        self.valued(Kind::Attribute, name, value.into_value())
    }

    pub(crate) fn class(self, name: &'static str, value: impl IntoValue) -> Self {
        self.valued(Kind::Class, name, value.into_value())
    }

    pub(crate) fn style(self, name: &'static str, value: impl IntoValue) -> Self {
        self.valued(Kind::Style, name, value.into_value())
    }

    pub(crate) fn prop(self, name: &'static str, value: impl IntoValue) -> Self {
        self.valued(Kind::Property, name, value.into_value())
    }

    pub(crate) fn on<E>(self, event: E, mut act: impl FnMut(E::EventType) + 'static) -> Self
    where
        E: EventDescriptor,
        E::EventType: JsCast,
    {
        let act = move |event: web_sys::Event| act(event.unchecked_into());
        self.with(Trait::On(event.name(), SendWrapper::new(Box::new(act))))
    }

    pub(crate) fn node_ref<E: ElementType + 'static>(self, node: NodeRef<E>) -> Self
    where
        NodeRef<E>: NodeRefContainer<E>,
    {
        self.with(Trait::Known(Box::new(move |element| node.load(element))))
    }

    pub(crate) fn inner_html(self, html: &'static str) -> Self {
        self.with(Trait::InnerHtml(html))
    }

    pub(crate) fn child(mut self, child: impl IntoNode) -> Self {
        self.0.children.push(child.into_node());
        self
    }

    fn valued(self, kind: Kind, name: &'static str, value: Value) -> Self {
        self.with(Trait::Valued(kind, name, value))
    }

    fn with(mut self, one: Trait) -> Self {
        self.0.traits.push(one);
        self
    }
}
