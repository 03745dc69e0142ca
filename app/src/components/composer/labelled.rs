//! What every field has around its control: name, value, way back, help, mistake.

use leptos::prelude::*;
use wire::Field;

use super::{hold::Hold, words};
use crate::{
    components::icon::Icon,
    dom::{Children, IntoNode, Node, view},
    form::{Change, Row},
    reactive::{Memo, memo},
};

/// A control with its name above and what is to be said about it below.
#[component]
pub(super) fn Labelled(
    hold: Hold,
    /// What it is called, and its help.
    field: Field,
    /// At the end of the head: the value in words, a count.
    #[prop(optional)]
    value: Option<Memo<Option<String>>>,
    /// The control is several controls: it is named as a group.
    #[prop(optional)]
    group: bool,
    /// Added to the class: `field--prompt`.
    #[prop(optional)]
    class: &'static str,
    children: Children,
) -> Node {
    let wrong = memo(move |_| hold.see(Row::shown_problem));
    let label_id = hold.part("l");
    let label = if group {
        view! { <span class="field__label" id=label_id.clone()>{field.label.clone()}</span> }
    } else {
        view! { <label for=hold.id() id=label_id.clone()>{field.label.clone()}</label> }
    };
    view! {
        <div
            class=format!("field {class}")
            class:field--wrong=move || wrong.read().is_some()
            role=group.then_some("group")
            aria-labelledby=group.then_some(label_id)
        >
            <div class="field__head">
                {label}
                {move || value?.get().map(|value| view! { <span class="field__value">{value}</span> })}
                <Reset hold field=field.clone()/>
            </div>
            {children.draw()}
            {field.help.map(|help| view! { <p class="field__help" id=hold.part("h")>{help}</p> })}
            {move || {
                wrong.get().map(|wrong| view! {
                    <p class="field__wrong" id=hold.part("p") role="alert">
                        <Icon name="alert" small=true/>
                        <span>{words::wrong(&wrong)}</span>
                    </p>
                })
            }}
        </div>
    }
}

/// The way back to the host's default, while there is one to go.
#[component]
fn Reset(hold: Hold, field: Field) -> Node {
    let words = words::reset(&field);
    let changed = memo(move |_| !hold.see(Row::is_default));
    (move || {
        let words = words.clone().filter(|_| changed.get())?;
        Some(view! {
            <button type="button" class="link" aria-describedby=hold.part("l") on:click=move |_| hold.apply(Change::Reset)>
                {words}
            </button>
        })
    })
        .into_node()
}
