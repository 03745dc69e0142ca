//! The outlines of the figures, read from `forms.txt`, which says how they are written.

use super::super::super::words::Figure;

/// Which colour a part of a figure has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// The figure's own colour.
    Coat,
    /// The same, on the side away from the viewer.
    FarCoat,
    Pale,
    Dark,
    /// A second colour: roofs, sails, stripes.
    Accent,
    /// Lit from inside at night.
    Lamp,
    Bark,
    /// Rock and grass that a building stands on.
    Ground,
}

/// One part of a figure.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) tone: Tone,
    /// A point that stands twice is a corner.
    pub(super) points: Vec<(f32, f32)>,
    /// Half width when the part is a line and not an outline.
    pub(super) line: Option<f32>,
}

const FORMS: &str = include_str!("forms.txt");

/// The parts of `figure`, the farthest first; none for figures that are drawn otherwise.
pub(super) fn parts(figure: Figure) -> Vec<Part> {
    let name = format!("{figure:?}").to_lowercase();
    FORMS.lines().skip_while(|line| *line != name).skip(1).map_while(part).collect()
}

/// Reads one line; `None` at the end of a figure.
fn part(line: &str) -> Option<Part> {
    let (head, points) = line.split_once(": ")?;
    let mut head = head.split(' ');
    let tone = tone(head.next()?)?;
    let line = head.nth(1).and_then(|width| width.parse().ok());
    let points = points.split(", ").flat_map(point).collect();
    Some(Part { tone, points, line })
}

fn tone(name: &str) -> Option<Tone> {
    Some(match name {
        "Coat" => Tone::Coat,
        "FarCoat" => Tone::FarCoat,
        "Pale" => Tone::Pale,
        "Dark" => Tone::Dark,
        "Accent" => Tone::Accent,
        "Lamp" => Tone::Lamp,
        "Bark" => Tone::Bark,
        "Ground" => Tone::Ground,
        _ => return None,
    })
}

/// A point, or a corner as two.
fn point(text: &str) -> Vec<(f32, f32)> {
    let smooth = text.trim_end_matches('!');
    let Some((x, y)) =
        smooth.split_once(' ').and_then(|(x, y)| Some((x.parse().ok()?, y.parse().ok()?)))
    else {
        return Vec::new();
    };
    if smooth == text { vec![(x, y)] } else { vec![(x, y); 2] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_file_is_a_name_or_a_part() {
        for line in FORMS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if line.contains(' ') {
                let part = part(line).unwrap_or_else(|| panic!("{line}"));
                let written: usize =
                    line.split(", ").map(|point| 1 + usize::from(point.ends_with('!'))).sum();
                assert_eq!(part.points.len(), written, "{line}");
            }
        }
    }

    #[test]
    fn every_figure_made_of_outlines_has_them() {
        use Figure::{
            Balloon, Bird, Boat, Bottle, Castle, Cat, Deer, Dog, Fish, Fox, Horse, House,
            Lighthouse, Owl, Palm, Person, Whale, Windmill,
        };
        assert_eq!(parts(Bird).len(), 1);
        assert!(parts(Bottle).is_empty());
        for figure in [
            Balloon, Boat, Castle, Cat, Deer, Dog, Fish, Fox, Horse, House, Lighthouse, Owl, Palm,
            Person, Whale, Windmill,
        ] {
            assert!(parts(figure).len() > 1, "{figure:?}");
        }
    }
}
