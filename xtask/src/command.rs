//! Running other programs so that a failure says what to do.

use std::{
    ffi::OsStr,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, bail};

/// Runs `command` with its output on the terminal. `cure` ends the sentence when it fails:
/// "… did not succeed: {cure}".
pub fn run(command: &mut Command, cure: &str) -> anyhow::Result<()> {
    let shown = line(command);
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("`{shown}` could not be started: {cure}"))?;
    if !status.success() {
        bail!("`{shown}` did not succeed: {cure}");
    }
    Ok(())
}

/// What `command` prints, its errors on the terminal.
pub fn output(command: &mut Command, cure: &str) -> anyhow::Result<String> {
    let shown = line(command);
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("`{shown}` could not be started: {cure}"))?;
    if !output.status.success() {
        bail!("`{shown}` did not succeed: {cure}");
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{shown}` printed no text"))
}

/// Cargo in the folder `root`, with `args` separated by spaces.
pub fn cargo(root: &Path, args: &str) -> Command {
    // Under `cargo xtask` this is the cargo that started us, toolchain and all.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root).args(args.split_whitespace());
    command
}

/// Whether `program` is on the PATH.
pub fn found(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|dir| dir.join(program).is_file())
}

fn line(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default();
    std::iter::once(name)
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command_and_the_cure() {
        let error = run(&mut Command::new("false"), "buy a new one").unwrap_err();
        assert_eq!(error.to_string(), "`false` did not succeed: buy a new one");
        let error = run(&mut Command::new("no-such-program"), "install it").unwrap_err();
        assert_eq!(error.to_string(), "`no-such-program` could not be started: install it");
    }

    #[test]
    fn a_shown_command_has_no_folder() {
        assert_eq!(line(Command::new("/usr/bin/npm").arg("ci")), "npm ci");
    }
}
