//! A program of six functions, linked by hand, and split.
//!
//! `start` calls `shared` and points to `later_page`, which calls `shared` and `helper` and refers to
//! data, which points to `listed`. `helper` calls `tell`, which is the browser's.

use std::collections::HashSet;

use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, DataSection, DataSymbolDefinition, ElementSection,
    Elements, Encode, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    ImportSection, Instruction as I, LinkingSection, MemArg, MemorySection, MemoryType,
    Module as Encoder, NameMap, NameSection, RefType, SymbolTable, TableSection, TableType,
    TypeSection,
};
use wasmparser::{Parser, Payload, Validator};

use super::{Split, is_way_in, reach, split};

const LATER: &str = "_RNvNtCs1_3app10later_page";
const NAMES: [&str; 6] = ["tell", "start", "shared", LATER, "helper", "listed"];
const TELL: u32 = 0;
const START: u32 = 1;
const SHARED: u32 = 2;
const PAGE: u32 = 3;
const HELPER: u32 = 4;
const LISTED: u32 = 5;

/// How a program differs from the one above.
struct Wishes {
    names: [&'static str; 6],
    /// What `start` calls.
    called: u32,
    /// What stands in the table from place 1 on.
    table: Vec<u32>,
}

impl Default for Wishes {
    fn default() -> Self {
        Self { names: NAMES, called: SHARED, table: vec![PAGE, LISTED] }
    }
}

/// As browsers get it.
fn finished(wishes: &Wishes) -> Vec<u8> {
    let mut encoder = program(wishes);
    name(&mut encoder, wishes);
    encoder.finish()
}

/// As the linker leaves it.
fn linked(wishes: &Wishes) -> Vec<u8> {
    let (mut encoder, plain) = (program(wishes), program(wishes).finish());
    let (mut sections, mut bodies) = (Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(&plain) {
        let payload = payload.unwrap();
        sections.extend(payload.as_section());
        if let Payload::CodeSectionEntry(body) = payload {
            bodies.push(body.range().start);
        }
    }
    let section = |id| {
        let found = sections.iter().position(|(known, _)| *known == id).unwrap();
        (found as u32, sections[found].1.start)
    };
    let mut symbols = SymbolTable::new();
    for index in START..=LISTED {
        symbols.function(0, index, Some(wishes.names[index as usize]));
    }
    let own = DataSymbolDefinition { index: 0, offset: 0, size: 4 };
    symbols.data(0, "own", Some(own));
    // Symbols count from the first function that is not imported.
    let (of, own) = (|function: u32| function - START, LISTED);
    encoder.section(LinkingSection::new().symbol_table(&symbols));
    name(&mut encoder, wishes);

    let (code, start) = section(10);
    let within = |function: u32| (bodies[(function - START) as usize] - start) as u32;
    let [calls, points, address] = [0, 1, 4];
    refer(
        &mut encoder,
        "reloc.CODE",
        code,
        &[
            (calls, within(START), of(wishes.called)),
            (points, within(START), of(PAGE)),
            (calls, within(PAGE), of(SHARED)),
            (calls, within(PAGE), of(HELPER)),
            (address, within(PAGE), own),
        ],
    );
    let (data, start) = section(11);
    let place = plain.len() - 4 - start;
    refer(&mut encoder, "reloc.DATA", data, &[(2, place as u32, of(LISTED))]);
    encoder.finish()
}

/// Says what in a section refers to what: kind, place, symbol.
fn refer(encoder: &mut Encoder, name: &str, section: u32, references: &[(u8, u32, u32)]) {
    let mut data = Vec::new();
    section.encode(&mut data);
    references.len().encode(&mut data);
    for (kind, place, symbol) in references {
        data.push(*kind);
        place.encode(&mut data);
        symbol.encode(&mut data);
        if *kind == 4 {
            data.push(0);
        }
    }
    encoder.section(&CustomSection { name: name.into(), data: data.into() });
}

fn name(encoder: &mut Encoder, wishes: &Wishes) {
    let mut functions = NameMap::new();
    (0..).zip(wishes.names).for_each(|(index, name)| functions.append(index, name));
    let mut names = NameSection::new();
    names.functions(&functions);
    encoder.section(&names);
}

fn program(wishes: &Wishes) -> Encoder {
    let mut encoder = Encoder::new();
    let mut types = TypeSection::new();
    types.ty().function([], []);
    encoder.section(&types);
    encoder.section(ImportSection::new().import("page", "tell", EntityType::Function(0)));
    let mut functions = FunctionSection::new();
    for _ in START..=LISTED {
        functions.function(0);
    }
    encoder.section(&functions);
    let table = TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: 4,
        maximum: None,
        shared: false,
    };
    encoder.section(TableSection::new().table(table));
    let memory = MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    };
    encoder.section(MemorySection::new().memory(memory));
    encoder.section(ExportSection::new().export("start", ExportKind::Func, START));
    let mut elements = ElementSection::new();
    let functions = Elements::Functions(wishes.table.clone().into());
    encoder.section(elements.active(None, &ConstExpr::i32_const(1), functions));
    encoder.section(&code(wishes));
    encoder.section(DataSection::new().active(0, &ConstExpr::i32_const(1024), [2, 0, 0, 0]));
    encoder
}

fn code(wishes: &Wishes) -> CodeSection {
    let indirectly = I::CallIndirect { type_index: 0, table_index: 0 };
    let load = I::I32Load(MemArg { offset: 0, align: 2, memory_index: 0 });
    let (call, number) = (I::Call, I::I32Const);
    let bodies: [&[I<'_>]; 5] = [
        &[call(wishes.called), number(1), indirectly.clone()],
        &[],
        &[call(SHARED), call(HELPER), number(1024), load, indirectly],
        &[call(TELL)],
        &[],
    ];
    let mut code = CodeSection::new();
    for body in bodies {
        let mut function = Function::new([]);
        for instruction in body {
            function.instruction(instruction);
        }
        function.instruction(&I::End);
        code.function(&function);
    }
    code
}

fn split_as(wishes: &Wishes) -> anyhow::Result<Split> {
    split(&linked(wishes), &finished(wishes))
}

/// How many functions of its own a module has, and the names it shares: imported, exported.
fn outline(wasm: &[u8]) -> (usize, Vec<String>, Vec<String>) {
    Validator::new().validate_all(wasm).unwrap();
    let (mut bodies, mut imports, mut exports) = (0, Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.unwrap() {
            Payload::CodeSectionEntry(_) => bodies += 1,
            Payload::ImportSection(section) => {
                let names = section.into_imports().map(|import| import.unwrap().name.to_owned());
                imports = names.collect();
            }
            Payload::ExportSection(section) => {
                exports =
                    section.into_iter().map(|export| export.unwrap().name.to_owned()).collect();
            }
            Payload::CustomSection(custom) => panic!("{} is left", custom.name()),
            _ => (),
        }
    }
    (bodies, imports, exports)
}

#[test]
fn what_only_a_way_in_leads_to_is_found_through_calls_pointers_and_data() {
    let names = reach::only_later(&linked(&Wishes::default())).unwrap();
    let expected = [LATER, "helper", "listed", "tell"].map(str::to_owned);
    assert_eq!(names, HashSet::from(expected));
}

#[test]
fn both_modules_are_valid_and_share_what_they_need() {
    let Split { main, later } = split_as(&Wishes::default()).unwrap();
    let (bodies, imports, exports) = outline(&main);
    assert_eq!(bodies, 3, "start, shared, and the stub");
    assert_eq!(imports, ["tell"]);
    let (bodies, wanted, _) = outline(&later.unwrap());
    assert_eq!(bodies, 3, "later_page, helper, listed");
    assert_eq!(wanted.len(), 4, "tell, shared, table, memory: {wanted:?}");
    assert!(wanted.iter().all(|name| exports.contains(name)), "{wanted:?} of {exports:?}");
}

#[test]
fn without_a_way_in_a_program_stays_whole() {
    let mut names = NAMES;
    names[PAGE as usize] = "_RNvNtCs1_3app4page";
    let Split { main, later } = split_as(&Wishes { names, ..Wishes::default() }).unwrap();
    assert!(later.is_none());
    assert_eq!(outline(&main), (5, vec!["tell".to_owned()], vec!["start".to_owned()]));
}

#[test]
fn a_way_in_that_is_called_directly_is_refused() {
    let error = split_as(&Wishes { called: PAGE, ..Wishes::default() }).err().unwrap();
    assert!(error.to_string().contains("later_page is called directly"), "{error}");
}

#[test]
fn a_function_that_was_found_to_equal_another_stays() {
    // One place for itself, one for the other.
    let table = vec![PAGE, LISTED, LISTED];
    let Split { main, later } = split_as(&Wishes { table, ..Wishes::default() }).unwrap();
    assert_eq!((outline(&main).0, outline(&later.unwrap()).0), (4, 2));
}

#[test]
fn a_way_in_is_a_plain_function_called_later() {
    for (name, is) in [
        ("_RNvNtNtCsaVRfHnzNyRf_3app5pages7gallery13later_gallery", true),
        ("_RNvNtCsaVRfHnzNyRf_3app6pages213later_gallery", true),
        ("_RNCNvNtCsaVRfHnzNyRf_3app5pages13later_gallery0B5_", false),
        ("_RNvNtCsaVRfHnzNyRf_3app5pages18not_later_whatever", false),
        ("_RNvNtCsaVRfHnzNyRf_3app13later_gallery4draw", false),
        ("memcpy", false),
    ] {
        assert_eq!(is_way_in(name), is, "{name}");
    }
}
