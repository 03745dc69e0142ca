//! The seed: dice, lock, reuse the last.

use leptos::prelude::*;
use wire::Field;

use super::{hold::Hold, labelled::Labelled};
use crate::{
    browser,
    components::icon::Icon,
    dom::{Node, view},
    form::{Change, Entry, Seed},
    i18n::t,
    reactive::{Memo, memo},
};

/// Where a picture starts from.
#[component]
pub(super) fn SeedField(
    hold: Hold,
    field: Field,
    /// The seed of the newest job that used this field.
    last: Memo<Option<u64>>,
) -> Node {
    let seed = memo(move |_| {
        hold.see(|row| match &row.entry {
            Entry::Seed(seed) => seed.clone(),
            _ => Seed::default(),
        })
    });
    let kept = move || seed.read().kept;
    let lock = move |_| {
        let (kept, number) = seed.peek(|seed| (seed.kept, seed.number().ok().flatten()));
        hold.apply(if kept {
            Change::Free
        } else {
            Change::Keep(number.or(last.get_untracked()).unwrap_or_else(browser::random_seed))
        });
    };
    let again = move |_| {
        if let Some(number) = last.get_untracked() {
            hold.apply(Change::Keep(number));
        }
    };
    view! {
        <Labelled hold field value=memo(move |_| Some(words(&seed.read()).to_owned()))>
            <div class="input-group">
                <input
                    class="mono"
                    id=hold.id()
                    inputmode="numeric"
                    autocomplete="off"
                    placeholder=t::seed_empty()
                    aria-invalid=hold.invalid()
                    aria-describedby=hold.described_by()
                    prop:value=move || seed.get().text
                    on:input=move |event| hold.apply(Change::Text(event_target_value(&event)))
                    on:blur=move |_| hold.leave()
                />
                <button type="button" class="ib" aria-label=t::seed_roll() title=t::seed_roll()
                    on:click=move |_| hold.apply(Change::Draw(browser::random_seed()))>
                    <Icon name="dice"/>
                </button>
                <button type="button" class="ib" aria-label=t::seed_lock() title=t::seed_lock()
                    aria-pressed=move || kept().to_string() on:click=lock>
                    <Icon name="lock"/>
                </button>
                <button type="button" class="ib" aria-label=t::seed_again() title=t::seed_again()
                    disabled=move || last.get().is_none() on:click=again>
                    <Icon name="again"/>
                </button>
            </div>
        </Labelled>
    }
}

fn words(seed: &Seed) -> &'static str {
    match seed {
        Seed { kept: true, .. } => t::seed_kept(),
        Seed { text, .. } if text.is_empty() => t::seed_new(),
        Seed { .. } => t::seed_once(),
    }
}
