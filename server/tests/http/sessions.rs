//! Signing in and out.

use axum::http::StatusCode;
use serde_json::json;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use wire::{ErrorCode, Role, Session};

use super::house::{API, House, cookie, post};
use super::inhabitants::{PASSWORD, session, token};
use super::live;

const CLOSED: [&str; 1] = ["--open=false"];

#[tokio::test]
async fn the_link_of_the_first_start_makes_an_owner_once() {
    let house = House::with(&CLOSED).await;
    assert!(!house.app.people.has_owner().await.unwrap());
    let make = || parlor::people::owner_link(&house.app.db, &house.app.config, "http://x/");
    let (void, link) = (make().await.unwrap(), make().await.unwrap());
    assert!(link.starts_with("http://x/sign-in#link="), "{link}");
    let follow = async |link: &str| {
        let body = json!({"token": token(link)});
        house.answer(post(&format!("{API}/links/follow"), &body)).await
    };
    assert_eq!(follow(&void).await.status, StatusCode::NOT_FOUND, "the newest counts");
    let followed = follow(&link).await;
    let me: wire::Me = followed.json();
    assert_eq!((me.role, me.name.as_deref()), (Role::Owner, Some("Owner")));
    assert_eq!(follow(&link).await.status, StatusCode::NOT_FOUND, "once");
    let owner = house.showing("cookie", &session(&followed));
    assert!(owner.me().await.studio);
    assert!(house.app.people.has_owner().await.unwrap());
}

// safety 14
#[tokio::test]
async fn a_link_with_one_letter_changed_is_no_link() {
    let house = House::with(&CLOSED).await;
    let link = parlor::people::owner_link(&house.app.db, &house.app.config, "http://x").await;
    let link = link.unwrap();
    let good = token(&link);
    let first = if good.starts_with('A') { "B" } else { "A" };
    for wrong in [format!("{first}{}", &good[1..]), good[1..].to_owned(), String::new()] {
        for door in ["look", "follow"] {
            let body = json!({"token": wrong});
            let answer = house.answer(post(&format!("{API}/links/{door}"), &body)).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
        }
    }
    let looked = post(&format!("{API}/links/look"), &json!({"token": good}));
    let looked: wire::Link = house.answer(looked).await.json();
    assert_eq!(looked.purpose, wire::Purpose::Owner);
}

// safety 15
#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_are_alike() {
    let house = House::with(&CLOSED).await;
    house.owner().await;
    let (unknown, wrong) =
        (house.sign_in("nobody", PASSWORD).await, house.sign_in("Olga", "something else").await);
    assert_eq!(unknown.status, StatusCode::UNAUTHORIZED);
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert_eq!(unknown.problem().detail, wrong.problem().detail);
    assert_eq!(house.sign_in(" olga ", PASSWORD).await.status, StatusCode::OK);
}

// safety 15
#[tokio::test]
async fn signing_in_changes_the_session_and_ends_the_one_before() {
    let house = House::with(&CLOSED).await;
    let before = house.owner().await;
    let again = before
        .post(&format!("{API}/session"), &json!({"name": "Olga", "password": PASSWORD}))
        .await;
    let after = house.showing("cookie", &session(&again));
    assert_ne!(before.shown.1, after.shown.1);
    assert_eq!(before.get(&format!("{API}/me")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(after.me().await.role, Role::Owner);
}

// safety 17
#[tokio::test]
async fn the_session_is_a_cookie_that_scripts_and_other_sites_do_not_get() {
    let house = House::with(&["--public-url", "https://art.example.org", "--open=false"]).await;
    house.owner().await;
    let answer = house.sign_in("Olga", PASSWORD).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-parlor_session="), "{cookie}");
    for part in ["; Path=/;", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
        assert!(cookie.contains(part), "{part} is not in {cookie}");
    }
    assert_eq!(answer.header("cache-control"), "no-store");
}

// safety 15
#[tokio::test]
async fn signing_out_closes_what_the_session_opened() {
    let house = House::with(&CLOSED).await;
    let owner = house.owner().await;
    let address = house.listen().await;
    let mut socket = live::open(address, &[("cookie", &cookie(&owner))]).await.unwrap();
    live::told(&mut socket).await;
    let answer = owner.call("DELETE", &format!("{API}/session")).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(live::goodbye(&mut socket).await, CloseCode::Policy);
    assert_eq!(owner.get(&format!("{API}/me")).await.status, StatusCode::UNAUTHORIZED);
}

// safety 15, 16
#[tokio::test]
async fn sessions_are_listed_and_can_be_ended_one_by_one() {
    let house = House::with(&CLOSED).await;
    let one = house.owner().await;
    let two = house.signed_in("Olga").await;
    let list: Vec<Session> = one.get(&format!("{API}/me/sessions")).await.json();
    assert_eq!(list.len(), 2);
    let other = list.iter().find(|session| !session.current).unwrap();
    let uri = format!("{API}/me/sessions/{}", other.id);
    assert_eq!(one.call("DELETE", &uri).await.status, StatusCode::NO_CONTENT);
    assert_eq!(one.call("DELETE", &uri).await.status, StatusCode::NOT_FOUND);
    assert_eq!(two.get(&format!("{API}/me")).await.status, StatusCode::UNAUTHORIZED);

    let three = house.signed_in("Olga").await;
    let others = one.call("DELETE", &format!("{API}/me/sessions")).await;
    assert_eq!(others.status, StatusCode::NO_CONTENT);
    assert_eq!(three.get(&format!("{API}/me")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(one.me().await.role, Role::Owner);
}

// safety 15
#[tokio::test]
async fn a_new_password_needs_the_old_one_and_ends_all_other_sessions() {
    let house = House::with(&CLOSED).await;
    let (one, two) = (house.owner().await, house.signed_in("Olga").await);
    let change = async |current: &str, new: &str| {
        let body = json!({"current": current, "new": new});
        one.send_json("PUT", &format!("{API}/me/password"), &body).await
    };
    let wrong = change("guess", "another password").await;
    assert_eq!(wrong.problem().field.as_deref(), Some("current"));
    let short = change(PASSWORD, "short").await;
    assert_eq!(short.problem().field.as_deref(), Some("new"));
    assert_eq!(change(PASSWORD, "another password").await.status, StatusCode::NO_CONTENT);
    assert_eq!(two.get(&format!("{API}/me")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(one.me().await.role, Role::Owner);
    assert_eq!(house.sign_in("Olga", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(house.sign_in("Olga", "another password").await.status, StatusCode::OK);
}

// safety 15, 22
#[tokio::test]
async fn passwords_cannot_be_tried_out() {
    let house = House::with(&CLOSED).await;
    house.owner().await;
    let mut attempts = 0;
    let refused = loop {
        let body = json!({"name": format!("name {attempts}"), "password": "x"});
        let mut asked = post(&format!("{API}/session"), &body);
        let claimed = format!("192.0.2.{attempts}");
        asked.headers_mut().insert("x-forwarded-for", claimed.parse().unwrap());
        let answer = house.answer(asked).await;
        attempts += 1;
        if answer.status != StatusCode::UNAUTHORIZED {
            break answer;
        }
        assert!(attempts < 50, "nobody stops it");
    };
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_ne!(refused.header("retry-after"), "");
    assert_eq!(refused.problem().code, ErrorCode::TooMany);
}

// safety 15, 22
#[tokio::test]
async fn nobody_locks_another_out_by_trying_their_name() {
    let house = House::with(&CLOSED).await;
    house.owner().await;
    let body = json!({"name": "Olga", "password": "a wrong password"});
    for address in 1..=5 {
        let peer = format!("192.0.2.{address}:1");
        let asked = || post(&format!("{API}/session"), &body);
        while house.answer_to(&peer, asked()).await.status == StatusCode::UNAUTHORIZED {}
    }
    assert_eq!(house.sign_in("olga", PASSWORD).await.status, StatusCode::OK);
}

#[tokio::test]
async fn in_an_open_house_an_ended_session_is_a_guest_again() {
    let house = House::with(&["--public-url", "http://art.example.org", "--open"]).await;
    let owner = house.owner().await;
    assert_eq!(owner.me().await.role, Role::Owner);
    owner.call("DELETE", &format!("{API}/session")).await;
    assert_eq!(owner.me().await.role, Role::Guest);
}
