//! Minimalistic Comfy Wrapper: `<Label:category[/tab]:row[/column]> arguments`.
//!
//! The first value of the node is meant. Three numbers after the mark are least,
//! most and step. Two marks that differ in `width` and `height` make one size.

use super::{Convention, Marked, Marks};
use crate::form::field::{Group, Mark, Role, Target};

/// A title taken apart.
#[derive(Debug, PartialEq)]
struct Title<'a> {
    label: &'a str,
    category: &'a str,
    place: (f64, f64),
    range: [Option<f64>; 3],
}

impl Marks<'_> {
    pub(super) fn mcww(&self) -> Option<Marked> {
        let (mut marks, mut results) = (Vec::new(), Vec::new());
        for titled in self.titled() {
            let Some(title) = parse(titled.title) else { continue };
            if matches!(title.category, "output" | "outputs") {
                results.push(titled.id.to_owned());
            } else if let Some((_, bind)) = titled.inputs.into_iter().next() {
                marks.push(mark(&title, bind));
            }
        }
        let found = !marks.is_empty() || !results.is_empty();
        let marks = pair_sides(marks);
        found.then_some(Marked { convention: Convention::Mcww, marks, results })
    }
}

fn mark(title: &Title<'_>, bind: Vec<Target>) -> Mark {
    let main = matches!(title.category, "prompt" | "prompts" | "important");
    let seed = title.label.to_lowercase().contains("seed") && title.range == [None; 3];
    Mark {
        bind,
        label: Some(title.label.to_owned()),
        group: if main { Group::Main } else { Group::More },
        role: if seed { Role::Seed } else { Role::Other },
        range: title.range,
        order: title.place,
        ..Mark::default()
    }
}

fn parse(title: &str) -> Option<Title<'_>> {
    let (inner, arguments) = title.trim().strip_prefix('<')?.split_once('>')?;
    let (rest, row) = inner.rsplit_once(':')?;
    let (label, category) = rest.rsplit_once(':')?;
    let category = category.split('/').next()?.trim();
    let finite = |text: &str| text.trim().parse().ok().filter(|number: &f64| number.is_finite());
    let mut row = row.split('/').map(finite);
    let place = (row.next()??, row.next().flatten().unwrap_or_default());
    let numbers: Vec<f64> = arguments.split(',').filter_map(finite).collect();
    let range = match numbers[..] {
        [min, max, step] => [Some(min), Some(max), Some(step)],
        [min, max] => [Some(min), Some(max), None],
        _ => [None; 3],
    };
    Some(Title { label: label.trim(), category, place, range })
}

/// Puts a height to its width.
fn pair_sides(marks: Vec<Mark>) -> Vec<Mark> {
    let label = |mark: &Mark| mark.label.as_deref().unwrap_or_default().to_lowercase();
    let mut paired: Vec<Mark> = Vec::new();
    for mark in marks {
        let own = label(&mark);
        let (of, taken) = [("width", "height"), ("height", "width")]
            .into_iter()
            .find_map(|(one, other)| own.contains(one).then(|| (own.replace(one, other), one)))
            .unwrap_or_default();
        let partner = paired.iter_mut().find(|other| other.height.is_empty() && label(other) == of);
        match partner {
            Some(partner) if !of.is_empty() => {
                partner.height = mark.bind;
                if taken == "width" {
                    std::mem::swap(&mut partner.bind, &mut partner.height);
                }
                partner.label = Some("Size".into());
            }
            _ => paired.push(mark),
        }
    }
    paired
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_taken_apart() {
        let title = parse("<CFG:advanced/General:2/3> 1, 10, 0.1").unwrap();
        assert_eq!((title.label, title.category, title.place), ("CFG", "advanced", (2.0, 3.0)));
        assert_eq!(title.range, [Some(1.0), Some(10.0), Some(0.1)]);
        assert_eq!(parse("<Ratio 16:9:prompt:1>").unwrap().label, "Ratio 16:9");
        for plain in ["<a:prompt:nan>", "KSampler", "<b>", "<a:b>", "<a:b:c>", "a <b:prompt:1>"] {
            assert_eq!(parse(plain), None, "{plain}");
        }
    }
}
