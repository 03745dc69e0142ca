//! The light that a picture throws on the wall behind it.

use std::sync::Arc;

use leptos::prelude::*;

use super::Shown;
use crate::{
    api,
    browser::ObjectUrl,
    desk::use_desk,
    dom::{Node, view},
    live::use_live,
    reactive::memo,
};

/// The light changes with every tenth of a run: a large blur is not cheap.
const PART: u32 = 10;

/// What throws the light.
#[derive(Clone, PartialEq)]
enum Source {
    /// Held, so that its address stays good for as long as it is shown.
    Preview(u32, Arc<ObjectUrl>),
    Thumb(String),
}

#[component]
pub(super) fn Glow(shown: Shown) -> Node {
    let live = use_live();
    let slug = use_desk().workflow().about.slug.clone();
    let source = memo(move |before: Option<&Option<Source>>| {
        let (id, part, own) = shown.row.see(|row| {
            let row = row.as_ref()?;
            let own = row.job.outputs.iter().find(|output| output.width.is_some());
            Some((row.job.id, row.percent() / PART, own.map(|output| output.url.clone())))
        })?;
        if let Some(url) = own {
            return Some(Source::Thumb(api::thumb(&url, 64)));
        }
        if let Some(preview) = live.previews.see(|all| all.get(id).cloned()) {
            return match before {
                Some(Some(same @ Source::Preview(known, _))) if *known == part => {
                    Some(same.clone())
                }
                _ => Some(Source::Preview(part, preview)),
            };
        }
        live.results.see(|results| {
            let output = results.newest_picture(&slug, Some(id))?;
            Some(Source::Thumb(api::thumb(&output.url, 64)))
        })
    });
    let image = move || {
        source.see(|source| match source {
            Some(Source::Preview(_, url)) => format!("url(\"{}\")", url.as_str()),
            Some(Source::Thumb(url)) => format!("url(\"{url}\")"),
            None => "none".to_owned(),
        })
    };
    view! { <div class="stage__glow" aria-hidden="true" style=("background-image", image)></div> }
}
