//! What is theirs goes when they go.

use axum::http::StatusCode;
use serde_json::json;
use wire::{JobList, Person};

use super::house::{API, House, small};

// safety 39
#[tokio::test]
async fn whoever_deletes_their_account_leaves_nothing() {
    let house = House::working(0).await;
    let mia = house.member("Mia", json!([])).await;
    let apart = mia.key(json!({"name": "x", "scope": "run", "apart": true})).await;
    let apart_key = house.showing("x-api-key", &apart.secret);
    let job = mia.picture().await;
    apart_key.picture().await;
    let olga = house.signed_in("Olga").await;
    let kept = olga.picture().await;

    assert_eq!(mia.call("DELETE", &format!("{API}/me")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(apart_key.get(&format!("{API}/jobs")).await.status, StatusCode::UNAUTHORIZED);
    let people: Vec<Person> = olga.get(&format!("{API}/admin/people")).await.json();
    assert_eq!(people.len(), 1);
    let counts = house.app.jobs.counts().await.unwrap();
    assert_eq!(counts.iter().map(|(_, count)| count).sum::<u64>(), 1, "only Olga's is left");
    let audit = olga.get(&format!("{API}/admin/audit")).await.text();
    assert!(!audit.contains("Mia") && !audit.contains(&job.id.to_string()), "{audit}");
    let list: JobList = olga.get(&format!("{API}/jobs")).await.json();
    assert_eq!(list.jobs[0].id, kept.id);
}

#[tokio::test]
async fn a_guest_can_go_too() {
    let house = House::quiet().await;
    let (one, two) = (house.visitor().await, house.visitor().await);
    one.submit(&small("x")).await;
    two.submit(&small("x")).await;
    assert_eq!(one.call("DELETE", &format!("{API}/me")).await.status, StatusCode::NO_CONTENT);
    let (one, two): (JobList, JobList) = (
        one.get(&format!("{API}/jobs")).await.json(),
        two.get(&format!("{API}/jobs")).await.json(),
    );
    assert_eq!((one.total, two.total), (0, 1));
}

#[tokio::test]
async fn all_that_is_theirs_can_be_taken_along() {
    let house = House::quiet().await;
    let mia = house.member("Mia", json!([])).await;
    mia.key(json!({"name": "shop", "scope": "read"})).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(mia.submit(&small("x")).await.json::<wire::Job>().id.to_string());
    }
    house.visitor().await.submit(&small("another's")).await;
    let export = mia.get(&format!("{API}/me/export")).await;
    assert!(export.header("content-disposition").starts_with("attachment"));
    let export: serde_json::Value = export.json();
    assert_eq!(export["me"]["name"], "Mia");
    assert_eq!(export["keys"][0]["name"], "shop");
    assert_eq!(export["sessions"].as_array().unwrap().len(), 1);
    let jobs = export["jobs"].as_array().unwrap();
    let exported: Vec<_> = jobs.iter().map(|job| job["id"].as_str().unwrap()).collect();
    ids.reverse();
    assert_eq!(exported, ids);
}

#[tokio::test]
async fn more_than_one_page_is_taken_along_whole() {
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let first: wire::Job = visitor.submit(&small("x")).await.json();
    // As many as are not refused: two pages of the export, one by one.
    for _ in 1..101 {
        let job: wire::Job = visitor.submit(&small("x")).await.json();
        visitor.call("POST", &format!("{API}/jobs/{}/cancel", job.id)).await;
    }
    let export: serde_json::Value = visitor.get(&format!("{API}/me/export")).await.json();
    let jobs = export["jobs"].as_array().unwrap();
    assert_eq!(jobs.len(), 101);
    assert_eq!(jobs[100]["id"], first.id.to_string());
}
