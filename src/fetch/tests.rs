//! Folders of packages: digests, links, patterns, and what a hostile tree may not do.

#![expect(clippy::disallowed_methods, reason = "it makes the trees that it is about")]

use std::fs;
use std::os::unix::fs::symlink;

use base64::Engine as _;
use camino::Utf8PathBuf;
use sha2::Digest as _;

use super::fetcher::module_folder;
use super::{Kind, Limits, tree};
use crate::config::package::Subdir;

fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, Utf8PathBuf) {
    let place = tempfile::tempdir().expect("a temporary folder");
    let root = Utf8PathBuf::from_path_buf(place.path().join("root")).expect("UTF-8");
    fs::create_dir(&root).expect("a folder");
    for (path, content) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("in the folder")).expect("folders");
        fs::write(path, content).expect("a file");
    }
    (place, root)
}

/// What Go's `dirhash.HashDir(root, "", dirhash.Hash1)` gives for these files.
#[test]
fn digests_are_those_of_go() {
    let (_place, root) = folder(&[("main.tf", "a\n"), ("sub/b.tf", "b\n")]);
    let lines = "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7  main.tf\n\
                 0263829989b6fd954f72baaf2fc64bc2e2f01d692d4de72986ea808f6e99813f  sub/b.tf\n";
    let expected = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(lines));
    assert_eq!(tree::digest(&root).expect("readable"), format!("h1:{expected}"));
}

#[test]
fn links_may_lead_about_in_the_package_and_not_out() {
    for (name, target, stays) in [
        ("link", "main.tf", true),
        ("sub/link", "../main.tf", true),
        ("link", "nothing/there", true),
        ("link", ".", true),
        ("link", "..", false),
        ("sub/link", "../../root/main.tf", false),
        ("link", "/etc/hosts", false),
        ("link", "../nothing", false),
    ] {
        let (_place, root) = folder(&[("main.tf", ""), ("sub/main.tf", "")]);
        symlink(target, root.join(name)).expect("a link");
        let outcome = tree::settle(&root, Limits::DEFAULT);
        assert_eq!(outcome.is_ok(), stays, "{name} -> {target}: {outcome:?}");
    }
    // Each link stays inside by its own words; together they lead out.
    let (_place, root) = folder(&[("a/b/main.tf", "")]);
    symlink("a/b", root.join("deep")).expect("a link");
    symlink("deep/../../..", root.join("out")).expect("a link");
    let problem = tree::settle(&root, Limits::DEFAULT).expect_err("refused");
    assert_eq!(problem.kind, Kind::Unsafe);
}

#[test]
fn copies_leave_out_what_is_no_part_of_a_module() {
    let (_from, from) = folder(&[
        ("main.tf", "x"),
        (".git/config", ""),
        ("sub/.terraform/x", ""),
        (".tflint.hcl", ""),
    ]);
    symlink("main.tf", from.join("link.tf")).expect("a link");
    let (_into, into) = folder(&[]);
    tree::copy(&from, &into, Limits::DEFAULT).expect("copied");
    let mut names: Vec<_> = into
        .read_dir_utf8()
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_owned())
        .collect();
    names.sort();
    assert_eq!(names, [".tflint.hcl", "link.tf", "main.tf", "sub"]);
    assert!(!into.join("sub/.terraform").exists());
    assert_eq!(fs::read_to_string(into.join("link.tf")).expect("a file"), "x");
    let few = Limits { entries: 2, ..Limits::DEFAULT };
    let (_into, into) = folder(&[]);
    assert_eq!(tree::copy(&from, &into, few).expect_err("too many").kind, Kind::Unsafe);
}

#[test]
fn patterns_stand_for_one_folder() {
    let (_place, root) = folder(&[("top-1.2/main.tf", ""), ("top-1.2/sub/main.tf", "")]);
    let find = |base: &str, subdir: &str| {
        let (base, subdir) =
            (Subdir::parse(base).expect("a path"), Subdir::parse(subdir).expect("a path"));
        module_folder(&root, &base, &subdir)
            .map(|found| found.strip_prefix(&root).expect("inside").to_string())
    };
    assert_eq!(find("*", "").as_deref(), Ok("top-1.2"));
    assert_eq!(find("*", "sub").as_deref(), Ok("top-1.2/sub"));
    assert_eq!(find("", "").as_deref(), Ok(""));
    assert!(find("*", "nope").expect_err("missing").detail.contains("has no folder \"*/nope\""));
    fs::create_dir(root.join("other")).expect("a folder");
    assert!(find("*", "").expect_err("two").detail.contains("Several folders"));
}
