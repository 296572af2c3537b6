//! Files, override files and called modules.

use camino::Utf8Path;

use super::{check, read};
use crate::base::ModulePath;
use crate::config::{Manifest, load, survey};
use crate::diag::SourceMap;
use crate::world::memory::FileTree;

#[test]
fn files_of_a_directory_are_one_module() {
    let read = read(&[
        ("b.tf", "output \"b\" { value = 1 }\n"),
        ("a.hcl", "output \"a\" { value = 1 }\n"),
        ("c.tf.json", r#"{"output": {"c": {"value": 1}}}"#),
        ("d.hcl.json", r#"{"//": "a comment", "locals": {"d": "${1 + 1}"}}"#),
        ("skipped.tftest.hcl", "run \"x\" {}\n"),
        (".terraform.lock.hcl", "provider \"x\" {}\n"),
        ("README.md", "# x\n"),
    ]);
    assert!(read.problems.is_empty(), "{}", read.rendered());
    let root = read.config.base.root();
    assert_eq!(root.outputs.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(root.locals.keys().collect::<Vec<_>>(), ["d"]);
}

#[test]
fn problems_of_every_file_are_reported() {
    check(
        &[("a.tf", "output \"a\" { value = }\n"), ("b.tf", "variable \"b\" {\n  x = 1\n}\n")],
        &["a.tf:1 E0120 Invalid expression", "b.tf:2 E0203 Unsupported argument"],
    );
    check(
        &[("main.tf", "a = 1\nwidget {}\n")],
        &["main.tf:1 E0203 Unsupported argument", "main.tf:2 E0204 Unsupported block type"],
    );
    check(
        &[("main.tf.json", r#"{"widget": {}, "output": {"a": {"value": 1, "x": 2}}}"#)],
        &[
            "main.tf.json:1 E0203 Extraneous JSON object property",
            "main.tf.json:1 E0203 Extraneous JSON object property",
        ],
    );
}

#[test]
fn files_that_cannot_be_read_are_reported() {
    check(&[("main.tf/x", "")], &[" E0200 Failed to read file".trim_start()]);
    let tree: FileTree = [("main.tf", vec![b'a', 0xff])].into_iter().collect();
    let mut sources = SourceMap::default();
    let (_, problems) = load(&tree, Utf8Path::new("."), &mut sources, &Manifest::default());
    assert_eq!(problems.iter().map(|p| p.code.to_string()).collect::<Vec<_>>(), ["E0102"]);
}

#[test]
fn override_files_change_what_others_declare() {
    let read = read(&[
        (
            "main.tf",
            "variable \"a\" {\n  default     = 1\n  description = \"kept\"\n}\nlocals { l = 1 }\nresource \
             \"terraform_data\" \"r\" {\n  input = 1\n  lifecycle {\n    prevent_destroy = true\n  }\n  block {\n    x \
             = 1\n  }\n}\nterraform { required_version = \">= 2\" }\n",
        ),
        (
            "override.tf",
            "variable \"a\" { default = \"new\" }\nlocals { l = 2 }\nterraform { required_version = \">= 1\" }\n",
        ),
        (
            "x_override.tf.json",
            r#"{"resource": {"terraform_data": {"r": {"lifecycle": {"create_before_destroy": true}, "block": {}}}}}"#,
        ),
    ]);
    assert!(read.problems.is_empty(), "{}", read.rendered());
    let root = read.config.base.root();
    let variable = &root.variables["a"];
    assert_eq!(variable.description.as_deref(), Some("kept"));
    assert_eq!(variable.default.as_ref().and_then(|d| d.as_text()), Some("new"));
    let (_, resource) = root.resources.first().expect("one resource");
    assert!(resource.lifecycle.create_before_destroy == Some(true));
    assert!(resource.body.blocks.is_empty(), "the JSON block takes its place");

    check(
        &[(
            "override.tf",
            "variable \"a\" {}\nlocals { b = 1 }\nmoved {\n from = a.b\n to = a.c\n}\n",
        )],
        &[
            "override.tf:1 E0239 Missing base variable declaration to override",
            "override.tf:2 E0239 Missing base local value definition to override",
            "override.tf:3 E0239 Cannot override 'moved' blocks",
        ],
    );
}

#[test]
fn called_modules_become_a_tree() {
    let call =
        |name: &str, source: &str| format!("module \"{name}\" {{ source = \"{source}\" }}\n");
    let files = [
        ("main.tf", call("a", "./a") + &call("b", "./a")),
        ("a/main.tf", call("deep", "../deep")),
        ("deep/main.tf", "output \"x\" { value = 1 }\n".to_owned()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
    let read = read(&files);
    assert!(read.problems.is_empty(), "{}", read.rendered());
    let tree = &read.config.base;
    let paths: Vec<String> = tree.iter().map(|(_, module)| module.path.join(".")).collect();
    assert_eq!(paths, ["", "a", "b", "a.deep", "b.deep"]);
    let deep = ModulePath::root().child("b", None).child("deep", None);
    let id = tree.find(&deep).expect("it is called");
    assert_eq!(tree[id].dir, "deep");
    assert!(tree[id].outputs.contains_key("x"));
}

#[test]
fn calls_that_lead_nowhere_are_reported() {
    check(
        &[("main.tf", "module \"a\" { source = \"./nope\" }\n")],
        &["main.tf:1 E0237 Unreadable module directory"],
    );
    check(
        &[("main.tf", "module \"a\" { source = \"./a\" }\n"), ("a", "a file")],
        &["main.tf:1 E0237 Unreadable module directory"],
    );
    check(
        &[
            ("main.tf", "module \"a\" { source = \"./a\" }\n"),
            ("a/main.tf", "module \"b\" { source = \"../b\" }\n"),
            ("b/main.tf", "module \"a\" { source = \"../a\" }\n"),
        ],
        &["b/main.tf:1 E0238 Module calls itself"],
    );
    check(
        &[("main.tf", "module \"v\" { source = \"a/b/c\" }\n")],
        &["main.tf:1 E0236 Module not installed"],
    );
}

#[test]
fn modules_from_elsewhere_are_looked_up() {
    let manifest = r#"{"Modules": [{"Key": "v", "Source": "registry.terraform.io/a/b/c", "Version": "1.0.0", "Dir": ".terrace/modules/v"}]}"#;
    let files = |source: &'static str| {
        [
            ("main.tf", source),
            (".terrace/modules/modules.json", manifest),
            (".terrace/modules/v/main.tf", "output \"x\" { value = 1 }\n"),
        ]
    };
    check(&files("module \"v\" { source = \"a/b/c\" }\n"), &[]);
    check(
        &files("module \"v\" { source = \"a/b/d\" }\n"),
        &["main.tf:1 E0236 Module source has changed"],
    );
    check(
        &files("module \"v\" {\n  source = \"a/b/c\"\n  version = \"2.0.0\"\n}\n"),
        &["main.tf:1 E0236 Module version requirements have changed"],
    );
}

#[test]
fn a_package_is_left_by_no_relative_path() {
    let manifest = r#"{
        "Modules": [{"Key": "v", "Source": "registry.terraform.io/a/b/c//x", "Dir": ".terrace/modules/v/x"}],
        "Packages": [{"Dir": ".terrace/modules/v", "Package": {"Source": "registry.terraform.io/a/b/c", "Hash": "h1:"}}]
    }"#;
    check(
        &[
            ("main.tf", "module \"v\" { source = \"a/b/c//x\" }\n"),
            ("secret/main.tf", ""),
            (".terrace/modules/modules.json", manifest),
            (
                ".terrace/modules/v/x/main.tf",
                "module \"in\" { source = \"../y\" }\nmodule \"out\" { source = \"../../../../secret\" }\n",
            ),
            (".terrace/modules/v/y/main.tf", "output \"x\" { value = 1 }\n"),
        ],
        &[".terrace/modules/v/x/main.tf:2 E0240 Local module path escapes module package"],
    );
}

#[test]
fn what_is_missing_is_wanted_once() {
    let tree: FileTree = [
        ("main.tf", "module \"a\" { source = \"./a\" }\nphase \"p\" {}\nphase \"q\" {\n  after = \"p\"\n}\n"),
        ("a/main.tf", "module \"b\" {\n  source = \"a/b/c//d\"\n  version = \"~> 1.0\"\n}\n"),
    ]
    .into_iter()
    .collect();
    let mut sources = SourceMap::default();
    let (found, problems) = survey(&tree, Utf8Path::new("."), &mut sources, &Manifest::default());
    assert!(problems.is_empty(), "{problems:?}");
    let wanted: Vec<String> = found
        .wanted
        .iter()
        .map(|wanted| format!("{} {} {:?}", wanted.key, wanted.address, wanted.why))
        .collect();
    assert_eq!(wanted, ["a.b registry.terraform.io/a/b/c//d NotInstalled"]);
}

#[test]
fn some_blocks_belong_to_the_root_module() {
    check(
        &[
            ("main.tf", "module \"m\" { source = \"./m\" }\n"),
            ("m/main.tf", "import {\n to = a.b\n id = \"x\"\n}\nphase \"p\" {}\nstack \"s\" {}\n"),
        ],
        &[
            "m/main.tf:1 E0209 Invalid import configuration",
            "m/main.tf:5 E0209 Block not allowed in a called module",
            "m/main.tf:6 E0209 Stack block ignored",
        ],
    );
}

#[test]
fn modules_and_callers_agree_on_providers() {
    let required = "terraform {\n  required_providers {\n    aws = {\n      source = \"hashicorp/aws\"\n      \
                    configuration_aliases = [aws.west]\n    }\n  }\n}\n";
    check(
        &[("main.tf", "module \"m\" { source = \"./m\" }\n"), ("m/main.tf", required)],
        &["main.tf:1 E0247 Missing required provider configuration"],
    );
    let passed = "terraform {\n required_providers {\n  aws = { source = \"acme/aws\" }\n }\n}\nmodule \"m\" {\n source \
                  = \"./m\"\n providers = { aws.west = aws.x, aws.nope = aws.x }\n}\n";
    check(
        &[("main.tf", passed), ("m/main.tf", required)],
        &[
            "main.tf:8 E0246 Provider type mismatch",
            "main.tf:8 E0247 Reference to undefined provider",
            "main.tf:8 E0246 Provider type mismatch",
        ],
    );
    let counted = "module \"m\" {\n  source = \"./m\"\n  count  = 1\n}\n";
    let configured = "provider \"aws\" { region = \"x\" }\n";
    check(
        &[("main.tf", counted), ("m/main.tf", configured)],
        &["main.tf:3 E0246 Module is incompatible with count, for_each, and depends_on"],
    );
    check(
        &[("main.tf", counted), ("m/main.tf", "provider \"aws\" {}\n")],
        &["m/main.tf:1 E0246 Redundant empty provider block"],
    );
}
