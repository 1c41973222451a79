//! What protocols put round what they carry, in bytes, as far as several share it: HTTP/1.1, gRPC, PostgreSQL's messages.
//!
//! What is one broker's own stands in a `framing.rs` beside its words. Everywhere lengths are worked out from the layout
//! that is published, and a message's text is written out where the layout is a text. These are left out, by all: TCP and
//! TLS, what HTTP/2 saves by its tables, cookies, headers of tracing and proxies, compression of contents. A text is taken
//! to need no escapes. A job's number counts five digits, as many as `{job}` has letters, so all messages that read alike
//! weigh the same, and names of which there are several count as the longest.
//!
//! *Invariant:* how many bytes a message has makes no difference to what happens.

pub(crate) mod grpc;
pub(crate) mod http;
pub(crate) mod postgresql;

/// The bytes of a text.
pub(crate) const fn length(text: &str) -> u32 {
    text.len() as u32
}

/// The bytes of a number written in decimal digits.
pub(crate) const fn digits(number: u32) -> u32 {
    match number.checked_ilog10() {
        Some(log) => log + 1,
        None => 1,
    }
}

/// The bytes of the longest of these texts; none if there are none.
pub(crate) fn longest<'a>(texts: impl Iterator<Item = &'a String>) -> u32 {
    texts.map(|text| length(text)).max().unwrap_or(0)
}
