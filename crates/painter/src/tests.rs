use super::*;
use image::{Luma, Rgb};
use proptest::prelude::*;

fn brief(prompt: &str, seed: u64) -> Brief {
    Brief {
        prompt: prompt.into(),
        seed,
        width: 96,
        height: 96,
        steps: 20,
        cfg: 7.0,
        denoise: 1.0,
        ..Brief::default()
    }
}

fn painted(brief: Brief) -> RgbImage {
    let mut painting = Painting::new(brief);
    while painting.step() < painting.steps() {}
    painting.finish()
}

/// Mean difference of two pictures of one size, in steps of 255.
fn difference(a: &RgbImage, b: &RgbImage) -> f32 {
    let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f32 / a.as_raw().len() as f32
}

/// Mean red, green and blue.
fn mean(image: &RgbImage) -> [f32; 3] {
    let n = (image.width() * image.height()) as f32;
    std::array::from_fn(|k| image.pixels().map(|p| f32::from(p[k])).sum::<f32>() / n)
}

/// Correlation of the lightness of two pictures, seen small.
fn resemblance(a: &RgbImage, b: &RgbImage) -> f32 {
    let light = |image: &RgbImage| -> Vec<f32> {
        let small = fitted(image, (24, 24));
        small
            .pixels()
            .map(|p| 0.3 * f32::from(p[0]) + 0.59 * f32::from(p[1]) + 0.11 * f32::from(p[2]))
            .collect()
    };
    let (a, b) = (light(a), light(b));
    let n = a.len() as f32;
    let (ma, mb) = (a.iter().sum::<f32>() / n, b.iter().sum::<f32>() / n);
    let product = |f: &dyn Fn(usize) -> f32| (0..a.len()).map(f).sum::<f32>();
    let cross = product(&|i| (a[i] - ma) * (b[i] - mb));
    let (aa, bb) =
        (product(&|i| (a[i] - ma) * (a[i] - ma)), product(&|i| (b[i] - mb) * (b[i] - mb)));
    cross / (aa * bb).sqrt().max(1e-6)
}

/// A picture with nothing of a landscape: bright and dark squares.
fn squares() -> RgbImage {
    RgbImage::from_fn(96, 96, |x, y| {
        if (x / 24 + y / 32) % 2 == 0 { Rgb([220, 210, 190]) } else { Rgb([50, 70, 60]) }
    })
}

#[test]
fn the_same_brief_is_the_same_picture() {
    let brief = brief("a fox in the snow", 7);
    assert_eq!(painted(brief.clone()).as_raw(), painted(brief).as_raw());
}

#[test]
fn another_seed_or_another_word_is_another_picture() {
    let fox = painted(brief("a fox in the snow", 7));
    assert!(difference(&fox, &painted(brief("a fox in the snow", 8))) > 3.0);
    assert!(difference(&fox, &painted(brief("a cat in the snow", 7))) > 1.0);
    assert!(difference(&fox, &painted(brief("a fox in the snow, zorble", 7))) > 3.0);
}

#[test]
fn colours_follow_the_words() {
    for seed in 0..4 {
        let [red, _, blue] = mean(&painted(brief("red sunset over the sea", seed)));
        let [red_at_noon, _, blue_at_noon] = mean(&painted(brief("blue sea at noon", seed)));
        assert!(red > blue, "seed {seed}: a red sunset is red");
        assert!(blue_at_noon > red_at_noon, "seed {seed}: a blue sea is blue");
    }
}

#[test]
fn night_is_darker_than_day() {
    let light = |prompt| mean(&painted(brief(prompt, 5))).iter().sum::<f32>();
    assert!(light("hills at night") < 0.7 * light("hills at noon"));
}

#[test]
fn previews_come_closer_to_the_picture() {
    let mut painting = Painting::new(brief("mountains at dawn", 3));
    let mut previews = vec![];
    while painting.step() < painting.steps() {
        previews.push(painting.preview(96));
    }
    let picture = painting.finish();
    let far = |i: usize| difference(&previews[i], &picture);
    assert!(
        far(1) > far(6) && far(6) > far(12) && far(12) > far(18),
        "{} {} {} {}",
        far(1),
        far(6),
        far(12),
        far(18)
    );
}

#[test]
fn a_preview_has_the_shape_of_the_picture() {
    let painting = Painting::new(Brief { width: 300, height: 100, ..brief("sea", 1) });
    assert_eq!(painting.preview(96).dimensions(), (96, 32));
}

#[test]
fn guidance_strengthens_the_colours() {
    let spread = |cfg| {
        let image = painted(Brief { cfg, ..brief("a poppy meadow at noon", 2) });
        image
            .pixels()
            .map(|p| f32::from(p.0.iter().max().unwrap() - p.0.iter().min().unwrap()))
            .sum::<f32>()
    };
    assert!(spread(14.0) > 1.1 * spread(1.0));
}

#[test]
fn a_given_picture_is_kept_as_far_as_denoise_says() {
    let given = squares();
    let after = |denoise| {
        painted(Brief { init: Some(given.clone()), denoise, ..brief("dunes at dusk", 4) })
    };
    let alike = |denoise| resemblance(&given, &after(denoise));
    assert!(alike(0.3) > 0.95, "{}", alike(0.3));
    assert!(alike(0.6) > 0.8, "{}", alike(0.6));
    assert!(alike(1.0).abs() < 0.4, "{}", alike(1.0));
    assert!(difference(&given, &after(0.6)) > 10.0, "it is still repainted");
    assert!(difference(&given, &after(0.0)) < 1.0);
}

#[test]
fn nothing_outside_the_mask_is_touched() {
    let given = squares();
    let mask = GrayImage::from_fn(96, 96, |x, _| Luma([if x < 48 { 255 } else { 0 }]));
    let after =
        painted(Brief { init: Some(given.clone()), mask: Some(mask), ..brief("a red sunset", 4) });
    let mut inside = 0_u32;
    for (x, y, pixel) in after.enumerate_pixels() {
        if x >= 48 {
            assert_eq!(pixel, given.get_pixel(x, y));
        } else {
            inside += u32::from(pixel != given.get_pixel(x, y));
        }
    }
    assert!(inside > 48 * 96 / 2);
}

#[test]
fn steps_already_done_are_not_painted_again() {
    let mut painting = Painting::new(Brief { start_step: 15, ..brief("a lake", 1) });
    assert_eq!((painting.step(), painting.steps()), (16, 20));
    for _ in 0..9 {
        painting.step();
    }
    assert_eq!(painting.step(), 20);
}

#[test]
fn every_place_medium_and_figure_can_be_painted_at_odd_sizes() {
    let words = "sea beach lake river dunes canyon mountains hills meadow field forest birches city village snow \
        iceberg underwater sky planet galaxy still_life bouquet marble swirl arches";
    let rest =
        "impasto glaze watercolour gouache pastel ink pencil linocut woodblock photograph pixels";
    let figures = "fox cat dog deer horse bird owl whale fish boat house castle lighthouse windmill balloon tree pine \
        palm person bottle bridge flower";
    for (i, word) in words
        .split_whitespace()
        .chain(rest.split_whitespace())
        .chain(figures.split_whitespace())
        .enumerate()
    {
        let prompt =
            format!("{}, aurora, rain, snowfall, rainbow, lightning, moon", word.replace('_', " "));
        let (width, height) = [(1, 1), (17, 90), (64, 5), (31, 33)][i % 4];
        let picture = painted(Brief { width, height, steps: 16, ..brief(&prompt, i as u64) });
        assert_eq!(picture.dimensions(), (width, height), "{word}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_brief_makes_it_panic(
        prompt in ".{0,60}",
        negative in ".{0,20}",
        seed: u64,
        (width, height) in (0_u32..48, 0_u32..48),
        (steps, start_step) in (0_u32..22, 0_u32..22),
        (cfg, denoise) in (any::<f32>(), any::<f32>()),
        (given, masked) in (any::<bool>(), any::<bool>()),
    ) {
        let init = given.then(squares);
        let mask = masked.then(|| GrayImage::from_pixel(7, 9, Luma([255])));
        let brief = Brief { prompt, negative, seed, width, height, steps, cfg, denoise, start_step, init, mask };
        let picture = painted(brief);
        prop_assert_eq!(picture.dimensions(), (width.max(1), height.max(1)));
    }
}
