//! Who may run it, how much, and what becomes of what it makes.

use leptos::prelude::*;
use wire::{Access, Format, FormatKind, Manifest, Metadata, Policy};

use super::{
    super::{
        setting::{NameSetting, NumberSetting, SelectSetting, SwitchSetting},
        slot::Slot,
        work::Work,
    },
    Part,
};
use crate::{
    dom::{Node, view},
    reactive::memo,
    studio::t,
};

/// Quality of a format that is chosen anew.
const GOOD: u8 = 85;

#[component]
pub(super) fn Rules(work: Work) -> Node {
    let now = memo(move |_| work.see(|all| who_words(&all.policy.who)));
    view! {
        <Part title=t::about_policy() now>
            <Who work />
            <Amounts work />
            <Files work />
            <Classes work />
        </Part>
    }
}

/// A setting of the policy.
fn rule<T: PartialEq + Send + Sync + 'static>(
    work: Work,
    key: &'static str,
    read: impl Fn(&Policy) -> T + Send + Sync + 'static,
    write: impl Fn(&mut Policy, T) + Send + Sync + 'static,
) -> Slot<T> {
    let write = move |all: &mut Manifest, value| write(&mut all.policy, value);
    Slot::new(work, key, move |all| read(&all.policy), write)
}

fn who_words(who: &Access) -> String {
    match who {
        Access::Anyone => t::who_anyone(),
        Access::Members => t::who_members(),
        Access::Hosts => t::who_hosts(),
        Access::Named { .. } => t::who_named(),
    }
    .to_owned()
}

#[component]
fn Who(work: Work) -> Node {
    let all = || {
        let named = Access::Named { people: Vec::new(), keys: Vec::new() };
        [
            ("anyone", Access::Anyone),
            ("members", Access::Members),
            ("hosts", Access::Hosts),
            ("named", named),
        ]
    };
    let is_same =
        |one: &Access, other: &Access| std::mem::discriminant(one) == std::mem::discriminant(other);
    let options = all().iter().map(|(word, who)| ((*word).to_owned(), who_words(who))).collect();
    let slot = rule(
        work,
        "who",
        move |policy| {
            let own = all().into_iter().find(|(_, who)| is_same(who, &policy.who));
            own.map_or("", |(word, _)| word).to_owned()
        },
        move |policy, chosen: String| {
            let chosen = all().into_iter().find(|(word, _)| *word == chosen);
            if let Some((_, who)) = chosen.filter(|(_, who)| !is_same(who, &policy.who)) {
                policy.who = who;
            }
        },
    );
    let is_named = memo(move |_| work.see(|all| matches!(all.policy.who, Access::Named { .. })));
    view! {
        <SelectSetting slot label=t::policy_who() options help=t::policy_who_help() />
        {move || is_named.get().then(|| view! {
            <NameSetting slot=named(work, "people", |people, _| people) label=t::policy_people() help=t::policy_list_help() optional=true />
            <NameSetting slot=named(work, "keys", |_, keys| keys) label=t::policy_keys() help=t::policy_list_help() optional=true />
        })}
    }
}

/// One of the two lists of names.
fn named(
    work: Work,
    key: &'static str,
    which: for<'a> fn(&'a mut Vec<String>, &'a mut Vec<String>) -> &'a mut Vec<String>,
) -> Slot<String> {
    rule(
        work,
        key,
        move |policy| match policy.who.clone() {
            Access::Named { mut people, mut keys } => which(&mut people, &mut keys).join(", "),
            _ => String::new(),
        },
        move |policy, text: String| {
            if let Access::Named { people, keys } = &mut policy.who {
                *which(people, keys) = list(&text);
            }
        },
    )
}

/// Names with commas between them.
fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[component]
fn Amounts(work: Work) -> Node {
    let cost = rule(
        work,
        "max_cost",
        |policy| Some(policy.max_cost as f64),
        |policy, most: Option<f64>| {
            policy.max_cost = most.map_or(Policy::MAX_COST, |most| most as u64);
        },
    );
    let at_once = rule(
        work,
        "at_once",
        |policy| policy.at_once.map(f64::from),
        |policy, most| policy.at_once = most.map(|most| most.max(1.0) as u32),
    );
    let per_day = rule(
        work,
        "jobs_per_day",
        |policy| policy.jobs_per_day.map(f64::from),
        |policy, most| policy.jobs_per_day = most.map(|most| most.max(1.0) as u32),
    );
    let work_per_day = rule(
        work,
        "cost_per_day",
        |policy| policy.cost_per_day.map(|most| most as f64),
        |policy, most| policy.cost_per_day = most.map(|most| most.max(1.0) as u64),
    );
    view! {
        <NumberSetting slot=cost label=t::policy_max_cost() help=t::policy_max_cost_help() />
        <NumberSetting slot=at_once label=t::policy_at_once() help=t::policy_at_once_help() optional=true />
        <NumberSetting slot=per_day label=t::policy_jobs_per_day() help=t::policy_jobs_per_day_help() optional=true />
        <NumberSetting slot=work_per_day label=t::policy_cost_per_day() help=t::policy_max_cost_help() optional=true />
    }
}

#[component]
fn Files(work: Work) -> Node {
    let kept = rule(
        work,
        "metadata",
        |policy| policy.metadata == Metadata::Kept,
        |policy, kept| policy.metadata = if kept { Metadata::Kept } else { Metadata::Stripped },
    );
    let days = rule(
        work,
        "keep_days",
        |policy| policy.keep_days.map(f64::from),
        |policy, days| policy.keep_days = days.map(|days| days.max(1.0) as u32),
    );
    let as_made = (String::new(), t::format_as_made().to_owned());
    let words = KINDS.iter().map(|kind| (word(*kind).to_owned(), word(*kind).to_owned()));
    let options = std::iter::once(as_made).chain(words).collect();
    let format = rule(
        work,
        "format",
        |policy| policy.format.map_or("", |format| word(format.kind)).to_owned(),
        |policy, chosen: String| {
            let quality = policy.format.map_or(GOOD, |format| format.quality);
            let kind = KINDS.into_iter().find(|kind| word(*kind) == chosen);
            policy.format = kind.map(|kind| Format { kind, quality });
        },
    );
    let quality = rule(
        work,
        "quality",
        |policy| policy.format.map(|format| f64::from(format.quality)),
        |policy, quality: Option<f64>| {
            if let (Some(format), Some(quality)) = (&mut policy.format, quality) {
                format.quality = quality.clamp(1.0, 100.0) as u8;
            }
        },
    );
    let has_quality = memo(move |_| {
        work.see(|all| all.policy.format.is_some_and(|format| format.kind != FormatKind::Png))
    });
    view! {
        <SelectSetting slot=format label=t::policy_format() options />
        {move || has_quality.get().then(|| view! {
            <NumberSetting slot=quality.clone() label=t::policy_quality() help=t::policy_quality_help() />
        })}
        <NumberSetting slot=days label=t::policy_keep_days() help=t::policy_keep_days_help() optional=true />
        <SwitchSetting slot=kept label=t::policy_metadata() help=t::policy_metadata_help() />
    }
}

/// What pictures may be saved as.
const KINDS: [FormatKind; 4] =
    [FormatKind::Png, FormatKind::Jpeg, FormatKind::Webp, FormatKind::Avif];

/// What people call it. Not `Debug`, which says nothing in what is shipped.
fn word(kind: FormatKind) -> &'static str {
    match kind {
        FormatKind::Png => "PNG",
        FormatKind::Jpeg => "JPEG",
        FormatKind::Webp => "WebP",
        FormatKind::Avif => "AVIF",
    }
}

/// The node classes it may be made of.
#[component]
fn Classes(work: Work) -> Node {
    let own = move || {
        let mut classes: Vec<String> =
            work.bench.peek(|bench| bench.nodes.iter().map(|node| node.class.clone()).collect());
        classes.sort_unstable();
        classes.dedup();
        classes
    };
    let fixed = rule(
        work,
        "fixed",
        |policy| policy.classes.is_some(),
        move |policy, fixed| policy.classes = fixed.then(own),
    );
    let classes = rule(
        work,
        "classes",
        |policy| policy.classes.as_ref().map(|classes| classes.join(", ")).unwrap_or_default(),
        |policy, text: String| policy.classes = Some(list(&text)),
    );
    let is_fixed = memo(move |_| work.see(|all| all.policy.classes.is_some()));
    view! {
        <SwitchSetting slot=fixed label=t::policy_fixed() help=t::policy_fixed_help() />
        {move || is_fixed.get().then(|| view! {
            <NameSetting slot=classes.clone() label=t::policy_classes() help=t::policy_list_help() />
        })}
    }
}
