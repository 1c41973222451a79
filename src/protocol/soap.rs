//! SOAP over HTTP: every request gets one envelope, with a result or with exactly one fault (`SOAP-1` to `SOAP-3`).
//!
//! Sources: W3C, SOAP 1.2 Part 1 §5.4 (faults), Part 2 §7.5.2.2 (HTTP status of faults); SOAP 1.1 §6.2 and the WS-I
//! Basic Profile (500 for every fault); W3C Note "SOAP 1.1 Request Optional Response HTTP Binding" (202).

use super::by_number::ByNumber;
use super::call::settings::{Caller, Service, all_different};
use super::call::{
    Answer, Ask, CallFailure, Conduct, EdgePolicy, Effect, Reply, RetryOn, Step, StepEnd, Task, Verdict, pair,
};
use super::framing::http::Head;
use super::framing::length;
use super::retry::Retry;
use super::{BadSetting, Freight, Ground, Party as AnyParty, Stage};
use crate::engine::{KindId, Setup};
use crate::reading::rule::{JOBS, LASTING, TEXT};
use crate::reading::{fields, words};
use crate::time::Span;
use crate::trace::{LabelId, Size};

/// What is modelled and what is not, for the reader of the page.
pub const LEFT_OUT: &str = "Modelled: an envelope by POST, answered by one envelope with a result or one fault; the fault codes of 1.1 and 1.2 \
with their HTTP status; a header that must be understood and is not; one-way messages with 202; \
time-outs and retries, which a fault does not set off, for it is an answer. \
Left out: WSDL, WS-ReliableMessaging, WS-Security and other extensions, attachments, SOAP by GET, intermediaries, \
the time it takes to parse XML.";

fields! {
    /// A side's settings.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Settings {
        /// Who wants the jobs.
        pub caller: Caller = Caller::default(),
        /// Who answers.
        pub server: Service = Service::default(),
        /// The version of SOAP.
        pub version: Version = Version::OneTwo,
        /// The element in the body, as in `PlaceOrder`.
        pub operation: String [TEXT] = "PlaceOrder".into(),
        /// Numbers of jobs, counted from one, whose envelope the server finds wrong: a fault of the sender's.
        pub sender_faults: Vec<u32> [JOBS] = Vec::new(),
        /// Numbers of jobs, counted from one, with a header that must be understood and is not: the body is not looked at.
        pub not_understood: Vec<u32> [JOBS] = Vec::new(),
        /// Whether nobody waits for a result: the server answers 202 with an empty body and works then.
        pub one_way: bool = false,
        /// How long each attempt waits for its answer; without a time, for ever.
        pub timeout: Option<Span> [LASTING] = None,
        /// SOAP has POST only, so what may have been done is not repeated unless `retry_after_silence` says so.
        pub retry: Retry = Retry::default(),
        /// Whether a request is repeated that may have been done.
        pub retry_after_silence: bool = false,
    }
}

words! {
    /// The version of SOAP.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Version = OneOne {
        /// SOAP 1.1, whose faults all come with 500.
        OneOne = "1.1",
        /// SOAP 1.2, whose faults of the sender come with 400.
        OneTwo = "1.2",
    }
}

kinds! {
    ENVELOPE "envelope" Payload Call,
    RESULT "result" Payload Reply,
    FAULT "fault" Payload Reply,
    ACCEPTED "accepted" Control Reply,
}

#[derive(Clone, Copy)]
struct Words {
    envelope: KindId,
    operation: LabelId,
    result: Reply,
    accepted: Reply,
    sender: Reply,
    receiver: Reply,
    not_understood: Reply,
    fault: LabelId,
    gave_up: LabelId,
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), BadSetting> {
        all_different(&[("caller", &self.caller.id), ("server", &self.server.id)])?;
        self.retry.check("retry")
    }

    /// One operation, one piece of work.
    pub(super) fn parts(&self) -> Option<u32> {
        Some(1)
    }

    fn words(&self, setup: &mut Setup<AnyParty>, freight: Freight) -> Words {
        let (result, fault, accepted) = (setup.kind(&RESULT), setup.kind(&FAULT), setup.kind(&ACCEPTED));
        // 1.2 maps the sender's faults to 400 and the others to 500; 1.1 has 500 for all.
        let (sender, receiver) = match self.version {
            Version::OneOne => ("500 Fault: Client", "500 Fault: Server"),
            Version::OneTwo => ("400 Fault: Sender", "500 Fault: Receiver"),
        };
        let mut fault_of = |text| Reply::new(fault, setup.label(text), Verdict::Rejected, 0);
        let (sender, receiver) = (fault_of(sender), fault_of(receiver));
        let not_understood = fault_of("500 Fault: MustUnderstand");
        let response = setup.label(&format!("200 {}Response", self.operation));
        let words = Words {
            envelope: setup.kind(&ENVELOPE),
            operation: setup.label(&format!("POST {}", self.operation)),
            result: Reply::new(result, response, Verdict::Fine, 0),
            accepted: Reply::new(accepted, setup.label("202 Accepted"), Verdict::Fine, 0),
            sender,
            receiver,
            not_understood,
            fault: setup.label("gave up: a fault"),
            gave_up: setup.label("gave up"),
        };
        self.size(&words, setup, freight);
        words
    }

    /// An envelope with that in its body, of so many bytes: an envelope without a header, in UTF-8 and without a declaration.
    fn envelope(&self, head: Head, inside: u32, carried: u32) -> Size {
        let (namespace, media_type) = match self.version {
            Version::OneOne => ("http://schemas.xmlsoap.org/soap/envelope/", "text/xml; charset=utf-8"),
            Version::OneTwo => ("http://www.w3.org/2003/05/soap-envelope", "application/soap+xml; charset=utf-8"),
        };
        let around = length("<env:Envelope xmlns:env=\"\"><env:Body></env:Body></env:Envelope>");
        head.with(media_type, around + length(namespace) + inside, carried)
    }

    /// The element of that name, but what is in it.
    fn element(&self, after: &str) -> u32 {
        2 * (length(&self.operation) + length(after)) + length("<></>")
    }

    /// What each of them takes on the wire.
    fn size(&self, words: &Words, setup: &mut Setup<AnyParty>, freight: Freight) {
        let post = Head::request("POST", "/", &self.server.id);
        // SOAP 1.1 §6.1.1: the header must be there.
        let (post, faults) = match self.version {
            Version::OneOne => (post.field("SOAPAction", length(&self.operation) + 2), ["Client", "Server"]),
            Version::OneTwo => (post, ["Sender", "Receiver"]),
        };
        setup.sized(words.envelope, self.envelope(post, self.element(""), freight.body));
        let result = self.envelope(Head::answer("200 OK"), self.element("Response"), freight.result);
        setup.sized(words.result.kind, result);
        setup.sized(words.accepted.kind, Head::answer("202 Accepted").empty());
        for (reply, code) in [words.sender, words.receiver, words.not_understood]
            .into_iter()
            .zip(faults.into_iter().chain(["MustUnderstand"]))
        {
            let status = match (self.version, code) {
                (Version::OneTwo, "Sender") => "400 Bad Request",
                _ => "500 Internal Server Error",
            };
            let around = match self.version {
                Version::OneOne => {
                    length("<env:Fault><faultcode>env:</faultcode><faultstring></faultstring></env:Fault>")
                }
                Version::OneTwo => length(
                    "<env:Fault><env:Code><env:Value>env:</env:Value></env:Code><env:Reason><env:Text xml:lang=\"en\">\
                     </env:Text></env:Reason></env:Fault>",
                ),
            };
            // Its code is all that a fault says here, also in words.
            let fault = self.envelope(Head::answer(status), around + 2 * length(code), 0);
            setup.sized_as((reply.kind, reply.label), fault);
        }
    }

    pub(super) fn set_up(&self, ground: &Ground) -> Setup<AnyParty> {
        let mut setup = Setup::default();
        let words = self.words(&mut setup, ground.freight);
        let policy = EdgePolicy {
            timeout: self.timeout,
            retry: self.retry.clone(),
            retry_on: if self.retry_after_silence { RetryOn::AnyFailure } else { RetryOn::Unseen },
            ..EdgePolicy::default()
        };
        let client = Client { words, one_way: self.one_way };
        let server = Server {
            words,
            one_way: self.one_way,
            not_understood: ByNumber::of(&self.not_understood),
            sender_faults: ByNumber::of(&self.sender_faults),
        };
        pair(&mut setup, ground, (&self.caller, client), (&self.server, server), policy);
        setup
    }
}

struct Client {
    words: Words,
    one_way: bool,
}

impl Conduct for Client {
    fn next(&mut self, task: &mut Task, _: &mut Stage<'_>) -> Step {
        let Words { envelope: kind, operation: label, .. } = self.words;
        match task.last {
            StepEnd::Nothing => {
                Step::Call(Ask { edge: 0, entry: 0, note: 0, kind, label, part: task.part, load: task.part })
            }
            StepEnd::Answered(Answer { verdict: Verdict::Fine, .. }) if self.one_way => Step::Accepted,
            StepEnd::Answered(Answer { verdict: Verdict::Fine, .. }) => Step::Answered,
            StepEnd::Answered(_) | StepEnd::Failed(CallFailure::Error(_)) => Step::GiveUp(self.words.fault),
            StepEnd::Failed(_) | StepEnd::Done | StepEnd::WorkFailed => Step::GiveUp(self.words.gave_up),
        }
    }
}

struct Server {
    words: Words,
    one_way: bool,
    /// Numbers of the jobs that are answered by such a fault.
    not_understood: ByNumber<u32, ()>,
    sender_faults: ByNumber<u32, ()>,
}

impl Conduct for Server {
    fn next(&mut self, task: &mut Task, stage: &mut Stage<'_>) -> Step {
        let number = stage.job_of(task.part).number();
        let one_way = self.one_way;
        match (task.place, task.last) {
            (0, _) if self.not_understood.contains(&number) => Step::Reply(self.words.not_understood),
            (0, _) if self.sender_faults.contains(&number) => Step::Reply(self.words.sender),
            (0, _) if one_way => Step::Acknowledge(self.words.accepted),
            (0, _) => self.work(task, stage),
            (1, StepEnd::Done) if one_way => self.work(task, stage),
            _ if one_way => Step::End,
            (_, StepEnd::WorkFailed) => Step::Reply(self.words.receiver),
            _ => Step::Reply(self.words.result),
        }
    }
}

impl Server {
    fn work(&self, task: &Task, stage: &Stage<'_>) -> Step {
        Step::Work { parts: vec![task.part], span: stage.work(task.part), effect: Effect::Changes }
    }
}
