//! A short run of every fuzz target, with the compiler that compiles everything else.
//!
//! `cargo fuzz` needs a nightly compiler for its sanitizers; what guides libFuzzer is coverage, and
//! that a stable compiler measures too. The corpus grows in the target folder from run to run.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;

use crate::{
    command::{cargo, found, output, run},
    places::Places,
    say,
};

/// The targets in `fuzz/fuzz_targets`.
const TARGETS: [&str; 4] = ["document", "definitions", "message", "client"];

/// How long each is run, in seconds.
const SECONDS: u32 = 15;

/// What counts which code was reached; as `cargo fuzz` has it, the sanitizer apart.
const COVERAGE: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Cllvm-args=-simplifycfg-branch-fold-threshold=0 \
    -Ccodegen-units=1 --cfg fuzzing";

/// Runs what is known, and then what libFuzzer makes of it.
pub fn short_run(places: &Places) -> anyhow::Result<()> {
    let fuzz = Fuzz { root: places.root.join("fuzz"), folder: places.target.join("fuzz") };
    fuzz.write_seeds()?;
    if found("c++") || found("g++") {
        let programs = fuzz.build()?;
        return TARGETS.into_iter().try_for_each(|target| fuzz.explore(&programs, target));
    }
    say::note("no C++ compiler found, which libFuzzer is made with: running only what is known");
    TARGETS.into_iter().try_for_each(|target| fuzz.repeat(target))
}

/// The fuzz targets and what they are given.
struct Fuzz {
    /// Their workspace.
    root: PathBuf,
    /// Where they are compiled, and where their corpus is.
    folder: PathBuf,
}

impl Fuzz {
    /// Cargo for the workspace of the targets.
    fn cargo(&self, args: &str) -> Command {
        let mut cargo = cargo(&self.root, args);
        cargo.env("CARGO_TARGET_DIR", &self.folder);
        cargo
    }

    /// The program that needs no C++.
    fn corpus(&self) -> Command {
        self.cargo("run --quiet --locked --no-default-features --bin corpus --")
    }

    fn write_seeds(&self) -> anyhow::Result<()> {
        let seeds = self.folder.join("seeds");
        run(self.corpus().arg("write").arg(seeds), "mend what the compiler names above")
    }

    /// Compiles the targets; the folder of their programs.
    fn build(&self) -> anyhow::Result<PathBuf> {
        let host = host(&self.root)?;
        let mut build = self.cargo("build --quiet --locked --release");
        // The host is named so that build scripts are compiled without the flags, and the targets
        // because the corpus program would look in vain for what counts.
        build.args(["--target", &host]).args(TARGETS.iter().flat_map(|name| ["--bin", name]));
        run(build.env("RUSTFLAGS", COVERAGE), "mend what the compiler names above")?;
        Ok(self.folder.join(host).join("release"))
    }

    fn explore(&self, programs: &Path, target: &str) -> anyhow::Result<()> {
        let found = self.folder.join("corpus").join(target);
        let faults = self.folder.join("faults").join(target);
        for folder in [&found, &faults] {
            fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        }
        // It tells much that nobody asked for.
        let log = faults.join("log");
        let said = fs::File::create(&log).with_context(|| format!("making {}", log.display()))?;
        let mut program = Command::new(programs.join(target));
        program
            .arg(format!("-max_total_time={SECONDS}"))
            .arg(format!("-artifact_prefix={}/", faults.display()))
            .args(["-timeout=10", "-rss_limit_mb=1024", "-max_len=65536", "-seed=1"])
            .args([found, self.folder.join("seeds").join(target)])
            .stderr(said);
        let cure = format!(
            "{} ends with why, and the bytes are beside it: write a test that fails with them, then mend it",
            log.display()
        );
        run(&mut program, &cure)?;
        let log = fs::read_to_string(&log).unwrap_or_default();
        let done = log.lines().rev().find(|line| line.starts_with("Done "));
        say::note(&format!("{target}: {}", done.context("the fuzzer did nothing")?));
        Ok(())
    }

    fn repeat(&self, target: &str) -> anyhow::Result<()> {
        let mut corpus = self.corpus();
        corpus.args(["run", target]).arg(self.folder.join("seeds").join(target));
        let known = self.folder.join("corpus").join(target);
        if known.is_dir() {
            corpus.arg(known);
        }
        run(&mut corpus, "the panic above says where")
    }
}

/// What this machine is called as a target.
fn host(root: &Path) -> anyhow::Result<String> {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(root).args(["--print", "host-tuple"]);
    let host = output(&mut rustc, "install Rust from https://rustup.rs")?;
    Ok(host.trim().to_owned())
}
