//! The ledger as a whole: what is written comes back, whatever happens in between.

mod apply;
mod counted;
mod crash;
mod fake;
mod whole;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::base::{Address, Id};
use crate::engine::{Entry, Intent, Journal as _, Settlement};
use crate::plan::{Owner, RememberedOutput, Scope};
use crate::provider::{
    CreateRequest, DeleteRequest, ListRequest, ReadRequest, Reader as _, Writer as _,
};
use crate::schema::Registry;
use crate::value::{Marks, Type, Value};
use crate::world::memory::{SeededEntropy, StoppedClock};
use crate::world::{Disk, MemoryDisk};

const CANARY: &str = "canary-7f3a9";

fn options(disk: &MemoryDisk) -> Options {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    let entropy = Arc::new(SeededEntropy::new(3));
    Options {
        store: Arc::new(LocalStore::new(disk.clone())),
        sealer: Arc::new(Sealer::new(disk, entropy.clone(), None)),
        clock: Arc::new(StoppedClock(Timestamp::UNIX_EPOCH)),
        entropy,
        stack: "shop".into(),
    }
}

fn holder(process: u32) -> Access {
    let holder = Holder {
        user: "anna".to_owned(),
        host: "box".to_owned(),
        process,
        command: "apply".to_owned(),
        is_alive: Arc::new(|_| false),
    };
    Access::Change(holder, Duration::ZERO)
}

async fn open(disk: &MemoryDisk, process: u32) -> (Ledger, crate::diag::Diagnostics) {
    Ledger::open(options(disk), holder(process)).await.expect("it opens")
}

fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

fn scope() -> Scope {
    Scope { provider: "aws".into(), region: None }
}

fn intent(text: &str) -> Intent {
    Intent {
        address: address(text),
        generation: 1,
        type_name: address(text).type_name().clone(),
        scope: scope(),
        token: "token".into(),
        nonce: None,
        desired: Value::object([("password", Value::string(CANARY))]),
        after: vec![address("aws_vpc.other")],
    }
}

fn entry(text: &str) -> Entry {
    Entry {
        kept: BTreeMap::from([("password".into(), Value::string(CANARY))]),
        seen: Some(Value::object([("name", Value::string(CANARY))])),
        configured: Some(BTreeMap::from([("size".into(), Value::string(CANARY))])),
        after: vec![address("aws_vpc.other")],
        ..Entry::new(address(text), 1, scope(), Id::new("vpc-1"))
    }
}

fn all_content(disk: &MemoryDisk) -> String {
    let names =
        ["ledger.jsonl", "journal-0.jsonl", "journal-1.jsonl", "history.jsonl", "lock.json"];
    let read = |name: &&str| disk.read(name).expect("readable").unwrap_or_default();
    names.iter().map(|name| String::from_utf8(read(name)).expect("text")).collect()
}

#[tokio::test(start_paused = true)]
async fn an_intent_without_a_result_is_found_by_the_next_run() {
    let disk = MemoryDisk::default();
    let (ledger, _) = open(&disk, 1).await;
    let first = ledger.intend(&intent("aws_vpc.a")).await.expect("written");
    ledger.intend(&intent("aws_vpc.b")).await.expect("written");
    ledger.settle(first, &Settlement::Made(Id::new("vpc-1")));
    ledger.remember(&entry("aws_vpc.a"));
    assert!(ledger.unfinished().expect("readable").is_empty(), "its own are under way");
    ledger.flush().await.expect("written");
    let crashed = disk.copy();

    let (ledger, notes) = open(&crashed, 2).await;
    assert!(notes.iter().any(|note| note.code.0 == 912), "the lock was taken over");
    let unfinished = ledger.unfinished().expect("readable");
    let addresses: Vec<String> = unfinished.iter().map(|u| u.intent.address.to_string()).collect();
    assert_eq!(addresses, ["aws_vpc.b"]);
    assert_eq!(
        unfinished[0].intent.desired.attribute("password").and_then(Value::as_str),
        Some(CANARY)
    );
    let known = ledger.entry(&address("aws_vpc.a"), 1).expect("remembered");
    assert_eq!(known.kept["password"].as_str(), Some(CANARY));
    assert_eq!(known.after, [address("aws_vpc.other")]);
    assert!(!all_content(&crashed).contains(CANARY), "no secret is in clear");
}

#[tokio::test(start_paused = true)]
async fn forgetting_counts() {
    let disk = MemoryDisk::default();
    let (ledger, _) = open(&disk, 1).await;
    ledger.remember(&entry("aws_vpc.a"));
    ledger.forget(&address("aws_vpc.a"), 1);
    ledger.close(None).await.expect("closed");
    let (ledger, _) = open(&disk, 1).await;
    assert_eq!(ledger.series(&address("aws_vpc.a")), 1);
    assert!(ledger.entries().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_journal_cut_off_anywhere_loses_only_what_was_not_acknowledged() {
    let disk = MemoryDisk::default();
    let (ledger, _) = open(&disk, 1).await;
    for name in ["a", "b", "c"] {
        ledger.remember(&entry(&format!("aws_vpc.{name}")));
    }
    ledger.flush().await.expect("written");
    let whole = disk.read("journal-0.jsonl").expect("readable").expect("there");
    for length in 0..whole.len() {
        let copy = disk.copy();
        let content = &whole[..length];
        copy.replace("journal-0.jsonl", content, crate::world::Privacy::Shared).expect("writable");
        let (ledger, notes) = open(&copy, 2).await;
        let lines = content.iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(ledger.entries().len(), lines.saturating_sub(1), "cut at {length}");
        let noted = notes.iter().any(|note| note.code.0 == 910);
        assert_eq!(noted, content.last().is_some_and(|byte| *byte != b'\n'), "cut at {length}");
        ledger.remember(&entry("aws_vpc.d"));
        ledger.close(None).await.expect("closed");
        let (ledger, notes) = open(&copy, 2).await;
        assert!(notes.is_empty(), "it was mended");
        assert_eq!(ledger.entries().len(), lines.saturating_sub(1) + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn damage_is_told_and_the_lock_given_back() {
    let disk = MemoryDisk::default();
    let (ledger, _) = open(&disk, 1).await;
    ledger.remember(&entry("aws_vpc.a"));
    ledger.remember(&entry("aws_vpc.b"));
    ledger.close(None).await.expect("closed");
    let mut content = disk.read("journal-0.jsonl").expect("readable").expect("there");
    content[40] ^= 1;
    disk.replace("journal-0.jsonl", &content, crate::world::Privacy::Shared).expect("writable");
    let error = Ledger::open(options(&disk), holder(2)).await.err().expect("it is damaged");
    assert_eq!(error.diagnose().code.0, 903);
    let lock = Ledger::lock(&*options(&disk).store).await.expect("readable").expect("there");
    assert!(lock.released);
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_is_told_and_nothing_is_lost() {
    let disk = MemoryDisk::default();
    let (ledger, _) = open(&disk, 1).await;
    ledger.remember(&entry("aws_vpc.a"));
    disk.fail_with(Some(ErrorKind::StorageFull));
    let error = ledger.flush().await.expect_err("full");
    assert_eq!(error.0.code.0, 906);
    disk.fail_with(None);
    ledger.close(None).await.expect("room again");
    let (ledger, _) = open(&disk, 1).await;
    assert_eq!(ledger.entries().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn another_stacks_ledger_is_refused() {
    let disk = MemoryDisk::default();
    let (ledger, _) = open(&disk, 1).await;
    ledger.remember(&entry("aws_vpc.a"));
    ledger.close(None).await.expect("closed");
    let options = Options { stack: "other".into(), ..options(&disk) };
    let error = Ledger::open(options, holder(2)).await.err().expect("another stack");
    assert_eq!(error.diagnose().code.0, 904);
}

#[tokio::test(start_paused = true)]
async fn outputs_and_phase_survive_folding() {
    let disk = MemoryDisk::default();
    let (ledger, _) = open(&disk, 1).await;
    ledger.set_phase(Some("growth".into()));
    let secret = RememberedOutput {
        value: Value::object([("a", Value::string(CANARY).with_marks(Marks::SENSITIVE))]),
        ty: Type::object([("a", Type::String)]),
        sensitive: true,
    };
    ledger.set_outputs(&BTreeMap::from([("o".into(), secret)])).expect("sealed");
    for number in 0..500 {
        ledger.remember(&entry(&format!("aws_vpc.a[{number}]")));
    }
    ledger.close(None).await.expect("closed");
    assert_eq!(disk.read("journal-0.jsonl").expect("readable"), None, "it was folded up");
    assert!(!all_content(&disk).contains(CANARY));
    let (ledger, _) = Ledger::open(options(&disk), Access::Look).await.expect("it opens");
    assert_eq!(ledger.phase(), Some("growth".into()));
    assert_eq!(ledger.entries().len(), 500);
    let outputs = ledger.outputs().expect("opened");
    let value = outputs["o"].value.attribute("a").expect("there");
    assert!(value.marks().is_sensitive() && value.as_str() == Some(CANARY));
    ledger.remember(&entry("aws_vpc.b"));
    ledger.flush().await.expect_err("it was opened to look");
}

fn create(type_name: &str, desired: Value) -> CreateRequest {
    let owner = Owner {
        stack: "shop".into(),
        address: address(&format!("{type_name}.this")),
        generation: 1,
        nonce: None,
    };
    CreateRequest { type_name: type_name.into(), scope: scope(), desired, owner, token: "t".into() }
}

#[tokio::test(start_paused = true)]
async fn virtual_objects_live_in_the_ledger_with_secrets_sealed() {
    let disk = MemoryDisk::default();
    let (ledger, _) = open(&disk, 1).await;
    let registry = Arc::new(Registry::embedded());
    let cloud = VirtualObjects::new(ledger.clone(), registry.clone());
    let password = create("random_password", Value::object([("length", Value::number(20))]));
    let first = cloud.create(&password).await.expect("made");
    let second = cloud.create(&password).await.expect("made");
    assert_ne!(first, second, "ids are distinct");
    let request =
        ReadRequest { type_name: "random_password".into(), scope: scope(), id: first.clone() };
    let live = cloud.read(&request).await.expect("readable").expect("there");
    let result = live.value.attribute("result").and_then(Value::as_str).expect("a text").to_owned();
    assert_eq!(result.chars().count(), 20);
    ledger.close(None).await.expect("closed");
    assert!(!all_content(&disk).contains(&result), "sealed");

    let (ledger, _) = open(&disk, 1).await;
    let cloud = VirtualObjects::new(ledger, registry);
    let list = ListRequest {
        type_name: "random_password".into(),
        scope: scope(),
        stack: "shop".into(),
        known: Vec::new(),
    };
    let found = cloud.list(&list).await.expect("readable");
    assert_eq!(found.len(), 2);
    let delete = DeleteRequest {
        type_name: "random_password".into(),
        scope: scope(),
        id: first,
        prior: live.value,
    };
    cloud.delete(&delete).await.expect("deleted");
    assert_eq!(cloud.list(&list).await.expect("readable").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn every_type_makes_what_its_schema_says() {
    let disk = MemoryDisk::default();
    let (ledger, _) = open(&disk, 1).await;
    let cloud = VirtualObjects::new(ledger, Arc::new(Registry::embedded()));
    let words = Value::list(Type::String, ["a", "b", "c"].map(Value::string));
    let cases = [
        ("null_resource", vec![]),
        ("random_id", vec![("byte_length", Value::number(8)), ("prefix", Value::string("p-"))]),
        ("random_integer", vec![("min", Value::number(3)), ("max", Value::number(3))]),
        ("random_pet", vec![("length", Value::number(3))]),
        ("random_shuffle", vec![("input", words), ("result_count", Value::number(5))]),
        ("random_string", vec![("length", Value::number(9)), ("special", Value::bool(false))]),
        ("random_uuid", vec![]),
        ("terraform_data", vec![("input", Value::string("x"))]),
        ("time_static", vec![("rfc3339", Value::string("2020-02-12T06:36:13Z"))]),
    ];
    for (type_name, attributes) in cases {
        let id =
            cloud.create(&create(type_name, Value::object(attributes))).await.expect(type_name);
        let request = ReadRequest { type_name: type_name.into(), scope: scope(), id };
        let live = cloud.read(&request).await.expect("readable").expect("there");
        let shown = crate::value::json::to_json(&live.value, &live.value.ty()).expect("known");
        match type_name {
            "random_integer" => assert!(shown.contains("\"result\":3"), "{shown}"),
            "random_pet" => assert_eq!(live.id.as_str().split('-').count(), 3),
            "random_string" => assert!(live.id.as_str().chars().all(char::is_alphanumeric)),
            "terraform_data" => assert!(shown.contains("\"output\":\"x\""), "{shown}"),
            "time_static" => assert!(shown.contains("\"hour\":6,"), "{shown}"),
            "random_id" => assert!(shown.contains("\"hex\":\"p-"), "{shown}"),
            _ => {}
        }
    }
    let wrong = create(
        "random_integer",
        Value::object([("min", Value::number(3)), ("max", Value::number(1))]),
    );
    assert!(cloud.create(&wrong).await.is_err());
}
