//! The project's tasks: set up what is missing, build the page, serve it, test everything.
//!
//! It is a crate of its own, so that each task is one command on any machine with Rust, and can be read and changed
//! like the rest. It has few dependencies, because everybody who clones the repository waits for it first.

#![forbid(unsafe_code)]
// The tasks measure how long they take. The rule against real clocks is for what is simulated.
#![allow(clippy::disallowed_methods)]

mod arguments;
mod finish;
mod first_load;
mod fuzz;
mod gate;
mod hosts;
mod mermaid;
mod npm;
mod plantuml;
mod renderers;
mod scripts;
mod serve;
mod setup;
mod shot;
mod site;
mod steps;
mod texts;
mod workspace;

use arguments::Task;

fn main() -> std::process::ExitCode {
    let task = match arguments::read(std::env::args_os()) {
        Ok(task) => task,
        Err(error) => {
            eprintln!("xtask: {error}\n\n{}", arguments::USAGE);
            return 2.into();
        }
    };
    let done = match task {
        Task::Help => {
            println!("{}", arguments::USAGE);
            Ok(())
        }
        Task::Build { consent } => site::build(consent),
        Task::Scripts { consent } => scripts::check(consent),
        Task::Mermaid { consent } => mermaid::check(consent),
        Task::Plantuml { consent } => plantuml::check(consent),
        Task::Renderers { consent } => renderers::check(consent),
        Task::Hosts { consent } => hosts::build_all(consent),
        Task::Fuzz { time } => fuzz::fuzz(time),
        Task::Serve { port, consent } => serve::serve(port, consent),
        Task::Test { scope, consent } => gate::test_everything(scope, consent),
        Task::Browsers { scope, filters, consent } => gate::test_in_browsers(scope, &filters, consent),
        Task::Shot { arguments, consent } => shot::shoot(&arguments, consent),
        Task::Finish => finish::finish(),
    };
    match done {
        Ok(()) => 0.into(),
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            1.into()
        }
    }
}
