//! What becomes of a workflow, within one process: a file a form, values a graph, a catalogue what
//! is known of nodes.
//!
//! `large` draws the workflow, `catalogue` lists the nodes.

mod catalogue;
mod large;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use comfy::Definitions;
use parlor::workflows::Published;
use serde_json::{Value, json};
use wire::{BindManifest, FieldKind, FieldManifest, FieldType, Inputs};

use crate::{figure::Figure, house, quantile::Times};

/// How often a file is imported, and a catalogue read.
const SLOW: usize = 50;
/// How often a job is prepared.
const QUICK: usize = 5_000;
/// How many catalogues are kept at once, to be weighed together.
const KEPT: usize = 20;

/// Measures all of it.
pub async fn measure() -> anyhow::Result<Vec<Figure>> {
    let catalogue = catalogue::large()?;
    let definitions = Definitions::parse(&catalogue)?;
    ensure!(definitions.len() == catalogue::NODES, "the catalogue has not its nodes");
    // Weighed first, before the rest leaves room behind that would be used again.
    let kept = kept(&catalogue).await?;
    let mut import = import(&definitions)?;
    let mut prepare = prepare(&definitions)?;
    let mut parse = Times::default();
    for _ in 0..SLOW {
        parse.push(time(|| Definitions::parse(&catalogue))?);
    }
    Ok(vec![
        Figure::at_most(
            "import and form of a file of 500 nodes, p50",
            import.millis(0.5),
            50.0,
            "ms",
        ),
        Figure::at_most("preparing a job of 50 nodes, p50", prepare.millis(0.5) * 1e3, 100.0, "µs"),
        Figure::at_most("definitions of 900 nodes read, p50", parse.millis(0.5), 30.0, "ms"),
        Figure::at_most("what is kept of them", kept, 10.0, "MB"),
    ])
}

/// From the bytes of a file to what guests run, with the form that was found.
fn import(definitions: &Definitions) -> anyhow::Result<Times> {
    let file = serde_json::to_vec(&large::file(500 / large::NODES))?;
    let published = Published::of_file(&file, "large", definitions)?;
    ensure!(published.graph_as_made().nodes.len() == 500, "the file was not read as a whole");
    let mut times = Times::default();
    for _ in 0..SLOW {
        times.push(time(|| Published::of_file(&file, "large", definitions))?);
    }
    Ok(times)
}

/// From values to the graph that is sent.
fn prepare(definitions: &Definitions) -> anyhow::Result<Times> {
    let published = small(definitions)?;
    let given = filled_in(&published, definitions);
    let graph = published.prepare(&given, definitions).context("preparing a job")?;
    ensure!(graph.nodes.len() == 50 && given.len() > 4, "{} nodes, {given:?}", graph.nodes.len());
    let mut times = Times::default();
    for _ in 0..QUICK {
        times.push(time(|| published.prepare(&given, definitions))?);
    }
    Ok(times)
}

/// A workflow of fifty nodes with what is found in it, and a choice of all models.
fn small(definitions: &Definitions) -> anyhow::Result<Published> {
    let file = serde_json::to_vec(&large::file(50 / large::NODES))?;
    let found = Published::of_file(&file, "small", definitions)?;
    let mut manifest = found.manifest().clone();
    manifest.fields.push(FieldManifest {
        name: "model".into(),
        label: "Model".into(),
        kind: FieldType::Choice,
        from: Some("CheckpointLoaderSimple.ckpt_name".into()),
        default: Some("some.safetensors".into()),
        bind: vec![BindManifest::Plain("1.ckpt_name".into())],
        ..FieldManifest::default()
    });
    Published::new(manifest, found.graph_as_made().clone(), 1)
}

/// A value for every field, as the page sends them.
fn filled_in(published: &Published, definitions: &Definitions) -> Inputs {
    let fields = published.form(&[definitions], None).fields.into_iter();
    let value = |kind: FieldKind| match kind {
        FieldKind::Text { .. } => json!("a lighthouse in a storm"),
        FieldKind::Integer { default, .. } => json!(default),
        FieldKind::Number { default, .. } => json!(default),
        FieldKind::Boolean { default } => json!(default),
        // The last is the longest to look for.
        FieldKind::Choice { options, default } => {
            options.last().map_or(default, |option| option.value.clone())
        }
        FieldKind::Seed => json!(7),
        FieldKind::Size { default, .. } => json!(default),
        FieldKind::Image { .. } | FieldKind::File { .. } => Value::Null,
    };
    fields.map(|field| (field.name, value(field.kind))).collect()
}

/// Megabytes that one catalogue takes when several are kept.
async fn kept(catalogue: &[u8]) -> anyhow::Result<f64> {
    let before = house::resident(std::process::id()).await?;
    let all: Vec<_> = (0..KEPT).map(|_| Definitions::parse(catalogue)).collect::<Result<_, _>>()?;
    let after = house::resident(std::process::id()).await?;
    ensure!(black_box(all).len() == KEPT, "they were dropped");
    Ok(after.saturating_sub(before) as f64 / KEPT as f64 / 1e6)
}

/// How long `work` takes, without the time to forget what came of it.
fn time<T, E: Into<anyhow::Error>>(
    work: impl FnOnce() -> Result<T, E>,
) -> anyhow::Result<Duration> {
    let start = Instant::now();
    let done = black_box(work());
    let took = start.elapsed();
    done.map_err(Into::into)?;
    Ok(took)
}

#[cfg(test)]
mod tests {
    use comfy::check::Problem;

    use super::*;

    #[test]
    fn what_is_measured_is_a_whole_workflow_in_a_large_house() {
        let definitions = Definitions::parse(&catalogue::large().unwrap()).unwrap();
        let published = small(&definitions).unwrap();
        let given = filled_in(&published, &definitions);
        for name in ["prompt_1", "seed_5", "size_1", "steps_1", "model"] {
            assert!(given.contains_key(name), "{name} is not among {given:?}");
        }
        let graph = published.prepare(&given, &definitions).unwrap();
        assert_eq!(graph.nodes.len(), 50);
        let faults = comfy::check::check(&graph, &definitions);
        let other_models =
            faults.iter().filter(|one| matches!(one.problem, Problem::NoSuchChoice { .. }));
        assert_eq!(faults.len(), other_models.count(), "{faults:?}");
    }
}
