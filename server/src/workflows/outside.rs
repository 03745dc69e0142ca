//! Workflows without a house around them: for the command line, and for whoever
//! measures and doubts what becomes of a file or of values.

use anyhow::Context as _;
use comfy::convert::Document;
use comfy::form::Form;
use comfy::{Definitions, Graph};
use wire::Inputs;

use super::{Published, draft};

/// What a backend finds in the place of the files that are referred to.
const SOME_FILE: &str = "parlor-some-file.png";

impl Published {
    /// What the house publishes of a file when nobody edits the form that is found in it. `name` is
    /// what the file is called, without its ending.
    ///
    /// # Errors
    ///
    /// That it holds no workflow, or none that can be published; with the node or field, and the cure.
    pub fn of_file(bytes: &[u8], name: &str, definitions: &Definitions) -> anyhow::Result<Self> {
        let document = Document::read(bytes)?;
        let (graph, form) = Form::of(&document, definitions)?;
        let manifest = draft::manifest(name, (&graph, &form), definitions);
        Self::new(manifest, graph, 1).context("this workflow cannot be published")
    }

    /// The graph that a submission of these values makes: values checked, seeds drawn, the graph
    /// filled, and the policy enforced. What files are referred to is not looked for.
    ///
    /// # Errors
    ///
    /// Which value is refused, or what the policy or the backend has against the graph.
    pub fn prepare(&self, given: &Inputs, definitions: &Definitions) -> anyhow::Result<Graph> {
        let known = [definitions];
        let checked = self.check(given, &known, rand::random::<u64>)?;
        let files = checked.files.iter().map(|(field, _)| (field.clone(), SOME_FILE.to_owned()));
        let graph = self.graph(&checked, &files.collect(), &known)?;
        let needs = self.needs(&graph);
        anyhow::ensure!(needs.are_met_by(definitions), "it needs what this ComfyUI does not have");
        Ok(graph)
    }
}
