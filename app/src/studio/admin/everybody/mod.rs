//! Everybody with an account, those who ask for one, and invitations.

mod change;
mod invite;

use leptos::prelude::*;
use uuid::Uuid;
use wire::{Grant, Link, Me, Person, PersonChange, Role, Standing};

use crate::{
    api::{self, Error, admin},
    components::icon::Icon,
    dom::{Node, view},
    i18n::when,
    reactive::RwSignal,
    studio::{
        parts::{
            Again, Part, Row,
            doing::{Doing, Told},
            fetched, nothing, said,
            sure::Sure,
        },
        t,
    },
};
use change::Change;
use invite::{Invite, Invites};

/// Of the headings.
const WAITING: &str = "waiting";
const HEADING: &str = "people";

/// What the page shows.
type All = (Vec<Person>, Vec<Link>, Me);

/// A dialog over the page.
#[derive(Clone, PartialEq)]
enum Open {
    Nothing,
    Invite,
    /// Of this person.
    Change(Person),
}

#[component]
pub(super) fn People() -> Node {
    let again = Again::new();
    let open = RwSignal::new(Open::Nothing);
    let on_close = Callback::new(move |()| open.set(Open::Nothing));
    let list = fetched(again, load, move |(people, invites, me)| {
        view! { <Whole people invites me again open /> }
    });
    view! {
        {list}
        {move || match open.get() {
            Open::Nothing => Node::Nothing,
            Open::Invite => view! { <Invite again on_close /> },
            Open::Change(person) => view! { <Change person again on_close /> },
        }}
    }
}

async fn load() -> Result<All, Error> {
    let (people, invites, me) =
        futures_util::future::join3(admin::people(), admin::invites(), api::people::me()).await;
    Ok((people?, invites?, me?))
}

#[component]
fn Whole(
    people: Vec<Person>,
    invites: Vec<Link>,
    me: Me,
    again: Again,
    open: RwSignal<Open>,
) -> Node {
    let doing = Doing::new(HEADING);
    let own = me.account.map(|account| account.id);
    let (waiting, people): (Vec<Person>, Vec<Person>) =
        people.into_iter().partition(|person| person.standing == Standing::Waiting);
    let act = view! {
        <button type="button" class="btn btn--main" on:click=move |_| open.set(Open::Invite)>
            <Icon name="plus" small=true />
            {t::invite()}
        </button>
    };
    let list = if people.is_empty() {
        nothing(t::people_none())
    } else {
        let rows = people.into_iter().map(|person| view! { <One person own open /> });
        view! { <ul class="rows">{rows.collect::<Node>()}</ul> }
    };
    view! {
        {(!waiting.is_empty()).then(|| view! { <Waiting waiting again doing /> })}
        <Part id=HEADING title=t::people_all() act>
            <Told doing />
            {list}
        </Part>
        {(!invites.is_empty()).then(|| view! { <Invites invites again /> })}
    }
}

/// Those who ask for an account.
#[component]
fn Waiting(waiting: Vec<Person>, again: Again, doing: Doing) -> Node {
    let row = move |person: Person| {
        let Person { id, name, .. } = person;
        let (approved, refused) = (t::said_person_approved(&name), t::said_person_deleted(&name));
        let approve = move |_| {
            let change =
                PersonChange { standing: Some(Standing::Active), ..PersonChange::default() };
            let act = async move { admin::change_person(id, &change).await };
            doing.carry_out(act, approved.clone(), move |_| again.now());
        };
        let refuse = Callback::new(move |()| {
            doing.carry_out(admin::delete_person(id), refused.clone(), move |()| again.now());
        });
        let facts = t::person_since(when::moment(person.created_at));
        let (let_in, no) = (t::person_approve_named(&name), t::person_refuse_named(&name));
        let asks = t::person_delete_asks(&name);
        view! {
            <Row name=view! { {name} } facts=view! { {facts} }>
                <button type="button" class="btn btn--main" aria-label=let_in disabled=move || doing.is_busy() on:click=approve>{t::person_approve()}</button>
                <Sure label=t::person_refuse() named=no asks on_sure=refuse />
            </Row>
        }
    };
    view! {
        <Part id=WAITING title=t::people_waiting()>
            <ul class="rows">{waiting.into_iter().map(row).collect::<Node>()}</ul>
        </Part>
    }
}

#[component]
fn One(
    person: Person,
    /// Of whoever looks.
    own: Option<Uuid>,
    open: RwSignal<Open>,
) -> Node {
    let facts = facts(&person);
    let label = t::person_change_named(&person.name);
    let is_barred = person.standing == Standing::Barred;
    let tags = view! {
        {(own == Some(person.id)).then(|| view! { <em class="tag">{t::people_you()}</em> })}
        {is_barred.then(|| view! { <em class="tag tag--bad">{t::person_barred()}</em> })}
    };
    let name = person.name.clone();
    let change = move |_| open.set(Open::Change(person.clone()));
    view! {
        <Row name=view! { {name} {tags} } facts=view! { {facts} }>
            <button type="button" class="btn" aria-label=label on:click=change>{t::person_change()}</button>
        </Row>
    }
}

/// What somebody is and may, and since when.
fn facts(person: &Person) -> String {
    let mut facts = vec![said::role(person.role).to_owned()];
    if person.role == Role::Member {
        facts.extend(person.grants.iter().map(|grant| said::grant(*grant).to_owned()));
    }
    if !person.password {
        facts.push(t::person_no_password().to_owned());
    }
    facts.push(t::person_since(when::moment(person.created_at)));
    facts.join(" · ")
}

/// The grants that there are.
const GRANTS: [(&str, Grant); 2] = [("graph", Grant::Graph), ("studio", Grant::Studio)];
