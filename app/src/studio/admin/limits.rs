//! What is configured, who is near it, and who was refused lately.

use leptos::prelude::*;
use wire::{AuditEntry, HouseLimits, Limit, Nearing};

use crate::{
    api::{Error, admin},
    dom::{Node, view},
    i18n::when,
    studio::{
        account::LimitBar,
        parts::{Again, Part, Row, fetched, nothing, said},
        t,
    },
};

/// Refusals that are shown.
const SHOWN: usize = 20;

#[component]
pub(super) fn AllLimits() -> Node {
    fetched(Again::new(), load, |(limits, refused)| view! { <Whole limits refused /> })
}

async fn load() -> Result<(HouseLimits, Vec<AuditEntry>), Error> {
    let hit = admin::LogQuery { what: Some("limit_hit".to_owned()), ..Default::default() };
    let (limits, log) = futures_util::future::join(admin::limits(), admin::log(&hit)).await;
    let mut entries = log?.entries;
    entries.truncate(SHOWN);
    Ok((limits?, entries))
}

#[component]
fn Whole(limits: HouseLimits, refused: Vec<AuditEntry>) -> Node {
    let near = if limits.near.is_empty() {
        nothing(t::limits_near_none())
    } else {
        limits.near.into_iter().map(|near| view! { <Near near /> }).collect()
    };
    let rows = refused.into_iter().map(refusal).collect::<Vec<_>>();
    let refused = if rows.is_empty() {
        nothing(t::limits_refused_none())
    } else {
        view! { <ul class="rows">{rows}</ul> }
    };
    view! {
        <Part id="near" title=t::limits_near()>{near}</Part>
        <Part id="refused" title=t::limits_refused()>{refused}</Part>
        <Part id="member" title=t::limits_member()>{listed(limits.member)}</Part>
        <Part id="guest" title=t::limits_guest()>
            {listed(limits.guest)}
            <p class="part__why">{t::limits_cure()}</p>
        </Part>
    }
}

/// What is configured.
fn listed(limits: Vec<Limit>) -> Node {
    if limits.is_empty() {
        return nothing(t::limits_none());
    }
    let line = |limit: Limit| {
        let most = said::amount(limit.what, limit.most);
        view! { <div><dt>{said::limit(&limit)}</dt><dd>{most}</dd></div> }
    };
    view! { <dl class="facts">{limits.into_iter().map(line).collect::<Node>()}</dl> }
}

/// Somebody, and the limits they are near.
#[component]
fn Near(near: Nearing) -> Node {
    let name = near.name.unwrap_or_else(|| t::limits_near_unknown().to_owned());
    let bars = near.limits.into_iter().map(|limit| view! { <LimitBar limit /> });
    view! {
        <div class="near">
            <h3>{name}</h3>
            <ul class="bars">{bars.collect::<Node>()}</ul>
        </div>
    }
}

fn refusal(entry: AuditEntry) -> Node {
    let name = Some(entry.name).filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| t::somebody_unknown().to_owned());
    let facts = t::limits_refused_entry(said::limit_hit(&entry.about), when::moment(entry.at));
    view! { <Row name=view! { {name} } facts=view! { {facts} }>{Node::Nothing}</Row> }
}
