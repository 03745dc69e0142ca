//! The composer: a workflow's form, and the button that makes a job of it.
//!
//! Read in this order: this file puts the form together and sends it, `slot` is
//! one field's hold on it, `labelled` is what every field has around its
//! control, then one file per kind of field. What a form *is* stands in
//! [`crate::form`]; here it is drawn.

mod boolean;
mod choice;
mod chips;
mod keys;
mod labelled;
mod number;
mod pick;
mod picture;
mod seed;
mod send;
mod size;
mod slot;
mod text;
mod words;

use std::sync::Arc;

use leptos::{ev::SubmitEvent, html, prelude::*};
use wire::{Field, FieldGroup, FieldKind, Job, Workflow};

use crate::{components::icon::Icon, form::Form, handoff::use_handoff, i18n::t, state::draft};

use chips::Chips;
use picture::Intake;
use send::Sending;
use slot::Slot;

/// What the parts of one composer share.
#[derive(Clone, Copy)]
struct Desk {
    form: RwSignal<Form>,
    intake: Intake,
    sending: Sending,
    /// The sheet is pulled up (small screens only).
    is_open: RwSignal<bool>,
    /// *More settings* are in sight.
    is_more: RwSignal<bool>,
    /// The seed of the newest job of this workflow.
    last_seed: Signal<Option<u64>>,
}

/// A workflow's form.
#[component]
pub(crate) fn Composer(
    workflow: Arc<Workflow>,
    /// The newest job of this workflow: where *reuse last* takes its seed from.
    #[prop(into)]
    last: Signal<Option<Job>>,
    /// Called with each job that was made of the form.
    #[prop(into)]
    on_created: Callback<Job>,
) -> impl IntoView {
    let form = RwSignal::new(first_form(&workflow));
    let slug = StoredValue::new(workflow.about.slug.clone());
    // Whatever is typed survives a reload.
    Effect::new(move |_| slug.with_value(|slug| form.with(|form| draft::save(slug, &form.draft()))));

    let intake = Intake::new(form);
    let seed = seed_name(&workflow.fields);
    let last_seed = Signal::derive(move || last.with(|job| job.as_ref()?.inputs.get(seed.as_deref()?)?.as_u64()));
    let is_open = RwSignal::new(false);
    let sending = Sending::new(slug, form, on_created);
    let desk = Desk { form, intake, sending, is_open, is_more: RwSignal::new(false), last_seed };
    use_handoff().receive(slug, form);
    picture::take_from_anywhere(intake);
    keys::listen(desk);

    let node = NodeRef::<html::Form>::new();
    sending.on_wrong(move || desk.show_first_mistake(node));
    sending.on_sent(move || is_open.set(false));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        sending.send();
    };
    view! {
        <form
            class="composer"
            aria-label=workflow.about.title.clone()
            novalidate
            node_ref=node
            data-sheet=move || is_open.get().then_some("open")
            on:submit=submit
        >
            <Grip is_open/>
            <div class="composer__head">
                <h1>{workflow.about.title.clone()}</h1>
                <p>{workflow.about.summary.clone()}</p>
            </div>
            <Fields desk fields=workflow.fields.clone()/>
            <div class="composer__foot">
                <Chips desk fields=workflow.fields.clone()/>
                <Create sending/>
            </div>
        </form>
    }
    .into_any()
}

fn first_form(workflow: &Workflow) -> Form {
    let mut form = Form::new(&workflow.fields);
    if let Some(draft) = draft::load(&workflow.about.slug) {
        form.restore(&draft);
    }
    form
}

fn seed_name(fields: &[Field]) -> Option<String> {
    fields.iter().find(|field| field.kind == FieldKind::Seed).map(|field| field.name.clone())
}

/// Pulls the sheet up and down, on small screens.
#[component]
fn Grip(is_open: RwSignal<bool>) -> impl IntoView {
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
fn Fields(desk: Desk, fields: Vec<Field>) -> impl IntoView {
    let prompt = fields.iter().position(is_prompt);
    let prompt = prompt.map(|place| fields[place].name.clone());
    let (more, main): (Vec<_>, Vec<_>) = fields.into_iter().partition(|field| field.group == FieldGroup::More);
    let draw = |field: Field| {
        let is_prompt = prompt.as_ref() == Some(&field.name);
        draw_field(desk, field, is_prompt)
    };
    let count = more.len();
    let more = (count > 0).then(|| more.into_iter().map(draw).collect_view());
    view! {
        <div class="composer__fields">
            {main.into_iter().map(draw).collect_view()}
            {more.map(|fields| view! { <More is_open=desk.is_more count>{fields}</More> })}
        </div>
    }
}

/// The field that a picture is described in.
fn is_prompt(field: &Field) -> bool {
    field.group == FieldGroup::Main && matches!(field.kind, FieldKind::Text { .. })
}

fn draw_field(desk: Desk, field: Field, is_prompt: bool) -> AnyView {
    let slot = Slot::new(desk.form, &field.name);
    match field.kind {
        FieldKind::Text { .. } => view! { <text::TextField slot field is_prompt/> }.into_any(),
        FieldKind::Integer { .. } | FieldKind::Number { .. } => view! { <number::NumberField slot field/> }.into_any(),
        FieldKind::Boolean { .. } => view! { <boolean::BooleanField slot field/> }.into_any(),
        FieldKind::Choice { .. } => view! { <choice::ChoiceField slot field/> }.into_any(),
        FieldKind::Seed => view! { <seed::SeedField slot field last=desk.last_seed/> }.into_any(),
        FieldKind::Size { .. } => view! { <size::SizeField slot field/> }.into_any(),
        FieldKind::Image { .. } => view! { <picture::PictureField slot field intake=desk.intake/> }.into_any(),
    }
}

/// The fields that matter less.
#[component]
fn More(is_open: RwSignal<bool>, count: usize, children: Children) -> impl IntoView {
    view! {
        <details class="more" prop:open=move || is_open.get() on:toggle=move |event| is_open.set(is_details_open(&event))>
            <summary>
                <Icon name="down" small=true/>
                {t::composer_more()}
                <span class="quiet">{count}</span>
            </summary>
            <div class="more__body">{children()}</div>
        </details>
    }
}

fn is_details_open(event: &web_sys::Event) -> bool {
    event_target::<web_sys::Element>(event).has_attribute("open")
}

/// Sends the form. A mistake that belongs to no field is said above it.
#[component]
fn Create(sending: Sending) -> impl IntoView {
    let words = move || if sending.is_busy() { t::composer_sending() } else { t::composer_create() };
    view! {
        {move || sending.failure().map(|words| view! {
            <p class="composer__wrong" role="alert"><Icon name="alert" small=true/><span>{words}</span></p>
        })}
        <button class="btn btn--main btn--big" type="submit" aria-disabled=move || sending.is_busy().to_string()>
            <span>{words}</span>
            <kbd aria-hidden="true">{keys::run_keys()}</kbd>
        </button>
    }
}

impl Desk {
    /// Brings the first mistake into sight and moves focus to it.
    fn show_first_mistake(self, node: NodeRef<html::Form>) {
        self.is_open.set(true);
        let hidden = self.form.with_untracked(|form| {
            let first = form.problems().first().and_then(|(name, _)| form.row(name));
            first.is_some_and(|row| row.field.group == FieldGroup::More)
        });
        if hidden {
            self.is_more.set(true);
        }
        // The marks are drawn before the next frame.
        request_animation_frame(move || {
            let Some(form) = node.get_untracked() else { return };
            if let Ok(Some(control)) = form.query_selector("[aria-invalid='true']") {
                crate::browser::focus_on(&control);
            }
        });
    }
}
