//! Drives the built page in real browsers: what the tests in `it/` and the `shot` program share.
//!
//! A [`Site`] serves `dist/` as a strict static host would, at an address of its own; a [`Page`] is one browser that looks at
//! it. To start a browser takes as long as a short test, so a test that passes leaves its own to the next one, with a new tab.
//! *Invariant*: nothing here sleeps for a fixed time; everything waits for a state.

// Waiting needs a clock; the rule is for what is simulated.
#![allow(clippy::disallowed_methods)]

mod axe;
mod browser;
mod chromium;
mod environment;
mod firefox;
mod page;
mod site;

pub use browser::Browser;
pub use environment::{first_load, later};
pub use page::{Motion, Page, Scheme};
pub use site::Site;

use anyhow::{Context, Result, anyhow};
use std::future::Future;
use std::path::Path;
use std::sync::LazyLock;
use tokio::runtime::Runtime;

/// Runs one test's story in one browser. If the story fails, what the page looked like is kept as a picture.
pub fn tell<F>(browser: Browser, name: &str, story: impl FnOnce(Page) -> F) -> Result<()>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    // One for all tests: what speaks to a browser lives as long as the browser.
    static RUNTIME: LazyLock<std::io::Result<Runtime>> = LazyLock::new(Runtime::new);
    let runtime = RUNTIME.as_ref().map_err(|error| anyhow!("there is no runtime: {error}"))?;
    runtime.block_on(tell_in(browser, name, story))
}

async fn tell_in<F>(browser: Browser, name: &str, story: impl FnOnce(Page) -> F) -> Result<()>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let site = Site::of(environment::path("COUNTERPOINT_DIST")?).await?;
    let page = Page::any(browser, site).await?;
    println!("driving {}", page.description());
    // A task of its own, so that the browser is closed also when an assertion panics.
    let told = tokio::spawn(story(page.clone())).await;
    let failure = match told {
        Ok(Ok(())) => return page.leave().await.context("the browser could not be left to another test"),
        Ok(Err(error)) => keep_picture(&page, name, error).await,
        Err(panic) => keep_picture(&page, name, panic.into()).await,
    };
    page.close().await.context("the browser could not be closed")?;
    Err(failure)
}

async fn keep_picture(page: &Page, name: &str, error: anyhow::Error) -> anyhow::Error {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    let folder = root.expect("this crate lies in tests/").join("target/browser-pictures");
    let file = folder.join(format!("{name}-in-{:?}.png", page.browser()));
    match page.picture(&file).await {
        Ok(()) => error.context(format!("the page at that moment: {}", file.display())),
        Err(_) => error,
    }
}
