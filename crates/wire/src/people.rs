//! Who somebody is in this house, and what that allows.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What somebody is. In order: each may what those before it may.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Came in without an account.
    #[default]
    Guest,
    /// Was invited, or approved.
    Member,
    /// The house is theirs.
    Owner,
}

/// What a member may be given beyond running workflows. An owner has it all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// Running graphs of one's own.
    Graph,
    /// Publishing workflows.
    Studio,
}

/// What an API key may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Seeing workflows, jobs and files.
    Read,
    /// Reading, and running, stopping and deleting jobs.
    Run,
    /// Everything that whoever made it may, the studio among it.
    Admin,
}

/// `GET /api/parlor/v1/me`: whoever asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// Names them where people are named; shows nobody in.
    pub id: Uuid,
    pub role: Role,
    /// May publish workflows.
    pub studio: bool,
    /// May run graphs of their own.
    pub graph: bool,
}
