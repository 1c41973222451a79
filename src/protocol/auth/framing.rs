//! What the messages of logins take on the wire.
//!
//! A login sends its form and a grant its own, not what is sent with a job; only an answer with the resource, or that the
//! user is logged in, carries a result. Names, codes and tokens are those of the examples in RFC 6749, §4.1 to §6; cookies are
//! left out.

use super::{AUTHORIZE, LOGIN, REDEEM, REFRESH, RESOURCE, Settings, Words};
use crate::engine::Setup;
use crate::protocol::call::Reply;
use crate::protocol::framing::http::{Head, JSON};
use crate::protocol::framing::{digits, length, postgresql};
use crate::protocol::{Freight, Party};
use crate::trace::Size;

const FORM: &str = "application/x-www-form-urlencoded";
const PASSWORD: &str = "username=johndoe&password=A3ddj3w";
const AUTHORIZATION: &str = "/authorize?response_type=code&client_id=s6BhdRkqt3&state=xyz\
&redirect_uri=https%3A%2F%2Fclient%2Eexample%2Ecom%2Fcb";
const REDIRECTION: &str = "https://client.example.com/cb?code=SplxlOBeZQQYbYS6WxSbIA&state=xyz";
const CODE: &str = "grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA\
&redirect_uri=https%3A%2F%2Fclient%2Eexample%2Ecom%2Fcb";
const REFRESHING: &str = "grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA";
const CLIENT: &str = "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW";
const TOKEN: &str = "{\"access_token\":\"2YotnFZFEjr1zCsicMWpAA\",\"token_type\":\"Bearer\",\"expires_in\":,\
\"refresh_token\":\"tGzv3JOkF0XG5Qx2TlKWIA\"}";
const BEARER: &str = "Bearer 2YotnFZFEjr1zCsicMWpAA";
/// A page with a form and nothing else.
const LOGIN_FORM: &str = "<!doctype html><title>Login</title><form method=post action=/login><input name=username>\
<input name=password type=password><button>Login</button></form>";

impl Words {
    pub(super) fn size(&self, settings: &Settings, setup: &mut Setup<Party>, freight: Freight) {
        let host = &*settings.server.id;
        let form = |head: Head, text: &str| head.with(FORM, length(text), 0);
        let token = || Head::request("POST", "/token", host).field("Authorization", length(CLIENT));
        let asks = [
            (LOGIN, form(Head::request("POST", "/login", host), PASSWORD)),
            (AUTHORIZE, Head::request("GET", AUTHORIZATION, host).alone()),
            (REDEEM, form(token(), CODE)),
            (RESOURCE, Head::request("GET", "/resource", host).field("Authorization", length(BEARER)).alone()),
            (REFRESH, form(token(), REFRESHING)),
        ];
        for (entry, size) in asks {
            setup.sized_as((self.request, self.asks[usize::from(entry)]), size);
        }
        let seconds = digits((settings.expires_in.as_micros() / 1_000_000) as u32);
        let unauthorized = Head::answer("401 Unauthorized").field("WWW-Authenticate", length("Bearer")).empty();
        let invalid = Head::answer("400 Bad Request").with(JSON, length("{\"error\":\"invalid_grant\"}"), 0);
        let answers: [(Reply, Size); 8] = [
            (self.login_form, Head::answer("200 OK").with("text/html", length(LOGIN_FORM), 0)),
            (self.logged_in, Head::answer("200 OK").with(JSON, 0, freight.result)),
            (self.code, Head::answer("302 Found").field("Location", length(REDIRECTION)).empty()),
            (self.unauthorized, unauthorized),
            (self.token, Head::answer("200 OK").with(JSON, length(TOKEN) + seconds, 0)),
            (self.invalid_grant, invalid),
            (self.resource, Head::answer("200 OK").with(JSON, 0, freight.result)),
            (self.error, Head::answer("500 Internal Server Error").empty()),
        ];
        for (reply, size) in answers {
            setup.sized_as((reply.kind, reply.label), size);
        }
        // The records are taken to be in a database that speaks PostgreSQL's protocol; a hash of Argon2id has 97 letters.
        setup.sized(self.look_up, postgresql::query("SELECT password FROM users WHERE name = 'johndoe'", 0));
        let row = postgresql::rows(1, 0).own + 97;
        setup.sized(self.record.kind, Size::of(row));
    }
}
