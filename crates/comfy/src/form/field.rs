//! Fields, and the marks that become fields.

use std::collections::HashSet;

use indexmap::IndexMap;
use serde_json::Value;

use super::names::{Names, humanized, own_title};
use super::{kinds, prompts};
use crate::definitions::Definitions;
use crate::graph::{Graph, Node, NodeId};

/// One thing that a guest may set.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Unique in its form: `a-z`, `0-9` and `_`, beginning with a letter.
    pub name: String,
    /// What the guest reads.
    pub label: String,
    /// A sentence under it.
    pub help: Option<String>,
    /// Where it stands.
    pub group: Group,
    /// What it is for, as far as that is known.
    pub role: Role,
    /// What may be given.
    pub kind: Kind,
}

/// Where a field stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Always in sight.
    #[default]
    Main,
    /// Behind a fold.
    More,
}

/// What a field is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Role {
    /// What should be in the picture.
    Prompt,
    /// What should not.
    NegativePrompt,
    /// What chance begins with.
    Seed,
    /// Width and height.
    Size,
    /// A file of weights that does the work.
    Model,
    /// A file of weights that changes another.
    Lora,
    /// A picture, video or sound to begin with.
    Source,
    /// Anything else.
    #[default]
    Other,
}

/// An input of a node.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// The node's id in the graph.
    pub node: String,
    /// The input's name.
    pub input: String,
}

/// What may be given, and the inputs that get it.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Text.
    Text {
        /// Whether it may have several lines.
        multiline: bool,
        /// What the graph holds.
        default: String,
        /// Who gets it.
        bind: Vec<Target>,
    },
    /// A whole number.
    Integer {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
        /// Counted from `min`.
        step: i64,
        /// What the graph holds, within the limits.
        default: i64,
        /// Who gets it.
        bind: Vec<Target>,
    },
    /// A number.
    Number {
        /// The least.
        min: f64,
        /// The most.
        max: f64,
        /// What a slider adds.
        step: f64,
        /// What the graph holds, within the limits.
        default: f64,
        /// Who gets it.
        bind: Vec<Target>,
    },
    /// Yes or no.
    Boolean {
        /// What the graph holds.
        default: bool,
        /// Who gets it.
        bind: Vec<Target>,
    },
    /// One of a list.
    Choice {
        /// What there is to choose from, `default` among it.
        options: Vec<Value>,
        /// What the graph holds.
        default: Value,
        /// The class and input of the catalogue that the list is from.
        from: Option<(String, String)>,
        /// Who gets it.
        bind: Vec<Target>,
    },
    /// A seed, drawn anew for every run unless given.
    Seed {
        /// Who gets it.
        bind: Vec<Target>,
    },
    /// Width and height together, in pixels.
    Size {
        /// Least of either.
        min: u32,
        /// Most of either.
        max: u32,
        /// Both are multiples of it.
        step: u32,
        /// Width and height that the graph holds.
        default: (u32, u32),
        /// Who gets the width.
        width: Vec<Target>,
        /// Who gets the height.
        height: Vec<Target>,
    },
    /// A file that the guest hands in.
    File {
        /// Which sort of file.
        media: Media,
        /// Who gets its name.
        bind: Vec<Target>,
    },
}

/// Sorts of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// A picture.
    Image,
    /// A picture whose transparency is a mask.
    Mask,
    /// A video.
    Video,
    /// A sound.
    Audio,
    /// Any other.
    Other,
}

/// An input, or two for a size, that shall become a field; what is not said is
/// found in the catalogue.
#[derive(Debug, Clone, Default)]
pub(super) struct Mark {
    pub bind: Vec<Target>,
    /// For sizes: who gets the height, while `bind` gets the width.
    pub height: Vec<Target>,
    pub name: Option<String>,
    pub label: Option<String>,
    pub help: Option<String>,
    pub group: Group,
    pub role: Role,
    /// Least, most and step, each if it is said.
    pub range: [Option<f64>; 3],
    /// Instead of those of the catalogue.
    pub options: Option<Vec<Value>>,
    /// Smaller comes first; what is equal stays in order.
    pub order: (f64, f64),
}

impl Target {
    pub(super) fn new(node: &str, input: &str) -> Self {
        Self { node: node.into(), input: input.into() }
    }
}

/// The fields of these marks, with names of their own. A mark on something that
/// nobody can set becomes none.
pub(super) fn build(marks: Vec<Mark>, graph: &Graph, definitions: &Definitions) -> Vec<Field> {
    let mut fields = unnamed(marks, (graph, definitions), &prompts::find(graph, definitions));
    tell_apart(&mut fields, graph);
    name(&mut fields);
    fields
}

/// What each input of a graph that holds a value would be as a field, node by
/// node in the order of the graph. Names are unique within a node.
pub(super) fn every(graph: &Graph, definitions: &Definitions) -> Vec<(NodeId, Vec<Field>)> {
    let prompts = prompts::find(graph, definitions);
    let of_node = |(id, node): (&NodeId, &Node)| {
        let values = node.inputs.iter().filter(|(_, input)| input.as_value().is_some());
        let marks = values.map(|(input, _)| Mark {
            bind: vec![Target::new(id.as_str(), input)],
            ..Mark::default()
        });
        let mut fields = unnamed(marks.collect(), (graph, definitions), &prompts);
        name(&mut fields);
        (id.clone(), fields)
    };
    graph.nodes.iter().map(of_node).collect()
}

fn name(fields: &mut [Field]) {
    let mut names = Names::default();
    for field in fields {
        let wish = if field.name.is_empty() { &field.label } else { &field.name };
        field.name = names.unique(wish);
    }
}

fn unnamed(
    marks: Vec<Mark>,
    (graph, definitions): (&Graph, &Definitions),
    prompts: &prompts::Prompts,
) -> Vec<Field> {
    let mut marks = with_sizes(marks);
    marks.sort_by(|one, other| {
        let (row, column) =
            (one.order.0.total_cmp(&other.order.0), one.order.1.total_cmp(&other.order.1));
        one.group.cmp(&other.group).then(row).then(column)
    });
    let mut fields = Vec::new();
    for mark in marks {
        let Some(kind) = kinds::kind(&mark, graph, definitions) else { continue };
        let said = mark.label.clone();
        fields.push(Field {
            name: mark.name.clone().unwrap_or_default(),
            label: said.unwrap_or_else(|| label(&mark, &kind, graph, definitions)),
            help: mark.help.clone().or_else(|| help(&mark, graph, definitions)),
            group: mark.group,
            role: match kinds::role(&mark, &kind) {
                Role::Other => prompts.role(&mark.bind),
                role => role,
            },
            kind,
        });
    }
    fields
}

/// Makes one mark of the width and the height of a node.
fn with_sizes(marks: Vec<Mark>) -> Vec<Mark> {
    let mut whole: Vec<Mark> = Vec::new();
    for mark in marks {
        let of = |input: &str| match &mark.bind[..] {
            [target] if target.input == input && mark.options.is_none() => Some(&target.node),
            _ => None,
        };
        let (height, node) = match (of("height"), of("width")) {
            (Some(node), _) => (true, Some(node)),
            (None, node) => (false, node),
        };
        let other = if height { "width" } else { "height" };
        let partner = whole.iter_mut().find(|known| {
            let same = |target: &Target| Some(&target.node) == node && target.input == other;
            known.height.is_empty() && matches!(&known.bind[..], [target] if same(target))
        });
        match partner {
            Some(partner) if node.is_some() => {
                partner.height = mark.bind;
                if !height {
                    std::mem::swap(&mut partner.bind, &mut partner.height);
                }
                partner.label = Some("Size".into());
                partner.name = None;
            }
            _ => whole.push(mark),
        }
    }
    whole
}

/// What its author called a node that only holds one value, or else the input's
/// name for people.
fn label(mark: &Mark, kind: &Kind, graph: &Graph, definitions: &Definitions) -> String {
    let target = &mark.bind[0];
    let node = graph.node(&target.node);
    let definition = node.and_then(|node| definitions.node(&node.class_type));
    let values = node.map_or(0, |node| node.inputs.len() - node.links().count());
    if (values <= 2 || target.input == "value")
        && let Some(title) = own_title(&target.node, graph, definitions)
    {
        return title;
    }
    let input = definition.and_then(|definition| definition.input(&target.input));
    match (kind, input.and_then(|input| input.display_name.as_deref())) {
        (_, Some(name)) if !target.input.contains('.') && name != target.input => name.to_owned(),
        (Kind::File { media: Media::Image | Media::Mask, .. }, _) => "Picture".into(),
        (Kind::File { media: Media::Video, .. }, _) => "Video".into(),
        (Kind::File { media: Media::Audio, .. }, _) => "Sound".into(),
        _ => humanized(&target.input),
    }
}

fn help(mark: &Mark, graph: &Graph, definitions: &Definitions) -> Option<String> {
    let target = &mark.bind[0];
    let class = &graph.node(&target.node)?.class_type;
    let input = definitions.node(class)?.input(&target.input)?;
    input.tooltip.as_deref().filter(|text| text.len() <= 200).map(str::to_owned)
}

/// Where several fields have one label, the titles of their nodes say which is
/// which, or else numbers.
fn tell_apart(fields: &mut [Field], graph: &Graph) {
    let mut alike: IndexMap<String, Vec<usize>> = IndexMap::new();
    for (at, field) in fields.iter().enumerate() {
        alike.entry(field.label.clone()).or_default().push(at);
    }
    for (label, places) in alike.into_iter().filter(|(_, places)| places.len() > 1) {
        let title = |at: &usize| {
            let target = fields[*at].kind.targets().next()?;
            graph.node(&target.node)?.title.clone().filter(|title| *title != label)
        };
        let titles: Vec<_> = places.iter().filter_map(title).collect();
        let distinct = titles.iter().collect::<HashSet<_>>().len() == places.len();
        for (number, at) in places.into_iter().enumerate() {
            fields[at].label = match titles.get(number) {
                Some(title) if distinct => format!("{label} – {title}"),
                _ => format!("{label} {}", number + 1),
            };
        }
    }
}

impl Kind {
    /// The inputs that get the value.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        let (bind, more): (&[Target], &[Target]) = match self {
            Self::Text { bind, .. }
            | Self::Integer { bind, .. }
            | Self::Number { bind, .. }
            | Self::Boolean { bind, .. }
            | Self::Choice { bind, .. }
            | Self::Seed { bind }
            | Self::File { bind, .. } => (bind, &[]),
            Self::Size { width, height, .. } => (width, height),
        };
        bind.iter().chain(more)
    }
}
