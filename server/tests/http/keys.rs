//! API keys.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use wire::{JobList, Key, Role};

use super::house::{API, House, small};
use super::late::Late;
use super::live;

const CLOSED: [&str; 1] = ["--open=false"];

// safety 16
#[tokio::test]
async fn a_key_is_shown_once_and_opens_by_every_way_a_client_has() {
    let house = House::with(&CLOSED).await;
    let owner = house.owner().await;
    let made = owner.key(json!({"name": "shop", "scope": "run"})).await;
    assert!(parlor::auth::ApiKey::is_well_formed(&made.secret));
    let list = owner.get(&format!("{API}/me/keys")).await;
    assert!(!list.text().contains(&made.secret), "{}", list.text());
    assert_eq!(list.json::<Vec<Key>>(), std::slice::from_ref(&made.key));
    assert!(made.secret.starts_with(&made.key.hint));

    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("me:{}", made.secret)));
    let bearer = format!("Bearer {}", made.secret);
    for (name, value) in
        [("authorization", &bearer), ("x-api-key", &made.secret), ("authorization", &basic)]
    {
        let me = house.showing(name, value).me().await;
        assert_eq!((me.id, me.name.as_deref()), (owner.me().await.id, Some("shop")));
    }
}

// safety 16
#[tokio::test]
async fn nothing_that_is_kept_lets_anybody_in() {
    let house = House::with(&CLOSED).await;
    let owner = house.owner().await;
    let made = owner.key(json!({"name": "shop", "scope": "run"})).await;
    let session = owner.shown.1.split_once('=').unwrap().1;
    for file in ["parlor.db", "parlor.db-wal"] {
        let kept = std::fs::read(house.app.config.data.join(file)).unwrap();
        for secret in [&made.secret, session, super::inhabitants::PASSWORD] {
            let found = kept.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!found, "{file} holds a secret");
        }
    }
}

// safety 11, 16
#[tokio::test]
async fn a_key_may_what_it_was_made_for() {
    let house = House::with(&CLOSED).await;
    let owner = house.owner().await;
    let mut keys = Vec::new();
    for scope in ["read", "run", "admin"] {
        keys.push(owner.key(json!({"name": scope, "scope": scope})).await.secret);
    }
    let [read, run, admin] = [0, 1, 2].map(|key| house.showing("x-api-key", &keys[key]));
    assert_eq!(read.submit(&small("x")).await.status, StatusCode::FORBIDDEN);
    let job: wire::Job = run.submit(&small("x")).await.json();
    let uri = format!("{API}/jobs/{}", job.id);
    assert_eq!(read.get(&uri).await.status, StatusCode::OK);
    for (method, what) in [("POST", format!("{uri}/cancel")), ("DELETE", uri.clone())] {
        assert_eq!(read.call(method, &what).await.status, StatusCode::FORBIDDEN, "{method}");
    }
    for key in [&read, &run] {
        for uri in ["me/keys", "me/sessions", "admin/people", "admin/audit"] {
            let answer = key.get(&format!("{API}/{uri}")).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{uri}");
        }
        assert!(!key.me().await.studio);
        assert_eq!(key.call("DELETE", &format!("{API}/me")).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(admin.get(&format!("{API}/admin/people")).await.status, StatusCode::OK);
    assert!(admin.me().await.studio);
}

// safety 16
#[tokio::test]
async fn a_revoked_key_is_dead_at_once_and_so_is_what_it_opened() {
    let house = House::with(&CLOSED).await;
    let owner = house.owner().await;
    let made = owner.key(json!({"name": "shop", "scope": "run"})).await;
    let key = house.showing("x-api-key", &made.secret);
    assert_eq!(key.me().await.role, Role::Owner);
    let address = house.listen().await;
    let mut socket = live::open(address, &[("x-api-key", &made.secret)]).await.unwrap();
    live::told(&mut socket).await;

    let uri = format!("{API}/me/keys/{}", made.key.id);
    assert_eq!(owner.call("DELETE", &uri).await.status, StatusCode::NO_CONTENT);
    assert_eq!(key.get(&format!("{API}/me")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(live::goodbye(&mut socket).await, CloseCode::Policy);
    assert_eq!(owner.call("DELETE", &uri).await.status, StatusCode::NOT_FOUND);
}

// safety 16
#[tokio::test]
async fn what_is_revoked_while_its_request_arrives_is_refused() {
    let house = House::with(&CLOSED).await;
    let owner = house.owner().await;
    let made = owner.key(json!({"name": "old", "scope": "admin"})).await;
    let (late, key) = (Late::new(), house.showing("x-api-key", &made.secret));
    let asked = Request::post(format!("{API}/me/keys")).header("content-type", "application/json");
    let asked = asked.body(late.body(r#"{"name": "new", "scope": "admin"}"#)).unwrap();
    let revoke = async {
        late.is_awaited(1).await;
        owner.call("DELETE", &format!("{API}/me/keys/{}", made.key.id)).await;
        late.arrives(1);
    };
    let (answer, ()) = tokio::join!(key.send(asked), revoke);
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.text());
    let keys: Vec<Key> = owner.get(&format!("{API}/me/keys")).await.json();
    assert_eq!(keys, [], "it made no other");
}

// safety 16
#[tokio::test]
async fn a_key_that_may_everything_is_not_for_some_workflows() {
    let house = House::with(&CLOSED).await;
    let owner = house.owner().await;
    let wanted = json!({"name": "x", "scope": "admin", "workflows": ["upscale"]});
    let refused = owner.post(&format!("{API}/me/keys"), &wanted).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    assert_eq!(refused.problem().field.as_deref(), Some("workflows"));
}

// safety 16
#[tokio::test]
async fn a_key_makes_none_that_is_wider_than_itself() {
    let house = House::with(&CLOSED).await;
    let owner = house.owner().await;
    let end = jiff::Timestamp::now().as_millisecond() + 3_600_000;
    let wanted = json!({"name": "x", "scope": "admin", "per_minute": 30, "expires_at": end});
    let key = owner.key(wanted).await.secret;
    let key = house.showing("x-api-key", &key);
    for (field, wider) in [("per_minute", json!(31)), ("expires_at", json!(end + 1))] {
        let wanted = json!({"name": "y", "scope": "run", field: wider});
        let refused = key.post(&format!("{API}/me/keys"), &wanted).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        assert_eq!(refused.problem().field.as_deref(), Some(field));
    }
    let made = key.key(json!({"name": "y", "scope": "run"})).await.key;
    assert_eq!((made.per_minute, made.expires_at), (Some(30), Some(end)), "as its maker");
}

// safety 12, 16
#[tokio::test]
async fn a_key_for_some_workflows_sees_nothing_of_whoever_made_it() {
    let house = House::with(&CLOSED).await;
    let owner = house.owner().await;
    let job: wire::Job = owner.submit(&small("mine")).await.json();
    let wanted = json!({"name": "x", "scope": "run", "workflows": ["text-to-picture"]});
    let key = owner.key(wanted).await.secret;
    let key = house.showing("x-api-key", &key);
    let uri = format!("{API}/jobs/{}", job.id);
    assert_eq!(key.get(&uri).await.status, StatusCode::NOT_FOUND);
    assert_eq!(key.call("DELETE", &uri).await.status, StatusCode::NOT_FOUND);
    assert_eq!(key.submit(&small("theirs")).await.status, StatusCode::ACCEPTED);
    assert_eq!(key.get(&format!("{API}/jobs")).await.json::<JobList>().total, 1);
}

// safety 16
#[tokio::test]
async fn what_a_key_opened_closes_when_its_time_is_over() {
    let house = House::with(&CLOSED).await;
    let owner = house.owner().await;
    let address = house.listen().await;
    let soon = jiff::Timestamp::now().as_millisecond() + 700;
    let made = owner.key(json!({"name": "x", "scope": "read", "expires_at": soon})).await;
    let mut socket = live::open(address, &[("x-api-key", &made.secret)]).await.unwrap();
    live::told(&mut socket).await;
    assert_eq!(live::goodbye(&mut socket).await, CloseCode::Policy);
    assert!(jiff::Timestamp::now().as_millisecond() >= soon);
}

// safety 16
#[tokio::test]
async fn an_expired_key_is_dead() {
    let house = House::with(&CLOSED).await;
    let owner = house.owner().await;
    let soon = jiff::Timestamp::now().as_millisecond() + 300;
    let made = owner.key(json!({"name": "x", "scope": "read", "expires_at": soon})).await;
    let key = house.showing("x-api-key", &made.secret);
    // In memory it is known; its time passes all the same.
    while key.get(&format!("{API}/me")).await.status == StatusCode::OK {
        tokio::task::yield_now().await;
    }
    assert!(jiff::Timestamp::now().as_millisecond() >= soon);
    assert_eq!(key.get(&format!("{API}/me")).await.status, StatusCode::UNAUTHORIZED);
    let past = json!({"name": "x", "scope": "read", "expires_at": soon});
    let past = owner.post(&format!("{API}/me/keys"), &past).await;
    assert_eq!(past.problem().field.as_deref(), Some("expires_at"));
}

// safety 12, 16
#[tokio::test]
async fn a_key_that_stands_apart_has_a_world_of_its_own() {
    let house = House::with(&CLOSED).await;
    let owner = house.owner().await;
    let apart = owner.key(json!({"name": "customer", "scope": "run", "apart": true})).await;
    let apart = house.showing("x-api-key", &apart.secret);
    owner.submit(&small("mine")).await;
    let list: JobList = apart.get(&format!("{API}/jobs")).await.json();
    assert_eq!(list.total, 0);
    apart.submit(&small("theirs")).await;
    let list: JobList = owner.get(&format!("{API}/jobs")).await.json();
    assert_eq!(list.total, 1);
}

// safety 16
#[tokio::test]
async fn the_rate_of_a_key_holds() {
    let house = House::with(&CLOSED).await;
    let owner = house.owner().await;
    let made = owner.key(json!({"name": "x", "scope": "read", "per_minute": 2})).await;
    let key = house.showing("x-api-key", &made.secret);
    let first = key.get(&format!("{API}/me")).await;
    assert_eq!(first.header("ratelimit-policy"), "\"requests\";q=2;w=60");
    assert!(first.header("ratelimit").starts_with("\"requests\";r=1;t="));
    assert_eq!(key.get(&format!("{API}/me")).await.status, StatusCode::OK);
    let third = key.get(&format!("{API}/me")).await;
    assert_eq!(third.status, StatusCode::TOO_MANY_REQUESTS);
    assert_ne!(third.header("retry-after"), "");
    assert_eq!(owner.me().await.role, Role::Owner, "others are not slowed");
}

// safety 11
#[tokio::test]
async fn a_key_may_no_more_than_its_maker_may_now() {
    let house = House::with(&CLOSED).await;
    let member = house.member("Mia", json!(["studio"])).await;
    let made = member.key(json!({"name": "x", "scope": "admin"})).await;
    let key = house.showing("x-api-key", &made.secret);
    assert!(key.me().await.studio);
    let owner = house.signed_in("Olga").await;
    let mia = format!("{API}/admin/people/{}", member.me().await.id);
    owner.send_json("PATCH", &mia, &json!({"grants": []})).await;
    assert!(!key.me().await.studio);
    owner.send_json("PATCH", &mia, &json!({"standing": "barred"})).await;
    assert_eq!(key.get(&format!("{API}/me")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(member.get(&format!("{API}/me")).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_is_no_key_of_this_house_is_refused_everywhere() {
    let house = House::quiet().await;
    let other = parlor::auth::ApiKey::random();
    for key in [other.reveal(), "plr_", "sk-1", ""] {
        for uri in ["me", "house", "jobs"] {
            let asked = Request::get(format!("{API}/{uri}")).header("x-api-key", key);
            let answer = house.answer(asked.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{key:?} {uri}");
        }
    }
}

// safety 16
#[tokio::test]
async fn a_key_that_is_not_known_is_refused_whatever_good_one_is_beside_it() {
    let house = House::with(&CLOSED).await;
    let owner = house.owner().await;
    let good = owner.key(json!({"name": "shop", "scope": "run"})).await.secret;
    let other = owner.key(json!({"name": "screen", "scope": "read"})).await.secret;
    let strange = parlor::auth::ApiKey::random();
    let basic = |key: &str| format!("Basic {}", BASE64_STANDARD.encode(format!("me:{key}")));
    let bearer = |key: &str| format!("Bearer {key}");
    let strange = strange.reveal();
    for (beside, authorization, who) in [
        (&*good, bearer(&good), Some("shop")),
        (&good, basic("anonymous"), Some("shop")),
        ("anonymous", bearer(&good), Some("shop")),
        (&good, bearer(&other), Some("shop")),
        (&other, bearer(&good), Some("screen")),
        (&good, bearer(strange), None),
        (&good, basic(strange), None),
        (&good, "Digest x".to_owned(), None),
        (strange, bearer(&good), None),
        ("anonymous", bearer(strange), None),
    ] {
        let asked = Request::get(format!("{API}/me")).header("x-api-key", beside);
        let asked = asked.header("authorization", &authorization);
        let answer = house.answer(asked.body(Body::empty()).unwrap()).await;
        let name = (answer.status == StatusCode::OK).then(|| answer.json::<wire::Me>().name);
        assert_eq!(name.flatten().as_deref(), who, "{beside} {authorization}");
        assert!(who.is_some() || answer.status == StatusCode::UNAUTHORIZED, "{}", answer.text());
    }
    let twice = Request::get(format!("{API}/me")).header("x-api-key", &good);
    let twice = twice.header("x-api-key", strange).body(Body::empty()).unwrap();
    assert_eq!(house.answer(twice).await.status, StatusCode::UNAUTHORIZED);
}
