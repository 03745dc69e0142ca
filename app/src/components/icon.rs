//! Icons: one sprite in the document, drawn on a grid of 24 by 24 in the colour of the text.

use leptos::prelude::*;

use crate::dom::{Node, view};

/// The drawings by name, as `<symbol>`s.
const SPRITE: &str = include_str!("icons.svg");

/// Puts the sprite into the document, once.
#[component]
pub(crate) fn Sprite() -> Node {
    view! { <div hidden=true inner_html=SPRITE></div> }
}

/// An icon by the name of its symbol: `<Icon name="heart" />`. It is never the only name of a
/// control.
#[component]
pub(crate) fn Icon(
    name: &'static str,
    /// For 16 pixels instead of 20.
    #[prop(optional)]
    small: bool,
) -> Node {
    let class = if small { "icon icon--s" } else { "icon" };
    view! {
        <svg class=class viewBox="0 0 24 24" aria-hidden="true">
            <use_ href=format!("#i-{name}") />
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::SPRITE;

    #[test]
    fn every_symbol_is_there_once() {
        let mut names: Vec<&str> =
            SPRITE.split("id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
