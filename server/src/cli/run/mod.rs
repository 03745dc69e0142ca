//! `parlor run`: a workflow of this or another house, from the command line.
//!
//! `values` reads what is given for its fields, `house` asks, `bar` shows how far it is.

mod bar;
mod house;
mod values;

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use url::Url;
use wire::{Inputs, Job, JobId, JobStatus, Output, Workflow};

use super::workflow::print;
use crate::config::Config;
use crate::files::SafeName;
use house::{House, Said};
use values::Given;

/// `parlor run`
#[derive(Debug, Clone, Args)]
pub struct Run {
    /// Its name in addresses, such as `text-to-picture`.
    workflow: String,

    /// What goes into a field: `prompt="a fox"`, `size=960x640`, `picture=fox.png`. Fields that are
    /// left out are as the host set them.
    #[arg(short, long = "input", value_name = "NAME=VALUE")]
    inputs: Vec<String>,

    /// Where the output goes; several are numbered. `-` is the standard output. Without it, each
    /// gets the name it has in the gallery.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// The house, where it is not the one of these settings.
    #[arg(long, env = "PARLOR_HOUSE", value_name = "URL")]
    house: Option<Url>,

    /// An API key of it.
    #[arg(long, env = "PARLOR_KEY", value_name = "KEY", hide_env_values = true)]
    key: Option<String>,

    /// Say nothing while it runs.
    #[arg(short, long)]
    quiet: bool,
}

impl Run {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<()> {
        if let Some(path) = &self.output {
            can_be_written(path).await?;
        }
        let usual = || config.address_to_open(config.listen).parse();
        let address = self.house.clone().map_or_else(usual, Ok)?;
        let house = House::new(config, address, self.key.as_deref()).await?;
        let workflow = house.workflow(&self.workflow).await?;
        let inputs = self.inputs(&house, &workflow).await?;
        let id = house.submit(&self.workflow, inputs).await?.id;
        let job = tokio::select! {
            job = self.watched(&house, &workflow, id) => job?,
            _ = tokio::signal::ctrl_c() => {
                house.cancel(id).await?;
                bail!("stopped");
            }
        };
        if let Some(failure) = &job.failure {
            bail!("{} {}", failure.message, failure.hint.as_deref().unwrap_or_default());
        }
        ensure!(job.status == JobStatus::Succeeded, "the job was stopped elsewhere");
        self.fetch(&house, &job).await
    }

    async fn inputs(&self, house: &House, workflow: &Workflow) -> anyhow::Result<Inputs> {
        let mut inputs = Inputs::new();
        for (field, given) in values::read_all(workflow, &self.inputs)? {
            let value = match given {
                Given::Value(value) => value,
                Given::File(path) => house.upload(&path).await?,
            };
            inputs.insert(field.name.clone(), value);
        }
        Ok(inputs)
    }

    /// The job once it is over, its progress on the terminal until then.
    async fn watched(&self, house: &House, workflow: &Workflow, job: JobId) -> anyhow::Result<Job> {
        let terminal = std::io::stderr().is_terminal() && !self.quiet;
        let mut listening = house.listen(job);
        while let Some(said) = listening.next().await? {
            if let (Said::Progress(progress), true) = (&said, terminal) {
                show(&bar::line(workflow, progress))?;
            }
        }
        if terminal {
            show("")?;
        }
        house.job(job).await
    }

    async fn fetch(&self, house: &House, job: &Job) -> anyhow::Result<()> {
        ensure!(!job.outputs.is_empty(), "it made nothing that could be fetched");
        for (place, output) in job.outputs.iter().enumerate() {
            let content = house.content(output).await?;
            let path = self.path(place, output);
            if path == Path::new("-") {
                std::io::stdout().write_all(&content)?;
                continue;
            }
            let written = tokio::fs::write(&path, &content).await;
            written.with_context(|| cannot_be_written(&path))?;
            print(&path.display().to_string())?;
        }
        Ok(())
    }

    /// Where the output goes that is so many places behind the first.
    fn path(&self, place: usize, output: &Output) -> PathBuf {
        match &self.output {
            // Another house may say anything.
            None => SafeName::from_client(&output.name).to_string().into(),
            Some(path) if place == 0 || path == Path::new("-") => path.clone(),
            Some(path) => numbered(path, place + 1),
        }
    }
}

/// Finds out before anything is made for it whether there can be such a file. One that is there
/// stays as it is.
async fn can_be_written(path: &Path) -> anyhow::Result<()> {
    let there = tokio::fs::metadata(path).await.ok();
    // Whoever reads a pipe would take its closing for the end.
    if path == Path::new("-") || there.as_ref().is_some_and(|it| !it.is_file() && !it.is_dir()) {
        return Ok(());
    }
    let opened = tokio::fs::OpenOptions::new().append(true).create(true).open(path).await;
    opened.with_context(|| cannot_be_written(path))?;
    if there.is_none() {
        tokio::fs::remove_file(path).await?;
    }
    Ok(())
}

fn cannot_be_written(path: &Path) -> String {
    format!("{} cannot be written", path.display())
}

/// `fox-2.png` for `fox.png`.
fn numbered(path: &Path, number: usize) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// In the place of the line before.
fn show(line: &str) -> anyhow::Result<()> {
    let mut terminal = std::io::stderr();
    write!(terminal, "\r\u{1b}[K{line}")?;
    Ok(terminal.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_outputs_are_numbered_before_what_their_names_end_in() {
        assert_eq!(numbered(Path::new("out/fox.png"), 2), Path::new("out/fox-2.png"));
        assert_eq!(numbered(Path::new("fox"), 3), Path::new("fox-3"));
    }
}
