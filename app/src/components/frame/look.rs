//! The picture itself: as large as the room, closer by wheel, pinch, buttons or
//! a double-click, moved by dragging, leafed through by swiping.

use leptos::{html, prelude::*};
use web_sys::{PointerEvent, WheelEvent};
use wire::{OutputKind, text::shown};

use super::{Opened, compare::Wipe};
use crate::{
    components::icon::Icon,
    dom::{Node, view},
    i18n::t,
    reactive::{Show, StoredValue, memo},
    results::{
        Item,
        zoom::{Pair, Zoom, most, near},
    },
};

/// One press of a zoom button.
const PRESS: f64 = 1.5;

/// Pixels of wheel for a factor of e.
const WHEEL: f64 = 400.0;

/// A finger that went so far sideways, in pixels, meant the next picture.
const SWIPE: f64 = 56.0;

/// Fingers on the picture, by pointer id.
type Fingers = StoredValue<Vec<(i32, Pair)>>;

/// A result in full size.
#[component]
pub(super) fn Look(opened: Opened, item: Item) -> Node {
    let output = item.output().clone();
    let title = item.title().to_owned();
    match output.kind {
        OutputKind::Image => view! { <Picture opened item/> },
        OutputKind::Video => view! {
            <video class="frame__film" src=output.url controls=true autoplay=true loop=true playsinline=true></video>
        },
        OutputKind::Audio => {
            view! { <audio src=output.url controls=true aria-label=title></audio> }
        }
        OutputKind::Text => view! { <blockquote class="frame__text">{output.text}</blockquote> },
        OutputKind::Model | OutputKind::File => view! {
            <div class="frame__file">
                <Icon name=if output.kind == OutputKind::Model { "cube" } else { "file" }/>
                <span>{output.name}</span>
            </div>
        },
    }
}

#[component]
fn Picture(opened: Opened, item: Item) -> Node {
    let Opened { zoom, is_comparing, .. } = opened;
    let output = item.output().clone();
    let ratio = output
        .width
        .zip(output.height)
        .map_or(1.0, |(width, height)| f64::from(width) / f64::from(height.max(1)));
    let hand = Hand {
        opened,
        figure: NodeRef::new(),
        fingers: StoredValue::new(Vec::new()),
        start: StoredValue::new(None),
        pixels: output.width.map_or(0.0, f64::from),
    };
    let at = move |part: fn(Zoom) -> f64, unit: &'static str| {
        move || format!("{}{unit}", shown(part(zoom.get())))
    };
    let soft = format!("url(\"{}\")", item.thumb(640));
    let title = item.title().to_owned();
    view! {
        <figure
            class="frame__pic"
            class:is-near=move || !zoom.read().is_whole()
            node_ref=hand.figure
            style=("--r", ratio)
            style=("--x", at(|zoom| zoom.x, "px"))
            style=("--y", at(|zoom| zoom.y, "px"))
            style=("--z", at(|zoom| zoom.scale, ""))
            on:wheel=move |event| hand.wheel(&event)
            on:dblclick=move |event: web_sys::MouseEvent| hand.toggle((f64::from(event.client_x()), f64::from(event.client_y())))
            on:pointerdown=move |event| hand.down(&event)
            on:pointermove=move |event| hand.moved(&event)
            on:pointerup=move |event| hand.up(&event)
            on:pointercancel=move |event| hand.up(&event)
        >
            <img src=output.url alt=title draggable="false" style:background-image=soft/>
            <Show when=move || is_comparing.get()>
                <Wipe item=item.clone()/>
            </Show>
        </figure>
    }
}

/// What holds the picture.
#[derive(Clone, Copy)]
struct Hand {
    opened: Opened,
    figure: NodeRef<html::Figure>,
    fingers: Fingers,
    /// Where the first finger came down.
    start: StoredValue<Option<Pair>>,
    /// Width of the picture in its own pixels.
    pixels: f64,
}

impl Hand {
    /// The picture at rest and the room around it, in CSS pixels.
    fn sizes(self) -> Option<(Pair, Pair)> {
        let figure = self.figure.get_untracked()?;
        let room = figure.parent_element()?;
        let shown = (f64::from(figure.offset_width()), f64::from(figure.offset_height()));
        Some((shown, (f64::from(room.client_width()), f64::from(room.client_height()))))
    }

    /// A place on the screen, from the middle of the picture at rest.
    fn off_middle(self, client: Pair) -> Option<Pair> {
        let figure = self.figure.get_untracked()?;
        let seen = figure.get_bounding_client_rect();
        let zoom = self.opened.zoom.get_untracked();
        let middle =
            (seen.x() + seen.width() / 2.0 - zoom.x, seen.y() + seen.height() / 2.0 - zoom.y);
        Some((client.0 - middle.0, client.1 - middle.1))
    }

    /// Closer by `factor` at a place on the screen.
    fn closer(self, factor: f64, client: Pair) {
        let (Some((shown, room)), Some(at)) = (self.sizes(), self.off_middle(client)) else {
            return;
        };
        let most = most(self.pixels, shown.0);
        self.opened.zoom.update(|zoom| *zoom = zoom.by(factor, at, most).held(shown, room));
    }

    fn wheel(self, event: &WheelEvent) {
        event.prevent_default();
        // Some mice count lines or pages instead of pixels.
        let unit = match event.delta_mode() {
            WheelEvent::DOM_DELTA_LINE => 16.0,
            WheelEvent::DOM_DELTA_PAGE => 400.0,
            _ => 1.0,
        };
        let client = (f64::from(event.client_x()), f64::from(event.client_y()));
        self.closer((-event.delta_y() * unit / WHEEL).exp(), client);
    }

    fn toggle(self, client: Pair) {
        if !self.opened.zoom.get_untracked().is_whole() {
            self.opened.zoom.set(Zoom::default());
        } else if let Some((shown, _)) = self.sizes() {
            self.closer(near(self.pixels, shown.0), client);
        }
    }

    fn down(self, event: &PointerEvent) {
        if event.button() != 0 || self.opened.is_comparing.get_untracked() {
            return;
        }
        if let Some(figure) = self.figure.get_untracked() {
            let _ = figure.set_pointer_capture(event.pointer_id());
        }
        self.fingers.update_value(|fingers| fingers.push((event.pointer_id(), client(event))));
        let is_first = self.fingers.with_value(|fingers| fingers.len() == 1);
        self.start.set_value(is_first.then(|| client(event)));
    }

    fn moved(self, event: &PointerEvent) {
        let fingers = self.fingers.get_value();
        let Some(index) = fingers.iter().position(|(id, _)| *id == event.pointer_id()) else {
            return;
        };
        let (before, now) = (fingers[index].1, client(event));
        self.fingers.update_value(|fingers| fingers[index].1 = now);
        let other = fingers.iter().find(|(id, _)| *id != event.pointer_id());
        match other {
            Some((_, other)) => {
                let middle = (f64::midpoint(now.0, other.0), f64::midpoint(now.1, other.1));
                self.closer(distance(now, *other) / distance(before, *other).max(1.0), middle);
            }
            None if !self.opened.zoom.get_untracked().is_whole() => {
                let Some((shown, room)) = self.sizes() else { return };
                let by = (now.0 - before.0, now.1 - before.1);
                self.opened.zoom.update(|zoom| *zoom = zoom.moved(by).held(shown, room));
            }
            None => (),
        }
    }

    fn up(self, event: &PointerEvent) {
        self.fingers.update_value(|fingers| fingers.retain(|(id, _)| *id != event.pointer_id()));
        let start = self.start.update_value(Option::take).flatten();
        let Some(start) = start.filter(|_| event.pointer_type() == "touch") else { return };
        let end = client(event);
        let (across, down) = (end.0 - start.0, end.1 - start.1);
        let is_swipe = across.abs() > SWIPE && across.abs() > 2.0 * down.abs();
        if is_swipe && self.opened.zoom.get_untracked().is_whole() {
            self.opened.step(if across > 0.0 { -1 } else { 1 });
        }
    }
}

fn client(event: &PointerEvent) -> Pair {
    (f64::from(event.client_x()), f64::from(event.client_y()))
}

fn distance(a: Pair, b: Pair) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// Buttons for whoever would rather press than turn a wheel or pinch.
#[component]
pub(super) fn ZoomTools(opened: Opened) -> Node {
    let Opened { zoom, item, is_comparing, .. } = opened;
    let is_picture = memo(move |_| {
        item.read().as_ref().is_some_and(|item| item.output().kind == OutputKind::Image)
    });
    let comparable = memo(move |_| {
        item.read().as_ref().is_some_and(|item| super::compare::source(item).is_some())
    });
    let press = move |factor: f64| {
        // At the middle; what is closest is left to the largest a wheel may do.
        zoom.update(|zoom| *zoom = zoom.by(factor, (0.0, 0.0), most(0.0, 1.0).max(8.0)));
        if zoom.peek(|zoom| zoom.is_whole()) {
            zoom.set(Zoom::default());
        }
    };
    let percent = move || t::frame_percent((zoom.get().scale * 100.0).round() as u32);
    let button = |icon: &'static str, label: &'static str, press: Callback<()>| {
        view! {
            <button type="button" class="ib" aria-label=label title=label on:click=move |_| press.run(())>
                <Icon name=icon/>
            </button>
        }
    };
    view! {
        <Show when=move || is_picture.get()>
            <div class="frame__zoom" role="group" aria-label=t::frame_zoom()>
                {button("zout", t::frame_zoom_out(), Callback::new(move |()| press(1.0 / PRESS)))}
                <span>{percent}</span>
                {button("zin", t::frame_zoom_in(), Callback::new(move |()| press(PRESS)))}
                {button("fit", t::frame_fit(), Callback::new(move |()| zoom.set(Zoom::default())))}
                <Show when=move || comparable.get()>
                    <button
                        type="button"
                        class="ib"
                        aria-label=t::compare()
                        title=t::compare()
                        aria-pressed=move || is_comparing.get().to_string()
                        on:click=move |_| {
                            zoom.set(Zoom::default());
                            is_comparing.update(|comparing| *comparing = !*comparing);
                        }
                    >
                        <Icon name="compare"/>
                    </button>
                </Show>
            </div>
        </Show>
    }
}
