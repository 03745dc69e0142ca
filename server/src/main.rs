//! `parlor`: arguments, configuration, serving, draining.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use engine::Engine;
use parlor::app::App;
use parlor::config::{Config, Door};
use parlor::shutdown::Shutdown;
use parlor::{people, router, serve, telemetry};

/// Small, and quicker than most with many small allocations on many threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("parlor: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<()> {
    let config = Config::load()?;
    if let Some(command) = &config.command {
        return command.run(&config).await;
    }
    telemetry::start_logging(&config)?;
    let listener = serve::bind(config.listen)?;
    let address = config.address_to_open(listener.local_addr()?);

    let shutdown = Shutdown::default();
    shutdown.on_signal();
    let engine = start_engine(&config).await?;
    let demo = engine.as_ref().map(|engine| engine.url().parse()).transpose()?;
    let app = App::open(config, demo, shutdown.clone()).await?;
    let router = router::router(&app)?;
    announce(&format!("Parlor is open at {address}"));
    welcome_owner(&app, &address).await?;
    tracing::info!(data = %app.config.data.display(), "everything is kept in this folder");

    serve::serve(listener, app, router).await;
    shutdown.finished().await;
    if let Some(engine) = engine {
        engine.stop().await;
    }
    Ok(())
}

/// The demo engine, when no other backend is configured. The server reaches it
/// over the network like any other.
async fn start_engine(config: &Config) -> anyhow::Result<Option<Engine>> {
    if !config.backends.is_empty() {
        return Ok(None);
    }
    let mut options = engine::Options::new(config.data.join("engine"));
    options.step_delay = Duration::from_millis(config.engine_delay_ms);
    options.models.clone_from(&config.engine_models);
    Engine::start(options).await.map(Some).context("the demo engine does not start")
}

/// Where nobody is the owner for being near, the first to follow a link is.
async fn welcome_owner(app: &App, address: &str) -> anyhow::Result<()> {
    if app.config.door() != Door::Home && !app.people.has_owner().await? {
        let link = people::owner_link(&app.db, &app.config, address).await?;
        announce("It has no owner yet. Whoever opens this link first, within a day, is:");
        announce(&link);
    }
    Ok(())
}

/// A line for the person who started it.
fn announce(line: &str) {
    // When nobody reads it, the house is open all the same.
    let _ = writeln!(std::io::stdout(), "{line}");
}
