//! The door: inputs in, one durable job out, or a reason beside the field.

use std::collections::HashMap;

use comfy::Graph;
use comfy::graph::PruneError;
use comfy::prompt::Refusal;
use uuid::Uuid;
use wire::{Event, Inputs, Job, JobId};

use super::{Handling, Jobs};
use crate::auth::{Asker, PrincipalId};
use crate::db::{self, Idempotency, NewJob, Submission};
use crate::workflows::{BadField, Checked, Needs, Outside, Published, Unfit};

/// When to try again after the queue was full, in seconds.
const RETRY_AFTER: u64 = 10;

/// Longest idempotency key, in bytes.
const MAX_KEY: usize = 255;

/// What a client calls a submission, so that repeating it changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Accepts 1 to 255 visible ASCII characters.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=MAX_KEY).contains(&text.len());
        (fits && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| Self(text.to_owned()))
    }

    pub(super) fn into_text(self) -> String {
        self.0
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
        key: Option<IdempotencyKey>,
    ) -> Result<Submitted, SubmitError> {
        let Asker { principal, turn } = asker.into();
        let workflow = self.parts.workflows.get(slug).ok_or(SubmitError::NoSuchWorkflow)?;
        let key = key.map(|key| Idempotency { key: key.0, body: fingerprint(slug, &inputs) });
        if let Some(key) = &key
            && let Some(answer) = self.parts.db.replay(principal, key).await?
        {
            return self.answer(principal, (answer, None)).await;
        }
        let definitions = self.parts.backends.definitions();
        let definitions: Vec<_> = definitions.iter().map(AsRef::as_ref).collect();
        let checked = workflow.check(&inputs, &definitions, rand::random::<u64>)?;

        let _no_file_is_deleted_meanwhile = self.parts.db.storing().await;
        let (files, pixels) = self.find_files(principal, (&workflow, &checked.files)).await?;
        let names = files.iter().map(|(field, file)| (field.clone(), file.name.clone()));
        let graph = self.filled(&workflow, (&checked, &names.collect()))?;
        workflow.affords(&graph, pixels)?;
        let needs = workflow.needs(&graph);
        let nodes = self.parts.backends.missing(&needs.classes);
        if !nodes.is_empty() {
            return Err(SubmitError::Lacking { nodes });
        }
        let job = NewJob {
            id: JobId(Uuid::now_v7()),
            principal,
            turn,
            workflow: slug.to_owned(),
            workflow_title: workflow.about().title.clone(),
            workflow_version: workflow.version(),
            at: db::now(),
            words: words(&workflow, &checked.inputs),
            inputs: checked.inputs,
            graph: graph.to_value(),
            files: files.into_values().collect(),
            handling: Handling::new(workflow.manifest(), self.limits.keep_days),
            asked: None,
        };
        let (made, cost) = (job.as_made(), graph.cost().total());
        let answer = self.commit(job, (key, needs)).await?;
        let submitted = self.answer(principal, (answer, Some(made))).await?;
        Ok(Submitted { cost: if submitted.replayed { 0 } else { cost }, ..submitted })
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

    /// Commits the job with a place in the queue, which it takes as soon as it
    /// is durable.
    pub(super) async fn commit(
        &self,
        job: NewJob,
        (key, needs): (Option<Idempotency>, Needs),
    ) -> Result<Submission, SubmitError> {
        let full = |_| SubmitError::QueueFull { retry_after: RETRY_AFTER };
        let asker = Asker { principal: job.principal, turn: job.turn };
        let place = self.queue.reserve(asker).map_err(full)?;
        let hub = self.parts.hub.clone();
        let (about, at, workflow) = ((job.principal, job.id), job.at, job.workflow.clone());
        let after = move || {
            hub.event(about, 1, &Event::Queued { at });
            place.fill(about.1, workflow, needs);
        };
        Ok(self.parts.db.submit(job, key, after).await?)
    }

    pub(super) async fn answer(
        &self,
        principal: PrincipalId,
        (answer, made): (Submission, Option<Job>),
    ) -> Result<Submitted, SubmitError> {
        let (job, replayed) = match (answer, made) {
            (Submission::Conflict, _) => return Err(SubmitError::IdempotencyConflict),
            (Submission::Replayed(id), _) => (self.find(principal, id).await?, true),
            // What was just written need not be read.
            (Submission::Made, made) => (made.map(|job| self.with_present(job)), false),
        };
        let job = job.ok_or_else(|| anyhow::anyhow!("the job was deleted at once"))?;
        Ok(Submitted { job, replayed, cost: 0 })
    }
}

/// What was asked for, as a hash: whether two submissions are the same.
fn fingerprint(slug: &str, inputs: &Inputs) -> [u8; 32] {
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
