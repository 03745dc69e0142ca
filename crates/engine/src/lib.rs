//! engine

pub mod painter;
