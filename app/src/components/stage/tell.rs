//! Below the picture: where the job stands and what one can do about it.

use leptos::{prelude::*, task::spawn_local};
use wire::JobId;

use super::{
    Shown,
    failure::FailureNote,
    strip::Strip,
    telling::{Controls, Telling},
};
use crate::{
    api,
    components::icon::Icon,
    desk::use_desk,
    dom::{IntoNode, Node, view},
    i18n::t,
    reactive::{Memo, RwSignal, Show, memo},
    state::stage::Phase,
    toasts::use_toasts,
};

#[component]
pub(super) fn Tell(shown: Shown) -> Node {
    let telling =
        memo(move |_| shown.phase.see(|phase| phase.as_ref().map(Telling::of).unwrap_or_default()));
    let failed = memo(move |_| shown.phase.see(|phase| *phase == Some(Phase::Failed)));
    view! {
        <div class="tell">
            <Show when=move || !failed.get()>
                <Words telling />
                <div class="tell__acts">
                    <Buttons shown />
                </div>
            </Show>
            <Strip shown />
            <Show when=move || failed.get()>
                <FailureNote shown />
            </Show>
        </div>
    }
}

/// The number, the words and the time. Each changes alone, so nothing else is drawn anew.
#[component]
fn Words(telling: Memo<Telling>) -> Node {
    let figure = move || {
        let (number, unit) = telling.see(|telling| telling.figure.clone())?;
        Some(view! {
            <div class="tell__pct" aria-hidden="true">
                {number}
                <small>{unit}</small>
            </div>
        })
    };
    let left = move || telling.see(|telling| telling.left.as_ref().map(|left| left.wide.clone()));
    let left_short = move || {
        let left = telling.see(|telling| telling.left.as_ref().map(|left| left.narrow.clone()))?;
        Some(view! { <span class="tell__phone">{format!(" · {left}")}</span> })
    };
    view! {
        {figure}
        <div class="tell__what">
            <strong class="clip">{move || telling.see(|telling| telling.title.clone())}</strong>
            <span class="clip">
                {move || telling.see(|telling| telling.line.clone())}
                {left_short}
            </span>
        </div>
        <div class="tell__left">{left}</div>
    }
}

/// What one can do. Drawn anew only when that changes, or a press in between would be lost.
#[component]
fn Buttons(shown: Shown) -> Node {
    let controls =
        memo(move |_| shown.phase.see(|phase| phase.as_ref().map_or(Controls::None, Controls::of)));
    let job = memo(move |_| shown.row.see(|row| row.as_ref().map(|row| row.job.id)));
    (move || {
        let Some(job) = job.get() else { return Node::Nothing };
        match controls.get() {
            Controls::Stop => view! { <Stop job queued=false /> },
            Controls::Leave => view! { <Stop job queued=true /> },
            Controls::Again => view! { <Again shown /> <Keep shown /> },
            Controls::Retry => view! { <Again shown retry=true /> },
            Controls::None => Node::Nothing,
        }
    })
    .into_node()
}

#[component]
fn Stop(job: JobId, queued: bool) -> Node {
    let toasts = use_toasts();
    let asked = RwSignal::new(false);
    let stop = move |_| {
        asked.set(true);
        spawn_local(async move {
            if let Err(error) = api::cancel(job).await {
                asked.set(false);
                toasts.say(error.words());
            }
        });
    };
    let (icon, words, label) = if queued {
        ("x", t::leave_queue(), t::leave_queue_job())
    } else {
        ("stop", t::stop(), t::stop_job())
    };
    view! {
        <button type="button" class="btn" aria-label=label disabled=asked on:click=stop>
            <Icon name=icon small=true />
            <span>{words}</span>
        </button>
    }
}

/// Sends the same once more, with a new seed unless the last one went wrong.
#[component]
pub(super) fn Again(
    shown: Shown,
    /// The last one went wrong.
    #[prop(optional)]
    retry: bool,
) -> Node {
    let desk = use_desk();
    let send = move |_| {
        let Some(mut inputs) = shown.row.peek(|row| Some(row.as_ref()?.job.inputs.clone())) else {
            return;
        };
        if !retry {
            desk.forget_seeds(&mut inputs);
        }
        desk.create(inputs);
    };
    let (icon, words) = if retry { ("retry", t::try_again()) } else { ("again", t::another()) };
    view! {
        <button
            type="button"
            class="btn"
            class=("btn--main", retry)
            // On a narrow stage only the icon shows.
            aria-label=words
            disabled=move || desk.sending.get()
            on:click=send
        >
            <Icon name=icon small=true />
            <span>{words}</span>
        </button>
    }
}

/// Saves the first thing that was made.
#[component]
fn Keep(shown: Shown) -> Node {
    let first = move || {
        let output = shown.row.see(|row| row.as_ref()?.job.outputs.first().cloned())?;
        Some(view! {
            <a class="btn" aria-label=t::keep_it() href=api::download(&output.url) download=output.name rel="external">
                <Icon name="download" small=true />
                <span>{t::keep_it()}</span>
            </a>
        })
    };
    view! { {first} }
}
