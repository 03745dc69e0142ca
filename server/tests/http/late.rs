//! Bodies that arrive when a test says so, for what happens meanwhile.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::Semaphore;

/// Makes bodies of which nothing arrives yet.
#[derive(Clone)]
pub struct Late {
    awaited: Arc<Semaphore>,
    arrived: Arc<Semaphore>,
}

impl Late {
    pub fn new() -> Self {
        Self { awaited: Semaphore::new(0).into(), arrived: Semaphore::new(0).into() }
    }

    pub fn body(&self, content: impl Into<Bytes>) -> Body {
        let (late, content) = (self.clone(), content.into());
        Body::from_stream(stream::once(async move {
            late.awaited.add_permits(1);
            late.arrived.acquire().await.unwrap().forget();
            Ok::<_, Infallible>(content)
        }))
    }

    /// Waits until the house waits for so many bodies.
    pub async fn is_awaited(&self, bodies: u32) {
        self.awaited.acquire_many(bodies).await.unwrap().forget();
    }

    /// So many bodies arrive.
    pub fn arrives(&self, bodies: usize) {
        self.arrived.add_permits(bodies);
    }
}
