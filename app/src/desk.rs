//! The desk: what composer, stage and wall of one workflow share.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use wire::{FieldKind, Inputs, JobId, Workflow};

use crate::{
    api::{self, JobQuery},
    live::{Live, use_live},
    reactive::{Memo, RwSignal, StoredValue, memo},
    shelf::Shelf,
    state::stage,
};

/// Shared by everything on a run page or an embed.
#[derive(Clone, Copy)]
pub(crate) struct Desk {
    workflow: StoredValue<Arc<Workflow>>,
    live: Live,
    /// The job that the stage shows.
    pub(crate) shown: Memo<Option<JobId>>,
    pinned: RwSignal<Option<JobId>>,
    /// A job is on its way to the server.
    pub(crate) sending: RwSignal<bool>,
    /// Why the last job was not taken; the composer shows it beside its field.
    pub(crate) refusal: RwSignal<Option<api::Error>>,
    /// What this workflow made before.
    pub(crate) shelf: Shelf,
    /// Something to put into the form; the composer takes it out again.
    pub(crate) fill: RwSignal<Option<Fill>>,
}

/// Something to put into the form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fill {
    /// *Use these settings.*
    Settings(Inputs),
    /// *Use as input*: the value of the first picture field.
    Picture {
        job: JobId,
        /// Place among the outputs of the job.
        output: usize,
    },
}

/// What [`provide`] provides.
pub(crate) fn use_desk() -> Desk {
    expect_context()
}

/// Sets up the desk for a workflow.
pub(crate) fn provide(workflow: Arc<Workflow>) -> Desk {
    provide_with(workflow, Shelf::new)
}

/// The same for a form that is only looked at: nothing is fetched.
pub(crate) fn provide_still(workflow: Arc<Workflow>) -> Desk {
    provide_with(workflow, Shelf::still)
}

fn provide_with(workflow: Arc<Workflow>, shelf: fn(JobQuery) -> Shelf) -> Desk {
    let live = use_live();
    let slug = workflow.about.slug.clone();
    let pinned = RwSignal::new(None);
    let shown = memo(move |shown: Option<&Option<JobId>>| {
        let shown = shown.copied().flatten();
        let known = (&*live.jobs.read(), &*live.results.read());
        stage::choose(&slug, pinned.get(), shown, known)
    });
    let query = JobQuery { workflow: Some(workflow.about.slug.clone()), ..JobQuery::default() };
    let desk = Desk {
        shelf: shelf(query),
        workflow: StoredValue::new(workflow),
        live,
        shown,
        pinned,
        sending: RwSignal::new(false),
        refusal: RwSignal::new(None),
        fill: RwSignal::new(None),
    };
    provide_context(desk);
    desk
}

impl Desk {
    /// The workflow at this desk.
    pub(crate) fn workflow(self) -> Arc<Workflow> {
        self.workflow.get_value()
    }

    /// Puts a job on the stage.
    pub(crate) fn show(self, job: JobId) {
        self.pinned.set(Some(job));
    }

    /// Sends a job with these inputs. One at a time: a second press while the first is on its way
    /// does nothing.
    pub(crate) fn create(self, inputs: Inputs) {
        if self.sending.get_untracked() {
            return;
        }
        self.sending.set(true);
        self.refusal.set(None);
        let slug = self.workflow().about.slug.clone();
        spawn_local(async move {
            let answer = api::submit(&slug, inputs).await;
            // The person may have left for another page: then the desk is no more.
            self.sending.set(false);
            match answer {
                Ok(job) => {
                    let id = job.id;
                    self.live.take_in(job);
                    self.make_room_for(id);
                }
                Err(error) => self.refusal.set(Some(error)),
            }
        });
    }

    /// Takes the seeds out of `inputs`, so that new ones are drawn.
    pub(crate) fn forget_seeds(self, inputs: &mut Inputs) {
        for field in &self.workflow().fields {
            if matches!(field.kind, FieldKind::Seed) {
                inputs.remove(&field.name);
            }
        }
    }

    /// What is under way stays on the stage; anything else gives way to the new job.
    fn make_room_for(self, job: JobId) {
        let Some(shown) = self.shown.try_get_untracked() else { return };
        let busy = shown.is_some_and(|shown| {
            self.live.jobs.peek(|jobs| jobs.under_way().any(|row| row.job.id == shown))
        });
        self.pinned.set((!busy).then_some(job));
    }
}
