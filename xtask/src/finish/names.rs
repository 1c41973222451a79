//! Short names for what a module and its script know of each other.
//!
//! wasm-bindgen's say what they are and end in a hash, so that no two meet: `__wbg_setAttribute_9e7d603908f63705`. A
//! browser needs them to be the same on both sides and nothing else. What the module says of its making goes too.
//!
//! *Invariant:* what people or scripts of ours call keeps its name.

use anyhow::{Context, Result, ensure};
use std::collections::HashMap;

/// A script and its module, which fit each other.
#[derive(Debug, PartialEq, Eq)]
pub struct Pair {
    pub script: String,
    pub module: Vec<u8>,
}

/// The sections that matter here, by their numbers in the format.
const CUSTOM: u8 = 0;
const IMPORTS: u8 = 2;
const EXPORTS: u8 = 7;

/// What every module begins with: its magic number and version.
const HEAD: &[u8] = b"\0asm\x01\0\0\0";

/// The same script and module with short names.
pub fn shorten(script: &str, module: &[u8]) -> Result<Pair> {
    ensure!(!words(script).any(|(is_word, word)| is_word && word.starts_with('$')), "the script has names with $");
    let mut short = Short::default();
    let mut smaller = HEAD.to_vec();
    let mut rest = Reader(module.strip_prefix(HEAD).context("this is no WebAssembly of version 1")?);
    while !rest.0.is_empty() {
        let number = rest.byte()?;
        let content = rest.sized()?;
        let content = match number {
            CUSTOM => continue,
            IMPORTS => short.imports(content)?,
            EXPORTS => short.exports(content)?,
            _ => content.to_vec(),
        };
        smaller.push(number);
        write_sized(&mut smaller, &content);
    }
    let rename = |(is_word, word)| if is_word { short.names.get(word).map_or(word, String::as_str) } else { word };
    Ok(Pair { script: words(script).map(rename).collect(), module: smaller })
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

    fn imports(&mut self, section: &[u8]) -> Result<Vec<u8>> {
        let mut section = Reader(section);
        let count = section.number()?;
        let mut renamed = Vec::new();
        write_number(&mut renamed, count);
        for _ in 0..count {
            let (from, name) = (section.sized()?, section.text()?);
            ensure!(section.byte()? == 0, "{name} is imported and is no function");
            write_sized(&mut renamed, from);
            write_sized(&mut renamed, self.of(name).as_bytes());
            renamed.push(0);
            write_number(&mut renamed, section.number()?);
        }
        Ok(renamed)
    }

    fn exports(&mut self, section: &[u8]) -> Result<Vec<u8>> {
        let mut section = Reader(section);
        let count = section.number()?;
        let mut renamed = Vec::new();
        write_number(&mut renamed, count);
        for _ in 0..count {
            let name = section.text()?;
            let is_made = name.starts_with("__") || name.starts_with("wasm_bindgen__");
            write_sized(&mut renamed, if is_made { self.of(name) } else { name }.as_bytes());
            renamed.push(section.byte()?);
            write_number(&mut renamed, section.number()?);
        }
        Ok(renamed)
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

/// What is left to be read of a module.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8> {
        let (byte, rest) = self.0.split_first().context("the module ends too early")?;
        self.0 = rest;
        Ok(*byte)
    }

    /// An unsigned number of up to 32 bits: seven a byte, the lowest first.
    fn number(&mut self) -> Result<u32> {
        let mut number = 0;
        for place in 0..5 {
            let byte = self.byte()?;
            number |= u32::from(byte & 0x7f) << (7 * place);
            if byte < 0x80 {
                return Ok(number);
            }
        }
        anyhow::bail!("a number is too long")
    }

    /// Bytes that follow their number.
    fn sized(&mut self) -> Result<&'a [u8]> {
        let size = self.number()? as usize;
        let (content, rest) = self.0.split_at_checked(size).context("the module ends too early")?;
        self.0 = rest;
        Ok(content)
    }

    fn text(&mut self) -> Result<&'a str> {
        Ok(std::str::from_utf8(self.sized()?)?)
    }
}

fn write_number(to: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        to.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

fn write_sized(to: &mut Vec<u8>, content: &[u8]) {
    write_number(to, content.len() as u32);
    to.extend_from_slice(content);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Imports one function from `./a.js` and exports it under two names.
    fn module(imported: &str, made: &str, own: &str) -> Vec<u8> {
        let mut module = HEAD.to_vec();
        let mut section = |number: u8, parts: &[&[u8]]| {
            module.push(number);
            write_sized(&mut module, &parts.concat());
        };
        let sized = |text: &str| [&[text.len() as u8], text.as_bytes()].concat();
        section(1, &[b"\x01\x60\0\0"]);
        section(IMPORTS, &[b"\x01", &sized("./a.js"), &sized(imported), b"\0\0"]);
        section(EXPORTS, &[b"\x02", &sized(made), b"\0\0", &sized(own), b"\0\0"]);
        module
    }

    #[test]
    fn what_is_made_is_renamed_on_both_sides_and_what_is_called_keeps_its_name() {
        let script = "const a = {__wbg_set_1f2e: function() {}};\nexport function tell() { wasm.tell(); }\n\
                      `${wasm.__wbindgen_free}`; function __wbg_set() {}";
        let mut before = module("__wbg_set_1f2e", "__wbindgen_free", "tell");
        before.extend_from_slice(b"\0\x06\x04name");
        before.push(9);
        let after = shorten(script, &before).unwrap();
        assert_eq!(after.module, module("$0", "$1", "tell"));
        let renamed = "const a = {$0: function() {}};\nexport function tell() { wasm.tell(); }\n\
                       `${wasm.$1}`; function __wbg_set() {}";
        assert_eq!(after.script, renamed);
    }

    #[test]
    fn a_script_in_which_a_short_name_could_be_taken_is_refused() {
        let error = shorten("const $0 = 1;", &module("a", "__b", "c")).unwrap_err().to_string();
        assert_eq!(error, "the script has names with $");
    }

    #[test]
    fn a_module_that_ends_too_early_is_refused() {
        let whole = module("a", "__b", "c");
        let error = shorten("", &whole[..whole.len() - 1]).unwrap_err().to_string();
        assert_eq!(error, "the module ends too early");
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for number in [0, 1, 127, 128, 16_383, 16_384, u32::MAX] {
            let mut written = Vec::new();
            write_number(&mut written, number);
            assert_eq!(Reader(&written).number().unwrap(), number);
        }
    }
}
