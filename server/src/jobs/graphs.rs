//! The door for graphs of somebody's own: one durable job out, or a reason
//! beside the node. Such a job has no workflow; all else is as for any job.

use std::collections::HashMap;

use anyhow::Context as _;
use comfy::definitions::Upload;
use comfy::prompt::NodeErrors;
use comfy::reads::{self, Reads};
use comfy::validate::{self, Verdict};
use comfy::{Definitions, Graph, NodeId};
use indexmap::IndexMap;
use uuid::Uuid;
use wire::{Inputs, JobId, OutputId, UploadId};

use super::inputs::{Found, file_name};
use super::submit::IdempotencyKey;
use super::{Handling, Jobs, SubmitError, Submitted};
use crate::auth::{Asker, PrincipalId};
use crate::db::{self, Asked, JobFile, NewJob, Order};
use crate::workflows::{FileRef, Needs, raw};

/// What a job without a workflow is called.
const TITLE: &str = "Graph";

/// How much of a value is said again, in characters.
const MOST_QUOTED: usize = 120;

/// A graph that somebody wants to run. Whoever may is for the doors to say:
/// [`crate::extract::GraphRunner`].
#[derive(Debug, Clone, Default)]
pub struct Raw {
    pub graph: Graph,
    /// Files that the door knows, by node and input. In all other inputs that
    /// name files stands the id of an upload, or the name it was handed in under.
    pub files: HashMap<(NodeId, String), KnownFile>,
    /// The only output nodes that are to run, if it says.
    pub targets: Option<Vec<NodeId>>,
    /// How it was asked for, by the door that speaks ComfyUI's own words.
    pub asked: Option<Asked>,
}

/// A file of the principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownFile {
    Upload(UploadId),
    /// What a job made.
    Made(OutputId),
    /// What a job made: its output of this number, from 0.
    Output(JobId, u32),
}

/// A graph that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct SubmittedGraph {
    pub submitted: Submitted,
    /// The output nodes that run.
    pub outputs: Vec<NodeId>,
    /// Why the others do not (ComfyUI protocol notes §3).
    pub node_errors: IndexMap<NodeId, NodeErrors>,
}

impl Jobs {
    /// Checks a graph and makes a job of it, as [`Jobs::submit`] does of inputs.
    ///
    /// # Errors
    ///
    /// [`SubmitError::Refused`] in a server's own words; [`SubmitError::Opening`] as long as no
    /// backend has said which nodes there are.
    pub async fn submit_graph(
        &self,
        asker: impl Into<Asker>,
        raw: Raw,
        key: Option<IdempotencyKey>,
    ) -> Result<SubmittedGraph, SubmitError> {
        let asker = asker.into();
        let key = key.map(|key| key.standing_for(|| fingerprint(&raw)));
        let definitions = self.parts.backends.all_definitions();
        let definitions: Vec<_> = definitions.iter().map(AsRef::as_ref).collect();
        if definitions.is_empty() {
            return Err(SubmitError::Opening);
        }
        let Verdict { outputs, node_errors, .. } = verdict(&raw, &definitions)?;
        let asked = raw.asked.clone().map(|asked| Asked { outputs: outputs.clone(), ..asked });
        let taken = |submitted| SubmittedGraph { submitted, outputs, node_errors };
        if let Some(key) = &key
            && let Some(answer) = self.parts.db.replay(asker.principal, key).await?
        {
            return Ok(taken(self.answer(asker.principal, (answer, None)).await?));
        }
        self.parts.graphs.admits(&raw.graph, &definitions)?;
        let _no_file_is_deleted_meanwhile = self.parts.db.storing().await;
        let (graph, files, pixels) = self.with_files(asker.principal, raw, &definitions).await?;
        let mut job = self.raw_job(asker, (graph, files, pixels), &definitions)?;
        job.row.asked = asked;
        let needs = Needs::of_graph(&job.graph, &definitions);
        let made = job.row.as_made();
        let order = Order { jobs: vec![job.row], batch: None, key };
        let answer = self.commit(order, vec![needs]).await?;
        let submitted = self.answer(asker.principal, (answer, Some(made))).await?;
        let cost = if submitted.replayed { 0 } else { job.cost };
        Ok(taken(Submitted { cost, ..submitted }))
    }

    /// Whether a graph would be taken, whatever is in the files that it names: for a door that has
    /// to fetch them first.
    ///
    /// # Errors
    ///
    /// As of [`Jobs::submit_graph`].
    pub(crate) fn check_graph(&self, raw: &Raw) -> Result<(), SubmitError> {
        let definitions = self.parts.backends.all_definitions();
        let definitions: Vec<_> = definitions.iter().map(AsRef::as_ref).collect();
        verdict(raw, &definitions)?;
        Ok(self.parts.graphs.admits(&raw.graph, &definitions)?)
    }

    fn raw_job(
        &self,
        asker: Asker,
        (mut graph, files, pixels): (Graph, Vec<JobFile>, u64),
        definitions: &[&Definitions],
    ) -> Result<RawJob, SubmitError> {
        let cost = self.parts.graphs.tame(&mut graph, pixels)?;
        let row = NewJob {
            id: JobId(Uuid::now_v7()),
            principal: asker.principal,
            turn: asker.turn,
            workflow: String::new(),
            workflow_title: TITLE.to_owned(),
            workflow_version: 0,
            at: db::now(),
            words: raw::words(&graph, definitions),
            inputs: Inputs::new(),
            graph: serde_json::to_string(&graph).context("writing a graph")?,
            files,
            handling: Handling::of_graph(self.limits.keep_days),
            asked: None,
            webhook: None,
            batch: None,
        };
        Ok(RawJob { row, graph, cost })
    }

    /// safety 6: every input that names a file names one of the principal's own, from here on by
    /// our name for it.
    async fn with_files(
        &self,
        principal: PrincipalId,
        raw: Raw,
        definitions: &[&Definitions],
    ) -> Result<(Graph, Vec<JobFile>, u64), SubmitError> {
        let Raw { mut graph, files: known, targets, asked: _ } = raw;
        if let Some(targets) = targets {
            graph.keep_for(&targets);
        }
        let (mut files, mut pixels) = (Vec::new(), 0);
        for (one, file) in wanted(reads::reads(&graph, definitions), known) {
            let found = match file {
                Some(file) => self.find_known(principal, file).await?,
                None => self.find_named(principal, &one.value).await?,
            };
            let refused = |why: &str| {
                let about = (&graph, &one.node, one.input.as_str());
                SubmitError::Refused(validate::file_refused(about, why))
            };
            let value: String = one.value.chars().take(MOST_QUOTED).collect();
            let found = found.ok_or_else(|| refused(&format!("no such file: {value}")))?;
            if !suits(one.sort, &found.mime) {
                return Err(refused(&format!("{value} is {}", found.mime)));
            }
            pixels = pixels.max(found.pixels);
            let name = file_name(&found);
            graph.set_file(&one.node, &one.input, &name);
            let file = JobFile { hash: found.hash, name };
            if !files.contains(&file) {
                files.push(file);
            }
        }
        Ok((graph, files, pixels))
    }

    async fn find_known(
        &self,
        principal: PrincipalId,
        file: KnownFile,
    ) -> anyhow::Result<Option<Found>> {
        let file = match file {
            KnownFile::Upload(upload) => FileRef::Upload { upload },
            KnownFile::Output(job, output) => FileRef::Output { job, output },
            KnownFile::Made(id) => {
                return Ok(self.parts.db.find_output(principal, id).await?.map(Found::from));
            }
        };
        self.find_file(principal, file).await
    }

    /// A file of the principal by the id of its upload, or by a name it was handed in under.
    async fn find_named(
        &self,
        principal: PrincipalId,
        name: &str,
    ) -> anyhow::Result<Option<Found>> {
        let name = name.strip_suffix("[input]").unwrap_or(name).trim();
        let by_id = name.parse().ok().map(|id| FileRef::Upload { upload: UploadId(id) });
        if let Some(id) = by_id {
            return self.find_file(principal, id).await;
        }
        let upload = self.parts.db.upload_named(principal, name).await?;
        Ok(upload.map(Found::from))
    }
}

/// A job that is about to be, and its graph.
struct RawJob {
    row: NewJob,
    graph: Graph,
    /// In pixel steps.
    cost: u64,
}

/// Every input that reads a file, with the file where the door knows it. A door may know files for
/// inputs of which nothing says that they read any.
fn wanted(
    reads: Vec<Reads>,
    mut known: HashMap<(NodeId, String), KnownFile>,
) -> Vec<(Reads, Option<KnownFile>)> {
    let mut all: Vec<_> = reads
        .into_iter()
        .map(|one| {
            let file = known.remove(&(one.node.clone(), one.input.clone()));
            (one, file)
        })
        .collect();
    all.extend(known.into_iter().map(|((node, input), file)| {
        (Reads { node, input, value: String::new(), sort: Upload::File }, Some(file))
    }));
    all
}

/// What any backend would say; the kindest.
fn verdict(raw: &Raw, definitions: &[&Definitions]) -> Result<Verdict, SubmitError> {
    let (mut partial, mut refusal) = (None, None);
    for all in definitions {
        match validate::validate(&raw.graph, all, raw.targets.as_deref()) {
            Ok(verdict) if verdict.node_errors.is_empty() => return Ok(verdict),
            Ok(verdict) => partial = partial.or(Some(verdict)),
            Err(refused) => refusal = refusal.or(Some(refused)),
        }
    }
    match (partial, refusal) {
        (Some(verdict), _) => Ok(verdict),
        (None, Some(refusal)) => Err(SubmitError::Refused(refusal)),
        (None, None) => Err(SubmitError::Opening),
    }
}

/// Whether an input for this sort of file takes that type.
fn suits(sort: Upload, mime: &str) -> bool {
    let is = |kind: &str| mime.starts_with(kind);
    match sort {
        Upload::Image => is("image/"),
        Upload::Video => is("video/") || is("image/"),
        Upload::Audio => is("audio/") || is("video/"),
        Upload::File => true,
    }
}

/// What was asked for, as a hash: whether two submissions are the same.
fn fingerprint(raw: &Raw) -> [u8; 32] {
    let graph = serde_json::to_vec(&raw.graph).expect("JSON values have string keys");
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"graph\0").update(&graph);
    let mut files: Vec<_> = raw.files.iter().map(|(at, file)| format!("{at:?} {file:?}")).collect();
    files.sort();
    hasher.update(files.join("\n").as_bytes()).update(format!("{:?}", raw.targets).as_bytes());
    *hasher.finalize().as_bytes()
}
