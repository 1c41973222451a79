//! Links that were written once always open, whatever becomes of the page.

use counterpoint::studio::PageLink;

use crate::desk::Desk;

/// Links of version 1 as the page wrote them, and as people type them. Lines are added and never changed: each stands in
/// somebody's text.
const LINKS: &str = include_str!("../links-of-version-1.txt");

#[test]
fn every_link_of_version_1_opens_to_the_letter() {
    let links: Vec<&str> = LINKS.lines().filter(|line| !line.is_empty()).collect();
    assert!(links.len() > 100, "{}", links.len());
    for link in links {
        let (said, problem) = PageLink::read(link);
        assert_eq!(problem, None, "{link}");
        let desk = Desk::open(link);
        assert_eq!(desk.panel().link_problem, None, "{link}");
        let name = if said.name.is_empty() { "rest-get-user" } else { &said.name };
        assert_eq!(desk.panel().name, name, "{link}");
        // What it says is what is written again: a link that was opened is a link that can be passed on.
        let (again, problem) = PageLink::read(&desk.link());
        assert_eq!(problem, None, "{link}");
        assert_eq!(again.edits, said.edits, "{link}");
        if let Some(at) = said.at {
            assert_eq!(desk.head(), at.min(desk.ended()), "{link}");
        }
        let (from, to) = (said.from.unwrap_or_default(), said.to.unwrap_or(desk.ended()).min(desk.ended()));
        if said.from.is_some() || said.to.is_some() {
            assert_eq!((desk.window().from, desk.window().to), (from, to), "{link}");
        }
        assert_eq!(desk.background(), said.background, "{link}");
        if let Some(selection) = said.selection {
            // Which message of the job has a number, the models may change.
            assert_eq!(desk.selection().job(), selection.job(), "{link}");
        }
    }
}
