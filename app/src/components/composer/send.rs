//! Making a job of the form, and putting things into it from elsewhere.

use leptos::{prelude::*, task::spawn_local};
use wire::{FieldGroup, Inputs, JobId};

use super::{Parts, tabs};
use crate::{
    api, browser,
    desk::Fill,
    form::{Change, Form, Row, Wrong},
    handoff::use_handoff,
    i18n::t,
    live::{Live, use_live},
    reactive::{effect, watch},
    results::Item,
    toasts::use_toasts,
};

/// Takes part in what happens at the desk.
pub(super) fn listen(parts: Parts) {
    let desk = parts.desk;
    use_handoff().receive(desk);
    // A job was taken when the sending ends without a refusal.
    watch(
        move || desk.sending.get(),
        move |sending| {
            if !sending && desk.refusal.peek(Option::is_none) {
                parts.taken();
            }
        },
    );
    watch(
        move || desk.refusal.get(),
        move |refusal| {
            if let Some(refusal) = refusal {
                parts.refused(refusal);
            }
        },
    );
    effect(move || {
        if parts.is_waiting.get() && !parts.form.see(only_sending) {
            parts.is_waiting.set(false);
            parts.send();
        }
    });
    let (live, toasts) = (use_live(), use_toasts());
    effect(move || {
        // Taken out in the same breath, so that the same can be put in again.
        if let Some(fill) = desk.fill.get() {
            desk.fill.set(None);
            toasts.say(fill_words(&fill));
            parts.fill(fill, live);
        }
    });
}

impl Parts {
    /// Sends the form, or shows what is wrong with it. When all it lacks is the
    /// rest of a picture, it is sent as soon as that has arrived.
    pub(super) fn send(self) {
        if self.form.peek(|form| form.problems().is_empty()) {
            self.desk.create(self.form.peek(Form::inputs));
        } else if self.form.peek(only_sending) {
            self.is_waiting.set(true);
        } else {
            self.form.update(Form::leave_all);
            self.show_first_mistake();
        }
    }

    /// Why the last job was not taken, if no field is to blame.
    pub(super) fn failure(self) -> Option<String> {
        let refusal = self.desk.refusal.get()?;
        let names_a_field = refusal.field().is_some_and(|field| self.has(field));
        (!names_a_field).then(|| refusal.words())
    }

    fn has(self, field: &str) -> bool {
        self.form.peek(|form| form.row(field).is_some())
    }

    fn taken(self) {
        self.form.update(Form::submitted);
        self.is_open.set(false);
    }

    fn refused(self, refusal: &api::Error) {
        let Some(field) = refusal.field().filter(|field| self.has(field)) else { return };
        self.form.update(|form| {
            form.refuse(field, refusal.words());
        });
        self.show_first_mistake();
    }

    /// Brings the first mistake into sight and moves focus to it.
    fn show_first_mistake(self) {
        let place = self.form.peek(|form| {
            let is_wrong = |row: &&Row| row.shown_problem().is_some() && form.counts(row);
            let first = form.rows().iter().find(is_wrong);
            first.map(|row| (row.field.group, tabs::place(form, &row.field)))
        });
        self.is_open.set(true);
        match place {
            Some((_, Some(tab))) => self.tab.set(tab),
            Some((FieldGroup::More, None)) => self.is_more.set(true),
            _ => (),
        }
        // The mistakes are marked before the next frame.
        request_animation_frame(move || {
            let Some(form) = self.node.get_untracked() else { return };
            if let Ok(Some(control)) = form.query_selector("[aria-invalid='true']") {
                browser::focus_on(&control);
            }
        });
    }

    fn fill(self, fill: Fill, live: Live) {
        match fill {
            Fill::Settings(inputs) => self.fill_in(&inputs, live),
            Fill::Picture { job, output } => {
                let mime = live
                    .results
                    .peek(|results| Some(results.get(job)?.outputs.get(output)?.mime.clone()));
                let mime = mime.unwrap_or_default();
                let field = self.form.peek(|form| form.file_field(&mime).map(str::to_owned));
                if let Some(field) = field {
                    self.put_result(field, (job, output as u32), live);
                }
            }
        }
        self.is_open.set(true);
    }

    fn fill_in(self, inputs: &Inputs, live: Live) {
        self.form.update(|form| form.fill(inputs));
        // Inputs say which result was used, not what it looks like.
        let results = self.form.peek(Form::unseen_results);
        for (field, place) in results {
            self.put_result(field, place, live);
        }
    }

    /// Puts some values into the form and leaves the rest as it is.
    pub(super) fn put(self, inputs: &Inputs) {
        self.form.update(|form| form.put(inputs));
    }

    /// Puts an output into a picture field.
    fn put_result(self, field: String, (id, output): (JobId, u32), live: Live) {
        let known = live.results.peek(|results| results.get(id).cloned());
        spawn_local(async move {
            let job = match known {
                Some(job) => Ok(job),
                None => api::job(id).await,
            };
            let picture = job
                .ok()
                .and_then(|job| Item::at(&job.into(), output))
                .map(|item| item.as_picture());
            // It may have been deleted since; then there is nothing to put in.
            self.form.try_update(|form| form.apply(&field, Change::Picture(picture)));
        });
    }
}

/// A picture is on its way, and nothing else is wrong.
fn only_sending(form: &Form) -> bool {
    let problems = form.problems();
    !problems.is_empty() && problems.iter().all(|(_, wrong)| *wrong == Wrong::Sending)
}

/// The form may be out of sight, so it is said that it changed.
fn fill_words(fill: &Fill) -> &'static str {
    match fill {
        Fill::Settings(_) => t::filled_settings(),
        Fill::Picture { .. } => t::filled_picture(),
    }
}
