//! What a server runs on.

use serde::Deserialize;

/// What a server runs on. Its paths and arguments, which it also tells, are
/// left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct SystemStats {
    /// The machine and its software.
    pub system: System,
    /// What it computes on.
    #[serde(default)]
    pub devices: Vec<Device>,
}

/// The machine and its software.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct System {
    /// `linux`, `darwin`, `win32`.
    pub os: String,
    /// The version of ComfyUI: `0.33.0`.
    pub comfyui_version: Option<String>,
    /// Memory in all, in bytes.
    pub ram_total: u64,
    /// Memory that is free, in bytes.
    pub ram_free: u64,
}

/// What a server computes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Device {
    /// What it is called: `cuda:0 NVIDIA GeForce RTX 4090`.
    pub name: String,
    /// `cuda`, `cpu`, `mps`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Its memory in all, in bytes.
    pub vram_total: u64,
    /// Its memory that is free, in bytes.
    pub vram_free: u64,
}
