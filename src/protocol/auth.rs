//! User authentication: a password login, the OAuth 2.0 authorization code flow, and calls that carry a token
//! (`AUTH-1` to `AUTH-4`).
//!
//! Sources: RFC 9110 §11.6.1, §15.5.2 (401, WWW-Authenticate); RFC 6749 §4.1, §5, §6 (codes, tokens, refresh); OWASP
//! Password Storage Cheat Sheet (a hash should take less than about a second: Argon2id with 19 MiB and two passes, or
//! bcrypt of cost 10, take tens to hundreds of milliseconds of one core).
//!
//! The work of a job is the computing: the hash of a login, the resource of a call with a token. The server has cores;
//! a request holds one while it computes, and none while it waits for the user's record.

mod framing;

use super::by_number::ByNumber;
use super::call::settings::{Caller, Service, all_different, node_words};
use super::call::{
    Answer, Ask, Conduct, Door, Edge, EdgePolicy, Effect, Hands, Node, Reply, RetryOn, Step, StepEnd, Task, Verdict,
};
use super::retry::Retry;
use super::{BadSetting, Ground, Party as AnyParty, Stage, leg};
use crate::engine::{KindId, Setup};
use crate::reading::rule::{ID, JOBS, LASTING, LINE, NAME, SLOTS};
use crate::reading::{fields, words};
use crate::rng::Distribution;
use crate::time::{Moment, Span};
use crate::trace::{Duty, LabelId, PartId};

/// What is modelled and what is not, for the reader of the page.
pub const LEFT_OUT: &str = "Modelled: the look-up of a user, the hash of a password as computing on one of a server's cores, 401 for a wrong one after the same time, \
the authorization code flow with a code that is used once and lives ten minutes, tokens that expire, 401 and refresh. \
Left out: the choice of an algorithm (the work of a job is its cost), memory limits of a hash, PKCE and state, consent, redirects of the browser as messages of their own, \
rate limits and lock-out, sessions in a store, signing (microseconds), refresh tokens that are rotated, clock skew.";

fields! {
    /// A side's settings.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Settings {
        /// Who wants the jobs.
        pub caller: Caller = Caller::default(),
        /// Who checks the password and issues the tokens.
        pub server: AuthServer = AuthServer::default(),
        /// Where the users' records are.
        pub users: Service = Service::called("users", "Users", 10),
        /// How long the look-up of a user takes.
        pub lookup: Distribution = Distribution::fixed(Span::millis(2)),
        /// What a job is.
        pub flow: Flow = Flow::Password,
        /// Numbers of jobs, counted from one, whose password is wrong.
        pub wrong_password: Vec<u32> [JOBS] = Vec::new(),
        /// Code flow: how long the user takes to fill in the form.
        pub user_takes: Span = Span::ZERO,
        /// Code flow: how long the client takes to redeem the code.
        pub redeems_after: Span = Span::ZERO,
        /// Code flow: whether the code is redeemed a second time.
        pub redeems_twice: bool = false,
        /// At most ten minutes: RFC 6749 §4.1.2.
        pub code_lifetime: Span [LASTING] = Span::seconds(600),
        /// How long a token is good for (`expires_in`).
        pub expires_in: Span [LASTING] = Span::seconds(3600),
        /// How long each attempt waits for its answer; without a time, for ever.
        pub timeout: Option<Span> [LASTING] = None,
        /// How often what failed is tried again, and after which wait.
        pub retry: Retry = Retry::default(),
    }
}

fields! {
    /// The server that computes.
    #[derive(Clone, Debug, PartialEq)]
    pub struct AuthServer {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "auth".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Auth server".into(),
        /// How many passwords it hashes at the same time.
        pub cores: u16 [SLOTS] = 4,
        /// Requests it has in hand at most, beyond one a core.
        pub accept_queue: u32 [LINE] = 100,
    }
}

words! {
    /// What a job is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Flow = Password {
        /// `POST /login` with name and password.
        Password = "password",
        /// The authorization code flow, from the authorization endpoint to the token.
        Code = "code",
        /// A call that carries an access token, which is refreshed when it has expired.
        Bearer = "bearer",
    }
}

kinds! {
    REQUEST "request" Payload Call,
    RESPONSE "response" Payload Reply,
    LOOK_UP "look-up" Payload Call,
    RECORD "record" Payload Reply,
}

/// What the server is asked for.
const LOGIN: u8 = 0;
const AUTHORIZE: u8 = 1;
const REDEEM: u8 = 2;
const RESOURCE: u8 = 3;
const REFRESH: u8 = 4;

#[derive(Clone, Copy)]
struct Words {
    request: KindId,
    look_up: KindId,
    /// By what is asked for.
    asks: [LabelId; 5],
    select: LabelId,
    record: Reply,
    login_form: Reply,
    logged_in: Reply,
    code: Reply,
    unauthorized: Reply,
    token: Reply,
    invalid_grant: Reply,
    resource: Reply,
    error: Reply,
    gave_up_unauthorized: LabelId,
    gave_up_grant: LabelId,
    gave_up: LabelId,
}

const UNAUTHORIZED: u8 = 1;
const INVALID_GRANT: u8 = 2;

impl Settings {
    pub(super) fn check(&self) -> Result<(), BadSetting> {
        all_different(&[("caller", &self.caller.id), ("server", &self.server.id), ("users", &self.users.id)])?;
        self.retry.check("retry")
    }

    /// One login, one piece of work.
    pub(super) fn parts(&self) -> Option<u32> {
        Some(1)
    }

    fn words(&self, setup: &mut Setup<AnyParty>) -> Words {
        let (response, record) = (setup.kind(&RESPONSE), setup.kind(&RECORD));
        let mut fine = |text| Reply::new(response, setup.label(text), Verdict::Fine, 0);
        let (login_form, logged_in) = (fine("200 login form"), fine("200 OK, Set-Cookie"));
        let (code, token, resource) = (fine("302 code"), fine("200 access_token"), fine("200 OK"));
        let mut rejected = |text, status| Reply::new(response, setup.label(text), Verdict::Rejected, status);
        let unauthorized = rejected("401 WWW-Authenticate", UNAUTHORIZED);
        let invalid_grant = rejected("400 invalid_grant", INVALID_GRANT);
        let error = rejected("500 Internal Server Error", 3);
        let asks = ["POST /login", "GET /authorize", "POST /token code", "GET /resource", "POST /token refresh_token"];
        Words {
            request: setup.kind(&REQUEST),
            look_up: setup.kind(&LOOK_UP),
            asks: asks.map(|text| setup.label(text)),
            select: setup.label("SELECT user"),
            record: Reply::new(record, setup.label("row"), Verdict::Fine, 0),
            login_form,
            logged_in,
            code,
            unauthorized,
            token,
            invalid_grant,
            resource,
            error,
            gave_up_unauthorized: setup.label("gave up: 401"),
            gave_up_grant: setup.label("gave up: invalid_grant"),
            gave_up: setup.label("gave up"),
        }
    }

    pub(super) fn set_up(&self, ground: &Ground) -> Setup<AnyParty> {
        let mut setup = Setup::default();
        let words = self.words(&mut setup);
        words.size(self, &mut setup, ground.freight);
        let node_words = node_words(&mut setup);
        let caller = setup.lane(self.caller.lane());
        let AuthServer { id, name, cores, .. } = &self.server;
        let server = setup.lane(super::lanes::of_slots(Duty::Worker, (id, name), *cores, "core"));
        let users = setup.lane(self.users.lane_of("connection"));
        let out = setup.link(ground.link(caller, server, leg::OUT));
        let back = setup.link(ground.link(server, caller, leg::BACK));
        let on = setup.link(ground.reliable_link(server, users, leg::ON));
        let home = setup.link(ground.reliable_link(users, server, leg::RETURN));
        let policy = EdgePolicy {
            timeout: self.timeout,
            retry: self.retry.clone(),
            // A login may be repeated: nothing but a session too many comes of it.
            retry_on: RetryOn::AnyFailure,
            gate: self.caller.gate(),
            ..EdgePolicy::default()
        };
        let client = Client { words, settings: self.clone(), token: 0 };
        let node = Node::caller(self.caller.hands(), None, self.caller.callback.clone(), node_words, client);
        setup.actor(node.with_edge(Edge::new([out, back], policy)).into());
        let conduct = Server {
            words,
            settings: self.clone(),
            wrong: ByNumber::of(&self.wrong_password),
            codes: ByNumber::default(),
            redeemed: ByNumber::default(),
            revoked: ByNumber::default(),
            issued: vec![Moment::START],
        };
        let cores = Hands::cores(self.server.cores);
        let node = Node::service(cores, Door::before(self.server.accept_queue), node_words, conduct);
        setup.actor(node.with_edge(Edge::new([on, home], EdgePolicy::default())).into());
        let records = Records { words, lookup: self.lookup.clone() };
        setup.actor(self.users.node(node_words, records).into());
        setup
    }
}

struct Client {
    words: Words,
    settings: Settings,
    /// Which token it has, counted from nought: the first was issued when the run began.
    token: u32,
}

impl Client {
    fn ask(&self, entry: u8, note: u32, task: &Task) -> Step {
        let label = self.words.asks[usize::from(entry)];
        Step::Call(Ask { edge: 0, entry, note, kind: self.words.request, label, part: task.part, load: task.part })
    }

    fn give_up(&self, last: StepEnd) -> Step {
        Step::GiveUp(match last {
            StepEnd::Answered(Answer { code: UNAUTHORIZED, .. }) => self.words.gave_up_unauthorized,
            StepEnd::Answered(Answer { code: INVALID_GRANT, .. }) => self.words.gave_up_grant,
            StepEnd::Answered(_) | StepEnd::Failed(_) | StepEnd::Nothing | StepEnd::Done | StepEnd::WorkFailed => {
                self.words.gave_up
            }
        })
    }

    /// Authorize, the user's time, log in, the client's time, redeem; and what comes of redeeming twice.
    fn code_flow(&self, task: &Task) -> Step {
        let settings = &self.settings;
        match task.place {
            0 => self.ask(AUTHORIZE, 0, task),
            1 => Step::Pause(settings.user_takes),
            2 => self.ask(LOGIN, 0, task),
            3 => Step::Pause(settings.redeems_after),
            4 => self.ask(REDEEM, 0, task),
            5 if settings.redeems_twice => self.ask(REDEEM, 0, task),
            _ => Step::Answered,
        }
    }

    /// Calls with the token it has. If that has expired, it is refreshed once, and the call is made again; if somebody
    /// else has refreshed it meanwhile, the call is made again with the new one. Only an answer to the call itself is
    /// an answer.
    ///
    /// Of a job's task, `entry` is what it asked for last, `note` the token that it sent, and `memory` whether it has
    /// asked for a new one.
    fn bearer(&mut self, task: &mut Task) -> Step {
        match (task.entry, task.last) {
            (_, StepEnd::Nothing) => self.call_resource(task),
            (REFRESH, StepEnd::Answered(Answer { verdict: Verdict::Fine, note, .. })) => {
                self.token = self.token.max(note);
                self.call_resource(task)
            }
            (RESOURCE, StepEnd::Answered(Answer { code: UNAUTHORIZED, .. })) if task.note < self.token => {
                self.call_resource(task)
            }
            (RESOURCE, StepEnd::Answered(Answer { code: UNAUTHORIZED, .. })) if task.memory == 0 => {
                (task.entry, task.memory) = (REFRESH, 1);
                self.ask(REFRESH, self.token, task)
            }
            (RESOURCE, last) if last.is_fine() => Step::Answered,
            (_, last) => self.give_up(last),
        }
    }

    fn call_resource(&self, task: &mut Task) -> Step {
        (task.entry, task.note) = (RESOURCE, self.token);
        self.ask(RESOURCE, self.token, task)
    }
}

impl Conduct for Client {
    fn next(&mut self, task: &mut Task, _: &mut Stage<'_>) -> Step {
        match self.settings.flow {
            Flow::Bearer => self.bearer(task),
            // The first redemption gave a token: is it good for anything after the second?
            Flow::Code if task.place == 6 && self.settings.redeems_twice => self.ask(RESOURCE, 0, task),
            Flow::Password | Flow::Code if task.place > 0 && !task.last.is_fine() => self.give_up(task.last),
            Flow::Password if task.place == 0 => self.ask(LOGIN, 0, task),
            Flow::Password => Step::Answered,
            Flow::Code => self.code_flow(task),
        }
    }
}

struct Server {
    words: Words,
    settings: Settings,
    /// Numbers of the jobs whose password is wrong.
    wrong: ByNumber<u32, ()>,
    /// When each job's code was issued.
    codes: ByNumber<PartId, Moment>,
    redeemed: ByNumber<PartId, ()>,
    /// Jobs whose token was taken back, because their code was redeemed twice.
    revoked: ByNumber<PartId, ()>,
    /// When each of the client's tokens was issued.
    issued: Vec<Moment>,
}

impl Server {
    fn log_in(&mut self, task: &Task, stage: &mut Stage<'_>) -> Step {
        let Words { look_up: kind, select: label, .. } = self.words;
        let part = task.part;
        let wrong = self.wrong.contains(&stage.job_of(part).number());
        match (task.place, task.last) {
            (0, _) => Step::Call(Ask { edge: 0, entry: 0, note: 0, kind, label, part, load: part }),
            // A user who is not there is hashed for as well, so that the time tells nothing.
            (1, StepEnd::Answered(_)) => {
                let effect = if wrong { Effect::None } else { Effect::Changes };
                Step::Work { parts: vec![part], span: stage.work(part), effect }
            }
            (1, _) | (_, StepEnd::WorkFailed) => Step::Reply(self.words.error),
            _ if wrong => Step::Reply(self.words.unauthorized),
            _ => {
                self.codes.insert(part, stage.now());
                match self.settings.flow {
                    Flow::Code => Step::Reply(self.words.code),
                    Flow::Password | Flow::Bearer => Step::Reply(self.words.logged_in),
                }
            }
        }
    }

    fn redeem(&mut self, task: &Task, stage: &Stage<'_>) -> Step {
        let issued = self.codes.get(&task.part);
        let lives = issued.is_some_and(|at| stage.now().since(*at) <= self.settings.code_lifetime);
        if !lives {
            return Step::Reply(self.words.invalid_grant);
        }
        if self.redeemed.contains(&task.part) {
            self.revoked.insert(task.part, ());
            return Step::Reply(self.words.invalid_grant);
        }
        self.redeemed.insert(task.part, ());
        Step::Reply(self.words.token)
    }

    fn resource(&self, task: &mut Task, stage: &Stage<'_>) -> Step {
        if task.place > 0 {
            return Step::Reply(if task.last == StepEnd::WorkFailed { self.words.error } else { self.words.resource });
        }
        let issued = self.issued.get(task.note as usize);
        let good = issued.is_some_and(|at| stage.now().since(*at) < self.settings.expires_in);
        if !good || self.revoked.contains(&task.part) {
            return Step::Reply(self.words.unauthorized);
        }
        Step::Work { parts: vec![task.part], span: stage.work(task.part), effect: Effect::Changes }
    }

    fn refresh(&mut self, stage: &Stage<'_>) -> Step {
        self.issued.push(stage.now());
        Step::Reply(self.words.token.noting(self.issued.len() as u32 - 1))
    }
}

impl Conduct for Server {
    fn next(&mut self, task: &mut Task, stage: &mut Stage<'_>) -> Step {
        match task.entry {
            LOGIN => self.log_in(task, stage),
            AUTHORIZE => Step::Reply(self.words.login_form),
            REDEEM => self.redeem(task, stage),
            REFRESH => self.refresh(stage),
            _ => self.resource(task, stage),
        }
    }
}

/// The users' records.
struct Records {
    words: Words,
    lookup: Distribution,
}

impl Conduct for Records {
    fn next(&mut self, task: &mut Task, stage: &mut Stage<'_>) -> Step {
        match task.place {
            0 => Step::Compute(stage.takes(stage.draw(&self.lookup, 4, task.part))),
            _ => Step::Reply(self.words.record),
        }
    }
}
