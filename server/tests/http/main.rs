//! The front door, knocked at as browsers, programs and strangers do.

#![expect(clippy::disallowed_methods, reason = "tests may spawn and block")]

mod attack;
mod command_line;
mod doors;
mod first_start;
mod house;
mod inhabitants;
mod jobs;
mod keys;
mod late;
mod limits;
mod live;
mod matrix;
mod pages;
mod people;
mod privacy;
mod process;
mod published;
mod reading;
mod refusals;
mod serving;
mod sessions;
mod shelf;
mod shielded;
mod smuggling;
mod studio;
mod uploads;
mod visitors;
