//! `GET /models`, `GET /models/{id}`: published workflows, and the host's other names for them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::api::running;
use crate::app::App;
use crate::auth::Principal;
use crate::error::Result;
use crate::extract::Path;

pub(super) async fn list(State(app): State<Arc<App>>, principal: Principal) -> Json<Value> {
    let all = app.workflows.list();
    let theirs = all.iter().filter(|one| principal.may_run(one.slug(), one.access()));
    let slugs: Vec<&str> = theirs.map(|one| one.slug()).collect();
    let aliases = app.config.aliases.iter().filter(|alias| slugs.contains(&&*alias.workflow));
    let names = slugs.iter().copied().chain(aliases.map(|alias| alias.name.as_str()));
    let models: Vec<Value> = names.map(|name| model(&app, name)).collect();
    Json(json!({ "object": "list", "data": models }))
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Json<Value>> {
    running::workflow(&app, &principal, Some(&id))?;
    Ok(Json(model(&app, &id)))
}

/// When a workflow was made means nothing to whoever runs it.
fn model(app: &App, name: &str) -> Value {
    json!({ "id": name, "object": "model", "created": 0, "owned_by": app.config.name })
}
