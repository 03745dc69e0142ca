//! The frame: one result, opened. It stands in the address (`?job=…&output=…`),
//! so it can be linked to, and *back* closes it.
//!
//! Read in this order: this file opens and closes it, `look` is the picture with
//! zoom and swipe, `compare` lays it over what it was made from, `film` is the
//! neighbours, `placard` and `facts` say what it is, `acts` what can be done.

mod acts;
mod compare;
mod facts;
mod film;
mod look;
mod placard;

use std::sync::Arc;

use leptos::{html, prelude::*, task::spawn_local};
use web_sys::KeyboardEvent;

use crate::{
    address::{Step, use_here},
    api, browser,
    components::{icon::Icon, room::Room, toasts::ToastList, wall::Collection},
    desk::use_desk,
    dom::{Node, view},
    i18n::t,
    live::{Live, use_live},
    reactive::{Memo, RwSignal, Show, StoredValue, effect, memo},
    results::{Item, Place, zoom::Zoom},
};

use look::{Look, ZoomTools};
use placard::Placard;

/// What the parts of an open frame share.
#[derive(Clone, Copy)]
struct Opened {
    collection: Collection,
    /// What the address names.
    place: Memo<Option<Place>>,
    /// The result there, once it is known.
    item: Memo<Option<Item>>,
    /// It cannot be had.
    is_missing: RwSignal<bool>,
    zoom: RwSignal<Zoom>,
    is_comparing: RwSignal<bool>,
    /// Another place, and whether that is a new step for *back*.
    go: Callback<Option<Place>>,
    close: Callback<()>,
}

/// Opens whatever result the address names.
#[component]
pub(crate) fn Frame(
    /// What it is leafed through in; without it, the wall of this desk.
    #[prop(optional)]
    collection: Option<Collection>,
) -> Node {
    let collection = collection.unwrap_or_else(|| Collection::of_desk(use_desk()));
    let live = use_live();
    let place = use_place();
    let item = memo(move |_| {
        let place = place.get()?;
        let job = live.results.see(|results| results.get(place.job).cloned())?;
        Item::at(&Arc::new(job), place.output)
    });
    let (go, close) = use_ways(collection, place);
    let opened = Opened {
        collection,
        place,
        item,
        is_missing: RwSignal::new(false),
        zoom: RwSignal::new(Zoom::default()),
        is_comparing: RwSignal::new(false),
        go,
        close,
    };
    opened.follow(live);
    let dialog = NodeRef::<html::Dialog>::new();
    effect(move || {
        let (is_open, Some(dialog)) = (place.read().is_some(), dialog.get()) else { return };
        match (is_open, dialog.open()) {
            (true, false) => drop(dialog.show_modal()),
            // Closing, not taking away, gives focus back to where it was.
            (false, true) => dialog.close(),
            _ => (),
        }
    });
    view! {
        <dialog
            class="frame"
            node_ref=dialog
            aria-label=move || opened.title()
            on:close=move |_| opened.closed()
            on:keydown=move |event| opened.key(&event)
        >
            <Show when=move || place.read().is_some()>
                <Inside opened/>
            </Show>
            // An open dialog lies over everything else of the page, and keeps it from being heard.
            <ToastList/>
        </dialog>
    }
}

/// The result that the address names.
fn use_place() -> Memo<Option<Place>> {
    let here = use_here();
    memo(move |_| Place::parse(&here.query("job")?, here.query("output").as_deref()))
}

/// To another place, and out.
fn use_ways(
    collection: Collection,
    place: Memo<Option<Place>>,
) -> (Callback<Option<Place>>, Callback<()>) {
    // Opened from the page itself, the page is one step back. Opened by a
    // link from elsewhere, a step back would leave the house.
    let came_by_link = StoredValue::new(place.get_untracked().is_some());
    let here = use_here();
    let go = Callback::new(move |place: Option<Place>| {
        here.go(&collection.address(place), Step::Instead);
    });
    let close = Callback::new(move |()| {
        if came_by_link.get_value() {
            came_by_link.set_value(false);
            go.run(None);
        } else {
            browser::back();
        }
    });
    (go, close)
}

/// Fetches a result unless it is known; says in `is_missing` when there is none.
fn meet(live: Live, place: Place, is_missing: RwSignal<bool>) {
    let is_known = move || {
        live.results.peek(|results| {
            let job = results.get(place.job);
            job.is_some_and(|job| (place.output as usize) < job.outputs.len())
        })
    };
    if is_known() {
        return;
    }
    spawn_local(async move {
        if let Ok(job) = api::job(place.job).await {
            live.results.update(|results| results.add(job));
        }
        is_missing.set(!is_known());
    });
}

impl Opened {
    /// Fetches what is not on the wall, and starts afresh with each result.
    fn follow(self, live: Live) {
        effect(move || {
            let Some(place) = self.place.get() else { return };
            self.zoom.set(Zoom::default());
            self.is_comparing.set(false);
            self.is_missing.set(false);
            meet(live, place, self.is_missing);
        });
    }

    fn title(self) -> String {
        self.item.see(|item| {
            item.as_ref().map_or_else(|| t::frame().to_owned(), |item| item.title().to_owned())
        })
    }

    /// Number of the result, and how many there are, while that is known.
    fn count(self) -> Option<(usize, u64)> {
        let place = self.place.get()?;
        let places = self.collection.places.read();
        let number = places.iter().position(|known| *known == place)? + 1;
        let total = self.collection.shelf.total().unwrap_or(0).max(places.len() as u64);
        Some((number, total))
    }

    /// The result so many places further; negative is newer.
    fn neighbour(self, by: isize) -> Option<Place> {
        let place = self.place.get()?;
        let places = self.collection.places.read();
        let index = places.iter().position(|known| *known == place)?.checked_add_signed(by)?;
        // Whoever leafs through to the end wants to see what is behind it.
        if index + 3 > places.len() {
            self.collection.shelf.fetch_more();
        }
        places.get(index).copied()
    }

    fn step(self, by: isize) {
        if let Some(place) = untrack(|| self.neighbour(by)) {
            self.go.run(Some(place));
        }
    }

    /// The dialog was closed by the browser: `Escape`, or a phone's gesture.
    fn closed(self) {
        if self.place.peek(Option::is_some) {
            self.close.run(());
        }
    }

    fn key(self, event: &KeyboardEvent) {
        if browser::is_typing() || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        match event.key().as_str() {
            "ArrowLeft" => self.step(-1),
            "ArrowRight" => self.step(1),
            _ => return,
        }
        event.prevent_default();
    }
}

#[component]
fn Inside(opened: Opened) -> Node {
    let Opened { item, is_missing, .. } = opened;
    let id = memo(move |_| item.read().as_ref().map(Item::place));
    view! {
        <Top opened/>
        {move || match id.get() {
            Some(_) => {
                let item = item.get_untracked();
                item.map(|item| view! { <Shown opened item/> })
            }
            None if is_missing.get() => Some(view! {
                <Room title=t::frame_missing_title() why=t::frame_missing_why()/>
            }),
            None => Some(view! { <p class="frame__wait sr" role="status">{t::loading()}</p> }),
        }}
    }
}

#[component]
fn Top(opened: Opened) -> Node {
    let count = move || opened.count().map(|(number, total)| t::frame_count(number, total));
    view! {
        <div class="frame__top">
            <button type="button" class="ib" aria-label=t::close() on:click=move |_| opened.close.run(())>
                <Icon name="x"/>
            </button>
            <span class="frame__count" role="status">{count}</span>
            <ZoomTools opened/>
        </div>
    }
}

#[component]
fn Shown(opened: Opened, item: Item) -> Node {
    view! {
        <div class="frame__room">
            <Look opened item=item.clone()/>
            <Step opened by=-1/>
            <Step opened by=1/>
        </div>
        <film::Strip opened/>
        <Placard opened item/>
    }
}

/// To the next result, at the edge of the picture.
#[component]
fn Step(opened: Opened, by: isize) -> Node {
    let (class, icon, label) = if by < 0 {
        ("frame__step frame__step--back", "left", t::frame_newer())
    } else {
        ("frame__step frame__step--on", "right", t::frame_older())
    };
    view! {
        <Show when=move || opened.neighbour(by).is_some()>
            <button type="button" class=class aria-label=label on:click=move |_| opened.step(by)>
                <Icon name=icon/>
            </button>
        </Show>
    }
}
