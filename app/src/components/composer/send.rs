//! Making a job of the form.

use leptos::{prelude::*, reactive::spawn_local};
use wire::Job;

use crate::{
    api::{self, Error},
    form::Form,
};

/// Sends a form, and remembers how that went.
#[derive(Clone, Copy)]
pub(super) struct Sending {
    slug: StoredValue<String>,
    form: RwSignal<Form>,
    busy: RwSignal<bool>,
    /// What went wrong that is no field's fault.
    failure: RwSignal<Option<String>>,
    on_created: Callback<Job>,
    on_wrong: StoredValue<Option<Callback<()>>>,
    on_sent: StoredValue<Option<Callback<()>>>,
}

impl Sending {
    pub(super) fn new(slug: StoredValue<String>, form: RwSignal<Form>, on_created: Callback<Job>) -> Self {
        Self {
            slug,
            form,
            busy: RwSignal::new(false),
            failure: RwSignal::new(None),
            on_created,
            on_wrong: StoredValue::new(None),
            on_sent: StoredValue::new(None),
        }
    }

    /// To be called when a field turned out to be wrong.
    pub(super) fn on_wrong(self, then: impl Fn() + Send + Sync + 'static) {
        self.on_wrong.set_value(Some(Callback::new(move |()| then())));
    }

    /// To be called when a job was made.
    pub(super) fn on_sent(self, then: impl Fn() + Send + Sync + 'static) {
        self.on_sent.set_value(Some(Callback::new(move |()| then())));
    }

    pub(super) fn is_busy(self) -> bool {
        self.busy.get()
    }

    pub(super) fn failure(self) -> Option<String> {
        self.failure.get()
    }

    /// Sends the form if nothing is wrong with it. While it is being sent,
    /// another press does nothing.
    pub(super) fn send(self) {
        if self.busy.get_untracked() {
            return;
        }
        self.failure.set(None);
        if self.form.with_untracked(|form| !form.problems().is_empty()) {
            self.form.update(Form::leave_all);
            tell(self.on_wrong);
            return;
        }
        self.busy.set(true);
        let slug = self.slug.get_value();
        let inputs = self.form.with_untracked(Form::inputs);
        spawn_local(async move {
            let answer = api::submit(&slug, inputs).await;
            // Whoever left in the meantime finds the job where they went.
            if self.busy.try_set(false).is_none() {
                self.answered(answer);
            }
        });
    }

    fn answered(self, answer: Result<Job, Error>) {
        match answer {
            Ok(job) => {
                self.form.update(Form::submitted);
                tell(self.on_sent);
                self.on_created.run(job);
            }
            Err(error) => self.refused(&error),
        }
    }

    fn refused(self, error: &Error) {
        let words = error.words();
        let known = error.field().is_some_and(|field| {
            self.form.try_update(|form| form.refuse(field, words.clone())).unwrap_or(false)
        });
        if known {
            tell(self.on_wrong);
        } else {
            self.failure.set(Some(words));
        }
    }
}

fn tell(listener: StoredValue<Option<Callback<()>>>) {
    if let Some(listener) = listener.get_value() {
        listener.run(());
    }
}
