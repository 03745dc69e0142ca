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
