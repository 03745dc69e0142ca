//! The order of the fields, and the sections they stand in.

use wire::{FieldGroup, FieldManifest, Manifest};

/// A part of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Section {
    /// In sight at once.
    Main,
    /// Behind a tab of this name.
    Tab(String),
    /// Under *More settings*.
    More,
    /// No guest sees them.
    Closed,
}

impl Section {
    /// Where a field stands.
    pub(crate) fn of(field: &FieldManifest) -> Self {
        match (&field.tab, field.group) {
            _ if field.closed => Self::Closed,
            (Some(tab), _) => Self::Tab(tab.clone()),
            (None, FieldGroup::Main) => Self::Main,
            (None, FieldGroup::More) => Self::More,
        }
    }

    /// Puts a field there.
    fn take(&self, field: &mut FieldManifest) {
        field.closed = *self == Self::Closed;
        match self {
            Self::Main => (field.group, field.tab) = (FieldGroup::Main, None),
            Self::Tab(name) => field.tab = Some(name.clone()),
            Self::More => (field.group, field.tab) = (FieldGroup::More, None),
            // It comes back to where it was.
            Self::Closed => (),
        }
    }
}

/// The sections in the order of the page, each with the names of its fields. *Main* is always there.
pub(crate) fn sections(manifest: &Manifest) -> Vec<(Section, Vec<String>)> {
    let mut all = vec![(Section::Main, Vec::new())];
    let mut tabs: Vec<&str> = Vec::new();
    let open = manifest.fields.iter().filter(|field| !field.closed);
    for tab in open.filter_map(|field| field.tab.as_deref()) {
        if !tabs.contains(&tab) {
            tabs.push(tab);
        }
    }
    all.extend(tabs.into_iter().map(|tab| (Section::Tab(tab.to_owned()), Vec::new())));
    all.extend([(Section::More, Vec::new()), (Section::Closed, Vec::new())]);
    for field in &manifest.fields {
        let own = Section::of(field);
        if let Some((_, names)) = all.iter_mut().find(|(section, _)| *section == own) {
            names.push(field.name.clone());
        }
    }
    all.retain(|(section, names)| *section == Section::Main || !names.is_empty());
    all
}

/// Names of the tabs, in order.
pub(crate) fn tabs(manifest: &Manifest) -> Vec<String> {
    let tab = |(section, _)| match section {
        Section::Tab(name) => Some(name),
        _ => None,
    };
    sections(manifest).into_iter().filter_map(tab).collect()
}

/// One way or the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Up,
    Down,
}

/// Moves a field by one place. At the end of its section it goes into the next.
pub(crate) fn step(manifest: &mut Manifest, name: &str, way: Way) {
    let sections = sections(manifest);
    let at = |names: &[String]| names.iter().position(|known| known == name);
    let Some((place, at)) =
        sections.iter().enumerate().find_map(|(place, (_, names))| Some((place, at(names)?)))
    else {
        return;
    };
    let names = &sections[place].1;
    match way {
        Way::Up if at > 0 => put(manifest, name, &names[at - 1], Side::Before),
        Way::Down if at + 1 < names.len() => put(manifest, name, &names[at + 1], Side::After),
        Way::Up if place > 0 => join(manifest, name, &sections[place - 1], Side::After),
        Way::Down if place + 1 < sections.len() => {
            join(manifest, name, &sections[place + 1], Side::Before);
        }
        _ => (),
    }
}

/// Before or after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Before,
    After,
}

/// Puts a field beside another, into the section of that.
pub(crate) fn put(manifest: &mut Manifest, name: &str, other: &str, side: Side) {
    if name == other {
        return;
    }
    let at = |manifest: &Manifest, name: &str| {
        manifest.fields.iter().position(|field| field.name == name)
    };
    let (Some(from), Some(to)) = (at(manifest, name), at(manifest, other)) else { return };
    let section = Section::of(&manifest.fields[to]);
    let mut field = manifest.fields.remove(from);
    section.take(&mut field);
    let to = to - usize::from(from < to) + usize::from(side == Side::After);
    manifest.fields.insert(to, field);
    if section == Section::Closed {
        forget(manifest, name);
    }
}

/// Puts a field at an end of a section, which may be empty.
fn join(
    manifest: &mut Manifest,
    name: &str,
    (section, names): &(Section, Vec<String>),
    side: Side,
) {
    let other = if side == Side::Before { names.first() } else { names.last() };
    match other {
        Some(other) => put(manifest, name, other, side),
        None => {
            if let Some(field) = super::field_mut(manifest, name) {
                section.take(field);
            }
        }
    }
}

/// Takes a field out of the form, and out of what speaks of it.
pub(crate) fn remove(manifest: &mut Manifest, name: &str) {
    manifest.fields.retain(|field| field.name != name);
    forget(manifest, name);
    manifest.templates.retain_mut(|one| match without(&one.template, name) {
        Some(rest) => {
            one.template = rest;
            true
        }
        None => false,
    });
    for texts in manifest.texts.values_mut() {
        texts.fields.remove(name);
    }
}

/// Closes a field to guests, or opens it again.
pub(crate) fn close(manifest: &mut Manifest, name: &str, closed: bool) {
    if let Some(field) = super::field_mut(manifest, name) {
        field.closed = closed;
    }
    if closed {
        forget(manifest, name);
    }
}

/// Takes a field out of conditions and presets: these are about what guests have.
fn forget(manifest: &mut Manifest, name: &str) {
    for field in &mut manifest.fields {
        if field.when.as_ref().is_some_and(|when| when.field == name) {
            field.when = None;
        }
    }
    for preset in &mut manifest.presets {
        preset.inputs.remove(name);
    }
}

/// A template without a name and what separates it, as it reads while its field is empty; `None` when no other
/// name is left.
fn without(template: &str, name: &str) -> Option<String> {
    let (head, rest) = template.split_once('{')?;
    let mut parts: Vec<(&str, &str)> = Vec::new();
    for piece in rest.split('{') {
        let (own, after) = piece.split_once('}').unwrap_or((piece, ""));
        match parts.last_mut() {
            _ if own != name => parts.push((own, after)),
            // Of two separators around it the later one stays.
            Some((_, separator)) => *separator = after,
            None => (),
        }
    }
    let text = || parts.iter().flat_map(|(own, after)| ["{", own, "}", after]);
    (!parts.is_empty()).then(|| std::iter::once(head).chain(text()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::studio::state::samples::{landscape, names};

    fn shown(manifest: &Manifest) -> Vec<String> {
        let line = |(section, names): (Section, Vec<String>)| format!("{section:?}: {names:?}");
        sections(manifest).into_iter().map(line).collect()
    }

    #[test]
    fn fields_stand_in_the_sections_of_the_page() {
        let expected = [
            r#"Main: ["prompt"]"#,
            r#"Tab("Looks"): ["look"]"#,
            r#"More: ["steps"]"#,
            r#"Closed: ["seed"]"#,
        ];
        assert_eq!(shown(&landscape()), expected);
    }

    #[test]
    fn a_field_goes_through_every_section_and_back() {
        let mut manifest = landscape();
        for _ in 0..3 {
            step(&mut manifest, "prompt", Way::Down);
        }
        assert_eq!(
            shown(&manifest),
            [
                "Main: []",
                r#"Tab("Looks"): ["look"]"#,
                r#"More: ["prompt", "steps"]"#,
                r#"Closed: ["seed"]"#
            ]
        );
        for _ in 0..3 {
            step(&mut manifest, "prompt", Way::Up);
        }
        assert_eq!(names(&manifest)[0], "prompt");
        assert_eq!(shown(&manifest)[0], r#"Main: ["prompt"]"#);
    }

    #[test]
    fn at_either_end_a_field_stays() {
        let mut manifest = landscape();
        step(&mut manifest, "prompt", Way::Up);
        step(&mut manifest, "seed", Way::Down);
        step(&mut manifest, "nobody", Way::Down);
        assert_eq!(manifest, landscape());
    }

    #[test]
    fn a_field_dropped_on_another_joins_its_section() {
        let mut manifest = landscape();
        put(&mut manifest, "seed", "look", Side::Before);
        assert_eq!(names(&manifest), ["prompt", "seed", "look", "steps"]);
        assert_eq!(shown(&manifest)[1], r#"Tab("Looks"): ["seed", "look"]"#);
        put(&mut manifest, "prompt", "steps", Side::After);
        assert_eq!(names(&manifest), ["seed", "look", "steps", "prompt"]);
    }

    #[test]
    fn nothing_speaks_of_a_field_that_is_gone() {
        let mut manifest = landscape();
        let template = |template: &str| wire::TemplateManifest {
            bind: "6.text".into(),
            template: template.into(),
        };
        manifest.templates = vec![template("{prompt}"), template("{prompt}, {look}")];
        remove(&mut manifest, "prompt");
        remove(&mut manifest, "steps");
        assert_eq!(names(&manifest), ["look", "seed"]);
        assert_eq!(manifest.fields[0].when, None);
        assert!(manifest.presets[0].inputs.is_empty());
        assert_eq!(manifest.templates, [template("{look}")]);
    }

    #[test]
    fn a_name_leaves_a_template_with_what_separates_it() {
        let rest = |template, name| without(template, name).unwrap_or_default();
        assert_eq!(rest("{a}, {b}; {c}.", "a"), "{b}; {c}.");
        assert_eq!(rest("{a}, {b}; {c}.", "b"), "{a}; {c}.");
        assert_eq!(rest("{a}, {b}; {c}.", "c"), "{a}, {b}.");
        assert_eq!(rest("painted, {a}, {a}", "b"), "painted, {a}, {a}");
        assert_eq!(without("painted, {a}, {a}", "a"), None);
    }

    #[test]
    fn nothing_asks_guests_for_a_field_that_is_closed() {
        let mut manifest = landscape();
        close(&mut manifest, "prompt", true);
        assert!(manifest.fields[0].closed);
        assert_eq!(manifest.fields[1].when, None);
        close(&mut manifest, "prompt", false);
        assert!(!manifest.fields[0].closed);
        put(&mut manifest, "steps", "seed", Side::After);
        assert!(manifest.presets[0].inputs.is_empty(), "it was dropped among the closed");
    }
}
