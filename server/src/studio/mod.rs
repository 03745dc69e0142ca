//! The host's side of workflows: files become drafts, drafts become versions.
//!
//! `bench` is a workflow as it is worked on, `problems` what is wrong with it,
//! `compare` what differs between two versions, `folder` publishes what lies in
//! the house's folder. What guests run is in [`crate::workflows`].

mod bench;
mod compare;
pub(crate) mod folder;
mod problems;

use std::sync::Arc;

use comfy::convert::{ConvertError, Document};
use comfy::form::Form;
use comfy::{Definitions, Graph};
use wire::studio::{
    Bench, Difference, Draft, Origin, SaveDraft, StudioEntry, Trouble, VersionInfo,
};

use crate::backends::Backends;
use crate::db::{Content, Db, Overtaken, WorkflowRow};
use crate::workflows::{self, Published, Workflows, draft};

/// Most attempts at a free name for a workflow.
const MOST_OF_ONE_NAME: u32 = 1_000;

/// Everything the host's side needs of the house. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Studio {
    pub db: Db,
    pub workflows: Workflows,
    pub backends: Backends,
}

/// Why the studio does not do what it is asked. The sentences are for the host.
#[derive(Debug, thiserror::Error)]
pub enum StudioError {
    #[error("there is no such workflow here")]
    NoSuchWorkflow,
    #[error("there is no such version of this workflow")]
    NoSuchVersion,
    /// The file cannot be used.
    #[error("{0}")]
    File(#[from] ConvertError),
    #[error(
        "this is the editor's file, and no ComfyUI answers that could say what is in it: start \
         ComfyUI and try again, or export the workflow in API format"
    )]
    NoCatalogue,
    /// The manifest cannot be published.
    #[error("{0}")]
    Unfit(String),
    #[error("somebody else has changed this draft meanwhile: reload the page to see it")]
    Overtaken,
    #[error("the address of a published workflow stays as it is: {0}")]
    Renamed(String),
    /// Our own fault, to be logged and not told.
    #[error("the workflow could not be stored")]
    Storage(#[from] anyhow::Error),
}

impl From<Overtaken> for StudioError {
    fn from(_: Overtaken) -> Self {
        Self::Overtaken
    }
}

type Result<T> = std::result::Result<T, StudioError>;

impl Studio {
    /// Every workflow, in the order of the hall.
    pub async fn list(&self) -> Result<Vec<StudioEntry>> {
        entries(&self.db, &self.backends.definitions()).await
    }

    /// The workflow as it is worked on.
    pub async fn open(&self, slug: &str) -> Result<Bench> {
        let row = self.row(slug).await?;
        let contents = shown(&self.db, &row).await?;
        let definitions = self.backends.definitions();
        // Many inputs and long lists: a moment of work.
        let work = move || bench::bench(&row, contents, &definitions);
        Ok(tokio::task::spawn_blocking(work).await.map_err(anyhow::Error::from)?)
    }

    /// Makes a draft of a file. `name` is what the file is called.
    pub async fn import(&self, bytes: bytes::Bytes, name: &str) -> Result<Bench> {
        let definitions = self.catalogue();
        let stem = std::path::Path::new(name).file_stem().unwrap_or_default();
        let name = stem.to_string_lossy().into_owned();
        let work = move || read(&bytes, &name, definitions.as_deref());
        let content = tokio::task::spawn_blocking(work).await.map_err(anyhow::Error::from)??;
        self.begin(content).await
    }

    /// Makes a draft of a graph in API format.
    pub async fn import_graph(&self, graph: serde_json::Value, name: &str) -> Result<Bench> {
        self.import(graph.to_string().into(), name).await
    }

    async fn begin(&self, mut content: Content) -> Result<Bench> {
        let wish = content.manifest.slug.clone();
        for number in 2..MOST_OF_ONE_NAME {
            if self.db.workflow(&content.manifest.slug).await?.is_none() {
                break;
            }
            content.manifest.slug = numbered(&wish, number);
        }
        let slug = content.manifest.slug.clone();
        self.db.save_draft(content, 0).await??;
        self.open(&slug).await
    }

    /// Keeps what the host made of the form.
    pub async fn save(&self, slug: &str, save: SaveDraft) -> Result<Bench> {
        let row = self.row(slug).await?;
        let graph = self.content(&row).await?.graph;
        if save.manifest.slug == slug {
            let content = Content { manifest: save.manifest, graph };
            self.db.save_draft(content, save.revision).await??;
            return self.open(slug).await;
        }
        if row.newest > 0 {
            return Err(StudioError::Renamed(slug.to_owned()));
        }
        let new = save.manifest.slug.clone();
        workflows::check_slug(&new).map_err(|error| StudioError::Unfit(error.to_string()))?;
        if row.revision != save.revision {
            return Err(StudioError::Overtaken);
        }
        if self.db.workflow(&new).await?.is_some() {
            return Err(StudioError::Unfit(format!("another workflow has the address {new}")));
        }
        self.db.save_draft(Content { manifest: save.manifest, graph }, 0).await??;
        self.db.delete_workflow(slug).await?;
        self.open(&new).await
    }

    /// Forgets the draft; the workflow as it was published, or `None` if it never was.
    pub async fn drop_draft(&self, slug: &str) -> Result<Option<Bench>> {
        let row = self.row(slug).await?;
        if row.newest == 0 {
            self.workflows.delete(slug).await?;
            return Ok(None);
        }
        self.db.drop_draft(slug).await?;
        self.open(slug).await.map(Some)
    }

    /// Makes a version of the draft that guests run from now on.
    pub async fn publish(&self, slug: &str, revision: u64) -> Result<Bench> {
        let row = self.row(slug).await?;
        if row.revision != revision {
            return Err(StudioError::Overtaken);
        }
        let content = self.content(&row).await?;
        let problems = problems::find(&content, &self.backends.definitions());
        if let Some(broken) = problems.iter().find(|one| one.forbids_publishing()) {
            return Err(StudioError::Unfit(broken.message.clone()));
        }
        self.workflows.publish(content, (Origin::Studio, Some(revision))).await??;
        self.open(slug).await
    }

    /// Every version, newest first.
    pub async fn versions(&self, slug: &str) -> Result<Vec<VersionInfo>> {
        let row = self.row(slug).await?;
        let versions = self.db.versions(slug).await?;
        let info = |(version, jobs): (crate::db::VersionRow, u64)| VersionInfo {
            version: version.version,
            title: version.manifest.title,
            at: version.at,
            origin: version.origin,
            published: row.published == Some(version.version),
            jobs,
        };
        Ok(versions.into_iter().map(info).collect())
    }

    /// Lets guests run this version, or none.
    pub async fn show(&self, slug: &str, number: Option<u32>) -> Result<Bench> {
        self.row(slug).await?;
        if !self.workflows.show(slug, number).await? {
            return Err(StudioError::NoSuchVersion);
        }
        self.open(slug).await
    }

    /// Makes a draft of an old version.
    pub async fn take_up(&self, slug: &str, number: u32) -> Result<Bench> {
        let row = self.row(slug).await?;
        let content = self.version(slug, number).await?;
        self.db.save_draft(content, row.revision).await??;
        self.open(slug).await
    }

    /// Deletes a workflow that was made here with all its versions. One that is always there, or is a
    /// file of the house, is only taken from the guests.
    pub async fn delete(&self, slug: &str) -> Result<()> {
        let row = self.row(slug).await?;
        if row.origin == Origin::Studio {
            self.workflows.delete(slug).await?;
        } else {
            self.workflows.show(slug, None).await?;
            self.db.drop_draft(slug).await?;
        }
        Ok(())
    }

    /// What differs between a version and another one, or the draft.
    pub async fn compare(
        &self,
        slug: &str,
        (from, to): (u32, Option<u32>),
    ) -> Result<Vec<Difference>> {
        let row = self.row(slug).await?;
        let before = self.version(slug, from).await?;
        let after = match to {
            Some(to) => self.version(slug, to).await?,
            None => self.content(&row).await?,
        };
        Ok(compare::differences(&before, &after))
    }

    /// Puts a picture of the house on the card of the draft.
    pub async fn set_cover(&self, slug: &str, cover: String) -> Result<Bench> {
        let row = self.row(slug).await?;
        let mut content = self.content(&row).await?;
        content.manifest.cover = Some(cover);
        self.db.save_draft(content, row.revision).await??;
        self.open(slug).await
    }

    async fn version(&self, slug: &str, number: u32) -> Result<Content> {
        version(&self.db, slug, number).await
    }

    async fn row(&self, slug: &str) -> Result<WorkflowRow> {
        self.db.workflow(slug).await?.ok_or(StudioError::NoSuchWorkflow)
    }

    async fn content(&self, row: &WorkflowRow) -> Result<Content> {
        content(&self.db, row).await
    }

    /// What some ComfyUI says there is.
    fn catalogue(&self) -> Option<Arc<Definitions>> {
        self.backends.definitions().into_iter().next()
    }
}

/// Every workflow of a house, in the order of the hall, checked against these definitions.
pub(crate) async fn entries(db: &Db, definitions: &[Arc<Definitions>]) -> Result<Vec<StudioEntry>> {
    let mut entries = Vec::new();
    for row in db.workflows().await? {
        match shown(db, &row).await {
            Ok((content, shown)) => {
                let problems = problems::find(shown.as_ref().unwrap_or(&content), definitions);
                entries.push(entry(&row, (&content, problems)));
            }
            // One that cannot be read must not hide the others.
            Err(error) => tracing::error!(workflow = row.slug, %error, "it cannot be listed"),
        }
    }
    Ok(entries)
}

/// The draft, or what it would begin with; and what guests run, where that is something else.
async fn shown(db: &Db, row: &WorkflowRow) -> Result<(Content, Option<Content>)> {
    let content = content(db, row).await?;
    let shown = match (row.published, &row.draft) {
        (Some(number), Some(_)) => Some(version(db, &row.slug, number).await?),
        _ => None,
    };
    Ok((content, shown))
}

/// The draft, or what it would begin with.
async fn content(db: &Db, row: &WorkflowRow) -> Result<Content> {
    if let Some(draft) = &row.draft {
        return Ok(Content { manifest: draft.manifest.clone(), graph: draft.graph.clone() });
    }
    version(db, &row.slug, row.published.unwrap_or(row.newest)).await
}

async fn version(db: &Db, slug: &str, number: u32) -> Result<Content> {
    let row = db.version(slug, number).await?.ok_or(StudioError::NoSuchVersion)?;
    Ok(Content { manifest: row.manifest, graph: row.graph })
}

fn entry(row: &WorkflowRow, (content, problems): (&Content, Vec<Trouble>)) -> StudioEntry {
    let manifest = &content.manifest;
    StudioEntry {
        slug: row.slug.clone(),
        title: manifest.title.clone(),
        cover: manifest.cover.clone(),
        makes: manifest.makes.clone(),
        origin: row.origin,
        published: row.published,
        newest: row.newest,
        draft_at: row.draft.as_ref().map(|draft| draft.at),
        problems,
    }
}

/// What is in a file. Takes a moment.
fn read(bytes: &[u8], name: &str, definitions: Option<&Definitions>) -> Result<Content> {
    let document = Document::read(bytes)?;
    let nothing = Definitions::default();
    if definitions.is_none() && document.graph.is_none() {
        return Err(StudioError::NoCatalogue);
    }
    let definitions = definitions.unwrap_or(&nothing);
    let (graph, form) = Form::of(&document, definitions)?;
    let manifest = draft::manifest(name, (&graph, &form), definitions);
    // What can never run is no draft.
    Published::new(manifest.clone(), graph.clone(), 0)
        .map_err(|error| StudioError::Unfit(format!("{error:#}")))?;
    Ok(Content { manifest, graph: graph.to_value() })
}

/// `portrait-2`, within the length of names.
fn numbered(name: &str, number: u32) -> String {
    let ending = format!("-{number}");
    format!("{}{ending}", &name[..name.len().min(64 - ending.len())])
}

/// The draft as it would be published.
fn would_be(content: &Content) -> anyhow::Result<Published> {
    Published::new(content.manifest.clone(), Graph::parse(&content.graph)?, 0)
}

/// What is worked on, for the page.
fn draft_of(content: Content, revision: u64) -> Draft {
    Draft { manifest: content.manifest, graph: content.graph, revision }
}
