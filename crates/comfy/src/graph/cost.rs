//! How much work a graph asks for, before anything is computed.

use super::{Graph, Input};

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
        let (mut pixels, mut enlarged, mut batch, mut amount) = (1.0_f64, 1.0, 1.0, 1.0);
        let (mut steps, mut frames) = (0.0, 1.0);
        for node in self.nodes.values() {
            let (mut width, mut height, mut megapixels) = (1.0, 1.0, 0.0);
            for (name, input) in &node.inputs {
                // Dotted names, as dynamic inputs have, count by their last part.
                let last = name.rsplit('.').next().unwrap_or(name);
                let (slot, join): (_, fn(f64, f64) -> f64) = match last {
                    "width" => (&mut width, f64::max),
                    "height" => (&mut height, f64::max),
                    "megapixels" => (&mut megapixels, f64::max),
                    "scale_by" | "upscale_by" => (&mut enlarged, enlarge),
                    "batch_size" => (&mut batch, f64::max),
                    "amount" => (&mut amount, enlarge),
                    "steps" => (&mut steps, |sum, more| sum + more),
                    "length" | "frames" | "num_frames" | "video_frames" => (&mut frames, f64::max),
                    _ => continue,
                };
                if let Some(number) = self.number(input) {
                    *slot = join(*slot, number);
                }
            }
            pixels = pixels.max(width * height).max(megapixels * 1e6);
        }
        let pixels = if pixels > 1.0 { pixels } else { pixels.max(given as f64) };
        Cost {
            pixels: whole(pixels * enlarged * enlarged),
            batch: whole(batch * amount),
            steps: whole(steps),
            frames: whole(frames),
        }
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

/// Factors below 1 are left out: what made a picture small came after it was large.
fn enlarge(product: f64, factor: f64) -> f64 {
    product * factor.max(1.0)
}

/// At least 1, and at most what a `u64` holds.
fn whole(number: f64) -> u64 {
    (number.ceil() as u64).max(1)
}
