//! Elements made real.

use std::borrow::Cow;

use leptos::prelude::{Mountable, Owner, Render, RenderEffect, document};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

use super::NodeState;
use crate::dom::{
    element::{Element, Handler, Kind, Trait},
    value::Value,
};

const SVG: &str = "http://www.w3.org/2000/svg";

/// An element that is real.
pub(crate) struct ElementState {
    node: web_sys::Element,
    tag: &'static str,
    traits: Vec<TraitState>,
    children: Vec<NodeState>,
}

/// What an element has, for as long as it has it.
enum TraitState {
    Fixed(Kind, &'static str),
    Changing(
        Kind,
        &'static str,
        #[expect(dead_code, reason = "runs for as long as it is held")] RenderEffect<()>,
    ),
    On(Listener),
    Known,
    InnerHtml(&'static str),
}

impl ElementState {
    pub(super) fn new(Element(element): Element) -> Self {
        let node = create(element.tag, element.is_svg);
        let traits = element.traits.into_iter().map(|one| TraitState::new(&node, one)).collect();
        let mut children: Vec<NodeState> =
            element.children.into_iter().map(Render::build).collect();
        for child in &mut children {
            child.mount(&node, None);
        }
        Self { node, tag: element.tag, traits, children }
    }

    pub(super) fn node(&self) -> &web_sys::Element {
        &self.node
    }

    /// It can become the other by changing values.
    pub(super) fn is_like(&self, Element(other): &Element) -> bool {
        self.tag == other.tag
            && self.children.len() == other.children.len()
            && self.traits.len() == other.traits.len()
            && self.traits.iter().zip(&other.traits).all(|(own, other)| own.is_like(other))
    }

    pub(super) fn become_(&mut self, Element(other): Element) {
        for (known, new) in self.traits.iter_mut().zip(other.traits) {
            *known = TraitState::new(&self.node, new);
        }
        for (known, new) in self.children.iter_mut().zip(other.children) {
            new.rebuild(known);
        }
    }
}

fn create(tag: &str, is_svg: bool) -> web_sys::Element {
    let created = if is_svg {
        document().create_element_ns(Some(SVG), tag)
    } else {
        document().create_element(tag)
    };
    created.expect("tags are written in the source, and are names")
}

impl TraitState {
    fn new(node: &web_sys::Element, one: Trait) -> Self {
        match one {
            Trait::Valued(kind, name, Value::Changing(mut value)) => {
                let node = node.clone();
                let set = move |_: Option<()>| set(&node, kind, name, value());
                let set: Box<dyn FnMut(Option<()>)> = Box::new(set);
                Self::Changing(kind, name, RenderEffect::new(set))
            }
            Trait::Valued(kind, name, value) => {
                set(node, kind, name, value);
                Self::Fixed(kind, name)
            }
            Trait::On(event, handler) => Self::On(Listener::new(node, event, handler)),
            Trait::Known(tell) => {
                tell(node);
                Self::Known
            }
            Trait::InnerHtml(html) => {
                node.set_inner_html(html);
                Self::InnerHtml(html)
            }
        }
    }

    fn is_like(&self, other: &Trait) -> bool {
        match (self, other) {
            (
                Self::Fixed(kind, name) | Self::Changing(kind, name, _),
                Trait::Valued(other, named, _),
            ) => kind == other && name == named,
            (Self::On(listener), Trait::On(event, _)) => listener.event == *event,
            (Self::InnerHtml(html), Trait::InnerHtml(other)) => html == other,
            (Self::Known, Trait::Known(_)) => true,
            _ => false,
        }
    }
}

/// Gives a value to the real element. The browser refuses nothing that stands in the source.
fn set(node: &web_sys::Element, kind: Kind, name: &'static str, value: Value) {
    match kind {
        Kind::Attribute => set_attribute(node, name, value),
        Kind::Class => {
            let _ = node.class_list().toggle_with_force(name, matches!(value, Value::Flag(true)));
        }
        Kind::Style => {
            let style = node.unchecked_ref::<web_sys::HtmlElement>().style();
            let _ = match value {
                Value::Text(text) => style.set_property(name, &text),
                _ => style.remove_property(name).map(drop),
            };
        }
        Kind::Property => {
            let value = match value {
                Value::Text(text) => JsValue::from_str(&text),
                Value::Flag(flag) => JsValue::from_bool(flag),
                Value::Absent | Value::Changing(_) => JsValue::UNDEFINED,
            };
            let _ = js_sys::Reflect::set(node, &JsValue::from_str(name), &value);
        }
    }
}

fn set_attribute(node: &web_sys::Element, name: &str, value: Value) {
    let text = match value {
        Value::Text(text) => text,
        Value::Flag(true) => Cow::Borrowed(""),
        Value::Flag(false) | Value::Absent | Value::Changing(_) => {
            let _ = node.remove_attribute(name);
            return;
        }
    };
    // Setting `src` to what it is loads a picture anew.
    if node.get_attribute(name).as_deref() != Some(&*text) {
        let _ = node.set_attribute(name, &text);
    }
}

/// Listens for as long as it lives.
struct Listener {
    node: web_sys::Element,
    event: Cow<'static, str>,
    heard: Closure<dyn FnMut(web_sys::Event)>,
}

impl Listener {
    fn new(node: &web_sys::Element, event: Cow<'static, str>, handler: Handler) -> Self {
        let owner = Owner::current().unwrap_or_default();
        let mut handler = handler.take();
        let heard = move |event| owner.with(|| handler(event));
        let heard = Closure::<dyn FnMut(web_sys::Event)>::new(heard);
        let _ = node.add_event_listener_with_callback(&event, heard.as_ref().unchecked_ref());
        Self { node: node.clone(), event, heard }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let heard = self.heard.as_ref().unchecked_ref();
        let _ = self.node.remove_event_listener_with_callback(&self.event, heard);
    }
}
