//! The door that speaks ComfyUI's own words: held to the very scenarios that a
//! ComfyUI and the engine are held to, and to what a house owes besides.

#![expect(clippy::disallowed_methods, reason = "tests may spawn and block")]

#[path = "../../../crates/engine/tests/conformance/support/mod.rs"]
mod support;
mod target;

#[path = "../../../crates/engine/tests/conformance/clients.rs"]
mod clients;
#[path = "../../../crates/engine/tests/conformance/endpoints.rs"]
mod endpoints;
#[path = "../../../crates/engine/tests/conformance/interrupts.rs"]
mod interrupts;
#[path = "../../../crates/engine/tests/conformance/jobs.rs"]
mod jobs;
#[path = "../../../crates/engine/tests/conformance/media.rs"]
mod media;
#[path = "../../../crates/engine/tests/conformance/pictures.rs"]
mod pictures;
#[path = "../../../crates/engine/tests/conformance/runs.rs"]
mod runs;
#[path = "../../../crates/engine/tests/conformance/shapes.rs"]
mod shapes;
#[path = "../../../crates/engine/tests/conformance/uploads.rs"]
mod uploads;
#[path = "../../../crates/engine/tests/conformance/validation.rs"]
mod validation;
#[path = "../../../crates/engine/tests/conformance/view.rs"]
mod view;

mod early;
mod history;
mod isolation;
mod kept;
mod names;
mod person;
