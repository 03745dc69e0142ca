//! The nodes of the graph, and which of their inputs fields set.

use wire::{
    BindManifest, FieldManifest, FieldType, Manifest,
    studio::{NodeInputs, OpenInput},
};

use super::names;

/// Node and input of a bind: `3.denoise`. Only the first dot parts them.
pub(crate) fn parts(bind: &str) -> (&str, &str) {
    bind.split_once('.').unwrap_or((bind, ""))
}

/// Everything that a field sets by itself.
pub(crate) fn binds(field: &FieldManifest) -> impl Iterator<Item = &str> {
    let plain = field.bind.iter().map(BindManifest::to);
    plain.chain(field.width.iter().chain(&field.height).map(String::as_str))
}

/// Everything that a field makes together with others.
pub(crate) fn shared<'a>(
    manifest: &'a Manifest,
    field: &FieldManifest,
) -> impl Iterator<Item = &'a str> {
    let name = format!("{{{}}}", field.name);
    let own = manifest.templates.iter().filter(move |template| template.template.contains(&name));
    own.map(|template| template.bind.as_str())
}

/// The field that sets this input, if there is one; those that a template makes together count.
pub(crate) fn setter<'a>(manifest: &'a Manifest, bind: &str) -> Option<&'a FieldManifest> {
    let sets =
        |field: &&FieldManifest| binds(field).chain(shared(manifest, field)).any(|own| own == bind);
    manifest.fields.iter().find(sets)
}

/// The field that sets this input of the graph, or a part of it.
pub(crate) fn setter_of<'a>(
    manifest: &'a Manifest,
    input: &OpenInput,
) -> Option<&'a FieldManifest> {
    binds(&input.field).find_map(|bind| setter(manifest, bind))
}

/// How many inputs of the graph no guest can set.
pub(crate) fn closed(manifest: &Manifest, nodes: &[NodeInputs]) -> u64 {
    let inputs = nodes.iter().flat_map(|node| &node.inputs);
    inputs.filter(|input| setter_of(manifest, input).is_none_or(|field| field.closed)).count()
        as u64
}

/// Places of the nodes and inputs in which every word is found; an empty search finds all.
pub(crate) fn search(nodes: &[NodeInputs], words: &str) -> Vec<(usize, Vec<usize>)> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let fits = |text: String| {
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    let inputs = |node: &NodeInputs| -> Vec<usize> {
        let about = |input: &OpenInput| {
            format!(
                "{} {} {} {} {}",
                node.id, node.title, node.class, input.input, input.field.label
            )
        };
        let fitting = node.inputs.iter().enumerate().filter(|(_, input)| fits(about(input)));
        fitting.map(|(place, _)| place).collect()
    };
    let found = nodes.iter().enumerate().map(|(place, node)| (place, inputs(node)));
    found.filter(|(_, inputs)| !inputs.is_empty()).collect()
}

/// Makes a field of an input, at the end of the form; answers its name.
pub(crate) fn add(manifest: &mut Manifest, input: &OpenInput) -> String {
    let mut field = input.field.clone();
    field.name = names::free(manifest, &names::name_of(&field.name));
    field.closed = false;
    let name = field.name.clone();
    manifest.fields.push(field);
    name
}

/// Whether an input can be one more that a field sets: sizes go with sizes, files with files.
pub(crate) fn fits(field: &FieldManifest, input: &OpenInput) -> bool {
    let sort = |kind| (kind == FieldType::Size, super::values::is_file(kind));
    sort(field.kind) == sort(input.field.kind)
}

/// Lets a field set one more input; what sets it already gives it up.
pub(crate) fn bind(manifest: &mut Manifest, name: &str, input: &OpenInput) {
    for field in &mut manifest.fields {
        binds(&input.field).for_each(|bind| unbind(field, bind));
    }
    let Some(field) = super::field_mut(manifest, name) else { return };
    field.bind.extend(input.field.bind.iter().cloned());
    field.width.extend(input.field.width.iter().cloned());
    field.height.extend(input.field.height.iter().cloned());
}

/// Lets go of an input.
pub(crate) fn unbind(field: &mut FieldManifest, bind: &str) {
    field.bind.retain(|own| own.to() != bind);
    field.width.retain(|own| own != bind);
    field.height.retain(|own| own != bind);
}

/// What happens to a number on its way: × and +.
pub(crate) fn arithmetic(bind: &BindManifest) -> (f64, f64) {
    match bind {
        BindManifest::Plain(_) => (1.0, 0.0),
        BindManifest::Scaled { times, plus, .. } => (*times, *plus),
    }
}

/// Lets a number become `value × times + plus` on its way.
pub(crate) fn scale(bind: &mut BindManifest, (times, plus): (f64, f64)) {
    let to = bind.to().to_owned();
    *bind = if is_whole(times, 1.0) && is_whole(plus, 0.0) {
        BindManifest::Plain(to)
    } else {
        BindManifest::Scaled { to, times, plus }
    };
}

/// The arithmetic as one would write it, with `value` for what the guest chose: `1 − value`,
/// `value × 2 + 8`.
pub(crate) fn formula((times, plus): (f64, f64), value: &str) -> String {
    let shown = |number: f64| wire::text::shown(number.abs());
    if times < 0.0 {
        let first = if plus < 0.0 { format!("−{}", shown(plus)) } else { shown(plus) };
        let second = if is_whole(times, -1.0) {
            value.to_owned()
        } else {
            format!("{value} × {}", shown(times))
        };
        return format!("{first} − {second}");
    }
    let scaled = if is_whole(times, 1.0) {
        value.to_owned()
    } else {
        format!("{value} × {}", shown(times))
    };
    match plus {
        _ if is_whole(plus, 0.0) => scaled,
        plus if plus < 0.0 => format!("{scaled} − {}", shown(plus)),
        plus => format!("{scaled} + {}", shown(plus)),
    }
}

/// Exactly this number: it was typed, not computed.
fn is_whole(number: f64, whole: f64) -> bool {
    (number - whole).abs() < f64::EPSILON
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::studio::state::samples::{field, landscape, names};

    fn sampler() -> NodeInputs {
        let input = |name: &str, kind| OpenInput {
            input: name.into(),
            field: field(name, kind, &format!("3.{name}")),
        };
        NodeInputs {
            id: "3".into(),
            title: "Sampler".into(),
            class: "KSampler".into(),
            saves: false,
            inputs: vec![
                input("seed", FieldType::Seed),
                input("steps", FieldType::Integer),
                input("denoise", FieldType::Number),
            ],
        }
    }

    #[test]
    fn inputs_without_a_field_and_with_a_closed_one_are_closed() {
        assert_eq!(
            closed(&landscape(), &[sampler()]),
            2,
            "the seed is closed, denoise has no field"
        );
    }

    #[test]
    fn an_input_made_by_a_template_has_its_setter() {
        let mut manifest = landscape();
        manifest.templates = vec![wire::TemplateManifest {
            bind: "9.text".into(),
            template: "painted, {look}".into(),
        }];
        assert_eq!(setter(&manifest, "9.text").unwrap().name, "look");
        assert_eq!(setter(&manifest, "9.other"), None);
    }

    #[test]
    fn a_search_looks_at_nodes_and_inputs() {
        let nodes = [sampler()];
        assert_eq!(search(&nodes, ""), [(0, vec![0, 1, 2])]);
        assert_eq!(search(&nodes, "sampler DEN"), [(0, vec![2])]);
        assert!(search(&nodes, "vae").is_empty());
    }

    #[test]
    fn an_input_becomes_a_field_with_a_name_of_its_own() {
        let mut manifest = landscape();
        assert_eq!(add(&mut manifest, &sampler().inputs[1]), "steps_2");
        assert_eq!(names(&manifest).last(), Some(&"steps_2"));
    }

    #[test]
    fn an_input_is_set_by_one_field() {
        let mut manifest = landscape();
        bind(&mut manifest, "prompt", &sampler().inputs[1]);
        assert!(manifest.fields[2].bind.is_empty(), "the steps gave it up");
        assert_eq!(binds(&manifest.fields[0]).collect::<Vec<_>>(), ["6.text", "3.steps"]);
        unbind(&mut manifest.fields[0], "6.text");
        assert_eq!(binds(&manifest.fields[0]).collect::<Vec<_>>(), ["3.steps"]);
    }

    #[test]
    fn arithmetic_reads_as_one_would_write_it() {
        let said = [(-1.0, 1.0), (2.0, 8.0), (1.0, -1.0), (-0.5, 0.0), (1.0, 0.0), (-1.0, -2.0)]
            .map(|arithmetic| formula(arithmetic, "v"));
        assert_eq!(said, ["1 − v", "v × 2 + 8", "v − 1", "0 − v × 0.5", "v", "−2 − v"]);
    }

    #[test]
    fn arithmetic_that_does_nothing_is_none() {
        let mut bind = BindManifest::Plain("3.denoise".into());
        scale(&mut bind, (-1.0, 1.0));
        assert_eq!(arithmetic(&bind), (-1.0, 1.0));
        scale(&mut bind, (1.0, 0.0));
        assert_eq!(bind, BindManifest::Plain("3.denoise".into()));
    }
}
