//! A workflow on the bench, as plain data, and the rules for changing it; tested without a browser.
//!
//! `history` is what undo and redo go through, `saving` what the server has of it. The others are rules
//! for a manifest: `arrange` for the order of its fields, `graph` for what they set, `names` for what they are
//! called, `values` for what they hold, `texts` for other languages, `told` for reading differences.

pub(crate) mod arrange;
pub(crate) mod graph;
pub(crate) mod history;
pub(crate) mod names;
#[cfg(test)]
pub(crate) mod samples;
pub(crate) mod saving;
pub(crate) mod texts;
pub(crate) mod told;
pub(crate) mod values;

use wire::{FieldManifest, Manifest};

/// The field called `name`.
pub(crate) fn field<'a>(manifest: &'a Manifest, name: &str) -> Option<&'a FieldManifest> {
    manifest.fields.iter().find(|field| field.name == name)
}

/// The field called `name`, to be changed.
pub(crate) fn field_mut<'a>(
    manifest: &'a mut Manifest,
    name: &str,
) -> Option<&'a mut FieldManifest> {
    manifest.fields.iter_mut().find(|field| field.name == name)
}
