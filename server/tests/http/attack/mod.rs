//! The lists that attackers start with, sent through everything that can be sent.
//!
//! `lists` reads them from the packages that ship them, `places` is everywhere a
//! caller's words can stand, made from the table of routes, `verdict` what no
//! answer may ever be. `cargo xtask test attack` brings the lists and runs it.

mod lists;
mod places;
mod slow;
mod verdict;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, StatusCode};

use super::house::{API, House};
use super::things::Things;
use lists::Word;
use places::Place;
use verdict::Verdict;

/// How long the lists are sent; `PARLOR_ATTACK_SECONDS` says otherwise.
const SECONDS: u64 = 25;
/// How long they are names of files.
const NAMING: Duration = Duration::from_secs(10);
/// No answer takes so long; a `wait` of a large number, which is granted, does.
const PATIENCE: Duration = Duration::from_secs(2);
/// Steps through the list by which places do not see the same words: prime to
/// the length of any list that is not a multiple of it.
const STRIDE: usize = 7919;

// safety 6, 18, 24, 25, 29
#[tokio::test]
#[ignore = "needs lists of attacks: `cargo xtask test attack` brings them"]
async fn no_word_of_an_attacker_breaks_or_leaves_the_house() {
    let words = lists::all();
    let house = House::working(0).await;
    let attacker = house.visitor().await;
    let things = Things::of(&attacker).await;
    let places = Place::all(&things);
    let before = verdict::files(house.folder());
    let judge = Verdict::of(&house).await;
    let seconds = std::env::var("PARLOR_ATTACK_SECONDS").ok().and_then(|text| text.parse().ok());
    let until = Instant::now() + Duration::from_secs(seconds.unwrap_or(SECONDS));
    let (mut sent, mut not_http, mut wrong) = (0, 0, BTreeMap::new());
    for turn in 0_usize.. {
        if Instant::now() > until {
            break;
        }
        let place = &places[turn % places.len()];
        let word = &words[(turn * STRIDE + turn / places.len()) % words.len()];
        let Some(request) = place.request(word) else {
            not_http += 1;
            continue;
        };
        let path = (request.method() != "HEAD").then(|| request.uri().path().to_owned());
        let answer = tokio::time::timeout(PATIENCE, attacker.send(request)).await;
        sent += 1;
        if let Ok(answer) = answer
            && let Err(what) = judge.look(&answer, word, path.as_deref())
        {
            // Each fault once: one may be in every route.
            wrong.entry(what).or_insert_with(|| format!("{place:?} with {word:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(sent > places.len() && not_http < sent, "{sent} sent, {not_http} were no HTTP");
    let strays = verdict::strays(house.folder(), &before);
    assert!(strays.is_empty(), "these files are nowhere a file should be: {strays:?}");
    let other = house.visitor().await;
    other.picture().await;
    assert_eq!(house.get("/readyz").await.status, StatusCode::OK);
    eprintln!("{sent} requests: {} words through {} places", words.len(), places.len());
}

// safety 25, 26
#[tokio::test]
#[ignore = "needs lists of attacks: `cargo xtask test attack` brings them"]
async fn every_word_is_a_harmless_name_of_a_file() {
    let words = lists::all();
    let house = House::quiet().await;
    let visitor = house.visitor().await;
    let judge = Verdict::of(&house).await;
    let until = Instant::now() + NAMING;
    let mut named = 0;
    for turn in 0..words.len() {
        if Instant::now() > until {
            break;
        }
        let word = &words[turn * STRIDE % words.len()];
        let Some(request) = upload(word) else { continue };
        let path = request.uri().path().to_owned();
        let answer = visitor.send(request).await;
        judge.look(&answer, word, Some(&path)).unwrap_or_else(|what| panic!("{word:?}: {what}"));
        if answer.status != StatusCode::CREATED {
            continue;
        }
        let upload: wire::Upload = answer.json();
        let plain = !upload.name.is_empty()
            && !upload.name.starts_with('.')
            && !upload.name.contains(['/', '\\', ':', '\0', '\r', '\n', '"', '<']);
        assert!(plain, "{word:?} became {:?}", upload.name);
        let back = visitor.get(&format!("/{}", upload.url)).await;
        judge.look(&back, word, Some(&path)).unwrap_or_else(|what| panic!("{word:?}: {what}"));
        assert_eq!(back.status, StatusCode::OK, "{word:?}");
        named += 1;
    }
    assert!(named > 20, "only {named} files were taken in");
}

/// A file of this name, in a form.
fn upload(word: &Word) -> Option<Request<Body>> {
    let name = word.bytes();
    // It would end the head of the part.
    if name.windows(2).any(|at| at == b"\r\n") {
        return None;
    }
    let head = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"";
    let rest = b"\"\r\nContent-Type: application/octet-stream\r\n\r\nwords\r\n--b--\r\n";
    let body = [&head[..], &name, rest].concat();
    let request = Request::post(format!("{API}/uploads"))
        .header("content-type", "multipart/form-data; boundary=b");
    request.body(body.into()).ok()
}
