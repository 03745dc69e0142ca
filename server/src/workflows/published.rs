//! A workflow ready for use: its manifest checked against its graph.

use std::collections::{HashMap, HashSet};

use anyhow::{Context as _, bail, ensure};
use comfy::graph::Cycle;
use comfy::{Graph, Node};
use wire::{
    Access, BindManifest, Condition, Field, FieldGroup, FieldKind, FieldManifest, Manifest,
    OptionManifest, Policy, WorkflowSummary,
};

use super::kind::{self, name_of};
use super::template::Template;

/// Most fields of one form.
const MAX_FIELDS: usize = 200;

/// A workflow ready for use.
#[derive(Debug)]
pub struct Published {
    about: WorkflowSummary,
    version: u32,
    pub(super) fields: Vec<FieldSpec>,
    pub(super) templates: Vec<(Target, Template)>,
    /// As the host exported it: what the fields' defaults make of it.
    pub(super) graph: Graph,
    /// What it was made of.
    pub(super) manifest: Manifest,
}

/// A field and where its value goes.
#[derive(Debug)]
pub(super) struct FieldSpec {
    pub(super) field: Field,
    /// No guest sees or sets it.
    pub(super) closed: bool,
    pub(super) binds: Vec<Bind>,
    /// Class and input whose options on the backend are this field's.
    pub(super) from: Option<(String, String)>,
    /// Of the backend's options only those that the manifest names.
    pub(super) is_narrowed: bool,
    /// What a template gets, by the name of the value.
    pub(super) words: HashMap<String, String>,
    /// Most pixels of a picture.
    pub(super) max_pixels: u64,
    /// Without a file, what needs it is taken out of the graph.
    pub(super) prunes: bool,
}

/// One input of one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) node: String,
    pub(super) input: String,
}

/// Where a value goes, and what becomes of it on the way.
#[derive(Debug)]
pub(super) struct Bind {
    pub(super) target: Target,
    pub(super) take: Take,
}

/// What of a value is taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Take {
    Whole,
    Width,
    Height,
    /// value × `times` + `plus`.
    Scaled {
        times: f64,
        plus: f64,
    },
}

impl Published {
    /// Checks a manifest that stands alone against its graph.
    ///
    /// # Errors
    ///
    /// What does not fit, which field or node it is about, and the cure.
    pub fn new(manifest: Manifest, graph: Graph, version: u32) -> anyhow::Result<Self> {
        check_about(&manifest)?;
        check_links(&graph)?;
        let field = |field: &FieldManifest| {
            FieldSpec::new(field).with_context(|| format!("its field {}", field.name))
        };
        let template = |one: &wire::TemplateManifest| {
            Ok((Target::parse(&one.bind)?, Template::parse(&one.template)?))
        };
        let published = Self {
            fields: manifest.fields.iter().map(field).collect::<anyhow::Result<_>>()?,
            templates: manifest.templates.iter().map(template).collect::<anyhow::Result<_>>()?,
            about: WorkflowSummary {
                slug: manifest.slug.clone(),
                title: manifest.title.clone(),
                summary: manifest.summary.clone(),
                cover: manifest.cover.clone(),
                makes: manifest.makes.clone(),
            },
            version,
            graph,
            manifest,
        };
        published.check_fields()?;
        published.check_bindings()?;
        published.check_classes()?;
        Ok(published)
    }

    fn check_fields(&self) -> anyhow::Result<()> {
        let mut names = HashSet::new();
        for spec in &self.fields {
            let name = &spec.field.name;
            ensure!(names.insert(name), "two fields are called {name}; rename one");
            self.check_condition(spec)?;
        }
        for preset in &self.manifest.presets {
            for name in preset.inputs.keys() {
                let open = self.open(name).is_some();
                let label = &preset.label;
                ensure!(
                    open,
                    "the preset “{label}” sets {name}, which guests do not have; take it out"
                );
            }
        }
        Ok(())
    }

    /// Conditions lead from field to field and end somewhere.
    fn check_condition(&self, spec: &FieldSpec) -> anyhow::Result<()> {
        let (mut at, mut steps) = (spec, 0);
        while let Some(Condition { field, is }) = &at.field.when {
            let name = &at.field.name;
            ensure!(
                !is.is_empty(),
                "its field {name} is never shown; say for which values of {field}"
            );
            at = self.open(field).with_context(|| {
                format!(
                    "its field {name} depends on {field}, which guests do not have; choose another"
                )
            })?;
            steps += 1;
            ensure!(steps <= self.fields.len(), "its field {name} depends on itself; cut the ring");
        }
        Ok(())
    }

    /// Every target exists and every template names fields: after this, filling
    /// the graph cannot fail.
    fn check_bindings(&self) -> anyhow::Result<()> {
        let bound = self.fields.iter().flat_map(|spec| spec.binds.iter().map(|bind| &bind.target));
        for target in bound.chain(self.templates.iter().map(|(target, _)| target)) {
            let found = self.graph.input(&target.node, &target.input).is_some();
            ensure!(found, "its graph has no input {}.{}", target.node, target.input);
        }
        for name in self.templates.iter().flat_map(|(_, template)| template.fields()) {
            ensure!(self.spec(name).is_some(), "a template names {name}, which is no field");
        }
        for node in &self.manifest.results {
            ensure!(self.graph.node(node).is_some(), "its graph has no node {node} to keep");
        }
        Ok(())
    }

    /// safety 5: nothing runs that the policy does not allow.
    fn check_classes(&self) -> anyhow::Result<()> {
        let Some(allowed) = &self.manifest.policy.classes else { return Ok(()) };
        for (id, node) in &self.graph.nodes {
            let class = &node.class_type;
            ensure!(
                allowed.contains(class),
                "node {id} ({class}) is of a class that the policy does not allow; add {class} to \
                 policy.classes or take the node out"
            );
        }
        Ok(())
    }

    /// Whether a form can have this field, whatever its graph is.
    ///
    /// # Errors
    ///
    /// What is wrong with the field, and the cure.
    pub(crate) fn try_field(field: &FieldManifest) -> anyhow::Result<()> {
        FieldSpec::new(field).map(drop)
    }

    /// Name in URLs.
    pub fn slug(&self) -> &str {
        &self.about.slug
    }

    /// Its card in the hall.
    pub fn about(&self) -> &WorkflowSummary {
        &self.about
    }

    /// Counts up with every edit.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// What it was made of, the graph apart.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// In API format, as the host exported it.
    pub fn graph_as_made(&self) -> &Graph {
        &self.graph
    }

    /// The rules it runs by.
    pub fn policy(&self) -> &Policy {
        &self.manifest.policy
    }

    /// Who may see and run it.
    pub fn access(&self) -> &Access {
        &self.manifest.policy.who
    }

    /// What this field asks for, and most pixels of a picture in it.
    pub(crate) fn asked(&self, field: &str) -> Option<(&FieldKind, u64)> {
        self.spec(field).map(|spec| (&spec.field.kind, spec.max_pixels))
    }

    /// The node that an open field's value goes to first. A closed field is as good as none.
    /// (safety 5)
    pub(crate) fn node_of(&self, field: &str) -> Option<&str> {
        let spec = self.open(field)?;
        let direct = spec.binds.first().map(|bind| &bind.target);
        let woven =
            |(_, template): &&(Target, Template)| template.fields().any(|name| name == field);
        let woven = || self.templates.iter().find(woven).map(|(target, _)| target);
        direct.or_else(woven).map(|target| target.node.as_str())
    }

    /// The names of the fields that hold text and are always in sight: what a
    /// person thinks of as the words of a job.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let text = |spec: &&FieldSpec| {
            spec.field.group == FieldGroup::Main
                && !spec.closed
                && matches!(spec.field.kind, FieldKind::Text { .. })
        };
        self.fields.iter().filter(text).map(|spec| spec.field.name.as_str())
    }

    pub(super) fn spec(&self, name: &str) -> Option<&FieldSpec> {
        self.fields.iter().find(|spec| spec.field.name == name)
    }

    /// The field of this name, if guests have it.
    pub(super) fn open(&self, name: &str) -> Option<&FieldSpec> {
        self.spec(name).filter(|spec| !spec.closed)
    }
}

impl FieldSpec {
    fn new(manifest: &FieldManifest) -> anyhow::Result<Self> {
        ensure!(!manifest.name.is_empty(), "it has no name; give it one");
        let from = manifest.from.as_deref().map(|from| -> anyhow::Result<_> {
            let (class, input) = from.split_once('.').context("from is written class.input")?;
            Ok((class.to_owned(), input.to_owned()))
        });
        Ok(Self {
            field: Field {
                name: manifest.name.clone(),
                label: manifest.label.clone(),
                help: manifest.help.clone(),
                placeholder: manifest.placeholder.clone(),
                group: manifest.group,
                tab: manifest.tab.clone(),
                when: manifest.when.clone(),
                required: manifest.required,
                kind: kind::kind(manifest)?,
            },
            closed: manifest.closed,
            binds: binds(manifest)?,
            is_narrowed: manifest.from.is_some() && !manifest.options.is_empty(),
            from: from.transpose()?,
            words: manifest.options.iter().filter_map(words).collect(),
            max_pixels: manifest.max_pixels.unwrap_or(u64::MAX),
            prunes: manifest.prunes,
        })
    }
}

impl Target {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let (node, input) = text.split_once('.').context("a target is written node.input")?;
        Ok(Self { node: node.into(), input: input.into() })
    }
}

/// Every link comes from somewhere, and none goes round.
fn check_links(graph: &Graph) -> anyhow::Result<()> {
    let label = |id: &comfy::NodeId| match graph.node(id.as_str()) {
        Some(Node { class_type, title: Some(title), .. }) => {
            format!("{id} ({class_type}) “{title}”")
        }
        Some(node) => format!("{id} ({})", node.class_type),
        None => id.to_string(),
    };
    let mut links = graph.links();
    if let Some(link) = links.find(|link| graph.node(link.from.as_str()).is_none()) {
        let (to, input, from) = (label(link.to), link.input, link.from);
        bail!(
            "node {to}: {input} comes from node {from}, which is not there; save the workflow again"
        );
    }
    if let Err(Cycle { nodes }) = graph.run_order() {
        let ring: Vec<_> = nodes.iter().map(label).collect();
        bail!("the nodes {} wait for each other; cut the ring", ring.join(" → "));
    }
    Ok(())
}

/// Whether an address may end so.
///
/// # Errors
///
/// When it may not, and what it may be made of.
pub(crate) fn check_slug(slug: &str) -> anyhow::Result<()> {
    let letters =
        |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
    ensure!(
        (1..=64).contains(&slug.len()) && slug.bytes().all(letters),
        "“{slug}” is no name for an address; take 1 to 64 of a-z, 0-9 and -"
    );
    Ok(())
}

fn check_about(manifest: &Manifest) -> anyhow::Result<()> {
    check_slug(&manifest.slug)?;
    ensure!(!manifest.title.trim().is_empty(), "it has no title; give it one");
    let count = manifest.fields.len();
    ensure!(count <= MAX_FIELDS, "it has {count} fields; at most {MAX_FIELDS} fit in a form");
    if let Some(cover) = &manifest.cover {
        // It stands in the page of every guest: another site would see them come.
        let plain = |letter: u8| letter.is_ascii_alphanumeric() || b"/_.-".contains(&letter);
        let ours = cover.bytes().all(plain) && !cover.starts_with('/') && !cover.contains("..");
        if !ours {
            bail!("the cover “{cover}” is no file of this house; upload a picture instead");
        }
    }
    Ok(())
}

fn binds(manifest: &FieldManifest) -> anyhow::Result<Vec<Bind>> {
    let value = manifest.bind.iter().map(|bind| match bind {
        BindManifest::Plain(to) => (to, Take::Whole),
        BindManifest::Scaled { to, times, plus } => {
            (to, Take::Scaled { times: *times, plus: *plus })
        }
    });
    let width = manifest.width.iter().map(|to| (to, Take::Width));
    let height = manifest.height.iter().map(|to| (to, Take::Height));
    let bind = |(to, take): (&String, Take)| Ok(Bind { target: Target::parse(to)?, take });
    value.chain(width).chain(height).map(bind).collect()
}

fn words(option: &OptionManifest) -> Option<(String, String)> {
    Some((name_of(&option.value), option.words.clone()?))
}
