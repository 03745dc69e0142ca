//! Who somebody is in this house, and what that allows.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Millis;

/// What somebody is. In order: each may what those before it may.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// Running graphs of one's own.
    Graph,
    /// Publishing workflows.
    Studio,
}

/// What an API key may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Seeing workflows, jobs and files.
    Read,
    /// Reading, and running, stopping and deleting jobs.
    Run,
    /// Everything that whoever made it may, the studio among it.
    Admin,
}

/// Whether somebody with an account may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Asked for an account; the owner has to approve it.
    Waiting,
    Active,
    /// Shut out by the owner.
    Barred,
}

/// `GET /me`: whoever asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Me {
    /// Names them where people are named; lets nobody in.
    pub id: Uuid,
    pub role: Role,
    /// Of the person or the key; a visitor has none.
    pub name: Option<String>,
    /// May publish workflows.
    pub studio: bool,
    /// May run graphs of their own.
    pub graph: bool,
    /// What limits them, and how far they are. Empty: nothing does.
    pub limits: Vec<Limit>,
    /// Their account, if they signed in. A key does not tell whose it is.
    pub account: Option<Person>,
    /// Days for which what they make is kept, where its workflow says nothing else. `None`: until
    /// they delete it.
    pub keep_days: Option<u32>,
}

/// One limit, and how much of it is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Limit {
    pub what: Limited,
    pub most: u64,
    pub used: u64,
    /// Slug, where it is the limit of one workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
}

/// What can be limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Limited {
    /// Requests in a minute.
    Requests,
    /// Jobs that are not over.
    JobsAtOnce,
    /// Jobs since midnight, UTC.
    JobsPerDay,
    /// Pixel steps of the jobs since midnight, UTC.
    CostPerDay,
    /// Bytes handed in since midnight, UTC.
    UploadBytesPerDay,
    /// Bytes of uploads and outputs that are kept.
    StorageBytes,
}

/// `POST /session`: signs in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    pub name: String,
    pub password: String,
    /// What this browser made as a guest becomes the account's.
    #[serde(default)]
    pub keep: bool,
}

/// `POST /links/look` and `POST /links/follow`: a one-time link.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Follow {
    /// What stands behind `#link=`.
    pub token: String,
    /// For a new account.
    #[serde(default)]
    pub name: Option<String>,
    /// For a new account, or a new one.
    #[serde(default)]
    pub password: Option<String>,
    /// What this browser made as a guest becomes the account's.
    #[serde(default)]
    pub keep: bool,
}

/// Why an identity provider's way back led to the sign-in page and not in.
///
/// Stands in that page's address: `sign-in#refused=not-ours`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnedAway {
    /// This browser did not leave to sign in, or took too long.
    Begin,
    /// The provider let nobody in.
    NotKnown,
    /// The house lets in people of other mail addresses only.
    NotOurs,
    /// Their account waits for the host, or was shut.
    Shut,
    /// Too many tried from there.
    Later,
    /// The provider could not be asked.
    Unreachable,
}

impl TurnedAway {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Begin, Self::NotKnown, Self::NotOurs, Self::Shut, Self::Later, Self::Unreachable];

    /// How an address says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::NotKnown => "not-known",
            Self::NotOurs => "not-ours",
            Self::Shut => "shut",
            Self::Later => "later",
            Self::Unreachable => "unreachable",
        }
    }

    /// What an address says, if it is one of them.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }
}

/// What a one-time link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Signs the owner in; name and password may be set with it.
    Owner,
    /// Makes an account: name and password are needed.
    Invite,
    /// Sets a new password.
    Reset,
}

/// Answer to `POST /links/look`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Link {
    pub id: Uuid,
    pub purpose: Purpose,
    /// Whose account it is for, if there is one.
    pub name: Option<String>,
    pub grants: Vec<Grant>,
    pub created_at: Millis,
    pub expires_at: Millis,
}

/// `POST /admin/invites`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewInvite {
    #[serde(default)]
    pub grants: Vec<Grant>,
    /// How long the link can be followed; a week when nothing is said.
    #[serde(default)]
    pub hours: Option<u32>,
}

/// A link that was just made. It is not shown again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MadeLink {
    /// To be passed on.
    pub url: String,
    pub link: Link,
}

/// `PUT /me/password`
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// The old one, if there is one.
    #[serde(default)]
    pub current: Option<String>,
    pub new: String,
    /// Another name to sign in by.
    #[serde(default)]
    pub name: Option<String>,
}

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Session {
    pub id: Uuid,
    /// Whose it is.
    pub person: Uuid,
    /// What the browser calls itself.
    pub agent: String,
    /// From which address it signed in.
    pub address: String,
    pub created_at: Millis,
    /// Within an hour.
    pub seen_at: Millis,
    pub expires_at: Millis,
    /// It is the one that asks.
    pub current: bool,
}

/// `POST /me/keys`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    pub name: String,
    pub scope: Scope,
    /// Slugs of the only workflows it may run; without, all.
    #[serde(default)]
    pub workflows: Option<Vec<String>>,
    /// Most requests in a minute.
    #[serde(default)]
    pub per_minute: Option<u32>,
    #[serde(default)]
    pub expires_at: Option<Millis>,
    /// It has jobs and files of its own, and does not see its maker's.
    #[serde(default)]
    pub apart: bool,
}

/// An API key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Key {
    pub id: Uuid,
    /// The principal who made it.
    pub maker: Uuid,
    /// As whom it acts: its maker, or itself.
    pub principal: Uuid,
    pub name: String,
    /// Its first letters.
    pub hint: String,
    pub scope: Scope,
    pub workflows: Option<Vec<String>>,
    pub per_minute: Option<u32>,
    pub created_at: Millis,
    pub expires_at: Option<Millis>,
    /// Within a minute.
    pub used_at: Option<Millis>,
}

/// Answer to `POST /me/keys`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MadeKey {
    pub key: Key,
    /// Is not shown again.
    pub secret: String,
}

/// Answer to `POST /live/ticket`: opens one WebSocket as `?token=`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ticket {
    pub token: String,
    /// Seconds for which it does.
    pub expires_in: u32,
}

/// Somebody with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Person {
    pub id: Uuid,
    pub name: String,
    pub role: Role,
    pub grants: Vec<Grant>,
    pub standing: Standing,
    /// Can sign in by password, and not by link only.
    pub password: bool,
    pub created_at: Millis,
}

/// Types with a secret say only that there is one.
macro_rules! hides {
    ($($name:ident),*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}
hides!(SignIn, Follow, MadeLink, NewPassword, MadeKey, Ticket);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_what_those_before_it_may() {
        assert!(Role::Guest < Role::Member && Role::Member < Role::Owner);
        assert!(Scope::Read < Scope::Run && Scope::Run < Scope::Admin);
    }

    #[test]
    fn a_key_needs_only_a_name_and_a_scope() {
        let key: NewKey = serde_json::from_str(r#"{"name":"shop","scope":"run"}"#).unwrap();
        assert_eq!((key.scope, key.workflows, key.apart), (Scope::Run, None, false));
    }

    // safety 24
    #[test]
    fn a_password_does_not_show_in_logs() {
        let sign_in = SignIn { name: "ada".into(), password: "hunter2hunter2".into(), keep: false };
        assert!(!format!("{sign_in:?}").contains("hunter2"));
    }
}
