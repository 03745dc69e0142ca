//! The `parlor` that was built, apart from whoever runs the tests.

use std::path::Path;
use std::process::Command;

/// Has this folder for its home and works in it: neither a house that lives in the home of
/// whoever runs the tests nor what their shell sets is seen.
pub fn parlor(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlor"));
    command.current_dir(folder).env_clear().env("HOME", folder);
    command
}
