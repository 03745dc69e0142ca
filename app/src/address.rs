//! The address: which page it names, and how to get to another without loading the page anew.
//!
//! Links are plain `<a href>` and know nothing of this: a click on one that leads to a page of ours
//! is caught on its way up. What leads elsewhere, downloads, or opens a tab is the browser's; so is what
//! leads to the other program, guest's or host's, which is another document.

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlAnchorElement, MouseEvent, Url, UrlSearchParams};

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

/// The guest's pages.
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
pub(crate) struct Here {
    address: RwSignal<Address>,
    side: Side,
}

/// Which program this is. Each has its own addresses, and leaves the other's to the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Guest,
    /// Everything at and below [`STUDIO`] and [`ADMIN`], [`SIGN_IN`] and [`ACCOUNT`].
    Host,
}

/// Where the host's side lies, relative to the page's base.
pub(crate) const STUDIO: &str = "studio";

/// Where people sign in, relative to the page's base. The host's program draws it, so that guests need not
/// download it.
pub(crate) const SIGN_IN: &str = "sign-in";

/// Where people see and decide about what is theirs, relative to the page's base.
pub(crate) const ACCOUNT: &str = "account";

/// Where owners keep the house, relative to the page's base.
pub(crate) const ADMIN: &str = "admin";

/// What [`provide`] provides.
pub(crate) fn use_here() -> Here {
    expect_context()
}

/// Follows the address from now on.
pub(crate) fn provide(side: Side) -> Here {
    let here = Here { address: RwSignal::new(Address::now()), side };
    provide_context(here);
    window_event_listener(ev::popstate, move |_| here.address.set(Address::now()));
    window_event_listener(ev::click, move |event| here.follow(&event));
    here
}

impl Here {
    /// The guest's page that it names.
    pub(crate) fn route(self) -> Memo<Route> {
        memo(move |_| self.see_path(Route::of))
    }

    /// Looks at its path, as `/w/upscale`, and looks again whenever it changes.
    pub(crate) fn see_path<R>(self, look: impl FnOnce(&str) -> R) -> R {
        self.address.see(|address| look(&address.path))
    }

    /// A value of its query.
    pub(crate) fn query(self, name: &str) -> Option<String> {
        let search = self.address.see(|address| address.search.clone());
        UrlSearchParams::new_with_str(&search).ok()?.get(name)
    }

    /// To another address below the site's own, as `w/upscale?job=…`.
    pub(crate) fn go(self, address: &str, step: Step) {
        let Ok(history) = window().history() else { return };
        let url = browser::absolute(address);
        let is_here = window().location().href().is_ok_and(|here| here == url);
        // Where the history may not be written to, or not so often, the page still turns.
        let _ = if is_here || step == Step::Instead {
            history.replace_state_with_url(&JsValue::NULL, "", Some(&url))
        } else {
            history.push_state_with_url(&JsValue::NULL, "", Some(&url))
        };
        self.address.set(Address::of(&url));
        if step == Step::On {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    }

    /// Does something when a pointer comes to a link to a guest's page, before it is followed.
    pub(crate) fn on_approach(self, act: impl Fn(Route) + 'static) {
        window_event_listener(ev::pointerover, move |event| {
            let address = link_of(&event).and_then(|link| below_base(&link.href()));
            if let Some(address) = address.filter(|address| self.side.has(address)) {
                act(Route::of(address.split(['?', '#']).next().unwrap_or_default()));
            }
        });
    }

    /// Goes where a click on a link leads, if that is ours.
    fn follow(self, event: &MouseEvent) {
        let is_plain = event.button() == 0
            && !(event.meta_key() || event.alt_key() || event.ctrl_key() || event.shift_key())
            && !event.default_prevented();
        let Some(link) = is_plain.then(|| link_of(event)).flatten() else { return };
        if let Some(address) = below_base(&link.href()).filter(|address| self.side.has(address)) {
            event.prevent_default();
            let step = if link.has_attribute("data-noscroll") { Step::Beside } else { Step::On };
            self.go(&address, step);
        }
    }
}

/// The links that are for us.
const OURS: &str = "a[href]:not([target], [download], [rel~=external])";

/// The link on the way that a click took; what was hit may have been drawn anew since.
fn link_of(event: &MouseEvent) -> Option<HtmlAnchorElement> {
    let way = event.composed_path();
    let link = way.iter().find_map(|node| node.dyn_into::<HtmlAnchorElement>().ok());
    link.filter(|link| link.matches(OURS).unwrap_or(false))
}

/// What follows the site's own path, if `href` is of this site.
fn below_base(href: &str) -> Option<String> {
    let base = document().base_uri().ok().flatten()?;
    href.strip_prefix(&base).map(str::to_owned)
}

impl Side {
    /// Whether this address, relative to the page's base, is a page of this program.
    fn has(self, address: &str) -> bool {
        let first = address.split(['/', '?', '#']).next();
        let is_host = matches!(first, Some(STUDIO | SIGN_IN | ACCOUNT | ADMIN));
        match self {
            // An address without a page of ours behind it is the server's.
            Self::Guest => first != Some("api") && !is_host,
            Self::Host => is_host,
        }
    }
}

impl Address {
    fn now() -> Self {
        Self::of(&window().location().href().unwrap_or_default())
    }

    fn of(url: &str) -> Self {
        let url = Url::new(url).ok();
        let (path, search) =
            url.map_or_else(Default::default, |url| (url.pathname(), url.search()));
        let below = path.strip_prefix(&browser::base_path()).unwrap_or(&path);
        let path = js_sys::decode_uri_component(below).map_or_else(|_| below.into(), String::from);
        Self { path, search }
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
    fn each_program_leaves_the_addresses_of_the_other_to_the_browser() {
        let hosts = [
            "studio",
            "studio/",
            "studio?x",
            "studio/w/up-scale",
            "sign-in",
            "sign-in#a",
            "account",
            "admin",
            "admin/keys",
        ];
        for address in hosts {
            assert!(Side::Host.has(address) && !Side::Guest.has(address), "{address}");
        }
        for address in ["", "gallery", "w/studio", "studios", "?studio"] {
            assert!(Side::Guest.has(address) && !Side::Host.has(address), "{address}");
        }
        for side in [Side::Guest, Side::Host] {
            assert!(!side.has("api/parlor/v1/outputs/1"), "{side:?}");
        }
    }

    #[test]
    fn any_other_path_leads_nowhere() {
        for path in ["/w", "/w/a/b", "/gallery/7", "/embed/", "/x"] {
            assert_eq!(Route::of(path), Route::Nowhere, "{path}");
        }
    }
}
