//! HTTP request–response: `HTTP-1` to `HTTP-6`.
