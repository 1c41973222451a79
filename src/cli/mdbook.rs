//! `mdbook`: the preprocessor of a book that mdBook builds, and what sets up a book for it.
//!
//! A fenced block whose language is `counterpoint` becomes a picture, and in a book of web pages the live diagram over it.
//!
//! *Invariant:* what is no such block stays as it is, and an error names the chapter and the line.

mod block;
mod install;

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use mdbook_preprocessor::book::{Book, Chapter};
use mdbook_preprocessor::{MDBOOK_VERSION, PreprocessorContext, parse_input};

use self::block::Block;
use super::arguments::{MdbookArguments, MdbookCommand};
use super::{Trouble, print};

/// The output that is web pages: the only one in which anything can be live.
const WEB_PAGES: &str = "html";

pub(super) fn mdbook(arguments: &MdbookArguments) -> Result<(), Trouble> {
    match &arguments.command {
        None => preprocess(),
        // Every renderer: one that shows no web pages is given pictures.
        Some(MdbookCommand::Supports { .. }) => Ok(()),
        Some(MdbookCommand::Install { book, viewer }) => print(install::install(book, viewer.as_deref())?.as_bytes()),
    }
}

/// Reads the book that mdBook writes to standard input, and gives it back with pictures.
fn preprocess() -> Result<(), Trouble> {
    if io::stdin().is_terminal() {
        return Err(Trouble::input(
            "this is what mdBook calls when it builds a book; `counterpoint mdbook install` sets one up",
        ));
    }
    let (context, mut book) = parse_input(io::stdin().lock()).map_err(|error| {
        Trouble::Input(format!("this is no book as mdBook {MDBOOK_VERSION} gives it to preprocessors: {error:#}"))
    })?;
    draw(&context, &mut book)?;
    let written = serde_json::to_vec(&book).map_err(Trouble::input)?;
    let mut out = io::stdout().lock();
    out.write_all(&written).and_then(|()| out.flush()).map_err(|error| Trouble::output(&error))
}

/// Draws every block of every chapter.
fn draw(context: &PreprocessorContext, book: &mut Book) -> Result<(), Trouble> {
    let mut done = Ok(());
    book.for_each_chapter_mut(|chapter| {
        if done.is_ok() {
            done = draw_in(context, chapter);
        }
    });
    done
}

fn draw_in(context: &PreprocessorContext, chapter: &mut Chapter) -> Result<(), Trouble> {
    let file = chapter.source_path.as_ref().or(chapter.path.as_ref());
    let name = file.map_or(Path::new(&chapter.name), |file| file.as_path());
    let source = &context.config.book.src;
    let folder = context.root.join(source).join(name.parent().unwrap_or(Path::new("")));
    let mut content = String::with_capacity(chapter.content.len());
    let mut seen = 0;
    for block in block::all(&chapter.content) {
        let at = format!("{}:{}", source.join(name).display(), block.line);
        let drawn = block.draw(&folder).map_err(|sentence| Trouble::Input(format!("{at}: {sentence}")))?;
        let Block { range, .. } = block;
        content.push_str(&chapter.content[seen..range.start]);
        content.push_str(&if context.renderer == WEB_PAGES { drawn.html } else { drawn.image() });
        content.push_str(if chapter.content[range.clone()].ends_with('\n') { "\n" } else { "" });
        seen = range.end;
    }
    content.push_str(&chapter.content[seen..]);
    chapter.content = content;
    Ok(())
}
