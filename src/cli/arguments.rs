//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::experiment::{MOST_RUNS, Shard};
use crate::reading::{LARGEST, shown};
use crate::recording::{self, Selection};
#[cfg(feature = "png")]
use crate::render::png;
use crate::render::svg;
use crate::time::{Moment, Span};

/// The widths, in CSS pixels, at which a picture can be drawn.
const WIDTHS: std::ops::RangeInclusive<u16> = 200..=4000;

/// The most steps into which a run can be cut.
const MOST_STEPS: u32 = 10_000;

#[derive(Debug, Parser)]
#[command(
    name = "counterpoint",
    version,
    about = "The same work, asked and queued: two sequence diagrams on one clock"
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// The built-in scenarios: name, tab, title
    List,
    /// A built-in scenario as JSON, the file as it stands
    Show { name: String },
    /// Run a scenario and tell, draw or report it
    Run(RunArguments),
    /// Run a scenario and tell where its jobs were over time: waiting at which party, on the way, at work
    Waiting(WaitingArguments),
    /// Run a scenario at many values of its parameters: load curves, and where each side bends
    Sweep(SweepArguments),
    /// Put the shards of a sweep together
    Merge(MergeArguments),
    /// Say whether scenarios are valid, and whether pictures and verdicts are still as they were committed
    Check(CheckArguments),
    /// What people say of the two styles, tried: each claim with numbers from a run, and what makes it untrue
    Claims(ClaimsArguments),
    /// A call or a queue? Try a workload of one's own both ways, and say which, why, and what would change it
    Advise(AdviseArguments),
    /// What can be written in a scenario, as a JSON Schema for editors
    Schema,
    /// Draw the diagrams of a book: what mdBook calls, and what sets up a book for it
    #[cfg(feature = "mdbook")]
    Mdbook(MdbookArguments),
}

#[cfg(feature = "mdbook")]
#[derive(Debug, Args)]
pub struct MdbookArguments {
    #[command(subcommand)]
    pub command: Option<MdbookCommand>,
}

#[cfg(feature = "mdbook")]
#[derive(Debug, Subcommand)]
pub enum MdbookCommand {
    /// What mdBook asks before: every renderer will do
    Supports { renderer: String },
    /// Set up a book: name the preprocessor in its book.toml, and put the viewer among its files
    Install {
        /// The folder of the book
        #[arg(default_value = ".")]
        book: PathBuf,
        /// A folder with counterpoint-diagram.js and what it needs, for live diagrams
        #[arg(long, value_name = "DIR")]
        viewer: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub struct AdviseArguments {
    /// A file that describes the workload, or - for standard input: {"work": "300ms", "rate_per_s": 5, "workers": 4}
    pub workload: String,
    /// The first of the seeds with which it is tried
    #[arg(long, value_name = "N", value_parser = seed, allow_hyphen_values = true, default_value = "1")]
    pub seed: u64,
    #[arg(long, value_enum, default_value = "text")]
    pub format: AdvisedAs,
    /// The colours of the pictures
    #[arg(long, value_enum, default_value = "auto")]
    pub theme: Theme,
}

/// What is told of an advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AdvisedAs {
    /// What people read
    Text,
    /// What programs read: with each reason its number on both sides, the limit, and the number at other loads
    Json,
    /// Each reason that applies with its picture
    Svg,
    /// The scenario that is run, to look at or to change
    Scenario,
}

#[derive(Debug, Args)]
pub struct ClaimsArguments {
    /// The claim with that name alone, as in `blocked`; all if none is named
    pub claim: Option<String>,
    /// Where its knob stands: its stops count from 1, and with the last one the claim is untrue
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub stop: usize,
    /// As text, as JSON, or the scenario that is run
    #[arg(long, value_enum, default_value = "text")]
    pub format: ToldAs,
}

/// What is told of an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ToldAs {
    /// What people read
    Text,
    /// What programs read
    Json,
    /// The scenario that is run, to look at or to change
    Scenario,
}

#[derive(Debug, Args)]
pub struct RunArguments {
    /// A built-in scenario's name, a file, or - for standard input
    pub scenario: String,
    /// The seed of all random values, instead of the scenario's
    #[arg(long, value_name = "N", value_parser = seed, allow_hyphen_values = true)]
    pub seed: Option<u64>,
    /// Change one field by its path, as in workload.jobs=20 or sides.left.timeout=500ms; may be repeated
    #[arg(long, value_name = "PATH=VALUE", allow_hyphen_values = true)]
    pub set: Vec<String>,
    /// One side alone, by its id, or both
    #[arg(long, value_name = "ID|both", default_value = "both")]
    pub side: String,
    /// The moment shown, as in 1500ms: the story is told up to it, in a picture the future is veiled
    #[arg(long, value_name = "T", value_parser = moment, allow_hyphen_values = true)]
    pub at: Option<Moment>,
    /// Where the window of story or picture begins; all other formats are always of the whole run
    #[arg(long, value_name = "T", value_parser = moment, allow_hyphen_values = true)]
    pub from: Option<Moment>,
    /// Where the window ends
    #[arg(long, value_name = "T", value_parser = moment, allow_hyphen_values = true)]
    pub to: Option<Moment>,
    /// The job that is lit in a picture, by its number, or none instead of the scenario's own choice
    #[arg(long, value_name = "N|none", value_parser = job, allow_hyphen_values = true)]
    pub job: Option<Selection>,
    /// What a live diagram offers
    #[arg(long, value_enum, default_value = "play")]
    pub controls: Controls,
    #[command(flatten)]
    pub drawing: Drawing,
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// Where to write, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct WaitingArguments {
    /// A built-in scenario's name, a file, or - for standard input
    pub scenario: String,
    /// The seed of all random values, instead of the scenario's
    #[arg(long, value_name = "N", value_parser = seed, allow_hyphen_values = true)]
    pub seed: Option<u64>,
    /// Change one field by its path, as in workload.jobs=20; may be repeated
    #[arg(long, value_name = "PATH=VALUE", allow_hyphen_values = true)]
    pub set: Vec<String>,
    /// Into how many steps of time the run is cut at most, from 1 to 10000, each of a round length; 12 if none is given for a
    /// text, and otherwise 60
    #[arg(long, value_name = "N", value_parser = steps, allow_hyphen_values = true)]
    pub steps: Option<u32>,
    #[command(flatten)]
    pub reading: ReadingArguments,
}

#[derive(Debug, Args)]
pub struct SweepArguments {
    /// A built-in scenario's name, a file, or - for standard input
    pub scenario: String,
    /// What to change: so many values at equal distances, as in workload.arrivals.rate_per_s=5..50:10, or those listed, as
    /// in sides.left.timeout=50ms,1s; may be repeated, and then all combinations are run
    #[arg(long, required = true, value_name = "PATH=FROM..TO:STEPS", allow_hyphen_values = true)]
    pub over: Vec<String>,
    /// How often each point is run, with other seeds, the same at every point
    #[arg(long, value_name = "N", default_value = "1", value_parser = repeats, allow_hyphen_values = true)]
    pub repeats: u32,
    /// Change one field at all points, as in workload.jobs=1000; may be repeated
    #[arg(long, value_name = "PATH=VALUE", allow_hyphen_values = true)]
    pub set: Vec<String>,
    /// The seed of the first repeat, instead of the scenario's
    #[arg(long, value_name = "N", value_parser = seed, allow_hyphen_values = true)]
    pub seed: Option<u64>,
    /// Make one part only, the K-th of N, as lines for `counterpoint merge`
    #[arg(long, value_name = "K/N", value_parser = shard, conflicts_with = "format", allow_hyphen_values = true)]
    pub shard: Option<Shard>,
    #[command(flatten)]
    pub reading: ReadingArguments,
}

#[derive(Debug, Args)]
pub struct MergeArguments {
    /// What `counterpoint sweep … --shard` made, all shards in any order
    #[arg(required = true, value_name = "FILES")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: ReadingArguments,
}

/// What is made of what was reckoned.
#[derive(Debug, Args)]
pub struct ReadingArguments {
    #[arg(long, value_enum, default_value = "text")]
    pub format: ReadingFormat,
    /// The width of the picture in CSS pixels, from 200 to 4000
    #[arg(long, value_name = "PX", default_value = "1200", value_parser = width, allow_hyphen_values = true)]
    pub width: u16,
    /// The colours of the picture
    #[arg(long, value_enum, default_value = "auto")]
    pub theme: Theme,
    /// Where to write, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReadingFormat {
    /// What people read: a table a side, and what there is to say of it
    Text,
    /// All numbers, in lines for tables
    Csv,
    /// All that was reckoned, for programs
    Json,
    /// A picture: load curves, or where the jobs were
    Svg,
}

#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Scenarios, or folders in which every file *.json is one
    #[arg(required = true, value_name = "FILES")]
    pub files: Vec<PathBuf>,
    /// Compare what was made of a scenario and lies beside it, or in DIR: orders.svg, orders.txt and so on of orders.json
    #[arg(long, value_name = "DIR", require_equals = true)]
    pub expect: Option<Option<PathBuf>>,
    /// Write what would be compared, and where nothing is there yet, picture and text
    #[arg(long, requires = "expect")]
    pub bless: bool,
    #[command(flatten)]
    pub drawing: Drawing,
}

/// How a picture is drawn, whatever it shows.
#[derive(Clone, Debug, Args)]
pub struct Drawing {
    /// The width of the picture in CSS pixels, from 200 to 4000; 1200 if none is given, and 720 for html
    #[arg(long, value_name = "PX", value_parser = width, allow_hyphen_values = true)]
    pub width: Option<u16>,
    /// How many pixels of a PNG stand for one CSS pixel, from 0.1 to 10
    #[cfg(feature = "png")]
    #[arg(long, value_name = "N", default_value = "1", allow_hyphen_values = true)]
    pub scale: png::Scale,
    /// The colours of the picture; a PNG has one of the two, and is light if the reader would decide
    #[arg(long, value_enum, default_value = "auto")]
    pub theme: Theme,
    /// What the signs of the picture mean, under it
    #[arg(long, value_enum, default_value = "below")]
    pub legend: Legend,
    /// How a picture draws what is sent without any job: polls, signs of life
    #[arg(long, value_enum, default_value = "faint")]
    pub background: Background,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Controls {
    None,
    Play,
    /// All parameters as well
    Full,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Theme {
    Light,
    Dark,
    /// As the reader's system has it
    Auto,
}

impl From<Theme> for svg::Theme {
    fn from(theme: Theme) -> svg::Theme {
        match theme {
            Theme::Light => svg::Theme::Light,
            Theme::Dark => svg::Theme::Dark,
            Theme::Auto => svg::Theme::Auto,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Legend {
    /// Of the signs that this picture uses
    Below,
    None,
}

impl From<Legend> for svg::Foot {
    fn from(legend: Legend) -> svg::Foot {
        match legend {
            Legend::Below => svg::Foot::Legend,
            Legend::None => svg::Foot::Nothing,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Background {
    /// It recedes
    Faint,
    /// As any other message
    Full,
}

impl From<Background> for recording::Background {
    fn from(background: Background) -> recording::Background {
        match background {
            Background::Faint => recording::Background::Faint,
            Background::Full => recording::Background::Full,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A summary: what both sides come to, and their numbers in one table
    Text,
    /// Every step in a sentence
    Story,
    /// The report for programs
    Json,
    /// The picture
    Svg,
    /// The same picture in pixels
    #[cfg(feature = "png")]
    Png,
    /// The text of a Mermaid sequence diagram
    Mermaid,
    /// The text of a PlantUML sequence diagram
    Plantuml,
    /// Every message in a row of a table
    Csv,
    /// The live diagram for a page, with the picture in it for where nothing runs
    Html,
    /// The finished run for an element in a page, which shows it without running it
    Recording,
}

impl Format {
    /// The width of a picture for which none was given: that of a page, or of a page's text.
    pub fn usual_width(self) -> u16 {
        if self == Format::Html { 720 } else { 1200 }
    }

    /// Whether it is drawn, and so as wide as was asked for.
    pub fn is_picture(self) -> bool {
        match self {
            Format::Svg => true,
            #[cfg(feature = "png")]
            Format::Png => true,
            Format::Text
            | Format::Story
            | Format::Json
            | Format::Mermaid
            | Format::Plantuml
            | Format::Csv
            | Format::Html
            | Format::Recording => false,
        }
    }

    /// Whether it is bytes that a terminal would take for orders.
    pub fn is_binary(self) -> bool {
        match self {
            #[cfg(feature = "png")]
            Format::Png => true,
            Format::Recording => true,
            Format::Text
            | Format::Story
            | Format::Json
            | Format::Svg
            | Format::Mermaid
            | Format::Plantuml
            | Format::Csv
            | Format::Html => false,
        }
    }
}

fn seed(text: &str) -> Result<u64, String> {
    let seed = text.parse().ok().filter(|seed| *seed <= LARGEST);
    seed.ok_or_else(|| format!("a seed is a whole number from 0 to {LARGEST}"))
}

fn job(text: &str) -> Result<Selection, String> {
    let wrong = || format!("`{}` is not the number of a job; jobs count from 1, and `none` lights none", shown(text));
    Selection::read_job(text).ok_or_else(wrong)
}

fn moment(text: &str) -> Result<Moment, String> {
    text.parse::<Span>().map(|span| Moment::START + span).map_err(|error| error.to_string())
}

fn repeats(text: &str) -> Result<u32, String> {
    let repeats = text.parse().ok().filter(|repeats| (1..=MOST_RUNS).contains(repeats));
    repeats.ok_or_else(|| format!("it is a whole number from 1 to {MOST_RUNS}"))
}

fn steps(text: &str) -> Result<u32, String> {
    let steps = text.parse().ok().filter(|steps| (1..=MOST_STEPS).contains(steps));
    steps.ok_or_else(|| format!("it is a whole number from 1 to {MOST_STEPS}"))
}

fn shard(text: &str) -> Result<Shard, String> {
    let numbers = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
    let (number, of) = numbers.ok_or("write which one of how many, as in 1/4")?;
    Shard::new(number, of)
}

fn width(text: &str) -> Result<u16, String> {
    let width = text.parse().ok().filter(|width| WIDTHS.contains(width));
    width.ok_or_else(|| format!("a width is a whole number from {} to {}", WIDTHS.start(), WIDTHS.end()))
}
