//! Plans stay linear.

use std::fmt::Write as _;

use super::Stage;

#[test]
fn ten_thousand_instances_that_refer_to_their_counterparts_have_one_dependency_each() {
    let stage = Stage::new(
        "resource \"terraform_data\" \"a\" {\n count = 3000\n input = count.index\n}\n\
         resource \"terraform_data\" \"b\" {\n count = 3000\n input = terraform_data.a[count.index].id\n}",
    );
    let plan = stage.plan().plan;
    assert_eq!(plan.steps.len(), 6000);
    assert!(plan.steps.iter().all(|step| step.after.len() <= 1));
}

#[test]
fn a_long_chain_of_blocks_is_planned() {
    let mut text = String::from("resource \"terraform_data\" \"r0\" {\n input = 0\n}\n");
    for n in 1..2000 {
        let before = n - 1;
        writeln!(
            text,
            "resource \"terraform_data\" \"r{n}\" {{\n input = terraform_data.r{before}.output\n}}"
        )
        .expect("a String takes everything");
    }
    let plan = Stage::new(&text).plan().plan;
    assert_eq!(plan.steps.len(), 2000);
}
