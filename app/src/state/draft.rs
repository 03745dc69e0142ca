//! What was typed and not sent yet: it survives a reload.

use wire::Inputs;

use crate::browser;

/// The draft of a workflow, as it was last kept.
pub(crate) fn load(slug: &str) -> Option<Inputs> {
    wire::read(&browser::recall(&key(slug))?)
}

/// Keeps the draft of a workflow on this device.
pub(crate) fn save(slug: &str, inputs: &Inputs) {
    let text = wire::text::print(&inputs.clone().into());
    browser::keep(&key(slug), Some(&text));
}

fn key(slug: &str) -> String {
    format!("draft.{slug}")
}
