//! How much one may, how much of it is used, and how long things are kept: told before it matters.

use leptos::prelude::*;
use wire::{Limit, Limited, Me};

use crate::{
    dom::{Node, view},
    studio::{
        parts::{Part, nothing, said},
        t,
    },
};

#[component]
pub(super) fn Limits(me: Me) -> Node {
    let kept = match me.keep_days {
        Some(days) => t::keep_days(days.into()),
        None => t::keep_for_ever().to_owned(),
    };
    let bars = if me.limits.is_empty() {
        nothing(t::account_limits_none())
    } else {
        let limits = me.limits.into_iter().map(|limit| view! { <Bar limit /> });
        view! { <ul class="bars">{limits.collect::<Node>()}</ul> }
    };
    view! {
        <Part id="limits" title=t::account_limits()>
            {bars}
            <p class="part__why">{kept}</p>
        </Part>
    }
}

/// One limit, and how far it is used.
#[component]
pub(crate) fn Bar(limit: Limit) -> Node {
    let most = said::amount(limit.what, limit.most);
    let percent = said::percent(&limit);
    // Requests are counted so fast that the figure would be wrong when it is read.
    let is_counted = limit.what != Limited::Requests;
    let figure = if is_counted {
        t::limit_used(said::amount(limit.what, limit.used), most)
    } else {
        t::limit_most(most)
    };
    view! {
        <li class="bar" class=("bar--near", percent >= 80) class=("bar--full", percent >= 100)>
            <span>{said::limit(&limit)}</span>
            <em>{figure}</em>
            {is_counted.then(|| view! {
                <i aria-hidden="true" style:--p=percent.to_string()></i>
            })}
        </li>
    }
}
