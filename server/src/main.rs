//! `parlor`: arguments, configuration, serving, draining.

use std::process::ExitCode;

use parlor::app::App;
use parlor::config::Config;
use parlor::shutdown::Shutdown;
use parlor::{router, serve, telemetry};

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
    telemetry::start_logging(&config)?;
    let listener = serve::bind(config.listen)?;
    let address = config.address_to_open(listener.local_addr()?);

    let shutdown = Shutdown::default();
    shutdown.on_signal();
    let app = App::open(config, shutdown.clone()).await?;
    let router = router::router(&app)?;
    announce(&address);
    tracing::info!(data = %app.config.data.display(), "everything is kept in this folder");
    serve::serve(listener, app.clone(), router).await;
    shutdown.finished().await;
    app.close().await;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the one line for the person who started it")]
fn announce(address: &str) {
    println!("Parlor is open at {address}");
}
