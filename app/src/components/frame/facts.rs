//! What a result was made from, line by line.

use leptos::prelude::*;
use serde_json::Value;
use wire::{Field, FieldKind, Job, Output, Read, Size, text::shown};

use super::placard::Copy;
use crate::{
    api,
    desk::Desk,
    dom::{Node, view},
    form::group_digits,
    i18n::{t, when, words},
    reactive::RwSignal,
    results::Item,
    state::stage::took,
};

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fact {
    label: String,
    value: String,
    /// It is worth copying.
    is_seed: bool,
}

impl Fact {
    fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into(), is_seed: false }
    }
}

/// The settings in the words of the form they were made in, then how it went.
#[component]
pub(super) fn Facts(item: Item) -> Node {
    let fields = RwSignal::new(Vec::new());
    let slug = item.job.workflow.clone();
    let here =
        use_context::<Desk>().map(Desk::workflow).filter(|workflow| workflow.about.slug == slug);
    if let Some(workflow) = here {
        fields.set(workflow.fields.clone());
    } else {
        leptos::task::spawn_local(async move {
            // A workflow that was taken down has no labels any more; its names must do.
            if let Ok(workflow) = api::workflow(&slug).await {
                fields.set(workflow.fields);
            }
        });
    }
    let line = |fact: Fact| {
        let Fact { label, value, is_seed } = fact;
        let copy =
            is_seed.then(|| view! { <Copy label=t::copy_seed() text=value.replace(' ', "")/> });
        view! {
            <div>
                <dt>{label}</dt>
                <dd>
                    <span class:mono=is_seed>{value}</span>
                    {copy}
                </dd>
            </div>
        }
    };
    view! {
        <dl class="facts">
            {move || fields.see(|fields| facts(&item, fields)).into_iter().map(line).collect::<Node>()}
        </dl>
    }
}

fn facts(item: &Item, fields: &[Field]) -> Vec<Fact> {
    let mut facts = settings(&item.job, item.words(), fields);
    facts.extend(outcome(&item.job, item.output()));
    facts
}

/// Everything that went in but the words, which stand above already.
fn settings(job: &Job, words: &str, fields: &[Field]) -> Vec<Fact> {
    let fact = |field: &Field| {
        let value = job.inputs.get(&field.name).filter(|value| value.as_str() != Some(words))?;
        let is_seed = field.kind == FieldKind::Seed;
        let value = written(&field.kind, value).filter(|value| !value.is_empty())?;
        Some(Fact { label: field.label.clone(), value, is_seed })
    };
    fields.iter().filter_map(fact).collect()
}

/// A value as the form would show it.
fn written(kind: &FieldKind, value: &Value) -> Option<String> {
    match kind {
        FieldKind::Text { .. } => value.as_str().map(str::to_owned),
        FieldKind::Integer { .. } | FieldKind::Number { .. } => value.as_f64().map(shown),
        FieldKind::Boolean { .. } => {
            value.as_bool().map(|on| if on { t::fact_on() } else { t::fact_off() }.to_owned())
        }
        FieldKind::Choice { options, .. } => {
            let option = options.iter().find(|option| option.value == *value);
            option.map(|option| option.label.clone()).or_else(|| value.as_str().map(str::to_owned))
        }
        FieldKind::Seed => value.as_u64().map(group_digits),
        FieldKind::Size { .. } => {
            let Size { width, height } = Size::read(value)?;
            Some(t::size_value(width, height))
        }
        FieldKind::File { .. } => (!value.is_null()).then(|| t::fact_given().to_owned()),
        FieldKind::Image { .. } => (!value.is_null()).then(|| t::fact_picture().to_owned()),
    }
}

fn outcome(job: &Job, output: &Output) -> Vec<Fact> {
    let made_in = took(job).map(|took| Fact::new(t::fact_made_in(), words::time(took)));
    let backend = job.backend.clone().map(|backend| Fact::new(t::fact_backend(), backend));
    let kind = output.mime.rsplit('/').next().unwrap_or_default().to_ascii_uppercase();
    let bytes = words::bytes(output.bytes as f64);
    let file = match output.width.zip(output.height) {
        Some((width, height)) => t::fact_file_size(kind, t::size_value(width, height), bytes),
        None => t::fact_file_plain(kind, bytes),
    };
    let until = job.expires_at.map(|at| Fact::new(t::fact_until(), when::moment(at)));
    let file = Fact::new(t::fact_file(), file);
    made_in.into_iter().chain(backend).chain([file]).chain(until).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wire::{Choice, FieldGroup, Inputs};

    use super::*;

    fn field(name: &str, kind: FieldKind) -> Field {
        Field {
            name: name.into(),
            label: name.to_uppercase(),
            help: None,
            placeholder: None,
            group: FieldGroup::Main,
            tab: None,
            when: None,
            required: false,
            kind,
        }
    }

    fn lines(inputs: &Value, fields: &[Field]) -> Vec<(String, String)> {
        let inputs: Inputs = inputs.as_object().unwrap().clone();
        let job = Job { inputs, ..crate::state::samples::made(1) };
        settings(&job, "a fox", fields).into_iter().map(|fact| (fact.label, fact.value)).collect()
    }

    #[test]
    fn settings_are_told_in_the_words_and_order_of_the_form() {
        let options = vec![Choice { value: json!("oil"), label: "Oil, thick".into(), thumb: None }];
        let fields = [
            field(
                "prompt",
                FieldKind::Text { multiline: true, max_length: 9, default: String::new() },
            ),
            field("style", FieldKind::Choice { options, default: json!("oil") }),
            field("seed", FieldKind::Seed),
            field("image", FieldKind::Image { max_bytes: 1, accept: vec![], mask: false }),
        ];
        let inputs =
            json!({"seed": 1234, "prompt": "a fox", "style": "oil", "image": null, "gone": 1});
        let expected = [("STYLE", "Oil, thick"), ("SEED", "1 234")];
        assert_eq!(
            lines(&inputs, &fields),
            expected.map(|(label, value)| (label.into(), value.into()))
        );
    }

    #[test]
    fn a_value_of_another_type_than_its_field_is_left_out() {
        let fields = [field(
            "steps",
            FieldKind::Integer { min: 1, max: 9, step: 1, default: 1, ends: None },
        )];
        assert_eq!(lines(&json!({"steps": "many"}), &fields), []);
    }
}
