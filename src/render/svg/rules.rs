//! What the rules of `static/scene.css` come to for one element, without variables.
//!
//! The page leaves it to the browser to work them out. Of the other programs that draw SVG few know custom properties,
//! and none knows what an element has from two classes at once, so a file says of each element what comes out.
//!
//! *Invariant:* no colour stands here. Palette and rules are read from the sheet, which is ours and has one rule a line.

use super::RULES;

/// The colours in which a picture is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    Light,
    Dark,
    /// Those that a reader has chosen for everything on the screen.
    Forced,
}

/// What is said of an element: properties and their values, none of them a variable.
pub(super) type Style = Vec<(&'static str, String)>;

/// As a sheet says it: properties and values, variables among both.
type Declarations = Vec<(&'static str, &'static str)>;

pub(super) struct Rules {
    rules: Vec<Rule>,
    light: Declarations,
    dark: Declarations,
    forced: Declarations,
}

struct Rule {
    /// Classes that an element must have, and before them those that a group around it must have.
    selectors: Vec<Vec<Vec<&'static str>>>,
    declarations: Declarations,
}

impl Rules {
    pub(super) fn read() -> Rules {
        let mut rules = Rules { rules: Vec::new(), light: Vec::new(), dark: Vec::new(), forced: Vec::new() };
        for line in RULES.lines().filter(|line| !line.starts_with("/*")) {
            match line.strip_prefix('@').and_then(|line| line.split_once('{')) {
                Some((query, rule)) => {
                    let palette = if query.contains("dark") { &mut rules.dark } else { &mut rules.forced };
                    *palette = parts(rule).1;
                }
                None => {
                    let (selectors, declarations) = parts(line);
                    if selectors == ":root" {
                        rules.light = declarations;
                    } else {
                        let selectors = selectors.split(',').map(steps).collect();
                        rules.rules.push(Rule { selectors, declarations });
                    }
                }
            }
        }
        rules
    }

    /// What an element of these classes is drawn with, in a group of those, if anything is said of it.
    pub(super) fn style(&self, ground: Ground, around: &[&str], classes: &[&str]) -> Style {
        let mut met: Vec<(usize, &Declarations)> = Vec::new();
        for rule in &self.rules {
            let weights = rule.selectors.iter().filter_map(|selector| weight(selector, around, classes));
            met.extend(weights.max().map(|weight| (weight, &rule.declarations)));
        }
        // Stable: of two that weigh the same, the later one wins.
        met.sort_by_key(|(weight, _)| *weight);
        let all: Declarations = met.into_iter().flat_map(|(_, declarations)| declarations).copied().collect();
        let mut style = Style::new();
        for (property, value) in all.iter().filter(|(property, _)| !property.starts_with("--")) {
            style.retain(|(known, _)| known != property);
            style.push((property, self.literal(value, ground, &all)));
        }
        style
    }

    /// What the whole picture has when colours are forced, besides those.
    pub(super) fn when_forced(&self) -> impl Iterator<Item = &(&'static str, &'static str)> {
        self.forced.iter().filter(|(property, _)| !property.starts_with("--"))
    }

    /// A value with each variable replaced: by what the element says of it, or the picture, or the palette.
    fn literal(&self, value: &str, ground: Ground, own: &Declarations) -> String {
        let Some((before, rest)) = value.split_once("var(") else {
            return value.to_owned();
        };
        let (name, after) = rest.split_once(')').unwrap_or((rest, ""));
        let said = |by: &Declarations| by.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let whole = |rule: &Rule| rule.selectors.contains(&steps("cp-scene"));
        let picture = self.rules.iter().filter(|rule| whole(rule)).find_map(|rule| said(&rule.declarations));
        let palette = match ground {
            Ground::Light => &self.light,
            Ground::Dark => &self.dark,
            Ground::Forced => &self.forced,
        };
        let found = said(own).or(picture).or(said(palette)).expect("the sheet names all that it uses");
        format!("{before}{}{}", self.literal(found, ground, own), self.literal(after, ground, own))
    }
}

/// What stands before the braces of a rule, and what is said between them.
fn parts(rule: &'static str) -> (&'static str, Declarations) {
    let (selectors, body) = rule.split_once('{').unwrap_or((rule, ""));
    let declarations = body.trim_end_matches('}').split(';').filter_map(|declaration| declaration.split_once(':'));
    (selectors, declarations.collect())
}

/// `.a .b.c` as the classes of each step.
fn steps(selector: &'static str) -> Vec<Vec<&'static str>> {
    selector.split(' ').map(|step| step.split('.').filter(|class| !class.is_empty()).collect()).collect()
}

/// By how many classes a selector means an element in a group, if it does.
fn weight(selector: &[Vec<&str>], around: &[&str], classes: &[&str]) -> Option<usize> {
    let (last, before) = selector.split_last()?;
    let has_all = |wanted: &[&str], classes: &[&str]| wanted.iter().all(|class| classes.contains(class));
    let is_met = has_all(last, classes) && before.iter().all(|step| has_all(step, around));
    is_met.then(|| selector.iter().map(Vec::len).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_more_classes_wins_and_a_variable_is_what_it_stands_for() {
        let rules = Rules::read();
        let said = |ground, around: &[&str], classes: &[&str], property: &str| {
            let style = rules.style(ground, around, classes);
            style.into_iter().find(|(known, _)| *known == property).map(|(_, value)| value)
        };
        let colour =
            |name: &str| rules.dark.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let label = ["cp-label-text", "cp-queued", "cp-small"];
        assert_eq!(said(Ground::Dark, &[], &label, "fill"), colour("--cp-mute"));
        assert_eq!(said(Ground::Dark, &[], &label[..2], "fill"), colour("--cp-async"));
        assert_eq!(said(Ground::Forced, &[], &label[..1], "fill").as_deref(), Some("CanvasText"));
        assert_eq!(said(Ground::Light, &["cp-signs"], &["cp-plate"], "stroke").as_deref(), Some("none"));
        assert_ne!(said(Ground::Light, &[], &["cp-plate"], "stroke").as_deref(), Some("none"));
        assert_eq!(said(Ground::Light, &["cp-clock"], &[], "fill"), None);
    }
}
