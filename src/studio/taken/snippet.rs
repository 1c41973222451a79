//! What is shown, as a text for somewhere else: a command, or what to put into a page.
//!
//! *Invariant:* every text says what a link says, and nothing of it is lost: what an attribute could not hold is said by the
//! link itself.

use std::fmt::Write;

use super::Wanted;
use crate::desk::own_field;
use crate::render::embed;
use crate::studio::link;

/// Where a text is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Html,
    Frame,
    MdBook,
    MkDocs,
    Sphinx,
    Mdx,
}

impl Place {
    pub const ALL: [Place; 6] = [Place::Html, Place::Frame, Place::MdBook, Place::MkDocs, Place::Sphinx, Place::Mdx];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Place::Html => "Any page",
            Place::Frame => "A frame",
            Place::MdBook => "mdBook",
            Place::MkDocs => "Material for MkDocs, Zensical",
            Place::Sphinx => "Sphinx",
            Place::Mdx => "Docusaurus, Starlight",
        }
    }

    /// What has to be done once, before a text of this kind has an effect.
    pub fn before(self) -> &'static str {
        match self {
            Place::Html | Place::Mdx => {
                "Copy the built page, or the npm package counterpoint-diagram, to the folder counterpoint/ of your site."
            }
            Place::MkDocs => {
                "Once: mkdocs_counterpoint.py as a hook (for Zensical, as a custom fence), and the built page in \
                 docs/counterpoint/ (docs/embedding.md). The block becomes a picture with the live diagram over it."
            }
            Place::Frame => "For hosts that allow frames and no scripts.",
            Place::MdBook => {
                "Once: counterpoint mdbook install. The block becomes a picture with the live diagram over it."
            }
            Place::Sphinx => {
                "Once: the extension sphinx_counterpoint, and the built page in _static/counterpoint/ (docs/embedding.md). \
                 The directive becomes a picture with the live diagram over it."
            }
        }
    }
}

/// How the diagram is to look there. A word that is empty leaves it to the element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dress {
    pub controls: String,
    pub theme: String,
    pub side: String,
}

/// A link, taken apart.
struct Said {
    name: String,
    /// Seed, moment, window and job, by the names that link, element and command have for them.
    values: Vec<(String, String)>,
    sets: Vec<String>,
}

impl Said {
    fn of(link: &str) -> Said {
        let mut fields = link.split('&');
        let mut said = Said { name: decoded(fields.next().unwrap_or_default()), values: Vec::new(), sets: Vec::new() };
        for field in fields {
            match field.split_once('=') {
                Some(("set", assignment)) => said.sets.push(decoded(assignment)),
                Some((key @ ("seed" | "at" | "from" | "to" | "job" | "background"), value)) => {
                    said.values.push((key.to_owned(), decoded(value)));
                }
                _ => {}
            }
        }
        said
    }

    /// Whether attributes can say the same as the link.
    fn is_plain(&self) -> bool {
        self.sets.iter().all(|set| !set.contains([';', '&', '%']))
    }
}

/// The command line that writes the same file. `scale` is that of a PNG.
#[inline(never)]
pub fn command(link: &str, wanted: &Wanted, scale: u32, output: &str) -> String {
    let said = Said::of(link);
    let file = if wanted.own.is_empty() { said.name.clone() } else { format!("{}.json", said.name) };
    let mut text = format!("counterpoint run {}", quoted(&file));
    let mut option = |key: &str, value: &str| {
        let _ = write!(text, " --{key} {}", quoted(value));
    };
    let Wanted { format, side, width, theme, at, .. } = wanted;
    said.values.iter().filter(|(key, _)| key == "seed").for_each(|(key, value)| option(key, value));
    said.sets.iter().for_each(|set| option("set", set));
    option("format", format);
    if !side.is_empty() {
        option("side", side);
    }
    let is_picture = matches!(format.as_str(), "svg" | "png");
    if is_picture {
        option("width", &width.to_string());
        if theme != "auto" {
            option("theme", theme);
        }
    }
    if format == "png" {
        option("scale", &scale.to_string());
    }
    let mut as_linked = |keys: &[&str]| {
        said.values.iter().filter(|(key, _)| keys.contains(&key.as_str())).for_each(|(key, value)| option(key, value));
    };
    if is_picture {
        as_linked(&["job", "background"]);
    }
    if is_picture || format == "story" {
        as_linked(&["from", "to"]);
    }
    if (is_picture || format == "story") && !at.is_empty() {
        option("at", at);
    }
    option("output", output);
    text
}

/// What to put into a page. `own` is the scenario that the link means, as JSON, if it is not built in; `page` is the address of
/// this one.
#[inline(never)]
pub fn snippet(place: Place, link: &str, own: &str, dress: &Dress, page: &str) -> String {
    let said = Said::of(link);
    let is_own = !own.is_empty();
    match place {
        Place::Html => {
            let script = "<script type=\"module\" src=\"counterpoint/counterpoint-diagram.js\"></script>\n";
            format!("{script}{}", element(link, own, dress))
        }
        Place::MkDocs => {
            let words = attributes(&said, link, own, dress).into_iter();
            let words: Vec<String> = words.map(|(key, value)| format!("{key}=\"{value}\"")).collect();
            format!("```counterpoint {}\n{}```", words.join(" "), in_lines(own, ""))
        }
        Place::Mdx => {
            let head = "<script type=\"module\" src=\"/counterpoint/counterpoint-diagram.js\"></script>";
            format!("<!-- once, in the head: {head} -->\n{}", element(link, own, dress))
        }
        Place::Sphinx => {
            let mut text = format!(".. counterpoint:: {}", if is_own { "" } else { &said.name });
            let named = usize::from(!is_own);
            for (key, value) in attributes(&said, link, own, dress).iter().skip(named) {
                let _ = write!(text, "\n   :{key}: {value}");
            }
            if is_own {
                let _ = write!(text, "\n\n{}", in_lines(own, "   "));
            }
            text
        }
        Place::Frame => {
            let mut address = format!("{page}?embed");
            for (key, value) in dress.words() {
                let _ = write!(address, "&{key}={value}");
            }
            embed::frame(&format!("{address}#{link}"), &said.name)
        }
        Place::MdBook => {
            let mut words = String::new();
            let sets = said.sets.iter().map(|set| (String::from("set"), set.clone()));
            let others =
                attributes(&said, link, own, dress).into_iter().filter(|(key, _)| key != "scenario" && key != "set");
            for (key, value) in others.chain(sets) {
                let value = if value.contains(' ') { format!("\"{value}\"") } else { value };
                let _ = write!(words, "{}{key}={value}", if words.is_empty() { "" } else { " " });
            }
            let options = if words.is_empty() { words } else { format!(" {{{words}}}") };
            let name = if is_own { String::new() } else { format!(" {}", said.name) };
            format!("```counterpoint{name}{options}\n{}```", in_lines(own, ""))
        }
    }
}

/// The element, with a scenario in it that is not built in.
fn element(link: &str, own: &str, dress: &Dress) -> String {
    let attributes = attributes(&Said::of(link), link, own, dress);
    // JSON has this sign in texts only, and there it may be written so; HTML would end the script by it.
    let within = match own.is_empty() {
        true => String::new(),
        false => format!("<script type=\"application/json\">\n{}</script>", in_lines(&own.replace("</", "<\\/"), "")),
    };
    embed::element(attributes.iter().map(|(key, value)| (key.as_str(), value.as_str())), &within)
}

/// A text with each of its lines moved in and ended; none of them is empty, for to some hosts that is the end.
fn in_lines(text: &str, indent: &str) -> String {
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("{indent}{line}\n")).collect()
}

/// The attributes of the element; the first names the scenario, unless that is in the element.
fn attributes(said: &Said, link: &str, own: &str, dress: &Dress) -> Vec<(String, String)> {
    let mut all = Vec::new();
    if said.is_plain() {
        if own.is_empty() {
            all.push((String::from("scenario"), said.name.clone()));
        }
        all.extend(said.values.iter().cloned());
        if !said.sets.is_empty() {
            all.push((String::from("set"), said.sets.join("; ")));
        }
    } else {
        let fields: Vec<&str> = link.split('&').filter(|field| *field != own_field(link)).collect();
        all.push((String::from("link"), fields.join("&")));
    }
    all.extend(dress.words().map(|(key, value)| (key.to_owned(), value.to_owned())));
    all
}

impl Dress {
    fn words(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let words = [("controls", &self.controls), ("theme", &self.theme), ("side", &self.side)];
        words.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (key, value.as_str()))
    }
}

/// For a shell, if it needs that.
fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_=.,:/@+".contains(letter);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

/// A part of a link without its escapes. One that is not well encoded stays as it is.
fn decoded(text: &str) -> String {
    link::decoded(text).unwrap_or_else(|| text.to_owned())
}
