//! The real binary, killed at any moment.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use comfy::client::Trust;
use serde_json::json;
use wire::{BatchPage, Job, JobId, JobList, JobStatus};

use crate::fake::Fake;
use crate::house::eventually;

/// Times that the house is killed.
const KILLS: u64 = 12;

/// Jobs of one batch.
const OF_A_BATCH: u64 = 40;

/// A running `parlor`. A program without a cookie is the visitor of its
/// address, so this test is the same principal at every start.
struct Parlor {
    child: Child,
    api: String,
    http: reqwest::Client,
}

impl Parlor {
    fn start(data: &Path, backend: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_parlor"))
            .args(["--listen", "127.0.0.1:0", "--backend", backend, "--data"])
            .arg(data)
            .current_dir(data)
            .env_clear()
            .env("HOME", data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("Parlor is open at ").expect("it says where");
        Self {
            child,
            api: format!("{url}/api/parlor/v1"),
            http: comfy::client::builder(&Trust::nobody()).build().unwrap(),
        }
    }

    /// The id, once the house has acknowledged the job.
    async fn submit(&self, steps: u32) -> JobId {
        let url = format!("{}/workflows/text-to-picture/jobs", self.api);
        let body = json!({ "inputs": { "prompt": "a fox", "steps": steps } });
        let answer = self.http.post(url).json(&body).send().await.unwrap();
        answer.error_for_status().unwrap().json::<Job>().await.unwrap().id
    }

    /// The batch under this key, once the house has acknowledged it.
    async fn submit_batch(&self, key: &str) -> BatchPage {
        let url = format!("{}/workflows/text-to-picture/batches", self.api);
        let lines = "{\"prompt\":\"a fox\"}\n".repeat(OF_A_BATCH as usize);
        let asked = self.http.post(url).header("idempotency-key", key);
        let answer = asked.header("content-type", "application/jsonl").body(lines).send().await;
        answer.unwrap().error_for_status().unwrap().json().await.unwrap()
    }

    /// How many jobs there are.
    async fn total(&self) -> u64 {
        let answer = self.http.get(format!("{}/jobs?limit=1", self.api)).send().await.unwrap();
        answer.error_for_status().unwrap().json::<JobList>().await.unwrap().total
    }

    async fn find(&self, id: JobId) -> Job {
        let answer = self.http.get(format!("{}/jobs/{id}", self.api)).send().await.unwrap();
        answer.error_for_status().unwrap().json().await.unwrap()
    }

    /// `kill -9`.
    fn kill(mut self) {
        self.child.kill().unwrap();
    }
}

impl Drop for Parlor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

// safety 32
#[tokio::test]
async fn every_acknowledged_job_survives_being_killed_at_any_moment() {
    let fake = Fake::start();
    let data = tempfile::tempdir().unwrap();
    let mut jobs = Vec::new();
    for round in 0..KILLS {
        let parlor = Parlor::start(data.path(), &fake.url());
        for steps in 1..4 {
            jobs.push(parlor.submit(steps).await);
        }
        // A moment of its own in each round: after so many prompts were handed over.
        let handed = fake.accepted().len() + (round % 4) as usize;
        let enough = || fake.accepted().len() >= handed.min(jobs.len());
        eventually("the moment has come", enough).await;
        parlor.kill();
    }
    let parlor = Parlor::start(data.path(), &fake.url());
    for id in &jobs {
        let done = until_over(&parlor, *id).await;
        assert_eq!((done.status, done.outputs.len()), (JobStatus::Succeeded, 1), "{done:?}");
    }
    assert_eq!(fake.accepted().len(), jobs.len(), "none was run twice");
}

async fn until_over(parlor: &Parlor, id: JobId) -> Job {
    loop {
        let job = parlor.find(id).await;
        if job.status.is_over() {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

// safety 32, 33
#[tokio::test]
async fn of_a_batch_all_jobs_are_there_or_none_whenever_the_house_is_killed() {
    let data = tempfile::tempdir().unwrap();
    let nobody = "http://127.0.0.1:9";
    for round in 0..KILLS {
        let (key, before) = (format!("round-{round}"), round * OF_A_BATCH);
        let parlor = Parlor::start(data.path(), nobody);
        // A moment of its own in each round: when so many others were answered meanwhile.
        let others = async {
            for _ in 0..round {
                parlor.total().await;
            }
        };
        let acknowledged = tokio::select! {
            batch = parlor.submit_batch(&key) => Some(batch),
            () = others => None,
        };
        parlor.kill();

        let parlor = Parlor::start(data.path(), nobody);
        let there = parlor.total().await - before;
        assert!(there == 0 || there == OF_A_BATCH, "{there} jobs of {OF_A_BATCH} in round {round}");
        let again = parlor.submit_batch(&key).await;
        assert_eq!(u64::from(again.batch.counts.queued), OF_A_BATCH);
        assert_eq!(parlor.total().await - before, OF_A_BATCH, "the same key makes one batch");
        if let Some(batch) = acknowledged {
            assert_eq!((there, again), (OF_A_BATCH, batch), "what was answered is there");
        }
        parlor.kill();
    }
}
