//! Taking files in: looked at, shown at once, sent with progress.

use std::cell::Cell;

use futures_util::future::{AbortHandle, abortable};
use leptos::{prelude::*, task::spawn_local};
use web_sys::File;
use wire::FieldKind;

use crate::{
    api,
    browser::ObjectUrl,
    components::composer::words,
    form::{Change, Chosen, Form, Picture, Source, refuse},
    reactive::RwSignal,
};

thread_local! {
    static TICKETS: Cell<u32> = const { Cell::new(0) };
}

/// Takes files into the picture fields of one form.
#[derive(Clone, Copy)]
pub(in super::super) struct Intake {
    form: RwSignal<Form>,
    /// What was taken, by field.
    taken: leptos::prelude::StoredValue<Vec<(String, Taken)>, LocalStorage>,
    /// A file is being held over the page.
    over: RwSignal<bool>,
}

/// A file in a field. Dropping it ends the sending and lets the preview go.
struct Taken {
    /// Shown by the field for as long as this lives.
    _preview: ObjectUrl,
    sending: AbortHandle,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.sending.abort();
    }
}

impl Intake {
    pub(in super::super) fn new(form: RwSignal<Form>) -> Self {
        Self {
            form,
            taken: leptos::prelude::StoredValue::new_local(Vec::new()),
            over: RwSignal::new(false),
        }
    }

    /// Whether a file is being held over the page.
    pub(super) fn is_over(self) -> RwSignal<bool> {
        self.over
    }

    /// Whether there is a field to take a file.
    pub(super) fn is_wanted(self) -> bool {
        self.form.peek(|form| form.file_field("").is_some())
    }

    /// Takes a file into the first field for such that is empty, else the first.
    pub(super) fn take_anywhere(self, file: File) {
        let name = self.form.peek(|form| form.file_field(&file.type_()).map(str::to_owned));
        if let Some(name) = name {
            self.take(&name, file);
        }
    }

    /// Takes a file into the field called `name`, or says there why not.
    pub(super) fn take(self, name: &str, file: File) {
        let chosen = Chosen { name: file.name(), mime: file.type_(), bytes: file.size() };
        if let Some(words) = self.reason_against(name, &chosen) {
            self.form.update(|form| {
                form.refuse(name, words);
            });
            return;
        }
        let Some(preview) = ObjectUrl::of_blob(&file) else { return };
        let ticket = next_ticket();
        let picture = Picture {
            source: Source::Sending { ticket, fraction: 0.0 },
            preview: preview.as_str().to_owned(),
            url: None,
            name: chosen.name,
            bytes: Some(chosen.bytes as u64),
            size: None,
        };
        self.apply(name, Change::Picture(Some(picture)));
        let sending = self.send(name.to_owned(), file, ticket);
        self.taken.update_value(|taken| {
            taken.retain(|(known, _)| known != name);
            taken.push((name.to_owned(), Taken { _preview: preview, sending }));
        });
    }

    /// Ends the sending for a field and lets its preview go.
    pub(super) fn forget(self, name: &str) {
        self.taken.update_value(|taken| taken.retain(|(known, _)| known != name));
    }

    fn reason_against(self, name: &str, chosen: &Chosen) -> Option<String> {
        self.form.peek(|form| {
            let kind = &form.row(name)?.field.kind;
            let refusal = refuse(chosen, kind)?;
            let (FieldKind::Image { max_bytes, accept, .. }
            | FieldKind::File { max_bytes, accept, .. }) = kind
            else {
                return None;
            };
            Some(words::refusal(refusal, chosen, (accept, *max_bytes)))
        })
    }

    fn send(self, name: String, file: File, ticket: u32) -> AbortHandle {
        let field = name.clone();
        let on_progress = move |fraction: f64| {
            self.apply(&field, Change::Sending { ticket, fraction: fraction as f32 });
        };
        let (sending, handle) = abortable(async move {
            let change = match api::upload(&file, on_progress).await {
                Ok(upload) => Change::Sent { ticket, upload },
                Err(error) => Change::NotSent { ticket, message: error.words() },
            };
            self.apply(&name, change);
        });
        spawn_local(async move {
            // Aborted is not an error: somebody changed their mind.
            let _ = sending.await;
        });
        handle
    }

    /// The form may be gone when an answer arrives.
    fn apply(self, name: &str, change: Change) {
        self.form.try_update(|form| form.apply(name, change));
    }
}

fn next_ticket() -> u32 {
    TICKETS.with(|last| {
        last.set(last.get().wrapping_add(1));
        last.get()
    })
}
