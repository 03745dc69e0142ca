//! Paints one picture and says how long it took.
//!
//! `cargo run --release -p painter --example paint -- "a fox in the snow" 7 512x512 20 fox.png [cfg] [init.png denoise]`
//! With `STEPS` as the name's ending (`run-STEPS.png`) a preview of every step is saved too.

use anyhow::{Context, Result};
use painter::{Brief, Painting};
use std::time::Instant;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [prompt, seed, size, steps, out, rest @ ..] = &args[..] else {
        anyhow::bail!("usage: paint PROMPT SEED WxH STEPS OUT.png [CFG] [INIT.png DENOISE]");
    };
    let (width, height) =
        size.split_once('x').context("the size is WIDTHxHEIGHT, such as 512x512")?;
    let mut brief = Brief {
        prompt: prompt.clone(),
        seed: seed.parse()?,
        width: width.parse()?,
        height: height.parse()?,
        steps: steps.parse()?,
        cfg: rest.first().map_or(Ok(7.0), |cfg| cfg.parse())?,
        denoise: 1.0,
        ..Brief::default()
    };
    if let [_, init, denoise] = rest {
        brief.init = Some(image::open(init).with_context(|| format!("reading {init}"))?.to_rgb8());
        brief.denoise = denoise.parse()?;
    }
    let started = Instant::now();
    let mut painting = Painting::new(brief);
    let mut longest = 0;
    while {
        let before = Instant::now();
        let done = painting.step();
        longest = longest.max(before.elapsed().as_millis());
        if out.contains("STEPS") {
            painting.preview(512).save(out.replace("STEPS", &format!("{done:02}")))?;
        }
        done < painting.steps()
    } {}
    let picture = painting.finish();
    eprintln!("{} ms, longest step {longest} ms: {prompt}", started.elapsed().as_millis());
    picture.save(out).with_context(|| format!("writing {out}"))
}
