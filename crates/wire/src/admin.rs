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
    /// `?before=` of the next page.
    pub next: Option<i64>,
}
