//! `init -from-module`: a configuration that begins as a copy of a module.

use crate::packages::{Repository, call, module, sandbox, zip};
use crate::server::{Page, Server};

#[test]
fn a_folder_begins_with_a_copy_of_a_module() {
    let elsewhere = sandbox();
    let repository = Repository::new(&elsewhere, "repository");
    let inside = "module \"part\" {\n  source = \"./part\"\n}\n".to_owned() + &module("git");
    repository.commit(&[
        ("main.tf", &module("top")),
        ("web/main.tf", &inside),
        ("web/part/main.tf", &module("part")),
        ("web/README.md", "# Web"),
    ]);
    let server = Server::start();
    server.page("/m.zip", Page::of(zip(&[("main.tf", module("zip").as_bytes())])));
    let git = repository.url();
    for (source, expected) in [
        (git.clone(), "top"),
        (format!("{git}//web"), "git"),
        (server.url("/m.zip"), "zip"),
        (format!("{}/web", elsewhere.path("repository").display()), "git"),
    ] {
        let sandbox = sandbox();
        let run = sandbox.run_all(&["init", "-no-color", &format!("-from-module={source}")]).ok();
        assert!(run.out.starts_with("Copying configuration from \""), "{run}");
        assert!(run.out.contains("is ready"), "{run}");
        assert!(sandbox.run("plan").ok().out.contains(expected), "{source}");
        assert!(!sandbox.path(".git").exists() && !sandbox.path(".terrace/modules/.new").exists());
        let again = sandbox.run_all(&["init", &format!("-from-module={source}")]);
        again.fails("already contains files");
    }
}

#[test]
fn modules_that_a_copy_calls_are_fetched() {
    let sandbox = sandbox();
    let server = Server::start();
    server.page("/m.zip", Page::of(zip(&[("main.tf", module("deep").as_bytes())])));
    let outer = call(&server.url("/m.zip"));
    server.page("/outer.zip", Page::of(zip(&[("main.tf", outer.as_bytes())])));
    let run =
        sandbox.run_all(&["init", &format!("-from-module={}", server.url("/outer.zip"))]).ok();
    assert!(run.out.contains("Downloading"), "{run}");
    assert!(sandbox.run("plan").ok().out.contains("deep"));
}

#[test]
fn what_cannot_be_copied_leaves_an_empty_folder() {
    let server = Server::start();
    let above = "module \"x\" {\n  source = \"../x\"\n}\n";
    let beside = module("x");
    let files = [("a/main.tf", above.as_bytes()), ("x/main.tf", beside.as_bytes())];
    server.page("/m.zip", Page::of(zip(&files)));
    for (source, words) in [
        (server.url("/nothing.zip"), "404"),
        (server.url("/m.zip//none"), "no folder"),
        (server.url("/m.zip//a"), "not in its own folder"),
        ("./nowhere".to_owned(), "./nowhere cannot be read"),
        ("what is this".to_owned(), ""),
    ] {
        let sandbox = sandbox();
        sandbox.run_all(&["init", &format!("-from-module={source}")]).fails(words);
        let left = std::fs::read_dir(sandbox.path("")).expect("readable");
        let left: Vec<_> = left.map(|entry| entry.expect("listed").file_name()).collect();
        assert!(left.iter().all(|name| name == ".terrace"), "{source}: {left:?}");
    }
    let sandbox = sandbox();
    sandbox.write("notes.txt", "mine");
    sandbox
        .run_all(&["init", &format!("-from-module={}", server.url("/m.zip"))])
        .fails("notes.txt");
}
