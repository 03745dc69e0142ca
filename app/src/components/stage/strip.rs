//! The graph in the order it runs. State is told by shape, not by colour alone.

use leptos::prelude::*;

use super::Shown;
use crate::{
    components::icon::Icon,
    desk::use_desk,
    dom::{Node, view},
    i18n::t,
    reactive::{Memo, memo},
    state::stage::{Mark, MarkState, strip},
};

#[component]
pub(super) fn Strip(shown: Shown) -> Node {
    let desk = use_desk();
    let marks = memo(move |_| {
        shown
            .row
            .see(|row| row.as_ref().map(|row| strip(row, &desk.workflow())).unwrap_or_default())
    });
    let count = desk.workflow().nodes.len();
    let nodes = (0..count).map(|place| {
        let mark = memo(move |_| marks.see(|marks| marks.get(place).cloned()));
        view! { <GraphNode mark /> }
    });
    view! {
        <ol class="strip" aria-label=t::strip()>
            {nodes.collect::<Node>()}
        </ol>
    }
}

#[component]
fn GraphNode(mark: Memo<Option<Mark>>) -> Node {
    let state =
        memo(move |_| mark.see(|mark| mark.as_ref().map_or(MarkState::Waiting, |mark| mark.state)));
    let title = move || mark.see(|mark| mark.as_ref().map(|mark| mark.title.clone()));
    let label = move || label(state.get(), &title().unwrap_or_default());
    let percent = move || mark.see(|mark| mark.as_ref().map_or(0, |mark| mark.percent));
    let sign = move || match state.get() {
        MarkState::Done => Some(view! { <Icon name="check" /> }),
        MarkState::Failed => Some(view! { <Icon name="x" /> }),
        _ => None,
    };
    view! {
        <li class="node" data-state=move || name(state.get()) style=("--p", percent) title=label>
            <span class="node__mark" aria-hidden="true">{sign}</span>
            <span class="node__name" aria-hidden="true">{title}</span>
            <span class="sr">{label}</span>
        </li>
    }
}

fn name(state: MarkState) -> &'static str {
    match state {
        MarkState::Waiting => "waiting",
        MarkState::Running => "running",
        MarkState::Cached => "cached",
        MarkState::Done => "done",
        MarkState::Failed => "failed",
    }
}

fn label(state: MarkState, node: &str) -> String {
    match state {
        MarkState::Waiting => t::node_waiting(node),
        MarkState::Running => t::node_running(node),
        MarkState::Cached => t::node_cached(node),
        MarkState::Done => t::node_done(node),
        MarkState::Failed => t::node_failed(node),
    }
}
