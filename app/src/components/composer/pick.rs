//! A list with a search: a button that says what is chosen, and a combobox
//! with a listbox (ARIA authoring practices) while it is open.

use leptos::{
    ev::{FocusEvent, KeyboardEvent},
    html,
    prelude::*,
};
use wasm_bindgen::JsCast;
use wire::Choice;

use super::hold::Hold;
use crate::{
    browser,
    components::icon::Icon,
    dom::{Node, view},
    form::{Change, Hit, search},
    i18n::t,
    reactive::{Memo, RwSignal, Show, StoredValue, memo},
};

/// What the open list knows.
#[derive(Clone, Copy)]
struct List {
    hold: Hold,
    options: StoredValue<Vec<Choice>>,
    chosen: Memo<Option<usize>>,
    open: RwSignal<bool>,
    query: RwSignal<String>,
    hits: Memo<Vec<Hit>>,
    /// Which of the hits the keyboard is at.
    at: RwSignal<usize>,
}

/// A long choice.
#[component]
pub(super) fn Pick(
    hold: Hold,
    options: StoredValue<Vec<Choice>>,
    chosen: Memo<Option<usize>>,
    /// The field's name.
    label: String,
) -> Node {
    let query = RwSignal::new(String::new());
    let hits =
        memo(move |_| options.with_value(|options| query.see(|query| search(options, query))));
    let list = List {
        hold,
        options,
        chosen,
        open: RwSignal::new(false),
        query,
        hits,
        at: RwSignal::new(0),
    };
    let root = NodeRef::<html::Div>::new();
    let leave = move |event: FocusEvent| {
        let went_to =
            event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if !root.get_untracked().is_some_and(|root| root.contains(went_to.as_ref())) {
            list.open.set(false);
        }
    };
    let current = move || {
        chosen.get().and_then(|index| options.with_value(|options| options.get(index).cloned()))
    };
    view! {
        <div class="pick" node_ref=root on:focusout=leave>
            <button
                type="button"
                class="input pick__button"
                id=hold.id()
                aria-haspopup="listbox"
                aria-expanded=move || list.open.get().to_string()
                aria-labelledby=format!("{} {}", hold.part("l"), hold.part("v"))
                aria-invalid=hold.invalid()
                aria-describedby=hold.described_by()
                on:click=move |_| list.toggle()
                on:keydown=move |event| list.open_by_key(&event)
            >
                {move || current().and_then(|option| option.thumb).map(thumb)}
                <span class="clip" id=hold.part("v")>{move || current().map(|option| option.label)}</span>
                <Icon name="down"/>
            </button>
            <Show when=move || list.open.get()>
                <Popup list label=label.clone()/>
            </Show>
        </div>
    }
}

fn thumb(url: String) -> Node {
    view! { <img class="pick__thumb" src=url alt="" loading="lazy"/> }
}

#[component]
fn Popup(list: List, label: String) -> Node {
    let List { hold, query, hits, at, .. } = list;
    let search = NodeRef::<html::Input>::new();
    search.on_load(|input| {
        let _ = input.focus();
    });
    let words = t::pick_search(list.options.with_value(|options| options.len() as u64));
    view! {
        <div class="pick__list">
            <div class="pick__search">
                <Icon name="search" small=true/>
                <input
                    type="search"
                    node_ref=search
                    role="combobox"
                    aria-expanded="true"
                    aria-autocomplete="list"
                    aria-label=words.clone()
                    aria-controls=hold.part("o")
                    aria-activedescendant=move || list.option_id(at.get())
                    placeholder=words
                    prop:value=move || query.get()
                    on:input=move |event| list.look_for(event_target_value(&event))
                    on:keydown=move |event| list.go_by_key(&event)
                />
            </div>
            <ul role="listbox" id=hold.part("o") aria-label=label>
                {move || hits.get().into_iter().enumerate().map(|(place, hit)| view! { <PickOption list place hit/> }).collect::<Node>()}
            </ul>
            <Show when=move || hits.read().is_empty()>
                <p class="pick__none" role="status">{move || t::pick_none(query.get())}</p>
            </Show>
        </div>
    }
}

#[component]
fn PickOption(list: List, place: usize, hit: Hit) -> Node {
    let option = list.options.with_value(|options| options[hit.index].clone());
    let (before, rest) = option.label.split_at(hit.mark.start);
    let (found, after) = rest.split_at(hit.mark.len());
    let is_chosen = list.chosen.get_untracked() == Some(hit.index);
    let value = StoredValue::new(option.value);
    view! {
        <li
            class="pick__opt"
            role="option"
            id=list.option_id(place)
            aria-selected=is_chosen.to_string()
            class:is-at=move || list.at.get() == place
            // Keeps the focus where it is until the click is done.
            on:mousedown=|event| event.prevent_default()
            on:click=move |_| list.choose(value.get_value())
        >
            {option.thumb.map(thumb)}
            <span>{before.to_owned()}<mark>{found.to_owned()}</mark>{after.to_owned()}</span>
            {is_chosen.then(|| view! { <Icon name="check"/> })}
        </li>
    }
}

impl List {
    fn option_id(self, place: usize) -> String {
        format!("{}-{place}", self.hold.part("o"))
    }

    fn toggle(self) {
        if self.open.get_untracked() { self.close() } else { self.show() }
    }

    fn show(self) {
        self.query.set(String::new());
        self.at.set(self.chosen.get_untracked().unwrap_or(0));
        self.open.set(true);
        self.reveal();
    }

    /// Closes, with focus back on the button.
    fn close(self) {
        self.open.set(false);
        browser::focus(&self.hold.id());
    }

    fn choose(self, value: serde_json::Value) {
        self.hold.apply(Change::Choose(value));
        self.close();
    }

    fn look_for(self, query: String) {
        self.query.set(query);
        self.at.set(0);
    }

    fn open_by_key(self, event: &KeyboardEvent) {
        if matches!(event.key().as_str(), "ArrowDown" | "ArrowUp") {
            event.prevent_default();
            self.show();
        }
    }

    fn go_by_key(self, event: &KeyboardEvent) {
        let last = self.hits.peek(Vec::len).saturating_sub(1);
        let at = self.at.get_untracked();
        match event.key().as_str() {
            "ArrowDown" => self.at.set(if at >= last { 0 } else { at + 1 }),
            "ArrowUp" => self.at.set(at.checked_sub(1).unwrap_or(last)),
            "PageDown" => self.at.set((at + 5).min(last)),
            "PageUp" => self.at.set(at.saturating_sub(5)),
            "Enter" => self.take(at),
            "Escape" => self.close(),
            _ => return,
        }
        event.prevent_default();
        // Or Escape would close the sheet around it as well.
        event.stop_propagation();
        self.reveal();
    }

    fn take(self, place: usize) {
        let index = self.hits.peek(|hits| hits.get(place).map(|hit| hit.index));
        if let Some(index) = index {
            self.choose(self.options.with_value(|options| options[index].value.clone()));
        }
    }

    /// Scrolls to where the keyboard is.
    fn reveal(self) {
        let id = self.option_id(self.at.get_untracked());
        request_animation_frame(move || browser::reveal(&id));
    }
}
