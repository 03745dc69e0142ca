//! Jobs from the door to the gallery, against a ComfyUI that does as it is told.
#![expect(clippy::disallowed_methods, reason = "tests spawn what they stop themselves")]

mod doors;
mod early;
mod engine;
mod fake;
mod graphs;
mod handling;
mod house;
mod inputs;
mod kill;
mod lost;
mod oddities;
mod outputs;
mod recovery;
mod runs;
