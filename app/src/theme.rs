//! Day or dusk: the reader's system decides until they do.

use leptos::prelude::*;

use crate::{browser, reactive::RwSignal};

/// How the page is lit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Light {
    Day,
    Dusk,
}

/// The choice made on this device, if any.
#[derive(Clone, Copy)]
pub(crate) struct Theme(RwSignal<Option<Light>>);

/// What [`provide`] provides.
pub(crate) fn use_theme() -> Theme {
    expect_context()
}

/// Takes up the choice made before. Called before anything is drawn, so nothing flashes.
pub(crate) fn provide() {
    let chosen = match browser::recall("theme").as_deref() {
        Some("light") => Some(Light::Day),
        Some("dark") => Some(Light::Dusk),
        _ => None,
    };
    show(chosen);
    provide_context(Theme(RwSignal::new(chosen)));
}

impl Theme {
    /// How the page is lit now.
    pub(crate) fn light(self) -> Light {
        self.0.get().unwrap_or_else(|| {
            if browser::matches("(prefers-color-scheme: dark)") { Light::Dusk } else { Light::Day }
        })
    }

    /// Changes to the other, and remembers it.
    pub(crate) fn switch(self) {
        let other = if self.light() == Light::Day { Light::Dusk } else { Light::Day };
        browser::keep("theme", Some(name(other)));
        show(Some(other));
        self.0.set(Some(other));
    }
}

fn name(light: Light) -> &'static str {
    match light {
        Light::Day => "light",
        Light::Dusk => "dark",
    }
}

fn show(light: Option<Light>) {
    if let Some(light) = light
        && let Some(root) = document().document_element()
    {
        let _ = root.set_attribute("data-theme", name(light));
    }
}
