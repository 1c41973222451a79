//! One browser that looks at the page, and what a test does with it.

use crate::browser::{Browser, Launched};
use crate::{Site, chromium, firefox};
use anyhow::{Context, Result, bail, ensure};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thirtyfour::WebDriver;
use tokio::sync::Mutex;

/// How long a state may take to come about. Long, for a busy machine; a test that passes never waits for it.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is asked for.
const INTERVAL: Duration = Duration::from_millis(20);

/// Light or dark: what the system is said to prefer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Light,
    Dark,
}

impl Scheme {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        }
    }
}

/// Much or little movement: what the system is said to prefer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    Usual,
    Reduced,
}

impl Motion {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Motion::Usual => "no-preference",
            Motion::Reduced => "reduce",
        }
    }
}

/// A browser of its own with the site that it looks at.
#[derive(Clone)]
pub struct Page {
    browser: Browser,
    driver: WebDriver,
    site: Site,
    launched: Arc<Mutex<Option<Launched>>>,
}

impl Page {
    /// Starts the browser; nothing is open in it yet.
    pub async fn launch(browser: Browser, site: Site) -> Result<Self> {
        Ok(Self::of(browser, browser.launch().await?, site))
    }

    /// A browser in which nothing is open yet: one that another page has had, or a new one.
    pub async fn any(browser: Browser, site: Site) -> Result<Self> {
        let idle = browser.idle().pop();
        match idle {
            Some(launched) => Ok(Self::of(browser, launched, site)),
            None => Self::launch(browser, site).await,
        }
    }

    fn of(browser: Browser, launched: Launched, site: Site) -> Self {
        Self { browser, driver: launched.driver.clone(), site, launched: Arc::new(Mutex::new(Some(launched))) }
    }

    /// Leaves the browser to another page. What was set of this one goes with its tab; what it has stored is of its site's
    /// address, which no other page has.
    pub async fn leave(self) -> Result<()> {
        let old = self.driver.windows().await?;
        let new = self.driver.new_tab().await?;
        for window in old {
            self.driver.switch_to_window(window).await?;
            self.driver.close_window().await?;
        }
        self.driver.switch_to_window(new).await?;
        match self.browser {
            Browser::Chromium => chromium::bring_to_front(&self.driver).await?,
            Browser::Firefox => firefox::prefer_nothing(&self.driver).await?,
        }
        self.complaints().await?;
        if let Some(launched) = self.launched.lock().await.take() {
            self.browser.idle().push(launched);
        }
        Ok(())
    }

    /// Closes the browser and ends its driver.
    pub async fn close(self) -> Result<()> {
        match self.launched.lock().await.take() {
            Some(launched) => launched.close().await,
            None => Ok(()),
        }
    }

    pub fn browser(&self) -> Browser {
        self.browser
    }

    pub fn site(&self) -> &Site {
        &self.site
    }

    /// For what has no word of its own here.
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Opens the page, or a place in it: what follows its address, such as `#message-queue`.
    pub async fn open(&self, place: &str) -> Result<()> {
        let address = format!("{}{place}", self.site.address());
        Ok(self.driver.goto(address).await?)
    }

    /// Waits until the app has taken the place of the static picture, or of every element's own content in a page in
    /// which it is embedded.
    pub async fn wait_until_running(&self) -> Result<()> {
        let running = "document.getElementById('app')
            ? document.getElementById('app').children.length > 0 && document.getElementById('fallback-note') === null
            : [...document.querySelectorAll('counterpoint-diagram')].every((each) => each.shadowRoot?.querySelector('.live'))";
        self.wait_until("the app runs", running).await
    }

    /// Waits until an expression holds in the page. `what` completes the sentence "waited in vain until …".
    pub async fn wait_until(&self, what: &str, expression: &str) -> Result<()> {
        let begun = Instant::now();
        let script = format!("return Boolean({expression});");
        // A document that another one is taking the place of gives nothing.
        while self.run::<Option<bool>>(&script, Vec::new()).await? != Some(true) {
            if begun.elapsed() > PATIENCE {
                let text: String = self.run("return document.body.innerText;", Vec::new()).await?;
                bail!("waited in vain until {what}. The page says:\n{text}");
            }
            tokio::time::sleep(INTERVAL).await;
        }
        Ok(())
    }

    /// Waits until what was changed has been drawn.
    pub async fn frame(&self) -> Result<()> {
        let drawn = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(true)));";
        self.driver.execute_async(drawn, Vec::new()).await?;
        Ok(())
    }

    /// Runs a script's statements in the page and takes what it returns; `arguments` are its arguments.
    pub async fn run<T: DeserializeOwned>(&self, script: &str, arguments: Vec<Value>) -> Result<T> {
        let answer = self.driver.execute(script, arguments).await?;
        answer.convert().with_context(|| format!("the script gave {}", answer.json()))
    }

    /// The text shown in the first element that a selector finds.
    pub async fn text(&self, selector: &str) -> Result<String> {
        let script = "return document.querySelector(arguments[0])?.innerText ?? null;";
        let text: Option<String> = self.run(script, vec![selector.into()]).await?;
        text.with_context(|| format!("nothing in the page is `{selector}`"))
    }

    /// Gives the page this many CSS pixels, the browser's own parts not counted.
    pub async fn set_viewport(&self, width: u32, height: u32) -> Result<()> {
        match self.browser {
            Browser::Chromium => chromium::set_viewport(&self.driver, width, height).await?,
            Browser::Firefox => firefox::set_viewport(&self.driver, width, height).await?,
        }
        // The layout's width, for what overflows it widens the window's. An empty page has a layout of its own.
        // Firefox's scroll bars take room of the layout's, and it widens no window.
        let layout = match self.browser {
            Browser::Chromium => "document.documentElement.clientWidth",
            Browser::Firefox => "innerWidth",
        };
        let wide = format!("location.protocol !== 'http:' || {layout} === {width}");
        self.wait_until("the viewport has the size", &wide).await
    }

    /// Tells the page what the system prefers.
    pub async fn set_preferences(&self, scheme: Scheme, motion: Motion) -> Result<()> {
        match self.browser {
            Browser::Chromium => chromium::set_media(&self.driver, scheme, motion).await?,
            Browser::Firefox => firefox::set_media(&self.driver, scheme, motion).await?,
        }
        let preferred = format!(
            "matchMedia('(prefers-color-scheme: {})').matches
                && matchMedia('(prefers-reduced-motion: {})').matches",
            scheme.name(),
            motion.name()
        );
        self.wait_until("the preferences are known", &preferred).await
    }

    /// Shows the page in the colours that a system forces. Only Chromium can be told to.
    pub async fn force_colours(&self, scheme: Scheme) -> Result<()> {
        ensure!(self.browser == Browser::Chromium, "only Chromium can be told that colours are forced");
        chromium::force_colours(&self.driver, scheme).await
    }

    /// How many nodes and listeners there are, and how many bytes scripts hold, once what is not used was collected. Only
    /// Chromium tells.
    pub async fn counts(&self) -> Result<[f64; 3]> {
        chromium::counts(&self.driver).await
    }

    /// Warnings and errors on the browser's console since the last call: uncaught errors, breaches of the content
    /// policy, files that are missing, and what the page itself wrote there.
    pub async fn complaints(&self) -> Result<Vec<String>> {
        let mut complaints = match self.browser {
            Browser::Chromium => chromium::complaints(&self.driver).await?,
            Browser::Firefox => {
                let mut launched = self.launched.lock().await;
                let launched = launched.as_mut().context("the browser is closed")?;
                firefox::complaints(&self.driver, &mut launched.printed).await?
            }
        };
        // Last, for what a browser complains of, the site has refused before.
        complaints.extend(self.site.refusals());
        Ok(complaints)
    }

    /// Waits for a complaint that contains these words.
    pub async fn wait_for_complaint(&self, words: &str) -> Result<()> {
        let begun = Instant::now();
        let mut heard = Vec::new();
        while begun.elapsed() < PATIENCE {
            heard.extend(self.complaints().await?);
            if heard.iter().any(|complaint| complaint.contains(words)) {
                return Ok(());
            }
            tokio::time::sleep(INTERVAL).await;
        }
        bail!("waited in vain for a complaint about `{words}`; heard {heard:#?}");
    }

    /// Writes what the viewport shows into a PNG file.
    pub async fn picture(&self, file: &Path) -> Result<()> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(file, self.driver.screenshot_as_png().await?)
            .with_context(|| format!("{} could not be written", file.display()))
    }

    /// "Chromium 156.0", "Firefox 153.7"
    pub fn description(&self) -> String {
        let capabilities = self.driver.capabilities();
        let version = capabilities.get("browserVersion").and_then(Value::as_str).unwrap_or("of unknown version");
        format!("{:?} {version}", self.browser)
    }
}
