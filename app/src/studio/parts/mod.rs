//! What the pages about people are made of: sections, lists that are fetched, forms, and acts that ask first.

pub(super) mod doing;
pub(super) mod form;
pub(super) mod once;
pub(super) mod said;
pub(super) mod sure;

use std::future::Future;

use leptos::prelude::*;

use super::Guarded;
use crate::{
    api::Error,
    components::trouble::Trouble,
    dom::{Children, IntoNode, Node, view},
    fetch::{Fetched, use_fetch},
    i18n::t as words,
    reactive::RwSignal,
};

/// A section with its heading, which takes the focus when something in it goes away.
#[component]
pub(super) fn Part(
    /// Of the heading.
    id: &'static str,
    #[prop(into)] title: String,
    /// A sentence below it.
    #[prop(optional, into)]
    why: Option<String>,
    /// Beside the heading.
    #[prop(optional)]
    act: Option<Node>,
    children: Children,
) -> Node {
    view! {
        <section class="part" aria-labelledby=id>
            <div class="part__head">
                <h2 id=id tabindex="-1">{title}</h2>
                {act}
            </div>
            {why.map(|why| view! { <p class="part__why">{why}</p> })}
            {children.draw()}
        </section>
    }
}

/// One thing of a list: what it is, more of it, and what can be done with it.
#[component]
pub(super) fn Row(
    #[prop(into)] name: Node,
    #[prop(into)] facts: Node,
    /// Buttons.
    children: Children,
) -> Node {
    view! {
        <li class="row">
            <div class="row__main">
                <b>{name}</b>
                <small>{facts}</small>
            </div>
            {children.draw()}
        </li>
    }
}

/// Says that there is nothing in a list.
pub(super) fn nothing(words: &'static str) -> Node {
    view! { <p class="quiet">{words}</p> }
}

/// Makes a list be fetched again.
#[derive(Clone, Copy)]
pub(super) struct Again(RwSignal<u32>);

impl Again {
    pub(super) fn new() -> Self {
        Self(RwSignal::new(0))
    }

    pub(super) fn now(self) {
        self.0.update(|times| *times += 1);
    }

    /// Looks at it, and again whenever it is said.
    pub(super) fn track(self) {
        self.0.see(|_| ());
    }
}

/// Fetches what `ask` asks for, also again, and draws it. For a whole page: one that is only for others says so.
pub(super) fn fetched<T, F>(
    again: Again,
    ask: impl Fn() -> F + 'static,
    draw: impl Fn(T) -> Node + Send + 'static,
) -> Node
where
    T: Clone + PartialEq + Send + Sync + 'static,
    F: Future<Output = Result<T, Error>> + 'static,
{
    let fetched = use_fetch(move || {
        again.track();
        ask()
    });
    let retry = Callback::new(move |()| again.now());
    (move || match fetched.get() {
        Fetched::Here(here) => draw(here),
        Fetched::Waiting => view! { <p class="studio__wait" role="status">{words::loading()}</p> },
        Fetched::Failed(error) if error.is_forbidden() => view! { <Guarded error /> },
        Fetched::Failed(error) => view! { <Trouble error on_retry=retry /> },
    })
    .into_node()
}
