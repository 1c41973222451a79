//! Scripts, styles and pages without what only people read.
//!
//! *Invariant:* by lines and not by letters: only comments that begin a line go, and the space before and after a line.
//! So nothing has to be known of strings and regular expressions, and lines, which can end a statement, stay. A text
//! that goes over several lines would lose its indentation; no script of the page has one.

/// In what the text is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Script,
    Style,
    Page,
}

/// The text without comments, indentation and empty lines.
pub fn without_comments(kind: Kind, text: &str) -> String {
    let (open, close) = if kind == Kind::Page { ("<!--", "-->") } else { ("/*", "*/") };
    let mut smaller = String::new();
    let mut in_comment = false;
    for line in text.lines() {
        let mut rest = line.trim();
        while in_comment || rest.starts_with(open) {
            let after = rest.split_once(close).map(|(_, after)| after.trim_start());
            in_comment = after.is_none();
            rest = after.unwrap_or_default();
            if in_comment {
                break;
            }
        }
        if rest.is_empty() || (kind == Kind::Script && rest.starts_with("//")) {
            continue;
        }
        smaller.push_str(rest);
        // A line of a style ends nothing where a sign does already.
        if kind != Kind::Style || !rest.ends_with(['{', '}', ';', ',']) {
            smaller.push('\n');
        }
    }
    smaller
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_keeps_its_strings_and_its_lines() {
        let script = "// The head.\n\n/**\n * @param {string} a\n */\nfunction f(a) {\n    return /[//*]/.test(a)\n}\n\
                      const b = 'http://a/*b*/'; // why\n  /* one */ f(b)\n";
        let smaller = "function f(a) {\nreturn /[//*]/.test(a)\n}\nconst b = 'http://a/*b*/'; // why\nf(b)\n";
        assert_eq!(without_comments(Kind::Script, script), smaller);
    }

    #[test]
    fn a_style_keeps_its_addresses() {
        let style = "/* The head,\n   on. */\na {\n  background: url(//b);\n}\n/* x */ /* y */ b {}\n";
        assert_eq!(without_comments(Kind::Style, style), "a {background: url(//b);}b {}");
    }

    #[test]
    fn a_page_keeps_its_text() {
        let page = "<p>\n  // no comment\n  <!-- one,\n  that is long -->\n</p>\n";
        assert_eq!(without_comments(Kind::Page, page), "<p>\n// no comment\n</p>\n");
    }
}
