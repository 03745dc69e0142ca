//! How much somebody may: requests in a minute, jobs, bytes.
//!
//! `meter` counts requests in memory of a fixed size; `usage` counts what lasts:
//! jobs and bytes of a day, `told` says how much of it is used and `over` that it is
//! too much; `sockets` what is open. An owner has no limits.

mod gate;
mod meter;
mod noticed;
mod over;
mod sockets;
mod told;
mod usage;

use std::sync::Arc;
use std::time::{Duration, Instant};

use uuid::Uuid;
use wire::Role;

use crate::auth::{Principal, PrincipalId};
use crate::config::{Allowance, Config};
use crate::db::Db;
use crate::error::Error;

pub(crate) use gate::gate;
pub use meter::{Meter, Quota, Rate, TooOften};
use noticed::Noticed;
pub(crate) use sockets::SocketPlace;
use sockets::Sockets;
pub(crate) use usage::Ask;
use usage::Today;

/// What can be counted; each has a quota of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Counted {
    Principal(PrincipalId),
    /// All that come from one address, by its keyed hash.
    Address(PrincipalId),
    Key(Uuid),
    /// Keys and sessions from an address that the database was asked for.
    LookUp(PrincipalId),
    /// Attempts to sign in from an address, by a name from an address, and by a
    /// name from wherever.
    SignInFrom(PrincipalId),
    SignInAsFrom([u8; 32], PrincipalId),
    SignInAs([u8; 32]),
}

/// Keys and sessions from one address that are not held in memory: all of a
/// company may come back at once after a restart, and a guess costs one.
const LOOK_UPS: Rate = Rate::per_minute(600);
/// Attempts to sign in from one address.
const SIGN_IN_FROM: Rate = Rate { most: 20, per: Duration::from_mins(1) };
/// Attempts to sign in by one name, from one address.
const SIGN_IN_AS_FROM: Rate = Rate { most: 30, per: Duration::from_mins(10) };
/// Attempts to sign in by one name, from wherever. So many that it takes
/// hundreds of addresses to lock somebody out, and few enough that they guess no
/// password.
const SIGN_IN_AS: Rate = Rate { most: 10_000, per: Duration::from_mins(10) };

/// All limits of the house.
#[derive(Debug)]
pub struct Limits {
    pub(crate) meter: Meter,
    guest: Allowance,
    member: Allowance,
    db: Db,
    today: Today,
    noted: Noticed,
    sockets: Arc<Sockets>,
}

impl Limits {
    pub(crate) fn new(config: &Config, db: Db) -> Self {
        tracing::debug!(bytes = Meter::BYTES, "most memory for counting requests");
        Self {
            meter: Meter::default(),
            guest: config.limits.guest(),
            member: config.limits.member(),
            db,
            today: Today::default(),
            noted: Noticed::default(),
            sockets: Arc::default(),
        }
    }

    /// What limits this principal; `None`: nothing does.
    pub(crate) fn allowance(&self, principal: &Principal) -> Option<Allowance> {
        match principal.role {
            Role::Owner => None,
            Role::Member => Some(self.member),
            Role::Guest => Some(self.guest),
        }
    }

    /// Counts one search of the database for who somebody is, for the address
    /// with this hash.
    ///
    /// # Errors
    ///
    /// When it is one too many.
    pub(crate) fn look_up(&self, address: PrincipalId) -> Result<Quota, TooOften> {
        self.meter.take(&Counted::LookUp(address), LOOK_UPS, Instant::now())
    }

    /// Counts one attempt to sign in by `name` from the address with this hash.
    ///
    /// # Errors
    ///
    /// [`Error::TooMany`] after a few, so that nobody can try out passwords.
    pub(crate) fn sign_in(&self, name: &str, address: PrincipalId) -> Result<(), Error> {
        let now = Instant::now();
        let from = self.meter.take(&Counted::SignInFrom(address), SIGN_IN_FROM, now);
        let counted = from.and_then(|_| match name.trim() {
            "" => Ok(()),
            name => {
                let name = *blake3::hash(name.to_lowercase().as_bytes()).as_bytes();
                let here = Counted::SignInAsFrom(name, address);
                self.meter.take(&here, SIGN_IN_AS_FROM, now)?;
                self.meter.take(&Counted::SignInAs(name), SIGN_IN_AS, now).map(drop)
            }
        });
        counted.map_err(|too_often| {
            let retry_after = too_often.retry_after.as_secs() + 1;
            let message = format!("too many attempts; try again in {retry_after} s");
            Error::TooMany { message, retry_after }
        })
    }

    /// Counts one request of whoever it is, from the address with this hash;
    /// the tightest quota, if there is any.
    ///
    /// # Errors
    ///
    /// When it is one too many.
    pub(crate) fn request(
        &self,
        principal: Option<&Principal>,
        address: PrincipalId,
    ) -> Result<Option<Quota>, TooOften> {
        let now = Instant::now();
        let mut tightest: Option<Quota> = None;
        let mut take = |who: Counted, most: Option<u32>| -> Result<(), TooOften> {
            let Some(most) = most else { return Ok(()) };
            let quota = self.meter.take(&who, Rate::per_minute(most), now)?;
            if tightest.is_none_or(|known| quota.remaining < known.remaining) {
                tightest = Some(quota);
            }
            Ok(())
        };
        let Some(principal) = principal else {
            // Whoever shows nothing that is known: by the address alone.
            take(Counted::Address(address), self.guest.requests)?;
            return Ok(tightest);
        };
        if let Some(key) = principal.key() {
            take(Counted::Key(key), principal.per_minute())?;
        }
        if let Some(allowance) = self.allowance(principal) {
            take(Counted::Principal(principal.id), allowance.requests)?;
        }
        // A guest can come as somebody else with every request, but for this.
        if principal.role == Role::Guest && principal.id != address {
            take(Counted::Address(address), self.guest.requests)?;
        }
        Ok(tightest)
    }
}
