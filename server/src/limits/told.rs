//! How much is used of what, for whoever it limits and for the owner.

use wire::{HouseLimits, Limit, Limited, Nearing, Policy, Role};

use super::Limits;
use super::usage::{Payer, today};
use crate::auth::Principal;
use crate::config::Allowance;
use crate::db::{Used, User};

/// Most that the owner is told of.
const MOST_NEAR: usize = 100;

impl Limits {
    /// What limits this principal, and how much of it is used.
    pub(crate) async fn told(&self, principal: &Principal) -> anyhow::Result<Vec<Limit>> {
        let Some(allowance) = self.allowance(principal) else { return Ok(Vec::new()) };
        let used = self.used_today(&Payer::whole(principal.id.0)).await?;
        let open = self.db.unfinished_of(principal.id.0).await?;
        let stored = self.db.stored_of(principal.id).await?;
        Ok(listed(&allowance, None, figures(used, (open, stored))))
    }

    /// What a workflow's own rules limit, and how much of it this principal has used.
    pub(crate) async fn told_of(
        &self,
        principal: &Principal,
        (slug, policy): (&str, &Policy),
    ) -> anyhow::Result<Vec<Limit>> {
        let own = Allowance::of_workflow(policy);
        if own == Allowance::default() || self.allowance(principal).is_none() {
            return Ok(Vec::new());
        }
        let used = self.used_today(&Payer::of(principal.id.0, slug)).await?;
        Ok(listed(&own, Some(slug), figures(used, (0, 0))))
    }

    /// What guests and members may, and who has used half of it.
    pub(crate) async fn of_house(&self) -> anyhow::Result<HouseLimits> {
        let nothing = figures(Used::default(), (0, 0));
        let mut near: Vec<Nearing> = Vec::new();
        for user in self.db.users(today()).await? {
            let allowance = match user.role {
                Role::Owner => continue,
                Role::Member => &self.member,
                Role::Guest => &self.guest,
            };
            let User { id, name, used, open, stored, .. } = user;
            let mut limits = listed(allowance, None, figures(used, (open, stored)));
            limits.retain(|limit| limit.used.saturating_mul(2) >= limit.most);
            if !limits.is_empty() {
                near.push(Nearing { principal: id, name, limits });
            }
        }
        near.sort_by(|one, other| share(other).total_cmp(&share(one)));
        near.truncate(MOST_NEAR);
        let (guest, member) = (&self.guest, &self.member);
        Ok(HouseLimits {
            guest: listed(guest, None, nothing),
            member: listed(member, None, nothing),
            near,
        })
    }
}

/// Of the limit that is nearest.
fn share(near: &Nearing) -> f64 {
    let shares = near.limits.iter().map(|limit| limit.used as f64 / limit.most.max(1) as f64);
    shares.fold(0.0, f64::max)
}

/// How much of each is used; `open` jobs are not over, `stored` bytes are kept.
fn figures(used: Used, (open, stored): (u64, u64)) -> impl Fn(Limited) -> u64 + Copy {
    move |what| match what {
        Limited::Requests => 0,
        Limited::JobsAtOnce => open,
        Limited::JobsPerDay => used.jobs,
        Limited::CostPerDay => used.cost,
        Limited::UploadBytesPerDay => used.bytes,
        Limited::StorageBytes => stored,
    }
}

/// What is limited, with how much of it is used.
fn listed(
    allowance: &Allowance,
    workflow: Option<&str>,
    used: impl Fn(Limited) -> u64,
) -> Vec<Limit> {
    let limits = [
        (Limited::Requests, allowance.requests.map(u64::from)),
        (Limited::JobsAtOnce, allowance.jobs_at_once),
        (Limited::JobsPerDay, allowance.jobs_per_day),
        (Limited::CostPerDay, allowance.cost_per_day),
        (Limited::UploadBytesPerDay, allowance.upload_bytes_per_day),
        (Limited::StorageBytes, allowance.storage_bytes),
    ];
    let limit = |(what, most): (Limited, Option<u64>)| {
        let workflow = workflow.map(str::to_owned);
        Some(Limit { what, most: most?, used: used(what), workflow })
    };
    limits.into_iter().filter_map(limit).collect()
}
