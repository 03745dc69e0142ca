//! app
pub mod form;
