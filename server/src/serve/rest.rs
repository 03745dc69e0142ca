//! What becomes of the rest of a body when the answer was given before its end.
//!
//! A refusal needs no body, and whoever sends one is in the midst of it. A server that hangs up
//! then takes its own answer with it: what arrives at a closed socket is answered by a reset, which
//! throws away what was not yet read. So a little rest is read before the answer, and the
//! connection goes on; with a large one it is said that it ends, and for a while the rest is
//! read and thrown away. (RFC 9112 §9.3, §9.6)

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONNECTION, EXPECT};
use axum::http::{HeaderValue, Request, Response};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Bytes, Frame, Incoming, SizeHint};
use tokio::time::{Instant, timeout, timeout_at};

use crate::shutdown::Shutdown;

/// What is read of a rest before the answer, in bytes.
const LITTLE: u64 = 64 << 10;

/// How long that may take.
const SOON: Duration = Duration::from_secs(1);

/// How long a rest is thrown away after the answer, at most.
const LINGERING: Duration = Duration::from_secs(30);

/// How long it may pause meanwhile.
const PAUSE: Duration = Duration::from_secs(5);

/// Where a body comes back to that was not read to its end.
type Home = Arc<Mutex<Option<Unread>>>;

/// The rest of a body.
#[derive(Debug)]
struct Unread {
    body: Incoming,
    /// Somebody began to read it.
    begun: bool,
}

/// A body on loan to whoever answers.
#[derive(Debug)]
struct Lent {
    rest: Option<Unread>,
    home: Home,
}

/// Gets back what is not read of the body of one request.
#[derive(Debug)]
pub(super) struct Rest {
    /// `None`: there is no body.
    home: Option<Home>,
    /// Nothing is sent before it is asked for. (RFC 9110 §10.1.1)
    waits: bool,
}

/// Lends the body of the request to whoever answers it.
pub(super) fn lend(request: Request<Incoming>) -> (Request<Body>, Rest) {
    let waits = request.headers().contains_key(EXPECT);
    if request.body().is_end_stream() {
        return (request.map(Body::new), Rest { home: None, waits });
    }
    let home = Home::default();
    let lent = |body| {
        let rest = Some(Unread { body, begun: false });
        Body::new(Lent { rest, home: Arc::clone(&home) })
    };
    (request.map(lent), Rest { home: Some(Arc::clone(&home)), waits })
}

impl Rest {
    /// Makes of an answer one that the client will read, whatever it still sends.
    pub(super) async fn before(
        self,
        mut response: Response<Body>,
        shutdown: &Shutdown,
    ) -> Response<Body> {
        let home = self.home.as_deref();
        let rest = home.and_then(|home| home.lock().unwrap_or_else(PoisonError::into_inner).take());
        let Some(Unread { mut body, begun }) = rest else { return response };
        let comes = begun || !self.waits;
        if comes && timeout(SOON, drain(&mut body, LITTLE)).await == Ok(End::Reached) {
            return response;
        }
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        if comes {
            let closing = shutdown.started();
            shutdown.spawn(async move {
                tokio::select! {
                    () = linger(body) => (),
                    () = closing => (),
                }
            });
        }
        response
    }
}

/// Where reading stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// At the end of the body.
    Reached,
    /// Before it: there is too much, or the client is gone.
    Not,
}

async fn drain(body: &mut Incoming, most: u64) -> End {
    let mut read = 0;
    while read <= most {
        match body.frame().await {
            None => return End::Reached,
            Some(Ok(frame)) => read += frame.data_ref().map_or(0, |data| data.len() as u64),
            Some(Err(_)) => return End::Not,
        }
    }
    End::Not
}

async fn linger(mut body: Incoming) {
    let end = Instant::now() + LINGERING;
    let thrown_away = async { while let Ok(Some(Ok(_))) = timeout(PAUSE, body.frame()).await {} };
    let _ = timeout_at(end, thrown_away).await;
}

impl hyper::body::Body for Lent {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(rest) = &mut self.rest else { return Poll::Ready(None) };
        rest.begun = true;
        let read = Pin::new(&mut rest.body).poll_frame(context);
        if matches!(read, Poll::Ready(None | Some(Err(_)))) {
            self.rest = None;
        }
        read
    }

    fn is_end_stream(&self) -> bool {
        self.rest.as_ref().is_none_or(|rest| rest.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.rest.as_ref().map_or(SizeHint::with_exact(0), |rest| rest.body.size_hint())
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(rest) = self.rest.take().filter(|rest| !rest.body.is_end_stream()) {
            *self.home.lock().unwrap_or_else(PoisonError::into_inner) = Some(rest);
        }
    }
}
