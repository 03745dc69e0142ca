//! Stand-in until the painter arrives: plain colour, same signature.
use image::{GrayImage, Rgb, RgbImage};

/// What shall be painted.
#[derive(Debug, Clone)]
pub struct Brief {
    pub prompt: String,
    pub negative: String,
    pub seed: u64,
    pub width: u32,
    pub height: u32,
    pub steps: u32,
    pub cfg: f32,
    pub denoise: f32,
    pub start_step: u32,
    pub init: Option<RgbImage>,
    pub mask: Option<GrayImage>,
}

/// A picture being painted.
#[derive(Debug)]
pub struct Painting {
    brief: Brief,
    done: u32,
}

impl Painting {
    pub fn new(brief: Brief) -> Self {
        Self { brief, done: 0 }
    }
    pub fn steps(&self) -> u32 {
        self.brief.steps
    }
    pub fn step(&mut self) -> u32 {
        self.done += 1;
        self.done
    }
    pub fn preview(&self, max_edge: u32) -> RgbImage {
        let longest = self.brief.width.max(self.brief.height);
        let edge = |edge: u32| (u64::from(edge) * u64::from(max_edge) / u64::from(longest)).max(1) as u32;
        RgbImage::from_pixel(edge(self.brief.width), edge(self.brief.height), self.colour())
    }
    pub fn finish(self) -> RgbImage {
        let colour = self.colour();
        let mut picture = self.brief.init.unwrap_or_else(|| RgbImage::new(self.brief.width, self.brief.height));
        let keep = 1.0 - self.brief.denoise;
        for pixel in picture.pixels_mut() {
            for (channel, wanted) in pixel.0.iter_mut().zip(colour.0) {
                *channel = (f32::from(*channel) * keep + f32::from(wanted) * (1.0 - keep)) as u8;
            }
        }
        picture
    }
    fn colour(&self) -> Rgb<u8> {
        let words = self.brief.prompt.bytes().fold(self.brief.seed, |hash, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte)));
        Rgb([words as u8, (words >> 8) as u8, (words >> 16) as u8])
    }
}
