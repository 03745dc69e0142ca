//! How long it takes to know who asks, and to count them:
//! `cargo run --release -p server --example gate`.

#![expect(clippy::print_stdout, reason = "its figures are for the terminal")]

use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::body::Body;
use axum::http::Request;
use clap::Parser as _;
use http_body_util::BodyExt as _;
use parlor::app::App;
use parlor::auth::Peer;
use parlor::config::Config;
use parlor::limits::{Meter, Rate};
use parlor::router::router;
use parlor::shutdown::Shutdown;
use tower::ServiceExt as _;

/// Of each; the median of ten such rounds is told.
const TIMES: u32 = 100_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().to_str().context("a folder with a name in UTF-8")?;
    let config = Config::parse_from(["parlor", "--data", data, "--backend", "http://127.0.0.1:9"]);
    let app = App::open(config, None, Shutdown::default()).await?;

    let asked = Request::post("/api/parlor/v1/me/keys")
        .header("host", "localhost")
        .header("content-type", "application/json")
        .extension(Peer("127.0.0.1:1".parse()?))
        .body(Body::from(r#"{"name":"gate","scope":"read"}"#))?;
    let made = router(&app)?.oneshot(asked).await?.into_body().collect().await?.to_bytes();
    let made: wire::MadeKey = serde_json::from_slice(&made)?;

    let mut rounds = Vec::new();
    for _ in 0..10 {
        let start = Instant::now();
        for _ in 0..TIMES {
            app.people.passes.of_key(&made.secret).await?.context("the key is known")?;
        }
        rounds.push(start.elapsed());
    }
    println!("a key that is known      {:>6} ns", median(&mut rounds));

    let meter = Meter::default();
    let mut rounds = Vec::new();
    for _ in 0..10 {
        let start = Instant::now();
        for stranger in 0..TIMES {
            let _ = meter.take(&stranger, Rate::per_minute(600), Instant::now());
        }
        rounds.push(start.elapsed());
    }
    println!("counting one of {TIMES}   {:>6} ns", median(&mut rounds));
    println!("memory for counting, however many come: {} kB", Meter::BYTES >> 10);
    app.shutdown.start();
    app.shutdown.finished().await;
    Ok(())
}

fn median(rounds: &mut [Duration]) -> u128 {
    rounds.sort_unstable();
    rounds[rounds.len() / 2].as_nanos() / u128::from(TIMES)
}
