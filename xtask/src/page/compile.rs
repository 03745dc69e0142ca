//! Compiling the app's programs.

use std::path::{Path, PathBuf};

use crate::{
    command::run,
    places::Places,
    say,
    tools::wasm::{self, Compiler},
};

use super::{Finish, Program};

/// The compiled programs, not bound yet.
pub struct Compiled {
    /// Where their raw WebAssembly lies.
    folder: PathBuf,
    /// Nothing in them can say why it stopped.
    pub is_wordless: bool,
}

impl Compiled {
    /// The raw WebAssembly of `program`.
    pub fn wasm(&self, program: Program) -> PathBuf {
        self.folder.join(program.name).with_extension("wasm")
    }
}

/// A panic stops the page at once. The words, the places in the source and the code that would put
/// them together are a tenth of what a visitor downloads, and a visitor reads none of them; the page
/// that `cargo xtask run` makes has them all.
///
/// The flags are unstable, and the standard library has to be compiled with them: Rust 1.95,
/// `panic=immediate-abort`.
const WORDLESS: [&str; 4] =
    ["-Zunstable-options", "-Cpanic=immediate-abort", "-Zlocation-detail=none", "-Zfmt-debug=none"];

/// What `split` has to know: who refers to whom, by names that tell functions apart.
const TOLD: [&str; 2] = ["-Clink-arg=--emit-relocs", "-Csymbol-mangling-version=v0"];

/// Compiles all programs; for shipping without words, where the source of the standard library can be had.
pub fn compile(places: &Places, finish: Finish) -> anyhow::Result<Compiled> {
    let compiler = wasm::compiler(&places.root)?;
    let args = format!("build --package app --bins --profile wasm --target {}", wasm::TARGET);
    let is_wordless = finish == Finish::Small && has_std(&compiler, &places.root);
    let mut cargo = if is_wordless {
        compiler.cargo_with_std(&places.root, &args)
    } else {
        compiler.cargo(&places.root, &args)
    };
    let mut target = places.target.clone();
    if finish == Finish::Small {
        let words: &[&str] = if is_wordless { &WORDLESS } else { &[] };
        cargo.env("CARGO_ENCODED_RUSTFLAGS", [words, &TOLD].concat().join("\x1f"));
        // Compiled with other flags and other permissions: in one folder they would undo each other.
        target.push("page");
        cargo.arg("--target-dir").arg(&target);
    }
    run(&mut cargo, "the compiler's message above says where")?;
    Ok(Compiled { folder: target.join(wasm::TARGET).join("wasm"), is_wordless })
}

fn has_std(compiler: &Compiler, root: &Path) -> bool {
    let found = compiler.std_sources(root);
    if let Err(error) = &found {
        say::note(&format!("{error:#}: going on without, about a tenth larger"));
    }
    found.is_ok()
}
