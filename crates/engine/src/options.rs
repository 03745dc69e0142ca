//! What can be set.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// How an engine is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where its files live: `input`, `output` and `temp` inside are made when
    /// missing, and `temp` is emptied at start. Nothing outside is ever touched.
    pub folder: PathBuf,
    /// Where it listens. Port 0 takes any free one: see [`crate::Engine::url`].
    /// It knows no passwords, so this should be a loopback address.
    pub listen: SocketAddr,
    /// How long each sampler step rests after its work, so that tests can act
    /// in the middle of a run. An interrupt ends the rest.
    pub step_delay: Duration,
    /// Whether samplers send previews to prompts that do not say
    /// `preview_method` themselves.
    pub previews: bool,
    /// Names of models that it lists besides its own, in every list of models: workflows that name
    /// them are run, though the painter does the work.
    pub models: Vec<String>,
    /// How it misbehaves, for tests.
    pub faults: Faults,
}

impl Options {
    /// A well-behaved engine on any free loopback port, with previews.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            step_delay: Duration::ZERO,
            previews: true,
            models: Vec::new(),
            faults: Faults::default(),
        }
    }
}

/// How an engine misbehaves, for tests of those who depend on it.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// Adds the nodes `ParlorTestSleep` (rests `seconds`, then passes its
    /// picture on) and `ParlorTestFail` (fails with `message`).
    pub test_nodes: bool,
    /// After this many sampler steps, of all prompts together, the worker stops
    /// for good while HTTP and WebSocket keep answering.
    pub stall_after_steps: Option<u32>,
    /// After this many sampler steps, of all prompts together, it goes as a
    /// killed process does: see [`crate::Engine::kill`].
    pub die_after_steps: Option<u32>,
}
