//! Everything this person made. What is looked for stands in the address, so a
//! reload, a link and *back* keep it.

use std::time::Duration;

use leptos::{html, leptos_dom::helpers::TimeoutHandle, prelude::*};
use wire::Millis;

use super::{MAIN, use_title};
use crate::{
    address::{Step, use_here},
    api::JobQuery,
    components::{
        frame::Frame,
        icon::Icon,
        room::{Easel, Room},
        top_bar::TopBar,
        wall::{Collection, Further, Rows},
    },
    dom::{Each, Node, view},
    home::use_home,
    i18n::{t, when},
    live::use_live,
    reactive::{Memo, RwSignal, StoredValue, effect, memo},
    results::Place,
    shelf::Shelf,
};

/// How long after the last key a search begins.
const PAUSE: Duration = Duration::from_millis(300);

/// What is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Asked {
    words: String,
    workflow: String,
    favourite: bool,
}

impl Asked {
    /// As it stands in the address.
    fn address(&self) -> String {
        let text = |name: &str, value: &str| {
            (!value.is_empty())
                .then(|| format!("{name}={}", String::from(js_sys::encode_uri_component(value))))
        };
        let parts = [
            text("q", &self.words),
            text("workflow", &self.workflow),
            self.favourite.then(|| "favourite=1".to_owned()),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("&")
    }

    fn query(&self) -> JobQuery {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        JobQuery {
            workflow: some(&self.workflow),
            words: some(&self.words),
            favourite: self.favourite,
            ..JobQuery::default()
        }
    }

    fn is_everything(&self) -> bool {
        *self == Self::default()
    }
}

/// The page `/gallery`.
#[component]
pub(crate) fn GalleryPage() -> Node {
    use_title(|| t::gallery().to_owned());
    let here = use_here();
    let asked = memo(move |_| Asked {
        words: here.query("q").unwrap_or_default(),
        workflow: here.query("workflow").unwrap_or_default(),
        favourite: here.query("favourite").is_some(),
    });
    let ask = Callback::new(move |asked: Asked| {
        let address = asked.address();
        let sign = if address.is_empty() { "" } else { "?" };
        here.go(&format!("gallery{sign}{address}"), Step::Instead);
    });
    // Each search has a shelf of its own.
    let shelf = RwSignal::new(None);
    view! {
        <TopBar />
        <main id=MAIN class="gal" tabindex="-1">
            <Head asked ask shelf/>
            <Filters asked ask/>
            {move || view! { <Found asked=asked.get() shelf ask/> }}
        </main>
    }
}

#[component]
fn Head(asked: Memo<Asked>, ask: Callback<Asked>, shelf: RwSignal<Option<Shelf>>) -> Node {
    let count = move || {
        let total = shelf.get()?.total()?;
        Some(if asked.read().is_everything() {
            t::gallery_count(total)
        } else {
            t::gallery_found(total)
        })
    };
    view! {
        <div class="gal__head">
            <h1>{t::gallery()}<small role="status">{count}</small></h1>
            <Search asked ask/>
        </div>
    }
}

#[component]
fn Search(asked: Memo<Asked>, ask: Callback<Asked>) -> Node {
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let wait = move |after: Option<TimeoutHandle>| {
        if let Some(earlier) =
            waiting.update_value(|waiting| std::mem::replace(waiting, after)).flatten()
        {
            earlier.clear();
        }
    };
    on_cleanup(move || wait(None));
    let typed = move |words: String| {
        let search =
            move || ask.run(Asked { words: words.trim().to_owned(), ..asked.get_untracked() });
        wait(set_timeout_with_handle(search, PAUSE).ok());
    };
    let input = NodeRef::<html::Input>::new();
    // Another search by other means: *back*, or *look at everything*.
    effect(move || {
        let words = asked.read().words.clone();
        if let Some(input) = input.get().filter(|input| input.value().trim() != words) {
            input.set_value(&words);
        }
    });
    view! {
        <label class="search">
            <Icon name="search"/>
            <span class="sr">{t::gallery_search()}</span>
            <input
                type="search"
                placeholder=t::gallery_search()
                node_ref=input
                on:input=move |event| typed(event_target_value(&event))
            />
        </label>
    }
}

#[component]
fn Filters(asked: Memo<Asked>, ask: Callback<Asked>) -> Node {
    let home = use_home();
    let favourite = move || asked.read().favourite;
    let options = move || {
        let workflows = home.workflows.get().unwrap_or_default();
        let option = |workflow: wire::WorkflowSummary| {
            let slug = workflow.slug.clone();
            let selected = move || asked.read().workflow == slug;
            view! { <option value=workflow.slug prop:selected=selected>{workflow.title}</option> }
        };
        workflows.into_iter().map(option).collect::<Node>()
    };
    view! {
        <div class="filters" role="group" aria-label=t::gallery_filters()>
            <button
                type="button"
                class="chip"
                aria-pressed=move || favourite().to_string()
                on:click=move |_| ask.run(Asked { favourite: !favourite(), ..asked.get_untracked() })
            >
                <Icon name="heart" small=true/>
                {t::gallery_favourites()}
            </button>
            <div class="chip chip--select">
                <select
                    aria-label=t::gallery_workflow()
                    on:change=move |event| ask.run(Asked { workflow: event_target_value(&event), ..asked.get_untracked() })
                >
                    <option value="" prop:selected=move || asked.read().workflow.is_empty()>{t::gallery_all_workflows()}</option>
                    {options}
                </select>
                <Icon name="down" small=true/>
            </div>
        </div>
    }
}

/// What was found, by day.
#[component]
fn Found(
    asked: Asked,
    /// Where the shelf is put, for the heading to count.
    shelf: RwSignal<Option<Shelf>>,
    ask: Callback<Asked>,
) -> Node {
    let own = Shelf::new(asked.query());
    shelf.set(Some(own));
    let shelf = own;
    let grows = asked.words.is_empty() && asked.workflow.is_empty() && !asked.favourite;
    let collection = Collection::of_gallery(shelf, grows, asked.address());
    let days = use_days(collection);
    let is_bare = memo(move |_| shelf.is_known() && collection.places.read().is_empty());
    let everything = asked.is_everything();
    view! {
        {move || if !is_bare.get() {
            view! {
                <Each each=move || days.see(|days| days.iter().map(|(day, _)| *day).collect::<Vec<_>>()) key=|day| (day.unsigned_abs().into(), 0) let(day)>
                    <Day collection day days/>
                </Each>
            }
        } else if everything {
            view! {
                <Room title=t::gallery_empty_title() why=t::gallery_empty_why() drawing=view! { <Easel/> }>
                    <a class="btn btn--main" href=".">{t::hall_question()}</a>
                </Room>
            }
        } else {
            view! {
                <Room title=t::gallery_none_title() why=t::gallery_none_why()>
                    <button type="button" class="btn" on:click=move |_| ask.run(Asked::default())>{t::gallery_clear()}</button>
                </Room>
            }
        }}
        <Further shelf/>
        <Frame collection/>
    }
}

/// The places of each day, newest first.
type Days = Memo<Vec<(Millis, Vec<Place>)>>;

fn use_days(collection: Collection) -> Days {
    let results = use_live().results;
    memo(move |_| {
        let places = collection.places.read();
        results.see(|results| {
            let dated = places.iter().filter_map(|place| {
                let job = results.get(place.job)?;
                Some((when::day(job.finished_at.unwrap_or(job.created_at)), *place))
            });
            by_day(dated)
        })
    })
}

/// Neighbours of the same day, together.
fn by_day(dated: impl Iterator<Item = (Millis, Place)>) -> Vec<(Millis, Vec<Place>)> {
    let mut days: Vec<(Millis, Vec<Place>)> = Vec::new();
    for (day, place) in dated {
        // A long run may end after a later, shorter one: days come in any order.
        let older = days.partition_point(|(known, _)| *known > day);
        match days.get_mut(older) {
            Some((known, places)) if *known == day => places.push(place),
            _ => days.insert(older, (day, vec![place])),
        }
    }
    days
}

#[component]
fn Day(collection: Collection, day: Millis, days: Days) -> Node {
    let places = memo(move |_| {
        days.see(|days| {
            let own = days.iter().find(|(known, _)| *known == day);
            own.map(|(_, places)| places.clone()).unwrap_or_default()
        })
    });
    view! {
        <section class="gal__part">
            <h2 class="gal__day">{when::day_words(day)}<span>{move || places.read().len()}</span></h2>
            <Rows collection places/>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use wire::JobId;

    use super::*;

    fn place(number: u128) -> Place {
        Place { job: JobId(Uuid::from_u128(number)), output: 0 }
    }

    #[test]
    fn results_are_grouped_by_day_newest_first() {
        let dated = [(7, place(4)), (6, place(3)), (7, place(2)), (5, place(1))];
        let days = by_day(dated.into_iter());
        let expected = [(7, vec![place(4), place(2)]), (6, vec![place(3)]), (5, vec![place(1)])];
        assert_eq!(days, expected);
    }
}
