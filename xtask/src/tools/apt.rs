//! Debian's packages: what there is, and how to get it.

use std::process::Command;

use anyhow::{Context, bail};

use crate::{
    command::{found, output, run},
    say,
};

/// Whether this is a Debian, or one of its family.
pub fn is_here() -> bool {
    found("apt-get")
}

/// Installs `packages` when we may, and says which are missing when we may not.
///
/// # Errors
///
/// Also when something else would have to go to make room for them: nobody asked for that.
pub fn install(packages: &[&str]) -> anyhow::Result<()> {
    let list = packages.join(" ");
    if !is_here() {
        bail!("{list} not found: install with your system's package manager, then try again");
    }
    if !is_root()? {
        bail!("{list} not found: `sudo apt-get install {list}`, then try again");
    }
    say::note(&format!("installing {list} with apt-get"));
    refresh()?;
    let mut apt = Command::new("apt-get");
    apt.args(["install", "-y", "-qq", "--no-install-recommends", "--no-remove"]).args(packages);
    let cure = format!("`apt-get install {list}` by hand says why; then try again");
    run(apt.env("DEBIAN_FRONTEND", "noninteractive"), &cure)
}

/// The version that would be installed, such as `1.96.0+dfsg1-1~deb12u2`.
pub fn candidate(package: &str) -> anyhow::Result<Option<String>> {
    if is_root()? {
        // A fresh machine, or a container, knows no packages at all before that.
        refresh()?;
    }
    Ok(read_candidate(&cache(&["policy", package])?))
}

/// The names of the packages that `package` cannot do without.
pub fn needs(package: &str) -> anyhow::Result<Vec<String>> {
    Ok(read_needs(&cache(&["depends", package])?))
}

fn refresh() -> anyhow::Result<()> {
    run(Command::new("apt-get").args(["update", "-qq"]), "apt-get needs the network")
}

fn cache(args: &[&str]) -> anyhow::Result<String> {
    // In English, whatever the person speaks: it is read by a program.
    let mut cache = Command::new("apt-cache");
    cache.args(args).env("LC_ALL", "C");
    output(&mut cache, "it comes with apt, which this machine seems to have")
}

fn is_root() -> anyhow::Result<bool> {
    let user = output(Command::new("id").arg("-u"), "install coreutils");
    Ok(user.context("asking who you are")?.trim() == "0")
}

fn read_candidate(policy: &str) -> Option<String> {
    let version = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate:"))?.trim();
    (version != "(none)").then(|| version.to_owned())
}

fn read_needs(depends: &str) -> Vec<String> {
    let names = depends.lines().filter_map(|line| line.trim().strip_prefix("Depends:"));
    names.map(|name| name.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_candidate_is_read_from_what_apt_prints() {
        let policy = "rustc-web:\n  Installed: (none)\n  Candidate: 1.96.0+dfsg1-1~deb12u2\n  \
                      Version table:\n     1.96.0+dfsg1-1~deb12u2 500\n";
        assert_eq!(read_candidate(policy).as_deref(), Some("1.96.0+dfsg1-1~deb12u2"));
    }

    #[test]
    fn a_package_that_is_not_there_has_no_candidate() {
        assert_eq!(read_candidate(""), None);
        assert_eq!(read_candidate("x:\n  Installed: (none)\n  Candidate: (none)\n"), None);
    }

    #[test]
    fn needs_are_read_from_what_apt_prints() {
        let depends =
            "rust-web-llvm\n  Depends: libc6\n  Depends: llvm-22\n  Conflicts: rust-llvm\n";
        assert_eq!(read_needs(depends), ["libc6", "llvm-22"]);
    }
}
