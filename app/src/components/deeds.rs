//! What can be done with a result, wherever it hangs.

use leptos::{prelude::*, task::spawn_local};
use wire::{JobId, Workflow};

use crate::{
    address::{Here, Step, use_here},
    api::{self, Error},
    desk::{Desk, Fill},
    handoff::{Handoff, use_handoff},
    home::{Home, use_home},
    i18n::t,
    live::{Live, use_live},
    results::Place,
    toasts::{Toasts, use_toasts},
};

/// The means to do it.
#[derive(Clone, Copy)]
pub(crate) struct Deeds {
    live: Live,
    handoff: Handoff,
    home: Home,
    toasts: Toasts,
    /// On a run page, the desk of its workflow.
    desk: Option<Desk>,
    here: Here,
}

/// Takes the means from the context.
pub(crate) fn use_deeds() -> Deeds {
    Deeds {
        live: use_live(),
        handoff: use_handoff(),
        home: use_home(),
        toasts: use_toasts(),
        desk: use_context(),
        here: use_here(),
    }
}

impl Deeds {
    /// Fills the form of its workflow with what a result was made from.
    pub(crate) fn use_settings(self, place: Place) {
        let job = self.live.results.peek(|results| results.get(place.job).cloned());
        if let Some(job) = job {
            self.lay(&job.workflow, Fill::Settings(job.inputs));
        }
    }

    /// Puts a result into the first field for such: of this workflow, else of the
    /// one that made it, else of the first that takes it.
    pub(crate) fn use_as_input(self, place: Place) {
        let fill = Fill::Picture { job: place.job, output: place.output as usize };
        let mime = self.live.results.peek(|results| {
            Some(results.get(place.job)?.outputs.get(place.output as usize)?.mime.clone())
        });
        let Some(mime) = mime else { return };
        let here = self.desk.map(Desk::workflow).filter(|workflow| takes(workflow, &mime));
        if let Some(workflow) = here {
            self.lay(&workflow.about.slug, fill);
            return;
        }
        let own = self.live.results.peek(|results| Some(results.get(place.job)?.workflow.clone()));
        let others = self.home.workflows.get_untracked().unwrap_or_default();
        let slugs = own.into_iter().chain(others.into_iter().map(|workflow| workflow.slug));
        let slugs: Vec<String> = slugs.collect();
        spawn_local(async move {
            match first_that_takes(slugs, &mime).await {
                Ok(Some(slug)) => self.lay(&slug, fill),
                Ok(None) => self.toasts.say(t::no_picture_workflow()),
                Err(error) => self.toasts.say(error.words()),
            }
        });
    }

    /// Marks a job as a favourite, or no longer. Seen at once; taken back when
    /// the server does not agree.
    pub(crate) fn set_favourite(self, job: JobId, favourite: bool) {
        let mark = move |favourite| {
            self.live.results.update(|results| results.set_favourite(job, favourite));
        };
        mark(favourite);
        spawn_local(async move {
            if let Err(error) = api::set_favourite(job, favourite).await {
                mark(!favourite);
                self.toasts.say(error.words());
            }
        });
    }

    /// Deletes a job with everything it made.
    pub(crate) async fn delete(self, job: JobId) -> Result<(), Error> {
        api::delete(job).await?;
        self.live.forget(job);
        self.toasts.say(t::deleted());
        Ok(())
    }

    /// Lays something on the desk of a workflow: this one, or the one it goes to.
    fn lay(self, slug: &str, fill: Fill) {
        if let Some(desk) = self.desk.filter(|desk| desk.workflow().about.slug == slug) {
            desk.fill.set(Some(fill));
        } else {
            self.handoff.give(slug, fill);
            self.here.go(&format!("w/{slug}"), Step::On);
        }
    }
}

fn takes(workflow: &Workflow, mime: &str) -> bool {
    workflow.fields.iter().any(|field| field.kind.takes(mime))
}

async fn first_that_takes(slugs: Vec<String>, mime: &str) -> Result<Option<String>, Error> {
    for slug in slugs {
        if takes(&api::workflow(&slug).await?, mime) {
            return Ok(Some(slug));
        }
    }
    Ok(None)
}
