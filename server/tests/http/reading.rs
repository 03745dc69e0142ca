//! Reading changes nothing.

use axum::http::StatusCode;
use serde_json::json;

use super::house::{API, House, Visitor};
use super::matrix::TABLE;
use super::things::Things;

/// All that a house tells of what is in it.
async fn state(owner: &Visitor<'_>) -> Vec<String> {
    let mut all = Vec::new();
    for uri in [
        "jobs",
        "me",
        "me/keys",
        "admin/people",
        "admin/invites",
        "admin/keys",
        "admin/jobs",
        "admin/audit",
        "studio/workflows",
        "studio/workflows/text-to-picture",
        "workflows",
    ] {
        let answer = owner.get(&format!("{API}/{uri}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{uri}: {}", answer.text());
        all.push(answer.text());
    }
    all
}

// safety 18
#[tokio::test]
async fn no_get_changes_anything() {
    let house = House::working_with(&["--open=false"]).await;
    house.member("Mia", json!(["graph"])).await;
    let owner = house.signed_in("Olga").await;
    let things = Things::of(&owner).await;
    let before = state(&owner).await;
    for (method, path, at, _) in TABLE {
        if *method == "GET" {
            for sent in ["GET", "HEAD"] {
                owner.call(sent, &things.uri(path, at)).await;
            }
        }
    }
    for (before, after) in before.iter().zip(state(&owner).await) {
        assert_eq!(*before, after);
    }
}
