//! What a field sets.

use leptos::prelude::*;
use wire::FieldManifest;

use super::super::{
    graph::{GraphDialog, Purpose},
    setting::{Add, NumberSetting, Remove, Wrong},
    slot::{Held, Slot},
    work::Work,
};
use crate::{
    dom::{Node, view},
    reactive::{RwSignal, Show, memo},
    studio::{
        state::{graph, values},
        t,
    },
};

#[component]
pub(super) fn Binds(held: Held) -> Node {
    let is_open = RwSignal::new(false);
    let binds =
        memo(move |_| held.see(|field| graph::binds(field).map(str::to_owned).collect::<Vec<_>>()));
    let shared = memo(move |_| templates(held));
    let trouble = held.slot("bind", |_| (), |_, ()| ()).trouble();
    view! {
        <div class="field" role="group" aria-labelledby="s-binds">
            <div class="field__head"><span class="field__label" id="s-binds">{t::setting_binds()}</span></div>
            <div class="binds">
                {move || {
                    let one = |bind: String| view! { <Bind held bind /> };
                    binds.get().into_iter().map(one).collect::<Node>()
                }}
                {move || {
                    let one = |words: String| view! { <span class="bind bind--shared">{words}</span> };
                    shared.get().into_iter().map(one).collect::<Node>()
                }}
                <Add label=t::another_input() on_click=Callback::new(move |()| is_open.set(true)) />
            </div>
            {move || trouble.get().map(|words| view! { <Wrong words /> })}
            <Arithmetic held />
            <Show when=move || is_open.get()>
                <GraphDialog work=held.work purpose=Purpose::Bind(held) on_close=move |()| is_open.set(false) />
            </Show>
        </div>
    }
}

/// Inputs that this field makes together with others.
fn templates(held: Held) -> Vec<String> {
    let name = format!("{{{}}}", held.name());
    held.work.see(|all| {
        let own = all.templates.iter().filter(|template| template.template.contains(&name));
        own.map(|template| t::bind_shared(told(held.work, &template.bind), &template.template))
            .collect()
    })
}

/// An input as a person knows it: `3 KSampler · denoise`.
fn told(work: Work, bind: &str) -> String {
    let (node, input) = graph::parts(bind);
    work.bench.see(|bench| {
        let title =
            bench.nodes.iter().find(|known| known.id == node).map(|known| known.title.as_str());
        format!("{node} {} · {input}", title.unwrap_or_default())
    })
}

#[component]
fn Bind(held: Held, bind: String) -> Node {
    let words = told(held.work, &bind);
    let what = words.clone();
    let remove = Callback::new(move |()| held.change(|field| graph::unbind(field, &bind)));
    view! { <span class="bind">{words}<Remove what on_click=remove /></span> }
}

/// What happens to a number on its way, as a sentence, and how to change it.
#[component]
fn Arithmetic(held: Held) -> Node {
    let count = memo(move |_| {
        held.see(|field| if values::is_counted(field.kind) { field.bind.len() } else { 0 })
    });
    view! {
        {move || (0..count.get()).map(|place| view! { <Way held place /> }).collect::<Node>()}
    }
}

#[component]
fn Way(held: Held, place: usize) -> Node {
    let bind = move || held.see(|field| field.bind.get(place).cloned());
    let sentence = memo(move |_| {
        let bind = bind()?;
        let (_, input) = graph::parts(bind.to());
        let way = graph::arithmetic(&bind);
        let formula = graph::formula(way, t::bind_value());
        Some(if way == (1.0, 0.0) { t::bind_plain(input) } else { t::bind_formula(input, formula) })
    });
    let times =
        part(held, place, "times", |(times, _)| times, |way, times| way.0 = times.unwrap_or(1.0));
    let plus = part(held, place, "plus", |(_, plus)| plus, |way, plus| way.1 = plus.unwrap_or(0.0));
    view! {
        <details class="way">
            <summary class="field__help">{move || sentence.get()} " " <span class="link">{t::bind_change()}</span></summary>
            <div class="pair pair--2">
                <NumberSetting slot=times label=t::bind_times() />
                <NumberSetting slot=plus label=t::bind_plus() />
            </div>
        </details>
    }
}

/// One of the two numbers of the way.
fn part(
    held: Held,
    place: usize,
    key: &'static str,
    read: fn((f64, f64)) -> f64,
    write: fn(&mut (f64, f64), Option<f64>),
) -> Slot<Option<f64>> {
    let bound = move |field: &FieldManifest| field.bind.get(place).map(graph::arithmetic);
    let change = move |field: &mut FieldManifest, number| {
        let Some(bind) = field.bind.get_mut(place) else { return };
        let mut way = graph::arithmetic(bind);
        write(&mut way, number);
        graph::scale(bind, way);
    };
    held.slot(key, move |field| bound(field).map(read), change).number(place)
}
