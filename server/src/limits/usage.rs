//! What somebody used today: jobs, and bytes handed in.
//!
//! Counted in memory, so that two at once cannot both take the last; written
//! down beside, so that a restart forgets nothing.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;
use wire::{HouseLimits, Limit, Limited, Role};

use super::Limits;
use crate::auth::{Principal, PrincipalId};
use crate::config::Allowance;
use crate::db::{Used, now};
use crate::error::{Error, Result};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Most that are held; others are read again.
const MOST: usize = 20_000;
/// When asking again makes sense, after too many jobs at once, in seconds.
const SOON: u64 = 10;
/// Most files that arrive at once for one payer: more than browsers ask for at
/// once of one host, and far fewer than would fill the disk with halves.
const MOST_UPLOADS: u64 = 8;

/// What each used today, as far as it is held.
#[derive(Debug, Default)]
pub(super) struct Today(Mutex<HashMap<Uuid, Day>>);

#[derive(Debug, Clone, Copy)]
struct Day {
    /// Since the Unix epoch.
    number: i64,
    used: Used,
    promised: Promised,
}

/// What was let in and is not in the database yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Promised {
    jobs: u64,
    /// Files that arrive.
    uploads: u64,
    /// As large as all of them may be.
    bytes: u64,
}

/// What somebody asks to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    /// One more job.
    Job,
    /// To hand in a file that is no larger than this.
    Upload { bytes: u64 },
}

/// What the database knows of whoever asks.
#[derive(Debug)]
struct State {
    /// Jobs of each payer.
    unfinished: Vec<u64>,
    /// Of the principal, in bytes.
    stored: u64,
}

/// What was let in, to be kept or, when dropped, given back.
#[derive(Debug)]
pub(crate) struct Charge<'a> {
    limits: &'a Limits,
    /// Who pays: the principal, and the address of a guest. Nobody, when
    /// nothing limits them.
    payers: Vec<Uuid>,
    ask: Ask,
    day: i64,
    settled: bool,
}

impl Limits {
    /// Whether this principal may, from the address with this hash.
    ///
    /// # Errors
    ///
    /// [`Error::TooMany`] with the figure and the limit.
    pub(crate) async fn admit(
        &self,
        (principal, address): (&Principal, PrincipalId),
        ask: Ask,
    ) -> Result<Charge<'_>> {
        let Some(allowance) = self.allowance(principal) else {
            return Ok(Charge::free(self, ask));
        };
        let day = today();
        let payers = payers(principal, address);
        let mut unfinished = Vec::new();
        for payer in &payers {
            self.load(*payer, day).await?;
            unfinished.push(self.db.unfinished_of(*payer).await?);
        }
        let state = State { unfinished, stored: self.db.stored_of(principal.id).await? };
        match self.charge(&payers, (&allowance, &state), ask) {
            Ok(()) => Ok(Charge { limits: self, payers, ask, day, settled: false }),
            Err(NotNow::Over(over)) => {
                self.note((Some(principal), address), over.what).await?;
                Err(over.into())
            }
            Err(NotNow::Busy) => {
                let message = format!("{MOST_UPLOADS} files are arriving already: wait for one");
                Err(Error::TooMany { message, retry_after: SOON })
            }
        }
    }

    /// Checks, and promises what is asked for: nobody comes in between.
    fn charge(
        &self,
        payers: &[Uuid],
        (allowance, state): (&Allowance, &State),
        ask: Ask,
    ) -> Result<(), NotNow> {
        let mut held = self.today.held();
        let own = payers.first().and_then(|payer| held.get(payer));
        let arriving = own.map_or(0, |known| known.promised.bytes);
        within(Limited::StorageBytes, state.stored + arriving, allowance.storage_bytes)?;
        for (payer, unfinished) in payers.iter().zip(&state.unfinished) {
            let Some(known) = held.get(payer) else { continue };
            match ask {
                Ask::Job => {
                    let unfinished = unfinished + known.promised.jobs;
                    within(Limited::JobsAtOnce, unfinished, allowance.jobs_at_once)?;
                    within(Limited::JobsPerDay, known.used.jobs, allowance.jobs_per_day)?;
                    within(Limited::CostPerDay, known.used.cost, allowance.cost_per_day)?;
                }
                Ask::Upload { .. } => {
                    let bytes = known.used.bytes + known.promised.bytes;
                    within(Limited::UploadBytesPerDay, bytes, allowance.upload_bytes_per_day)?;
                    if known.promised.uploads >= MOST_UPLOADS {
                        return Err(NotNow::Busy);
                    }
                }
            }
        }
        for payer in payers {
            held.entry(*payer).and_modify(|known| known.promise(ask));
        }
        Ok(())
    }

    /// What limits this principal, and how much of it is used.
    pub(crate) async fn told(&self, principal: &Principal) -> Result<Vec<Limit>> {
        let Some(allowance) = self.allowance(principal) else { return Ok(Vec::new()) };
        let day = today();
        self.load(principal.id.0, day).await?;
        let used =
            self.today.held().get(&principal.id.0).map_or_else(Used::default, |day| day.used);
        let unfinished = self.db.unfinished_of(principal.id.0).await?;
        let stored = self.db.stored_of(principal.id).await?;
        Ok(listed(&allowance, |what| match what {
            Limited::Requests => 0,
            Limited::JobsAtOnce => unfinished,
            Limited::JobsPerDay => used.jobs,
            Limited::CostPerDay => used.cost,
            Limited::UploadBytesPerDay => used.bytes,
            Limited::StorageBytes => stored,
        }))
    }

    /// What guests and members may.
    pub(crate) fn of_house(&self) -> HouseLimits {
        let nothing = |_| 0;
        HouseLimits { guest: listed(&self.guest, nothing), member: listed(&self.member, nothing) }
    }

    /// Holds what `who` used today.
    async fn load(&self, who: Uuid, day: i64) -> anyhow::Result<()> {
        let is_held = |held: &HashMap<Uuid, Day>| held.get(&who).is_some_and(|d| d.number == day);
        if is_held(&self.today.held()) {
            return Ok(());
        }
        let used = self.db.used(who, day).await?;
        let mut held = self.today.held();
        // Somebody else may have been quicker, and counted already.
        if !is_held(&held) {
            if held.len() >= MOST {
                held.retain(|_, known| known.promised != Promised::default());
            }
            let promised = held.get(&who).map(|known| known.promised).unwrap_or_default();
            held.insert(who, Day { number: day, used, promised });
        }
        Ok(())
    }
}

impl Day {
    fn promise(&mut self, ask: Ask) {
        match ask {
            Ask::Job => {
                self.used.jobs += 1;
                self.promised.jobs += 1;
            }
            Ask::Upload { bytes } => {
                self.promised.uploads += 1;
                self.promised.bytes += bytes;
            }
        }
    }

    /// Takes a promise back; what was used of it on this day counts.
    fn settle(&mut self, ask: Ask, day: i64, used: Option<Used>) {
        let promised = &mut self.promised;
        match ask {
            Ask::Job => promised.jobs = promised.jobs.saturating_sub(1),
            Ask::Upload { bytes } => {
                promised.uploads = promised.uploads.saturating_sub(1);
                promised.bytes = promised.bytes.saturating_sub(bytes);
            }
        }
        if self.number != day {
            return;
        }
        match used {
            // The job itself was counted when it was let in.
            Some(used) => {
                self.used.bytes += used.bytes;
                self.used.cost += used.cost;
            }
            None if ask == Ask::Job => self.used.jobs = self.used.jobs.saturating_sub(1),
            None => (),
        }
    }
}

impl<'a> Charge<'a> {
    /// For whom nothing is counted.
    fn free(limits: &'a Limits, ask: Ask) -> Self {
        Self { limits, payers: Vec::new(), ask, day: 0, settled: true }
    }
}

impl Charge<'_> {
    /// It was used: counts what is known only now, and writes it all down.
    pub(crate) async fn keep(mut self, used: Used) -> anyhow::Result<()> {
        self.settle(Some(used));
        for payer in &self.payers {
            self.limits.db.use_up((*payer, self.day), used).await?;
        }
        Ok(())
    }

    fn settle(&mut self, used: Option<Used>) {
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        let mut held = self.limits.today.held();
        for payer in &self.payers {
            held.entry(*payer).and_modify(|known| known.settle(self.ask, self.day, used));
        }
    }
}

impl Drop for Charge<'_> {
    fn drop(&mut self) {
        self.settle(None);
    }
}

impl Today {
    fn held(&self) -> MutexGuard<'_, HashMap<Uuid, Day>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A guest's address pays too: a new cookie is no new day.
fn payers(principal: &Principal, address: PrincipalId) -> Vec<Uuid> {
    let mut payers = vec![principal.id.0];
    if principal.role == Role::Guest && address != principal.id {
        payers.push(address.0);
    }
    payers
}

/// What is limited, with how much of it is used.
fn listed(allowance: &Allowance, used: impl Fn(Limited) -> u64) -> Vec<Limit> {
    let limits = [
        (Limited::Requests, allowance.requests.map(u64::from)),
        (Limited::JobsAtOnce, allowance.jobs_at_once),
        (Limited::JobsPerDay, allowance.jobs_per_day),
        (Limited::CostPerDay, allowance.cost_per_day),
        (Limited::UploadBytesPerDay, allowance.upload_bytes_per_day),
        (Limited::StorageBytes, allowance.storage_bytes),
    ];
    let limits = limits.into_iter();
    limits.filter_map(|(what, most)| Some(Limit { what, most: most?, used: used(what) })).collect()
}

fn within(what: Limited, used: u64, most: Option<u64>) -> Result<(), Over> {
    match most {
        Some(most) if used >= most => Err(Over { what, used, most }),
        _ => Ok(()),
    }
}

/// Why something is not let in.
#[derive(Debug, Clone, Copy)]
enum NotNow {
    Over(Over),
    /// Too many files are arriving.
    Busy,
}

impl From<Over> for NotNow {
    fn from(over: Over) -> Self {
        Self::Over(over)
    }
}

/// A limit that is reached.
#[derive(Debug, Clone, Copy)]
struct Over {
    what: Limited,
    used: u64,
    most: u64,
}

impl From<Over> for Error {
    fn from(over: Over) -> Self {
        let Over { what, used, most } = over;
        let (used_mb, most_mb) = (used >> 20, most >> 20);
        let (message, retry_after) = match what {
            Limited::JobsAtOnce => {
                (format!("{used} of your jobs are not over, and {most} may be at once"), SOON)
            }
            Limited::JobsPerDay => {
                (format!("{most} jobs a day are allowed, and these were used"), until_midnight())
            }
            Limited::UploadBytesPerDay => {
                let message = format!("{most_mb} MB a day can be handed in, and these were");
                (message, until_midnight())
            }
            Limited::StorageBytes => {
                let message = format!("{used_mb} MB are kept for you, of {most_mb}");
                (message + ": delete something", SOON)
            }
            Limited::CostPerDay => {
                let message = "the work that is allowed in a day was used".to_owned();
                (message, until_midnight())
            }
            Limited::Requests => (format!("{most} are allowed"), SOON),
        };
        Self::TooMany { message, retry_after }
    }
}

/// As it stands in JSON.
pub(super) fn word(what: Limited) -> &'static str {
    match what {
        Limited::Requests => "requests",
        Limited::JobsAtOnce => "jobs_at_once",
        Limited::JobsPerDay => "jobs_per_day",
        Limited::CostPerDay => "cost_per_day",
        Limited::UploadBytesPerDay => "upload_bytes_per_day",
        Limited::StorageBytes => "storage_bytes",
    }
}

/// Since the Unix epoch, UTC.
pub(super) fn today() -> i64 {
    now().div_euclid(DAY_MS)
}

/// In seconds.
fn until_midnight() -> u64 {
    ((DAY_MS - now().rem_euclid(DAY_MS)) / 1000 + 1) as u64
}
