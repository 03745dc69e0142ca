//! What every request passes, within one process: who is it, and is it too often?

use std::{
    hint::black_box,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Instant,
};

use anyhow::{Context, ensure};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri},
};
use clap::Parser as _;
use futures_util::FutureExt as _;
use parlor::{
    app::App,
    auth::{Asked, Peer},
    config::Config,
    limits::{Meter, Rate},
    people,
    router::router,
    shutdown::Shutdown,
};
use tower::ServiceExt as _;

use crate::{figure::Figure, house, quantile::Times};

/// How often each is done in a round.
const TIMES: u32 = 100_000;
/// The median of so many rounds is told: what else a machine does disturbs some.
const ROUNDS: usize = 10;
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const API: &str = "/api/parlor/v1";

/// Measures all of it.
pub async fn measure() -> anyhow::Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().to_str().context("a folder with a name in UTF-8")?;
    let args = ["parlor", "--data", data, "--backend", "http://127.0.0.1:9", "--open=false"];
    let app = App::open(Config::parse_from(args), None, Shutdown::default()).await?;
    let session = signed_in(&app).await?;
    let key = made_key(&app, &session).await?;
    let (by_key, waited_key) = authenticated(&app, ("x-api-key", &key)).await?;
    let (by_session, waited_session) = authenticated(&app, ("cookie", &session)).await?;
    app.shutdown.start();
    app.shutdown.finished().await;
    let (counting, grown) = counted().await?;
    let each = |what, nanos: f64, most| Figure::at_most(what, nanos / 1e3, most, "µs");
    Ok(vec![
        each("knowing who asks, by key, p50", by_key, 2.0),
        each("knowing who asks, by session, p50", by_session, 2.0),
        Figure::at_most(
            "of these, asked the database",
            f64::from(waited_key + waited_session),
            0.0,
            "",
        ),
        each("counting one of 100,000 addresses, p50", counting, 0.3),
        Figure::at_most("memory for counting them", grown, 2.0, "MB"),
    ])
}

/// Nanoseconds to find out who sends this header, and how often that took the
/// database: it answers from another thread, so whoever asks it has to wait.
async fn authenticated(app: &App, (name, value): (&str, &str)) -> anyhow::Result<(f64, u32)> {
    let headers: HeaderMap = [(name.parse::<HeaderName>()?, HeaderValue::from_str(value)?)]
        .into_iter()
        .chain([(HeaderName::from_static("host"), HeaderValue::from_static("localhost"))])
        .collect();
    let uri = Uri::from_static("/api/parlor/v1/me");
    let asked = Asked {
        method: &Method::GET,
        uri: &uri,
        headers: &headers,
        opens_socket: false,
        peer: HERE,
        address: HERE,
    };
    ensure!(asked.principal(app).await?.is_ok(), "nobody knows this {name}");
    let mut waited = 0;
    let nanos = median(|_| match asked.principal(app).now_or_never() {
        Some(known) => drop(black_box(known)),
        None => waited += 1,
    });
    Ok((nanos, waited))
}

/// Nanoseconds to count one request of ever another address, and by how many
/// megabytes the process grew.
async fn counted() -> anyhow::Result<(f64, f64)> {
    let before = house::resident(std::process::id()).await?;
    let meter = Meter::default();
    let rate = Rate::per_minute(600);
    let nanos = median(|address| _ = black_box(meter.take(&address, rate, Instant::now())));
    let after = house::resident(std::process::id()).await?;
    Ok((nanos, after.saturating_sub(before) as f64 / 1e6))
}

/// Nanoseconds of one, in the median of the rounds.
fn median(mut work: impl FnMut(u32)) -> f64 {
    let mut rounds = Times::default();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        (0..TIMES).for_each(&mut work);
        rounds.push(start.elapsed());
    }
    rounds.millis(0.5) * 1e6 / f64::from(TIMES)
}

/// The cookie of an owner.
async fn signed_in(app: &Arc<App>) -> anyhow::Result<String> {
    let link = people::owner_link(&app.db, &app.config, "http://localhost").await?;
    let (_, token) = link.split_once("#link=").context("the link has its secret")?;
    let body = serde_json::json!({ "token": token, "name": "Olga", "password": "only measured" });
    let answer = post(app, "links/follow", ("accept", "*/*"), &body).await?;
    let cookie = answer.headers().get_all("set-cookie").iter().find_map(|cookie| {
        cookie.to_str().ok().filter(|cookie| cookie.contains("parlor_session="))
    });
    let cookie = cookie.context("it signs in")?;
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

async fn made_key(app: &Arc<App>, session: &str) -> anyhow::Result<String> {
    let body = serde_json::json!({ "name": "gate", "scope": "read" });
    let answer = post(app, "me/keys", ("cookie", session), &body).await?;
    let made = axum::body::to_bytes(answer.into_body(), 1 << 16).await?;
    Ok(serde_json::from_slice::<wire::MadeKey>(&made)?.secret)
}

async fn post(
    app: &Arc<App>,
    path: &str,
    (name, value): (&str, &str),
    body: &serde_json::Value,
) -> anyhow::Result<axum::response::Response> {
    let request = Request::post(format!("{API}/{path}"))
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header(name, value)
        .extension(Peer((HERE, 1).into()))
        .body(Body::from(body.to_string()))?;
    let answer = router(app)?.oneshot(request).await?;
    ensure!(answer.status().is_success(), "{path}: {}", answer.status());
    Ok(answer)
}
