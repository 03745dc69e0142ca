//! A list of results, and the address at which each of them is opened.

use std::sync::Arc;

use wire::{Job, JobId};

use crate::{
    desk::Desk,
    live::use_live,
    reactive::{Memo, RwSignal, StoredValue, memo},
    results::{Item, Place},
    shelf::Shelf,
    state::results::Results,
};

/// What hangs side by side, newest first.
#[derive(Clone, Copy)]
pub(crate) struct Collection {
    pub(crate) places: Memo<Vec<Place>>,
    pub(crate) shelf: Shelf,
    results: RwSignal<Results>,
    /// The page it hangs on, relative to the base, and what its address asks for.
    path: StoredValue<String>,
    asks: StoredValue<String>,
}

impl Collection {
    /// What the workflow at this desk made.
    pub(crate) fn of_desk(desk: Desk) -> Self {
        let slug = desk.workflow().about.slug.clone();
        let path = format!("w/{slug}");
        let results = use_live().results;
        let places = memo(move |_| results.see(|results| places(results.of_workflow(&slug))));
        Self::new(places, desk.shelf, (path, String::new()))
    }

    /// What a search of the gallery found. With `grows`, whatever is made from
    /// now on belongs to it. `asks` is the search as it stands in the address.
    pub(crate) fn of_gallery(shelf: Shelf, grows: bool, asks: String) -> Self {
        let results = use_live().results;
        let places = memo(move |_| {
            let ids = shelf.ids();
            let newest = ids.first().copied();
            let mut found = ids;
            found.sort_unstable();
            let is_new = |job: &Job| grows && newest.is_none_or(|newest| job.id > newest);
            results.see(|results| {
                places(
                    results
                        .newest_first()
                        .filter(|job| found.binary_search(&job.id).is_ok() || is_new(job)),
                )
            })
        });
        Self::new(places, shelf, ("gallery".to_owned(), asks))
    }

    fn new(places: Memo<Vec<Place>>, shelf: Shelf, (path, asks): (String, String)) -> Self {
        let results = use_live().results;
        Self { places, shelf, results, path: StoredValue::new(path), asks: StoredValue::new(asks) }
    }

    /// Where a result is opened; without one, where none is. Relative to the base.
    pub(crate) fn address(self, place: Option<Place>) -> String {
        let own = place.map(Place::query).unwrap_or_default();
        let parts = [self.asks.get_value(), own];
        let query: Vec<&str> =
            parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        let path = self.path.get_value();
        if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
    }

    /// The result at `place`, as it is now, without listening for changes.
    pub(crate) fn item(self, place: Place) -> Option<Item> {
        let job = self.results.peek(|results| results.get(place.job).cloned())?;
        Item::at(&Arc::new(job), place.output)
    }

    /// Whether the job is a favourite.
    pub(crate) fn is_favourite(self, job: JobId) -> Memo<bool> {
        memo(move |_| self.results.see(|results| results.get(job).is_some_and(|job| job.favourite)))
    }
}

fn places<'a>(jobs: impl Iterator<Item = &'a Job>) -> Vec<Place> {
    let of_job =
        |job: &'a Job| (0..job.outputs.len() as u32).map(|output| Place { job: job.id, output });
    jobs.flat_map(of_job).collect()
}
