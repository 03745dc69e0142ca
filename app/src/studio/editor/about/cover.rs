//! The picture on the workflow's card.

use leptos::{ev::DragEvent, html, prelude::*};
use send_wrapper::SendWrapper;
use web_sys::File;
use wire::JobId;

use super::super::{
    act::{Act, use_acts},
    work::Work,
};
use crate::{
    components::icon::Icon,
    dom::{Node, view},
    reactive::{RwSignal, Show, memo},
    studio::{jobs::ChooseJob, t},
};

#[component]
pub(super) fn Cover(work: Work) -> Node {
    let cover = memo(move |_| work.see(|all| all.cover.clone()));
    let acts = use_acts();
    let is_over = RwSignal::new(false);
    let is_choosing = RwSignal::new(false);
    let input = NodeRef::<html::Input>::new();
    let take = move |file: Option<File>| {
        if let Some(file) = file {
            acts.carry_out(Act::Cover(SendWrapper::new(file.into())));
        }
    };
    let chosen = move |event: web_sys::Event| {
        let input = event_target::<web_sys::HtmlInputElement>(&event);
        take(input.files().and_then(|files| files.get(0)));
        input.set_value("");
    };
    let drop = move |event: DragEvent| {
        event.prevent_default();
        is_over.set(false);
        take(event.data_transfer().and_then(|held| held.files()).and_then(|files| files.get(0)));
    };
    let browse = Callback::new(move |()| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    });
    let taken = move |chosen: Option<(JobId, u32)>| {
        is_choosing.set(false);
        if let Some((job, output)) = chosen {
            acts.carry_out(Act::CoverFrom(job, output));
        }
    };
    view! {
        <div
            class="field"
            role="group"
            aria-labelledby="s-cover"
            on:dragover=move |event| {
                event.prevent_default();
                is_over.set(true);
            }
            on:dragleave=move |_| is_over.set(false)
            on:drop=drop
        >
            <div class="field__head"><span class="field__label" id="s-cover">{t::about_cover()}</span></div>
            <input class="sr" type="file" tabindex="-1" aria-label=t::about_cover() accept="image/*" node_ref=input on:change=chosen />
            <div class="cover" class:drop--over=move || is_over.get()>
                {move || match cover.get() {
                    Some(url) => view! { <img src=url alt=t::cover_alt() /> },
                    None => view! { <p class="quiet">{t::cover_none()}</p> },
                }}
                <Ways work browse is_choosing />
            </div>
            <Show when=move || is_choosing.get()>
                <ChooseJob
                    title=t::cover_from_result()
                    pictures=true
                    on_close=taken
                />
            </Show>
        </div>
    }
}

/// Choosing a file, choosing a result, doing without.
#[component]
fn Ways(work: Work, browse: Callback<()>, is_choosing: RwSignal<bool>) -> Node {
    let acts = use_acts();
    let has_cover = memo(move |_| work.see(|all| all.cover.is_some()));
    view! {
        <div class="binds">
            <button type="button" class="chip" disabled=move || acts.is_busy.get() on:click=move |_| browse.run(())>
                <Icon name="image" small=true />
                {t::cover_choose()}
            </button>
            <button type="button" class="chip" disabled=move || acts.is_busy.get() on:click=move |_| is_choosing.set(true)>
                <Icon name="wall" small=true />
                {t::cover_from_result()}
            </button>
            {move || has_cover.get().then(|| view! {
                <button type="button" class="chip" on:click=move |_| work.change(|all| all.cover = None)>
                    <Icon name="trash" small=true />
                    {t::cover_remove()}
                </button>
            })}
        </div>
    }
}
