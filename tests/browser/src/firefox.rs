//! What only Firefox's driver can do, and how: by scripts in the browser's own window, which see what its developer
//! tools see.

use crate::browser::Printed;
use crate::{Motion, Scheme, environment};
use anyhow::{Context, Result};
use axum::http::Method;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use thirtyfour::common::capabilities::firefox::FirefoxPreferences;
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::{Capabilities, DesiredCapabilities, RequestData, SessionId, WebDriver};
use tokio::process::Command;

pub fn driver(profile: &Path) -> Result<Command> {
    let mut command = Command::new(environment::path("COUNTERPOINT_GECKODRIVER")?);
    command.args(["--port", "0", "--allow-system-access", "--profile-root"]).arg(profile);
    Ok(command)
}

pub fn capabilities() -> Result<Capabilities> {
    let mut wanted = DesiredCapabilities::firefox();
    let program = environment::path("COUNTERPOINT_FIREFOX")?;
    wanted.set_firefox_binary(&program.to_string_lossy())?;
    wanted.add_arg("-headless")?;
    let mut preferences = FirefoxPreferences::new();
    // The page's words go to the browser's output, where `written` finds them.
    preferences.set("devtools.console.stdout.content", true)?;
    wanted.set_preferences(preferences)?;
    Ok(wanted.into())
}

/// Sets the size of the page itself, as the developer tools do: Firefox's window cannot be as narrow as a phone.
pub async fn set_viewport(driver: &WebDriver, width: u32, height: u32) -> Result<()> {
    let script = "
        const { style } = gBrowser.selectedBrowser;
        for (const [side, size] of [['width', arguments[0]], ['height', arguments[1]]]) {
            style.setProperty(side, `${size}px`);
            style.setProperty(`min-${side}`, `${size}px`);
            style.setProperty(`max-${side}`, `${size}px`);
        }";
    in_window(driver, script, vec![json!(width), json!(height)]).await?;
    Ok(())
}

pub async fn set_media(driver: &WebDriver, scheme: Scheme, motion: Motion) -> Result<()> {
    let script = "
        gBrowser.selectedBrowser.browsingContext.prefersColorSchemeOverride = arguments[0];
        Services.prefs.setIntPref('ui.prefersReducedMotion', arguments[1] === 'reduce' ? 1 : 0);";
    in_window(driver, script, vec![json!(scheme.name()), json!(motion.name())]).await?;
    Ok(())
}

/// Forgets what is preferred in all pages: that alone is no tab's own.
pub async fn prefer_nothing(driver: &WebDriver) -> Result<()> {
    in_window(driver, "Services.prefs.clearUserPref('ui.prefersReducedMotion');", Vec::new()).await?;
    Ok(())
}

/// Warnings and errors on the console since the last call: the page's own and the browser's about it.
pub async fn complaints(driver: &WebDriver, printed: &mut Printed) -> Result<Vec<String>> {
    let mut complaints = noticed(driver).await?;
    complaints.extend(written(driver, printed).await?);
    Ok(complaints)
}

/// What the browser noticed about pages: uncaught errors, breaches of the content policy. Not what it says of itself.
async fn noticed(driver: &WebDriver) -> Result<Vec<String>> {
    let script = "
        const messages = Services.console.getMessageArray();
        Services.console.reset();
        return messages
            .filter((message) => message instanceof Ci.nsIScriptError)
            .filter((message) => !/^(chrome|resource|moz-extension):/.test(message.sourceName))
            .map((message) => String(message));";
    let noticed = in_window(driver, script, Vec::new()).await?;
    Ok(serde_json::from_value(noticed)?)
}

/// What pages wrote by `console.warn` and `console.error`. The browser prints it in order, so when a last word of ours
/// has come, everything before it has.
async fn written(driver: &WebDriver, printed: &mut Printed) -> Result<Vec<String>> {
    const LAST_WORD: &str = "the harness has read the console";
    driver.execute("window.console.warn(arguments[0])", vec![json!(LAST_WORD)]).await?;
    let mut lines = Vec::new();
    loop {
        let line = tokio::time::timeout(Duration::from_secs(10), printed.recv())
            .await
            .context("the browser does not print what pages write to the console")?
            .context("the driver has ended")?;
        if line.contains(LAST_WORD) {
            return Ok(lines);
        }
        if is_from_a_page(&line) {
            lines.push(line);
        }
    }
}

/// Whether a printed line is a page's warning or error: `console.error: "words"`, not `console.error: RSLoader: words`,
/// which is a part of the browser, named without quotes, that complains of hosts it cannot reach.
fn is_from_a_page(line: &str) -> bool {
    let Some((level, words)) = line.split_once(": ") else {
        return false;
    };
    let from_browser =
        words.split_once(':').is_some_and(|(name, _)| !name.is_empty() && name.chars().all(char::is_alphanumeric));
    // An error of the browser's own names the part of it that made it.
    let is_part = words.contains("resource://") || words.contains("chrome://");
    matches!(level, "console.error" | "console.warn") && !from_browser && !is_part
}

/// Runs a script where `gBrowser` and `Services` are, and goes back to the page.
async fn in_window(driver: &WebDriver, script: &str, arguments: Vec<Value>) -> Result<Value> {
    driver.cmd(Place("chrome")).await?;
    let answer = driver.execute(script, arguments).await;
    driver.cmd(Place("content")).await?;
    Ok(answer?.json().clone())
}

/// Whether scripts run in the page (`content`) or in the browser's window (`chrome`): a command of geckodriver's own.
#[derive(Debug)]
struct Place(&'static str);

impl FormatRequestData for Place {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let path = format!("session/{session}/moz/context");
        RequestData::new(Method::POST, path).add_body(json!({ "context": self.0 }))
    }
}

#[cfg(test)]
mod tests {
    use super::is_from_a_page;

    #[test]
    fn what_the_browser_says_of_itself_is_not_a_page_s_complaint() {
        assert!(is_from_a_page(r#"console.error: "it: failed""#));
        assert!(is_from_a_page(r#"console.warn: ({a:1})"#));
        assert!(!is_from_a_page("console.error: RSLoader: "));
        assert!(!is_from_a_page(r#"console.error: (new Error("Polling failed", "resource://x/y.mjs", 490))"#));
        assert!(!is_from_a_page(r#"console.log: "words""#));
    }
}
