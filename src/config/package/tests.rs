//! Addresses: what they mean, what is refused, and that they tell no secrets.

use super::{Address, Archive, Format, Package, is_local, may_hold_secret};

fn shown(text: &str) -> String {
    match Address::parse(text) {
        Ok(address) => {
            let kind = match &address.package {
                Package::Registry(_) => "registry",
                Package::Git(_) => "git",
                Package::Archive(Archive { format: Some(_), .. }) => "archive",
                Package::Archive(_) => "page",
                Package::Folder(_) => "folder",
            };
            format!("{kind} {address}")
        }
        Err(error) => format!("no: {error}"),
    }
}

#[test]
fn addresses_mean_what_they_mean_in_terraform() {
    for (text, expected) in [
        (
            "terraform-aws-modules/vpc/aws",
            "registry registry.terraform.io/terraform-aws-modules/vpc/aws",
        ),
        ("a/b/c//modules/x", "registry registry.terraform.io/a/b/c//modules/x"),
        ("Registry.Example.com:8443/a/b/c", "registry registry.example.com:8443/a/b/c"),
        ("a/b/c//x/../y/./z", "registry registry.terraform.io/a/b/c//y/z"),
        ("github.com/a/b", "git git::https://github.com/a/b.git"),
        ("github.com/a/b.git", "git git::https://github.com/a/b.git"),
        ("github.com/a/b/c/d?ref=v1", "git git::https://github.com/a/b.git//c/d?ref=v1"),
        ("github.com/a/b//c?ref=v1", "git git::https://github.com/a/b.git//c?ref=v1"),
        ("bitbucket.org/a/b", "git git::https://bitbucket.org/a/b.git"),
        ("git@github.com:a/b.git", "git git::ssh://git@github.com/a/b.git"),
        ("git@github.com:a/b.git//c?ref=x", "git git::ssh://git@github.com/a/b.git//c?ref=x"),
        ("git::git@host:a/b.git", "git git::ssh://git@host/a/b.git"),
        ("git::https://x.y/z.git?ref=v1&depth=1", "git git::https://x.y/z.git?ref=v1"),
        ("git::ssh://git@x.y:22/z.git//a", "git git::ssh://git@x.y:22/z.git//a"),
        ("git::file:///srv/z.git?ref=1.0", "git git::file:///srv/z.git?ref=1.0"),
        ("git::https://x.y/z?ref=feature/a", "git git::https://x.y/z?ref=feature/a"),
        ("https://x.y/m.zip", "archive https://x.y/m.zip"),
        ("https://x.y/m.tar.gz//sub", "archive https://x.y/m.tar.gz//sub"),
        ("https://x.y/m?archive=zip", "archive https://x.y/m?archive=zip"),
        ("https://x.y/m.zip?archive=false", "page https://x.y/m.zip?archive=false"),
        ("https://x.y/m//a/b", "page https://x.y/m//a/b"),
        ("/srv/modules/a", "folder file:///srv/modules/a"),
        ("file:///srv/a.tgz", "archive file:///srv/a.tgz"),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn what_is_no_address_is_refused() {
    for (text, expected) in [
        ("foo", "It is not clear how to fetch a module from \"foo\"."),
        ("a/b", "It is not clear how to fetch a module from \"a/b\"."),
        ("~/x", "It is not clear how to fetch"),
        ("", "It is not clear how to fetch"),
        ("A/B/c_d", "It is not clear how to fetch"),
        ("gitlab.com/a/b", "It is not clear how to fetch"),
        ("a/b/c//../../x", "leads outside of the module package"),
        ("git::https://x.y/z//../a", "leads outside of the module package"),
        ("git::https://x.y/z?ref=--upload-pack=x", "cannot be the name of a branch"),
        ("git::https://x.y/z?ref=a..b", "cannot be the name of a branch"),
        ("git::https://x.y/z?ref=a%20b", "cannot be the name of a branch"),
        ("git::ssh://-oProxyCommand=x/y", "is not"),
        ("git::ext::sh -c x", "It is not clear how to fetch"),
        ("ext::sh -c x", "It is not clear how to fetch"),
        ("git::ftp://x.y/z", "not fetched over ftp"),
        ("git::https://x.y/z?sshkey=aGk", "A private key does not belong"),
        ("git::https://x.y/z?depth=-1", "is not a number"),
        ("s3::https://s3.amazonaws.com/b/k.zip", "does not fetch modules with s3::"),
        ("hg::http://x.y/z", "does not fetch modules with hg::"),
        ("ssh://git@x.y/z", "What is behind ssh:// is not told"),
        ("ftp://x.y/z", "no way to fetch modules with \"ftp\""),
        ("github.com/a", "name an owner and a repository"),
        ("https://x.y/m?archive=rar", "The archive format \"rar\" is not known"),
        ("https://x.y/m.zip?checksum=sha256:12", "The checksum \"sha256:12\" is not understood"),
        ("https://x.y/m.zip?checksum=file:x", "as easy to change"),
    ] {
        let shown = shown(text);
        assert!(shown.starts_with("no: ") && shown.contains(expected), "{text}: {shown}");
    }
}

#[test]
fn registries_are_asked_only_for_what_they_can_have() {
    for text in
        ["github.com/a/b/c", "a/b", "a/b/C", "-a/b/c", "localhost/a/b/c", "a/b/c?ref=1", "a/b_/c"]
    {
        assert!(Address::registry(text).is_err(), "{text}");
    }
    let error = Address::registry("github.com/a/b/c").expect_err("refused");
    assert!(error.help.is_some_and(|help| help.contains("git::https://github.com")));
}

#[test]
fn secrets_are_not_shown() {
    for (text, expected) in [
        ("git::https://user:canary@x.y/z.git?ref=v1", "git git::https://user:***@x.y/z.git?ref=v1"),
        ("git::https://canary@x.y/z.git", "git git::https://***@x.y/z.git"),
        (
            "https://x.y/m.zip?X-Amz-Signature=canary",
            "archive https://x.y/m.zip?X-Amz-Signature=***",
        ),
        ("https://x.y/m?token=canary&archive=zip", "archive https://x.y/m?token=***&archive=zip"),
    ] {
        assert_eq!(shown(text), expected, "{text}");
        assert!(!format!("{:?}", Address::parse(text)).contains("canary"), "{text}");
        assert!(may_hold_secret(text));
    }
    assert!(!shown("git::ftp://u:canary@x.y/z").contains("canary"));
    assert!(!shown("u:canary@x.y/z").contains("canary") || !may_hold_secret("u:canary@x.y/z"));
}

#[test]
fn formats_are_told_by_the_end_of_the_name() {
    for (name, expected) in [
        ("1.2.0.tar.gz", Some(("1.2.0", Format::TarGz))),
        ("1.2.0.tgz", Some(("1.2.0", Format::TarGz))),
        ("m.zip", Some(("m", Format::Zip))),
        ("m.tar.xz", Some(("m", Format::TarXz))),
        ("m.rar", None),
        ("zip", None),
    ] {
        assert_eq!(Format::of_file(name), expected, "{name}");
    }
}

#[test]
fn paths_beside_the_caller_are_local() {
    for (text, expected) in
        [("./a", true), ("../a", true), (".", true), ("a", false), (".a/b", false)]
    {
        assert_eq!(is_local(text), expected, "{text}");
    }
}
