//! Who may what: every route, everybody who could come.
//!
//! The table must name each route of the server's code: a route without an
//! entry, or an entry without a route, fails.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::json;
use wire::JobStatus;

use super::house::{API, House, Visitor};
use super::routes::routes;
use super::rules::{Rule, Who, expected};
use super::things::Things;

use Rule::{
    Account, Acts, Arrives, Changes, Comfy, Graph, House as Keeps, Inside, Outside, Own, Page,
    Runs, Sealed, Sees, Studio,
};

/// Method, path as it stands in the code, what stands before it, rule.
pub const TABLE: &[(&str, &str, &str, Rule)] = &[
    ("GET", "/", "", Outside),
    ("GET", "/gallery", "", Outside),
    ("GET", "/w/{slug}", "", Outside),
    ("GET", "/embed/{slug}", "", Outside),
    ("GET", "/sign-in", "", Outside),
    ("GET", "/account", "", Outside),
    ("GET", "/admin", "", Outside),
    ("GET", "/admin/{*rest}", "", Outside),
    ("GET", "/studio", "", Outside),
    ("GET", "/studio/", "", Outside),
    ("GET", "/studio/{*rest}", "", Outside),
    ("GET", "/healthz", "", Outside),
    ("GET", "/readyz", "", Outside),
    ("GET", "/metrics", "", Outside),
    ("POST", "/run", SERVERLESS, Runs),
    ("GET", "/status", SERVERLESS, Inside),
    ("GET", "/ws", SERVERLESS, Runs),
    ("POST", "/assets", V2, Acts),
    ("POST", "/assets/from-hash", V2, Acts),
    ("HEAD", "/assets/by-hash/{hash}", V2, Inside),
    ("GET", "/assets/{id}", V2, Sees),
    ("GET", "/assets/{id}/content", V2, Sees),
    ("DELETE", "/assets/{id}", V2, Changes),
    ("POST", "/jobs", V2, Runs),
    ("GET", "/jobs/{id}", V2, Sees),
    ("GET", "/jobs/{id}/workflow", V2, Graph),
    ("GET", "/jobs/{id}/events", V2, Sees),
    ("POST", "/jobs/{id}/cancel", V2, Changes),
    ("GET", "/docs", "/api", Arrives),
    ("GET", "/docs/{slug}", "/api", Page),
    ("GET", "/openapi.json", API, Arrives),
    ("GET", "/house", API, Arrives),
    ("POST", "/session", API, Arrives),
    ("GET", "/session/oidc", API, Arrives),
    ("GET", "/session/oidc/return", API, Arrives),
    ("POST", "/registration", API, Arrives),
    ("POST", "/links/look", API, Arrives),
    ("POST", "/links/follow", API, Arrives),
    ("GET", "/workflows", API, Inside),
    ("GET", "/workflows/{slug}", API, Inside),
    ("GET", "/workflows/{slug}/openapi.json", API, Inside),
    ("POST", "/workflows/{slug}/jobs", API, Acts),
    ("POST", "/workflows/{slug}/batches", API, Acts),
    ("GET", "/batches/{id}", API, Sees),
    ("GET", "/batches/{id}/events", API, Sees),
    ("GET", "/batches/{id}/outputs.zip", API, Sees),
    ("POST", "/batches/{id}/cancel", API, Changes),
    ("GET", "/jobs", API, Inside),
    ("GET", "/jobs/{id}", API, Sees),
    ("GET", "/jobs/{id}/events", API, Sees),
    ("GET", "/jobs/{id}/graph", API, Graph),
    ("PUT", "/jobs/{id}/favourite", API, Changes),
    ("DELETE", "/jobs/{id}/favourite", API, Changes),
    ("POST", "/jobs/{id}/cancel", API, Changes),
    ("GET", "/outputs/{id}", API, Sees),
    ("GET", "/outputs/{id}/thumb", API, Sees),
    ("POST", "/outputs/{id}/link", API, Changes),
    ("POST", "/uploads", API, Acts),
    ("POST", "/uploads/resumable", API, Acts),
    ("HEAD", "/uploads/resumable/{id}", API, Sees),
    ("PATCH", "/uploads/resumable/{id}", API, Changes),
    ("POST", "/uploads/resumable/{id}", API, Changes),
    ("DELETE", "/uploads/resumable/{id}", API, Changes),
    ("GET", "/uploads/{id}", API, Sees),
    ("GET", "/signed/{seal}/uploads/{id}", API, Sealed),
    ("GET", "/signed/{seal}/outputs/{id}", API, Sealed),
    ("GET", "/signed/{seal}/outputs/{id}/thumb", API, Sealed),
    ("GET", "/webhooks", API, Account),
    ("POST", "/webhooks", API, Account),
    ("DELETE", "/webhooks/{id}", API, Account),
    ("GET", "/webhooks/deliveries", API, Inside),
    ("POST", "/webhooks/deliveries/{id}/replay", API, Changes),
    ("GET", "/covers/{hash}", API, Inside),
    ("GET", "/live", API, Inside),
    ("POST", "/live/ticket", API, Acts),
    ("GET", "/me", API, Inside),
    ("GET", "/me/export", API, Own),
    ("GET", "/me/export.zip", API, Own),
    ("PUT", "/me/password", API, Account),
    ("GET", "/me/sessions", API, Account),
    ("DELETE", "/me/sessions", API, Account),
    ("DELETE", "/me/sessions/{id}", API, Account),
    ("GET", "/me/keys", API, Account),
    ("POST", "/me/keys", API, Account),
    ("DELETE", "/me/keys/{id}", API, Account),
    ("GET", "/admin/people", API, Keeps),
    ("PATCH", "/admin/people/{id}", API, Keeps),
    ("DELETE", "/admin/people/{id}", API, Keeps),
    ("POST", "/admin/people/{id}/reset", API, Keeps),
    ("GET", "/admin/invites", API, Keeps),
    ("POST", "/admin/invites", API, Keeps),
    ("DELETE", "/admin/invites/{id}", API, Keeps),
    ("GET", "/admin/keys", API, Keeps),
    ("DELETE", "/admin/keys/{id}", API, Keeps),
    ("GET", "/admin/sessions", API, Keeps),
    ("DELETE", "/admin/sessions/{id}", API, Keeps),
    ("GET", "/admin/jobs", API, Keeps),
    ("POST", "/admin/jobs/{id}/cancel", API, Keeps),
    ("GET", "/admin/limits", API, Keeps),
    ("GET", "/admin/audit", API, Keeps),
    ("POST", "/import", STUDIO, Studio),
    ("POST", "/import/from", STUDIO, Studio),
    ("GET", "/workflows", STUDIO, Studio),
    ("GET", "/workflows/{slug}", STUDIO, Studio),
    ("PUT", "/workflows/{slug}", STUDIO, Studio),
    ("DELETE", "/workflows/{slug}", STUDIO, Studio),
    ("DELETE", "/workflows/{slug}/draft", STUDIO, Studio),
    ("PUT", "/workflows/{slug}/cover", STUDIO, Studio),
    ("POST", "/workflows/{slug}/publish", STUDIO, Studio),
    ("POST", "/workflows/{slug}/hide", STUDIO, Studio),
    ("GET", "/workflows/{slug}/versions", STUDIO, Studio),
    ("POST", "/workflows/{slug}/versions/{number}/publish", STUDIO, Studio),
    ("POST", "/workflows/{slug}/versions/{number}/draft", STUDIO, Studio),
    ("GET", "/workflows/{slug}/compare", STUDIO, Studio),
    ("POST", "/images/generations", "/v1", Acts),
    ("POST", "/images/edits", "/v1", Acts),
    ("GET", "/models", "/v1", Inside),
    ("GET", "/models/{id}", "/v1", Inside),
    ("POST", "/", "/api", Acts),
    ("POST", "/generate", "/api", Acts),
    ("GET", "/status/{task_id}", "/api", Sees),
    ("GET", "/ws", "", Runs),
    ("GET", "/prompt", "", Runs),
    ("POST", "/prompt", "", Runs),
    ("GET", "/queue", "", Runs),
    ("POST", "/queue", "", Runs),
    ("POST", "/interrupt", "", Runs),
    ("GET", "/history", "", Runs),
    ("POST", "/history", "", Runs),
    ("GET", "/history/{id}", "/api", Runs),
    ("GET", "/object_info", "", Runs),
    ("GET", "/object_info/{class}", "/api", Runs),
    ("GET", "/system_stats", "", Runs),
    ("GET", "/features", "", Runs),
    ("GET", "/embeddings", "", Runs),
    ("GET", "/models", "", Runs),
    ("GET", "/models/{folder}", "/api", Runs),
    ("GET", "/extensions", "", Runs),
    ("GET", "/view", "", Runs),
    ("POST", "/upload/image", "", Runs),
    ("POST", "/upload/mask", "/api", Runs),
    ("GET", "/users", "", Runs),
    ("GET", "/i18n", "", Runs),
    ("GET", "/workflow_templates", "", Runs),
    ("GET", "/global_subgraphs", "", Runs),
    ("GET", "/node_replacements", "", Runs),
    ("GET", "/experiment/models", "", Runs),
    ("GET", "/experiment/models/{folder}", "/api", Runs),
    ("GET", "/settings", "", Runs),
    ("POST", "/settings", "", Runs),
    ("GET", "/settings/{name}", "/comfy/api", Runs),
    ("POST", "/settings/{name}", "/comfy/api", Runs),
    ("GET", "/userdata", "", Runs),
    ("GET", "/v2/userdata", "", Runs),
    ("GET", "/userdata/{file}", "/comfy/api", Runs),
    ("POST", "/userdata/{file}", "", Runs),
    ("DELETE", "/userdata/{file}", "", Runs),
    ("POST", "/userdata/{file}/move/{to}", "", Runs),
    ("GET", "/jobs", "/api", Runs),
    ("GET", "/jobs/{id}", "/comfy/api", Runs),
    ("POST", "/jobs/cancel", "/api", Runs),
    ("POST", "/jobs/{id}/cancel", "/api/api", Runs),
    ("GET", "/comfy", "", Arrives),
    ("GET", "/comfy/", "", Comfy),
    ("GET", "/comfy/ws", "", Runs),
    ("GET", "/comfy/{*path}", "", Runs),
    // Last: what all others need is gone then.
    ("DELETE", "/batches/{id}", API, Changes),
    ("DELETE", "/jobs/{id}", API, Changes),
    ("DELETE", "/me", API, Own),
    ("DELETE", "/session", API, Arrives),
];

const V2: &str = "/api/v2";

const SERVERLESS: &str = "/api/serverless";

const STUDIO: &str = "/api/parlor/v1/studio";

// safety 11
#[test]
fn every_route_has_an_entry_and_every_entry_a_route() {
    let listed: BTreeSet<_> =
        TABLE.iter().map(|(method, path, ..)| ((*method).to_owned(), (*path).to_owned())).collect();
    let routes = routes();
    let missing: Vec<_> = routes.difference(&listed).collect();
    assert!(missing.is_empty(), "say who may come through these: {missing:?}");
    let gone: Vec<_> = listed.difference(&routes).collect();
    assert!(gone.is_empty(), "these are no routes any more: {gone:?}");
}

async fn check(who: Who, visitor: &Visitor<'_>, things: &Things) {
    for (method, path, before, rule) in TABLE {
        let uri = things.uri(path, before);
        let answer = visitor.call(method, &uri).await;
        let status = answer.status.as_u16();
        if let Some(expected) = expected(*rule, who, method) {
            assert_eq!(status, expected, "{who:?}: {method} {path}");
            continue;
        }
        let text = answer.text();
        let let_in = ![401, 403, 500].contains(&status) || is_said(&text);
        assert!(let_in, "{who:?}: {method} {path}: {text}");
        let seen = *rule == Sees && matches!(who, Who::Owner | Who::AdminKey | Who::ReadKey);
        assert!(!seen || status == 200, "{who:?}: {method} {path}: {text}");
    }
}

/// Refusals that are not about who asks.
fn is_said(text: &str) -> bool {
    text.contains("accounts are made by invitation here")
}

// safety 11, 16
#[tokio::test]
async fn everybody_may_what_the_table_says_and_nothing_else() {
    let house = House::working_with(&["--open=false"]).await;
    let another = house.member("Mia", json!([])).await;
    let owner = house.signed_in("Olga").await;
    let things = Things::of(&owner).await;
    let key = async |scope: &str| owner.key(json!({"name": scope, "scope": scope})).await;
    let (read, run, revoked) = (key("read").await, key("run").await, key("admin").await);
    let gone = format!("{API}/me/keys/{}", revoked.key.id);
    assert_eq!(owner.call("DELETE", &gone).await.status, StatusCode::NO_CONTENT);
    let soon = jiff::Timestamp::now().as_millisecond() + 1;
    let body = json!({"name": "x", "scope": "admin", "expires_at": soon + 200});
    let expired = owner.key(body).await;
    let expired = house.showing("x-api-key", &expired.secret);
    while expired.get(&format!("{API}/me")).await.status == StatusCode::OK {
        tokio::task::yield_now().await;
    }
    let embed = house.embedded().await;
    for (who, visitor) in [
        (Who::Nobody, house.showing("accept", "*/*")),
        (Who::Embed, embed),
        (Who::ExpiredKey, expired),
        (Who::RevokedKey, house.showing("x-api-key", &revoked.secret)),
        (Who::ReadKey, house.showing("x-api-key", &read.secret)),
        (Who::Another, another),
    ] {
        check(who, &visitor, &things).await;
    }
    let job: wire::Job = owner.get(&format!("{API}/jobs/{}", things.job())).await.json();
    assert_eq!((job.status, job.favourite), (JobStatus::Succeeded, false), "nothing came through");
    check(Who::RunKey, &house.showing("x-api-key", &run.secret), &things).await;
    // It may delete jobs.
    let things = Things::of(&owner).await;
    let admin = key("admin").await;
    check(Who::Owner, &owner, &things).await;
    let owner = house.signed_in("Olga").await;
    let things = Things::of(&owner).await;
    check(Who::AdminKey, &house.showing("x-api-key", &admin.secret), &things).await;
}

// safety 11
#[tokio::test]
async fn a_guest_of_an_open_house_may_what_the_table_says() {
    let house = House::working_with(&["--public-url", "http://art.example.org", "--open"]).await;
    let owner = house.owner().await;
    let things = Things::of(&owner).await;
    check(Who::Guest, &house.visitor().await, &things).await;
}
