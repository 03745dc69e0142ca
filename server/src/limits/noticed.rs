//! Writes down who hit a limit, once a day, so that the owner can see it and
//! nobody can fill the disk with it.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;
use wire::{Limited, Role};

use super::Limits;
use super::usage::today;
use crate::auth::{Principal, PrincipalId};
use crate::db::Noted;

/// Most that are written down in a day.
const MOST: usize = 10_000;

/// Whom it is known of today.
#[derive(Debug, Default)]
pub(super) struct Noticed(Mutex<(i64, HashSet<(Uuid, Limited)>)>);

impl Noticed {
    /// Whether this is the first time today.
    fn is_news(&self, who: Uuid, what: Limited) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.0 != today() {
            *known = (today(), HashSet::new());
        }
        known.1.len() < MOST && known.1.insert((who, what))
    }
}

impl Limits {
    /// Writes down that a principal, from the address with this hash, hit a
    /// limit. Guests go by their address: they can be somebody else every time.
    pub(super) async fn note(
        &self,
        (principal, address): (Option<&Principal>, PrincipalId),
        what: Limited,
    ) -> anyhow::Result<()> {
        let known = principal.filter(|principal| principal.role > Role::Guest);
        let who = known.map_or(address.0, Principal::person);
        if !self.noted.is_news(who, what) {
            return Ok(());
        }
        let name = principal.and_then(Principal::name).unwrap_or_default().to_owned();
        let noted = Noted {
            what: "limit_hit",
            principal: Some(who),
            name,
            about: super::over::word(what).to_owned(),
            address: String::new(),
        };
        self.db.note(noted).await
    }
}
