//! How much work a graph asks for, before anything is computed.

use super::{Graph, Input, Node};

/// A rough upper bound of the work in a graph, for limits and not for bills.
/// It reads the inputs by their customary names, follows links to nodes that
/// hold one number, and takes what it cannot know for 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Pixels of the largest picture.
    pub pixels: u64,
    /// Pictures made at once.
    pub batch: u64,
    /// Sampling steps, of all samplers together.
    pub steps: u64,
    /// Frames of the longest video.
    pub frames: u64,
}

/// Links from one number to the next that are followed before giving up.
const MAX_HOPS: usize = 8;

impl Cost {
    /// Pixels × batch × steps × frames; `u64::MAX` when it is more than that.
    pub fn total(self) -> u64 {
        self.pixels
            .saturating_mul(self.batch)
            .saturating_mul(self.steps)
            .saturating_mul(self.frames)
    }
}

impl Graph {
    /// How much work this asks for.
    pub fn cost(&self) -> Cost {
        self.cost_with(0)
    }

    /// [`Graph::cost`], when the largest picture that is handed in has `given` pixels. They count
    /// where the graph says of no size itself.
    pub fn cost_with(&self, given: u64) -> Cost {
        let enlarged = self.product(&["scale_by", "upscale_by"]);
        let pixels = self.nodes.values().map(|node| self.pixels(node)).fold(1.0, f64::max);
        let pixels = if pixels > 1.0 { pixels } else { pixels.max(given as f64) };
        let batch = self.largest(&["batch_size"]) * self.product(&["amount"]);
        let steps: f64 = self.numbers(&["steps"]).sum();
        let frames = self.largest(&["length", "frames", "num_frames", "video_frames"]);
        Cost {
            pixels: whole(pixels * enlarged * enlarged),
            batch: whole(batch),
            steps: whole(steps),
            frames: whole(frames),
        }
    }

    fn pixels(&self, node: &Node) -> f64 {
        let side = |name| self.numbers_of(node, &[name]).fold(1.0, f64::max);
        let megapixels = self.numbers_of(node, &["megapixels"]).fold(0.0, f64::max);
        (side("width") * side("height")).max(megapixels * 1e6)
    }

    fn largest(&self, names: &[&str]) -> f64 {
        self.numbers(names).fold(1.0, f64::max)
    }

    /// Factors below 1 are left out: what made a picture small came after it
    /// was large.
    fn product(&self, names: &[&str]) -> f64 {
        self.numbers(names).map(|factor| factor.max(1.0)).product()
    }

    /// Every number in the graph that has one of these names.
    fn numbers(&self, names: &[&str]) -> impl Iterator<Item = f64> {
        self.nodes.values().flat_map(|node| self.numbers_of(node, names))
    }

    /// Dotted names, as dynamic inputs have, count by their last part.
    fn numbers_of(&self, node: &Node, names: &[&str]) -> impl Iterator<Item = f64> {
        let named = |(name, input): (&String, &Input)| {
            let last = name.rsplit('.').next().unwrap_or(name);
            names.contains(&last).then(|| self.number(input))?
        };
        node.inputs.iter().filter_map(named).collect::<Vec<_>>().into_iter()
    }

    /// The number an input holds, or that of the node it is linked to, as in
    /// `PrimitiveInt`.
    fn number(&self, input: &Input) -> Option<f64> {
        let mut input = input;
        for _ in 0..MAX_HOPS {
            let Input::Link { node, .. } = input else { return input.as_f64() };
            input = self.input(node.as_str(), "value")?;
        }
        None
    }
}

/// At least 1, and at most what a `u64` holds.
fn whole(number: f64) -> u64 {
    (number.ceil() as u64).max(1)
}
