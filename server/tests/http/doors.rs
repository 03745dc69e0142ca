//! Who comes in without an account or a key, and as what.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use wire::{ErrorCode, Me, Role};

use super::house::{API, House, post, small};

/// Beyond this machine, and open.
const OPEN: [&str; 3] = ["--public-url", "https://art.example.org", "--open"];

fn me(headers: &[(&str, &str)]) -> Request<Body> {
    let asked = Request::get(format!("{API}/me"));
    let asked = headers.iter().fold(asked, |asked, (name, value)| asked.header(*name, *value));
    asked.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn at_home_whoever_comes_is_the_owner_and_still_has_their_own_things() {
    let house = House::quiet().await;
    let (one, two) = (house.visitor().await, house.visitor().await);
    let (one, two): (Me, Me) =
        (one.get(&format!("{API}/me")).await.json(), two.get(&format!("{API}/me")).await.json());
    assert_eq!((one.role, two.role), (Role::Owner, Role::Owner));
    assert!(one.studio && one.graph);
    assert_ne!(one.id, two.id);
}

// safety 11, 22
#[tokio::test]
async fn nobody_owns_a_house_for_having_come_through_a_proxy_or_a_frame() {
    let house = House::quiet().await;
    let passed_on: Me = house.answer(me(&[("x-forwarded-for", "127.0.0.1")])).await.json();
    assert_eq!(passed_on.role, Role::Guest);
    let away: Me = house.answer_to("192.0.2.1:1", me(&[])).await.json();
    assert_eq!(away.role, Role::Guest);
    let framed: Me = house.embedded().await.get(&format!("{API}/me")).await.json();
    assert_eq!(framed.role, Role::Guest);
    assert!(!framed.studio && !framed.graph);
}

// safety 11
#[tokio::test]
async fn beyond_this_machine_nobody_owns_an_open_house_for_being_near() {
    let house = House::with(&OPEN).await;
    for host in ["art.example.org", "localhost:8787"] {
        let near: Me = house.answer(me(&[("host", host)])).await.json();
        assert_eq!(near.role, Role::Guest, "{host}");
    }
    let run = post(&format!("{API}/workflows/text-to-picture/jobs"), &small("x"));
    assert_eq!(house.answer(run).await.status, StatusCode::ACCEPTED);
}

// safety 11
#[tokio::test]
async fn a_closed_house_lets_nobody_in_and_says_what_to_do() {
    let house = House::with(&["--open=false"]).await;
    for asked in [
        me(&[]),
        me(&[("x-api-key", "anonymous")]),
        me(&[("x-parlor-visitor", "x")]),
        post(&format!("{API}/workflows/text-to-picture/jobs"), &small("x")),
    ] {
        let answer = house.answer(asked).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"Parlor\"");
        let problem = answer.problem();
        assert_eq!(problem.code, ErrorCode::Unauthorized);
        assert!(problem.detail.contains("sign in"), "{}", problem.detail);
    }
    // The page has to know where it is, to let people sign in.
    let arrival = house.get(&format!("{API}/house")).await;
    assert_eq!(arrival.status, StatusCode::OK);
    assert_eq!(arrival.header("set-cookie"), "", "somebody who is not in yet is no visitor");
}
