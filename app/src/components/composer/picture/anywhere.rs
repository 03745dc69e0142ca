//! Files dropped or pasted anywhere on the page.

use leptos::{
    ev::{self, ClipboardEvent, DragEvent},
    prelude::*,
};
use web_sys::{DataTransfer, File};

use super::Intake;
use crate::browser;

/// Listens to the whole page for as long as the composer is there.
pub(in super::super) fn take_from_anywhere(intake: Intake) {
    if !intake.is_wanted() {
        return;
    }
    let listeners = [
        window_event_listener(ev::dragover, move |event| hold(intake, &event)),
        window_event_listener(ev::dragleave, move |event| leave(intake, &event)),
        window_event_listener(ev::drop, move |event| let_go(intake, &event)),
        window_event_listener(ev::paste, move |event| paste(intake, &event)),
    ];
    on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
}

fn hold(intake: Intake, event: &DragEvent) {
    let Some(held) = event.data_transfer().filter(holds_files) else { return };
    // Without this the browser opens the file instead of giving it to us.
    event.prevent_default();
    held.set_drop_effect("copy");
    intake.is_over().set(true);
}

fn leave(intake: Intake, event: &DragEvent) {
    // Leaving the window goes nowhere; leaving an element goes to another.
    if event.related_target().is_none() {
        intake.is_over().set(false);
    }
}

fn let_go(intake: Intake, event: &DragEvent) {
    intake.is_over().set(false);
    let Some(held) = event.data_transfer().filter(holds_files) else { return };
    event.prevent_default();
    if let Some(file) = first_file(&held) {
        intake.take_anywhere(file);
    }
}

fn paste(intake: Intake, event: &ClipboardEvent) {
    // Text that comes with a picture of itself (from an office program) is
    // meant as text where text can be written.
    let Some(pasted) = event.clipboard_data() else { return };
    let has_text = pasted.get_data("text/plain").is_ok_and(|text| !text.is_empty());
    if has_text && browser::is_typing() {
        return;
    }
    if let Some(file) = first_file(&pasted) {
        event.prevent_default();
        intake.take_anywhere(file);
    }
}

fn holds_files(held: &DataTransfer) -> bool {
    held.types().iter().any(|kind| kind == "Files")
}

fn first_file(held: &DataTransfer) -> Option<File> {
    held.files()?.get(0)
}
