//! Every workflow of the house: which version of it guests run, and the others.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::Context as _;
use comfy::Graph;
use wire::studio::Origin;

use super::published::Published;
use super::{BUILT_IN, read};
use crate::db::{Content, Db, Overtaken, VersionRow};

/// Every workflow of the house. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Workflows {
    db: Db,
    shown: Arc<RwLock<Shown>>,
    /// Counts readings, so that an older one never replaces a newer one.
    readings: Arc<AtomicU64>,
}

/// What guests can run.
#[derive(Debug, Default)]
struct Shown {
    /// In the order of the hall.
    list: Vec<Arc<Published>>,
    by_slug: HashMap<String, Arc<Published>>,
    reading: u64,
}

impl Workflows {
    /// Takes them from the database, where those that come with the house are put first.
    pub async fn open(db: &Db) -> anyhow::Result<Self> {
        let (shown, readings) = (Arc::default(), Arc::default());
        let workflows = Self { db: db.clone(), shown, readings };
        for (manifest, graph) in BUILT_IN {
            workflows.bring(manifest, graph).await?;
        }
        workflows.read_again().await?;
        Ok(workflows)
    }

    /// A workflow that comes with the house becomes a version when it is new or has changed. What the
    /// host made of it in the studio stays what guests run.
    async fn bring(&self, manifest: &str, graph: &str) -> anyhow::Result<()> {
        let (manifest, graph) = read(manifest, graph)?;
        let content = Content { graph: graph.to_value(), manifest };
        let slug = content.manifest.slug.clone();
        let row = self.db.workflow(&slug).await?;
        let versions = self.db.versions(&slug).await?;
        let ours = versions.iter().map(|(version, _)| version);
        let newest =
            ours.filter(|version| version.origin == Origin::BuiltIn).max_by_key(|one| one.version);
        if newest.is_some_and(|one| one.manifest == content.manifest && one.graph == content.graph)
        {
            return Ok(());
        }
        let before = row.as_ref().and_then(|row| row.published);
        let is_ours = newest.is_some_and(|one| before == Some(one.version));
        let published = self.db.publish(content, (Origin::BuiltIn, None)).await?;
        published.map_err(|Overtaken| anyhow::anyhow!("no draft was named"))?;
        if row.is_some() && !is_ours {
            self.db.show_version(&slug, before).await?;
        }
        Ok(())
    }

    /// What guests can run, in the order of the hall.
    pub fn list(&self) -> Vec<Arc<Published>> {
        self.shown(|shown| shown.list.clone())
    }

    /// The version of this workflow that guests run.
    pub fn get(&self, slug: &str) -> Option<Arc<Published>> {
        self.shown(|shown| shown.by_slug.get(slug).cloned())
    }

    /// A certain version of a workflow; `None` also for one that was published when less was asked of
    /// it, and cannot be used any more.
    pub(crate) async fn version(
        &self,
        slug: &str,
        number: u32,
    ) -> anyhow::Result<Option<Arc<Published>>> {
        let current = self.get(slug).filter(|one| one.version() == number);
        if current.is_some() {
            return Ok(current);
        }
        let Some(row) = self.db.version(slug, number).await? else { return Ok(None) };
        match ready(row) {
            Ok(published) => Ok(Some(Arc::new(published))),
            Err(error) => {
                let error = format!("{error:#}");
                tracing::error!(
                    workflow = slug,
                    version = number,
                    error,
                    "it cannot be used any more"
                );
                Ok(None)
            }
        }
    }

    /// Makes a version that guests run from now on; its number. See [`Db::publish`].
    ///
    /// # Errors
    ///
    /// What keeps it from being published, which field or node it is about, and the cure.
    pub(crate) async fn publish(
        &self,
        content: Content,
        (origin, draft): (Origin, Option<u64>),
    ) -> anyhow::Result<Result<u32, Overtaken>> {
        check(&content)?;
        let number = self.db.publish(content, (origin, draft)).await?;
        self.read_again().await?;
        Ok(number)
    }

    /// `publish` of many at once, without a draft: those that can be are published together, and the
    /// shelf is read once. What became of each, in their order.
    pub(crate) async fn publish_all(
        &self,
        contents: Vec<Content>,
        origin: Origin,
    ) -> anyhow::Result<Vec<anyhow::Result<u32>>> {
        let checked: Vec<_> = contents.iter().map(check).collect();
        let good = contents.into_iter().zip(&checked).filter(|(_, checked)| checked.is_ok());
        let good: Vec<_> = good.map(|(content, _)| content).collect();
        let mut numbers = self.db.publish_all(good, origin).await?.into_iter();
        self.read_again().await?;
        let number = |checked: anyhow::Result<()>| {
            checked.and_then(|()| numbers.next().context("a version has no number"))
        };
        Ok(checked.into_iter().map(number).collect())
    }

    /// `publish` of a manifest in TOML and a graph in API format, as they lie in a folder.
    pub async fn publish_text(&self, manifest: &str, graph: &str) -> anyhow::Result<()> {
        let (manifest, graph) = read(manifest, graph)?;
        let content = Content { graph: graph.to_value(), manifest };
        let published = self.publish(content, (Origin::Folder, None)).await?;
        published.map(drop).map_err(|Overtaken| anyhow::anyhow!("no draft was named"))
    }

    /// Lets guests run this version, or none; whether there is such a one.
    pub(crate) async fn show(&self, slug: &str, number: Option<u32>) -> anyhow::Result<bool> {
        let found = self.db.show_version(slug, number).await?;
        self.read_again().await?;
        Ok(found)
    }

    /// Hides a workflow whose file is gone, until it is there again.
    pub(crate) async fn withdraw(&self, slug: &str) -> anyhow::Result<()> {
        self.db.withdraw(slug).await?;
        self.read_again().await
    }

    /// Deletes the workflow with its versions; jobs that ran them stay.
    pub(crate) async fn delete(&self, slug: &str) -> anyhow::Result<()> {
        self.db.delete_workflow(slug).await?;
        self.read_again().await
    }

    async fn read_again(&self) -> anyhow::Result<()> {
        let reading = self.readings.fetch_add(1, Ordering::SeqCst) + 1;
        let mut list = Vec::new();
        for row in self.db.published().await? {
            let read = row.and_then(|row| {
                let slug = row.workflow.clone();
                ready(row).map_err(|error| (slug, error))
            });
            match read {
                Ok(published) => list.push(Arc::new(published)),
                Err((slug, error)) => {
                    let error = format!("{error:#}");
                    tracing::error!(workflow = slug, error, "this workflow cannot be shown");
                }
            }
        }
        let by_slug = list.iter().map(|one| (one.slug().to_owned(), Arc::clone(one))).collect();
        let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        if shown.reading < reading {
            *shown = Shown { list, by_slug, reading };
        }
        Ok(())
    }

    fn shown<T>(&self, look: impl FnOnce(&Shown) -> T) -> T {
        look(&self.shown.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether it can be published.
fn check(content: &Content) -> anyhow::Result<()> {
    let graph = Graph::parse(&content.graph)?;
    Published::new(content.manifest.clone(), graph, 0).map(drop)
}

fn ready(row: VersionRow) -> anyhow::Result<Published> {
    let graph = Graph::parse(&row.graph)?;
    Published::new(row.manifest, graph, row.version)
        .with_context(|| format!("version {} of {}", row.version, row.workflow))
}
