//! The jobs API: ComfyUI protocol notes §9.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;
use wire::{JobId, JobStatus};

use super::body::Body;
use super::tell;
use super::words::{Refused, Result};
use crate::app::App;
use crate::auth::PrincipalId;
use crate::db::Wanted;
use crate::extract::{GraphRunner, Path, Query};

/// Most jobs on a page, and most that are stopped at once.
const MOST: u32 = 1_000;

/// What can be asked for, and what of ours it is.
const STATES: [(&str, &[JobStatus]); 5] = [
    ("pending", &[JobStatus::Queued]),
    ("in_progress", &[JobStatus::Running, JobStatus::Canceling]),
    ("completed", &[JobStatus::Succeeded]),
    ("failed", &[JobStatus::Failed, JobStatus::Expired]),
    ("cancelled", &[JobStatus::Canceled]),
];

/// Which jobs, and in which order.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    status: Option<String>,
    workflow_id: Option<String>,
    sort_by: Option<String>,
    sort_order: Option<String>,
    limit: Option<String>,
    offset: Option<String>,
}

/// `GET /api/jobs`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>> {
    let (limit, offset) = asked.range()?;
    let wanted = Wanted {
        statuses: asked.statuses()?,
        by_duration: asked.by_duration()?,
        oldest_first: asked.oldest_first()?,
        workflow_id: asked.workflow_id,
        limit: limit.unwrap_or(MOST).min(MOST),
        offset,
        ..Wanted::default()
    };
    let jobs = app.db.native_jobs(principal.id, &wanted).await?;
    let total = app.db.count_native_jobs(principal.id, &wanted).await?;
    let has_more = u64::from(offset) + (jobs.len() as u64) < total;
    let page: Vec<_> = jobs.iter().map(tell::summary).collect();
    let pagination =
        json!({ "offset": offset, "limit": limit, "total": total, "has_more": has_more });
    Ok(Json(json!({ "jobs": page, "pagination": pagination })))
}

/// `GET /api/jobs/{id}`
pub(super) async fn one(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    Path(id): Path<String>,
) -> Result<Json<Map<String, Value>>> {
    let job = match id.parse() {
        Ok(id) => app.db.native_job(principal.id, id).await?,
        Err(_) => None,
    };
    let missing = || Refused::Sentence(StatusCode::NOT_FOUND, json!({ "error": "Job not found" }));
    Ok(Json(tell::details(&job.ok_or_else(missing)?)))
}

/// `POST /api/jobs/{id}/cancel`
pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    Path(id): Path<String>,
) -> Result<Json<Value>> {
    let cancelled = match id.parse() {
        Ok(id) => stop(&app, principal.id, id).await?,
        Err(_) => false,
    };
    Ok(Json(json!({ "cancelled": cancelled })))
}

/// `POST /api/jobs/cancel`
pub(super) async fn cancel_several(
    State(app): State<Arc<App>>,
    GraphRunner(principal): GraphRunner,
    Body(body): Body,
) -> Result<Json<Value>> {
    let Some(ids) = body.get("job_ids").and_then(Value::as_array) else {
        return Err(Refused::question("job_ids must be a list"));
    };
    if ids.len() > MOST as usize {
        return Err(Refused::question("job_ids may name 1,000 jobs at most"));
    }
    let is_id = |id: &&Value| id.as_str().is_some_and(|id| id.parse::<Uuid>().is_ok());
    let invalid: Vec<_> = ids.iter().filter(|id| !is_id(id)).collect();
    if !invalid.is_empty() {
        let refusal = json!({ "error": "job_ids contains invalid id(s)", "invalid_ids": invalid });
        return Err(Refused::Sentence(StatusCode::BAD_REQUEST, refusal));
    }
    let mut cancelled = false;
    for id in ids.iter().filter_map(|id| id.as_str()?.parse().ok()) {
        cancelled |= stop(&app, principal.id, id).await?;
    }
    Ok(Json(json!({ "cancelled": cancelled })))
}

/// Whether there was anything of theirs to stop.
async fn stop(app: &App, principal: PrincipalId, id: JobId) -> Result<bool> {
    let job = app.jobs.find(principal, id).await?;
    let stoppable = job.is_some_and(|job| {
        matches!(job.status, JobStatus::Queued | JobStatus::Running | JobStatus::Canceling)
    });
    if stoppable {
        app.jobs.cancel(principal, id).await?;
    }
    Ok(stoppable)
}

impl Asked {
    /// None: any.
    fn statuses(&self) -> Result<Option<Vec<JobStatus>>> {
        let Some(text) = &self.status else { return Ok(None) };
        let words = text.split(',').map(|word| word.trim().to_lowercase());
        let mut statuses = Vec::new();
        for word in words.filter(|word| !word.is_empty()) {
            let Some((_, ours)) = STATES.iter().find(|(state, _)| *state == word) else {
                let known = STATES.map(|(state, _)| state).join(", ");
                let sentence = format!("Invalid status value: {word}. Valid values: {known}");
                return Err(Refused::question(&sentence));
            };
            statuses.extend_from_slice(ours);
        }
        Ok(Some(statuses).filter(|statuses| !statuses.is_empty()))
    }

    fn by_duration(&self) -> Result<bool> {
        match self.sort_by.as_deref() {
            None | Some("created_at") => Ok(false),
            Some("execution_duration") => Ok(true),
            Some(_) => {
                Err(Refused::question("sort_by must be 'created_at' or 'execution_duration'"))
            }
        }
    }

    fn oldest_first(&self) -> Result<bool> {
        match self.sort_order.as_deref() {
            None | Some("desc") => Ok(false),
            Some("asc") => Ok(true),
            Some(_) => Err(Refused::question("sort_order must be 'asc' or 'desc'")),
        }
    }

    fn range(&self) -> Result<(Option<u32>, u32)> {
        let limit = self.limit.as_ref().map(|limit| limit.parse().ok().filter(|limit| *limit > 0));
        if limit == Some(None) {
            return Err(Refused::question("limit must be a positive integer"));
        }
        let offset = self.offset.as_ref().map_or(Ok(0), |offset| offset.parse());
        let offset =
            offset.map_err(|_| Refused::question("offset must be an integer of at least 0"))?;
        Ok((limit.flatten(), offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_and_strange_ones_refused() {
        let asked = |status: &str| Asked { status: Some(status.into()), ..Asked::default() };
        let statuses = asked("Pending, failed,").statuses().unwrap();
        let expected = vec![JobStatus::Queued, JobStatus::Failed, JobStatus::Expired];
        assert_eq!(statuses, Some(expected));
        assert_eq!(asked(" ").statuses().unwrap(), None);
        assert!(asked("bogus").statuses().is_err());
    }
}
