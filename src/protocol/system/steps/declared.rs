//! What is declared of the steps: the fields of each, its verb first, and what it does.
//!
//! *Invariant:* the first field of a step is that of its verb.

use super::{STEPS, Step, TIMES};
use crate::protocol::deaths::Deaths;
use crate::reading::rule::{LASTING, TEXT};
use crate::reading::{Each, Rule, declared};

/// What a step of each verb does, by its number.
#[cfg(not(target_arch = "wasm32"))]
pub(super) const ABOUT: [&str; 21] = [
    "Does a part of the job.",
    "Computes, for no part of the job.",
    "Does nothing for a while, and keeps its hand.",
    "Asks another party, or whoever consumes from a queue, and waits for the answer.",
    "Hands a message to a broker.",
    "Answers whoever asked. What follows it is done when nobody waits any more.",
    "Does the same again and again.",
    "Goes several ways at once.",
    "Looks up the job's row of a table, and finds its word, or `nothing`.",
    "Writes a word into the job's row of a table, which is new if it was not there.",
    "Adds a row to a table: always, or only if the job has none there yet. Finds `new` or `exists`.",
    "Takes rows with a word, one after another, and does something about each; nobody else has it meanwhile.",
    "Writes that take effect together at its end, or not at all.",
    "Does one thing if that word was found last, and else another.",
    "Holds a connection of a pool meanwhile.",
    "Waits until that word is brought for the job.",
    "Brings that word to the task of this party that waits for it, now or later.",
    "Its process dies at this place, the k-th time that anybody comes here.",
    "The task has failed: the first so many times that anybody comes here, or always.",
    "Does one thing if the delivery was dead-lettered at least so often in that queue, and else another.",
    "Does the same about each message of a batch, one after another; about the one that there is otherwise.",
];

impl Step {
    /// Shows its fields, the verb first; gives the number of the verb.
    pub(super) fn each(&mut self, each: Each<'_>) -> usize {
        match self {
            Step::Work { part } => {
                each(
                    declared!(
                        "work",
                        Required,
                        TEXT,
                        "The id of the part, as in `workload.parts`; `job` where jobs have one."
                    ),
                    part,
                );
            }
            Step::Compute { span } => {
                each(declared!("compute", Required, Rule::Any, "How long."), span);
            }
            Step::Pause { span } => {
                each(declared!("pause", Required, Rule::Any, "How long."), span);
            }
            Step::Call(call) => {
                each(
                    declared!(
                        "call",
                        Required,
                        TEXT,
                        "The id of a service, or of a queue of RabbitMQ from which somebody consumes."
                    ),
                    &mut call.party,
                );
                each(
                    declared!(
                        "request",
                        Required,
                        TEXT,
                        "What is asked, as it stands under `on` there: `POST /videos`."
                    ),
                    &mut call.request,
                );
                each(
                    declared!(
                        "timeout",
                        Defaulted,
                        LASTING,
                        "How long each attempt waits for its answer; without a time, for ever."
                    ),
                    &mut call.timeout,
                );
                each(
                    declared!(
                        "retry",
                        Defaulted,
                        Rule::Any,
                        "How often what failed is tried again, and after which wait."
                    ),
                    &mut call.retry,
                );
                each(
                    declared!("retry_on", Defaulted, Rule::Any, "Which failures are tried again."),
                    &mut call.retry_on,
                );
                each(
                    declared!("circuit_breaker", Defaulted, Rule::Any, "Stands round each attempt."),
                    &mut call.circuit_breaker,
                );
                each(declared!("bulkhead", Defaulted, Rule::Any, "Bounds the calls in flight."), &mut call.bulkhead);
                each(
                    declared!(
                        "else",
                        Defaulted,
                        STEPS,
                        "What is done when all attempts have failed. Without it, the task has failed as well."
                    ),
                    &mut call.otherwise,
                );
            }
            Step::Publish(publish) => {
                each(
                    declared!("publish", Required, TEXT, "The id of the broker, or of one of its queues."),
                    &mut publish.to,
                );
                each(
                    declared!(
                        "key",
                        Defaulted,
                        TEXT,
                        "The routing key, or the headers, by which an exchange of RabbitMQ chooses the queues; without it, those of the job."
                    ),
                    &mut publish.key,
                );
                each(
                    declared!(
                        "confirm",
                        Defaulted,
                        Rule::Any,
                        "Whether the task waits until the broker has taken responsibility."
                    ),
                    &mut publish.confirm,
                );
                each(
                    declared!("timeout", Defaulted, LASTING, "How long a confirm is waited for; without it, for ever."),
                    &mut publish.timeout,
                );
                each(
                    declared!("retry", Defaulted, Rule::Any, "How often it is published again, and after which wait."),
                    &mut publish.retry,
                );
                each(
                    declared!(
                        "else",
                        Defaulted,
                        STEPS,
                        "What is done when all attempts have failed. Without it, the task has failed as well."
                    ),
                    &mut publish.otherwise,
                );
            }
            Step::Answer { text, means, word, retry_after, confirm } => {
                each(declared!("answer", Required, TEXT, "What is answered, as it is shown: `202 Accepted`."), text);
                each(declared!("means", Defaulted, Rule::Any, "What it means to whoever asked."), means);
                each(
                    declared!(
                        "word",
                        Defaulted,
                        TEXT,
                        "The word that is found by whoever asked; without one, the answer itself."
                    ),
                    word,
                );
                each(
                    declared!("retry_after", Defaulted, Rule::Any, "How long whoever asked is asked to stay away."),
                    retry_after,
                );
                each(
                    declared!(
                        "confirm",
                        Defaulted,
                        Rule::Any,
                        "For a reply through a broker: whether its confirm is waited for."
                    ),
                    confirm,
                );
            }
            Step::Repeat { how, does } => {
                each(declared!("repeat", Required, Rule::Any, "How often, and until what."), &mut **how);
                each(declared!("does", Required, STEPS, "The steps."), does);
            }
            Step::AtOnce { branches } => {
                each(declared!("at_once", Required, Rule::List(1, 16, &Rule::Any), "The ways."), branches);
            }
            Step::Read { table } => {
                each(declared!("read", Required, TEXT, "The id of a table of this party."), table);
            }
            Step::Write { table, word } => {
                each(declared!("write", Required, TEXT, "The id of a table of this party."), table);
                each(declared!("word", Defaulted, TEXT, "What is written."), word);
            }
            Step::Insert { table, word, unique } => {
                each(declared!("insert", Required, TEXT, "The id of a table of this party."), table);
                each(declared!("word", Defaulted, TEXT, "What is written."), word);
                each(
                    declared!("unique", Defaulted, Rule::Any, "Whether nothing is added if the job has a row there."),
                    unique,
                );
            }
            Step::Take { table, word, most, does } => {
                each(declared!("take", Required, TEXT, "The id of a table of this party."), table);
                each(declared!("word", Defaulted, TEXT, "The rows with that word are taken."), word);
                each(declared!("most", Defaulted, TIMES, "So many at most."), most);
                each(declared!("does", Required, STEPS, "What is done about each."), does);
            }
            Step::Transaction { writes, takes, rolls_back } => {
                each(
                    declared!("transaction", Required, Rule::List(1, 200, &Rule::Any), "The `write`s and `insert`s."),
                    writes,
                );
                each(declared!("takes", Defaulted, Rule::Any, "How long."), takes);
                each(
                    declared!(
                        "rolls_back",
                        Defaulted,
                        Rule::Whole(0, 10_000),
                        "So many times it comes to nothing at first."
                    ),
                    rolls_back,
                );
            }
            Step::If { word, does, otherwise } => {
                each(declared!("if", Required, TEXT, "The word."), word);
                each(declared!("does", Defaulted, STEPS, "What is done if it was found."), does);
                each(declared!("else", Defaulted, STEPS, "What is done if it was not."), otherwise);
            }
            Step::IfDied { times, queue, does, otherwise } => {
                each(declared!("if_died", Required, Rule::Whole(1, Deaths::MOST as i64), "At least so often."), times);
                each(declared!("in", Required, TEXT, "The id of the queue."), queue);
                each(declared!("does", Defaulted, STEPS, "What is done if it was."), does);
                each(declared!("else", Defaulted, STEPS, "What is done if it was not."), otherwise);
            }
            Step::Hold { pool, does } => {
                each(declared!("hold", Required, TEXT, "The id of a pool of this party."), pool);
                each(declared!("does", Required, STEPS, "What is done meanwhile."), does);
            }
            Step::Dies { time, lasts } => {
                each(declared!("dies", Required, TIMES, "The how manieth time that anybody comes here."), time);
                each(declared!("for", Defaulted, Rule::Any, "How long it is down; without it, to the end."), lasts);
            }
            Step::Fail { text, first } => {
                each(declared!("fail", Required, TEXT, "What is said of it."), text);
                each(
                    declared!("first", Defaulted, TIMES, "Only the first so many times that anybody comes here."),
                    first,
                );
            }
            Step::Await { word, timeout, otherwise } => {
                each(declared!("await", Required, TEXT, "The word."), word);
                each(declared!("timeout", Defaulted, LASTING, "So long at most."), timeout);
                each(
                    declared!(
                        "else",
                        Defaulted,
                        STEPS,
                        "What is done when that is over. Without it, the task has failed."
                    ),
                    otherwise,
                );
            }
            Step::Bring { word } => {
                each(declared!("bring", Required, TEXT, "The word."), word);
            }
            Step::Each { does, report_batch_item_failures } => {
                each(declared!("each", Required, STEPS, "What is done about each."), does);
                each(
                    declared!(
                        "report_batch_item_failures",
                        Defaulted,
                        Rule::Any,
                        "Whether what fails fails alone, and not with the whole batch."
                    ),
                    report_batch_item_failures,
                );
            }
        }
        self.verb()
    }
}
