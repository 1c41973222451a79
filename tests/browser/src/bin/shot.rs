//! Takes a picture of the built page in Chromium, so that whoever changes it can look at it.

use anyhow::{Context, Result, bail};
use counterpoint_browser_tests::{Browser, Motion, Page, Scheme, Site};
use lexopt::{Arg, ValueExt};
use std::path::PathBuf;

const USAGE: &str = "\
Usage: cargo xtask shot PLACE OUT.png [options]

PLACE is what follows the page's address: '' for the page itself, or such as '#message-queue'.

  --width N         CSS pixels (1200); below 600 as on a phone
  --height N        CSS pixels (800)
  --full            as high as the page is
  --dark            as if the system preferred dark
  --forced-colors   as if the system forced its colours
  --firefox         in Firefox instead
  --script FILE.js  statements to run in the page once the app runs
  --wait-for CSS    take the picture when an element like this is there
  --as-built        of what is in dist/, without building it again";

struct Wanted {
    place: String,
    out: PathBuf,
    width: u32,
    height: u32,
    full: bool,
    scheme: Scheme,
    forced_colours: bool,
    browser: Browser,
    script: Option<PathBuf>,
    wait_for: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Some(wanted) = read()? else {
        println!("{USAGE}");
        return Ok(());
    };
    let dist = std::env::var_os("COUNTERPOINT_DIST").context("run me by `cargo xtask shot`")?;
    let site = Site::of(dist.into()).await?;
    let page = Page::launch(wanted.browser, site).await?;
    let shot = shoot(&page, &wanted).await;
    for complaint in page.complaints().await? {
        eprintln!("console: {complaint}");
    }
    page.close().await?;
    shot
}

async fn shoot(page: &Page, wanted: &Wanted) -> Result<()> {
    page.set_viewport(wanted.width, wanted.height).await?;
    page.set_preferences(wanted.scheme, Motion::Usual).await?;
    if wanted.forced_colours {
        page.force_colours(wanted.scheme).await?;
    }
    page.open(&wanted.place).await?;
    page.wait_until_running().await?;
    if let Some(file) = &wanted.script {
        let script = std::fs::read_to_string(file).with_context(|| format!("{} could not be read", file.display()))?;
        page.driver().execute(script, Vec::new()).await?;
    }
    if let Some(selector) = &wanted.wait_for {
        let there = format!("document.querySelector({selector:?})");
        page.wait_until(&format!("`{selector}` is there"), &there).await?;
    }
    if wanted.full {
        let script = "return Math.ceil(document.documentElement.scrollHeight);";
        let height = page.run(script, Vec::new()).await?;
        page.set_viewport(wanted.width, height).await?;
    }
    // What the script changed is on the screen after the frame after next.
    let painted = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done));";
    page.driver().execute_async(painted, Vec::new()).await?;
    page.picture(&wanted.out).await
}

fn read() -> Result<Option<Wanted>> {
    let mut parser = lexopt::Parser::from_env();
    let mut values = Vec::new();
    let mut wanted = Wanted {
        place: String::new(),
        out: PathBuf::new(),
        width: 1200,
        height: 800,
        full: false,
        scheme: Scheme::Light,
        forced_colours: false,
        browser: Browser::Chromium,
        script: None,
        wait_for: None,
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Value(value) => values.push(value),
            Arg::Long("width") => wanted.width = parser.value()?.parse()?,
            Arg::Long("height") => wanted.height = parser.value()?.parse()?,
            Arg::Long("full") => wanted.full = true,
            Arg::Long("dark") => wanted.scheme = Scheme::Dark,
            Arg::Long("forced-colors") => wanted.forced_colours = true,
            Arg::Long("firefox") => wanted.browser = Browser::Firefox,
            Arg::Long("script") => wanted.script = Some(parser.value()?.into()),
            Arg::Long("wait-for") => wanted.wait_for = Some(parser.value()?.string()?),
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            other => return Err(other.unexpected().into()),
        }
    }
    let [place, out] = values.as_slice() else {
        bail!("a place in the page and a file for the picture are needed\n\n{USAGE}");
    };
    wanted.place = place.to_string_lossy().into_owned();
    wanted.out = out.into();
    Ok(Some(wanted))
}
