//! People with an account, and programs with a key, for one test.

use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use parlor::people::owner_link;
use serde_json::{Value, json};
use wire::{MadeKey, MadeLink};

use super::house::{API, Answer, House, Visitor, post};

pub const PASSWORD: &str = "correct horse battery";

/// What stands behind the `#` of a link.
pub fn token(url: &str) -> &str {
    url.split_once("#link=").expect("the secret of a link is never sent by itself").1
}

/// The session cookie that an answer sets.
pub fn session(answer: &Answer) -> String {
    let mut cookies = answer.headers.get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap());
    let session = cookies.find(|line| line.contains("parlor_session="));
    session.expect("it signs in").split(';').next().unwrap().to_owned()
}

impl House {
    /// Whoever follows the link that the first start prints.
    pub async fn owner(&self) -> Visitor<'_> {
        let link = owner_link(&self.app.db, &self.app.config, "http://localhost:8787").await;
        let link = link.unwrap();
        let body = json!({"token": token(&link), "name": "Olga", "password": PASSWORD});
        let answer = self.answer(post(&format!("{API}/links/follow"), &body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        self.showing("cookie", &session(&answer))
    }

    /// Somebody whom the owner invited with these grants.
    pub async fn member(&self, name: &str, grants: Value) -> Visitor<'_> {
        let owner = if self.app.people.has_owner().await.unwrap() {
            self.signed_in("Olga").await
        } else {
            self.owner().await
        };
        let made = owner.post(&format!("{API}/admin/invites"), &json!({"grants": grants})).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        let made: MadeLink = made.json();
        let body = json!({"token": token(&made.url), "name": name, "password": PASSWORD});
        let answer = self.answer(post(&format!("{API}/links/follow"), &body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        self.showing("cookie", &session(&answer))
    }

    /// The answer to a name and a password.
    pub async fn sign_in(&self, name: &str, password: &str) -> Answer {
        let body = json!({"name": name, "password": password});
        self.answer(post(&format!("{API}/session"), &body)).await
    }

    /// A new session of somebody.
    pub async fn signed_in(&self, name: &str) -> Visitor<'_> {
        let answer = self.sign_in(name, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        self.showing("cookie", &session(&answer))
    }
}

impl Visitor<'_> {
    /// A key of theirs.
    pub async fn key(&self, wanted: Value) -> MadeKey {
        let made = self.post(&format!("{API}/me/keys"), &wanted).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        assert_eq!(made.header("cache-control"), "no-store");
        made.json()
    }

    pub async fn me(&self) -> wire::Me {
        self.get(&format!("{API}/me")).await.json()
    }
}
