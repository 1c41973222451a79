//! What HTTP/1.1 puts round a content.
//!
//! Sources: RFC 9112 §2 to §4 (start line, field lines), RFC 9110 §7.2 (a request names its host), §8.3 and §8.6 (a content
//! is told by its type and its length), §6.6.1 (an answer has a date, unless it is a 5xx; here all have). What else
//! clients and servers add, as `User-Agent`, `Accept` and `Server`, is left out.
//!
//! *Invariant:* a message has no field but those that its sender must or should send, and those that are asked for here.

use super::{digits, length};
use crate::protocol::Freight;
use crate::trace::Size;

const LINE_END: u32 = 2;

/// The type of a content of which nothing else is said.
pub(crate) const JSON: &str = "application/json";

/// The lines before a content, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct Head(u32);

impl Head {
    /// `POST /orders HTTP/1.1`, and to whom.
    #[inline(never)]
    pub fn request(method: &str, target: &str, host: &str) -> Self {
        let line = length(method) + 1 + length(target) + 1 + length("HTTP/1.1") + LINE_END;
        Head(line + LINE_END).field("Host", length(host))
    }

    /// `HTTP/1.1 200 OK`, and when.
    #[inline(never)]
    pub fn answer(status: &str) -> Self {
        let line = length("HTTP/1.1 ") + length(status) + LINE_END;
        Head(line + LINE_END).field("Date", length("Sun, 06 Nov 1994 08:49:37 GMT"))
    }

    /// And a field whose value has so many bytes.
    #[inline(never)]
    pub fn field(self, name: &str, value: u32) -> Self {
        Head(self.0 + length(name) + length(": ") + value + LINE_END)
    }

    /// With what is sent with a job, if a request of that method has a content.
    pub fn carrying(self, method: &str, freight: Freight) -> Size {
        match METHODS[WITHOUT_CONTENT..].contains(&method) {
            true => self.with(JSON, 0, freight.body),
            false => self.alone(),
        }
    }

    /// The message without a content, where none is expected.
    pub fn alone(self) -> Size {
        Size::of(self.0)
    }

    /// With a content that has nothing in it.
    pub fn empty(self) -> Size {
        self.field("Content-Length", digits(0)).alone()
    }

    /// With a content that has so many bytes of its own, and in them so many of the job's.
    #[inline(never)]
    pub fn with(self, media_type: &str, own: u32, carried: u32) -> Size {
        let head = self.field("Content-Type", length(media_type));
        let Head(head) = head.field("Content-Length", digits(own + carried));
        Size::of(head + own).each(carried)
    }
}

const METHODS: [&str; 9] = ["GET", "HEAD", "OPTIONS", "TRACE", "DELETE", "CONNECT", "PUT", "POST", "PATCH"];

/// Of these, the last ones have a content (RFC 9110 §9.3; of a DELETE it has no meaning).
const WITHOUT_CONTENT: usize = 6;

/// A request that is written as people write it, `POST /orders/{job}`. What does not begin with a method is a POST.
pub(crate) fn request(text: &str, host: &str, freight: Freight) -> Size {
    let (method, target) = match text.split_once(' ') {
        Some((method, target)) if METHODS.contains(&method) => (method, target),
        _ => ("POST", text),
    };
    Head::request(method, target, host).carrying(method, freight)
}

/// An answer that is written as people write it, `200 OK`. The result of a job comes with 200, 201 and 203, and with what
/// is not written as a status; with any other there is no content.
pub(crate) fn answer(text: &str, freight: Freight) -> Size {
    let digits = text.get(..3).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let head = Head::answer(if digits.is_some() { text } else { "200 OK" });
    match digits {
        None | Some("200" | "201" | "203") => head.with(JSON, 0, freight.result),
        Some("204" | "304") => head.alone(),
        Some(_) => head.empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREIGHT: Freight = Freight { body: 1024, result: 20 };

    /// The texts are what is sent, so their lengths are what is counted.
    #[test]
    fn requests_and_answers_are_as_long_as_their_texts() {
        let post = "POST /orders/12345 HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 1024\r\n\r\n";
        assert_eq!(request("POST /orders/{job}", "shop", FREIGHT), Size::of(length(post)).each(1024));
        let get = "GET / HTTP/1.1\r\nHost: shop\r\n\r\n";
        assert_eq!(request("GET /", "shop", FREIGHT), Size::of(length(get)));
        let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
        let ok = format!("HTTP/1.1 200 OK\r\n{date}Content-Type: application/json\r\nContent-Length: 20\r\n\r\n");
        assert_eq!(answer("200 OK", FREIGHT), Size::of(length(&ok)).each(20));
        assert_eq!(answer("paid", FREIGHT), answer("200 OK", FREIGHT), "not written as a status");
        let accepted = format!("HTTP/1.1 202 Accepted\r\n{date}Content-Length: 0\r\n\r\n");
        assert_eq!(answer("202 Accepted", FREIGHT), Size::of(length(&accepted)));
        let no_content = format!("HTTP/1.1 204 No Content\r\n{date}\r\n");
        assert_eq!(answer("204 No Content", FREIGHT), Size::of(length(&no_content)));
    }
}
