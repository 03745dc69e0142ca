//! What one viewer listens to.

use std::future::pending;

use futures_util::future::select_all;
use wire::JobId;

use crate::auth::PrincipalId;
use crate::events::{Hub, Told, Watch};

/// Most single jobs a viewer can watch; a page watches everything of its own.
const MOST_JOBS: usize = 16;

/// Either everything of a principal, or some of its jobs.
#[derive(Debug, Default)]
pub(super) struct Watching {
    mine: Option<Watch>,
    jobs: Vec<(JobId, Watch)>,
}

impl Watching {
    /// Everything from now on.
    pub(super) fn everything(&mut self, hub: &Hub, principal: PrincipalId) {
        self.jobs.clear();
        self.mine = Some(hub.watch_mine(principal));
    }

    /// One job from now on. Whether there was room for it.
    pub(super) fn job(&mut self, hub: &Hub, principal: PrincipalId, job: JobId) -> bool {
        if self.mine.is_some() {
            return true;
        }
        self.forget(job);
        let room = self.jobs.len() < MOST_JOBS;
        if room {
            // Nearly always the only one; a vector by itself would make room for four.
            self.jobs.reserve_exact(1);
            self.jobs.push((job, hub.watch_job(principal, job)));
        }
        room
    }

    /// No longer this one, unless everything is watched.
    pub(super) fn forget(&mut self, job: JobId) {
        self.jobs.retain(|(known, _)| *known != job);
    }

    /// What to tell next. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Told {
        let mut watches: Vec<&mut Watch> = Vec::new();
        match (&mut self.mine, &mut self.jobs[..]) {
            (Some(mine), _) => return mine.next().await,
            (None, [(_, only)]) => return only.next().await,
            (None, jobs) => watches.extend(jobs.iter_mut().map(|(_, watch)| watch)),
        }
        if watches.is_empty() {
            return pending().await;
        }
        select_all(watches.into_iter().map(|watch| Box::pin(watch.next()))).await.0
    }
}
