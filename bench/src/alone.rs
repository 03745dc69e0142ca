//! What needs nobody to watch: the binary's size, its start, what it keeps in memory.

use std::{path::Path, time::Duration};

use anyhow::Context;

use crate::{figure::Figure, house::House, quantile::Times};

/// How often it is started.
const STARTS: usize = 15;
/// Whatever is done after the start is done by then.
const SETTLED: Duration = Duration::from_secs(3);

/// Measures all of it. Without a backend, so with the engine inside.
pub async fn measure(binary: &Path) -> anyhow::Result<Vec<Figure>> {
    let size = tokio::fs::metadata(binary).await.context("looking at the binary")?.len();
    let data = tempfile::tempdir()?;
    // The first start makes and migrates the database, the others find it.
    House::open(binary, data.path(), &[]).await?.close().await?;
    let mut starts = Times::default();
    for _ in 0..STARTS {
        let house = House::open(binary, data.path(), &[]).await?;
        starts.push(house.ready_after);
        house.close().await?;
    }
    let house = House::open(binary, data.path(), &[]).await?;
    tokio::time::sleep(SETTLED).await;
    let idle = house.memory().await?;
    house.close().await?;
    Ok(vec![
        Figure::at_most("binary, page included", size as f64 / 1e6, 20.0, "MB"),
        Figure::at_most("ready after start, with a database, p50", starts.millis(0.5), 100.0, "ms"),
        Figure::at_most("memory, idle", idle as f64 / 1e6, 30.0, "MB"),
    ])
}
