//! What the owner of a house sees of others, and does about it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Grant, JobId, JobStatus, Limit, Millis, Role, Standing};

/// `PATCH /admin/people/{id}`: what is said is changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PersonChange {
    #[serde(default)]
    pub role: Option<Role>,
    #[serde(default)]
    pub grants: Option<Vec<Grant>>,
    #[serde(default)]
    pub standing: Option<Standing>,
}

/// A job of anybody, as the owner sees it: what was asked for is theirs alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HouseJob {
    pub id: JobId,
    /// Whose it is.
    pub principal: Uuid,
    /// What they are called, if they have an account.
    pub name: Option<String>,
    pub workflow: String,
    pub status: JobStatus,
    pub created_at: Millis,
    pub backend: Option<String>,
}

/// One page of the jobs of everybody, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HouseJobList {
    pub jobs: Vec<HouseJob>,
    /// Pass as `cursor` for the next page; absent on the last one.
    pub next: Option<JobId>,
}

/// A ComfyUI server, as the owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HouseBackend {
    /// What the house calls it; guests see no more of it.
    pub name: String,
    /// Where it is. It holds no secrets: addresses with a name and a password are no settings.
    pub url: String,
    /// It can take work.
    pub open: bool,
    /// It has a job of this house.
    pub busy: bool,
    /// Why it is closed.
    pub reason: Option<String>,
    /// How many kinds of node it has; `None` as long as it has not told.
    pub nodes: Option<u32>,
    /// What it says of itself; `None` when it does not answer.
    pub machine: Option<HouseMachine>,
    /// Prompts that it has, this house's and others'; `None` when it does not answer.
    pub queue: Option<BackendQueue>,
}

/// The machine of a ComfyUI server, and its software.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HouseMachine {
    /// Of ComfyUI.
    pub version: Option<String>,
    /// `linux`, `darwin`, `win32`.
    pub os: String,
    /// Memory in all and free, in bytes.
    pub memory: u64,
    pub memory_free: u64,
    /// What it computes on.
    pub devices: Vec<HouseDevice>,
}

/// What a ComfyUI server computes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HouseDevice {
    /// Such as `cuda:0 NVIDIA GeForce RTX 4090`.
    pub name: String,
    /// `cuda`, `cpu`, `mps`, …
    pub kind: String,
    /// Its memory in all and free, in bytes.
    pub memory: u64,
    pub memory_free: u64,
}

/// How many prompts a ComfyUI server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BackendQueue {
    pub running: u32,
    pub waiting: u32,
}

/// What guests and members may; `used` is 0. And who has used half of it or more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HouseLimits {
    pub guest: Vec<Limit>,
    pub member: Vec<Limit>,
    /// Whoever is the nearest to a limit first.
    pub near: Vec<Nearing>,
}

/// Somebody who has used half of a limit, or more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Nearing {
    /// A person, a visitor, or the hash of an address.
    pub principal: Uuid,
    /// What they are called, if they have an account or are a key.
    pub name: Option<String>,
    /// Those of their limits.
    pub limits: Vec<Limit>,
}

/// Something that happened in the house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditEntry {
    /// Ascending.
    pub id: i64,
    pub at: Millis,
    /// Such as `signed_in`; docs/api.md lists them.
    pub what: String,
    /// Who did it.
    pub principal: Option<Uuid>,
    /// What they were called then.
    pub name: String,
    /// To whom or what.
    pub about: String,
    pub address: String,
}

/// One page of a list that begins with the newest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditPage {
    pub entries: Vec<AuditEntry>,
    /// Pass as `cursor` for the next page; absent on the last one.
    pub next: Option<i64>,
}
