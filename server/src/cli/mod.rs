//! What `parlor` does besides opening the house: one-off work on the command
//! line, which prints and ends.

mod check;
mod compare;
mod import;
mod list;
mod owner_link;
mod run;
mod workflow;

use clap::Subcommand;

use crate::config::Config;

/// Something to do instead of opening the house.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Look at workflows without publishing them.
    #[command(subcommand)]
    Workflow(workflow::Workflow),
    /// Run a workflow of this house, or of another, and fetch what it makes.
    Run(run::Run),
    /// Print a link that signs the owner in, once, within a day.
    OwnerLink,
}

impl Command {
    /// Does it.
    ///
    /// # Errors
    ///
    /// In words for the person at the terminal.
    pub async fn run(&self, config: &Config) -> anyhow::Result<()> {
        match self {
            Self::Workflow(workflow) => workflow.run(config).await,
            Self::Run(run) => run.run(config).await,
            Self::OwnerLink => owner_link::run(config).await,
        }
    }
}
