//! The door: inputs in, one durable job out, or a reason beside the field.

use std::collections::HashMap;

use anyhow::Context as _;
use comfy::Graph;
use comfy::graph::PruneError;
use comfy::prompt::Refusal;
use uuid::Uuid;
use wire::{Event, Inputs, Job, JobId};

use super::queue::Ready;
use super::{Handling, Jobs};
use crate::auth::{Asker, PrincipalId};
use crate::db::{self, Idempotency, NewJob, Order, Ordered, Submission};
use crate::webhooks::Target;
use crate::workflows::{AsSent, BadField, Checked, Needs, Outside, Published, Unfit};

/// When to try again after the queue was full, in seconds.
const RETRY_AFTER: u64 = 10;

/// Longest idempotency key, in bytes.
const MAX_KEY: usize = 255;

/// What a client calls a submission, so that repeating it changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    text: String,
    /// Hash of what is asked for, where the door knows it.
    body: Option<[u8; 32]>,
}

impl IdempotencyKey {
    /// Accepts 1 to 255 visible ASCII characters.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=MAX_KEY).contains(&text.len());
        let fits = fits && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self { text: text.to_owned(), body: None })
    }

    /// With the hash of what it stands for, if the door has said none.
    pub(crate) fn standing_for(self, body: impl FnOnce() -> [u8; 32]) -> Idempotency {
        Idempotency { key: self.text, body: self.body.unwrap_or_else(body) }
    }
}

impl From<Idempotency> for IdempotencyKey {
    fn from(Idempotency { key, body }: Idempotency) -> Self {
        Self { text: key, body: Some(body) }
    }
}

/// What comes with a submission, beside its inputs.
#[derive(Debug, Default)]
pub struct Terms {
    /// Asking twice with the same key makes one job.
    pub key: Option<IdempotencyKey>,
    /// Who wants to be told what becomes of it.
    pub(crate) webhook: Option<Target>,
}

impl From<Option<IdempotencyKey>> for Terms {
    fn from(key: Option<IdempotencyKey>) -> Self {
        Self { key, webhook: None }
    }
}

/// A job that is durable.
#[derive(Debug, Clone, PartialEq)]
pub struct Submitted {
    pub job: Job,
    /// It was there already, under the same key.
    pub replayed: bool,
    /// What it costs, in pixel steps; nothing when it was there already.
    pub cost: u64,
}

/// A job that can be committed.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) row: NewJob,
    pub(super) needs: Needs,
    /// In pixel steps.
    pub(super) cost: u64,
}

/// Why there is no job.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    #[error("There is no such workflow.")]
    NoSuchWorkflow,
    #[error(
        "This workflow needs nodes that the workshop does not have: {}. Its host can install them.",
        .nodes.join(", ")
    )]
    Lacking {
        /// Classes.
        nodes: Vec<String>,
    },
    #[error(
        "The workshop is closed, and without every file this can be prepared only when it opens. \
         Choose a file, or try again soon."
    )]
    Closed,
    /// Of a graph: what is wrong with it, as ComfyUI would say it.
    #[error("This graph cannot run: {0}.")]
    Refused(Box<Refusal>),
    #[error(
        "Node {node} is a {class}, which graphs of one's own may not have here. Its host can allow \
         it."
    )]
    NotAllowed { node: String, class: String },
    /// No backend has said which nodes there are, so that no graph can be checked.
    #[error("The workshop is opening, and it is not known yet what it has. Try again in a moment.")]
    Opening,
    /// `message` is to stand beside the field.
    #[error("{field}: {message}")]
    Field { field: String, message: String },
    #[error(
        "This asks for too much work: {cost} pixel steps, where {limit} are allowed. Choose a \
         smaller size or fewer steps."
    )]
    TooCostly { cost: u64, limit: u64 },
    #[error("Too many jobs are waiting. Try again in {retry_after} seconds.")]
    QueueFull {
        /// In seconds.
        retry_after: u64,
    },
    #[error("This idempotency key was used for something else.")]
    IdempotencyConflict,
    #[error("The graphs of these jobs are more than {most} MB together. Send fewer lines at once.")]
    TooMuchAtOnce {
        /// In megabytes.
        most: usize,
    },
    /// Our own fault, to be logged and not told.
    #[error("the job could not be stored")]
    Storage(#[from] anyhow::Error),
}

impl From<BadField> for SubmitError {
    fn from(bad: BadField) -> Self {
        Self::Field { field: bad.field, message: bad.message }
    }
}

impl From<Outside> for SubmitError {
    fn from(Outside { node, class }: Outside) -> Self {
        Self::NotAllowed { node, class }
    }
}

impl From<Unfit> for SubmitError {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::TooMuch { cost, limit } => Self::TooCostly { cost, limit },
            Unfit::Pruning(PruneError::Unknown { class, .. }) => {
                Self::Lacking { nodes: vec![class] }
            }
        }
    }
}

impl Jobs {
    /// Checks `inputs` and makes a job of them. It is durable when this
    /// returns, also when the caller has stopped waiting.
    pub async fn submit(
        &self,
        asker: impl Into<Asker>,
        slug: &str,
        inputs: Inputs,
        terms: impl Into<Terms>,
    ) -> Result<Submitted, SubmitError> {
        let (asker, Terms { key, webhook }) = (asker.into(), terms.into());
        let workflow = self.parts.workflows.get(slug).ok_or(SubmitError::NoSuchWorkflow)?;
        let key = key.map(|key| key.standing_for(|| fingerprint(slug, &inputs)));
        if let Some(key) = &key
            && let Some(answer) = self.parts.db.replay(asker.principal, key).await?
        {
            return self.answer(asker.principal, (answer, None)).await;
        }
        let _no_file_is_deleted_meanwhile = self.parts.db.storing().await;
        let Prepared { row, needs, cost } = self.prepare(asker, &workflow, &inputs).await?;
        let made = row.as_made();
        let order = Order { jobs: vec![NewJob { webhook, ..row }], batch: None, key };
        let answer = self.commit(order, vec![needs]).await?;
        let submitted = self.answer(asker.principal, (answer, Some(made))).await?;
        Ok(Submitted { cost: if submitted.replayed { 0 } else { cost }, ..submitted })
    }

    /// A job of these inputs, which are checked. Hold [`crate::db::Db::storing`] until it is
    /// committed.
    pub(super) async fn prepare(
        &self,
        asker: Asker,
        workflow: &Published,
        inputs: &Inputs,
    ) -> Result<Prepared, SubmitError> {
        let Asker { principal, turn } = asker;
        let definitions = self.parts.backends.definitions();
        let definitions: Vec<_> = definitions.iter().map(AsRef::as_ref).collect();
        let checked = workflow.check(inputs, &definitions, rand::random::<u64>)?;
        let (files, pixels) = self.find_files(principal, (workflow, &checked.files)).await?;
        let names = files.iter().map(|(field, file)| (field.clone(), file.name.clone()));
        let graph = self.filled(workflow, (&checked, &names.collect()))?;
        let cost = workflow.affords(&graph, pixels)?;
        let needs = workflow.needs(&graph);
        let nodes = self.parts.backends.missing(&needs.classes);
        if !nodes.is_empty() {
            return Err(SubmitError::Lacking { nodes });
        }
        let row = NewJob {
            id: JobId(Uuid::now_v7()),
            principal,
            turn,
            workflow: workflow.slug().to_owned(),
            workflow_title: workflow.about().title.clone(),
            workflow_version: workflow.version(),
            at: db::now(),
            words: words(workflow, &checked.inputs),
            inputs: checked.inputs,
            graph: serde_json::to_string(&graph).context("writing a graph")?,
            as_sent: AsSent::default(),
            files: files.into_values().collect(),
            handling: Handling::new(workflow.manifest(), self.limits.keep_days),
            asked: None,
            webhook: None,
            batch: None,
        };
        Ok(Prepared { row, needs, cost })
    }

    /// The graph that is run. What to do without can only be said by who knows the nodes.
    fn filled(
        &self,
        workflow: &Published,
        (checked, names): (&Checked, &HashMap<String, String>),
    ) -> Result<Graph, SubmitError> {
        let definitions = self.parts.backends.all_definitions();
        let definitions: Vec<_> = definitions.iter().map(AsRef::as_ref).collect();
        workflow.graph(checked, names, &definitions).map_err(|unfit| match unfit {
            Unfit::Pruning(_) if definitions.is_empty() => SubmitError::Closed,
            unfit => unfit.into(),
        })
    }

    /// Why the workflow cannot run now, as far as it can be known before it is filled in.
    pub fn lacking(&self, workflow: &Published) -> Option<SubmitError> {
        let nodes = self.parts.backends.missing(&workflow.needs(workflow.graph_as_made()).classes);
        (!nodes.is_empty()).then_some(SubmitError::Lacking { nodes })
    }

    /// Commits the order with places in the queue, which its jobs take as soon as
    /// they are durable. `needs` are theirs, in the same order.
    pub(super) async fn commit(
        &self,
        order: Order,
        needs: Vec<Needs>,
    ) -> Result<Submission, SubmitError> {
        let full = |_| SubmitError::QueueFull { retry_after: RETRY_AFTER };
        let first = order.jobs.first().ok_or_else(|| anyhow::anyhow!("an order of nothing"))?;
        let (principal, at, workflow) = (first.principal, first.at, first.workflow.clone());
        let asker = Asker { principal, turn: first.turn };
        let places = self.queue.reserve(asker, order.jobs.len()).map_err(full)?;
        let hub = self.parts.hub.clone();
        let jobs: Vec<Ready> = order.jobs.iter().map(Ready::from).collect();
        let after = move || {
            for Ready { job, .. } in &jobs {
                hub.event((principal, *job), 1, &Event::Queued { at });
            }
            places.fill(&workflow, jobs.into_iter().zip(needs));
        };
        Ok(self.parts.db.submit(order, after).await?)
    }

    pub(super) async fn answer(
        &self,
        principal: PrincipalId,
        (answer, made): (Submission, Option<Job>),
    ) -> Result<Submitted, SubmitError> {
        let (job, replayed) = match (answer, made) {
            (Submission::Conflict | Submission::Replayed(Ordered::Batch(_)), _) => {
                return Err(SubmitError::IdempotencyConflict);
            }
            (Submission::Replayed(Ordered::Job(id)), _) => (self.find(principal, id).await?, true),
            // What was just written need not be read.
            (Submission::Made, made) => (made.map(|job| self.with_present(job)), false),
        };
        let job = job.ok_or_else(|| anyhow::anyhow!("the job was deleted at once"))?;
        Ok(Submitted { job, replayed, cost: 0 })
    }
}

/// What was asked for, as a hash: whether two submissions are the same.
pub(crate) fn fingerprint(slug: &str, inputs: &Inputs) -> [u8; 32] {
    // Sorted, for the order in which a client writes its fields means nothing.
    let sorted: std::collections::BTreeMap<_, _> = inputs.iter().collect();
    let inputs = serde_json::to_vec(&sorted).expect("JSON values have string keys");
    let mut hasher = blake3::Hasher::new();
    hasher.update(slug.as_bytes()).update(&[0]).update(&inputs);
    *hasher.finalize().as_bytes()
}

/// What a search looks in, and what names are made of.
fn words(workflow: &Published, inputs: &Inputs) -> String {
    let texts = workflow.texts().filter_map(|name| inputs.get(name)?.as_str());
    texts.filter(|text| !text.trim().is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idempotency_key_is_visible_ascii_of_bounded_length() {
        for good in ["a", "9b1f-…".trim_end_matches('…'), &"k".repeat(255)] {
            assert!(IdempotencyKey::parse(good).is_some(), "{good}");
        }
        for bad in ["", "a b", "ключ", "a\n", &"k".repeat(256)] {
            assert!(IdempotencyKey::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn the_order_of_fields_makes_no_other_submission() {
        let [one, two] = [r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#]
            .map(|text| serde_json::from_str::<Inputs>(text).unwrap());
        assert_eq!(fingerprint("x", &one), fingerprint("x", &two));
        assert_ne!(fingerprint("x", &one), fingerprint("y", &one));
    }
}
