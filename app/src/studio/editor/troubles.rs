//! What is wrong with the draft.

use leptos::prelude::*;
use wire::studio::Trouble;

use super::work::Work;
use crate::{
    components::icon::Icon,
    dom::{IntoNode, Node, view},
    reactive::memo,
    studio::{state, t},
};

/// Every problem; one about a field leads there.
#[component]
pub(super) fn Troubles(work: Work) -> Node {
    let all = memo(move |_| work.bench.see(|bench| bench.problems.clone()));
    (move || {
        let all = all.get();
        let count = all.len() as u64;
        (count > 0).then(|| {
            let is_serious = all.iter().any(|one| one.serious);
            let lines = all.into_iter().map(|trouble| view! { <Line work trouble /> });
            view! {
                <details class="troubles" class=("troubles--serious", is_serious) open=count < 4>
                    <summary>
                        <Icon name="alert" small=true />
                        {t::problems(count)}
                    </summary>
                    <ul>{lines.collect::<Node>()}</ul>
                </details>
            }
        })
    })
    .into_node()
}

#[component]
fn Line(work: Work, trouble: Trouble) -> Node {
    let Trouble { message, field, .. } = trouble;
    let label = field
        .as_ref()
        .and_then(|name| work.peek(|all| state::field(all, name).map(|field| field.label.clone())));
    // One about a node names it itself.
    let about = label.clone().map(|about| view! { <b>{about}</b> });
    match field.filter(|_| label.is_some()) {
        Some(name) => view! {
            <li>
                <button type="button" on:click=move |_| work.choose(Some(name.clone()))>{about}{message}</button>
            </li>
        },
        None => view! { <li>{about}{message}</li> },
    }
}
