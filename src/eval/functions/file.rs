//! Functions that read files, and those on their paths.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use camino::{Utf8Path, Utf8PathBuf};

use super::{CallError, Context, Function, Param, Returns, Want, crypto};
use crate::value::{Type, Value};
use crate::world::FileKind;

const TEXT: Returns = Returns::Always(Want::String);

const fn text(name: &'static str) -> Param {
    Param::new(name, Want::String)
}

macro_rules! digest {
    ($name:literal) => {
        Function::new($name, &[text("path")], TEXT, |context| {
            let content =
                read(context, context.text(0)).map_err(|error| CallError::new(error.message))?;
            Ok(crypto::digest($name, &content))
        })
    };
}

pub(super) const TABLE: &[Function] = &[
    Function::new("abspath", &[text("path")], TEXT, abspath),
    Function::new("basename", &[text("path")], TEXT, |c| Ok(Value::string(basename(c.text(0))))),
    Function::new("dirname", &[text("path")], TEXT, |c| Ok(Value::string(dirname(c.text(0))))),
    Function::new("file", &[text("path")], TEXT, file),
    Function::new("filebase64", &[text("path")], TEXT, |c| {
        Ok(Value::string(STANDARD.encode(read(c, c.text(0))?)))
    }),
    digest!("filebase64sha256"),
    digest!("filebase64sha512"),
    Function::new("fileexists", &[text("path")], Returns::Always(Want::Bool), fileexists),
    digest!("filemd5"),
    Function::new(
        "fileset",
        &[text("path"), text("pattern")],
        Returns::Always(Want::Set(&Want::String)),
        fileset,
    ),
    digest!("filesha1"),
    digest!("filesha256"),
    digest!("filesha512"),
    Function::new("pathexpand", &[text("path")], TEXT, |c| {
        expand(c, c.text(0)).map(Value::string).map_err(CallError::new)
    }),
];

/// `~` at the start becomes the home folder.
fn expand(context: &Context<'_>, path: &str) -> Result<String, String> {
    let Some(rest) = path.strip_prefix('~') else { return Ok(path.to_owned()) };
    if !rest.is_empty() && !rest.starts_with('/') {
        return Err("cannot expand user-specific home dir".into());
    }
    let home = context.outside.world.environment.var("HOME");
    let home = home.filter(|home| !home.is_empty()).ok_or("the home folder is not known")?;
    Ok(if rest.is_empty() { home } else { format!("{}{rest}", home.trim_end_matches('/')) })
}

/// The path as the operating system is asked for it.
fn locate(context: &Context<'_>, path: &str) -> Result<Utf8PathBuf, String> {
    let expanded =
        expand(context, path).map_err(|reason| format!("failed to expand ~: {reason}"))?;
    Ok(context.outside.base.join(clean(&expanded)))
}

/// The content of a file.
pub(super) fn read(context: &Context<'_>, path: &str) -> Result<Vec<u8>, CallError> {
    let place = locate(context, path).map_err(|reason| CallError::arg(0, reason))?;
    let files = &context.outside.world.files;
    let failed = |reason: String| CallError::arg(0, format!("failed to read file: {reason}"));
    match files.kind(&place) {
        Ok(Some(FileKind::File)) => files.read(&place).map_err(|error| failed(error.to_string())),
        Ok(Some(FileKind::Folder)) => Err(failed(format!("read {}: is a directory", clean(path)))),
        Ok(Some(FileKind::Other)) => Err(failed(format!("{} is not a regular file", clean(path)))),
        Ok(None) => Err(CallError::arg(
            0,
            format!(
                "no file exists at {:?}; this function works only with files that are distributed as part of the \
                 configuration source code, so if this file will be created by a resource in this configuration you \
                 must instead obtain this result from an attribute of that resource",
                clean(path)
            ),
        )),
        Err(error) => Err(failed(error.to_string())),
    }
}

/// The content of a text file.
pub(super) fn read_text(context: &Context<'_>, path: &str) -> Result<String, CallError> {
    String::from_utf8(read(context, path)?).map_err(|_| {
        CallError::new(format!(
            "contents of {path:?} are not valid UTF-8; use the filebase64 function to obtain the Base64 encoded \
             contents or the other file functions (e.g. filemd5, filesha256) to obtain file hashing results instead"
        ))
    })
}

fn file(context: &Context<'_>) -> Result<Value, CallError> {
    read_text(context, context.text(0)).map(Value::string)
}

fn fileexists(context: &Context<'_>) -> Result<Value, CallError> {
    let path = context.text(0);
    let place = locate(context, path).map_err(CallError::new)?;
    match context.outside.world.files.kind(&place) {
        Ok(None) => Ok(Value::bool(false)),
        Ok(Some(FileKind::File)) => Ok(Value::bool(true)),
        Ok(Some(FileKind::Folder)) => {
            Err(CallError::new(format!("{path:?} is a directory, not a file")))
        }
        Ok(Some(FileKind::Other)) => Err(CallError::new(format!("{path:?} is not a regular file"))),
        Err(error) => Err(CallError::new(format!("failed to stat {path:?}: {error}"))),
    }
}

/// Names of files below a folder that match a pattern; `*` takes hidden files too, `**` goes into folders.
fn fileset(context: &Context<'_>) -> Result<Value, CallError> {
    let folder = clean(context.text(0));
    let pattern = clean(&format!("{folder}/{}", context.text(1)));
    let invalid =
        || CallError::new(format!("failed to glob pattern {pattern:?}: syntax error in pattern"));
    let matcher = globset::GlobBuilder::new(&pattern)
        .literal_separator(true)
        .backslash_escape(true)
        .empty_alternates(true)
        .build()
        .map_err(|_| invalid())?
        .compile_matcher();
    // Walk from the deepest folder that holds no pattern.
    let fixed: Vec<&str> =
        pattern.split('/').take_while(|part| !part.contains(['*', '?', '[', '{', '\\'])).collect();
    let start = if fixed.len() == pattern.split('/').count() {
        dirname(&pattern)
    } else {
        let joined = fixed.join("/");
        if joined.is_empty() {
            if pattern.starts_with('/') { "/".to_owned() } else { ".".to_owned() }
        } else {
            joined
        }
    };
    let mut found = Vec::new();
    walk(context, &clean(&start), &mut |path| {
        if matcher.is_match(path) {
            let below = Utf8Path::new(path).strip_prefix(&folder).map_or(path, Utf8Path::as_str);
            found.push(Value::string(if folder == "." { path } else { below }));
        }
    });
    Ok(Value::set(Type::String, found))
}

/// Calls `visit` with every file below a folder; what cannot be read is left out.
fn walk(context: &Context<'_>, folder: &str, visit: &mut impl FnMut(&str)) {
    const DEEPEST: usize = 64;
    let files = &context.outside.world.files;
    let mut waiting = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = waiting.pop() {
        let Ok(entries) = files.list(&context.outside.base.join(&folder)) else { continue };
        for (name, kind) in entries {
            let path = match folder.as_str() {
                "." => name,
                "/" => format!("/{name}"),
                folder => format!("{folder}/{name}"),
            };
            match kind {
                FileKind::File => visit(&path),
                FileKind::Folder if depth < DEEPEST => waiting.push((path, depth + 1)),
                FileKind::Folder | FileKind::Other => {}
            }
        }
    }
}

fn abspath(context: &Context<'_>) -> Result<Value, CallError> {
    let path = context.text(0);
    if path.starts_with('/') {
        return Ok(Value::string(clean(path)));
    }
    let current = context.outside.world.files.current_folder();
    let current = current.map_err(|error| CallError::new(error.to_string()))?;
    Ok(Value::string(clean(current.join(path).as_str())))
}

/// The shortest path that means the same, as Go's `filepath.Clean` has it.
pub(super) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&"..") | None if !rooted => parts.push(".."),
                Some(_) => drop(parts.pop()),
                None => {}
            },
            name => parts.push(name),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".into(),
        (false, false) => joined,
    }
}

fn basename(path: &str) -> String {
    if path.is_empty() {
        return ".".into();
    }
    let trimmed = path.trim_end_matches('/');
    match trimmed.rsplit('/').next() {
        Some(name) if !trimmed.is_empty() => name.to_owned(),
        _ => "/".into(),
    }
}

fn dirname(path: &str) -> String {
    match path.rfind('/') {
        Some(at) => clean(&path[..=at]),
        None => ".".into(),
    }
}
