//! Values of input variables from everywhere: environment, `.tfvars` files, `--var` and `--var-file`, the weakest first.

use camino::{Utf8Path, Utf8PathBuf};

use super::args::Input;
use super::env::Environment;
use crate::config::check_constant;
use crate::diag::{Diagnostic, Diagnostics, SourceMap};
use crate::eval::{self, Found, Outside, Reference, Scope};
use crate::plan::{Given, Origin, VariableInput};
use crate::syntax;
use crate::syntax::ast::{Body, JsonKind, JsonNode};
use crate::world::{FileKind, World};

/// Reads every value that is given to a variable of the root module in `dir`.
pub fn read(
    inputs: &[Input],
    dir: &Utf8Path,
    environment: &Environment,
    world: &World,
    sources: &mut SourceMap,
) -> (Vec<VariableInput>, Diagnostics) {
    let mut reader = Reader { world, sources, values: Vec::new(), problems: Diagnostics::none() };
    for (name, value) in environment.inputs() {
        reader.text(name, value, Origin::Environment);
    }
    for path in automatic(dir, world) {
        if reader.world.files.kind(&path).is_ok_and(|kind| kind == Some(FileKind::File)) {
            reader.file(&path);
        } else {
            // Whoever waits for a pipe that nobody writes to waits for ever.
            let detail = format!(
                "{path} is named like a file of variables, but it is a pipe, a device, or a link that leads nowhere."
            );
            let problem = Diagnostic::error(1002, "Failed to read variables file", detail);
            reader.problems.push(problem.help("Rename or remove it."));
        }
    }
    for input in inputs {
        match input {
            Input::Assign(name, value) => reader.text(name, value, Origin::Flag),
            Input::File(path) => reader.file(path),
        }
    }
    (reader.values, reader.problems)
}

/// `terraform.tfvars`, then `*.auto.tfvars`, each also as JSON, in Terraform's order.
fn automatic(dir: &Utf8Path, world: &World) -> Vec<Utf8PathBuf> {
    let entries = world.files.list(dir).unwrap_or_default();
    let names: Vec<String> = entries
        .into_iter()
        .filter(|(_, kind)| *kind != FileKind::Folder)
        .map(|(name, _)| name)
        .collect();
    let fixed =
        ["terraform.tfvars", "terraform.tfvars.json", "terrace.tfvars", "terrace.tfvars.json"];
    let fixed = fixed.into_iter().filter(|name| names.iter().any(|other| other == name));
    let auto = names
        .iter()
        .map(String::as_str)
        .filter(|name| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json"));
    let shown = |name: &str| if dir == "." { name.into() } else { dir.join(name) };
    fixed.chain(auto).map(shown).collect()
}

struct Reader<'a> {
    world: &'a World,
    sources: &'a mut SourceMap,
    values: Vec<VariableInput>,
    problems: Diagnostics,
}

impl Reader<'_> {
    fn text(&mut self, name: &str, value: &str, origin: Origin) {
        let given = Given::Text(value.to_owned());
        self.values.push(VariableInput { name: name.into(), given, origin });
    }

    fn file(&mut self, path: &Utf8Path) {
        let bytes = match self.world.files.read_at_most(path, syntax::MAX_SIZE) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
                let file = self.sources.add(path.as_str(), "");
                return self.problems.push(syntax::too_large(file));
            }
            Err(error) => {
                let detail = if error.kind() == std::io::ErrorKind::NotFound {
                    format!("Given variables file {path} does not exist.")
                } else {
                    format!("{path}: {error}.")
                };
                let title = "Failed to read variables file";
                self.problems.push(Diagnostic::error(1002, title, detail));
                return;
            }
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let file = self.sources.add(path.as_str(), text.as_str());
        if path.extension() == Some("json") {
            let root = self.problems.take(syntax::parse_json(&text, file));
            self.json(path, root.as_ref());
        } else {
            let body = self.problems.take(syntax::parse_bytes(&bytes, file));
            self.native(path, body);
        }
    }

    /// The properties of one object are the variables. Nothing in it is a template, and `//` is a comment.
    fn json(&mut self, path: &Utf8Path, root: Option<&JsonNode>) {
        let Some(root) = root else { return };
        if let JsonKind::Array(objects) = &root.kind {
            for object in objects {
                self.json_object(path, object, "Incorrect JSON value type");
            }
        } else {
            self.json_object(path, root, "Root value must be object");
        }
    }

    fn json_object(&mut self, path: &Utf8Path, node: &JsonNode, wrong: &str) {
        let JsonKind::Object(properties) = &node.kind else {
            let detail =
                format!("{path} must hold one object, whose properties are the variables.");
            self.problems.push(Diagnostic::error(1002, wrong, detail).at(node.span));
            return;
        };
        for (name, node) in properties.iter().filter(|(name, _)| name.name != "//") {
            let given = Given::Value(node.to_value(), Some(node.span));
            let origin = Origin::File(path.to_string());
            self.values.push(VariableInput { name: name.name.clone(), given, origin });
        }
    }

    fn native(&mut self, path: &Utf8Path, body: Body) {
        for block in &body.blocks {
            let problem = match block.labels.first() {
                Some(label) if block.ident.name == "variable" => {
                    let title = "Variable declaration in .tfvars file";
                    let detail = format!(
                        "A .tfvars file is used to assign values to variables that have already been declared in \
                         .tf files, not to declare new variables. To declare variable \"{name}\", place this block \
                         in one of your .tf files, such as variables.tf.\n\nTo set a value for this variable in \
                         {path}, use the definition syntax instead:\n    {name} = <value>",
                        name = label.text
                    );
                    Diagnostic::error(1002, title, detail)
                }
                _ => {
                    let title = format!("Unexpected \"{}\" block", block.ident.name);
                    Diagnostic::error(1002, title, "Blocks are not allowed here.")
                }
            };
            self.problems.push(problem.at(block.ident.span));
        }
        let outside = Outside::new(self.world.clone(), ".");
        for attribute in body.attributes {
            let before = self.problems.len();
            check_constant(&attribute.expr, &mut self.problems);
            if self.problems.len() > before {
                continue;
            }
            let (value, problems) = eval::evaluate(&attribute.expr, &Constants(&outside));
            let sound = !problems.has_errors();
            self.problems.extend(problems);
            if sound {
                let given = Given::Value(value, Some(attribute.expr.span));
                let origin = Origin::File(path.to_string());
                self.values.push(VariableInput { name: attribute.name.name, given, origin });
            }
        }
    }
}

/// A scope in which nothing has a name.
struct Constants<'a>(&'a Outside);

impl Scope for Constants<'_> {
    fn resolve(&self, reference: &Reference<'_>) -> Result<Found, Box<Diagnostic>> {
        let problem =
            Diagnostic::error(1002, "Variables not allowed", "Variables may not be used here.");
        Err(Box::new(problem.at(reference.root_span)))
    }

    fn outside(&self) -> &Outside {
        self.0
    }
}
