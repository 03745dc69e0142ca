//! A list of results, page by page. What it fetches goes into [`crate::live::Live::results`]; the
//! shelf itself only knows how far it has come.

use leptos::task::spawn_local;
use wire::JobId;

use crate::{
    api::{self, Error, JobQuery},
    live::{Live, use_live},
    reactive::{RwSignal, StoredValue},
};

/// How many jobs make a page.
const PAGE: u32 = 40;

/// One list of results, newest first.
#[derive(Clone, Copy)]
pub(crate) struct Shelf {
    query: StoredValue<JobQuery>,
    state: RwSignal<State>,
    live: Live,
}

#[derive(Default)]
struct State {
    /// In the order of the server.
    ids: Vec<JobId>,
    /// Cursor of the next page.
    next: Option<String>,
    /// How many there are altogether; unknown before the first page.
    total: Option<u64>,
    fetching: bool,
    trouble: Option<Error>,
}

impl Shelf {
    /// Fetches the first page of what `query` asks for.
    pub(crate) fn new(query: JobQuery) -> Self {
        let shelf = Self::still(query);
        shelf.fetch_more();
        shelf
    }

    /// The same, with nothing on it until [`Shelf::fetch_more`].
    pub(crate) fn still(query: JobQuery) -> Self {
        let query = JobQuery { limit: Some(PAGE), status: Some("succeeded"), ..query };
        Self { query: StoredValue::new(query), state: RwSignal::default(), live: use_live() }
    }

    /// Jobs of the pages so far; what was made since is in the results but not here.
    pub(crate) fn ids(self) -> Vec<JobId> {
        self.state.see(|state| state.ids.clone())
    }

    /// How many match altogether, with what was made since; `None` before the first page.
    pub(crate) fn total(self) -> Option<u64> {
        let (total, newest) = self.state.see(|state| (state.total, state.ids.first().copied()));
        let (workflow, is_search) = self
            .query
            .with_value(|query| (query.workflow.clone(), query.words.is_some() || query.favourite));
        // Only the server knows whether what is new belongs to a search.
        if is_search {
            return total;
        }
        let is_since = |id: JobId| newest.is_none_or(|newest| id > newest);
        let since = self.live.results.see(|results| {
            results
                .newest_first()
                .take_while(|job| is_since(job.id))
                .filter(|job| workflow.as_ref().is_none_or(|slug| *slug == job.workflow))
                .count()
        });
        Some(total? + since as u64)
    }

    /// The first page is here.
    pub(crate) fn is_known(self) -> bool {
        self.state.see(|state| state.total.is_some())
    }

    /// There is another page.
    pub(crate) fn has_more(self) -> bool {
        self.state.see(|state| state.next.is_some())
    }

    /// A page is on its way.
    pub(crate) fn is_fetching(self) -> bool {
        self.state.see(|state| state.fetching)
    }

    /// Why the last page did not come.
    pub(crate) fn trouble(self) -> Option<Error> {
        self.state.see(|state| state.trouble.clone())
    }

    /// Takes a deleted job off the list, so that the total is right.
    pub(crate) fn remove(self, id: JobId) {
        self.state.update(|state| {
            let before = state.ids.len();
            state.ids.retain(|known| *known != id);
            let removed = (before - state.ids.len()) as u64;
            state.total = state.total.map(|total| total.saturating_sub(removed));
        });
    }

    /// Fetches the next page, unless one is on its way or there is none.
    pub(crate) fn fetch_more(self) {
        let wanted = self
            .state
            .peek(|state| !state.fetching && (state.total.is_none() || state.next.is_some()));
        if !wanted {
            return;
        }
        self.state.update(|state| {
            state.fetching = true;
            state.trouble = None;
        });
        let cursor = self.state.peek(|state| state.next.clone());
        let query = JobQuery { cursor, ..self.query.get_value() };
        spawn_local(async move {
            let answer = api::jobs(&query).await;
            // Disposed of when the person has left: then nobody wants the page.
            self.state.update(|state| state.fetching = false);
            match answer {
                Ok(list) => self.take(list),
                Err(error) => drop(self.state.try_update(|state| state.trouble = Some(error))),
            }
        });
    }

    fn take(self, list: wire::JobList) {
        let ids: Vec<JobId> = list.jobs.iter().map(|job| job.id).collect();
        self.live.results.update(|results| results.extend(list.jobs));
        self.state.update(|state| {
            state.ids.extend(ids);
            state.next = list.next;
            state.total = Some(list.total);
        });
    }
}
