//! Stopping: a token to hear it, a tracker to wait for it.
//!
//! The only place that spawns tasks, so that stopping can wait for all of them.

use std::future::Future;
use std::time::Duration;

use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tokio_util::task::TaskTracker;

/// How long requests and tasks in flight may take to end.
const GRACE: Duration = Duration::from_secs(30);

/// Cheap to clone; every clone is the same shutdown.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    token: CancellationToken,
    tasks: TaskTracker,
}

impl Shutdown {
    /// Runs `task` so that [`Shutdown::finished`] waits for it. It must end
    /// soon after [`Shutdown::started`] does.
    #[expect(clippy::disallowed_methods, reason = "this task is what stopping waits for")]
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(self.tasks.track_future(task));
    }

    /// Begins to stop when the process is told to: `Ctrl+C`, or `SIGTERM`. A
    /// second time ends it at once.
    pub fn on_signal(&self) {
        let shutdown = self.clone();
        // Not waited for: it waits for a signal that may never come.
        #[expect(clippy::disallowed_methods, reason = "this task is what starts stopping")]
        tokio::spawn(async move {
            told_to_stop().await;
            tracing::info!("stopping; once more to stop at once");
            shutdown.start();
            told_to_stop().await;
            std::process::exit(1);
        });
    }

    /// Begins to stop.
    pub fn start(&self) {
        self.token.cancel();
    }

    /// Whether stopping has begun.
    pub fn has_started(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Ends when stopping begins.
    pub fn started(&self) -> WaitForCancellationFutureOwned {
        self.token.clone().cancelled_owned()
    }

    /// Ends when every spawned task has, or when their time is up.
    pub async fn finished(&self) {
        self.tasks.close();
        if tokio::time::timeout(GRACE, self.tasks.wait()).await.is_err() {
            tracing::warn!(tasks = self.tasks.len(), "tasks were still running and are dropped");
        }
    }
}

#[cfg(unix)]
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};

    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => (),
        _ = tokio::signal::ctrl_c() => (),
    }
}

#[cfg(not(unix))]
async fn told_to_stop() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn finished_waits_for_what_was_spawned() {
        let shutdown = Shutdown::default();
        let (done, heard) = tokio::sync::oneshot::channel();
        let stop = shutdown.started();
        shutdown.spawn(async move {
            stop.await;
            let _ = done.send(());
        });
        shutdown.start();
        shutdown.finished().await;
        heard.await.unwrap();
    }
}
