//! A program in two modules: what a first visit needs, and the rest, fetched when it is wanted.
//!
//! A function of the app whose name begins with `later_` is a way into the rest. Whatever only such
//! functions lead to moves: `reach` finds that out from what the linker says about who refers to
//! whom, data included; `module` reads the finished program, and `divide` writes it as two. The second
//! module shares memory, table and functions of the first; where it keeps functions in the table, the
//! first has a stub that the second replaces when it comes.
//!
//! This works on the finished module, so that everything before (wasm-bindgen, `wasm-opt`) needs to know
//! nothing of it, and neither does the app: it calls `later_` functions through pointers, and waits for the
//! second module before (`app/src/later.rs`).

mod divide;
mod module;
mod reach;

use anyhow::Context;

use module::Module;

/// One program as two modules.
pub struct Split {
    /// What starts.
    pub main: Vec<u8>,
    /// What joins it; nothing where there is no way into it.
    pub later: Option<Vec<u8>>,
}

/// Splits `finished`, the module that browsers get, with names still in it. `linked` is the same as
/// the linker left it, with `--emit-relocs`. No names are left in what comes out.
///
/// # Errors
///
/// When a way into the rest is called directly: nothing would wait for the second module.
pub fn split(linked: &[u8], finished: &[u8]) -> anyhow::Result<Split> {
    let names = reach::only_later(linked).context("reading what the linker says")?;
    let module = Module::read(finished).context("reading the finished module")?;
    let moved = module.movable(&names)?;
    divide::divide(&module, &moved)
}

/// Whether this is the name of a way into the rest: Rust's mangled name of a plain function whose
/// last part begins with `later_`.
fn is_way_in(name: &str) -> bool {
    let Some(start) = name.rfind("later_").filter(|_| name.starts_with("_RNv")) else {
        return false;
    };
    // The length of a part stands before it, and the part before may end with digits, too.
    let digits = name[..start].bytes().rev().take_while(u8::is_ascii_digit).count();
    (1..=digits).any(|count| name[start - count..start].parse() == Ok(name.len() - start))
}

#[cfg(test)]
mod tests;
