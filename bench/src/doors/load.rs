//! Many connections that ask without pause, and what came of it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use tokio::task::JoinHandle;

use super::line::Line;
use crate::quantile::Times;

/// What is asked of whom.
#[derive(Clone)]
pub struct Load {
    /// `127.0.0.1:port`.
    pub address: String,
    pub request: Arc<[u8]>,
    /// What every answer has to be.
    pub status: u16,
    pub connections: usize,
}

/// What came of it.
pub struct Done {
    /// From the request to the last byte of its answer.
    pub times: Times,
    pub took: Duration,
}

impl Load {
    /// Asks for so long.
    pub async fn run(&self, time: Duration) -> anyhow::Result<Done> {
        let lines = try_join_all((0..self.connections).map(|_| Line::open(&self.address))).await?;
        let start = Instant::now();
        let asking: Vec<_> =
            lines.into_iter().map(|line| self.clone().ask(line, start + time)).collect();
        let mut times = Times::default();
        for asked in asking {
            times.append(asked.await??);
        }
        let took = start.elapsed();
        ensure!(times.count() > 0, "nothing was answered in {time:?}");
        Ok(Done { times, took })
    }

    #[expect(clippy::disallowed_methods, reason = "awaited by the caller")]
    fn ask(self, mut line: Line, end: Instant) -> JoinHandle<anyhow::Result<Times>> {
        tokio::spawn(async move {
            let mut times = Times::default();
            while Instant::now() < end {
                let start = Instant::now();
                let answer = line.ask(&self.request).await.context("asking")?;
                ensure!(
                    answer.status == self.status,
                    "{} answered {}: {}",
                    self.address,
                    answer.status,
                    String::from_utf8_lossy(answer.body)
                );
                times.push(start.elapsed());
            }
            Ok(times)
        })
    }
}

impl Done {
    /// How many were answered in a second.
    pub fn per_second(&self) -> f64 {
        self.times.count() as f64 / self.took.as_secs_f64()
    }
}
