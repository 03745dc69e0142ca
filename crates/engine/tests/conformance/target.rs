//! What the scenarios are asked of: an engine of the test's own, or the server
//! that the environment names. `server/tests/native` has another of these, for
//! the same scenarios.

use std::fs::File;

use engine::{Engine, Options};

/// A server to ask.
pub(crate) struct Target {
    pub url: String,
    engine: Option<Engine>,
    _folder: tempfile::TempDir,
    /// Held while a shared server is used, so that tests do not meet there.
    _turn: Option<File>,
}

impl Target {
    /// With `options` changed, where it is an engine.
    pub(crate) async fn start(change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if let Ok(url) = std::env::var("PARLOR_TEST_COMFYUI") {
            let url = url.trim_end_matches('/').to_owned();
            let turn = Some(wait_for_turn().await);
            return Self { url, engine: None, _folder: folder, _turn: turn };
        }
        let mut options = Options::new(folder.path());
        change(&mut options);
        let engine = Engine::start(options).await.unwrap();
        Self { url: engine.url(), engine: Some(engine), _folder: folder, _turn: None }
    }

    /// Other tests have used it before.
    pub(crate) fn is_shared(&self) -> bool {
        self.engine.is_none()
    }
}

/// Waits until no other test uses the shared server.
async fn wait_for_turn() -> File {
    tokio::task::spawn_blocking(|| {
        let file = File::create(std::env::temp_dir().join("parlor-conformance.lock")).unwrap();
        file.lock().unwrap();
        file
    })
    .await
    .unwrap()
}
