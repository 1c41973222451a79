//! Builds the page and serves it on this machine, and builds it again on every change.

use crate::setup::{Consent, Setup};
use crate::site;
use crate::steps::told;
use crate::workspace::root;
use anyhow::{Context, Result, anyhow, bail};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Builds and serves until stopped.
pub fn serve(port: u16, consent: Consent) -> Result<()> {
    // The port is tried before anything is built, so that whoever chose one that is taken learns it at once.
    let port = free_port(port)?;
    let begun = Instant::now();
    let tools = Setup::begin(consent)?.page()?;
    site::prepare()?;

    let mut trunk = site::trunk("serve");
    trunk
        .args(["--release", "--log", "warn", "--address", "127.0.0.1"])
        .args(["--port", &port.to_string()])
        // What Trunk serves is addressed from the root, and would not run from a sub-path, so it is kept out of dist/.
        .arg("--dist")
        .arg(root().join("target/served"));
    std::fs::create_dir_all(root().join("target/served"))?;
    let server = Server::start(tools.lend(&mut trunk))?;
    if server.wait_until(|| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok())? {
        println!("\n  http://127.0.0.1:{port}/   (ready after {}; Ctrl-C stops)\n", told(begun.elapsed()));
        server.wait_until(|| false)?;
    }
    Ok(())
}

/// Trunk as a child that ends with this task. A signal that ends the task would otherwise leave it running, with its
/// port taken.
struct Server {
    child: Arc<Mutex<Child>>,
    stopped: Arc<AtomicBool>,
}

impl Server {
    fn start(command: &mut Command) -> Result<Self> {
        let child = Arc::new(Mutex::new(command.spawn().context("Trunk could not be started")?));
        let stopped = Arc::new(AtomicBool::new(false));
        let server = Server { child: child.clone(), stopped: stopped.clone() };
        let stop = move || {
            stopped.store(true, Ordering::SeqCst);
            // Ctrl-C is sent to both, so Trunk may have ended by itself.
            if let Ok(mut child) = child.lock() {
                let _ = child.kill();
            }
        };
        ctrlc::set_handler(stop).context("signals cannot be heard")?;
        Ok(server)
    }

    /// Waits until `is_so`, and returns whether it came to that; if not, this task was told to stop. It is an error if
    /// Trunk ends by itself.
    fn wait_until(&self, is_so: impl Fn() -> bool) -> Result<bool> {
        while !is_so() {
            let ended = self.child.lock().map_err(|_| anyhow!("stopping failed"))?.try_wait()?;
            match ended {
                Some(_) if self.stopped.load(Ordering::SeqCst) => return Ok(false),
                Some(ended) => bail!("Trunk ended ({ended})"),
                None => std::thread::sleep(Duration::from_millis(100)),
            }
        }
        Ok(true)
    }
}

/// The port itself, if it is free; for 0, any free one.
fn free_port(port: u16) -> Result<u16> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(listener) => Ok(listener.local_addr()?.port()),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!("port {port} is taken by another program; choose one with --port, or let --port 0 find one")
        }
        Err(error) => Err(error).with_context(|| format!("port {port} cannot be used")),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// SIGTERM is what a terminal, a supervisor or continuous integration sends.
    #[test]
    fn what_was_started_ends_with_a_signal_to_us() {
        let server = Server::start(Command::new("sleep").arg("600")).unwrap();
        let told = Command::new("kill").args(["-TERM", &std::process::id().to_string()]).status().unwrap();
        assert!(told.success());
        assert!(!server.wait_until(|| false).unwrap(), "it ended, and because we were told to");
    }
}
