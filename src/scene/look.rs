//! What a shape is (its look), whose it is or what is wrong with it (its tone), and whether it is lit (its light):
//! three words from which a style sheet makes colours.
//!
//! *Invariant:* each word has one class, and `static/scene.css` a rule for each (a test holds it).

macro_rules! looks {
    ($($(#[$doc:meta])* $look:ident $css:literal),+ $(,)?) => {
        /// What a shape is. A style sheet has one class for each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Look {
            $($(#[$doc])* $look),+
        }

        impl Look {
            /// All of them, for style sheets and the tests that hold them complete.
            pub const ALL: &[Look] = &[$(Look::$look),+];

            pub const fn css(self) -> &'static str {
                match self {
                    $(Look::$look => $css),+
                }
            }
        }
    };
}

looks! {
    /// A line of the clock, across the panes.
    Grid "cp-grid",
    /// A text of the clock.
    Tick "cp-tick",
    /// A stretch of time left out: the torn strip.
    Fold "cp-fold",
    /// The edge of the torn strip.
    Tear "cp-tear",
    /// What goes on behind a fold.
    Crossing "cp-crossing",
    Lifeline "cp-lifeline",
    /// The middle of a queue.
    RiverLine "cp-river-line",
    /// The box of a lane's head.
    HeadBox "cp-head",
    HeadText "cp-head-text",
    /// The title of a picture that stands alone, and the heading of a side.
    Heading "cp-heading",
    /// A synchronous call: solid.
    Call "cp-call",
    /// The answer to a call: dashed.
    Reply "cp-reply",
    /// Nobody waits for an answer: solid.
    Async "cp-async",
    /// A confirmation that answers something: dashed, fine.
    ControlReply "cp-control-reply",
    /// An acknowledgement that nobody waits for: solid, fine.
    ControlAsync "cp-control-async",
    /// What would be there without any job: faint.
    Background "cp-background",
    /// A filled arrow head.
    HeadFilled "cp-tip-filled",
    /// An open arrow head, stroked.
    HeadOpen "cp-tip-open",
    /// The end of a lost message: filled.
    Dot "cp-dot",
    /// The end of a refused message: stroked.
    Cross "cp-cross",
    /// The end of an answer that nobody awaited: stroked.
    Stump "cp-stump",
    /// Work.
    Busy "cp-busy",
    /// Work that was cut short and thrown away: outlined.
    Thrown "cp-thrown",
    /// Work that ended in an error: outlined.
    FailedWork "cp-failed-work",
    /// A slot that is held by a job and can only wait: hatched.
    Blocked "cp-blocked",
    /// Has asked for work and waits for some: a light hatching with a broken edge.
    Polling "cp-polling",
    /// Waiting for a place: dotted.
    Waiting "cp-waiting",
    /// How many wait, where they are too many for lines.
    WaitingArea "cp-waiting-area",
    /// A wait until a known moment: a bracket.
    Scheduled "cp-scheduled",
    /// How many slots are busy, where they are too many for bars.
    BusyArea "cp-busy-area",
    /// How many slots are blocked, where they are too many for bars.
    BlockedArea "cp-blocked-area",
    /// Out of service.
    Down "cp-down",
    /// Slower than it should be.
    Slow "cp-slow",
    /// Ready in a queue: solid.
    Ready "cp-ready",
    /// Delivered and not acknowledged: outlined round what is ready.
    Held "cp-held",
    /// The way of the selected job through a queue.
    Followed "cp-followed",
    /// Set aside for good.
    Parked "cp-parked",
    /// The ground on which the tracks of a log lie, and that of a queue's right half.
    Bed "cp-bed",
    /// A record of a log, where it was written.
    Record "cp-record",
    /// Where a record of a log was taken out: outlined.
    RecordGone "cp-record-gone",
    /// What a reader has not dealt with yet, beside its track.
    Lag "cp-lag",
    /// The line along which the place of a reader moves.
    PlaceLine "cp-place-line",
    /// Where the place of a reader was stored: filled for the first of a log's readers.
    Place "cp-place",
    /// Where the place of another reader was stored: outlined.
    OtherPlace "cp-other-place",
    /// Work is divided anew: a broken frame round those who divide it.
    Dividing "cp-dividing",
    /// A dated fact: a small stroked sign.
    Sign "cp-sign",
    /// Text beside a message, a sign, a band.
    Label "cp-label-text",
    /// The line from a label to what it belongs to, if they are apart.
    Leader "cp-leader",
    /// The plate behind a caption or a sign.
    Plate "cp-plate",
    Caption "cp-caption",
    /// The tick at the moment of a caption, and the line from there to its plate.
    CaptionTick "cp-caption-tick",
    /// A word in the gutter on what happened to the selected job.
    Tag "cp-tag",
    /// Much traffic between two lanes, in five shades from thin to thick.
    Traffic1 "cp-traffic-1",
    Traffic2 "cp-traffic-2",
    Traffic3 "cp-traffic-3",
    Traffic4 "cp-traffic-4",
    Traffic5 "cp-traffic-5",
    /// Messages that came to nothing, too close together to be drawn one by one.
    FailureBand "cp-failure-band",
}

/// Whose a shape is, or that something is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tone {
    Neutral,
    RequestResponse,
    Queued,
    /// Refused, lost, too late, failed.
    Bad,
    /// Sent or delivered once more.
    Again,
}

impl Tone {
    pub const ALL: &[Tone] = &[Tone::Neutral, Tone::RequestResponse, Tone::Queued, Tone::Bad, Tone::Again];

    pub const fn css(self) -> &'static str {
        match self {
            Tone::Neutral => "cp-neutral",
            Tone::RequestResponse => "cp-request-response",
            Tone::Queued => "cp-queued",
            Tone::Bad => "cp-bad",
            Tone::Again => "cp-again",
        }
    }
}

/// Whether a shape belongs to the selected job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Light {
    /// Nothing is selected, or the shape is the same whatever is selected.
    Even,
    /// It belongs to the selected job.
    Lit,
    /// A job is selected, and it does not belong to that job.
    Receding,
}

impl Light {
    pub const fn css(self) -> &'static str {
        match self {
            Light::Even => "",
            Light::Lit => "cp-lit",
            Light::Receding => "cp-receding",
        }
    }
}
