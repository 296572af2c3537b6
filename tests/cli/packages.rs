//! Packages for tests: archives made in memory, and git repositories.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use crate::sandbox::Sandbox;

/// A folder whose runs find git, and none of the user's settings for it.
pub fn sandbox() -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.set("PATH", "/usr/local/bin:/usr/bin:/bin");
    sandbox.set("GIT_CONFIG_GLOBAL", "/dev/null");
    sandbox
}

/// A module with one output, `name`.
pub fn module(name: &str) -> String {
    format!("output \"name\" {{\n  value = \"{name}\"\n}}\n")
}

/// A call of a module, and its output `name` as the root's.
pub fn call(source: &str) -> String {
    format!(
        "module \"m\" {{\n  source = \"{source}\"\n}}\noutput \"name\" {{\n  value = module.m.name\n}}\n"
    )
}

/// The same, with a version constraint.
pub fn versioned(source: &str, version: &str) -> String {
    call(source).replace("\n}\noutput", &format!("\n  version = \"{version}\"\n}}\noutput"))
}

/// Tar files, gzipped; each entry a path and a content.
pub fn tar_gz(files: &[(&str, &str)]) -> Vec<u8> {
    gzip(&tar(files))
}

/// Tar files.
pub fn tar(files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        // The builder would refuse the paths that some tests are about.
        let name = &mut header.as_old_mut().name;
        name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        builder.append(&header, content.as_bytes()).expect("memory");
    }
    builder.into_inner().expect("memory")
}

/// A tar file with one symbolic link, and a file behind it.
pub fn tar_link(name: &str, target: &str) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    builder.append_link(&mut header, name, target).expect("memory");
    builder.into_inner().expect("memory")
}

/// Gzipped bytes.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// Bytes compressed by bzip2.
pub fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// A zip file.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    for (path, content) in files {
        writer.start_file(*path, options).expect("memory");
        writer.write_all(content).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

/// A git repository in a folder of the sandbox.
pub struct Repository<'a> {
    sandbox: &'a Sandbox,
    name: &'a str,
}

impl<'a> Repository<'a> {
    /// An empty one, whose branch is `main`.
    pub fn new(sandbox: &'a Sandbox, name: &'a str) -> Self {
        std::fs::create_dir_all(sandbox.path(name)).expect("a folder");
        let repository = Self { sandbox, name };
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }

    /// Commits files; answers the commit.
    pub fn commit(&self, files: &[(&str, &str)]) -> String {
        for (path, content) in files {
            self.sandbox.write(&format!("{}/{path}", self.name), content);
        }
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "a change"]);
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// The address of a module in it.
    pub fn url(&self) -> String {
        format!("git::file://{}", self.path().display())
    }

    /// Its folder.
    pub fn path(&self) -> std::path::PathBuf {
        self.sandbox.path(self.name)
    }

    /// Runs git in it.
    pub fn git(&self, arguments: &[&str]) -> String {
        git(&self.path(), arguments)
    }
}

/// Runs git in a folder.
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
