//! How an embed is dressed for the site around it: colours and corners from the address, as
//! `/embed/slug?theme=light&accent=%23225544&radius=4`. Only tokens change, nothing else.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use wire::text::shown;

/// Colours that a site may name.
const COLOURS: [&str; 7] = ["accent", "accent-ink", "wall", "paper", "ink", "line", "edge"];

/// What follows from a colour unless it is named itself: token, from, how.
const DERIVED: [(&str, &str, &str); 8] = [
    ("accent-up", "accent", "color-mix(in oklch, var(--accent) 88%, var(--ink))"),
    ("accent-wash", "accent", "color-mix(in oklch, var(--accent) 10%, transparent)"),
    ("wall", "paper", "color-mix(in oklch, var(--paper) 97%, var(--ink))"),
    ("paper-2", "paper", "var(--paper)"),
    ("paper-3", "paper", "color-mix(in oklch, var(--paper) 93%, var(--ink))"),
    ("line", "paper", "color-mix(in oklch, var(--paper) 87%, var(--ink))"),
    ("ink-2", "ink", "color-mix(in oklch, var(--ink) 82%, var(--paper))"),
    ("ink-3", "ink", "color-mix(in oklch, var(--ink) 70%, var(--paper))"),
];

/// The largest radius of a corner, in pixels.
const ROUNDEST: f64 = 24.0;

/// Dresses the document as the query of its address asks.
pub(crate) fn put_on(asked: impl Fn(&str) -> Option<String>) {
    let Some(root) = document().document_element() else { return };
    let Ok(root) = root.dyn_into::<HtmlElement>() else { return };
    if let Some(theme @ ("light" | "dark")) = asked("theme").as_deref() {
        let _ = root.set_attribute("data-theme", theme);
    }
    let is_colour =
        |value: &str| web_sys::css::supports_with_value("color", value).unwrap_or(false);
    for (token, value) in tokens(asked, is_colour) {
        let _ = root.style().set_property(&format!("--{token}"), &value);
    }
}

/// The tokens to set. What is not a colour is passed over.
fn tokens(
    asked: impl Fn(&str) -> Option<String>,
    is_colour: impl Fn(&str) -> bool,
) -> Vec<(&'static str, String)> {
    let colour = |name: &'static str| Some((name, asked(name).filter(|value| is_colour(value))?));
    let mut tokens: Vec<_> = COLOURS.into_iter().filter_map(colour).collect();
    for (token, from, how) in DERIVED {
        let is_set = |name: &str| tokens.iter().any(|(set, _)| *set == name);
        if is_set(from) && !is_set(token) {
            tokens.push((token, how.to_owned()));
        }
    }
    if let Some(radius) = asked("radius").and_then(|radius| wire::text::decimal(&radius)) {
        let radius = radius.clamp(0.0, ROUNDEST);
        tokens.push(("r-1", format!("{}px", shown(radius * 0.6))));
        tokens.push(("r-2", format!("{}px", shown(radius))));
        tokens.push(("r-3", format!("{}px", shown(radius * 1.8))));
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dressed(asked: &[(&str, &str)]) -> Vec<(&'static str, String)> {
        let find = |name: &str| {
            asked.iter().find(|(asked, _)| *asked == name).map(|(_, value)| (*value).to_owned())
        };
        tokens(find, |value| value.starts_with('#'))
    }

    #[test]
    fn a_colour_brings_its_shades() {
        let tokens = dressed(&[("accent", "#225544")]);
        let names: Vec<&str> = tokens.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["accent", "accent-up", "accent-wash"]);
    }

    #[test]
    fn a_shade_that_is_named_is_not_derived() {
        let tokens = dressed(&[("paper", "#fff"), ("wall", "#eee")]);
        assert_eq!(tokens.iter().filter(|(name, _)| *name == "wall").count(), 1);
    }

    #[test]
    fn only_colours_and_numbers_are_taken() {
        assert_eq!(dressed(&[("accent", "url(//evil)"), ("radius", "big"), ("font", "x")]), []);
    }

    #[test]
    fn corners_stay_within_reason() {
        assert_eq!(dressed(&[("radius", "900")])[1], ("r-2", "24px".to_owned()));
    }
}
