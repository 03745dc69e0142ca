//! Who says which addresses a name leads to.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use futures_util::future::BoxFuture;

/// Asked once for each request: what it says is looked at, and nothing else is
/// connected to.
pub(crate) trait Names: fmt::Debug + Send + Sync {
    /// Every address of `name`, with this port.
    fn look_up(&self, name: String, port: u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>>;
}

/// This machine, as it is configured.
#[derive(Debug)]
pub(crate) struct System;

impl Names for System {
    fn look_up(&self, name: String, port: u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((name, port)).await?.collect()) })
    }
}
