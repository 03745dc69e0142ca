//! Forms that are sent as a whole: what is written is read when it is sent, whoever wrote it.

use std::future::Future;

use leptos::{
    ev::{self, SubmitEvent},
    prelude::*,
    task::spawn_local,
};
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlFormElement};

use crate::{
    api::Error,
    browser,
    dom::{Children, Element, Node, view},
    i18n::t as words,
    reactive::{Memo, RwSignal, memo},
    studio::editor::setting::{Setting, Wrong, described},
};

/// A form, and how it fares.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// Its controls' ids begin with it.
    id: &'static str,
    /// Names of its fields, as the server calls them.
    fields: &'static [&'static str],
    is_busy: RwSignal<bool>,
    refusal: RwSignal<Option<Refusal>>,
}

/// Why it was not taken.
#[derive(Clone)]
struct Refusal {
    /// The field that is to blame, if it is one of these.
    field: Option<&'static str>,
    words: String,
}

/// What stands in a form.
pub(crate) struct Written(Option<FormData>);

impl Written {
    /// A text, unless it is empty.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let text = self.0.as_ref()?.get(name).as_string()?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// The same, with the spaces around it: for passwords.
    pub(crate) fn secret(&self, name: &str) -> Option<String> {
        self.0.as_ref()?.get(name).as_string().filter(|text| !text.is_empty())
    }

    /// Whether a box is ticked.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.text(name).is_some()
    }
}

impl Form {
    pub(crate) fn new(id: &'static str, fields: &'static [&'static str]) -> Self {
        Self { id, fields, is_busy: RwSignal::new(false), refusal: RwSignal::new(None) }
    }

    /// Asks, unless an answer is on its way; then calls `then`.
    pub(crate) fn send<T: 'static>(
        self,
        ask: impl Future<Output = Result<T, Error>> + 'static,
        then: impl FnOnce(T) + 'static,
    ) {
        // The button keeps the focus, so it is not disabled.
        if self.is_busy.get_untracked() {
            return;
        }
        self.refusal.set(None);
        self.is_busy.set(true);
        spawn_local(async move {
            let answer = ask.await;
            // The person may have gone elsewhere meanwhile.
            if self.is_busy.try_update(|is_busy| *is_busy = false).is_none() {
                return;
            }
            match answer {
                Ok(answer) => then(answer),
                Err(error) => self.refuse(self.blamed(&error), error.words()),
            }
        });
    }

    /// Says that a field may not be empty.
    pub(crate) fn lacks(self, field: &'static str) {
        self.refuse(Some(field), words::wrong_missing().to_owned());
    }

    /// Says what is wrong, beside the field that is to blame.
    pub(crate) fn refuse(self, field: Option<&'static str>, words: String) {
        self.refusal.set(Some(Refusal { field, words }));
        if let Some(field) = field {
            browser::focus(&self.id_of(field));
        }
    }

    /// What was wrong with a field is said until somebody mends it.
    fn mended(self, event: &web_sys::Event) {
        let control = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let name = control.and_then(|control| control.get_attribute("name"));
        let blamed = self.refusal.peek(|it| it.as_ref().and_then(|it| it.field));
        if blamed.is_some() && blamed == name.as_deref() {
            self.refusal.set(None);
        }
    }

    fn blamed(self, error: &Error) -> Option<&'static str> {
        let key = error.field()?;
        self.fields.iter().copied().find(|field| *field == key)
    }

    fn wrong(self, field: Option<&'static str>) -> Memo<Option<String>> {
        memo(move |_| {
            let refusal = self.refusal.get().filter(|refusal| refusal.field == field);
            refusal.map(|refusal| refusal.words)
        })
    }

    fn id_of(self, field: &str) -> String {
        format!("{}-{field}", self.id)
    }
}

/// A form with a button; `on_send` is given what is written.
#[component]
pub(crate) fn Sheet(
    form: Form,
    on_send: Box<dyn Fn(Written)>,
    /// On the button.
    deed: &'static str,
    /// What it does cannot be undone.
    #[prop(optional)]
    bad: bool,
    children: Children,
) -> Node {
    let wrong = form.wrong(None);
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let element: HtmlFormElement = event_target(&event);
        on_send(Written(FormData::new_with_form(&element).ok()));
    };
    let busy = move || form.is_busy.get().then_some("true");
    let class = if bad { "btn btn--bad" } else { "btn btn--main" };
    let button = view! {
        <button type="submit" class=class aria-busy=busy>
            {move || if form.is_busy.get() { words::sending() } else { deed }}
        </button>
    };
    let trouble = view! { {move || wrong.get().map(|words| view! { <Wrong words /> })} };
    Node::Element(
        Element::new("form")
            .attribute("class", "sheet")
            .attribute("novalidate", true)
            .attribute("method", "post")
            .on(ev::submit, send)
            .on(ev::input, move |event| form.mended(&event))
            .child(children.draw())
            .child(trouble)
            .child(button),
    )
}

/// A line of text.
#[component]
pub(crate) fn Line(
    form: Form,
    name: &'static str,
    #[prop(into)] label: String,
    /// Of the control: `text` when nothing is said.
    #[prop(optional)]
    kind: Option<&'static str>,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional)] optional: bool,
    #[prop(optional, into)] help: Option<String>,
    /// Stands in it at first.
    #[prop(optional, into)]
    value: Option<String>,
) -> Node {
    let (id, trouble) = (form.id_of(name), form.wrong(Some(name)));
    let control = Element::new("input")
        .attribute("class", "input")
        .attribute("id", id.clone())
        .attribute("name", name)
        .attribute("type", kind.unwrap_or("text"))
        .attribute("inputmode", (kind == Some("number")).then_some("numeric"))
        .attribute("autocomplete", autocomplete.unwrap_or("off"))
        .attribute("value", value);
    let control = described(control, &id, trouble, help.is_some());
    view! { <Setting id label optional help trouble>{control}</Setting> }
}

/// One of a few: words that are sent, and words that are read. The first is chosen, or the one that is `chosen`.
#[component]
pub(crate) fn Choice(
    form: Form,
    name: &'static str,
    #[prop(into)] label: String,
    options: Vec<(String, String)>,
    #[prop(optional, into)] chosen: Option<String>,
    #[prop(optional, into)] help: Option<String>,
) -> Node {
    let (id, trouble) = (form.id_of(name), form.wrong(Some(name)));
    let options = options.into_iter().map(|(word, label)| {
        let is_chosen = chosen.as_ref() == Some(&word);
        view! { <option value=word selected=is_chosen>{label}</option> }
    });
    let control = Element::new("select")
        .attribute("class", "input")
        .attribute("id", id.clone())
        .attribute("name", name)
        .child(options.collect::<Node>());
    let control = described(control, &id, trouble, help.is_some());
    view! { <Setting id label optional=false help trouble>{control}</Setting> }
}

/// On or off.
#[component]
pub(crate) fn Tick(
    form: Form,
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional)] on: bool,
    #[prop(optional, into)] help: Option<String>,
) -> Node {
    let id = form.id_of(name);
    let help_id = help.is_some().then(|| format!("{id}-h"));
    view! {
        <div class="toggle">
            <label for=id.clone()>{label}</label>
            {help.map(|help| view! { <small id=help_id.clone()>{help}</small> })}
            <input class="switch" type="checkbox" role="switch" id=id name=name aria-describedby=help_id checked=on />
        </div>
    }
}
