//! The few things we ask of the browser itself, each a plain function.
//!
//! Storage may be forbidden (private windows, third-party frames): then nothing is kept, and
//! nothing else breaks.

use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Storage, Url};
use wire::Millis;

/// Now.
pub(crate) fn now() -> Millis {
    js_sys::Date::now() as Millis
}

/// 128 random bits as hex: for keys that must not repeat, not for secrets.
pub(crate) fn random_key() -> String {
    let part = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    format!("{:08x}{:08x}{:08x}{:08x}", part(), part(), part(), part())
}

/// Path that the whole site lies under: `""` at the root, else as `/parlor`.
pub(crate) fn base_path() -> String {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    let path = Url::new(&base).map(|url| url.pathname()).unwrap_or_default();
    path.trim_end_matches('/').to_owned()
}

/// The absolute form of an address relative to the page's base.
pub(crate) fn absolute(path: &str) -> String {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    Url::new_with_base(path, &base).map_or_else(|_| path.to_owned(), |url| url.href())
}

/// The content of `<meta name=…>`.
pub(crate) fn meta(name: &str) -> Option<String> {
    let meta = document().query_selector(&format!("meta[name='{name}']")).ok()??;
    meta.get_attribute("content").filter(|content| !content.is_empty())
}

/// What the reader reads, best first: the choice made here before, then the browser's.
pub(crate) fn languages() -> Vec<String> {
    let chosen = recall("language");
    let offered = window().navigator().languages();
    chosen.into_iter().chain(offered.iter().filter_map(|tag| tag.as_string())).collect()
}

/// Says the language of the page.
pub(crate) fn set_language(tag: &str) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("lang", tag);
    }
}

/// What was kept under `key`.
pub(crate) fn recall(key: &str) -> Option<String> {
    local_storage()?.get_item(&named(key)).ok()?
}

/// Keeps `value` on this device; `None` forgets it.
pub(crate) fn keep(key: &str, value: Option<&str>) {
    store(local_storage(), key, value);
}

/// What was kept under `key` for as long as this tab lives.
pub(crate) fn recall_in_tab(key: &str) -> Option<String> {
    session_storage()?.get_item(&named(key)).ok()?
}

/// Keeps `value` for as long as this tab lives.
pub(crate) fn keep_in_tab(key: &str, value: Option<&str>) {
    store(session_storage(), key, value);
}

fn store(storage: Option<Storage>, key: &str, value: Option<&str>) {
    let Some(storage) = storage else { return };
    // A full or forbidden storage is no reason to stop.
    let _ = match value {
        Some(value) => storage.set_item(&named(key), value),
        None => storage.remove_item(&named(key)),
    };
}

fn named(key: &str) -> String {
    format!("parlor.{key}")
}

fn local_storage() -> Option<Storage> {
    window().local_storage().ok()?
}

fn session_storage() -> Option<Storage> {
    window().session_storage().ok()?
}

/// Whether a media query holds.
pub(crate) fn matches(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|list| list.matches())
}

/// Puts text on the clipboard; says whether that was possible.
pub(crate) async fn copy(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    // Absent where the page was not loaded securely.
    if clipboard.is_undefined() {
        return false;
    }
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// Moves focus to the element with this id.
pub(crate) fn focus(id: &str) {
    if let Some(element) = document().get_element_by_id(id)
        && let Ok(element) = element.dyn_into::<web_sys::HtmlElement>()
    {
        let _ = element.focus();
    }
}

/// Moves focus to this element and scrolls there.
pub(crate) fn focus_on(element: &web_sys::Element) {
    if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
        let _ = element.focus();
    }
}

/// Scrolls no further than it takes to see the element with this id.
pub(crate) fn reveal(id: &str) {
    let Some(element) = document().get_element_by_id(id) else { return };
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Keys that are pressed now go into a field.
pub(crate) fn is_typing() -> bool {
    document().active_element().is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
    })
}

/// A dialog is open, and keys are meant for it.
pub(crate) fn is_dialog_open() -> bool {
    document().query_selector("dialog[open]").is_ok_and(|dialog| dialog.is_some())
}

/// The device is held in the hand, and so has a camera.
pub(crate) fn is_handheld() -> bool {
    matches("(hover: none) and (pointer: coarse)")
}

/// A seed of twelve digits: enough for every picture to be another, few enough to be read out.
pub(crate) fn random_seed() -> u64 {
    (js_sys::Math::random() * 1e12) as u64
}

/// The page goes on under another address, relative to its base.
pub(crate) fn readdress(address: &str) {
    let url = absolute(address);
    let _ = window().history().and_then(|history| {
        history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&url))
    });
}

/// One step back in the history.
pub(crate) fn back() {
    let _ = window().history().and_then(|history| history.back());
}

/// Watches whether an element is in sight; stops when dropped.
pub(crate) struct Sight {
    observer: web_sys::IntersectionObserver,
    /// Called by the browser for as long as the observer lives.
    _on_sight: Closure<dyn Fn(js_sys::Array)>,
}

impl Sight {
    /// Calls `seen` each time `element` comes nearer to the screen than `margin`, a CSS length.
    pub(crate) fn new(
        element: &web_sys::Element,
        margin: &str,
        seen: impl Fn() + 'static,
    ) -> Option<Self> {
        let on_sight = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
            // Of several, the last says how it is now.
            let now = web_sys::IntersectionObserverEntry::from(entries.pop());
            if now.is_intersecting() {
                seen();
            }
        });
        let options = web_sys::IntersectionObserverInit::new();
        options.set_root_margin(margin);
        let callback = on_sight.as_ref().unchecked_ref();
        let observer = web_sys::IntersectionObserver::new_with_options(callback, &options).ok()?;
        observer.observe(element);
        Some(Self { observer, _on_sight: on_sight })
    }
}

impl Drop for Sight {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// An address of bytes held in memory; let go when dropped.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ObjectUrl(String);

impl ObjectUrl {
    /// Holds a copy of `bytes`.
    pub(crate) fn of_bytes(bytes: &[u8], mime: &str) -> Option<Self> {
        let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
        let options = web_sys::BlobPropertyBag::new();
        options.set_type(mime);
        let blob = web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
        Self::of_blob(&blob)
    }

    /// Stands for a blob, or a file that a person chose.
    pub(crate) fn of_blob(blob: &web_sys::Blob) -> Option<Self> {
        Url::create_object_url_with_blob(blob).ok().map(Self)
    }

    /// For `src`.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// Goes to another document of the site, whose address is relative to the page's base; *back* does not lead
/// here any more.
pub(crate) fn move_on(address: &str) {
    let _ = window().location().replace(&absolute(address));
}

/// Loads the page anew.
pub(crate) fn reload() {
    let _ = window().location().reload();
}
