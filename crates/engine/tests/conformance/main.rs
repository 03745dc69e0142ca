//! Scenarios that a ComfyUI server and the engine must answer alike.
//!
//! By default each test starts an engine of its own. With
//! `PARLOR_TEST_COMFYUI=http://127.0.0.1:8188` the same assertions are made of
//! that server instead, one test at a time; it needs any SD 1.5 checkpoint. That may be a house of
//! Parlor's, which is found out by asking; `PARLOR_TEST_COMFYUI_KEY` is the key that it wants, if it does.
//! What is asserted is order and shape, as the recordings of a real server show
//! them; where the engine differs on purpose, its crate documentation says so.

mod support;
mod target;

mod clients;
mod endpoints;
mod interrupts;
mod jobs;
mod media;
mod pictures;
mod runs;
mod shapes;
mod uploads;
mod validation;
mod view;

/// What is not so in a house of Parlor's.
mod bare;

/// What only an engine can be asked for.
mod engine_only;
mod parts;
