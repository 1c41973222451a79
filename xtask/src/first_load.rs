//! What a visitor downloads before the page can be used, weighed as a static host sends it.

use crate::workspace::dist;
use anyhow::{Context, Result, ensure};
use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::Write;

/// What the first load is to weigh at most: bytes, each file by `gzip -9`. It does not yet, and the table says so.
const AIM: usize = 200_000;

/// What it may weigh until then, with a little room for the paths of the building machine that are in it. Every
/// release lowers it.
const CEILING: usize = 490_000;

/// Prints the weight of each file and of all, and gives their names; fails if they weigh too much.
pub fn report() -> Result<Vec<String>> {
    let names = files()?;
    let (mut all_raw, mut all_sent) = (0, 0);
    println!("\n  First load                          bytes   gzip -9");
    for name in &names {
        let content = fs::read(dist().join(name))
            .with_context(|| format!("index.html asks for {name}, which is not in dist/"))?;
        let sent = gzipped(&content)?;
        println!("  {name:32} {:>8}  {sent:>8}", content.len());
        all_raw += content.len();
        all_sent += sent;
    }
    println!("  {:32} {all_raw:>8}  {all_sent:>8}  of {AIM} aimed at", "all");
    if all_sent > AIM {
        println!("  The aim is missed by {} bytes; {CEILING} are allowed until it is met.", all_sent - AIM);
    }
    ensure!(all_sent <= CEILING, "the first load weighs {all_sent} bytes, more than the {CEILING} allowed");
    Ok(names)
}

/// The page, what it asks for, and what its scripts import.
fn files() -> Result<Vec<String>> {
    let page =
        fs::read_to_string(dist().join("index.html")).context("the page is not built: dist/index.html is missing")?;
    let mut names = vec![String::from("index.html")];
    for name in asked_for(&page) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// The files of ours that a page makes the browser fetch: by `link`, `script` and `img`, not by what can be clicked.
fn asked_for(page: &str) -> Vec<String> {
    let mut names = Vec::new();
    for tag in page.split('<').filter_map(|rest| rest.split('>').next()) {
        let attribute = match tag.split_whitespace().next() {
            Some("link") => "href",
            Some("script" | "img") => "src",
            _ => continue,
        };
        let name = tag.split_once(&format!(" {attribute}=\"")).and_then(|(_, rest)| rest.split('"').next());
        names.extend(name.map(|name| name.trim_start_matches("./").to_owned()));
    }
    names
}

fn gzipped(content: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_asks_for_what_it_shows_and_not_for_what_it_links_to() {
        let page = r#"<link rel="stylesheet" href="./style.css"> <a href="more.html">more</a>
            <img alt="a picture"
                 src="first.svg"><script src="./boot.js" defer></script>"#;
        assert_eq!(asked_for(page), ["style.css", "first.svg", "boot.js"]);
    }
}
