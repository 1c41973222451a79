//! What a job store's messages take on the wire: commands of Redis, with a job as its library writes it.
//!
//! Sources: Redis, "Redis serialization protocol specification" (RESP 2: an array of bulk strings); Sidekiq's wiki, "Job Format";
//! Celery, "Task Message Protocol" version 2, in the JSON of Kombu's transport for Redis, which has the task's arguments in
//! base64. Left out: what a job that failed carries besides, as its error.
//!
//! *Invariant:* a job is as long as its text, which is written out here.

use super::words::{Library, Words};
use crate::engine::Setup;
use crate::protocol::framing::{digits, length};
use crate::protocol::{Freight, Party};
use crate::trace::Size;

/// A job of Sidekiq with one argument, a text.
const SIDEKIQ: &str = "{\"retry\":true,\"queue\":\"default\",\"class\":\"HardJob\",\"args\":[\"\"],\
\"jid\":\"b4a577edbccf1d805744efa9\",\"created_at\":1755038400000,\"enqueued_at\":1755038400000}";

/// A task of Celery but for its arguments.
const CELERY: &str = "{\"body\": \"\", \"content-encoding\": \"utf-8\", \"content-type\": \"application/json\", \
\"headers\": {\"lang\": \"py\", \"task\": \"proj.tasks.add\", \"id\": \"4cc7438e-afd4-4f8f-a2f3-f46567e7ca77\", \
\"shadow\": null, \"eta\": null, \"expires\": null, \"group\": null, \"group_index\": null, \"retries\": 0, \
\"timelimit\": [null, null], \"root_id\": \"4cc7438e-afd4-4f8f-a2f3-f46567e7ca77\", \"parent_id\": null, \
\"argsrepr\": null, \"kwargsrepr\": null, \"origin\": \"gen1@host\", \"ignore_result\": true}, \
\"properties\": {\"correlation_id\": \"4cc7438e-afd4-4f8f-a2f3-f46567e7ca77\", \
\"reply_to\": \"4cc7438e-afd4-4f8f-a2f3-f46567e7ca77\", \"delivery_mode\": 2, \
\"delivery_info\": {\"exchange\": \"\", \"routing_key\": \"celery\"}, \"priority\": 0, \"body_encoding\": \"base64\", \
\"delivery_tag\": \"4cc7438e-afd4-4f8f-a2f3-f46567e7ca77\"}}";

/// The arguments of a task, of which the only one is a text.
const ARGUMENTS: &str = "[[\"\"], {}, {\"callbacks\": null, \"errbacks\": null, \"chain\": null, \"chord\": null}]";

const UUID: &str = "4cc7438e-afd4-4f8f-a2f3-f46567e7ca77";
/// A moment in seconds, as the score of a sorted set.
const SCORE: &str = "1755038400.1234567";

const LINE_END: u32 = 2;

/// `*2` or `$6` and the end of its line.
fn count(number: u32) -> u32 {
    1 + digits(number) + LINE_END
}

/// A text of so many bytes, after its length.
fn bulk(length: u32) -> u32 {
    count(length) + length + LINE_END
}

/// An array of texts.
fn array(texts: &[u32]) -> u32 {
    count(texts.len() as u32) + texts.iter().map(|text| bulk(*text)).sum::<u32>()
}

/// A number as a reply: `:1`.
fn number() -> u32 {
    count(1)
}

impl Library {
    /// Where its jobs lie.
    fn queue(self) -> &'static str {
        match self {
            Library::Sidekiq => "queue:default",
            Library::Celery => "celery",
        }
    }

    /// A job with what is sent with it.
    fn job(self, body: u32) -> u32 {
        match self {
            Library::Sidekiq => length(SIDEKIQ) + body,
            Library::Celery => length(CELERY) + (length(ARGUMENTS) + body).div_ceil(3) * 4,
        }
    }

    /// A command with a job as its last argument.
    fn command(self, before: &[&str], body: u32) -> Size {
        let mut texts: Vec<u32> = before.iter().map(|text| length(text)).collect();
        texts.push(self.job(body));
        self.carrying(array(&texts), body)
    }

    /// Of so many bytes in all, those are the job's which depend on what is sent with it.
    fn carrying(self, bytes: u32, body: u32) -> Size {
        let each = self.job(body) - self.job(0);
        Size::of(bytes - each).each(each)
    }
}

impl Words {
    /// What each of them takes on the wire, where the store is that library's.
    pub(crate) fn size(&self, setup: &mut Setup<Party>, library: Library, Freight { body, .. }: Freight) {
        let queue = library.queue();
        setup.sized(self.push.0, library.command(&["LPUSH", queue], body));
        setup.sized(self.send_again.0, library.command(&["LPUSH", queue], body));
        setup.sized(self.retry.0, library.command(&["ZADD", "retry", SCORE], body));
        setup.sized(self.die.0, library.command(&["ZADD", "dead", SCORE], body));
        setup.sized(self.requeue.0, library.command(&["RPUSH", queue], body));
        setup.sized(self.fetched.0, library.carrying(array(&[length(queue), library.job(body)]), body));
        // Sidekiq's and Celery's clients block for so many seconds and ask again; here they block until there is a job.
        setup.sized(self.fetch.0, Size::of(array(&["BRPOP", queue, "2"].map(length))));
        let acknowledge =
            array(&["ZREM", "unacked_index", UUID].map(length)) + array(&["HDEL", "unacked", UUID].map(length));
        setup.sized(self.ack.0, Size::of(acknowledge));
        [self.pushed, self.stored].into_iter().for_each(|word| setup.sized(word.0, Size::of(number())));
        // Connections that are refused or closed; and the dead set, which is in Redis.
        for word in [self.push_refused, self.fetch_refused, self.refused, self.closed, self.bury] {
            setup.sized(word.0, Size::NONE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_is_as_long_as_its_text() {
        let job = SIDEKIQ.replace("[\"\"]", "[\"0123456789\"]");
        let text = format!("*3\r\n$5\r\nLPUSH\r\n$13\r\nqueue:default\r\n${}\r\n{job}\r\n", job.len());
        assert_eq!(Library::Sidekiq.command(&["LPUSH", "queue:default"], 10), Size::of(length(&text) - 10).each(10));
        assert_eq!(number(), length(":1\r\n"));
    }

    /// Three bytes become four letters, and what is left over becomes four as well.
    #[test]
    fn celery_carries_its_arguments_in_base64() {
        use base64::prelude::{BASE64_STANDARD, Engine};
        for body in [0, 1, 2, 3, 1024] {
            let arguments = ARGUMENTS.replace("[[\"\"]", &format!("[[\"{}\"]", "x".repeat(body)));
            let encoded = BASE64_STANDARD.encode(arguments);
            assert_eq!(Library::Celery.job(body as u32), length(CELERY) + length(&encoded));
        }
    }
}
