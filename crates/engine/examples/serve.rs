//! Runs the demo engine alone: `cargo run --release --example serve -- [FOLDER] [ADDRESS]`.
//! Every ComfyUI client can talk to it.

use engine::{Engine, Options};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "engine-files".into());
    let listen = arguments.next().unwrap_or_else(|| "127.0.0.1:8188".into()).parse()?;
    let engine = Engine::start(Options { listen, ..Options::new(folder) }).await?;
    eprintln!("the demo engine answers at {}; Ctrl-C stops it", engine.url());
    tokio::signal::ctrl_c().await?;
    engine.stop().await;
    Ok(())
}
