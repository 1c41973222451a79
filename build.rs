//! Lists the built-in scenarios for `src/scenario/presets.rs`: every file in `scenarios/` is one, so that adding a file adds
//! a scenario everywhere.
//!
//! `scenarios/order.txt` has names, one a line, in the order in which they are offered; a file that it does not name comes
//! after those, by its name.
//!
//! *Invariant:* the list has each file once.

use std::path::Path;
use std::{env, fs};

const FOLDER: &str = "scenarios";

fn main() {
    println!("cargo::rerun-if-changed={FOLDER}");
    let mut others: Vec<String> = fs::read_dir(FOLDER)
        .expect("the folder of the scenarios can be read")
        .filter_map(|file| file.ok()?.file_name().to_str()?.strip_suffix(".json").map(str::to_owned))
        .collect();
    others.sort_unstable();
    let order = fs::read_to_string(Path::new(FOLDER).join("order.txt")).expect("scenarios/order.txt can be read");
    let mut list = String::from("presets! {\n");
    for name in order.lines() {
        let place = others.iter().position(|other| other == name);
        let place = place.unwrap_or_else(|| panic!("scenarios/order.txt has `{name}`, and no such file is left there"));
        list.push_str(&format!("    {:?},\n", others.remove(place)));
    }
    others.iter().for_each(|name| list.push_str(&format!("    {name:?},\n")));
    list.push_str("}\n");
    let folder = env::var("OUT_DIR").expect("Cargo says where to write");
    fs::write(Path::new(&folder).join("presets.rs"), list).expect("the list can be written");
}
