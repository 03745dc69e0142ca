//! The client and the link against servers that behave and servers that do not.

mod calls;
mod hostile;
mod link;
mod tls;
