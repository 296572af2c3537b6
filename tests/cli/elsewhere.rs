//! Modules from elsewhere: `init` against repositories and servers that the tests start on loopback.

use crate::packages::{
    Repository, bzip2, call, gzip, module, sandbox, tar, tar_gz, tar_link, versioned, zip,
};
use crate::sandbox::{Run, Sandbox};
use crate::server::{Page, Server};

/// A sandbox in which git is found.
/// A server that is the registry of `example.com`, as a settings file says.
fn registry(sandbox: &mut Sandbox) -> Server {
    let server = Server::start();
    let service = server.url("/v1/modules/");
    sandbox.write(
        "settings/settings.hcl",
        format!("host \"example.com\" {{\n  services = {{ \"modules.v1\" = \"{service}\" }}\n}}\n"),
    );
    let path = sandbox.path("settings/settings.hcl");
    sandbox.set("TERRACE_CONFIG", &path.to_string_lossy());
    server
}

/// What the configuration's output is.
#[track_caller]
fn name(sandbox: &Sandbox) -> String {
    let out = sandbox.run("plan -no-color").ok().out;
    let line =
        out.lines().find(|line| line.contains("+ name = ")).unwrap_or_else(|| panic!("{out}"));
    line.split('"').nth(1).expect("a text").to_owned()
}

#[track_caller]
fn initialized(sandbox: &Sandbox) -> Run {
    sandbox.run("init -no-color").ok()
}

#[test]
fn modules_are_installed_from_git() {
    let sandbox = sandbox();
    let repository = Repository::new(&sandbox, "repository");
    let first =
        repository.commit(&[("main.tf", &module("first")), ("sub/main.tf", &module("sub"))]);
    repository.git(&["tag", "v1"]);
    repository.git(&["checkout", "-q", "-b", "feature/x"]);
    repository.commit(&[("main.tf", &module("branch"))]);
    repository.git(&["checkout", "-q", "main"]);
    repository.commit(&[("main.tf", &module("second"))]);
    let url = repository.url();
    for (suffix, expected) in [
        ("", "second"),
        ("?ref=v1", "first"),
        ("?ref=feature/x", "branch"),
        ("?ref=feature/x&depth=1", "branch"),
        (&format!("?ref={first}"), "first"),
        (&format!("?ref={}", &first[..10]), "first"),
        ("//sub?ref=v1", "sub"),
    ] {
        let source = match suffix.strip_prefix("//sub") {
            Some(query) => format!("{url}//sub{query}"),
            None => format!("{url}{suffix}"),
        };
        sandbox.write("main.tf", call(&source));
        initialized(&sandbox);
        assert_eq!(name(&sandbox), expected, "{source}");
    }
    std::fs::remove_dir_all(sandbox.path(".terrace")).expect("removed");
    let out = initialized(&sandbox).out;
    assert!(out.starts_with("Initializing modules...\nDownloading git::file://"), "{out}");
    assert!(out.contains("?ref=v1 for m...\n- m in .terrace/modules/m/sub\n"), "{out}");
    assert!(!sandbox.path(".terrace/modules/m/.git").exists());
}

#[test]
fn what_was_locked_stays_until_it_is_renewed() {
    let sandbox = sandbox();
    let repository = Repository::new(&sandbox, "repository");
    let first = repository.commit(&[("main.tf", &module("first"))]);
    sandbox.write("main.tf", call(&format!("{}?ref=main", repository.url())));
    initialized(&sandbox);
    let lock = sandbox.read(".terrace.lock.hcl");
    assert!(lock.contains(&first) && lock.contains("\"h1:"), "{lock}");

    let second = repository.commit(&[("main.tf", &module("second"))]);
    let again = initialized(&sandbox).out;
    assert!(!again.contains("Downloading"), "what is there is used: {again}");
    std::fs::remove_dir_all(sandbox.path(".terrace")).expect("removed");
    assert!(initialized(&sandbox).out.contains("Downloading"));
    assert_eq!(name(&sandbox), "first");

    let renewed = sandbox.run("init -upgrade").ok().out;
    assert!(renewed.contains("Upgrading modules..."), "{renewed}");
    assert_eq!(name(&sandbox), "second");
    assert!(sandbox.read(".terrace.lock.hcl").contains(&second));
}

#[test]
fn a_package_that_was_changed_by_hand_is_fetched_anew() {
    let sandbox = sandbox();
    let repository = Repository::new(&sandbox, "repository");
    repository.commit(&[("main.tf", &module("right"))]);
    sandbox.write("main.tf", call(&repository.url()));
    initialized(&sandbox);
    sandbox.write(".terrace/modules/m/main.tf", module("wrong"));
    assert!(initialized(&sandbox).out.contains("Downloading"));
    assert_eq!(name(&sandbox), "right");
}

#[test]
fn git_is_told_nothing_that_it_could_take_for_something_else() {
    let mut sandbox = sandbox();
    sandbox.write("main.tf", call("git::file:///x?ref=--upload-pack=touch"));
    sandbox.run("init").fails("cannot be the name of a branch");
    sandbox.write("main.tf", call("git::file:///nowhere/at/all"));
    sandbox.run("init").fails("does not appear to be a git repository");
    let repository = Repository::new(&sandbox, "repository");
    repository.commit(&[("main.tf", &module("x"))]);
    sandbox.write("main.tf", call(&format!("{}?ref=nope", repository.url())));
    sandbox.run("init").fails("The repository has no branch, tag or commit \"nope\".");
    sandbox.write("main.tf", call(&repository.url()));
    sandbox.set("PATH", "/nowhere");
    sandbox.run("init").fails("Install git");
}

#[test]
fn modules_are_installed_from_archives() {
    let sandbox = sandbox();
    let server = Server::start();
    let files: &[(&str, &str)] = &[("main.tf", &module("tar")), ("sub/main.tf", &module("sub"))];
    server.page("/m.tar.gz", Page::of(tar_gz(files)));
    server.page("/m.tar.bz2", Page::of(bzip2(&tar(files))));
    server.page("/m.tar.xz", Page::of(XZ));
    server.page("/m.zip", Page::of(zip(&[("main.tf", module("zip").as_bytes())])));
    server.page("/plain", Page::of(zip(&[("main.tf", module("zip").as_bytes())])));
    server.page("/moved.zip", Page::status(302).header("location", "/m.zip"));
    server.page("/header", Page::of("").header("X-Terraform-Get", "./m.tar.gz//sub"));
    server.page("/meta", Page::of("<meta name=\"terraform-get\" content=\"/m.zip\">"));
    for (path, expected) in [
        ("/m.tar.gz", "tar"),
        ("/m.tar.gz//sub", "sub"),
        ("/m.tar.bz2", "tar"),
        ("/m.tar.xz", "xz"),
        ("/m.zip", "zip"),
        ("/plain?archive=zip", "zip"),
        ("/moved.zip", "zip"),
        ("/header", "sub"),
        ("/meta", "zip"),
    ] {
        sandbox.write("main.tf", call(&server.url(path)));
        initialized(&sandbox);
        assert_eq!(name(&sandbox), expected, "{path}");
    }
    assert!(server.asked().contains(&"GET /header?terraform-get=1".to_owned()));
}

#[test]
fn archives_that_are_not_what_they_should_be_are_refused() {
    let sandbox = sandbox();
    let server = Server::start();
    let good = tar_gz(&[("main.tf", &module("good"))]);
    server.page("/good.tar.gz", Page::of(good.clone()));
    server.page("/cut.tar.gz", Page::of(good.clone()).cut(good.len() / 2));
    server.page("/short.tar.gz", Page::of(&good[..good.len() / 2]));
    server.page("/none.zip", Page::of("<html>"));
    server.page("/up.tar.gz", Page::of(tar_gz(&[("../out.tf", "")])));
    server.page("/root.tar.gz", Page::of(tar_gz(&[("/tmp/out.tf", "")])));
    server.page("/link.tar.gz", Page::of(gzip(&tar_link("link", "../../../etc"))));
    server.page("/hosts.tar.gz", Page::of(gzip(&tar_link("hosts.tf", "/etc/hosts"))));
    server.page("/up.zip", Page::of(zip(&[("a/../../out.tf", b"")])));
    server.page("/bomb.zip", Page::of(zip(&[("zeros", &vec![0; 64 << 20])])));
    server.page("/loop", Page::of("").header("X-Terraform-Get", "/loop"));
    server.page("/here", Page::of("").header("X-Terraform-Get", "file:///etc"));
    server.page("/turn.zip", Page::status(302).header("location", "/turn.zip"));
    server.page("/empty", Page::of("<html></html>"));
    server.page("/secret.zip", Page::status(403));
    let sum = "0".repeat(64);
    for (path, words) in [
        ("/cut.tar.gz", "ended in the middle"),
        ("/short.tar.gz", "The archive is damaged"),
        ("/none.zip", "The archive is damaged"),
        ("/up.tar.gz", "leads out of its folder: \"../out.tf\""),
        ("/root.tar.gz", "leads out of its folder: \"/tmp/out.tf\""),
        ("/link.tar.gz", "a link that leads out of the package: \"link\""),
        ("/hosts.tar.gz", "a link that leads out of the package: \"hosts.tf\""),
        ("/up.zip", "leads out of its folder"),
        ("/bomb.zip", "made to fill disks"),
        ("/loop", "One page leads to the next"),
        ("/here", "leads to a file of this machine"),
        ("/turn.zip", "redirects more than 5 times"),
        ("/empty", "does not say where the module is"),
        ("/secret.zip", "answers 403"),
        ("/nothing.zip", "answers 404"),
        (&format!("/good.tar.gz?checksum=sha256:{sum}"), "not the one that was announced"),
        ("/good.tar.gz//nope", "has no folder \"nope\""),
    ] {
        sandbox.write("main.tf", call(&server.url(path)));
        let run = sandbox.run("init").fails(words);
        assert!(run.err.contains("main.tf:1"), "{path}: {}", run.err);
        let is_sound = words.starts_with("has no folder");
        assert_eq!(sandbox.path(".terrace/modules/m").exists(), is_sound, "{path}");
        assert!(!sandbox.path(".terrace/modules/.new").exists(), "{path}");
        assert!(!sandbox.path(".terrace.lock.hcl").exists(), "{path}");
    }
    assert!(!sandbox.path(".terrace/out.tf").exists() && !sandbox.path("out.tf").exists());
    sandbox.write("main.tf", call(&server.url("/good.tar.gz")));
    initialized(&sandbox);
    assert_eq!(name(&sandbox), "good");
}

#[test]
fn an_archive_that_changed_is_refused_until_it_is_accepted() {
    let sandbox = sandbox();
    let server = Server::start();
    server.page("/m.zip", Page::of(zip(&[("main.tf", module("one").as_bytes())])));
    sandbox.write("main.tf", call(&server.url("/m.zip")));
    initialized(&sandbox);
    server.page("/m.zip", Page::of(zip(&[("main.tf", module("two").as_bytes())])));
    initialized(&sandbox);
    assert_eq!(name(&sandbox), "one");
    std::fs::remove_dir_all(sandbox.path(".terrace")).expect("removed");
    let refused = sandbox.run("init").fails("Module package has changed");
    assert!(refused.err.contains("terrace init -upgrade"), "{}", refused.err);
    sandbox.run("init -upgrade").ok();
    assert_eq!(name(&sandbox), "two");
}

#[test]
fn registries_are_asked_for_versions() {
    let mut sandbox = sandbox();
    let server = registry(&mut sandbox);
    for version in ["1.0.0", "1.2.0", "2.0.0", "3.0.0-rc1"] {
        let content = tar_gz(&[
            ("top/main.tf", &module(version)),
            (
                "top/sub/main.tf",
                "module \"beside\" {\n  source = \"../other\"\n}\noutput \"name\" {\n  value = module.beside.name\n}\n",
            ),
            ("top/other/main.tf", &module("other")),
        ]);
        server.page(&format!("/files/{version}"), Page::of(content));
    }
    let place =
        |version: &str| format!("{}//*?archive=tar.gz", server.url(&format!("/files/{version}")));
    let (a, b, c, d) = (place("1.0.0"), place("1.2.0"), place("2.0.0"), place("3.0.0-rc1"));
    let versions = [("1.0.0", a.as_str()), ("1.2.0", &b), ("2.0.0", &c), ("3.0.0-rc1", &d)];
    server.publish("acme/net/aws", &versions[..2]);
    sandbox.write("main.tf", versioned("example.com/acme/net/aws", ">= 1.0"));
    let out = initialized(&sandbox).out;
    assert!(
        out.contains(
            "Downloading example.com/acme/net/aws 1.2.0 for m...\n- m in .terrace/modules/m/top\n"
        ),
        "{out}"
    );
    assert_eq!(name(&sandbox), "1.2.0");

    server.publish("acme/net/aws", &versions);
    initialized(&sandbox);
    assert_eq!(name(&sandbox), "1.2.0", "the lock file holds it");
    sandbox.run("get -update").ok();
    assert_eq!(name(&sandbox), "2.0.0");
    sandbox.write("main.tf", versioned("example.com/acme/net/aws", "3.0.0-rc1"));
    sandbox.run("plan").fails("Module version requirements have changed");
    initialized(&sandbox);
    assert_eq!(name(&sandbox), "3.0.0-rc1");
    sandbox.write("main.tf", versioned("example.com/acme/net/aws//sub", "1.0.0"));
    sandbox.run("plan").fails("Module source has changed");
    initialized(&sandbox);
    assert_eq!(name(&sandbox), "other");
    sandbox.write("main.tf", versioned("example.com/acme/net/aws", "> 7"));
    let none = sandbox.run("init").fails("Unresolvable module version constraint");
    assert!(none.err.replace("\n  ", " ").contains("2.0.0"), "{}", none.err);
    sandbox.write("main.tf", call("example.com/acme/other/aws"));
    sandbox.run("init").fails("has no module acme/other/aws");
}

#[test]
fn a_registry_is_sent_its_token_and_nobody_else_is() {
    let mut sandbox = sandbox();
    let server = registry(&mut sandbox);
    server.page("/m.zip", Page::of(zip(&[("main.tf", module("private").as_bytes())])));
    server.publish("acme/net/aws", &[("1.0.0", &server.url("/m.zip"))]);
    sandbox.set("TF_TOKEN_example_com", "canary-token");
    sandbox.write("main.tf", call("example.com/acme/net/aws"));
    let out = initialized(&sandbox);
    assert!(!out.to_string().contains("canary"), "{out}");
    let asked = server.asked();
    let with_token = |line: &&String| line.contains("Bearer canary-token");
    assert_eq!(asked.iter().filter(with_token).count(), 2, "{asked:?}");
    assert!(asked.contains(&"GET /m.zip".to_owned()), "{asked:?}");
    server.page("/v1/modules/acme/net/aws/versions", Page::status(401));
    sandbox.write("main.tf", versioned("example.com/acme/net/aws", "2.0.0"));
    sandbox.run("init").fails("TF_TOKEN_example_com");
}

#[test]
fn secrets_in_addresses_are_shown_nowhere() {
    let sandbox = sandbox();
    let server = Server::start();
    server.page("/m.zip", Page::of(zip(&[("main.tf", module("secret").as_bytes())])));
    let secret = |path: &str| server.url(path).replace("http://", "http://user:canary-password@");
    sandbox.write("main.tf", call(&secret("/m.zip")));
    let run = initialized(&sandbox);
    assert!(!run.to_string().contains("canary"), "{run}");
    for file in [".terrace.lock.hcl", ".terrace/modules/modules.json"] {
        assert!(!sandbox.read(file).contains("canary"), "{file}");
    }
    assert!(server.asked().iter().any(|line| line.contains("Basic dXNlcjpjYW5hcnktcGFzc3dvcmQ=")));
    for source in [
        secret("/nothing.zip"),
        format!("git::{}", secret("/nothing")),
        secret("/m.zip?archive=rar"),
        format!("git::ftp://user:canary-password@127.0.0.1:{}/x", server.port),
    ] {
        sandbox.write("main.tf", call(&source));
        let run = sandbox.run("init");
        assert_eq!(run.code, 1, "{run}");
        assert!(!run.to_string().contains("canary"), "{run}");
    }
}

#[test]
fn modules_call_modules_and_stay_in_their_package() {
    let mut sandbox = sandbox();
    let server = registry(&mut sandbox);
    let inner = Repository::new(&sandbox, "inner");
    inner.commit(&[("main.tf", &module("inner"))]);
    let outer = Repository::new(&sandbox, "outer");
    outer.commit(&[
        ("main.tf", &call("./part").replace("\"m\"", "\"part\"").replace(".m.", ".part.")),
        ("part/main.tf", &call(&inner.url())),
        ("escape/main.tf", &call("../../../../settings")),
    ]);
    sandbox.write(
        "main.tf",
        call(&outer.url()) + "module \"twin\" {\n  source = \"" + &inner.url() + "\"\n}\n",
    );
    let out = initialized(&sandbox).out;
    assert!(out.contains("- m.part.m in .terrace/modules/"), "{out}");
    assert_eq!(out.matches("Downloading").count(), 2, "one package is fetched once: {out}");
    assert_eq!(name(&sandbox), "inner");
    sandbox.write("main.tf", call(&format!("{}//escape", outer.url())));
    sandbox.run("init").fails("Local module path escapes module package");
    drop(server);
}

#[test]
fn commands_ask_for_init() {
    let sandbox = sandbox();
    let repository = Repository::new(&sandbox, "repository");
    repository.commit(&[("main.tf", &module("x"))]);
    sandbox.write("main.tf", call(&repository.url()));
    for command in ["validate", "plan", "init -get=false"] {
        let run = sandbox.run(command).fails("Module not installed");
        assert!(run.err.contains("terrace init"), "{}", run.err);
    }
    sandbox.run("get").ok();
    sandbox.run("validate").ok();
    let readonly = sandbox.run("init -lockfile=readonly").ok().out;
    assert!(!readonly.contains("Downloading"), "{readonly}");
    std::fs::remove_file(sandbox.path(".terrace.lock.hcl")).expect("removed");
    sandbox.run("init -lockfile=readonly").fails("Lock file of modules would change");
    let json = sandbox.run("init -json -upgrade").ok().out;
    assert!(
        json.lines().all(|line| line.starts_with('{')) && json.contains("Downloading"),
        "{json}"
    );
}

#[test]
fn a_mirror_serves_where_there_is_no_network() {
    let mut sandbox = sandbox();
    sandbox.write("mirror/registry.terraform.io/acme/net/aws/1.0.0/main.tf", module("one"));
    let zipped = zip(&[("main.tf", module("two").as_bytes())]);
    sandbox.write("mirror/registry.terraform.io/acme/net/aws/v2.0.0.zip", &zipped);
    sandbox.write("mirror/files.example.com/web.zip", &zipped);
    let repository = Repository::new(&sandbox, "mirror/git.example.com/acme/net.git");
    repository.commit(&[("main.tf", &module("git"))]);
    let mirror = sandbox.path("mirror");
    let settings =
        |more: &str| format!("modules {{\n  mirror = \"{}\"\n{more}}}\n", mirror.display());
    sandbox.write("settings.hcl.txt", settings(""));
    let path = sandbox.path("settings.hcl.txt");
    sandbox.set("TERRACE_CONFIG", &path.to_string_lossy());
    for (text, expected) in [
        (call("acme/net/aws"), "two"),
        (versioned("acme/net/aws", "~> 1.0"), "one"),
        (call("https://files.example.com/web.zip"), "two"),
        (call("git::https://git.example.com/acme/net.git?ref=main"), "git"),
        (call("git::ssh://git@git.example.com/acme/net"), "git"),
    ] {
        sandbox.write("main.tf", &text);
        initialized(&sandbox);
        assert_eq!(name(&sandbox), expected, "{text}");
    }
    for text in [call("acme/other/aws"), call("github.com/acme/other")] {
        sandbox.write("main.tf", &text);
        sandbox.run("init").fails("has no copy of it");
    }
    sandbox.write("settings.hcl.txt", settings("  colour = 1\n"));
    sandbox.run("init").fails("line 3: The block modules has no argument \"colour\".");
}

#[test]
fn hosts_that_do_not_answer_are_given_up() {
    let mut sandbox = sandbox();
    let server = registry(&mut sandbox);
    server.page("/slow.zip", Page::hanging());
    server.page("/v1/modules/acme/slow/aws/versions", Page::hanging());
    sandbox.write("main.tf", call("http://127.0.0.1:1/m.zip"));
    sandbox.run("init").fails("127.0.0.1 cannot be reached");
    let settings = sandbox.read("settings/settings.hcl") + "modules {\n  timeout = \"300ms\"\n}\n";
    sandbox.write("settings/settings.hcl", settings);
    for (source, words) in [
        (server.url("/slow.zip"), "longer than 0.3 s"),
        ("example.com/acme/slow/aws".to_owned(), "did not answer within 0.3 s"),
    ] {
        sandbox.write("main.tf", call(&source));
        sandbox.run("init").fails(words);
    }
    sandbox.write("main.tf", call(&format!("git::{}", server.url("/slow"))));
    server.page("/slow/info/refs", Page::hanging());
    sandbox.run("init").fails("It took longer than 0.3 s");
}

#[test]
fn two_at_once_wait_for_each_other() {
    let sandbox = sandbox();
    let repository = Repository::new(&sandbox, "repository");
    repository.commit(&[("main.tf", &module("x"))]);
    sandbox.write("main.tf", call(&repository.url()));
    let runs: Vec<_> = (0..4)
        .map(|_| {
            sandbox
                .command(&["init"])
                .stdout(std::process::Stdio::piped())
                .spawn()
                .expect("it runs")
        })
        .collect();
    let downloads: usize = runs
        .into_iter()
        .map(|run| {
            let output = run.wait_with_output().expect("it ends");
            assert!(output.status.success());
            String::from_utf8_lossy(&output.stdout).matches("Downloading").count()
        })
        .sum();
    assert_eq!(downloads, 1, "the others find it installed");
    assert_eq!(name(&sandbox), "x");
}

#[test]
fn what_a_killed_run_left_is_cleared_away() {
    let sandbox = sandbox();
    let server = Server::start();
    server.page("/m.zip", Page::of(zip(&[("main.tf", module("x").as_bytes())])));
    sandbox.write("main.tf", call(&server.url("/m.zip")));
    initialized(&sandbox);
    server.page("/n.zip", Page::hanging());
    sandbox.write("main.tf", call(&server.url("/n.zip")));
    let mut run =
        sandbox.command(&["init"]).stdout(std::process::Stdio::null()).spawn().expect("it runs");
    while !server.asked().iter().any(|line| line.contains("/n.zip")) {
        std::thread::yield_now();
    }
    run.kill().expect("killed");
    run.wait().expect("it ends");
    assert!(sandbox.path(".terrace/modules/.new").exists());
    sandbox.write("main.tf", call(&server.url("/m.zip")));
    let again = initialized(&sandbox).out;
    assert!(!again.contains("Downloading"), "what was installed before still is: {again}");
    assert!(!sandbox.path(".terrace/modules/.new").exists());
}

#[test]
fn modules_that_nobody_calls_any_more_go() {
    let sandbox = sandbox();
    let server = Server::start();
    server.page("/m.zip", Page::of(zip(&[("main.tf", module("x").as_bytes())])));
    sandbox.write("main.tf", call(&server.url("/m.zip")));
    initialized(&sandbox);
    sandbox.write("main.tf", "output \"name\" {\n  value = \"none\"\n}\n");
    initialized(&sandbox);
    assert!(!sandbox.path(".terrace/modules/m").exists());
    assert!(!sandbox.read(".terrace.lock.hcl").contains("module \""));
}

/// A tar file with `main.tf`, whose output is "xz", compressed by xz.
const XZ: &[u8] = include_bytes!("module.tar.xz");
