//! Deletes what is kept no longer: jobs whose time is up, with all they made.
//!
//! When that is stands in the job's row, so it survives restarts; what is
//! overdue when the house opens goes at once. Favourites stay.

use std::time::Duration;

use tokio::time::sleep;
use wire::Millis;

use super::Jobs;
use crate::db;

/// How often it is looked for jobs whose time is up.
const LOOKING: Duration = Duration::from_mins(10);

/// Jobs that are looked up at once. Each is deleted on its own, so nobody who
/// stores a file waits for more than one.
const BATCH: u32 = 50;

/// Between two batches, so that a great spring-cleaning slows nobody down.
const REST: Duration = Duration::from_millis(200);

impl Jobs {
    /// Deletes what is due, again and again, until shutdown begins.
    pub(super) async fn keep_tidy(self) {
        let mut stop = std::pin::pin!(self.shutdown.started());
        loop {
            let pause = match self.delete_expired(db::now()).await {
                Ok(0) => LOOKING,
                Ok(jobs) => {
                    tracing::info!(jobs, "deleted what was kept long enough");
                    REST
                }
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "could not delete old jobs");
                    LOOKING
                }
            };
            tokio::select! {
                () = sleep(pause) => (),
                () = &mut stop => return,
            }
        }
    }

    /// Deletes up to a batch of jobs whose time was up at `now`; how many.
    async fn delete_expired(&self, now: Millis) -> anyhow::Result<usize> {
        let expired = self.parts.db.expired(now, BATCH).await?;
        for job in &expired {
            // It may have become a favourite since it was looked up.
            self.forget(*job, Some(now)).await?;
        }
        Ok(expired.len())
    }
}
