//! A finished module, read.

use std::collections::{BTreeSet, HashMap, HashSet};

use anyhow::{Context, bail};
use wasmparser::{
    ElementItems, ElementKind, ExternalKind, FunctionBody, KnownCustom, Name, Operator, Parser,
    Payload, TypeRef,
};

use super::is_way_in;

/// A finished module, and what there is to know of its functions.
pub struct Module<'a> {
    /// The sections in their order, but for those with code and with what nobody runs.
    pub sections: Vec<Payload<'a>>,
    /// Of each function, the imported ones first: its type.
    pub types: Vec<u32>,
    /// How many functions are imported.
    pub imported: u32,
    /// The bodies of the other functions, in their order.
    pub bodies: Vec<FunctionBody<'a>>,
    /// Which functions stand at which places of which table.
    pub placed: Vec<Placed>,
    names: HashMap<u32, &'a str>,
    /// What is called from outside.
    exported: BTreeSet<u32>,
}

/// A function in a table.
#[derive(Debug, Clone, Copy)]
pub struct Placed {
    pub table: u32,
    pub place: u32,
    pub function: u32,
}

impl<'a> Module<'a> {
    pub fn read(wasm: &'a [u8]) -> anyhow::Result<Self> {
        let mut module = Self {
            sections: Vec::new(),
            types: Vec::new(),
            imported: 0,
            bodies: Vec::new(),
            placed: Vec::new(),
            names: HashMap::new(),
            exported: BTreeSet::new(),
        };
        for payload in Parser::new(0).parse_all(wasm) {
            module.take(payload?)?;
        }
        Ok(module)
    }

    fn take(&mut self, payload: Payload<'a>) -> anyhow::Result<()> {
        match &payload {
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    if let TypeRef::Func(kind) = import?.ty {
                        self.types.push(kind);
                    }
                }
                self.imported = self.types.len() as u32;
            }
            Payload::FunctionSection(types) => {
                for kind in types.clone() {
                    self.types.push(kind?);
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports.clone() {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        self.exported.insert(export.index);
                    }
                }
            }
            Payload::StartSection { func, .. } => drop(self.exported.insert(*func)),
            Payload::ElementSection(elements) => {
                for element in elements.clone() {
                    self.place(element?)?;
                }
            }
            Payload::CodeSectionEntry(body) => {
                self.bodies.push(body.clone());
                return Ok(());
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    self.name(names)?;
                }
                return Ok(());
            }
            _ => (),
        }
        self.sections.push(payload);
        Ok(())
    }

    fn place(&mut self, element: wasmparser::Element<'a>) -> anyhow::Result<()> {
        let ElementItems::Functions(functions) = element.items else { return Ok(()) };
        let ElementKind::Active { table_index, offset_expr } = element.kind else {
            bail!("it fills its table while it runs, which nothing here reckons with");
        };
        let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
            bail!("a place in its table is not known beforehand");
        };
        for (place, function) in (value as u32..).zip(functions) {
            let table = table_index.unwrap_or(0);
            self.placed.push(Placed { table, place, function: function? });
        }
        Ok(())
    }

    fn name(&mut self, names: wasmparser::NameSectionReader<'a>) -> anyhow::Result<()> {
        for name in names {
            let Name::Function(functions) = name? else { continue };
            for naming in functions {
                let naming = naming?;
                self.names.insert(naming.index, naming.name);
            }
        }
        Ok(())
    }

    /// The functions among `names` that can move: nothing that stays calls them, neither directly nor,
    /// since it was found to be the same as one that stays, through a table.
    pub fn movable(&self, names: &HashSet<String>) -> anyhow::Result<BTreeSet<u32>> {
        let own = self.imported..self.types.len() as u32;
        let is_named =
            |index: &u32| self.names.get(index).is_some_and(|name| names.contains(*name));
        let mut moved: BTreeSet<u32> = own.clone().filter(is_named).collect();
        let mut staying: Vec<u32> = own.filter(|index| !moved.contains(index)).collect();
        let mut known = HashSet::new();
        let doubled = self
            .placed
            .iter()
            .map(|placed| placed.function)
            .filter(|function| !known.insert(*function));
        for function in doubled.chain(self.exported.iter().copied()) {
            if moved.remove(&function) {
                staying.push(function);
            }
        }
        while let Some(function) = staying.pop() {
            for called in self.calls(function)? {
                if !moved.remove(&called) {
                    continue;
                }
                let name = self.names.get(&called).copied().unwrap_or_default();
                if is_way_in(name) {
                    bail!(
                        "{name} is called directly: call it through `later`, which waits for its code"
                    );
                }
                staying.push(called);
            }
        }
        Ok(moved)
    }

    /// Whom a function of the module's own refers to.
    pub fn calls(&self, function: u32) -> anyhow::Result<Vec<u32>> {
        let body = self.bodies.get((function - self.imported) as usize).context("it has a body")?;
        let mut called = Vec::new();
        for operator in body.get_operators_reader()? {
            if let Operator::Call { function_index: index }
            | Operator::ReturnCall { function_index: index }
            | Operator::RefFunc { function_index: index } = operator?
            {
                called.push(index);
            }
        }
        Ok(called)
    }
}
