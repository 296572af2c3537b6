//! `init` in the networks that there are: private authorities, proxies, hosts that ask for patience, slow lines, full
//! disks, and somebody who presses Ctrl-C.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use crate::packages::{Repository, call, module, sandbox, versioned, zip};
use crate::sandbox::Sandbox;
use crate::server::{AUTHORITY, Page, Proxy, Server};

/// A module called `name`, in a zip file.
fn zipped(name: &str) -> Page {
    Page::of(zip(&[("main.tf", module(name).as_bytes())]))
}

/// A registry with a certificate of an authority that nobody knows, with the module `acme/net/aws`.
fn private_registry(sandbox: &mut Sandbox, services: &str) -> Server {
    let server = Server::encrypted();
    let services = services.replace("PORT", &server.port.to_string());
    server.page("/.well-known/terraform.json", Page::json(&services));
    server.page("/m.zip", zipped("private"));
    server.publish("acme/net/aws", &[("1.0.0", &server.url("/m.zip"))]);
    sandbox.write("authority.pem", AUTHORITY);
    let path = sandbox.path("authority.pem");
    sandbox.set("SSL_CERT_FILE", &path.to_string_lossy());
    sandbox.write("main.tf", call(&format!("127.0.0.1:{}/acme/net/aws", server.port)));
    server
}

#[test]
fn a_registry_of_a_private_authority_is_found_by_its_host() {
    for services in [
        r#"{"modules.v1": "/v1/modules/"}"#,
        r#"{"modules.v1": "/v1/modules"}"#,
        r#"{"modules.v1": "../v1/modules/", "providers.v1": "/elsewhere"}"#,
        r#"{"modules.v1": "https://127.0.0.1:PORT/v1/modules/"}"#,
    ] {
        let mut sandbox = sandbox();
        let server = private_registry(&mut sandbox, services);
        sandbox.run("init").ok();
        assert!(sandbox.run("plan").ok().out.contains("private"), "{services}");
        assert_eq!(server.asked()[0], "GET /.well-known/terraform.json");
    }
    for (services, words) in [
        (r#"{"providers.v1": "/v1/"}"#, "does not provide a module registry"),
        (r#"{"modules.v1": 7}"#, "does not provide a module registry"),
        ("<html>", "does not describe the services of the host"),
        (r#"{"modules.v1": "ftp://localhost/"}"#, ""),
    ] {
        let mut sandbox = sandbox();
        let _server = private_registry(&mut sandbox, services);
        sandbox.run("init").fails(words);
    }
}

#[test]
fn an_authority_that_nobody_knows_is_not_trusted() {
    let mut sandbox = sandbox();
    let _server = private_registry(&mut sandbox, r#"{"modules.v1": "/v1/modules/"}"#);
    sandbox.set("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt");
    sandbox.run("init").fails("SSL_CERT_FILE");
    assert!(!sandbox.path(".terrace/modules/m").exists());
}

#[test]
fn tokens_are_found_where_terraform_has_them() {
    let services = r#"{"modules.v1": "/v1/modules/"}"#;
    let login = r#"{"credentials": {"127.0.0.1:PORT": {"token": "of-login"}}}"#;
    let config =
        "credentials \"127.0.0.1:PORT\" {\n  token = \"of-config\"\n}\nplugin_cache_dir = \"x\"\n";
    for (file, text, token) in [
        ("home/.terraform.d/credentials.tfrc.json", login, "of-login"),
        ("home/.terraformrc", config, "of-config"),
        ("other.tfrc", config, "of-config"),
    ] {
        let mut sandbox = sandbox();
        let server = private_registry(&mut sandbox, services);
        sandbox.write(file, text.replace("PORT", &server.port.to_string()));
        let (home, other) = (sandbox.path("home"), sandbox.path("other.tfrc"));
        sandbox.set("HOME", &home.to_string_lossy());
        if file == "other.tfrc" {
            sandbox.set("TF_CLI_CONFIG_FILE", &other.to_string_lossy());
        }
        let run = sandbox.run("init").ok();
        assert!(!run.to_string().contains(token), "{run}");
        let asked = server.asked();
        let with = asked.iter().filter(|line| line.ends_with(&format!("Bearer {token}")));
        assert!(with.count() >= 2, "{asked:?}");
        assert!(asked.contains(&"GET /m.zip".to_owned()), "the archive is no registry: {asked:?}");
    }
}

#[test]
fn a_proxy_is_used_but_for_hosts_that_are_near() {
    let mut sandbox = sandbox();
    let server = private_registry(&mut sandbox, r#"{"modules.v1": "/v1/modules/"}"#);
    let proxy = Proxy::start();
    sandbox.set("HTTPS_PROXY", &format!("http://ada:secret@127.0.0.1:{}", proxy.port));
    sandbox.run("init").ok();
    let tunnels = proxy.asked();
    let to = format!("127.0.0.1:{}", server.port);
    assert!(tunnels.iter().all(|tunnel| tunnel.contains("Basic YWRhOnNlY3JldA==")), "{tunnels:?}");
    assert!(tunnels.iter().any(|tunnel| tunnel.starts_with(&to)), "{tunnels:?}");

    sandbox.set("NO_PROXY", "127.0.0.1");
    std::fs::remove_dir_all(sandbox.path(".terrace")).expect("removed");
    sandbox.run("init").ok();
    assert_eq!(proxy.asked().len(), tunnels.len(), "nothing more went through it");

    sandbox.set("NO_PROXY", "");
    sandbox.set("HTTPS_PROXY", "http://127.0.0.1:1");
    std::fs::remove_dir_all(sandbox.path(".terrace")).expect("removed");
    sandbox.run("init").fails("HTTPS_PROXY");
}

#[test]
fn repositories_are_reached_through_ssh() {
    let mut sandbox = sandbox();
    let repository = Repository::new(&sandbox, "acme/net.git");
    repository.commit(&[("main.tf", &module("ssh"))]);
    // What ssh does is to run git there; the host's own folder is this one.
    let folder = sandbox.path("").to_string_lossy().trim_end_matches('/').to_owned();
    sandbox.write(
        "ssh",
        format!(
            "#!/bin/sh\necho \"$@\" >> '{folder}/asked'\n[ -e '{folder}/refuse' ] && {{ \
             echo 'git@localhost: Permission denied (publickey).' >&2; exit 255; }}\n\
             for last; do :; done\ncd '{folder}' && eval \"$(echo \"$last\" | sed \"s|'/|'|\")\"\n"
        ),
    );
    let ssh = sandbox.path("ssh");
    std::fs::set_permissions(&ssh, std::fs::Permissions::from_mode(0o755)).expect("allowed");
    sandbox.set("GIT_SSH_COMMAND", &ssh.to_string_lossy());
    sandbox.set("GIT_SSH_VARIANT", "ssh");
    for source in [
        "git::ssh://git@localhost/acme/net.git",
        "git::ssh://git@localhost:2222/acme/net.git?ref=main",
        "git@localhost:/acme/net.git",
    ] {
        sandbox.write("main.tf", call(source));
        sandbox.run("init").ok();
        assert!(sandbox.run("plan").ok().out.contains("\"ssh\""), "{source}");
    }
    let asked = sandbox.read("asked");
    assert!(asked.contains("-p 2222") && asked.contains("git@localhost"), "{asked}");
    sandbox.write("refuse", "");
    sandbox.write("main.tf", call("git::ssh://git@localhost/acme/other.git"));
    sandbox.run("init").fails("ssh -T git@HOST");
}

#[test]
fn a_host_that_asks_for_patience_gets_it() {
    let sandbox = sandbox();
    let server = Server::start();
    let busy = || Page::status(429).header("retry-after", "1");
    server.page("/m.zip", busy().then(Page::status(503).then(zipped("patient"))));
    sandbox.write("main.tf", call(&server.url("/m.zip")));
    let began = std::time::Instant::now();
    sandbox.run("init").ok();
    assert!(began.elapsed().as_secs_f64() >= 1.0, "it waited as long as it was asked to");
    assert_eq!(server.asked().len(), 3);

    let whole_day = || Page::status(429).header("retry-after", "86400");
    server.page("/n.zip", whole_day());
    sandbox.write("main.tf", call(&server.url("/n.zip")));
    sandbox.run("init").fails("429");
}

#[test]
fn a_full_disk_is_told_and_what_was_there_stays() {
    let sandbox = sandbox();
    let server = Server::start();
    server.page("/small.zip", zipped("small"));
    sandbox.write("main.tf", call(&server.url("/small.zip")));
    sandbox.run("init").ok();
    let noise: Vec<String> =
        (0..40_000_u32).map(|n| format!("# {:x}\n", n.wrapping_mul(2_654_435_761))).collect();
    let content = module("large") + &noise.concat();
    server.page("/large.zip", Page::of(zip(&[("main.tf", content.as_bytes())])));
    sandbox.write("main.tf", call(&server.url("/large.zip")));
    // No file may grow beyond 64 KiB; the signal for it is ignored, as on a full disk there is none.
    let script = "trap '' XFSZ; ulimit -f 64; exec \"$0\" init";
    let mut command = std::process::Command::new("bash");
    command.args(["-c", script]).arg(env!("CARGO_BIN_EXE_terrace"));
    command.current_dir(sandbox.path("")).env_clear().env("PATH", "/usr/bin:/bin");
    let output = command.output().expect("bash runs");
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("Error: Modules cannot be installed"), "{err}");
    sandbox.write("main.tf", call(&server.url("/small.zip")));
    assert!(sandbox.run("plan").ok().out.contains("small"), "what was installed before still is");
    sandbox.write("main.tf", call(&server.url("/large.zip")));
    sandbox.run("init").ok();
    assert!(sandbox.run("plan").ok().out.contains("large"));
}

#[test]
fn an_interrupted_init_leaves_nothing_that_is_taken_for_whole() {
    for signal in [Signal::INT, Signal::TERM] {
        let sandbox = sandbox();
        let server = Server::start();
        server.page("/m.zip", zipped("whole").stalling(100).then(zipped("whole")));
        server.page("/n.zip", zipped("other"));
        let both = call(&server.url("/m.zip"))
            + &format!("module \"n\" {{\n  source = \"{}\"\n}}\n", server.url("/n.zip"));
        sandbox.write("main.tf", both);
        let mut command = sandbox.command(&["init"]);
        let run = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it runs");
        while !server.asked().iter().any(|line| line.contains("/m.zip")) {
            std::thread::yield_now();
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
        let id = i32::try_from(run.id()).expect("a process id");
        kill_process(Pid::from_raw(id).expect("a process id"), signal).expect("it is alive");
        let output = run.wait_with_output().expect("it ends");
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{err}");
        assert!(err.contains("Interrupted") && err.contains("terrace init"), "{err}");
        assert!(!sandbox.path(".terrace.lock.hcl").exists());
        sandbox.run("plan").fails("Module not installed");
        sandbox.run("init").ok();
        assert!(sandbox.run("plan").ok().out.contains("whole"));
    }
}

#[test]
fn a_version_that_is_published_while_nothing_is_renewed_stays_unknown() {
    let mut sandbox = sandbox();
    let server = private_registry(&mut sandbox, r#"{"modules.v1": "/v1/modules/"}"#);
    sandbox
        .write("main.tf", versioned(&format!("127.0.0.1:{}/acme/net/aws", server.port), "~> 1.0"));
    sandbox.run("init").ok();
    server.page("/n.zip", zipped("newer"));
    let (old, new) = (server.url("/m.zip"), server.url("/n.zip"));
    server.publish("acme/net/aws", &[("1.0.0", &old), ("1.1.0", &new)]);
    sandbox.run("init").ok();
    assert!(sandbox.run("plan").ok().out.contains("private"));
    sandbox.run("init -get=false -upgrade").ok();
    assert!(sandbox.run("plan").ok().out.contains("private"), "nothing is fetched");
    sandbox.run("init -upgrade").ok();
    assert!(sandbox.run("plan").ok().out.contains("newer"));
}
