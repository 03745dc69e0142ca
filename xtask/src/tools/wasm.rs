//! A compiler that makes WebAssembly.
//!
//! The person's own, once it has the target, which rustup brings in seconds. Where rustup is not
//! there, or may not fetch anything, Debian's compiler for the web.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::bail;

use super::{
    apt,
    debian::{self, Installed, NEEDED, Offered},
};
use crate::{
    command::{self, found, output, run},
    say,
};

/// The compiler's target for the page.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Who compiles the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compiler {
    /// The one that compiles everything else.
    Own,
    /// Debian's, with this linker.
    Debian(PathBuf),
}

impl Compiler {
    /// Cargo in the folder `root`, for the page: `args`, separated by spaces, begin with the
    /// subcommand.
    pub fn cargo(&self, root: &Path, args: &str) -> Command {
        match self {
            Self::Own => command::cargo(root, args),
            Self::Debian(linker) => debian::cargo(root, linker, args),
        }
    }

    /// The same, compiling the standard library, too, with whatever unstable flags there are.
    pub fn cargo_with_std(&self, root: &Path, args: &str) -> Command {
        let mut cargo = self.cargo(root, args);
        if *self == Self::Own {
            cargo.arg("-Zbuild-std=std,panic_abort").env("RUSTC_BOOTSTRAP", "1");
        }
        cargo
    }

    /// Sees to it that the source of the standard library is there.
    ///
    /// # Errors
    ///
    /// When rustup may not fetch it.
    pub fn std_sources(&self, root: &Path) -> anyhow::Result<()> {
        // Debian's compiler is never ready without.
        if *self != Self::Own || sysroot(root)?.join("lib/rustlib/src/rust/library/std").is_dir() {
            return Ok(());
        }
        say::note("adding the source of the standard library");
        let mut rustup = Command::new("rustup");
        rustup.current_dir(root).args(["component", "add", "rust-src"]);
        run(&mut rustup, "it makes the page smaller where there is a network")
    }
}

/// Finds a compiler for the page; brings one if there is none.
///
/// # Errors
///
/// When none can be had; in words that say what to do.
pub fn compiler(root: &Path) -> anyhow::Result<Compiler> {
    let mut seen = Seen::look(root)?;
    loop {
        match seen.next() {
            Step::Use(compiler) => return Ok(compiler),
            Step::AskRustup => {
                say::note(&format!("adding the compiler's target {TARGET}"));
                let mut rustup = Command::new("rustup");
                rustup.current_dir(root).args(["target", "add", TARGET]);
                if let Err(error) = run(&mut rustup, "trying another way") {
                    say::note(&format!("{error:#}"));
                }
                seen.rustup = Rustup::Asked;
                seen.own = own_has_target(root)?;
            }
            Step::AskApt => seen.apt = Apt::Offers(Offered::ask()?),
            Step::Install(packages) => {
                let packages: Vec<_> = packages.iter().map(String::as_str).collect();
                apt::install(&packages)?;
                seen.apt = Apt::Done;
                seen.debian = Installed::look();
            }
            Step::GiveUp(why) => bail!("the page needs the compiler's target {TARGET}. {why}"),
        }
    }
}

/// What is known of this machine.
struct Seen {
    /// The person's own compiler has the target.
    own: bool,
    debian: Option<Installed>,
    rustup: Rustup,
    apt: Apt,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rustup {
    Absent,
    There,
    Asked,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Apt {
    Absent,
    There,
    Offers(Option<Offered>),
    /// It has installed what it offers.
    Done,
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Use(Compiler),
    AskRustup,
    AskApt,
    Install(Vec<String>),
    GiveUp(String),
}

impl Seen {
    fn look(root: &Path) -> anyhow::Result<Self> {
        let own = own_has_target(root)?;
        Ok(Self {
            own,
            debian: if own { None } else { Installed::look() },
            rustup: if found("rustup") { Rustup::There } else { Rustup::Absent },
            apt: if apt::is_here() { Apt::There } else { Apt::Absent },
        })
    }

    /// What is there comes before what must be fetched, and the quicker way before the other.
    fn next(&self) -> Step {
        if self.own {
            return Step::Use(Compiler::Own);
        }
        if let Some(linker) = self.debian.as_ref().and_then(Installed::ready) {
            return Step::Use(Compiler::Debian(linker.to_owned()));
        }
        if self.rustup == Rustup::There {
            return Step::AskRustup;
        }
        match &self.apt {
            Apt::Absent => Step::GiveUp(ask_rustup_yourself()),
            Apt::There => Step::AskApt,
            Apt::Offers(None) => Step::GiveUp(format!(
                "{}. Debian's compiler would do, but apt knows no rustc-web here",
                ask_rustup_yourself()
            )),
            Apt::Offers(Some(offered)) if offered.version < NEEDED => Step::GiveUp(format!(
                "{}. Debian's compiler would do, but rustc-web is {} here and the page needs {NEEDED}",
                ask_rustup_yourself(),
                offered.version
            )),
            Apt::Offers(Some(offered)) => Step::Install(offered.packages.clone()),
            Apt::Done => Step::GiveUp(format!(
                "{}. Debian's compiler was installed, but /usr/bin/rustc is not it, or has no sources or no linker",
                ask_rustup_yourself()
            )),
        }
    }
}

fn ask_rustup_yourself() -> String {
    format!(
        "`rustup target add {TARGET}` brings it where there is a network (HTTPS_PROXY names a proxy)"
    )
}

fn own_has_target(root: &Path) -> anyhow::Result<bool> {
    Ok(sysroot(root)?.join("lib/rustlib").join(TARGET).join("lib").is_dir())
}

fn sysroot(root: &Path) -> anyhow::Result<PathBuf> {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(root).args(["--print", "sysroot"]);
    let sysroot = output(&mut rustc, "install Rust from https://rustup.rs")?;
    Ok(PathBuf::from(sysroot.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::debian::{Version, tests::installed};

    /// A machine with rustup and apt, and no way to make WebAssembly yet.
    fn fresh() -> Seen {
        Seen { own: false, debian: None, rustup: Rustup::There, apt: Apt::There }
    }

    fn offered(version: &str) -> Apt {
        let packages = vec!["rustc-web".to_owned(), "lld-22".to_owned()];
        Apt::Offers(Some(Offered { version: Version::of(version), packages }))
    }

    /// Why `seen` is a dead end.
    fn dead_end(seen: &Seen) -> String {
        match seen.next() {
            Step::GiveUp(why) => why,
            step => panic!("went on with {step:?}"),
        }
    }

    #[test]
    fn the_own_compiler_is_taken_when_it_can() {
        let seen = Seen { own: true, debian: Some(installed("1.999.0")), ..fresh() };
        assert_eq!(seen.next(), Step::Use(Compiler::Own));
    }

    #[test]
    fn rustup_is_asked_before_debian() {
        assert_eq!(fresh().next(), Step::AskRustup);
    }

    #[test]
    fn debian_is_asked_when_rustup_is_refused_or_missing() {
        for rustup in [Rustup::Asked, Rustup::Absent] {
            let seen = Seen { rustup, ..fresh() };
            assert_eq!(seen.next(), Step::AskApt);
            let seen = Seen { apt: offered("1.999.0"), ..seen };
            assert_eq!(seen.next(), Step::Install(vec!["rustc-web".into(), "lld-22".into()]));
        }
    }

    #[test]
    fn what_debian_installed_is_taken_without_asking_anybody_again() {
        let seen = Seen { debian: Some(installed("1.999.0")), ..fresh() };
        assert_eq!(seen.next(), Step::Use(Compiler::Debian("/usr/bin/wasm-ld-22".into())));
    }

    #[test]
    fn a_compiler_too_old_for_the_page_is_not_installed() {
        let why = dead_end(&Seen { rustup: Rustup::Asked, apt: offered("1.85.0"), ..fresh() });
        assert!(why.contains("rustc-web is 1.85 here"), "{why}");
        assert!(why.contains(&format!("needs {NEEDED}")), "{why}");
    }

    #[test]
    fn a_dead_end_says_what_to_do() {
        let (rustup, debian) = (Rustup::Asked, Some(installed("1.63.0")));
        for apt in [Apt::Absent, Apt::Offers(None), Apt::Done] {
            let why = dead_end(&Seen { rustup, debian: debian.clone(), apt, ..fresh() });
            assert!(why.contains("`rustup target add wasm32-unknown-unknown`"), "{why}");
        }
    }
}
