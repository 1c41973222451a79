//! What the rules of `static/scene.css` come to for one element, without variables.
//!
//! In the page, the browser works that out. Of the other programs that draw SVG few know custom properties, and none
//! works out what an element has from two classes at once, so a file says of each element what comes out.
//!
//! *Invariant:* no colour stands here. Palette and rules are read from the sheet, which is ours and has one rule a
//! line.

use super::RULES;
use crate::sorting;

/// The colours in which a picture is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    Light,
    Dark,
    /// The few colours that a reader has chosen for everything on the screen.
    Forced,
}

/// How an element looks: properties and their values, without variables.
pub(super) type Style = Vec<(&'static str, String)>;

/// Properties and values as the sheet has them. Both may be variables.
type Declarations = Vec<(&'static str, &'static str)>;

pub(super) struct Rules {
    rules: Vec<Rule>,
    light: Declarations,
    dark: Declarations,
    forced: Declarations,
}

struct Rule {
    /// For each selector its steps: the last has the classes that an element must have, those before it the classes
    /// that a group around the element must have.
    selectors: Vec<Vec<Vec<&'static str>>>,
    declarations: Declarations,
}

impl Rules {
    /// Those of the scene's sheet, and of another one that is written as it is.
    pub(super) fn read(more: &'static str) -> Rules {
        let mut rules = Rules { rules: Vec::new(), light: Vec::new(), dark: Vec::new(), forced: Vec::new() };
        for line in RULES.lines().chain(more.lines()).filter(|line| !line.starts_with("/*")) {
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

    /// How an element with these classes looks in a group with the classes `around`; empty if no rule concerns it.
    pub(super) fn style(&self, ground: Ground, around: &[&str], classes: &[&str]) -> Style {
        let mut met: Vec<(usize, &Declarations)> = Vec::new();
        for rule in &self.rules {
            let weights = rule.selectors.iter().filter_map(|selector| weight(selector, around, classes));
            met.extend(weights.max().map(|weight| (weight, &rule.declarations)));
        }
        // The sort is stable: of two rules that weigh the same, the later one wins.
        sorting::sort_by_key(&mut met, |(weight, _)| *weight);
        let all: Declarations = met.into_iter().flat_map(|(_, declarations)| declarations).copied().collect();
        let mut style = Style::new();
        for (property, value) in all.iter().filter(|(property, _)| !property.starts_with("--")) {
            style.retain(|(known, _)| known != property);
            style.push((property, self.literal(value, ground, &all)));
        }
        style
    }

    /// The properties that the whole picture has only in forced colours.
    pub(super) fn when_forced(&self) -> impl Iterator<Item = &(&'static str, &'static str)> {
        self.forced.iter().filter(|(property, _)| !property.starts_with("--"))
    }

    /// A value with each variable replaced by its own value, which the element has, or the picture, or the palette.
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

/// The selectors of a rule, and the declarations between its braces.
fn parts(rule: &'static str) -> (&'static str, Declarations) {
    let (selectors, body) = rule.split_once('{').unwrap_or((rule, ""));
    let declarations = body.trim_end_matches('}').split(';').filter_map(|declaration| declaration.split_once(':'));
    (selectors, declarations.collect())
}

/// The classes of each step of a selector: `.a .b.c` has the steps `[a]` and `[b, c]`.
fn steps(selector: &'static str) -> Vec<Vec<&'static str>> {
    selector.split(' ').map(|step| step.split('.').filter(|class| !class.is_empty()).collect()).collect()
}

/// How many classes a selector names, if it means an element with these classes in a group with the classes `around`.
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
        let rules = Rules::read("");
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
