//! The messages of PostgreSQL's protocol, version 3.
//!
//! Source: PostgreSQL documentation, "Message Formats". *Invariant:* a message is its letter, its length in four bytes, and
//! what is in it.

use super::{digits, length};
use crate::trace::Size;

const INT16: u32 = 2;
const INT32: u32 = 4;

fn message(inside: u32) -> u32 {
    1 + INT32 + inside
}

/// A text with a nought behind it.
fn text(text: &str) -> u32 {
    length(text) + 1
}

/// A statement as a `Query`, with what is sent with the job in its text.
pub(crate) fn query(sql: &str, body: u32) -> Size {
    Size::of(message(text(sql))).each(body)
}

/// `Sync`.
pub(crate) fn sync() -> u32 {
    message(0)
}

/// `Parse`, `Bind`, `Describe`, `Execute` and `Sync` of a statement and a portal without names, which has one parameter: what is
/// sent with the job.
pub(crate) fn extended(sql: &str, body: u32) -> Size {
    let parse = message(text("") + text(sql) + INT16 + INT32);
    let bind = message(text("") + text("") + INT16 + INT16 + INT32 + INT16);
    let describe = message(1 + text(""));
    let execute = message(text("") + INT32);
    Size::of(parse + bind + describe + execute + sync()).each(body)
}

/// `ParseComplete` and `BindComplete`.
pub(crate) fn prepared() -> u32 {
    message(0) + message(0)
}

/// `ReadyForQuery`, which says in what transaction.
pub(crate) fn ready() -> u32 {
    message(1)
}

/// `RowDescription` of one column, so many times `DataRow`, `CommandComplete` and `ReadyForQuery`. All rows together carry
/// `result`.
pub(crate) fn rows(count: u32, result: u32) -> Size {
    let column = text("result") + INT32 + INT16 + INT32 + INT16 + INT32 + INT16;
    let description = message(INT16 + column);
    let row = message(INT16 + INT32);
    let complete = message(text("SELECT ") + digits(count));
    let own = description.saturating_add(row.saturating_mul(count)).saturating_add(complete + ready());
    Size::of(own).each(if count == 0 { 0 } else { result })
}

/// `ErrorResponse` with severity (twice, once untranslated), code and text.
pub(crate) fn error(severity: &str, code: &str, said: &str) -> u32 {
    let field = |value: &str| 1 + text(value);
    message(field(severity) + field(severity) + field(code) + field(said) + 1)
}

/// `CancelRequest`, which has no letter: length, code, process and key.
pub(crate) const CANCEL: Size = Size::of(4 * INT32);

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes as they are sent, after the documentation.
    #[test]
    fn messages_are_as_long_as_their_bytes() {
        assert_eq!(query("SELECT 1", 0), Size::of(length("Q\0\0\0\x0dSELECT 1\0")));
        assert_eq!(sync(), length("S\0\0\0\x04"));
        assert_eq!(ready(), length("Z\0\0\0\x05I"));
        let parse = "P\0\0\0\0\0SELECT $1\0\0\x01\0\0\0\x19";
        let bind = "B\0\0\0\0\0\0\0\0\0\x01\0\0\0\x05\0\0";
        let rest = "D\0\0\0\0P\0E\0\0\0\0\0\0\0\0\0S\0\0\0\x04";
        assert_eq!(extended("SELECT $1", 5), Size::of(length(parse) + length(bind) + length(rest)).each(5));
        let description = "T\0\0\0\0\0\x01result\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
        let row = "D\0\0\0\0\0\x01\0\0\0\0";
        let complete = "C\0\0\0\0SELECT 2\0Z\0\0\0\x05I";
        assert_eq!(rows(2, 9), Size::of(length(description) + 2 * length(row) + length(complete)).each(9));
        assert_eq!(rows(0, 9).each, 0, "no row has a result");
        let error_response = "E\0\0\0\0SERROR\0VERROR\0C57014\0Mcanceling\0\0";
        assert_eq!(error("ERROR", "57014", "canceling"), length(error_response));
    }
}
