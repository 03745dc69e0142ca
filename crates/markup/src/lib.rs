//! `view!` for the page: Leptos's syntax, and one type for whatever is drawn.
//!
//! Leptos gives every element a type of its own, made of the types of all it holds, and compiles
//! the code that draws it anew for each. That is quick and safe, and most of a page's WebAssembly.
//! This macro reads the same words and writes calls to `crate::dom` of the crate that uses it,
//! where an element is a value: a name, a list of attributes, a list of children. Components are
//! Leptos's own and are called as Leptos calls them.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use rstml::node::{
    KeyedAttribute, KeyedAttributeValue, Node, NodeAttribute, NodeElement, NodeName,
};
use syn::{Expr, spanned::Spanned};

/// Whether what is drawn lies within an `<svg>`, where elements have another namespace.
#[derive(Clone, Copy, PartialEq)]
enum Namespace {
    Html,
    Svg,
}

/// Draws what it is told in Leptos's words. The result is a `crate::dom::Node`.
#[proc_macro]
pub fn view(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    match rstml::parse2(tokens.into()) {
        Ok(nodes) => together(&nodes, Namespace::Html).into(),
        Err(error) => error.to_compile_error().into(),
    }
}

/// Several nodes as one.
fn together(nodes: &[Node], namespace: Namespace) -> TokenStream {
    let nodes: Vec<TokenStream> = nodes.iter().filter_map(|node| child(node, namespace)).collect();
    match nodes.as_slice() {
        [one] => quote! { #one },
        all => quote! { crate::dom::Node::List(::std::vec![#(#all),*]) },
    }
}

/// One node; `None` for what leaves no trace.
fn child(node: &Node, namespace: Namespace) -> Option<TokenStream> {
    let value = match node {
        Node::Comment(_) | Node::Doctype(_) | Node::Custom(_) => return None,
        Node::Fragment(fragment) => return Some(together(&fragment.children, namespace)),
        Node::Element(element) if is_component(element.name()) => {
            return Some(component(element, namespace));
        }
        Node::Element(found) => element(found, namespace),
        Node::Block(block) => quote! { #[allow(unused_braces)] #block },
        Node::Text(text) => {
            let text = &text.value;
            quote! { #text }
        }
        Node::RawText(text) => {
            let text = text.to_string_best();
            quote! { #text }
        }
    };
    Some(quote! { crate::dom::IntoNode::into_node(#value) })
}

/// `Icon` and `stage::Icon` are components, `div` is not.
fn is_component(name: &NodeName) -> bool {
    let NodeName::Path(path) = name else { return false };
    let last = path.path.segments.last();
    last.is_some_and(|last| last.ident.to_string().starts_with(char::is_uppercase))
}

fn element(element: &NodeElement<rstml::Infallible>, namespace: Namespace) -> TokenStream {
    let name = element.name();
    let tag = name.to_string();
    // `use` is a word of Rust's.
    let tag = tag.trim_end_matches('_');
    let namespace = if tag == "svg" { Namespace::Svg } else { namespace };
    let new = match namespace {
        Namespace::Html => quote_spanned! { name.span() => crate::dom::Element::new(#tag) },
        Namespace::Svg => quote_spanned! { name.span() => crate::dom::Element::new_svg(#tag) },
    };
    let attributes = element.attributes().iter().map(attribute);
    let children = element.children.iter().filter_map(|node| child(node, namespace));
    quote! { #new #(#attributes)* #(.child(#children))* }
}

/// The call that adds one attribute.
fn attribute(attribute: &NodeAttribute) -> TokenStream {
    let NodeAttribute::Attribute(attribute) = attribute else {
        let message = "view!: attributes are named: name=value";
        return syn::Error::new(attribute.span(), message).to_compile_error();
    };
    let key = attribute.key.to_string();
    let span = attribute.key.span();
    let value = attribute.value();
    // `class=("name", whether)` and `style=("--name", value)`.
    if let (true, Some(Expr::Tuple(pair))) = (key == "class" || key == "style", value) {
        let (call, parts) = (format_ident!("{key}"), &pair.elems);
        return quote_spanned! { span => .#call(#parts) };
    }
    let value = value.map_or_else(|| quote! { true }, |value| quote! { #value });
    if let Some((kind, name)) = key.split_once(':') {
        let call = match kind {
            "class" | "style" | "prop" => format_ident!("{kind}"),
            "on" => {
                let event = format_ident!("{name}");
                return quote_spanned! { span => .on(::leptos::ev::#event, #value) };
            }
            _ => {
                let message = format!(
                    "view!: `{kind}:` is not known here; class:, style:, prop: and on: are"
                );
                return syn::Error::new(span, message).to_compile_error();
            }
        };
        return quote_spanned! { span => .#call(#name, #value) };
    }
    match key.as_str() {
        "node_ref" => quote_spanned! { span => .node_ref(#value) },
        "inner_html" => quote_spanned! { span => .inner_html(#value) },
        name => quote_spanned! { span => .attribute(#name, #value) },
    }
}

/// The call of a component, as Leptos's own `view!` writes it.
fn component(element: &NodeElement<rstml::Infallible>, namespace: Namespace) -> TokenStream {
    let name = element.name();
    let properties = element.attributes().iter().filter_map(|attribute| match attribute {
        NodeAttribute::Attribute(attribute) if !is_let(attribute) => Some(property(attribute)),
        _ => None,
    });
    let children = (!element.children.is_empty()).then(|| {
        let children = together(&element.children, namespace);
        match element.attributes().iter().find_map(binding) {
            Some(names) => quote! { .children(move |#names| #children) },
            None => {
                quote! { .children(::leptos::children::ToChildren::to_children(move || #children)) }
            }
        }
    });
    quote_spanned! { name.span() =>
        ::leptos::component::component_view(
            #name,
            ::leptos::component::component_props_builder(&#name) #(#properties)* #children .build(),
        )
    }
}

fn property(attribute: &KeyedAttribute) -> TokenStream {
    let name = &attribute.key;
    // `<Icon name/>` is short for `<Icon name=name/>`.
    let value = attribute.value().map_or_else(|| quote! { #name }, |value| quote! { #value });
    quote! { .#name(#value) }
}

/// `let(name)` says what the children are given.
fn is_let(attribute: &KeyedAttribute) -> bool {
    attribute.key.to_string() == "let"
}

fn binding(attribute: &NodeAttribute) -> Option<TokenStream> {
    let NodeAttribute::Attribute(attribute) = attribute else { return None };
    let KeyedAttributeValue::Binding(binding) = &attribute.possible_value else { return None };
    let names = &binding.inputs;
    is_let(attribute).then(|| quote! { #names })
}
