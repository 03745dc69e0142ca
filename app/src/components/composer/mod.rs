//! The composer: a workflow's form, and the button that makes a job of it.
//!
//! Read in this order: this file puts the form together, `send` sends and fills
//! it, `hold` is one field's hold on it, `labelled` is what every field has
//! around its control, then one file per kind of field. What a form *is* stands
//! in [`crate::form`]; here it is drawn.

mod boolean;
mod chips;
mod choice;
mod hold;
mod keys;
mod labelled;
mod number;
mod pick;
mod picture;
mod seed;
mod send;
mod size;
mod tabs;
mod text;
mod words;

use leptos::{ev::SubmitEvent, html, prelude::*};
use wire::{Field, FieldGroup, FieldKind, Preset, Workflow};

use crate::{
    components::{icon::Icon, keys::modifier},
    desk::{Desk, use_desk},
    dom::{Children, IntoNode, Node, view},
    form::Form,
    i18n::t,
    later::{Lost, Whereabouts, later},
    live::use_live,
    reactive::{Memo, RwSignal, effect, memo},
    state::draft,
};

use chips::Chips;
use hold::Hold;
use picture::Intake;

/// What the parts of one composer share.
#[derive(Clone, Copy)]
struct Parts {
    desk: Desk,
    form: RwSignal<Form>,
    intake: Intake,
    /// *Create* was pressed while a picture was still on its way.
    is_waiting: RwSignal<bool>,
    /// The sheet is pulled up (small screens only).
    is_open: RwSignal<bool>,
    /// *More settings* are in sight.
    is_more: RwSignal<bool>,
    /// The tab that is in front.
    tab: RwSignal<usize>,
    node: NodeRef<html::Form>,
}

/// The form of the workflow at this desk.
#[component]
pub(crate) fn Composer(
    /// In somebody else's page: no heading and no sheet.
    #[prop(optional)]
    embedded: bool,
    /// The form itself, when somebody else keeps it and it is only to be looked at: then it is neither
    /// sent nor kept on this device.
    #[prop(optional)]
    still: Option<RwSignal<Form>>,
) -> Node {
    let desk = use_desk();
    let workflow = desk.workflow();
    let form = still.unwrap_or_else(|| RwSignal::new(first_form(&workflow)));
    let parts = Parts {
        desk,
        form,
        intake: Intake::new(form),
        is_waiting: RwSignal::new(false),
        is_open: RwSignal::new(false),
        is_more: RwSignal::new(still.is_some()),
        tab: RwSignal::new(0),
        node: NodeRef::new(),
    };
    if still.is_none() {
        keep_draft(workflow.about.slug.clone(), form);
        picture::take_from_anywhere(parts.intake);
        keys::listen(parts);
        send::listen(parts);
    }
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if still.is_none() {
            parts.send();
        }
    };
    // There is no sheet to pull up.
    let is_whole = embedded || still.is_some();
    let from_code = (!is_whole).then(|| view! { <FromCode slug=workflow.about.slug.clone()/> });
    let head = (!embedded).then(|| {
        let about = workflow.about.clone();
        view! { <Grip is_open=parts.is_open/><Head title=about.title summary=about.summary/> }
    });
    view! {
        <form
            class="composer"
            aria-label=workflow.about.title.clone()
            novalidate
            node_ref=parts.node
            data-sheet=move || (is_whole || parts.is_open.get()).then_some("open")
            on:submit=submit
        >
            {head}
            <Fields parts fields=workflow.fields.clone() presets=workflow.presets.clone()>
                {from_code}
            </Fields>
            <Failure parts/>
            <div class="composer__foot">
                {(!embedded).then(|| view! { <Chips parts fields=workflow.fields.clone()/> })}
                <Create parts/>
            </div>
        </form>
    }
}

/// The defaults, and over them what was typed here before.
fn first_form(workflow: &Workflow) -> Form {
    let mut form = Form::new(&workflow.fields);
    if let Some(draft) = draft::load(&workflow.about.slug) {
        form.restore(&draft);
    }
    form
}

/// Whatever is typed survives a reload.
fn keep_draft(slug: String, form: RwSignal<Form>) {
    effect(move || form.see(|form| draft::save(&slug, &form.draft())));
}

/// Pulls the sheet up and down, on small screens.
#[component]
fn Grip(is_open: RwSignal<bool>) -> Node {
    let label = move || if is_open.get() { t::composer_less() } else { t::composer_all() };
    view! {
        <button
            type="button"
            class="composer__grip"
            aria-label=label
            aria-expanded=move || is_open.get().to_string()
            on:click=move |_| is_open.update(|open| *open = !*open)
        ></button>
    }
}

#[component]
fn Head(title: String, summary: String) -> Node {
    view! {
        <div class="composer__head">
            <h1>{title}</h1>
            <p>{summary}</p>
        </div>
    }
}

#[component]
fn Fields(parts: Parts, fields: Vec<Field>, presets: Vec<Preset>, children: Children) -> Node {
    let prompt = fields.iter().find(|field| is_prompt(field)).map(|field| field.name.clone());
    let draw = |field: Field| {
        let is_prompt = prompt.as_ref() == Some(&field.name);
        draw_field(parts, field, is_prompt)
    };
    let tabs = tabs::names(&fields);
    let (tabbed, fields): (Vec<_>, Vec<_>) =
        fields.into_iter().partition(|field| field.tab.is_some());
    let (more, main): (Vec<_>, Vec<_>) =
        fields.into_iter().partition(|field| field.group == FieldGroup::More);
    let main = main.into_iter().map(draw).collect::<Node>();
    let count = more.len();
    let more = more.into_iter().map(draw).collect::<Node>();
    let panels = tabs.iter().map(|tab| {
        let own = tabbed.iter().filter(|field| field.tab.as_ref() == Some(tab));
        own.cloned().map(draw).collect::<Node>()
    });
    let panels = panels.collect::<Vec<_>>();
    view! {
        <div class="composer__fields">
            {(!presets.is_empty()).then(|| view! { <tabs::Presets parts presets/> })}
            {main}
            {(!tabs.is_empty()).then(|| view! { <tabs::Tabs parts tabs panels/> })}
            {(count > 0).then(|| view! { <More is_open=parts.is_more count>{more}</More> })}
            {children.draw()}
        </div>
    }
}

/// The field that a picture is described in.
fn is_prompt(field: &Field) -> bool {
    field.group == FieldGroup::Main && matches!(field.kind, FieldKind::Text { .. })
}

fn draw_field(parts: Parts, field: Field, is_prompt: bool) -> Node {
    if field.when.is_none() {
        return draw_always(parts, field, is_prompt);
    }
    let name = field.name.clone();
    let counts =
        memo(move |_| parts.form.see(|form| form.row(&name).is_some_and(|row| form.counts(row))));
    (move || counts.get().then(|| draw_always(parts, field.clone(), is_prompt))).into_node()
}

fn draw_always(parts: Parts, field: Field, is_prompt: bool) -> Node {
    let hold = Hold::new(parts.form, &field.name);
    match field.kind {
        FieldKind::Text { .. } => view! { <text::TextField hold field is_prompt/> },
        FieldKind::Integer { .. } | FieldKind::Number { .. } => {
            view! { <number::NumberField hold field/> }
        }
        FieldKind::Boolean { .. } => view! { <boolean::BooleanField hold field/> },
        FieldKind::Choice { .. } => view! { <choice::ChoiceField hold field/> },
        FieldKind::Seed => {
            let last = last_seed(parts.desk, field.name.clone());
            view! { <seed::SeedField hold field last/> }
        }
        FieldKind::Size { .. } => view! { <size::SizeField hold field/> },
        FieldKind::Image { .. } | FieldKind::File { .. } => {
            let given = (later_picture as fn(_) -> _, (hold, field, parts.intake));
            later(|| true, given, |whereabouts| view! { <Unhung whereabouts/> })
        }
    }
}

#[inline(never)]
fn later_picture((hold, field, intake): (Hold, Field, Intake)) -> Node {
    view! { <picture::PictureField hold field intake/> }
}

/// Where a picture field will be, in its final shape.
#[component]
fn Unhung(whereabouts: Whereabouts) -> Node {
    let is_coming = whereabouts == Whereabouts::Coming;
    view! {
        <div class="field">
            <div class="drop drop--empty" class:skel=is_coming></div>
            <Lost whereabouts/>
        </div>
    }
}

/// The seed of the newest result of this workflow.
fn last_seed(desk: Desk, field: String) -> Memo<Option<u64>> {
    let results = use_live().results;
    let slug = desk.workflow().about.slug.clone();
    memo(move |_| {
        results.see(|results| results.of_workflow(&slug).next()?.inputs.get(&field)?.as_u64())
    })
}

/// The fields that matter less.
#[component]
fn More(is_open: RwSignal<bool>, count: usize, children: Children) -> Node {
    let toggled = move |event: web_sys::Event| {
        is_open.set(event_target::<web_sys::Element>(&event).has_attribute("open"));
    };
    view! {
        <details class="more" prop:open=move || is_open.get() on:toggle=toggled>
            <summary>
                <Icon name="down" small=true/>
                {t::composer_more()}
                <span class="quiet">{count}</span>
            </summary>
            <div class="more__body">{children.draw()}</div>
        </details>
    }
}

/// The way to the page for programs, which the server writes.
#[component]
fn FromCode(slug: String) -> Node {
    let href = format!("api/docs/{slug}");
    view! { <a class="link composer__code" href=href target="_blank">{t::composer_code()}</a> }
}

/// A refusal that is no field's fault.
#[component]
fn Failure(parts: Parts) -> Node {
    (move || {
        let words = parts.failure()?;
        Some(view! {
            <p class="composer__wrong" role="alert">
                <Icon name="alert" small=true/>
                <span>{words}</span>
            </p>
        })
    })
    .into_node()
}

#[component]
fn Create(parts: Parts) -> Node {
    let is_busy = move || parts.desk.sending.get() || parts.is_waiting.get();
    let words = move || if is_busy() { t::sending() } else { t::create() };
    view! {
        <button
            class="btn btn--main btn--big"
            type="submit"
            aria-disabled=move || is_busy().then_some("true")
        >
            <span>{words}</span>
            <kbd aria-hidden="true">{t::create_keys(modifier())}</kbd>
        </button>
    }
}
