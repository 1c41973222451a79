//! Sites of documentation with diagrams in them, built by the programs that people build theirs with, for the browser
//! tests to look at.
//!
//! Their sources are in `tests/browser/hosts`; what is written here is what docs/embedding.md tells people to type.

use crate::gate::Scope;
use crate::setup::{Consent, HostTools, Setup};
use crate::workspace::{self, cargo, run};
use anyhow::{Context, Result, ensure};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the command line says of the scenario in a block that is wrong.
const UNKNOWN: &str = "there is no scenario and no file `no-such`";

/// Where the built sites are, each in a folder of its name.
pub fn folder() -> PathBuf {
    workspace::root().join("target/hosts")
}

/// Sets up all that builds sites, and builds them.
pub fn build_all(consent: Consent) -> Result<()> {
    let tools = Setup::begin(consent)?.hosts(Scope::Long)?;
    build(&tools)
}

/// Builds every site for which there are tools, with the page that is in `dist/`.
pub fn build(tools: &HostTools) -> Result<()> {
    run(&mut cargo(&["build", "--locked", "--bin", "counterpoint"]))?;
    if folder().exists() {
        fs::remove_dir_all(folder())?;
    }
    let viewer = workspace::dist();
    let path = path_with(&[&workspace::root().join("target/debug"), &tools.mdbook])?;
    let run_in = |source: &Path, program: &Path, words: &[&str]| {
        let mut build = Command::new(program);
        // MkDocs tells of its successor in twelve lines, and mdBook of its success.
        build
            .current_dir(source)
            .args(words)
            .env("PATH", &path)
            .envs([("NO_MKDOCS_2_WARNING", "1"), ("MDBOOK_LOG", "warn")]);
        run(build.stdout(Stdio::null()))
    };

    // A block that is wrong has to end the build and be told, or nobody would know.
    let refuses = |page: PathBuf, block: &str, program: &Path, words: &[&str]| -> Result<()> {
        let source =
            page.ancestors().find(|folder| folder.parent() == Some(&self::folder())).context("a page has a site")?;
        let before = fs::read_to_string(&page)?;
        fs::write(&page, format!("{before}\n{block}\n"))?;
        let output = Command::new(program).current_dir(source).args(words).env("PATH", &path).output()?;
        fs::write(&page, before)?;
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        ensure!(
            !output.status.success() && said.contains(UNKNOWN),
            "{} has passed over a wrong block: {said}",
            source.display()
        );
        Ok(())
    };

    let book = sources("mdbook")?;
    let dist = viewer.to_string_lossy();
    run_in(&book, Path::new("counterpoint"), &["mdbook", "install", ".", "--viewer", &dist])?;
    run_in(&book, Path::new("mdbook"), &["build", "--dest-dir", "../mdbook"])?;
    let page = book.join("src/start.md");
    refuses(page, "```counterpoint no-such\n```", Path::new("mdbook"), &["build", "--dest-dir", "../wrong"])?;

    let site = sources("mkdocs")?;
    fs::copy(plug_in("mkdocs_counterpoint.py"), site.join("mkdocs_counterpoint.py"))?;
    copy(&viewer, &site.join("docs/counterpoint"))?;
    run_in(&site, &tools.mkdocs, &["-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", "../mkdocs"])?;

    let page = site.join("docs/index.md");
    let words = ["-m", "mkdocs", "build", "--quiet", "--site-dir", "../wrong"];
    refuses(page, "```counterpoint scenario=\"no-such\"\n```", &tools.mkdocs, &words)?;

    let Some(more) = &tools.more else {
        return Ok(());
    };
    build_zensical(&more.zensical, &run_in, &refuses)?;

    let site = sources("sphinx")?;
    fs::copy(plug_in("sphinx_counterpoint.py"), site.join("sphinx_counterpoint.py"))?;
    copy(&viewer, &site.join("_static/counterpoint"))?;
    run_in(&site, &more.sphinx, &["-m", "sphinx", "-W", "-q", "-b", "html", ".", "../sphinx"])?;
    // What is no web page has the pictures.
    run_in(&site, &more.sphinx, &["-m", "sphinx", "-W", "-q", "-b", "latex", ".", "../sphinx-latex"])?;
    let text = fs::read_to_string(folder().join("sphinx-latex/orders.tex"))?;
    ensure!(text.matches("includegraphics").count() == 2, "Sphinx's LaTeX has not both pictures");
    let words = ["-m", "sphinx", "-W", "-q", "-b", "html", ".", "../wrong"];
    refuses(site.join("index.rst"), ".. counterpoint:: no-such", &more.sphinx, &words)?;

    let block = "```counterpoint no-such\n```";
    let site = sources("docusaurus")?;
    prepare_for_node(&site, &more.docusaurus, "static/counterpoint")?;
    let program = "node_modules/@docusaurus/core/bin/docusaurus.mjs";
    run_in(&site, Path::new("node"), &[program, "build", "--out-dir", "../docusaurus"])?;
    refuses(site.join("docs/start.md"), block, Path::new("node"), &[program, "build", "--out-dir", "../wrong"])?;

    let site = sources("starlight")?;
    prepare_for_node(&site, &more.starlight, "public/counterpoint")?;
    let program = "node_modules/astro/astro.js";
    // It keeps pages that it has rendered among its packages, and with them what an older command line has written.
    run_in(&site, Path::new("node"), &[program, "build", "--force", "--silent", "--outDir", "../starlight"])?;
    let page = site.join("src/content/docs/index.md");
    refuses(page, block, Path::new("node"), &[program, "build", "--outDir", "../wrong"])
}

/// Builds MkDocs' site as Zensical does, which reads the same settings and calls no hooks.
fn build_zensical(
    python: &Path,
    run_in: &impl Fn(&Path, &Path, &[&str]) -> Result<()>,
    refuses: &impl Fn(PathBuf, &str, &Path, &[&str]) -> Result<()>,
) -> Result<()> {
    let site = sources("zensical")?;
    copy(&workspace::root().join("tests/browser/hosts/mkdocs/docs"), &site.join("docs"))?;
    // Addresses in HTML are, like those in Markdown, written from the file, and not from the page that it becomes.
    let chapter = site.join("docs/orders.md");
    fs::write(&chapter, fs::read_to_string(&chapter)?.replace("\"../counterpoint/", "\"counterpoint/"))?;
    fs::copy(plug_in("mkdocs_counterpoint.py"), site.join("mkdocs_counterpoint.py"))?;
    copy(&workspace::dist(), &site.join("docs/counterpoint"))?;
    let words = ["-m", "zensical", "build", "--strict", "--clean"];
    run_in(&site, python, &words)?;
    // It builds into no folder outside of the site's own.
    fs::rename(site.join("site"), folder().join("zensical"))?;
    refuses(site.join("docs/index.md"), "```counterpoint scenario=\"no-such\"\n```", python, &words)
}

/// Gives a site the packages that build it, the plug-in and the viewer.
fn prepare_for_node(site: &Path, packages: &Path, viewer: &str) -> Result<()> {
    // Copied, for Astro takes a path outside of its site for one inside.
    copy(packages, &site.join("node_modules"))?;
    fs::copy(plug_in("remark_counterpoint.mjs"), site.join("remark_counterpoint.mjs"))?;
    copy(&workspace::dist(), &site.join(viewer))
}

/// A copy of a site's sources, for their builders write among them.
fn sources(name: &str) -> Result<PathBuf> {
    let copied = folder().join(format!("{name}-sources"));
    copy(&workspace::root().join("tests/browser/hosts").join(name), &copied)?;
    Ok(copied)
}

/// What people copy for their site.
fn plug_in(name: &str) -> PathBuf {
    workspace::root().join("docs/hosts").join(name)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    let entries = fs::read_dir(from).with_context(|| format!("{} is not there", from.display()))?;
    for entry in entries {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// The search path with these folders first.
fn path_with(folders: &[&Path]) -> Result<OsString> {
    let usual = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().map(|folder| folder.to_path_buf()).chain(std::env::split_paths(&usual));
    std::env::join_paths(all).context("a folder's name has a `:` in it")
}
