//! The page "Settings": every field that a scenario can have, with what can stand there, what it has when it is left out,
//! and what it means, for people.
//!
//! What only one section has stands in it, where it is first named; what several have stands once, at the end.
//!
//! *Invariant:* every field that is declared has one row, and every link within the page leads somewhere.

mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::metrics::sentence;
use crate::reading::kind::{Choice, Form, Kind, Object, Shape, Shown};
use crate::reading::{Need, Rule};
use crate::scenario::{Declarations, declarations};
use words::{default_of, meanings, words};

/// The page, but for what is walked from the declarations.
const FRAME: &str = include_str!("../../static/settings.html");
/// Where it has the contents, and where the sections.
const CONTENTS: &str = "<!-- contents -->";
const SECTIONS: &str = "<!-- sections -->";

/// What the fields of the scenario itself are about that are sections of their own.
const HEADINGS: [(&str, &str); 7] = [
    ("workload", "Workload"),
    ("network", "Network"),
    ("changes", "Faults"),
    ("notes", "Captions"),
    ("controls", "Parameters that the page offers"),
    ("view", "How it opens"),
    ("library", "The library"),
];

/// The whole page.
pub fn settings() -> String {
    let Declarations { head, side, protocols } = declarations();
    let each: Vec<String> =
        protocols.iter().map(|(name, _)| format!("<a href=\"#{name}\"><code>{name}</code></a>")).collect();
    let of_all = "All of a scenario but its <code>sides</code>: a list of two, each with what <a href=\"#side\">every side</a> \
        has and with the fields of its protocol.";
    let of_a_side = format!("{} A protocol is one of {}.", words(side.about), each.join(", "));
    let mut sections = vec![
        Section { id: "", heading: "The scenario itself".into(), about: of_all.into(), fields: (head.fields)() },
        Section { id: "side", heading: "Every side".into(), about: of_a_side, fields: (side.fields)() },
    ];
    for (name, settings) in &protocols {
        let heading = format!("A side of <code>{name}</code>");
        let about = format!("With <code>\"protocol\": \"{name}\"</code>.");
        sections.push(Section { id: name, heading, about, fields: (settings.fields)() });
    }
    let mut page = Page::of(&sections);
    sections.iter().for_each(|section| page.section(section));
    page.shared();
    FRAME.replace(CONTENTS, &page.contents()).replace(SECTIONS, &page.text)
}

/// Fields that stand together.
struct Section {
    id: &'static str,
    heading: String,
    about: String,
    fields: Vec<Shown>,
}

/// What has a place of its own, because it has fields or forms.
#[derive(Clone, Copy)]
enum Named<'k> {
    Object(&'k Object),
    Choice(&'k Choice),
}

impl Named<'_> {
    fn name(&self) -> &str {
        match self {
            Named::Object(object) => &object.name,
            Named::Choice(choice) => choice.name,
        }
    }

    /// All fields of it, whatever form it has.
    fn fields(&self) -> Vec<Shown> {
        match self {
            Named::Object(object) => (object.fields)(),
            Named::Choice(choice) => (choice.forms)().into_iter().flat_map(|form| fields_of(form.shape)).collect(),
        }
    }
}

fn fields_of(shape: Shape) -> Vec<Shown> {
    match shape {
        Shape::Plain(_) => Vec::new(),
        Shape::Said(_, fields) | Shape::Keyed(fields) | Shape::Within(fields) => fields,
    }
}

/// What of a kind has a place of its own.
fn named(kind: &Kind) -> Option<Named<'_>> {
    match kind {
        Kind::List(of) | Kind::Maybe(of) => named(of),
        Kind::Object(object) => Some(Named::Object(object)),
        Kind::Choice(choice) => Some(Named::Choice(choice)),
        _ => None,
    }
}

/// The names of all that has a place of its own and can be reached from these fields.
fn reach(fields: &[Shown], reached: &mut BTreeSet<String>) {
    for named in fields.iter().filter_map(|field| named(&field.kind)) {
        if reached.insert(named.name().to_owned()) {
            reach(&named.fields(), reached);
        }
    }
}

/// Where fields stand: the id of their place, how its fields are called from the section on, and the level of what is
/// placed within it.
#[derive(Clone)]
struct Place {
    id: String,
    path: String,
    inner: u8,
}

/// The page as far as it is written.
struct Page {
    text: String,
    /// Level, id and heading of each place.
    headings: Vec<(u8, String, String)>,
    /// In how many sections something is named.
    uses: BTreeMap<String, usize>,
    /// The id of the place of each that has one.
    ids: BTreeMap<String, String>,
    /// The places that are still to come of what several sections have.
    awaited: Vec<(Place, Kind)>,
}

impl Page {
    fn of(sections: &[Section]) -> Self {
        let mut uses = BTreeMap::new();
        for section in sections {
            let mut reached = BTreeSet::new();
            reach(&section.fields, &mut reached);
            reached.into_iter().for_each(|name| *uses.entry(name).or_default() += 1);
        }
        let (text, headings, ids, awaited) = Default::default();
        Page { text, headings, uses, ids, awaited }
    }

    fn heading(&mut self, level: u8, id: &str, heading: &str, about: &str) {
        self.text.push_str(&format!("<h{level} id=\"{id}\">{heading}</h{level}>\n<p>{about}</p>\n"));
        self.headings.push((level, id.to_owned(), heading.to_owned()));
    }

    fn section(&mut self, Section { id, heading, about, fields }: &Section) {
        // What the scenario itself holds is a section of its own.
        let (own, inner) = if id.is_empty() { ("scenario", 2) } else { (*id, 3) };
        self.heading(2, own, heading, about);
        self.fields(&Place { id: (*id).to_owned(), path: String::new(), inner }, fields);
    }

    fn shared(&mut self) {
        self.heading(2, "shared", "What several have", "Each of these is written alike wherever it is named.");
        self.heading(3, "time", "Time", words::TIME);
        while !self.awaited.is_empty() {
            let (place, kind) = self.awaited.remove(0);
            let heading = sentence(&place.id.replace('-', " "));
            if let Some(named) = named(&kind) {
                self.place(place, 3, &heading, named);
            }
        }
    }

    /// The rows of some fields, and then whatever they hold that needs a place and has none yet.
    fn fields(&mut self, place: &Place, fields: &[Shown]) {
        let mut inner = Vec::new();
        for field in fields {
            let Some(named) = named(&field.kind) else { continue };
            let name = named.name();
            if self.ids.contains_key(name) {
                continue;
            }
            let is_shared = self.uses[name] > 1;
            let of_it = match (is_shared, named) {
                (false, Named::Object(_)) => place.within(field.declared.name),
                _ => Place { id: words::id(name), path: String::new(), inner: 3 },
            };
            self.ids.insert(name.to_owned(), of_it.id.clone());
            match is_shared {
                true => self.awaited.push((of_it, field.kind.clone())),
                false => inner.push((of_it, field)),
            }
        }
        if !fields.is_empty() {
            let rows: String = fields.iter().map(|field| self.row(&place.id, field)).collect();
            self.text.push_str(&words::table(&rows));
        }
        for (of_it, field) in inner {
            let heading = match HEADINGS.iter().find(|(name, _)| *name == of_it.id) {
                Some((name, words)) => format!("{words}: <code>{name}</code>"),
                None if of_it.path.is_empty() => sentence(&of_it.id),
                None => format!("<code>{}</code>", of_it.path),
            };
            if let Some(named) = named(&field.kind) {
                self.place(of_it, place.inner, &heading, named);
            }
        }
    }

    fn place(&mut self, place: Place, level: u8, heading: &str, named: Named<'_>) {
        match named {
            Named::Object(object) => {
                self.heading(level, &place.id, heading, &words(object.about));
                self.fields(&place, &(object.fields)());
            }
            Named::Choice(choice) => {
                self.heading(level, &place.id, heading, &words(choice.about));
                let mut ids = BTreeSet::new();
                for form in (choice.forms)() {
                    let mut of_it = place.within(form.word);
                    // One word has two forms where it is told by other fields.
                    while !ids.insert(of_it.id.clone()) {
                        of_it.id.push_str("-or");
                    }
                    self.form(Place { path: place.path.clone(), ..of_it }, form);
                }
            }
        }
    }

    fn form(&mut self, place: Place, Form { word, about, shape }: Form) {
        let written = match &shape {
            Shape::Plain(kind) => sentence(&self.kind(kind, &Rule::Any)),
            Shape::Said(field, _) => format!("<code>{{ \"{field}\": \"{word}\", … }}</code>"),
            Shape::Keyed(_) => format!("<code>{{ \"{word}\": … }}</code>"),
            Shape::Within(_) => format!("<code>{{ \"{word}\": {{ … }} }}</code>"),
        };
        self.heading(4, &place.id, &written, &words(about));
        self.fields(&place, &fields_of(shape));
    }

    fn row(&self, place: &str, Shown { declared, kind, default }: &Shown) -> String {
        let id = format!("{}.{}", if place.is_empty() { "scenario" } else { place }, declared.name);
        let left_out = match declared.need {
            Need::Required => "It must be written.".to_owned(),
            Need::Defaulted => default_of(default, named(kind).is_some()),
        };
        format!(
            "<tr id=\"{id}\"><th scope=\"row\"><a href=\"#{id}\"><code>{}</code></a></th>\n<td>{}{}</td>\n<td>{}. {left_out}</td></tr>\n",
            declared.name.replace('_', "_<wbr>"),
            words(declared.meaning),
            meanings(kind),
            sentence(&self.kind(kind, &declared.rule)),
        )
    }

    /// What can stand in a field: a link to the place of what has one.
    fn kind(&self, kind: &Kind, rule: &Rule) -> String {
        match kind {
            Kind::List(of) => {
                let (bounds, each) = match rule {
                    Rule::List(least, most, each) => (words::entries(*least, *most), *each),
                    _ => (String::new(), &Rule::Any),
                };
                format!("a list{bounds}, each of them {}", self.kind(of, each))
            }
            Kind::Maybe(of) => format!("{}, or <code>null</code>", self.kind(of, rule)),
            _ => match named(kind) {
                Some(named) => {
                    let (id, is_shared) = (&self.ids[named.name()], self.uses[named.name()] > 1);
                    let (before, name) = match named {
                        Named::Object(_) if is_shared => ("an object with the fields of ", id.replace('-', " ")),
                        Named::Object(_) => ("an object with ", "these fields".to_owned()),
                        Named::Choice(_) => ("one of the forms of ", id.replace('-', " ")),
                    };
                    format!("{before}<a href=\"#{id}\">{name}</a>")
                }
                None => words::simple(kind, rule),
            },
        }
    }

    /// Every section, each with what has a place in it.
    fn contents(&self) -> String {
        let mut lines = Vec::<String>::new();
        for (level, id, heading) in &self.headings {
            let link = format!("<a href=\"#{id}\">{heading}</a>");
            match (level, lines.last_mut()) {
                (2, _) | (_, None) => lines.push(link),
                (3, Some(line)) => line.push_str(&format!(" · {link}")),
                _ => {}
            }
        }
        lines.into_iter().map(|line| format!("<li>{line}</li>\n")).collect()
    }
}

impl Place {
    /// The place of what stands in a field.
    fn within(&self, field: &str) -> Place {
        let joined = |to: &str, by: &str| if to.is_empty() { field.to_owned() } else { format!("{to}{by}{field}") };
        // The fields of a scenario's own sections are called from the section on, as those of a side are.
        let path = if self.id.is_empty() { String::new() } else { joined(&self.path, ".") };
        Place { id: joined(&self.id, "-"), path, inner: 3 }
    }
}
