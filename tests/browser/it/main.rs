//! The browser tests. Each is a story told in Chromium and again in Firefox, under a sub-path and a strict content policy.

/// Makes of a story one test for each browser, named `story::in_chromium` and `story::in_firefox`.
macro_rules! in_each_browser {
    ($($(#[$about:meta])* async fn $name:ident($page:ident: Page) $story:block)+) => {$(
        $(#[$about])*
        mod $name {
            use super::*;
            use counterpoint_browser_tests::{Browser, tell};

            async fn story($page: Page) -> anyhow::Result<()> $story

            #[test]
            fn in_chromium() -> anyhow::Result<()> {
                tell(Browser::Chromium, stringify!($name), story)
            }

            #[test]
            fn in_firefox() -> anyhow::Result<()> {
                tell(Browser::Firefox, stringify!($name), story)
            }
        }
    )+};
}

mod acts;
mod background;
mod brokers;
mod embedded;
mod evidence;
mod failures;
mod files;
mod harness;
mod hosts;
mod instrument;
mod library;
mod long_runs;
mod opening;
mod outage;
mod parameters;
mod sameness;
mod screen;
mod systems;
mod table;
mod taking;
mod workshop;
