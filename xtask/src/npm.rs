//! The built page as a package for npm, ready to be published: a script that defines the element, its types, and
//! everything that it fetches beside it.
//!
//! It is the whole page, for the element leads to it, and a frame shows it. There is nothing for a bundler to do: the script
//! finds its files by its own address, so the folder is copied as it is to where a site keeps what is static.

use crate::workspace::{dist, root};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Where the types of the element are written by hand.
const TYPES: &str = "static/counterpoint-diagram.d.ts";

/// The package's folder.
pub fn folder() -> PathBuf {
    root().join("target/npm")
}

/// Makes the package from what is in `dist/`.
pub fn pack() -> Result<()> {
    let folder = folder();
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    copy(&dist(), &folder)?;
    for file in [TYPES, "LICENSE-APACHE", "LICENSE-MIT"] {
        let name = Path::new(file).file_name().context("these are names of files")?;
        fs::copy(root().join(file), folder.join(name)).with_context(|| format!("{file} cannot be copied"))?;
    }
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    fs::write(folder.join("package.json"), package(&manifest)?)?;
    fs::write(folder.join("README.md"), README)?;
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &target)?,
            false => fs::copy(entry.path(), target).map(drop)?,
        }
    }
    Ok(())
}

/// What the package is, with the version and the words of the crate.
fn package(manifest: &str) -> Result<String> {
    let field = |name: &str| {
        let line = manifest.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix("= "));
        line.with_context(|| format!("Cargo.toml has no {name}"))
    };
    Ok(format!(
        r#"{{
  "name": "counterpoint-diagram",
  "version": {},
  "description": {},
  "license": {},
  "type": "module",
  "exports": {{
    ".": {{ "types": "./counterpoint-diagram.d.ts", "default": "./counterpoint-diagram.js" }},
    "./*": "./*"
  }},
  "types": "./counterpoint-diagram.d.ts",
  "sideEffects": ["./counterpoint-diagram.js"],
  "keywords": ["sequence-diagram", "custom-element", "message-queue", "simulation", "documentation"]
}}
"#,
        field("version")?,
        field("description")?,
        field("license")?,
    ))
}

const README: &str = r#"# counterpoint-diagram

A live diagram of the same work, asked and queued, as an element for any page.

Copy this folder to where your site keeps what is static, as it is: the script finds the other files by its own address,
and a bundler must not change their names.

```html
<script type="module" src="/counterpoint-diagram/counterpoint-diagram.js"></script>
<counterpoint-diagram scenario="order-emails"><img src="order-emails.svg" alt="…"></counterpoint-diagram>
```

A host has to serve `.wasm` as `application/wasm`, and a content policy has to allow
`script-src 'self' 'wasm-unsafe-eval'`. The types say what attributes and events there are.
"#;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str) -> String {
        fs::read_to_string(root().join(file)).unwrap()
    }

    #[test]
    fn a_package_has_the_version_and_the_words_of_the_crate() {
        let package = package("name = \"x\"\nversion = \"1.2.3\"\ndescription = \"A \\\"b\\\".\"\nlicense = \"MIT\"\n");
        let package = package.unwrap();
        for line in [r#"  "version": "1.2.3","#, r#"  "description": "A \"b\".","#, r#"  "license": "MIT","#] {
            assert!(package.contains(line), "{package}");
        }
    }

    #[test]
    fn types_and_documentation_have_all_attributes_and_events_of_the_element_and_no_others() {
        let (script, types) = (read("static/counterpoint-diagram.js"), read(TYPES));
        let documentation = read("docs/embedding.md");
        let between = |text: &str, begin: &str, end: &str| {
            let rest = text.split_once(begin).unwrap().1.to_owned();
            rest.split_once(end).unwrap().0.to_owned()
        };
        let mut attributes: Vec<String> =
            between(&script, "observedAttributes =\n    \"", "\"").split(' ').map(str::to_owned).collect();
        let typed = between(&types, "interface CounterpointDiagramAttributes {", "\n}");
        let mut of_types: Vec<String> =
            typed.lines().filter_map(|line| Some(line.trim().split_once("?: ")?.0.to_owned())).collect();
        attributes.sort();
        of_types.sort();
        assert_eq!(attributes, of_types);
        let (_, element) = documentation.split_once("## The element").unwrap();
        let element = element.split("\n## ").next().unwrap();
        let is_documented =
            |name: &str| [format!("`{name}`"), format!("`{name}=")].iter().any(|it| element.contains(it));
        assert_eq!(attributes.iter().find(|name| !is_documented(name)), None);
        // What the app tells (src/ui/app.rs), and what the script adds.
        let app = read("src/ui/app.rs");
        for event in between(&types, "interface CounterpointDiagramEvents {", "\n}").lines() {
            let Some(name) = event.trim().strip_prefix("\"counterpoint-").and_then(|rest| rest.split('"').next())
            else {
                continue;
            };
            let told = format!("\"{name}\"");
            assert!(app.contains(&told) || script.contains(&told), "nobody tells {name}");
            assert!(is_documented(&format!("counterpoint-{name}")), "nobody is told of {name}");
        }
    }
}
