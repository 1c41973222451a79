//! Cuts a module in two: what is needed first, and what may come later.
//!
//! The later module has functions only. They work in the memory and the table of the first one, which exports what they
//! need under numbers for names. Where the first module calls one of them, it calls through a slot of its table that is
//! empty until the later module has come and filled it: before that, the call traps. So whoever calls must know that the
//! later module is there. Data stays in the first module, for a compiled module does not say which of its data a
//! function uses.
//!
//! Tools that split by relocations work before wasm-bindgen does, where Trunk has no place for them; this one reads what
//! Trunk has made.
//!
//! *Invariant:* both modules together do what the one did, and every function stands in one of them.

use anyhow::{Context, Result, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    ImportSection, Instruction, Module, TableSection, TableType, TypeSection,
};
use wasmparser::{
    CodeSectionReader, ElementItems, ElementKind, ExportSectionReader, ExternalKind, FuncType, FunctionBody,
    KnownCustom, Name, Operator, Parser, Payload, TableSectionReader, TypeRef, Validator,
};

/// A module in two.
#[derive(Debug)]
pub struct Halves {
    pub first: Vec<u8>,
    pub later: Vec<u8>,
}

/// By this name the later module imports from the first.
const FROM: &str = "app";

/// Splits off the functions whose names begin with one of `gates`, with all that only they call. Each of these has to
/// begin the name of a function at least: a gate that the compiler has dissolved would hold nothing back.
pub fn split(module: &[u8], gates: &[&str]) -> Result<Halves> {
    let whole = Whole::read(module)?;
    for gate in gates {
        ensure!(whole.named(gate).next().is_some(), "no function of the module has a name that begins with {gate}");
    }
    // What is called through the table, which says nothing of by whom, is needed at once even if it is named as a gate.
    let held: BTreeSet<u32> = gates.iter().flat_map(|gate| whole.named(gate)).collect();
    let held: BTreeSet<u32> = held.difference(&whole.roots).copied().collect();
    let now = whole.reached(whole.roots.iter().copied(), &held);
    let only_they_reach = whole.reached(held.iter().copied(), &BTreeSet::new());
    // What is imported stays so, whoever calls it.
    let later: BTreeSet<u32> =
        only_they_reach.difference(&now).copied().filter(|function| *function >= whole.imported).collect();
    let gates: Vec<u32> = held.into_iter().collect();
    let shared = Shared::of(&whole, &later);
    let first = First { whole: &whole, gates: &gates, later: &later, shared: &shared }.written(module)?;
    let later = written_later(&whole, &gates, &later, &shared)?;
    for (name, half) in [("first", &first), ("later", &later)] {
        Validator::new().validate_all(half).with_context(|| format!("the {name} module would be no WebAssembly"))?;
    }
    Ok(Halves { first, later })
}

/// What is read of a module.
#[derive(Default)]
struct Whole<'a> {
    types: Vec<FuncType>,
    /// The type of each function, the imported ones first.
    functions: Vec<u32>,
    imported: u32,
    globals: Vec<wasmparser::GlobalType>,
    memory: Option<wasmparser::MemoryType>,
    /// Functions stand in the first one.
    tables: Vec<wasmparser::TableType>,
    /// Functions that are exported, started, or in a table.
    roots: BTreeSet<u32>,
    bodies: Vec<FunctionBody<'a>>,
    calls: Vec<Vec<u32>>,
    /// How many exports have numbers for names, from an earlier split.
    numbered: usize,
    names: BTreeMap<u32, &'a str>,
}

impl<'a> Whole<'a> {
    fn read(module: &'a [u8]) -> Result<Self> {
        let mut whole = Whole::default();
        for payload in Parser::new(0).parse_all(module) {
            whole.take(payload?)?;
        }
        ensure!(!whole.names.is_empty(), "the module does not say what its functions are called");
        Ok(whole)
    }

    fn take(&mut self, payload: Payload<'a>) -> Result<()> {
        match payload {
            Payload::TypeSection(types) => {
                for ty in types.into_iter_err_on_gc_types() {
                    self.types.push(ty?);
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let TypeRef::Func(ty) = import?.ty else { anyhow::bail!("only functions are expected as imports") };
                    self.functions.push(ty);
                    self.imported += 1;
                }
            }
            Payload::FunctionSection(functions) => {
                for ty in functions {
                    self.functions.push(ty?);
                }
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    self.tables.push(table?.ty);
                }
            }
            Payload::MemorySection(memories) => self.memory = memories.into_iter().next().transpose()?,
            Payload::GlobalSection(globals) => {
                for global in globals {
                    self.globals.push(global?.ty);
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    self.numbered += usize::from(export.name.bytes().all(|letter| letter.is_ascii_digit()));
                    if export.kind == ExternalKind::Func {
                        self.roots.insert(export.index);
                    }
                }
            }
            Payload::StartSection { func, .. } => {
                self.roots.insert(func);
            }
            Payload::ElementSection(segments) => {
                for segment in segments {
                    let segment = segment?;
                    let is_plain = matches!(segment.kind, ElementKind::Active { table_index: None | Some(0), .. });
                    match segment.items {
                        ElementItems::Functions(functions) if is_plain => {
                            for function in functions {
                                self.roots.insert(function?);
                            }
                        }
                        _ => anyhow::bail!("only functions in the first table are expected as elements"),
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                let mut calls = Vec::new();
                for operator in body.get_operators_reader()? {
                    match operator? {
                        Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                            calls.push(function_index);
                        }
                        Operator::RefFunc { function_index } => {
                            self.roots.insert(function_index);
                        }
                        _ => {}
                    }
                }
                self.calls.push(calls);
                self.bodies.push(body);
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    for name in names {
                        if let Name::Function(functions) = name? {
                            for naming in functions {
                                let naming = naming?;
                                self.names.insert(naming.index, naming.name);
                            }
                        }
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The functions whose names begin so.
    fn named<'b>(&'b self, beginning: &'b str) -> impl Iterator<Item = u32> + 'b {
        self.names.iter().filter(move |(_, name)| name.starts_with(beginning)).map(|(index, _)| *index)
    }

    /// What can be called from there, itself included, without going through a function of `not`.
    fn reached(&self, from: impl Iterator<Item = u32>, not: &BTreeSet<u32>) -> BTreeSet<u32> {
        let mut reached = BTreeSet::new();
        let mut ahead: Vec<u32> = from.collect();
        while let Some(function) = ahead.pop() {
            if !not.contains(&function) && reached.insert(function) {
                ahead.extend(self.calls_of(function));
            }
        }
        reached
    }

    fn calls_of(&self, function: u32) -> &[u32] {
        function.checked_sub(self.imported).map_or(&[], |own| &self.calls[own as usize])
    }

    fn body(&self, function: u32) -> &FunctionBody<'a> {
        &self.bodies[(function - self.imported) as usize]
    }

    fn type_of(&self, function: u32) -> u32 {
        self.functions[function as usize]
    }

    /// How long the table is before anything is split off.
    fn slots(&self) -> Result<u64> {
        Ok(self.tables.first().context("the module has no table")?.initial)
    }
}

/// What the later module uses of the first one's.
struct Shared {
    tables: u32,
    functions: Vec<u32>,
    globals: Vec<u32>,
    first_number: usize,
}

impl Shared {
    fn of(whole: &Whole<'_>, later: &BTreeSet<u32>) -> Self {
        let called: BTreeSet<u32> = later.iter().flat_map(|function| whole.calls_of(*function)).copied().collect();
        Shared {
            tables: whole.tables.len() as u32,
            functions: called.difference(later).copied().collect(),
            globals: (0..whole.globals.len() as u32).collect(),
            first_number: whole.numbered,
        }
    }

    /// Kinds and indices, with the numbers under which they are exported.
    fn exports(&self) -> impl Iterator<Item = (usize, (ExportKind, u32))> {
        let tables = (0..self.tables).map(|table| (ExportKind::Table, table));
        let memory = std::iter::once((ExportKind::Memory, 0));
        let globals = self.globals.iter().map(|global| (ExportKind::Global, *global));
        let functions = self.functions.iter().map(|function| (ExportKind::Func, *function));
        (self.first_number..).zip(tables.chain(memory).chain(globals).chain(functions))
    }
}

/// Writes the first module: the whole one without what comes later.
struct First<'a> {
    whole: &'a Whole<'a>,
    gates: &'a [u32],
    later: &'a BTreeSet<u32>,
    shared: &'a Shared,
}

impl First<'_> {
    fn written(mut self, module: &[u8]) -> Result<Vec<u8>> {
        let mut first = Module::new();
        self.parse_core_module(&mut first, Parser::new(0), module).context("this is no WebAssembly")?;
        Ok(first.finish())
    }

    /// What stands in a function's place: a call through the table, or, where nobody is left to call, nothing.
    fn stand_in(&self, function: u32) -> Function {
        let mut body = Function::new([]);
        match self.gates.iter().position(|gate| *gate == function) {
            Some(place) => {
                let ty = self.whole.type_of(function);
                for parameter in 0..self.whole.types[ty as usize].params().len() {
                    body.instruction(&Instruction::LocalGet(parameter as u32));
                }
                let slot = self.whole.slots().unwrap_or_default() as i32 + place as i32;
                body.instruction(&Instruction::I32Const(slot));
                body.instruction(&Instruction::CallIndirect { type_index: ty, table_index: 0 });
            }
            None => {
                body.instruction(&Instruction::Unreachable);
            }
        }
        body.instruction(&Instruction::End);
        body
    }
}

impl Reencode for First<'_> {
    type Error = Infallible;

    fn parse_table_section(
        &mut self,
        to: &mut TableSection,
        section: TableSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        for (index, table) in section.into_iter().enumerate() {
            let ty = self.table_type(table?.ty)?;
            to.table(if index == 0 { longer(ty, self.gates) } else { ty });
        }
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        to: &mut ExportSection,
        section: ExportSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        for export in section {
            self.parse_export(to, export?)?;
        }
        for (number, (kind, index)) in self.shared.exports() {
            to.export(&number.to_string(), kind, index);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        to: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        for (number, body) in section.into_iter().enumerate() {
            let function = self.whole.imported + number as u32;
            if self.later.contains(&function) {
                to.function(&self.stand_in(function));
            } else {
                self.parse_function_body(to, body?)?;
            }
        }
        Ok(())
    }
}

/// A table with a slot more for each gate.
fn longer(mut table: TableType, gates: &[u32]) -> TableType {
    table.minimum += gates.len() as u64;
    table.maximum = table.maximum.map(|most| most.max(table.minimum));
    table
}

/// Gives functions the numbers that they have in the later module.
struct Renumbered {
    functions: BTreeMap<u32, u32>,
}

impl Reencode for Renumbered {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error> {
        // Whatever is called is either here or shared.
        Ok(self.functions.get(&function).copied().unwrap_or(u32::MAX))
    }
}

fn written_later(whole: &Whole<'_>, gates: &[u32], later: &BTreeSet<u32>, shared: &Shared) -> Result<Vec<u8>> {
    let numbers = shared.functions.iter().chain(later).copied().zip(0..).collect();
    let mut renumbered = Renumbered { functions: numbers };
    let mut types = TypeSection::new();
    for ty in &whole.types {
        types.ty().func_type(&renumbered.func_type(ty.clone())?);
    }
    let mut imports = ImportSection::new();
    for (number, (kind, index)) in shared.exports() {
        let ty = match kind {
            ExportKind::Table => {
                let ty = renumbered.table_type(whole.tables[index as usize])?;
                let ty = if index == 0 { longer(ty, gates) } else { ty };
                // Another part that is cut out later makes the table longer, so what it may come to is not said.
                EntityType::Table(TableType { maximum: None, ..ty })
            }
            ExportKind::Memory => {
                EntityType::Memory(renumbered.memory_type(whole.memory.context("the module has no memory")?)?)
            }
            ExportKind::Global => EntityType::Global(renumbered.global_type(whole.globals[index as usize])?),
            _ => EntityType::Function(whole.type_of(index)),
        };
        imports.import(FROM, &number.to_string(), ty);
    }
    let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
    for function in later {
        functions.function(whole.type_of(*function));
        renumbered.parse_function_body(&mut code, whole.body(*function).clone())?;
    }
    let mut elements = ElementSection::new();
    let filled: Vec<u32> = gates.iter().filter_map(|gate| renumbered.functions.get(gate).copied()).collect();
    let slot = i32::try_from(whole.slots()?)?;
    elements.active(None, &ConstExpr::i32_const(slot), Elements::Functions(filled.into()));
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&elements).section(&code);
    Ok(module.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{
        GlobalSection, GlobalType, IndirectNameMap, MemorySection, MemoryType, NameMap, NameSection, RefType, ValType,
    };

    /// What a function does: it calls others.
    fn calling(functions: &[u32]) -> Function {
        let mut body = Function::new([]);
        for function in functions {
            body.instruction(&Instruction::I32Const(7)).instruction(&Instruction::Call(*function));
        }
        body.instruction(&Instruction::GlobalGet(0)).instruction(&Instruction::Drop);
        body.instruction(&Instruction::End);
        body
    }

    const NAMES: [&str; 7] =
        ["tell", "main", "a::story", "a::helper", "both", "in_table", "a::legend[12ab]::{closure}"];

    /// `tell` is imported and `main` exported. `main` calls `a::story` and `both`; `a::story` calls `a::helper`, `both`,
    /// `tell` and what is in the table; that calls `a::legend`.
    fn whole() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32], []);
        let mut imports = ImportSection::new();
        imports.import("./app.js", "tell", EntityType::Function(0));
        let (mut functions, mut code, mut exports) = (FunctionSection::new(), CodeSection::new(), ExportSection::new());
        for calls in [&[2, 4][..], &[3, 4, 0, 5], &[], &[], &[6], &[]] {
            functions.function(0);
            code.function(&calling(calls));
        }
        exports.export("main", ExportKind::Func, 1);
        let mut tables = TableSection::new();
        let ty =
            TableType { element_type: RefType::FUNCREF, minimum: 2, maximum: Some(2), table64: false, shared: false };
        tables.table(ty).table(TableType { element_type: RefType::EXTERNREF, maximum: None, ..ty });
        let mut memories = MemorySection::new();
        memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
        let mut globals = GlobalSection::new();
        globals.global(GlobalType { val_type: ValType::I32, mutable: true, shared: false }, &ConstExpr::i32_const(0));
        let mut elements = ElementSection::new();
        elements.active(None, &ConstExpr::i32_const(1), Elements::Functions((&[5][..]).into()));
        let (mut names, mut named) = (NameSection::new(), NameMap::new());
        NAMES.iter().zip(0..).for_each(|(name, index)| named.append(index, name));
        names.functions(&named);
        names.locals(&IndirectNameMap::new());
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&tables).section(&memories);
        module.section(&globals).section(&exports).section(&elements).section(&code).section(&names);
        module.finish()
    }

    /// The operators of each function of a module, as text.
    fn code(module: &[u8]) -> Vec<String> {
        let mut code = Vec::new();
        for payload in Parser::new(0).parse_all(module) {
            if let Payload::CodeSectionEntry(body) = payload.unwrap() {
                let operators = body.get_operators_reader().unwrap().into_iter().map(|operator| operator.unwrap());
                let text = operators.filter_map(|operator| match operator {
                    Operator::Call { function_index } => Some(format!("call {function_index}")),
                    Operator::CallIndirect { .. } => Some("call slot".to_owned()),
                    Operator::Unreachable => Some("nothing".to_owned()),
                    Operator::I32Const { value } if value != 7 => Some(format!("slot {value}")),
                    _ => None,
                });
                code.push(text.collect::<Vec<_>>().join(", "));
            }
        }
        code
    }

    /// Names and types of what a module exports or imports, but for functions of the page.
    fn linked(module: &[u8]) -> (Vec<String>, Vec<String>) {
        let (mut exports, mut imports) = (Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(module) {
            match payload.unwrap() {
                Payload::ExportSection(section) => {
                    exports.extend(
                        section
                            .into_iter()
                            .map(|export| export.unwrap())
                            .map(|export| format!("{} {:?}", export.name, export.kind)),
                    );
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import.unwrap();
                        let kind = match import.ty {
                            TypeRef::Func(_) => ExternalKind::Func,
                            TypeRef::Table(_) => ExternalKind::Table,
                            TypeRef::Memory(_) => ExternalKind::Memory,
                            TypeRef::Global(_) => ExternalKind::Global,
                            other => panic!("{other:?}"),
                        };
                        imports.push(format!("{} {kind:?}", import.name));
                    }
                }
                _ => {}
            }
        }
        (exports, imports)
    }

    #[test]
    fn what_only_a_gate_calls_comes_later_and_is_called_through_a_slot() {
        let Halves { first, later } = split(&whole(), &["a::story", "a::legend"]).unwrap();
        // The slots begin where the table ended. What the table calls holds nothing back by itself; its gate does.
        assert_eq!(code(&first), ["call 2, call 4", "slot 2, call slot", "nothing", "", "call 6", "slot 3, call slot"]);
        // Shared are the functions 0, 4 and 5, now 0 to 2; then come the story, its helper and the legend.
        assert_eq!(code(&later), ["call 4, call 1, call 0, call 2", "", ""]);
    }

    #[test]
    fn the_first_module_exports_what_the_later_one_imports() {
        let Halves { first, later } = split(&whole(), &["a::story"]).unwrap();
        let (exports, _) = linked(&first);
        let (_, imports) = linked(&later);
        assert_eq!(exports[0], "main Func");
        assert_eq!(exports[1..], imports);
        assert_eq!(imports, ["0 Table", "1 Table", "2 Memory", "3 Global", "4 Func", "5 Func", "6 Func"]);
    }

    #[test]
    fn a_part_does_not_say_how_long_the_table_may_become() {
        let Halves { later, .. } = split(&whole(), &["a::story"]).unwrap();
        for payload in Parser::new(0).parse_all(&later) {
            let Payload::ImportSection(section) = payload.unwrap() else { continue };
            for import in section.into_imports() {
                if let TypeRef::Table(table) = import.unwrap().ty {
                    assert_eq!(table.maximum, None);
                }
            }
        }
    }

    #[test]
    fn what_is_in_a_table_is_needed_at_once() {
        let Halves { first, later } = split(&whole(), &["a::story", "in_table"]).unwrap();
        assert_eq!(code(&first), ["call 2, call 4", "slot 2, call slot", "nothing", "", "call 6", ""]);
        assert_eq!(code(&later), ["call 4, call 1, call 0, call 2", ""]);
    }

    #[test]
    fn a_gate_that_is_not_there_is_a_mistake() {
        let error = split(&whole(), &["a::story", "b::"]).unwrap_err().to_string();
        assert_eq!(error, "no function of the module has a name that begins with b::");
    }
}
