//! The painter: words and a seed become a picture, step by step.
//!
//! It does not diffuse, but it keeps a sampler's manners: the same brief is the same picture, every step is clearer than
//! the one before, few steps look unfinished, `denoise` below 1 keeps what the given picture shows, and a mask keeps what
//! is outside of it. No clock, no files, no chance but the seed.
//!
//! Read in this order: `words` (what a prompt says), `plan` (what stands where, in which light), `scene` (clean shapes of
//! colour), `guide` (after a given picture), `brush` (strokes), `schedule` (what a step shows).

mod brush;
mod colour;
mod dice;
mod guide;
mod math;
mod noise;
mod picture;
mod plan;
mod plane;
mod scene;
mod schedule;
mod words;

use brush::Easel;
use dice::Dice;
use image::{GrayImage, RgbImage};
use math::smooth;
use picture::{Picture, fitted};
use plan::Plan;
use plane::Plane;
use schedule::Look;

/// The largest area, in pixels, that steps before the last are painted at.
const DRAFT_AREA: usize = 640 * 640;

/// What is to be painted, in the words of a sampler.
#[derive(Debug, Clone, Default)]
pub struct Brief {
    /// What the picture shows. Any text; `(word:1.3)` weighs.
    pub prompt: String,
    /// What it does not show.
    pub negative: String,
    /// Equal briefs with equal seeds are equal pictures.
    pub seed: u64,
    /// Pixels across; 0 is taken as 1.
    pub width: u32,
    /// Pixels down; 0 is taken as 1.
    pub height: u32,
    /// Steps to the finished picture; 0 is taken as 1. Below about 15 it stays unfinished.
    pub steps: u32,
    /// How closely the words are followed, and how strong the colours: 1 is loose, 7 usual.
    pub cfg: f32,
    /// With `init`: 0 keeps it, 1 ignores it.
    pub denoise: f32,
    /// Steps that count as done; usually 0.
    pub start_step: u32,
    /// The picture to start from, of any size.
    pub init: Option<RgbImage>,
    /// Where `init` may be repainted: white. Of any size.
    pub mask: Option<GrayImage>,
}

/// A picture being painted.
pub struct Painting {
    brief: Brief,
    plan: Plan,
    done: u32,
    /// What it looks like now; often smaller than the picture will be.
    canvas: Picture,
    easel: Option<((usize, usize), Easel)>,
}

impl Painting {
    /// Reads the brief and puts up an empty canvas.
    pub fn new(mut brief: Brief) -> Self {
        brief.width = brief.width.max(1);
        brief.height = brief.height.max(1);
        brief.steps = brief.steps.max(1);
        brief.cfg = if brief.cfg.is_finite() { brief.cfg.clamp(0.0, 100.0) } else { 7.0 };
        brief.denoise = if brief.denoise.is_finite() { brief.denoise.clamp(0.0, 1.0) } else { 1.0 };
        let size = (brief.width, brief.height);
        brief.init = brief
            .init
            .filter(|image| image.width() > 0 && image.height() > 0)
            .map(|i| fitted(&i, size));
        brief.mask =
            brief.mask.filter(|mask| mask.width() > 0 && mask.height() > 0 && brief.init.is_some());
        brief.mask = brief.mask.map(|mask| feathered(&mask, size));
        let plan = Plan::new(&brief.prompt, &brief.negative, (brief.seed, brief.cfg));
        let done = brief.start_step.min(brief.steps);
        let canvas = Picture { w: 1, h: 1, px: vec![colour::Rgb::default()] };
        let mut painting = Self { brief, plan, done, canvas, easel: None };
        painting.canvas = painting.paint(Look::at(done, painting.brief.steps));
        painting
    }

    /// Steps to the finished picture, those of [`Brief::start_step`] among them.
    pub fn steps(&self) -> u32 {
        self.brief.steps
    }

    /// Paints one more step; returns how many are done. Does nothing when all are.
    pub fn step(&mut self) -> u32 {
        if self.done < self.brief.steps {
            self.done += 1;
            self.canvas = self.paint(Look::at(self.done, self.brief.steps));
        }
        self.done
    }

    /// What it looks like now, with the longest edge `max_edge` pixels.
    pub fn preview(&self, max_edge: u32) -> RgbImage {
        let (w, h) = (u64::from(self.brief.width), u64::from(self.brief.height));
        let edge = u64::from(max_edge.max(1));
        let scaled = |side: u64| ((side * edge + w.max(h) / 2) / w.max(h)).max(1) as u32;
        let size = (scaled(w), scaled(h));
        self.masked(self.canvas.image(size))
    }

    /// The picture as it is now, in full size.
    pub fn finish(self) -> RgbImage {
        let full = self.canvas.image((self.brief.width, self.brief.height));
        self.masked(full)
    }

    /// Puts the given picture back where the mask is not white.
    fn masked(&self, mut image: RgbImage) -> RgbImage {
        let (Some(init), Some(mask)) = (&self.brief.init, &self.brief.mask) else { return image };
        let size = image.dimensions();
        let init = fitted(init, size);
        let mask = if mask.dimensions() == size {
            mask.clone()
        } else {
            image::imageops::resize(mask, size.0, size.1, image::imageops::FilterType::Triangle)
        };
        for ((out, old), keep) in image.pixels_mut().zip(init.pixels()).zip(mask.pixels()) {
            let amount = u32::from(keep[0]);
            for k in 0..3 {
                out[k] = ((u32::from(out[k]) * amount + u32::from(old[k]) * (255 - amount) + 127)
                    / 255) as u8;
            }
        }
        image
    }

    /// The picture as `look` shows it.
    fn paint(&mut self, look: Look) -> Picture {
        let (w, h) = (self.brief.width as usize, self.brief.height as usize);
        match look {
            Look::Sketch { cell, blur, noise } => {
                let cell = (cell * w.min(h) as f32 / 512.0).max(1.0);
                let size =
                    (((w as f32 / cell) as usize).max(1), ((h as f32 / cell) as usize).max(1));
                let (mut picture, _) = self.scene(size);
                soften(&mut picture, blur);
                self.add_noise(&mut picture, noise, 1);
                picture
            }
            Look::Strokes { reach, noise, last } => {
                let size = if last { (w, h) } else { draft_size(w, h) };
                if self.easel.as_ref().is_none_or(|(of, _)| *of != size) {
                    self.easel = None;
                    let (picture, fine) = self.scene(size);
                    let amount = if self.brief.init.is_some() {
                        smooth(0.0, 0.4, self.brief.denoise)
                    } else {
                        1.0
                    };
                    let easel =
                        Easel::new(&picture, fine, (self.plan.medium, amount, self.plan.grain));
                    self.easel = Some((size, easel));
                }
                let Some((_, easel)) = &self.easel else { return self.canvas.clone() };
                let mut picture = easel.paint(reach);
                if noise > 0.0 {
                    self.add_noise(&mut picture, noise, 1 + size.0.min(size.1) / 170);
                }
                if last {
                    self.easel = None;
                }
                picture
            }
        }
    }

    /// The scene, after the given picture if there is one, and its fine detail.
    fn scene(&self, (w, h): (usize, usize)) -> (Picture, Vec<f32>) {
        let stage = scene::draw(&self.plan, w, h);
        let mut picture = Picture { w, h, px: stage.px.iter().map(|c| c.encoded()).collect() };
        let mut fine = stage.fine;
        if let Some(init) = &self.brief.init {
            guide::blend(&mut picture, &Picture::of(init, (w, h)), self.brief.denoise);
            let own = smooth(0.62, 1.0, self.brief.denoise);
            for held in &mut fine {
                *held *= own;
            }
        }
        (picture, fine)
    }

    /// Coloured noise of strength `amount` in blocks of `block` pixels.
    fn add_noise(&self, picture: &mut Picture, amount: f32, block: usize) {
        let amount = amount * if self.brief.init.is_some() { self.brief.denoise } else { 1.0 };
        if amount <= 0.0 {
            return;
        }
        let mut dice = Dice::new(self.plan.grain, u64::from(self.done) + 1000);
        let across = picture.w / block + 1;
        let cells: Vec<[f32; 4]> = (0..across * (picture.h / block + 1))
            .map(|_| std::array::from_fn(|_| (dice.unit() + dice.unit() + dice.unit() - 1.5) * 2.0))
            .collect();
        for (i, c) in picture.px.iter_mut().enumerate() {
            let [r, g, b, grey] = cells[i / picture.w / block * across + i % picture.w / block];
            let grain = |v: f32, n: f32| {
                (0.5 + (v - 0.5) * (1.0 - amount * 0.7) + (n + grey) * 0.6 * amount).clamp(0.0, 1.0)
            };
            *c = colour::rgb(grain(c.r, r), grain(c.g, g), grain(c.b, b));
        }
    }
}

/// The size of steps before the last: the whole picture, or a smaller one of the same shape.
fn draft_size(w: usize, h: usize) -> (usize, usize) {
    if w * h <= DRAFT_AREA {
        return (w, h);
    }
    let scale = (DRAFT_AREA as f32 / (w * h) as f32).sqrt();
    (((w as f32 * scale) as usize).max(1), ((h as f32 * scale) as usize).max(1))
}

fn soften(picture: &mut Picture, sigma: f32) {
    let channel = |pick: fn(&colour::Rgb) -> f32| {
        let mut plane =
            Plane { w: picture.w, h: picture.h, at: picture.px.iter().map(pick).collect() };
        plane.blur(sigma);
        plane.at
    };
    let (r, g, b) = (channel(|c| c.r), channel(|c| c.g), channel(|c| c.b));
    picture.px = r.into_iter().zip(g).zip(b).map(|((r, g), b)| colour::rgb(r, g, b)).collect();
}

/// The mask at `size`, fading inwards from its border, so that nothing outside the white is touched.
fn feathered(mask: &GrayImage, (w, h): (u32, u32)) -> GrayImage {
    let mask = image::imageops::resize(mask, w, h, image::imageops::FilterType::Triangle);
    let mut plane = Plane {
        w: w as usize,
        h: h as usize,
        at: mask.pixels().map(|p| f32::from(p[0]) / 255.0).collect(),
    };
    plane.blur(w.min(h) as f32 / 110.0);
    let mut out = mask;
    for (p, soft) in out.pixels_mut().zip(plane.at) {
        p[0] = (f32::from(p[0]) * smooth(0.5, 0.96, soft) + 0.5) as u8;
    }
    out
}

#[cfg(test)]
mod tests;
