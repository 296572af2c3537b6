//! `terrace fmt`: which files, what is said, what is kept.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::sandbox::Sandbox;

const UGLY: &str = "a=1\n";
const NEAT: &str = "a = 1\n";

#[test]
fn files_of_configurations_and_tests_are_formatted() {
    let sandbox = Sandbox::new();
    let formatted =
        ["a.tf", "b.tfvars", "c.tftest.hcl", "d.tfmock.hcl", "e.hcl", "tests/f.tftest.hcl"];
    let others = ["g.tf~", ".h.tf", "#i.tf#", "j.tf.json", "k.txt", ".git/l.tf"];
    for name in formatted.iter().chain(&others) {
        sandbox.write(name, UGLY);
    }
    let run = sandbox.run("fmt -recursive").ok();
    assert_eq!(run.out.lines().collect::<Vec<_>>(), formatted);
    for name in formatted {
        assert_eq!(sandbox.read(name), NEAT, "{name}");
    }
    for name in others {
        assert_eq!(sandbox.read(name), UGLY, "{name}");
    }
    assert_eq!(sandbox.run("fmt -recursive").ok().out, "", "it is stable");
}

#[test]
fn exit_codes_tell_what_was_found() {
    let sandbox = Sandbox::new();
    sandbox.write("neat.tf", NEAT);
    sandbox.write("ugly.tf", UGLY);
    let check = |arguments: &str, code: i32, out: &str| {
        let run = sandbox.run(arguments);
        assert_eq!((run.code, run.out.as_str()), (code, out), "{arguments}: {}", run.err);
    };
    check("fmt -check", 3, "ugly.tf\n");
    check("fmt -check neat.tf", 0, "");
    check("fmt -check -list=false", 3, "");
    let diff = "--- old/ugly.tf\n+++ new/ugly.tf\n@@ -1 +1 @@\n-a=1\n+a = 1\n";
    check("fmt -check -diff", 3, &format!("ugly.tf\n{diff}"));
    check("fmt -write=false -diff -list=false", 0, diff);
    assert_eq!(sandbox.read("ugly.tf"), UGLY);
    check("fmt missing.tf", 2, "");
    sandbox.write("broken.tf", "a = [\n");
    sandbox.write("data.tf.json", "{}");
    check("fmt data.tf.json", 2, "");
    // A file that cannot be formatted keeps no other from being formatted.
    check("fmt", 2, "ugly.tf\n");
    assert_eq!(
        (sandbox.read("ugly.tf").as_str(), sandbox.read("broken.tf").as_str()),
        (NEAT, "a = [\n")
    );
}

#[test]
fn standard_input_is_formatted_to_standard_output() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run_with("fmt -", "a=1").ok().out, NEAT);
    assert_eq!(sandbox.run_with("fmt -check -", UGLY).code, 3);
    assert_eq!(sandbox.run_with("fmt -check -", NEAT).code, 0);
    let diff = sandbox.run_with("fmt -diff -", UGLY).ok().out;
    assert!(diff.starts_with("--- old/<stdin>\n+++ new/<stdin>\n"), "{diff}");
    assert_eq!(sandbox.run_with("fmt -", "a = [").code, 2);
    assert_eq!(sandbox.run_with("fmt - main.tf", UGLY).code, 1);
}

#[test]
fn permissions_and_links_are_kept() {
    let sandbox = Sandbox::new();
    sandbox.write("shared/real.tf", UGLY);
    let permissions = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(sandbox.path("shared/real.tf"), permissions).expect("ours");
    symlink("shared/real.tf", sandbox.path("main.tf")).expect("a link");
    assert_eq!(sandbox.run("fmt").ok().out, "main.tf\n");
    let link = std::fs::symlink_metadata(sandbox.path("main.tf")).expect("there");
    assert!(link.is_symlink(), "the link is still one");
    let real = std::fs::metadata(sandbox.path("shared/real.tf")).expect("there");
    assert_eq!(real.permissions().mode() & 0o777, 0o640);
    assert_eq!(sandbox.read("shared/real.tf"), NEAT);
}

#[test]
fn links_in_a_circle_end() {
    let sandbox = Sandbox::new();
    sandbox.write("a/main.tf", UGLY);
    symlink("..", sandbox.path("a/up")).expect("a link");
    symlink(".", sandbox.path("a/here")).expect("a link");
    symlink("self.tf", sandbox.path("a/self.tf")).expect("a link");
    assert_eq!(sandbox.run("fmt -recursive").ok().out, "a/main.tf\n");
}
