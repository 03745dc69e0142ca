//! Asking the server for what a page shows.

use std::future::Future;

use leptos::task::spawn_local_scoped_with_cancellation;

use crate::{
    api::Error,
    reactive::{RwSignal, effect},
};

/// Something that is being fetched.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fetched<T> {
    Waiting,
    Here(T),
    Failed(Error),
}

/// Fetches when mounted and whenever what `ask` reads has changed. What is here stays until something
/// else is, so that nobody is disturbed in the middle of a word. Unlike a resource it does not wait
/// for an answer that nobody wants any more.
pub(crate) fn use_fetch<T, F>(ask: impl Fn() -> F + 'static) -> RwSignal<Fetched<T>>
where
    T: PartialEq + Send + Sync + 'static,
    F: Future<Output = Result<T, Error>> + 'static,
{
    let fetched = RwSignal::new(Fetched::Waiting);
    // The effect owns what it spawns: running again cancels the request before.
    effect(move || {
        let answer = ask();
        let is_here = fetched.peek(|known| matches!(known, Fetched::Here(_)));
        if !is_here {
            fetched.set(Fetched::Waiting);
        }
        spawn_local_scoped_with_cancellation(async move {
            let answer = match answer.await {
                Ok(value) => Fetched::Here(value),
                Err(_) if is_here => return,
                Err(error) => Fetched::Failed(error),
            };
            if fetched.peek(|known| *known != answer) {
                fetched.set(answer);
            }
        });
    });
    fetched
}
