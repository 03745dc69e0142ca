//! One function per message of `locales/en.ftl`.

use std::fmt::Display;

use super::{Case, Given, Pattern, Piece, filled, plain};

include!(concat!(env!("OUT_DIR"), "/messages.rs"));
