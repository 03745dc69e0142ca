//! Publishes what lies in the house's folder of workflows, and again when it changes.
//!
//! The folder is looked at every few seconds rather than watched: that works on
//! network drives and in containers too, and costs a directory listing.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use comfy::Definitions;
use wire::studio::Origin;

use super::Studio;
use crate::db::{Content, Overtaken};
use crate::shutdown::Shutdown;
use crate::workflows;

/// How often the folder is looked at.
const PERIOD: Duration = Duration::from_secs(2);

/// Largest manifest, in bytes.
const MAX_MANIFEST: u64 = 4 << 20;

/// What tells that a file has changed.
type Mark = (PathBuf, SystemTime, u64);

/// A folder of workflows, and what was seen of it.
struct Folder {
    studio: Studio,
    path: Option<PathBuf>,
    /// The files of each name, as they were when they were last taken.
    taken: HashMap<String, (Vec<Mark>, Option<String>)>,
    /// The folder could not be read the last time.
    is_lost: bool,
    /// What was published from files that are gone was looked for.
    is_settled: bool,
    /// The catalogues that published workflows were last checked against.
    checked: Vec<Arc<Definitions>>,
}

/// Keeps what guests run in step with the folder at `path`, and tells the log which published
/// workflows a backend that has changed cannot run any more.
pub(crate) fn keep_in_step(studio: Studio, path: Option<PathBuf>, shutdown: &Shutdown) {
    let (taken, checked) = (HashMap::new(), Vec::new());
    let mut folder = Folder { studio, path, taken, is_lost: false, is_settled: false, checked };
    let stop = shutdown.started();
    shutdown.spawn(async move {
        let mut ticks = tokio::time::interval(PERIOD);
        let work = async {
            loop {
                ticks.tick().await;
                folder.look().await;
                folder.check_again().await;
            }
        };
        tokio::select! { () = stop => (), () = work => () }
    });
}

impl Folder {
    async fn look(&mut self) {
        let Some(path) = self.path.clone() else { return };
        let found = match names(&path).await {
            Ok(found) => found,
            Err(error) => {
                // A drive that is away for a moment takes nothing from anybody.
                if !std::mem::replace(&mut self.is_lost, true) {
                    let error = format!("{error:#}");
                    tracing::warn!(error, "the folder of workflows cannot be read");
                }
                return;
            }
        };
        self.is_lost = false;
        let mut waits = false;
        for (name, marks) in &found {
            if self.taken.get(name).is_some_and(|(taken, _)| taken == marks) {
                continue;
            }
            let before = self.taken.get(name).and_then(|(_, slug)| slug.clone());
            let taken = match self.take(&path, name).await {
                // Without a catalogue the editor's file says nothing: later.
                Ok(None) => {
                    waits = true;
                    continue;
                }
                Ok(slug) => slug,
                Err(error) => {
                    let error = format!("{error:#}");
                    tracing::error!(workflow = name, error, "this file is not published");
                    before.clone()
                }
            };
            if before != taken
                && let Some(before) = &before
            {
                self.withdraw(before).await;
            }
            self.taken.insert(name.clone(), (marks.clone(), taken));
        }
        let gone: Vec<_> =
            self.taken.keys().filter(|name| !found.contains_key(*name)).cloned().collect();
        for name in gone {
            let slug = self.taken.remove(&name).and_then(|(_, slug)| slug);
            if let Some(slug) = slug {
                self.withdraw(&slug).await;
            }
        }
        if !waits {
            self.withdraw_strays().await;
        }
    }

    /// What was published from files that went while the house was closed. Once, and not before every
    /// file was taken or refused.
    async fn withdraw_strays(&mut self) {
        if std::mem::replace(&mut self.is_settled, true) {
            return;
        }
        let ours: HashSet<String> =
            self.taken.values().filter_map(|(_, slug)| slug.clone()).collect();
        for one in self.studio.workflows.list() {
            if !ours.contains(one.slug()) {
                self.withdraw(one.slug()).await;
            }
        }
    }

    async fn withdraw(&self, slug: &str) {
        if let Err(error) = self.studio.withdraw(slug).await {
            let error = format!("{error:#}");
            tracing::error!(workflow = slug, error, "it cannot be hidden");
        }
    }

    /// Publishes the workflow of this name if it has changed; its slug, or `None` if it must wait
    /// for a catalogue.
    async fn take(&self, path: &Path, name: &str) -> anyhow::Result<Option<String>> {
        let graph = path.join(format!("{name}.json"));
        let graph =
            tokio::fs::read(&graph).await.with_context(|| format!("reading {name}.json"))?;
        let manifest = path.join(format!("{name}.toml"));
        let content = match tokio::fs::metadata(&manifest).await {
            Err(_) => {
                let Some(definitions) = self.studio.catalogue() else { return Ok(None) };
                let name = name.to_owned();
                let work = move || super::read(&graph, &name, Some(&definitions));
                tokio::task::spawn_blocking(work).await??
            }
            Ok(about) => {
                let limit = MAX_MANIFEST >> 20;
                anyhow::ensure!(
                    about.len() <= MAX_MANIFEST,
                    "{name}.toml has more than {limit} MB"
                );
                let text = tokio::fs::read_to_string(&manifest).await?;
                let (manifest, graph) = workflows::read(&text, &String::from_utf8(graph)?)?;
                Content { manifest, graph: graph.to_value() }
            }
        };
        let slug = content.manifest.slug.clone();
        self.studio.publish_file(content).await?;
        Ok(Some(slug))
    }

    /// Tells once what cannot run any more when what the backends have has changed.
    async fn check_again(&mut self) {
        let now = self.studio.backends.definitions();
        let is_known =
            |all: &Arc<Definitions>| self.checked.iter().any(|one| Arc::ptr_eq(one, all));
        if now.len() == self.checked.len() && now.iter().all(is_known) {
            return;
        }
        self.checked = now;
        let Ok(entries) = self.studio.list().await else { return };
        for entry in entries.iter().filter(|entry| entry.published.is_some()) {
            for problem in entry.problems.iter().filter(|problem| problem.serious) {
                tracing::warn!(
                    workflow = entry.slug,
                    problem = problem.message,
                    "it cannot run now"
                );
            }
        }
    }
}

/// The names in the folder, each with the marks of its files.
async fn names(path: &Path) -> anyhow::Result<BTreeMap<String, Vec<Mark>>> {
    let mut found: BTreeMap<String, Vec<Mark>> = BTreeMap::new();
    let mut graphs = HashSet::new();
    let mut entries =
        tokio::fs::read_dir(path).await.with_context(|| path.display().to_string())?;
    while let Some(entry) = entries.next_entry().await? {
        let path = entry.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let Some(name) = path.file_stem().and_then(|name| name.to_str()) else { continue };
        if !matches!(ending, "json" | "toml") || name.starts_with('.') {
            continue;
        }
        if ending == "json" {
            graphs.insert(name.to_owned());
        }
        // It may be gone by now, or lead nowhere.
        let Ok(about) = tokio::fs::metadata(&path).await else { continue };
        let mark = (path.clone(), about.modified()?, about.len());
        found.entry(name.to_owned()).or_default().push(mark);
    }
    found.retain(|name, marks| {
        marks.sort();
        graphs.contains(name)
    });
    Ok(found)
}

impl Studio {
    /// Makes a version of a file of the folder, unless the newest version from there is the same.
    async fn publish_file(&self, content: Content) -> anyhow::Result<()> {
        let slug = &content.manifest.slug;
        let versions = self.db.versions(slug).await?;
        let newest = versions.into_iter().find(|(version, _)| version.origin == Origin::Folder);
        if let Some((newest, _)) = newest
            && newest.manifest == content.manifest
            && newest.graph == content.graph
        {
            // What the host has hidden stays hidden.
            if self.db.workflow(slug).await?.is_some_and(|row| row.withdrawn) {
                self.workflows.show(slug, Some(newest.version)).await?;
            }
            return Ok(());
        }
        let slug = slug.clone();
        let published = self.workflows.publish(content, (Origin::Folder, None)).await?;
        let version = published.map_err(|Overtaken| anyhow::anyhow!("no draft was named"))?;
        tracing::info!(workflow = slug, version, "published from the folder");
        Ok(())
    }

    /// The file is gone: guests see the workflow no more, unless the host published another version.
    async fn withdraw(&self, slug: &str) -> anyhow::Result<()> {
        let Some(shown) = self.workflows.get(slug) else { return Ok(()) };
        let version = self.db.version(slug, shown.version()).await?;
        if version.is_some_and(|version| version.origin == Origin::Folder) {
            self.workflows.withdraw(slug).await?;
            tracing::info!(workflow = slug, "hidden: its file is gone");
        }
        Ok(())
    }
}
