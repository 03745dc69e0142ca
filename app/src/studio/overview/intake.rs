//! Taking in what becomes a workflow: files and text dropped, pasted or chosen, addresses, jobs.

use std::future::Future;

use leptos::{
    ev::{self, ClipboardEvent, DragEvent},
    prelude::*,
    task::spawn_local,
};
use web_sys::{Blob, DataTransfer, File};
use wire::studio::{Bench, ImportFrom};

use crate::{
    address::{Here, Step, use_here},
    api::{Error, studio as api},
    browser,
    reactive::RwSignal,
    studio::{address, t},
};

/// What pasted text is called.
const PASTED: &str = "workflow.json";

/// Where things come in; listens to the whole page for as long as the overview is there.
#[derive(Clone, Copy)]
pub(super) struct Intake {
    /// Something is being held over the page.
    pub(super) is_over: RwSignal<bool>,
    /// What is being read, by name.
    pub(super) reading: RwSignal<Option<String>>,
    /// Why the last could not be used.
    pub(super) trouble: RwSignal<Option<String>>,
    here: Here,
}

impl Intake {
    pub(super) fn new() -> Self {
        let intake = Self {
            is_over: RwSignal::new(false),
            reading: RwSignal::new(None),
            trouble: RwSignal::new(None),
            here: use_here(),
        };
        let listeners = [
            window_event_listener(ev::dragover, move |event| intake.hold(&event)),
            window_event_listener(ev::dragleave, move |event| intake.leave(&event)),
            window_event_listener(ev::drop, move |event| intake.let_go(&event)),
            window_event_listener(ev::paste, move |event| intake.paste(&event)),
        ];
        on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
        intake
    }

    fn hold(self, event: &DragEvent) {
        let Some(held) = event.data_transfer() else { return };
        // Without this the browser opens the file instead of giving it to us.
        event.prevent_default();
        held.set_drop_effect("copy");
        self.is_over.set(true);
    }

    fn leave(self, event: &DragEvent) {
        // Leaving the window goes nowhere; leaving an element goes to another.
        if event.related_target().is_none() {
            self.is_over.set(false);
        }
    }

    fn let_go(self, event: &DragEvent) {
        event.prevent_default();
        self.is_over.set(false);
        if let Some(held) = event.data_transfer() {
            self.take_any(&held);
        }
    }

    fn paste(self, event: &ClipboardEvent) {
        if browser::is_typing() || browser::is_dialog_open() {
            return;
        }
        if let Some(pasted) = event.clipboard_data() {
            event.prevent_default();
            self.take_any(&pasted);
        }
    }

    /// A file, or else the text of one, or an address.
    fn take_any(self, held: &DataTransfer) {
        if let Some(file) = held.files().and_then(|files| files.get(0)) {
            return self.take_file(file);
        }
        let text = held.get_data("text/plain").unwrap_or_default();
        let text = text.trim();
        if text.starts_with("http://") || text.starts_with("https://") {
            self.take_from(text.to_owned(), ImportFrom::Url(text.to_owned()));
        } else if !text.is_empty() {
            self.take_text(text);
        }
    }

    fn take_text(self, text: &str) {
        let parts = js_sys::Array::of1(&text.into());
        if let Ok(blob) = Blob::new_with_str_sequence(&parts) {
            self.take(PASTED.to_owned(), async move { api::import(PASTED, &blob).await });
        }
    }

    pub(super) fn take_file(self, file: File) {
        let name = file.name();
        let sent = name.clone();
        self.take(name, async move { api::import(&sent, &file).await });
    }

    /// From an address or a job; `name` is what the person calls it.
    pub(super) fn take_from(self, name: String, source: ImportFrom) {
        self.take(name, async move { api::import_from(&source).await });
    }

    /// Reads one thing at a time, and opens what became of it.
    fn take(self, name: String, import: impl Future<Output = Result<Bench, Error>> + 'static) {
        if self.reading.peek(Option::is_some) {
            return;
        }
        self.trouble.set(None);
        self.reading.set(Some(name.clone()));
        spawn_local(async move {
            let answer = import.await;
            // The person may have gone elsewhere meanwhile: then the draft is in the list.
            if self.reading.try_update(|reading| *reading = None).is_none() {
                return;
            }
            match answer {
                Ok(bench) => self.here.go(&address::workflow(&bench.entry.slug), Step::On),
                Err(error) => self.trouble.set(Some(t::import_failed(name, error.words()))),
            }
        });
    }
}
