//! Who leads to whom, as the linker says.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    ops::Range,
};

use anyhow::{Context, bail};
use wasmparser::{
    ExternalKind, KnownCustom, Linking, Name, Parser, Payload, RelocationEntry, SymbolInfo, TypeRef,
};

use super::is_way_in;

/// Names of the functions that only ways into the rest lead to, themselves included.
pub fn only_later(linked: &[u8]) -> anyhow::Result<HashSet<String>> {
    let program = Linked::read(linked)?;
    let graph = program.graph()?;
    let is_way_in = |node: &Node| match node {
        Node::Function(index) => program.names.get(index).is_some_and(|name| is_way_in(name)),
        Node::Data(_) => false,
    };
    let first = graph.reached(&program.roots, |node| !is_way_in(node));
    let rest = program.names.iter().filter(|(index, _)| !first.contains(&Node::Function(**index)));
    Ok(rest.map(|(_, name)| (*name).to_owned()).collect())
}

/// Something that refers to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    /// By its index.
    Function(u32),
    /// By the index of its symbol.
    Data(u32),
}

/// What refers to what.
#[derive(Default)]
struct Graph(HashMap<u32, Vec<Node>>, HashMap<u32, Vec<Node>>);

impl Graph {
    fn add(&mut self, from: Node, to: Node) {
        match from {
            Node::Function(index) => self.0.entry(index).or_default().push(to),
            Node::Data(symbol) => self.1.entry(symbol).or_default().push(to),
        }
    }

    fn of(&self, node: Node) -> &[Node] {
        let found = match node {
            Node::Function(index) => self.0.get(&index),
            Node::Data(symbol) => self.1.get(&symbol),
        };
        found.map_or(&[], Vec::as_slice)
    }

    /// Everything that `roots` lead to through nodes that are `open`.
    fn reached(&self, roots: &[Node], open: impl Fn(&Node) -> bool) -> BTreeSet<Node> {
        let mut reached: BTreeSet<Node> = roots.iter().copied().filter(&open).collect();
        let mut next: Vec<Node> = reached.iter().copied().collect();
        while let Some(node) = next.pop() {
            for to in self.of(node) {
                if open(to) && reached.insert(*to) {
                    next.push(*to);
                }
            }
        }
        reached
    }
}

/// A program as the linker left it. Places are bytes of the file.
#[derive(Default)]
struct Linked<'a> {
    names: HashMap<u32, &'a str>,
    /// What is called from outside.
    roots: Vec<Node>,
    imported: u32,
    /// The bodies of the functions, in their order.
    bodies: Vec<Range<usize>>,
    /// The data that memory begins with.
    segments: Vec<Range<usize>>,
    symbols: Vec<SymbolInfo<'a>>,
    /// Where the content of each section begins, in their order.
    sections: Vec<usize>,
    /// Section, and what in it refers to what.
    references: Vec<(u32, RelocationEntry)>,
}

impl<'a> Linked<'a> {
    fn read(wasm: &'a [u8]) -> anyhow::Result<Self> {
        let mut program = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            if let Some((_, range)) = payload.as_section() {
                program.sections.push(range.start);
            }
            program.take(payload)?;
        }
        if program.references.is_empty() {
            bail!("it says nothing: was it linked with --emit-relocs?");
        }
        Ok(program)
    }

    fn take(&mut self, payload: Payload<'a>) -> anyhow::Result<()> {
        match payload {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    self.imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        self.roots.push(Node::Function(export.index));
                    }
                }
            }
            Payload::StartSection { func, .. } => self.roots.push(Node::Function(func)),
            Payload::CodeSectionEntry(body) => self.bodies.push(body.range()),
            Payload::DataSection(segments) => {
                for segment in segments {
                    let segment = segment?;
                    let end = segment.range.end;
                    self.segments.push(end - segment.data.len()..end);
                }
            }
            Payload::CustomSection(section) => self.take_custom(section.as_known())?,
            _ => (),
        }
        Ok(())
    }

    fn take_custom(&mut self, section: KnownCustom<'a>) -> anyhow::Result<()> {
        match section {
            KnownCustom::Name(names) => {
                for name in names {
                    let Name::Function(functions) = name? else { continue };
                    for naming in functions {
                        let naming = naming?;
                        self.names.insert(naming.index, naming.name);
                    }
                }
            }
            KnownCustom::Linking(linking) => {
                for part in linking.subsections() {
                    let Linking::SymbolTable(symbols) = part? else { continue };
                    self.symbols = symbols.into_iter().collect::<Result<_, _>>()?;
                }
            }
            KnownCustom::Reloc(references) => {
                for reference in references.entries() {
                    self.references.push((references.section_index(), reference?));
                }
            }
            _ => (),
        }
        Ok(())
    }

    /// What refers to what. Data that belongs to nobody in particular counts as the program's own.
    fn graph(&self) -> anyhow::Result<Graph> {
        let mut graph = Graph::default();
        let data = self.data();
        for (section, reference) in &self.references {
            let Some(to) = self.target(reference.index)? else { continue };
            let start = self.sections.get(*section as usize).context("there is such a section")?;
            let place = start + reference.offset as usize;
            let body = self.bodies.partition_point(|body| body.end <= place);
            if self.bodies.get(body).is_some_and(|body| body.contains(&place)) {
                graph.add(Node::Function(self.imported + body as u32), to);
                continue;
            }
            let holders = data.iter().filter(|(_, range)| range.contains(&place));
            let mut holders = holders.peekable();
            if holders.peek().is_none() {
                for root in &self.roots {
                    graph.add(*root, to);
                }
            }
            holders.for_each(|(symbol, _)| graph.add(Node::Data(*symbol), to));
        }
        Ok(graph)
    }

    /// Where the data of each symbol lies; one may lie within another.
    fn data(&self) -> Vec<(u32, Range<usize>)> {
        let place = |(number, symbol): (usize, &SymbolInfo<'_>)| {
            let SymbolInfo::Data { symbol: Some(data), .. } = symbol else { return None };
            let start = self.segments.get(data.index as usize)?.start + data.offset as usize;
            Some((number as u32, start..start + data.size as usize))
        };
        self.symbols.iter().enumerate().filter_map(place).collect()
    }

    fn target(&self, symbol: u32) -> anyhow::Result<Option<Node>> {
        let found = self.symbols.get(symbol as usize).context("there is such a symbol")?;
        Ok(match found {
            SymbolInfo::Func { index, .. } => Some(Node::Function(*index)),
            SymbolInfo::Data { .. } => Some(Node::Data(symbol)),
            _ => None,
        })
    }
}
