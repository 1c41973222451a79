//! Calls from service to service: a chain, a sequence, or all at once; with a deadline that travels, retries in every
//! layer, a circuit breaker and a bulkhead (`CHAIN-1` to `CHAIN-4`, `CB-1` to `CB-5`).
//!
//! Sources: grpc.io, "Deadlines" and "Core concepts" (no deadline and no retry by default; the words of the
//! statuses); resilience4j's CircuitBreakerConfig and BulkheadConfig. A job has one part a service.

use super::breaker::BreakerSettings;
use super::call::settings::{Bulkhead, Caller, Service, all_different, node_words};
use super::call::{
    Answer, Ask, AtDeadline, CallFailure, Conduct, Door, Edge, EdgePolicy, Effect, Hands, Node, NodeWords, Reply,
    RetryOn, Step, StepEnd, Task, Verdict,
};
use super::framing::grpc;
use super::retry::Retry;
use super::{BadSetting, Freight, Ground, Party as AnyParty, Stage};
use crate::engine::{KindId, Setup};
use crate::reading::rule::{ID, LASTING, LINE, NAME, SLOTS, TEXT};
use crate::reading::{Rule, fields, words};
use crate::time::Span;
use crate::trace::{LabelId, PartId};

/// What is modelled and what is not, for the reader of the page.
pub const LEFT_OUT: &str = "Modelled: services that call one another while their worker is held, calls in sequence and at once, \
a deadline whose rest travels with each call, time-outs and retries in every layer, resilience4j's count-based circuit breaker and semaphore bulkhead, \
callers made of threads or of one event loop. \
Left out: load balancing and name resolution, streaming calls, hedged requests, gRPC's retry throttling and transparent retries, \
the breaker's time-based window and its forced states, fallbacks. \
A cancelled call is not told so by a message: the deadline that travelled with it says so at the same time. \
The bulkhead stands inside the breaker, and the breaker inside the retry, as resilience4j orders them.";

fields! {
    /// A side's settings.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Settings {
        /// Who wants the jobs.
        pub caller: Caller = Caller::default(),
        /// Who does the parts of a job, one part each, in order.
        pub services: Vec<ServiceSettings> [Rule::List(1, 16, &Rule::Any)] = vec![ServiceSettings::default()],
        /// How the services follow one another.
        pub order: CallOrder = CallOrder::Nested,
        /// How long a job may take, from when a thread takes it on. Without a number, for ever: gRPC's default.
        pub deadline: Option<Span> [LASTING] = None,
        /// Whether what is left of the deadline travels with every call: by itself in Java and Go, on request in C++.
        pub propagates_deadline: bool = true,
        /// Whether a service whose deadline passes stops its own work. gRPC leaves that to the application.
        pub stops_at_deadline: bool = false,
        /// For each attempt of each call.
        pub timeout: Option<Span> [LASTING] = None,
        /// In every layer. None by default, as in gRPC.
        pub retry: Retry = Retry::default(),
        /// Whether calls that may have been done are repeated.
        pub retry_on: RetryOn = RetryOn::AnyFailure,
        /// In every layer, round each call.
        pub circuit_breaker: Option<BreakerSettings> = None,
        /// In every layer, round each call.
        pub bulkhead: Option<Bulkhead> = None,
    }
}

words! {
    /// How the services follow one another.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum CallOrder = Nested {
        /// The caller calls the first, which calls the second, and so on.
        Nested = "nested",
        /// The caller calls one after another.
        Sequence = "sequence",
        /// The caller calls all at once.
        Parallel = "parallel",
    }
}

fields! {
    /// A service of the chain.
    #[derive(Clone, Debug, PartialEq)]
    pub struct ServiceSettings {
        /// What paths, faults and captions call it by.
        pub id: String [ID] = "service".into(),
        /// As its lane shows it.
        pub name: String [NAME] = "Service".into(),
        /// What is called, as in `Orders.Get`; without a text, the service's name.
        pub method: String [TEXT] = String::new(),
        /// How many requests it works on at the same time.
        pub workers: u16 [SLOTS] = 1,
        /// Requests that may wait for a worker. (Our choice: systems range from tens to thousands.)
        pub accept_queue: u32 [LINE] = 100,
    }
}

impl ServiceSettings {
    fn service(&self) -> Service {
        let ServiceSettings { id, name, workers, accept_queue, .. } = self.clone();
        Service { id, name, workers, accept_queue }
    }
}

kinds! {
    REQUEST "request" Payload Call,
    RESPONSE "response" Payload Reply,
}

#[derive(Clone)]
struct Words {
    request: KindId,
    methods: Vec<LabelId>,
    ok: Reply,
    internal: Reply,
    unavailable: Reply,
    gave_up: GaveUp,
}

/// Why a caller gave up, in gRPC's and resilience4j's words.
#[derive(Clone, Copy)]
struct GaveUp {
    deadline: LabelId,
    unavailable: LabelId,
    internal: LabelId,
    not_permitted: LabelId,
    bulkhead_full: LabelId,
}

impl GaveUp {
    fn because(self, last: StepEnd) -> LabelId {
        match last {
            StepEnd::Failed(CallFailure::Silence) => self.deadline,
            StepEnd::Failed(CallFailure::NotPermitted) => self.not_permitted,
            StepEnd::Failed(CallFailure::NoRoom) => self.bulkhead_full,
            StepEnd::Failed(CallFailure::TurnedAway | CallFailure::Broken) => self.unavailable,
            StepEnd::Failed(CallFailure::Error(Answer { code: UNAVAILABLE, .. })) => self.unavailable,
            StepEnd::Failed(CallFailure::Error(_)) | StepEnd::Answered(_) => self.internal,
            StepEnd::WorkFailed | StepEnd::Done | StepEnd::Nothing => self.internal,
        }
    }
}

/// The most attempts of one call, counted over all layers above it.
const MAX_ATTEMPTS: u64 = 1_000_000;

const OK: u8 = 0;
const INTERNAL: u8 = 13;
const UNAVAILABLE: u8 = 14;

impl Settings {
    pub(super) fn check(&self) -> Result<(), BadSetting> {
        let mut lanes = vec![("caller".to_owned(), self.caller.id.clone())];
        for service in &self.services {
            let field = format!("services.{}", service.id);
            lanes.push((field, service.id.clone()));
        }
        let lanes: Vec<(&str, &str)> = lanes.iter().map(|(field, id)| (field.as_str(), id.as_str())).collect();
        all_different(&lanes)?;
        if self.bulkhead.is_some() && self.caller.connections.is_some() {
            let sentence = "both bound the calls in flight; set `bulkhead` or `caller.connections`".into();
            return Err(BadSetting { field: "caller.connections".into(), sentence });
        }
        self.retry.check("retry")?;
        // Each layer repeats what the one below it has repeated already (CHAIN-3).
        let layers = if self.order == CallOrder::Nested { self.services.len() as u32 } else { 1 };
        let attempts = u64::from(self.retry.max_attempts).saturating_pow(layers);
        if attempts > MAX_ATTEMPTS {
            let sentence = format!(
                "{} attempts in each of {layers} layers multiply to more than {MAX_ATTEMPTS} of one call; \
                 take fewer, or fewer services",
                self.retry.max_attempts
            );
            return Err(BadSetting { field: "retry.max_attempts".into(), sentence });
        }
        Ok(())
    }

    /// One a service.
    pub(super) fn parts(&self) -> Option<u32> {
        Some(self.services.len() as u32)
    }

    fn policy(&self) -> EdgePolicy {
        EdgePolicy {
            timeout: self.timeout,
            retry: self.retry.clone(),
            retry_on: self.retry_on,
            breaker: self.circuit_breaker.clone(),
            gate: self.bulkhead.as_ref().map(Bulkhead::gate),
            cancel: None,
        }
    }

    fn words(&self, setup: &mut Setup<AnyParty>) -> (Words, NodeWords) {
        let response = setup.kind(&RESPONSE);
        let mut reply = |text: &str, verdict, code| Reply::new(response, setup.label(text), verdict, code);
        let ok = reply("OK", Verdict::Fine, OK);
        let internal = reply("INTERNAL", Verdict::Failed, INTERNAL);
        let unavailable = reply("UNAVAILABLE", Verdict::Failed, UNAVAILABLE);
        let methods = self.services.iter().map(|service| {
            let text = if service.method.is_empty() { &service.name } else { &service.method };
            setup.label(text)
        });
        let methods = methods.collect();
        let gave_up = GaveUp {
            deadline: setup.label("gave up: DEADLINE_EXCEEDED"),
            unavailable: setup.label("gave up: UNAVAILABLE"),
            internal: setup.label("gave up: INTERNAL"),
            not_permitted: setup.label("gave up: call not permitted"),
            bulkhead_full: setup.label("gave up: bulkhead full"),
        };
        let words = Words { request: setup.kind(&REQUEST), methods, ok, internal, unavailable, gave_up };
        let mut node = node_words(setup);
        node.deadline = setup.label("DEADLINE_EXCEEDED");
        node.refused.1 = setup.label("UNAVAILABLE");
        (words, node)
    }

    /// What each of them takes on the wire.
    fn size(&self, words: &Words, setup: &mut Setup<AnyParty>, freight: Freight) {
        for (service, label) in self.services.iter().zip(&words.methods) {
            let method = if service.method.is_empty() { &service.name } else { &service.method };
            let tells = self.deadline.is_some() && self.propagates_deadline;
            setup.sized_as((words.request, *label), grpc::request(&service.id, method, tells, freight));
        }
        setup.sized(words.ok.kind, grpc::error());
        setup.sized_as((words.ok.kind, words.ok.label), grpc::result(freight));
    }

    pub(super) fn set_up(&self, ground: &Ground) -> Setup<AnyParty> {
        let mut setup = Setup::default();
        let (words, node_words) = self.words(&mut setup);
        self.size(&words, &mut setup, ground.freight);
        let caller = setup.lane(self.caller.lane());
        let lanes: Vec<_> = self.services.iter().map(|service| setup.lane(service.service().lane())).collect();

        let policy = self.policy();
        let first_policy = EdgePolicy { gate: policy.gate.or(self.caller.gate()), ..policy.clone() };
        let conduct = Client { order: self.order, services: self.services.len() as u8, words: words.clone() };
        let mut node =
            Node::caller(self.caller.hands(), self.deadline, self.caller.callback.clone(), node_words, conduct);
        let mut onward = Vec::new();
        for (index, lane) in lanes.iter().enumerate() {
            let leg = 2 * index as u8;
            let above = if self.order == CallOrder::Nested && index > 0 { lanes[index - 1] } else { caller };
            let link = |from, to, leg| match above == caller {
                true => ground.link(from, to, leg),
                false => ground.reliable_link(from, to, leg),
            };
            let way = [setup.link(link(above, *lane, leg)), setup.link(link(*lane, above, leg + 1))];
            if above == caller {
                node = node.with_edge(Edge::new(way, first_policy.clone()));
            } else {
                onward.push(way);
            }
        }
        setup.actor(node.into());
        let at_deadline = match (self.propagates_deadline, self.stops_at_deadline) {
            (false, _) => AtDeadline::Unaware,
            (true, false) => AtDeadline::WorksOn,
            (true, true) => AtDeadline::Stops,
        };
        for (index, service) in self.services.iter().enumerate() {
            let door = Door { at_deadline, ..Door::before(service.accept_queue) };
            let conduct = Server { onward: onward.get(index).is_some(), place: index as u8, words: words.clone() };
            let mut node = Node::service(Hands::threads(service.workers), door, node_words, conduct);
            if let Some(way) = onward.get(index) {
                node = node.with_edge(Edge::new(*way, policy.clone()));
            }
            setup.actor(node.into());
        }
        setup
    }
}

impl Words {
    /// The call of the service at `place`, over that edge, by the task whose part is `first` + `ahead` − 1.
    fn call(&self, edge: u8, place: u8, part: PartId) -> Ask {
        let label = self.methods[usize::from(place)];
        Ask { edge, entry: place, note: 0, kind: self.request, label, part, load: part }
    }
}

/// What the caller does about a job.
struct Client {
    order: CallOrder,
    services: u8,
    words: Words,
}

impl Conduct for Client {
    fn next(&mut self, task: &mut Task, _: &mut Stage<'_>) -> Step {
        let call = |place: u8| self.words.call(place, place, PartId::from_index(task.part.index() + u32::from(place)));
        if task.place > 0 && !task.last.is_fine() {
            return Step::GiveUp(self.words.gave_up.because(task.last));
        }
        match (self.order, task.place) {
            (CallOrder::Nested, 0) => Step::Call(call(0)),
            (CallOrder::Parallel, 0) => Step::All((0..self.services).map(call).collect()),
            (CallOrder::Sequence, place) if place < u32::from(self.services) => Step::Call(call(place as u8)),
            (CallOrder::Nested | CallOrder::Parallel | CallOrder::Sequence, _) => Step::Answered,
        }
    }
}

/// What a service does about a request: its own work, then the call of the next, if it has one.
struct Server {
    onward: bool,
    place: u8,
    words: Words,
}

impl Conduct for Server {
    fn next(&mut self, task: &mut Task, stage: &mut Stage<'_>) -> Step {
        match (task.place, task.last) {
            (0, _) => Step::Work { parts: vec![task.part], span: stage.work(task.part), effect: Effect::Changes },
            (1, StepEnd::Done) if self.onward => {
                let part = PartId::from_index(task.part.index() + 1);
                Step::Call(self.words.call(0, self.place + 1, part))
            }
            (_, last) if last.is_fine() => Step::Reply(self.words.ok),
            (_, StepEnd::WorkFailed | StepEnd::Failed(CallFailure::Error(Answer { code: INTERNAL, .. }))) => {
                Step::Reply(self.words.internal)
            }
            _ => Step::Reply(self.words.unavailable),
        }
    }
}
