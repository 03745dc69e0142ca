//! A text: one line, or as many as it takes.

use leptos::{html::Textarea, prelude::*};
use wasm_bindgen::JsValue;
use wire::{Field, FieldKind};

use super::{hold::Hold, labelled::Labelled};
use crate::{
    dom::{Node, view},
    form::{Change, Entry},
    i18n::t,
    reactive::{effect, memo},
};

/// Its length is shown from this part of the allowed length on.
const NEARLY_FULL: f64 = 0.8;

/// Text to type.
#[component]
pub(super) fn TextField(
    hold: Hold,
    field: Field,
    /// It is what the small sheet shows when it is closed.
    is_prompt: bool,
) -> Node {
    let FieldKind::Text { multiline, max_length, .. } = field.kind else {
        unreachable!("drawn for texts only")
    };
    let count = memo(move |_| {
        let length = hold.see(|row| match &row.entry {
            Entry::Text(text) => text.chars().count(),
            _ => 0,
        });
        (length as f64 > f64::from(max_length) * NEARLY_FULL)
            .then(|| t::field_count(length, max_length))
    });
    let control = if multiline {
        view! { <Lines hold field=field.clone()/> }
    } else {
        view! { <Line hold field=field.clone()/> }
    };
    let class = if is_prompt { "field--prompt" } else { "" };
    view! { <Labelled hold field value=count class>{control}</Labelled> }
}

#[component]
fn Line(hold: Hold, field: Field) -> Node {
    let text = hold.text();
    view! {
        <input
            class="input"
            id=hold.id()
            placeholder=field.placeholder
            aria-required=field.required.then_some("true")
            aria-invalid=hold.invalid()
            aria-describedby=hold.described_by()
            prop:value=move || text.get()
            on:input=move |event| hold.apply(Change::Text(event_target_value(&event)))
            on:blur=move |_| hold.leave()
        />
    }
}

#[component]
fn Lines(hold: Hold, field: Field) -> Node {
    let text = hold.text();
    let area = NodeRef::<Textarea>::new();
    effect(move || {
        text.track();
        if let Some(area) = area.get() {
            grow(&area);
        }
    });
    view! {
        <textarea
            class="input"
            id=hold.id()
            rows="2"
            node_ref=area
            placeholder=field.placeholder
            aria-required=field.required.then_some("true")
            aria-invalid=hold.invalid()
            aria-describedby=hold.described_by()
            prop:value=move || text.get()
            on:input=move |event| hold.apply(Change::Text(event_target_value(&event)))
            on:blur=move |_| hold.leave()
        ></textarea>
    }
}

/// As high as its text, where the browser does not know `field-sizing`.
fn grow(area: &web_sys::HtmlTextAreaElement) {
    let style = web_sys::HtmlElement::style(area);
    if js_sys::Reflect::has(&style, &JsValue::from_str("fieldSizing")).unwrap_or(false) {
        return;
    }
    // It has to shrink first, or it could only ever grow.
    let _ = style.set_property("height", "auto");
    let _ = style.set_property("height", &format!("{}px", area.scroll_height()));
}
