//! The picture being made: the previous result until there is a preview, the preview as it
//! sharpens, then the result over it.

use leptos::prelude::*;
use wire::{Inputs, Output, OutputKind};

use super::{Shown, made::Made};
use crate::{
    desk::use_desk,
    dom::{Node, view},
    i18n::t,
    live::use_live,
    reactive::{Memo, RwSignal, Show, memo},
    state::stage::Phase,
};

/// What lies at the bottom.
#[derive(Clone, PartialEq, Eq)]
enum Ground {
    Preview(String),
    /// The latest picture before this job.
    Previous(String),
}

impl Ground {
    fn url(&self) -> &str {
        match self {
            Self::Preview(url) | Self::Previous(url) => url,
        }
    }
}

#[component]
pub(super) fn Picture(shown: Shown, embedded: bool) -> Node {
    let result =
        memo(move |_| shown.row.see(|row| Some(best(&row.as_ref()?.job.outputs)?.clone())));
    let is_over = memo(move |_| {
        shown.row.see(|row| row.as_ref().is_some_and(|row| row.job.status.is_over()))
    });
    // An output shows as soon as it is stored, but a run may make more than one.
    let result = memo(move |_| result.get().filter(|_| is_over.get()));
    let previous = use_previous(shown);
    let ground = use_ground(shown, previous);
    let natural = RwSignal::new(None);
    let ratio = memo(move |_| {
        let size = result.see(|output| output.as_ref().and_then(size_of));
        let asked = || shown.row.see(|row| asked_size(&row.as_ref()?.job.inputs));
        let before = || previous.see(|output| output.as_ref().and_then(size_of));
        let ratio = size.or_else(|| natural.get()).or_else(asked).or_else(before);
        ratio.map_or(1.5, |(width, height)| width / height).clamp(0.2, 5.0)
    });
    view! {
        <figure
            class="stage__pic"
            class:skel=move || ground.see(Option::is_none) && !is_over.get()
            class=("stage__pic--bare", move || result.see(|output| output.as_ref().is_some_and(is_bare)))
            style=("--r", move || ratio.get())
        >
            <GroundPicture shown ground natural />
            {move || result.get().map(|output| view! { <Made shown output embedded /> })}
            <Line shown />
            <Show when=move || is_previous(ground) && !is_over.get()>
                <span class="stage__tag">{t::previous_result()}</span>
            </Show>
        </figure>
    }
}

/// The preview, or the previous result, dimmed.
#[component]
fn GroundPicture(
    shown: Shown,
    ground: Memo<Option<Ground>>,
    /// Width and height of the preview, for a job that does not say its size.
    natural: RwSignal<Option<(f64, f64)>>,
) -> Node {
    let there = memo(move |_| ground.see(Option::is_some));
    let failed = memo(move |_| {
        shown
            .phase
            .see(|phase| matches!(phase, Some(Phase::Failed | Phase::Expired | Phase::Stopped)))
    });
    let source = move || ground.see(|ground| ground.as_ref().map(|it| it.url().to_owned()));
    let alt = move || if is_previous(ground) { t::previous_alt() } else { t::preview_alt() };
    let measure = move |event: leptos::ev::Event| {
        let image: web_sys::HtmlImageElement = event_target(&event);
        let size = (f64::from(image.natural_width()), f64::from(image.natural_height()));
        if !is_previous(ground) && size.1 > 0.0 && natural.get_untracked() != Some(size) {
            natural.set(Some(size));
        }
    };
    view! {
        <Show when=move || there.get()>
            <img
                class="stage__ground"
                class:previous=move || is_previous(ground) || failed.get()
                src=source
                alt=alt
                decoding="sync"
                on:load=measure
            />
        </Show>
    }
}

/// How far the run is, along the lower edge.
#[component]
fn Line(shown: Shown) -> Node {
    let percent = memo(move |_| {
        shown.phase.see(|phase| match phase {
            Some(Phase::Running { percent, .. }) => Some(*percent),
            _ => None,
        })
    });
    let runs = memo(move |_| percent.get().is_some());
    view! {
        <Show when=move || runs.get()>
            <div
                class="stage__line"
                role="progressbar"
                aria-label=t::painting_title()
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=move || percent.get().unwrap_or(100)
                style=("--p", move || percent.get().unwrap_or(100))
            ></div>
        </Show>
    }
}

fn use_previous(shown: Shown) -> Memo<Option<Output>> {
    let live = use_live();
    let slug = use_desk().workflow().about.slug.clone();
    let id = memo(move |_| shown.row.see(|row| row.as_ref().map(|row| row.job.id)));
    memo(move |_| live.results.see(|results| results.newest_picture(&slug, id.get()).cloned()))
}

fn use_ground(shown: Shown, previous: Memo<Option<Output>>) -> Memo<Option<Ground>> {
    let live = use_live();
    memo(move |_| {
        let (id, made) = shown.row.see(|row| {
            let job = &row.as_ref()?.job;
            Some((job.id, job.status == wire::JobStatus::Succeeded))
        })?;
        let preview = live.previews.see(|all| Some(all.get(id)?.as_str().to_owned()));
        // Under a finished result there is only its own last preview.
        let previous =
            || previous.see(|output| Some(output.as_ref()?.url.clone())).filter(|_| !made);
        preview.map(Ground::Preview).or_else(|| previous().map(Ground::Previous))
    })
}

fn is_previous(ground: Memo<Option<Ground>>) -> bool {
    ground.see(|ground| matches!(ground, Some(Ground::Previous(_))))
}

/// What to show of several: a picture if there is one.
fn best(outputs: &[Output]) -> Option<&Output> {
    outputs.iter().find(|output| output.kind == OutputKind::Image).or(outputs.first())
}

/// Has no picture of its own to fill the place.
fn is_bare(output: &Output) -> bool {
    !matches!(output.kind, OutputKind::Image | OutputKind::Video)
}

fn size_of(output: &Output) -> Option<(f64, f64)> {
    Some((f64::from(output.width?), f64::from(output.height?))).filter(|size| size.1 > 0.0)
}

/// The size that was asked for, if the form asks.
fn asked_size(inputs: &Inputs) -> Option<(f64, f64)> {
    let side = |value: &serde_json::Value, name: &str| {
        value.get(name)?.as_f64().filter(|side| *side > 0.0)
    };
    inputs.values().find_map(|value| Some((side(value, "width")?, side(value, "height")?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::samples::output;

    #[test]
    fn a_picture_is_shown_before_other_outputs() {
        let text = Output { kind: OutputKind::Text, ..output(1) };
        let outputs = [text, output(2)];
        assert_eq!(best(&outputs), Some(&outputs[1]));
        assert_eq!(best(&[]), None);
    }

    #[test]
    fn the_place_has_the_size_that_was_asked_for() {
        let inputs = serde_json::json!({"prompt": "dunes", "size": {"width": 3, "height": 2}});
        assert_eq!(asked_size(inputs.as_object().unwrap()), Some((3.0, 2.0)));
        let nothing = serde_json::json!({"size": {"width": 0, "height": 0}});
        assert_eq!(asked_size(nothing.as_object().unwrap()), None);
    }
}
