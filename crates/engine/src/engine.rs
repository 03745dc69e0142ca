//! Starting and stopping.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context;
use axum::serve::ListenerExt;

use crate::house::House;
use crate::{Options, api, worker};

/// How long a stopping engine waits for requests and sockets to end by themselves.
const GRACE: Duration = Duration::from_secs(2);

/// Stack of the two threads: JSON and graphs of the largest accepted depth fit
/// many times over.
const STACK: usize = 8 << 20;

/// A running engine: one thread for HTTP and WebSocket, one that executes
/// prompts, one at a time. Dropping it is like [`Engine::kill`].
#[derive(Debug)]
pub struct Engine {
    address: SocketAddr,
    house: Arc<House>,
    threads: Vec<JoinHandle<()>>,
}

impl Engine {
    /// Starts an engine; it answers as soon as this returns. Fails when the
    /// folder cannot be used or the address cannot be listened on.
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        tokio::task::spawn_blocking(|| Self::start_blocking(options)).await?
    }

    fn start_blocking(options: Options) -> anyhow::Result<Self> {
        let listen = options.listen;
        let house = Arc::new(House::open(options)?);
        let listener = TcpListener::bind(listen)
            .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
            .with_context(|| {
                format!("the demo engine cannot listen on {listen}: choose another port")
            })?;
        let address = listener.local_addr().context("asking for the port that was given")?;

        let mut engine = Self { address, house, threads: Vec::new() };
        let house = engine.house.clone();
        engine.spawn("engine-http", move || serve(listener, &house))?;
        let house = engine.house.clone();
        engine.spawn("engine-worker", move || worker::work(&house))?;
        Ok(engine)
    }

    fn spawn(&mut self, name: &str, body: impl FnOnce() + Send + 'static) -> anyhow::Result<()> {
        let thread = thread::Builder::new().name(name.into()).stack_size(STACK).spawn(body);
        self.threads.push(thread.with_context(|| format!("starting the thread {name}"))?);
        Ok(())
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it answers, without a slash at the end: `http://127.0.0.1:41234`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Interrupts what runs, says goodbye to every socket and waits until both
    /// threads are gone. Output files stay; the queue and the history do not.
    pub async fn stop(mut self) {
        self.house.stop();
        let threads = std::mem::take(&mut self.threads);
        let joined =
            tokio::task::spawn_blocking(move || threads.into_iter().try_for_each(JoinHandle::join));
        if !matches!(joined.await, Ok(Ok(()))) {
            tracing::error!("a thread of the demo engine had panicked");
        }
    }

    /// Goes as a killed process does: at once, every connection cut off in the
    /// middle, the port closed.
    pub fn kill(&self) {
        self.house.kill();
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Answers until the engine stops. The runtime is the engine's own, so that
/// dropping it drops every connection, and no task outlives the engine.
fn serve(listener: TcpListener, house: &Arc<House>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) =
        runtime.inspect_err(|error| tracing::error!(%error, "no runtime for the demo engine"))
    else {
        return;
    };
    let served = runtime.block_on(async {
        tokio::select! {
            served = answer(listener, house.clone()) => served,
            () = house.killed.cancelled() => Ok(()),
        }
    });
    if let Err(error) = served {
        tracing::error!(%error, "the demo engine cannot answer any more");
    }
    // Without waiting for file operations that may still run.
    runtime.shutdown_background();
}

async fn answer(listener: TcpListener, house: Arc<House>) -> std::io::Result<()> {
    // Small messages must not wait for each other's acknowledgement.
    let listener = tokio::net::TcpListener::from_std(listener)?.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delays");
        }
    });
    let server = axum::serve(listener, api::router(house.clone()))
        .with_graceful_shutdown(house.stopping.clone().cancelled_owned());
    let patience = async {
        house.stopping.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = async {
            server.await?;
            // `axum::serve` does not wait for what was upgraded.
            house.sockets.close();
            house.sockets.wait().await;
            Ok(())
        } => served,
        () = patience => Ok(()),
    }
}
