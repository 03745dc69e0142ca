//! A house for tests: everything behind the doors, in a folder of its own.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use comfy::client::Trust;
use parlor::auth::PrincipalId;
use parlor::backends::{BackendConfig, Backends};
use parlor::db::{Db, NewUpload};
use parlor::events::{Hub, Told, Watch};
use parlor::files::{Claim, Files, Finish, SafeName};
use parlor::jobs::{Jobs, Limits, Parts, SubmitError};
use parlor::shutdown::Shutdown;
use parlor::workflows::{GraphPolicy, Workflows};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::timeout;
use uuid::Uuid;
use wire::{Event, Inputs, Job, JobId, JobStatus, ToViewer, UploadId};

use crate::fake::picture;

/// Longer than anything here takes on a busy machine; only failures wait so long.
const PATIENCE: Duration = Duration::from_mins(1);

pub struct House {
    pub folder: TempDir,
    pub parts: Parts,
    pub jobs: Jobs,
    shutdown: Shutdown,
}

impl House {
    /// A house in front of these backends, called `one`, `two`, ….
    pub async fn open(urls: &[String]) -> Self {
        Self::open_with(urls, Limits::default()).await
    }

    pub async fn open_with(urls: &[String], limits: Limits) -> Self {
        Self::open_in(TempDir::new().unwrap(), urls, limits).await
    }

    pub async fn open_in(folder: TempDir, urls: &[String], limits: Limits) -> Self {
        Self::open_named(folder, (&["one", "two"], urls), limits).await
    }

    /// In front of backends of other names.
    pub async fn open_without_names(folder: TempDir, urls: &[String]) -> Self {
        Self::open_named(folder, (&["other"], urls), Limits::default()).await
    }

    async fn open_named(folder: TempDir, backends: (&[&str], &[String]), limits: Limits) -> Self {
        let shutdown = Shutdown::default();
        let parts = parts(folder.path(), backends, &shutdown).await;
        let jobs = Jobs::start(parts.clone(), limits, &shutdown).await.unwrap();
        Self { folder, parts, jobs, shutdown }
    }

    /// Stops without saying anything to anybody, as `kill -9` does; what is on
    /// the disk remains.
    pub async fn close(self) -> TempDir {
        self.shutdown.start();
        self.shutdown.finished().await;
        self.folder
    }

    pub async fn submit(
        &self,
        who: PrincipalId,
        slug: &str,
        inputs: Value,
    ) -> Result<Job, SubmitError> {
        let submitted = self.jobs.submit(who, slug, inputs_of(inputs), None).await?;
        Ok(submitted.job)
    }

    /// A text to picture job of a few steps.
    pub async fn paint(&self, who: PrincipalId) -> JobId {
        let inputs = json!({ "prompt": "a fox in the snow", "steps": 3, "seed": 7 });
        self.submit(who, "text-to-picture", inputs).await.unwrap().id
    }

    pub async fn upload(&self, who: PrincipalId) -> UploadId {
        let _guard = self.parts.db.storing().await;
        let bytes = picture([9, 99, 199], "PNG");
        let stored =
            self.parts.files.store_output("x.png", bytes.into(), Finish::default()).await.unwrap();
        let upload = NewUpload {
            principal: who,
            hash: stored.hash,
            name: "x.png".into(),
            mime: stored.mime,
            bytes: stored.bytes,
            width: stored.width,
            height: stored.height,
        };
        self.parts.db.add_upload(&upload).await.unwrap()
    }

    /// Takes in a file as the door for uploads does.
    pub async fn hand_in(&self, who: PrincipalId, name: &str, content: Vec<u8>) -> UploadId {
        let claim = Claim { name: SafeName::from_client(name), declared: None };
        let body = futures_util::stream::iter([Ok::<_, std::io::Error>(content.into())]);
        let received = self.parts.files.receive(body, &claim, 1 << 20).await.unwrap();
        let name = received.name().to_string();
        let _guard = self.parts.db.storing().await;
        let stored = self.parts.files.store_upload(received).await.unwrap();
        let upload = NewUpload {
            principal: who,
            hash: stored.hash,
            name,
            mime: stored.mime,
            bytes: stored.bytes,
            width: stored.width,
            height: stored.height,
        };
        self.parts.db.add_upload(&upload).await.unwrap()
    }

    /// Publishes a workflow that saves one picture under the node `9`, but for
    /// what `more` of a manifest and `nodes` of a graph say.
    pub async fn publish(&self, slug: &str, more: &str, nodes: Value) {
        let manifest = format!("slug = \"{slug}\"\ntitle = \"{slug}\"\n{more}");
        let image = json!({ "width": 64, "height": 64, "batch_size": 1, "color": 0 });
        let mut graph = json!({
            "1": { "class_type": "EmptyImage", "inputs": image },
            "9": { "class_type": "SaveImage", "inputs": { "images": ["1", 0], "filename_prefix": "x" } },
        });
        graph.as_object_mut().unwrap().extend(inputs_of(nodes));
        let published = self.parts.workflows.publish_text(&manifest, &graph.to_string()).await;
        published.unwrap();
    }

    /// The job when it has succeeded, and the content of each of its outputs.
    pub async fn made(&self, who: PrincipalId, job: JobId) -> (Job, Vec<Bytes>) {
        let job = self.until(who, job, |job| job.status.is_over()).await;
        assert_eq!(job.status, JobStatus::Succeeded, "{:?}", job.failure);
        let mut contents = Vec::new();
        for output in &job.outputs {
            let row = self.parts.db.find_output(who, output.id).await.unwrap().unwrap();
            contents.push(self.parts.files.read(row.hash).await.unwrap());
        }
        (job, contents)
    }

    pub async fn find(&self, who: PrincipalId, job: JobId) -> Job {
        self.jobs.find(who, job).await.unwrap().unwrap()
    }

    /// The job as soon as it is as wanted.
    pub async fn until(&self, who: PrincipalId, job: JobId, wanted: impl Fn(&Job) -> bool) -> Job {
        let mut watch = self.parts.hub.watch_job(who, job);
        let wait = async {
            loop {
                let found = self.find(who, job).await;
                if wanted(&found) {
                    return found;
                }
                watch.next().await;
            }
        };
        if let Ok(job) = timeout(PATIENCE, wait).await {
            return job;
        }
        panic!("still {:?}", self.find(who, job).await)
    }

    pub async fn until_status(&self, who: PrincipalId, job: JobId, status: JobStatus) -> Job {
        self.until(who, job, |job| job.status == status).await
    }

    pub async fn events(&self, who: PrincipalId, job: JobId) -> Vec<Event> {
        let events = self.jobs.events_after(who, job, 0).await.unwrap().unwrap();
        assert!(events.iter().map(|(seq, _)| *seq).eq(1..=events.len() as u64), "{events:?}");
        events.into_iter().map(|(_, event)| event).collect()
    }

    /// Ends when a backend can take work.
    pub async fn until_open(&self) {
        eventually("a backend opens", || self.parts.backends.any_open()).await;
    }
}

async fn parts(folder: &Path, (names, urls): (&[&str], &[String]), shutdown: &Shutdown) -> Parts {
    let db = Db::open(&folder.join("parlor.db")).await.unwrap();
    let listened_as = db.listened_as().await.unwrap();
    let config = |(name, url): (&&str, &String)| BackendConfig {
        name: (*name).into(),
        url: url.parse().unwrap(),
        listened_as: listened_as.get(*name).cloned(),
    };
    let backends = names.iter().zip(urls).map(config).collect();
    let http = comfy::client::http(Trust::nobody()).unwrap();
    Parts {
        workflows: Workflows::open(&db).await.unwrap(),
        db,
        files: Files::open(&folder.join("files")).await.unwrap(),
        hub: Hub::default(),
        backends: Backends::start(backends, &http, shutdown).unwrap(),
        graphs: GraphPolicy::default(),
    }
}

pub fn somebody(n: u128) -> PrincipalId {
    PrincipalId(Uuid::from_u128(n))
}

pub fn inputs_of(value: Value) -> Inputs {
    match value {
        Value::Object(inputs) => inputs,
        other => panic!("{other} is no object"),
    }
}

/// Waits for a condition that nothing announces.
pub async fn eventually(what: &str, condition: impl Fn() -> bool) {
    let wait = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(timeout(PATIENCE, wait).await.is_ok(), "waited in vain until {what}");
}

/// Everything told until the job is over.
pub async fn told_until_over(watch: &mut Watch) -> Vec<Told> {
    let mut all = Vec::new();
    let wait = async {
        loop {
            let told = watch.next().await;
            let over = matches!(
                message(&told),
                Some(ToViewer::Event { event: Event::Finished { .. }, .. })
            );
            all.push(told);
            if over {
                return;
            }
        }
    };
    assert!(timeout(PATIENCE, wait).await.is_ok(), "no end was told");
    all
}

/// The message in text, if it is one.
pub fn message(told: &Told) -> Option<ToViewer> {
    match told {
        Told::News(news) => Some(serde_json::from_str(news.text()).unwrap()),
        _ => None,
    }
}
