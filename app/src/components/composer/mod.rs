//! The form of a workflow.

use leptos::prelude::*;
use wire::Inputs;

use crate::{desk::use_desk, i18n::t};

#[component]
pub(crate) fn Composer(
    /// In somebody else's page: no heading and no sheet.
    #[prop(optional)]
    embedded: bool,
) -> impl IntoView {
    let desk = use_desk();
    let workflow = desk.workflow();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        desk.create(Inputs::new());
    };
    view! {
        <form class="composer" aria-label=workflow.about.title.clone() on:submit=submit>
            {(!embedded).then(|| view! { <h1>{workflow.about.title.clone()}</h1> })}
            <button class="btn btn--main btn--big" disabled=move || desk.sending.get()>
                {t::create()}
            </button>
        </form>
    }
}
