//! Why it did not work out: the node, the reason in plain words, what to try.

use leptos::{prelude::*, task::spawn_local};
use wire::{Failure, Job};

use super::{Shown, tell::Again};
use crate::{
    browser,
    components::icon::Icon,
    dom::{Node, view},
    i18n::t,
    toasts::use_toasts,
};

#[component]
pub(super) fn FailureNote(shown: Shown) -> Node {
    let toasts = use_toasts();
    let failure = move || shown.row.see(|row| row.as_ref()?.job.failure.clone());
    let title = move || failure().map_or_else(|| t::failed_title().to_owned(), headline);
    let hint = move || failure().and_then(|failure| failure.hint);
    let copy = move |_| {
        let Some(text) = shown.row.peek(|row| Some(details(&row.as_ref()?.job))) else {
            return;
        };
        spawn_local(async move {
            let copied = browser::copy(&text).await;
            toasts.say(if copied { t::copied() } else { t::copy_failed() });
        });
    };
    view! {
        <div class="note note--bad" role="alert">
            <Icon name="alert" />
            <h2>{title}</h2>
            <p>{hint}</p>
            <div class="note__acts">
                <Again shown retry=true />
                <button type="button" class="btn" on:click=copy>
                    <Icon name="copy" small=true />
                    {t::copy_details()}
                </button>
            </div>
        </div>
    }
}

/// The reason, and the node unless the reason names it already.
fn headline(failure: Failure) -> String {
    match failure.node_title {
        Some(node) if !failure.message.contains(&node) => {
            format!("{} · {}", failure.message.trim_end_matches('.'), node)
        }
        _ => failure.message,
    }
}

/// Everything a host wants to know, as text.
fn details(job: &Job) -> String {
    let failure = job.failure.as_ref();
    let lines = [
        ("job", Some(job.id.to_string())),
        ("workflow", Some(format!("{} (version {})", job.workflow, job.workflow_version))),
        ("backend", job.backend.clone()),
        ("attempt", Some(job.attempt.to_string())),
        ("code", failure.map(|failure| failure.code.clone())),
        ("node", failure.and_then(|failure| failure.node.clone())),
        ("node title", failure.and_then(|failure| failure.node_title.clone())),
        ("message", failure.map(|failure| failure.message.clone())),
        ("details", failure.and_then(|failure| failure.details.clone())),
    ];
    let known = lines.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}", value?)));
    known.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::samples::job;

    fn failure(message: &str) -> Failure {
        Failure {
            code: "node_failed".into(),
            message: message.into(),
            hint: None,
            node: Some("8".into()),
            node_title: Some("VAE decode".into()),
            details: None,
        }
    }

    #[test]
    fn the_node_is_named_once() {
        assert_eq!(headline(failure("No memory at VAE decode.")), "No memory at VAE decode.");
        assert_eq!(headline(failure("No memory.")), "No memory · VAE decode");
    }

    #[test]
    fn the_details_leave_out_what_is_not_known() {
        let failed = Job { failure: Some(failure("No memory.")), ..job(1) };
        let text = details(&failed);
        assert!(text.contains("node title: VAE decode"), "{text}");
        assert!(!text.contains("backend"), "{text}");
    }
}
