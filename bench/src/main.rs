//! Measures what Parlor promises. `cargo xtask bench` builds everything and runs this.
//!
//! Read in this order: `figure` is one line of the table, `house` the server under measurement, `page` what a
//! first visit transfers, `relay` how fast and for how many a backend's frame reaches viewers, `report` the
//! document about it. `upstream` is a backend that says on command what a ComfyUI would say, `viewer` somebody
//! who watches.

#![expect(clippy::print_stdout, reason = "its table is for the terminal")]

mod figure;
mod house;
mod page;
mod quantile;
mod relay;
mod report;
mod upstream;
mod viewer;

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, ensure};
use clap::Parser;

use crate::{
    figure::{Figure, table},
    house::House,
};

/// Measures a release build of Parlor.
#[derive(Parser)]
struct Cli {
    /// The server's binary.
    #[arg(long, env = "PARLOR_BINARY")]
    binary: PathBuf,
    /// How many watch one job.
    #[arg(long, default_value_t = 1000)]
    viewers: usize,
    /// Writes the table, with how it was measured, to this file.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// The folder of the browser tests.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../end2end"))]
    end2end: PathBuf,
}

#[tokio::main(flavor = "multi_thread")]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let mut figures = alone(&cli).await.context("measuring the server by itself")?;
    figures.extend(relay::measure(&cli.binary, cli.viewers).await.context("measuring the relay")?);
    println!("{}", table(&figures));
    if let Some(file) = &cli.write {
        let page = report::document(&figures, &report::machine().await);
        tokio::fs::write(file, page)
            .await
            .with_context(|| format!("writing {}", file.display()))?;
    }
    let missed = figures.iter().filter(|figure| !figure.holds()).count();
    ensure!(missed == 0, "{missed} of {} figures missed", figures.len());
    Ok(())
}

/// What needs nobody to watch: size, start, memory, the page.
async fn alone(cli: &Cli) -> anyhow::Result<Vec<Figure>> {
    let data = tempfile::tempdir()?;
    // The first start makes and migrates the database, the others find it.
    House::open(&cli.binary, data.path(), &[]).await?.close().await?;
    let mut starts = quantile::Times::default();
    for _ in 0..5 {
        let house = House::open(&cli.binary, data.path(), &[]).await?;
        starts.push(house.ready_after);
        house.close().await?;
    }
    let house = House::open(&cli.binary, data.path(), &[]).await?;
    // Whatever is done after the start is done by then.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let idle = house.memory().await?;
    let size = tokio::fs::metadata(&cli.binary).await.context("looking at the binary")?.len();
    let mut figures = vec![
        Figure {
            what: "binary, page included",
            measured: size as f64 / 1e6,
            promised: 20.0,
            unit: "MB",
        },
        Figure {
            what: "ready after start, p50 of 5",
            measured: starts.millis(0.5),
            promised: 100.0,
            unit: "ms",
        },
        Figure { what: "memory, idle", measured: idle as f64 / 1e6, promised: 30.0, unit: "MB" },
    ];
    figures.extend(page::measure(&house, &cli.end2end).await?);
    house.close().await?;
    Ok(figures)
}
