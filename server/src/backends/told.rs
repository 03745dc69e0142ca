//! The ComfyUI servers as the owner of the house sees them, asked when they want to know.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;
use wire::{BackendQueue, HouseBackend, HouseDevice, HouseMachine};

use super::backend::Backend;
use super::{BackendStatus, Backends};

/// How long a server may take to say how it is. Nobody waits longer for a page.
const PATIENCE: Duration = Duration::from_secs(3);

impl Backends {
    /// How each is, in the order of the configuration.
    pub(crate) async fn told(&self) -> Vec<HouseBackend> {
        join_all(self.list.iter().map(|backend| told(backend))).await
    }
}

/// One that is closed is left alone: it may be resting.
async fn told(backend: &Backend) -> HouseBackend {
    let BackendStatus { name, open, busy, reason } = backend.status();
    let (machine, queue) = if open { asked(backend).await } else { (None, None) };
    let nodes = backend.definitions().map(|all| all.len() as u32);
    let url = backend.client.base().to_string();
    HouseBackend { name, url, open, busy, reason, nodes, machine, queue }
}

async fn asked(backend: &Backend) -> (Option<HouseMachine>, Option<BackendQueue>) {
    let client = &backend.client;
    let (stats, queue) =
        tokio::join!(timeout(PATIENCE, client.system_stats()), timeout(PATIENCE, client.queue()),);
    let machine = stats.ok().and_then(Result::ok).map(machine);
    let queue = queue.ok().and_then(Result::ok).map(|queue| BackendQueue {
        running: queue.running.len() as u32,
        waiting: queue.waiting.len() as u32,
    });
    (machine, queue)
}

fn machine(stats: comfy::client::SystemStats) -> HouseMachine {
    let device = |device: comfy::client::Device| HouseDevice {
        name: device.name,
        kind: device.kind,
        memory: device.vram_total,
        memory_free: device.vram_free,
    };
    HouseMachine {
        version: stats.system.comfyui_version,
        os: stats.system.os,
        memory: stats.system.ram_total,
        memory_free: stats.system.ram_free,
        devices: stats.devices.into_iter().map(device).collect(),
    }
}
