//! Which nodes' outputs are results.

use leptos::prelude::*;

use super::{super::work::Work, Part};
use crate::{
    dom::{IntoNode, Node, view},
    reactive::memo,
    studio::t,
};

#[component]
pub(super) fn Results(work: Work) -> Node {
    let nodes = memo(move |_| {
        work.bench.see(|bench| {
            let saving = bench.nodes.iter().filter(|node| node.saves);
            saving.map(|node| (node.id.clone(), node.title.clone())).collect::<Vec<_>>()
        })
    });
    let now = memo(move |_| {
        let count = work.see(|all| all.results.len() as u64);
        if count == 0 { t::results_all().to_owned() } else { t::results_some(count) }
    });
    let list = move || {
        let one = |(id, title): (String, String)| view! { <One work id title /> };
        nodes.get().into_iter().map(one).collect::<Node>()
    };
    view! {
        <Part title=t::about_results() now>
            <p class="field__help">{t::results_help()}</p>
            <div class="asked">{list.into_node()}</div>
        </Part>
    }
}

#[component]
fn One(work: Work, id: String, title: String) -> Node {
    let own = id.clone();
    let is_in = memo(move |_| work.see(|all| all.results.contains(&own)));
    let label = format!("{id} {title}");
    let choose = move |event: web_sys::Event| {
        let wanted = event_target_checked(&event);
        work.change(|all| {
            all.results.retain(|known| *known != id);
            if wanted {
                all.results.push(id.clone());
            }
        });
    };
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=is_in on:change=choose />
            {label}
        </label>
    }
}
