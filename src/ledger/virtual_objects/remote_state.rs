//! `terraform_remote_state`: the outputs in a state file that Terraform wrote.

use std::collections::BTreeMap;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use ecow::EcoString;

use super::make::Attributes;
use crate::diag::Diagnostic;
use crate::provider::{Error, ErrorClass};
use crate::value::json::{Json, parse};
use crate::value::{Type, Value};
use crate::world::Files;

/// The data source.
pub(super) const TYPE: &str = "terraform_remote_state";

/// The workspace that is there without being made.
const FIRST_WORKSPACE: &str = "default";

/// Reads the state that the arguments name; `outputs` are the defaults with the state's outputs over them.
pub(super) fn read(config: &Value, files: &dyn Files) -> Result<Value, Error> {
    let mut attributes = Attributes::of(config);
    let path = path(&attributes);
    let content = files.read(&path).map_err(|error| unreadable(&path, &error))?;
    let mut outputs = attributes.raw("defaults").as_entries().cloned().unwrap_or_default();
    outputs.extend(parse_outputs(&content).map_err(|problem| {
        let message = format!("{path}: {problem}");
        Error::new(ErrorClass::Other, "read", message).titled("Unsupported state file format")
    })?);
    attributes.set("outputs", Value::object(outputs));
    Ok(attributes.into_value())
}

/// Where the backend "local" keeps the state of a workspace.
fn path(attributes: &Attributes) -> Utf8PathBuf {
    let config = attributes.raw("config");
    let setting = |name: &str| config.attribute(name).and_then(Value::as_str);
    match attributes.text("workspace").filter(|workspace| workspace != FIRST_WORKSPACE) {
        Some(workspace) => Utf8Path::new(setting("workspace_dir").unwrap_or("terraform.tfstate.d"))
            .join(workspace.as_str())
            .join("terraform.tfstate"),
        None => setting("path").unwrap_or("terraform.tfstate").into(),
    }
}

fn unreadable(path: &Utf8Path, error: &io::Error) -> Error {
    const TITLE: &str = "Unable to find remote state";
    let failed = |message: &str| Error::new(ErrorClass::Other, "read", message).titled(TITLE);
    if error.kind() != io::ErrorKind::NotFound {
        return failed(&format!("{path}: {error}"));
    }
    let detail = format!("No stored state was found at {path}.");
    failed(&detail).shown_as(
        Diagnostic::error(820, TITLE, detail)
            .help("Write that state first, or say in \"defaults\" what to go on with."),
    )
}

fn parse_outputs(content: &[u8]) -> Result<BTreeMap<EcoString, Value>, String> {
    let text = std::str::from_utf8(content).map_err(|error| error.to_string())?;
    let Json::Object(state) = parse(text).map_err(|error| error.to_string())? else {
        return Err("a state is an object".to_owned());
    };
    let part = |name: &str| state.iter().rfind(|(key, _)| key == name).map(|(_, value)| value);
    match part("version") {
        Some(Json::Number(version)) if version == "4" => {}
        Some(Json::Number(version)) => {
            return Err(format!("version {version} is not read, only 4"));
        }
        _ => return Err("it does not say its version".to_owned()),
    }
    let Some(Json::Object(outputs)) = part("outputs") else { return Ok(BTreeMap::new()) };
    let typed = |(name, output): &(String, Json)| {
        let value = output.clone().into_value(&Type::Dynamic);
        let value = value.map_err(|error| format!("output {name:?}: {error}"))?;
        Ok((EcoString::from(name.as_str()), value))
    };
    outputs.iter().map(typed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::memory::FileTree;

    const STATE: &str = r#"{"version": 4, "outputs": {
        "vpc": {"value": "vpc-1", "type": "string"},
        "zones": {"value": ["a", "b"], "type": ["list", "string"], "sensitive": true}
    }}"#;

    fn check(config: &Value, expect: &str) {
        let files: FileTree = [
            ("net.tfstate", STATE),
            ("old.tfstate", r#"{"version": 3}"#),
            ("cut.tfstate", r#"{"version": 4, "outp"#),
            ("terraform.tfstate.d/blue/terraform.tfstate", r#"{"version": 4}"#),
        ]
        .into_iter()
        .collect();
        let got = match read(config, &files) {
            Ok(value) => value.attribute("outputs").expect("outputs").to_console(),
            Err(error) => format!("{}: {}", error.title().unwrap_or_default(), error.message),
        };
        assert!(got.starts_with(expect), "{got}");
    }

    fn state(path: &str) -> Value {
        let config = Value::object([("path", Value::string(path))]);
        Value::object([("backend", Value::string("local")), ("config", config)])
    }

    #[test]
    fn outputs_have_their_types_and_defaults_fill_in() {
        let defaults = Value::object([("vpc", Value::string("none")), ("extra", Value::number(7))]);
        let mut with_defaults = state("net.tfstate").as_entries().expect("an object").clone();
        with_defaults.insert("defaults".into(), defaults);
        check(
            &Value::object(with_defaults),
            "{\n  \"extra\" = 7\n  \"vpc\" = \"vpc-1\"\n  \"zones\" = tolist([",
        );
    }

    #[test]
    fn a_workspace_has_a_folder() {
        check(&Value::object([("workspace", Value::string("blue"))]), "{}");
    }

    #[test]
    fn what_is_no_state_is_told() {
        check(&state("gone.tfstate"), "Unable to find remote state: No stored state was found at");
        check(&state("old.tfstate"), "Unsupported state file format: old.tfstate: version 3");
        check(&state("cut.tfstate"), "Unsupported state file format: cut.tfstate: ");
    }
}
