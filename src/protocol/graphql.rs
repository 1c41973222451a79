//! GraphQL over HTTP: one request, one response, and behind the server as many source queries as its resolvers make
//! (`GQL-1` to `GQL-5`).
//!
//! Sources: GraphQL specification, section 6 (a query's fields may be resolved in any order, a mutation's top-level
//! fields run one after another; a field error makes a nullable field null); the GraphQL-over-HTTP draft (POST; a 2xx
//! when there is `data`); DataLoader's README (the loads of one tick become one batch; each key once).
//!
//! A job's parts are what there is to be fetched: the list, then each author; or each field of a mutation.

use super::call::settings::{Caller, Service, all_different, node_words};
use super::call::{Answer, Ask, Conduct, Edge, EdgePolicy, Effect, Node, Reply, RetryOn, Step, StepEnd, Task, Verdict};
use super::framing::http::{Head, JSON};
use super::framing::{digits, length, postgresql};
use super::retry::Retry;
use super::{BadSetting, Freight, Ground, Party as AnyParty, Stage, in_range, leg};
use crate::engine::{KindId, Setup};
use crate::reading::rule::LASTING;
use crate::reading::{Rule, fields, words};
use crate::time::Span;
use crate::trace::{LabelId, PartId, Size};

/// What is modelled and what is not, for the reader of the page.
pub const LEFT_OUT: &str = "Modelled: one POST and one response whatever the query's depth; a list whose every entry has an author, \
resolved by one source query each, all at once, or by one batch with every author once (DataLoader); \
mutations whose fields run one after another; a nullable field that fails, with its entry in errors. \
Left out: parsing and validation, @defer and subscriptions, persisted queries, response caching, deeper levels than two, \
the status 294 of the current draft for partial success: servers in use send 200. \
A batch takes as long as the longest of the queries it replaces: our choice.";

fields! {
    /// A side's settings.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Settings {
        /// Who wants the jobs.
        pub caller: Caller = Caller::default(),
        /// Who answers, and calls the source for what it has to resolve.
        pub server: Service = Service::called("graphql", "GraphQL server", 1),
        /// Where the resolvers find what they resolve.
        pub source: Service = Service::called("source", "Database", 10),
        /// What a job asks for.
        pub operation: Operation = Operation::Query,
        /// For a query: entries in the list.
        pub posts: u16 [Rule::Whole(0, 100)] = 10,
        /// For a query: how many authors wrote them; the n-th entry is by number n modulo this.
        pub authors: u16 [Rule::Whole(1, 15)] = 10,
        /// For a query: whether the resolvers' loads go through a DataLoader.
        pub data_loader: bool = false,
        /// For a query: entries, counted from one, whose author cannot be resolved.
        pub failing: Vec<u16> [Rule::List(0, 1000, &Rule::Whole(1, 100))] = Vec::new(),
        /// For a mutation: how many top-level fields it has.
        pub mutations: u16 [Rule::Whole(1, 16)] = 2,
        /// How long each attempt waits for its answer; without a time, for ever.
        pub timeout: Option<Span> [LASTING] = None,
        /// How often what failed is tried again, and after which wait.
        pub retry: Retry = Retry::default(),
    }
}

words! {
    /// What a job asks for.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Operation = Query {
        /// A list, and the author of each entry.
        Query = "query",
        /// Fields that change something, one after another.
        Mutation = "mutation",
    }
}

kinds! {
    REQUEST "request" Payload Call,
    RESPONSE "response" Payload Reply,
    LOAD "load" Payload Call,
    ROWS "rows" Payload Reply,
}

#[derive(Clone)]
struct Words {
    request: KindId,
    load: KindId,
    post: LabelId,
    list: LabelId,
    /// By author, or by field of a mutation.
    one: Vec<LabelId>,
    batch: LabelId,
    rows: Reply,
    row_missing: Reply,
    data: Reply,
    partial: Reply,
    null: Reply,
    gave_up: LabelId,
    /// Of entries that fail.
    failing: Vec<u16>,
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), BadSetting> {
        all_different(&[("caller", &self.caller.id), ("server", &self.server.id), ("source", &self.source.id)])?;
        for post in &self.failing {
            in_range("failing", (*post).into(), 1..=self.posts.max(1).into())?;
        }
        self.retry.check("retry")
    }

    /// The list and each author, or each field of the mutation.
    pub(super) fn parts(&self) -> Option<u32> {
        Some(match self.operation {
            Operation::Query => 1 + u32::from(self.authors),
            Operation::Mutation => self.mutations.into(),
        })
    }

    /// The authors of the entries, each once, in the order in which they first occur.
    fn keys(&self) -> u16 {
        self.posts.min(self.authors)
    }

    fn words(&self, setup: &mut Setup<AnyParty>, freight: Freight) -> Words {
        let (response, rows) = (setup.kind(&RESPONSE), setup.kind(&ROWS));
        let one: Vec<String> = match self.operation {
            Operation::Query => (1..=self.authors).map(|author| format!("author {author}")).collect(),
            Operation::Mutation => (1..=self.mutations).map(|field| format!("mutation {field}")).collect(),
        };
        let keys = (1..=self.keys()).map(|key| key.to_string()).collect::<Vec<_>>().join(", ");
        let errors = match self.failing.len() {
            1 => "1 error".to_owned(),
            count => format!("{count} errors"),
        };
        let words = Words {
            request: setup.kind(&REQUEST),
            load: setup.kind(&LOAD),
            post: setup.label("POST /graphql"),
            list: setup.label("posts"),
            one: one.iter().map(|text| setup.label(text)).collect(),
            batch: setup.label(&format!("authors {keys}")),
            rows: Reply::new(rows, setup.label("rows"), Verdict::Fine, 0),
            row_missing: Reply::new(rows, setup.label("error"), Verdict::Rejected, 0),
            data: Reply::new(response, setup.label("200 data"), Verdict::Fine, 0),
            partial: Reply::new(response, setup.label(&format!("200 data, {errors}")), Verdict::Fine, 1),
            null: Reply::new(response, setup.label("200 data: null, 1 error"), Verdict::Rejected, 2),
            gave_up: setup.label("gave up"),
            failing: self.failing.clone(),
        };
        self.size(&words, setup, freight);
        words
    }

    /// The length of a request's document, with what is sent with the job as its variable (GraphQL over HTTP, "Request").
    fn document(&self) -> u32 {
        match self.operation {
            Operation::Query => {
                let text = "query($input:String){posts(first:,input:$input){title author{name}}}";
                length(text) + digits(self.posts.into())
            }
            Operation::Mutation => {
                // With a space between them.
                let fields =
                    (1..=self.mutations).map(|field| length(" m:change(input:$input){id}") + digits(field.into()));
                length("mutation($input:String){}") + fields.sum::<u32>() - 1
            }
        }
    }

    /// How often the source is asked for a job, if nothing fails.
    fn loads(&self) -> u32 {
        match self.operation {
            Operation::Query if self.data_loader => 2,
            Operation::Query => 1 + u32::from(self.posts),
            Operation::Mutation => self.mutations.into(),
        }
    }

    /// What each of them takes on the wire. What the source is asked for in turn comes to the job's result, or to what was sent
    /// with the job, in equal shares. The source is taken to be a database that speaks PostgreSQL's protocol.
    fn size(&self, words: &Words, setup: &mut Setup<AnyParty>, freight: Freight) {
        let post = Head::request("POST", "/graphql", &self.server.id);
        let around = length("{\"query\":\"\",\"variables\":{\"input\":\"\"}}") + self.document();
        setup.sized(words.request, post.with(JSON, around, freight.body));
        let ok = || Head::answer("200 OK");
        setup.sized_as((words.data.kind, words.data.label), ok().with(JSON, length("{\"data\":}"), freight.result));
        let error = length("{\"message\":\"\",\"path\":[\"posts\",0,\"author\"]}") + length("not found");
        let errors = |count: u32| length("{\"data\":,\"errors\":[]}") + count * error + count.saturating_sub(1);
        let partial = ok().with(JSON, errors(self.failing.len() as u32), freight.result);
        setup.sized_as((words.partial.kind, words.partial.label), partial);
        let null = ok().with(JSON, length("null") + errors(1), 0);
        setup.sized_as((words.null.kind, words.null.label), null);
        let share = |bytes: u32| bytes / self.loads().max(1);
        let one = match self.operation {
            Operation::Query => postgresql::query("SELECT name FROM authors WHERE id = 1", 0),
            Operation::Mutation => postgresql::query("UPDATE posts SET text = '' WHERE id = 1", share(freight.body)),
        };
        setup.sized(words.load, one);
        let keys = u32::from(self.keys());
        let batch = postgresql::query("SELECT name FROM authors WHERE id IN ()", 0).own;
        let numbers: u32 = (1..=keys).map(digits).sum();
        setup.sized_as((words.load, words.batch), Size::of(batch + numbers + keys.saturating_sub(1)));
        setup.sized_as((words.load, words.list), postgresql::query("SELECT title, author FROM posts", 0));
        setup.sized(words.rows.kind, postgresql::rows(1, share(freight.result)));
        let missing = postgresql::error("ERROR", "P0002", "not found") + postgresql::ready();
        setup.sized_as((words.row_missing.kind, words.row_missing.label), Size::of(missing));
    }

    pub(super) fn set_up(&self, ground: &Ground) -> Setup<AnyParty> {
        let mut setup = Setup::default();
        let words = self.words(&mut setup, ground.freight);
        let node_words = node_words(&mut setup);
        let caller = setup.lane(self.caller.lane());
        let server = setup.lane(self.server.lane());
        let source = setup.lane(self.source.lane_of("connection"));
        let out = setup.link(ground.link(caller, server, leg::OUT));
        let back = setup.link(ground.link(server, caller, leg::BACK));
        let on = setup.link(ground.reliable_link(server, source, leg::ON));
        let home = setup.link(ground.reliable_link(source, server, leg::RETURN));
        let repeatable = match self.operation {
            Operation::Query => RetryOn::AnyFailure,
            Operation::Mutation => RetryOn::Unseen,
        };
        let policy = EdgePolicy {
            timeout: self.timeout,
            retry: self.retry.clone(),
            retry_on: repeatable,
            gate: self.caller.gate(),
            ..EdgePolicy::default()
        };
        let client = Client { words: words.clone() };
        let node = Node::caller(self.caller.hands(), None, self.caller.callback.clone(), node_words, client);
        setup.actor(node.with_edge(Edge::new([out, back], policy)).into());
        let executor = Executor { words: words.clone(), settings: self.clone() };
        let node = self.server.node(node_words, executor);
        setup.actor(node.with_edge(Edge::new([on, home], EdgePolicy::default())).into());
        setup.actor(self.source.node(node_words, Source { words, settings: self.clone() }).into());
        setup
    }
}

struct Client {
    words: Words,
}

impl Conduct for Client {
    fn next(&mut self, task: &mut Task, _: &mut Stage<'_>) -> Step {
        let Words { request: kind, post: label, gave_up, .. } = self.words;
        match task.last {
            StepEnd::Nothing => {
                Step::Call(Ask { edge: 0, entry: 0, note: 0, kind, label, part: task.part, load: task.part })
            }
            StepEnd::Answered(Answer { verdict: Verdict::Fine, .. }) => Step::Answered,
            StepEnd::Answered(_) | StepEnd::Failed(_) | StepEnd::Done | StepEnd::WorkFailed => Step::GiveUp(gave_up),
        }
    }
}

/// What a source is asked for.
const ONE: u8 = 0;
const BATCH: u8 = 1;

/// The server's executor with its resolvers.
struct Executor {
    words: Words,
    settings: Settings,
}

impl Executor {
    /// Loads the `ahead`-th part of the job.
    fn load(&self, task: &Task, ahead: u16, label: LabelId, note: u32) -> Ask {
        let part = PartId::from_index(task.part.index() + u32::from(ahead));
        Ask { edge: 0, entry: ONE, note, kind: self.words.load, label, part, load: part }
    }

    /// The author of every entry: one load an entry, or one batch with every author once.
    fn authors(&self, task: &Task, stage: &mut Stage<'_>) -> Step {
        let Settings { posts, authors, data_loader, .. } = self.settings;
        if !data_loader {
            let load = |post: u16| {
                let author = post % authors;
                self.load(task, 1 + author, self.words.one[usize::from(author)], u32::from(post) + 1)
            };
            return Step::All((0..posts).map(load).collect());
        }
        if posts == 0 {
            return Step::All(Vec::new());
        }
        let keys = 1..=self.settings.keys();
        let parts = keys.map(|key| PartId::from_index(task.part.index() + u32::from(key))).collect();
        let load = stage.batch(parts);
        Step::Call(Ask { entry: BATCH, load, ..self.load(task, 1, self.words.batch, 0) })
    }
}

impl Conduct for Executor {
    fn next(&mut self, task: &mut Task, stage: &mut Stage<'_>) -> Step {
        let failed = matches!(task.last, StepEnd::Failed(_));
        match self.settings.operation {
            Operation::Mutation if task.place > 0 && !task.last.is_fine() => Step::Reply(self.words.null),
            Operation::Mutation if task.place < self.settings.mutations.into() => {
                let field = task.place as u16;
                Step::Call(self.load(task, field, self.words.one[usize::from(field)], 0))
            }
            Operation::Mutation => Step::Reply(self.words.data),
            Operation::Query => match task.place {
                0 => Step::Call(self.load(task, 0, self.words.list, 0)),
                1 if task.last.is_fine() => self.authors(task, stage),
                1 => Step::Reply(self.words.null),
                _ if failed => Step::Reply(self.words.null),
                _ if self.words.failing.is_empty() => Step::Reply(self.words.data),
                _ => Step::Reply(self.words.partial),
            },
        }
    }
}

/// The data source.
struct Source {
    words: Words,
    settings: Settings,
}

impl Conduct for Source {
    fn next(&mut self, task: &mut Task, stage: &mut Stage<'_>) -> Step {
        if task.place > 0 {
            let fails = |post: &u16| u32::from(*post) == task.note;
            let missing = task.last == StepEnd::WorkFailed || self.words.failing.iter().any(fails);
            return Step::Reply(if missing { self.words.row_missing } else { self.words.rows });
        }
        let parts: Vec<PartId> = match task.entry {
            BATCH => (0..self.settings.keys().into()).map(|key| PartId::from_index(task.part.index() + key)).collect(),
            _ => vec![task.part],
        };
        let span = parts.iter().map(|part| stage.work(*part)).max().unwrap_or(Span::ZERO);
        let effect = match self.settings.operation {
            Operation::Query => Effect::None,
            Operation::Mutation => Effect::Changes,
        };
        Step::Work { parts, span, effect }
    }
}
