//! Which browsers are driven, and the starting of their drivers.

use crate::{chromium, firefox};
use anyhow::{Context, Result, bail};
use std::process::Stdio;
use std::time::Duration;
use thirtyfour::{Capabilities, WebDriver};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// A browser that the page has to work in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Browser {
    Chromium,
    Firefox,
}

/// A driver's process and its session: one browser, with a profile of its own.
pub struct Launched {
    pub driver: WebDriver,
    pub process: Child,
    /// What the driver and the browser print.
    pub printed: Printed,
    /// Goes, with all that is in it, when the browser is closed.
    pub profile: tempfile::TempDir,
}

/// How often a driver is started that ends before it says its port.
const TRIES: u32 = 4;

impl Browser {
    /// Starts the driver on a port of its choice, and the browser by it.
    pub async fn launch(self) -> Result<Launched> {
        let profile = tempfile::tempdir()?;
        let capabilities = match self {
            Browser::Chromium => chromium::capabilities(profile.path())?,
            Browser::Firefox => firefox::capabilities()?,
        };
        // A driver that is to choose its port listens there by both versions of IP, first by one and then by the other.
        // Another program may have come between, and then it ends.
        let mut tries = 1;
        let (process, port, printed) = loop {
            let command = match self {
                Browser::Chromium => chromium::driver()?,
                Browser::Firefox => firefox::driver(profile.path())?,
            };
            match start(command).await {
                Err(_) if tries < TRIES => tries += 1,
                started => break started?,
            }
        };
        let driver = connect(port, capabilities).await?;
        Ok(Launched { driver, process, printed, profile })
    }
}

/// Lines that a driver and its browser print, as they come.
pub type Printed = tokio::sync::mpsc::UnboundedReceiver<String>;

async fn connect(port: u16, capabilities: Capabilities) -> Result<WebDriver> {
    let address = format!("http://127.0.0.1:{port}");
    WebDriver::builder(address, capabilities)
        .request_timeout(Duration::from_secs(60))
        .connect()
        .await
        .context("the browser did not start")
}

/// Starts a driver and reads from what it prints which port it listens on.
async fn start(mut command: Command) -> Result<(Child, u16, Printed)> {
    let mut process = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("{command:?} could not be started"))?;
    let output = process.stdout.take().context("the driver's output is ours")?;
    let mut lines = BufReader::new(output).lines();
    let port = tokio::time::timeout(Duration::from_secs(30), announced_port(&mut lines))
        .await
        .context("the driver did not say its port")??;
    let (sender, printed) = tokio::sync::mpsc::unbounded_channel();
    // Read on at once and always, or the driver stops when the pipe is full.
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            // Nobody may be listening any more.
            let _ = sender.send(line);
        }
    });
    Ok((process, port, printed))
}

/// `ChromeDriver was started successfully on port 40001.`, `Listening on 127.0.0.1:40001`
async fn announced_port(lines: &mut Lines<BufReader<ChildStdout>>) -> Result<u16> {
    while let Some(line) = lines.next_line().await? {
        let announced =
            ["successfully on port ", "Listening on 127.0.0.1:"].iter().find_map(|words| line.split_once(words));
        if let Some((_, port)) = announced {
            return Ok(port.trim_end_matches('.').parse()?);
        }
    }
    bail!("the driver ended before it said its port")
}
