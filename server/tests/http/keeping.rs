//! What a guest made becomes the account's, if they say so when they come in.

use axum::http::StatusCode;
use futures_util::StreamExt;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use wire::{FromViewer, Job, JobList, MadeLink, PreviewHeader, ToViewer};

use super::house::{API, House, Visitor, cookie, post, small};
use super::inhabitants::{PASSWORD, session, token};
use super::live::{open, say, told};

const HOST: (&str, &str) = ("host", "art.example.org");
const OPEN: [&str; 3] = ["--public-url", "http://art.example.org", "--open"];

async fn made(visitor: &Visitor<'_>) -> u64 {
    visitor.get(&format!("{API}/jobs")).await.json::<JobList>().total
}

/// Mia signs in, in the browser of this guest.
async fn sign_in<'a>(house: &'a House, guest: &Visitor<'a>, keep: bool) -> Visitor<'a> {
    let body = json!({"name": "Mia", "password": PASSWORD, "keep": keep});
    let answer = guest.post(&format!("{API}/session"), &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    house.showing("cookie", &session(&answer))
}

// safety 12
#[tokio::test]
async fn jobs_pictures_and_uploads_are_taken_over_when_a_guest_signs_in() {
    let house = House::working_with(&OPEN).await;
    house.member("Mia", json!([])).await;
    let guest = house.visitor().await;
    let job = guest.picture().await;
    let picture = guest.get(&format!("{API}/outputs/{}", job.outputs[0].id)).await;
    let asked = axum::http::Request::post(format!("{API}/uploads"));
    let asked = asked.header("content-type", "image/png").body(picture.body.into()).unwrap();
    let upload: wire::Upload = guest.send(asked).await.json();
    let stranger = house.visitor().await;
    stranger.submit(&small("another's")).await;

    let mia = sign_in(&house, &guest, true).await;
    assert_eq!((made(&mia).await, made(&guest).await, made(&stranger).await), (1, 0, 1));
    for uri in [
        format!("{API}/jobs/{}", job.id),
        format!("{API}/outputs/{}", job.outputs[0].id),
        format!("{API}/uploads/{}", upload.id),
    ] {
        assert_eq!(mia.get(&uri).await.status, StatusCode::OK, "{uri}");
        assert_eq!(guest.get(&uri).await.status, StatusCode::NOT_FOUND, "{uri}");
    }
    let again = sign_in(&house, &guest, true).await;
    assert_eq!(made(&again).await, 1, "there is nothing more to take");
}

#[tokio::test]
async fn a_job_that_is_not_over_comes_along_and_can_be_stopped() {
    let house = House::with(&OPEN).await;
    house.member("Mia", json!([])).await;
    let guest = house.visitor().await;
    let job: Job = guest.submit(&small("x")).await.json();
    let mia = sign_in(&house, &guest, true).await;
    let cancel = mia.post(&format!("{API}/jobs/{}/cancel", job.id), &json!({})).await;
    assert_eq!(cancel.json::<Job>().status, wire::JobStatus::Canceled);
}

#[tokio::test]
async fn a_job_that_runs_is_seen_by_the_account_from_then_on() {
    let house = House::engaged(50, &OPEN).await;
    house.member("Mia", json!([])).await;
    let address = house.listen().await;
    let guest = house.visitor().await;
    let mut before = open(address, &[HOST, ("cookie", &cookie(&guest))]).await.unwrap();
    told(&mut before).await;
    say(&mut before, &FromViewer::WatchMine {}).await;
    let size = json!({"width": 256, "height": 256});
    let long = json!({"inputs": {"prompt": "x", "steps": 50, "size": size}});
    let job: Job = guest.submit(&long).await.json();
    while !matches!(told(&mut before).await, ToViewer::Progress { .. }) {}

    let mia = sign_in(&house, &guest, true).await;
    let mut after = open(address, &[HOST, ("cookie", &mia.shown.1)]).await.unwrap();
    told(&mut after).await;
    say(&mut after, &FromViewer::WatchMine {}).await;
    let preview = loop {
        if let Message::Binary(frame) = after.next().await.unwrap().unwrap() {
            break frame;
        }
    };
    assert_eq!(PreviewHeader::decode(&preview).unwrap().0.job, job.id);
    mia.post(&format!("{API}/jobs/{}/cancel", job.id), &json!({})).await;
    while !matches!(told(&mut before).await, ToViewer::Gone { .. }) {}
}

#[tokio::test]
async fn nothing_is_taken_over_that_nobody_asked_for() {
    let house = House::with(&OPEN).await;
    house.member("Mia", json!([])).await;
    let guest = house.visitor().await;
    guest.submit(&small("x")).await;
    let mia = sign_in(&house, &guest, false).await;
    assert_eq!((made(&mia).await, made(&guest).await), (0, 1));
}

// safety 11
#[tokio::test]
async fn what_programs_of_an_address_made_is_nobodys_to_take() {
    let house = House::with(&OPEN).await;
    house.member("Mia", json!([])).await;
    // Without a cookie: whoever else comes from there is the same guest.
    let shared = house.showing("accept", "*/*");
    shared.submit(&small("x")).await;
    let mia = sign_in(&house, &shared, true).await;
    assert_eq!((made(&mia).await, made(&shared).await), (0, 1));
}

#[tokio::test]
async fn whoever_follows_an_invitation_keeps_what_they_made() {
    let house = House::with(&OPEN).await;
    let owner = house.owner().await;
    let made_link: MadeLink = owner.post(&format!("{API}/admin/invites"), &json!({})).await.json();
    let guest = house.visitor().await;
    guest.submit(&small("x")).await;
    let body = json!({
        "token": token(&made_link.url), "name": "Mia", "password": PASSWORD, "keep": true
    });
    let answer = guest.post(&format!("{API}/links/follow"), &body).await;
    let mia = house.showing("cookie", &session(&answer));
    assert_eq!(made(&mia).await, 1);
}

// safety 15
#[tokio::test]
async fn an_owner_who_came_by_link_sets_a_name_and_a_password() {
    let house = House::with(&["--open=false"]).await;
    let link = parlor::people::owner_link(&house.app.db, &house.app.config, "http://x").await;
    let body = json!({"token": token(&link.unwrap())});
    let followed = house.answer(post(&format!("{API}/links/follow"), &body)).await;
    let owner = house.showing("cookie", &session(&followed));
    assert!(!owner.me().await.account.unwrap().password);

    let set = async |body| owner.send_json("PUT", &format!("{API}/me/password"), &body).await;
    let short = set(json!({"new": "short", "name": "Olga"})).await;
    assert_eq!(short.problem().field.as_deref(), Some("new"));
    assert_eq!(set(json!({"new": PASSWORD, "name": "Olga"})).await.status, 204);
    let me = owner.me().await;
    assert_eq!(me.name.as_deref(), Some("Olga"), "the session goes on, by the new name");
    assert!(me.account.unwrap().password);
    assert_eq!(house.sign_in("Olga", PASSWORD).await.status, StatusCode::OK);
    let without = set(json!({"new": "another password"})).await;
    assert_eq!(without.problem().field.as_deref(), Some("current"), "now there is one to know");
}
