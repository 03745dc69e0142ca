//! The picture field: click, drop anywhere, paste, photograph, or use a result.
//!
//! `intake` takes files in and sends them, `anywhere` listens to the whole
//! page, `choose` is the list of results to choose from; this file draws.

mod anywhere;
mod choose;
mod intake;

use leptos::{ev::Event, html, prelude::*};
use wire::{Field, FieldKind, Media};

use super::{hold::Hold, labelled::Labelled, words};
use crate::{
    browser,
    components::icon::Icon,
    dom::{IntoNode, Node, view},
    form::{Change, Entry, Picture, Source},
    i18n::{t, words::bytes},
    reactive::{Memo, RwSignal, Show, StoredValue, memo},
};

pub(super) use anywhere::take_from_anywhere;
use choose::ChooseResult;
pub(super) use intake::Intake;

/// What the parts of one picture field share.
#[derive(Clone, Copy)]
struct Tools {
    hold: Hold,
    name: StoredValue<String>,
    intake: Intake,
    /// The list of results is open.
    is_choosing: RwSignal<bool>,
    input: NodeRef<html::Input>,
    /// `None` for pictures.
    media: Option<Media>,
}

/// A picture to start from.
#[component]
pub(super) fn PictureField(hold: Hold, field: Field, intake: Intake) -> Node {
    let kind = field.kind.clone();
    let (accept, max_bytes, media) = match &kind {
        FieldKind::Image { accept, max_bytes, .. } => (accept.clone(), *max_bytes, None),
        FieldKind::File { accept, max_bytes, media } => (accept.clone(), *max_bytes, Some(*media)),
        _ => unreachable!("drawn for files only"),
    };
    let tools = Tools {
        hold,
        name: StoredValue::new(field.name.clone()),
        intake,
        is_choosing: RwSignal::new(false),
        input: NodeRef::new(),
        media,
    };
    let picture = memo(move |_| {
        hold.see(|row| match &row.entry {
            Entry::Picture(picture) => picture.clone(),
            _ => None,
        })
    });
    let is_there = memo(move |_| picture.read().is_some());
    let limits = t::picture_limits(words::kinds(&accept), bytes(max_bytes as f64));
    let optional = !field.required;
    let value = memo(move |_| value_words(picture.read().as_ref(), optional));
    view! {
        <Labelled hold field value>
            <FileInput tools accept=accept.join(",")/>
            {move || if is_there.get() {
                view! { <Filled tools picture/> }
            } else {
                view! { <Empty tools limits=limits.clone()/> }
            }}
            <Show when=move || tools.is_choosing.get()>
                <ChooseResult kind=kind.clone() on_close=move |chosen| tools.chosen(chosen)/>
            </Show>
        </Labelled>
    }
}

fn value_words(picture: Option<&Picture>, optional: bool) -> Option<String> {
    match picture {
        Some(Picture { source: Source::Sending { fraction, .. }, .. }) => {
            Some(t::picture_percent((fraction * 100.0) as u32))
        }
        None if optional => Some(t::field_optional().into()),
        _ => None,
    }
}

/// The browser's own way to a file, out of sight: the buttons press it.
#[component]
fn FileInput(tools: Tools, accept: String) -> Node {
    let choose = move |event: Event| {
        let input = event_target::<web_sys::HtmlInputElement>(&event);
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            tools.take(file);
        }
        // So that choosing the same file again is a change, too.
        input.set_value("");
    };
    view! {
        <input
            class="sr"
            type="file"
            id=tools.hold.id()
            tabindex="-1"
            accept=accept
            node_ref=tools.input
            aria-invalid=tools.hold.invalid()
            aria-describedby=tools.hold.described_by()
            on:change=choose
        />
    }
}

#[component]
fn Empty(tools: Tools, limits: String) -> Node {
    let over = tools.intake.is_over();
    let words = move || {
        if over.get() {
            t::picture_let_go()
        } else if tools.media.is_some() {
            t::file_empty()
        } else {
            t::picture_empty()
        }
    };
    let small = move || if over.get() { t::picture_anywhere().to_owned() } else { limits.clone() };
    view! {
        <button type="button" class="drop drop--empty" class:drop--over=move || over.get() on:click=move |_| tools.browse()>
            {move || view! { <Icon name=if over.get() { "upload" } else { "image" }/> }}
            <span>{words}<small>{small}</small></span>
        </button>
        <div class="drop__more">
            <Show when=browser::is_handheld>
                <button type="button" class="link" on:click=move |_| tools.photograph()>{t::picture_camera()}</button>
            </Show>
            <button type="button" class="link" on:click=move |_| tools.is_choosing.set(true)>{t::picture_from_results()}</button>
        </div>
    }
}

#[component]
fn Filled(tools: Tools, picture: Memo<Option<Picture>>) -> Node {
    let fraction = memo(move |_| match picture.read().as_ref().map(|picture| picture.source) {
        Some(Source::Sending { fraction, .. }) => Some(fraction),
        _ => None,
    });
    let is_sending = memo(move |_| fraction.get().is_some());
    let name = memo(move |_| picture.read().as_ref().map(name_words).unwrap_or_default());
    let preview = memo(move |_| picture.read().as_ref().map(|picture| picture.preview.clone()));
    let over = tools.intake.is_over();
    view! {
        <div class="drop" class:drop--over=move || over.get()>
            <div class="drop__pic" class:is-sending=move || is_sending.get()>
                {move || preview.get().filter(|url| !url.is_empty()).map(|url| view! { <Preview url name=name.get() media=tools.media/> })}
                <Show when=move || is_sending.get()>
                    <div class="drop__bar" style=("--p", move || f64::from(fraction.get().unwrap_or(1.0)) * 100.0)></div>
                </Show>
            </div>
            <div class="drop__body">
                <div>
                    <div class="drop__name clip">{name}</div>
                    <div class="drop__meta">{move || picture.read().as_ref().map(meta_words)}</div>
                </div>
                <div class="drop__acts">
                    {move || if is_sending.get() {
                        view! {
                            <button type="button" class="btn btn--plain" on:click=move |_| tools.remove()>
                                <Icon name="x" small=true/>{t::picture_cancel()}
                            </button>
                        }
                    } else {
                        view! { <Acts tools/> }
                    }}
                </div>
            </div>
        </div>
    }
}

/// The picture itself; a sign in its place when the browser cannot show it.
#[component]
fn Preview(url: String, name: String, media: Option<Media>) -> Node {
    match media {
        None => (),
        Some(Media::Video) => return view! { <video src=url muted=true></video> },
        Some(_) => return view! { <Icon name="file"/> },
    }
    let broken = RwSignal::new(false);
    (move || {
        if broken.get() {
            view! { <Icon name="image"/> }
        } else {
            let alt = t::picture_alt(&name);
            view! { <img src=url.clone() alt=alt on:error=move |_| broken.set(true)/> }
        }
    })
    .into_node()
}

#[component]
fn Acts(tools: Tools) -> Node {
    let button = |icon: &'static str, label: &'static str, press: fn(Tools)| {
        view! {
            <button type="button" class="ib" aria-label=label title=label on:click=move |_| press(tools)>
                <Icon name=icon/>
            </button>
        }
    };
    view! {
        {button("swap", t::picture_replace(), Tools::browse)}
        {button("wall", t::picture_from_results(), |tools| tools.is_choosing.set(true))}
        {button("trash", t::picture_remove(), Tools::remove)}
    }
}

fn name_words(picture: &Picture) -> String {
    if picture.name.is_empty() { t::picture_unnamed().to_owned() } else { picture.name.clone() }
}

fn meta_words(picture: &Picture) -> String {
    let all = picture.bytes.map(|all| all as f64);
    match (picture.source, picture.size, all) {
        (Source::Sending { fraction, .. }, _, Some(all)) => {
            t::picture_sent(bytes(all * f64::from(fraction)), bytes(all))
        }
        (_, Some((width, height)), Some(all)) => {
            t::picture_meta(t::size_value(width, height), bytes(all))
        }
        (_, Some((width, height)), None) => t::size_value(width, height),
        (_, None, Some(all)) => bytes(all),
        (_, None, None) => String::new(),
    }
}

impl Tools {
    fn browse(self) {
        self.press(None);
    }

    fn photograph(self) {
        self.press(Some("environment"));
    }

    /// Opens the browser's file chooser, or the camera.
    fn press(self, capture: Option<&str>) {
        let Some(input) = self.input.get_untracked() else { return };
        let _ = match capture {
            Some(camera) => input.set_attribute("capture", camera),
            None => input.remove_attribute("capture"),
        };
        input.click();
    }

    fn take(self, file: web_sys::File) {
        self.name.with_value(|name| self.intake.take(name, file));
    }

    fn remove(self) {
        self.name.with_value(|name| self.intake.forget(name));
        self.hold.apply(Change::Picture(None));
    }

    fn chosen(self, chosen: Option<Picture>) {
        self.is_choosing.set(false);
        if let Some(picture) = chosen {
            self.name.with_value(|name| self.intake.forget(name));
            self.hold.apply(Change::Picture(Some(picture)));
        }
    }
}
