//! The front door, knocked at as browsers, programs and strangers do.

#![expect(clippy::disallowed_methods, reason = "tests may spawn and block")]

mod command_line;
mod doors;
mod house;
mod jobs;
mod live;
mod pages;
mod process;
mod refusals;
mod serving;
mod studio;
mod uploads;
mod visitors;
