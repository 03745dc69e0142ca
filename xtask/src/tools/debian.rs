//! Debian's compiler for the web: `rustc-web`, which its browsers are built with.
//!
//! It is newer than Debian's `rustc`. It has no standard library for WebAssembly, but the source of
//! one: cargo compiles that together with the page, which takes a minute once.

use std::{
    fmt,
    path::{Path, PathBuf},
    process::Command,
};

use super::apt;
use crate::command::output;

/// The oldest compiler that compiles the page.
pub const NEEDED: Version = Version::of(env!("CARGO_PKG_RUST_VERSION"));

const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const SOURCES: &str = "/usr/lib/rustlib/src/rust/library/Cargo.lock";

/// Major and minor version of a compiler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u32, u32);

impl Version {
    /// From `1.96.0+dfsg1`, or anything else that begins with two numbers; otherwise zeros, which
    /// are older than everything.
    pub const fn of(text: &str) -> Self {
        let (bytes, mut at) = (text.as_bytes(), 0);
        let (mut numbers, mut index) = ([0_u32; 2], 0);
        while at < bytes.len() && index < 2 {
            match bytes[at] {
                digit @ b'0'..=b'9' => {
                    numbers[index] = numbers[index].saturating_mul(10);
                    numbers[index] = numbers[index].saturating_add((digit - b'0') as u32);
                }
                b'.' => index += 1,
                _ => break,
            }
            at += 1;
        }
        Self(numbers[0], numbers[1])
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// What is installed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    version: Version,
    sources: bool,
    /// Of the compiler's own LLVM.
    linker: Option<PathBuf>,
}

impl Installed {
    /// Looks in the places where Debian puts things; `None` without a compiler there.
    pub fn look() -> Option<Self> {
        let cargo = Path::new(CARGO).is_file();
        if !cargo || !Path::new(RUSTC).is_file() {
            return None;
        }
        let about = output(Command::new(RUSTC).arg("-vV"), "reinstall rustc-web").ok()?;
        let line = |start| about.lines().find_map(|line| line.strip_prefix(start));
        let llvm = Version::of(line("LLVM version: ")?);
        Some(Self {
            version: Version::of(line("release: ")?),
            sources: Path::new(SOURCES).is_file(),
            linker: Some(linker(llvm.0)).filter(|path| path.is_file()),
        })
    }

    /// What links the page, if nothing is missing to compile it.
    pub fn ready(&self) -> Option<&Path> {
        self.linker.as_deref().filter(|_| self.sources && self.version >= NEEDED)
    }
}

/// What apt offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    pub version: Version,
    /// All that is needed.
    pub packages: Vec<String>,
}

impl Offered {
    /// Asks apt; `None` when it knows no such compiler.
    pub fn ask() -> anyhow::Result<Option<Self>> {
        let Some(version) = apt::candidate("rustc-web")? else { return Ok(None) };
        let mut packages = ["rustc-web", "cargo-web", "rust-web-src"].map(str::to_owned).to_vec();
        // The linker is that of the LLVM which the compiler was built with, and apt has several.
        let llvm = apt::needs("rust-web-llvm")?;
        packages.extend(llvm.iter().find_map(|name| linker_package(name)));
        Ok(Some(Self { version: Version::of(&version), packages }))
    }
}

/// Debian's cargo with Debian's compiler, for the page: `args` begin with the subcommand.
pub fn cargo(root: &Path, linker: &Path, args: &str) -> Command {
    // Tests are linked with the library of the test harness, too.
    let tests = if args.starts_with("test") { ",test" } else { "" };
    let mut command = Command::new(CARGO);
    command
        .current_dir(root)
        .arg(format!("-Zbuild-std=std,panic_abort{tests}"))
        .args(args.split_whitespace())
        .env("RUSTC", RUSTC)
        // A stable compiler compiles its own standard library only when told that it may.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
        // Of the cargo that started us.
        .env_remove("CARGO");
    command
}

fn linker(llvm: u32) -> PathBuf {
    PathBuf::from(format!("/usr/bin/wasm-ld-{llvm}"))
}

/// `lld-22` for `llvm-22`.
fn linker_package(llvm: &str) -> Option<String> {
    let version = llvm.strip_prefix("llvm-")?;
    version.parse::<u32>().ok().map(|version| format!("lld-{version}"))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A complete installation of the compiler of this version.
    pub fn installed(version: &str) -> Installed {
        Installed { version: Version::of(version), sources: true, linker: Some(linker(22)) }
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(Version::of("1.96.0+dfsg1-1~deb12u2"), Version(1, 96));
        assert!(Version::of("1.100.0") > Version::of("1.96.0"));
        assert!(Version::of("nonsense") < NEEDED);
        assert_eq!(Version::of("1.96.0").to_string(), "1.96");
    }

    #[test]
    fn a_compiler_is_ready_when_nothing_is_missing() {
        assert_eq!(installed("1.999.0").ready(), Some(Path::new("/usr/bin/wasm-ld-22")));
        assert_eq!(installed("1.63.0").ready(), None);
        assert_eq!(Installed { sources: false, ..installed("1.999.0") }.ready(), None);
        assert_eq!(Installed { linker: None, ..installed("1.999.0") }.ready(), None);
    }

    #[test]
    fn the_linker_is_of_the_same_llvm() {
        assert_eq!(linker_package("llvm-22").as_deref(), Some("lld-22"));
        assert_eq!(linker_package("llvm-22-dev"), None);
        assert_eq!(linker_package("libc6"), None);
    }

    #[test]
    fn the_standard_library_is_compiled_with_the_page() {
        let command = cargo(Path::new("/"), &linker(22), "build --package app");
        let args: Vec<_> = command.get_args().collect();
        assert_eq!(args, ["-Zbuild-std=std,panic_abort", "build", "--package", "app"]);
        let command = cargo(Path::new("/"), &linker(22), "test --package app");
        assert_eq!(command.get_args().next().unwrap(), "-Zbuild-std=std,panic_abort,test");
    }
}
