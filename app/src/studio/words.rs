//! What the studio says of types, sections and versions.

use wire::{
    FieldManifest, FieldType, Manifest,
    studio::{StudioEntry, Subject},
};

use super::{
    state::{arrange::Section, graph},
    t,
};

/// What a type is called.
pub(super) fn kind(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Text => t::kind_text(),
        FieldType::Integer => t::kind_integer(),
        FieldType::Number => t::kind_number(),
        FieldType::Boolean => t::kind_boolean(),
        FieldType::Choice => t::kind_choice(),
        FieldType::Seed => t::kind_seed(),
        FieldType::Size => t::kind_size(),
        FieldType::Image => t::kind_image(),
        FieldType::Mask => t::kind_mask(),
        FieldType::Video => t::kind_video(),
        FieldType::Audio => t::kind_audio(),
        FieldType::Model => t::kind_model(),
        FieldType::File => t::kind_file(),
    }
}

/// The drawing that stands for a type.
pub(super) fn icon(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Text => "text",
        FieldType::Integer | FieldType::Number => "number",
        FieldType::Boolean => "check",
        FieldType::Choice => "list",
        FieldType::Seed => "dice",
        FieldType::Size => "shape",
        FieldType::Image | FieldType::Mask => "image",
        FieldType::Video | FieldType::Audio => "play",
        FieldType::Model => "cube",
        FieldType::File => "file",
    }
}

/// What is written over a section; nothing over the first.
pub(super) fn section(section: &Section) -> Option<String> {
    match section {
        Section::Main => None,
        Section::Tab(name) => Some(t::section_tab(name)),
        Section::More => Some(t::section_more().to_owned()),
        Section::Closed => Some(t::section_closed().to_owned()),
    }
}

/// What a field sets, briefly: `5 · width, height`; with others, too.
pub(super) fn bound(all: &Manifest, field: &FieldManifest) -> String {
    let mut parts: Vec<(&str, Vec<&str>)> = Vec::new();
    for bind in graph::binds(field).chain(graph::shared(all, field)) {
        let (node, input) = graph::parts(bind);
        match parts.iter_mut().find(|(known, _)| *known == node) {
            Some((_, inputs)) => inputs.push(input),
            None => parts.push((node, vec![input])),
        }
    }
    let part = |(node, inputs): &(&str, Vec<&str>)| format!("{node} · {}", inputs.join(", "));
    parts.iter().map(part).collect::<Vec<_>>().join("  ")
}

/// Which version guests see, or which is being made.
pub(super) fn standing(entry: &StudioEntry) -> String {
    match entry.published {
        _ if entry.draft_at.is_some() => t::version_draft(entry.newest + 1),
        Some(version) => t::version_published(version),
        None => t::version_hidden().to_owned(),
    }
}

/// The heading over what differs.
pub(super) fn subject(subject: Subject, name: &str) -> String {
    match subject {
        Subject::About => t::subject_about().to_owned(),
        Subject::Policy => t::subject_policy().to_owned(),
        Subject::Field if name.is_empty() => t::subject_order().to_owned(),
        Subject::Field => t::subject_field(name),
        Subject::Node => t::subject_node(name),
    }
}

/// What a key of the manifest is called in the editor; programs' own word for one that it does not show.
pub(super) fn key(key: &str) -> String {
    let known = match key {
        "label" => t::setting_label(),
        "help" => t::setting_help(),
        "placeholder" => t::setting_placeholder(),
        "min" => t::setting_min(),
        "max" => t::setting_max(),
        "step" => t::setting_step(),
        "default" => t::setting_default(),
        "max_length" => t::setting_max_length(),
        "options" => t::setting_options(),
        "shapes" => t::setting_shapes(),
        "tab" => t::setting_tab(),
        "when" => t::setting_when(),
        "required" => t::setting_required(),
        "bind" | "width" | "height" => t::setting_binds(),
        "type" => t::setting_kind(),
        "name" => t::setting_name(),
        "title" => t::about_title(),
        "summary" => t::about_summary(),
        "cover" => t::about_cover(),
        "presets" => t::about_presets(),
        "results" => t::about_results(),
        "texts" => t::about_texts(),
        "max_cost" => t::policy_max_cost(),
        "who" => t::policy_who(),
        "at_once" => t::policy_at_once(),
        "jobs_per_day" => t::policy_jobs_per_day(),
        "cost_per_day" => t::policy_cost_per_day(),
        "metadata" => t::policy_metadata(),
        "keep_days" => t::policy_keep_days(),
        "format" => t::policy_format(),
        "classes" => t::policy_classes(),
        other => return other.to_owned(),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::BindManifest;

    #[test]
    fn inputs_of_one_node_are_told_together() {
        let size = FieldManifest {
            width: vec!["5.width".into()],
            height: vec!["5.height".into()],
            ..FieldManifest::default()
        };
        let mut all = Manifest::default();
        assert_eq!(bound(&all, &size), "5 · width, height");
        let bind = |to: &str| BindManifest::Plain(to.into());
        let two =
            FieldManifest { bind: vec![bind("3.cfg"), bind("7.cfg")], ..FieldManifest::default() };
        assert_eq!(bound(&all, &two), "3 · cfg  7 · cfg");
        let style = FieldManifest { name: "style".into(), ..FieldManifest::default() };
        all.templates = vec![wire::TemplateManifest {
            bind: "6.text".into(),
            template: "{prompt}, {style}".into(),
        }];
        assert_eq!(bound(&all, &style), "6 · text");
    }
}
