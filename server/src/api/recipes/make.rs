//! Makes what was asked for, or finds what was made of the very same.

use std::collections::HashMap;

use wire::JobId;

use super::ask::Prepared;
use crate::api::running::{self, Caller};
use crate::app::App;
use crate::error::Result;
use crate::jobs::{IdempotencyKey, Line};

/// The job of a recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) job: JobId,
    /// It was made for the very same before.
    pub(super) before: bool,
}

/// The job of one recipe; `cached`: one that was made before will do.
pub(super) async fn one(
    app: &App,
    from: Caller<'_>,
    (prepared, cached): (Prepared, bool),
) -> Result<Made> {
    let slug = prepared.workflow.slug().to_owned();
    if !cached {
        let job = running::start(app, from, (&slug, prepared.inputs), None).await?.job;
        return Ok(Made { job: job.id, before: false });
    }
    let (owner, hash) = (from.0.id, prepared.hash());
    if let Some(job) = app.db.made_before(owner, hash).await? {
        return Ok(Made { job, before: true });
    }
    // Of two at once one is made.
    let key = IdempotencyKey::parse(&format!("recipe-{}", blake3::Hash::from_bytes(hash)));
    let what = |inputs| (&*slug, inputs);
    let mut submitted = running::start(app, from, what(prepared.inputs.clone()), key).await?;
    if submitted.replayed && submitted.job.status.is_over() {
        // It ended badly, or it would have been found.
        submitted = running::start(app, from, what(prepared.inputs), None).await?;
    }
    let job = submitted.job.id;
    app.db.note_recipes(owner, vec![(hash, job)]).await?;
    Ok(Made { job, before: submitted.replayed })
}

/// A place in what was asked for.
enum Place {
    Before(JobId),
    /// Number of its line, from 1.
    New(u32),
    /// The same as a line before.
    Again(u32),
}

/// The jobs of many recipes of one workflow, in their order: all of them are taken, or none.
pub(super) async fn all(
    app: &App,
    from: Caller<'_>,
    (prepared, cached): (Vec<Prepared>, bool),
) -> Result<Vec<Made>> {
    let owner = from.0.id;
    let Some(workflow) = prepared.first().map(|one| one.workflow.clone()) else {
        return Ok(Vec::new());
    };
    let (mut places, mut lines, mut hashes) = (Vec::new(), Vec::new(), HashMap::new());
    for one in prepared {
        let hash = one.hash();
        if cached && let Some(job) = app.db.made_before(owner, hash).await? {
            places.push(Place::Before(job));
            continue;
        }
        if cached && let Some(line) = hashes.get(&hash) {
            places.push(Place::Again(*line));
            continue;
        }
        let line = lines.len() as u32 + 1;
        hashes.insert(hash, line);
        lines.push(Line { line, inputs: one.inputs });
        places.push(Place::New(line));
    }
    let jobs = running::start_all(app, from, (&workflow, lines)).await?;
    let job = |line: u32| jobs[line as usize - 1];
    if cached {
        let made = hashes.into_iter().map(|(hash, line)| (hash, job(line))).collect();
        app.db.note_recipes(owner, made).await?;
    }
    let made = |place| match place {
        Place::Before(job) => Made { job, before: true },
        Place::New(line) => Made { job: job(line), before: false },
        Place::Again(line) => Made { job: job(line), before: true },
    };
    Ok(places.into_iter().map(made).collect())
}
