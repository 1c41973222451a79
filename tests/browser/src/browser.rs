//! Which browsers are driven, and the starting of their drivers.

use crate::{chromium, firefox};
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard, PoisonError};
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
    /// What the driver and the browser print.
    pub printed: Printed,
    keeper: Child,
}

/// A shell that runs the driver and ends it, the browser and the profile as soon as nobody holds the other end of its input,
/// however whoever held it has ended. All three are of its process group. Its arguments are the profile and the driver's
/// command.
const KEEPER: &str = r#"
trap : TERM
profile=$1
shift
"$@" &
read -r _
kill -- -$$
wait
rm -rf "$profile"
kill -KILL -- -$$
"#;

/// How often a driver is started that ends before it says its port.
const TRIES: u32 = 4;

/// Browsers that no test has, of each kind. They end with the process.
static IDLE: [Mutex<Vec<Launched>>; 2] = [const { Mutex::new(Vec::new()) }; 2];

impl Browser {
    /// Those that no test has. Whoever panicked meanwhile has left them whole.
    pub(crate) fn idle(self) -> MutexGuard<'static, Vec<Launched>> {
        IDLE[self as usize].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the driver on a port of its choice, and the browser by it.
    pub async fn launch(self) -> Result<Launched> {
        // From here on it is the keeper's.
        let profile = tempfile::tempdir()?.keep();
        let capabilities = match self {
            Browser::Chromium => chromium::capabilities(&profile)?,
            Browser::Firefox => firefox::capabilities()?,
        };
        // A driver that is to choose its port listens there by both versions of IP, first by one and then by the other.
        // Another program may have come between, and then it ends.
        let mut tries = 1;
        let (keeper, port, printed) = loop {
            let driver = match self {
                Browser::Chromium => chromium::driver()?,
                Browser::Firefox => firefox::driver(&profile)?,
            };
            match start(&profile, driver.as_std()).await {
                Err(_) if tries < TRIES => tries += 1,
                started => break started?,
            }
        };
        let driver = connect(port, capabilities).await?;
        Ok(Launched { driver, printed, keeper })
    }
}

impl Launched {
    /// Closes the browser, and waits until nothing is left of it.
    pub async fn close(mut self) -> Result<()> {
        let quit = self.driver.quit().await;
        drop(self.keeper.stdin.take());
        self.keeper.wait().await?;
        Ok(quit?)
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

/// Starts a driver under its keeper, and reads from what it prints which port it listens on.
async fn start(profile: &Path, driver: &std::process::Command) -> Result<(Child, u16, Printed)> {
    std::fs::create_dir_all(profile)?;
    let mut command = Command::new("sh");
    command.args(["-c", KEEPER, "sh"]).arg(profile).arg(driver.get_program()).args(driver.get_args());
    let mut keeper = command
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{driver:?} could not be started"))?;
    let output = keeper.stdout.take().context("the driver's output is ours")?;
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
    Ok((keeper, port, printed))
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
