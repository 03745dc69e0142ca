//! The ComfyUI servers: which there are, which can take work, and the one
//! WebSocket to each.
//!
//! Read in this order: `Backends` is the pool, `backend` is one of them, `listener` follows a prompt there,
//! `upstream` holds its WebSocket, `probe` finds out whether it is well,
//! `catalogue` is its catalogue of nodes as clients of ComfyUI want it, `told` what
//! its owner sees of it.

mod backend;
mod catalogue;
mod listener;
mod probe;
mod told;
mod upstream;

use std::sync::Arc;

use anyhow::Context as _;
use comfy::client::Http;
use comfy::validate::Prompt;
use comfy::{Client, Definitions, Graph, Replacements};
use tokio::sync::Notify;
use url::Url;

use crate::shutdown::Shutdown;
use crate::workflows::Needs;

pub(crate) use backend::{Backend, Heard, Slot};
pub(crate) use catalogue::Catalogue;
pub(crate) use listener::Listener;

/// A backend as the configuration names it.
#[derive(Debug, Clone)]
pub struct BackendConfig {
    /// What the house calls it: shown to guests, unlike its address.
    pub name: String,
    pub url: Url,
    /// The id under which an earlier process listened, if a prompt of ours may
    /// still run there ([`crate::db::Db::listened_as`]).
    pub listened_as: Option<String>,
}

/// How one backend is, for readiness and metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackendStatus {
    pub name: String,
    /// Can take work.
    pub open: bool,
    /// Has a job of ours.
    pub busy: bool,
    /// Why it is closed, for the host.
    pub reason: Option<String>,
}

/// The pool. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Backends {
    list: Arc<[Arc<Backend>]>,
    /// Somebody opened, closed, or became free.
    changed: Arc<Notify>,
}

impl Backends {
    /// Begins to watch over these backends, each closed until it was seen to
    /// be well. `http` is made by [`comfy::client::http()`].
    pub fn start(
        configs: Vec<BackendConfig>,
        http: &Http,
        shutdown: &Shutdown,
    ) -> anyhow::Result<Self> {
        let changed = Arc::new(Notify::new());
        let mut list = Vec::with_capacity(configs.len());
        for config in configs {
            let client = Client::new(config.url, http.clone())
                .with_context(|| format!("the address of the backend {}", config.name))?;
            let (backend, upstream) =
                Backend::new((config.name, config.listened_as), client, Arc::clone(&changed));
            let stop = shutdown.clone();
            let own = Arc::clone(&backend);
            shutdown.spawn(async move {
                tokio::select! {
                    () = stop.started() => (),
                    () = upstream.hold(&own) => (),
                    () = probe::watch_over(&own) => (),
                }
            });
            list.push(backend);
        }
        Ok(Self { list: list.into(), changed })
    }

    /// At least one can take work.
    pub fn any_open(&self) -> bool {
        self.list.iter().any(|backend| backend.is_open())
    }

    /// The node definitions of the backends that are open; when none is, of those
    /// that were.
    pub fn definitions(&self) -> Vec<Arc<Definitions>> {
        let open = self.list.iter().filter(|backend| backend.is_open());
        let open: Vec<_> = open.filter_map(|backend| backend.definitions()).collect();
        if !open.is_empty() {
            return open;
        }
        self.list.iter().filter_map(|backend| backend.definitions()).collect()
    }

    /// The node definitions of every backend that has told them, be it open or not.
    pub(crate) fn all_definitions(&self) -> Vec<Arc<Definitions>> {
        self.list.iter().filter_map(|backend| backend.definitions()).collect()
    }

    /// Puts what a backend runs in the place of old nodes that none of them has.
    pub(crate) fn renew(&self, graph: &mut Graph) {
        self.with_replacements(|replacements, has| {
            replacements.apply(graph, has);
        });
    }

    /// [`Self::renew`], of a graph as it came.
    pub(crate) fn renew_prompt(&self, prompt: &mut Prompt) {
        self.with_replacements(|replacements, has| replacements.apply_to(prompt, has));
    }

    /// What each backend runs in the place of old nodes, with which nodes there are.
    fn with_replacements(&self, mut each: impl FnMut(&Replacements, &dyn Fn(&str) -> bool)) {
        let known = self.all_definitions();
        let has = |class: &str| known.iter().any(|all| all.node(class).is_some());
        for backend in self.list.iter() {
            each(&backend.replacements(), &has);
        }
    }

    /// How each is.
    pub fn status(&self) -> Vec<BackendStatus> {
        self.list.iter().map(|backend| backend.status()).collect()
    }

    /// Ends when some backend may have opened, closed or become free.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// At least one can take a job at once.
    pub(crate) fn any_free(&self) -> bool {
        self.list.iter().any(|backend| backend.is_free())
    }

    /// A free backend for a graph that needs this. Only one that has it all, be it busy or closed at the moment; when none has, any
    /// will do and say what is missing.
    pub(crate) fn try_acquire(&self, needs: &Needs) -> Option<Slot> {
        let (able, others): (Vec<_>, Vec<_>) =
            self.list.iter().partition(|backend| backend.has_all(needs));
        let mut choice = if able.is_empty() { others } else { able };
        choice.retain(|backend| backend.is_open());
        choice.sort_by_key(|backend| backend.troubles());
        choice.into_iter().find_map(Backend::try_acquire)
    }

    /// The classes that are nowhere: those that the backend lacks which lacks
    /// fewest. None as long as there is a backend of which that is not known.
    pub(crate) fn missing(&self, classes: &[String]) -> Vec<String> {
        let lacks = |backend: &Arc<Backend>| {
            let all = backend.definitions()?;
            let lacking = classes.iter().filter(|class| all.node(class).is_none());
            Some(lacking.cloned().collect::<Vec<_>>())
        };
        let each: Option<Vec<_>> = self.list.iter().map(lacks).collect();
        each.into_iter().flatten().min_by_key(Vec::len).unwrap_or_default()
    }

    /// The backend of this name.
    pub(crate) fn named(&self, name: &str) -> Option<&Arc<Backend>> {
        self.list.iter().find(|backend| backend.name() == name)
    }

    /// Of those that are open the one with most nodes.
    pub(crate) fn fullest(&self) -> Option<Arc<Backend>> {
        let nodes = |backend: &&Arc<Backend>| backend.definitions().map_or(0, |all| all.len());
        let open = self.list.iter().filter(|backend| backend.is_open());
        // Of equals the first, so that the answer does not change by itself.
        open.rev().max_by_key(nodes).cloned()
    }

    /// The catalogues of those that are open and tell one.
    pub(crate) async fn catalogues(&self) -> Vec<Arc<Catalogue>> {
        let mut catalogues = Vec::new();
        for backend in self.list.iter().filter(|backend| backend.is_open()) {
            match backend.catalogue().await {
                Ok(catalogue) => catalogues.push(catalogue),
                Err(error) => tracing::warn!(backend = backend.name(), %error, "no catalogue"),
            }
        }
        catalogues
    }

    /// Another one than `this` can take work.
    pub(crate) fn other_open(&self, this: &Backend) -> bool {
        self.list.iter().any(|backend| backend.name() != this.name() && backend.is_open())
    }
}
