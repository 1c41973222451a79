//! What the page gives for other places says the same as its link.

use counterpoint::studio::taken::{Dress, Place, Wanted, command, made, snippet};

const PLAIN: &str = "order-emails&v=1&seed=7&set=workload.jobs=6&set=sides.left.timeout=300ms&at=1.2s&job=3";
/// With a value that is JSON, as a link writes it.
const JSON: &str = "order-emails&v=1&set=workload.arrivals=%7B%22pattern%22:%22burst%22%7D&at=1.2s";
/// Of a scenario that lights a job by itself.
const UNLIT: &str = "order-emails&v=1&job=none";
const PAGE: &str = "https://example.org/counterpoint/";

fn plain() -> Dress {
    Dress::default()
}

#[test]
fn an_element_has_an_attribute_for_whatever_a_link_says() {
    let told =
        snippet(Place::Html, PLAIN, "", &Dress { theme: "dark".into(), controls: "full".into(), ..plain() }, PAGE);
    assert_eq!(
        told,
        "<script type=\"module\" src=\"counterpoint/counterpoint-diagram.js\"></script>\n\
         <counterpoint-diagram scenario=\"order-emails\" seed=\"7\" at=\"1.2s\" job=\"3\" \
         set=\"workload.jobs=6; sides.left.timeout=300ms\" controls=\"full\" theme=\"dark\"></counterpoint-diagram>"
    );
    let told = snippet(Place::Html, JSON, "", &plain(), PAGE);
    assert!(
        told.ends_with(
            "<counterpoint-diagram scenario=\"order-emails\" at=\"1.2s\" \
             set=\"workload.arrivals={&quot;pattern&quot;:&quot;burst&quot;}\"></counterpoint-diagram>"
        ),
        "{told}"
    );
    let told = snippet(Place::Mdx, "order-emails&v=1&set=sides.left.server.name=a%3Bb", "", &plain(), PAGE);
    assert!(told.contains("link=\"order-emails&amp;v=1&amp;set=sides.left.server.name=a%3Bb\""), "{told}");
}

/// Both say of a diagram what an element can be told, and write it alike.
#[test]
fn the_element_of_the_page_is_that_of_the_command_line() {
    let link =
        "order-emails&v=1&seed=7&set=workload.noun.one=a%3Eb%22&at=450ms&from=100ms&to=2s&job=none&background=full";
    let dress = Dress { controls: "full".into(), theme: "dark".into(), side: "left".into() };
    let told = snippet(Place::Html, link, "", &dress, PAGE);
    let words = [
        "run",
        "order-emails",
        "--seed=7",
        "--set=workload.noun.one=a>b\"",
        "--at=450ms",
        "--from=100ms",
        "--to=2s",
        "--job=none",
        "--background=full",
        "--controls=full",
        "--theme=dark",
        "--side=left",
        "--format=html",
    ];
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_counterpoint")).args(words).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let attributes = |text: &str| {
        let (_, rest) = text.split_once("<counterpoint-diagram ").unwrap();
        let (attributes, _) = rest.split_once("\">").unwrap();
        // What the command line adds is about the picture in it, which the page's has not.
        let own = |text: &&str| !text.starts_with("style=");
        let mut each: Vec<String> = attributes.split("\" ").filter(own).map(str::to_owned).collect();
        each.sort();
        each
    };
    assert_eq!(attributes(&told), attributes(&printed));
    assert_eq!(attributes(&told).len(), 11, "{told}");
}

#[test]
fn a_frame_has_the_link_itself() {
    let told = snippet(Place::Frame, PLAIN, "", &Dress { side: "left".into(), ..plain() }, PAGE);
    let address = format!("{PAGE}?embed&side=left#{PLAIN}").replace('&', "&amp;");
    assert!(told.contains(&format!("src=\"{address}\"")), "{told}");
}

#[test]
fn a_block_of_a_book_has_the_options() {
    let told = snippet(Place::MdBook, PLAIN, "", &plain(), PAGE);
    let options = "seed=7 at=1.2s job=3 set=workload.jobs=6 set=sides.left.timeout=300ms";
    assert_eq!(told, format!("```counterpoint order-emails {{{options}}}\n```"));
    let told = snippet(Place::MkDocs, PLAIN, "", &Dress { side: "left".into(), ..plain() }, PAGE);
    let options = "seed=\"7\" at=\"1.2s\" job=\"3\" set=\"workload.jobs=6; sides.left.timeout=300ms\" side=\"left\"";
    assert_eq!(told, format!("```counterpoint scenario=\"order-emails\" {options}\n```"));
    let told = snippet(Place::Sphinx, "rest-cache&v=1&at=1.2s&set=workload.jobs=6", "", &plain(), PAGE);
    assert_eq!(told, ".. counterpoint:: rest-cache\n   :at: 1.2s\n   :set: workload.jobs=6");
    assert_eq!(snippet(Place::MdBook, "rest-cache&v=1", "", &plain(), PAGE), "```counterpoint rest-cache\n```");
}

#[test]
fn a_command_writes_the_same_run() {
    let wanted =
        Wanted { format: "svg".into(), width: 900, theme: "auto".into(), at: "1.2s".into(), ..Wanted::default() };
    assert_eq!(
        command(PLAIN, &wanted, 2, "order-emails.svg"),
        "counterpoint run order-emails --seed 7 --set workload.jobs=6 --set sides.left.timeout=300ms --format svg \
         --width 900 --job 3 --at 1.2s --output order-emails.svg"
    );
    let wanted =
        Wanted { format: "png".into(), side: "left".into(), theme: "dark".into(), at: String::new(), ..wanted };
    assert_eq!(
        command("rest-cache&v=1&from=100ms&to=1s", &wanted, 2, "a b.png"),
        "counterpoint run rest-cache --format png --side left --width 900 --theme dark --scale 2 --from 100ms --to 1s \
         --output 'a b.png'"
    );
    let wanted = Wanted { format: "csv".into(), ..Wanted::default() };
    assert_eq!(
        command(JSON, &wanted, 1, "x.csv"),
        "counterpoint run order-emails --set 'workload.arrivals={\"pattern\":\"burst\"}' --format csv --output x.csv"
    );
}

/// The command that is shown makes the file that is handed out.
#[test]
fn a_file_has_the_bytes_that_its_command_writes() {
    for (format, theme, at) in [
        ("svg", "auto", ""),
        ("svg", "dark", "1.2s"),
        ("mermaid", "", ""),
        ("plantuml", "", ""),
        ("csv", "", ""),
        ("json", "", ""),
        ("text", "", ""),
        ("story", "", "700ms"),
    ] {
        let links = [(PLAIN, ""), (UNLIT, ""), ("kafka-work-queue&v=1&from=100ms&to=900ms", "right")];
        for (link, side) in links {
            let (format, theme, at) = (format.to_owned(), theme.to_owned(), at.to_owned());
            let wanted = Wanted { format, theme, at, side: side.into(), width: 1000, ..Wanted::default() };
            let folder = std::env::temp_dir().join(format!("counterpoint-taken-{}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            let output = folder.join("file");
            let line = command(link, &wanted, 1, output.to_str().unwrap());
            let words: Vec<String> = line.split(' ').skip(1).map(|word| word.trim_matches('\'').to_owned()).collect();
            let status = std::process::Command::new(env!("CARGO_BIN_EXE_counterpoint")).args(&words).status().unwrap();
            assert!(status.success(), "{line}");
            let written = std::fs::read(&output).unwrap();
            std::fs::remove_dir_all(&folder).unwrap();
            assert!(made(link, &wanted).unwrap() == written, "{line}");
        }
    }
}

#[test]
fn a_picture_lights_no_job_where_the_link_says_none() {
    let wanted = Wanted { format: "svg".into(), width: 1000, ..Wanted::default() };
    assert!(command(UNLIT, &wanted, 1, "x.svg").contains(" --job none "));
    let [unlit, own] = [UNLIT, "order-emails&v=1"].map(|link| made(link, &wanted).unwrap());
    assert!(unlit != own, "the scenario's own job is lit");
}

#[test]
fn a_file_that_cannot_be_made_is_refused_in_a_sentence() {
    let wanted = |format: &str, side: &str, width: u16| Wanted {
        format: format.into(),
        side: side.into(),
        width,
        ..Wanted::default()
    };
    for (link, wanted, says) in [
        ("no-such&v=1", wanted("svg", "", 800), "there is no scenario `no-such`"),
        ("order-emails", wanted("gif", "", 800), "there is no format `gif`"),
        ("order-emails", wanted("svg", "middle", 800), "there is no side `middle`"),
        ("order-emails", wanted("svg", "", 300), "a width of 300 is too narrow for the lanes of this run; "),
        ("order-emails&v=1&set=workload.jobs=200000", wanted("csv", "", 800), "it would have more than 64 MiB; "),
    ] {
        let refusal = made(link, &wanted).unwrap_err();
        assert!(refusal.contains(says), "{refusal}");
    }
}
