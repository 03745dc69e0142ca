//! ComfyUI's own API, for whatever client of ComfyUI: at `/`, under `/api`, and
//! under `/comfy`, where ComfyUI's own page lives. ComfyUI protocol notes §2.
//!
//! Everybody sees a world of their own in it: their jobs, uploads, settings.
//! Nothing is passed on to a backend; all is answered from what the house knows,
//! but for the catalogue of nodes and models. It is for those who may run graphs
//! of their own, and nothing else of a ComfyUI can be reached through it
//! (safety 1).
//!
//! `words` is the dialect of refusals, `body` reads what clients send, `prompt`
//! submits, `tell` is how jobs are told, in `queue`, `history` and `jobs`;
//! `socket` speaks as it happens; `names` finds files by their names, for
//! `upload`, `view` and `prompt`; `info` is what there is;
//! `page` serves ComfyUI's own page, for which `settings` and `userdata` keep
//! what it wants kept.

mod body;
mod history;
mod info;
mod jobs;
mod names;
mod page;
mod prompt;
mod queue;
mod settings;
mod socket;
mod tell;
mod upload;
mod userdata;
mod view;
pub(crate) mod words;

pub(in crate::api) use tell::outputs as shown;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use super::dialect::is_end;
use crate::app::App;
use crate::limits;

/// How the addresses of [`common`] begin.
const COMMON: [&str; 24] = [
    "/ws",
    "/prompt",
    "/queue",
    "/interrupt",
    "/history",
    "/object_info",
    "/system_stats",
    "/features",
    "/embeddings",
    "/models",
    "/extensions",
    "/view",
    "/upload/image",
    "/upload/mask",
    "/users",
    "/i18n",
    "/workflow_templates",
    "/global_subgraphs",
    "/node_replacements",
    "/experiment/models",
    "/settings",
    "/userdata",
    "/v2/userdata",
    "/comfy",
];

/// Whether this address is one of this door's: whoever refuses what is sent there does it in ComfyUI's words.
pub(crate) fn is_at(path: &str) -> bool {
    let is = |path: &str, name: &str| path.strip_prefix(name).is_some_and(is_end);
    let below = path.strip_prefix("/api").filter(|below| below.starts_with('/'));
    COMMON.iter().any(|name| is(path, name))
        || below.is_some_and(|below| {
            let common = COMMON.iter().any(|name| *name != "/comfy" && is(below, name));
            common || is(below, "/jobs") || is(below, "/api/jobs")
        })
}

/// What lies at `/`.
pub(crate) fn at_root(app: &Arc<App>) -> Router<Arc<App>> {
    guarded(common(), app)
}

/// What lies under `/api`.
pub(crate) fn under_api(app: &Arc<App>) -> Router<Arc<App>> {
    // These have the prefix in their own name, so here they have it twice.
    guarded(common().merge(jobs()).nest("/api", jobs()), app)
}

/// What lies under `/comfy`: ComfyUI's own page, and what it asks for.
pub(crate) fn under_comfy(app: &Arc<App>) -> Router<Arc<App>> {
    let page = Router::new()
        .route("/comfy", get(page::whole_address))
        .route("/comfy/", get(page::document))
        .route("/comfy/{*path}", get(page::file))
        .route("/comfy/ws", get(socket::open));
    guarded(page.nest("/comfy/api", common().merge(jobs())), app)
}

fn common() -> Router<Arc<App>> {
    Router::new()
        .route("/ws", get(socket::open))
        .route("/prompt", get(queue::count).post(prompt::submit))
        .route("/queue", get(queue::list).post(queue::edit))
        .route("/interrupt", post(queue::interrupt))
        .route("/history", get(history::list).post(history::edit))
        .route("/history/{id}", get(history::one))
        .route("/object_info", get(info::all_nodes))
        .route("/object_info/{class}", get(info::one_node))
        .route("/system_stats", get(info::system_stats))
        .route("/features", get(info::features))
        .route("/embeddings", get(info::embeddings))
        .route("/models", get(info::model_folders))
        .route("/models/{folder}", get(info::models))
        .route("/extensions", get(info::none_listed))
        .route("/view", get(view::view))
        .route("/upload/image", post(upload::image).layer(DefaultBodyLimit::disable()))
        .route("/upload/mask", post(upload::mask).layer(DefaultBodyLimit::disable()))
        .merge(kept())
}

/// What ComfyUI's own page asks for when it starts, and has kept.
fn kept() -> Router<Arc<App>> {
    Router::new()
        .route("/users", get(info::users))
        .route("/i18n", get(info::none_named))
        .route("/workflow_templates", get(info::none_named))
        .route("/global_subgraphs", get(info::none_named))
        .route("/node_replacements", get(info::replacements))
        .route("/experiment/models", get(info::folders_of_models))
        .route("/experiment/models/{folder}", get(info::files_of_models))
        .route("/settings", get(settings::all).post(settings::merge))
        .route("/settings/{name}", get(settings::one).post(settings::set))
        .route("/userdata", get(userdata::list))
        .route("/v2/userdata", get(userdata::entries))
        .route(
            "/userdata/{file}",
            get(userdata::read).post(userdata::write).delete(userdata::delete),
        )
        .route("/userdata/{file}/move/{to}", post(userdata::rename))
}

fn jobs() -> Router<Arc<App>> {
    Router::new()
        .route("/jobs", get(jobs::list))
        .route("/jobs/cancel", post(jobs::cancel_several))
        .route("/jobs/{id}", get(jobs::one))
        .route("/jobs/{id}/cancel", post(jobs::cancel))
}

/// Through the gate, away from other sites' pages, and refused in ComfyUI's
/// words.
fn guarded(routes: Router<Arc<App>>, app: &Arc<App>) -> Router<Arc<App>> {
    routes
        .method_not_allowed_fallback(words::wrong_method)
        .layer(from_fn_with_state(Arc::clone(app), words::keep_strangers_out))
        .layer(from_fn_with_state(Arc::clone(app), limits::gate))
        .layer(from_fn(words::in_comfys))
}
