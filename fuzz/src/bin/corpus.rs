//! The corpus without a fuzzer: `corpus write FOLDER` puts the seeds into `FOLDER/TARGET/`, and
//! `corpus run TARGET FOLDER…` hands every file of the folders to a target.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

use parlor_fuzz::{TARGETS, seeds};

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["write", folder] => write(Path::new(folder)),
        ["run", target, ref folders @ ..] => run(target, folders),
        _ => Err(io::Error::other("say `write FOLDER`, or `run TARGET FOLDER…`")),
    };
    match done {
        Ok(count) => {
            println!("{count} files");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("corpus: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &Path) -> io::Result<usize> {
    let seeds = seeds::all()?;
    for seed in &seeds {
        let folder = folder.join(seed.target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(&seed.name), &seed.bytes)?;
    }
    Ok(seeds.len())
}

fn run(target: &str, folders: &[&str]) -> io::Result<usize> {
    let known = TARGETS.iter().find(|(name, _)| *name == target);
    let (_, run) =
        known.ok_or_else(|| io::Error::other(format!("no target is called {target}")))?;
    let mut count = 0;
    for folder in folders {
        for entry in fs::read_dir(folder)? {
            run(&fs::read(entry?.path())?);
            count += 1;
        }
    }
    Ok(count)
}
