//! The stage: one run, told truthfully. `picture` shows it, `tell` says where it stands, `strip`
//! draws the graph, `tray` switches between jobs.

mod failure;
mod glow;
mod made;
mod picture;
mod spoken;
mod strip;
mod tell;
mod telling;
mod tray;

use leptos::prelude::*;

use super::{
    demo::DemoNote,
    icon::Icon,
    room::{Door, Easel, Room},
};
use crate::{
    desk::{Desk, use_desk},
    dom::{IntoNode, Node, view},
    home::use_home,
    i18n::t,
    live::use_live,
    reactive::{Memo, memo},
    state::{jobs::Row, stage::Phase},
};

/// The job on the stage, for the parts of the stage.
#[derive(Clone, Copy)]
struct Shown {
    row: Memo<Option<Row>>,
    phase: Memo<Option<Phase>>,
}

impl Shown {
    fn new(desk: Desk) -> Self {
        let live = use_live();
        let home = use_home();
        let row = memo(move |_| {
            let id = desk.shown.get()?;
            let known = live.jobs.see(|jobs| jobs.get(id).cloned());
            known.or_else(|| live.results.see(|results| results.get(id).cloned().map(Row::from)))
        });
        let phase = memo(move |_| {
            row.see(|row| Some(Phase::of(row.as_ref()?, &desk.workflow(), home.open())))
        });
        Self { row, phase }
    }
}

#[component]
pub(crate) fn Stage(
    /// In somebody else's page: nothing leads out of it.
    #[prop(optional)]
    embedded: bool,
) -> Node {
    let desk = use_desk();
    let shown = Shown::new(desk);
    let is_there = memo(move |_| shown.row.see(Option::is_some));
    view! {
        <section class="stage" aria-label=t::stage()>
            {move || {
                if is_there.get() {
                    view! {
                        <glow::Glow shown />
                        <div class="stage__room">
                            <picture::Picture shown embedded />
                        </div>
                        <tell::Tell shown />
                        <spoken::Spoken shown />
                    }
                } else if desk.shelf.is_known() || desk.shelf.trouble().is_some() {
                    view! { <Nothing embedded /> }
                } else {
                    view! { <Waiting /> }
                }
            }}
            <tray::Tray embedded />
            <DemoNote />
        </section>
    }
}

/// The stage before there was ever anything on it.
#[component]
fn Nothing(embedded: bool) -> Node {
    let home = use_home();
    (move || {
        if home.open() {
            let drawing = view! { <Easel /> };
            view! { <Room title=t::empty_title() why=t::empty_why(t::create()) drawing /> }
        } else {
            let drawing = view! { <Door /> };
            view! {
                <Room title=t::closed_title() why=t::closed_why() drawing>
                    {(!embedded)
                        .then(|| {
                            view! {
                                <a class="btn" href="gallery">
                                    <Icon name="wall" />
                                    {t::to_gallery()}
                                </a>
                            }
                        })}
                </Room>
            }
        }
    })
    .into_node()
}

/// The stage in its final shape, before it is known what stands on it.
#[component]
pub(crate) fn Waiting() -> Node {
    view! {
        <div class="stage__room" role="status" aria-label=t::loading()>
            <div class="stage__pic skel" style=("--r", "1.5")></div>
        </div>
    }
}
