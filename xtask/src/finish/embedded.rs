//! The page's sheets as an element in somebody else's document needs them.
//!
//! There, the document's root, its text size, the system's colours and the window's width are the host's. So what the sheets
//! say of them is said of the app's own root: its unit, its theme (the element finds out which one fits the host), its width.

use anyhow::{Result, ensure};

/// So wide, in pixels, is an `em` of a media query where people have not changed the size of their browser's text.
const PIXELS_AN_EM: f64 = 16.0;

/// One sheet of the page's, for an app whose root has the class `root` and its theme as `data-theme`.
pub fn embedded(sheet: &str) -> Result<String> {
    let sheet = themed(sheet)?.replace(":root", ".root");
    Ok(own_units(&by_own_width(&sheet)?))
}

/// The dark palette by the theme, not by the system.
fn themed(sheet: &str) -> Result<String> {
    let mut text = sheet.replace("(prefers-color-scheme: dark)", "(prefers-color-scheme:dark)");
    let mut found = false;
    while let Some(at) = text.find("(prefers-color-scheme:dark)") {
        let begin = text[..at].rfind("@media").unwrap_or(at);
        let open = text[at..].find('{').map_or(text.len(), |open| at + open);
        let end = end_of_block(&text, open);
        let inner = text[open + 1..end].replace(":root", ".root[data-theme=dark]");
        text.replace_range(begin..=end, &inner);
        found = true;
    }
    ensure!(found, "a sheet of the page has no dark palette");
    Ok(text)
}

/// Where the block ends that opens at `open`.
fn end_of_block(text: &str, open: usize) -> usize {
    let mut depth = 0;
    for (place, letter) in text[open..].char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 1 => return open + place,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len().saturating_sub(1)
}

/// What depends on the width of the window, by the width of the app.
fn by_own_width(sheet: &str) -> Result<String> {
    let begin = "@media screen and (max-width:";
    let mut text = String::new();
    let mut rest = sheet;
    while let Some((before, after)) = rest.split_once(begin) {
        text.push_str(before);
        let (width, after) = after.split_once("em)").unwrap_or(("", after));
        let width: f64 = width.trim().parse()?;
        text.push_str(&format!("@container (max-width:{}px)", width * PIXELS_AN_EM));
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

/// Lengths in the app's own unit.
fn own_units(sheet: &str) -> String {
    let mut text = String::new();
    let mut rest = sheet;
    while let Some((before, after)) = rest.split_once("rem") {
        let digits = before.bytes().rev().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let sign = usize::from(digits > 0 && before[..before.len() - digits].ends_with('-'));
        let number = before.len() - digits - sign;
        text.push_str(&before[..number]);
        match &before[number..] {
            "" => text.push_str("rem"),
            number => text.push_str(&format!("calc({number}*var(--rem))")),
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sheet_says_of_a_document_is_said_of_the_app() {
        let sheet = ":root{--ink:#000}@media screen and (prefers-color-scheme:dark){:root{--ink:#fff}}\
                     .a{margin:-1.5rem;width:calc(100% - 2rem);min-width:7.5em;content:\"remark\"}\
                     @media screen and (max-width: 47.5em){:root{--gap:.5rem}}";
        let told = ".root{--ink:#000}.root[data-theme=dark]{--ink:#fff}\
                    .a{margin:calc(-1.5*var(--rem));width:calc(100% - calc(2*var(--rem)));min-width:7.5em;content:\"remark\"}\
                    @container (max-width:760px){.root{--gap:calc(.5*var(--rem))}}";
        assert_eq!(embedded(sheet).unwrap(), told);
    }
}
