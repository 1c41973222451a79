//! What only Chromium's driver can do, and how.

use crate::{Motion, Scheme, environment};
use anyhow::{Context, Result};
use serde_json::json;
use std::path::Path;
use thirtyfour::{Capabilities, ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};
use tokio::process::Command;

/// Without these Chromium refuses to run as root, or looks for hosts that may not be there.
const ARGUMENTS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
];

pub fn driver() -> Result<Command> {
    let mut command = Command::new(environment::path("COUNTERPOINT_CHROMEDRIVER")?);
    command.arg("--port=0");
    Ok(command)
}

pub fn capabilities(profile: &Path) -> Result<Capabilities> {
    let mut wanted = DesiredCapabilities::chrome();
    let program = environment::path("COUNTERPOINT_CHROMIUM")?;
    wanted.set_binary(&program.to_string_lossy())?;
    for argument in ARGUMENTS {
        wanted.add_arg(argument)?;
    }
    wanted.add_arg(&format!("--user-data-dir={}", profile.display()))?;
    wanted.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    Ok(wanted.into())
}

/// Sets the size of the page itself, and tells it that it is on a phone if it is as narrow as one.
pub async fn set_viewport(driver: &WebDriver, width: u32, height: u32) -> Result<()> {
    let size = json!({
        "width": width,
        "height": height,
        "deviceScaleFactor": 1,
        "mobile": width < 600,
    });
    send(driver, "Emulation.setDeviceMetricsOverride", size).await
}

pub async fn set_media(driver: &WebDriver, scheme: Scheme, motion: Motion) -> Result<()> {
    let media = json!({ "features": [
        { "name": "prefers-color-scheme", "value": scheme.name() },
        { "name": "prefers-reduced-motion", "value": motion.name() },
    ]});
    send(driver, "Emulation.setEmulatedMedia", media).await
}

/// Colours are those that a system forces, on a light or a dark ground.
pub async fn force_colours(driver: &WebDriver, scheme: Scheme) -> Result<()> {
    let media = json!({ "features": [
        { "name": "prefers-color-scheme", "value": scheme.name() },
        { "name": "forced-colors", "value": "active" },
    ]});
    send(driver, "Emulation.setEmulatedMedia", media).await
}

/// Brings the tab before all others: without that, nothing in a new one ever has the focus.
pub async fn bring_to_front(driver: &WebDriver) -> Result<()> {
    send(driver, "Page.bringToFront", json!({})).await
}

/// Nodes, listeners, and bytes that scripts hold, after a collection.
pub async fn counts(driver: &WebDriver) -> Result<[f64; 3]> {
    send(driver, "Performance.enable", json!({})).await?;
    send(driver, "HeapProfiler.collectGarbage", json!({})).await?;
    let told = driver.cdp().send_raw("Performance.getMetrics", json!({})).await?;
    let metrics = told["metrics"].as_array().context("Chromium tells its metrics")?;
    let metric = |name: &str| {
        let found = metrics.iter().find(|metric| metric["name"] == name);
        found.and_then(|metric| metric["value"].as_f64()).with_context(|| format!("there is no metric {name}"))
    };
    Ok([metric("Nodes")?, metric("JSEventListeners")?, metric("JSHeapUsedSize")?])
}

/// Warnings and errors on the console since the last call: the page's own and the browser's about it.
pub async fn complaints(driver: &WebDriver) -> Result<Vec<String>> {
    let entries = driver.browser_log().await?;
    let complaints = entries.into_iter().filter(|entry| matches!(entry.level.as_str(), "SEVERE" | "WARNING"));
    Ok(complaints.map(|entry| entry.message).collect())
}

async fn send(driver: &WebDriver, method: &str, words: serde_json::Value) -> Result<()> {
    driver.cdp().send_raw(method, words).await?;
    Ok(())
}
