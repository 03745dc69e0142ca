//! Words of a query that an address does not know. One that is misspelled is a wish that nobody would
//! hear, so it is refused, wherever it is sent: what an address knows is what the description of the
//! API says of it.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::error::Error;
use crate::site;

/// Where the API is.
const ROOT: &str = "/api/parlor/v1";

/// Where identity providers send people back to, with words of their own besides.
const FROM_PROVIDERS: &str = "/session/oidc/return";

/// What is kept of a word that is not known, in characters.
const QUOTED: usize = 60;

/// The words of each address, by its path below [`ROOT`].
static KNOWN: LazyLock<HashMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let document = serde_json::from_str(&site::description().text());
    words(&document.expect("the description is JSON, made when the server was built"))
});

/// Refuses what asks with words that its address does not know.
pub(crate) async fn only_known(request: Request, next: Next) -> Response {
    match unknown(&request) {
        Some(why) => Error::BadRequest(why).into_response(),
        None => next.run(request).await,
    }
}

/// What is wrong with the query, if anything is.
fn unknown(request: &Request) -> Option<String> {
    let query = request.uri().query().filter(|query| !query.is_empty())?;
    let path = request.extensions().get::<MatchedPath>()?.as_str().strip_prefix(ROOT)?;
    if path == FROM_PROVIDERS {
        return None;
    }
    let known = KNOWN.get(path)?;
    let mut asked = url::form_urlencoded::parse(query.as_bytes()).map(|(word, _)| word);
    let word = asked.find(|word| !known.contains(&**word))?;
    let word: String = word.chars().filter(|c| !c.is_control()).take(QUOTED).collect();
    let known: Vec<_> = known.iter().map(|word| format!("`{word}`")).collect();
    Some(if known.is_empty() {
        format!("the query cannot be used: this address takes none, and `{word}` was asked for")
    } else {
        format!("the query cannot be used: there is no `{word}` here, but {}", known.join(", "))
    })
}

fn words(document: &Value) -> HashMap<String, BTreeSet<String>> {
    let of_item = |item: &Value| {
        let operations = item.as_object().into_iter().flat_map(serde_json::Map::values);
        let parameters = operations.filter_map(|one| one["parameters"].as_array()).flatten();
        let asked = parameters.filter(|one| one["in"] == "query");
        asked.filter_map(|one| Some(one["name"].as_str()?.to_owned())).collect()
    };
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.map(|(path, item)| (path.clone(), of_item(item))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_says_what_each_address_knows() {
        let of = |path: &str| KNOWN[path].iter().map(String::as_str).collect::<Vec<_>>();
        assert_eq!(of("/workflows/{slug}/jobs"), ["output", "wait"]);
        assert_eq!(of("/outputs/{id}"), ["download"]);
        assert!(of("/jobs/{id}").is_empty());
    }
}
