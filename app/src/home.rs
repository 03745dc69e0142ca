//! The house: its name, whether it is open, and what it offers.

use std::time::Duration;

use gloo_timers::future::sleep;
use leptos::{prelude::*, task::spawn_local};
use wire::{House, WorkflowSummary};

use crate::{api, reactive::RwSignal};

/// How often to ask again while the house is closed or silent.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// What the page knows of the house.
#[derive(Clone, Copy)]
pub(crate) struct Home {
    pub(crate) house: RwSignal<Option<House>>,
    pub(crate) workflows: RwSignal<Option<Vec<WorkflowSummary>>>,
    /// Why there is nothing to show.
    pub(crate) trouble: RwSignal<Option<api::Error>>,
}

/// What [`provide`] provides.
pub(crate) fn use_home() -> Home {
    expect_context()
}

/// Asks who the house is, and keeps asking while it is closed.
pub(crate) fn provide() -> Home {
    let home = Home {
        house: RwSignal::new(None),
        workflows: RwSignal::new(None),
        trouble: RwSignal::new(None),
    };
    provide_context(home);
    spawn_local(async move {
        home.load().await;
        loop {
            sleep(ASK_AGAIN).await;
            if !home.is_open() || home.workflows.peek(Option::is_none) {
                home.load().await;
            }
        }
    });
    home
}

impl Home {
    /// Asks again now.
    pub(crate) async fn load(self) {
        let (house, workflows) = futures_util::future::join(api::house(), api::workflows()).await;
        let trouble = house.as_ref().err().or(workflows.as_ref().err()).cloned();
        if let Ok(house) = house {
            set_if_new(self.house, Some(house));
        }
        if let Ok(workflows) = workflows {
            set_if_new(self.workflows, Some(workflows));
        }
        set_if_new(self.trouble, trouble);
    }

    /// The name over the door.
    pub(crate) fn name(self) -> String {
        self.house.see(|house| house.as_ref().map_or("Parlor".into(), |house| house.name.clone()))
    }

    /// A backend can take work, as far as is known.
    pub(crate) fn open(self) -> bool {
        self.house.see(|house| house.as_ref().is_none_or(|house| house.open))
    }

    /// The demo engine is at work.
    pub(crate) fn demo(self) -> bool {
        self.house.see(|house| house.as_ref().is_some_and(|house| house.demo))
    }

    fn is_open(self) -> bool {
        self.house.peek(|house| house.as_ref().is_some_and(|house| house.open))
    }
}

/// Spares everyone who looks on when nothing changed.
fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.peek(|known| *known != value) {
        signal.set(value);
    }
}
