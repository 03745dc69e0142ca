//! Accepts connections and serves them until the house closes.
//!
//! Our own loop instead of `axum::serve`, for what stands between a house and
//! the street: a limit on connections, of all and of one address, a limit on how
//! long a header may take and an answer may wait to be read, heads that can be
//! read in one way only, and an end that waits for everything that is under way.

mod crowd;
mod framing;
mod rest;
mod unread;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt;

use crate::app::App;
use crate::auth::Peer;
use crowd::{Crowd, Place};
use framing::Framing;
use unread::Unread;

/// How long the head of a request may take to arrive, also the first of a
/// connection and the next of one that is kept alive.
const HEADER_DEADLINE: Duration = Duration::from_secs(10);
/// Most that is held of a request's head, and about as much of an answer that nobody reads, in bytes.
const MOST_HELD: usize = 128 << 10;
/// Connections that wait to be accepted, in the kernel.
const BACKLOG: u32 = 1024;
/// After the kernel refused us a connection (too many open files).
const BREATH: Duration = Duration::from_millis(100);

/// Takes the address.
///
/// # Errors
///
/// In words for the person at the terminal.
pub fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
    let socket = socket.context("no socket to listen on")?;
    // Restarting need not wait for the last connections to be forgotten. On
    // Windows the option would mean that two may listen at once.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    let bound = socket.bind(address).and_then(|()| socket.listen(BACKLOG));
    bound.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => anyhow::anyhow!(
            "{address} is taken by another program (perhaps another Parlor). \
             Stop that, or choose another port: --listen {}:0 takes a free one.",
            address.ip(),
        ),
        std::io::ErrorKind::PermissionDenied => anyhow::anyhow!(
            "this user may not listen on {address}. Choose a port above 1023, such as --listen {}:8787.",
            address.ip(),
        ),
        _ => anyhow::Error::from(error).context(format!("cannot listen on {address}")),
    })
}

/// Serves until the house closes. Connections then end after what they are at;
/// [`crate::shutdown::Shutdown::finished`] waits for them.
pub async fn serve(listener: TcpListener, app: Arc<App>, router: Router) {
    let places = Arc::new(Semaphore::new(app.config.max_connections as usize));
    let crowd = Crowd::new(&app.config);
    let stopping = app.shutdown.started();
    tokio::pin!(stopping);
    loop {
        let (place, (stream, peer)) = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = &mut stopping => return,
        };
        let Some(own) = crowd.enter(peer.ip()) else {
            // Without a word, which would cost more than it is worth.
            tracing::debug!("an address holds too many connections");
            continue;
        };
        let _ = stream.set_nodelay(true);
        let places = (place, own);
        let connection = Connection { places, peer, app: Arc::clone(&app), router: router.clone() };
        app.shutdown.spawn(connection.run(stream));
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (OwnedSemaphorePermit, (TcpStream, SocketAddr)) {
    let place = Arc::clone(places).acquire_owned().await;
    let place = place.expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok(accepted) => return (place, accepted),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

/// One TCP connection.
struct Connection {
    peer: SocketAddr,
    app: Arc<App>,
    router: Router,
    /// Among all, and among those of its address.
    places: (OwnedSemaphorePermit, Place),
}

impl Connection {
    async fn run(self, stream: TcpStream) {
        let _counted = self.app.metrics.connected();
        let peer = Peer(self.peer);
        let router = self.router;
        let shutdown = self.app.shutdown.clone();
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let (mut request, rest) = rest::lend(request);
            request.extensions_mut().insert(peer);
            let answer = router.clone().oneshot(request);
            let shutdown = shutdown.clone();
            async move { Ok::<_, Infallible>(rest.before(answer.await?, &shutdown).await) }
        });
        let io = TokioIo::new(Unread::new(Framing::new(stream)));
        let connection = server().serve_connection(io, service).with_upgrades();
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.app.shutdown.started() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(error = %error, "a connection ended badly");
        }
        drop(self.places);
    }
}

/// HTTP/1.1 only: without TLS no browser speaks HTTP/2, and proxies ask for HTTP/1.1. It is a
/// twentieth of the binary, and much to defend.
fn server() -> http1::Builder {
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEADER_DEADLINE).max_buf_size(MOST_HELD);
    server
}
