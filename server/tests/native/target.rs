//! What the scenarios are asked of: a house of the test's own, with an engine
//! behind it.

use std::sync::Arc;

use clap::Parser;
use engine::{Engine, Options};
use parlor::app::App;
use parlor::config::Config;
use parlor::shutdown::Shutdown;
use parlor::{router, serve};
use tokio::net::TcpListener;

/// A house to ask.
pub(crate) struct Target {
    pub url: String,
    pub engine: Engine,
    _folder: tempfile::TempDir,
}

impl Target {
    /// With `options` of its engine changed.
    pub(crate) async fn start(change: impl FnOnce(&mut Options)) -> Self {
        Self::start_with(change, &[]).await
    }

    /// With these flags besides.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Options), flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::new(folder.path().join("engine"));
        change(&mut options);
        let engine = Engine::start(options).await.unwrap();
        let data = folder.path().join("house");
        let config =
            Config::parse_from([&["parlor", "--data", data.to_str().unwrap()], flags].concat());
        let demo = engine.url().parse().unwrap();
        let app = App::open(config, Some(demo), Shutdown::default()).await.unwrap();
        let routes = router::router(&app).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(serve::serve(listener, Arc::clone(&app), routes));
        while app.backends.definitions().is_empty() || !app.backends.any_open() {
            tokio::task::yield_now().await;
        }
        Self { url, engine, _folder: folder }
    }

    /// Nobody else uses it.
    #[expect(clippy::unused_self, reason = "the engine's may be shared")]
    pub(crate) fn is_shared(&self) -> bool {
        false
    }
}
