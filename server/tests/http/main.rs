//! The front door, knocked at as browsers, programs and strangers do.

#![expect(clippy::disallowed_methods, reason = "tests may spawn and block")]

mod admin;
mod attack;
mod batches;
mod comfy_v2;
mod command_line;
mod described;
mod doors;
mod file_links;
mod first_start;
mod frames;
mod house;
mod inhabitants;
mod jobs;
mod keeping;
mod keys;
mod late;
mod limits;
mod live;
mod matrix;
mod openai;
mod pages;
mod people;
mod privacy;
mod process;
mod published;
mod reading;
mod recipes;
mod refusals;
mod repeats;
mod resumable;
mod routes;
mod rules;
mod serverless;
mod serving;
mod sessions;
mod shelf;
mod shielded;
mod smuggling;
mod studio;
mod things;
mod tickets;
mod uploads;
mod visitors;
mod webhooks;
