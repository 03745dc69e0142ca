//! How much guests and members may. The owner may all.

use clap::Args;
use serde::Serialize;
use wire::Policy;

/// What limits one principal; `None`: nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Allowance {
    /// In a minute.
    pub requests: Option<u32>,
    /// Not over.
    pub jobs_at_once: Option<u64>,
    pub jobs_per_day: Option<u64>,
    /// In pixel steps.
    pub cost_per_day: Option<u64>,
    pub upload_bytes_per_day: Option<u64>,
    pub storage_bytes: Option<u64>,
}

impl Allowance {
    /// What a workflow's own rules allow each person to do with it.
    pub(crate) fn of_workflow(policy: &Policy) -> Self {
        Self {
            jobs_per_day: policy.jobs_per_day.map(u64::from),
            cost_per_day: policy.cost_per_day,
            ..Self::default()
        }
    }
}

/// Days begin at midnight, UTC. 0 is no limit.
#[derive(Debug, Clone, Args, Serialize)]
pub struct LimitSettings {
    /// Most requests in a minute of one guest, and of one address of guests.
    #[arg(long, env = "PARLOR_GUEST_REQUESTS", value_name = "N", default_value = "1200")]
    pub guest_requests: u32,

    /// Most jobs of one guest, and of one address of guests, that are not over.
    #[arg(long, env = "PARLOR_GUEST_JOBS", value_name = "N", default_value = "10")]
    pub guest_jobs: u32,

    /// Most jobs of one guest, and of one address of guests, in a day.
    #[arg(long, env = "PARLOR_GUEST_JOBS_PER_DAY", value_name = "N", default_value = "500")]
    pub guest_jobs_per_day: u32,

    /// Most work of one guest, and of one address of guests, in a day, in
    /// millions of pixel steps: a picture of 1000 × 1000 in 20 steps is 20.
    #[arg(long, env = "PARLOR_GUEST_COST_PER_DAY", value_name = "N", default_value = "0")]
    pub guest_cost_per_day: u32,

    /// Most that one guest, and one address of guests, hands in in a day.
    #[arg(long, env = "PARLOR_GUEST_UPLOAD_MB_PER_DAY", value_name = "MB", default_value = "2048")]
    pub guest_upload_mb_per_day: u32,

    /// Most that is kept for one guest, uploads and outputs.
    #[arg(long, env = "PARLOR_GUEST_STORAGE_MB", value_name = "MB", default_value = "10240")]
    pub guest_storage_mb: u32,

    /// Most requests in a minute of one member.
    #[arg(long, env = "PARLOR_MEMBER_REQUESTS", value_name = "N", default_value = "6000")]
    pub member_requests: u32,

    /// Most jobs of one member that are not over.
    #[arg(long, env = "PARLOR_MEMBER_JOBS", value_name = "N", default_value = "100")]
    pub member_jobs: u32,

    /// Most jobs of one member in a day.
    #[arg(long, env = "PARLOR_MEMBER_JOBS_PER_DAY", value_name = "N", default_value = "0")]
    pub member_jobs_per_day: u32,

    /// Most work of one member in a day, in millions of pixel steps.
    #[arg(long, env = "PARLOR_MEMBER_COST_PER_DAY", value_name = "N", default_value = "0")]
    pub member_cost_per_day: u32,

    /// Most that one member hands in in a day.
    #[arg(long, env = "PARLOR_MEMBER_UPLOAD_MB_PER_DAY", value_name = "MB", default_value = "0")]
    pub member_upload_mb_per_day: u32,

    /// Most that is kept for one member, uploads and outputs.
    #[arg(long, env = "PARLOR_MEMBER_STORAGE_MB", value_name = "MB", default_value = "0")]
    pub member_storage_mb: u32,

    /// Most jobs that wait at once, of everybody.
    #[arg(long, env = "PARLOR_QUEUE_JOBS", value_name = "N", default_value = "20000",
          value_parser = clap::value_parser!(u32).range(1..))]
    pub queue_jobs: u32,

    /// Most jobs that wait at once, of one person or key; guests from one
    /// address share theirs. A batch has up to 1,000.
    #[arg(long, env = "PARLOR_QUEUE_JOBS_EACH", value_name = "N", default_value = "2000",
          value_parser = clap::value_parser!(u32).range(1..))]
    pub queue_jobs_each: u32,
}

impl LimitSettings {
    /// What a guest may.
    pub fn guest(&self) -> Allowance {
        Allowance {
            requests: limit(self.guest_requests),
            jobs_at_once: limit(self.guest_jobs).map(u64::from),
            jobs_per_day: limit(self.guest_jobs_per_day).map(u64::from),
            cost_per_day: limit(self.guest_cost_per_day).map(millions),
            upload_bytes_per_day: limit(self.guest_upload_mb_per_day).map(megabytes),
            storage_bytes: limit(self.guest_storage_mb).map(megabytes),
        }
    }

    /// What a member may.
    pub fn member(&self) -> Allowance {
        Allowance {
            requests: limit(self.member_requests),
            jobs_at_once: limit(self.member_jobs).map(u64::from),
            jobs_per_day: limit(self.member_jobs_per_day).map(u64::from),
            cost_per_day: limit(self.member_cost_per_day).map(millions),
            upload_bytes_per_day: limit(self.member_upload_mb_per_day).map(megabytes),
            storage_bytes: limit(self.member_storage_mb).map(megabytes),
        }
    }
}

fn limit(number: u32) -> Option<u32> {
    (number > 0).then_some(number)
}

fn millions(number: u32) -> u64 {
    u64::from(number) * 1_000_000
}

/// In bytes.
fn megabytes(number: u32) -> u64 {
    u64::from(number) << 20
}
