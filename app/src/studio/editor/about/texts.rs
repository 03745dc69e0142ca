//! What guests read, in other languages.

use leptos::{ev::SubmitEvent, prelude::*};
use wire::{Manifest, Texts};

use super::{
    super::{
        setting::{Remove, Wrong, bare_text},
        slot::Slot,
        work::Work,
    },
    Part,
};
use crate::{
    dom::{Node, view},
    reactive::{RwSignal, memo},
    studio::{
        state::texts::{self, TextKey},
        t,
    },
};

#[component]
pub(super) fn Languages(work: Work) -> Node {
    let tags = memo(move |_| work.see(|all| all.texts.keys().cloned().collect::<Vec<_>>()));
    let now = memo(move |_| tags.see(|tags| tags.join(", ")));
    view! {
        <Part title=t::about_texts() now>
            <p class="field__help">{t::texts_help()}</p>
            {move || tags.get().into_iter().map(|tag| view! { <Language work tag /> }).collect::<Node>()}
            <AddLanguage work />
        </Part>
    }
}

#[component]
fn AddLanguage(work: Work) -> Node {
    let text = RwSignal::new(String::new());
    let is_wrong = RwSignal::new(false);
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        let tag = text.peek(|text| texts::tag(text));
        is_wrong.set(tag.is_none());
        if let Some(tag) = tag {
            work.change(|all| {
                all.texts.entry(tag).or_default();
            });
            text.set(String::new());
        }
    };
    view! {
        <form class="row" novalidate on:submit=add>
            <input
                class="input"
                aria-label=t::texts_tag()
                placeholder=t::texts_tag_hint()
                autocomplete="off"
                prop:value=text
                on:input=move |event| text.set(event_target_value(&event))
            />
            <button type="submit" class="btn">{t::texts_add()}</button>
        </form>
        {move || is_wrong.get().then(|| view! { <Wrong words=t::texts_tag_wrong().to_owned() /> })}
    }
}

/// Every text beside what it says in this language.
#[component]
fn Language(work: Work, tag: String) -> Node {
    let all = memo(move |_| work.see(texts::all));
    let own = tag.clone();
    let remove = Callback::new(move |()| {
        work.change(|all| {
            all.texts.remove(&own);
        });
    });
    let what = tag.clone();
    let name = tag.clone();
    view! {
        <section class="language" aria-label=tag.clone()>
            <div class="pane__head"><h3>{name}</h3><Remove what on_click=remove /></div>
            <dl class="translations">
                {move || {
                    let line = |(place, (key, text)): (usize, (TextKey, String))| {
                        view! { <Line work tag=tag.clone() place key text /> }
                    };
                    all.get().into_iter().enumerate().map(line).collect::<Node>()
                }}
            </dl>
        </section>
    }
}

#[component]
fn Line(work: Work, tag: String, place: usize, key: TextKey, text: String) -> Node {
    let label = t::texts_named(&text, &tag);
    let (own, same, name) = (tag.clone(), tag, key.clone());
    let read = move |all: &Manifest| {
        all.texts.get(&own).map(|texts| texts::get(texts, &key)).unwrap_or_default()
    };
    let write = move |all: &mut Manifest, text| {
        let texts: &mut Texts = all.texts.entry(same.clone()).or_default();
        texts::set(texts, &name, text);
    };
    let slot = Slot::new(work, "text", read, write).number(place);
    view! {
        <dt>{text}</dt>
        <dd>{bare_text(&slot, label)}</dd>
    }
}
