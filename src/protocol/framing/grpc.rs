//! What gRPC puts round its messages: frames of HTTP/2, and a prefix of five bytes.
//!
//! Sources: grpc, "gRPC over HTTP2" (requests, responses, trailers, length-prefixed messages); RFC 9113 §4.1 (a frame's
//! header), §6.9.1 is left out (window updates); RFC 7541 §6 and appendix A (fields as they are the first time: the static
//! table is used, Huffman coding and what either side has in its dynamic table are not).
//!
//! *Invariant:* a call is one request of two frames, and one response of three, or of one where there is no result.

use super::length;
use crate::protocol::Freight;
use crate::trace::Size;

const FRAME: u32 = 9;
/// Whether it is compressed, and its length.
const PREFIX: u32 = 1 + 4;

/// A field whose name and value the static table has.
const INDEXED: u32 = 1;

/// A field whose name the table has: the name's number, then the value.
fn valued(value: u32) -> u32 {
    1 + text(value)
}

/// A field that is written out.
fn named(name: &str, value: &str) -> u32 {
    1 + text(length(name)) + text(length(value))
}

/// A text and its length, which takes a byte up to 126 and two beyond.
fn text(length: u32) -> u32 {
    length + if length < 127 { 1 } else { 2 }
}

/// `content-type: application/grpc`.
const TYPE: &str = "application/grpc";

/// A call of that method of that service, with or without the rest of a deadline.
pub(crate) fn request(service: &str, method: &str, tells_deadline: bool, freight: Freight) -> Size {
    let path = length("//") + length(service) + length(method);
    // `:method POST` and `:scheme http`.
    let mut fields = INDEXED + INDEXED + valued(path) + valued(length(service));
    fields += named("te", "trailers") + valued(length(TYPE));
    if tells_deadline {
        fields += named("grpc-timeout", "99999m");
    }
    Size::of(FRAME + fields + FRAME + PREFIX).each(freight.body)
}

/// A response with a result: `:status 200`, the message, and the status in the trailers.
pub(crate) fn result(freight: Freight) -> Size {
    let fields = INDEXED + valued(length(TYPE));
    Size::of(FRAME + fields + FRAME + PREFIX + FRAME + named("grpc-status", "0")).each(freight.result)
}

/// A response with nothing but trailers, which have a status of two digits.
pub(crate) fn error() -> Size {
    Size::of(FRAME + INDEXED + valued(length(TYPE)) + named("grpc-status", "13"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7541 appendix C.2.1 writes `custom-key: custom-header` out in 26 bytes, C.2.2 `:path: /sample/path` in 14, and C.2.4
    /// `:method: GET` in one.
    #[test]
    fn fields_are_as_long_as_in_the_examples_of_hpack() {
        assert_eq!(named("custom-key", "custom-header"), 26);
        assert_eq!(valued(length("/sample/path")), 14);
        assert_eq!(INDEXED, 1);
    }

    #[test]
    fn a_call_is_frames_and_a_prefix() {
        let freight = Freight { body: 100, result: 50 };
        // HEADERS: 9 + (1 + 1 + path 2 + 10 + authority 2 + 5 + te 1 + 3 + 9 + type 2 + 16); DATA: 9 + 5.
        assert_eq!(request("stock", "Get", false, freight), Size::of(9 + 52 + 9 + 5).each(100));
        // A deadline: 1 + 13 + 7.
        let more = request("stock", "Get", true, freight).own - request("stock", "Get", false, freight).own;
        assert_eq!(more, 21);
        // HEADERS 9 + 1 + 18, DATA 9 + 5, HEADERS 9 + 1 + 12 + 2.
        assert_eq!(result(freight), Size::of(28 + 14 + 24).each(50));
        assert_eq!(error(), Size::of(28 + 1 + 12 + 3));
    }
}
