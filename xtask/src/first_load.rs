//! What a visitor downloads before the page can be used, weighed as a static host sends it.

use crate::finish::BESIDE;
use crate::workspace::dist;
use anyhow::{Context, Result, ensure};
use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::Write;

/// The most that the first load may weigh, in bytes, each file by `gzip -9`.
const LIMIT: usize = 200_000;
/// The most that the script may weigh that defines the element, likewise.
const ELEMENT_LIMIT: usize = 4_000;
/// The most that the engine's module may weigh, likewise.
const ENGINE_LIMIT: usize = 400_000;

/// The most that may be fetched when experiments are opened, likewise: an engine of their own, and what is around it.
const EXPERIMENTS_LIMIT: usize = 600_000;
/// The most that may be fetched when the workshop is opened, likewise.
const WORKSHOP_LIMIT: usize = 200_000;

/// The names of the files in `dist/` that the page makes the browser fetch.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// The files that are fetched before the page can be used.
    pub first: Vec<String>,
    /// The files that a script fetches while it is used: the engine's, the later part of the app, and others.
    pub later: Vec<String>,
}

/// Prints the weight of each file and of all, and returns their names. Fails if the first load weighs too much.
pub fn report() -> Result<Files> {
    let page =
        fs::read_to_string(dist().join("index.html")).context("the page is not built: dist/index.html is missing")?;
    let files = asked_for(&page);
    println!("\n  {:32} {:>8}  {:>8}", "First load", "bytes", "gzip -9");
    let first = weigh(&files.first)?;
    println!("{}  of {LIMIT} allowed", row("all", first));
    println!("\n  Then, in the background");
    let later = weigh(&files.later)?;
    println!("{}", row("all", later));
    println!("{}", row("both", Weight { raw: first.raw + later.raw, sent: first.sent + later.sent }));
    let engine = files.later.iter().find(|name| name.starts_with("engine-") && name.ends_with("_bg.wasm"));
    let engine = engine.context("index.html names no engine")?;
    println!(
        "\n  Beside the engine: the built-in scenarios, and the parts for what is taken from the page and for systems"
    );
    weigh(&BESIDE.map(|part| engine.replace("_bg.wasm", part)))?;
    let engine = weigh_one("What a run needs", engine, ENGINE_LIMIT)?;
    println!("\n  What is fetched when experiments are opened");
    let experiments = weigh(&names_of(
        &files.later,
        &["experiments-", "evidence-", "claims-", "curves-", "chart-", "advice-", "maker-"],
    ))?;
    println!("{}  of {EXPERIMENTS_LIMIT} allowed", row("all", experiments));
    let workshop = names_of(&files.later, &["workshop-", "own-", "maker-", "schema-"]);
    println!("\n  What is fetched when the workshop is opened");
    let workshop = weigh(&workshop)?;
    println!("{}  of {WORKSHOP_LIMIT} allowed", row("all", workshop));
    let element = weigh_one("In a page that embeds it, at first", "counterpoint-diagram.js", ELEMENT_LIMIT)?;
    ensure!(engine <= ENGINE_LIMIT, "the engine weighs {engine} bytes, more than the {ENGINE_LIMIT} allowed");
    ensure!(
        experiments.sent <= EXPERIMENTS_LIMIT,
        "experiments weigh {} bytes, more than the {EXPERIMENTS_LIMIT} allowed",
        experiments.sent
    );
    ensure!(
        workshop.sent <= WORKSHOP_LIMIT,
        "the workshop weighs {} bytes, more than the {WORKSHOP_LIMIT} allowed",
        workshop.sent
    );
    ensure!(
        element <= ELEMENT_LIMIT,
        "the element's script weighs {element} bytes, more than the {ELEMENT_LIMIT} allowed"
    );
    ensure!(first.sent <= LIMIT, "the first load weighs {} bytes, more than the {LIMIT} allowed", first.sent);
    Ok(files)
}

/// Those of the names that begin so.
fn names_of(names: &[String], beginnings: &[&str]) -> Vec<String> {
    let is_one = |name: &&String| beginnings.iter().any(|beginning| name.starts_with(beginning));
    names.iter().filter(is_one).cloned().collect()
}

/// Prints the weight of one file under a heading, with what it may weigh.
fn weigh_one(heading: &str, name: &str, limit: usize) -> Result<usize> {
    println!("\n  {heading}");
    let weight = weigh(&[name.to_owned()])?;
    println!("{}  of {limit} allowed", row("all", weight));
    Ok(weight.sent)
}

/// The bytes of a file as it is, and as it is sent.
#[derive(Clone, Copy, Default)]
struct Weight {
    raw: usize,
    sent: usize,
}

fn row(name: &str, weight: Weight) -> String {
    format!("  {name:32} {:>8}  {:>8}", weight.raw, weight.sent)
}

/// Prints a row for each file, and returns the sum.
fn weigh(names: &[String]) -> Result<Weight> {
    let mut sum = Weight::default();
    for name in names {
        let content = fs::read(dist().join(name))
            .with_context(|| format!("index.html asks for {name}, which is not in dist/"))?;
        let weight = Weight { raw: content.len(), sent: gzipped(&content)? };
        println!("{}", row(name, weight));
        sum.raw += weight.raw;
        sum.sent += weight.sent;
    }
    Ok(sum)
}

/// The page itself and the files that it asks for. Those that are named within a `template` are fetched later, when a
/// script says so.
fn asked_for(page: &str) -> Files {
    let mut files = Files { first: vec![String::from("index.html")], later: Vec::new() };
    let mut template = false;
    for tag in tags(page) {
        match tag.split(|letter: char| letter.is_whitespace()).next() {
            Some("template") => template = true,
            Some("/template") => template = false,
            _ => {
                let names = if template { &mut files.later } else { &mut files.first };
                names.extend(fetched_by(tag).filter(|name| !names.contains(name)));
            }
        }
    }
    files
}

/// The tags of a page, without `<` and `>`. Comments are left out.
fn tags(page: &str) -> impl Iterator<Item = &str> {
    page.split("<!--")
        .enumerate()
        .map(|(number, part)| if number == 0 { part } else { part.split_once("-->").map_or("", |(_, after)| after) })
        .flat_map(|part| part.split('<').skip(1))
        .filter_map(|rest| rest.split('>').next())
}

/// The file that a tag makes the browser fetch, if it is a `link`, a `script` or an `img`. Of a folder, a script fetches what
/// it needs.
fn fetched_by(tag: &str) -> Option<String> {
    let (element, attributes) = tag.split_once(char::is_whitespace)?;
    let attribute = match element {
        "link" => "href=",
        "script" | "img" => "src=",
        _ => return None,
    };
    let (before, value) = attributes.split_once(attribute)?;
    if !before.is_empty() && !before.ends_with(char::is_whitespace) {
        return None;
    }
    // Minified pages have values without quotes.
    let value = match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => value.split(char::is_whitespace).next(),
    };
    value.filter(|name| !name.ends_with('/')).map(|name| name.trim_start_matches("./").to_owned())
}

fn gzipped(content: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(first: &[&str], later: &[&str]) -> Files {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Files { first: owned(first), later: owned(later) }
    }

    #[test]
    fn a_page_asks_for_what_it_shows_and_not_for_what_it_links_to() {
        let page = r#"<link rel="stylesheet" href="./style.css"> <a href="more.html">more</a>
            <!-- <script src="./old.js"></script> --><img alt="a picture" data-src="large.svg"> <img alt="a picture"
                 src="first.svg"><script src="./boot.js" defer></script><link href="./style.css" rel="preload">"#;
        assert_eq!(asked_for(page), files(&["index.html", "style.css", "first.svg", "boot.js"], &[]));
    }

    #[test]
    fn what_is_in_a_template_is_fetched_later() {
        let page = r#"<script src="./boot.js"></script><template id="engine"><script src="./worker.js"></script>
            <link rel=modulepreload href=./engine.js><link href=./engine_bg.wasm as=fetch><link href=./pictures/></template><img src="a.svg">"#;
        let later = ["worker.js", "engine.js", "engine_bg.wasm"];
        assert_eq!(asked_for(page), files(&["index.html", "boot.js", "a.svg"], &later));
    }
}
