//! What is theirs goes when they go.

use axum::http::{Request, StatusCode};
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

/// The entries of an archive: name and content, by its list at the end.
fn unpacked(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let number = |at: usize, bytes: usize| {
        zip[at..at + bytes].iter().rev().fold(0, |all, byte| (all << 8) | usize::from(*byte))
    };
    let last = zip.len() - 22;
    assert_eq!(&zip[last..last + 4], b"PK\x05\x06");
    let (count, mut at) = (number(last + 10, 2), number(last + 16, 4));
    let mut entries = Vec::new();
    for _ in 0..count {
        assert_eq!(&zip[at..at + 4], b"PK\x01\x02");
        let (crc, size, name) = (number(at + 16, 4), number(at + 24, 4), number(at + 28, 2));
        let began = number(at + 42, 4);
        let called = String::from_utf8(zip[at + 46..at + 46 + name].to_vec()).unwrap();
        let begins = began + 30 + name;
        let content = zip[begins..begins + size].to_vec();
        assert_eq!(crc, crc32fast::hash(&content) as usize, "{called}");
        assert_eq!(number(began + 14, 4), crc, "{called}: told before it comes");
        entries.push((called, content));
        at += 46 + name;
    }
    entries
}

#[tokio::test]
async fn the_files_themselves_can_be_taken_along() {
    let house = House::working(0).await;
    let mia = house.member("Mia", json!([])).await;
    let job = mia.picture().await;
    let output = mia.get(&format!("{API}/outputs/{}", job.outputs[0].id)).await.body;
    let sent = Request::post(format!("{API}/uploads?name=sketch.png"));
    let sent = sent.header("content-type", "image/png").body(output.clone().into()).unwrap();
    let upload: wire::Upload = mia.send(sent).await.json();
    house.visitor().await.picture().await;

    let export = mia.get(&format!("{API}/me/export.zip")).await;
    assert_eq!(export.header("content-type"), "application/zip");
    let entries = unpacked(&export.body);
    let find = |name: &str| {
        let found = entries.iter().find(|(called, _)| called == name);
        found.unwrap_or_else(|| panic!("no {name} among {:?}", entries.len())).1.clone()
    };
    let jobs: Vec<wire::Job> = serde_json::from_slice(&find("jobs/0001.json")).unwrap();
    assert_eq!((jobs.len(), jobs[0].id), (1, job.id));
    assert_eq!(find(&jobs[0].outputs[0].url), output, "it says where the picture lies");
    let handed_in = find(&format!("handed-in/{}/sketch.png", upload.id));
    assert!(handed_in.starts_with(b"\x89PNG"));
    let about: serde_json::Value = serde_json::from_slice(&find("about.json")).unwrap();
    assert_eq!(about["me"]["name"], "Mia");
    assert_eq!(entries.len(), 4, "nothing of anybody else");
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
