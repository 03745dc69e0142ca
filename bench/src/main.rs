//! Measures what Parlor promises. `cargo xtask bench` builds everything and runs this.
//!
//! Read in this order: `figure` is one line of the table, `cores` says who computes where, `house` is the server
//! under measurement. `alone` measures it without visitors, `page` what a first visit transfers, `relay` how fast
//! and for how many a backend's frame reaches viewers, `workflows` what a workflow takes before it runs, `gate` what every request passes, `doors` programs beside what they would use instead, `report` is the document about it. `upstream` is a backend
//! that says on command what a ComfyUI would say, `viewer` somebody who watches, `stalled` somebody who does not.

#![expect(clippy::print_stdout, reason = "its table is for the terminal")]

mod alone;
mod cores;
mod doors;
mod figure;
mod gate;
mod house;
mod page;
mod quantile;
mod relay;
mod report;
mod stalled;
mod upstream;
mod viewer;
mod workflows;

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::{Parser, ValueEnum};

use crate::figure::{Figure, table};

/// Measures a release build of Parlor.
#[derive(Parser)]
struct Cli {
    /// The server's binary.
    #[arg(long, env = "PARLOR_BINARY")]
    binary: PathBuf,
    /// Only this part.
    #[arg(long)]
    only: Option<Part>,
    /// How many watch one job.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u16).range(10..))]
    viewers: u16,
    /// Writes the table, with how it was measured, to this file.
    #[arg(long, value_name = "FILE", conflicts_with = "only")]
    write: Option<PathBuf>,
    #[command(flatten)]
    others: doors::Others,
    /// The folder of the browser tests.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../end2end"))]
    end2end: PathBuf,
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Size, start and memory of the server.
    Alone,
    /// What a first visit transfers.
    Page,
    /// How frames reach viewers.
    Relay,
    /// What workflows take before they run.
    Workflows,
    /// What every request passes: who it is, and whether it is too often.
    Gate,
    /// The doors of programs, beside what they would be used instead of.
    Doors,
}

#[tokio::main(flavor = "multi_thread")]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let machine = report::machine(cores::count(), cores::load().await).await;
    cores::leave_the_servers(cores::count()).await?;
    let figures = measure(&cli).await?;
    println!("{}", table(&figures));
    println!("Measured on: {machine}.");
    if let Some(file) = &cli.write {
        tokio::fs::write(file, report::document(&figures, &machine))
            .await
            .with_context(|| format!("writing {}", file.display()))?;
    }
    let missed = figures.iter().filter(|figure| !figure.holds()).count();
    ensure!(missed == 0, "{missed} of {} figures missed", figures.len());
    Ok(())
}

async fn measure(cli: &Cli) -> anyhow::Result<Vec<Figure>> {
    let wanted = |part| cli.only.is_none_or(|only| only == part);
    let mut figures = Vec::new();
    if wanted(Part::Page) {
        let page = page::measure(&cli.binary, &cli.end2end).await;
        figures.extend(page.context("measuring a first visit")?);
    }
    if wanted(Part::Alone) {
        figures.extend(alone::measure(&cli.binary).await.context("measuring the server alone")?);
    }
    if wanted(Part::Relay) {
        let relay = relay::measure(&cli.binary, cli.viewers.into()).await;
        figures.extend(relay.context("measuring the relay")?);
    }
    if wanted(Part::Workflows) {
        figures.extend(workflows::measure().await.context("measuring workflows")?);
    }
    if wanted(Part::Gate) {
        figures.extend(gate::measure().await.context("measuring the gate")?);
    }
    if wanted(Part::Doors) {
        let doors = doors::measure(&cli.binary, &cli.others).await;
        figures.extend(doors.context("measuring the doors")?);
    }
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
