//! One module, written as two.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind, ExportSection,
    FunctionSection, ImportSection, Instruction, Module as Encoder,
    reencode::{Error, Reencode},
};
use wasmparser::{Payload, TypeRef};

use super::{
    Split,
    module::{Module, Placed},
};

/// What the second module calls the first.
const FIRST: &str = "m";

/// Writes the functions `moved` into a second module, which the first shares everything with.
pub fn divide(module: &Module<'_>, moved: &BTreeSet<u32>) -> anyhow::Result<Split> {
    let shared = Shared::find(module, moved)?;
    let main = first(module, moved, &shared)?;
    let later = if moved.is_empty() { None } else { Some(second(module, moved, &shared)?) };
    Ok(Split { main, later })
}

/// What both modules use, by the names it has between them.
struct Shared {
    /// Functions that stay and that moved ones call.
    functions: BTreeMap<u32, String>,
    tables: Vec<(String, wasmparser::TableType)>,
    memories: Vec<(String, wasmparser::MemoryType)>,
    globals: Vec<(String, wasmparser::GlobalType)>,
}

impl Shared {
    fn find(module: &Module<'_>, moved: &BTreeSet<u32>) -> anyhow::Result<Self> {
        let (mut tables, mut memories, mut globals) = (Vec::new(), Vec::new(), Vec::new());
        for section in &module.sections {
            match section {
                Payload::ImportSection(imports) => {
                    for import in imports.clone().into_imports() {
                        anyhow::ensure!(
                            matches!(import?.ty, TypeRef::Func(_)),
                            "it shares more than functions with the page"
                        );
                    }
                }
                Payload::TableSection(section) => {
                    for table in section.clone() {
                        tables.push((format!("t{}", tables.len()), table?.ty));
                    }
                }
                Payload::MemorySection(section) => {
                    for memory in section.clone() {
                        memories.push((format!("m{}", memories.len()), memory?));
                    }
                }
                Payload::GlobalSection(section) => {
                    for global in section.clone() {
                        globals.push((format!("g{}", globals.len()), global?.ty));
                    }
                }
                _ => (),
            }
        }
        let mut functions = BTreeMap::new();
        for function in moved {
            for called in module.calls(*function)? {
                if !moved.contains(&called) {
                    let name = format!("f{}", functions.len());
                    functions.entry(called).or_insert(name);
                }
            }
        }
        Ok(Self { functions, tables, memories, globals })
    }
}

/// Gives functions the indices they have in another module.
struct Renumber {
    functions: BTreeMap<u32, u32>,
    /// For those that are not there.
    stub: Option<u32>,
}

impl Reencode for Renumber {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Self::Error>> {
        let found = self.functions.get(&function).copied().or(self.stub);
        Ok(found.expect("whatever moved functions call is shared"))
    }
}

/// The module without the functions `moved`. In its tables a function that does nothing but stop
/// stands in for them.
fn first(module: &Module<'_>, moved: &BTreeSet<u32>, shared: &Shared) -> anyhow::Result<Vec<u8>> {
    let all = 0..module.types.len() as u32;
    let staying: Vec<u32> = all.filter(|function| !moved.contains(function)).collect();
    let mut numbers = Renumber {
        functions: staying.iter().copied().zip(0..).collect(),
        stub: (!moved.is_empty()).then_some(staying.len() as u32),
    };
    let own = || staying.iter().filter(|function| **function >= module.imported);
    let mut encoder = Encoder::new();
    for section in &module.sections {
        match section {
            Payload::FunctionSection(_) => {
                let mut functions = FunctionSection::new();
                for function in own() {
                    functions.function(module.types[*function as usize]);
                }
                if numbers.stub.is_some() {
                    functions.function(0);
                }
                encoder.section(&functions);
            }
            Payload::ExportSection(exports) => {
                let mut written = ExportSection::new();
                numbers.parse_export_section(&mut written, exports.clone())?;
                if numbers.stub.is_some() {
                    export(&mut written, shared, &mut numbers)?;
                }
                encoder.section(&written);
            }
            Payload::CodeSectionStart { .. } => {
                let mut code = CodeSection::new();
                for function in own() {
                    let body = &module.bodies[(function - module.imported) as usize];
                    numbers.parse_function_body(&mut code, body.clone())?;
                }
                if numbers.stub.is_some() {
                    let mut stub = wasm_encoder::Function::new([]);
                    stub.instruction(&Instruction::Unreachable).instruction(&Instruction::End);
                    code.function(&stub);
                }
                encoder.section(&code);
            }
            other => copy(&mut encoder, &mut numbers, other)?,
        }
    }
    Ok(encoder.finish())
}

fn export(
    exports: &mut ExportSection,
    shared: &Shared,
    numbers: &mut Renumber,
) -> anyhow::Result<()> {
    for (function, name) in &shared.functions {
        exports.export(name, ExportKind::Func, numbers.function_index(*function)?);
    }
    for (number, (name, _)) in (0..).zip(&shared.tables) {
        exports.export(name, ExportKind::Table, number);
    }
    for (number, (name, _)) in (0..).zip(&shared.memories) {
        exports.export(name, ExportKind::Memory, number);
    }
    for (number, (name, _)) in (0..).zip(&shared.globals) {
        exports.export(name, ExportKind::Global, number);
    }
    Ok(())
}

/// Writes a section that no function is left out of.
fn copy(
    encoder: &mut Encoder,
    numbers: &mut Renumber,
    section: &Payload<'_>,
) -> anyhow::Result<()> {
    macro_rules! copy {
        ($kind:ident, $parse:ident, $section:expr) => {{
            let mut written = wasm_encoder::$kind::new();
            numbers.$parse(&mut written, $section.clone())?;
            encoder.section(&written);
        }};
    }
    match section {
        Payload::TypeSection(types) => copy!(TypeSection, parse_type_section, types),
        Payload::ImportSection(imports) => copy!(ImportSection, parse_import_section, imports),
        Payload::TableSection(tables) => copy!(TableSection, parse_table_section, tables),
        Payload::MemorySection(memories) => copy!(MemorySection, parse_memory_section, memories),
        Payload::GlobalSection(globals) => copy!(GlobalSection, parse_global_section, globals),
        Payload::ElementSection(elements) => copy!(ElementSection, parse_element_section, elements),
        Payload::DataSection(data) => copy!(DataSection, parse_data_section, data),
        Payload::StartSection { func, .. } => {
            let function_index = numbers.function_index(*func)?;
            encoder.section(&wasm_encoder::StartSection { function_index });
        }
        Payload::DataCountSection { count, .. } => {
            encoder.section(&wasm_encoder::DataCountSection { count: *count });
        }
        Payload::Version { .. } | Payload::End(_) => (),
        unknown => anyhow::bail!("nothing here knows what to do with {unknown:?}"),
    }
    Ok(())
}

/// The module with the functions `moved`, which puts them into the table of the first.
fn second(module: &Module<'_>, moved: &BTreeSet<u32>, shared: &Shared) -> anyhow::Result<Vec<u8>> {
    let numbers = shared.functions.keys().chain(moved).copied().zip(0..).collect();
    let mut numbers = Renumber { functions: numbers, stub: None };
    let mut encoder = Encoder::new();

    let types = module.sections.iter().find(|section| matches!(section, Payload::TypeSection(_)));
    copy(&mut encoder, &mut numbers, types.context("functions have types")?)?;
    encoder.section(&import(module, shared, &mut numbers)?);
    let mut functions = FunctionSection::new();
    for function in moved {
        functions.function(module.types[*function as usize]);
    }
    encoder.section(&functions);
    encoder.section(&place(module, moved, &numbers));
    let mut code = CodeSection::new();
    for function in moved {
        let body = &module.bodies[(function - module.imported) as usize];
        numbers.parse_function_body(&mut code, body.clone())?;
    }
    encoder.section(&code);
    Ok(encoder.finish())
}

fn import(
    module: &Module<'_>,
    shared: &Shared,
    numbers: &mut Renumber,
) -> anyhow::Result<ImportSection> {
    let mut imports = ImportSection::new();
    for (function, name) in &shared.functions {
        imports.import(FIRST, name, EntityType::Function(module.types[*function as usize]));
    }
    for (name, table) in &shared.tables {
        imports.import(FIRST, name, numbers.table_type(*table)?);
    }
    for (name, memory) in &shared.memories {
        imports.import(FIRST, name, numbers.memory_type(*memory)?);
    }
    for (name, global) in &shared.globals {
        imports.import(FIRST, name, numbers.global_type(*global)?);
    }
    Ok(imports)
}

/// Neighbours in a table are written together.
fn place(module: &Module<'_>, moved: &BTreeSet<u32>, numbers: &Renumber) -> ElementSection {
    let is_moved = |placed: &&Placed| moved.contains(&placed.function);
    let mut placed: Vec<Placed> = module.placed.iter().filter(is_moved).copied().collect();
    placed.sort_by_key(|placed| (placed.table, placed.place));
    let mut elements = ElementSection::new();
    let is_next = |before: &Placed, after: &Placed| {
        before.table == after.table && before.place + 1 == after.place
    };
    for run in placed.chunk_by(is_next) {
        let Placed { table, place, .. } = run[0];
        let functions: Vec<u32> =
            run.iter().map(|placed| numbers.functions[&placed.function]).collect();
        let offset = ConstExpr::i32_const(place as i32);
        let table = (table != 0).then_some(table);
        elements.active(table, &offset, Elements::Functions(functions.into()));
    }
    elements
}
