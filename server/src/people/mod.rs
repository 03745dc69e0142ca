//! People with an account, and what lets them in: passwords, sessions, links
//! that can be followed once, API keys.
//!
//! `sign_in` opens and ends sessions, `identity` is who signed in elsewhere, `links` makes accounts, `keys` makes keys
//! for programs, `account` is what people do with what is theirs, `names` and
//! `password` are what may be chosen.

mod account;
mod identity;
mod keys;
mod links;
mod name;
mod password;
mod sign_in;

use std::net::IpAddr;

use uuid::Uuid;

use crate::auth::{Passes, Principal, PrincipalId, Tickets};
use crate::db::{Db, Noted};
use password::Passwords;

pub(crate) use account::named_by_proxy;
pub use links::owner_link;

/// Everybody who has more than a cookie.
#[derive(Debug)]
pub struct People {
    db: Db,
    /// Sessions and keys that were used lately.
    pub passes: Passes,
    /// For one WebSocket each.
    pub tickets: Tickets,
    passwords: Passwords,
}

/// Where somebody comes from when they sign in.
#[derive(Debug, Clone)]
pub(crate) struct Whence {
    /// What the browser calls itself.
    pub(crate) agent: String,
    pub(crate) address: IpAddr,
    /// The address, as it is counted.
    pub(crate) hash: PrincipalId,
}

impl People {
    pub(crate) fn new(db: Db) -> Self {
        Self {
            passes: Passes::new(db.clone()),
            tickets: Tickets::default(),
            passwords: Passwords::default(),
            db,
        }
    }

    /// Writes down that this principal did `what` to `about`.
    pub(crate) async fn did(
        &self,
        what: &'static str,
        (principal, whence): (&Principal, &Whence),
        about: &str,
    ) -> anyhow::Result<()> {
        self.note(what, named(principal), (about, whence)).await
    }

    /// Writes down that `who` did `what` to `about`.
    async fn note(
        &self,
        what: &'static str,
        (principal, name): (Uuid, &str),
        (about, whence): (&str, &Whence),
    ) -> anyhow::Result<()> {
        let noted = Noted {
            what,
            principal: Some(principal),
            name: name.to_owned(),
            about: about.to_owned(),
            address: whence.address.to_string(),
        };
        self.db.note(noted).await
    }
}

/// As whom something is written down.
fn named(principal: &Principal) -> (Uuid, &str) {
    (principal.person(), principal.name().unwrap_or_default())
}
