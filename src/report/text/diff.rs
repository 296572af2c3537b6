//! Two values as a diff: what is added, removed and changed, with what stays the same counted.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::literal::{self, STEP, line, literal, scalar};
use crate::report::paint::{ADD, CHANGE, FAINT, READ, REMOVE, paint};
use crate::report::{Change, Veil};
use crate::value::{AttrPath, Kind, PathStep, Value};

/// Attributes that tell which object it is; shown although they do not change.
const IDENTITY: [&str; 2] = ["id", "name"];

/// The sign in its colour.
#[must_use]
pub fn painted(sign: &str) -> String {
    let style = match sign {
        "+" => ADD,
        "-" => REMOVE,
        "~" | "-/+" | "+/-" => CHANGE,
        "<=" | "→" => READ,
        _ => return sign.to_owned(),
    };
    paint(style, sign)
}

/// Where a value stands in the report.
struct Row<'r> {
    /// `name = `, or nothing for an element.
    label: &'r str,
    /// A comma behind an element.
    end: &'r str,
    indent: usize,
    path: &'r AttrPath,
}

impl<'r> Row<'r> {
    const fn element(indent: usize, path: &'r AttrPath) -> Self {
        Self { label: "", end: ",", indent, path }
    }
}

/// Writes the parts of a change.
pub struct Diff<'a> {
    change: &'a Change<'a>,
    text: String,
}

impl<'a> Diff<'a> {
    /// The attributes of a change, a line each, indented by `indent`.
    #[must_use]
    pub fn of(change: &'a Change<'a>, indent: usize) -> String {
        let mut diff = Diff { change, text: String::new() };
        let veil = Veil::of(change.before().into_iter().chain(change.after()));
        let veiled = |value: Option<&Value>| value.map(|value| veil.over(value));
        match (veiled(change.before()), veiled(change.after())) {
            (Some(before), Some(after)) => {
                diff.entries(&before, &after, indent, &AttrPath::default());
            }
            (None, Some(after)) => diff.whole(&after, "+", indent),
            (Some(before), None) => diff.whole(&before, "-", indent),
            (None, None) => {}
        }
        diff.text
    }

    /// An object that comes or goes, by its attributes. What only the cloud decides is counted, not listed.
    fn whole(&mut self, value: &Value, sign: &str, indent: usize) {
        let Some(entries) = value.as_entries() else { return };
        let told: Vec<_> = entries.iter().filter(|(_, value)| !is_empty(value)).collect();
        let (shown, hidden): (Vec<_>, Vec<_>) =
            told.into_iter().partition(|(name, value)| match sign {
                "+" => !self.is_left_to_the_cloud(name, value),
                _ => tells(name, value),
            });
        let width = shown.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (name, value) in &shown {
            let value = self.explained(value, &AttrPath::attribute((*name).clone()), sign, indent);
            line(&mut self.text, indent, sign, &format!("{name:width$} = {value}"));
        }
        let what = if sign == "+" { " known after apply" } else { " hidden" };
        note(&mut self.text, hidden.len(), "", "attribute", what, indent);
    }

    /// Whether nothing in the configuration decides an attribute that is not known yet.
    fn is_left_to_the_cloud(&self, name: &str, value: &Value) -> bool {
        let path = AttrPath::attribute(name);
        !value.is_known() && name != "id" && self.change.decided_by(&path).is_none()
    }

    /// A value that comes or goes; an unknown one with what will decide it.
    fn explained(&self, value: &Value, path: &AttrPath, sign: &str, indent: usize) -> String {
        match (value.kind(), self.change.decided_by(path)) {
            (Kind::Unknown(_), Some(by)) if !value.marks().is_sensitive() => {
                format!("(known after apply{})", paint(FAINT, format!(": {by}")))
            }
            _ => literal(value, sign, indent),
        }
    }

    /// The entries of two objects or maps.
    fn entries(&mut self, before: &Value, after: &Value, indent: usize, path: &AttrPath) {
        let (Some(old), Some(new)) = (before.as_entries(), after.as_entries()) else { return };
        let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
        let is_object = matches!(after.kind(), Kind::Object(_));
        let top = path.0.is_empty();
        let mut hidden = 0;
        let mut shown = Vec::new();
        for name in names {
            let pair = (old.get(name), new.get(name));
            // In an object null is the same as not being there; in a map it is a value.
            let pair = if is_object {
                (pair.0.filter(|v| is_there(v)), pair.1.filter(|v| is_there(v)))
            } else {
                pair
            };
            match pair {
                (None, None) => {}
                (Some(a), Some(b)) if same(a, b) => {
                    if top && IDENTITY.contains(&name.as_str()) {
                        shown.push((name, pair));
                    } else {
                        hidden += usize::from(!is_empty(a));
                    }
                }
                _ => shown.push((name, pair)),
            }
        }
        let label = |name: &str| literal::key(after, name);
        let width = shown.iter().map(|(name, _)| label(name).chars().count()).max().unwrap_or(0);
        for (name, (a, b)) in shown {
            let path = path.join(PathStep::Name(name.clone()));
            let label = format!("{:width$} = ", label(name));
            self.pair(&Row { label: &label, end: "", indent, path: &path }, a, b);
        }
        self.hidden(hidden, indent, if is_object { "attribute" } else { "element" });
    }

    /// One value before and after, on one line or as a block.
    fn pair(&mut self, row: &Row<'_>, before: Option<&Value>, after: Option<&Value>) {
        let Row { label, end, indent, path } = *row;
        let forces = self.forces(path);
        match (before, after) {
            (None, Some(after)) => {
                let value = self.explained(after, path, "+", indent);
                line(&mut self.text, indent, "+", &format!("{label}{value}{end}{forces}"));
            }
            (Some(before), None) => {
                let value = literal(before, "-", indent);
                let gone = if end.is_empty() { paint(FAINT, " -> null") } else { String::new() };
                line(&mut self.text, indent, "-", &format!("{label}{value}{end}{gone}{forces}"));
            }
            (Some(before), Some(after)) if same(before, after) => {
                let value = literal(after, " ", indent);
                line(&mut self.text, indent, " ", &format!("{label}{value}{end}{forces}"));
            }
            (Some(before), Some(after)) => self.changed(row, before, after),
            (None, None) => {}
        }
    }

    /// A value that changes: its parts if both have parts of one kind, else old and new.
    fn changed(&mut self, row: &Row<'_>, before: &Value, after: &Value) {
        let Row { label, end, indent, path } = *row;
        let parts = |value: &Value| scalar(value).is_none();
        let (open, close) = match (before.as_entries(), after.as_entries()) {
            (Some(_), Some(_)) if parts(before) && parts(after) => ("{", "}"),
            (None, None) if parts(before) && parts(after) => ("[", "]"),
            _ => return self.replaced(row, before, after),
        };
        let forces = self.forces(path);
        line(&mut self.text, indent, "~", &format!("{label}{open}{forces}"));
        if open == "{" {
            self.entries(before, after, indent + STEP, path);
        } else {
            self.elements(before, after, indent + STEP, path);
        }
        writeln!(self.text, "{:indent$}{close}{end}", "").expect("a String takes everything");
    }

    /// `old -> new`; texts of several lines line by line.
    fn replaced(&mut self, row: &Row<'_>, before: &Value, after: &Value) {
        let Row { label, end, indent, path } = *row;
        let forces = self.forces(path);
        if before.marks().union(after.marks()).is_sensitive() {
            line(&mut self.text, indent, "~", &format!("{label}(sensitive value){end}{forces}"));
            return;
        }
        match (before.as_str(), after.as_str()) {
            (Some(old), Some(new)) if old.contains('\n') || new.contains('\n') => {
                line(&mut self.text, indent, "~", &format!("{label}<<-EOT{forces}"));
                self.lines(old, new, indent + STEP);
                writeln!(self.text, "{:indent$}EOT{end}", "").expect("a String takes everything");
            }
            _ => {
                let old = literal(before, "-", indent);
                let new = self.explained(after, path, "+", indent);
                let arrow = paint(CHANGE, "->");
                let row = format!("{label}{old} {arrow} {new}{end}{forces}");
                line(&mut self.text, indent, "~", &row);
            }
        }
    }

    fn lines(&mut self, old: &str, new: &str, indent: usize) {
        let diff = similar::TextDiff::from_lines(old, new);
        for (at, group) in diff.grouped_ops(2).iter().enumerate() {
            if at > 0 {
                line(&mut self.text, indent, " ", &paint(FAINT, "…"));
            }
            for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
                let sign = match change.tag() {
                    similar::ChangeTag::Delete => "-",
                    similar::ChangeTag::Insert => "+",
                    similar::ChangeTag::Equal => " ",
                };
                line(&mut self.text, indent, sign, change.value().trim_end_matches('\n'));
            }
        }
    }

    /// The elements of two sequences: what both begin and end with is counted, the rest compared.
    fn elements(&mut self, before: &Value, after: &Value, indent: usize, path: &AttrPath) {
        let (Some(old), Some(new)) = (before.as_sequence(), after.as_sequence()) else { return };
        if matches!(after.kind(), Kind::Set(..)) {
            return self.members(old, new, indent, path);
        }
        let head = old.iter().zip(new).take_while(|(a, b)| same(a, b)).count();
        let (old, new) = (&old[head..], &new[head..]);
        let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| same(a, b)).count();
        let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
        for at in 0..old.len().max(new.len()) {
            let path = path.join(PathStep::Index(head + at));
            self.pair(&Row::element(indent, &path), old.get(at), new.get(at));
        }
        self.hidden(head + tail, indent, "element");
    }

    /// The elements of two sets, which have no order.
    fn members(&mut self, old: &[Value], new: &[Value], indent: usize, path: &AttrPath) {
        let lacks = |all: &[Value], one: &Value| !all.iter().any(|other| same(other, one));
        for gone in old.iter().filter(|one| lacks(new, one)) {
            let path = path.join(PathStep::Element(gone.clone()));
            self.pair(&Row::element(indent, &path), Some(gone), None);
        }
        let mut hidden = 0;
        for one in new {
            if lacks(old, one) {
                let path = path.join(PathStep::Element(one.clone()));
                self.pair(&Row::element(indent, &path), None, Some(one));
            } else {
                hidden += 1;
            }
        }
        self.hidden(hidden, indent, "element");
    }

    fn forces(&self, path: &AttrPath) -> String {
        if self.change.replace_paths().contains(path) {
            paint(REMOVE, " # forces replacement")
        } else {
            String::new()
        }
    }

    fn hidden(&mut self, count: usize, indent: usize, what: &str) {
        note(&mut self.text, count, "unchanged ", what, " hidden", indent);
    }
}

/// `# (3 unchanged attributes hidden)`
fn note(text: &mut String, count: usize, which: &str, what: &str, end: &str, indent: usize) {
    if count > 0 {
        let plural = if count == 1 { "" } else { "s" };
        let note = paint(FAINT, format!("# ({count} {which}{what}{plural}{end})"));
        line(text, indent, " ", &note);
    }
}

/// Null, or a sequence or map without elements: nothing that is worth a line.
fn is_empty(value: &Value) -> bool {
    let sequence = value.as_sequence().is_some_and(<[Value]>::is_empty);
    let entries = value.as_entries().is_some_and(crate::value::Entries::is_empty);
    !is_there(value) || sequence || entries
}

/// Whether there is something: of what is only ever sent, a plan has no more than a mark.
fn is_there(value: &Value) -> bool {
    !value.is_null() || value.marks().is_ephemeral()
}

/// Whether an attribute of an object that goes away says which object that is.
fn tells(name: &str, value: &Value) -> bool {
    IDENTITY.contains(&name) && value.as_str().is_some_and(|text| !text.is_empty())
}

/// Whether both look the same, marks aside.
fn same(before: &Value, after: &Value) -> bool {
    before.is_known() && before.kind() == after.kind()
}
