//! What Trunk leaves to be done when it has built the page: it calls this (Trunk.toml), so that a plain `trunk build`
//! has it too.
//!
//! The recordings of the built-in scenarios come beside it, and the words by which they are introduced into it. What
//! browsers do not need goes: comments, indentation, and the long names by which a module and its script know each
//! other. Then each file gets a name by its content. Trunk's own minifier cannot read what wasm-bindgen writes, and
//! Trunk names a module by what it was before wasm-bindgen and wasm-opt, and a worker's not at all: a cache could then
//! give an old file to a new page.

mod embedded;
mod names;
mod split;
mod text;
mod workshop;

use crate::workspace::{cargo, run};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// Files that are fetched by the names that they have in the repository: a link leads to them, or a script imports them.
const LINKED: [&str; 5] = ["modelled.html", "systems.html", "settings.html", "modelled.css", "made.js"];

/// Finishes the build that Trunk is about to put in its place.
pub fn finish() -> Result<()> {
    let folder = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from);
    let folder = folder.context("this task is called by Trunk, which says where the page is")?;
    run(cargo(&["run", "--quiet", "--locked", "--example", "covers", "--"]).arg(folder.join("covers")))?;
    let mut files = read(&folder)?;
    introduce(&mut files)?;
    split(&mut files)?;
    dress(&mut files)?;
    // A build for debugging keeps what helps to debug.
    if std::env::var_os("TRUNK_PROFILE").is_some_and(|profile| profile == "release") {
        shrink(&mut files)?;
    }
    // It is short as it is made, and its comment stays.
    let script = folder.join(WORKSHOP);
    workshop::bundle(&script)?;
    files.insert(String::from(WORKSHOP), fs::read(script)?);
    let mut named = named_by_content(files)?;
    let page = evidence(utf8("index.html", &named["index.html"])?)?;
    named.insert(String::from("evidence.html"), page.into_bytes());
    write(&folder, &named)
}

/// What the workshop is called before it has a hash.
const WORKSHOP: &str = "workshop.js";

/// A site: names, some with the folder they are in, and contents.
type Files = BTreeMap<String, Vec<u8>>;

fn read(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let name = name.into_string().ok().context("a file's name is not text")?;
        let path = folder.join(&name);
        if path.is_dir() {
            files.extend(read(&path)?.into_iter().map(|(inner, content)| (format!("{name}/{inner}"), content)));
        } else {
            let content = fs::read(path).with_context(|| format!("{name} cannot be read"))?;
            files.insert(name, content);
        }
    }
    Ok(files)
}

fn write(folder: &Path, files: &Files) -> Result<()> {
    fs::remove_dir_all(folder)?;
    for (name, content) in files {
        let path = folder.join(name);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, content).with_context(|| format!("{name} cannot be written"))?;
    }
    Ok(())
}

/// Where the page has the words of the first scenario.
const INTRODUCTION: &str = "id=\"fallback-introduction\">";
/// Where the small pictures of the library are written, and where the page has them.
const PICTURES: (&str, &str) = ("covers/pictures/", "pictures/");

/// Puts the words by which the first scenario is introduced into the page, so that they are read before the app has come;
/// the files of all scenarios beside the engine; and the library, the schema and the page of the settings beside the page.
fn introduce(files: &mut Files) -> Result<()> {
    for (from, to) in [
        ("covers/scenarios.json", "engine_scenarios.json"),
        ("covers/library.json", "library.json"),
        ("covers/schema.json", "schema.json"),
        ("covers/settings.html", "settings.html"),
    ] {
        let content = take_text(files, from)?;
        files.insert(String::from(to), content.into_bytes());
    }
    let (written, kept) = PICTURES;
    let pictures: Vec<String> = files.keys().filter(|name| name.starts_with(written)).cloned().collect();
    for name in pictures {
        let content = files.remove(&name).context("it was there")?;
        files.insert(name.replacen(written, kept, 1), content);
    }
    let words = take_text(files, "covers/introduction.html")?;
    let page = take_text(files, "index.html")?;
    ensure!(page.matches(INTRODUCTION).count() == 1, "index.html has no place `{INTRODUCTION}`");
    let page = page.replace(INTRODUCTION, &format!("{INTRODUCTION}{words}"));
    files.insert(String::from("index.html"), page.into_bytes());
    Ok(())
}

/// Functions of the app that are not needed to draw a first picture and to play it, by how their names begin. `src/ui/later.rs`
/// says what may be called when.
const LATER: [&str; 20] = [
    "counterpoint::player::leaps::leap::",
    "counterpoint::player::narration::last_step::",
    "counterpoint::player::narration::sentence_at::",
    "counterpoint::scene::bulk::draw::",
    "counterpoint::scene::index::SideIndex::some_messages::",
    "counterpoint::scene::index::SideIndex::some_stays::",
    "counterpoint::scene::index::series::Series::of_each_piece::",
    "counterpoint::scene::spotlight::spotlight::",
    "counterpoint::player::Player::link::",
    "counterpoint::player::history::go_back::",
    "counterpoint::player::Player::report::",
    "counterpoint::ui::address::Address::keep::",
    "counterpoint::ui::engine::Messenger::keep::",
    "counterpoint::ui::engine::unpacked::",
    "counterpoint::ui::header::copy::",
    "counterpoint::ui::header::forget::",
    "counterpoint::ui::instrument::legend_of::",
    "counterpoint::ui::story::lines::",
    "counterpoint::ui::story::story::",
    "counterpoint::ui::table::rows::",
];

/// The script that defines the element, by the name that hosts load it by for ever.
const ELEMENT: &str = "counterpoint-diagram.js";
/// Where it has the names of the files that it fetches.
const FILES: &str = "const files = {};";

/// Makes the sheet of an app that is embedded: the page's own sheets, and what is otherwise there.
fn dress(files: &mut Files) -> Result<()> {
    // Nothing of the host is inherited, as a letter spacing would be.
    let mut sheet = String::from(".root{all:initial}\n");
    for stem in ["scene", "style"] {
        let name = files.keys().find(|name| self::stem(name) == stem && name.ends_with(".css"));
        let name = name.with_context(|| format!("there is no {stem}.css"))?;
        sheet.push_str(&embedded::embedded(utf8(name, &files[name])?)?);
    }
    sheet.push_str(&take_text(files, "embed.css")?);
    files.insert(String::from("embed.css"), sheet.into_bytes());
    Ok(())
}

/// Functions of the engine that are needed only where something is taken from the page or written in it, and where tests compare
/// runs, likewise.
const OF_FILES: [&str; 6] = [
    "counterpoint::render::json::hash::",
    "counterpoint::scenario::located::problems_as_json::",
    "counterpoint::studio::taken::file::made::",
    "counterpoint::studio::taken::mine::mine::",
    "counterpoint::studio::taken::snippet::command::",
    "counterpoint::studio::taken::snippet::snippet::",
];

/// Functions of the engine that are needed only where a side is a system, likewise. `src/worker.rs` sees to it that they are
/// there before they are called. Those of the protocols' rooms begin with `only_in_systems`, by which tests hear of a side of
/// another kind that would call them; that is looked at in tests/it/walls.rs.
const OF_SYSTEMS: &[&str] = &[
    "counterpoint::protocol::job_store::store::Store::take::",
    "counterpoint::protocol::kafka::members::beside::",
    "counterpoint::protocol::kafka::producer::holding::",
    "counterpoint::protocol::rabbitmq::onward::Onward::letters::",
    "counterpoint::protocol::rabbitmq::onward::Onward::take::",
    "counterpoint::protocol::rabbitmq::process::bring::",
    "counterpoint::protocol::rabbitmq::publisher::Client::replied::",
    "counterpoint::protocol::rabbitmq::replies::Replies::expect::",
    "counterpoint::protocol::rabbitmq::replies::Replies::leave::",
    "counterpoint::protocol::rabbitmq::replies::Replies::pass_on::",
    "counterpoint::protocol::rabbitmq::x_death::Parking::lay_down::",
    "counterpoint::protocol::rabbitmq::x_death::Parking::pick_up::",
    "counterpoint::protocol::sqs::queue::batch::",
    "counterpoint::protocol::sqs::queue::moved::",
    "counterpoint::protocol::system::check::",
    "counterpoint::protocol::system::heading::heading::",
    "counterpoint::protocol::system::heading::name::",
    "counterpoint::protocol::system::heading::only_one_has::",
    "counterpoint::protocol::system::member::Member::handle::",
    "counterpoint::protocol::system::named_parts::",
    "counterpoint::protocol::system::program::Program::step::",
    "counterpoint::protocol::system::read::",
    "counterpoint::protocol::system::set_up::",
    "counterpoint::protocol::system::write::",
];

/// Cuts what may come later out of both modules.
fn split(files: &mut Files) -> Result<()> {
    let parts = [
        ("app", &LATER[..], "later.wasm"),
        ("engine", OF_SYSTEMS, "engine_systems.wasm"),
        ("engine", &OF_FILES[..], "engine_files.wasm"),
    ];
    for (stem, gates, part) in parts {
        let name = files.keys().find(|name| self::stem(name) == stem && name.ends_with("_bg.wasm")).cloned();
        let name = name.with_context(|| format!("there is no module of the {stem}"))?;
        let split::Halves { first, later } = split::split(&files[&name], gates)?;
        files.insert(name, first);
        files.insert(String::from(part), later);
    }
    Ok(())
}

fn shrink(files: &mut Files) -> Result<()> {
    let modules: Vec<String> =
        files.keys().filter_map(|name| name.strip_suffix("_bg.wasm")).map(str::to_owned).collect();
    for name in modules {
        let (script, module) = (format!("{name}.js"), format!("{name}_bg.wasm"));
        let before = take_text(files, &script)?;
        let content = files.remove(&module).unwrap_or_default();
        let short = names::shorten(&before, &content).with_context(|| format!("{module} is not as expected"))?;
        files.insert(script, short.script.into_bytes());
        files.insert(module, short.module);
    }
    for (name, content) in files {
        let smaller = match name.rsplit_once('.') {
            Some((_, "js")) => text::without_comments(text::Kind::Script, utf8(name, content)?),
            Some((_, "css")) => text::without_comments(text::Kind::Style, utf8(name, content)?),
            Some((_, "html")) => text::without_comments(text::Kind::Page, utf8(name, content)?),
            _ => continue,
        };
        *content = smaller.into_bytes();
    }
    Ok(())
}

fn take_text(files: &mut Files, name: &str) -> Result<String> {
    let content = files.remove(name).with_context(|| format!("{name} is not there"))?;
    String::from_utf8(content).with_context(|| format!("{name} is not text"))
}

fn utf8<'a>(name: &str, content: &'a [u8]) -> Result<&'a str> {
    std::str::from_utf8(content).with_context(|| format!("{name} is not text"))
}

/// The same files, their names by their content, and a page that names them so. A module and its script, which fit only
/// each other, have one hash, and so have all files of a folder.
fn named_by_content(mut files: Files) -> Result<Files> {
    let mut page = take_text(&mut files, "index.html")?;
    let element = take_text(&mut files, ELEMENT)?;
    let mut fetched = BTreeMap::new();
    let mut hashers: BTreeMap<String, DefaultHasher> = BTreeMap::new();
    for (name, content) in &files {
        content.hash(hashers.entry(stem(name).to_owned()).or_default());
    }
    let mut named = Files::new();
    for (name, content) in files {
        if LINKED.contains(&name.as_str()) {
            named.insert(name, content);
            continue;
        }
        let stem = stem(&name);
        let hash = hashers.get(stem).map_or(0, DefaultHasher::finish);
        // The files of a folder are fetched by their own names, so it is the folder that gets one.
        if let Some((folder, inner)) = name.split_once('/') {
            let by_content = format!("{stem}-{hash:016x}");
            page = page.replace(&format!("./{folder}/"), &format!("./{by_content}/"));
            fetched.insert(format!("{folder}/"), format!("./{by_content}/"));
            named.insert(format!("{by_content}/{inner}"), content);
            continue;
        }
        let ending = PARTS.into_iter().find(|part| name.ends_with(part));
        let ending = ending.unwrap_or(&name[name.rfind('.').unwrap_or(0)..]);
        let by_content = format!("{stem}-{hash:016x}{ending}");
        let known = format!("{stem}{ending}");
        let is_fetched = element.contains(&format!("\"{known}\""));
        // What the engine's scripts fetch beside it goes by its name.
        let is_beside = BESIDE.iter().any(|part| name.ends_with(part));
        ensure!(
            page.contains(&name) || is_fetched || is_beside,
            "{name} is in the page's folder, and nothing there names it"
        );
        if is_fetched {
            fetched.insert(known, format!("./{by_content}"));
        }
        page = page.replace(&name, &by_content);
        named.insert(by_content, content);
    }
    named.insert(String::from("index.html"), page.into_bytes());
    named.insert(String::from(ELEMENT), knowing(&element, &fetched)?.into_bytes());
    Ok(named)
}

/// The document in which experiments are shown: the page again, with a sign by which boot.js knows it, and without what makes a
/// browser fetch the app, which it has no use for.
fn evidence(page: &str) -> Result<String> {
    let changes = [
        (" lang=\"en\"", " lang=\"en\" data-evidence"),
        ("id=\"app-js\" rel=\"modulepreload\"", "id=\"app-js\" rel=\"later\""),
        ("id=\"app-wasm\" rel=\"preload\"", "id=\"app-wasm\" rel=\"later\""),
    ];
    let mut page = page.to_owned();
    for (from, to) in changes {
        ensure!(page.matches(from).count() == 1, "index.html has no `{from}`, or several");
        page = page.replace(from, to);
    }
    Ok(page)
}

/// The script of the element with the names of the files that it fetches.
fn knowing(element: &str, files: &BTreeMap<String, String>) -> Result<String> {
    ensure!(element.matches(FILES).count() == 1, "{ELEMENT} has no place `{FILES}`");
    let names: Vec<String> = files.iter().map(|(known, name)| format!("{known:?}:{name:?}")).collect();
    Ok(element.replace(FILES, &format!("const files = {{{}}};", names.join(","))))
}

/// How the names of modules end that have a script, or a module, of the same name.
const PARTS: [&str; 4] = ["_bg.wasm", "_files.wasm", "_systems.wasm", "_scenarios.json"];

/// Those that a module's own scripts fetch.
pub const BESIDE: [&str; 3] = ["_scenarios.json", "_files.wasm", "_systems.wasm"];

/// What a file was called before anybody gave it a hash.
fn stem(name: &str) -> &str {
    let name = PARTS.iter().find_map(|part| name.strip_suffix(part)).unwrap_or(name);
    name.split(['-', '.', '/']).next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(script: &str, module: &str) -> Files {
        let page = "<link href=./style-12ab.css><link href=./engine.js><link href=./engine_bg.wasm><img src=first.svg><link href=./covers/one>";
        let files = [
            ("index.html", page),
            ("style-12ab.css", "a{}"),
            ("engine.js", script),
            ("engine_bg.wasm", module),
            ("first.svg", "<svg/>"),
            ("modelled.html", "<p>"),
            ("covers/one", "bytes"),
            (ELEMENT, "const files = {};\naddress(\"engine.js\"), address(\"covers/\"), address(\"embed.css\")"),
            ("embed.css", "b{}"),
        ];
        files.into_iter().map(|(name, content)| (name.to_owned(), content.into())).collect()
    }

    fn names(files: &Files) -> Vec<&str> {
        files.keys().map(String::as_str).collect()
    }

    #[test]
    fn the_page_names_the_files_that_are_there() {
        let named = named_by_content(site("script", "module")).unwrap();
        let page = utf8("index.html", &named["index.html"]).unwrap();
        let [element, cover, embed, script, module, first, index, modelled, style] = names(&named)[..] else {
            panic!("{named:?}")
        };
        let fetched = format!(
            r#"const files = {{"covers/":"./{}","embed.css":"./{embed}","engine.js":"./{script}"}};"#,
            cover.trim_end_matches("one")
        );
        let told = utf8(element, &named[element]).unwrap().lines().next();
        assert_eq!((element, told), (ELEMENT, Some(fetched.as_str())));
        assert_eq!((index, modelled), ("index.html", "modelled.html"));
        let told = format!(
            "<link href=./{style}><link href=./{script}><link href=./{module}><img src={first}><link href=./{cover}>"
        );
        assert!(cover.starts_with("covers-") && cover.ends_with("/one"), "{cover}");
        assert_eq!(page, told);
        assert_eq!(module, script.replace(".js", "_bg.wasm"));
        for name in [script, first, style] {
            let (stem, rest) = name.split_once('-').unwrap();
            assert!(["engine", "first", "style"].contains(&stem) && rest.find('.') == Some(16), "{name}");
        }
    }

    #[test]
    fn a_script_or_its_module_changes_the_names_of_both_and_of_nothing_else() {
        let before = named_by_content(site("script", "module")).unwrap();
        assert_eq!(before, named_by_content(site("script", "module")).unwrap());
        for other in [site("another", "module"), site("script", "another")] {
            let other = named_by_content(other).unwrap();
            let kept = names(&other).into_iter().filter(|name| before.contains_key(*name));
            let kept: Vec<&str> = kept.map(stem).collect();
            assert_eq!(kept, ["counterpoint", "covers", "embed", "first", "index", "modelled", "style"]);
        }
    }

    #[test]
    fn the_page_has_the_words_of_the_first_scenario_and_the_others_and_the_library_are_beside_it() {
        let page = r#"<section id="fallback-introduction"></section>"#;
        let words = "<h2>One</h2><p>Look.</p>";
        let written = [
            ("index.html", page),
            ("covers/one", "a recording"),
            ("covers/introduction.html", words),
            ("covers/scenarios.json", "[]"),
            ("covers/library.json", "{}"),
            ("covers/schema.json", "{}"),
            ("covers/settings.html", "<p>"),
            ("covers/pictures/one.svg", "<svg/>"),
        ];
        let mut files: Files = written.into_iter().map(|(name, content)| (name.to_owned(), content.into())).collect();
        introduce(&mut files).unwrap();
        let page = take_text(&mut files, "index.html").unwrap();
        assert_eq!(page, format!(r#"<section id="fallback-introduction">{words}</section>"#));
        let names =
            ["covers/one", "engine_scenarios.json", "library.json", "pictures/one.svg", "schema.json", "settings.html"];
        assert_eq!(files.into_keys().collect::<Vec<_>>(), names);
    }

    #[test]
    fn a_file_that_the_page_does_not_name_is_a_mistake() {
        let mut site = site("script", "module");
        site.insert(String::from("stray.js"), Vec::new());
        let error = named_by_content(site).unwrap_err().to_string();
        assert_eq!(error, "stray.js is in the page's folder, and nothing there names it");
    }
}
