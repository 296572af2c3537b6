//! What the manifest remembers: plans from memory, tags that were the stack's own.

use super::stage::{Stage, shown, step, tags, told};
use crate::engine::Refresh;
use crate::plan::Action;
use crate::value::Value;

const VPC: &str = "resource \"aws_vpc\" \"a\" {\n  cidr_block = \"10.0.0.0/16\"\n  tags = { a = \"1\", b = \"2\" }\n}\n";

#[tokio::test(start_paused = true)]
async fn a_plan_from_memory_asks_the_cloud_for_no_list() {
    let mut stage = Stage::new(&format!(
        "{VPC}resource \"aws_subnet\" \"a\" {{\n  vpc_id = aws_vpc.a.id\n  cidr_block = \"10.0.1.0/24\"\n}}\n"
    ));
    stage.apply_all().await;
    let before = stage.sim.calls();
    stage.change("aws_vpc.a", &[("enable_dns_hostnames", Value::bool(true))]).await;
    let changed = stage.sim.calls();
    stage.refresh = Refresh::Remembered;
    let outcome = stage.plan().await;
    assert!(!outcome.errored(), "{}", told(&outcome.problems));
    assert!(!outcome.has_changes(), "what was changed by hand is not seen");
    assert_eq!(stage.sim.calls(), changed, "nobody asked");
    assert_ne!(before, changed);

    stage.config = stage.config.replace("10.0.1.0", "10.0.2.0").replace("a = \"1\", ", "");
    stage.apply().await;
    assert_eq!(stage.live("aws_vpc.a", "tags").await, r#"{"b":"2"}"#);
    stage.refresh = Refresh::Live;
    let outcome = stage.plan().await;
    assert!(!outcome.has_changes(), "the update mended what was changed by hand as well");
}

#[tokio::test(start_paused = true)]
async fn an_empty_memory_is_no_memory() {
    let mut stage = Stage::new(VPC);
    stage.apply_all().await;
    stage.disk = crate::world::MemoryDisk::default();
    stage.refresh = Refresh::Remembered;
    let outcome = stage.plan().await;
    assert!(!outcome.has_changes(), "a lost ledger makes nothing twice");
}

#[tokio::test(start_paused = true)]
async fn tags_taken_out_are_removed_and_foreign_ones_stay() {
    let mut stage = Stage::new(VPC);
    stage.apply_all().await;
    let all = tags(&[("a", "1"), ("b", "2"), ("foreign", "x")]);
    stage.change("aws_vpc.a", &[("tags", all.clone()), ("tags_all", all)]).await;
    assert!(!stage.plan().await.has_changes(), "foreign tags are no difference");

    stage.config = stage.config.replace("a = \"1\", ", "");
    let outcome = stage.apply_all().await;
    let update = step(&outcome, "aws_vpc.a");
    assert_eq!(update.action, Action::Update);
    let before = update.prior.as_ref().and_then(|prior| prior.attribute("tags"));
    assert_eq!(shown(before), r#"{"a":"1","b":"2"}"#, "the plan shows what goes");
    assert_eq!(stage.live("aws_vpc.a", "tags").await, r#"{"b":"2","foreign":"x"}"#);

    stage.config = stage.config.replace("tags = { b = \"2\" }", "");
    stage.apply_all().await;
    assert_eq!(stage.live("aws_vpc.a", "tags").await, r#"{"foreign":"x"}"#);
}

#[tokio::test(start_paused = true)]
async fn what_was_deleted_by_hand_is_made_again_and_a_destroy_leaves_nothing() {
    let mut stage = Stage::new(VPC);
    stage.apply_all().await;
    stage.remove("aws_vpc.a").await;
    let outcome = stage.apply_all().await;
    assert_eq!(step(&outcome, "aws_vpc.a").action, Action::Create);
    stage.destroy().await;
    tokio::time::sleep(std::time::Duration::from_mins(30)).await;
    assert!(stage.objects().is_empty());
}
