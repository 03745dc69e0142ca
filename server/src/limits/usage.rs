//! What somebody used today: jobs, and bytes handed in.
//!
//! Counted in memory, so that two at once cannot both take the last; written
//! down beside, so that a restart forgets nothing.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;
use wire::{Limited, Role};

use super::Limits;
use super::over::{NotNow, Over, SOON, within};
use crate::auth::{Principal, PrincipalId};
use crate::config::Allowance;
use crate::db::{Used, now};
use crate::error::{Error, Result};
use crate::workflows::Published;

pub(super) const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Most that are held; others are read again.
const MOST: usize = 20_000;
/// Most files that arrive at once for one payer: more than browsers ask for at
/// once of one host, and far fewer than would fill the disk with halves.
const MOST_UPLOADS: u64 = 8;

/// What each used today, as far as it is held.
#[derive(Debug, Default)]
pub(super) struct Today(Mutex<HashMap<Payer, Day>>);

/// Whose day it is: that of all they do, or that of one workflow, which may
/// have limits of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Payer {
    who: Uuid,
    /// Its slug; empty for all.
    workflow: String,
}

#[derive(Debug, Clone, Copy)]
struct Day {
    /// Since the Unix epoch.
    number: i64,
    used: Used,
    promised: Promised,
    /// How often something was kept: then what the database said before is old.
    kept: u64,
}

/// What was let in and is not in the database yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Promised {
    jobs: u64,
    /// Pixel steps, as far as they were said.
    cost: u64,
    /// Files that arrive.
    uploads: u64,
    /// As large as all of them may be.
    bytes: u64,
}

/// What somebody asks to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    /// One more job, which may cost whatever a job may.
    Job,
    /// So many at once, of so many pixel steps together.
    Jobs { count: u32, cost: u64 },
    /// To hand in a file that is no larger than this.
    Upload { bytes: u64 },
}

/// What one payer may, and what the database knows of them.
#[derive(Debug)]
struct Account {
    payer: Payer,
    allowance: Allowance,
    /// Jobs that are not over.
    unfinished: u64,
    /// Bytes that are kept.
    stored: u64,
    /// [`Day::kept`] before the database was asked.
    kept: u64,
}

/// What was let in, to be kept or, when dropped, given back.
#[derive(Debug)]
pub(crate) struct Charge<'a> {
    limits: &'a Limits,
    /// Who pays: the principal, and the address of a guest; each also for the
    /// workflow. Nobody, when nothing limits them.
    payers: Vec<Payer>,
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
        who: (&Principal, PrincipalId),
        ask: Ask,
    ) -> Result<Charge<'_>> {
        self.admit_to(who, ask, None).await
    }

    /// [`Limits::admit`] for jobs of this workflow, which may have limits of its
    /// own.
    pub(crate) async fn admit_run(
        &self,
        who: (&Principal, PrincipalId),
        (ask, workflow): (Ask, &Published),
    ) -> Result<Charge<'_>> {
        self.admit_to(who, ask, Some(workflow)).await
    }

    async fn admit_to(
        &self,
        (principal, address): (&Principal, PrincipalId),
        ask: Ask,
        workflow: Option<&Published>,
    ) -> Result<Charge<'_>> {
        let Some(allowance) = self.allowance(principal) else {
            return Ok(Charge::free(self, ask));
        };
        let day = today();
        loop {
            let accounts = self.accounts((principal, address), (allowance, workflow), day).await?;
            return match self.charge(&accounts, ask) {
                Ok(()) => {
                    let payers = accounts.into_iter().map(|account| account.payer).collect();
                    Ok(Charge { limits: self, payers, ask, day, settled: false })
                }
                // Somebody else got on by it: this ends.
                Err(NotNow::Old) => continue,
                Err(NotNow::Over(over)) => {
                    self.note((Some(principal), address), over.what).await?;
                    Err(over.into())
                }
                Err(NotNow::Busy) => {
                    let message =
                        format!("{MOST_UPLOADS} files are arriving already: wait for one");
                    Err(Error::TooMany { message, retry_after: SOON })
                }
            };
        }
    }

    /// Everybody who pays, with what the database knows of them.
    async fn accounts(
        &self,
        (principal, address): (&Principal, PrincipalId),
        (allowance, workflow): (Allowance, Option<&Published>),
        day: i64,
    ) -> anyhow::Result<Vec<Account>> {
        let mut accounts = Vec::new();
        for who in payers(principal, address) {
            // What is kept is kept for somebody, not for an address.
            let allowance = if PrincipalId(who) == principal.id {
                allowance
            } else {
                Allowance { storage_bytes: None, ..allowance }
            };
            accounts.push(Account::of(Payer::whole(who), allowance));
            accounts.extend(workflow.and_then(|workflow| Account::of_workflow(who, workflow)));
        }
        for account in &mut accounts {
            self.load(&account.payer, day).await?;
            account.kept = self.today.held().get(&account.payer).map_or(0, |known| known.kept);
            if account.payer.workflow.is_empty() {
                account.unfinished = self.db.unfinished_of(account.payer.who).await?;
                account.stored = self.db.stored_of(PrincipalId(account.payer.who)).await?;
            }
        }
        Ok(accounts)
    }

    /// Checks, and promises what is asked for: nobody comes in between.
    fn charge(&self, accounts: &[Account], ask: Ask) -> Result<(), NotNow> {
        let mut held = self.today.held();
        for account in accounts {
            let Some(known) = held.get(&account.payer) else { continue };
            if known.kept != account.kept {
                return Err(NotNow::Old);
            }
            let of_workflow = !account.payer.workflow.is_empty();
            account.affords(known, ask).map_err(|over| over.of_workflow(of_workflow))?;
            if matches!(ask, Ask::Upload { .. }) && known.promised.uploads >= MOST_UPLOADS {
                return Err(NotNow::Busy);
            }
        }
        for account in accounts {
            held.entry(account.payer.clone()).and_modify(|known| known.promise(ask));
        }
        Ok(())
    }

    /// What a payer used today.
    pub(super) async fn used_today(&self, payer: &Payer) -> anyhow::Result<Used> {
        self.load(payer, today()).await?;
        Ok(self.today.held().get(payer).map_or_else(Used::default, |day| day.used))
    }

    /// Holds what a payer used today.
    async fn load(&self, payer: &Payer, day: i64) -> anyhow::Result<()> {
        let is_held = |held: &HashMap<Payer, Day>| held.get(payer).is_some_and(|d| d.number == day);
        if is_held(&self.today.held()) {
            return Ok(());
        }
        let used = self.db.used((payer.who, &payer.workflow), day).await?;
        let mut held = self.today.held();
        // Somebody else may have been quicker, and counted already.
        if !is_held(&held) {
            if held.len() >= MOST {
                held.retain(|_, known| known.promised != Promised::default());
            }
            let promised = held.get(payer).map(|known| known.promised).unwrap_or_default();
            let kept = held.get(payer).map_or(0, |known| known.kept);
            held.insert(payer.clone(), Day { number: day, used, promised, kept });
        }
        Ok(())
    }
}

impl Payer {
    /// For all they do.
    pub(super) fn whole(who: Uuid) -> Self {
        Self::of(who, "")
    }

    /// For what they do with the workflow of this slug.
    pub(super) fn of(who: Uuid, slug: &str) -> Self {
        Self { who, workflow: slug.to_owned() }
    }
}

impl Account {
    /// Before the database was asked.
    fn of(payer: Payer, allowance: Allowance) -> Self {
        Self { payer, allowance, unfinished: 0, stored: 0, kept: 0 }
    }

    /// Of the workflow's own limits, if it has any.
    fn of_workflow(who: Uuid, workflow: &Published) -> Option<Self> {
        let allowance = Allowance::of_workflow(workflow.policy());
        let payer = Payer::of(who, workflow.slug());
        let own = Self::of(payer, allowance);
        (own.allowance != Allowance::default()).then_some(own)
    }

    /// Whether what is asked for is within all that this payer may.
    fn affords(&self, known: &Day, ask: Ask) -> Result<(), Over> {
        let (used, promised, most) = (known.used, known.promised, &self.allowance);
        // Whoever asks for one thing only need not be through yet.
        let stored = (self.stored + promised.bytes, 1);
        within(Limited::StorageBytes, stored, most.storage_bytes)?;
        let Some((jobs, cost)) = ask.jobs() else {
            let bytes = (used.bytes + promised.bytes, 1);
            return within(Limited::UploadBytesPerDay, bytes, most.upload_bytes_per_day);
        };
        let unfinished = (self.unfinished + promised.jobs, jobs);
        within(Limited::JobsAtOnce, unfinished, most.jobs_at_once)?;
        within(Limited::JobsPerDay, (used.jobs, jobs), most.jobs_per_day)?;
        let spent = (used.cost + promised.cost, cost.max(1));
        within(Limited::CostPerDay, spent, most.cost_per_day)
    }
}

impl Ask {
    /// How many jobs are asked for, and of how many pixel steps.
    fn jobs(self) -> Option<(u64, u64)> {
        match self {
            Self::Job => Some((1, 0)),
            Self::Jobs { count, cost } => Some((count.into(), cost)),
            Self::Upload { .. } => None,
        }
    }
}

impl Day {
    fn promise(&mut self, ask: Ask) {
        if let Some((jobs, cost)) = ask.jobs() {
            self.used.jobs += jobs;
            self.promised.jobs += jobs;
            self.promised.cost += cost;
        }
        if let Ask::Upload { bytes } = ask {
            self.promised.uploads += 1;
            self.promised.bytes += bytes;
        }
    }

    /// Takes a promise back; what was used of it on this day counts.
    fn settle(&mut self, ask: Ask, day: i64, used: Option<Used>) {
        self.kept += u64::from(used.is_some());
        let promised = &mut self.promised;
        let (jobs, cost) = ask.jobs().unwrap_or_default();
        promised.jobs = promised.jobs.saturating_sub(jobs);
        promised.cost = promised.cost.saturating_sub(cost);
        if let Ask::Upload { bytes } = ask {
            promised.uploads = promised.uploads.saturating_sub(1);
            promised.bytes = promised.bytes.saturating_sub(bytes);
        }
        if self.number != day {
            return;
        }
        match used {
            // The jobs themselves were counted when they were let in.
            Some(used) => {
                self.used.bytes += used.bytes;
                self.used.cost += used.cost;
            }
            None => self.used.jobs = self.used.jobs.saturating_sub(jobs),
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
            let whose = (payer.who, payer.workflow.clone());
            self.limits.db.use_up(whose, self.day, used).await?;
        }
        Ok(())
    }

    fn settle(&mut self, used: Option<Used>) {
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        let mut held = self.limits.today.held();
        for payer in &self.payers {
            held.entry(payer.clone()).and_modify(|known| known.settle(self.ask, self.day, used));
        }
    }
}

impl Drop for Charge<'_> {
    fn drop(&mut self) {
        self.settle(None);
    }
}

impl Today {
    fn held(&self) -> MutexGuard<'_, HashMap<Payer, Day>> {
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

/// Since the Unix epoch, UTC.
pub(super) fn today() -> i64 {
    now().div_euclid(DAY_MS)
}
