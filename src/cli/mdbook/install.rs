//! Sets up a book: its settings name the preprocessor, and the viewer lies among its files.
//!
//! *Invariant:* what is set up already stays to the byte, and so do the comments and the order of the settings.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, RawString, Table, Value, value};

use crate::cli::Trouble;

/// The book's settings.
const SETTINGS: &str = "book.toml";
/// The script that the book's pages have: they can name only scripts of the older kind, so it fetches the module.
const LOADER: &str = "counterpoint.js";
/// The folder of the viewer, among the chapters: what is no chapter there is copied into the book.
const VIEWER: &str = "counterpoint";
/// What the viewer begins with.
const ELEMENT: &str = "counterpoint-diagram.js";

/// The loader finds the viewer from its own place, for a page does not say where the book begins.
const LOADING: &str = "\
// Written by `counterpoint mdbook install`: loads the live diagrams, from the folder beside it.
import(new URL(\"counterpoint/counterpoint-diagram.js\", document.currentScript.src));
";

/// What the loader of any version has in it.
const OURS: &str = "counterpoint mdbook install";

/// Sets up a book, with the viewer from a folder if there is one, and says what was done.
pub(super) fn install(book: &Path, viewer: Option<&Path>) -> Result<String, Trouble> {
    let path = book.join(SETTINGS);
    let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Trouble::Input(format!("{} is not there; say where the book is", path.display())),
        _ => Trouble::Input(format!("{} could not be read: {error}", path.display())),
    })?;
    let mut settings: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| Trouble::Input(format!("{}: {}", path.display(), error.message())))?;
    let chapters = chapters(&settings, book);
    let place = chapters.join(VIEWER);
    let mut done = Vec::new();
    if let Some(viewer) = viewer {
        copy(viewer, &place)?;
        done.push(format!("the viewer is in {}", place.display()));
    }
    name_preprocessor(&mut settings).map_err(|key| misfit(&path, key))?;
    let is_live = place.join(ELEMENT).exists();
    if is_live {
        match name_loader(&mut settings).map_err(|key| misfit(&path, key))? {
            Pages::Are => {
                let loader = book.join(LOADER);
                let there = fs::read_to_string(&loader).unwrap_or_default();
                if !there.is_empty() && !there.contains(OURS) {
                    return Err(Trouble::Input(format!(
                        "{} is there and is another script; move it away",
                        loader.display()
                    )));
                }
                if there != LOADING {
                    write(&loader, LOADING)?;
                    done.push(format!("{} loads it", loader.display()));
                }
            }
            Pages::AreNot => done.push("this book has no web pages, so its diagrams are pictures".to_owned()),
        }
    } else {
        done.push(format!("diagrams are pictures; for live ones, name a folder with {ELEMENT} by --viewer"));
    }
    let changed = settings.to_string();
    if changed != text {
        write(&path, &changed)?;
        done.push(format!("{} names the preprocessor", path.display()));
    }
    Ok(if done.is_empty() { "it was set up already\n".to_owned() } else { done.join("\n") + "\n" })
}

/// Where the chapters are.
fn chapters(settings: &DocumentMut, book: &Path) -> PathBuf {
    let source = settings.get("book").and_then(|book| book.get("src")).and_then(Item::as_str);
    book.join(source.unwrap_or("src"))
}

/// The table of this name, made if it is not there; or the name of what is there and is no table.
fn table<'a>(parent: &'a mut Table, name: &'static str) -> Result<&'a mut Table, &'static str> {
    if !parent.contains_key(name) {
        let mut made = Table::new();
        // Its own heading would be empty if all that it has are tables.
        made.set_implicit(true);
        parent.insert(name, Item::Table(made));
    }
    parent[name].as_table_mut().ok_or(name)
}

fn name_preprocessor(settings: &mut DocumentMut) -> Result<(), &'static str> {
    let ours = table(table(settings.as_table_mut(), "preprocessor")?, "counterpoint")?;
    if !ours.contains_key("command") {
        ours.insert("command", value("counterpoint mdbook"));
    }
    Ok(())
}

/// Whether the book is made as web pages.
enum Pages {
    Are,
    AreNot,
}

fn name_loader(settings: &mut DocumentMut) -> Result<Pages, &'static str> {
    let output = settings.get("output").and_then(Item::as_table_like);
    // Without any output, or with this one, there are web pages.
    if output.is_some_and(|output| !output.is_empty() && !output.contains_key("html")) {
        return Ok(Pages::AreNot);
    }
    let pages = table(table(settings.as_table_mut(), "output")?, "html")?;
    let scripts = pages.entry("additional-js").or_insert(value(Array::new()));
    let scripts = scripts.as_array_mut().ok_or("additional-js")?;
    if !scripts.iter().any(|script| script.as_str() == Some(LOADER)) {
        // As the first, for the comment after a last one would be taken for ours.
        let mut script = Value::from(LOADER);
        if let Some(first) = scripts.get(0) {
            *script.decor_mut() = first.decor().clone();
        }
        scripts.insert_formatted(0, script);
        if let Some(next) = scripts.get_mut(1)
            && next.decor().prefix().and_then(RawString::as_str).unwrap_or_default().is_empty()
        {
            next.decor_mut().set_prefix(" ");
        }
    }
    Ok(Pages::Are)
}

fn misfit(path: &Path, key: &str) -> Trouble {
    Trouble::Input(format!(
        "{}: `{key}` is written in a way that cannot be added to; write it as mdBook's guide does",
        path.display()
    ))
}

/// Copies the viewer to its place, in which nothing but a viewer may be.
fn copy(viewer: &Path, place: &Path) -> Result<(), Trouble> {
    if !viewer.join(ELEMENT).is_file() {
        return Err(Trouble::Input(format!("--viewer: there is no {ELEMENT} in {}", viewer.display())));
    }
    if place.exists() && !place.join(ELEMENT).is_file() {
        return Err(Trouble::Input(format!("{} is there and is no viewer; move it away", place.display())));
    }
    let failed =
        |error: io::Error| Trouble::Input(format!("the viewer could not be copied to {}: {error}", place.display()));
    // Beside it, so that a book never has half of one, and files of an older version go.
    let beside = place.with_extension("part");
    remove(&beside).and_then(|()| copy_all(viewer, &beside)).map_err(failed)?;
    remove(place).and_then(|()| fs::rename(&beside, place)).map_err(failed)
}

fn remove(folder: &Path) -> io::Result<()> {
    if folder.exists() { fs::remove_dir_all(folder) } else { Ok(()) }
}

fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_all(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Trouble> {
    fs::write(path, text).map_err(|error| Trouble::Input(format!("{} could not be written: {error}", path.display())))
}
