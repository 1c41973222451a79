//! The classes of a file: one for each way in which something looks in it.
//!
//! *Invariant:* an element has one class and a class one rule, so no program has to weigh one rule against another.
//! Every class and id begins with [`MARK`], which becomes the file's own prefix, so two files on one page share none.

use super::Theme;
use super::rules::{Ground, Rules, Style};
use crate::scene::Shape;
use crate::scene::markup::{Dress, Element};

/// The character that stands for the file's prefix until the file is whole. No text can contain it.
pub(super) const MARK: char = '\u{1}';

pub(super) struct Wardrobe {
    rules: Rules,
    theme: Theme,
    /// The sheet's classes of the group that shapes are being put into.
    group: Vec<&'static str>,
    /// For the sheet's classes of a group and of an element in it, the place of the file's class in `worn`; nothing if
    /// no rule concerns such an element.
    known: Vec<([Vec<&'static str>; 2], Option<usize>)>,
    /// The classes of the file.
    worn: Vec<Worn>,
}

/// One class of the file.
struct Worn {
    name: String,
    /// The first of the sheet's classes, from which the name is made.
    word: &'static str,
    /// How it looks in the theme's colours, in the dark, and in forced colours.
    styles: [Style; 3],
}

impl Wardrobe {
    /// With the rules of the scene's sheet, and of another one.
    pub(super) fn new(theme: Theme, more: &'static str) -> Self {
        Wardrobe { rules: Rules::read(more), theme, group: Vec::new(), known: Vec::new(), worn: Vec::new() }
    }

    /// The file's class for an element that has these classes in the sheet; nothing if no rule concerns it.
    pub(super) fn class(&mut self, classes: &[&'static str]) -> Option<String> {
        let lists = [self.group.clone(), classes.to_vec()];
        let known = self.known.iter().find(|(known, _)| *known == lists).map(|(_, place)| *place);
        let place = known.unwrap_or_else(|| {
            let place = self.put_on(&lists);
            self.known.push((lists, place));
            place
        });
        place.map(|place| format!("{MARK}-{}", self.worn[place].name))
    }

    fn put_on(&mut self, [around, classes]: &[Vec<&'static str>; 2]) -> Option<usize> {
        let style = |ground| self.rules.style(ground, around, classes);
        let base = style(self.ground());
        let word = classes.first().copied().filter(|_| !base.is_empty())?;
        let styles = [base, style(Ground::Dark), style(Ground::Forced)];
        if let Some(place) = self.worn.iter().position(|worn| worn.word == word && worn.styles == styles) {
            return Some(place);
        }
        let stem = word.trim_start_matches("cp-");
        let mut names = (1..).map(|number| if number == 1 { stem.to_owned() } else { format!("{stem}-{number}") });
        let name = names.find(|name| self.worn.iter().all(|worn| worn.name != *name))?;
        self.worn.push(Worn { name, word, styles });
        Some(self.worn.len() - 1)
    }

    fn ground(&self) -> Ground {
        match self.theme {
            Theme::Light | Theme::Auto => Ground::Light,
            Theme::Dark => Ground::Dark,
        }
    }

    /// The class attribute for these classes of the sheet, with a blank before it; empty if no rule concerns them.
    pub(super) fn attribute(&mut self, classes: &[&'static str]) -> String {
        self.class(classes).map_or_else(String::new, |class| format!(" class=\"{class}\""))
    }

    /// Whether anything is filled with the pattern of this id.
    pub(super) fn wears_pattern(&self, id: &str) -> bool {
        let url = format!("url(#{id})");
        self.worn.iter().any(|worn| worn.styles[0].iter().any(|(_, value)| *value == url))
    }

    /// The rules of the file: in the theme's colours, and then what differs from them in the dark and in forced
    /// colours.
    pub(super) fn sheet(&self) -> String {
        let root = self.rules.style(self.ground(), &[], &["cp-scene"]);
        let scheme = match self.theme {
            Theme::Light => "color-scheme:light",
            Theme::Dark => "color-scheme:dark",
            Theme::Auto => "color-scheme:light dark;print-color-adjust:exact",
        };
        let mut sheet = format!(".{MARK}{{{scheme};max-width:100%;height:auto;{}}}\n", declared(&root));
        for worn in &self.worn {
            sheet.push_str(&format!("{}\n", rule(&worn.name, &worn.styles[0])));
        }
        if self.theme == Theme::Auto {
            let rules = self.otherwise(1);
            sheet.push_str(&format!("@media screen and (prefers-color-scheme:dark){{\n{rules}}}\n"));
        }
        let whole: Vec<String> = self.rules.when_forced().map(|(name, value)| format!("{name}:{value}")).collect();
        let rules = self.otherwise(2);
        let forced = format!("@media (forced-colors:active){{\n.{MARK}{{{}}}\n{rules}}}\n", whole.join(";"));
        sheet.push_str(&forced);
        sheet.replace("url(#cp-", &format!("url(#{MARK}-"))
    }

    /// The rules of the classes that look different in the colours at `place`, as far as they do.
    fn otherwise(&self, place: usize) -> String {
        let mut rules = String::new();
        for worn in &self.worn {
            let other = worn.styles[place].iter().filter(|said| !worn.styles[0].contains(said));
            let other: Style = other.cloned().collect();
            if !other.is_empty() {
                rules.push_str(&format!("{}\n", rule(&worn.name, &other)));
            }
        }
        rules
    }
}

fn rule(name: &str, style: &Style) -> String {
    format!(".{MARK}-{name}{{{}}}", declared(style))
}

fn declared(style: &Style) -> String {
    style.iter().map(|(property, value)| format!("{property}:{value}")).collect::<Vec<_>>().join(";")
}

impl Dress for Wardrobe {
    fn open_group(&mut self, text: &mut String, class: &'static str) {
        self.group.clear();
        let classes: Vec<&'static str> = class.split(' ').collect();
        let attribute = self.attribute(&classes);
        self.group = classes;
        text.push_str(&format!("<g{attribute}>\n"));
    }

    fn dress(&mut self, element: &mut Element<'_>, shape: &Shape) {
        if !shape.name.is_empty() {
            element.name("id", &format!("{MARK}-{}", shape.key));
            element.name("role", "graphics-symbol img");
        }
        let classes: Vec<&'static str> = shape.classes().collect();
        if let Some(class) = self.class(&classes) {
            element.name("class", &class);
        }
    }
}
