//! The jobs API: ComfyUI protocol notes §9.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::App;
use super::error::{Body, Error, Result};
use crate::jobs::{self, Job, STATES};

/// Which jobs, and in which order.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    status: Option<String>,
    workflow_id: Option<String>,
    sort_by: Option<String>,
    sort_order: Option<String>,
    limit: Option<String>,
    offset: Option<String>,
}

/// `GET /api/jobs`
pub(super) async fn list(State(house): App, Query(wanted): Query<Wanted>) -> Result<Json<Value>> {
    let states = wanted.states()?;
    let order = wanted.order()?;
    let (limit, offset) = wanted.range()?;
    let mut found = jobs::all(house.ledger.snapshot());
    found.retain(|job| states.contain(job.state()));
    if let Some(workflow) = &wanted.workflow_id {
        found.retain(|job| job.item().workflow_id() == Some(workflow));
    }
    order.sort(&mut found);
    let total = found.len();
    let page: Vec<_> =
        found.iter().skip(offset).take(limit.unwrap_or(usize::MAX)).map(Job::summary).collect();
    let has_more = offset.saturating_add(page.len()) < total;
    let pagination =
        json!({ "offset": offset, "limit": limit, "total": total, "has_more": has_more });
    Ok(Json(json!({ "jobs": page, "pagination": pagination })))
}

/// `GET /api/jobs/{id}`
pub(super) async fn one(State(house): App, Path(id): Path<String>) -> Response {
    let found =
        jobs::all(house.ledger.snapshot()).into_iter().find(|job| job.item().prompt_id == id);
    match found {
        Some(job) => Json(job.details()).into_response(),
        None => (StatusCode::NOT_FOUND, Json(json!({ "error": "Job not found" }))).into_response(),
    }
}

/// `POST /api/jobs/{id}/cancel`
pub(super) async fn cancel(State(house): App, Path(id): Path<String>) -> Json<Value> {
    let cancelled = house.ledger.cancel(&id);
    if cancelled {
        house.announce_queue();
    }
    Json(json!({ "cancelled": cancelled }))
}

/// `POST /api/jobs/cancel`
pub(super) async fn cancel_several(State(house): App, Body(body): Body) -> Result<Response> {
    let Some(ids) = body.get("job_ids").and_then(Value::as_array) else {
        return Err(Error::Sentence("job_ids must be a list".into()));
    };
    let is_id = |id: &&Value| id.as_str().is_some_and(|id| id.parse::<Uuid>().is_ok());
    let invalid: Vec<_> = ids.iter().filter(|id| !is_id(id)).collect();
    if !invalid.is_empty() {
        let refusal = json!({ "error": "job_ids contains invalid id(s)", "invalid_ids": invalid });
        return Ok((StatusCode::BAD_REQUEST, Json(refusal)).into_response());
    }
    let mut cancelled = false;
    for id in ids.iter().filter_map(Value::as_str) {
        cancelled |= house.ledger.cancel(id);
    }
    if cancelled {
        house.announce_queue();
    }
    Ok(Json(json!({ "cancelled": cancelled })).into_response())
}

/// The states that are wanted; any, when none is named.
struct States(Option<Vec<String>>);

impl States {
    fn contain(&self, state: &str) -> bool {
        self.0.as_ref().is_none_or(|states| states.iter().any(|wanted| wanted == state))
    }
}

/// By what jobs are sorted.
struct Order {
    by_duration: bool,
    ascending: bool,
}

impl Order {
    fn sort(&self, jobs: &mut [Job]) {
        let key = |job: &Job| {
            if self.by_duration {
                job.duration()
            } else {
                job.item().create_time().unwrap_or_default()
            }
        };
        jobs.sort_by_key(key);
        if !self.ascending {
            jobs.reverse();
        }
    }
}

impl Wanted {
    fn states(&self) -> Result<States> {
        let Some(text) = &self.status else { return Ok(States(None)) };
        let states: Vec<String> = text
            .split(',')
            .map(|state| state.trim().to_lowercase())
            .filter(|state| !state.is_empty())
            .collect();
        let unknown: Vec<_> = states
            .iter()
            .filter(|state| !STATES.contains(&state.as_str()))
            .map(String::as_str)
            .collect();
        if !unknown.is_empty() {
            let sentence = format!(
                "Invalid status value(s): {}. Valid values: {}",
                unknown.join(", "),
                STATES.join(", ")
            );
            return Err(Error::Sentence(sentence));
        }
        Ok(States((!states.is_empty()).then_some(states)))
    }

    fn order(&self) -> Result<Order> {
        let by_duration = match self.sort_by.as_deref() {
            None | Some("created_at") => false,
            Some("execution_duration") => true,
            Some(_) => {
                return Err(Error::Sentence(
                    "sort_by must be 'created_at' or 'execution_duration'".into(),
                ));
            }
        };
        let ascending = match self.sort_order.as_deref() {
            None | Some("desc") => false,
            Some("asc") => true,
            Some(_) => return Err(Error::Sentence("sort_order must be 'asc' or 'desc'".into())),
        };
        Ok(Order { by_duration, ascending })
    }

    fn range(&self) -> Result<(Option<usize>, usize)> {
        let limit = self.limit.as_ref().map(|limit| limit.parse().ok().filter(|limit| *limit > 0));
        if limit == Some(None) {
            return Err(Error::Sentence("limit must be a positive integer".into()));
        }
        let offset = self.offset.as_ref().map_or(Ok(0), |offset| offset.parse());
        let offset = offset
            .map_err(|_| Error::Sentence("offset must be an integer of at least 0".into()))?;
        Ok((limit.flatten(), offset))
    }
}
