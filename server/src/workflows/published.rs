//! A workflow ready for use: its manifest checked against its graph.

use std::collections::HashMap;

use anyhow::{Context as _, ensure};
use comfy::Graph;
use wire::{Field, FieldGroup, FieldKind, Policy, WorkflowSummary};

use super::manifest::{BindManifest, FieldManifest, Lists, Manifest, OptionManifest, name_of};
use super::template::Template;
use crate::jobs::Handling;

/// A workflow ready for use.
#[derive(Debug)]
pub struct Published {
    about: WorkflowSummary,
    version: u32,
    pub(super) max_cost: u64,
    policy: Policy,
    results: Vec<String>,
    pub(super) fields: Vec<FieldSpec>,
    pub(super) templates: Vec<(Target, Template)>,
    /// As the host exported it: what the fields' defaults make of it.
    pub(super) graph: Graph,
}

/// A field and where its value goes.
#[derive(Debug)]
pub(super) struct FieldSpec {
    pub(super) field: Field,
    pub(super) binds: Vec<Bind>,
    /// Class and input whose options on the backend are this field's.
    pub(super) from: Option<(String, String)>,
    /// What a template gets, by the name of the value.
    pub(super) words: HashMap<String, String>,
    /// Most pixels of a picture.
    pub(super) max_pixels: u64,
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
    pub(super) fn new(manifest: Manifest, graph: &str, lists: &Lists) -> anyhow::Result<Self> {
        let graph = serde_json::from_str(graph).context("reading its graph")?;
        let graph = Graph::parse(&graph)?;
        graph.run_order()?;
        let field = |field: &FieldManifest| {
            FieldSpec::new(field, lists).with_context(|| format!("its field {}", field.name))
        };
        let template = |one: &super::manifest::TemplateManifest| {
            Ok((Target::parse(&one.bind)?, Template::parse(&one.template)?))
        };
        let published = Self {
            fields: manifest.fields.iter().map(field).collect::<anyhow::Result<_>>()?,
            templates: manifest.templates.iter().map(template).collect::<anyhow::Result<_>>()?,
            about: WorkflowSummary {
                slug: manifest.slug,
                title: manifest.title,
                summary: manifest.summary,
                cover: manifest.cover,
                makes: manifest.makes,
            },
            version: manifest.version,
            max_cost: manifest.max_cost,
            policy: Policy::default(),
            results: Vec::new(),
            graph,
        };
        published.check_bindings()?;
        Ok(published)
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
        Ok(())
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

    /// What is to be done with what it makes. `house_days`: how long that is
    /// kept where the workflow says nothing of it.
    pub(crate) fn handling(&self, house_days: Option<u32>) -> Handling {
        Handling::new(&self.policy, &self.results, house_days)
    }

    /// Most jobs of it that run at the same time.
    pub(crate) fn at_once(&self) -> Option<u32> {
        self.policy.at_once
    }

    /// The classes a backend must have.
    pub(crate) fn classes(&self) -> impl Iterator<Item = &str> {
        self.graph.classes()
    }

    /// Most pixels that a picture in this field may have.
    pub(crate) fn max_pixels(&self, field: &str) -> u64 {
        self.spec(field).map_or(u64::MAX, |spec| spec.max_pixels)
    }

    /// The names of the fields that hold text and are always in sight: what a
    /// person thinks of as the words of a job.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let text = |spec: &&FieldSpec| {
            spec.field.group == FieldGroup::Main
                && matches!(spec.field.kind, FieldKind::Text { .. })
        };
        self.fields.iter().filter(text).map(|spec| spec.field.name.as_str())
    }

    pub(super) fn spec(&self, name: &str) -> Option<&FieldSpec> {
        self.fields.iter().find(|spec| spec.field.name == name)
    }
}

impl FieldSpec {
    fn new(manifest: &FieldManifest, lists: &Lists) -> anyhow::Result<Self> {
        let options = manifest.options(lists)?;
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
                required: manifest.required,
                kind: manifest.kind(options)?,
            },
            binds: binds(manifest)?,
            from: from.transpose()?,
            words: options.iter().filter_map(words).collect(),
            max_pixels: manifest.max_pixels.unwrap_or(u64::MAX),
        })
    }
}

impl Target {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let (node, input) = text.split_once('.').context("a target is written node.input")?;
        Ok(Self { node: node.into(), input: input.into() })
    }
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
