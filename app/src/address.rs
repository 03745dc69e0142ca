//! The address: which page it names, and how to get to another without loading the page anew.
//!
//! Links are plain `<a href>` and know nothing of this: a click on one that leads to a page of ours
//! is caught on its way up. What leads elsewhere, downloads, or opens a tab is the browser's.

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlAnchorElement, MouseEvent, Url, UrlSearchParams};

use crate::{
    browser,
    reactive::{Memo, RwSignal, memo},
};

/// Whatever follows the site's own path.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Address {
    /// As `/w/upscale`.
    path: String,
    /// As `?job=…`, or empty.
    search: String,
}

/// The pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    Hall,
    /// The workflow with this slug.
    Run(String),
    Gallery,
    /// The same, without the house around it.
    Embed(String),
    Nowhere,
}

/// What going somewhere does to the history and to the scroll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A new page, read from its top.
    On,
    /// A new step, on the same page.
    Beside,
    /// The same step: *back* leads to where it led before.
    Instead,
}

/// The one address of the page.
#[derive(Clone, Copy)]
pub(crate) struct Here(RwSignal<Address>);

/// What [`provide`] provides.
pub(crate) fn use_here() -> Here {
    expect_context()
}

/// Follows the address from now on.
pub(crate) fn provide() -> Here {
    let here = Here(RwSignal::new(Address::now()));
    provide_context(here);
    window_event_listener(ev::popstate, move |_| here.0.set(Address::now()));
    window_event_listener(ev::click, move |event| here.follow(&event));
    here
}

impl Here {
    /// The page that it names.
    pub(crate) fn route(self) -> Memo<Route> {
        memo(move |_| self.0.see(|address| Route::of(&address.path)))
    }

    /// A value of its query.
    pub(crate) fn query(self, name: &str) -> Option<String> {
        let search = self.0.see(|address| address.search.clone());
        UrlSearchParams::new_with_str(&search).ok()?.get(name)
    }

    /// To another address below the site's own, as `w/upscale?job=…`.
    pub(crate) fn go(self, address: &str, step: Step) {
        let Ok(history) = window().history() else { return };
        let url = browser::absolute(address);
        // Where the history may not be written to, the page still turns.
        let _ = match step {
            Step::On | Step::Beside => history.push_state_with_url(&JsValue::NULL, "", Some(&url)),
            Step::Instead => history.replace_state_with_url(&JsValue::NULL, "", Some(&url)),
        };
        self.0.set(Address::now());
        if step == Step::On {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    }

    /// Goes where a click on a link leads, if that is ours.
    fn follow(self, event: &MouseEvent) {
        let is_plain = event.button() == 0
            && !(event.meta_key() || event.alt_key() || event.ctrl_key() || event.shift_key())
            && !event.default_prevented();
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(link) = target.filter(|_| is_plain).and_then(|target| link_around(&target)) else {
            return;
        };
        if let Some(address) = own_address(&link.href()) {
            event.prevent_default();
            let step = if link.has_attribute("data-noscroll") { Step::Beside } else { Step::On };
            self.go(&address, step);
        }
    }
}

/// The link that was hit, unless it says that it is not for us.
fn link_around(hit: &Element) -> Option<HtmlAnchorElement> {
    let link = hit.closest("a[href]:not([target], [download], [rel~=external])").ok()??;
    link.dyn_into().ok()
}

/// What follows the site's own path, if `href` is of this site.
fn own_address(href: &str) -> Option<String> {
    let base = document().base_uri().ok().flatten()?;
    // An address without a page of ours behind it is the server's.
    let rest = href.strip_prefix(&base)?;
    (!rest.starts_with("api/")).then(|| rest.to_owned())
}

impl Address {
    fn now() -> Self {
        let href = window().location().href().unwrap_or_default();
        let url = Url::new(&href).ok();
        let (path, search) =
            url.map_or_else(Default::default, |url| (url.pathname(), url.search()));
        let below = path.strip_prefix(&browser::base_path()).unwrap_or(&path).to_owned();
        Self { path: below, search }
    }
}

impl Route {
    fn of(path: &str) -> Self {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => Self::Hall,
            (Some("gallery"), None, _) => Self::Gallery,
            (Some("w"), Some(slug), None) => Self::Run(slug.to_owned()),
            (Some("embed"), Some(slug), None) => Self::Embed(slug.to_owned()),
            _ => Self::Nowhere,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_has_its_path() {
        let slug = || "up-scale".to_owned();
        let pages = [
            ("", Route::Hall),
            ("/", Route::Hall),
            ("/gallery", Route::Gallery),
            ("/gallery/", Route::Gallery),
            ("/w/up-scale", Route::Run(slug())),
            ("/embed/up-scale", Route::Embed(slug())),
        ];
        for (path, page) in pages {
            assert_eq!(Route::of(path), page, "{path}");
        }
    }

    #[test]
    fn any_other_path_leads_nowhere() {
        for path in ["/w", "/w/a/b", "/gallery/7", "/embed/", "/x"] {
            assert_eq!(Route::of(path), Route::Nowhere, "{path}");
        }
    }
}
