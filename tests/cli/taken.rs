//! Names that somebody else has, and objects that somebody else deletes or changes: for each type whose names are
//! unique in AWS.

use crate::sandbox::Sandbox;

/// What the types under test need around them.
const AROUND: &str = r#"
provider "aws" {
  region = "eu-central-1"
}

resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "s" {
  count             = 2
  vpc_id            = aws_vpc.v.id
  cidr_block        = "10.0.${count.index}.0/24"
  availability_zone = "eu-central-1${["a", "b"][count.index]}"
}
"#;

/// A type with a unique name.
struct Unique {
    type_name: &'static str,
    /// The arguments, with `NAME` for the name.
    arguments: &'static str,
    /// An argument that can be changed in place, by its text before and after.
    change: (&'static str, &'static str),
    /// The same argument as the live object has it.
    by_hand: fn(&mut serde_json::Value),
}

const TYPES: [Unique; 7] = [
    Unique {
        type_name: "aws_iam_role",
        arguments: "name = \"NAME\"\nassume_role_policy = \"{}\"\ndescription = \"one\"",
        change: ("\"one\"", "\"two\""),
        by_hand: |value| value["description"] = "by hand".into(),
    },
    Unique {
        type_name: "aws_lb",
        arguments: "name = \"NAME\"\nsubnets = aws_subnet.s[*].id\ninternal = true\nidle_timeout = 61",
        change: ("61", "62"),
        by_hand: |value| value["idle_timeout"] = 99.into(),
    },
    Unique {
        type_name: "aws_lb_target_group",
        arguments: "name = \"NAME\"\nport = 80\nprotocol = \"HTTP\"\nvpc_id = aws_vpc.v.id\nslow_start = 31",
        change: ("31", "32"),
        by_hand: |value| value["slow_start"] = "99".into(),
    },
    Unique {
        type_name: "aws_db_instance",
        arguments: "identifier = \"NAME\"\nengine = \"postgres\"\ninstance_class = \"db.t3.micro\"\nusername = \"root\"\n\
                    password = \"long-enough\"\nallocated_storage = 20\nskip_final_snapshot = true\n\
                    backup_retention_period = 1",
        change: ("period = 1", "period = 2"),
        by_hand: |value| value["backup_retention_period"] = 9.into(),
    },
    Unique {
        type_name: "aws_ssm_parameter",
        arguments: "name = \"NAME\"\ntype = \"String\"\nvalue = \"v\"\ndescription = \"one\"",
        change: ("\"one\"", "\"two\""),
        by_hand: |value| value["description"] = "by hand".into(),
    },
    Unique {
        type_name: "aws_security_group",
        arguments: "name = \"NAME\"\nvpc_id = aws_vpc.v.id\ntags = { Team = \"one\" }",
        change: ("\"one\"", "\"two\""),
        by_hand: |value| value["tags_all"]["Team"] = "by hand".into(),
    },
    Unique {
        type_name: "aws_launch_template",
        arguments: "name = \"NAME\"\ninstance_type = \"t3.nano\"",
        change: ("t3.nano", "t3.micro"),
        by_hand: |value| value["instance_type"] = "m5.large".into(),
    },
];

impl Unique {
    fn text(&self, name: &str) -> String {
        let arguments = self.arguments.replace("NAME", name);
        format!("{AROUND}\nresource \"{}\" \"x\" {{\n{arguments}\n}}\n", self.type_name)
    }

    fn applied(&self) -> Sandbox {
        let sandbox = Sandbox::of(&self.text("shop"));
        sandbox.run("apply -auto-approve").ok();
        sandbox
    }

    fn address(&self) -> String {
        format!("{}.x", self.type_name)
    }
}

#[test]
fn a_name_that_somebody_else_has_is_told_with_how_to_adopt_it() {
    for one in &TYPES {
        let sandbox = one.applied();
        sandbox.give_live(one.type_name, "other");
        sandbox.write(".terrace/journal-0.jsonl", "");
        // Another request than the one that made it: the same one would be answered as before.
        let (before, after) = one.change;
        sandbox.write("main.tf", one.text("shop").replace(before, after));
        let run = sandbox.run("apply -auto-approve -no-color").fails("The name is taken");
        assert_eq!(run.err.matches("Error: ").count(), 1, "{run}");
        assert!(run.says(&format!("terrace import '{}' '", one.address())), "{run}");
        assert!(run.says("of stack other"), "{run}");
        assert!(run.says("main.tf:17"), "{run}");
        sandbox.write("main.tf", one.text("shop-2"));
        sandbox.run("apply -auto-approve").ok();
        sandbox.run("plan -detailed-exitcode").ok();
    }
}

#[test]
fn a_saved_plan_is_refused_once_its_object_was_deleted_by_hand() {
    for one in &TYPES {
        let sandbox = one.applied();
        let (before, after) = one.change;
        sandbox.write("main.tf", one.text("shop").replace(before, after));
        sandbox.run("plan -out=p").ok();
        sandbox.remove_live(one.type_name);
        let run = sandbox.run("apply p").fails("The plan is stale");
        assert_eq!(run.err.matches("Error: ").count(), 1, "{run}");
        assert!(run.says(&one.address()), "{run}");
        let run = sandbox.run("apply -auto-approve -no-color").ok();
        assert!(run.out.contains("1 added, 0 changed, 0 destroyed"), "{run}");
        sandbox.run("plan -detailed-exitcode").ok();
    }
}

#[test]
fn a_saved_plan_is_refused_once_its_object_was_changed_by_hand() {
    for one in &TYPES {
        let sandbox = one.applied();
        let (before, after) = one.change;
        sandbox.write("main.tf", one.text("shop").replace(before, after));
        sandbox.run("plan -out=p").ok();
        sandbox.change_live(one.type_name, one.by_hand);
        let run = sandbox.run("apply p").fails("The plan is stale");
        assert_eq!(run.err.matches("Error: ").count(), 1, "{run}");
        assert!(run.says(&one.address()), "{run}");
        let run = sandbox.run("apply -auto-approve -no-color").ok();
        assert!(run.out.contains("0 added, 1 changed, 0 destroyed"), "{run}");
        sandbox.run("plan -detailed-exitcode").ok();
    }
}

#[test]
fn a_saved_destroy_goes_on_where_somebody_else_deleted() {
    let sandbox = TYPES[4].applied();
    sandbox.run("plan -destroy -out=p").ok();
    sandbox.remove_live("aws_ssm_parameter");
    sandbox.run("apply p").fails("The plan is stale");
    sandbox.run("destroy -auto-approve").ok();
    assert!(sandbox.run("show").ok().out.contains("The stack owns nothing."));
}
