//! The gate: everything that is checked and tested before a change is taken, part by part. People and continuous
//! integration run the same.

use crate::first_load::{self, Files};
use crate::setup::{Consent, HostTools, PageTools, Rust, Setup, Variables};
use crate::site;
use crate::steps::Steps;
use crate::workspace::{self, cargo, run};
use crate::{hosts, mermaid, plantuml, renderers, scripts};
use anyhow::Result;
use std::ffi::OsString;
use std::process::Command;
use std::time::Duration;

/// How much is tested.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All but the page and the browsers.
    Fast,
    Usual,
    /// Also what takes too long to be run every time.
    Long,
}

impl Scope {
    /// Tells tests whether they may take long.
    fn tell(self, command: &mut Command) -> &mut Command {
        match self {
            Scope::Fast | Scope::Usual => command,
            Scope::Long => command.env("COUNTERPOINT_LONG", "1"),
        }
    }
}

/// Runs every part of the scope, also after one has failed.
pub fn test_everything(scope: Scope, consent: Consent) -> Result<()> {
    let mut steps = Steps::begin();
    let rust = steps.step("WebAssembly target", || Setup::begin(consent)?.rust());
    check(&mut steps, rust);
    steps.step("native tests", || {
        let words = ["test", "--locked", "--package", "counterpoint", "--package", "xtask"];
        run(&mut cargo(&words))
    });
    if scope != Scope::Fast {
        match workspace::program(&["node"]) {
            Some(_) => {
                steps.step("lint (scripts)", || scripts::check(consent));
                steps.step("Mermaid", || mermaid::check(consent));
            }
            None => {
                steps.leave_out("lint (scripts)", "there is no Node to run ESLint");
                steps.leave_out("Mermaid", "there is no Node to run its parser");
            }
        }
    }
    if scope == Scope::Long {
        test_at_length(&mut steps, consent);
    }
    if scope != Scope::Fast {
        test_page(&mut steps, scope, &[], consent);
    }
    steps.close()
}

/// Builds the page and runs the browser tests of the scope whose names contain one of the filters; all if there is none.
pub fn test_in_browsers(scope: Scope, filters: &[OsString], consent: Consent) -> Result<()> {
    let mut steps = Steps::begin();
    test_page(&mut steps, scope, filters, consent);
    steps.close()
}

fn check(steps: &mut Steps, rust: Option<Rust>) {
    steps.step("format", || run(&mut cargo(&["fmt", "--all", "--check"])));
    steps.step("lint (native)", || {
        let words = ["clippy", "--locked", "--workspace", "--all-targets", "--", "-Dwarnings"];
        run(&mut cargo(&words))
    });
    let Some(rust) = rust else {
        return steps.skip("lint (WebAssembly)");
    };
    steps.step("lint (WebAssembly)", || {
        // Each module is checked with its own features alone, as it is built.
        for (module, feature) in [("app", "app"), ("engine", "engine"), ("experiments", "engine")] {
            let words = ["clippy", "--locked", "--target", crate::setup::WASM_TARGET, "--lib"];
            let features = ["--bin", module, "--features", feature, "--", "-Dwarnings"];
            run(rust.lend(cargo(&words).args(features)))?;
        }
        Ok(())
    });
}

/// The modules of tests that are longer in a long run: those with random scenarios, and the one that runs the most
/// jobs.
const PROPERTIES: [&str; 6] =
    ["properties::", "properties_calls::", "brokers::", "mangled::", "capacity::", "advice::"];

/// Runs what takes long: the properties with twenty times the scenarios and the largest runs (in release mode), a
/// minute of fuzzing, the benches, and the programs that draw our pictures and texts.
fn test_at_length(steps: &mut Steps, consent: Consent) {
    steps.step("long properties", || {
        let mut words = vec!["test", "--locked", "--release", "--package", "counterpoint", "--test", "it", "--"];
        words.extend(PROPERTIES);
        run(Scope::Long.tell(&mut cargo(&words)))
    });
    steps.step("librsvg, Inkscape and Typst", || renderers::check(consent));
    steps.step("PlantUML", || plantuml::check(consent));
    steps.step("fuzzing", || crate::fuzz::fuzz(Duration::from_secs(60)));
    steps.step("benches", || {
        let words = ["bench", "--locked", "--package", "counterpoint", "--features", "bench", "--bench", "*"];
        run(Scope::Long.tell(&mut cargo(&words)))
    });
}

fn test_page(steps: &mut Steps, scope: Scope, filters: &[OsString], consent: Consent) {
    let (page_tools, browser_tools, host_tools) = set_up(steps, scope, filters, consent);
    let Some(tools) = page_tools else {
        return steps.skip("page");
    };
    let bundled = steps.step("page", || site::bundle(&tools));
    let first_load = bundled.and_then(|()| steps.step("first load", first_load::report));
    match (&host_tools, &first_load) {
        (Some(tools), Some(_)) => drop(steps.step("documentation sites", || hosts::build(tools))),
        (None, _) if !asks_for_hosts(filters) => {}
        _ => steps.skip("documentation sites"),
    }
    let compiled = steps.step("browser tests compile", || run(cargo(&BROWSER_TESTS).arg("--no-run")));
    for browser in [CHROMIUM, FIREFOX] {
        match (&browser_tools, &first_load, compiled) {
            (Some(tools), Some(files), Some(())) => {
                steps.step(browser.0, || {
                    let mut tests = browser_tests(files, browser, filters);
                    run(tools.lend(scope.tell(&mut tests)))
                });
            }
            _ => steps.skip(browser.0),
        }
    }
}

/// A browser's name, and what the names of the other browser's tests contain.
type Browser = (&'static str, &'static str);

const CHROMIUM: Browser = ("Chromium", "in_firefox");
const FIREFOX: Browser = ("Firefox", "in_chromium");

const BROWSER_TESTS: [&str; 4] = ["test", "--locked", "--package", "counterpoint-browser-tests"];

/// Whether the tests are run that look at sites of documentation; their names have this in them.
fn asks_for_hosts(filters: &[OsString]) -> bool {
    filters.is_empty() || filters.iter().any(|filter| filter.to_string_lossy().contains("hosts"))
}

type Tools = (Option<PageTools>, Option<Variables>, Option<HostTools>);

fn set_up(steps: &mut Steps, scope: Scope, filters: &[OsString], consent: Consent) -> Tools {
    // There is one set-up for both, so that what several tools depend on is compiled once.
    let setup = match Setup::begin(consent) {
        Ok(setup) => setup,
        Err(error) => {
            steps.step::<()>("set-up", || Err(error));
            return (None, None, None);
        }
    };
    let page = steps.step("set-up for the page", || setup.page());
    let browsers = steps.step("set-up for the browsers", || setup.browsers());
    let hosts = asks_for_hosts(filters).then(|| steps.step("set-up for the sites", || setup.hosts(scope)));
    (page, browsers, hosts.flatten())
}

/// The command that runs one browser's tests. They learn from the environment where everything is.
fn browser_tests(files: &Files, browser: Browser, filters: &[OsString]) -> Command {
    let mut tests = cargo(&BROWSER_TESTS);
    tests
        .args(["--test", "browser", "--", "--skip", browser.1])
        .args(filters)
        .env("COUNTERPOINT_FIRST_LOAD", files.first.join(" "))
        .env("COUNTERPOINT_LATER", files.later.join(" "))
        .env("COUNTERPOINT_HOSTS", hosts::folder())
        // A backtrace says less than the error's own words, and takes a hundred lines.
        .env("RUST_BACKTRACE", "0");
    tests
}
