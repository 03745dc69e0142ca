//! A result over the picture it was made from, with a line to draw across.

use leptos::prelude::*;
use serde_json::Value;
use wire::text::decimal;

use crate::{
    dom::{Node, view},
    i18n::t,
    live::use_live,
    reactive::{RwSignal, memo},
    results::{Item, Place},
};

/// The picture that went into a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    Upload(String),
    Result(Place),
}

/// What a result can be compared with, if it was made from a picture.
pub(super) fn source(item: &Item) -> Option<Source> {
    item.job.inputs.values().find_map(|value| {
        if let Some(upload) = value.get("upload").and_then(Value::as_str) {
            return Some(Source::Upload(format!("api/parlor/v1/uploads/{upload}")));
        }
        let job = value.get("job")?.as_str()?;
        let output = value.get("output").and_then(Value::as_u64)?.to_string();
        Place::parse(job, Some(&output)).map(Source::Result)
    })
}

/// The original, up to a line that is dragged, or moved by the arrow keys.
#[component]
pub(super) fn Wipe(item: Item) -> Node {
    let live = use_live();
    let at = RwSignal::new(50.0_f64);
    let source = source(&item);
    // It may hang on another wall, or farther down than was looked.
    let is_missing = RwSignal::new(false);
    if let Some(Source::Result(place)) = source {
        super::meet(live, place, is_missing);
    }
    let url = memo(move |_| match &source {
        Some(Source::Upload(url)) => Some(url.clone()),
        Some(Source::Result(place)) => live.results.see(|results| {
            let job = results.get(place.job)?;
            Some(job.outputs.get(place.output as usize)?.url.clone())
        }),
        None => None,
    });
    let part = move || at.get();
    view! {
        <div class="wipe" style=("--at", part)>
            <img src=url alt=t::compare_original_alt() draggable="false"/>
            <span class="wipe__line"></span>
            <span class="wipe__tag wipe__tag--from">{t::compare_original()}</span>
            <span class="wipe__tag wipe__tag--to">{t::compare_result()}</span>
            <input
                class="wipe__range"
                type="range"
                min="0"
                max="100"
                step="any"
                aria-label=t::compare_line()
                prop:value=part
                on:input=move |event| at.set(decimal(&event_target_value(&event)).unwrap_or(50.0))
            />
        </div>
    }
}
