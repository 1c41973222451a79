//! Short names for what a module and its script know of each other.
//!
//! wasm-bindgen's say what they are and end in a hash, so that no two meet: `__wbg_setAttribute_9e7d603908f63705`. A
//! browser needs them to be the same on both sides and nothing else. What the module says of its making goes too.
//!
//! *Invariant:* what people or scripts of ours call keeps its name.

use anyhow::{Context, Result, ensure};
use std::collections::HashMap;
use std::convert::Infallible;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{ExportSection, ImportSection, Module};
use wasmparser::{CustomSectionReader, Export, ImportSectionReader, Parser};

/// A script and its module, which fit each other.
#[derive(Debug, PartialEq, Eq)]
pub struct Pair {
    pub script: String,
    pub module: Vec<u8>,
}

/// The same script and module with short names.
pub fn shorten(script: &str, module: &[u8]) -> Result<Pair> {
    ensure!(!words(script).any(|(is_word, word)| is_word && word.starts_with('$')), "the script has names with $");
    let mut short = Short::default();
    let mut smaller = Module::new();
    short.parse_core_module(&mut smaller, Parser::new(0), module).context("this is no WebAssembly")?;
    let rename = |(is_word, word)| if is_word { short.names.get(word).map_or(word, String::as_str) } else { word };
    Ok(Pair { script: words(script).map(rename).collect(), module: smaller.finish() })
}

/// The names given so far, by the old ones.
#[derive(Default)]
struct Short {
    names: HashMap<String, String>,
}

impl Short {
    /// A name that no script of wasm-bindgen's has.
    fn of(&mut self, name: &str) -> &str {
        let next = format!("${}", self.names.len());
        self.names.entry(name.to_owned()).or_insert(next)
    }
}

/// Writes a module as it is, but for its names.
impl Reencode for Short {
    type Error = Infallible;

    fn parse_import_section(
        &mut self,
        to: &mut ImportSection,
        section: ImportSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        for import in section.into_imports() {
            let import = import?;
            let ty = self.entity_type(import.ty)?;
            to.import(import.module, self.of(import.name), ty);
        }
        Ok(())
    }

    fn parse_export(&mut self, to: &mut ExportSection, export: Export<'_>) -> Result<(), reencode::Error> {
        let (kind, index) = (self.export_kind(export.kind)?, self.external_index(export.kind, export.index)?);
        let is_made = export.name.starts_with("__") || export.name.starts_with("wasm_bindgen__");
        to.export(if is_made { self.of(export.name) } else { export.name }, kind, index);
        Ok(())
    }

    fn parse_custom_section(&mut self, _: &mut Module, _: CustomSectionReader<'_>) -> Result<(), reencode::Error> {
        Ok(())
    }
}

/// A script cut into names (and other runs of their letters) and what is between them.
fn words(script: &str) -> impl Iterator<Item = (bool, &str)> {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut rest = script;
    std::iter::from_fn(move || {
        // A dollar sign belongs to a name unless it opens a hole in a template.
        let is_word = rest.starts_with(is_letter) || (rest.starts_with('$') && !rest.starts_with("${"));
        let end = if is_word {
            rest[1..].find(|letter| !is_letter(letter)).map_or(rest.len(), |end| end + 1)
        } else {
            let begin = if rest.starts_with("${") { 1 } else { 0 };
            rest[begin..].find(|letter| is_letter(letter) || letter == '$').map_or(rest.len(), |end| end + begin)
        };
        let (word, after) = rest.split_at(end);
        rest = after;
        (!word.is_empty()).then_some((is_word, word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{CustomSection, EntityType, ExportKind, TypeSection};

    /// Imports one function from `./a.js` and exports it under two names.
    fn module(imported: &str, made: &str, own: &str) -> Module {
        let (mut module, mut types) = (Module::new(), TypeSection::new());
        types.ty().function([], []);
        let (mut imports, mut exports) = (ImportSection::new(), ExportSection::new());
        imports.import("./a.js", imported, EntityType::Function(0));
        exports.export(made, ExportKind::Func, 0).export(own, ExportKind::Func, 0);
        module.section(&types).section(&imports).section(&exports);
        module
    }

    #[test]
    fn what_is_made_is_renamed_on_both_sides_and_what_is_called_keeps_its_name() {
        let script = "const a = {__wbg_set_1f2e: function() {}};\nexport function tell() { wasm.tell(); }\n\
                      `${wasm.__wbindgen_free}`; function __wbg_set() {}";
        let mut before = module("__wbg_set_1f2e", "__wbindgen_free", "tell");
        before.section(&CustomSection { name: "producers".into(), data: b"\0".into() });
        let after = shorten(script, &before.finish()).unwrap();
        assert_eq!(after.module, module("$0", "$1", "tell").finish());
        let renamed = "const a = {$0: function() {}};\nexport function tell() { wasm.tell(); }\n\
                       `${wasm.$1}`; function __wbg_set() {}";
        assert_eq!(after.script, renamed);
    }

    #[test]
    fn a_script_in_which_a_short_name_could_be_taken_is_refused() {
        let error = shorten("const $0 = 1;", &module("a", "__b", "c").finish()).unwrap_err().to_string();
        assert_eq!(error, "the script has names with $");
    }

    #[test]
    fn what_is_no_module_is_refused() {
        let whole = module("a", "__b", "c").finish();
        let error = shorten("", &whole[..whole.len() - 1]).unwrap_err().to_string();
        assert_eq!(error, "this is no WebAssembly");
    }
}
