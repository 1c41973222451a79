//! The page, built and served on this machine, again on every change.

use crate::setup::{Consent, Setup};
use crate::site;
use crate::steps::told;
use crate::workspace::root;
use anyhow::{Context, Result, bail};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Child;
use std::time::{Duration, Instant};

/// Builds and serves until stopped.
pub fn serve(port: u16, consent: Consent) -> Result<()> {
    // Asked before anything is built, so that the answer comes at once.
    let port = free_port(port)?;
    let begun = Instant::now();
    let tools = Setup::begin(consent)?.page()?;
    site::prepare()?;

    let mut trunk = site::trunk("serve");
    trunk
        .args(["--release", "--log", "warn", "--address", "127.0.0.1"])
        .args(["--port", &port.to_string()])
        // Not dist/: what Trunk serves is addressed from the root, and so would not run from a sub-path.
        .arg("--dist")
        .arg(root().join("target/served"));
    std::fs::create_dir_all(root().join("target/served"))?;
    let mut server = tools.lend(&mut trunk).spawn().context("Trunk could not be started")?;
    wait_until_serving(&mut server, port)?;
    println!("\n  http://127.0.0.1:{port}/   (ready after {}; Ctrl-C stops)\n", told(begun.elapsed()));

    let ended = server.wait()?;
    anyhow::ensure!(ended.success(), "Trunk ended ({ended})");
    Ok(())
}

/// The port itself, if nobody listens there; for 0, one that is free.
fn free_port(port: u16) -> Result<u16> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(listener) => Ok(listener.local_addr()?.port()),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!("port {port} is taken by another program; choose one with --port, or let --port 0 find one")
        }
        Err(error) => Err(error).with_context(|| format!("port {port} cannot be used")),
    }
}

/// Trunk opens its port when the first build is done.
fn wait_until_serving(server: &mut Child, port: u16) -> Result<()> {
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if let Some(ended) = server.try_wait()? {
            bail!("the page could not be built ({ended})");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
