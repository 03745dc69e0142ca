//! Accounts: by invitation, by asking, and what the owner does with them.

use axum::http::StatusCode;
use serde_json::json;
use wire::{AuditPage, Link, MadeLink, Person, Role, Standing};

use super::house::{API, House, post};
use super::inhabitants::{PASSWORD, token};

const CLOSED: [&str; 1] = ["--open=false"];

#[tokio::test]
async fn who_follows_an_invitation_is_a_member_with_what_it_grants() {
    let house = House::with(&CLOSED).await;
    let mia = house.member("Mia", json!(["graph"])).await.me().await;
    assert_eq!((mia.role, mia.name.as_deref()), (Role::Member, Some("Mia")));
    assert!(mia.graph && !mia.studio);
    let plain = house.member("Paul", json!([])).await.me().await;
    assert!(!plain.graph && !plain.studio);
}

#[tokio::test]
async fn an_invitation_is_for_one_and_can_be_taken_back() {
    let house = House::with(&CLOSED).await;
    let owner = house.owner().await;
    let invites = format!("{API}/admin/invites");
    let invite = async || owner.post(&invites, &json!({})).await.json::<MadeLink>();
    let follow = async |link: &MadeLink, name: &str| {
        let body = json!({"token": token(&link.url), "name": name, "password": PASSWORD});
        house.answer(post(&format!("{API}/links/follow"), &body)).await
    };
    let (one, two) = (invite().await, invite().await);
    let taken = follow(&one, "olga").await;
    assert_eq!(taken.problem().field.as_deref(), Some("name"), "in any case of letters");
    assert_eq!(follow(&one, "Mia").await.status, StatusCode::OK);
    assert_eq!(follow(&one, "Paul").await.status, StatusCode::NOT_FOUND);

    let waiting: Vec<Link> = owner.get(&invites).await.json();
    assert_eq!(waiting, std::slice::from_ref(&two.link));
    let back = owner.call("DELETE", &format!("{invites}/{}", two.link.id)).await;
    assert_eq!(back.status, StatusCode::NO_CONTENT);
    assert_eq!(follow(&two, "Paul").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn asking_for_an_account_is_off_unless_it_is_configured() {
    let house = House::with(&CLOSED).await;
    let body = json!({"name": "Mia", "password": PASSWORD});
    let answer = house.answer(post(&format!("{API}/registration"), &body)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn who_asks_for_an_account_comes_in_when_the_owner_approves() {
    let house = House::with(&["--open=false", "--registration"]).await;
    let owner = house.owner().await;
    let body = json!({"name": "Mia", "password": PASSWORD});
    let asked = house.answer(post(&format!("{API}/registration"), &body)).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED);
    assert_eq!(house.sign_in("Mia", PASSWORD).await.status, StatusCode::FORBIDDEN);
    assert_eq!(house.sign_in("Mia", "a wrong password").await.status, StatusCode::UNAUTHORIZED);

    let people: Vec<Person> = owner.get(&format!("{API}/admin/people")).await.json();
    let mia = people.iter().find(|person| person.name == "Mia").unwrap();
    assert_eq!(mia.standing, Standing::Waiting);
    let change = json!({"standing": "active"});
    owner.send_json("PATCH", &format!("{API}/admin/people/{}", mia.id), &change).await;
    assert_eq!(house.sign_in("Mia", PASSWORD).await.status, StatusCode::OK);
}

// safety 15
#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_link_of_the_owner() {
    let house = House::with(&CLOSED).await;
    let mia = house.member("Mia", json!([])).await;
    let owner = house.signed_in("Olga").await;
    let reset = format!("{API}/admin/people/{}/reset", mia.me().await.id);
    let made: MadeLink = owner.post(&reset, &json!({})).await.json();
    let body = json!({"token": token(&made.url), "password": "a new password"});
    let followed = house.answer(post(&format!("{API}/links/follow"), &body)).await;
    assert_eq!(followed.status, StatusCode::OK);
    assert_eq!(mia.get(&format!("{API}/me")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(house.sign_in("Mia", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(house.sign_in("Mia", "a new password").await.status, StatusCode::OK);
}

// safety 15
#[tokio::test]
async fn a_link_is_void_when_whoever_made_it_owns_the_house_no_more() {
    let house = House::with(&CLOSED).await;
    let mia = house.member("Mia", json!([])).await;
    let owner = house.signed_in("Olga").await;
    let change = format!("{API}/admin/people/{}", mia.me().await.id);
    owner.send_json("PATCH", &change, &json!({"role": "owner"})).await;
    let reset = format!("{API}/admin/people/{}/reset", owner.me().await.id);
    let reset: MadeLink = mia.post(&reset, &json!({})).await.json();
    let invite: MadeLink = mia.post(&format!("{API}/admin/invites"), &json!({})).await.json();
    let follow = async |link: &MadeLink| {
        let body = json!({"token": token(&link.url), "name": "Paul", "password": PASSWORD});
        house.answer(post(&format!("{API}/links/follow"), &body)).await.status
    };
    for shut in [json!({"standing": "barred"}), json!({"standing": "active", "role": "member"})] {
        assert_eq!(owner.send_json("PATCH", &change, &shut).await.status, StatusCode::OK);
        assert_eq!(follow(&reset).await, StatusCode::NOT_FOUND, "{shut}");
        assert_eq!(follow(&invite).await, StatusCode::NOT_FOUND, "{shut}");
    }
    assert_eq!(owner.call("DELETE", &change).await.status, StatusCode::NO_CONTENT);
    assert_eq!(follow(&reset).await, StatusCode::NOT_FOUND);
    assert_eq!(house.sign_in("Olga", PASSWORD).await.status, StatusCode::OK);
}

// safety 15
#[tokio::test]
async fn a_new_password_voids_the_links_that_were_made_before() {
    let house = House::with(&CLOSED).await;
    let mia = house.member("Mia", json!([])).await;
    let owner = house.signed_in("Olga").await;
    let reset = format!("{API}/admin/people/{}/reset", mia.me().await.id);
    let made: MadeLink = owner.post(&reset, &json!({})).await.json();
    let body = json!({"current": PASSWORD, "new": "a new password"});
    let changed = mia.send_json("PUT", &format!("{API}/me/password"), &body).await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT, "{}", changed.text());
    let body = json!({"token": token(&made.url), "password": "a stolen link"});
    let followed = house.answer(post(&format!("{API}/links/follow"), &body)).await;
    assert_eq!(followed.status, StatusCode::NOT_FOUND);
}

// safety 11
#[tokio::test]
async fn what_the_owner_does_is_for_the_owner() {
    let house = House::with(&CLOSED).await;
    let mia = house.member("Mia", json!(["studio", "graph"])).await;
    let me = mia.me().await.id;
    for (method, uri) in [
        ("GET", "people".to_owned()),
        ("GET", "invites".into()),
        ("GET", "keys".into()),
        ("GET", "sessions".into()),
        ("GET", "audit".into()),
        ("DELETE", format!("people/{me}")),
        ("POST", format!("people/{me}/reset")),
    ] {
        let answer = mia.call(method, &format!("{API}/admin/{uri}")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {uri}");
    }
    let promote = format!("{API}/admin/people/{me}");
    let answer = mia.send_json("PATCH", &promote, &json!({"role": "owner"})).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_house_keeps_an_owner() {
    let house = House::with(&CLOSED).await;
    let mia = house.member("Mia", json!([])).await.me().await.id;
    let owner = house.signed_in("Olga").await;
    let own = format!("{API}/admin/people/{}", owner.me().await.id);
    for change in [json!({"role": "member"}), json!({"standing": "barred"})] {
        assert_eq!(owner.send_json("PATCH", &own, &change).await.status, StatusCode::CONFLICT);
    }
    assert_eq!(owner.call("DELETE", &own).await.status, StatusCode::CONFLICT);
    assert_eq!(owner.call("DELETE", &format!("{API}/me")).await.status, StatusCode::CONFLICT);
    let promote = json!({"role": "owner"});
    owner.send_json("PATCH", &format!("{API}/admin/people/{mia}"), &promote).await;
    assert_eq!(owner.call("DELETE", &format!("{API}/me")).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn what_happened_is_written_down() {
    let house = House::with(&CLOSED).await;
    let mia = house.member("Mia", json!([])).await;
    let key = mia.key(json!({"name": "shop", "scope": "read"})).await;
    house.showing("x-api-key", &key.secret).me().await;
    house.sign_in("Mia", "a wrong password").await;
    mia.call("DELETE", &format!("{API}/session")).await;
    let owner = house.signed_in("Olga").await;
    let page: AuditPage = owner.get(&format!("{API}/admin/audit")).await.json();
    let happened: Vec<_> =
        page.entries.iter().rev().map(|entry| (entry.what.as_str(), &*entry.name)).collect();
    assert_eq!(
        happened,
        [
            ("link_followed", "Olga"),
            ("signed_in", "Olga"),
            ("link_made", "Olga"),
            ("link_followed", "Mia"),
            ("signed_in", "Mia"),
            ("key_made", "Mia"),
            ("key_used", "shop"),
            ("sign_in_failed", ""),
            ("signed_out", "Mia"),
            ("signed_in", "Olga"),
        ]
    );
    assert_eq!(page.next, None);
    assert!(page.entries.iter().all(|entry| !entry.about.contains("plr_")));
}

// safety 22
#[tokio::test]
async fn a_proxy_that_is_believed_says_who_signed_in_there_and_nobody_else_does() {
    let flags =
        ["--trusted-proxy", "10.0.0.1", "--trusted-header", "x-forwarded-user", "--open=false"];
    let house = House::with(&flags).await;
    let ask = async |peer: &str, names: &[&str]| {
        let asked = axum::http::Request::get(format!("{API}/me"));
        let asked = names.iter().fold(asked, |asked, name| asked.header("x-forwarded-user", *name));
        house.answer_to(peer, asked.body(axum::body::Body::empty()).unwrap()).await
    };
    let mia: wire::Me = ask("10.0.0.1:1", &["Mia"]).await.json();
    assert_eq!((mia.role, mia.name.as_deref()), (Role::Member, Some("Mia")));
    let again: wire::Me = ask("10.0.0.1:2", &["mia"]).await.json();
    assert_eq!(again.id, mia.id);
    for (peer, names) in [
        ("10.0.0.2:1", &["Mia"][..]),
        ("127.0.0.1:1", &["Mia"]),
        ("10.0.0.1:1", &["Mia", "Olga"]),
        ("10.0.0.1:1", &[""]),
        ("10.0.0.1:1", &[]),
    ] {
        assert_eq!(ask(peer, names).await.status, StatusCode::UNAUTHORIZED, "{peer} {names:?}");
    }
}

// safety 11
#[tokio::test]
async fn the_owner_sees_that_others_work_and_not_what_they_ask_for() {
    let house = House::with(&CLOSED).await;
    let mia = house.member("Mia", json!([])).await;
    let job: wire::Job = mia.submit(&super::house::small("a secret garden")).await.json();
    let owner = house.signed_in("Olga").await;
    let answer = owner.get(&format!("{API}/admin/jobs")).await;
    assert!(!answer.text().contains("garden"), "{}", answer.text());
    let page: wire::HouseJobList = answer.json();
    let first = &page.jobs[0];
    assert_eq!((first.id, first.name.as_deref(), page.next), (job.id, Some("Mia"), None));
    let next = owner.get(&format!("{API}/admin/jobs?cursor={}", job.id)).await;
    assert_eq!(next.json::<wire::HouseJobList>().jobs, []);
    let limits: wire::HouseLimits = owner.get(&format!("{API}/admin/limits")).await.json();
    assert!(limits.guest.iter().any(|limit| limit.what == wire::Limited::JobsPerDay));
}
