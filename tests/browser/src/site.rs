//! The page on a static host such as people have: in some folder, with a strict content policy, and nothing else.

use anyhow::Result;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_SECURITY_POLICY};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::watch;
use tower_http::services::ServeDir;

/// The folder that the page is in: not the root, for many hosts have none to give.
const FOLDER: &str = "/deep/sub/path";

/// Where the pages are in which the diagram is embedded: on the same host, in another folder.
const PAGES: &str = "/deep/sub/pages";

/// Where the sites of documentation are, each in a folder of its name. They have scripts and styles of their own that no
/// strict policy allows.
const HOSTS: &str = "/deep/sub/hosts";

/// No inline scripts, no inline styles, nothing from elsewhere. Frames are for the pages that embed the page.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      script-src 'self' 'wasm-unsafe-eval'; frame-src 'self'";

/// A running host. It ends with the runtime that it was started on.
#[derive(Clone)]
pub struct Site {
    address: String,
    log: Arc<Mutex<Log>>,
    /// Beginnings of the names of files that are not answered for yet.
    held: watch::Sender<Vec<String>>,
}

#[derive(Default)]
struct Log {
    asked_for: Vec<String>,
    refused: Vec<String>,
    /// Endings of the names of files that the host says it does not have.
    missing: Vec<String>,
    /// What the host's content policy says besides.
    demands: String,
    /// Paths from the host's root, and what is there besides.
    added: Vec<(String, Vec<u8>)>,
    /// Another policy beside the host's own.
    restriction: Option<String>,
    /// Beginnings of the names of files, and what the host puts before what is in them.
    altered: Vec<(String, &'static str)>,
}

impl Site {
    /// Serves a folder on a free port of this machine.
    pub async fn of(folder: PathBuf) -> Result<Self> {
        let log = Arc::new(Mutex::new(Log::default()));
        let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("pages");
        let router =
            Router::new().nest_service(FOLDER, ServeDir::new(folder)).nest_service(PAGES, ServeDir::new(pages));
        let router = match std::env::var_os("COUNTERPOINT_HOSTS") {
            Some(hosts) => router.nest_service(HOSTS, ServeDir::new(hosts)),
            None => router,
        };
        let (held, _) = watch::channel(Vec::new());
        let router = router.layer(from_fn_with_state((log.clone(), held.subscribe()), answer));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}{FOLDER}/", listener.local_addr()?);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, log, held })
    }

    /// The page's address; it ends in a slash.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// From now on, files whose names end so are answered by 404.
    pub fn lose(&self, ending: &str) {
        locked(&self.log).missing.push(ending.to_owned());
    }

    /// From now on, files whose names begin so are answered for when they are let go.
    pub fn hold(&self, beginning: &str) {
        self.held.send_modify(|held| held.push(beginning.to_owned()));
    }

    /// Answers for all that was held back.
    pub fn let_go(&self) {
        self.held.send_modify(Vec::clear);
    }

    /// From now on, the host has this file as well, at a path from its root.
    pub fn add(&self, path: &str, content: Vec<u8>) {
        locked(&self.log).added.push((path.to_owned(), content));
    }

    /// From now on, nothing is missing any more.
    pub fn find_again(&self) {
        locked(&self.log).missing.clear();
    }

    /// From now on, another policy holds beside the host's own.
    pub fn restrict(&self, policy: &str) {
        locked(&self.log).restriction = Some(policy.to_owned());
    }

    /// From now on, the host's content policy says this as well.
    pub fn demand(&self, policy: &str) {
        locked(&self.log).demands = format!("; {policy}");
    }

    /// From now on, files whose names begin so begin with this text.
    pub fn put_before(&self, beginning: &str, text: &'static str) {
        locked(&self.log).altered.push((beginning.to_owned(), text));
    }

    /// What could not be answered since the last call.
    pub fn refusals(&self) -> Vec<String> {
        std::mem::take(&mut locked(&self.log).refused)
    }

    /// The paths asked for so far, relative to the page; the page itself is the empty one.
    pub fn asked_for(&self) -> Vec<String> {
        locked(&self.log).asked_for.clone()
    }
}

type Hosting = (Arc<Mutex<Log>>, watch::Receiver<Vec<String>>);

async fn answer(State((log, mut held)): State<Hosting>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let name = path.strip_prefix(FOLDER).unwrap_or(path);
    let name = name.strip_prefix('/').unwrap_or(name).to_owned();
    let (is_missing, before, policies, added) = {
        let mut log = locked(&log);
        log.asked_for.push(name.clone());
        let before = log.altered.iter().find(|(beginning, _)| name.starts_with(beginning)).map(|(_, text)| *text);
        let is_missing = log.missing.iter().any(|ending| name.ends_with(ending));
        let strict = (!path.starts_with(HOSTS)).then(|| format!("{POLICY}{}", log.demands));
        let policies = [strict, log.restriction.clone()];
        let added = log.added.iter().find(|(path, _)| *path == name).map(|(_, content)| content.clone());
        (is_missing, before, policies, added)
    };
    // An error means that the host is gone, and then nobody hears the answer.
    let _ = held.wait_for(|held| !held.iter().any(|beginning| name.starts_with(beginning))).await;
    let mut response = match added {
        Some(content) => content.into_response(),
        None if is_missing => StatusCode::NOT_FOUND.into_response(),
        None => next.run(request).await,
    };
    if !response.status().is_success() && response.status() != StatusCode::NOT_MODIFIED {
        let refusal = format!("the host answered {} for {name}", response.status());
        locked(&log).refused.push(refusal);
    }
    if let Some(text) = before {
        response = with_before(response, text).await;
    }
    for policy in policies.into_iter().flatten() {
        let policy = HeaderValue::from_str(&policy).expect("a policy is one line of letters");
        response.headers_mut().append(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// The same answer with a text before what it holds.
async fn with_before(response: Response, text: &'static str) -> Response {
    let (mut head, body) = response.into_parts();
    let held = axum::body::to_bytes(body, usize::MAX).await.expect("the file can be read");
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Body::from([text.as_bytes(), &held].concat()))
}

fn locked(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().expect("nobody panics while holding the log")
}
