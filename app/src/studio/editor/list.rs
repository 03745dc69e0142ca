//! The fields in order.

use leptos::{ev::DragEvent, prelude::*};
use wasm_bindgen::JsCast;

use super::{
    graph::{GraphDialog, Purpose},
    slot::Held,
    tools::Tools,
    troubles::Troubles,
    work::Work,
};
use crate::{
    browser,
    components::icon::Icon,
    dom::{Node, view},
    reactive::{RwSignal, Show, memo},
    studio::{
        state::{
            arrange::{self, Section, Side, Way},
            graph,
        },
        t, words,
    },
};

/// The left pane: what the workflow asks of guests.
#[component]
pub(super) fn ListPane(work: Work) -> Node {
    let is_adding = RwSignal::new(false);
    let closed =
        memo(move |_| work.bench.see(|bench| work.see(|all| graph::closed(all, &bench.nodes))));
    view! {
        <section class="pane pane--list" aria-label=t::pane_form()>
            <Tools work />
            <Whole work />
            <Troubles work />
            <Sections work />
            <button type="button" class="btn" on:click=move |_| is_adding.set(true)>
                <Icon name="plus" />
                {t::add_field()}
            </button>
            <p class="field__help">{move || t::closed_inputs(closed.get())}</p>
            <Show when=move || is_adding.get()>
                <GraphDialog work purpose=Purpose::Add on_close=move |()| is_adding.set(false) />
            </Show>
        </section>
    }
}

/// The workflow as a whole: choosing it shows what is said of it.
#[component]
fn Whole(work: Work) -> Node {
    let title = memo(move |_| work.see(|all| all.title.clone()));
    let state = memo(move |_| work.bench.see(|bench| words::standing(&bench.entry)));
    let is_chosen = move || work.chosen.see(Option::is_none).then_some("true");
    view! {
        <button
            type="button"
            class="slot slot--whole"
            aria-current=is_chosen
            on:click=move |_| work.choose(None)
        >
            <span>
                <b class="clip">{title}</b>
                <small>{t::about_hint()}</small>
            </span>
            <em>{state}</em>
        </button>
    }
}

#[component]
fn Sections(work: Work) -> Node {
    let sections = memo(move |_| work.see(arrange::sections));
    let dragged = RwSignal::new(None::<String>);
    let section = move |(section, names): (Section, Vec<String>)| {
        let slots = names.into_iter().map(|name| {
            let held = Held::new(work, name);
            view! { <Slot held dragged /> }
        });
        view! {
            {words::section(&section).map(|rule| view! { <h2 class="slots__rule">{rule}</h2> })}
            <ol>{slots.collect::<Node>()}</ol>
        }
    };
    view! {
        <div class="slots">
            {move || sections.get().into_iter().map(section).collect::<Node>()}
        </div>
    }
}

/// One field: choose it, drag it, or move it with its buttons.
#[component]
fn Slot(held: Held, dragged: RwSignal<Option<String>>) -> Node {
    let work = held.work;
    let is_chosen = move || work.chosen.see(|chosen| chosen.as_ref() == Some(&held.name()));
    let is_held = move || dragged.see(|dragged| dragged.as_ref() == Some(&held.name()));
    let lift = move |event: DragEvent| {
        if let Some(carried) = event.data_transfer() {
            // Firefox drags only what carries something.
            let _ = carried.set_data("text/plain", &held.name());
        }
        dragged.set(Some(held.name()));
    };
    let hold = move |event: DragEvent| {
        if dragged.peek(Option::is_some) {
            event.prevent_default();
        }
    };
    let drop = move |event: DragEvent| {
        if let Some(Some(name)) = dragged.try_update(Option::take) {
            event.prevent_default();
            let side = side_of(&event);
            work.change(|all| arrange::put(all, &name, &held.name(), side));
        }
    };
    view! {
        <li
            class="slot"
            class:slot--held=is_held
            draggable="true"
            aria-current=move || is_chosen().then_some("true")
            on:dragstart=lift
            on:dragover=hold
            on:drop=drop
            on:dragend=move |_| dragged.set(None)
        >
            <Icon name="drag" />
            <SlotMain held />
            <span class="slot__moves">
                <MoveButton held way=Way::Up />
                <MoveButton held way=Way::Down />
            </span>
        </li>
    }
}

#[component]
fn SlotMain(held: Held) -> Node {
    let work = held.work;
    let label = memo(move |_| held.see(|field| field.label.clone()));
    let kind = memo(move |_| held.see(|field| field.kind));
    let bound = memo(move |_| work.see(|all| held.see(|field| words::bound(all, field))));
    let is_wrong = memo(move |_| {
        let name = held.name();
        work.bench.see(|bench| bench.problems.iter().any(|one| one.field.as_ref() == Some(&name)))
    });
    view! {
        <button type="button" class="slot__main" on:click=move |_| work.choose(Some(held.name()))>
            {move || view! { <Icon name=words::icon(kind.get()) /> }}
            <span>
                <b class="clip">{label}</b>
                <small class="clip">{bound}</small>
            </span>
            {move || if is_wrong.get() {
                view! {
                    <em class="slot__wrong">
                        <Icon name="alert" small=true />
                        <span class="sr">{t::has_problem()}</span>
                    </em>
                }
            } else {
                view! { <em>{words::kind(kind.get())}</em> }
            }}
        </button>
    }
}

#[component]
fn MoveButton(held: Held, way: Way) -> Node {
    let (name, word) = if way == Way::Up { ("up", "up") } else { ("fall", "down") };
    let label = move || {
        let label = held.see(|field| field.label.clone());
        if way == Way::Up { t::move_up(label) } else { t::move_down(label) }
    };
    let id = move || format!("move-{word}-{}", held.name());
    let go = move |_| {
        held.work.change(|all| arrange::step(all, &held.name(), way));
        // The list is drawn anew; whoever pressed the button may press it again.
        let id = id();
        request_animation_frame(move || browser::focus(&id));
    };
    view! {
        <button type="button" class="ib" id=id() aria-label=label on:click=go>
            <Icon name small=true />
        </button>
    }
}

/// Dropped on the upper half of a field, it goes before it.
fn side_of(event: &DragEvent) -> Side {
    let target = event.current_target();
    let element = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let Some(element) = element else { return Side::After };
    let frame = element.get_bounding_client_rect();
    let middle = frame.top() + frame.height() / 2.0;
    if f64::from(event.client_y()) < middle { Side::Before } else { Side::After }
}
