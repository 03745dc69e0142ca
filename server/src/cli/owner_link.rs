//! `parlor owner-link`: a one-time link that signs the owner in.

use anyhow::ensure;

use crate::config::Config;
use crate::db::Db;
use crate::people;

/// Works beside a running house, whose settings it must be given.
pub(super) async fn run(config: &Config) -> anyhow::Result<()> {
    let file = config.data.join("parlor.db");
    ensure!(
        tokio::fs::try_exists(&file).await?,
        "there is no house in {}: open it once, or say where it is with --data",
        config.data.display(),
    );
    let db = Db::open(&file).await?;
    let address = config.address_to_open(config.listen);
    super::workflow::print(&people::owner_link(&db, config, &address).await?)
}
