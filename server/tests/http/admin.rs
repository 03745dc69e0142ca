//! What the owner sees of the house, and does in it.

use axum::http::StatusCode;
use serde_json::{Value, json};
use wire::studio::Bench;
use wire::{AuditPage, HouseBackend, HouseJobList, HouseLimits, Job, JobStatus, Limited, Me};

use super::house::{API, Answer, House, Visitor, small};

/// Beyond this machine and open: guests are guests.
const OPEN: [&str; 3] = ["--public-url", "http://art.example.org", "--open"];
const BUILT_IN: &str = "/api/parlor/v1/studio/workflows/text-to-picture";

/// What happened, of one kind.
async fn log(owner: &Visitor<'_>, what: &str) -> Vec<wire::AuditEntry> {
    let page: AuditPage = owner.get(&format!("{API}/admin/audit?what={what}")).await.json();
    page.entries
}

/// Publishes the built-in workflow with these rules.
async fn rule(owner: &Visitor<'_>, rules: &Value) -> Bench {
    let bench: Bench = owner.get(BUILT_IN).await.json();
    let mut manifest = serde_json::to_value(&bench.draft.manifest).unwrap();
    for (key, value) in rules.as_object().unwrap() {
        manifest["policy"][key] = value.clone();
    }
    let body = json!({"manifest": manifest, "revision": bench.draft.revision});
    let saved = owner.send_json("PUT", BUILT_IN, &body).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text());
    let revision = saved.json::<Bench>().draft.revision;
    let answer = owner.post(&format!("{BUILT_IN}/publish"), &json!({"revision": revision})).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn publishing_hiding_and_rolling_back_are_written_down() {
    let house = House::with(&OPEN).await;
    let owner = house.owner().await;
    let version = rule(&owner, &json!({"at_once": 3})).await.entry.newest;
    owner.post(&format!("{BUILT_IN}/hide"), &json!({})).await;
    owner.post(&format!("{BUILT_IN}/versions/1/publish"), &json!({})).await;
    for (what, about) in [
        ("workflow_published", format!("text-to-picture, version {version}")),
        ("workflow_hidden", "text-to-picture".into()),
        ("workflow_rolled_back", "text-to-picture, version 1".into()),
    ] {
        let entries = log(&owner, what).await;
        let told: Vec<_> = entries.iter().map(|one| (&*one.name, &*one.about)).collect();
        assert_eq!(told, [("Olga", &*about)], "{what}");
    }
}

#[tokio::test]
async fn the_log_is_read_by_kind_by_person_and_page_by_page() {
    let house = House::with(&OPEN).await;
    let mia = house.member("Mia", json!([])).await.me().await;
    let owner = house.signed_in("Olga").await;
    let read = async |query: &str| -> AuditPage {
        owner.get(&format!("{API}/admin/audit?{query}")).await.json()
    };
    let hers = read(&format!("principal={}", mia.id)).await.entries;
    assert!(!hers.is_empty() && hers.iter().all(|entry| entry.name == "Mia"), "{hers:?}");
    let of_both = read(&format!("principal={}&what=link_made", mia.id)).await.entries;
    assert!(of_both.is_empty(), "the owner made it: {of_both:?}");
    let all = read("").await.entries;
    let (newest, rest) = all.split_first().unwrap();
    assert_eq!(read(&format!("cursor={}", newest.id)).await.entries, rest);
    for wrong in ["who=x", "cursor=-1", "cursor=9223372036854775808", "cursor=x"] {
        let refused = owner.get(&format!("{API}/admin/audit?{wrong}")).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

// safety 11
#[tokio::test]
async fn the_owner_stops_anybodys_job_and_that_is_written_down() {
    let house = House::with(&OPEN).await;
    let owner = house.owner().await;
    let guest = house.visitor().await;
    let job: Job = guest.submit(&small("x")).await.json();
    let open = format!("{API}/admin/jobs?unfinished=true");
    let listed = owner.get(&open).await.json::<HouseJobList>().jobs;
    assert_eq!((listed.len(), listed[0].id), (1, job.id));

    let cancel = format!("{API}/admin/jobs/{}/cancel", job.id);
    assert_eq!(guest.post(&cancel, &json!({})).await.status, StatusCode::FORBIDDEN);
    assert_eq!(owner.post(&cancel, &json!({})).await.status, StatusCode::NO_CONTENT);
    let job: Job = guest.get(&format!("{API}/jobs/{}", job.id)).await.json();
    assert_eq!(job.status, JobStatus::Canceled);
    assert!(owner.get(&open).await.json::<HouseJobList>().jobs.is_empty());
    assert_eq!(log(&owner, "job_canceled").await[0].about, "text-to-picture");
}

/// Why a job was not let in.
fn refused(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.text());
    assert_ne!(answer.header("retry-after"), "");
    answer.problem().detail
}

// safety 22, 38
#[tokio::test]
async fn a_workflow_limits_the_jobs_of_each_person_in_a_day() {
    let house = House::with(&OPEN).await;
    let mia = house.member("Mia", json!([])).await;
    let owner = house.signed_in("Olga").await;
    rule(&owner, &json!({"jobs_per_day": 1})).await;
    let guest = house.visitor().await;
    for person in [&guest, &mia] {
        assert_eq!(person.submit(&small("x")).await.status, StatusCode::ACCEPTED);
        assert!(refused(&person.submit(&small("x")).await).contains("of this workflow"));
    }
    let other = house.visitor().await.submit(&small("x")).await;
    assert!(refused(&other).contains("1 jobs a day"), "a new cookie is no new day");
    for _ in 0..2 {
        let unlimited = owner.submit(&small("x")).await;
        assert_eq!(unlimited.status, StatusCode::ACCEPTED, "an owner has no limits");
    }
    let elsewhere = format!("{API}/workflows/upscale/jobs");
    let elsewhere = guest.post(&elsewhere, &json!({"inputs": {}})).await;
    assert_ne!(elsewhere.status, StatusCode::TOO_MANY_REQUESTS, "{}", elsewhere.text());

    let told: Me = guest.me().await;
    let own = told.limits.iter().find(|limit| limit.workflow.is_some()).unwrap();
    assert_eq!((own.what, own.used, own.most), (Limited::JobsPerDay, 1, 1));
    assert_eq!(own.workflow.as_deref(), Some("text-to-picture"));
}

// safety 22
#[tokio::test]
async fn a_workflow_limits_the_work_of_each_person_in_a_day() {
    let house = House::with(&OPEN).await;
    let owner = house.owner().await;
    // 256 × 256 in 3 steps is 196,608.
    rule(&owner, &json!({"cost_per_day": 200_000})).await;
    let guest = house.visitor().await;
    for _ in 0..2 {
        assert_eq!(guest.submit(&small("x")).await.status, StatusCode::ACCEPTED);
    }
    assert!(refused(&guest.submit(&small("x")).await).contains("work of this workflow"));
}

#[tokio::test]
async fn the_owner_sees_who_is_near_a_limit_and_nobody_who_is_not() {
    let house = House::with(&[&OPEN[..], &["--member-jobs-per-day", "4"]].concat()).await;
    let (mia, paul) = (house.member("Mia", json!([])).await, house.member("Paul", json!([])).await);
    let owner = house.signed_in("Olga").await;
    mia.submit(&small("x")).await;
    mia.submit(&small("x")).await;
    paul.submit(&small("x")).await;
    owner.submit(&small("x")).await;
    let limits: HouseLimits = owner.get(&format!("{API}/admin/limits")).await.json();
    let near: Vec<_> = limits.near.iter().map(|near| near.name.as_deref()).collect();
    assert_eq!(near, [Some("Mia")]);
    let per_day = &limits.near[0].limits[0];
    assert_eq!((per_day.what, per_day.used, per_day.most), (Limited::JobsPerDay, 2, 4));
}

#[tokio::test]
async fn the_house_says_whether_accounts_can_be_asked_for() {
    for (flags, told) in [(&["--registration"][..], true), (&[], false)] {
        let house = House::with(flags).await;
        let answer: wire::House = house.get(&format!("{API}/house")).await.json();
        assert_eq!((answer.registration, answer.elsewhere), (told, None));
    }
}

#[tokio::test]
async fn the_jobs_of_everybody_come_page_by_page() {
    let house = House::with(&OPEN).await;
    let owner = house.owner().await;
    let mut many = small("x");
    many["count"] = 101.into();
    assert_eq!(owner.submit(&many).await.status, StatusCode::ACCEPTED);
    let read = async |query: &str| -> HouseJobList {
        owner.get(&format!("{API}/admin/jobs{query}")).await.json()
    };
    let first = read("").await;
    assert_eq!((first.jobs.len(), first.next), (100, Some(first.jobs[99].id)));
    let last = read(&format!("?cursor={}", first.jobs[99].id)).await;
    assert_eq!((last.jobs.len(), last.next), (1, None));
    assert!(!first.jobs.contains(&last.jobs[0]));
    let wrong = owner.get(&format!("{API}/admin/jobs?cursor=x")).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_owner_sees_the_backends_as_they_are() {
    let house = House::working(0).await;
    let owner = house.visitor().await;
    owner.picture().await;
    let told: Vec<HouseBackend> = owner.get(&format!("{API}/admin/backends")).await.json();
    let [engine] = &told[..] else { panic!("{told:?}") };
    assert!(engine.open && engine.reason.is_none(), "{engine:?}");
    assert!(engine.url.starts_with("http://127.0.0.1:"), "{engine:?}");
    assert!(engine.nodes.is_some_and(|nodes| nodes > 100), "{engine:?}");
    let machine = engine.machine.as_ref().unwrap();
    assert!(machine.version.is_some() && !machine.devices.is_empty(), "{machine:?}");
    assert_eq!(engine.queue.map(|queue| queue.waiting), Some(0));

    let away = House::with(&["--backend", "attic=http://127.0.0.1:9/?key=hidden"]).await;
    let owner = away.visitor().await;
    let answer = owner.get(&format!("{API}/admin/backends")).await;
    assert!(!answer.text().contains("hidden"), "{}", answer.text());
    let told: Vec<HouseBackend> = answer.json();
    let attic = told.iter().find(|one| one.name == "attic").unwrap();
    assert_eq!((attic.open, &attic.machine, attic.queue), (false, &None, None));
}

#[tokio::test]
async fn the_owner_sees_the_settings_and_no_secret() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let file = secret.path().to_str().unwrap();
    let house = House::with(&[
        "--public-url",
        "https://art.example.org/room",
        "--open",
        "--guest-jobs",
        "7",
        "--alias",
        "gpt-image-1=text-to-picture",
        "--webhook",
        "https://hooks.example.org/services/T0hidden?key=hidden",
        "--webhook-secret-file",
        file,
    ])
    .await;
    let owner = house.owner().await;
    let answer = owner.get(&format!("{API}/admin/settings")).await;
    let text = answer.text();
    assert!(!text.contains("hidden") && !text.contains("whsec_"), "{text}");
    let told: Value = answer.json();
    for (name, value) in [
        ("public_url", json!("https://art.example.org/room/")),
        ("open", json!(true)),
        ("guest_jobs", json!(7)),
        ("member_jobs", json!(100)),
        ("aliases", json!(["gpt-image-1=text-to-picture"])),
        ("webhooks", json!(["https://hooks.example.org"])),
        ("webhook_secret_file", json!(file)),
        ("keep_days", Value::Null),
    ] {
        assert_eq!(told[name], value, "{name}");
    }
}
