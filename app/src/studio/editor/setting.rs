//! Controls of the editor. Each shows one [`Slot`], with its name above and what is wrong below.

use leptos::{ev, prelude::*};
use wire::text::shown;

use super::slot::Slot;
use crate::{
    components::icon::Icon,
    dom::{Children, Element, IntoNode, Node, view},
    form::parse_number,
    i18n::t as words,
    reactive::{Memo, RwSignal, memo},
    studio::t,
};

/// A control with its name.
#[component]
pub(crate) fn Setting(
    /// Of the control.
    id: String,
    #[prop(into)] label: String,
    /// It may stay empty.
    optional: bool,
    /// A sentence below.
    help: Option<String>,
    trouble: Memo<Option<String>>,
    children: Children,
) -> Node {
    let trouble_id = format!("{id}-p");
    view! {
        <div class="field" class:field--wrong=move || trouble.read().is_some()>
            <div class="field__head">
                <label for=id.clone()>{label}</label>
                {optional.then(|| view! { <span class="field__value">{words::field_optional()}</span> })}
            </div>
            {children.draw()}
            {help.map(|help| view! { <p class="field__help" id=format!("{id}-h")>{help}</p> })}
            {move || trouble.get().map(|words| view! { <Wrong id=trouble_id.clone() words /> })}
        </div>
    }
}

/// A mistake, below what it is about.
#[component]
pub(crate) fn Wrong(#[prop(optional)] id: Option<String>, words: String) -> Node {
    view! {
        <p class="field__wrong" id=id role="alert">
            <Icon name="alert" small=true />
            <span>{words}</span>
        </p>
    }
}

/// What every control says of itself to a screen reader.
fn described(control: Element, id: &str, trouble: Memo<Option<String>>, help: bool) -> Element {
    let id = id.to_owned();
    let by = move || {
        let parts = [(help, "h"), (trouble.read().is_some(), "p")];
        let ids = parts.iter().filter(|(is_there, _)| *is_there);
        let ids: Vec<String> = ids.map(|(_, letter)| format!("{id}-{letter}")).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    };
    control
        .attribute("aria-describedby", by)
        .attribute("aria-invalid", move || trouble.read().is_some().then_some("true"))
}

/// A text of one line, or of as many as it takes.
#[component]
pub(crate) fn TextSetting(
    slot: Slot<String>,
    #[prop(into)] label: String,
    #[prop(optional)] placeholder: Option<&'static str>,
    #[prop(optional)] optional: bool,
    #[prop(optional, into)] help: Option<String>,
    #[prop(optional)] lines: bool,
) -> Node {
    let (value, trouble, id) = (slot.value(), slot.trouble(), slot.id());
    let control = line(&slot, lines).attribute("placeholder", placeholder).prop("value", value);
    let control = described(control, &id, trouble, help.is_some());
    view! { <Setting id label optional help trouble>{control}</Setting> }
}

/// The control of a text alone, for rows of them; its name is `label`.
pub(crate) fn bare_text(slot: &Slot<String>, label: String) -> Node {
    let value = slot.value();
    line(slot, false).attribute("aria-label", label).prop("value", value).into_node()
}

fn line(slot: &Slot<String>, lines: bool) -> Element {
    let (typing, leaving) = (slot.clone(), slot.clone());
    Element::new(if lines { "textarea" } else { "input" })
        .attribute("class", "input")
        .attribute("id", slot.id())
        .attribute("autocomplete", "off")
        .on(ev::input, move |event| typing.type_in(event_target_value(&event)))
        .on(ev::blur, move |_| leaving.leave())
}

/// A text that counts only when the person is done with it: a name.
#[component]
pub(crate) fn NameSetting(
    slot: Slot<String>,
    #[prop(into)] label: String,
    #[prop(optional, into)] help: Option<String>,
    #[prop(optional)] optional: bool,
    /// Offered while typing.
    #[prop(optional)]
    offers: Vec<String>,
) -> Node {
    let (trouble, id) = (slot.trouble(), slot.id());
    let list = (!offers.is_empty()).then(|| slot.part("o"));
    let offers = offers.into_iter().map(|offer| view! { <option value=offer></option> });
    let offers = offers.collect::<Node>();
    let control = name(slot).attribute("list", list.clone());
    let control = described(control, &id, trouble, help.is_some());
    view! {
        <Setting id label help optional trouble>
            {control}
            {list.map(|list| view! { <datalist id=list>{offers}</datalist> })}
        </Setting>
    }
}

/// The control of such a text alone, for rows of them.
pub(crate) fn bare_name(slot: Slot<String>, label: String) -> Node {
    name(slot).attribute("aria-label", label).into_node()
}

fn name(slot: Slot<String>) -> Element {
    let value = slot.value();
    Element::new("input")
        .attribute("class", "input")
        .attribute("id", slot.id())
        .attribute("autocomplete", "off")
        .attribute("spellcheck", "false")
        .prop("value", value)
        .on(ev::change, move |event| {
            slot.set(event_target_value(&event));
            // What was made of it may be what it was, and then nothing else changes the control.
            event_target::<web_sys::HtmlInputElement>(&event).set_value(&value.get_untracked());
        })
}

/// A number, or none.
#[component]
pub(crate) fn NumberSetting(
    slot: Slot<Option<f64>>,
    #[prop(into)] label: String,
    #[prop(optional)] optional: bool,
    #[prop(optional, into)] help: Option<String>,
) -> Node {
    let (told, id) = (slot.trouble(), slot.id());
    let half = RwSignal::new(None::<String>);
    let trouble = memo(move |_| {
        let typed = half.get();
        let is_wrong =
            typed.is_some_and(|typed| !typed.trim().is_empty() && parse_number(&typed).is_none());
        if is_wrong { Some(words::wrong_not_a_number().to_owned()) } else { told.get() }
    });
    let has_help = help.is_some();
    let control = described(number(&slot, half), &id, trouble, has_help);
    view! { <Setting id label optional help trouble>{control}</Setting> }
}

/// The control of a number alone, for rows of them.
pub(crate) fn bare_number(slot: &Slot<Option<f64>>, label: String) -> Node {
    number(slot, RwSignal::new(None)).attribute("aria-label", label).into_node()
}

/// `half` is what is being typed, which need not be a number yet.
fn number(slot: &Slot<Option<f64>>, half: RwSignal<Option<String>>) -> Element {
    let value = slot.value();
    let text = move || half.get().unwrap_or_else(|| value.get().map(shown).unwrap_or_default());
    let (typing, leaving) = (slot.clone(), slot.clone());
    Element::new("input")
        .attribute("class", "input")
        .attribute("id", slot.id())
        .attribute("inputmode", "decimal")
        .attribute("autocomplete", "off")
        .prop("value", text)
        .on(ev::input, move |event| {
            let text = event_target_value(&event);
            let number = parse_number(&text);
            if number.is_some() || text.trim().is_empty() {
                typing.type_in(number);
            }
            half.set(Some(text));
        })
        .on(ev::blur, move |_| {
            half.set(None);
            leaving.leave();
        })
}

/// On or off.
#[component]
pub(crate) fn SwitchSetting(
    slot: Slot<bool>,
    #[prop(into)] label: String,
    #[prop(optional, into)] help: Option<String>,
) -> Node {
    let (value, id) = (slot.value(), slot.id());
    let help_id = help.is_some().then(|| slot.part("h"));
    view! {
        <div class="toggle">
            <label for=id.clone()>{label}</label>
            {help.map(|help| view! { <small id=help_id.clone()>{help}</small> })}
            <input
                class="switch"
                type="checkbox"
                role="switch"
                id=id
                aria-describedby=help_id
                prop:checked=value
                on:change=move |event| slot.set(event_target_checked(&event))
            />
        </div>
    }
}

/// One of a few, by a word of its own each.
#[component]
pub(crate) fn SelectSetting(
    slot: Slot<String>,
    #[prop(into)] label: String,
    /// Words and what is read.
    options: Vec<(String, String)>,
    #[prop(optional, into)] help: Option<String>,
) -> Node {
    let (value, trouble, id) = (slot.value(), slot.trouble(), slot.id());
    let option = |(word, label): (String, String)| {
        let own = word.clone();
        let is_chosen = move || value.see(|value| *value == own);
        view! { <option value=word prop:selected=is_chosen>{label}</option> }
    };
    let options = options.into_iter().map(option).collect::<Node>();
    let choose = move |event: web_sys::Event| slot.set(event_target_value(&event));
    let control = Element::new("select")
        .attribute("class", "input")
        .attribute("id", id.clone())
        .on(ev::change, choose)
        .child(options);
    let control = described(control, &id, trouble, help.is_some());
    view! { <Setting id label optional=false help trouble>{control}</Setting> }
}

/// A button that takes something out of a list.
#[component]
pub(crate) fn Remove(#[prop(into)] what: String, on_click: Callback<()>) -> Node {
    let label = t::remove_named(what);
    view! {
        <button type="button" class="ib" aria-label=label.clone() title=label on:click=move |_| on_click.run(())>
            <Icon name="x" small=true />
        </button>
    }
}

/// A button that adds something to a list.
#[component]
pub(crate) fn Add(#[prop(into)] label: String, on_click: Callback<()>) -> Node {
    view! {
        <button type="button" class="chip" on:click=move |_| on_click.run(())>
            <Icon name="plus" small=true />
            {label}
        </button>
    }
}
