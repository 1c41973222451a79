//! What travels between a caller and its server, and what is said of it.

use super::settings::{Method, Settings};
use crate::engine::{Setup, Word};
use crate::protocol::framing::http::{self, Head};
use crate::protocol::framing::{digits, length};
use crate::protocol::port::Attempt;
use crate::protocol::{Connection, Freight, Party};
use crate::trace::{LabelId, MessageKind, Size};

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// 200: here is the result.
    Ok,
    /// 409: the first request with this key is still being worked on.
    Conflict,
    /// 500: the work failed.
    Error,
    /// 503: no room; the request was not looked at.
    Unavailable,
}

/// A connection to one instance of the server. Each instance's are numbered by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub instance: u16,
    pub connection: Connection,
}

/// A request.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub attempt: Attempt,
    pub connection: Connection,
}

/// What a caller hears.
#[derive(Clone, Copy, Debug)]
pub enum ToCaller {
    Response {
        attempt: Attempt,
        status: Status,
    },
    /// The server's host turned the connection down: nothing was looked at.
    Refusal {
        attempt: Attempt,
    },
    /// The server's process died with the request in hand.
    Reset {
        attempt: Attempt,
    },
    /// The server closes a connection that was idle for too long.
    Close(Line),
}

kinds! {
    REQUEST "request" Payload Call,
    RESPONSE "response" Payload Reply,
    REFUSAL "refusal" Control Reply,
    RESET "reset" Control Reply,
    CLOSE "close" Background Async,
}

/// The words of this side, as the trace numbers them.
#[derive(Clone, Copy)]
pub(super) struct Words {
    pub request: Word,
    pub ok: Word,
    pub conflict: Word,
    pub error: Word,
    pub unavailable: Word,
    pub refused: Word,
    pub reset: Word,
    pub closes: Word,
    pub timed_out: LabelId,
    pub retries: LabelId,
    pub gave_up: LabelId,
    pub failed: LabelId,
}

impl Settings {
    pub(super) fn words(&self, setup: &mut Setup<Party>, freight: Freight) -> Words {
        let mut both = |kind: &'static MessageKind, text: &str| (setup.kind(kind), setup.label(text));
        let words = Words {
            request: both(&REQUEST, &format!("{} {}", self.method.word(), self.path)),
            ok: both(&RESPONSE, "200 OK"),
            conflict: both(&RESPONSE, "409 Conflict"),
            error: both(&RESPONSE, "500 Internal Server Error"),
            unavailable: both(&RESPONSE, "503 Service Unavailable"),
            refused: both(&REFUSAL, "connection refused"),
            reset: both(&RESET, "connection reset"),
            closes: both(&CLOSE, "close"),
            timed_out: setup.label("timed out"),
            retries: setup.label("tries again"),
            gave_up: setup.label("gave up"),
            failed: setup.label("failed"),
        };
        setup.body(words.request.0, &self.request_body);
        setup.body(words.ok.0, &self.response_body);
        self.size(&words, setup, freight);
        words
    }

    /// What each of them takes on the wire.
    fn size(&self, words: &Words, setup: &mut Setup<Party>, freight: Freight) {
        let method = self.method.word();
        let request = Head::request(method, &self.path, &self.server.id);
        // The key of the draft's first example, a UUID in quotes.
        let request = match self.idempotency_key {
            true => request.field("Idempotency-Key", length("\"8e03978e-40d5-43dd-bc93-6894a57f9324\"")),
            false => request,
        };
        setup.sized_as(words.request, request.carrying(method, freight));
        let ok = http::answer("200 OK", freight);
        // An answer to HEAD says how long the content would be, and has none (RFC 9110 §9.3.2).
        setup.sized_as(words.ok, if self.method == Method::Head { Size::of(ok.own) } else { ok });
        setup.sized_as(words.conflict, http::answer("409 Conflict", freight));
        setup.sized_as(words.error, http::answer("500 Internal Server Error", freight));
        let unavailable = Head::answer("503 Service Unavailable");
        let unavailable = match self.server.retry_after {
            Some(span) => unavailable.field("Retry-After", digits(span.as_micros().div_ceil(1_000_000) as u32)),
            None => unavailable,
        };
        setup.sized_as(words.unavailable, unavailable.empty());
        for word in [words.refused, words.reset, words.closes] {
            setup.sized(word.0, Size::NONE);
        }
    }
}
