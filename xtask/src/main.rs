//! Everything a person types: `cargo xtask run | test | build | bench`.
//!
//! Read in this order: `places` says where things are, `tools` what the machine must have, `page`
//! turns the app into a folder of hashed files, `server` builds the binary that holds it, `check`
//! is the list of what `test` runs.

#![expect(clippy::disallowed_methods, reason = "a build tool has no async runtime to block")]

mod check;
mod command;
mod page;
mod places;
mod say;
mod security;
mod server;
mod templates;
mod tools;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    page::{Finish, PROGRAMS},
    places::Places,
    server::{Profile, run_in_place},
};

/// Builds, runs, checks and measures Parlor.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Builds the page and the server, quickly, and starts it on http://127.0.0.1:8787.
    Run {
        /// Handed to `parlor` as they are: `cargo xtask run --backend http://127.0.0.1:8188`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        parlor: Vec<String>,
    },
    /// Runs every check: formatting, lints, documentation, tests, the page's weight, a real browser.
    Test {
        /// Only the checks whose name contains this.
        only: Option<String>,
    },
    /// Leaves one self-contained binary: `target/release/parlor`.
    Build,
    /// Builds only what browsers get, as small as it ships, and prints what a first visit weighs.
    Page,
    /// Measures size, speed and memory against the figures we promise; prints a table.
    Bench {
        /// Handed to the measuring program as they are; `--help` lists them.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        bench: Vec<String>,
    },
    /// Makes pages of ComfyUI's own templates, fetched from PyPI, runs those whose nodes the demo engine
    /// has, and names the others.
    Templates {
        /// Definitions of nodes: what a ComfyUI answers to `/object_info`.
        #[arg(long, value_name = "FILE")]
        definitions: Option<PathBuf>,
    },
    /// Writes into docs/security.md which test shows which line of what must hold.
    Security,
    /// Runs compiled browser tests; cargo calls it.
    #[command(hide = true)]
    WasmTest { file: PathBuf },
}

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::failure(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> anyhow::Result<()> {
    let places = Places::find()?;
    match task {
        Task::Run { parlor } => {
            let site = page::build(&places, Finish::Quick)?;
            let binary = server::build(&places, &site, Profile::Dev)?;
            run_in_place(&binary, &parlor)
        }
        Task::Test { only } => check::all(&places, only.as_deref()),
        Task::Build => {
            let site = page::build(&places, Finish::Small)?;
            let binary = server::build(&places, &site, Profile::Release)?;
            say::done(&format!("{} holds everything, the page too", binary.display()));
            Ok(())
        }
        Task::Page => {
            let site = page::build(&places, Finish::Small)?;
            PROGRAMS.into_iter().try_for_each(|program| {
                page::weight::first_visit(&site, program)?.print();
                Ok(())
            })
        }
        Task::Bench { bench } => {
            let site = page::build(&places, Finish::Small)?;
            let binary = server::build(&places, &site, Profile::Release)?;
            server::bench(&places, &binary, &bench)
        }
        Task::Templates { definitions } => {
            templates::run_all(&places, definitions, templates::Extent::ALL)
        }
        Task::Security => security::write(&places),
        Task::WasmTest { file } => check::browser::run_file(&places, &file),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_of_the_server_reach_the_server() {
        let flags = ["--backend", "http://127.0.0.1:8188"];
        for typed in [&["cargo xtask", "run"][..], &["cargo xtask", "run", "--"]] {
            let cli = Cli::parse_from(typed.iter().chain(&flags));
            let Task::Run { parlor } = cli.task else { panic!("expected run") };
            assert_eq!(parlor, flags);
        }
    }
}
