//! The list of the graph's inputs, to make a field of one or to let a field set one more.

use leptos::prelude::*;
use wire::studio::{NodeInputs, OpenInput};

use super::{slot::Held, work::Work};
use crate::{
    components::icon::Icon,
    dom::{Node, view},
    reactive::{RwSignal, memo},
    studio::{
        dialog::Dialog,
        state::{graph, values},
        t, words,
    },
};

/// What an input is chosen for.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    /// A new field.
    Add,
    /// One more thing that this field sets.
    Bind(Held),
}

#[component]
pub(super) fn GraphDialog(
    work: Work,
    purpose: Purpose,
    #[prop(into)] on_close: Callback<()>,
) -> Node {
    let search = RwSignal::new(String::new());
    let nodes = offered(work, purpose);
    let searched = nodes.clone();
    let found = memo(move |_| search.see(|words| graph::search(&searched, words)));
    let choose = Callback::new(move |input: OpenInput| {
        take(work, purpose, &input);
        on_close.run(());
    });
    let title = match purpose {
        Purpose::Add => t::add_field(),
        Purpose::Bind(_) => t::another_input(),
    };
    view! {
        <Dialog id="graph-h" title on_close>
            <div class="input-group graph__search">
                <input
                    type="search"
                    aria-label=t::graph_search()
                    placeholder=t::graph_search()
                    autofocus=true
                    on:input=move |event| search.set(event_target_value(&event))
                />
            </div>
            <ul class="graph">
                {move || {
                    let found = found.get();
                    if found.is_empty() {
                        return view! { <li class="quiet" role="status">{t::graph_none()}</li> };
                    }
                    let node = |(place, inputs): (usize, Vec<usize>)| {
                        let node: &NodeInputs = &nodes[place];
                        let inputs = inputs.into_iter().map(|at| node.inputs[at].clone()).collect();
                        view! { <NodeGroup work node=node.clone() inputs choose /> }
                    };
                    found.into_iter().map(node).collect::<Node>()
                }}
            </ul>
        </Dialog>
    }
}

/// The graph, as far as it fits the purpose.
fn offered(work: Work, purpose: Purpose) -> Vec<NodeInputs> {
    let mut nodes = work.bench.peek(|bench| bench.nodes.clone());
    if let Purpose::Bind(held) = purpose {
        for node in &mut nodes {
            node.inputs.retain(|input| held.peek(|field| graph::fits(field, input)));
        }
    }
    nodes
}

fn take(work: Work, purpose: Purpose, input: &OpenInput) {
    match purpose {
        Purpose::Add => {
            let mut name = String::new();
            work.change(|manifest| name = graph::add(manifest, input));
            work.choose(Some(name));
        }
        Purpose::Bind(held) => work.change(|all| graph::bind(all, &held.name(), input)),
    }
}

#[component]
fn NodeGroup(
    work: Work,
    node: NodeInputs,
    inputs: Vec<OpenInput>,
    choose: Callback<OpenInput>,
) -> Node {
    let input = |input: OpenInput| view! { <Input work input choose /> };
    view! {
        <li>
            <h3>
                <span class="mono">{node.id}</span>
                " "
                {node.title.clone()}
                {(node.title != node.class).then(|| view! { <small class="mono">{node.class}</small> })}
            </h3>
            <ul>{inputs.into_iter().map(input).collect::<Node>()}</ul>
        </li>
    }
}

/// One input; what sets it already is said.
#[component]
fn Input(work: Work, input: OpenInput, choose: Callback<OpenInput>) -> Node {
    let setter = work.peek(|all| graph::setter_of(all, &input).map(|field| field.label.clone()));
    let is_taken = setter.is_some();
    let default = input.field.default.as_ref().map(values::words).unwrap_or_default();
    let note = setter.map_or(default, t::graph_set_by);
    let kind = input.field.kind;
    let name = input.input.clone();
    view! {
        <li>
            <button
                type="button"
                class="graph__input"
                class=("graph__input--taken", is_taken)
                on:click=move |_| choose.run(input.clone())
            >
                <Icon name=words::icon(kind) />
                <span class="mono">{name}</span>
                <small class="clip">{note}</small>
                <em>{words::kind(kind)}</em>
            </button>
        </li>
    }
}
