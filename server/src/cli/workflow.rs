//! `parlor workflow …`: what is in a workflow file.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::{Args, Subcommand};
use comfy::convert::{ConvertError, Document};
use comfy::{Client, Definitions};
use serde_json::Value;
use url::Url;

use super::check::Check;
use super::compare::{Difference, Expected};
use super::import::Import;
use super::list::List;
use crate::app::trust;
use crate::config::Config;

/// Endings of files that may hold a workflow.
const ENDINGS: [&str; 9] =
    ["jpeg", "jpg", "json", "mp4", "png", "safetensors", "webm", "webp", "latent"];

/// What to do with workflows.
#[derive(Debug, Clone, Subcommand)]
pub enum Workflow {
    /// Print the graph that ComfyUI would be sent, in API format. Over a folder:
    /// a line for every file, and an error if one cannot be converted.
    Convert(Convert),

    /// Print what would keep it from running: nodes and models that are not
    /// there, inputs that are not accepted. An error if there is anything.
    Check(Check),

    /// Print a manifest with the fields that were found, and the graph.
    Import(Import),

    /// Print the workflows of the house: which version guests run, and what
    /// keeps it from running.
    List(List),
}

/// `parlor workflow convert`
#[derive(Debug, Clone, Args)]
pub struct Convert {
    /// A workflow of the editor, or a picture, video or model that carries one;
    /// or a folder of them.
    #[arg(value_name = "FILE|FOLDER")]
    from: PathBuf,

    #[command(flatten)]
    catalogue: Catalogue,

    /// Compare each graph with `FOLDER/NAME.json`.
    #[arg(long, value_name = "FOLDER")]
    expect: Option<PathBuf>,

    /// What may differ: a list of `{"name": …, "volatile": ["/node/inputs/…"]}`.
    #[arg(long, value_name = "FILE", requires = "expect")]
    volatile: Option<PathBuf>,
}

/// Where the definitions of nodes come from.
#[derive(Debug, Clone, Args)]
pub struct Catalogue {
    /// Definitions of nodes: what ComfyUI answers to `/object_info`.
    #[arg(long, value_name = "FILE", conflicts_with = "from_backend")]
    definitions: Option<PathBuf>,

    /// The ComfyUI server to ask for its definitions.
    #[arg(id = "from_backend", long = "backend", value_name = "URL")]
    backend: Option<Url>,
}

impl Workflow {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<()> {
        match self {
            Self::Convert(convert) => convert.run(config).await,
            Self::Check(check) => check.run(config).await,
            Self::Import(import) => import.run(config).await,
            Self::List(list) => list.run(config).await,
        }
    }
}

impl Catalogue {
    /// Reads the definitions; without a word on where from, those of the first
    /// backend of the house.
    pub(super) async fn read(&self, config: &Config) -> anyhow::Result<Definitions> {
        self.look(config).await?.context(
            "say which ComfyUI it is for: --backend URL, or --definitions FILE with its answer to \
             /object_info",
        )
    }

    /// Whether somebody says here where from.
    pub(super) fn is_named(&self) -> bool {
        self.definitions.is_some() || self.backend.is_some()
    }

    /// The same; `None` where nobody says where from.
    pub(super) async fn look(&self, config: &Config) -> anyhow::Result<Option<Definitions>> {
        let bytes = if let Some(file) = &self.definitions {
            read(file).await?
        } else {
            let of_house = || config.backends.first().map(|backend| backend.url.clone());
            let Some(url) = self.backend.clone().or_else(of_house) else { return Ok(None) };
            let http = comfy::client::http(trust(config, std::iter::once(&url)).await?)?;
            let client = Client::new(url, http)?;
            client.object_info().await.context("asking for its nodes")?.to_vec()
        };
        Ok(Some(Definitions::parse(&bytes)?))
    }
}

impl Convert {
    async fn run(&self, config: &Config) -> anyhow::Result<()> {
        let folder = tokio::fs::metadata(&self.from).await.with_context(|| shown(&self.from))?;
        if folder.is_dir() { self.folder(config).await } else { self.file(config).await }
    }

    async fn file(&self, config: &Config) -> anyhow::Result<()> {
        let document = Document::read(&read(&self.from).await?)?;
        // A graph needs no catalogue, so none is asked for.
        let graph = match document.graph {
            Some(graph) => graph,
            None => document.graph(&self.catalogue.read(config).await?)?,
        };
        if let Some(expected) = self.expected().await? {
            let found = expected.differences(&self.from, &graph.to_value()).await?;
            ensure!(found.is_empty(), "it differs: {}", Difference::list(&found));
        }
        print(&format!("{:#}", graph.to_value()))
    }

    async fn folder(&self, config: &Config) -> anyhow::Result<()> {
        let definitions = self.catalogue.read(config).await?;
        let expected = self.expected().await?;
        let (mut good, mut bad) = (0, 0);
        for file in workflows(&self.from).await? {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            match self.one(&file, &definitions, expected.as_ref()).await {
                Ok(nodes) => {
                    good += 1;
                    print(&format!("ok    {name}: {nodes} nodes"))?;
                }
                Err(error) if is_no_workflow(&error) => print(&format!("none  {name}"))?,
                Err(error) => {
                    bad += 1;
                    print(&format!("FAIL  {name}: {error:#}"))?;
                }
            }
        }
        print(&format!("{good} of {} converted", good + bad))?;
        ensure!(bad == 0, "{bad} of {} could not be converted", good + bad);
        ensure!(good > 0, "there is no workflow in {}", self.from.display());
        Ok(())
    }

    /// Converts one file of a folder, and says how many nodes it came to.
    async fn one(
        &self,
        file: &Path,
        definitions: &Definitions,
        expected: Option<&Expected>,
    ) -> anyhow::Result<usize> {
        let graph = Document::read(&read(file).await?)?.graph(definitions)?;
        if let Some(expected) = expected {
            let found = expected.differences(file, &graph.to_value()).await?;
            ensure!(found.is_empty(), "differs: {}", Difference::list(&found));
        }
        Ok(graph.nodes.len())
    }

    async fn expected(&self) -> anyhow::Result<Option<Expected>> {
        let Some(folder) = &self.expect else { return Ok(None) };
        let volatile = match &self.volatile {
            Some(file) => serde_json::from_slice(&read(file).await?)
                .with_context(|| format!("{} is not JSON", file.display()))?,
            None => Value::Null,
        };
        Ok(Some(Expected::new(folder.clone(), &volatile)))
    }
}

/// Lists of translations and the like stand beside workflows in real folders.
fn is_no_workflow(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<ConvertError>();
    matches!(error, Some(ConvertError::NotAWorkflow(_) | ConvertError::Empty(_)))
}

/// The files of a folder that may be one, by name.
async fn workflows(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut entries = tokio::fs::read_dir(folder).await.with_context(|| shown(folder))?;
    let mut files = Vec::new();
    while let Some(entry) = entries.next_entry().await? {
        let path = entry.path();
        let ending = path.extension().map(OsStr::to_ascii_lowercase);
        if ENDINGS.iter().any(|known| ending.as_deref() == Some(known.as_ref())) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

pub(super) async fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    tokio::fs::read(file).await.with_context(|| shown(file))
}

fn shown(file: &Path) -> String {
    format!("reading {}", file.display())
}

/// A line for the person at the terminal.
pub(super) fn print(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
