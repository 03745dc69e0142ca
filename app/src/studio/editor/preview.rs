//! The form as guests will see it, and the way to them.

use std::sync::Arc;

use leptos::{ev::MouseEvent, prelude::*};
use wasm_bindgen::JsCast;
use wire::{Inputs, Workflow, studio::Trouble};

use super::{
    act::{Act, use_acts},
    setting::Wrong,
    work::Work,
};
use crate::{
    components::{composer::Composer, icon::Icon},
    desk,
    dom::{Node, view},
    form::{Entry, Form, Row},
    i18n::t as words,
    reactive::{RwSignal, StoredValue, effect, memo},
    studio::t,
    toasts::use_toasts,
};

/// The right pane.
#[component]
pub(super) fn Preview(work: Work) -> Node {
    let workflow = memo(move |_| work.bench.see(|bench| bench.form.clone()));
    // What was tried survives that the form is drawn anew.
    let typed = StoredValue::new(Inputs::new());
    let toasts = use_toasts();
    view! {
        <section class="preview" aria-label=t::preview()>
            <Head work />
            <div class="preview__form" on:submit=move |_| toasts.say(t::preview_sends_nothing()) on:click=move |event| choose(work, &event)>
                {move || match workflow.get() {
                    Some(workflow) => view! { <GuestForm work workflow typed /> },
                    None => view! { <p class="quiet">{t::preview_broken()}</p> },
                }}
            </div>
        </section>
    }
}

/// What guests see now, and the button that changes it.
#[component]
fn Head(work: Work) -> Node {
    let acts = use_acts();
    let entry = memo(move |_| work.bench.see(|bench| bench.entry.clone()));
    let is_broken = memo(move |_| {
        work.bench.see(|bench| bench.problems.iter().any(Trouble::forbids_publishing))
    });
    let has_news =
        memo(move |_| entry.see(|entry| entry.draft_at.is_some() || entry.published.is_none()));
    let publish = move || {
        if acts.is_busy.get() {
            t::publishing().to_owned()
        } else if has_news.get() {
            t::publish(entry.read().newest + 1)
        } else {
            t::is_published(entry.read().published.unwrap_or_default())
        }
    };
    let is_off = move || acts.is_busy.get() || is_broken.get() || !has_news.get();
    let slug = move || entry.see(|entry| entry.published.map(|_| entry.slug.clone()));
    view! {
        <div class="preview__head">
            <span>{t::preview()}</span>
            {move || slug().map(|slug| view! {
                <a class="link" href=format!("api/docs/{slug}") target="_blank">{words::composer_code()}</a>
                <a class="ib" href=format!("w/{slug}") target="_blank" aria-label=t::studio_as_guest() title=t::studio_as_guest()>
                    <Icon name="external" />
                </a>
            })}
            <button
                type="button"
                class="btn btn--main"
                aria-describedby="publish-why"
                disabled=is_off
                on:click=move |_| acts.carry_out(Act::Publish)
            >
                {publish}
            </button>
        </div>
        <div id="publish-why">
            {move || is_broken.get().then(|| view! { <p class="field__help">{t::publish_blocked()}</p> })}
            {move || acts.trouble.get().map(|words| view! { <Wrong words /> })}
        </div>
    }
}

/// The guests' own form, neither sent nor kept.
#[component]
fn GuestForm(work: Work, workflow: Workflow, typed: StoredValue<Inputs>) -> Node {
    let mut first = Form::new(&workflow.fields);
    first.restore(&typed.get_value());
    let form = RwSignal::new(first);
    effect(move || {
        form.see(|form| {
            typed.set_value(form.draft());
            work.tried.set(tried(form));
        });
    });
    light(work);
    desk::provide_still(Arc::new(workflow));
    view! { <Composer still=form /> }
}

/// What is not as it is at first; files are nobody's setting to begin with.
fn tried(form: &Form) -> Inputs {
    let is_meant = |row: &&Row| !row.is_default() && !matches!(row.entry, Entry::Picture(_));
    let rows = form.rows().iter().filter(is_meant);
    rows.filter_map(|row| Some((row.field.name.clone(), row.entry.value(&row.field.kind)?)))
        .collect()
}

/// Marks the field that is being worked on.
fn light(work: Work) {
    effect(move || {
        let chosen = work.chosen.get();
        // The form is drawn before the next frame.
        request_animation_frame(move || {
            if let Ok(Some(lit)) = document().query_selector(".preview [data-lit]") {
                let _ = lit.remove_attribute("data-lit");
            }
            let label = chosen.and_then(|name| document().get_element_by_id(&format!("l-{name}")));
            if let Some(Ok(Some(field))) = label.map(|label| label.closest(".field")) {
                let _ = field.set_attribute("data-lit", "");
            }
        });
    });
}

/// The field that is drawn here, by the id of its label.
fn name_of(field: &web_sys::Element) -> Option<String> {
    let label = field.query_selector("[id^='l-']").ok()??;
    label.id().strip_prefix("l-").map(str::to_owned)
}

/// A click on a field of the form chooses it, where both are in sight.
fn choose(work: Work, event: &MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let field = target.and_then(|target| target.closest(".field").ok().flatten());
    if let Some(name) = field.and_then(|field| name_of(&field)) {
        work.pause();
        work.chosen.set(Some(name));
    }
}
